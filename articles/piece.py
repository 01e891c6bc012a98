"""The piece document: format ``piece`` of django-reversion's serializers.

*Content* is what a restore writes, byte for byte. The *record* (checks,
readings, comments sought, withdrawn claims) is left as it is. Other aggregates are named
by key: their labels may change, the document does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.serializers.base import DeserializationError
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from claims.choices import Place
from claims.models import Check, Citation, Claim, CommentSought, Passage, Reading
from claims.text import split_blocks
from history import canonical
from history.documents import Document, Format
from sources.models import Capture, Source

from .body import Verbatim
from .models import Article, Byline, Image, Person, Section, Tag

FORMAT = Format("piece", schema=1)

# Columns of the piece's tables that the document leaves out, and why.
WORKFLOW = "workflow of the working copy: stands in the ledger, is not restored"
EXCLUDED = {
    "articles_article": {
        "slug": WORKFLOW,
        "state": WORKFLOW,
        "assignee_id": WORKFLOW,
        "due": WORKFLOW,
        "created_at": "never changes",
    },
    "articles_publication": {"*": "publications have documents of their own"},
    "articles_correction": {"*": "part of the publication's document"},
    "articles_legalblock": {"*": "an overlay on what was published: stands in the ledger"},
    "claims_drift": {"*": "follows from the source's copies, whose document holds their digests"},
    "articles_reply": {"*": "word for word in the publication's document, not ours to restore"},
    "articles_change": {"*": "what machines were told, not ours to restore"},
    "articles_plan": {"*": WORKFLOW},
}

# What the document says of an image, by the names of its columns.
IMAGE = (
    "id", "position", "file", "media_type", "width", "height",
    "caption", "credit", "rights", "alt",
)  # fmt: skip

_PLACE_ORDER = {place: index for index, place in enumerate(Place.values)}


class RestoreRefused(Exception):
    """A document that cannot be restored, because what it names is gone."""


def _key(value: UUID | None) -> str | None:
    return str(value) if value else None


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def write(pk: UUID) -> Document:
    """Return the document of one piece. Six queries, whatever its size."""
    tags = Article.tags.through.objects.filter(article=OuterRef("pk")).values("tag_id")
    article: Any = Article._base_manager.annotate(
        tag_keys=ArraySubquery(tags),
        byline_rows=_rows(Byline, "id", "role", "position", person="person_id"),
        image_rows=_rows(Image, *IMAGE),
        comment_rows=ArraySubquery(
            CommentSought.objects.filter(claim__article=OuterRef("pk"))
            .order_by("at", "pk")
            .values(
                row=JSONObject(id="id", claim="claim_id", whom="whom", at="at", answer="answer")
            )
        ),
    ).get(pk=pk)
    images = article.image_rows
    claims, withdrawn = _claims(pk)
    return {
        "schema": FORMAT.schema,
        "type": FORMAT.type,
        "id": str(article.pk),
        "content": {
            "language": article.language,
            "kicker": article.kicker,
            "headline": article.headline,
            "standfirst": article.standfirst,
            "body": split_blocks(article.body),
            "section": _key(article.section_id),
            "tags": sorted(map(str, article.tag_keys)),
            "embargo": canonical.stamp(article.embargo),
            "bylines": article.byline_rows,
            "images": images,
            "claims": in_order(claims, images),
        },
        "record": {
            "checks": [
                {
                    "id": str(check.pk),
                    "claim": str(check.claim_id),
                    "checker": str(check.checker),
                    "at": canonical.stamp(check.at),
                    "verdict": check.verdict,
                    "confirmed": check.confirmed,
                    "note": check.note,
                    "snapshot": check.snapshot,
                }
                for check in Check.objects.filter(claim__article_id=pk).order_by("at", "pk")
            ],
            "readings": [
                {
                    "id": str(reading.pk),
                    "reader": str(reading.reader),
                    "at": canonical.stamp(reading.at),
                    "rule": reading.rule,
                    "sentences": reading.sentences,
                }
                for reading in Reading.objects.filter(article_id=pk).order_by("at", "pk")
            ],
            "comments_sought": [
                {**row, "at": canonical.stamp(datetime.fromisoformat(row["at"]))}
                for row in article.comment_rows
            ],
            "withdrawn": in_order(withdrawn, images),
        },
    }


def _rows(model: type[models.Model], *same: str, **renamed: str) -> ArraySubquery:
    """The piece's rows of a model, in their order and as the document has them."""
    columns = {**{name: name for name in same}, **renamed}
    rows = model._base_manager.filter(article=OuterRef("pk")).order_by("position", "pk")
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


