"""Which sentences of a piece somebody has read since they last changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from . import sentences as rule
from .models import Passage, Reading
from .places import Place
from .text import passages as marked


@dataclass(frozen=True, slots=True)
class SentenceInPlace:
    """A sentence of a piece: its place, range and block there, its claims, whether it is read."""

    field: str
    image: UUID | None
    start: int
    end: int
    block: int
    text: str
    digest: str
    claims: frozenset[str]
    read: bool


def sentences(
    places: Iterable[Place], passages: Iterable[Passage], readings: Iterable[Reading]
) -> list[SentenceInPlace]:
    """Return every sentence of a piece in reading order.

    A sentence is read if it was read in these words, with every claim then
    marked in it still there. Repeating a read sentence elsewhere is no news.
    """
    seen: dict[str, list[frozenset[str]]] = {}
    for reading in readings:
        if reading.rule == rule.RULE:
            for row in reading.sentences:
                seen.setdefault(row["digest"], []).append(frozenset(row["claims"]))
    plain: dict[tuple, list[tuple[int, int, str]]] = {}
    for passage in passages:
        if passage.start is not None and passage.end is not None:
            key = (passage.field, passage.image_id)
            plain.setdefault(key, []).append((passage.start, passage.end, str(passage.claim_id)))
    found = []
    for place in places:
        ranges = [
            (start, end, claim)
            for claim, runs in marked(place.manuscript).items()
            for start, end in runs
        ] or plain.get(place.key, [])
        for sentence in rule.sentences(place.manuscript):
            claims = frozenset(
                claim
                for start, end, claim in ranges
                if start < sentence.end and end > sentence.start
            )
            digest = rule.digest(sentence.text)
            found.append(
                SentenceInPlace(
                    field=place.field,
                    image=place.image,
                    start=sentence.start,
                    end=sentence.end,
                    block=sentence.block,
                    text=sentence.text,
                    digest=digest,
                    claims=claims,
                    read=any(then <= claims for then in seen.get(digest, ())),
                )
            )
    return found


def as_recorded(chosen: Iterable[SentenceInPlace]) -> list[dict[str, Any]]:
    """Return sentences as a reading keeps them: sorted, each once."""
    rows = {(s.digest, tuple(sorted(s.claims))) for s in chosen}
    return [{"digest": digest, "claims": list(claims)} for digest, claims in sorted(rows)]
