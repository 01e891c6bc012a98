"""The public document: the one thing that everything public is made from.

It is an allow-list. What is not named here cannot reach a reader, whatever
the piece, its claims and its sources hold.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from claims.choices import Place as Field
from claims.choices import State as Standing
from claims.models import Citation, Claim
from claims.standing import fold
from claims.text import split_blocks, unmark
from history import canonical
from sources.choices import Terms, Tier
from sources.references import reference

from .choices import Kind
from .models import Publication, Reply
from .working_copy import WorkingCopy

SCHEMA = 1

# Bibliographic data that readers get: all that CSL-JSON names but what editors
# use for themselves.
PRIVATE_CSL = {"note", "annote", "keyword", "id", "custom", "status"}


def address(slug: str, first_published: datetime) -> str:
    """Return the path of a piece: year and month are those of the newsroom's zone."""
    return f"/{timezone.localtime(first_published):%Y/%m}/{slug}/"


def tier(citation: Citation) -> str:
    """Return how much of a citation readers may see; of what is not for use, nothing."""
    if citation.source.terms == Terms.NOT_FOR_USE:
        return Tier.CONFIDENTIAL
    return Tier.strictest(citation.tier, citation.source.tier)


def shown_claims(copy: WorkingCopy) -> list[Claim]:
    """Return the claims whose evidence may be shown, in text order.

    A claim with no showable citation, resting on no shown claim, is plain text
    in public: no gap and no count gives a hidden citation away.
    """
    own = {claim.pk: claim for claim in copy.claims}
    shown = {
        claim.pk
        for claim in copy.claims
        if copy.standing(claim).state != Standing.ORPHAN
        and any(tier(citation) != Tier.CONFIDENTIAL for citation in claim.citations.all())
    }
    grown = True
    while grown:
        resting = {
            claim.pk
            for claim in own.values()
            if claim.pk not in shown
            and copy.standing(claim).state != Standing.ORPHAN
            and any(other.pk in shown for other in claim.rests_on.all())
        }
        # A hidden citation beside the foundations would be given away by the check.
        resting = {pk for pk in resting if not own[pk].citations.all()}
        shown |= resting
        grown = bool(resting)
    return [claim for claim in copy.claims if claim.pk in shown]


