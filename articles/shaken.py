"""What stands on ground that gave way or says the same, and what was to be settled by now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from claims import similar
from claims.models import Claim
from history import revisions

from . import typos
from .fallout import is_live, with_live_kind
from .models import Article, Publication
from .working_copy import WorkingCopy

# So many claims of one correction are looked for elsewhere before it is published.
_MOST_LOOKED_FOR = 5


@dataclass(frozen=True, slots=True)
class Shaken:
    """A claim of a piece, the claim of another piece that fell, and when that was.

    It rests on the one that fell, or, ``alike``, says what that said.
    """

    piece: UUID
    claim: str
    ground: str
    at: datetime
    alike: bool
    live: bool


def shaken() -> list[Shaken]:
    """Return claims that rest on a published one that was taken back or refuted, or say the same.

    They may rest on it by way of others, and on one that says the same. Who checks such a claim
    again settles it. Live pieces come first, then what fell last. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE fell(claim, at) AS (
                SELECT f.key::uuid, p.at
                FROM articles_publication p, jsonb_array_elements_text(p.fallen) f(key)
                WHERE p.kind IN ('correction', 'retraction')
                UNION ALL
                SELECT k.claim_id, k.at FROM claims_check k JOIN claims_claim c ON c.id = k.claim_id
                WHERE k.verdict = 'refuted'
                AND NOT EXISTS (
                    SELECT FROM claims_check later WHERE later.claim_id = k.claim_id
                    AND (later.at, later.id) > (k.at, k.id)
                )
                AND EXISTS (
                    SELECT FROM articles_publication p WHERE p.article_id = c.article_id
                )
            ), resting(claim, ground, at, alike) AS (
                (
                    SELECT r.from_claim_id, fell.claim, fell.at, false
                    FROM fell JOIN claims_claim_rests_on r ON r.to_claim_id = fell.claim
                    UNION
                    SELECT l.claim_id, fell.claim, fell.at, true
                    FROM fell JOIN claims_lookalike l ON l.fallen_id = fell.claim
                )
                UNION
                SELECT r.from_claim_id, resting.ground, resting.at, false
                FROM resting JOIN claims_claim_rests_on r ON r.to_claim_id = resting.claim
            ), latest AS (
                SELECT claim, ground, max(at) AS at, bool_and(alike) AS alike
                FROM resting GROUP BY claim, ground
            )
            SELECT c.article_id, c.statement, g.statement, latest.at, latest.alike, EXISTS (
                SELECT FROM articles_publication p WHERE p.article_id = c.article_id
                AND NOT EXISTS (
                    SELECT FROM articles_publication gone
                    WHERE gone.article_id = c.article_id AND gone.kind = 'retraction'
                )
            ) AS live
            FROM latest JOIN claims_claim c ON c.id = latest.claim
            JOIN claims_claim g ON g.id = latest.ground
            JOIN articles_article a ON a.id = c.article_id
            WHERE NOT c.withdrawn AND c.article_id <> g.article_id AND a.state <> 'shelved'
            AND NOT EXISTS (
                SELECT FROM claims_check k WHERE k.claim_id = c.id AND k.at > latest.at
            )
            ORDER BY live DESC, latest.at DESC, c.article_id, c.id
            """
        )
        return [Shaken(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Carried:
    """A claim of another piece that says, or rests on, what a correction would take back."""

    claim: Claim
    piece: Any
    alike: bool

    @property
    def live(self) -> bool:
        return is_live(self.piece)


def carried(copy: WorkingCopy, live: Publication) -> list[Carried]:
    """Return where else stands what a piece states otherwise now than readers have it; live first.

    A few claims are looked for; of more than that it is told when they have fallen (``shaken``).
    """
    then = revisions.document(copy.article, live.revision)
    fell = {one.claim for one in typos.differences(live, then, copy) if one.fell}
    stated = [claim for claim in then["content"]["claims"] if claim["id"] in fell]
    found: dict[UUID, tuple[Claim, bool]] = {}
    for claim in stated[:_MOST_LOOKED_FOR]:
        for row in similar.alike(claim["statement"], article=copy.article.pk):
            found[row.pk] = row, True
        for row in similar.carriers(UUID(claim["id"])):
            if row.article_id != copy.article.pk:
                found[row.pk] = row, False
    articles = Article.objects.filter(pk__in={row.article_id for row, _ in found.values()})
    pieces = with_live_kind(articles.in_work()).in_bulk()
    told = [
        Carried(row, pieces[row.article_id], alike)
        for row, alike in found.values()
        if row.article_id in pieces
    ]
    return sorted(told, key=lambda row: (not row.live, row.alike, row.piece.headline))


def overdue(at: datetime | None = None) -> QuerySet[Publication]:
    """Return the live publications whose deadline to settle what is unconfirmed has passed.

    The one that has waited longest comes first.
    """
    later = Publication.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    passed = Publication.objects.filter(deadline__lte=at or timezone.now())
    return passed.filter(~Exists(later)).order_by("deadline", "pk")
