"""What history knows of the models above it: aggregates and the tables that belong to them.

An app registers each of its aggregates once, when it is ready. From this
registration the database triggers are made (``history.guards``), and ``act``
learns how to document what a transaction has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import reversion
from django.db import models

from .documents import Document, Format
from .redaction import Redactor


@dataclass(frozen=True)
class Aggregate:
    """A model and everything that is kept, documented and restored together with it.

    ``tables`` maps each table to an SQL expression that gives the key of the
    aggregate for its row ``r``. ``write(pk)`` returns the whole document;
    without a ``format`` changes are entered in the ledger but not documented.
    ``summarize(old, new)`` returns what a change was in a few facts, plain data
    without names; they stand in the entry, so that lists need no document.
    ``append_only`` names those tables whose rows are never changed or deleted.
    """

    model: type[models.Model]
    tables: Mapping[str, str]
    format: Format | None = None
    write: Callable[[UUID], Document] | None = None
    summarize: Callable[[Document | None, Document], Sequence[object]] | None = None
    append_only: Sequence[str] = field(default_factory=tuple)
    redactor: type[Redactor] = Redactor
    # Writes a redacted document of what is live over its rows (see ``erasure``).
    overwrite: Callable[[Document], None] | None = None

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


_aggregates: dict[str, Aggregate] = {}
_followers: list[Callable[[list[UUID]], None]] = []


def follow(follower: Callable[[list[UUID]], None]) -> None:
    """Have a function called at the end of each act, with the keys of what was changed in it.

    It is called when the entries are appended, while nobody else can append any: for what is
    made from aggregates and must not be seen beside a change that it does not know.
    """
    _followers.append(follower)


def followers() -> list[Callable[[list[UUID]], None]]:
    return list(_followers)


def register(aggregate: Aggregate) -> None:
    _aggregates[aggregate.label] = aggregate
    if aggregate.format is not None:
        # django-reversion keeps the documents; what it would follow, the document holds.
        reversion.register(aggregate.model, format=aggregate.format.type)


def aggregates() -> list[Aggregate]:
    """Return all aggregates, ordered by label, which is also the order of locking."""
    return [_aggregates[label] for label in sorted(_aggregates)]


def aggregate_of(model: type[models.Model] | str) -> Aggregate:
    """Return the aggregate of a model or label; raises ``LookupError`` for any other."""
    label = model if isinstance(model, str) else model._meta.label_lower
    return _aggregates[label]
