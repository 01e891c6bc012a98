"""What was published of a piece, and what became of that: all of it stays."""

import uuid
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history import canonical
from history.fields import CharField, JSONField, TextField

from . import blocking
from .choices import SEARCH_CONFIGS, Kind, ReportState


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
        "articles.Article", models.PROTECT, related_name="legal_blocks", verbose_name=_("article")
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
        "articles.Article", models.PROTECT, related_name="publications", verbose_name=_("article")
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
    def is_blocked(self) -> bool:
        """Whether a legal block keeps words of it from readers. Raises ``blocking.Removed``."""
        return self.public_document != self.frozen_document

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
        "articles.Article",
        models.CASCADE,
        primary_key=True,
        related_name="live",
        verbose_name=_("article"),
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
        "articles.Article", models.PROTECT, related_name="changes", verbose_name=_("article")
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
