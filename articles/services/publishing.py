"""Publishing: what goes before readers, past the gate and frozen."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models import Claim
from claims.tasks import find_lookalikes
from history import canonical, jobs, ledger, revisions
from history.acts import Act, act, lock

from .. import gate, public, showing, typos
from ..choices import Kind
from ..models import Article, Correction, Publication, Reply
from ..working_copy import WorkingCopy
from .writing import ConflictingSave


class GateClosed(Exception):
    """Rules of the gate fail. Nothing was published."""

    def __init__(self, problems: Sequence[gate.Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was wrong, what is right, and since when the wrong stood there."""

    wrong: str
    right: str
    since: datetime | None = None


KINDS_OF_FIRST = (Kind.FIRST, Kind.DEVELOPING)
KINDS_OF_NEXT = (Kind.UPDATE, Kind.CORRECTION, Kind.TYPO, Kind.DEVELOPING)


def publish(
    article: Article,
    *,
    actor: Any,
    kind: str = "",
    note: str = "",
    corrections: Sequence[Wrong] = (),
    waivers: Mapping[str, str] | None = None,
    deadline: datetime | None = None,
    based_on: int | None = None,
) -> Publication:
    """Make the working copy public: pass the gate, freeze the public document, record both.

    ``waivers`` maps ids of failing rules to the reason why each is waived.
    Raises ``PermissionDenied``, ``ValidationError`` (bad input), ``GateClosed``
    with everything that fails, and ``ConflictingSave`` if the piece has moved
    on from the revision ``based_on`` that the publisher saw.
    """
    if not actor.has_perm("articles.publish_article"):
        raise PermissionDenied(_("You may not publish."))
    waivers = {rule: reason.strip() for rule, reason in (waivers or {}).items()}
    if waivers and not actor.has_perm("articles.waive_rule"):
        raise PermissionDenied(_("You may not waive a rule of the gate."))
    with act("articles.article.published", actor=actor, comment=note) as this:
        article = lock(article)
        revision = revisions.latest_revision(article)
        if based_on is not None and based_on != revision:
            raise ConflictingSave(article, revision)
        previous = article.publications.order_by("-number").first()
        number = previous.number + 1 if previous else 1
        kind = kind or (Kind.FIRST if previous is None else "")
        _refuse_bad_input(previous, kind, note, corrections, waivers, deadline)
        copy = WorkingCopy.load(article)
        otherwise = _claimed_otherwise(article, previous, copy)
        if kind == Kind.TYPO and otherwise:
            first = _("This is more than a typing error: choose another kind.")
            raise ValidationError({"kind": [first, *(one.message for one in otherwise)]})
        found = gate.problems(copy, kind=kind, actor=actor)
        failing = [problem for problem in found if problem.blocks and problem.rule not in waivers]
        if failing:
            raise GateClosed(failing)
        at = timezone.now()
        since = _since(previous, at)
        rows = [
            {
                "wrong": row.wrong.strip(),
                "right": row.right.strip(),
                "since": max(row.since or since, since),
            }
            for row in corrections
        ]
        document = public.build(
            copy,
            number=number,
            kind=str(kind),
            note=note.strip(),
            at=at,
            slug=article.slug,
            corrections=rows,
            previous=previous,
        )
        if previous and public.same_to_readers(document, previous.frozen_document):
            raise ValidationError(_("Nothing has changed for readers since the last publication."))
        publication = _freeze(
            this,
            article,
            document,
            at=at,
            revision=revision,
            deadline=deadline,
            fallen=_fallen(otherwise) if kind == Kind.CORRECTION else [],
            waivers=[{"rule": rule, "reason": reason} for rule, reason in sorted(waivers.items())],
        )
        Correction.objects.bulk_create(Correction(publication=publication, **row) for row in rows)
    return publication


