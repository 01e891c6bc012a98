"""Erasing words from what was recorded, and recording that.

Documents, payloads and append-only rows that hold the words are rewritten
through the one door that the database has for it. The digests of erased parts
stay, without the salt that a guess could be tested with, so that everything
else still proves itself; the erasure's own entries carry the digests of what
stands there now.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from reversion.models import Revision

from . import canonical
from .acts import Act, act
from .aggregates import Aggregate, aggregates
from .digests import part_digest, part_salt, parts
from .models import Entry, Erasure, Payload
from .redaction import Redactor, patterns, redact, redact_text


def rewrite(row: models.Model, **values: Any) -> None:
    """Change an append-only row through the door; its instance is left as it was."""
    table, key = row._meta.db_table, row._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT history_erase(%s, %s, %s, %s::jsonb)",
            [table, key.column, str(row.pk), json.dumps(values)],
        )
        (changed,) = cursor.fetchone()
    if changed != 1:
        raise LookupError(f"{table}/{row.pk} is not there")


def may_open_door() -> bool:
    """Return whether the database lets this connection erase."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_function_privilege('history_erase(text, text, text, jsonb)', 'EXECUTE')"
        )
        return bool(cursor.fetchone()[0])


@dataclass
class Traces:
    """What an erasure changed about one subject, for its entry: digests of what stands now."""

    documents: dict[str, str] = field(default_factory=dict)
    payloads: dict[str, str] = field(default_factory=dict)
    others: dict[str, dict[str, str]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return {"documents": self.documents, "payloads": self.payloads, **self.others}

    def __bool__(self) -> bool:
        return bool(self.documents or self.payloads or self.others)


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def ask(*, actor: Any, words: Sequence[str], reason: str) -> Erasure:
    """Ask for an erasure. The words are kept until somebody else has decided."""
    if not actor.has_perm("history.ask_erasure"):
        raise PermissionDenied(_("You may not ask for an erasure."))
    asked = Erasure(
        words=[one.strip() for one in words if one.strip()],
        reason=reason.strip(),
        asked_by=actor.pk,
        asked_at=timezone.now(),
    )
    with act("history.erasure.asked", actor=actor, comment=asked.reason) as this:
        asked.full_clean()
        asked.save(force_insert=True)
        this.note(asked, erasure={"words": len(asked.words)})
    return asked


def decline(asked: Erasure, *, actor: Any) -> None:
    """Turn a request down; its words are forgotten."""
    with act("history.erasure.declined", actor=actor) as this:
        _decide(asked, actor, Erasure.State.DECLINED)
        this.note(asked, erasure={"declined": True})


def _decide(asked: Erasure, actor: Any, state: str) -> list[str]:
    if not actor.has_perm("history.decide_erasure"):
        raise PermissionDenied(_("You may not decide on erasures."))
    stored = Erasure.objects.select_for_update().get(pk=asked.pk)
    if stored.asked_by == actor.pk:
        raise PermissionDenied(_("Somebody else must decide."))
    if stored.state != Erasure.State.ASKED:
        raise PermissionDenied(_("This was decided already."))
    words = stored.words
    stored.words, stored.state = [], state
    stored.decided_by, stored.decided_at = actor.pk, timezone.now()
    stored.save()
    return words


def redact_history(aggregate: Aggregate, key: UUID, redactor: Redactor, traces: Traces) -> None:
    """Take words out of the stored documents and entries of one subject."""
    entries = (
        Entry.objects.filter(subject=key).order_by("sequence").select_related("payload__version")
    )
    for entry in entries.iterator(chunk_size=200):
        if entry.payload.version is not None:
            redactor.learn(canonical.loads(entry.payload.version.serialized_data))
    if aggregate.write is not None and aggregate.model._base_manager.filter(pk=key).exists():
        redactor.learn(canonical.normal(aggregate.write(key)))
    for entry in entries.iterator(chunk_size=200):
        _redact_entry(entry, redactor, traces)


def _redact_entry(entry: Entry, redactor: Redactor, traces: Traces) -> None:
    payload = entry.payload
    data, version = canonical.loads(payload.data), payload.version
    now = redact(data, redactor.patterns)
    old, new = dict(data), dict(now)
    text = None
    if version is not None:
        old["document"] = canonical.loads(version.serialized_data)
        new["document"] = redactor.apply(old["document"])
        text = canonical.dumps(new["document"])
        if text != version.serialized_data:
            rewrite(version, serialized_data=text)
            traces.documents[str(entry.revision)] = digest_of(text)
            comment = redact_text(version.revision.comment, redactor.patterns)
            if comment != version.revision.comment:
                rewrite(Revision(pk=version.revision_id), comment=comment)
    if old == new:
        return
    written = canonical.dumps(now)
    if written != payload.data:
        traces.payloads[str(entry.sequence)] = digest_of(written)
    rewrite(payload, data=written, salt="\\x", parts=_parts_after(payload, old, new))


def _parts_after(payload: Payload, old: Any, new: Any) -> str:
    """Return salts of the parts that stay and digests of those that went."""
    known = canonical.loads(payload.parts) if payload.parts else None
    kept = []
    pairs = zip(parts(old), parts(new), strict=True)
    for index, (before, after) in enumerate(pairs):
        if before[0] != after[0]:
            raise ValueError(f"redaction moved the part {before[0]}")
        salt = known[index] if known else "s" + part_salt(bytes(payload.salt), index).hex()
        if before == after or salt.startswith("d"):
            kept.append(salt)
        else:
            kept.append("d" + part_digest(before, bytes.fromhex(salt[1:])).hex())
    return canonical.dumps(kept)


def carry_out(asked: Erasure, *, actor: Any, beyond: Any = None) -> Act:
    """Erase what was asked for, as the second pair of eyes.

    ``beyond(aggregate, key, redactor, traces)`` erases what only the apps above
    know of a subject. Raises ``PermissionDenied``. Everything that held the
    words gets an entry; those whose content changed, a new revision.
    """
    with act("history.erasure.done", actor=actor, comment=asked.reason) as this:
        words = _decide(asked, actor, Erasure.State.DONE)
        this.note(asked, erasure={"of": [], "request": str(asked.pk)})
        for aggregate, key in _subjects():
            redactor, traces = aggregate.redactor(words), Traces()
            redact_history(aggregate, key, redactor, traces)
            instance = aggregate.model._base_manager.filter(pk=key).first()
            if instance is not None and aggregate.write and aggregate.overwrite:
                live = canonical.normal(aggregate.write(key))
                redacted = redactor.apply(live)
                if redacted != live:
                    aggregate.overwrite(redacted)
                    traces.others["live"] = {"rows": "redacted"}
            elif instance is not None:
                _redact_row(instance, redactor, traces)
            if beyond is not None:
                beyond(aggregate, key, redactor, traces)
            if traces:
                this.note(
                    aggregate.model(pk=key), erasure={"request": str(asked.pk), **traces.told()}
                )
    return this


_ALL = [re.compile(r".+", re.DOTALL)]


def forget(kinds: Collection[str], *, before: datetime, actor: Any) -> int:
    """Black out what entries of these kinds say, if they are older; the entries stay.

    For what is recorded to be looked at for a while, and no longer: who looked at whom. Returns how
    many were forgotten. Needs the door (``may_open_door``).
    """
    due = Entry.objects.filter(
        kind__in=kinds, at__lt=before, revision__isnull=True, payload__parts=""
    )
    subjects: dict[UUID, list[Entry]] = {}
    for entry in due.order_by("sequence").select_related("payload__version"):
        subjects.setdefault(entry.subject, []).append(entry)
    if not subjects:
        return 0
    with act("history.erasure.done", actor=actor) as this:
        for key, entries in subjects.items():
            redactor, traces = Redactor([]), Traces()
            redactor.patterns = _ALL
            for entry in entries:
                _redact_entry(entry, redactor, traces)
            this.note(Erasure(pk=key), erasure={"forgotten": len(entries), **traces.told()})
    return sum(map(len, subjects.values()))


def _subjects() -> Iterator[tuple[Aggregate, UUID]]:
    """Yield every subject that was ever recorded, live or not."""
    recorded = set(Entry.objects.values_list("subject", flat=True).distinct())
    for aggregate in aggregates():
        live = set(aggregate.model._base_manager.values_list("pk", flat=True))
        yield from ((aggregate, key) for key in sorted(live))
        recorded -= live
    # Rows that are gone: their entries are still there.
    for key in sorted(recorded):
        yield _gone(), key


def _gone() -> Aggregate:
    return Aggregate(model=Erasure, tables={})


def _redact_row(row: models.Model, redactor: Redactor, traces: Traces) -> None:
    """Take words out of a row that has no document."""
    changed = []
    for column in row._meta.local_concrete_fields:
        value = getattr(row, column.attname)
        if isinstance(column, models.CharField | models.TextField) and value:
            redacted = redact_text(value, redactor.patterns)
            if redacted != value and not isinstance(column, models.SlugField):
                setattr(row, column.attname, redacted)
                changed.append(column.attname)
    if changed:
        row.save(update_fields=changed)
        traces.others["live"] = {"rows": "redacted"}


def found_in(words: Sequence[str]) -> dict[str, int]:
    """Return in how many documents, entries and live rows the words stand, by model label.

    What a request shows before it is decided; reads everything, changes nothing.
    """
    found_by = patterns(words)
    counts: dict[str, int] = {}
    for aggregate in aggregates():
        if aggregate.write is None:
            continue
        label = aggregate.label
        for key in aggregate.model._base_manager.values_list("pk", flat=True).iterator():
            redactor = aggregate.redactor(words)
            live = canonical.normal(aggregate.write(key))
            redactor.learn(live)
            if redactor.apply(live) != live:
                counts[label] = counts.get(label, 0) + 1
    payloads = Payload.objects.select_related("version").iterator(chunk_size=200)
    for payload in payloads:
        text = payload.data + (payload.version.serialized_data if payload.version else "")
        if redact(canonical.loads(payload.data), found_by) != canonical.loads(payload.data) or (
            payload.version and redact_text(text, found_by) != text
        ):
            counts["history.entry"] = counts.get("history.entry", 0) + 1
    return counts
