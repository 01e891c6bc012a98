"""The gate: what must be true of a piece before it is published.

Each rule is a small function over the working copy. It yields the places that
fail it; an empty yield is a pass. A failing rule can be waived by a permitted
person, with a reason, which becomes part of the publication.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.choices import State as Standing
from claims.models import Claim

from .choices import Kind
from .working_copy import WorkingCopy


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason not to publish: the rule's id, a sentence, and where to look.

    ``target`` is the fragment of that place in the writing view:
    ``claim-<id>``, ``sentence-<digest>`` or ``id_<field>``.
    """

    rule: str
    message: str
    target: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody wants to publish, and as what."""

    copy: WorkingCopy
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str | Promise
    find: Callable[[Attempt], Iterable[tuple[str, str]]]
    waivable: bool = True


RULES: dict[str, Rule] = {}


def rule(id: str, title: str | Promise, *, waivable: bool = True) -> Callable:
    def register(find: Callable[[Attempt], Iterable[tuple[str, str]]]) -> Callable:
        RULES[id] = Rule(id, title, find, waivable)
        return find

    return register


def problems(copy: WorkingCopy, *, kind: str) -> list[Problem]:
    """Return everything that speaks against publishing, in the order of the rules."""
    attempt = Attempt(copy, kind)
    return [
        Problem(rule.id, message, target)
        for rule in RULES.values()
        for message, target in rule.find(attempt)
    ]


Found = Iterator[tuple[str, str]]


def _told(claim: Claim) -> str:
    statement = claim.statement
    return statement if len(statement) <= 90 else f"{statement[:89].rstrip()}…"


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
        words = sentence.text if len(sentence.text) <= 90 else f"{sentence.text[:89].rstrip()}…"
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
