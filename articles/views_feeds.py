"""What machines read of the site: feeds, sitemaps, the list of changes, public documents."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, pgettext
from django.views.decorators.http import conditional_page, require_safe

from . import feeds, listings, sitemaps
from .feeds import Entry, Feed
from .public import address
from .views_site import page_or_404, site_of

XML = "application/xml"
JSON = "application/json"


@require_safe
@conditional_page
def site_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Give the newest pieces of the house."""
    newest = list(listings.live().reverse()[: feeds.ENTRIES])
    entries = feeds.pieces(newest, site_of(request))
    return _feed(request, form, reverse("articles:index"), "", entries)


@require_safe
@conditional_page
def section_feed(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Give the newest pieces of a section."""
    newest = list(listings.group("section", slug).reverse()[: feeds.ENTRIES])
    if not newest:
        raise Http404
    entries = feeds.pieces(newest, site_of(request))
    title = listings.name_in("section", slug, newest)
    return _feed(request, form, reverse("articles:section", args=[slug]), title, entries)


@require_safe
@conditional_page
def corrections_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Give the latest corrections and retractions."""
    latest = list(listings.corrections().reverse()[: feeds.ENTRIES])
    entries = feeds.corrections(latest, site_of(request))
    with override(settings.LANGUAGE_CODE):
        title = pgettext("public page", "Corrections")
    return _feed(request, form, reverse("articles:corrections"), title, entries)


def _feed(
    request: HttpRequest, form: str, home: str, title: str, entries: list[Entry]
) -> HttpResponse:
    publisher = settings.NEWSROOM["PUBLISHER"]
    site = site_of(request)
    feed = Feed(
        title=f"{publisher} – {title}" if title else publisher,
        publisher=publisher,
        language=settings.LANGUAGE_CODE,
        home=site + home,
        atom_url=f"{site}{home}atom.xml",
        json_url=f"{site}{home}feed.json",
        entries=entries,
    )
    if form == "atom":
        return HttpResponse(feeds.atom(feed), content_type=f"{feeds.ATOM}; charset=utf-8")
    return HttpResponse(feeds.json_feed(feed), content_type=feeds.JSON_FEED)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell crawlers that all that is public is theirs, and where to start."""
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        # Earlier versions are not kept out here: crawlers must see that they are not for them.
        "Allow: /",
        *(
            f"Sitemap: {site_of(request)}{reverse(f'articles:{name}')}"
            for name in ("sitemap", "news_sitemap")
        ),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Give the addresses of all pieces or, if they are too many, where their sitemaps are."""
    places = listings.places()
    total = places.count()
    site = site_of(request)
    if total <= sitemaps.ADDRESSES:
        return _sitemap(request, places)
    parts = range(1, -(-total // sitemaps.ADDRESSES) + 1)
    addresses = [site + reverse("articles:sitemap_part", args=[part]) for part in parts]
    return HttpResponse(sitemaps.index(addresses), content_type=XML)


@require_safe
@conditional_page
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """Give one sitemap of several; the first has the oldest pieces."""
    start = (number - 1) * sitemaps.ADDRESSES
    if not 1 <= number <= sitemaps.ADDRESSES:
        raise Http404
    part = listings.places()[start : start + sitemaps.ADDRESSES]
    if not part:
        raise Http404
    return _sitemap(request, part)


def _sitemap(request: HttpRequest, rows: Any) -> HttpResponse:
    places = (listings.place(row) for row in rows)
    return HttpResponse(sitemaps.urlset(places, site_of(request)), content_type=XML)


@require_safe
@conditional_page
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Give the pieces of the last two days."""
    since = timezone.now() - sitemaps.NEWS_LASTS
    newest = listings.published_since(since)[: sitemaps.NEWS]
    documents = (publication.public_document for publication in newest)
    return HttpResponse(sitemaps.news(documents, site_of(request)), content_type=XML)


@require_safe
@conditional_page
def changes(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Give what was published and blocked, in pages, the oldest first.

    The newest page, ``/changes.json``, grows; a full one stays as it is, but for the addresses of
    a piece that was removed later. Nothing is ever taken out.
    """
    page = page_or_404(listings.changes(), number, listings.CHANGES_A_PAGE)
    site = site_of(request)
    rows: list[Any] = list(reversed(page.publications))

    def there(one: int) -> str:
        if one >= page.last:
            return site + reverse("articles:changes")
        return site + reverse("articles:changes_page", args=[one])

    data = {
        "page": page.number,
        "pages": page.last,
        "previous": there(page.number - 1) if page.number > 1 else None,
        "next": there(page.number + 1) if page.number < page.last else None,
        "changes": [_change(row, site) for row in rows],
    }
    return HttpResponse(json.dumps(data, ensure_ascii=False).encode(), content_type=JSON)


def _change(one: dict[str, Any], site: str) -> dict[str, Any]:
    """Return a row of ``listings.changes`` as the list tells it.

    Of a piece that was removed there is nothing but that it was, and when: a tombstone.
    """
    removed = one["removed"]
    return {
        "publication": str(one["id"]),
        "piece": str(one["article_id"]),
        "number": one["number"],
        "kind": one["kind"],
        "published": feeds.moment(one["at"]),
        "address": None if removed else site + address(one["slug"], one["first_at"]),
        "removed": removed,
    }
