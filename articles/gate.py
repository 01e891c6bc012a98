"""The gate: what must be true of a piece before it is published.

Each rule is a small function over the working copy. It yields the places that
fail it; an empty yield is a pass. A house sets by ``NEWSROOM_GATE`` whether a
rule blocks, warns or is off. One that blocks can be waived by a permitted
person, with a reason, which becomes part of the publication. A warning is
shown, and stops nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.choices import Risk, Stance, Verdict, Voice
from claims.choices import State as Standing
from claims.models import Claim, CommentSought
from sources.choices import Kind as SourceKind
from sources.choices import Terms, Tier
from sources.models import Source
from sources.quotes import Finding

from .choices import Kind, Level
from .working_copy import WorkingCopy
from .writers import last_writers


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish: the rule's id, a sentence, and where to look.

    ``target`` is the fragment of that place in the writing view:
    ``claim-<id>``, ``sentence-<digest>`` or ``id_<field>``.
    """

    rule: str
    message: str
    target: str
    level: str = Level.BLOCK

    @property
    def blocks(self) -> bool:
        return self.level != Level.WARN


@dataclass(frozen=True)
class Attempt:
    """What somebody (``None``: not known yet) wants to publish, and as what."""

    copy: WorkingCopy
    kind: str
    actor: Any = None

    @cached_property
    def origins(self) -> dict[Any, Any]:
        """The origin of each cited source: its own key, if it repeats nobody. One query."""
        return Source.objects.origins(
            row.source_id
            for claim in self.copy.evidence.claims.values()
            for row in claim.citations.all()
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``usual`` is what it does in a house that has not settled that."""

    id: str
    title: str | Promise
    find: Callable[[Attempt], Iterable[tuple[str, str]]]
    waivable: bool = True
    usual: str = Level.BLOCK

    @property
    def level(self) -> str:
        """Whether it blocks, warns or is off. What cannot be waived always blocks."""
        chosen = settings.NEWSROOM["GATE"].get(self.id, self.usual)
        return chosen if self.waivable and chosen in Level.values else Level.BLOCK


RULES: dict[str, Rule] = {}


def rule(id: str, title: str | Promise, **more: Any) -> Callable:
    def register(find: Callable[[Attempt], Iterable[tuple[str, str]]]) -> Callable:
        RULES[id] = Rule(id, title, find, **more)
        return find

    return register


def problems(copy: WorkingCopy, *, kind: str, actor: Any = None) -> list[Problem]:
    """Return everything that speaks against publishing, in the order of the rules.

    Warnings are among it. Without an actor it is not asked who would publish.
    """
    attempt = Attempt(copy, kind, actor)
    return [
        Problem(rule.id, message, target, level)
        for rule in RULES.values()
        if (level := rule.level) != Level.OFF
        for message, target in rule.find(attempt)
    ]


Found = Iterator[tuple[str, str]]


def _short(words: str) -> str:
    return words if len(words) <= 90 else f"{words[:89].rstrip()}…"


def _told(claim: Claim) -> str:
    return _short(claim.statement)


def _at(claim: Claim) -> str:
    return f"claim-{claim.pk}"


def _in_state(attempt: Attempt, *states: str) -> Iterator[Claim]:
    for claim in attempt.copy.claims:
        if attempt.copy.standing(claim).state in states:
            yield claim


@rule("complete", gettext_lazy("The piece has a headline, a text and a section."), waivable=False)
def complete(attempt: Attempt) -> Found:
    article = attempt.copy.article
    if not article.headline.strip():
        yield _("The headline is missing."), "id_headline"
    if not attempt.copy.body.text.strip():
        yield _("The text is missing."), "id_body"
    if article.section_id is None:
        yield _("The section is missing."), "id_section"


@rule("embargo", gettext_lazy("The embargo has passed."))
def embargo(attempt: Attempt) -> Found:
    until = attempt.copy.article.embargo
    if until and until > timezone.now():
        when = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
        yield _("Embargo until %(when)s.") % {"when": when}, "id_embargo"


@rule("read", gettext_lazy("Every sentence was read since it last changed."))
def read(attempt: Attempt) -> Found:
    for sentence in attempt.copy.unread:
        words = _short(sentence.text)
        yield _("Not read: “%(words)s”") % {"words": words}, f"sentence-{sentence.digest}"


@rule("placed", gettext_lazy("Every claim has its passage."))
def placed(attempt: Attempt) -> Found:
    for claim in _in_state(attempt, Standing.ORPHAN):
        yield _("Passage lost: “%(claim)s”") % {"claim": _told(claim)}, _at(claim)


@rule("checked", gettext_lazy("Every claim was checked."))
def checked(attempt: Attempt) -> Found:
    # A developing story may say what is not confirmed yet; it is labelled so.
    if attempt.kind == Kind.DEVELOPING:
        return
    for claim in _in_state(attempt, Standing.UNCHECKED):
        yield _("Not checked: “%(claim)s”") % {"claim": _told(claim)}, _at(claim)


@rule("fresh", gettext_lazy("Every check still holds."))
def fresh(attempt: Attempt) -> Found:
    for claim in _in_state(attempt, Standing.STALE):
        yield _("To be checked again: “%(claim)s”") % {"claim": _told(claim)}, _at(claim)
    for claim in _in_state(attempt, Standing.REWORDED):
        yield _("Reworded, look again: “%(claim)s”") % {"claim": _told(claim)}, _at(claim)


@rule("not-refuted", gettext_lazy("No claim is refuted."))
def not_refuted(attempt: Attempt) -> Found:
    for claim in _in_state(attempt, Standing.REFUTED):
        yield _("Refuted: “%(claim)s”") % {"claim": _told(claim)}, _at(claim)


@rule("says-so", gettext_lazy("Where a claim is not fully supported, the passage says so."))
def says_so(attempt: Attempt) -> Found:
    states = (Standing.PARTLY, Standing.DISPUTED, Standing.UNVERIFIABLE)
    for claim in _in_state(attempt, *states):
        standing = attempt.copy.standing(claim)
        if not standing.confirmed:
            yield (
                _("The checker has not confirmed that the passage says “%(verdict)s”: “%(claim)s”")
                % {"verdict": Standing(standing.state).label, "claim": _told(claim)},
                _at(claim),
            )


# Evidence


def _supporting(attempt: Attempt, claim: Claim, above: frozenset = frozenset()) -> set[Any]:
    """Return the origins of what supports a claim, or the claims that it rests on."""
    if claim.pk in above:
        return set()
    found = {
        attempt.origins[row.source_id]
        for row in claim.citations.all()
        if row.stance == Stance.SUPPORTS and row.source.retracted_at is None
    }
    for other in claim.rests_on.all():
        ground = attempt.copy.evidence.claims[other.pk]
        if not ground.withdrawn:
            found |= _supporting(attempt, ground, above | {claim.pk})
    return found


@rule("two-sources", gettext_lazy("What is risky rests on two independent sources."))
def two_sources(attempt: Attempt) -> Found:
    # Copies of one report are one source: what counts is where they have it from. For what others
    # say, they are the source themselves, and the piece names them.
    for claim in attempt.copy.claims:
        if claim.risk != Risk.HIGH or claim.voice == Voice.REPORTED:
            continue
        n = len(_supporting(attempt, claim))
        if n < 2:
            yield (
                ngettext(
                    "High risk, with only %(n)s independent source: “%(claim)s”",
                    "High risk, with %(n)s independent sources: “%(claim)s”",
                    n,
                )
                % {"n": n, "claim": _told(claim)},
                _at(claim),
            )


@rule("sources-stand", gettext_lazy("No claim is supported by a retracted source."))
def sources_stand(attempt: Attempt) -> Found:
    for claim in attempt.copy.claims:
        if any(
            row.stance == Stance.SUPPORTS and row.source.retracted_at
            for row in claim.citations.all()
        ):
            yield (
                _("Supported by a retracted source: “%(claim)s”") % {"claim": _told(claim)},
                _at(claim),
            )


def _grounds(attempt: Attempt, claim: Claim) -> Iterator[Claim]:
    """Return a claim and all that it rests on, in whatever piece."""
    above, found = {claim.pk}, [claim]
    while found:
        one = found.pop()
        yield one
        for other in one.rests_on.all():
            if other.pk not in above:
                above.add(other.pk)
                found.append(attempt.copy.evidence.claims[other.pk])


@rule(
    "not-for-use",
    gettext_lazy("Nothing is used that was said not to be used."),
    waivable=False,
)
def not_for_use(attempt: Attempt) -> Found:
    for claim in attempt.copy.claims:
        if any(
            row.source.terms == Terms.NOT_FOR_USE
            for ground in _grounds(attempt, claim)
            for row in ground.citations.all()
        ):
            yield (
                _("Rests on what is not for use: “%(claim)s”") % {"claim": _told(claim)},
                _at(claim),
            )


@rule(
    "terms",
    gettext_lazy("It is noted on which terms people spoke to us."),
    usual=Level.WARN,
)
def terms(attempt: Attempt) -> Found:
    for claim in attempt.copy.claims:
        if any(
            row.source.kind == SourceKind.PERSON and not row.source.terms
            for row in claim.citations.all()
        ):
            yield (
                _("On which terms somebody spoke is not noted: “%(claim)s”")
                % {"claim": _told(claim)},
                _at(claim),
            )


@rule(
    "authorised",
    gettext_lazy("Words that were to be authorised are."),
    usual=Level.WARN,
)
def authorised(attempt: Attempt) -> Found:
    for claim in attempt.copy.claims:
        for row in claim.citations.all():
            # What a confidential source said is sealed, and goes nowhere.
            if row.source.authorises and row.quote and row.authorised_on is None:
                yield (
                    _("“%(quote)s” is not authorised, cited for “%(claim)s”")
                    % {"quote": _short(row.quote), "claim": _told(claim)},
                    _at(claim),
                )


def _quoting(attempt: Attempt) -> Iterator[tuple[Claim, str, Finding | None]]:
    """Return quotes with what was found of each in the copy that it is taken from.

    What a confidential source said is sealed, and so is whether it was quoted at all.
    """
    found = attempt.copy.quotes
    for claim in attempt.copy.claims:
        for row in claim.citations.all():
            if row.pk in found and row.capture_id and row.tier != Tier.CONFIDENTIAL:
                yield claim, row.quote, found[row.pk]


@rule("quoted", gettext_lazy("What is quoted stands so in the copy of its source."))
def quoted(attempt: Attempt) -> Found:
    for claim, quote, finding in _quoting(attempt):
        if finding and not finding.verified:
            yield (
                _("“%(quote)s” does not stand in the copy of the source, cited for “%(claim)s”")
                % {"quote": _short(quote), "claim": _told(claim)},
                _at(claim),
            )


@rule(
    "quotes-compared",
    gettext_lazy("Every quote could be compared with the copy of its source."),
    usual=Level.WARN,
)
def quotes_compared(attempt: Attempt) -> Found:
    for claim, quote, finding in _quoting(attempt):
        if finding is None:
            yield (
                _("“%(quote)s” could not be compared, the copy has no text: “%(claim)s”")
                % {"quote": _short(quote), "claim": _told(claim)},
                _at(claim),
            )


@rule("heard", gettext_lazy("Whoever is accused was asked for a comment."))
def heard(attempt: Attempt) -> Found:
    accusing = [claim for claim in attempt.copy.claims if claim.accuses]
    if not accusing:
        return
    asked = set(CommentSought.objects.filter(claim__in=accusing).values_list("claim", flat=True))
    for claim in accusing:
        if claim.pk not in asked:
            yield (
                _("Accuses somebody who was not asked: “%(claim)s”") % {"claim": _told(claim)},
                _at(claim),
            )


# People


@rule("four-eyes", gettext_lazy("Nobody alone answers for a claim."))
def four_eyes(attempt: Attempt) -> Found:
    copy, actor = attempt.copy, attempt.actor
    verified = [claim for claim in copy.claims if copy.standing(claim).verified]
    wrote = last_writers(copy.article, verified) if verified else {}
    for claim in verified:
        checkers = {
            check.checker
            for check in claim.checks.all()
            if check.verdict != Verdict.VOID and not copy.evidence.since(claim, check)
        }
        if len(checkers) > 1:
            continue
        if checkers <= set(wrote[claim.pk]):
            message = _("Checked only by who wrote it: “%(claim)s”")
        elif actor is not None and checkers <= {actor.pk}:
            message = _("Checked only by who publishes it: “%(claim)s”")
        else:
            continue
        yield message % {"claim": _told(claim)}, _at(claim)


# Pictures


@rule("picture-rights", gettext_lazy("The rights to every picture are settled."))
def picture_rights(attempt: Attempt) -> Found:
    for index, image in enumerate(attempt.copy.images):
        if not image.rights.strip():
            yield (
                _("Picture %(n)s: who granted what is not noted.") % {"n": index + 1},
                f"id_images-{index}-rights",
            )


@rule("picture-texts", gettext_lazy("Every picture says what it shows."))
def picture_texts(attempt: Attempt) -> Found:
    for index, image in enumerate(attempt.copy.images):
        if not image.alt.strip():
            yield (
                _("Picture %(n)s: the alternative text is missing.") % {"n": index + 1},
                f"id_images-{index}-alt",
            )
