"""Where knowledge comes from: sources, and copies of them that cannot be altered."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import connection, models
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history import finding
from history.fields import CharField, JSONField, TextField

from . import sealing
from .choices import Fall, Kind, Outcome, Reliability, Terms, Tier
from .keys import KeyMissing

_TEXT: models.TextField = models.TextField()


def capture_storage() -> Storage:
    return storages["captures"]


class SourceQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> "SourceQuerySet":
        """Return the sources of which this user may know that they exist."""
        if user.has_perm("sources.view_identity"):
            return self
        return self.exclude(tier=Tier.CONFIDENTIAL)

    def offered_to(self, user: Any) -> "SourceQuerySet":
        """Return the sources that may be offered to this user when searching or citing."""
        return self.seen_by(user).filter(withdrawn=False)

    def matching(self, words: str) -> "SourceQuerySet":
        """Return sources whose visible text holds every word, or one much like it, likest first.

        Nothing sealed is searched.
        """
        found, wanted = self, words.replace("\x00", " ").lower().split()[: finding.MOST]
        for word in wanted:
            found = found.filter(
                models.Q(searched__contains=word)
                | models.Q(finding.SoundsLike(models.F("searched"), models.Value(word)))
            )
        if wanted:
            likest = TrigramWordSimilarity(" ".join(wanted), "searched")
            found = found.order_by(likest.desc(), "searched", "pk")
        return found

    def origins(self, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
        """Return of each source whose report it is in the end: its own, if it repeats nobody's.

        One query. Those that repeat each other in a circle have one origin.
        """
        wanted = set(keys)
        if not wanted:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE way(id, origin) AS (
                    SELECT id, origin_id FROM sources_source WHERE id = ANY(%s)
                    UNION
                    SELECT s.id, s.origin_id FROM sources_source s JOIN way ON s.id = way.origin
                ) SELECT id, origin FROM way
                """,
                [list(wanted)],
            )
            above = dict(cursor.fetchall())

        def origin(key: uuid.UUID) -> uuid.UUID:
            passed: list[uuid.UUID] = []
            while key not in passed:
                passed.append(key)
                if above.get(key) is None:
                    return key
                key = above[key]
            return min(passed[passed.index(key) :])

        return {key: origin(key) for key in wanted}


