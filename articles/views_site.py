"""The site around the pieces: lists, corrections, and what machines read about them."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language_info, override, pgettext
from django.views.decorators.http import require_safe

from . import listings

# What stands over a list. The front page has no such line.
HEADINGS = {"section": "section", "tags": "topic", "bylines": "author"}


def site() -> str:
    """Return scheme and host of the site, whatever host it is asked by; no slash at the end."""
    return settings.NEWSROOM["SITE"]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show what an editor put on top, then the newest pieces."""
    page = listings.page(listings.live())
    top = listings.on_top()
    above = {one.pk for one in top}
    rows = [*top, *(one for one in page.rows if one.pk not in above)]
    return _list(request, replace(page, rows=rows), reverse("articles:index"))


@require_safe
def front_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show older pieces; the newest page has no number of its own yet."""
    page = page_or_404(listings.live(), number)
    home = reverse("articles:index")
    return HttpResponseRedirect(home) if page.is_newest else _list(request, page, home)


@require_safe
def group(request: HttpRequest, kind: str, slug: str, number: int | None = None) -> HttpResponse:
    """Show the pieces of a section, a topic (``tags``) or an author (``bylines``).

    What no live piece names is not found; what one named before is gone.
    """
    home = reverse(f"articles:{listings.GROUPS[kind]}", args=[slug])
    page = page_or_404(listings.group(kind, slug), number)
    if not page.rows:
        return _gone(request, kind, slug)
    if number is not None and page.is_newest:
        return HttpResponseRedirect(home)
    heading = listings.name_in(kind, slug, page.rows)
    return _list(request, page, home, heading=heading, what=HEADINGS[kind])


@require_safe
def corrections(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show what was corrected or retracted, the latest first."""
    home = reverse("articles:corrections")
    page = page_or_404(listings.corrections(), number, listings.CORRECTIONS_A_PAGE)
    if number is not None and page.is_newest:
        return HttpResponseRedirect(home)
    with override(settings.LANGUAGE_CODE):
        context = {
            "entries": [listings.openness(one) for one in page.rows],
            "publisher": settings.NEWSROOM["PUBLISHER"],
            "feed": {"title": pgettext("public page", "Corrections"), "home": home},
            **turning(request, page, home),
        }
        response = render(request, "articles/corrections.html", context)
    response["Content-Language"] = settings.LANGUAGE_CODE
    return response


@require_safe
def policies(request: HttpRequest, language: str = "") -> HttpResponse:
    """Tell how we correct, where we know things from, and how we check; in one language."""
    language = language or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with override(language):
        others = [
            {"code": code, "name": get_language_info(code)["name_local"]}
            for code, _ in settings.LANGUAGES
            if code != language
        ]
        context = {
            "text": f"articles/policies/{language}.html",
            "others": others,
            "publisher": settings.NEWSROOM["PUBLISHER"],
            "canonical": site() + reverse("articles:policies_in", args=[language]),
        }
        response = render(request, "articles/policies.html", context)
    response["Content-Language"] = language
    return response


def _list(
    request: HttpRequest, page: listings.Page, home: str, *, heading: str = "", what: str = ""
) -> HttpResponse:
    with override(settings.LANGUAGE_CODE):
        context = {
            "items": listings.items(page.rows),
            "heading": heading,
            "what": what,
            "feed": {"title": heading, "home": home} if what == "section" else None,
            "publisher": settings.NEWSROOM["PUBLISHER"],
            **turning(request, page, home),
        }
        response = render(request, "articles/index.html", context)
    response["Content-Language"] = settings.LANGUAGE_CODE
    return response


def turning(request: HttpRequest, page: listings.Page, home: str) -> dict[str, Any]:
    """Return where a page of a list stands, and the addresses of its neighbours."""

    def address(number: int) -> str:
        return home if number >= page.last else f"{home}page/{number}/"

    return {
        "page": page,
        "canonical": site() + address(page.number),
        "newer": address(page.number + 1) if page.number < page.last else "",
        "older": address(page.number - 1) if page.number > 1 else "",
    }


def page_or_404(rows: QuerySet, number: int | None, size: int = 0) -> listings.Page:
    """Return ``listings.page``; raise Http404 for a page that is not there."""
    try:
        return listings.page(rows, number, size)
    except listings.NoSuchPage:
        raise Http404 from None


def _gone(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    if not listings.was_a_group(kind, slug):
        raise Http404
    with override(settings.LANGUAGE_CODE):
        return render(request, "410.html", status=410)
