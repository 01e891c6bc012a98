"""Who wrote the last words in which a piece states each claim, told from its entries alone.

Who marks words that stood there before has not written them; then it is whoever changed the text
last before that. An entry that leaves out some of what it did may have touched any claim, so its
actor counts as a writer of all that no later entry names: in doubt, more people are named.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from claims.models import Claim
from history.models import Entry

from .models import Article

_WORDS = {"claim.passage", "claim.figure", "claim.marked", "claim.restored", "claim.found"}
_TOUCHING = {"text", "begun", "claims_added", "claims_restored"}


def last_writers(article: Article, claims: Iterable[Claim]) -> Mapping[UUID, Collection[UUID]]:
    """Return, by the key of a claim, who may have written its last words. One query."""
    entries = Entry.objects.filter(subject=article.pk, revision__isnull=False, actor__isnull=False)
    wrote: dict[str, set[UUID]] = {str(claim.pk): set() for claim in claims}
    of_text: UUID | None = None
    for actor, data in entries.order_by("sequence").values_list("actor", "payload__data"):
        facts = json.loads(data).get("summary", [])
        told = {fact[0] for fact in facts}
        if told & {"text", "begun"} or of_text is None:
            of_text = actor
        if "more" in told and told & _TOUCHING:
            for writers in wrote.values():
                writers.add(of_text)
        for what, claim, *_more in facts:
            if what in _WORDS:
                wrote[claim] = {actor}
            elif what == "claim.added":
                wrote[claim] = {of_text}
    return {UUID(claim): writers for claim, writers in wrote.items()}
