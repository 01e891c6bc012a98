"""What stands on ground that gave way, and what was to be settled by now: lists for the desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from .models import Publication


@dataclass(frozen=True, slots=True)
class Shaken:
    """A claim of a piece, the claim of another piece that it rests on, and when that fell."""

    piece: UUID
    claim: str
    ground: str
    at: datetime
    live: bool


def shaken() -> list[Shaken]:
    """Return claims that rest, directly or not, on a published one that was taken back or refuted.

    Who checks such a claim again settles it. Live pieces come first, then what fell last.
    One query.
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
            ), resting(claim, ground, at) AS (
                SELECT r.from_claim_id, fell.claim, fell.at
                FROM fell JOIN claims_claim_rests_on r ON r.to_claim_id = fell.claim
                UNION
                SELECT r.from_claim_id, resting.ground, resting.at
                FROM resting JOIN claims_claim_rests_on r ON r.to_claim_id = resting.claim
            ), latest AS (
                SELECT claim, ground, max(at) AS at FROM resting GROUP BY claim, ground
            )
            SELECT c.article_id, c.statement, g.statement, latest.at, EXISTS (
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


def overdue(at: datetime | None = None) -> QuerySet[Publication]:
    """Return the live publications whose deadline to settle what is unconfirmed has passed.

    The one that has waited longest comes first.
    """
    later = Publication.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    passed = Publication.objects.filter(deadline__lte=at or timezone.now())
    return passed.filter(~Exists(later)).order_by("deadline", "pk")
