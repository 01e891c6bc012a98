"""What a piece asserts, where it says so, what supports it, and who checked that."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from history import finding
from history.fields import CharField, JSONField, TextField
from sources import sealing
from sources.choices import Tier

from .choices import REASONS, Credibility, Place, Risk, Stance, State, Verdict, Voice


class ClaimQuerySet(models.QuerySet):
    def live(self) -> "ClaimQuerySet":
        """Return the claims that their piece makes now."""
        return self.filter(withdrawn=False)

    def matching(self, words: str) -> "ClaimQuerySet":
        """Return claims whose statement holds the words, in any form, or words much like them."""
        return finding.matching(self, words, ("statement",), like="statement")


class Claim(models.Model):
    """One factual assertion of a piece. It is withdrawn, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="claims", verbose_name=_("article")
    )
    statement = TextField(
        _("statement"), help_text=_("What is claimed, in words that can be understood alone.")
    )
    voice = CharField(_("voice"), max_length=20, choices=Voice, default=Voice.ASSERTED)
    attribution = CharField(
        _("attribution"), max_length=300, blank=True, help_text=_("Who says so.")
    )
    as_of = models.DateField(_("as of"), null=True, blank=True)
    check_by = models.DateField(_("check again by"), null=True, blank=True)
    risk = CharField(_("risk"), max_length=10, choices=Risk, default=Risk.MEDIUM)
    accuses = models.BooleanField(
        _("accuses somebody"),
        default=False,
        help_text=_("Whoever is accused is asked what they say to it."),
    )
    rests_on = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="carries",
        verbose_name=_("rests on"),
        help_text=_("Claims, in any piece, that this one follows from."),
    )
    withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["pk"]
        indexes = [
            # Which claims say this, in any form of the words, or nearly?
            GinIndex(finding.vector("statement"), name="claim_words"),
            GinIndex(fields=["statement"], opclasses=["gin_trgm_ops"], name="claim_like"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(statement=""),
                name="claim_has_statement",
                violation_error_message=_("Say what is claimed."),
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class Passage(models.Model):
    """Where the piece states a claim: a W3C TextQuoteSelector on one of its texts.

    ``start`` counts code points of the canonical text; without it the passage
    is lost: its words are no longer found where they were. In the body the
    marks are what counts, and these rows follow them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="passages", verbose_name=_("claim")
    )
    field = CharField(_("place"), max_length=20, choices=Place)
    # A caption's words are lost with their picture, not forgotten.
    image = models.ForeignKey(
        "articles.Image", models.SET_NULL, null=True, blank=True, verbose_name=_("image")
    )
    start = models.PositiveIntegerField(_("start"), null=True, blank=True)
    exact = TextField(_("exact words"))
    prefix = TextField(_("words before"), blank=True)
    suffix = TextField(_("words after"), blank=True)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(exact=""), name="passage_has_words"),
            models.CheckConstraint(
                condition=models.Q(field=Place.CAPTION) | models.Q(image__isnull=True),
                name="passage_image_is_of_caption",
            ),
        ]

    def __str__(self) -> str:
        return self.exact

    @property
    def end(self) -> int | None:
        return None if self.start is None else self.start + len(self.exact)


class Citation(models.Model):
    """Ties a claim to a source. What a confidential source said is sealed."""

    SEALED = ("quote", "translation", "locator", "note")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(
        Claim, models.CASCADE, related_name="citations", verbose_name=_("claim")
    )
    source = models.ForeignKey(
        "sources.Source", models.PROTECT, related_name="citations", verbose_name=_("source")
    )
    capture = models.ForeignKey(
        "sources.Capture", models.PROTECT, null=True, blank=True, verbose_name=_("capture")
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    stance = CharField(_("stance"), max_length=20, choices=Stance, default=Stance.SUPPORTS)
    tier = CharField(
        _("disclosure"),
        max_length=20,
        choices=Tier,
        default=Tier.NAMED,
        help_text=_("Never weaker than that of its source."),
    )
    credibility = CharField(
        _("credibility"), max_length=1, choices=Credibility, default=Credibility.UNKNOWN
    )
    quote = TextField(_("quote"), blank=True, help_text=_("Word for word as in the source."))
    translation = TextField(_("translation"), blank=True)
    locator = CharField(_("locator"), max_length=200, blank=True, help_text=_("Page, paragraph, …"))
    note = TextField(_("note"), blank=True, help_text=_("For the desk only."))
    authorised_on = models.DateField(
        _("authorised on"),
        null=True,
        blank=True,
        help_text=_("When whoever said so released these words. Other words have to be anew."),
    )
    sealed = models.TextField(_("sealed words"), blank=True, editable=False)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    tier=Tier.CONFIDENTIAL, quote="", translation="", locator="", note=""
                )
                | (~models.Q(tier=Tier.CONFIDENTIAL) & models.Q(sealed="")),
                name="citation_confidential_words_sealed",
            ),
            # It would tell that there is a quote.
            models.CheckConstraint(
                condition=models.Q(authorised_on__isnull=True) | ~models.Q(tier=Tier.CONFIDENTIAL),
                name="citation_authorised_unless_confidential",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}: {self.source}"

    @property
    def reusable(self) -> bool:
        """Whether another claim can be tied to the same evidence as it stands."""
        usable = self.source.retracted_at is None and not self.source.withdrawn
        return usable and self.tier != Tier.CONFIDENTIAL

    @property
    def words(self) -> dict[str, str]:
        """Quote, translation, locator and note in clear.

        Of confidential citations only for those who may see them; raises
        ``KeyMissing`` after the source was erased.
        """
        if self.tier != Tier.CONFIDENTIAL:
            return {name: getattr(self, name) for name in self.SEALED}
        return dict.fromkeys(self.SEALED, "") | sealing.unseal(
            self.sealed, source=self.source_id, place=f"citation/{self.pk}"
        )

    def set_words(self, **words: str) -> None:
        """Write quote, translation, locator and note to where the tier lets them stand."""
        if self.tier != Tier.CONFIDENTIAL:
            for name, value in words.items():
                setattr(self, name, value)
            self.sealed = ""
            return
        self.sealed = sealing.reseal(
            {name: value for name, value in words.items() if value},
            source=self.source_id,
            place=f"citation/{self.pk}",
            current=self.sealed,
        )
        for name in self.SEALED:
            setattr(self, name, "")


class CommentSought(models.Model):
    """Somebody whom a claim accuses was asked what they say to it. Without an answer, none came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="comments_sought", verbose_name=_("claim")
    )
    whom = CharField(_("whom"), max_length=300)
    at = models.DateTimeField(_("asked at"))
    answer = TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("comment sought")
        verbose_name_plural = _("comments sought")
        ordering = ["at", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(whom=""), name="comment_sought_of_somebody"),
        ]

    def __str__(self) -> str:
        return self.whom


