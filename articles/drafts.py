"""Working drafts and presence: what somebody is writing, and who else has the piece open.

None of it is part of the piece or its history. Nothing here needs an act.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from claims.cards import initials

from .models import Article, Image, Presence, WorkingDraft

FIELDS = ("kicker", "headline", "standfirst", "body")
CAPTION = "caption:"
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


def keep(article: UUID, *, user: Any, based_on: int, texts: Mapping[str, str]) -> None:
    """Keep what somebody has written so far, in place of what was kept before."""
    WorkingDraft.objects.update_or_create(
        article_id=article,
        user=user,
        defaults={"based_on": based_on, "texts": dict(texts), "at": timezone.now()},
    )


def drop(article: UUID, *, user: Any) -> None:
    WorkingDraft.objects.filter(article_id=article, user=user).delete()


def offered(article: Article, images: list[Image], *, user: Any) -> WorkingDraft | None:
    """Return what this person wrote and did not save, if it differs from what is stored."""
    found = WorkingDraft.objects.filter(article=article, user=user).first()
    if found is None:
        return None
    stored = texts_of(article, images)
    if all(stored.get(name, "") == text for name, text in found.texts.items()):
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
    return Other(name, initials(name), said % {"name": name, "time": when})
