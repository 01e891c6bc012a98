"""Search, for readers: a form that works without a script."""

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import search as searching


@require_safe
@cache_control(no_cache=True)
def search(request: HttpRequest) -> HttpResponse:
    """Show what is found for ``q``, ``page`` by page; pages that are not there are not found."""
    said = searching.asked(request.GET.get("q", ""))
    number = _number(request.GET.get("page", "1"))
    results, instead, failed = None, "", False
    if said:
        try:
            results = searching.search(said, number)
            if results is not None and not results.total and number == 1:
                instead = searching.instead(said)
        except OperationalError:
            failed = True
    if not failed and number > (results.last if results else 1):
        raise Http404

    def there(words: str, page: int = 1) -> str:
        asked = {"q": words} | ({"page": str(page)} if page > 1 else {})
        return f"{reverse('articles:search')}?{urlencode(asked)}"

    with override(settings.LANGUAGE_CODE):
        context = {
            "said": said,
            "results": results,
            "failed": failed,
            "instead": {"words": instead, "address": there(instead)} if instead else None,
            "previous": there(said, number - 1) if number > 1 else "",
            "next": there(said, number + 1) if results and number < results.last else "",
            "publisher": settings.NEWSROOM["PUBLISHER"],
        }
        response = render(request, "articles/search.html", context, status=503 if failed else 200)
    response["Content-Language"] = settings.LANGUAGE_CODE
    response["X-Robots-Tag"] = "noindex"
    return response


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text)):
        raise Http404
    return int(text)
