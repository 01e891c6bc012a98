"""The piece and what was published of it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history import canonical, finding
from history.fields import CharField, JSONField, TextField

from . import blocking
from .body import BodyField
from .choices import SEARCH_CONFIGS, Kind, Language, ReportState, State
from .models_desk import (  # noqa: F401 (found here by all)
    Comment,
    CommentsSeen,
    Presence,
    WorkingDraft,
)
from .plans import Plan


def image_storage() -> Storage:
    return storages["images"]


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


class LegalBlockQuerySet(models.QuerySet):
    def standing(self) -> "LegalBlockQuerySet":
        """Return the blocks that nobody has lifted."""
        lifting = LegalBlock.objects.filter(lifts=models.OuterRef("pk"))
        return self.filter(~models.Exists(lifting), lifts=None)


class LegalBlock(models.Model):
    """What readers may not see of a piece, whatever is published of it; or that a block is lifted.

    The database refuses to change or delete it. ``words`` are blacked out in every
    version; as a ``whole`` the piece is removed. Who lifts one makes another, which
    says what it ``lifts``, and why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="legal_blocks", verbose_name=_("article")
    )
    at = models.DateTimeField(_("at"))
    actor = models.UUIDField(_("by"))
    reason = TextField(_("reason"))
    whole = models.BooleanField(_("removes the piece"), default=False)
    words: Any = JSONField(_("words"), default=list)
    lifts = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="lifted_by",
        verbose_name=_("lifts"),
    )

    objects = LegalBlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal block")
        verbose_name_plural = _("legal blocks")
        ordering = ["at", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="legal_block_has_reason"),
            models.CheckConstraint(
                condition=models.Q(lifts__isnull=False, whole=False, words=[])
                | models.Q(lifts__isnull=True, whole=True, words=[])
                | (models.Q(lifts__isnull=True, whole=False) & ~models.Q(words=[])),
                name="legal_block_does_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def deed(self) -> str:
        """What it does, as followers of the site are told."""
        if self.lifts_id:
            return "unblocked"
        return "removed" if self.whole else "blocked"


class PublicationQuerySet(models.QuerySet):
    def live(self) -> "PublicationQuerySet":
        """Return the latest publication of each piece."""
        return self.order_by("article_id", "-number").distinct("article_id")


class StoredPublications(models.Manager.from_queryset(PublicationQuerySet)):  # type: ignore[misc]
    """All publications, for the house itself. They come with the blocks that stand on them."""

    def get_queryset(self) -> PublicationQuerySet:
        standing = LegalBlock.objects.standing().filter(article=models.OuterRef("article"))
        rows = standing.order_by("pk").values(row=JSONObject(whole="whole", words="words"))
        return super().get_queryset().annotate(blocks=ArraySubquery(rows))


class ShownPublications(StoredPublications):
    """The publications of which readers may see something: no removed piece is among them."""

    def get_queryset(self) -> PublicationQuerySet:
        removed = LegalBlock.objects.standing().filter(
            article=models.OuterRef("article"), whole=True
        )
        return super().get_queryset().filter(~models.Exists(removed))


class Publication(models.Model):
    """One act of publishing. The database refuses to change or delete it.

    ``document`` is the canonical text of the public document, the one thing
    that everything public is made from, by way of ``public_document``.
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
    # Keys of claims that a correction or retraction took back: others may rest on them.
    fallen: Any = JSONField(_("claims taken back"), default=list)
    document = models.TextField(_("public document"))

    # The first one is what related objects are looked up by: the house sees everything.
    stored = StoredPublications()
    objects = ShownPublications()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["article_id", "-number"]
        default_permissions = ("view",)
        indexes = [
            # Which piece stands, or stood, at this address?
            models.Index(fields=["slug", "-number"], name="publication_by_slug"),
            # What was to be settled by now?
            models.Index(
                fields=["deadline"],
                condition=models.Q(deadline__isnull=False),
                name="publication_by_deadline",
            ),
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
    def frozen_document(self) -> dict[str, Any]:
        """What was published, to the letter: for the record, and for what is published next."""
        return canonical.loads(self.document)

    @property
    def public_document(self) -> dict[str, Any]:
        """What readers may see of it now. Raises ``blocking.Removed``."""
        return blocking.shown(self.frozen_document, self.standing_blocks)

    @property
    def standing_blocks(self) -> list[dict[str, Any]]:
        """The legal blocks on its piece. One query, unless a manager has brought them along."""
        brought: list[dict[str, Any]] | None = vars(self).get("blocks")
        return self.article.standing_blocks if brought is None else brought


def _vector(config: str) -> Any:
    """Return what search looks in: the headline before the standfirst, claims before the text."""
    weights = {"headline": "A", "lead": "B", "statements": "C", "text": "D"}
    first, *others = (
        SearchVector(name, weight=weight, config=config) for name, weight in weights.items()
    )
    return sum(others, first)


class LivePiece(models.Model):
    """What is live of a piece, for lists and search. Not a record: ``articles.live`` makes it anew.

    It holds nothing but what the piece's public documents hold. A retracted piece keeps its place
    in lists, but not its words.
    """

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="live", verbose_name=_("article")
    )
    publication = models.OneToOneField(
        "Publication", models.CASCADE, related_name="live", verbose_name=_("publication")
    )
    address = models.TextField(_("address"))
    first_at = models.DateTimeField(_("first published"))
    changed_at = models.DateTimeField(
        _("last changed"), help_text=_("A typing error's correction is no change.")
    )
    retracted = models.BooleanField(_("retracted"))
    # Section, topics and authors, as "section:politik"; and all that it ever had.
    names = ArrayField(models.TextField(), verbose_name=_("names"))
    former_names = ArrayField(models.TextField(), verbose_name=_("former names"))
    language = models.TextField(_("language"))
    headline = models.TextField(_("headline"))
    lead = models.TextField(_("kicker and standfirst"))
    text = models.TextField(_("text"))
    claims: Any = models.JSONField(_("claims"))
    statements = models.TextField(_("statements"))
    vector = models.GeneratedField(
        verbose_name=_("search vector"),
        # Its language as text: a column of type regconfig would stand in the way of pg_upgrade.
        expression=models.Case(
            *(
                models.When(language=language, then=_vector(config))
                for language, config in SEARCH_CONFIGS.items()
            ),
            default=_vector("simple"),
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("live piece")
        verbose_name_plural = _("live pieces")
        ordering = ["first_at", "article_id"]
        default_permissions = ()
        indexes = [
            # What stands on this page of the list?
            models.Index(fields=["first_at", "article"], name="live_by_first_moment"),
            # What is in this section, or ever was?
            GinIndex(fields=["names"], name="live_by_name"),
            GinIndex(fields=["former_names"], name="live_by_former_name"),
            # Which pieces hold these words?
            GinIndex(fields=["vector"], name="live_by_word"),
        ]

    def __str__(self) -> str:
        return self.headline


class Word(models.Model):
    """A word that some live piece held, for terms that are misspelt or part of a compound."""

    word = models.CharField(_("word"), max_length=40, primary_key=True)

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        ordering = ["word"]
        default_permissions = ()
        indexes = [
            # Which words look like this one?
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="word_by_trigram"),
        ]

    def __str__(self) -> str:
        return self.word


class FrontPage(models.Model):
    """Which pieces an editor put on top of the front page, in which order. The latest one counts.

    The database refuses to change or delete it, so that it can be told what stood there when.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pieces = ArrayField(models.UUIDField(), blank=True, verbose_name=_("pieces"))
    at = models.DateTimeField(_("arranged at"))
    actor = models.UUIDField(_("arranged by"))

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")
        ordering = ["-at"]
        default_permissions = ("view",)
        permissions = [("arrange_front", _("Can arrange the front page"))]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class Change(models.Model):
    """One line of what apps and partners follow; the database refuses to change or delete it.

    Numbers have no gaps and grow in the order of the commits, so whoever has read up to one has
    missed nothing before it. Moments would not do: two acts may commit in the other order.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    article = models.ForeignKey(
        Article, models.PROTECT, related_name="changes", verbose_name=_("article")
    )
    publication = models.OneToOneField(
        "Publication", models.PROTECT, related_name="+", null=True, verbose_name=_("publication")
    )
    kind = models.CharField(_("kind"), max_length=20)
    at = models.DateTimeField(_("at"))
    address = models.TextField(_("address"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["number"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


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


class ReaderReport(models.Model):
    """What a reader says is wrong in a publication. Outside of all documents, and never public.

    ``claim`` is the public id that the publication gives to the claim in question, if any;
    ``passage`` the words that the reader quotes. ``contact`` is forgotten after a while, and
    ``sender`` after a day: it tells reports from one address apart and not whose that is
    (see ``reporting``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="reports", verbose_name=_("publication")
    )
    claim = models.CharField(_("claim"), max_length=10, blank=True)
    passage = TextField(_("passage"), blank=True)
    text = TextField(_("what is wrong"))
    contact = models.EmailField(_("for an answer"), blank=True)
    sender = models.CharField(max_length=64, blank=True, editable=False)
    at = models.DateTimeField(_("received"), default=timezone.now, editable=False)
    state = CharField(_("state"), max_length=20, choices=ReportState, default=ReportState.OPEN)
    note = TextField(
        _("note"), blank=True, help_text=_("For the desk only: what was found, what was done.")
    )
    outcome = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("correction"),
    )
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    settled_by = models.UUIDField(_("settled by"), null=True, editable=False)

    class Meta:
        verbose_name = _("reader's report")
        verbose_name_plural = _("readers' reports")
        ordering = ["-at", "-pk"]
        default_permissions = ("view", "change")
        indexes = [
            # Which reports wait, the oldest first? Which came lately?
            models.Index(fields=["state", "at"], name="report_by_state"),
            models.Index(fields=["at"], name="report_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="report_says_something"),
            models.CheckConstraint(
                condition=models.Q(state=ReportState.OPEN, settled_at=None)
                | (~models.Q(state=ReportState.OPEN) & models.Q(settled_at__isnull=False)),
                name="report_settled_or_open",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def statement(self) -> str:
        """What the publication says, as the claim in question."""
        claims = self.publication.frozen_document.get("claims", [])
        return next((one["statement"] for one in claims if one["id"] == self.claim), "")
