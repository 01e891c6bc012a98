"""Verifying the record: does what stands in the database prove itself?

Each inspection yields faults, one for each row that is not as its record says.
"Nothing was rewritten" always means: since a checkpoint that somebody else
holds. Without one, whoever owns database and key could have rewritten both.

The apps above add inspections of what only they know (``inspect``).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from django.core.serializers.base import DeserializationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from reversion.models import Version

from . import canonical, ledger, merkle, signing
from .aggregates import Aggregate, aggregates
from .digests import digest, digest_after_erasure
from .models import Checkpoint, Entry, Node, Payload

_BATCH = 2_000
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the row where it shows: ``table/key``."""

    row: str
    message: str

    def __str__(self) -> str:
        return f"{self.row}: {self.message}"


@dataclass
class Run:
    """One verification: what is asked of it, and what it has learned on the way.

    ``since`` is the first entry that is looked at; everything before it is
    taken from the stored tree. ``outside`` are checkpoints that others kept.
    """

    since: int = 0
    outside: Sequence[tuple[str, str]] = ()
    progress: Callable[[str, int, int], None] = lambda what, done, total: None
    # Of every size that a checkpoint speaks of, the root as computed from the entries.
    roots: dict[int, bytes] = field(default_factory=dict)
    # What stands where parts were erased, by subject, kind and key.
    redacted: dict[tuple[str, str, str], str] = field(default_factory=dict)
    # Erasures, told as what they are and not as damage.
    erased: list[str] = field(default_factory=list)


Inspection = Callable[[Run], Iterable[Fault]]

_inspections: list[tuple[str | Promise, Inspection]] = []


def inspect(title: str | Promise) -> Callable[[Inspection], Inspection]:
    """Add an inspection under a title that the progress shows."""

    def add(inspection: Inspection) -> Inspection:
        _inspections.append((title, inspection))
        return inspection

    return add


def verify(run: Run) -> Iterator[Fault]:
    """Yield every fault that the inspections find, in their order."""
    for _title, inspection in _inspections:
        yield from inspection(run)


def titles() -> list[str]:
    return [str(title) for title, _inspection in _inspections]


# The ledger


@inspect(gettext_lazy("entries, payloads and the tree"))
def entries(run: Run) -> Iterator[Fault]:
    """Sequence without a gap, payloads as committed to, nodes as computed anew."""
    total = ledger.size()
    start = min(run.since, total)
    wanted = {size for size in _checkpoint_sizes(run) if size >= start}
    stack = _stack(start)
    if stack is None:
        yield Fault("history_node", f"nodes of the first {start} entries are missing")
        return
    position = start
    _remember(run, wanted, position, stack)
    rows = (
        Entry.objects.filter(sequence__gte=start)
        .order_by("sequence")
        .select_related("payload__version")
    )
    batch: dict[merkle.Name, bytes] = {}
    for entry in rows.iterator(chunk_size=_BATCH):
        if entry.sequence != position:
            yield Fault(f"history_entry/{position}", "the entry is missing")
            return
        yield from _payload(run, entry)
        batch.update(_push(stack, position, merkle.leaf_hash(entry.leaf)))
        position += 1
        _remember(run, wanted, position, stack)
        if position % _BATCH == 0 or position == total:
            yield from _nodes(batch)
            batch = {}
            run.progress("entries", position - start, total - start)
    yield from _orphans()


def _checkpoint_sizes(run: Run) -> set[int]:
    sizes = set(Checkpoint.objects.values_list("size", flat=True))
    for _name, note in run.outside:
        try:
            sizes.add(signing.open_checkpoint(note).size)
        except signing.NoteRefused:
            continue
    return sizes


def _stack(size: int) -> list[bytes] | None:
    names = merkle.peaks(size)
    known = ledger.nodes(names)
    return [known[name] for name in names] if len(known) == len(names) else None


def _push(stack: list[bytes], index: int, hashed: bytes) -> dict[merkle.Name, bytes]:
    """Add a leaf to the peaks; return the nodes above level 0 that it completes."""
    level, made = 0, {}
    while index & 1:
        hashed = merkle.node_hash(stack.pop(), hashed)
        level, index = level + 1, index >> 1
        made[level, index] = hashed
    stack.append(hashed)
    return made


def _remember(run: Run, wanted: set[int], size: int, stack: list[bytes]) -> None:
    if size in wanted:
        run.roots[size] = merkle.fold(stack)