def _freeze(
    this: Act,
    article: Article,
    document: dict[str, Any],
    *,
    at: datetime,
    revision: int,
    **more: Any,
) -> Publication:
    """Write a publication with its public document, and enter both."""
    publication = Publication.objects.create(
        article=article,
        number=document["number"],
        kind=document["kind"],
        note=document["note"],
        at=at,
        actor=this.actor.pk,
        revision=revision,
        slug=article.slug,
        document=canonical.dumps(document),
        **more,
    )
    this.note(
        article,
        publication={
            "id": str(publication.pk),
            "number": publication.number,
            "kind": str(publication.kind),
            "note": publication.note,
            "revision": revision,
            "sha256": sha256(publication.document.encode()).hexdigest(),
            # In one part of the payload, so that a proof does not tell how many.
            "waivers": canonical.dumps(publication.waivers),
        },
    )
    if publication.fallen:
        still = publication.kind == Kind.RETRACTION
        jobs.soon(find_lookalikes, claims=publication.fallen, still=still)
    # It is published even if signing fails: the next checkpoint covers it as well.
    transaction.on_commit(ledger.issue_checkpoint, robust=True)
    showing.show(publication)
    return publication


def retract(article: Article, *, actor: Any, note: str, reason: str = "") -> Publication:
    """Take back what is public: the page says so and why, its text is left to earlier versions.

    ``note`` is for readers, ``reason`` for the record. The gate is not asked: what is
    wrong must be retractable as it is. Raises ``PermissionDenied`` and ``ValidationError``.
    """
    note, reason = note.strip(), reason.strip()
    with _beside_the_gate(article, actor, reason or note) as (this, article, live):
        if not note:
            raise ValidationError({"note": _("Tell readers why the piece is retracted.")})
        at = timezone.now()
        document = public.withdrawn(live.frozen_document, number=live.number + 1, note=note, at=at)
        stated = revisions.document(article, live.revision)["content"]["claims"]
        fallen = sorted(claim["id"] for claim in stated)
        return _freeze(this, article, document, at=at, revision=live.revision, fallen=fallen)


def reply(article: Article, *, actor: Any, claim: Claim, author: str, text: str) -> Publication:
    """Publish what somebody concerned says to a claim, word for word, beside what is public.

    It stays in every later public document for as long as the piece makes the claim,
    and nobody can alter it. The gate is not asked: nothing of the working copy goes out.
    Raises ``PermissionDenied`` and ``ValidationError``.
    """
    author = author.strip()
    with _beside_the_gate(article, actor, author) as (this, article, live):
        if not author or not text.strip():
            raise ValidationError(_("Say who replies, and what."))
        stated = _as_published(article, claim)
        if stated is None:
            raise ValidationError({"claim": _("This claim was not published.")})
        at, before = timezone.now(), live.frozen_document
        row = Reply(
            publication=Publication(article=article, number=live.number + 1, at=at),
            claim=claim,
            author=author,
            text=text,
            words=[passage["exact"] for passage in stated["passages"]],
        )
        row.full_clean(exclude=["publication", "claim"])
        told = public.replied(
            row.publication,
            author=row.author,
            text=row.text,
            claim=public.public_id(before, stated),
            statement=stated["statement"],
        )
        document = public.with_reply(
            before, number=live.number + 1, note=author, at=at, reply=canonical.normal(told)
        )
        row.publication = _freeze(
            this, article, document, at=at, revision=live.revision, deadline=live.deadline
        )
        row.save(force_insert=True)
        return row.publication


@contextmanager
def _beside_the_gate(
    article: Article, actor: Any, comment: str
) -> Iterator[tuple[Act, Article, Publication]]:
    """Publish what is not of the working copy: yields the act, the locked piece, what is live.

    A retraction is for good, so a retracted piece is refused.
    """
    if not actor.has_perm("articles.publish_article"):
        raise PermissionDenied(_("You may not publish."))
    with act("articles.article.published", actor=actor, comment=comment) as this:
        article = lock(article)
        live = article.publications.order_by("-number").first()
        if live is None:
            raise ValidationError(_("This piece was not published yet."))
        if live.kind == Kind.RETRACTION:
            raise ValidationError(_("This piece is retracted."))
        yield this, article, live


