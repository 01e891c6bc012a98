"""The same claim elsewhere: statements that say something like this one, the likeliest first.

Words count by their German stems, rare ones more than common ones; a word within a compound counts
half. Figures weigh most: a statement with other figures is another statement. It is a search
and no judgement: a person decides whether two claims are the same.
"""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection, models, transaction
from django.db.models import F, Func
from rapidfuzz import fuzz

from history import finding

from .choices import State
from .models import Citation, Claim, Lookalike
from .standing import Evidence, Standing

# As many claims are looked at as have the rarest of the words, and of those the likeliest.
_MOST_MATCHED = 4000
_MOST_SCORED = 400
_SHORTEST_PART = 5
_LEAST = 0.2
# Of pairs that say the same, 97 in 100 are that much alike (see benchmarks/README.md).
_ALIKE = 0.45


@dataclass(frozen=True, slots=True)
class Similar:
    claim: Claim
    score: float


def similar(statement: str, *, but: Collection[UUID] = (), limit: int = 5) -> list[Similar]:
    """Return live claims that say something like this; ``but`` leaves some out. Four queries."""
    words = _words(statement)
    rows = _candidates([word for word, _ in _rarest(words)], list(but))
    weight = {word: 1 / (1 + math.log1p(found)) for word, found in words.items()}
    ranked = sorted(
        ((_score(statement, row, weight), row[0]) for row in rows), key=lambda pair: -pair[0]
    )
    chosen = {key: score for score, key in ranked[:limit] if score >= _LEAST}
    claims = Claim.objects.select_related("article").in_bulk(chosen)
    return [Similar(claims[key], score) for key, score in chosen.items() if key in claims]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A claim of another piece that says something like this one, with its standing."""

    claim: Claim
    standing: Standing

    @property
    def state(self) -> str:
        return str(self.standing.state)

    @property
    def label(self) -> str:
        return str(State(self.standing.state).label)

    @property
    def refuted(self) -> bool:
        return self.state == State.REFUTED

    @property
    def citations(self) -> list[Citation]:
        """What it rests its verdict on, as far as another claim may show and take that over."""
        return [row for row in self.claim.citations.all() if row.reusable]


def checked_elsewhere(
    statement: str, *, article: UUID, but: Collection[UUID] = (), limit: int = 3
) -> list[Elsewhere]:
    """Return claims of other pieces that say something like this and that a check covers."""
    found = [
        row.claim.pk
        for row in similar(statement, but=but, limit=4 * limit)
        if row.claim.article_id != article
    ]
    evidence = Evidence.of_claims(found)
    told = []
    for key in found:
        claim, standing = evidence.claims[key], evidence.standing(key)
        if standing.verified:
            told.append(Elsewhere(claim, standing))
    articles = Claim.objects.select_related("article").in_bulk([row.claim.pk for row in told])
    for row in told[:limit]:
        row.claim.article = articles[row.claim.pk].article
    return told[:limit]


def alike(
    statement: str, *, article: UUID, but: Collection[UUID] = (), limit: int = 10
) -> list[Claim]:
    """Return live claims of other pieces that most likely state the same, the likeliest first.

    One with other figures does not, one with further figures may.
    """
    figures = set(_FIGURE.findall(statement))
    found = []
    for row in similar(statement, but=but, limit=4 * limit):
        theirs = set(_FIGURE.findall(row.claim.statement))
        same = figures <= theirs or theirs <= figures
        if row.score >= _ALIKE and same and row.claim.article_id != article:
            found.append(row.claim)
    return found[:limit]


def note_lookalikes(claim: Claim, *, still: bool) -> None:
    """Note which claims of other pieces say what this one said when it fell; for a job.

    It is looked for as it was stated when it was checked, and as it is stated now if that fell
    ``still``.
    """
    said = {check.snapshot["statement"] for check in claim.checks.all()} - {claim.statement}
    if still or claim.withdrawn or not said:
        said.add(claim.statement)
    found = {row for one in sorted(said) for row in alike(one, article=claim.article_id)}
    with transaction.atomic():
        Lookalike.objects.filter(fallen=claim).delete()
        Lookalike.objects.bulk_create(
            (Lookalike(fallen=claim, claim=row) for row in found), ignore_conflicts=True
        )


def carriers(claim: UUID) -> list[Claim]:
    """Return the live claims, in any piece, that rest on this one or on one that does."""
    return list(
        Claim.objects.raw(
            """
            WITH RECURSIVE carrying(id) AS (
                SELECT from_claim_id FROM claims_claim_rests_on WHERE to_claim_id = %s
                UNION
                SELECT rests.from_claim_id FROM claims_claim_rests_on rests
                JOIN carrying ON rests.to_claim_id = carrying.id
            )
            SELECT claim.* FROM claims_claim claim JOIN carrying USING (id)
            WHERE NOT withdrawn ORDER BY article_id, id
            """,
            [claim],
        ).prefetch_related("article")
    )


def refresh() -> None:
    """Count anew in how many statements each word stands; for a job at night."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM claims_lexeme")
        cursor.execute(
            "INSERT INTO claims_lexeme (word, found) SELECT word, ndoc"
            " FROM ts_stat($$SELECT to_tsvector('german', statement)"
            " FROM claims_claim WHERE NOT withdrawn$$)"
        )