def _payload(run: Run, entry: Entry) -> Iterator[Fault]:
    row = f"history_entry/{entry.sequence}"
    try:
        payload = entry.payload
    except Payload.DoesNotExist:
        yield Fault(row, "its payload is missing")
        return
    try:
        whole = canonical.loads(payload.data)
        if payload.version is not None:
            whole["document"] = canonical.loads(payload.version.serialized_data)
    except (ValueError, TypeError):
        yield Fault(row, "its payload or document is no JSON")
        return
    if payload.parts:
        _note_erased(run, entry, payload)
    if _digest(whole, payload) != bytes(entry.digest):
        where = (
            f"reversion_version/{payload.version_id}"
            if payload.version_id
            else f"history_payload/{entry.sequence}"
        )
        yield Fault(where, f"is not what entry {entry.sequence} commits to")
    elif (payload.version_id is None) != (entry.revision is None):
        yield Fault(row, "revision number and stored document do not go together")
    elif payload.version and payload.version.object_id != str(entry.subject):
        yield Fault(f"reversion_version/{payload.version_id}", "belongs to another subject")


def _digest(whole: object, payload: Payload) -> bytes:
    if not payload.parts:
        return digest(whole, bytes(payload.salt))
    try:
        return digest_after_erasure(whole, canonical.loads(payload.parts))
    except (ValueError, TypeError, AttributeError):
        return b""


def _note_erased(run: Run, entry: Entry, payload: Payload) -> None:
    """Remember what stands where something was erased, to be held against the erasure's entry."""
    subject = str(entry.subject)
    run.redacted[subject, "payloads", str(entry.sequence)] = _sha256(payload.data)
    if payload.version is not None:
        text = payload.version.serialized_data
        run.redacted[subject, "documents", str(entry.revision)] = _sha256(text)


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@inspect(gettext_lazy("erasures"))
def erasures(run: Run) -> Iterator[Fault]:
    """What was redacted, was redacted by a recorded erasure, and stands as that left it."""
    told: dict[tuple[str, str, str], str] = {}
    rows = Payload.objects.filter(entry__kind="history.erasure.done").order_by("entry_id")
    for about, sequence, data in rows.values_list("entry__subject", "entry_id", "data"):
        subject = str(about)
        erased = canonical.loads(data).get("details", {}).get("erasure", {})
        for kind in ("documents", "payloads"):
            for key, hashed in erased.get(kind, {}).items():
                told[subject, kind, key] = hashed
        if erased.get("documents") or erased.get("payloads"):
            counts = f"{len(erased.get('documents', {}))} documents"
            run.erased.append(f"history_entry/{sequence}: erased words from {counts} of {subject}")
    touched = {subject for subject, _kind, _key in told}
    for row, hashed in run.redacted.items():
        subject, kind, key = row
        expected = told.get(row, hashed)
        if expected != hashed:
            yield Fault(f"{kind}/{subject}/{key}", "is not what the erasure left there")
        elif subject not in touched:
            yield Fault(f"{kind}/{subject}/{key}", "was redacted without an erasure on record")


def traces_of(kind: str) -> dict[str, str]:
    """Return what erasures left of rows beside the documents: by key, the digest of what stands."""
    left: dict[str, str] = {}
    rows = Payload.objects.filter(entry__kind="history.erasure.done").order_by("entry_id")
    for data in rows.values_list("data", flat=True):
        left |= canonical.loads(data).get("details", {}).get("erasure", {}).get(kind, {})
    return left


def _nodes(computed: dict[merkle.Name, bytes]) -> Iterator[Fault]:
    stored = ledger.nodes(list(computed))
    for name, hashed in computed.items():
        if stored.get(name) != hashed:
            what = "is missing" if name not in stored else "is not the hash of what is below it"
            yield Fault(f"history_node/{name[0]}/{name[1]}", what)


def _orphans() -> Iterator[Fault]:
    """Documents without an entry, payloads without one, revision numbers out of order."""
    recorded = Payload.objects.filter(version__isnull=False).values("version")
    for pk in Version.objects.exclude(pk__in=recorded).values_list("pk", flat=True):
        yield Fault(f"reversion_version/{pk}", "no entry records this document")
    numbers: dict[UUID, int] = {}
    rows = Entry.objects.filter(revision__isnull=False).order_by("sequence")
    for sequence, subject, revision in rows.values_list("sequence", "subject", "revision").iterator(
        chunk_size=_BATCH
    ):
        if revision != numbers.get(subject, 0) + 1:
            yield Fault(f"history_entry/{sequence}", "its revision is not the next one")
        numbers[subject] = revision
    total = ledger.size()
    for node in Node.objects.all().iterator(chunk_size=_BATCH):
        if (node.index + 1) << node.level > total:
            yield Fault(
                f"history_node/{node.level}/{node.index}", "covers entries that are not there"
            )


