"""Appending to the ledger, and proving what stands in it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from reversion.models import Version

from . import canonical, merkle, signing
from .digests import digest
from .models import Checkpoint, Entry, Node, Payload

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


def hold() -> None:
    """Let nobody append before the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPENDING])


def append(
    drafts: Sequence[Draft], *, kind: str, actor: UUID | None, request: UUID, at: datetime
) -> list[Entry]:
    """Append one entry a draft, in one transaction that has nothing left to do but commit.

    The advisory lock is held until that commit, so entries stand in the order
    in which their acts became true, without a gap or a fork.
    """
    hold()
    # A statement of its own: its snapshot is taken after the lock was got.
    last = Entry.objects.order_by("-sequence").first()
    size = last.sequence + 1 if last else 0
    entries, payloads = [], []
    for sequence, draft in enumerate(drafts, start=size):
        salt = os.urandom(32)
        data = canonical.normal(draft.data)
        whole = data if draft.document is None else {**data, "document": draft.document}
        entry = Entry(
            sequence=sequence,
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
    names = merkle.peaks(size)
    known = nodes([name for name in names if name[0]])
    if last and size & 1:
        known[0, last.sequence] = merkle.leaf_hash(last.leaf)
    grown = merkle.grow(
        size, [known[name] for name in names], [merkle.leaf_hash(entry.leaf) for entry in entries]
    )
    Entry.objects.bulk_create(entries)
    Payload.objects.bulk_create(payloads)
    new = [Node(level=name[0], index=name[1], hash=h) for name, h in grown.items() if name[0]]
    if new:
        Node.objects.bulk_create(new)
    return entries


# Proofs


def nodes(names: Sequence[merkle.Name]) -> dict[merkle.Name, bytes]:
    """Return the hashes of complete nodes; one query, two if leaves are among them."""
    found: dict[merkle.Name, bytes] = {}
    wanted = [name for name in names if name[0]]
    if wanted:
        for node in Node.objects.filter(pk__in=wanted):
            found[node.level, node.index] = bytes(node.hash)
    leaves = [index for level, index in names if not level]
    if leaves:
        for entry in Entry.objects.filter(sequence__in=leaves):
            found[0, entry.sequence] = merkle.leaf_hash(entry.leaf)
    return found


def size() -> int:
    """Return how many entries there are."""
    last = Entry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    return 0 if last is None else last + 1


def root(size: int) -> bytes:
    """Return the root of the first ``size`` entries."""
    names = merkle.peaks(size)
    known = nodes(names)
    return merkle.fold([known[name] for name in names])


def prove_inclusion(sequence: int, size: int) -> list[bytes]:
    """Return the proof that an entry is among the first ``size`` (RFC 6962)."""
    return merkle.prove(merkle.inclusion(sequence, size), nodes)


def prove_consistency(old: int, new: int) -> list[bytes]:
    """Return the proof that the first ``old`` entries are the same in the first ``new``."""
    return merkle.prove(merkle.consistency(old, new), nodes)


# Checkpoints


def issue_checkpoint() -> Checkpoint:
    """Return a signed checkpoint of the ledger as it is; the same one while nothing is appended."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPENDING])
        now = size()
        stored = Checkpoint.objects.filter(pk=now).first()
        if stored is not None:
            return stored
        signer = signing.signer()
        note = signer.sign(str(signing.Head(signer.name, now, root(now))))
        return Checkpoint.objects.create(size=now, at=timezone.now(), note=note)


def checkpoint_since(sequence: int) -> Checkpoint:
    """Return the earliest checkpoint that covers an entry; issue one if there is none yet."""
    covering = Checkpoint.objects.filter(size__gt=sequence).order_by("size").first()
    return covering or issue_checkpoint()