def _as_published(article: Article, claim: Claim) -> dict[str, Any] | None:
    """Return a claim as the latest publication that made it had it."""
    numbers = set(article.publications.values_list("revision", flat=True))
    found = revisions.documents(article, *numbers)
    for number in sorted(found, reverse=True):
        for stated in found[number]["content"]["claims"]:
            if stated["id"] == str(claim.pk):
                return stated
    return None


def preview(article: Article) -> dict[str, Any]:
    """Return the public document of the working copy, as if it were published now."""
    previous = article.publications.order_by("-number").first()
    return public.build(
        WorkingCopy.load(article),
        number=previous.number + 1 if previous else 1,
        kind=Kind.UPDATE if previous else Kind.FIRST,
        note="",
        at=timezone.now(),
        slug=article.slug,
        previous=previous,
    )


def _claimed_otherwise(
    article: Article, previous: Publication | None, copy: WorkingCopy
) -> list[typos.Difference]:
    if previous is None:
        return []
    then = revisions.document(article, previous.revision)
    return list(typos.differences(previous, then, copy))


def _fallen(otherwise: Sequence[typos.Difference]) -> list[str]:
    return sorted({one.claim for one in otherwise if one.fell})


def _since(previous: Publication | None, at: datetime) -> datetime:
    if previous is None:
        return at
    return canonical.moment(previous.frozen_document["first_published"]) or at


def _refuse_bad_input(
    previous: Publication | None,
    kind: str,
    note: str,
    corrections: Sequence[Wrong],
    waivers: Mapping[str, str],
    deadline: datetime | None,
) -> None:
    wrong: dict[str, Any] = {}
    allowed = KINDS_OF_FIRST if previous is None else KINDS_OF_NEXT
    if previous is not None and previous.kind == Kind.RETRACTION:
        wrong["kind"] = _("This piece is retracted. What is right is told in a piece of its own.")
    elif not kind:
        wrong["kind"] = _("Say what kind of change this is.")
    elif kind not in allowed:
        labels = ", ".join(str(choice) for choice in allowed)
        wrong["kind"] = _("This cannot be published as “%(kind)s”; possible: %(labels)s.") % {
            "kind": kind,
            "labels": labels,
        }
    if previous is not None and not note.strip():
        wrong["note"] = _("Tell readers what was changed.")
    if kind == Kind.CORRECTION and not corrections:
        wrong["corrections"] = _("A correction says what was wrong and what is right.")
    if kind != Kind.CORRECTION and corrections:
        wrong["corrections"] = _("What was wrong is told in a correction: choose that kind.")
    if any(not row.wrong.strip() or not row.right.strip() for row in corrections):
        wrong["corrections"] = _("Say both: what was wrong and what is right.")
    if previous is not None and any(row.since for row in corrections):
        # Moments are entered to the minute.
        first = _since(previous, timezone.now()).replace(second=0, microsecond=0)
        if any(row.since and not first <= row.since <= timezone.now() for row in corrections):
            wrong["corrections"] = _("The error stood there between the first publication and now.")
    if kind == Kind.DEVELOPING and (deadline is None or deadline <= timezone.now()):
        wrong["deadline"] = _("Say until when what is unconfirmed will be settled.")
    for rule, reason in waivers.items():
        if rule not in gate.RULES:
            wrong["waivers"] = _("There is no rule “%(rule)s”.") % {"rule": rule}
        elif not gate.RULES[rule].waivable:
            wrong["waivers"] = _("The rule “%(rule)s” cannot be waived.") % {"rule": rule}
        elif not reason:
            wrong["waivers"] = _("A waiver needs a reason.")
    if wrong:
        raise ValidationError(wrong)
