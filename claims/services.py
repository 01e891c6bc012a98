"""What can be done with claims and their evidence. Each service is one act.

Articles are named by instance and never imported: a claim knows its piece,
this app does not know what else a piece is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from history import jobs
from history.acts import act, lock
from sources.choices import Fall, Tier
from sources.models import Source

from . import eyes, fallout, passages, readings, sentences
from .choices import Place as Field
from .choices import Stance, State, Verdict
from .holdings import Holdings
from .models import Assignment, Check, Citation, Claim, CommentSought, Passage, Reading
from .places import Place, places
from .standing import Evidence, fingerprint, fold
from .text import claim_ids, mark, unmark
from .text import passages as marked


class ChangedMeanwhile(Exception):
    """What a checker has seen is no longer what stands there."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A body whose marks are all claims of its piece, and what that took.

    ``new`` are marks without a claim yet, ``revived`` claims that had been
    withdrawn, ``foreign`` marks of other pieces' claims, taken out.
    """

    body: str
    new: tuple[UUID, ...]
    revived: tuple[UUID, ...]
    foreign: tuple[UUID, ...]


def admit(body: str, own: Mapping[UUID, Claim]) -> Admitted:
    """Sort the marks of a body that is about to become that of a piece. Changes nothing.

    ``own`` are all claims of the piece.
    """
    marks = [UUID(claim) for claim in claim_ids(body)]
    unknown = [pk for pk in marks if pk not in own]
    taken = set(Claim.objects.filter(pk__in=unknown).values_list("pk", flat=True))
    foreign = tuple(pk for pk in unknown if pk in taken)
    return Admitted(
        body=unmark(body, [str(pk) for pk in foreign]) if foreign else body,
        new=tuple(pk for pk in unknown if pk not in taken),
        revived=tuple(pk for pk in marks if pk in own and own[pk].withdrawn),
        foreign=foreign,
    )


def vanishing(edited: Any, held: Holdings, stored: Any = None) -> list[Claim]:
    """Return the live claims that would lose their last passage if the edited texts were saved.

    ``held`` is what the article holds as it is stored, ``stored`` the article as it
    is. Claims that are lost already are not told.
    """
    before = _texts(stored, held)
    texts = {place.key: place for place in places(edited, held.images)}
    marks = set(claim_ids(edited.body))

    def stands(row: Passage) -> bool:
        if row.field == Field.BODY:
            return str(row.claim_id) in marks
        place = texts.get((row.field, row.image_id))
        was = before.get((row.field, row.image_id), "")
        return place is not None and passages.locate(place.text, row, was) is not None

    gone = []
    for key, claim in held.claims.items():
        had = [row for row in held.passages.get(key, ()) if row.start is not None]
        kept = str(key) in marks or any(stands(row) for row in had)
        if had and not kept and not claim.withdrawn:
            gone.append(claim)
    return sorted(gone, key=lambda claim: claim.statement)


def _texts(article: Any, held: Holdings) -> dict[tuple[str, UUID | None], str]:
    if article is None:
        return {}
    return {place.key: place.text for place in places(article, held.images)}


def sync(article: Any, held: Holdings | None = None, stored: Any = None) -> None:
    """Bring claims and passages in line with the article's texts, inside an act.

    Marks without a claim get one, stating the marked words. ``held`` saves
    loading what the article holds, if nothing of that has changed since;
    ``stored`` is the article before it was edited, by which passages are found again.
    """
    held = held or Holdings.of(article)
    texts = places(article, held.images)
    body = texts[-1]
    runs = marked(body.manuscript)
    claims = held.claims
    for key, spans in runs.items():
        claim = claims.get(UUID(key))
        if claim is None:
            words = " … ".join(body.text[start:end].strip() for start, end in spans)
            claim = Claim(pk=UUID(key), article_id=article.pk, statement=words or "…")
            claim.save(force_insert=True)
            claims[claim.pk] = claim
        elif claim.withdrawn:
            claim.withdrawn = False
            claim.save(update_fields=["withdrawn"])
    live = [claim for claim in claims.values() if not claim.withdrawn]
    passages.sync(live, held.passages, texts, _texts(stored, held))


def place_of(article: Any, field: str, image: UUID | None = None) -> Place:
    for place in places(article, article.images.all()):
        if place.key == (field, image):
            return place
    raise ValidationError(_("There is no such place in this piece."))


def locate(place: Place, words: str) -> tuple[int, int]:
    """Return the range of words that occur exactly once in a place.

    Raises ``ValidationError`` if they do not occur, or more than once.
    """
    start = place.text.find(words) if words.strip() else -1
    if start < 0:
        raise ValidationError(_("“%(words)s” does not stand there.") % {"words": words})
    if place.text.find(words, start + 1) >= 0:
        raise ValidationError(
            _("“%(words)s” stands there more than once: choose more words.") % {"words": words}
        )
    return start, start + len(words)


def create_claim(
    article: Any,
    *,
    actor: Any,
    statement: str,
    marks: Iterable[tuple[str, str]] = (),
    rests_on: Collection[Claim] = (),
    pk: UUID | None = None,
    **fields: Any,
) -> Claim:
    """Make a claim and mark its passages: pairs of a place and words that stand there once.

    Raises ``ValidationError`` for words that are not found, and for data that
    no claim can have.
    """
    with act("claims.claim.created", actor=actor):
        article = lock(article)
        claim = Claim(pk=pk or uuid4(), article_id=article.pk, statement=statement, **fields)
        claim.full_clean(exclude=["article"])
        claim.save(force_insert=True)
        for field, words in marks:
            add_passage(claim, actor=actor, field=field, words=words, article=article)
        if rests_on:
            set_foundations(claim, rests_on)
    return claim


def add_passage(
    claim: Claim,
    *,
    actor: Any,
    field: str,
    words: str,
    image: UUID | None = None,
    article: Any = None,
) -> None:
    """State the claim in (further) words of its piece; a lost passage is thereby replaced."""
    with act("claims.passage.marked", actor=actor):
        article = lock(article or claim.article)
        place = place_of(article, field, image)
        start, end = locate(place, words)
        claim.passages.filter(start__isnull=True).delete()
        if field == Field.BODY:
            article.body = mark(article.body, start, end, str(claim.pk))
            article.save(update_fields=["body"])
        else:
            passages.add(claim, place, start, end).save(force_insert=True)
        sync(article)


def save_claim(
    claim: Claim, *, actor: Any, rests_on: Collection[Claim] | None = None, **fields: Any
) -> Claim:
    """Change what a claim says of itself; raises ``ValidationError``."""
    with act("claims.claim.saved", actor=actor):
        lock(claim.article)
        for name, value in fields.items():
            setattr(claim, name, value)
        claim.full_clean(exclude=["article"])
        claim.save()
        if rests_on is not None:
            set_foundations(claim, rests_on)
    return claim


def set_foundations(claim: Claim, others: Collection[Claim]) -> None:
    """Let a claim rest on others; raises ``ValidationError`` if that makes a circle."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE ground(id) AS (
                SELECT unnest(%s::uuid[])
                UNION
                SELECT r.to_claim_id FROM claims_claim_rests_on r
                JOIN ground ON r.from_claim_id = ground.id
            ) SELECT EXISTS (SELECT FROM ground WHERE id = %s)
            """,
            [[other.pk for other in others], claim.pk],
        )
        if cursor.fetchone()[0]:
            raise ValidationError(
                {"rests_on": _("A claim cannot rest on itself, nor on one that rests on it.")}
            )
    claim.rests_on.set(others)


def withdraw_claim(claim: Claim, *, actor: Any, comment: str = "") -> None:
    """Take a claim back: its marks go, the words stay, its record stays."""
    with act("claims.claim.withdrawn", actor=actor, comment=comment):
        article = lock(claim.article)
        claim.withdrawn = True
        claim.save(update_fields=["withdrawn"])
        claim.passages.all().delete()
        if str(claim.pk) in claim_ids(article.body):
            article.body = unmark(article.body, [str(claim.pk)])
            article.save(update_fields=["body"])
            sync(article)


def seek_comment(
    claim: Claim, *, actor: Any, whom: str, at: datetime, answer: str = ""
) -> CommentSought:
    """Record that somebody whom a claim accuses was asked; raises ``ValidationError``."""
    return save_comment(CommentSought(claim=claim), actor=actor, whom=whom, at=at, answer=answer)


def save_comment(
    comment: CommentSought, *, actor: Any, whom: str, at: datetime, answer: str = ""
) -> CommentSought:
    """Say of whom a comment was sought, when, and what the answer was."""
    with act("claims.comment.sought", actor=actor):
        lock(comment.claim.article)
        comment.whom, comment.at, comment.answer = whom.strip(), at, answer.strip()
        if at > timezone.now():
            raise ValidationError({"at": _("This has not happened yet.")})
        comment.full_clean(exclude=["claim"])
        comment.save()
    return comment


def cite(
    claim: Claim,
    source: Source,
    *,
    actor: Any,
    stance: str = Stance.SUPPORTS,
    tier: str = Tier.NAMED,
    capture: Any = None,
    credibility: str | None = None,
    quote: str = "",
    translation: str = "",
    locator: str = "",
    note: str = "",
    authorised_on: date | None = None,
) -> Citation:
    """Tie a claim to a source; the disclosure is never weaker than the source's.

    ``authorised_on`` is the day on which whoever said the quoted words released them.
    """
    citation = Citation(
        claim=claim,
        source=source,
        stance=stance,
        tier=Tier.strictest(tier, source.tier),
        capture=capture,
    )
    if credibility:
        citation.credibility = credibility
    citation.set_words(quote=quote, translation=translation, locator=locator, note=note)
    if citation.quote:
        citation.authorised_on = authorised_on
    with act("claims.citation.added", actor=actor):
        lock(claim.article)
        last = claim.citations.aggregate(last=Max("position"))["last"]
        citation.position = 0 if last is None else last + 1
        citation.full_clean(exclude=["claim", "source", "capture"])
        citation.save(force_insert=True)
    return citation


def cite_as(claim: Claim, other: Claim, *, actor: Any) -> list[Citation]:
    """Tie a claim to the evidence of another, in its words; what it has already, stays as it is.

    What is confidential or has fallen is not taken over.
    """
    cited = {(row.source_id, row.quote) for row in claim.citations.all()}
    rows = other.citations.select_related("source", "capture")
    with act("claims.citation.added", actor=actor):
        return [
            cite(
                claim, row.source, actor=actor, stance=row.stance, tier=row.tier,
                capture=row.capture, credibility=row.credibility,
                authorised_on=row.authorised_on, **row.words,
            )
            for row in rows
            if row.reusable and (row.source_id, row.quote) not in cited
        ]  # fmt: skip


def _by_piece(claims: Iterable[Claim]) -> dict[UUID, list[Claim]]:
    """Return claims by the keys of their pieces, in the order in which pieces are locked."""
    pieces: dict[UUID, list[Claim]] = {}
    for claim in sorted(claims, key=lambda claim: (claim.article_id, claim.pk)):
        pieces.setdefault(claim.article_id, []).append(claim)
    return pieces


def cite_several(
    claims: Collection[Claim], source: Source, *, actor: Any, **fields: Any
) -> list[Citation]:
    """Tie several claims, of any pieces, to one source; see ``cite``. Those that are, stay."""
    cited = Citation.objects.filter(source=source, claim__in=claims)
    tied = set(cited.values_list("claim", flat=True))
    with act("claims.citation.added", actor=actor):
        return [
            cite(claim, source, actor=actor, **fields)
            for own in _by_piece(claims).values()
            for claim in own
            if claim.pk not in tied
        ]


def set_risk(claims: Collection[Claim], *, actor: Any, risk: str) -> int:
    """Say how much harm it would do if several claims were wrong; returns how many changed."""
    changed = 0
    with act("claims.claim.saved", actor=actor):
        for own in _by_piece(claims).values():
            lock(own[0].article)
            for claim in own:
                if claim.risk != risk:
                    claim.risk = risk
                    claim.full_clean(exclude=["article"])
                    claim.save(update_fields=["risk"])
                    changed += 1
    return changed


def assign(claims: Collection[Claim], *, actor: Any, checker: Any) -> None:
    """Ask somebody to check several claims, in place of whoever was asked before.

    Raises ``ValidationError`` if they may not check.
    """
    if not checker.has_perm("claims.add_check"):
        raise ValidationError(_("%(who)s may not check claims.") % {"who": checker})
    with act("claims.claim.assigned", actor=actor) as this:
        for own in _by_piece(claims).values():
            article = lock(own[0].article)
            Assignment.objects.bulk_create(
                [Assignment(claim=claim, checker=checker, at=timezone.now()) for claim in own],
                update_conflicts=True,
                unique_fields=["claim"],
                update_fields=["checker", "at"],
            )
            this.note(
                article,
                assigned={"claims": [str(claim.pk) for claim in own], "to": str(checker.pk)},
            )


def change_citation(
    citation: Citation, *, actor: Any, words: dict[str, str] | None = None, **fields: Any
) -> Citation:
    """Change how a claim is tied to its source; raises ``ValidationError``.

    What was authorised are words: others are not, until another day is given.
    """
    with act("claims.citation.changed", actor=actor):
        lock(citation.claim.article)
        before = (fold(citation.quote), citation.authorised_on)
        told = {**citation.words, **(words or {})}
        for name, value in fields.items():
            setattr(citation, name, value)
        citation.tier = Tier.strictest(citation.tier, citation.source.tier)
        citation.set_words(**told)
        reworded = fold(citation.quote) != before[0] and citation.authorised_on == before[1]
        if reworded or not citation.quote:
            citation.authorised_on = None
        citation.full_clean(exclude=["claim", "source", "capture"])
        citation.save()
    return citation


def remove_citation(citation: Citation, *, actor: Any) -> None:
    """Untie a claim from a source. Earlier revisions keep the citation."""
    with act("claims.citation.removed", actor=actor):
        lock(citation.claim.article)
        citation.delete()


def check(
    claim: Claim,
    *,
    actor: Any,
    verdict: str,
    confirmed: bool = False,
    note: str = "",
    seen: str | None = None,
) -> Check:
    """Record what somebody found about a claim, on its words and evidence as they are.

    ``seen`` is the ``fingerprint`` of what the checker was shown; if the claim
    has changed since, ``ChangedMeanwhile`` is raised. A claim without a
    passage cannot be checked, nor one by who wrote its words, unless the policy
    of the house allows it (``ValidationError``).
    """
    if not actor.has_perm("claims.add_check"):
        raise PermissionDenied(_("You may not check claims."))
    with act("claims.check.recorded", actor=actor) as this:
        article = lock(claim.article)
        evidence = Evidence.of_claims([claim.pk])
        snapshot = evidence.snapshot(evidence.claims[claim.pk])
        if seen is not None and seen != fingerprint(snapshot):
            raise ChangedMeanwhile(
                _("The claim or its evidence has changed since you opened it: look again.")
            )
        if not snapshot["passages"]:
            raise ValidationError(_("A claim whose passage is lost cannot be checked."))
        if verdict != Verdict.VOID and (why := eyes.refusal(claim, actor)):
            raise ValidationError(why)
        made = Check(
            claim=claim,
            checker=actor.pk,
            at=timezone.now(),
            verdict=verdict,
            confirmed=confirmed,
            note=note,
            snapshot=snapshot,
        )
        made.full_clean(exclude=["claim"])
        made.save(force_insert=True)
        Assignment.objects.filter(claim=claim).delete()
        this.note(article, check={"claim": str(claim.pk), "verdict": verdict})
        if verdict == Verdict.REFUTED:
            from .tasks import find_lookalikes

            jobs.soon(find_lookalikes, claims=[str(claim.pk)], still=True)
    return made


def uphold(claim: Claim, *, actor: Any, seen: str | None = None) -> Check:
    """Record that somebody has looked again: a check still holds in the new words.

    Raises ``ValidationError`` unless the claim was merely reworded; see ``check`` for the rest.
    """
    with act("claims.check.upheld", actor=actor):
        lock(claim.article)
        standing = Evidence.of_claims([claim.pk]).standing(claim.pk)
        earlier = standing.check
        if standing.state != State.REWORDED or earlier is None:
            raise ValidationError(_("This claim was not merely reworded: check it again."))
        return check(
            claim,
            actor=actor,
            verdict=earlier.verdict,
            confirmed=earlier.confirmed,
            note=_("Reworded; the earlier check still holds."),
            seen=seen,
        )


def void(claim: Claim, *, actor: Any, note: str) -> Check:
    """Declare what was found about a claim invalid, by a check of its own."""
    return check(claim, actor=actor, verdict=Verdict.VOID, note=note)


def read_sentences(
    article: Any, *, actor: Any, digests: Collection[str] | None = None
) -> Reading | None:
    """Record that somebody read sentences (all, or those with these digests).

    What is read already, or no longer stands there, is not recorded again;
    with nothing left to record, nothing is, and ``None`` is returned.
    """
    if not actor.has_perm("claims.add_reading"):
        raise PermissionDenied(_("You may not record readings."))
    with act("claims.reading.recorded", actor=actor):
        article = lock(article)
        chosen = [
            sentence
            for sentence in readings.sentences(
                places(article, article.images.all()),
                Passage.objects.filter(claim__article_id=article.pk, claim__withdrawn=False),
                Reading.objects.filter(article_id=article.pk),
            )
            if not sentence.read and (digests is None or sentence.digest in digests)
        ]
        if not chosen:
            return None
        reading = Reading(
            article_id=article.pk,
            reader=actor.pk,
            at=timezone.now(),
            rule=sentences.RULE,
            sentences=readings.as_recorded(chosen),
        )
        reading.save(force_insert=True)
    return reading


def retract_source(
    source: Source,
    *,
    actor: Any,
    why: str,
    fall: str = Fall.RETRACTED,
    at: datetime | None = None,
) -> Source:
    """Record that a source is no longer to be relied on, nor any that repeats it.

    Claims that cite one of them go stale, and so do those that rest on these; what that would be is
    told by ``fallout.affected``. A source that fell before keeps its own reason. Raises
    ``ValidationError`` without a reason.
    """
    if not actor.has_perm("sources.retract_source"):
        raise PermissionDenied(_("You may not declare that a source is not to be relied on."))
    if not why.strip():
        raise ValidationError({"why": _("Say why: it stands in the history of every piece.")})
    with act("sources.source.retracted", actor=actor, comment=why):
        at = at or timezone.now()
        for key in fallout.fallen(source.pk):
            fallen = lock(Source(pk=key))
            if fallen.retracted_at is None:
                fallen.retracted_at = at
                fallen.fall = fall if key == source.pk else Fall.ORIGIN
                fallen.retraction = why
                fallen.save(update_fields=["retracted_at", "fall", "retraction"])
    return Source.objects.get(pk=source.pk)
