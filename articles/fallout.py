"""What falls with a source, as the desk shows it: piece by piece, live pages first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from claims import fallout
from claims.fallout import Affected
from claims.models import Claim
from sources.models import Source

from .choices import Kind
from .models import Article, Publication

# More statements than that nobody reads before deciding; they are counted.
SHOWN = 300


@dataclass(frozen=True, slots=True)
class Line:
    """A claim that would fall, and what else supports it."""

    claim: Claim
    affected: Affected


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece with the claims in it that would fall; those without other support come first."""

    article: Any
    lines: tuple[Line, ...]
    total: int
    bare: int

    @property
    def live(self) -> bool:
        return is_live(self.article)


@dataclass(frozen=True)
class Fallout:
    """Everything that rests on a source, in nine queries.

    ``pieces`` are as many as are shown, ``concerned`` all of them, of which ``live`` are live.
    """

    source: Source
    copies: tuple[Source, ...]
    affected: tuple[Affected, ...]
    pieces: tuple[Piece, ...]
    concerned: int
    live: int

    @classmethod
    def of(cls, source: Source) -> "Fallout":
        affected = tuple(fallout.affected([source.pk]))
        copies = Source.objects.filter(pk__in=fallout.fallen(source.pk)).exclude(pk=source.pk)
        by_article: dict[UUID, list[Affected]] = defaultdict(list)
        for row in affected:
            by_article[row.article].append(row)
        ranked = _ranked(by_article)
        return cls(
            source,
            tuple(copies),
            affected,
            tuple(_pieces(ranked, by_article)),
            len(ranked),
            sum(live for _key, live in ranked),
        )

    @cached_property
    def bare(self) -> int:
        """How many claims have no other support."""
        return sum(row.bare for row in self.affected)

    @property
    def more(self) -> int:
        """How many claims are counted only."""
        return len(self.affected) - sum(len(piece.lines) for piece in self.pieces)

    @property
    def fingerprint(self) -> str:
        """Stands for what was shown, so that nobody decides on what they have not seen."""
        told = "".join(f"{row.claim}{row.independent}" for row in self.affected)
        return sha256(told.encode()).hexdigest()


def with_live_kind(pieces: QuerySet[Article]) -> QuerySet[Any]:
    """Annotate what the latest publication was, besides its number (see ``is_live``)."""
    latest = Publication.stored.filter(article=OuterRef("pk")).order_by("-number")
    return pieces.annotate(
        live_number=Subquery(latest.values("number")[:1]),
        live_kind=Subquery(latest.values("kind")[:1]),
    )


def is_live(article: Any) -> bool:
    """Whether readers have this piece, and it is not retracted."""
    return article.live_number is not None and article.live_kind != Kind.RETRACTION


def _pieces(
    ranked: list[tuple[UUID, bool]], by_article: Mapping[UUID, list[Affected]]
) -> Iterator[Piece]:
    """Yield the pieces that are shown, with the claims of each that are."""
    chosen: dict[UUID, list[Affected]] = {}
    left = SHOWN
    for article, _live in ranked:
        if left <= 0:
            break
        rows = sorted(by_article[article], key=lambda row: (row.independent, not row.cites))
        chosen[article] = rows[:left]
        left -= len(rows)
    articles = with_live_kind(Article.objects.filter(pk__in=chosen)).only("headline", "state")
    known = {article.pk: article for article in articles}
    claims = Claim.objects.in_bulk([row.claim for rows in chosen.values() for row in rows])
    for key, rows in chosen.items():
        yield Piece(
            known[key],
            tuple(Line(claims[row.claim], row) for row in rows),
            len(by_article[key]),
            sum(row.bare for row in by_article[key]),
        )


def _ranked(by_article: Mapping[UUID, list[Affected]]) -> list[tuple[UUID, bool]]:
    """Return all pieces in the order in which they need somebody, and whether each is live."""
    bare = {key: sum(row.bare for row in rows) for key, rows in by_article.items()}
    with connection.cursor() as cursor:
        # As models, thousands of pieces would take longer than all the rest.
        cursor.execute(
            """
            SELECT article.id, article.headline, coalesce(latest.kind <> %s, false)
            FROM articles_article article LEFT JOIN LATERAL (
                SELECT kind FROM articles_publication WHERE article_id = article.id
                ORDER BY number DESC LIMIT 1
            ) latest ON true
            WHERE article.id = ANY(string_to_array(%s, ' ')::uuid[])
            """,
            [Kind.RETRACTION, " ".join(map(str, by_article))],
        )
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (not row[2], -bare[row[0]], row[1], row[0]))
    return [(key, live) for key, _headline, live in rows]
