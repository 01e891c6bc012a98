"""Scheduling: a piece goes out at its moment, if the gate lets it go then."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from history import canonical, jobs, revisions
from history.acts import Act, act, lock

from .. import tasks
from ..choices import Kind, PlanState, State
from ..models import Article, Plan, Publication
from .publishing import GateClosed, Wrong, _refuse_bad_input, publish
from .writing import ConflictingSave

log = logging.getLogger(__name__)
User = get_user_model()


def schedule(
    article: Article,
    *,
    actor: Any,
    at: datetime,
    kind: str = "",
    note: str = "",
    corrections: Sequence[Wrong] = (),
    deadline: datetime | None = None,
    based_on: int | None = None,
) -> Plan:
    """Have the working copy published at a moment, as ``publish`` would for this person then.

    The gate is asked then and not now: what is missing may be done until then. So nothing can be
    waived: a waiver would cover what nobody has seen. A piece has one plan; this replaces it.
    Raises ``PermissionDenied``, ``ValidationError``, and ``ConflictingSave`` if the piece has
    moved on from the revision ``based_on`` that was seen.
    """
    _require(actor)
    with act("articles.article.scheduled", actor=actor, comment=note) as this:
        article = lock(article)
        revision = revisions.latest_revision(article)
        if based_on is not None and based_on != revision:
            raise ConflictingSave(article, revision)
        previous = article.publications.order_by("-number").first()
        kind = kind or (Kind.FIRST if previous is None else "")
        _refuse_bad_input(previous, kind, note, corrections, {}, deadline)
        _refuse_moment(article, at, deadline)
        for replaced in article.plans.waiting():
            _end(replaced, PlanState.WITHDRAWN)
        plan = Plan.objects.create(
            article=article,
            at=at,
            kind=kind,
            note=note.strip(),
            corrections=[
                {
                    "wrong": row.wrong.strip(),
                    "right": row.right.strip(),
                    "since": canonical.stamp(row.since),
                }
                for row in corrections
            ],
            deadline=deadline,
            actor=actor.pk,
        )
        _note(this, article, plan, kind=plan.kind, note=plan.note, corrections=plan.corrections)
        jobs.ask(tasks.publish_due, at=at, timestamp=int(at.timestamp()))
    return plan


def unschedule(article: Article, *, actor: Any, comment: str = "") -> None:
    """Take back what is scheduled, or drop what could not be published.

    Raises ``PermissionDenied``, and ``ValidationError`` if there is neither.
    """
    _require(actor)
    with act("articles.article.unscheduled", actor=actor, comment=comment) as this:
        article = lock(article)
        plans = list(article.plans.open())
        if not plans:
            raise ValidationError(_("This piece is not scheduled."))
        for plan in plans:
            _end(plan, PlanState.WITHDRAWN)
            _note(this, article, plan)


def publish_due() -> list[Publication]:
    """Publish everything whose moment has come, in that order; return what went out.

    What is refused does not hold up the rest. Any number of workers may do this at once: each
    plan is settled in one transaction that holds the lock of its piece, so nothing goes out
    twice, and nobody goes on to the next before the one before it is settled.
    """
    made = []
    for plan in Plan.objects.due().select_related("article"):
        try:
            made.append(_publish_planned(plan))
        except Exception:
            # A mistake of ours. It stays due, is tried again, and stands on the desk as overdue.
            log.exception("The plan %s could not be carried out", plan.pk)
    return [publication for publication in made if publication]


def _publish_planned(due: Plan) -> Publication | None:
    """Publish for who planned it; ``None`` if that was refused or is settled already."""
    person = User.objects.filter(pk=due.actor).first()
    try:
        if person is None or not person.has_perm("articles.publish_article"):
            raise PermissionDenied(_("Who scheduled this may not publish any more."))
        with act("articles.article.published", actor=person, comment=due.note) as this:
            article = lock(due.article)
            plan = _waiting(due)
            if plan is None:
                return None
            if article.state == State.SHELVED:
                raise ValidationError(_("The piece is shelved."))
            made = publish(
                article,
                actor=person,
                kind=plan.kind,
                note=plan.note,
                corrections=[
                    Wrong(row["wrong"], row["right"], canonical.moment(row["since"]))
                    for row in plan.corrections
                ],
                deadline=plan.deadline,
            )
            _end(plan, PlanState.PUBLISHED)
            _note(this, article, plan)
        return made
    except (PermissionDenied, ValidationError, GateClosed) as refusal:
        _refuse(due, _reasons(refusal))
        return None


def _refuse(due: Plan, reasons: list[dict[str, str]]) -> None:
    """Put it on record that a planned publication was refused, and have people told."""
    # Nobody refuses in person.
    with act("articles.article.not_published", actor=User.objects.system()) as this:
        article = lock(due.article)
        if plan := _waiting(due):
            _end(plan, PlanState.REFUSED, reasons)
            _note(this, article, plan, reasons=[reason["message"] for reason in reasons])
            jobs.ask(tasks.tell_refused, plan=str(plan.pk))


def _waiting(due: Plan) -> Plan | None:
    """Return the plan as it is under its piece's lock, which every act about its plans takes."""
    return Plan.objects.waiting().filter(pk=due.pk).first()


def _reasons(refusal: Exception) -> list[dict[str, str]]:
    if isinstance(refusal, GateClosed):
        return [
            {"rule": problem.rule, "message": problem.message, "target": problem.target}
            for problem in refusal.problems
        ]
    messages = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
    return [{"rule": "", "message": message, "target": ""} for message in messages]


def _end(plan: Plan, state: PlanState, reasons: Sequence[dict[str, str]] = ()) -> None:
    plan.state, plan.ended_at, plan.reasons = state, timezone.now(), list(reasons)
    plan.save(update_fields=["state", "ended_at", "reasons"])


def _note(this: Act, article: Article, plan: Plan, **more: Any) -> None:
    this.note(article, plan={"id": str(plan.pk), "at": canonical.stamp(plan.at), **more})


def _require(actor: Any) -> None:
    if not actor.has_perm("articles.publish_article"):
        raise PermissionDenied(_("You may not publish."))


def _refuse_moment(article: Article, at: datetime, deadline: datetime | None) -> None:
    if article.state == State.SHELVED:
        raise ValidationError(_("The piece is shelved."))
    if at <= timezone.now():
        raise ValidationError({"at": _("This moment has passed.")})
    if deadline is not None and deadline <= at:
        raise ValidationError(
            {"deadline": _("What is unconfirmed will be settled after the piece goes out.")}
        )
