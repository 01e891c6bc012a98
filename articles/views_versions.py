"""Two versions of a piece side by side, as far as readers ever saw them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe

from . import page as pages
from . import versions
from .listings import language_of
from .models import Publication
from .views import live_publication, moved


@require_safe
def compared(
    request: HttpRequest, year: int, month: int, slug: str, old: int, new: int
) -> HttpResponse:
    """Show what was changed between two publications, the earlier one first."""
    live = live_publication(slug)
    address = pages.address_of(live.public_document)
    if there := moved(request, f"{address}compare/{old}/{new}/", year, month):
        return there
    if old > new:
        return HttpResponseRedirect(f"{address}compare/{new}/{old}/")
    found = Publication.objects.filter(article=live.article_id, number__in={old, new})
    documents = {row.number: row.public_document for row in found}
    if old == new or not {old, new} <= documents.keys():
        raise Http404
    language = language_of(documents[new])
    with override(language):
        context = _context(live.public_document, documents[old], documents[new])
        response = render(request, "articles/compare.html", context)
    response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def choose(request: HttpRequest, year: int, month: int, slug: str) -> HttpResponse:
    """Lead from two chosen numbers (``?old=1&new=3``) to their comparison."""
    chosen = [request.GET.get(name, "") for name in ("old", "new")]
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in chosen):
        raise Http404
    old, new = sorted(map(int, chosen))
    return HttpResponseRedirect(f"{old}/{new}/")


def _context(live: Any, old: Any, new: Any) -> dict[str, Any]:
    comparison = versions.compare(old, new)
    known = {version["number"]: version for version in pages.versions_of(live, live)}
    between = known[old["number"]], known[new["number"]]
    return {
        "language": new["language"],
        "publisher": live["publisher"],
        "title": new["headline"],
        "address": pages.address_of(live),
        "versions": list(known.values()),
        "between": between,
        "picks": list(zip(("old", "new"), between, strict=True)),
        "comparison": comparison,
        "differs": versions.differs(comparison),
        # Corrections that lie between the two.
        "corrections": pages.corrections_of(new, after=old["number"]),
    }
