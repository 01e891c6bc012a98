"""Reading what history holds: revisions by number, documents by schema.

Everything here only reads. Order is the ledger's; cost does not grow with the
length of a history, as long as a page of it is asked for.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from .aggregates import aggregate_of
from .documents import Document
from .models import Entry, EntryQuerySet


def revisions(instance: models.Model) -> EntryQuerySet:
    """Return the entries that stored a document of ``instance``, newest first.

    Payloads come with them, documents do not.
    """
    return (
        Entry.objects.of(instance)
        .revisions()
        .select_related("payload", "payload__version")
        .defer("payload__version__serialized_data", "payload__salt", "digest")
    )


def as_of(instance: models.Model, moment: datetime) -> Entry | None:
    """Return the entry whose document held at a moment; ``None`` before the first.

    It is the last one in the ledger that had been entered by then: the moment
    of an entry counts as after it. One query; the entry comes as ``revisions`` gives it.
    """
    # Served by entry_by_subject from its newest end. The order is the ledger's and not that of the
    # moments, which a clock that is put right may turn round.
    return revisions(instance).filter(at__lte=moment).first()


def latest_revision(instance: models.Model) -> int:
    """Return the number of the latest revision, 0 before the first."""
    return (
        Entry.objects.filter(subject=instance.pk, revision__isnull=False)
        .order_by("-revision")
        .values_list("revision", flat=True)
        .first()
        or 0
    )


def document_text(instance: models.Model, revision: int | None = None) -> str:
    """Return the stored text of one revision (counted from 1), or of the latest.

    Raises ``Entry.DoesNotExist`` where there is no such revision.
    """
    found = Entry.objects.filter(subject=instance.pk, revision__isnull=False)
    if revision is not None:
        found = found.filter(revision=revision)
    text = (
        found.order_by("-revision")
        .values_list("payload__version__serialized_data", flat=True)
        .first()
    )
    if text is None:
        raise Entry.DoesNotExist(f"no revision {revision or ''} of {instance.pk}")
    return text


def document(instance: models.Model, revision: int | None = None) -> Document:
    """Return one revision's document in today's schema (see ``document_text``)."""
    format = aggregate_of(type(instance)).format
    if format is None:
        raise LookupError(f"{type(instance).__name__} has no documents")
    return format.loads(document_text(instance, revision))


def documents(instance: models.Model, *numbers: int) -> dict[int, Document]:
    """Return several revisions' documents by number, in one query; missing ones are absent."""
    format = aggregate_of(type(instance)).format
    if format is None:
        raise LookupError(f"{type(instance).__name__} has no documents")
    found = Entry.objects.filter(subject=instance.pk, revision__in=numbers).values_list(
        "revision", "payload__version__serialized_data"
    )
    return {number: format.loads(text) for number, text in found}


def documents_as_of(
    model: type[models.Model], keys: Iterable[object], moment: datetime
) -> dict[str, Document]:
    """Return the documents that held at a moment of several aggregates, by key, in one query.

    What was documented only later is absent.
    """
    format = aggregate_of(model).format
    if format is None:
        raise LookupError(f"{model.__name__} has no documents")
    found = (
        Entry.objects.filter(subject__in=list(keys), revision__isnull=False, at__lte=moment)
        .order_by("subject", "-sequence")
        .distinct("subject")
        .values_list("subject", "payload__version__serialized_data")
    )
    return {str(subject): format.loads(text) for subject, text in found}
