"""What a piece holds in the way of claims, loaded once for everything that a save asks of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .models import Claim, Passage


@dataclass(frozen=True, slots=True)
class Holdings:
    """A piece's pictures in their order, its claims by key, and their passages by claim.

    Withdrawn claims are among them. Passages stand in text order, lost ones last.
    """

    images: Sequence[Any]
    claims: dict[UUID, Claim]
    passages: dict[UUID, list[Passage]]

    @classmethod
    def of(cls, article: Any, images: Sequence[Any] | None = None) -> "Holdings":
        """Load them, in three queries; the article is locked, if they are to be written.

        ``images`` are its pictures in their order, for who has them already.
        """
        claims = {claim.pk: claim for claim in Claim.objects.filter(article_id=article.pk)}
        rows: dict[UUID, list[Passage]] = defaultdict(list)
        stored = Passage.objects.filter(claim__article_id=article.pk)
        for passage in stored.order_by("start", "pk"):
            rows[passage.claim_id].append(passage)
        return cls(list(article.images.all()) if images is None else images, claims, rows)
