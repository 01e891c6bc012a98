"""What rests on a source: which claims fall with it, and what else supports them.

Read before a source is declared fallen, and looked up again afterwards. With it fall the sources
that repeat it, since copies of one report have one origin; the claims that cite any of these; and
the claims that rest on those, in whatever piece.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from .choices import Stance


@dataclass(frozen=True, slots=True)
class Affected:
    """A live claim that does not stand as it did once the source has fallen.

    ``cites`` says that it does so directly, and not by a claim that it rests on. ``independent``
    counts the origins that still support it or what it rests on: copies of one report are one, and
    what has fallen is none.
    """

    claim: UUID
    article: UUID
    cites: bool
    independent: int

    @property
    def bare(self) -> bool:
        """Whether nothing else supports it."""
        return self.independent == 0


def affected(sources: Iterable[UUID]) -> list[Affected]:
    """Return every claim that would fall with these sources, ordered by key. Five queries."""
    gone = set(_fallen(sources))
    rows = _affected(gone)
    ground = _ground(row[0] for row in rows)
    supports = _supports(set().union(*ground.values()), gone)
    return [
        Affected(
            UUID(claim),
            UUID(article),
            cites,
            len(set().union(*(supports.get(one, ()) for one in ground[claim]))),
        )
        for claim, article, cites in rows
    ]


def fallen(source: UUID) -> list[UUID]:
    """Return the source and all that repeat it, ordered by key. One query."""
    return sorted(map(UUID, _fallen([source])))


# Each step is a query of its own: with the keys themselves before it, and not a guess at their
# number, the database takes the indexes for few and reads through the tables for many. Keys stay
# text on the way, which is half the cost of tens of thousands of them.


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _fallen(sources: Iterable[UUID]) -> list[str]:
    rows = _rows(
        """
        WITH RECURSIVE fallen(id) AS (
            SELECT unnest(%(sources)s::uuid[])
            UNION
            SELECT copy.id FROM sources_source copy JOIN fallen ON copy.origin_id = fallen.id
        ) SELECT id::text FROM fallen
        """,
        sources=list(sources),
    )
    return [key for (key,) in rows]


def _affected(fallen: Collection[str]) -> list[tuple[str, str, bool]]:
    """Return key, piece and whether it cites one of them itself, of each claim that would fall."""
    rows: Any = _rows(
        """
        WITH RECURSIVE affected(id, article, cites) AS (
            SELECT DISTINCT claim.id, claim.article_id, true FROM claims_citation citation
            JOIN claims_claim claim ON claim.id = citation.claim_id AND NOT claim.withdrawn
            WHERE citation.source_id = ANY(%(fallen)s::uuid[])
            UNION
            SELECT claim.id, claim.article_id, false FROM affected
            JOIN claims_claim_rests_on rests ON rests.to_claim_id = affected.id
            JOIN claims_claim claim ON claim.id = rests.from_claim_id AND NOT claim.withdrawn
        )
        SELECT id::text, article::text, bool_or(cites) FROM affected GROUP BY id, article
        ORDER BY id
        """,
        fallen=list(fallen),
    )
    return rows


def _ground(claims: Iterable[str]) -> dict[str, set[str]]:
    """Return each claim with all that it rests on, itself among them."""
    grounds = {claim: {claim} for claim in claims}
    below = defaultdict(set)
    for upper, lower in _rows(
        """
        WITH RECURSIVE resting(upper, lower) AS (
            SELECT rests.from_claim_id, rests.to_claim_id FROM claims_claim_rests_on rests
            JOIN claims_claim claim ON claim.id = rests.to_claim_id AND NOT claim.withdrawn
            WHERE rests.from_claim_id = ANY(%(claims)s::uuid[])
            UNION
            SELECT rests.from_claim_id, rests.to_claim_id FROM resting
            JOIN claims_claim_rests_on rests ON rests.from_claim_id = resting.lower
            JOIN claims_claim claim ON claim.id = rests.to_claim_id AND NOT claim.withdrawn
        ) SELECT upper::text, lower::text FROM resting
        """,
        claims=list(grounds),
    ):
        below[upper].add(lower)
    for found in grounds.values():
        todo = list(found)
        while todo:
            new = below.get(todo.pop(), set()) - found
            found |= new
            todo += new
    return grounds


def _supports(claims: Collection[str], fallen: Collection[str]) -> dict[str, set[str]]:
    """Return the origins that support each claim once these sources have fallen."""
    rows = _rows(
        """
        SELECT claim_id::text, source_id::text FROM claims_citation
        WHERE claim_id = ANY(%(claims)s::uuid[]) AND stance = %(supports)s
        """,
        claims=list(claims),
        supports=Stance.SUPPORTS,
    )
    origins = _origins({source for _claim, source in rows} - set(fallen))
    supports = defaultdict(set)
    for claim, source in rows:
        if source in origins:
            supports[claim].add(origins[source])
    return supports


def _origins(sources: Collection[str]) -> dict[str, str]:
    """Return the origin of each source; of what is retracted, or repeats such, there is none."""
    above: dict[str, str | None] = {}
    retracted = set()
    for key, origin, gone in _rows(
        """
        WITH RECURSIVE upwards(id, origin, gone) AS (
            SELECT id, origin_id, retracted_at IS NOT NULL FROM sources_source
            WHERE id = ANY(%(sources)s::uuid[])
            UNION
            SELECT source.id, source.origin_id, source.retracted_at IS NOT NULL FROM upwards
            JOIN sources_source source ON source.id = upwards.origin
        ) SELECT id::text, origin::text, gone FROM upwards
        """,
        sources=list(sources),
    ):
        above[key] = origin
        if gone:
            retracted.add(key)
    origins = {}
    for source in sources:
        passed = [source]
        # Sources that repeat each other in a circle are one.
        while (origin := above.get(passed[-1])) and origin not in passed:
            passed.append(origin)
        if retracted.isdisjoint(passed):
            origins[source] = passed[-1] if above.get(passed[-1]) is None else min(passed)
    return origins


def unchecked_since() -> dict[UUID, int]:
    """Return how many claims of each piece nobody has checked since a source of theirs fell.

    Claims that rest on such a claim count as well. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE due(id) AS (
                SELECT claim.id FROM sources_source source
                JOIN claims_citation citation ON citation.source_id = source.id
                JOIN claims_claim claim ON claim.id = citation.claim_id AND NOT claim.withdrawn
                WHERE source.retracted_at IS NOT NULL
                    AND EXISTS (SELECT FROM claims_check WHERE claim_id = claim.id)
                    AND NOT EXISTS (
                        SELECT FROM claims_check
                        WHERE claim_id = claim.id AND at >= source.retracted_at
                    )
                UNION
                SELECT claim.id FROM due
                JOIN claims_claim_rests_on rests ON rests.to_claim_id = due.id
                JOIN claims_claim claim ON claim.id = rests.from_claim_id AND NOT claim.withdrawn
                WHERE EXISTS (SELECT FROM claims_check WHERE claim_id = claim.id)
            )
            SELECT claim.article_id, count(*) FROM due JOIN claims_claim claim USING (id)
            GROUP BY claim.article_id
            """
        )
        return dict(cursor.fetchall())
