"""What can be done with a piece. Each service is one act: wholly done and on record, or not."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import services as claims
from claims.holdings import Holdings
from claims.models import Claim
from history import canonical, erasure, ledger, revisions
from history.acts import Act, act, lock
from history.models import Entry, Erasure

from . import baking, gate, parts, public, redaction
from .choices import Kind, State
from .compare import Comparison, compare
from .models import Article, Byline, Correction, Person, Publication, Reply, Section, Tag
from .piece import StoredPiece
from .slugs import free_slug
from .working_copy import WorkingCopy


class ConflictingSave(Exception):
    """Somebody else saved the piece after this editor had opened it. Nothing was saved."""

    def __init__(self, stored: Article, revision: int) -> None:
        super().__init__(_("The piece was changed in the meantime."))
        self.stored = stored
        self.revision = revision


class ClaimsWouldVanish(Exception):
    """The new text lacks the marks of known claims, and nobody has confirmed that."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__(_("Claims would lose their passage."))
        self.claims = list(claims)


class GateClosed(Exception):
    """Rules of the gate fail. Nothing was published."""

    def __init__(self, problems: Sequence[gate.Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = list(problems)


# Writing


def create_article(
    *,
    actor: Any,
    headline: str,
    body: str = "",
    language: str = "de",
    section: Section | None = None,
    slug: str = "",
    bylines: Sequence[Person] = (),
    tags: Sequence[Tag] = (),
    comment: str = "",
    **fields: Any,
) -> Article:
    """Make a draft in one revision; marks in the body become claims.

    Raises ``ValidationError``. Without a ``slug`` one is made from the headline.
    """
    article = Article(headline=headline, body=body, language=language, section=section, **fields)
    with act("articles.article.created", actor=actor, comment=comment):
        article.slug = slug or free_slug(Article, headline)
        article.body = claims.admit(body, {}).body
        article.full_clean()
        article.save(force_insert=True)
        article.tags.set(tags)
        set_bylines(article, [Over(person.pk) for person in bylines])
        claims.sync(article)
    return article


@dataclass(frozen=True, slots=True)
class Over:
    """A person over a piece, with their role there; ``None`` leaves the role as it is."""

    person: UUID
    role: str | None = None


def set_bylines(article: Article, rows: Sequence[Over]) -> None:
    """Put these people over a piece, in this order, inside an act."""
    present = {row.person_id: row for row in article.bylines.all()}
    wanted = {row.person for row in rows}
    gone = [row.pk for person, row in present.items() if person not in wanted]
    if gone:
        Byline.objects.filter(pk__in=gone).delete()
    for position, row in enumerate(rows):
        byline = present.get(row.person) or Byline(article=article, person_id=row.person)
        role = byline.role if row.role is None else row.role
        if byline._state.adding or (byline.position, byline.role) != (position, role):
            byline.position, byline.role = position, role
            byline.save()


def write(
    this: Act,
    stored: Article,
    edited: Article,
    *,
    based_on: int | None,
    confirmed: Collection[UUID] = (),
    bylines: Sequence[Over] | None = None,
    tags: Collection[Tag] | None = None,
    save_images: Callable[[], object] | None = None,
) -> claims.Admitted:
    """Put an edited article in the place of the stored, locked one; claims follow the texts.

    ``based_on`` is the revision that the editor had opened (``None``: whatever
    is there); ``confirmed`` are the claims whose vanishing was agreed to. Bylines,
    tags and images that are not given stay. The edited body is left without
    foreign marks. Raises ``ConflictingSave`` or ``ClaimsWouldVanish``. Checks, readings and
    evidence that came in the meantime are no conflict: a save does not touch them.
    """
    _refuse_conflict(stored, based_on, latest=this.found(stored))
    held = Holdings.of(stored)
    admitted = claims.admit(edited.body, held.claims)
    edited.body = admitted.body
    vanishing = claims.vanishing(edited, held)
    if any(claim.pk not in confirmed for claim in vanishing):
        raise ClaimsWouldVanish(vanishing)
    columns = [field.attname for field in Article._meta.concrete_fields]
    if any(getattr(stored, name) != getattr(edited, name) for name in columns):
        edited.save()
    if tags is not None:
        edited.tags.set(tags)
    if bylines is not None:
        set_bylines(edited, bylines)
    if save_images is not None:
        save_images()
    claims.sync(edited, held if save_images is None else None)
    moved = {
        name: [getattr(stored, name), getattr(edited, name)]
        for name in ("slug", "state")
        if getattr(stored, name) != getattr(edited, name)
    }
    if moved:
        this.note(edited, workflow=moved)
    return admitted


def _refuse_conflict(stored: Article, based_on: int | None, *, latest: int) -> None:
    if based_on is not None and based_on != latest:
        between = revisions.documents(stored, based_on, latest)
        written = [
            {name: value for name, value in document["content"].items() if name != "claims"}
            for document in between.values()
        ]
        if len(written) != 2 or written[0] != written[1]:
            raise ConflictingSave(stored, latest)


def save_article(
    article: Article,
    *,
    actor: Any,
    based_on: int | None = None,
    confirmed: Collection[UUID] = (),
    bylines: Sequence[Person] | None = None,
    tags: Sequence[Tag] | None = None,
    comment: str = "",
    **fields: Any,
) -> Article:
    """Save changed fields of a piece; claims and passages follow the text.

    Raises ``ConflictingSave``, ``ClaimsWouldVanish`` (see ``write``) and
    ``ValidationError``. Fields that are not given stay as they are stored.
    """
    with act("articles.article.saved", actor=actor, comment=comment) as this:
        stored = lock(article)
        edited = copy(stored)
        for name, value in fields.items():
            setattr(edited, name, value)
        # Texts are then as they will stand in the row: marks are judged by what is kept.
        edited.full_clean()
        write(
            this,
            stored,
            edited,
            based_on=based_on,
            confirmed=confirmed,
            bylines=None if bylines is None else [Over(person.pk) for person in bylines],
            tags=tags,
        )
    return edited


# Looking back


def restore(
    article: Article,
    *,
    revision: int,
    actor: Any,
    comment: str = "",
    based_on: int | None = None,
) -> int | None:
    """Make the content of an earlier revision the present one, as a new revision.

    Returns the new revision's number, or ``None`` if the content is the same
    already. Raises ``Entry.DoesNotExist`` for an unknown revision,
    ``RestoreRefused`` if something that it names is gone, and ``ConflictingSave``
    if the piece has moved on from the revision ``based_on`` that the question was
    about. Checks and readings stay; later claims are withdrawn.
    """
    with act("articles.article.restored", actor=actor, comment=comment) as this:
        article = lock(article)
        before = revisions.latest_revision(article)
        if based_on not in (None, before):
            raise ConflictingSave(article, before)
        wanted = revisions.document(article, revision)
        if revisions.document(article, before)["content"] == wanted["content"]:
            return None
        StoredPiece(wanted).save()
        this.note(article, restored_from=revision)
    return revisions.latest_revision(article)


def restore_part(
    article: Article,
    *,
    revision: int,
    part: parts.Part,
    actor: Any,
    comment: str = "",
    based_on: int | None = None,
) -> int | None:
    """Bring one field, claim or citation back from an earlier revision, as a new revision.

    Everything else stays, but for what must follow (see ``parts.put_back``).
    Returns and raises what ``restore`` does, and ``parts.NoSuchPart`` for what the
    revision does not have, ``RestoreRefused`` also for a citation whose claim is
    withdrawn, and ``ValidationError`` if claims would rest on one another in a circle.
    """
    with act("articles.article.part_restored", actor=actor, comment=comment) as this:
        article = lock(article)
        before = revisions.latest_revision(article)
        if based_on not in (None, before):
            raise ConflictingSave(article, before)
        now = revisions.document(article, before)
        wanted = parts.put_back(now, revisions.document(article, revision), part)
        if wanted["content"] == now["content"]:
            return None
        StoredPiece(wanted).save()
        if part.kind == "claim":
            claim = Claim.objects.get(pk=part.key)
            claims.set_foundations(claim, list(claim.rests_on.all()))
        this.note(article, restored_from=revision, part=str(part))
    return revisions.latest_revision(article)


def dry_run(article: Article, revision: int, part: parts.Part | None = None) -> Comparison:
    """Compare the piece with itself after a restore, of all or of one part. Writes nothing.

    Raises what ``restore`` and ``restore_part`` do, but for what other pieces
    and sources have to say: that something is gone, or rests on the claim.
    """
    latest = revisions.latest_revision(article)
    found = revisions.documents(article, revision, latest)
    if revision not in found:
        raise Entry.DoesNotExist(f"no revision {revision} of {article.pk}")
    now = found[latest]
    return compare(now, parts.put_back(now, found[revision], part))


# Workflow


def set_state(
    article: Article,
    *,
    actor: Any,
    state: str,
    assignee: Any = None,
    due: datetime | None = None,
    comment: str = "",
) -> Article:
    """Hand a piece on: its state, who has it now, until when, and a note to them."""
    with act("articles.article.handed_on", actor=actor, comment=comment) as this:
        article = lock(article)
        if state == State.SHELVED and article.publications.exists():
            raise ValidationError(_("A published piece cannot be shelved: it is retracted."))
        moved = {"state": [article.state, str(state)]}
        article.state, article.assignee, article.due = state, assignee, due
        article.full_clean()
        article.save(update_fields=["state", "assignee", "due"])
        if assignee is not None:
            moved["assignee"] = [str(assignee.pk)]
        this.note(article, workflow=moved)
    return article


def shelve(article: Article, *, actor: Any, comment: str = "") -> Article:
    """Put a draft away; nothing of it is deleted. Raises ``ValidationError`` if it is public."""
    return set_state(article, actor=actor, state=State.SHELVED, comment=comment)


def recover(article: Article, *, actor: Any, comment: str = "") -> Article:
    """Bring a shelved draft back to work."""
    return set_state(article, actor=actor, state=State.DRAFT, comment=comment)


# Publishing


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
        failing = [p for p in gate.problems(copy, kind=kind) if p.rule not in waivers]
        if failing:
            raise GateClosed(failing)
        at = timezone.now()
        since = _since(previous, at)
        rows = [
            {"wrong": row.wrong.strip(), "right": row.right.strip(), "since": row.since or since}
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
        if previous and public.same_to_readers(document, previous.public_document):
            raise ValidationError(_("Nothing has changed for readers since the last publication."))
        publication = _freeze(
            this,
            article,
            document,
            at=at,
            revision=revision,
            deadline=deadline,
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
    # It is published even if signing fails: the next checkpoint covers it as well.
    transaction.on_commit(ledger.issue_checkpoint, robust=True)
    baking.bake_soon(article.pk)
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
        document = public.withdrawn(live.public_document, number=live.number + 1, note=note, at=at)
        return _freeze(this, article, document, at=at, revision=live.revision)


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
        at, before = timezone.now(), live.public_document
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
        row.publication = _freeze(this, article, document, at=at, revision=live.revision)
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


def _since(previous: Publication | None, at: datetime) -> datetime:
    if previous is None:
        return at
    return canonical.moment(previous.public_document["first_published"]) or at


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


# Erasing


def erase(asked: Erasure, *, actor: Any) -> None:
    """Erase words that somebody else asked to have erased, wherever they were recorded.

    Raises ``PermissionDenied`` without the permission, or for one's own request.
    """
    erasure.carry_out(asked, actor=actor, beyond=redaction.beyond_documents)
    baking.bake_what_differs_soon()
