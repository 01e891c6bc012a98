"""What is published, in lists. Of publications, and of nothing else; of texts, the public document.

Pages of a list are numbered from the oldest, so that a full one stays as it is: a new piece changes
the newest page alone. A retracted piece keeps its place in the count and is not shown.

A section, a topic or an author is looked for in the live public documents, so such a list costs
time in proportion to the number of pieces that are live.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    Exists,
    F,
    JSONField,
    Max,
    Min,
    OuterRef,
    PositiveIntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import get_supported_language_variant

from . import page as pages
from . import wording
from .choices import Kind
from .evidence import Document, mappings, string
from .models import LegalBlock, Publication, image_storage
from .public import address

PIECES_A_PAGE = 20
CORRECTIONS_A_PAGE = 50
CHANGES_A_PAGE = 500
# How far back the navigation looks for sections, and how many of them it has room for.
PUBLICATIONS_WITH_SECTIONS = 300
SECTIONS = 8

_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
# Where a public document names them, and what their address is called.
GROUPS = {"section": "section", "tags": "topic", "bylines": "author"}


class NoSuchPage(LookupError):
    """There is no page of this number."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: publications, the newest first. Page 1 holds the oldest."""

    number: int
    last: int
    publications: Sequence[Publication]

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


def page(publications: QuerySet, number: int | None = None, size: int = 0) -> Page:
    """Return a page of publications that are ordered from the oldest; without a number the newest.

    Every page but the newest holds ``size`` of them (without a size, as many as of pieces), the
    newest up to twice as many less one. Two queries. Raises ``NoSuchPage``.
    """
    size = size or PIECES_A_PAGE
    total = publications.count()
    last = max(1, total // size)
    number = last if number is None else number
    if not 1 <= number <= last:
        raise NoSuchPage(number)
    start = (number - 1) * size
    stop = total if number == last else start + size
    found = list(publications[start:stop]) if total else []
    return Page(number, last, found[::-1])


def live(within: dict[str, Any] | None = None) -> QuerySet:
    """Return the latest publication of each piece, ordered by first publication, oldest first.

    ``within`` is what the public document must contain.
    """
    own = Publication.objects.filter(article=OuterRef("article"))
    newest = own.order_by("-number").values("number")[:1]
    first = own.order_by("number").values("at")[:1]
    found = Publication.objects.filter(number=Subquery(newest)).annotate(first_at=Subquery(first))
    if within is not None:
        found = found.annotate(public=_as_json()).filter(public__contains=within)
    return found.order_by("first_at", "article_id")


def group(kind: str, slug: str) -> QuerySet:
    """Return the live publications of a section, topic (``tags``) or author (``bylines``)."""
    found = live(_naming(kind, slug))
    # Where the name is blacked out, its list would tell it.
    blocked = found.filter(
        Exists(LegalBlock.objects.standing().filter(article=OuterRef("article")))
    )
    hidden = [one.article_id for one in blocked if not _names(one.public_document, kind, slug)]
    return found.exclude(article__in=hidden) if hidden else found


def was_a_group(kind: str, slug: str) -> bool:
    """Return whether anything was ever published under this name."""
    ever = Publication.objects.annotate(public=_as_json())
    return ever.filter(public__contains=_naming(kind, slug)).exists()


def name_in(kind: str, slug: str, publications: Sequence[Publication]) -> str:
    """Return what the newest of these publications calls a section, topic or author."""
    for publication in publications:
        for one in _names(publication.public_document, kind, slug):
            return string(one.get("name"))
    return slug


def _names(document: Document, kind: str, slug: str) -> list[Document]:
    found = document.get(kind)
    rows = [found] if isinstance(found, dict) else mappings(found)
    return [one for one in rows if one.get("slug") == slug]


def corrections() -> QuerySet:
    """Return the publications that corrected or retracted something, the oldest first."""
    openly = Publication.objects.filter(kind__in=[Kind.CORRECTION, Kind.RETRACTION])
    return openly.order_by("at", "pk")


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
    fits = _SLUG.fullmatch(slug)
    return Name(
        string(value.get("name")), reverse(f"articles:{GROUPS[kind]}", args=[slug]) if fits else ""
    )


def sections() -> Sequence[Name]:
    """Return the sections of what was published lately, by name, for the navigation.

    One query, and a second one after something was published.
    """
    block = LegalBlock.objects.order_by("-at", "-pk").values("pk")[:1]
    latest = Publication.objects.order_by("-at", "-pk").values_list("pk", Subquery(block)).first()
    return _sections(*latest) if latest else ()


@lru_cache(maxsize=8)
def _sections(latest: UUID, block: UUID | None) -> Sequence[Name]:
    # The latest publication and block stand for the state of the site: what was found for them
    # is found again.
    lately = Publication.objects.order_by("-at", "-pk").annotate(
        section=KeyTransform("section", _as_json())
    )
    rows = lately.exclude(article__in=_retracted()).values_list("article_id", "section")
    seen: set[UUID] = set()
    found: dict[str, Name] = {}
    for article, section in rows[:PUBLICATIONS_WITH_SECTIONS]:
        if article not in seen:
            named = name("section", section)
            if named and named.url:
                found.setdefault(named.url, named)
        seen.add(article)
    return sorted(list(found.values())[:SECTIONS], key=lambda one: one.name.casefold())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece stands, and when its text last changed in substance."""

    address: str
    changed: datetime


def places() -> QuerySet:
    """Return ``article_id``, ``first_at``, ``changed`` and ``slug`` of each piece, oldest first.

    ``changed`` is when the text last changed in substance: a typing error's correction is none.
    Retracted pieces are among them: that they are is what their address tells.
    """
    newest = Publication.objects.filter(article=OuterRef("article")).order_by("-number")
    return (
        Publication.objects.order_by()
        .values("article_id")
        .annotate(
            first_at=Min("at"),
            changed=Max("at", filter=~Q(kind=Kind.TYPO)),
            slug=Subquery(newest.values("slug")[:1]),
        )
        .order_by("first_at", "article_id")
    )


def place(row: dict[str, Any]) -> Place:
    """Return where a piece stands, from a row of ``places``."""
    return Place(address(row["slug"], row["first_at"]), row["changed"] or row["first_at"])


# What a legal block does to a piece, as the list of changes calls it.
BLOCKED, REMOVED, UNBLOCKED = "blocked", "removed", "unblocked"


def changes() -> QuerySet:
    """Return all publications and legal blocks as rows, the oldest first.

    Each has ``id``, ``article_id``, ``number`` (of a block ``None``), ``kind``, ``at``, ``slug``,
    ``first_at`` of the piece, and whether it is ``removed``.
    """
    own = Publication.stored.filter(article=OuterRef("article"))
    of_piece = {
        "first_at": Subquery(own.order_by("number").values("at")[:1]),
        "removed": Exists(
            LegalBlock.objects.standing().filter(article=OuterRef("article"), whole=True)
        ),
    }
    columns = ("id", "article_id", "number", "kind", "at", "slug", "first_at", "removed")
    published = Publication.stored.annotate(**of_piece)
    blocked = LegalBlock.objects.filter(Exists(own)).annotate(
        number=Value(None, output_field=PositiveIntegerField()),
        kind=Case(
            When(lifts__isnull=False, then=Value(UNBLOCKED)),
            When(whole=True, then=Value(REMOVED)),
            default=Value(BLOCKED),
        ),
        slug=Subquery(own.order_by("-number").values("slug")[:1]),
        **of_piece,
    )
    rows = published.order_by().values(*columns)
    return rows.union(blocked.order_by().values(*columns), all=True).order_by("at", "id")


def published_since(moment: datetime) -> QuerySet:
    """Return the live publications of pieces that first appeared since then, the newest first."""
    return (
        live()
        .exclude(article__in=_retracted())
        .filter(first_at__gte=moment)
        .order_by(F("first_at").desc(), "article_id")
    )


def language_of(document: Document) -> str:
    """Return the language in which a page speaks of a piece."""
    try:
        return get_supported_language_variant(string(document.get("language")))
    except LookupError:
        return settings.LANGUAGE_CODE


def _retracted() -> QuerySet:
    return Publication.objects.filter(kind=Kind.RETRACTION).order_by().values("article")


def _as_json() -> Cast:
    return Cast("document", JSONField())


def _naming(kind: str, slug: str) -> dict[str, Any]:
    return {kind: {"slug": slug} if kind == "section" else [{"slug": slug}]}


def _image(document: Document) -> dict[str, Any] | None:
    for image in mappings(document.get("images")):
        if string(image.get("file")):
            return pages.picture(image, image_storage().url)
    return None
