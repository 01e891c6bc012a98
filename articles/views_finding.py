"""What the desk's typeaheads offer: sources to cite, claims to rest on."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims import similar
from claims.models import Claim
from sources import intake
from sources.choices import Tier
from sources.models import Source
from sources.references import issued

from .room import as_key, find, may, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin

TYPEAHEAD = 8
# So much of a statement is looked for elsewhere.
LONGEST = 1000


def find_sources(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Options for the source typeahead: the sources that hold all words of ``q``.

    An address, DOI or ISBN is taken in instead of searched, as if it had been pasted.
    """
    find(admin, request, key)
    require(request, "claims.add_citation", "claims.change_citation")
    words = request.GET.get("q", "").strip()
    if given := intake.known(words):
        asked = words if may(request, "sources.add_source") else ""
        context = {"there": intake.same(given), "asked": asked}
        return render(request, "claims/_taken_in.html", context)
    found = []
    if words:
        found = list(Source.objects.offered_to(request.user).matching(words)[:TYPEAHEAD])
    return render(
        request,
        "claims/_source_options.html",
        {
            "options": [
                {
                    "source": source,
                    "name": highlighted(str(source), words),
                    "issued": issued(source.csl) if source.tier == Tier.NAMED else "",
                }
                for source in found
            ],
            "may_add": may(request, "sources.add_source"),
        },
    )


def find_claims(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Options for the claim typeahead: claims of this piece and of others, this one's first."""
    article = find(admin, request, key)
    words = request.GET.get("q", "").strip()
    found = Claim.objects.live().matching(words).select_related("article")
    if being_edited := as_key(request.GET.get("claim", "")):
        found = found.exclude(pk=being_edited)
    own = list(found.filter(article=article)[:TYPEAHEAD]) if words else []
    others = (
        list(found.exclude(article=article)[: TYPEAHEAD - len(own)])
        if words and len(own) < TYPEAHEAD
        else []
    )
    alike: list[Claim] = []
    if words and len(own) + len(others) < TYPEAHEAD:
        # Not these words, but something like it.
        known = [row.pk for row in (*own, *others)] + ([being_edited] if being_edited else [])
        left = TYPEAHEAD - len(own) - len(others)
        alike = [row.claim for row in similar.similar(words, but=known, limit=left)]
    options = [
        {
            "claim": row,
            "name": highlighted(row.statement, words),
            "own": row.article_id == article.pk,
        }
        for row in (*own, *others, *alike)
    ]
    return render(request, "claims/_claim_options.html", {"options": options})


def find_elsewhere(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Claims of other pieces that are checked and say something like ``statement``."""
    article = find(admin, request, key)
    require(request, "claims.add_claim", "claims.change_claim")
    known = [as_key(one) for one in (request.GET.get("claim", ""), *request.GET.getlist("but"))]
    statement = request.GET.get("statement", "").replace("\x00", "")[:LONGEST]
    found = similar.checked_elsewhere(
        statement, article=article.pk, but=[one for one in known if one]
    )
    return render(request, "claims/_elsewhere.html", {"elsewhere": found, "cites_as": []})


def highlighted(text: str, words: str) -> SafeString:
    """Return text with the searched words marked in it."""
    lower, at = text.lower(), 0
    if len(lower) != len(text):
        return format_html("{}", text)
    ranges = []
    for word in set(words.lower().split()):
        start = lower.find(word)
        if start >= 0:
            ranges.append((start, start + len(word)))
    html = SafeString("")
    for start, end in sorted(ranges):
        if start < at:
            continue
        html += format_html("{}<mark>{}</mark>", text[at:start], text[start:end])
        at = end
    return html + format_html("{}", text[at:])