def _claims(pk: UUID) -> tuple[list[Document], list[Document]]:
    """Return the documents of the live claims and of the withdrawn ones, in no order."""
    grounds = Claim.rests_on.through.objects.filter(from_claim=OuterRef("pk"))
    claims: Any = Claim.objects.filter(article_id=pk).annotate(
        ground_keys=ArraySubquery(grounds.values("to_claim_id"))
    )
    passages: dict[UUID, list[Passage]] = defaultdict(list)
    for passage in Passage.objects.filter(claim__article_id=pk):
        passages[passage.claim_id].append(passage)
    citations: dict[UUID, list[Citation]] = defaultdict(list)
    for citation in Citation.objects.filter(claim__article_id=pk).order_by("position", "pk"):
        citations[citation.claim_id].append(citation)
    live: list[Document] = []
    withdrawn: list[Document] = []
    for claim in claims:
        rests_on = sorted(map(str, claim.ground_keys))
        document = _claim(claim, rests_on, passages[claim.pk], citations[claim.pk])
        (withdrawn if claim.withdrawn else live).append(document)
    return live, withdrawn


def in_order(claims: Iterable[Document], images: Iterable[Document]) -> list[Document]:
    """Return claims of a piece in text order, the passages of each too; what is lost comes last.

    ``images`` are the piece's, in their order.
    """
    image_order = {image["id"]: index for index, image in enumerate(images)}

    def place(passage: Document) -> tuple:
        lost = passage["start"] is None
        image = image_order.get(passage["image"], 0)
        return (lost, _PLACE_ORDER[passage["field"]], image, passage["start"] or 0, passage["id"])

    placed: list[tuple[tuple, Document]] = []
    for claim in claims:
        own = sorted(claim["passages"], key=place)
        order = (place(own[0]) if own else (True, 9, 0, 0, ""), claim["id"])
        placed.append((order, {**claim, "passages": own}))
    # The keys of the order end in the claim's own key, so documents are never compared.
    return [claim for _, claim in sorted(placed)]


def _claim(
    claim: Claim, rests_on: list[str], passages: list[Passage], citations: list[Citation]
) -> Document:
    return {
        "id": str(claim.pk),
        "statement": claim.statement,
        "voice": claim.voice,
        "attribution": claim.attribution,
        "as_of": _day(claim.as_of),
        "check_by": _day(claim.check_by),
        "risk": claim.risk,
        "accuses": claim.accuses,
        "rests_on": rests_on,
        "passages": [
            {
                "id": str(passage.pk),
                "field": passage.field,
                "image": _key(passage.image_id),
                "start": passage.start,
                "exact": passage.exact,
                "prefix": passage.prefix,
                "suffix": passage.suffix,
            }
            for passage in passages
        ],
        "citations": [
            {
                "id": str(citation.pk),
                "source": str(citation.source_id),
                "capture": _key(citation.capture_id),
                "position": citation.position,
                "stance": citation.stance,
                "tier": citation.tier,
                "credibility": citation.credibility,
                "quote": citation.quote,
                "translation": citation.translation,
                "locator": citation.locator,
                "note": citation.note,
                "authorised_on": _day(citation.authorised_on),
                "sealed": citation.sealed,
            }
            for citation in citations
        ],
    }


def pictures(document: Document | None) -> list[Image] | None:
    """Return the pictures of a document in their order; ``None`` without a document."""
    if document is None:
        return None
    return [Image(article_id=document["id"], **row) for row in document["content"]["images"]]


class Serializer:
    internal_use_only = True

    def serialize(self, queryset: Any, **options: Any) -> str:
        (article,) = queryset
        self._text = FORMAT.dumps(write(article.pk))
        return self._text

    def getvalue(self) -> str:
        return self._text