class Check(models.Model):
    """Who verified a claim, when, with which verdict, on which words and evidence.

    Never edited, only superseded; the database refuses. ``checker`` is a
    user's key and no foreign key: the check outlives the account.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="checks", verbose_name=_("claim"))
    checker = models.UUIDField(_("checker"))
    at = models.DateTimeField(_("checked at"))
    verdict = CharField(_("verdict"), max_length=20, choices=Verdict)
    confirmed = models.BooleanField(
        _("the passage says so"),
        default=False,
        help_text=_("The words of the piece say that this is disputed, partly or not verified."),
    )
    note = TextField(_("note"), blank=True)
    snapshot = JSONField(_("what was checked"))

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["at", "pk"]
        default_permissions = ("add", "view")
        indexes = [
            # What was refuted? Of all checks these are few.
            models.Index(
                fields=["claim"], condition=models.Q(verdict=Verdict.REFUTED), name="check_refuted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} ({self.at:%Y-%m-%d})"


class Reading(models.Model):
    """A person read sentences of a piece and found every checkable statement marked.

    ``sentences`` holds ``{"digest": …, "claims": [ids]}`` each: the claims that
    were marked in it then. If one of them is gone, the sentence is unread again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="readings", verbose_name=_("article")
    )
    reader = models.UUIDField(_("reader"))
    at = models.DateTimeField(_("read at"))
    rule = models.PositiveSmallIntegerField(_("sentence rule"))
    sentences: Any = JSONField(_("sentences"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["at", "pk"]
        default_permissions = ("add", "view")

    def __str__(self) -> str:
        return f"{len(self.sentences)} ({self.at:%Y-%m-%d})"


class Drift(models.Model):
    """A page that held a quote holds it no more: what a look at the source found, and when.

    ``citation`` is a key and no foreign key: the finding outlives the citation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="drifts", verbose_name=_("claim"))
    citation = models.UUIDField(_("citation"))
    capture = models.ForeignKey(
        "sources.Capture", models.PROTECT, related_name="+", verbose_name=_("capture")
    )
    at = models.DateTimeField(_("found at"))

    class Meta:
        verbose_name = _("lost quote")
        verbose_name_plural = _("lost quotes")
        ordering = ["at", "pk"]
        default_permissions = ()
        indexes = [
            # Did the page of this citation change since it was checked?
            models.Index(fields=["citation", "-at"], name="drift_by_citation"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Lexeme(models.Model):
    """In how many statements a stem stands, as counted last night (``claims.similar``)."""

    word = models.TextField(_("word"), primary_key=True)
    found = models.IntegerField(_("found"))

    class Meta:
        verbose_name = _("stem")
        verbose_name_plural = _("stems")
        default_permissions = ()
        indexes = [
            # Which stems is this word a part of?
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="lexeme_parts"),
        ]

    def __str__(self) -> str:
        return self.word


# What follows is the desk's own: no part of a piece, of its history or of the ledger.


class KnownStanding(models.Model):
    """What is known of a claim's standing, so that lists can filter by it (see ``claims.known``).

    A row is right or not there. ``lapses`` is the last day on which it holds, if there is one.
    """

    claim = models.OneToOneField(
        Claim, models.CASCADE, primary_key=True, related_name="known", verbose_name=_("claim")
    )
    state = CharField(_("standing"), max_length=20, choices=State)
    reason = CharField(_("reason"), max_length=30, blank=True)
    checker = models.UUIDField(_("checker"), null=True)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    lapses = models.DateField(_("holds until"), null=True)

    class Meta:
        verbose_name = _("known standing")
        verbose_name_plural = _("known standings")
        default_permissions = ()
        indexes = [
            # Which claims need somebody?
            models.Index(fields=["state", "claim"], name="known_standing_by_state"),
            # Which have passed their time?
            models.Index(fields=["lapses"], name="known_standing_lapses"),
        ]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def why(self) -> str:
        """Say why a check no longer counts, as shortly as a list needs it."""
        return str(REASONS.get(self.reason, "")) or self.get_state_display()


class Lookalike(models.Model):
    """A claim of another piece that says what one said that was refuted or taken back.

    Found by a job when that fell (``claims.similar.note_lookalikes``). Somebody looks whether it
    is the same, and checks it again.
    """

    fallen = models.ForeignKey(
        Claim, models.CASCADE, related_name="lookalikes", verbose_name=_("fallen claim")
    )
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="+", verbose_name=_("claim"))

    class Meta:
        verbose_name = _("claim like a fallen one")
        verbose_name_plural = _("claims like fallen ones")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fallen", "claim"], name="lookalike_once"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}"


class Assignment(models.Model):
    """Who is asked to check a claim. It ends with their check, or with another assignment."""

    claim = models.OneToOneField(
        Claim, models.CASCADE, primary_key=True, related_name="assignment", verbose_name=_("claim")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("checker")
    )
    at = models.DateTimeField(_("assigned at"))

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.checker)


class Dismissal(models.Model):
    """A sentence of a piece that somebody found to state nothing to be checked."""

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="+", verbose_name=_("article")
    )
    digest = CharField(_("sentence"), max_length=64)
    by = models.UUIDField(_("dismissed by"))
    at = models.DateTimeField(_("dismissed at"))

    class Meta:
        verbose_name = _("dismissal")
        verbose_name_plural = _("dismissals")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "digest"], name="dismissal_once"),
        ]

    def __str__(self) -> str:
        return self.digest
