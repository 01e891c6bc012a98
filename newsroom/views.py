"""Pages that belong to no app."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from newsroom import health


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say whether this server works; for monitors. 503 if the database or baked pages are away.

    Late jobs leave it at 200: readers and the desk are served, and no restart of this would help.
    """
    works, report = health.report()
    return JsonResponse(report, status=200 if works else 503)


@cache_control(public=True, max_age=24 * 60 * 60)
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Show browsers the way to the icon; they ask here whatever a page says."""
    return HttpResponseRedirect(static("newsroom/icon.svg"))
