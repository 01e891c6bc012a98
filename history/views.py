"""What the ledger says in public: its latest checkpoint, and the key that signs."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from . import ledger, signing
from .models import Checkpoint


def plain_text(text: str) -> HttpResponse:
    """Return text that a cache may keep for a minute."""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the latest checkpoint that was issued; the first one is issued here, if need be."""
    return plain_text((Checkpoint.objects.first() or ledger.issue_checkpoint()).note)


@require_safe
def verifier_keys(request: HttpRequest) -> HttpResponse:
    """Give the verifier keys, one a line: today's first, then those that signed before it."""
    return plain_text("".join(f"{verifier}\n" for verifier in signing.verifiers()))
