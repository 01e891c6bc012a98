"""Passages follow the text.

In the body a passage is where the marks are. In plain fields it is found by
its exact words, told apart by the words around them; what is not found, or
not told apart, is lost: an honest orphan is better than a wrong anchor.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from .choices import Place as Field
from .models import Claim, Passage
from .places import Place
from .text import passages as marked
from .text import selector


def find(text: str, passage: Passage) -> int | None:
    """Return where the passage's exact words stand in a text, if that is beyond doubt."""
    starts, at = [], text.find(passage.exact)
    while at >= 0:
        starts.append(at)
        at = text.find(passage.exact, at + 1)
    if len(starts) > 1:
        starts = [
            start
            for start in starts
            if selector(text, start, start + len(passage.exact))[1:]
            == (passage.prefix, passage.suffix)
        ]
    return starts[0] if len(starts) == 1 else None


def sync(
    claims: Iterable[Claim], stored: Mapping[UUID, Sequence[Passage]], places: Iterable[Place]
) -> None:
    """Bring the passages of a piece's live claims, as they are stored, in line with its texts.

    Rows that are right already are not touched. A claim whose last passage
    vanished keeps it, without a start; if another passage of the claim still
    stands, the vanished one goes (its checks then no longer match).
    """
    by_place = {place.key: place for place in places}
    body = by_place[Field.BODY, None]
    runs = marked(body.manuscript)
    changed: list[Passage] = []
    delete: list[UUID] = []
    for claim in claims:
        own = stored.get(claim.pk, ())
        kept, moved = follow(claim.pk, own, runs.get(str(claim.pk), []), by_place)
        changed += moved
        delete += {row.pk for row in own} - {row.pk for row in kept}
    if delete:
        Passage.objects.filter(pk__in=delete).delete()
    if changed:
        # One statement for new and moved rows; a bulk_update costs ten times as much.
        Passage.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["start", "exact", "prefix", "suffix"],
        )


def follow(
    claim: UUID,
    rows: Sequence[Passage],
    spans: Sequence[tuple[int, int]],
    places: Mapping[tuple[str, UUID | None], Place],
) -> tuple[list[Passage], list[Passage]]:
    """Bring the passages of one claim in line with texts, without writing anything.

    ``rows`` are the passages that it had, those of the body in reading order;
    ``spans`` are where the body marks it. Returns the passages that it has
    now, and those of them that are new or were changed, in place.
    """
    standing: list[Passage] = []
    lost: list[Passage] = []
    changed: list[Passage] = []
    body = places[Field.BODY, None]
    in_body = [row for row in rows if row.field == Field.BODY]
    for index, (start, end) in enumerate(spans):
        row = in_body[index] if index < len(in_body) else Passage(claim_id=claim, field=Field.BODY)
        _place(row, body.text, start, end, changed)
        standing.append(row)
    lost += in_body[len(spans) :]
    for row in rows:
        if row.field == Field.BODY:
            continue
        place = places.get((row.field, row.image_id))
        found = find(place.text, row) if place else None
        if found is None or place is None:
            lost.append(row)
        else:
            _place(row, place.text, found, found + len(row.exact), changed)
            standing.append(row)
    if standing:
        return standing, changed
    for row in lost:
        if row.start is not None:
            row.start = None
            changed.append(row)
    return lost, changed


def _place(row: Passage, text: str, start: int, end: int, changed: list[Passage]) -> None:
    exact, prefix, suffix = selector(text, start, end)
    if (row.start, row.exact, row.prefix, row.suffix) != (start, exact, prefix, suffix):
        row.start, row.exact, row.prefix, row.suffix = start, exact, prefix, suffix
        changed.append(row)


def add(claim: Claim, place: Place, start: int, end: int) -> Passage:
    """Return a new, unsaved passage of plain text; raises ``ValueError`` for an empty range."""
    if not place.text[start:end].strip():
        raise ValueError("a passage needs words")
    exact, prefix, suffix = selector(place.text, start, end)
    return Passage(
        claim=claim,
        field=place.field,
        image_id=place.image,
        start=start,
        exact=exact,
        prefix=prefix,
        suffix=suffix,
    )


def snapshot(passages: Iterable[Any]) -> list[dict[str, str]]:
    """Return the words of passages as a check keeps them."""
    return [{"field": row.field, "exact": row.exact} for row in passages if row.start is not None]