def _words(statement: str) -> dict[str, int]:
    """Return the stems of a statement, and of words that are part of theirs or the other way round,
    each with the number of statements in which it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH asked AS MATERIALIZED (
                SELECT unnest(tsvector_to_array(to_tsvector('german', %(statement)s))) AS word
            )
            SELECT word, coalesce((SELECT found FROM claims_lexeme l WHERE l.word = asked.word), 0)
            FROM asked
            UNION
            (SELECT lexeme.word, found FROM asked JOIN claims_lexeme lexeme
                ON lexeme.word LIKE '%%' || asked.word || '%%'
             WHERE length(asked.word) >= %(shortest)s AND asked.word !~ '[%%_\\\\0-9]'
             ORDER BY found LIMIT 60)
            UNION
            (SELECT lexeme.word, found FROM asked JOIN claims_lexeme lexeme
                ON asked.word LIKE '%%' || lexeme.word || '%%'
             WHERE length(lexeme.word) >= %(shortest)s
                AND length(asked.word) >= 2 * %(shortest)s - 1 AND lexeme.word !~ '[%%_\\\\0-9]'
             ORDER BY found LIMIT 60)
            """,
            {"statement": statement, "shortest": _SHORTEST_PART},
        )
        return dict(cursor.fetchall())


def _rarest(words: dict[str, int]) -> list[tuple[str, int]]:
    """Return the rarest words, as many as keep the search small; one at least."""
    chosen: list[tuple[str, int]] = []
    total = 0
    for word, found in sorted(words.items(), key=lambda pair: (pair[1], pair[0])):
        total += found
        if chosen and total > _MOST_MATCHED:
            break
        chosen.append((word, found))
    return chosen


def _candidates(words: list[str], but: list[UUID]) -> list[tuple[Any, ...]]:
    """Return key, statement and German stems of the likeliest claims that have one of the words."""
    if not words:
        return []
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
    query = SearchQuery(" | ".join(f"'{w}'" for w in quoted), config="simple", search_type="raw")
    stems = Func(
        SearchVector("statement", config="german"),
        function="tsvector_to_array",
        output_field=ArrayField(models.TextField()),
    )
    rows = (
        Claim.objects.live()
        .exclude(pk__in=but)
        .annotate(vector=finding.vector("statement"), stems=stems)
        .filter(vector=query)
        .order_by(SearchRank(F("vector"), query).desc())
    )
    return list(rows.values_list("pk", "statement", "stems")[:_MOST_SCORED])


_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"\b[A-ZÄÖÜ][\w-]{2,}")


def _score(statement: str, row: tuple[Any, ...], weight: dict[str, float]) -> float:
    _key, other, found = row
    theirs = set(found)
    mine = {word for word in weight if word in theirs}
    # Words that only the other one has count against it, as common ones do.
    common = sum(weight[word] for word in mine)
    whole = sum(weight.values()) * 0.6 + len(theirs - mine) * 0.25
    score = common / (common + whole) if common else 0.0
    score += 0.35 * fuzz.token_set_ratio(statement.lower(), other.lower()) / 100
    names, others = set(_NAME.findall(statement)), set(_NAME.findall(other))
    if names and others:
        score += 0.15 * len(names & others) / min(len(names), len(others))
    figures, theirs_too = set(_FIGURE.findall(statement)), set(_FIGURE.findall(other))
    if figures and theirs_too:
        shared = len(figures & theirs_too) / max(len(figures), len(theirs_too))
        score += 0.4 * shared - 0.2 * (not shared)
    return score
