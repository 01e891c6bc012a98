"""Proposed claims: sentences that a fact checker would stop at (``claims.checkable``).

They are proposed, people decide; what somebody sets aside is not proposed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from .checkable import Kind, kinds
from .choices import Place
from .models import Dismissal
from .readings import SentenceInPlace


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sentence that may state what has to be checked, and what speaks for that."""

    sentence: SentenceInPlace
    kinds: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.kinds]

    @property
    def words(self) -> str:
        """The sentence without its full stop: what would be marked."""
        return self.sentence.text.rstrip(" .")


def suggest(sentences: Iterable[SentenceInPlace], dismissed: frozenset[str]) -> list[Suggestion]:
    """Return the sentences to be proposed, in reading order, each once."""
    made, seen = [], set(dismissed)
    for sentence in sentences:
        if sentence.claims or sentence.digest in seen or sentence.field == Place.KICKER:
            continue
        if found := kinds(sentence.text):
            seen.add(sentence.digest)
            made.append(Suggestion(sentence, found))
    return made


def dismissed(article: UUID) -> frozenset[str]:
    """Return the digests of the sentences that somebody has set aside in a piece."""
    rows = Dismissal.objects.filter(article_id=article)
    return frozenset(rows.values_list("digest", flat=True))


def dismiss(article: UUID, digest: str, *, actor: Any) -> None:
    """Set a sentence aside: in these words it is not proposed in this piece again."""
    Dismissal.objects.get_or_create(
        article_id=article, digest=digest, defaults={"by": actor.pk, "at": timezone.now()}
    )
