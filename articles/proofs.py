"""What proves to readers that a publication stands in the ledger as it was published.

Of the publication's entry they see what speaks of this publication alone. The
rest (who did it, waivers, internal numbers) is withheld: only digests go out.
"""

from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast

from history import ledger, proofs
from history.models import Checkpoint, Entry

from . import blocking
from .models import Publication

# All that readers see of an entry's payload; whatever else comes to stand there stays inside.
SHOWN = frozenset(f"/details/publication/{name}" for name in ("kind", "note", "number", "sha256"))


def shows(pointer: str, value: Any) -> bool:
    return pointer in SHOWN


def with_checkpoint(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    """Let publications come with the earliest checkpoint that covers each; no further query."""
    entered = _entries(OuterRef(OuterRef("article")), Cast(OuterRef(OuterRef("pk")), CharField()))
    covering = Checkpoint.objects.filter(size__gt=Subquery(entered.values("sequence")[:1]))
    return publications.annotate(checkpoint=Subquery(covering.order_by("size").values("size")[:1]))


def checkpoint_of(publication: Publication) -> int | None:
    """Return the size of the checkpoint that ``with_checkpoint`` found, ``None`` without one."""
    size: int | None = vars(publication)["checkpoint"]
    return size


def entry_of(publication: Publication) -> Entry | None:
    """Return the entry that recorded a publication, its payload with it."""
    found = _entries(publication.article_id, str(publication.pk))
    return found.select_related("payload__version").first()


def _entries(article: Any, publication: Any) -> QuerySet[Entry]:
    # The first that names it: an erasure may name it again. By subject, a piece's entries are few.
    return Entry.objects.filter(subject=article, payload__data__contains=publication).order_by(
        "sequence"
    )


def as_data(entry: Entry, publication: Publication) -> dict[str, Any]:
    """Return a publication's proof for programs, against the earliest checkpoint that covers it.

    That never changes, so neither does the proof; it is issued if there is none yet. A note
    that holds blocked words is withheld.
    """
    blocked = [word for block in publication.standing_blocks for word in block["words"]]

    def unblocked(pointer: str, value: Any) -> bool:
        hidden = isinstance(value, str) and blocking.holds(value, blocked)
        return shows(pointer, value) and not hidden

    return proofs.as_data(entry, ledger.checkpoint_since(entry.sequence), unblocked)


def as_text(entry: Entry) -> str:
    """Return a publication's proof in the format of C2SP (tlog-proof)."""
    return proofs.as_text(entry, ledger.checkpoint_since(entry.sequence))
