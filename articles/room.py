"""A piece as the desk shows it to one person: who may see it, what is shown, which parts change."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from claims.cards import Deck
from claims.choices import Place as Field
from claims.text import Span, annotate, passages
from history import revisions
from history.models import Entry
from sources.choices import Tier
from sources.models import Source

from .models import Article, Image, Plan, Publication, image_storage
from .working_copy import WorkingCopy

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def may(request: HttpRequest, name: str) -> bool:
    return request.user.has_perm(name)


def require(request: HttpRequest, *names: str) -> None:
    """Raise ``PermissionDenied`` unless the user has one of the permissions."""
    if not any(may(request, name) for name in names):
        raise PermissionDenied


def find(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> Article:
    """Return the piece for somebody who may see it; 404 or 403 otherwise."""
    article = Article.objects.select_related("section", "assignee").filter(pk=key).first()
    if article is None:
        raise Http404
    if not admin.has_view_or_change_permission(request, article):
        raise PermissionDenied
    return article


@dataclass
class Room:
    """A piece as the writing view shows it, in a fixed number of queries."""

    request: HttpRequest
    copy: WorkingCopy

    @classmethod
    def of(
        cls, request: HttpRequest, article: Article, images: Iterable[Image] | None = None
    ) -> "Room":
        return cls(request, WorkingCopy.load(article, images))

    @property
    def article(self) -> Article:
        return self.copy.article

    @cached_property
    def deck(self) -> Deck:
        return Deck(self.copy.evidence, self.copy.claims)

    @cached_property
    def latest(self) -> Entry | None:
        return Entry.objects.of(self.article).revisions().only("at", "revision", "actor").first()

    @property
    def revision(self) -> int:
        return (self.latest.revision or 0) if self.latest else 0

    @cached_property
    def live(self) -> Publication | None:
        return self.article.publications.defer("document").order_by("-number").first()

    @cached_property
    def plan(self) -> Plan | None:
        return self.article.plans.waiting().only("article", "at", "state").first()

    @cached_property
    def unpublished(self) -> bool:
        """Whether the content has changed since what is live."""
        if self.live is None or self.live.revision == self.revision:
            return False
        documents = revisions.documents(self.article, self.live.revision, self.revision)
        contents = [document["content"] for document in documents.values()]
        return len(contents) != 2 or contents[0] != contents[1]

    @property
    def saved(self) -> str:
        if self.latest is None:
            return ""
        at = timezone.localtime(self.latest.at)
        if at.date() == timezone.localdate():
            return date_format(at, "TIME_FORMAT")
        return date_format(at, "SHORT_DATETIME_FORMAT")

    @property
    def read(self) -> int:
        return len(self.copy.sentences) - len(self.copy.unread)

    @property
    def unread_places(self) -> dict[str, bool]:
        """The plain fields in which something is unread."""
        return {s.field: True for s in self.copy.unread if s.field != Field.BODY}

    @cached_property
    def may(self) -> dict[str, bool]:
        names = {
            "write": "articles.change_article",
            "add_claim": "claims.add_claim",
            "change_claim": "claims.change_claim",
            "cite": "claims.add_citation",
            "add_source": "sources.add_source",
            "check": "claims.add_check",
            "read": "claims.add_reading",
            "publish": "articles.publish_article",
            "comments": "articles.view_comment",
        }
        return {key: may(self.request, name) for key, name in names.items()}

    @property
    def open_comments(self) -> int:
        return self.article.comments.open().count()

    @property
    def sources(self) -> list[Source]:
        """The sources that the piece cites and this user may be offered, the most cited first."""
        cited = Counter(row.source for claim in self.copy.claims for row in claim.citations.all())
        secret = not may(self.request, "sources.view_identity")
        return [
            source
            for source, _count in cited.most_common()
            if not source.withdrawn and not (secret and source.tier == Tier.CONFIDENTIAL)
        ]

    @property
    def paint(self) -> dict[str, Any]:
        """What the browser paints into the text: standings by claim, unread sentences by block."""
        blocks = self.copy.body.manuscript.blocks
        return {
            "standings": {str(card.claim.pk): card.state for card in self.deck},
            "labels": {str(card.claim.pk): card.label for card in self.deck},
            "unread": [
                {
                    "digest": sentence.digest,
                    "place": sentence.field,
                    "image": str(sentence.image) if sentence.image else None,
                    "block": sentence.block,
                    "start": sentence.start
                    - (blocks[sentence.block].start if sentence.field == Field.BODY else 0),
                    "text": sentence.text,
                }
                for sentence in self.copy.unread
            ],
            "sentences": len(self.copy.sentences),
        }

    def parts(self) -> dict[str, Any]:
        """The parts of the page that change while somebody writes on."""
        context = {"room": self, "article": self.article}
        return {
            "based_on": self.revision,
            "paint": self.paint,
            "parts": {
                name: render_to_string(template, context, request=self.request)
                for name, template in (
                    ("rail", "claims/_evidence_rail.html"),
                    ("state", "admin/articles/article/_state_line.html"),
                    ("reading", "admin/articles/article/_reading_progress.html"),
                )
            },
        }

    # The text for those who do not write

    def spans(self, field: str, image: UUID | None = None) -> list[Span]:
        """The ranges of one place that are painted: claims by standing, unread sentences."""
        place = next(place for place in self.copy.places if place.key == (field, image))
        spans = [
            Span(s.start, s.end, {"class": "unread-sentence", "data-sentence": s.digest})
            for s in self.copy.unread
            if (s.field, s.image) == (field, image)
        ]
        states = {str(card.claim.pk): card.state for card in self.deck}
        if field == Field.BODY:
            marked = [
                (start, end, claim)
                for claim, runs in passages(place.manuscript).items()
                for start, end in runs
            ]
        else:
            marked = [
                (row.start or 0, row.end or 0, str(row.claim_id))
                for row in self.copy.passages_in(field, image)
            ]
        return spans + [
            Span(
                start,
                end,
                {
                    "data-claim": claim,
                    "class": "claim-mark",
                    "data-standing": states.get(claim, "unchecked"),
                },
            )
            for start, end, claim in marked
        ]

    @property
    def body_html(self) -> SafeString:
        # The stored body is sanitised; annotate adds nothing but spans.
        html = annotate(self.article.body, self.spans(Field.BODY), keep_marks=False)
        return mark_safe(html)

    def _plain(self, field: str, text: str, image: UUID | None = None) -> SafeString:
        html = f"<p>{escape(text).replace(chr(10), '<br>')}</p>" if text else ""
        if html:
            html = annotate(html, self.spans(field, image), keep_marks=False)
        return mark_safe(html)

    @property
    def plain_html(self) -> dict[str, SafeString]:
        article = self.article
        return {
            name: self._plain(name, getattr(article, name))
            for name in ("kicker", "headline", "standfirst")
        }

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [
            {
                "image": image,
                "url": image_storage().url(image.file),
                "caption": self._plain(Field.CAPTION, image.caption, image.pk),
            }
            for image in self.copy.images
        ]


def wants_parts(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def parts(
    request: HttpRequest,
    article: Article,
    *,
    messages: list[str] | tuple[str, ...] = (),
    status: int = 200,
    **more: Any,
) -> JsonResponse:
    """Answer with the parts of the page as they are now."""
    fresh = Article.objects.select_related("section", "assignee").get(pk=article.pk)
    return JsonResponse(
        {**Room.of(request, fresh).parts(), "messages": list(messages), **more}, status=status
    )


def as_key(value: str) -> UUID | None:
    """Return the key that a browser sent, or ``None`` if it is none."""
    try:
        return UUID(value)
    except ValueError:
        return None
