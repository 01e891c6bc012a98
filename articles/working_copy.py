"""The working copy as a whole: what the desk shows, the gate judges and publishing freezes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from claims import quoting
from claims.models import Claim, Passage, Reading
from claims.places import Place, places
from claims.readings import SentenceInPlace, sentences
from claims.standing import Evidence, Standing
from sources.quotes import Finding

from .models import Article, Image


@dataclass
class WorkingCopy:
    """A piece with its texts, claims, standings and sentences, in a fixed number of queries."""

    article: Article
    images: list[Image]
    evidence: Evidence
    readings: list[Reading]

    @classmethod
    def load(cls, article: Article, images: Iterable[Image] | None = None) -> "WorkingCopy":
        """Load everything but labels: nine queries, whatever the piece's size.

        ``images`` are those of the piece in their order, for who has them already.
        """
        return cls(
            article=article,
            images=list(article.images.all() if images is None else images),
            evidence=Evidence.of_article(article),
            readings=list(Reading.objects.filter(article=article)),
        )

    @cached_property
    def places(self) -> list[Place]:
        return places(self.article, self.images)

    @property
    def body(self) -> Place:
        return self.places[-1]

    @cached_property
    def claims(self) -> list[Claim]:
        """The live claims in text order; lost ones come first."""
        own = self.evidence.of(self.article)
        return sorted(own, key=lambda claim: (self._place(claim), claim.pk))

    def _place(self, claim: Claim) -> tuple[int, int, int]:
        order = {place.key: index for index, place in enumerate(self.places)}
        starts = [
            (1, order[passage.field, passage.image_id], passage.start)
            for passage in claim.passages.all()
            if passage.start is not None and (passage.field, passage.image_id) in order
        ]
        return min(starts, default=(0, 0, 0))

    def standing(self, claim: Claim | UUID) -> Standing:
        return self.evidence.standing(claim)

    @cached_property
    def sentences(self) -> list[SentenceInPlace]:
        passages: Iterator[Passage] = (p for claim in self.claims for p in claim.passages.all())
        return sentences(self.places, passages, self.readings)

    @property
    def unread(self) -> list[SentenceInPlace]:
        return [sentence for sentence in self.sentences if not sentence.read]

    def passages_in(self, field: str, image: UUID | None = None) -> list[Passage]:
        """Return the passages that stand in one plain field, in order."""
        found = [
            passage
            for claim in self.claims
            for passage in claim.passages.all()
            if passage.start is not None and (passage.field, passage.image_id) == (field, image)
        ]
        return sorted(found, key=lambda passage: (passage.start, passage.pk))

    @cached_property
    def quotes(self) -> dict[UUID, Finding | None]:
        """What was found of each quoted citation in the copy of its source. Three queries."""
        return quoting.findings(row for claim in self.claims for row in claim.citations.all())

    @cached_property
    def claims_in_need(self) -> list[Claim]:
        """The claims that no check covers now."""
        return [claim for claim in self.claims if not self.standing(claim).verified]

    def summary(self) -> dict[str, Any]:
        """Return the figures for one line: claims, those in need, sentences, those unread."""
        return {
            "claims": len(self.claims),
            "in_need": len(self.claims_in_need),
            "sentences": len(self.sentences),
            "unread": len(self.unread),
        }
