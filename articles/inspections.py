"""What verification looks at in publications."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy

from history import canonical
from history.models import Payload
from history.verification import Fault, Run, inspect, traces_of

from . import live
from .models import Change, Correction, LegalBlock, LivePiece, Publication, Reply


@inspect(gettext_lazy("publications, corrections and replies"))
def publications(run: Run) -> Iterator[Fault]:
    """Every publication is the one that its entry froze, with its corrections and reply."""
    recorded: dict[str, dict[str, Any]] = {}
    payloads = Payload.objects.filter(entry__kind="articles.article.published")
    for data in payloads.values_list("data", flat=True).iterator(chunk_size=500):
        told = canonical.loads(data).get("details", {}).get("publication")
        if told:
            recorded[told["id"]] = told
    erased = traces_of("publications")
    corrections: dict[str, list[tuple[str, str, str | None]]] = {}
    for row in Correction.objects.all():
        corrections.setdefault(str(row.publication_id), []).append(
            (row.wrong, row.right, canonical.stamp(row.since))
        )
    replies = {
        str(key): [(author, text)]
        for key, author, text in Reply.objects.values_list("publication_id", "author", "text")
    }
    for row in Publication.stored.order_by("at").iterator(chunk_size=100):
        place, told = f"articles_publication/{row.pk}", recorded.pop(str(row.pk), None)
        if told is None:
            yield Fault(place, "no entry records this publication")
            continue
        frozen = erased.get(str(row.pk), told["sha256"])
        if sha256(row.document.encode()).hexdigest() != frozen:
            yield Fault(place, "its document is not the one that was published")
        same = ("number", "kind", "note", "revision")
        waivers = told["waivers"]
        if isinstance(waivers, str):
            waivers = canonical.loads(waivers)
        if waivers != row.waivers or any(told[name] != getattr(row, name) for name in same):
            yield Fault(place, "is not as its entry says")
        own = [
            (c["wrong"], c["right"], c["since"])
            for c in row.frozen_document["corrections"]
            if c["number"] == row.number
        ]
        if sorted(own, key=str) != sorted(corrections.get(str(row.pk), []), key=str):
            yield Fault(place, "its corrections are not those that were published")
        replied = [
            (reply["author"], reply["text"])
            for reply in row.frozen_document.get("replies", ())
            if reply["number"] == row.number
        ]
        if replied != replies.get(str(row.pk), []):
            yield Fault(place, "its reply is not the one that was published")
    for key in recorded:
        yield Fault(f"articles_publication/{key}", "was published and is not there")


@inspect(gettext_lazy("legal blocks"))
def legal_blocks(run: Run) -> Iterator[Fault]:
    """Every legal block is the one that its entry recorded."""
    recorded: dict[str, dict[str, Any]] = {}
    kinds = ["articles.article.blocked", "articles.article.unblocked"]
    payloads = Payload.objects.filter(entry__kind__in=kinds)
    for data in payloads.values_list("data", flat=True):
        if told := canonical.loads(data).get("details", {}).get("block"):
            recorded[told["id"]] = told
    for row in LegalBlock.objects.all():
        place = f"articles_legalblock/{row.pk}"
        told = recorded.pop(str(row.pk), None)
        lifts = str(row.lifts_id) if row.lifts_id else None
        if told is None:
            yield Fault(place, "no entry records this block")
        elif (told["whole"], told["words"], told["lifts"]) != (row.whole, len(row.words), lifts):
            yield Fault(place, "is not as its entry says")
    for key in recorded:
        yield Fault(f"articles_legalblock/{key}", "was recorded and is not there")


@inspect(gettext_lazy("what is live, for lists, search and followers"))
def what_is_live(run: Run) -> Iterator[Fault]:
    """What lists and search are made of is what the publications hold, and each was told once."""
    told = dict(Change.objects.exclude(publication=None).values_list("publication", "kind"))
    pieces = Publication.objects.order_by("article", "number").iterator(chunk_size=100)
    for key, group in groupby(pieces, key=lambda publication: publication.article_id):
        publications = list(group)
        row = LivePiece.objects.filter(pk=key).first()
        values = live.values_of(publications)
        if row is None or any(getattr(row, name) != value for name, value in values.items()):
            yield Fault(f"articles_livepiece/{key}", "is not as the publications have it")
        for publication in publications:
            if told.pop(publication.pk, None) != publication.kind:
                yield Fault(f"articles_publication/{publication.pk}", "was not told to followers")
    published = Publication.objects.values("article")
    for key in LivePiece.objects.exclude(pk__in=published).values_list("pk", flat=True):
        yield Fault(f"articles_livepiece/{key}", "is live and was never published")
    numbers = list(Change.objects.values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        yield Fault("articles_change", "its numbers have gaps")