class Source(models.Model):
    """Where knowledge comes from: a document, page, data set or person.

    A *named* source stands in clear, as CSL-JSON. Of a *described* one only
    its description is in clear, of a *confidential* one nothing: what
    identifies them is ``sealed`` (see ``identity``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = CharField(_("kind"), max_length=20, choices=Kind, default=Kind.DOCUMENT)
    tier = CharField(
        _("disclosure"),
        max_length=20,
        choices=Tier,
        default=Tier.NAMED,
        help_text=_(
            "Named: shown with all its data. Described: only the description is shown."
            " Confidential: never shown. Cannot be made stricter later, because earlier"
            " revisions would still tell."
        ),
    )
    csl = JSONField(_("bibliographic data"), default=dict, blank=True)
    description = CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("How readers may know a described source: “a person who was in the room”."),
    )
    # How to reach somebody is nobody else's business: sealed, whatever the disclosure.
    contact = models.TextField(_("sealed contact"), blank=True, editable=False)
    notes = TextField(_("notes"), blank=True)
    interests = TextField(_("conflicts of interest"), blank=True)
    sealed = models.TextField(_("sealed identity"), blank=True, editable=False)
    reliability = CharField(
        _("reliability"), max_length=1, choices=Reliability, default=Reliability.F
    )
    terms = CharField(
        _("terms"),
        max_length=20,
        choices=Terms,
        blank=True,
        help_text=_(
            "What was agreed with a person before they spoke. What they said on other terms is"
            " another source."
        ),
    )
    authorises = models.BooleanField(
        _("quotes are authorised"),
        default=False,
        help_text=_("They are shown their words before these are published."),
    )
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeats",
        verbose_name=_("origin"),
        help_text=_("Whose report it repeats: copies of one agency report have one origin."),
    )
    retracted_at = models.DateTimeField(_("retracted at"), null=True, blank=True, editable=False)
    fall = CharField(_("how it fell"), max_length=20, choices=Fall, blank=True, editable=False)
    retraction = TextField(_("why it was retracted"), blank=True, editable=False)
    withdrawn = models.BooleanField(_("withdrawn"), default=False, editable=False)
    # What a search in sources looks at: nothing of it is sealed, so nothing of
    # a confidential source can be found.
    searched = models.GeneratedField(
        expression=models.Func(
            *(
                Coalesce(KT(path), models.Value(""), output_field=_TEXT)
                for path in (
                    "csl__title",
                    "csl__author__0__literal",
                    "csl__author__0__family",
                    "csl__publisher",
                    "csl__container-title",
                )
            ),
            "description",
            # Concat() is no immutable expression with fields of several types.
            template="lower(%(expressions)s)",
            arg_joiner=" || ' ' || ",
            output_field=_TEXT,
        ),
        output_field=_TEXT,
        db_persist=True,
        verbose_name=_("searched text"),
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["searched", "pk"]
        permissions = [
            ("view_identity", _("Can see who protected sources are")),
            ("retract_source", _("Can declare that a source is not to be relied on")),
        ]
        indexes = [
            # Which sources have these words in title, author or publisher?
            GinIndex(fields=["searched"], opclasses=["gin_trgm_ops"], name="source_searched"),
            # Which claims have to be checked again because of what fell?
            models.Index(
                fields=["retracted_at"],
                condition=models.Q(retracted_at__isnull=False),
                name="source_retracted",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tier=Tier.NAMED, sealed="")
                | (
                    ~models.Q(tier=Tier.NAMED)
                    & models.Q(csl={}, contact="", notes="", interests="")
                ),
                name="source_identity_sealed_unless_named",
                violation_error_message=_("The identity of a protected source must be sealed."),
            ),
            models.CheckConstraint(
                condition=models.Q(contact="") | models.Q(contact__startswith="v1:"),
                name="source_contact_sealed",
            ),
            models.CheckConstraint(
                condition=~models.Q(terms=Terms.BACKGROUND, tier=Tier.NAMED),
                name="source_background_unnamed",
                violation_error_message=_(
                    "Who spoke on background is not named: describe the source, or keep it"
                    " confidential."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(tier=Tier.CONFIDENTIAL) | models.Q(description=""),
                name="source_confidential_undescribed",
                violation_error_message=_("A confidential source has no public description."),
            ),
            models.CheckConstraint(
                condition=~models.Q(tier=Tier.DESCRIBED) | ~models.Q(description=""),
                name="source_described_has_description",
                violation_error_message=_("Say how readers may know this source."),
            ),
            models.CheckConstraint(
                condition=models.Q(origin__isnull=True) | ~models.Q(origin=models.F("pk")),
                name="source_not_its_own_origin",
                violation_error_message=_("A source cannot be its own origin."),
            ),
            models.CheckConstraint(
                condition=models.Q(retracted_at__isnull=True, fall="")
                | (models.Q(retracted_at__isnull=False) & ~models.Q(fall="")),
                name="source_fell_somehow",
            ),
        ]

    def __str__(self) -> str:
        if self.tier == Tier.NAMED:
            from .references import short

            return short(self.csl) or gettext("Source without a title")
        if self.tier == Tier.DESCRIBED:
            return self.description
        return gettext("Confidential source %(code)s") % {"code": str(self.pk)[:4].upper()}

    def clean(self) -> None:
        stored = type(self)._base_manager.filter(pk=self.pk).values_list("tier", flat=True).first()
        if stored is not None and stored != self.tier and Tier.NAMED in (stored, self.tier):
            raise ValidationError(
                {
                    "tier": _(
                        "A named source cannot become protected, nor the other way round: earlier"
                        " revisions keep what they hold. Make a new source, and ask for an erasure"
                        " of this one if its name must go."
                    )
                }
            )

    @property
    def identity(self) -> dict[str, Any]:
        """Who this is, in clear: ``{"csl", "contact", "notes", "interests"}``, as far as known.

        Only for those who may see it: callers check ``sources.view_identity``
        and record the view. Raises ``KeyMissing`` after erasure.
        """
        if self.tier == Tier.NAMED:
            return {
                "csl": self.csl,
                "contact": self.known_contact,
                "notes": self.notes,
                "interests": self.interests,
            }
        return sealing.unseal(self.sealed, source=self.pk, place="identity")

    @property
    def known_contact(self) -> str:
        """How to reach a named source, in clear; nothing, once its key was destroyed."""
        try:
            told = sealing.unseal(self.contact, source=self.pk, place="contact")
        except (KeyMissing, sealing.SealBroken):
            return ""
        return told.get("contact", "")

    def set_identity(
        self, *, csl: dict[str, Any], contact: str = "", notes: str = "", interests: str = ""
    ) -> None:
        """Write who this is into the columns where its tier lets it stand."""
        if self.tier == Tier.NAMED:
            self.csl, self.notes, self.interests, self.sealed = csl, notes, interests, ""
            self.contact = sealing.reseal(
                {"contact": contact} if contact else {},
                source=self.pk,
                place="contact",
                current=self.contact,
            )
            return
        identity = {"csl": csl, "contact": contact, "notes": notes, "interests": interests}
        self.sealed = sealing.reseal(
            {key: value for key, value in identity.items() if value},
            source=self.pk,
            place="identity",
            current=self.sealed,
        )
        self.csl, self.contact, self.notes, self.interests = {}, "", "", ""


class Capture(models.Model):
    """An unalterable copy of a source as it was at a moment.

    The bytes stand in the capture storage under their SHA-256. Of protected
    sources bytes, address and response are sealed, and the digest is that of the
    sealed bytes: the digest of a watermarked copy would identify its leaker.
    ``address`` is where it came from in the end; what was asked first, status
    and headers of the answer stand in ``response``, if it was fetched.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="captures", verbose_name=_("source")
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    media_type = CharField(_("media type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    captured_at = models.DateTimeField(_("captured at"))
    address = TextField(_("address"), blank=True)
    response = JSONField(_("response"), default=dict, blank=True)
    sealed = models.TextField(_("sealed address and response"), blank=True)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["-captured_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="capture_sha256_is_hex"
            ),
            models.CheckConstraint(
                condition=models.Q(sealed="") | models.Q(response={}, address=""),
                name="capture_sealed_or_clear",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.captured_at:%Y-%m-%d %H:%M} {self.media_type}"

    @property
    def name(self) -> str:
        """Where the bytes stand in the capture storage."""
        return f"{self.sha256[:2]}/{self.sha256}"

    def read(self) -> bytes:
        """Return the bytes in clear; raises ``KeyMissing`` after erasure."""
        with capture_storage().open(self.name) as file:
            stored = file.read()
        if self.source.tier == Tier.NAMED:
            return stored
        return sealing.unseal_bytes(stored, source=self.source_id, place=f"capture/{self.pk}")

    @property
    def text(self) -> str:
        """The text of it, as it was read last; empty, if nobody could read it."""
        latest = self.extractions.first()
        return latest.words if latest else ""


class Extraction(models.Model):
    """The text of a copy, as a parser read it. A better parser makes another one.

    Pages are ended by form feeds. Of protected sources it is sealed. ``trouble``
    says why there is no text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capture = models.ForeignKey(
        Capture, models.PROTECT, related_name="extractions", verbose_name=_("capture")
    )
    at = models.DateTimeField(_("read at"))
    text = TextField(_("text"), blank=True)
    sealed = models.TextField(_("sealed text"), blank=True)
    trouble = CharField(_("trouble"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("text of a copy")
        verbose_name_plural = _("texts of copies")
        ordering = ["-at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sealed="") | models.Q(text=""),
                name="extraction_sealed_or_clear",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def words(self) -> str:
        """The text in clear; raises ``KeyMissing`` after erasure."""
        if not self.sealed:
            return self.text
        source = self.capture.source_id
        return sealing.unseal(self.sealed, source=source, place=f"extraction/{self.pk}")["text"]


class Watch(models.Model):
    """When a page was looked at last, what was found, and when it is looked at again.

    What the worker remembers; what happened to the source stands in the ledger.
    """

    source = models.OneToOneField(
        Source, models.CASCADE, primary_key=True, related_name="watch", verbose_name=_("source")
    )
    at = models.DateTimeField(_("looked at"))
    outcome = CharField(_("outcome"), max_length=20, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    trouble = CharField(_("trouble"), max_length=20, blank=True)
    address = TextField(_("address"), blank=True)
    # So often in a row it was the same, or could not be fetched.
    times = models.PositiveIntegerField(_("times"), default=1)
    next_at = models.DateTimeField(_("next look"))

    class Meta:
        verbose_name = _("watched page")
        verbose_name_plural = _("watched pages")
        ordering = ["next_at"]
        default_permissions = ()
        indexes = [
            # What is to be looked at now?
            models.Index(fields=["next_at"], name="watch_by_next"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.at:%Y-%m-%d})"


class Lookup(models.Model):
    """What somebody pasted or dropped to get a source in, and what was found of it.

    Kept for a day; what is confirmed becomes a source.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked = TextField(_("pasted"), blank=True)
    # Of a dropped file, which stands in the capture storage.
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    found = JSONField(_("found"), null=True)

    class Meta:
        verbose_name = _("look-up")
        verbose_name_plural = _("look-ups")
        ordering = ["-at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    def read(self) -> bytes:
        """Return the dropped file, if there was one."""
        if not self.sha256:
            return b""
        with capture_storage().open(f"{self.sha256[:2]}/{self.sha256}") as file:
            return file.read()
