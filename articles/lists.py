"""Which lists the site has, by address, and which of them change with a piece.

Lists are all public pages and files that are not of one piece alone: the front page, sections,
topics, authors, corrections; feeds, sitemaps, the list of changes; policies.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import F, Func, Q, QuerySet
from django.urls import reverse

from . import listings, sitemaps
from .models import Change, LivePiece

FEEDS = ("atom", "json")


@dataclass(frozen=True, slots=True)
class List:
    """A list in pages. Its newest page stands at ``home``, the others at an address below it."""

    home: str
    rows: Callable[[], QuerySet]
    size: int
    page: str

    def address(self, number: int) -> str:
        return self.page.format(number)

    def addresses(self) -> Iterator[str]:
        yield self.home
        last = listings.last_page(self.rows().count(), self.size)
        yield from (self.address(number) for number in range(1, last))

    def changed(self, place: int, *, came: bool = False, left: bool = False) -> Iterator[str]:
        """Yield the pages that differ when the row at this place (from 0) came, left or changed.

        Pages are counted from the oldest, so a row that comes last changes the newest page alone,
        or, if this page is full now, the two that it was and becomes, and the way to them.
        """
        yield self.home
        total = self.rows().count()
        last = listings.last_page(total, self.size)
        number = min(place // self.size + 1, last)
        if not (came or left):
            yield from (self.address(number) for number in [number] if number < last)
        elif left or number < last or total % self.size == 0:
            first = max(1, min(number, last - 2))
            # A list that became shorter has lost a page.
            yield from (self.address(n) for n in range(first, last + (2 if left else 0)))


def front() -> List:
    home = reverse("articles:index")
    return List(home, listings.live, listings.PIECES_A_PAGE, f"{home}page/{{}}/")


def group(kind: str, slug: str) -> List:
    """Return the list of a section, topic (``tags``) or author (``bylines``)."""
    home = reverse(f"articles:{listings.GROUPS[kind]}", args=[slug])
    return List(
        home, lambda: listings.group(kind, slug), listings.PIECES_A_PAGE, f"{home}page/{{}}/"
    )


def corrections() -> List:
    home = reverse("articles:corrections")
    return List(home, listings.corrections, listings.CORRECTIONS_A_PAGE, f"{home}page/{{}}/")


def changes() -> List:
    home = reverse("articles:changes")
    return List(home, listings.changes, listings.CHANGES_A_PAGE, "/changes/{}/changes.json")


def everything() -> Iterator[str]:
    """Yield the addresses of all lists."""
    groups = [group(kind, slug) for kind, slug in _names(_all_names())]
    for each in (front(), *groups, corrections(), changes()):
        yield from each.addresses()
    yield from feeds("feed")
    yield from feeds("corrections_feed")
    for kind, slug in _names(_all_names()):
        if kind == "section":
            yield from feeds("section_feed", slug)
    yield reverse("articles:sitemap")
    parts = -(-LivePiece.objects.count() // sitemaps.ADDRESSES)
    if parts > 1:
        yield from (reverse("articles:sitemap_part", args=[part + 1]) for part in range(parts))
    yield reverse("articles:robots")
    yield reverse("articles:policies")
    yield from (reverse("articles:policies_in", args=[code]) for code, _ in settings.LANGUAGES)


def changed(article: UUID, before: frozenset[str] | None = None) -> Iterator[str]:
    """Yield the addresses of the lists that may differ after something happened to a piece.

    ``before``: under which names it was listed until now (``LivePiece.names``), ``None`` if it was
    not live. An address may be one where nothing is any more.
    """
    found = LivePiece.objects.select_related("publication").filter(article=article)
    row = found.only("first_at", "names", "publication__kind").first()
    if row is None:
        return
    older = Q(first_at__lt=row.first_at) | Q(first_at=row.first_at, live__article_id__lt=article)

    def of(each: List, name: str = "") -> Iterator[str]:
        place = each.rows().filter(older).count()
        if not name:
            return each.changed(place, came=before is None)
        came, left = name not in (before or ()), name not in row.names
        return each.changed(place, came=came, left=left)

    yield from of(front())
    for name in sorted({*row.names, *(before or ())}):
        for kind, slug in _names([name]):
            yield from of(group(kind, slug), name)
            if kind == "section":
                yield from feeds("section_feed", slug)
    yield from feeds("feed")
    if row.publication.kind in listings.OPENLY_WRONG:
        yield from corrections().changed(listings.corrections().count() - 1, came=True)
        yield from feeds("corrections_feed")
    yield from changes().changed(listings.changes().count() - 1, came=True)
    yield reverse("articles:sitemap")
    earlier = Q(first_at__lt=row.first_at) | Q(first_at=row.first_at, article_id__lt=article)
    yield from _sitemaps(LivePiece.objects.filter(earlier).count(), came=before is None)


def holding(article: UUID) -> Iterator[str]:
    """Yield the addresses of the lists in which a piece, or something said of it, stands."""
    names = LivePiece.objects.filter(article=article).values_list("names", flat=True).first()
    if names is None:
        return
    yield from changed(article, frozenset(names))
    for one in listings.corrections().filter(article=article).only("at"):
        earlier = Q(at__lt=one.at) | Q(at=one.at, pk__lt=one.pk)
        yield from corrections().changed(listings.corrections().filter(earlier).count())
        yield from feeds("corrections_feed")
    for number in Change.objects.filter(article=article).values_list("number", flat=True):
        yield from changes().changed(number - 1)


def _sitemaps(place: int, *, came: bool) -> Iterator[str]:
    """Yield the parts of the sitemap that differ when the piece at this place came or changed."""
    total, size = LivePiece.objects.count(), sitemaps.ADDRESSES
    if total <= size:
        return
    first, last = place // size + 1, -(-total // size)
    if came and total == size + 1:
        # Until now it was in one part.
        first = 1
    for part in range(first, last + 1) if came else [first]:
        yield reverse("articles:sitemap_part", args=[part])


def feeds(name: str, *arguments: str) -> Iterator[str]:
    yield from (reverse(f"articles:{name}_{form}", args=arguments) for form in FEEDS)


def _all_names() -> list[str]:
    names = LivePiece.objects.order_by().annotate(name=Func(F("names"), function="unnest"))
    return sorted(names.values_list("name", flat=True).distinct())


def _names(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield kind and slug of names that have an address."""
    for name in names:
        kind, _colon, slug = name.partition(":")
        if listings.SLUG.fullmatch(slug):
            yield kind, slug
