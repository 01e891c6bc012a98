"""What is to be published at a moment."""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history.fields import CharField, JSONField, TextField

from . import moments
from .choices import Kind, PlanState


class PlanQuerySet(models.QuerySet):
    def waiting(self) -> "PlanQuerySet":
        return self.filter(state=PlanState.WAITING)

    def due(self) -> "PlanQuerySet":
        """Return what should have gone out by now, in the order in which it should have."""
        return self.waiting().filter(at__lte=timezone.now())

    def open(self) -> "PlanQuerySet":
        """Return what waits, and what was refused and not published, scheduled or dropped since."""
        since = models.F("ended_at")
        return (
            self.filter(state__in=[PlanState.WAITING, PlanState.REFUSED])
            .exclude(article__publications__at__gt=since)
            .exclude(article__plans__made_at__gt=since)
        )

    def unresolved(self) -> "PlanQuerySet":
        return self.open().filter(state=PlanState.REFUSED)


class Plan(models.Model):
    """That a piece is published at a moment, and what became of it. Workflow: on record, no more.

    ``corrections`` are what the note of a correction says: ``{"wrong", "right", "since"}`` each.
    ``reasons`` tell why it was refused: ``{"rule", "message", "target"}`` each, the latter two as
    the gate has them, in the newsroom's language.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        "articles.Article", models.PROTECT, related_name="plans", verbose_name=_("article")
    )
    at = models.DateTimeField(_("to be published at"))
    kind = CharField(_("kind"), max_length=20, choices=Kind)
    note = TextField(_("public note"), blank=True)
    corrections: Any = JSONField(_("corrections"), default=list)
    deadline = models.DateTimeField(_("unconfirmed until"), null=True)
    actor = models.UUIDField(_("scheduled by"))
    made_at = models.DateTimeField(_("scheduled at"), default=timezone.now)
    state = CharField(_("state"), max_length=20, choices=PlanState, default=PlanState.WAITING)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reasons: Any = JSONField(_("reasons"), default=list)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["at", "made_at", "pk"]
        default_permissions = ()
        indexes = [
            # What is due, and what was refused lately?
            models.Index(fields=["state", "at"], name="plan_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article"],
                condition=models.Q(state=PlanState.WAITING),
                name="plan_one_a_piece",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PlanState.WAITING, ended_at=None)
                | ~models.Q(state=PlanState.WAITING) & models.Q(ended_at__isnull=False),
                name="plan_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article}: {self.at:%Y-%m-%d %H:%M}"

    @property
    def when(self) -> str:
        return moments.shown(self.at)

    @property
    def overdue(self) -> bool:
        """Whether it should have gone out: then no worker is at work."""
        return self.state == PlanState.WAITING and self.at < timezone.now()
