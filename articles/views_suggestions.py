"""Proposing claims: sentences that ask to be checked, to be accepted or set aside with one key."""

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from claims import suggestions
from claims.choices import Place

from .room import find, require
from .working_copy import WorkingCopy

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def propose(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The sentences of the saved text that may be claims; POST sets one aside, by ``digest``."""
    article = find(admin, request, key)
    require(request, "claims.add_claim")
    if request.method == "POST":
        digest = request.POST.get("digest", "")
        if not re.fullmatch("[0-9a-f]{32,64}", digest):
            return JsonResponse({}, status=400)
        suggestions.dismiss(article.pk, digest, actor=request.user)
        return JsonResponse({})
    copy = WorkingCopy.load(article)
    blocks = copy.body.manuscript.blocks
    found = suggestions.suggest(
        (sentence for sentence in copy.sentences if sentence.field == Place.BODY),
        suggestions.dismissed(article.pk),
    )
    return JsonResponse(
        {
            "suggestions": [
                {
                    "digest": one.sentence.digest,
                    "block": one.sentence.block,
                    "start": one.sentence.start - blocks[one.sentence.block].start,
                    "words": one.words,
                    "kinds": one.labels,
                }
                for one in found
            ]
        }
    )
