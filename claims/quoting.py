"""Whether what is quoted as evidence stands in the copy of its source, word for word."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from history.acts import act, lock
from sources import quotes
from sources.keys import KeyMissing
from sources.models import Capture, Extraction, Source
from sources.sealing import SealBroken

from .models import Citation, Drift


@dataclass(frozen=True, slots=True)
class Looked:
    """The copy in which a citation's quote was looked for, its text, and what was found there.

    ``finding`` is ``None`` if nothing is quoted, or nobody could read the copy.
    """

    capture: Capture
    text: str
    finding: quotes.Finding | None


def looked_for(citations: Iterable[Citation]) -> dict[UUID, Looked]:
    """Return where each citation's quote was looked for, and what was found; without a copy, none.

    It is looked for in the copy that it was taken from, or else in the latest of its source. What
    protected sources said is looked for as well; who may not see it must not be shown the passage.
    Two queries.
    """
    rows = list(citations)
    captures = _captures(rows)
    texts = _texts(captures.values())
    found = {}
    for row in rows:
        if (capture := captures.get(row.pk)) is None:
            continue
        extraction, text = texts.get(capture.pk, (capture.pk, ""))
        quote = _quote(row) if text else ""
        finding = _searched(extraction, text).find(quote) if quote else None
        found[row.pk] = Looked(capture, text, finding)
    return found


def findings(citations: Iterable[Citation]) -> dict[UUID, quotes.Finding | None]:
    """Return what was found for each quoted citation; ``None`` if there is no text to look in.

    See ``looked_for``. Two queries.
    """
    quoted = [row for row in citations if _quote(row)]
    found = looked_for(quoted) if quoted else {}
    return {row.pk: found[row.pk].finding if row.pk in found else None for row in quoted}


def source_changed(source: Source, capture: Capture, before: str, now: str) -> None:
    """Note for each live citation whose quote a changed page holds no more; inside an act.

    What was not there before either is no news.
    """
    then, today = quotes.Searched(before), quotes.Searched(now)
    rows = Citation.objects.filter(source=source, claim__withdrawn=False).exclude(quote="")
    for row in rows.select_related("claim__article").order_by("claim__article_id", "pk"):
        if then.find(row.quote).verified and not today.find(row.quote).verified:
            lost(row, capture)


def lost(citation: Citation, capture: Capture) -> None:
    """Record that a page holds a quote no more, so that the claim is checked again."""
    from django.contrib.auth import get_user_model

    with act("claims.quote.lost", actor=get_user_model().objects.system()) as this:
        article = lock(citation.claim.article)
        Drift(claim=citation.claim, citation=citation.pk, capture=capture, at=timezone.now()).save(
            force_insert=True
        )
        this.note(
            article, drift={"claim": str(citation.claim_id), "source": str(capture.source_id)}
        )


def _quote(citation: Citation) -> str:
    try:
        return citation.words["quote"]
    except (KeyMissing, SealBroken):
        return ""


def _captures(rows: Collection[Citation]) -> dict[UUID, Capture]:
    """Return for each citation the copy to look in."""
    named = {row.capture_id for row in rows if row.capture_id}
    others = {row.source_id for row in rows if not row.capture_id}
    captures = Capture.objects.filter(Q(pk__in=named) | Q(source__in=others))
    known: dict[Any, Capture] = {}
    for capture in captures.select_related("source").order_by("captured_at", "pk"):
        # The latest stands for its source.
        known[capture.pk] = known[capture.source_id] = capture
    chosen = {row.pk: known.get(row.capture_id or row.source_id) for row in rows}
    return {key: capture for key, capture in chosen.items() if capture is not None}


def _texts(captures: Iterable[Capture]) -> dict[UUID, tuple[UUID, str]]:
    """Return the text of each copy, as it was read last, and the key of its extraction."""
    known = {capture.pk: capture for capture in captures}
    texts: dict[UUID, tuple[UUID, str]] = {}
    for extraction in Extraction.objects.filter(capture__in=known).order_by("at", "pk"):
        extraction.capture = known[extraction.capture_id]
        try:
            if words := extraction.words:
                texts[extraction.capture_id] = (extraction.pk, words)
        except (KeyMissing, SealBroken):
            continue
    return texts


@lru_cache(maxsize=8)
def _searched(extraction: UUID, text: str) -> quotes.Searched:
    return quotes.Searched(text)
