"""Claims as the desk shows them: standing, evidence and reasons in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from history import diff
from history.people import initials
from sources.choices import Tier
from sources.models import Source

from . import drift
from .choices import Place, Stance, State, Voice
from .models import Check, Citation, Claim, Passage
from .standing import Evidence, Reason, Standing, fingerprint


def people(keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names behind users' keys, in one query; unknown keys are absent."""
    wanted = set(keys)
    if not wanted:
        return {}
    return {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=wanted)}


def changed_words(old: str, new: str) -> SafeString:
    """Return only what differs: ``<del>5000</del> → <ins>6000</ins>``, several with commas."""
    pairs: list[list[str]] = []
    previous = "="
    for op, text in diff.words(old, new):
        text = text.strip()
        if op == "-":
            pairs.append([text, ""])
        elif op == "+":
            if previous == "-" and pairs:
                pairs[-1][1] = text
            else:
                pairs.append(["", text])
        previous = op
    shown = [
        format_html("<del>{}</del> → <ins>{}</ins>", gone, come)
        if gone and come
        else format_html("<del>{}</del>", gone)
        if gone
        else format_html("<ins>{}</ins>", come)
        for gone, come in pairs
        if gone or come
    ]
    return format_html_join(", ", "{}", ((one,) for one in shown))


def whole_words(old: str, new: str) -> SafeString:
    """Return both texts as one, what went and what came marked in it."""
    tags = {"=": "{}", "-": "<del>{}</del>", "+": "<ins>{}</ins>"}
    return format_html_join(
        "", "{}", ((format_html(tags[op], text),) for op, text in diff.words(old, new))
    )


def _labelled(choices: Any, value: str) -> str:
    try:
        return str(choices(value).label)
    except ValueError:
        return value


@dataclass(frozen=True)
class Row:
    """One citation as the desk may show it."""

    citation: Citation
    hidden: bool

    @property
    def words(self) -> dict[str, str]:
        return dict.fromkeys(Citation.SEALED, "") if self.hidden else self.citation.words


