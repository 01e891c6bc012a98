"""The audit bundle of one piece: what was written, published and checked, and what proves it.

Redacted, it leaves out what is confidential or personal (``disclosure``) and
still proves the rest.
"""

from collections.abc import Iterator
from typing import IO, Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from history import canonical, ledger
from history.bundle import Bundle
from history.models import Entry, EntryQuerySet
from sources.choices import Tier
from sources.models import capture_storage

from . import proofs
from .disclosure import Disclosure
from .models import Article, Publication
from .report import Report

Revisions = Literal["all", "published"]


def write(
    article: Article,
    file: IO[bytes],
    *,
    redacted: bool = False,
    revisions: Revisions = "all",
    language: str = "",
) -> None:
    """Write the bundle of a piece to a file that is open for writing and can be sought in.

    A checkpoint is issued, and everything is proved against it. ``language`` is
    that of the report, by default the piece's. Changes nothing else; the same
    ledger gives the same bytes. A redacted one can be handed out: it holds nothing that a legal
    block keeps from readers. Raises ``ValidationError`` if that is the whole piece.
    """
    blocks = article.standing_blocks if redacted else []
    if any(block["whole"] for block in blocks):
        raise ValidationError(
            _("The piece was removed on legal grounds: no bundle of it may be handed out.")
        )
    blocked = [word for block in blocks for word in block["words"]]
    checkpoint = ledger.issue_checkpoint()
    known = Entry.objects.filter(sequence__lt=checkpoint.size)
    publications = {
        publication.number: publication
        for publication in article.publications.order_by("number")
        if (entry := proofs.entry_of(publication)) and entry.sequence < checkpoint.size
    }
    altered = [number for number, row in publications.items() if redacted and row.is_blocked]
    disclosure = _disclosure(article, known, blocked, altered) if redacted else None
    bundle = Bundle(file, checkpoint)
    report = Report(
        language or article.language, checkpoint=checkpoint, redacted=redacted, revisions=revisions
    )
    entries = _entries(article, known, list(publications.values()), revisions)
    of_piece = disclosure.of_piece if disclosure else _everything
    for entry, visible in bundle.add_entries(_stream(entries), of_piece):
        report.tell(entry, visible)
    for number, publication in publications.items():
        if number not in altered:
            bundle.add(f"publications/{number}.json", publication.document)
        report.show(publication)
    cited = {UUID(key) for key in report.sources}
    of_source = disclosure.of_source if disclosure else _everything
    held = known.filter(subject__in=cited, revision__isnull=False)
    for entry, visible in bundle.add_entries(_stream(held), of_source):
        report.cite(entry, visible)
    if not redacted:
        for sha256, size in sorted(report.captures().items()):
            if capture_storage().exists(f"{sha256[:2]}/{sha256}"):
                bundle.add(f"captures/{sha256}", _chunks(sha256), size)
                report.copied.add(sha256)
    bundle.add("report.html", report.html())
    bundle.finish(subject=str(article.pk), redacted=redacted, revisions=revisions)


def _everything(entry: Entry, payload: dict[str, Any]) -> None:
    return None


def _stream(entries: EntryQuerySet) -> Iterator[Entry]:
    ordered = entries.order_by("sequence").select_related("payload__version")
    return ordered.iterator(chunk_size=200)


def _entries(
    article: Article, known: EntryQuerySet, publications: list[Publication], revisions: Revisions
) -> EntryQuerySet:
    entries = known.filter(subject=article.pk)
    if revisions == "all":
        return entries
    recorded = [entry.pk for row in publications if (entry := proofs.entry_of(row))]
    return entries.filter(
        Q(pk__in=recorded)
        | Q(revision__in=[publication.revision for publication in publications])
        # Without it, a publication from which words were erased would look forged.
        | Q(kind="history.erasure.done")
    )


def _disclosure(
    article: Article, known: EntryQuerySet, blocked: list[str], altered: list[int]
) -> Disclosure:
    """Return what may be told, given all revisions of the piece and of what it ever cited."""
    pieces = list(_documents(known.filter(subject=article.pk)))
    cited = {
        UUID(citation["source"])
        for document in pieces
        for claim in [*document["content"]["claims"], *document["record"]["withdrawn"]]
        for citation in claim["citations"]
    }
    tiers: dict[str, str] = {}
    for document in _documents(known.filter(subject__in=cited)):
        key, tier = document["id"], document["content"]["tier"]
        tiers[key] = Tier.strictest(tier, tiers.get(key, tier))
    return Disclosure(pieces, tiers, blocked=blocked, altered=altered)


def _documents(entries: EntryQuerySet) -> Iterator[dict[str, Any]]:
    stored = entries.filter(revision__isnull=False).order_by("sequence")
    texts = stored.values_list("payload__version__serialized_data", flat=True)
    return map(canonical.loads, texts.iterator(chunk_size=200))


def _chunks(sha256: str) -> Iterator[bytes]:
    with capture_storage().open(f"{sha256[:2]}/{sha256}") as file:
        yield from file.chunks()
