"""The public site. Nothing but publications is read, and of those only the public document."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import override
from django.views.decorators.http import require_safe

from history import canonical
from history.models import Entry
from history.views import plain_text

from . import moments, pictures, proofs, renditions, wording
from . import page as pages
from .blocking import Removed
from .listings import language_of
from .models import Publication, image_storage

ADDRESS = re.compile(r"/(\d{4})/(\d{2})/([^/]+)/")


@require_safe
def page(request: HttpRequest, year: int, month: int, slug: str) -> HttpResponse:
    """Show the live page; an address that the piece had before leads to the present one."""
    live = live_publication(slug)
    document = live.public_document
    if there := moved(request, document["address"], year, month):
        return there
    return _render(request, document, checkpoint=proofs.checkpoint_of(live))


@require_safe
def version(request: HttpRequest, year: int, month: int, slug: str, number: int) -> HttpResponse:
    """Show one publication of a piece, for good; an outdated one says so."""
    live = live_publication(slug)
    newest = live.public_document
    if there := moved(request, f"{newest['address']}v/{number}/", year, month):
        return there
    if number == live.number:
        return _render(request, newest, permanent=True, checkpoint=proofs.checkpoint_of(live))
    publications = Publication.objects.filter(article=live.article_id, number=number)
    publication = proofs.with_checkpoint(publications).first()
    if publication is None:
        raise Http404
    return _render(
        request,
        publication.public_document,
        newest,
        permanent=True,
        checkpoint=proofs.checkpoint_of(publication),
    )


@require_safe
def document(
    request: HttpRequest, year: int, month: int, slug: str, number: int | None = None
) -> HttpResponse:
    """Give the public document as it was frozen: the bytes whose digest the ledger holds.

    Without a number, that of the live page.
    """
    live = live_publication(slug)
    version = "" if number is None else f"v/{number}/"
    if elsewhere := moved(
        request, f"{live.public_document['address']}{version}index.json", year, month
    ):
        return elsewhere
    found: Publication | None = live
    if number is not None and number != live.number:
        found = Publication.objects.filter(article=live.article_id, number=number).first()
    if found is None:
        raise Http404
    response = HttpResponse(canonical.dumps(found.public_document), content_type="application/json")
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def at(request: HttpRequest, year: int, month: int, slug: str, moment: str) -> HttpResponse:
    """Show a piece as readers saw it at a moment; of the future, as they see it now."""
    try:
        asked = moments.read(moment)
    except ValueError:
        raise Http404 from None
    live = live_publication(slug)
    newest = live.public_document
    if there := moved(request, f"{newest['address']}at/{moment}/", year, month):
        return there
    then = live
    if asked < live.at:
        by_then = Publication.objects.filter(article=live.article_id, at__lte=asked)
        found = proofs.with_checkpoint(by_then).order_by("-number").first()
        if found is None:
            return _not_yet(request, newest, asked)
        then = found
    future = asked > timezone.now()
    response = _render(
        request,
        then.public_document,
        None if then.number == live.number else newest,
        permanent=True,
        checkpoint=proofs.checkpoint_of(then),
        asked=asked,
        future=future,
    )
    if future:
        # What is live at that moment is not settled yet.
        add_never_cache_headers(response)
    return response


def _not_yet(request: HttpRequest, newest: dict[str, Any], asked: datetime) -> HttpResponse:
    """Say that a piece was published later than that, in its language."""
    language = language_of(newest)
    with override(language):
        context = {
            "asked": wording.moment(asked.isoformat()),
            "first_published": wording.moment(newest["first_published"]),
            "headline": newest["headline"],
            "address": newest["address"],
            "publisher": newest["publisher"],
        }
        response = render(request, "articles/not_yet.html", context, status=404)
    response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def proof_data(request: HttpRequest, year: int, month: int, slug: str, number: int) -> HttpResponse:
    """Give what proves that a publication stands in the ledger, for docs/verify_bundle.py."""
    found = _proved(request, "proof.json", year, month, slug, number)
    if isinstance(found, HttpResponse):
        return found
    entry, publication = found
    response = JsonResponse(
        proofs.as_data(entry, publication), json_dumps_params={"ensure_ascii": False}
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def proof_text(request: HttpRequest, year: int, month: int, slug: str, number: int) -> HttpResponse:
    """Give the same inclusion proof in the format of C2SP (tlog-proof)."""
    found = _proved(request, "proof", year, month, slug, number)
    if isinstance(found, HttpResponse):
        return found
    return plain_text(proofs.as_text(found[0]))


def _proved(
    request: HttpRequest, name: str, year: int, month: int, slug: str, number: int
) -> tuple[Entry, Publication] | HttpResponse:
    """Return a publication and the entry that recorded it, or the way to its present address."""
    live = live_publication(slug)
    if there := moved(request, f"{live.public_document['address']}v/{number}/{name}", year, month):
        return there
    publication = Publication.objects.filter(article=live.article_id, number=number).first()
    entry = proofs.entry_of(publication) if publication else None
    if publication is None or entry is None:
        raise Http404
    return entry, publication


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """Give a picture by the SHA-256 of its bytes, or a rendition of it: neither ever changes."""
    original = renditions.ORIGINAL.fullmatch(name)
    try:
        file = image_storage().open(name) if original else renditions.opened(name)
    except FileNotFoundError:
        raise Http404 from None
    head = file.read(12)
    file.seek(0)
    response = FileResponse(file, content_type=pictures.media_type(head))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def live_publication(slug: str) -> Publication:
    """Return the latest publication of the piece that has, or once had, this slug.

    With it comes from which checkpoint on the ledger proves it (``proofs.checkpoint_of``).
    """
    known = Publication.objects.filter(slug=slug).values("article")
    pieces = list(proofs.with_checkpoint(Publication.objects.live().filter(article__in=known)))
    # A piece that gave its slug up must not hide the one that has it now.
    pieces.sort(key=lambda publication: (publication.slug == slug, publication.at))
    if not pieces:
        if Publication.stored.filter(slug=slug).exists():
            raise Removed
        raise Http404
    return pieces[-1]


def moved(
    request: HttpRequest, address: str, year: int, month: int
) -> HttpResponsePermanentRedirect | None:
    """Return the way to the present address; raise Http404 for a month that was never right."""
    match = ADDRESS.match(address)
    if match is None or (year, month) != (int(match[1]), int(match[2])):
        raise Http404
    return HttpResponsePermanentRedirect(address) if request.path_info != address else None


def _render(
    request: HttpRequest,
    document: dict[str, Any],
    newest: dict[str, Any] | None = None,
    *,
    permanent: bool = False,
    checkpoint: int | None = None,
    asked: datetime | None = None,
    future: bool = False,
) -> HttpResponse:
    """Render a page in the article's language; only the live address is for search engines.

    ``asked`` is the moment that a reader wants to see, if any.
    """
    language = language_of(document)
    with override(language):
        context = pages.context(
            document,
            site=settings.NEWSROOM["SITE"],
            image_url=image_storage().url,
            newest=newest,
        )
        context |= {
            "permanent": permanent,
            "checkpoint": checkpoint,
            "asked": wording.moment(asked.isoformat()) if asked else None,
            "future": future,
            "report": f"{context['address']}report/",
        }
        response = render(request, "articles/article_page.html", context)
    response["Content-Language"] = language
    if permanent:
        response["X-Robots-Tag"] = "noindex"
    return response
