"""Pages that belong to no app."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 "ok" while the database answers, else 503; for load balancers and monitors."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@cache_control(public=True, max_age=24 * 60 * 60)
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Show browsers the way to the icon; they ask here whatever a page says."""
    return HttpResponseRedirect(static("newsroom/icon.svg"))
