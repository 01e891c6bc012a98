"""The piece that is worked on: its texts, people, places and pictures."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history import finding
from history.fields import CharField, TextField

from .body import BodyField
from .choices import Language, State
from .models_desk import (  # noqa: F401 (found here by all)
    Comment,
    CommentsSeen,
    Presence,
    WorkingDraft,
)
from .models_public import (  # noqa: F401 (found here by all)
    Change,
    Correction,
    FrontPage,
    LegalBlock,
    LivePiece,
    Publication,
    ReaderReport,
    Reply,
    Word,
)
from .plans import Plan


def image_storage() -> Storage:
    return storages["images"]


def withheld_storage() -> Storage:
    """Where pictures are while the piece that shows them is removed (``withheld.settle``)."""
    return storages["withheld"]


class Label(models.Model):
    """Something that pieces name by key, so that renaming it damages no history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    # What public documents call it.
    listed_as = ""

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        former = type(self)._base_manager.filter(pk=self.pk).values_list("slug", flat=True).first()
        named = [f"{self.listed_as}:{former}"]
        if former not in (None, self.slug) and LivePiece.objects.filter(
            former_names__contains=named
        ):
            # Publications name it for good, and its list would fall in two.
            raise ValidationError(
                {"slug": _("Readers know this address, so it stays. The name can be changed.")}
            )


class Person(Label):
    """Somebody whose name stands over pieces."""

    listed_as = "bylines"

    class Meta(Label.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")


class Section(Label):
    listed_as = "section"

    class Meta(Label.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class Tag(Label):
    listed_as = "tags"

    class Meta(Label.Meta):
        verbose_name = _("tag")
        verbose_name_plural = _("tags")


# The texts of a piece that the desk searches.
SEARCHED = ("kicker", "headline", "standfirst", "body")


class ArticleQuerySet(models.QuerySet):
    def matching(self, words: str) -> "ArticleQuerySet":
        """Return pieces that hold the words, in any form, or much like them in the headline."""
        return finding.matching(self, words, SEARCHED, like="headline")

    def in_work(self) -> "ArticleQuerySet":
        """Return the articles that are not shelved."""
        return self.exclude(state=State.SHELVED)

    def shelved(self) -> "ArticleQuerySet":
        return self.filter(state=State.SHELVED)

    def with_live(self) -> "ArticleQuerySet":
        """Annotate the latest publication: ``live_number``, ``live_at``, ``live_revision``."""
        latest = Publication.stored.filter(article=models.OuterRef("pk")).order_by("-number")
        return self.annotate(
            live_number=models.Subquery(latest.values("number")[:1]),
            live_at=models.Subquery(latest.values("at")[:1]),
            live_revision=models.Subquery(latest.values("revision")[:1]),
        )

    def with_plan(self) -> "ArticleQuerySet":
        """Annotate when the piece is to go out: ``planned_at``."""
        waiting = Plan.objects.waiting().filter(article=models.OuterRef("pk"))
        return self.annotate(planned_at=models.Subquery(waiting.values("at")[:1]))


class Article(models.Model):
    """The working copy of a piece. It is shelved, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    language = CharField(_("language"), max_length=10, choices=Language, default=Language.GERMAN)
    kicker = CharField(_("kicker"), max_length=200, blank=True)
    headline = CharField(_("headline"), max_length=300)
    standfirst = TextField(_("standfirst"), blank=True)
    body: Any = BodyField(_("body"), blank=True)
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, verbose_name=_("section")
    )
    tags = models.ManyToManyField(Tag, blank=True, verbose_name=_("tags"))
    embargo = models.DateTimeField(
        _("embargo until"), null=True, blank=True, help_text=_("Not published before this moment.")
    )
    # The workflow of the working copy: entered in the ledger, not part of the document.
    slug = models.SlugField(
        _("address"), max_length=100, unique=True, help_text=_("The last part of its web address.")
    )
    state = CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("with"),
    )
    due = models.DateTimeField(_("due"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("publish_article", _("Can publish articles")),
            ("waive_rule", _("Can waive a rule of the gate")),
            ("block_article", _("Can block what was published, and lift blocks")),
        ]
        indexes = [
            # What is being worked on, newest first?
            models.Index(fields=["state", "-created_at"], name="article_by_state"),
            # Which pieces hold these words, in any form, or nearly these in their headline?
            GinIndex(finding.vector(*SEARCHED), name="article_words"),
            GinIndex(fields=["headline"], opclasses=["gin_trgm_ops"], name="article_like"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(headline=""),
                name="article_has_headline",
                violation_error_message=_("A piece needs a headline, if only a working one."),
            ),
        ]

    def __str__(self) -> str:
        return self.headline

    def validate_constraints(self, exclude: Any = None) -> None:
        # There is one, on the headline. Asking the database about one that is there costs every
        # save a savepoint and a query.
        if not self.headline:
            super().validate_constraints(exclude)

    @property
    def standing_blocks(self) -> list[dict[str, Any]]:
        """The legal blocks on this piece. One query."""
        return list(LegalBlock.objects.standing().filter(article=self).values("whole", "words"))

    @property
    def editing_address(self) -> str:
        return reverse("admin:articles_article_change", args=[self.pk])


class Byline(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="bylines", verbose_name=_("article")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="bylines", verbose_name=_("person")
    )
    role = CharField(_("role"), max_length=100, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "person"],
                name="byline_once",
                violation_error_message=_("This person has a byline already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Image(models.Model):
    """A picture of a piece. Its file is named by the SHA-256 of its bytes and stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="images", verbose_name=_("article")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    file = models.CharField(_("file"), max_length=100, editable=False)
    media_type = models.CharField(_("media type"), max_length=100, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    caption = TextField(_("caption"), blank=True)
    credit = CharField(_("credit"), max_length=200, blank=True)
    rights = TextField(_("rights"), blank=True, help_text=_("Who granted what, until when."))
    alt = TextField(
        _("alternative text"),
        blank=True,
        help_text=_("What the picture shows, for who cannot see it."),
    )

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.caption or self.file
