"""What rests on a source: which claims fall with it, and what else supports them.

Read before a source is declared fallen, and looked up again afterwards. With it fall the sources
that repeat it, since copies of one report have one origin; the claims that cite any of these; and
the claims that rest on those, in whatever piece.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

# From so many claims on, most sources are cited by one of them.
_MANY = 1000


class Affected(NamedTuple):
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
    """Return every claim that would fall with these sources, ordered by key. Four queries."""
    gone = set(_fallen(sources))
    rows = _affected(gone)
    below = _below(row[0] for row in rows)
    supports = _supports({row[0] for row in rows} | set().union(*below.values()), gone)
    none: frozenset[str] = frozenset()

    def independent(claim: str) -> int:
        own = supports.get(claim, none)
        if claim not in below:
            return len(own)
        return len(own.union(*(supports.get(one, none) for one in _ground(claim, below))))

    # Many claims stand in few pieces, and to make a key takes time.
    piece = cache(UUID)
    return [
        Affected(UUID(claim), piece(article), cites, independent(claim))
        for claim, article, cites in rows
    ]


def fallen(source: UUID) -> list[UUID]:
    """Return the source and all that repeat it, ordered by key. One query."""
    return sorted(map(UUID, _fallen([source])))


# Each step is a query of its own: with the keys themselves before it, and not a guess at their
# number, the database takes the indexes for few and reads through the tables for many. Keys are
# text on the way, joined to one: that is a fraction of the cost of tens of thousands of them.


def _rows(sql: str, **values: Iterable[UUID | str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        joined = {name: " ".join(map(str, keys)) for name, keys in values.items()}
        cursor.execute(sql, joined)
        return cursor.fetchall()


def _fallen(sources: Iterable[UUID]) -> list[str]:
    rows = _rows(
        """
        WITH RECURSIVE fallen(id) AS (
            SELECT unnest(string_to_array(%(sources)s, ' ')::uuid[])
            UNION
            SELECT copy.id FROM sources_source copy JOIN fallen ON copy.origin_id = fallen.id
        ) SELECT id::text FROM fallen
        """,
        sources=sources,
    )
    return [key for (key,) in rows]


def _affected(fallen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Return key, piece and whether it cites one of them itself, of each claim that would fall."""
    rows: Any = _rows(
        """
        WITH RECURSIVE affected(id, article, cites) AS (
            SELECT DISTINCT claim.id, claim.article_id, true FROM claims_citation citation
            JOIN claims_claim claim ON claim.id = citation.claim_id AND NOT claim.withdrawn
            WHERE citation.source_id = ANY(string_to_array(%(fallen)s, ' ')::uuid[])
            UNION
            SELECT claim.id, claim.article_id, false FROM affected
            JOIN claims_claim_rests_on rests ON rests.to_claim_id = affected.id
            JOIN claims_claim claim ON claim.id = rests.from_claim_id AND NOT claim.withdrawn
        )
        SELECT affected.id::text, article::text, bool_or(cites) FROM affected
        GROUP BY affected.id, article ORDER BY affected.id
        """,
        fallen=fallen,
    )
    return rows


def _below(claims: Iterable[str]) -> dict[str, set[str]]:
    """Return of these claims, and of all that is below them, what each rests on directly."""
    below = defaultdict(set)
    for upper, lower in _rows(
        """
        WITH RECURSIVE resting(upper, lower) AS (
            SELECT rests.from_claim_id, rests.to_claim_id FROM claims_claim_rests_on rests
            JOIN claims_claim claim ON claim.id = rests.to_claim_id AND NOT claim.withdrawn
            WHERE rests.from_claim_id = ANY(string_to_array(%(claims)s, ' ')::uuid[])
            UNION
            SELECT rests.from_claim_id, rests.to_claim_id FROM resting
            JOIN claims_claim_rests_on rests ON rests.from_claim_id = resting.lower
            JOIN claims_claim claim ON claim.id = rests.to_claim_id AND NOT claim.withdrawn
        ) SELECT upper::text, lower::text FROM resting
        """,
        claims=claims,
    ):
        below[upper].add(lower)
    return below


def _ground(claim: str, below: Mapping[str, set[str]]) -> set[str]:
    """Return all that a claim rests on, itself among it if there is a circle."""
    found = set(below[claim])
    todo = list(found)
    while todo:
        new = below.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _supports(claims: Iterable[str], fallen: Iterable[str]) -> dict[str, set[str]]:
    """Return the origins that support each claim once these sources have fallen.

    Of a source that is retracted, or repeats one that is, there is none. Sources that repeat each
    other in a circle are one.
    """
    claims = list(claims)
    rows = _rows(
        """
        WITH RECURSIVE way(source, passed, next, gone) AS (
            SELECT id, ARRAY[id], origin_id, retracted_at IS NOT NULL FROM sources_source
            WHERE (origin_id IS NOT NULL OR retracted_at IS NOT NULL) AND (
                %(many)s <> '' OR id IN (
                    SELECT source_id FROM claims_citation
                    WHERE claim_id = ANY(string_to_array(%(claims)s, ' ')::uuid[])
                )
            )
            UNION ALL
            SELECT way.source, way.passed || above.id, above.origin_id,
                way.gone OR above.retracted_at IS NOT NULL
            FROM way JOIN sources_source above ON above.id = way.next
            WHERE way.next <> ALL(way.passed)
        ), origins AS (
            SELECT source, gone, CASE WHEN next IS NULL THEN passed[cardinality(passed)]
                ELSE (SELECT min(key::text)::uuid FROM unnest(passed) key) END AS origin
            FROM way WHERE next IS NULL OR next = ANY(passed)
        )
        SELECT claim_id::text, string_agg(coalesce(origin, source_id)::text, ' ')
        FROM claims_citation LEFT JOIN origins ON source = source_id
        WHERE claim_id = ANY(string_to_array(%(claims)s, ' ')::uuid[]) AND stance = 'supports'
            AND source_id <> ALL(string_to_array(%(fallen)s, ' ')::uuid[]) AND gone IS NOT TRUE
        GROUP BY claim_id
        """,
        claims=claims,
        fallen=fallen,
        # To look through all sources that repeat others is quicker than to look for those cited.
        many=["many"] if len(claims) > _MANY else [],
    )
    return {claim: set(origins.split()) for claim, origins in rows}


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
