"""The ledger: an append-only list of everything that happened."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import canonical
from .fields import CharField, JSONField, TextField


class EntryQuerySet(models.QuerySet):
    def of(self, subject: object) -> "EntryQuerySet":
        """Return the entries about one aggregate (an instance or its key), newest first."""
        return self.filter(subject=getattr(subject, "pk", subject)).order_by("-sequence")

    def revisions(self) -> "EntryQuerySet":
        """Return only entries that stored a document."""
        return self.filter(revision__isnull=False)


class Entry(models.Model):
    """One thing that happened to one aggregate.

    An entry names nobody and says nothing in clear: what it commits to stands
    in its payload. The database refuses to change or delete it.
    """

    sequence = models.BigIntegerField(_("sequence"), primary_key=True, editable=False)
    kind = CharField(_("kind"), max_length=100)
    actor = models.UUIDField(_("actor"), null=True)
    subject = models.UUIDField(_("subject"))
    request = models.UUIDField(_("request"))
    at = models.DateTimeField(_("at"))
    digest = models.BinaryField(_("digest"), max_length=32)
    # Counts the documents of this subject from 1. It follows from the
    # sequence, so it is no part of what the entry commits to.
    revision = models.PositiveIntegerField(_("revision"), null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["-sequence"]
        default_permissions = ("view",)
        indexes = [
            # What happened to this piece, newest first?
            models.Index(fields=["subject", "-sequence"], name="entry_by_subject"),
            # What else belongs to this act?
            models.Index(fields=["request"], name="entry_by_request"),
            # What did this person do?
            models.Index(fields=["actor", "-sequence"], name="entry_by_actor"),
        ]
        constraints = [
            # Which document is revision k of this piece? Also refuses a fork.
            models.UniqueConstraint(
                fields=["subject", "revision"],
                condition=models.Q(revision__isnull=False),
                name="entry_revision_once",
            ),
            models.CheckConstraint(
                condition=models.Q(sequence__gte=0), name="entry_sequence_counts_from_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"

    @property
    def leaf(self) -> bytes:
        """The canonical bytes of this entry, as a leaf of the ledger's tree."""
        return canonical.dumps(
            {
                "v": 1,
                "kind": self.kind,
                "actor": str(self.actor) if self.actor else None,
                "subject": str(self.subject),
                "request": str(self.request),
                "at": canonical.stamp(self.at),
                "digest": bytes(self.digest).hex(),
            }
        ).encode()


class Payload(models.Model):
    """What an entry says, with the salt that its digest was made with.

    ``data`` is canonical JSON. A stored document is not repeated in it: it is
    the payload's ``document``, and stands in the version.
    """

    entry = models.OneToOneField(
        Entry, models.PROTECT, primary_key=True, related_name="payload", verbose_name=_("entry")
    )
    salt = models.BinaryField(_("salt"), max_length=32)
    data = models.TextField(_("data"))
    # After an erasure the salt is gone, and this holds, for each part in order,
    # its own salt ("s" and hex) or, if it was erased, its digest ("d" and hex).
    parts = models.TextField(_("parts after an erasure"), blank=True)
    version = models.OneToOneField(
        "reversion.Version",
        models.PROTECT,
        null=True,
        related_name="payload",
        verbose_name=_("version"),
    )

    class Meta:
        verbose_name = _("payload")
        verbose_name_plural = _("payloads")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.entry_id)


class Node(models.Model):
    """A complete node of the ledger's tree, from level 1 up; leaves follow from their entries."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField(_("level"))
    index = models.BigIntegerField(_("index"))
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        verbose_name = _("node")
        verbose_name_plural = _("nodes")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of how long the ledger was and what its root was (C2SP)."""

    size = models.BigIntegerField(_("size"), primary_key=True)
    at = models.DateTimeField(_("at"))
    note = models.TextField(_("signed note"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-size"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.size)


class Erasure(models.Model):
    """A request to remove words for good, which somebody else decides.

    The words stand here until it is decided, and nowhere after.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    words: Any = JSONField(
        _("words"),
        default=list,
        help_text=_("Exactly as they are written, one a line; each spelling on its own."),
    )
    reason = TextField(
        _("reason"), help_text=_("On what ground. This stays on record: do not repeat the words.")
    )
    state = CharField(_("state"), max_length=20, choices=State, default=State.ASKED)
    asked_by = models.UUIDField(_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"))
    decided_by = models.UUIDField(_("decided by"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at"]
        default_permissions = ("view",)
        permissions = [
            ("ask_erasure", _("Can ask for an erasure")),
            ("decide_erasure", _("Can decide on an erasure that somebody else asked for")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by")),
                name="erasure_by_four_eyes",
                violation_error_message=_("Somebody else must decide."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(words=[]),
                name="erasure_words_gone_once_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.asked_at:%Y-%m-%d}"
