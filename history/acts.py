"""``act``: the one way in which anything changes.

Every change to a piece or a source happens inside an act: one transaction, at
whose end each aggregate that was changed is documented once, and one entry an
aggregate goes to the ledger. The database refuses a commit that leaves a
change without an entry (see ``history.guards``), so a change made outside of
an act fails loudly instead of going unrecorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone
from reversion.models import Revision, Version

from . import canonical, ledger
from .aggregates import Aggregate, aggregate_of, followers
from .documents import Document
from .models import Entry


@dataclass
class Act:
    """The act under way: who does what, and what is to be said about it."""

    kind: str
    actor: Any
    comment: str
    request: UUID = field(default_factory=uuid4)
    steps: list[str] = field(default_factory=list)
    details: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    _found: dict[UUID, tuple[int, str | None]] = field(default_factory=dict)
    _locked: set[UUID] = field(default_factory=set)

    def found(self, subject: models.Model) -> int:
        """Return the number of the latest revision of a row that this act has locked."""
        return self._latest(subject.pk)[0]

    def document(self, subject: models.Model) -> Document | None:
        """Return the latest document of a row that this act has locked, if there is one."""
        text, format = self._latest(subject.pk)[1], aggregate_of(type(subject)).format
        return format.loads(text) if text is not None and format is not None else None

    def _latest(self, subject: UUID) -> tuple[int, str | None]:
        # Under its lock nobody else adds a document, and this act does so at its end.
        if subject not in self._found:
            self._found[subject] = _latest(subject)
        return self._found[subject]

    def note(self, subject: models.Model, **details: Any) -> None:
        """Say something in the entry about ``subject``; alone, it makes an entry."""
        self.details.setdefault(subject.pk, {}).update(details)

    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = {"actor": str(self.actor), "comment": self.comment}
        if self.steps:
            said["steps"] = self.steps
        return said


_current: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def act(kind: str, *, actor: Any, comment: str = "") -> Iterator[Act]:
    """Do one thing, wholly and on record, or not at all.

    ``kind`` is a dotted name, ``app.noun.verbed``. ``actor`` is the user who
    answers for it. An act inside an act joins it as a step: the outer one
    documents and enters everything at its end; if the inner one fails, what
    it did is undone. An act that changes nothing and notes nothing leaves nothing.

    Raises ``RuntimeError`` inside a transaction that is no act: the record
    must be the last thing that happens before the commit.
    """
    if actor is None:
        raise TypeError("an act needs an actor")
    outer = _current.get()
    if outer is not None:
        steps, details = len(outer.steps), {key: dict(d) for key, d in outer.details.items()}
        try:
            with transaction.atomic():
                outer.steps.append(kind)
                yield outer
        except BaseException:
            del outer.steps[steps:]
            outer.details = details
            # Locks that the step had taken are let go with it.
            outer._found.clear()
            outer._locked.clear()
            raise
        return
    this = Act(kind=kind, actor=actor, comment=comment)
    with transaction.atomic(durable=True):
        token = _current.set(this)
        try:
            yield this
            _record(this)
        finally:
            _current.reset(token)


def lock(instance: models.Model) -> Any:
    """Return the aggregate's row as it is now, locked until the end of the act.

    Services lock the aggregate that they change before they look at it, so
    that two acts on one piece follow one another.
    """
    this = _current.get()
    if this is None:
        raise RuntimeError("lock() belongs inside an act")
    manager = type(instance)._base_manager
    found = manager.select_for_update(no_key=True).get(pk=instance.pk)
    this._locked.add(found.pk)
    return found


def _marked() -> list[tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject, aggregate FROM history_dirty WHERE xact = pg_current_xact_id()"
            " ORDER BY aggregate, subject"
        )
        return cursor.fetchall()


def _record(this: Act) -> None:
    marked = _marked()
    drafts: dict[UUID, ledger.Draft] = {}
    changed: list[tuple[ledger.Draft, Aggregate, str]] = []
    for label in sorted({label for _, label in marked}):
        aggregate = aggregate_of(label)
        keys = [subject for subject, of in marked if of == label]
        present = _present(this, aggregate, keys)
        for key in keys:
            drafts[key] = draft = ledger.Draft(subject=key, data=this.said())
            if key not in present:
                draft.data["deleted"] = True
            elif aggregate.format is not None and aggregate.write is not None:
                document = canonical.normal(aggregate.write(key))
                text = aggregate.format.dumps(document)
                number, stored = this._latest(key)
                if text != stored:
                    draft.document, draft.revision = document, number + 1
                    if aggregate.summarize is not None:
                        before = aggregate.format.loads(stored) if stored else None
                        draft.data["summary"] = list(aggregate.summarize(before, document))
                    changed.append((draft, aggregate, text))
    for subject, details in this.details.items():
        draft = drafts.setdefault(subject, ledger.Draft(subject=subject, data=this.said()))
        draft.data["details"] = details
    if not drafts:
        return
    at = timezone.now()
    if changed:
        _store(this, changed, at)
    this.entries = ledger.append(
        list(drafts.values()), kind=this.kind, actor=this.actor.pk, request=this.request, at=at
    )
    if marked:
        for follower in followers():
            follower([subject for subject, _label in marked])


def _present(this: Act, aggregate: Aggregate, keys: list[UUID]) -> set[UUID]:
    """Return the keys whose rows are there, and lock these."""
    if aggregate.write is not None and this._locked.issuperset(keys):
        # Under the lock of this act; what has documents is withdrawn, never deleted.
        return set(keys)
    # In the order of their keys, everywhere: two acts on the same pieces
    # then wait for one another instead of for each other.
    rows = aggregate.model._base_manager.filter(pk__in=keys).order_by("pk")
    return set(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _latest(subject: UUID) -> tuple[int, str | None]:
    """Return the number and the text of the latest document, ``(0, None)`` before the first."""
    latest = Entry.objects.filter(subject=subject, revision__isnull=False).order_by("-revision")
    return latest.values_list("revision", "payload__version__serialized_data").first() or (0, None)


def _store(this: Act, changed: list[tuple[ledger.Draft, Aggregate, str]], at: Any) -> None:
    # django-reversion's tables without its machinery: that would serialise
    # once a saved row, store equal documents again, and not see bulk changes.
    revision = Revision.objects.create(date_created=at, user=this.actor, comment=this.comment)
    versions = Version.objects.bulk_create(
        Version(
            revision=revision,
            object_id=str(draft.subject),
            content_type=ContentType.objects.get_for_model(aggregate.model),
            db=connection.alias,
            format=aggregate.format.type if aggregate.format else "",
            serialized_data=text,
            # Names stand in documents alone, where they can be erased.
            object_repr=str(draft.subject),
        )
        for draft, aggregate, text in changed
    )
    for (draft, _aggregate, _text), version in zip(changed, versions, strict=True):
        draft.version = version