@dataclass(frozen=True)
class Card:
    """One claim with what there is to say about it."""

    claim: Claim
    standing: Standing
    deck: "Deck" = field(repr=False)

    @property
    def state(self) -> str:
        return str(self.standing.state)

    @property
    def label(self) -> str:
        return _labelled(State, self.state)

    @property
    def needs_somebody(self) -> bool:
        return not self.standing.verified

    @property
    def lost(self) -> bool:
        return self.state == State.ORPHAN

    @property
    def reworded(self) -> bool:
        return self.state == State.REWORDED

    @property
    def seen(self) -> str:
        """What somebody who confirms the check is looking at."""
        return fingerprint(self.deck.evidence.snapshot(self.claim))

    @cached_property
    def drift(self) -> list[str]:
        """What the statement says and its passages do not, and where claims disagree."""
        known = self.deck.evidence.texts(self.claim).known
        words = [row.exact for row in self.passages]
        said = []
        if words and (missing := drift.missing(self.claim.statement, words, known)):
            said.append(_("Not in the passage: %(words)s") % {"words": ", ".join(missing)})
        for other in self.claim.rests_on.all():
            ground = self.deck.evidence.claims[other.pk]
            for own, theirs in drift.disagreeing(self.claim.statement, ground.statement, known):
                said.append(
                    _("%(own)s here, but %(theirs)s in what it rests on: %(claim)s")
                    % {"own": own, "theirs": theirs, "claim": ground.statement}
                )
        return said

    @cached_property
    def passages(self) -> list[Passage]:
        return [row for row in self.claim.passages.all() if row.start is not None]

    @property
    def lost_passages(self) -> list[Passage]:
        return [row for row in self.claim.passages.all() if row.start is None]

    @property
    def places(self) -> list[str]:
        """The plain fields that state the claim, in words; the body goes without saying."""
        fields = dict.fromkeys(row.field for row in self.passages if row.field != Place.BODY)
        return [_labelled(Place, name) for name in fields]

    @cached_property
    def citations(self) -> list[Row]:
        return [
            Row(row, hidden=Tier.strictest(row.tier, row.source.tier) == Tier.CONFIDENTIAL)
            for row in self.claim.citations.all()
        ]

    @property
    def evidence(self) -> str:
        rows = self.claim.citations.all()
        against = sum(row.stance == Stance.CONTRADICTS for row in rows)
        resting = len(self.claim.rests_on.all())
        said = []
        if rows:
            said.append(
                ngettext("%(count)s citation", "%(count)s citations", len(rows))
                % {"count": len(rows)}
            )
        if against:
            said.append(
                ngettext("%(count)s contradicts", "%(count)s contradict", against)
                % {"count": against}
            )
        if resting:
            said.append(
                ngettext("rests on %(count)s claim", "rests on %(count)s claims", resting)
                % {"count": resting}
            )
        return " · ".join(said) or _("no evidence yet")

    @property
    def reported(self) -> bool:
        return self.claim.voice == Voice.REPORTED

    @property
    def checked(self) -> str:
        """Who checked, and when: initials and day."""
        check = self.standing.check
        return f"{self.deck.initials(check)}, {self.deck.day(check)}" if check else ""

    @property
    def checked_in_full(self) -> str:
        check = self.standing.check
        if check is None:
            return ""
        return _("%(person)s on %(moment)s: %(verdict)s") % {
            "person": self.deck.name(check.checker),
            "moment": date_format(check.at, "SHORT_DATETIME_FORMAT"),
            "verdict": check.get_verdict_display(),
        }

    @cached_property
    def reasons(self) -> list[SafeString]:
        return [self.deck.in_words(reason) for reason in self.standing.reasons]

    @property
    def contradicting(self) -> list[Row]:
        return [row for row in self.citations if row.citation.stance == Stance.CONTRADICTS]

    @property
    def earlier_checks(self) -> list[dict[str, Any]]:
        """All checks, newest first, each with what has changed since."""
        return [
            {
                "check": check,
                "person": self.deck.name(check.checker),
                "since": [
                    self.deck.in_words(reason)
                    for reason in self.deck.evidence.since(self.claim, check)
                ],
            }
            for check in reversed(list(self.claim.checks.all()))
        ]


