"""What can be done with sources. Each service is one act."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from history import jobs
from history.acts import act, lock

from . import extraction, sealing
from .choices import Kind, Tier
from .keys import key_store
from .models import Capture, Extraction, Source, capture_storage


def create_source(
    *,
    actor: Any,
    csl: dict[str, Any],
    tier: str = Tier.NAMED,
    kind: str = Kind.DOCUMENT,
    contact: str = "",
    notes: str = "",
    interests: str = "",
    **fields: Any,
) -> Source:
    """Create a source; who it is stands in clear only if it is named.

    Raises ``ValidationError`` for data that no source can have.
    """
    source = Source(tier=tier, kind=kind, **fields)
    with act("sources.source.created", actor=actor):
        source.set_identity(csl=csl, contact=contact, notes=notes, interests=interests)
        source.full_clean()
        source.save(force_insert=True)
    return source


def import_sources(entries: Iterable[dict[str, Any]], *, actor: Any) -> list[Source]:
    """Create a named source of each CSL entry, all of them or none."""
    with act("sources.bibliography.imported", actor=actor):
        return [create_source(actor=actor, csl=csl, kind=kind_of(csl)) for csl in entries]


_KINDS = {
    "webpage": Kind.PAGE,
    "post": Kind.PAGE,
    "post-weblog": Kind.PAGE,
    "dataset": Kind.DATASET,
    "interview": Kind.PERSON,
}


def kind_of(csl: dict[str, Any]) -> str:
    """Return the kind of source that bibliographic data tells of."""
    return _KINDS.get(str(csl.get("type")), Kind.DOCUMENT)


def save_source(source: Source, *, actor: Any, identity: dict[str, Any] | None = None) -> Source:
    """Save an edited source, with a new identity if one is given."""
    with act("sources.source.saved", actor=actor):
        lock(source)
        if identity is not None:
            source.set_identity(**identity)
        source.full_clean()
        source.save()
    return source


def digest(content: bytes) -> str:
    """Return the SHA-256 under which bytes are kept."""
    return sha256(content).hexdigest()


def capture(
    source: Source,
    content: bytes,
    *,
    actor: Any,
    media_type: str,
    text: str = "",
    address: str = "",
    response: dict[str, Any] | None = None,
    captured_at: datetime | None = None,
) -> Capture:
    """Keep an unalterable copy of a source; bytes that are stored already are stored once.

    Unless its text is given, a job reads it as soon as this is committed.
    """
    taken = Capture(
        source=source,
        media_type=media_type,
        size=len(content),
        captured_at=captured_at or timezone.now(),
    )
    if source.tier == Tier.NAMED:
        taken.address, taken.response = address, response or {}
    else:
        place = f"capture/{taken.pk}"
        content = sealing.seal_bytes(content, source=source.pk, place=place)
        told = {"address": address, "response": response}
        told = {key: value for key, value in told.items() if value}
        taken.sealed = sealing.seal(told, source=source.pk, place=place)
    taken.sha256 = digest(content)
    with act("sources.capture.taken", actor=actor) as this:
        lock(source)
        taken.full_clean(exclude=["source"])
        taken.save(force_insert=True)
        this.note(source, capture=str(taken.pk))
        if not capture_storage().exists(taken.name):
            capture_storage().save(taken.name, ContentFile(content))
        if text:
            _keep_text(taken, source, text)
        elif media_type in extraction.READABLE:
            from .tasks import read_capture

            jobs.soon(read_capture, capture=str(taken.pk))
    return taken


def keep_text(capture: Capture, text: str, *, actor: Any, trouble: str = "") -> Extraction:
    """Keep what a parser read in a copy, or that it could not."""
    with act("sources.capture.read", actor=actor) as this:
        source = lock(capture.source)
        kept = _keep_text(capture, source, text, trouble)
        this.note(source, capture=str(capture.pk))
    return kept


def _keep_text(capture: Capture, source: Source, text: str, trouble: str = "") -> Extraction:
    kept = Extraction(pk=uuid4(), capture=capture, at=timezone.now(), trouble=trouble)
    if source.tier == Tier.NAMED:
        kept.text = text
    elif text:
        place = f"extraction/{kept.pk}"
        kept.sealed = sealing.seal({"text": text}, source=source.pk, place=place)
    kept.save(force_insert=True)
    return kept


def withdraw_source(source: Source, *, actor: Any, comment: str = "") -> Source:
    """Take a source out of use. It stays, because what cites it stays."""
    with act("sources.source.withdrawn", actor=actor, comment=comment):
        source = lock(source)
        source.withdrawn = True
        source.save(update_fields=["withdrawn"])
    return source


def destroy_identity(source: Source, *, actor: Any, reason: str) -> None:
    """Make what is sealed of a source unreadable for ever, everywhere, and enter that.

    Of a protected source that is who it is, of a named one how to reach it. Raises
    ``PermissionDenied``, and ``ValidationError`` if nothing is sealed.
    """
    if not actor.has_perm("history.decide_erasure"):
        raise PermissionDenied(_("You may not decide on erasures."))
    if source.tier == Tier.NAMED and not source.contact:
        raise ValidationError(_("Who a named source is stands in clear: ask for an erasure."))
    with act("sources.identity.destroyed", actor=actor, comment=reason) as this:
        this.note(lock(source), destroyed="identity")
    # After the record, which would otherwise be missing if the disk failed; this can be repeated.
    key_store().destroy(source.pk)


def record_view(source: Source, *, actor: Any, capture: Capture | None = None) -> None:
    """Enter in the ledger that somebody saw who a protected source is, or a copy of it."""
    with act(f"sources.{'capture' if capture else 'identity'}.viewed", actor=actor) as this:
        if capture:
            this.note(source, viewed="capture", capture=str(capture.pk))
        else:
            this.note(source, viewed="identity")
