"""Passages follow the text.

In the body a passage is where the marks are. In plain fields it is found by
its exact words, told apart by the words around them, or else by comparing the
field as it was with what it is now; what is not found, or not told apart, is
lost: an honest orphan is better than a wrong anchor.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from .anchoring import Anchoring
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


# Of a passage's words in a plain field, the share that must be found again without being asked.
_SURE = 0.5


def locate(text: str, passage: Passage, before: str = "") -> tuple[int, int] | None:
    """Return where a passage stands in a text that may have been edited.

    ``before`` is the text in which it stood; without it, the words kept around it serve.
    """
    start = find(text, passage)
    if start is not None:
        return start, start + len(passage.exact)
    at = passage.start
    if at is None or before[at : at + len(passage.exact)] != passage.exact:
        before = passage.prefix + passage.exact + passage.suffix
        at = len(passage.prefix)
    anchor = Anchoring(before, text).find(at, at + len(passage.exact))
    if anchor.start is None or anchor.end is None or anchor.confidence < _SURE:
        return None
    return anchor.start, anchor.end


def sync(
    claims: Iterable[Claim],
    stored: Mapping[UUID, Sequence[Passage]],
    places: Iterable[Place],
    before: Mapping[tuple[str, UUID | None], str] = MappingProxyType({}),
) -> None:
    """Bring the passages of a piece's live claims, as they are stored, in line with its texts.

    Rows that are right already are not touched. A claim whose last passage
    vanished keeps it, without a start; if another passage of the claim still
    stands, the vanished one goes (its checks then no longer match). ``before``
    are the texts as they were, if known.
    """
    by_place = {place.key: place for place in places}
    body = by_place[Field.BODY, None]
    runs = marked(body.manuscript)
    changed: list[Passage] = []
    delete: list[UUID] = []
    for claim in claims:
        own = stored.get(claim.pk, ())
        kept, moved = follow(claim.pk, own, runs.get(str(claim.pk), []), by_place, before)
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
    before: Mapping[tuple[str, UUID | None], str] = MappingProxyType({}),
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
        key = row.field, row.image_id
        found = locate(place.text, row, before.get(key, "")) if place else None
        if found is None or place is None:
            lost.append(row)
        else:
            _place(row, place.text, *found, changed)
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