class Deck:
    """The cards of a piece, in a given order; names of people and sources in one query each."""

    def __init__(self, evidence: Evidence, claims: Iterable[Claim]) -> None:
        self.evidence = evidence
        self.cards = [Card(claim, evidence.standing(claim), self) for claim in claims]

    def __iter__(self) -> Any:
        return iter(self.cards)

    def __len__(self) -> int:
        return len(self.cards)

    @property
    def in_need(self) -> int:
        return sum(card.needs_somebody for card in self.cards)

    def card(self, claim: UUID) -> Card:
        return next(card for card in self.cards if card.claim.pk == claim)

    @cached_property
    def _people(self) -> dict[UUID, str]:
        return people(
            check.checker for claim in self.evidence.claims.values() for check in claim.checks.all()
        )

    @cached_property
    def _sources(self) -> dict[UUID, Source]:
        known = {
            row.source_id: row.source
            for claim in self.evidence.claims.values()
            for row in claim.citations.all()
        }
        wanted = {
            reason.subject
            for card in self.cards
            for reason in card.standing.reasons
            if reason.subject and reason.code == "citation_removed"
        } - known.keys()
        if wanted:
            known |= Source.objects.in_bulk(wanted)
        return known

    def name(self, key: UUID) -> str:
        return self._people.get(key) or _("a former colleague")

    def initials(self, check: Check) -> str:
        return initials(self.name(check.checker)) or "?"

    @staticmethod
    def day(check: Check) -> str:
        return date_format(check.at, "SHORT_DATE_FORMAT")

    def _source(self, key: UUID | None) -> str:
        source = self._sources.get(key) if key else None
        return str(source) if source else _("a source")

    def _claim(self, key: UUID | None) -> str:
        claim = self.evidence.claims.get(key) if key else None
        return claim.statement if claim else _("another claim")

    def in_words(self, reason: Reason) -> SafeString:
        """Return why a check no longer counts, as a sentence for the desk."""
        told = reason.code
        change = changed_words(reason.old, reason.new)
        if told == "words" and reason.kind:
            return said_otherwise(reason.kind, reason.old, reason.new, reason.around)
        if told == "words":
            if reason.new:
                return format_html("{} <ins>{}</ins>", _("Stated in new words:"), reason.new)
            return format_html("{} <del>{}</del>", _("No longer stated:"), reason.old)
        if told == "statement":
            return format_html("{} {}", _("Statement changed:"), change)
        if told == "attribution":
            return format_html("{} {}", _("Attribution changed:"), change)
        if told == "voice":
            old, new = _labelled(Voice, reason.old), _labelled(Voice, reason.new)
            return format_html("{} <del>{}</del> → <ins>{}</ins>", _("Voice changed:"), old, new)
        if told == "as_of":
            return format_html(
                "{} <del>{}</del> → <ins>{}</ins>",
                _("As-of date changed:"),
                reason.old or "–",
                reason.new or "–",
            )
        source = self._source(reason.subject)
        if told == "citation_removed":
            return format_html("{} {}", _("Citation removed:"), source)
        if told == "citation_changed":
            return format_html("{} {}", _("Citation changed:"), source)
        if told == "contradiction_added":
            return format_html("{} {}", _("Contradicted now by:"), source)
        if told == "source_changed":
            return format_html(
                "{} {} <del>{}</del>", _("The page says this no more:"), source, reason.old
            )
        if told == "source_retracted":
            return format_html("{} {}", _("Source retracted:"), source)
        if told == "check_by":
            return format_html("{} {}", _("Was to be checked again by"), reason.new)
        if told == "void":
            return format_html("{}", _("The check was declared void."))
        claim = self._claim(reason.subject)
        if told == "rests_on_changed":
            return format_html("{} {}", _("What it rests on has changed:"), claim)
        if told == "foundation":
            return format_html(
                "{} {} ({})", _("What it rests on does not hold:"), claim, _state(reason.new)
            )
        return format_html("{}", _("Something has changed."))


_KINDS = {
    "figure": gettext_lazy("Figure changed:"),
    "address": gettext_lazy("Address changed:"),
    "negation": gettext_lazy("Negation changed:"),
    "date": gettext_lazy("Time changed:"),
    "unit": gettext_lazy("Unit changed:"),
    "name": gettext_lazy("Name changed:"),
    "modality": gettext_lazy("Certainty changed:"),
    "attribution": gettext_lazy("Attribution changed:"),
    "condition": gettext_lazy("Condition changed:"),
    "scope": gettext_lazy("Scope changed:"),
    "hedge": gettext_lazy("Limitation changed:"),
    "sign": gettext_lazy("Sign changed:"),
    "question": gettext_lazy("Question mark:"),
    "order": gettext_lazy("Order changed:"),
    "wording": gettext_lazy("Wording changed:"),
}
_AROUND = {
    "sentence": gettext_lazy("in the rest of the sentence"),
    "before": gettext_lazy("in the sentence before, on which it depends"),
    "intro": gettext_lazy("in the line above the list"),
    "heading": gettext_lazy("in the heading above"),
}


def said_otherwise(code: str, old: str, new: str, around: str) -> SafeString:
    """Return a difference of words (``claims.wordings.Difference``) as a sentence for the desk."""
    if old and new:
        change = format_html("<del>{}</del> → <ins>{}</ins>", old, new)
    elif old:
        change = format_html("<del>{}</del> {}", old, _("was left out"))
    else:
        change = format_html("<ins>{}</ins> {}", new, _("was put in"))
    told = format_html("{} {}", _KINDS.get(code, _KINDS["wording"]), change)
    if around:
        return format_html("{} ({})", told, _AROUND[around])
    return told


def _state(value: str) -> str:
    return _("withdrawn") if value == "withdrawn" else _labelled(State, value)