class References:
    """Numbers the references in the order in which the text cites them.

    Each is set now, in the style that the house has now: another style later, or a better
    processor, changes nothing that was published.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.rows: list[dict[str, Any]] = []
        self._numbers: dict[UUID, int] = {}

    def number(self, citation: Citation) -> int:
        source = citation.source
        # A citation can be stricter than its source: then the source stays unnamed here,
        # and must not be found by the number it has elsewhere.
        described = tier(citation) == Tier.DESCRIBED
        key = citation.pk if described and source.tier == Tier.NAMED else source.pk
        if key in self._numbers:
            row = self.rows[self._numbers[key] - 1]
        else:
            row = {
                "number": len(self.rows) + 1,
                "csl": {},
                "html": "",
                "description": "",
                "accessed": None,
                "capture": None,
                "archived": None,
            }
            self.rows.append(row)
            self._numbers[key] = row["number"]
            if described:
                row["description"] = source.description
            else:
                row["csl"] = {k: v for k, v in source.csl.items() if k not in PRIVATE_CSL}
                row["html"] = reference(row["csl"], self.language)
                row["accessed"] = _day(source.csl.get("accessed"))
        if citation.capture and not described and row["capture"] is None:
            row["capture"] = citation.capture.sha256
            row["archived"] = canonical.stamp(citation.capture.captured_at)
        return self._numbers[key]


def _day(csl_date: Any) -> str | None:
    """Return a CSL date as ``YYYY[-MM[-DD]]``."""
    try:
        return "-".join(f"{int(part):02d}" for part in csl_date["date-parts"][0]) or None
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def build(
    copy: WorkingCopy,
    *,
    number: int,
    kind: str,
    note: str,
    at: datetime,
    slug: str,
    corrections: Sequence[dict[str, Any]] = (),
    previous: Publication | None = None,
) -> dict[str, Any]:
    """Return the public document of a working copy. Three queries for labels."""
    article = copy.article
    before = previous.frozen_document if previous else None
    first = (canonical.moment(before["first_published"]) if before else None) or at
    published = canonical.stamp(at)
    shown = shown_claims(copy)
    public_ids = {claim.pk: f"c{index}" for index, claim in enumerate(shown, start=1)}
    references = References(article.language)
    claims = [_claim(copy, claim, public_ids, references) for claim in shown]
    hidden = [str(claim.pk) for claim in copy.claims if claim.pk not in public_ids]
    body = _relabelled(unmark(article.body, hidden), public_ids)
    section = article.section
    return {
        "schema": SCHEMA,
        "type": "public",
        "id": str(article.pk),
        "number": number,
        "kind": kind,
        "note": note,
        "address": address(slug, first),
        "publisher": settings.NEWSROOM["PUBLISHER"],
        "language": article.language,
        "kicker": article.kicker,
        "headline": article.headline,
        "standfirst": article.standfirst,
        "first_published": canonical.stamp(first),
        "published": published,
        "section": {"name": section.name, "slug": section.slug} if section else None,
        "tags": [{"name": tag.name, "slug": tag.slug} for tag in article.tags.order_by("name")],
        "bylines": [
            {"name": row.person.name, "slug": row.person.slug, "role": row.role}
            for row in article.bylines.select_related("person")
        ],
        "images": [
            {
                "file": image.file,
                "media_type": image.media_type,
                "width": image.width,
                "height": image.height,
                "caption": image.caption,
                "credit": image.credit,
                "alt": image.alt,
            }
            for image in copy.images
        ],
        "body": split_blocks(body),
        "claims": claims,
        "references": references.rows,
        "corrections": [
            *(
                {
                    "number": number,
                    "published": published,
                    "wrong": row["wrong"],
                    "right": row["right"],
                    "since": canonical.stamp(row["since"]),
                }
                for row in corrections
            ),
            *(before["corrections"] if before else ()),
        ],
        "replies": _replies(copy, public_ids) if before else [],
        "versions": [
            {"number": number, "kind": kind, "note": note, "published": published},
            *(before["versions"] if before else ()),
        ],
        "checked": _checked(copy, shown),
    }


def _replies(copy: WorkingCopy, public_ids: dict[UUID, str]) -> list[dict[str, Any]]:
    """Return every reply to what the piece still says, the latest first."""
    rows = (
        Reply.objects.filter(publication__article_id=copy.article.pk)
        .select_related("claim", "publication")
        .defer("publication__document")
        .order_by("-publication__number")
    )
    return [
        replied(
            row.publication,
            author=row.author,
            text=row.text,
            claim=public_ids.get(row.claim_id),
            statement=row.claim.statement,
        )
        for row in rows
        if _offered(copy, row)
    ]


def _offered(copy: WorkingCopy, reply: Reply) -> bool:
    if not reply.claim.withdrawn:
        return True
    # Taking the mark away does not take the claim back while its words stand.
    texts = [fold(place.text) for place in copy.places]
    return any(fold(words) in text for words in reply.words for text in texts)


def replied(
    publication: Publication, *, author: str, text: str, claim: str | None, statement: str
) -> dict[str, Any]:
    """Return a reply as readers get it; a claim that is not shown is not told either."""
    return {
        "number": publication.number,
        "published": canonical.stamp(publication.at),
        "claim": claim,
        "statement": statement if claim else "",
        "author": author,
        "text": text,
    }


def _again(
    before: dict[str, Any], *, number: int, kind: str, note: str, at: datetime
) -> dict[str, Any]:
    """Return what is public already as a further publication."""
    published = canonical.stamp(at)
    version = {"number": number, "kind": kind, "note": note, "published": published}
    return {**before, **version, "versions": [version, *before["versions"]]}


def with_reply(
    before: dict[str, Any], *, number: int, note: str, at: datetime, reply: dict[str, Any]
) -> dict[str, Any]:
    """Return what is public already, and a reply: nothing else of the working copy goes out."""
    document = _again(before, number=number, kind=Kind.REPLY.value, note=note, at=at)
    return {**document, "replies": [reply, *before.get("replies", ())]}


def withdrawn(before: dict[str, Any], *, number: int, note: str, at: datetime) -> dict[str, Any]:
    """Return what stands at the address of a retracted piece: that it is, and why.

    Its text is left to the earlier publications. Corrections and replies stay.
    """
    document = _again(before, number=number, kind=Kind.RETRACTION.value, note=note, at=at)
    return {
        **document,
        "standfirst": "",
        "images": [],
        "body": [],
        "claims": [],
        "references": [],
        "replies": [{**reply, "claim": None} for reply in before.get("replies", ())],
        "checked": {"claims": 0, "people": 0, "last": None, "verdicts": {}},
    }


def public_id(document: dict[str, Any], claim: dict[str, Any]) -> str | None:
    """Return under which id a public document shows a claim of a piece document, if it does."""
    told = ("statement", "attribution", "voice")
    return next(
        (
            shown["id"]
            for shown in document["claims"]
            if all(shown[name] == claim[name] for name in told)
        ),
        None,
    )


def _relabelled(html: str, labels: dict[UUID, str]) -> str:
    """Return a sanitised body whose marks carry the claims' public ids."""
    # "<" is always escaped in text, so this matches marks alone.
    return re.sub(
        r'<span data-claim="([0-9a-f-]{36})">',
        lambda found: f'<span data-claim="{labels[UUID(found[1])]}">',
        html,
    )


