"""Working drafts and presence: what somebody is writing, and who else has the piece open.

A draft holds the texts, and the properties of the drawer in the form that they have there.

None of it is part of the piece or its history. Nothing here needs an act.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from history.people import initials

from .forms import MOMENT
from .models import Article, Image, Presence, WorkingDraft

# By name, the values of a form's fields.
Properties = dict[str, list[str]]

FIELDS = ("kicker", "headline", "standfirst", "body")
CAPTION = "caption:"
PROPERTIES = ("slug", "section", "language", "embargo", "tags", "bylines", "bylines_role")
# "image:KEY:credit", and "image::credit" for a picture that is about to be added.
IMAGE = "image:"
# Who has not been heard of for so long is gone.
AWAY = timedelta(seconds=75)
# As much as a book; more is no text that somebody typed.
MOST = 5_000_000


def texts_of(article: Article, images: list[Image]) -> dict[str, str]:
    """Return the texts of a piece as they are stored, by place."""
    return {
        **{name: getattr(article, name) for name in FIELDS},
        **{f"{CAPTION}{image.pk}": image.caption for image in images},
    }


def told(data: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that a browser sent, by place; what names no place is left out."""
    return {
        name: str(value)
        for name, value in data.items()
        if name in FIELDS or (name.startswith(CAPTION) and len(name) < 60)
    }


def properties_of(article: Article, images: list[Image]) -> Properties:
    """Return the properties of a piece as they are stored, in the form that the drawer has."""
    embargo = timezone.localtime(article.embargo).strftime(MOMENT) if article.embargo else ""
    bylines = list(article.bylines.all())
    return {
        "slug": [article.slug],
        "section": [str(article.section_id or "")],
        "language": [article.language],
        "embargo": [embargo],
        "tags": [str(tag.pk) for tag in article.tags.all()],
        "bylines": [str(row.person_id) for row in bylines],
        "bylines_role": [row.role for row in bylines],
        **{
            f"{IMAGE}{image.pk}:{name}": [str(getattr(image, name))]
            for image in images
            for name in ("credit", "rights", "alt", "position")
        },
    }


def told_properties(sent: str) -> Properties:
    """Read the properties that a browser sent; raises ``ValueError`` for what is none."""
    found = json.loads(sent or "{}")
    if not isinstance(found, dict):
        raise ValueError("no properties")
    told: Properties = {}
    for name, values in found.items():
        if not (isinstance(values, list) and all(isinstance(one, str) for one in values)):
            raise ValueError(f"no values: {name}")
        if name in PROPERTIES or (name.startswith(IMAGE) and len(name) < 80):
            told[name] = values
    return told


def _same_properties(one: Properties, other: Properties) -> bool:
    """Compare as far as the first tells; the order of tags and rows left empty are nothing."""

    def bare(values: Properties, name: str) -> list[str]:
        found = values.get(name, [])
        return sorted(found) if name == "tags" else [value for value in found if value]

    return all(bare(one, name) == bare(other, name) for name in one)


def keep(
    article: UUID,
    *,
    user: Any,
    based_on: int,
    texts: Mapping[str, str],
    properties: Properties | None = None,
) -> None:
    """Keep what somebody has written so far, in place of what was kept before."""
    WorkingDraft.objects.update_or_create(
        article_id=article,
        user=user,
        defaults={
            "based_on": based_on,
            "texts": dict(texts),
            "properties": properties or {},
            "at": timezone.now(),
        },
    )


def drop(article: UUID, *, user: Any) -> None:
    WorkingDraft.objects.filter(article_id=article, user=user).delete()


def offered(article: Article, images: list[Image], *, user: Any) -> WorkingDraft | None:
    """Return what this person wrote and did not save, if it differs from what is stored."""
    found = WorkingDraft.objects.filter(article=article, user=user).first()
    if found is None:
        return None
    stored = texts_of(article, images)
    same = all(stored.get(name, "") == text for name, text in found.texts.items())
    if same and _same_properties(found.properties, properties_of(article, images)):
        return None
    return found


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has the piece open."""

    name: str
    initials: str
    words: str


def enter(article: UUID, *, user: Any, visit: UUID, wrote: bool = False) -> list[Other]:
    """Note that somebody has the piece open, and return who else has. Three statements.

    ``visit`` names the page that was opened. One that has left does not come back.
    """
    now = timezone.now()
    Presence.objects.filter(article_id=article, seen__lt=now - AWAY).delete()
    wrote_at = {"wrote": now} if wrote else {}
    _note(Presence(article_id=article, user=user, visit=visit, since=now, seen=now, **wrote_at))
    there = (
        Presence.objects.filter(article_id=article, seen__gte=now - AWAY, left=False)
        .exclude(user=user)
        .select_related("user")
        .order_by(F("wrote").asc(nulls_last=True), "since")
    )
    by_person: dict[UUID, Presence] = {}
    for row in there:
        by_person.setdefault(row.user_id, row)
    return [_other(str(row.user), row) for row in by_person.values()]


def leave(article: UUID, *, user: Any, visit: UUID) -> None:
    """Note that the page was closed, also where its first word has not arrived yet."""
    now = timezone.now()
    _note(Presence(article_id=article, user=user, visit=visit, since=now, seen=now, left=True))


def _note(row: Presence) -> None:
    told = [name for name in ("wrote", "left") if getattr(row, name)]
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["article", "user", "visit"],
        update_fields=["seen", *told],
    )


def _other(name: str, row: Presence) -> Other:
    when = date_format(timezone.localtime(row.since), "TIME_FORMAT")
    said = _("%(name)s is writing, since %(time)s") if row.wrote else _("%(name)s, since %(time)s")
    return Other(name, initials(name) or "?", said % {"name": name, "time": when})