@inspect(gettext_lazy("checkpoints"))
def checkpoints(run: Run) -> Iterator[Fault]:
    """Signatures are ours, and the ledger still has the roots that were signed."""
    total = ledger.size()
    notes = [(f"history_checkpoint/{row.size}", row.note) for row in Checkpoint.objects.all()]
    for name, note in [*notes, *run.outside]:
        try:
            head = signing.open_checkpoint(note)
        except signing.NoteRefused as error:
            yield Fault(name, str(error))
            continue
        if head.size > total:
            yield Fault(name, f"signed for {head.size} entries, but only {total} are there")
            continue
        # Roots of what lies before this run were not computed on its way.
        root = run.roots.get(head.size) if head.size >= run.since else ledger.root(head.size)
        if root != head.root:
            yield Fault(name, f"the first {head.size} entries are not those that were signed")
    for row in Checkpoint.objects.all():
        try:
            said = signing.open_checkpoint(row.note).size
        except signing.NoteRefused:
            continue
        if said != row.size:
            yield Fault(f"history_checkpoint/{row.size}", f"its note speaks of {said} entries")


# What is live


@inspect(gettext_lazy("live pieces and sources"))
def live(run: Run) -> Iterator[Fault]:
    """Every aggregate equals its last recorded document, and nothing is there unrecorded."""
    for aggregate in aggregates():
        keys = list(aggregate.model._base_manager.order_by("pk").values_list("pk", flat=True))
        subjects = set(Entry.objects.filter(subject__in=keys).values_list("subject", flat=True))
        table = aggregate.model._meta.db_table
        for done, key in enumerate(keys, start=1):
            if key not in subjects:
                yield Fault(f"{table}/{key}", "no entry speaks of it")
            else:
                yield from _equals_document(aggregate, key)
            if done % 50 == 0 or done == len(keys):
                run.progress(table, done, len(keys))
        yield from _vanished(aggregate.model, set(keys))


def _equals_document(aggregate: Aggregate, key: UUID) -> Iterator[Fault]:
    if aggregate.format is None or aggregate.write is None:
        return
    row = f"{aggregate.model._meta.db_table}/{key}"
    stored = (
        Entry.objects.filter(subject=key, revision__isnull=False)
        .order_by("-revision")
        .values_list("payload__version__serialized_data", flat=True)
        .first()
    )
    if stored is None:
        yield Fault(row, "no document records it")
        return
    try:
        recorded = aggregate.format.loads(stored)
    except DeserializationError as error:
        yield Fault(row, f"its last document cannot be read: {error}")
        return
    now = canonical.normal(aggregate.write(key))
    if canonical.dumps(now) != canonical.dumps(recorded):
        where = ", ".join(_places(recorded, now))
        yield Fault(row, f"differs from its last recorded document in {where}")


def _places(one: object, other: object, pointer: str = "", most: int = 5) -> list[str]:
    """Return where two documents differ, as JSON Pointers."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                found += _places(one.get(key), other.get(key), f"{pointer}/{key}", most)
        return found[:most]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        found = []
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                found += _places(left, right, f"{pointer}/{index}", most)
        return found[:most]
    return [pointer or "/"]


def _vanished(model: type[models.Model], present: set[UUID]) -> Iterator[Fault]:
    """Documented aggregates whose rows are gone without an entry that says so."""
    label = model._meta.label_lower
    app, name = label.split(".")
    documented = (
        Version.objects.filter(content_type__app_label=app, content_type__model=name)
        .values_list("object_id", flat=True)
        .distinct()
    )
    # A key that is none was slipped in; its document has no entry, which is told elsewhere.
    gone = {UUID(key) for key in documented if _KEY.fullmatch(key)} - present
    for key in sorted(gone):
        last = Entry.objects.of(key).select_related("payload").first()
        told = canonical.loads(last.payload.data) if last else {}
        if not told.get("deleted"):
            yield Fault(f"{model._meta.db_table}/{key}", "was recorded and is not there")