class StoredPiece:
    """A piece as a document holds it; ``save()`` restores its content.

    Claims that came later are withdrawn, with their citations as they stand.
    Checks and readings are left as they are.
    """

    m2m_data = None

    def __init__(self, document: Document) -> None:
        content = document["content"]
        self.id = UUID(document["id"])
        self.content = content
        self.fields = {
            "language": content["language"],
            "kicker": content["kicker"],
            "headline": content["headline"],
            "standfirst": content["standfirst"],
            # As it was, to the byte: the sanitiser's rules may have changed since.
            "body": Verbatim("".join(content["body"])),
            "section_id": content["section"],
            "embargo": canonical.moment(content["embargo"]),
        }
        self.object = Article(pk=self.id, **self.fields)

    def save(self, save_m2m: bool = True, using: str | None = None, **kwargs: Any) -> None:
        """Write the content; raises ``RestoreRefused`` if something it names is gone."""
        content = self.content
        self._refuse_what_is_gone()
        Article._base_manager.filter(pk=self.id).update(**self.fields)
        Article(pk=self.id).tags.set(content["tags"])
        _replace(
            Byline.objects.filter(article_id=self.id),
            [
                Byline(
                    pk=row["id"],
                    article_id=self.id,
                    person_id=row["person"],
                    role=row["role"],
                    position=row["position"],
                )
                for row in content["bylines"]
            ],
        )
        claims = content["claims"]
        keys = [claim["id"] for claim in claims]
        later = Claim.objects.filter(article_id=self.id, withdrawn=False).exclude(pk__in=keys)
        Passage.objects.filter(claim__in=later).delete()
        later.update(withdrawn=True)
        images = [
            Image(article_id=self.id, **{**row, "id": UUID(row["id"])}) for row in content["images"]
        ]
        own = Image.objects.filter(article_id=self.id)
        _upsert(Image, images)
        _upsert(
            Claim,
            [
                Claim(
                    pk=row["id"],
                    article_id=self.id,
                    withdrawn=False,
                    **{
                        name: row[name]
                        for name in (
                            "statement",
                            "voice",
                            "attribution",
                            "as_of",
                            "check_by",
                            "risk",
                            "accuses",
                        )
                    },
                )
                for row in claims
            ],
        )
        self._rest(claims)
        _replace(
            Passage.objects.filter(claim__in=keys),
            [
                Passage(
                    pk=row["id"],
                    claim_id=claim["id"],
                    image_id=row["image"],
                    **{name: row[name] for name in ("field", "start", "exact", "prefix", "suffix")},
                )
                for claim in claims
                for row in claim["passages"]
            ],
        )
        # After the passages in their captions have moved.
        own.exclude(pk__in=[image.pk for image in images]).delete()
        _replace(
            Citation.objects.filter(claim__in=keys),
            [
                Citation(
                    pk=row["id"],
                    claim_id=claim["id"],
                    source_id=row["source"],
                    capture_id=row["capture"],
                    **{
                        name: row[name]
                        for name in (
                            "position",
                            "stance",
                            "tier",
                            "credibility",
                            "quote",
                            "translation",
                            "locator",
                            "note",
                            "authorised_on",
                            "sealed",
                        )
                    },
                )
                for claim in claims
                for row in claim["citations"]
            ],
        )

    def _rest(self, claims: list[Document]) -> None:
        through = Claim.rests_on.through
        keys = [claim["id"] for claim in claims]
        wanted = {(UUID(c["id"]), UUID(other)) for c in claims for other in c["rests_on"]}
        present = {
            (row.from_claim_id, row.to_claim_id): row.pk
            for row in through.objects.filter(from_claim__in=keys)
        }
        gone = [pk for pair, pk in present.items() if pair not in wanted]
        through.objects.filter(pk__in=gone).delete()
        through.objects.bulk_create(
            through(from_claim_id=one, to_claim_id=other)
            for one, other in sorted(wanted - present.keys())
        )

    def _refuse_what_is_gone(self) -> None:
        content = self.content
        citations = [row for claim in content["claims"] for row in claim["citations"]]
        named: dict[type[models.Model], Iterable[str | None]] = {
            Section: [content["section"]],
            Tag: content["tags"],
            Person: [row["person"] for row in content["bylines"]],
            Source: [row["source"] for row in citations],
            Capture: [row["capture"] for row in citations],
            Claim: [other for claim in content["claims"] for other in claim["rests_on"]],
        }
        for model, keys in named.items():
            wanted = {UUID(key) for key in keys if key}
            if not wanted:
                continue
            if model is Claim:
                wanted -= {UUID(claim["id"]) for claim in content["claims"]}
            present = model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True)
            if missing := wanted - set(present):
                raise RestoreRefused(
                    _("No longer there: %(what)s %(keys)s")
                    % {
                        "what": model._meta.verbose_name,
                        "keys": ", ".join(sorted(map(str, missing))),
                    }
                )


def _upsert(model: type[models.Model], rows: list[Any]) -> None:
    if rows:
        model._base_manager.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[
                column.name
                for column in model._meta.local_concrete_fields
                if not column.primary_key and not column.generated
            ],
        )


def _replace(present: models.QuerySet, rows: list[Any]) -> None:
    """Make exactly these rows of those that are present; equal rows are written equal."""
    present.exclude(pk__in=[row.pk for row in rows]).delete()
    _upsert(present.model, rows)


def Deserializer(text: str, **options: Any) -> Iterator[StoredPiece]:
    try:
        yield StoredPiece(FORMAT.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DeserializationError(str(error)) from error
