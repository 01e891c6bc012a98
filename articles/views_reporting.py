"""The reader's way to say that something is wrong: a form, and that it has arrived."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from . import reporting, services
from .evidence import Document, mappings, string
from .listings import language_of
from .models import Publication
from .reporting import ReaderReportForm
from .views import live_publication, moved


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, year: int, month: int, slug: str) -> HttpResponse:
    """Ask what is wrong in a piece; POST takes it in.

    ``?version=2&claim=c3`` says what it is about. Without any cookie, see ``reporting``.
    """
    live = live_publication(slug)
    newest = live.public_document
    sent_in = request.method == "POST"
    if not sent_in and (there := moved(request, f"{newest['address']}report/", year, month)):
        return there
    form = ReaderReportForm(request.POST if sent_in else None, initial=_asked(request))
    publication = _publication(live, form)
    language = language_of(newest)
    with override(language):
        status = _take_in(request, form, publication) if sent_in else 200
        if status == 303:
            return _kept_out(HttpResponseRedirect(f"{newest['address']}report/sent/"))
        statement = _statement(publication.public_document, form)
        context = _context(newest) | {"form": form, "statement": statement}
        response = render(request, "articles/report_error.html", context, status=status)
    if status == 429:
        response["Retry-After"] = "3600"
    return _kept_out(response, language)


def _take_in(request: HttpRequest, form: ReaderReportForm, publication: Publication) -> int:
    """Take a report in and return 303, or say in the form why not and return that status."""
    if not reporting.comes_from_here(request):
        form.add_error(None, _("This was not sent from our page. From here it can be sent anew."))
    if not form.is_valid():
        return 422
    told = form.cleaned_data
    try:
        services.report_error(
            publication,
            actor=get_user_model().objects.system(),
            text=told["text"],
            claim=told["claim"],
            passage=told["passage"],
            contact=told["contact"],
            sender=reporting.sender_of(request),
        )
    except reporting.TooMany:
        form.add_error(None, _("Too many reports came in lately. In an hour we take some again."))
        return 429
    return 303


@require_safe
def sent(request: HttpRequest, year: int, month: int, slug: str) -> HttpResponse:
    """Say that a report has arrived, and what becomes of it."""
    newest = live_publication(slug).public_document
    if there := moved(request, f"{newest['address']}report/sent/", year, month):
        return there
    with override(language_of(newest)):
        response = render(request, "articles/report_sent.html", _context(newest))
    return _kept_out(response, language_of(newest))


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {name: request.GET[name] for name in ("version", "claim") if name in request.GET}


def _publication(live: Publication, form: ReaderReportForm) -> Publication:
    """Return the version that the reader saw, the live one if none is named."""
    wanted = str(form["version"].value() or "")
    if not wanted or wanted == str(live.number):
        return live
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        raise Http404
    found = Publication.objects.filter(article=live.article_id, number=int(wanted)).first()
    if found is None:
        raise Http404
    return found


def _statement(document: Document, form: ReaderReportForm) -> str:
    wanted = form["claim"].value()
    claims = mappings(document.get("claims"))
    return next((string(one.get("statement")) for one in claims if one.get("id") == wanted), "")


def _context(newest: Document) -> dict[str, Any]:
    return {
        "headline": newest["headline"],
        "address": newest["address"],
        "publisher": newest["publisher"],
    }


def _kept_out(response: HttpResponse, language: str = "") -> HttpResponse:
    """Keep a page that is one reader's own out of caches and search engines."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex"
    if language:
        response["Content-Language"] = language
    return response
