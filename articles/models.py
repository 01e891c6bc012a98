"""The piece and what was published of it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.files.storage import Storage, storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history import canonical, finding
from history.fields import CharField, JSONField, TextField

from .body import BodyField
from .choices import About, Kind, Language, State


def image_storage() -> Storage:
    return storages["images"]


class Label(models.Model):
    """Something that pieces name by key, so that renaming it damages no history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Person(Label):
    """Somebody whose name stands over pieces."""

    class Meta(Label.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")


class Section(Label):
    class Meta(Label.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")


class Tag(Label):
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
        latest = Publication.objects.filter(article=models.OuterRef("pk")).order_by("-number")
        return self.annotate(
            live_number=models.Subquery(latest.values("number")[:1]),
            live_at=models.Subquery(latest.values("at")[:1]),
            live_revision=models.Subquery(latest.values("revision")[:1]),
        )


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


class PublicationQuerySet(models.QuerySet):
    def live(self) -> "PublicationQuerySet":
        """Return the latest publication of each piece."""
        return self.order_by("article_id", "-number").distinct("article_id")


class Publication(models.Model):
    """One act of publishing. The database refuses to change or delete it.

    ``document`` is the canonical text of the public document, the one thing
    that everything public is made from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="publications", verbose_name=_("article")
    )
    number = models.PositiveIntegerField(_("number"))
    kind = CharField(_("kind"), max_length=20, choices=Kind)
    note = TextField(_("public note"), blank=True)
    at = models.DateTimeField(_("published at"))
    actor = models.UUIDField(_("published by"))
    revision = models.PositiveIntegerField(_("revision"))
    slug = models.SlugField(_("address"), max_length=100)
    deadline = models.DateTimeField(_("unconfirmed until"), null=True)
    waivers: Any = JSONField(_("waivers"), default=list)
    document = models.TextField(_("public document"))

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["article_id", "-number"]
        default_permissions = ("view",)
        indexes = [
            # Which piece stands, or stood, at this address?
            models.Index(fields=["slug", "-number"], name="publication_by_slug"),
            # What was published lately?
            models.Index(fields=["-at"], name="publication_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="publication_number_once"),
            models.CheckConstraint(
                condition=models.Q(number=1, kind__in=[Kind.FIRST, Kind.DEVELOPING])
                | (models.Q(number__gt=1) & ~models.Q(kind=Kind.FIRST)),
                name="publication_first_is_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"

    @property
    def public_document(self) -> dict[str, Any]:
        return canonical.loads(self.document)


class Correction(models.Model):
    """What was wrong, what is right, and since when the wrong stood there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="corrections", verbose_name=_("publication")
    )
    wrong = TextField(_("what was wrong"))
    right = TextField(_("what is right"))
    since = models.DateTimeField(_("wrong since"))

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["publication_id", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.wrong


class Reply(models.Model):
    """What somebody concerned says to a claim, word for word. Nobody can change or delete it.

    ``words`` are those in which the piece had stated the claim: as long as they
    stand there, the claim is offered, even if it is marked no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.OneToOneField(
        Publication, models.PROTECT, related_name="reply", verbose_name=_("publication")
    )
    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, related_name="replies", verbose_name=_("claim")
    )
    author = CharField(_("author"), max_length=300)
    text = TextField(_("text"))
    words: Any = JSONField(_("words of the claim"), default=list)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["publication_id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.author


# What follows is the desk's own: no part of a piece, of its history or of the ledger.


class WorkingDraft(models.Model):
    """What somebody wrote and has not saved: kept while they write, gone when they save.

    ``texts`` are the texts by place: "headline", "body", "caption:KEY".
    """

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="working_drafts", verbose_name=_("article")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    based_on = models.PositiveIntegerField(_("based on revision"))
    texts: Any = JSONField(_("texts"))
    at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("working draft")
        verbose_name_plural = _("working drafts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="working_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ({self.user_id})"


class CommentQuerySet(models.QuerySet):
    def threads(self) -> "CommentQuerySet":
        """Return the comments that begin a thread."""
        return self.filter(thread__isnull=True)

    def open(self) -> "CommentQuerySet":
        return self.threads().filter(resolved_at__isnull=True)


class Comment(models.Model):
    """What colleagues say to one another about a piece: never public, not part of its history.

    The first of a thread says what it is about: the whole piece, a passage (``exact`` words with
    those around them, as they read then), a claim or a citation; these words it keeps showing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, models.CASCADE, related_name="comments", verbose_name=_("article")
    )
    thread = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="answers", verbose_name=_("thread")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("author"),
    )
    at = models.DateTimeField(_("written at"), default=timezone.now)
    text = TextField(_("text"))
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in", verbose_name=_("mentions")
    )
    about = CharField(_("about"), max_length=20, choices=About, default=About.PIECE)
    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, null=True, related_name="+", verbose_name=_("claim")
    )
    # A citation can be removed; the comment on it stays.
    citation = models.UUIDField(_("citation"), null=True)
    field = CharField(_("place"), max_length=20, blank=True)
    image = models.UUIDField(_("image"), null=True)
    exact = TextField(_("exact words"), blank=True)
    prefix = TextField(_("words before"), blank=True)
    suffix = TextField(_("words after"), blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        default_permissions = ("add", "view")
        indexes = [
            # What is still to be talked about in this piece?
            models.Index(fields=["article", "resolved_at"], name="comment_by_article"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_has_text"),
            models.CheckConstraint(
                condition=models.Q(thread__isnull=True) | models.Q(resolved_at__isnull=True),
                name="comment_threads_are_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Presence(models.Model):
    """Who has the writing view of a piece open, since when, and when they last wrote in it."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="presences", verbose_name=_("article")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    since = models.DateTimeField(_("since"))
    seen = models.DateTimeField(_("last seen"))
    wrote = models.DateTimeField(_("last wrote"), null=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ({self.user_id})"
