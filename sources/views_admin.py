"""The desk's way to the copies of sources: what is listed, and files that can do no harm."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from history.acts import act

from . import sealing
from .choices import Tier
from .keys import KeyMissing
from .models import Capture, Source

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


def listed(user: Any, source: Source) -> list[Listed]:
    """Return a source's copies, newest first. One query."""
    if not user.has_perm("sources.view_capture"):
        return []
    openable = may_open(user, source)
    return [
        Listed(capture, _address(source, capture) if openable else "", openable)
        for capture in source.captures.all()
    ]


def _address(source: Source, capture: Capture) -> str:
    if not capture.sealed:
        return capture.address
    try:
        place = f"capture/{capture.pk}"
        return sealing.unseal(capture.sealed, source=source.pk, place=place).get("address", "")
    except (KeyMissing, sealing.SealBroken):
        return ""


@require_safe
def download(request: HttpRequest, pk: UUID, capture: UUID) -> HttpResponse:
    """Give the bytes of a copy as a file that no browser shows or runs.

    Opening the copy of a protected source is entered in the ledger first.
    """
    try:
        found = Capture.objects.select_related("source").get(pk=capture, source=pk)
    except Capture.DoesNotExist:
        raise Http404 from None
    source = found.source
    if not may_open(request.user, source):
        if source.tier == Tier.CONFIDENTIAL:
            raise Http404
        raise PermissionDenied
    try:
        content = found.read()
    except FileNotFoundError:
        raise Http404 from None
    except (KeyMissing, sealing.SealBroken):
        return HttpResponse(
            _("The key to this copy was destroyed: nobody can read it any more."),
            status=410,
            content_type="text/plain; charset=utf-8",
        )
    if source.tier != Tier.NAMED:
        with act("sources.capture.viewed", actor=request.user) as this:
            this.note(source, viewed="capture", capture=str(found.pk))
    ending = ENDINGS.get(found.media_type, "bin")
    taken = timezone.localtime(found.captured_at)
    # The name of a file says nothing of its source.
    name = f"{taken:%Y-%m-%d}-{str(found.pk)[:8]}.{ending}"
    return HttpResponse(
        content,
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