def _claim(
    copy: WorkingCopy, claim: Claim, public_ids: dict[UUID, str], references: References
) -> dict[str, Any]:
    standing = copy.standing(claim)
    image_order = {image.pk: index for index, image in enumerate(copy.images)}
    citations = []
    for citation in claim.citations.all():
        if tier(citation) == Tier.CONFIDENTIAL:
            continue
        words = citation.words
        citations.append(
            {
                "reference": references.number(citation),
                "stance": citation.stance,
                "quote": words["quote"],
                "translation": words["translation"],
                "locator": words["locator"],
            }
        )
    counts = standing.verified and standing.check is not None
    return {
        "id": public_ids[claim.pk],
        "statement": claim.statement,
        "voice": claim.voice,
        "attribution": claim.attribution,
        "as_of": claim.as_of.isoformat() if claim.as_of else None,
        "verdict": standing.state if counts else "unconfirmed",
        "checked": _local_day(standing.check.at) if counts and standing.check else None,
        "passages": [
            {
                "field": passage.field,
                "image": image_order[passage.image_id] if passage.image_id else None,
                "start": passage.start,
                "end": passage.end,
            }
            for passage in claim.passages.all()
            if passage.field != Field.BODY and passage.start is not None
        ],
        "citations": citations,
        "rests_on": [
            public_ids[other.pk] for other in claim.rests_on.all() if other.pk in public_ids
        ],
    }


def _local_day(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()


def _checked(copy: WorkingCopy, shown: list[Claim]) -> dict[str, Any]:
    checks = [
        standing.check
        for claim in shown
        if (standing := copy.standing(claim)).verified and standing.check is not None
    ]
    return {
        "claims": len(checks),
        "people": len({check.checker for check in checks}),
        "last": max((_local_day(check.at) for check in checks), default=None),
        "verdicts": dict(sorted(Counter(check.verdict for check in checks).items())),
    }


# What changes with every publication; without it, two documents say the same.
_OF_THE_ACT = ("number", "kind", "note", "published", "versions", "corrections")


def same_to_readers(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two public documents differ in nothing but the act of publishing."""
    # Documents of before there were replies hold none. How a reference is set is no news.
    told = [
        {
            "replies": [],
            **document,
            "references": [{**row, "html": ""} for row in document["references"]],
        }
        for document in (one, other)
    ]
    return len({canonical.dumps({k: d[k] for k in d if k not in _OF_THE_ACT}) for d in told}) == 1
