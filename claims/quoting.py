"""Whether what is quoted as evidence stands in the copy of its source, word for word."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils import timezone

from history.acts import act, lock
from sources import quotes
from sources.keys import KeyMissing
from sources.models import Capture, Extraction, Source
from sources.sealing import SealBroken

from .models import Citation, Drift


def findings(citations: Iterable[Citation]) -> dict[UUID, quotes.Finding | None]:
    """Return what was found for each quoted citation; ``None`` if there is no text to look in.

    A quote is looked for in the copy that it was taken from, or else in the latest of its source.
    What protected sources said is looked for as well; who may not see it must not be shown the
    passage. Three queries.
    """
    quoted = {row.pk: row for row in citations if _quote(row)}
    if not quoted:
        return {}
    texts = _texts(quoted.values())
    found: dict[UUID, quotes.Finding | None] = {}
    for key, row in quoted.items():
        text = texts.get(key)
        found[key] = _searched(*text).find(_quote(row)) if text is not None else None
    return found


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


def _texts(citations: Iterable[Citation]) -> dict[UUID, tuple[UUID, str]]:
    """Return for each citation the text to look in, and the key of its extraction."""
    rows = list(citations)
    named = {row.capture_id for row in rows if row.capture_id}
    others = {row.source_id for row in rows if not row.capture_id}
    latest: dict[UUID, Any] = {}
    for capture in Capture.objects.filter(source__in=others).order_by("captured_at", "pk"):
        latest[capture.source_id] = capture.pk
    wanted = named | set(latest.values())
    texts: dict[Any, tuple[UUID, str]] = {}
    extractions = Extraction.objects.filter(capture__in=wanted).select_related("capture__source")
    for extraction in extractions.order_by("at", "pk"):
        try:
            if words := extraction.words:
                texts[extraction.capture_id] = (extraction.pk, words)
        except (KeyMissing, SealBroken):
            continue
    chosen = {row.pk: row.capture_id or latest.get(row.source_id) for row in rows}
    return {key: texts[capture] for key, capture in chosen.items() if capture in texts}


@lru_cache(maxsize=8)
def _searched(extraction: UUID, text: str) -> quotes.Searched:
    return quotes.Searched(text)
