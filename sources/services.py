"""What can be done with sources. Each service is one act."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from history.acts import act, lock

from . import sealing
from .choices import Kind, Tier
from .models import Capture, Source, capture_storage


def create_source(
    *,
    actor: Any,
    csl: dict[str, Any],
    tier: str = Tier.NAMED,
    kind: str = Kind.DOCUMENT,
    contact: str = "",
    notes: str = "",
    **fields: Any,
) -> Source:
    """Create a source; who it is stands in clear only if it is named.

    Raises ``ValidationError`` for data that no source can have.
    """
    source = Source(tier=tier, kind=kind, **fields)
    with act("sources.source.created", actor=actor):
        source.set_identity(csl=csl, contact=contact, notes=notes)
        source.full_clean()
        source.save(force_insert=True)
    return source


def save_source(source: Source, *, actor: Any, identity: dict[str, Any] | None = None) -> Source:
    """Save an edited source, with a new identity if one is given."""
    with act("sources.source.saved", actor=actor):
        lock(source)
        if identity is not None:
            source.set_identity(**identity)
        source.full_clean()
        source.save()
    return source


def capture(
    source: Source,
    content: bytes,
    *,
    actor: Any,
    media_type: str,
    text: str = "",
    address: str = "",
    captured_at: datetime | None = None,
) -> Capture:
    """Keep an unalterable copy of a source; bytes that are stored already are stored once."""
    taken = Capture(
        source=source,
        media_type=media_type,
        size=len(content),
        captured_at=captured_at or timezone.now(),
    )
    if source.tier == Tier.NAMED:
        taken.text, taken.address = text, address
    else:
        place = f"capture/{taken.pk}"
        content = sealing.seal_bytes(content, source=source.pk, place=place)
        told = {key: value for key, value in {"text": text, "address": address}.items() if value}
        taken.sealed = sealing.seal(told, source=source.pk, place=place)
    taken.sha256 = sha256(content).hexdigest()
    with act("sources.capture.taken", actor=actor) as this:
        lock(source)
        taken.full_clean(exclude=["source"])
        taken.save(force_insert=True)
        this.note(source, capture=str(taken.pk))
        if not capture_storage().exists(taken.name):
            capture_storage().save(taken.name, ContentFile(content))
    return taken


def withdraw_source(source: Source, *, actor: Any, comment: str = "") -> Source:
    """Take a source out of use. It stays, because what cites it stays."""
    with act("sources.source.withdrawn", actor=actor, comment=comment):
        source = lock(source)
        source.withdrawn = True
        source.save(update_fields=["withdrawn"])
    return source


def record_view(source: Source, *, actor: Any) -> None:
    """Enter in the ledger that somebody saw who a protected source is."""
    with act("sources.identity.viewed", actor=actor) as this:
        this.note(source, viewed="identity")
