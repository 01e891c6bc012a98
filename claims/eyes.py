"""Four eyes: whoever wrote a claim's words does not check them.

Who wrote them is read from the history: from the revisions that somebody saved since the claim was
last checked. Marking words that stood there already is not writing them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from history import revisions
from history.documents import Document
from history.models import Entry

from .models import Check, Claim, Passage
from .places import plain
from .standing import fold
from .text import read

# Revisions of one person that are looked at, newest first, and how many documents at once.
LOOKED_AT = 200
AT_ONCE = 10
# Acts that leave the text alone.
_BESIDE = ("claims.check.", "claims.reading.", "claims.citation.")


def required() -> bool:
    """Return whether the policy of this house asks for four eyes."""
    return bool(settings.NEWSROOM["FOUR_EYES"])


def refusal(claim: Claim, user: Any) -> str:
    """Return why this person does not check this claim, or nothing."""
    if required() and wrote(claim, user.pk):
        return _("You changed its words since the last check: somebody else checks this claim.")
    return ""


def wrote(claim: Claim, user: UUID) -> bool:
    """Return whether somebody saved a change to a claim's words since its last check."""
    latest = Check.objects.filter(claim=claim).order_by("-at").values_list("at", flat=True).first()
    saved = Entry.objects.filter(
        subject=claim.article_id, actor=user, revision__isnull=False
    ).order_by("-revision")
    if latest is not None:
        saved = saved.filter(at__gt=latest)
    rows = saved.values_list("revision", "kind")[:LOOKED_AT]
    rows_now = Passage.objects.filter(claim=claim, start__isnull=False)
    words = {fold(exact) for exact in rows_now.values_list("exact", flat=True)}
    numbers = [number for number, kind in rows if not kind.startswith(_BESIDE)]
    for at in range(0, len(numbers), AT_ONCE):
        chunk = numbers[at : at + AT_ONCE]
        wanted = {number for each in chunk for number in (each, each - 1) if number > 0}
        found = revisions.documents(claim.article, *wanted)
        if any(_wrote_in(claim, words, found.get(n - 1), found[n]) for n in chunk if n in found):
            return True
    return False


def _wrote_in(claim: Claim, words: set[str], before: Document | None, after: Document) -> bool:
    """Tell whether a revision brought words that state a claim, now or then."""
    old = [fold(text) for text in _texts(before)] if before else []
    new = [fold(text) for text in _texts(after)]
    return any(
        any(one in text for text in new) and not any(one in text for text in old)
        for one in words.union(_stated(claim, after))
    )


def _stated(claim: Claim, document: Document) -> Iterable[str]:
    for row in document["content"]["claims"]:
        if row["id"] == str(claim.pk):
            for passage in row["passages"]:
                if passage["start"] is not None:
                    yield fold(passage["exact"])


def _texts(document: Document) -> Iterable[str]:
    content = document["content"]
    yield from (plain(content[name]).text for name in ("kicker", "headline", "standfirst"))
    yield from (plain(image["caption"]).text for image in content["images"])
    yield read("".join(content["body"])).text
