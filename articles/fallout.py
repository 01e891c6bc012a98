"""What falls with a source, as the desk shows it: piece by piece, live pages first."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

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
    """Everything that rests on a source, in nine queries."""

    source: Source
    copies: tuple[Source, ...]
    affected: tuple[Affected, ...]
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, source: Source) -> "Fallout":
        affected = tuple(fallout.affected([source.pk]))
        copies = Source.objects.filter(pk__in=fallout.fallen(source.pk)).exclude(pk=source.pk)
        return cls(source, tuple(copies), affected, tuple(_pieces(affected)))

    @cached_property
    def bare(self) -> int:
        """How many claims have no other support."""
        return sum(row.bare for row in self.affected)

    @property
    def live(self) -> int:
        return sum(piece.live for piece in self.pieces)

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


def _pieces(affected: tuple[Affected, ...]) -> list[Piece]:
    by_article: dict[UUID, list[Affected]] = defaultdict(list)
    for row in affected:
        by_article[row.article].append(row)
    articles = with_live_kind(Article.objects.filter(pk__in=by_article)).only("headline", "state")
    ranked = sorted(
        articles,
        key=lambda article: (
            not is_live(article),
            -sum(row.bare for row in by_article[article.pk]),
            article.headline,
        ),
    )
    chosen: dict[UUID, list[Affected]] = {}
    left = SHOWN
    for article in ranked:
        rows = sorted(by_article[article.pk], key=lambda row: (row.independent, not row.cites))
        chosen[article.pk] = rows[:left]
        left -= len(chosen[article.pk])
    claims = Claim.objects.in_bulk([row.claim for rows in chosen.values() for row in rows])
    return [
        Piece(
            article,
            tuple(Line(claims[row.claim], row) for row in chosen[article.pk]),
            len(by_article[article.pk]),
            sum(row.bare for row in by_article[article.pk]),
        )
        for article in ranked
    ]
