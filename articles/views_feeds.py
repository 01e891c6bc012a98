"""What machines read of the site: feeds, sitemaps, the list of changes, public documents."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override, pgettext
from django.views.decorators.http import conditional_page, require_safe

from . import feeds, listings, sitemaps
from .feeds import Entry, Feed
from .views_site import page_or_404, site

XML = "application/xml"
JSON = "application/json"


@require_safe
@conditional_page
def site_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Give the newest pieces of the house."""
    newest = list(listings.live().reverse()[: feeds.ENTRIES])
    entries = feeds.pieces(newest, site())
    return _feed(form, reverse("articles:index"), "", entries)


@require_safe
@conditional_page
def section_feed(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Give the newest pieces of a section."""
    newest = list(listings.group("section", slug).reverse()[: feeds.ENTRIES])
    if not newest:
        raise Http404
    entries = feeds.pieces(newest, site())
    title = listings.name_in("section", slug, newest)
    return _feed(form, reverse("articles:section", args=[slug]), title, entries)


@require_safe
@conditional_page
def corrections_feed(request: HttpRequest, form: str) -> HttpResponse:
    """Give the latest corrections and retractions."""
    latest = list(listings.corrections().reverse()[: feeds.ENTRIES])
    entries = feeds.corrections(latest, site())
    with override(settings.LANGUAGE_CODE):
        title = pgettext("public page", "Corrections")
    return _feed(form, reverse("articles:corrections"), title, entries)


def _feed(form: str, home: str, title: str, entries: list[Entry]) -> HttpResponse:
    publisher = settings.NEWSROOM["PUBLISHER"]
    feed = Feed(
        title=f"{publisher} – {title}" if title else publisher,
        publisher=publisher,
        language=settings.LANGUAGE_CODE,
        home=site() + home,
        atom_url=f"{site()}{home}atom.xml",
        json_url=f"{site()}{home}feed.json",
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
        f"Disallow: {reverse('articles:search')}",
        # Earlier versions are not kept out here: crawlers must see that they are not for them.
        "Allow: /",
        *(
            f"Sitemap: {site()}{reverse(f'articles:{name}')}"
            for name in ("sitemap", "news_sitemap")
        ),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@conditional_page
def sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Give the addresses of all pieces or, if they are too many, where their sitemaps are.

    With a number: one sitemap of several; the first has the oldest pieces.
    """
    places = listings.places()
    if number is not None:
        # Refused before the database multiplies it.
        if not 1 <= number <= sitemaps.ADDRESSES:
            raise Http404
        start = (number - 1) * sitemaps.ADDRESSES
        places = places[start : start + sitemaps.ADDRESSES]
        if not places:
            raise Http404
    elif (total := places.count()) > sitemaps.ADDRESSES:
        parts = range(1, -(-total // sitemaps.ADDRESSES) + 1)
        addresses = [site() + reverse("articles:sitemap_part", args=[part]) for part in parts]
        return HttpResponse(sitemaps.index(addresses), content_type=XML)
    return HttpResponse(sitemaps.urlset(places, site()), content_type=XML)


@require_safe
@conditional_page
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Give the pieces of the last two days, so what it gives depends on when it is asked."""
    since = timezone.now() - sitemaps.NEWS_LASTS
    newest = listings.published_since(since)[: sitemaps.NEWS]
    documents = (publication.public_document for publication in newest)
    response = HttpResponse(sitemaps.news(documents, site()), content_type=XML)
    # Of the moment: not to be baked.
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@conditional_page
def changes(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Give what happened to public pieces, in pages, the oldest first.

    A full page stays as it is; the newest, ``/changes.json``, grows. Nothing is ever taken out:
    that a piece was retracted, or removed on legal grounds, is a further line, its tombstone.
    """
    page = page_or_404(listings.changes(), number, listings.CHANGES_A_PAGE)
    if number is not None and page.is_newest:
        return HttpResponseRedirect(reverse("articles:changes"))

    def there(one: int) -> str:
        if one >= page.last:
            return site() + reverse("articles:changes")
        return site() + reverse("articles:changes_page", args=[one])

    data = {
        "page": page.number,
        "previous": there(page.number - 1) if page.number > 1 else None,
        "next": there(page.number + 1) if page.number < page.last else None,
        "changes": [_change(one) for one in reversed(page.rows)],
    }
    return HttpResponse(json.dumps(data, ensure_ascii=False).encode(), content_type=JSON)


def _change(one: Any) -> dict[str, Any]:
    """Return a row of ``listings.changes``. Of a removed piece nothing tells where it stood."""
    address = None if one.removed else site() + one.address
    publication = one.publication
    return {
        "change": one.number,
        "publication": str(publication.pk) if publication else None,
        "piece": str(one.article_id),
        "number": publication.number if publication else None,
        "kind": one.kind,
        "time": feeds.moment(one.at),
        "address": address,
        "document": (
            f"{address}v/{publication.number}/index.json" if publication and address else None
        ),
        "tombstone": one.kind in listings.TOMBSTONES,
    }
