"""Appending to the ledger."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from reversion.models import Version

from . import canonical
from .digests import digest
from .models import Entry, Payload

# Any number that no other part of the house locks.
_APPENDING = 7_220_001


@dataclass
class Draft:
    """An entry to be: what it is about, what it says, and the document that it stores."""

    subject: UUID
    data: dict[str, Any]
    document: dict[str, Any] | None = None
    version: Version | None = None
    revision: int | None = None


def append(
    drafts: Sequence[Draft], *, kind: str, actor: UUID | None, request: UUID, at: datetime
) -> list[Entry]:
    """Append one entry a draft, in one transaction that has nothing left to do but commit.

    The advisory lock is held until that commit, so entries stand in the order
    in which their acts became true, without a gap or a fork.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPENDING])
        # A statement of its own: its snapshot is taken after the lock was got.
        cursor.execute("SELECT coalesce(max(sequence) + 1, 0) FROM history_entry")
        (sequence,) = cursor.fetchone()
    entries, payloads = [], []
    for offset, draft in enumerate(drafts):
        salt = os.urandom(32)
        data = canonical.normal(draft.data)
        whole = data if draft.document is None else {**data, "document": draft.document}
        entry = Entry(
            sequence=sequence + offset,
            kind=kind,
            actor=actor,
            subject=draft.subject,
            request=request,
            at=at,
            digest=digest(whole, salt),
            revision=draft.revision,
        )
        entries.append(entry)
        payloads.append(
            Payload(entry=entry, salt=salt, data=canonical.dumps(data), version=draft.version)
        )
    Entry.objects.bulk_create(entries)
    Payload.objects.bulk_create(payloads)
    return entries
