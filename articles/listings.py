"""What is published, in lists. Of publications, and of nothing else; of texts, the public document.

Pages of a list are numbered from the oldest, so that a full one stays as it is: a new piece changes
the newest page alone. A retracted piece keeps its place in the count and is not shown.

What is live, and under which names, is kept by ``articles.live``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, JSONField, OuterRef, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import get_supported_language_variant

from history.models import Entry

from . import page as pages
from . import wording
from .choices import Kind
from .evidence import Document, mappings, string
from .models import Change, FrontPage, LegalBlock, LivePiece, Publication, image_storage

PIECES_A_PAGE = 20
CORRECTIONS_A_PAGE = 50
CHANGES_A_PAGE = 500
# What the page of corrections tells.
OPENLY_WRONG = (Kind.CORRECTION.value, Kind.RETRACTION.value)
# What followers shall take down again.
TOMBSTONES = {Kind.RETRACTION.value, "removed"}
# How far back the navigation looks for sections, and how many of them it has room for.
PUBLICATIONS_WITH_SECTIONS = 300
SECTIONS = 8

SLUG = re.compile(r"[-a-zA-Z0-9_]+")
# Where a public document names them, and what their address is called.
GROUPS = {"section": "section", "tags": "topic", "bylines": "author"}


class NoSuchPage(LookupError):
    """There is no page of this number."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, mostly of publications, the newest first. Page 1 holds the oldest."""

    number: int
    last: int
    rows: Sequence[Any]

    @property
    def is_newest(self) -> bool:
        return self.number == self.last


