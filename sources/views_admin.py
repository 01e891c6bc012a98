"""The desk's way to the copies of sources: what is listed, and files that can do no harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from history import diff, views_timeline
from history.models import Entry

from . import extraction, references, sealing, services
from .choices import Tier
from .keys import KeyMissing
from .models import Capture, Source

#: What the apps above tell on the page of a source: called with the request and the source, each
#: returns what its part of the template needs.
about: list[Callable[[HttpRequest, Source], dict[str, Any]]] = []

ENDINGS = {
    "application/pdf": "pdf",
    "application/warc": "warc",
    "text/html": "html",
    "text/plain": "txt",
    "text/csv": "csv",
    "application/json": "json",
    "image/jpeg": "jpg",
    "image/png": "png",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}


EVENTS_SHOWN = 8
REPEATS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a source now, as its page tells it at the top.

    ``reference`` is how readers get it, empty for who may not see that. ``repeats`` are sources
    that have it from this one, ``more`` so many besides them, ``origin`` where it has it from.
    """

    source: Source
    reference: SafeString
    repeats: list[Source]
    more: int
    origin: Source | None

    @property
    def terms(self) -> str:
        return self.source.get_terms_display() if self.source.terms else ""


def standing(user: Any, source: Source, identity: Mapping[str, Any] | None) -> Standing:
    """Return what is true of a source now. Two queries, whatever rests on it."""
    told = (identity or {}).get("csl") or {}
    repeats = list(source.repeats.seen_by(user).order_by("pk")[: REPEATS_SHOWN + 1])
    more = 0
    if len(repeats) > REPEATS_SHOWN:
        more = source.repeats.seen_by(user).count() - REPEATS_SHOWN
    return Standing(
        source,
        references.reference(told, get_language() or "en") if told else SafeString(""),
        repeats[:REPEATS_SHOWN],
        more,
        source.origin if source.origin and may_know(user, source.origin) else None,
    )


def events(request: HttpRequest, source: Source) -> dict[str, Any]:
    """Return the newest events of a source, for its page."""
    days, more = views_timeline.latest(request, Entry.objects.of(source), EVENTS_SHOWN)
    return {
        "events": days,
        "more_events": more,
        "sees_ledger": request.user.has_perm("history.view_entry"),
    }


def may_know(user: Any, source: Source) -> bool:
    """Whether a user may know that a source exists."""
    return source.tier != Tier.CONFIDENTIAL or user.has_perm("sources.view_identity")


def may_open(user: Any, source: Source) -> bool:
    """Whether a user may have the bytes of a source's copies."""
    if not user.has_perm("sources.view_capture"):
        return False
    return source.tier == Tier.NAMED or user.has_perm("sources.view_identity")


@dataclass(frozen=True, slots=True)
class Listed:
    """One copy as the list shows it; ``address`` only to those who may open it."""

    capture: Capture
    address: str
    may_open: bool
    previous: Capture | None

    @property
    def showable(self) -> bool:
        return self.capture.media_type in SHOWABLE

    @property
    def readable(self) -> bool:
        return self.capture.media_type in extraction.READABLE


def listed(user: Any, source: Source) -> list[Listed]:
    """Return a source's copies, newest first. One query."""
    if not user.has_perm("sources.view_capture"):
        return []
    openable = may_open(user, source)
    captures = list(source.captures.all())
    return [
        Listed(capture, _address(source, capture) if openable else "", openable, previous)
        for capture, previous in zip_longest(captures, captures[1:])
    ]


def _address(source: Source, capture: Capture) -> str:
    if not capture.sealed:
        return capture.address
    try:
        place = f"capture/{capture.pk}"
        return sealing.unseal(capture.sealed, source=source.pk, place=place).get("address", "")
    except (KeyMissing, sealing.SealBroken):
        return ""


def _opened(request: HttpRequest, pk: UUID, capture: UUID) -> Capture:
    """Return a copy that this user may open. That of a protected source is entered first."""
    found = Capture.objects.select_related("source").filter(pk=capture, source=pk).first()
    if found is None:
        raise Http404
    source = found.source
    if not may_open(request.user, source):
        if source.tier == Tier.CONFIDENTIAL:
            raise Http404
        raise PermissionDenied
    if source.tier != Tier.NAMED:
        services.record_view(source, actor=request.user, capture=found)
    return found


def _content(found: Capture) -> bytes | HttpResponse:
    try:
        return found.read()
    except FileNotFoundError:
        raise Http404 from None
    except (KeyMissing, sealing.SealBroken):
        return HttpResponse(
            _("The key to this copy was destroyed: nobody can read it any more."),
            status=410,
            content_type="text/plain; charset=utf-8",
        )


# A response that is foreign: it runs nothing, loads nothing, knows nothing of the desk.
_INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; img-src data:; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
#: What a browser may be shown; of all else there is the text and the file.
SHOWABLE = frozenset({"text/html", "image/png", "image/jpeg", "image/gif", "image/webp"})


@require_safe
def show(request: HttpRequest, pk: UUID, capture: UUID) -> HttpResponse:
    """Show a page or picture as it was kept, without its scripts and whatever it would load."""
    found = _opened(request, pk, capture)
    if found.media_type not in SHOWABLE:
        raise Http404
    content = _content(found)
    if isinstance(content, HttpResponse):
        return content
    return HttpResponse(content, headers={**_INERT, "Content-Type": found.media_type})


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a text; of a text without pages there is one, and it has no number."""

    number: int | None
    text: str


def pages(text: str) -> list[Page]:
    """Return a text page by page."""
    if "\f" not in text:
        return [Page(None, text)] if text else []
    parts = text.removesuffix("\f").split("\f")
    return [Page(number, part) for number, part in enumerate(parts, start=1)]


# Comparing takes as long as both texts are long.
MOST_COMPARED = 400_000


@require_safe
def text(request: HttpRequest, pk: UUID, capture: UUID) -> HttpResponse:
    """Show the text of a copy; with ``?since=`` what has changed since another one."""
    from django.contrib import admin

    found = _opened(request, pk, capture)
    try:
        words, since = found.text, None
        if earlier := request.GET.get("since"):
            try:
                since = _opened(request, pk, UUID(earlier))
            except ValueError:
                raise Http404 from None
        before = since.text if since else ""
    except (KeyMissing, sealing.SealBroken):
        return HttpResponse(_("The key to this copy was destroyed."), status=410)
    compared = since is not None and len(before) + len(words) <= MOST_COMPARED
    changes = diff.words(before, words) if compared else []
    context = {
        **admin.site.each_context(request),
        "title": _("Text of the copy"),
        "opts": Source._meta,
        "original": found.source,
        "capture": found,
        "since": since,
        "changes": changes,
        "too_long": since is not None and not compared,
        "counted": diff.count(changes),
        "pages": pages(words),
        "latest": found.extractions.first(),
    }
    return TemplateResponse(request, "admin/sources/source/text.html", context)


@require_safe
def download(request: HttpRequest, pk: UUID, capture: UUID) -> HttpResponse:
    """Give the bytes of a copy as a file that no browser shows or runs.

    Opening the copy of a protected source is entered in the ledger first.
    """
    found = _opened(request, pk, capture)
    content = _content(found)
    if isinstance(content, HttpResponse):
        return content
    ending = ENDINGS.get(found.media_type, "bin")
    taken = timezone.localtime(found.captured_at)
    # The name of a file says nothing of its source.
    name = f"{taken:%Y-%m-%d}-{str(found.pk)[:8]}.{ending}"
    return HttpResponse(
        content,
        headers={
            **_INERT,
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