@dataclass(frozen=True, slots=True)
class Name:
    """What a piece is listed under: a section, a topic or an author. ``url`` may be empty."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """A piece as a list shows it. Its texts are plain, not yet escaped."""

    language: str
    kicker: str
    headline: str
    standfirst: str
    address: str
    section: Name | None
    authors: Sequence[str]
    image: dict[str, Any] | None
    first_published: wording.Time | None
    corrected: bool
    developing: bool


def page(rows: QuerySet, number: int | None = None, size: int = 0) -> Page:
    """Return a page of rows that are ordered from the oldest; without a number the newest.

    Every page but the newest holds ``size`` of them (without a size, as many as of pieces), the
    newest up to twice as many less one. Two queries. Raises ``NoSuchPage``.
    """
    size = size or PIECES_A_PAGE
    total = rows.count()
    last = last_page(total, size)
    number = last if number is None else number
    if not 1 <= number <= last:
        raise NoSuchPage(number)
    start = (number - 1) * size
    stop = total if number == last else start + size
    found = list(rows[start:stop]) if total else []
    return Page(number, last, found[::-1])


def last_page(total: int, size: int) -> int:
    """Return the number of the newest page: how many pages are full, at least one."""
    return max(1, total // size)


def live() -> QuerySet:
    """Return the latest publication of each piece, ordered by first publication, oldest first."""
    found = Publication.objects.filter(live__isnull=False).annotate(first_at=F("live__first_at"))
    return found.order_by("live__first_at", "live__article_id")


def on_top() -> list[Publication]:
    """Return what an editor put on top of the front page, the lead first, as far as it is live."""
    latest = FrontPage.objects.first()
    if latest is None:
        return []
    found = {one.article_id: one for one in live().filter(article__in=latest.pieces)}
    return [found[key] for key in latest.pieces if key in found]


def group(kind: str, slug: str) -> QuerySet:
    """Return the live publications of a section, topic (``tags``) or author (``bylines``)."""
    return live().filter(live__names__contains=[f"{kind}:{slug}"])


def was_a_group(kind: str, slug: str) -> bool:
    """Return whether anything was ever published under this name."""
    return LivePiece.objects.filter(former_names__contains=[f"{kind}:{slug}"]).exists()


def name_in(kind: str, slug: str, publications: Sequence[Publication]) -> str:
    """Return what the newest of these publications calls a section, topic or author."""
    for publication in publications:
        found = publication.public_document.get(kind)
        for one in [found] if isinstance(found, dict) else mappings(found):
            if one.get("slug") == slug:
                return string(one.get("name"))
    return slug


def corrections() -> QuerySet:
    """Return the publications that corrected or retracted something, the oldest first."""
    return Publication.objects.filter(kind__in=OPENLY_WRONG).order_by("at", "pk")


@dataclass(frozen=True, slots=True)
class Openness:
    """What one publication corrected or retracted. Its texts are plain, not yet escaped."""

    key: UUID
    piece: str
    language: str
    headline: str
    address: str
    published: wording.Time | None
    stamp: str
    corrections: Sequence[dict[str, Any]]
    retraction: str | None


def openness(publication: Publication) -> Openness:
    """Return what a publication of ``corrections`` says was wrong, or why it retracts a piece."""
    document = publication.public_document
    made = pages.corrections_of(document, after=publication.number - 1)
    return Openness(
        key=publication.pk,
        piece=string(document.get("id")),
        language=language_of(document),
        headline=string(document.get("headline")),
        address=pages.address_of(document),
        published=wording.moment(document.get("published")),
        stamp=string(document.get("published")),
        # Several publications stand on one page, and so do their anchors.
        corrections=[
            one | {"anchor": f"{publication.pk}-{index}"} for index, one in enumerate(made, start=1)
        ],
        retraction=string(document.get("note")) if is_retracted(document) else None,
    )


def items(publications: Sequence[Publication]) -> list[Item]:
    """Return publications as lists show them, without pieces that are retracted."""
    documents = [publication.public_document for publication in publications]
    return [item(document) for document in documents if not is_retracted(document)]


def is_retracted(document: Document) -> bool:
    """Return whether a live document is of a retracted piece; that is the last word on a piece."""
    return document.get("kind") == Kind.RETRACTION


def item(document: Document) -> Item:
    """Return a piece as lists show it, from its public document."""
    return Item(
        language=string(document.get("language")),
        kicker=string(document.get("kicker")),
        headline=string(document.get("headline")),
        standfirst=string(document.get("standfirst")),
        address=pages.address_of(document),
        section=name("section", document.get("section")),
        authors=pages.authors_of(document),
        image=_image(document),
        first_published=wording.moment(document.get("first_published")),
        corrected=bool(document.get("corrections")),
        developing=pages.is_developing(document),
    )


def name(kind: str, value: Any) -> Name | None:
    """Return a section, topic or author that a public document names, and where its list is."""
    if not isinstance(value, dict) or not string(value.get("name")):
        return None
    slug = string(value.get("slug"))
    fits = SLUG.fullmatch(slug)
    return Name(
        string(value.get("name")), reverse(f"articles:{GROUPS[kind]}", args=[slug]) if fits else ""
    )


def sections() -> Sequence[Name]:
    """Return the sections of what was published lately, by name, for the navigation.

    One query, and a second one after something happened.
    """
    latest = Entry.objects.values_list("digest", flat=True).first()
    return _sections(bytes(latest)) if latest is not None else ()


@lru_cache(maxsize=8)
def _sections(latest: bytes) -> Sequence[Name]:
    # The ledger's last entry stands for the state of the site: what it found is found again.
    return sections_now()


def sections_now() -> Sequence[Name]:
    """Return ``sections`` as they are within an act, which has no entry yet."""
    lately = live().filter(live__retracted=False).order_by("-at", "-pk")
    rows = lately.annotate(section=KeyTransform("section", Cast("document", JSONField())))
    found: dict[str, Name] = {}
    for section in rows.values_list("section", flat=True)[:PUBLICATIONS_WITH_SECTIONS]:
        named = name("section", section)
        if named and named.url:
            found.setdefault(named.url, named)
    return sorted(list(found.values())[:SECTIONS], key=lambda one: one.name.casefold())


def places() -> QuerySet:
    """Return where each piece stands, and when it last changed in substance, oldest first.

    Retracted pieces are among them: that they are is what their address tells.
    """
    return LivePiece.objects.only("address", "changed_at")


def changes() -> QuerySet:
    """Return what happened to public pieces, the oldest first, and which are ``removed`` now."""
    removed = LegalBlock.objects.standing().filter(article=OuterRef("article"), whole=True)
    found = Change.objects.select_related("publication").defer("publication__document")
    return found.annotate(removed=Exists(removed))


def published_since(moment: datetime) -> QuerySet:
    """Return the live publications of pieces that first appeared since then, the newest first."""
    found = live().filter(live__retracted=False, first_at__gte=moment)
    return found.order_by("-live__first_at", "live__article_id")


def language_of(document: Document) -> str:
    """Return the language in which a page speaks of a piece."""
    try:
        return get_supported_language_variant(string(document.get("language")))
    except LookupError:
        return settings.LANGUAGE_CODE


def _image(document: Document) -> dict[str, Any] | None:
    for image in mappings(document.get("images")):
        if string(image.get("file")):
            return pages.picture(image, image_storage().url)
    return None
