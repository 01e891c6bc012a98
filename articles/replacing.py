"""A new text in the place of a body that has claims: where each passage stands then.

Pure: HTML in, a plan out. A new version from elsewhere comes without marks, so every passage is
found again (``claims.anchoring``) and shown with its old and new words before anything is done.
What was not found, or not beyond doubt, is for a person to decide, or stays lost, and is told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from claims.anchoring import Anchor, Anchoring
from claims.settings import compare_settings, setting
from claims.text import MARK, Manuscript, Span, annotate, claim_ids, passages, read, unmark
from claims.wordings import Difference, Level
from claims.words import profile

# What a person can decide, beside the number of a candidate.
TAKE, LEAVE, WITHDRAW = "take", "leave", "withdraw"
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where a passage may stand, with some words before and after."""

    start: int
    end: int
    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """One passage of one claim, and what becomes of it. ``level`` is None where a check holds.

    A claim of which no passage was found is ``withdrawable``: the new text may not state it.
    """

    claim: UUID
    index: int
    old: str
    anchor: Anchor
    new: str
    level: Level | None
    differences: tuple[Difference, ...]
    candidates: tuple[Candidate, ...]
    withdrawable: bool = False

    @property
    def key(self) -> str:
        return f"{self.claim}.{self.index}"

    @property
    def suggestion(self) -> str:
        """What is done if nobody decides otherwise."""
        return TAKE if self.anchor.found else LEAVE

    @property
    def percent(self) -> int:
        return round(100 * self.anchor.confidence)

    @property
    def needs_somebody(self) -> bool:
        return not self.anchor.found

    def span(self, decision: str) -> tuple[int, int] | None:
        """Return where the passage is put; raises ``ValueError`` for what nobody can decide."""
        if decision == LEAVE or (decision == WITHDRAW and self.withdrawable):
            return None
        if decision == TAKE and self.anchor.start is not None and self.anchor.end is not None:
            return self.anchor.start, self.anchor.end
        if decision.isascii() and decision.isdigit() and int(decision) < len(self.candidates):
            chosen = self.candidates[int(decision)]
            return chosen.start, chosen.end
        raise ValueError(f"cannot place a passage at {decision!r}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A new body without marks, and its rows in the order of the old text."""

    body: str
    rows: tuple[Row, ...]

    @property
    def undecided(self) -> int:
        return sum(row.needs_somebody for row in self.rows)

    def apply(self, decisions: Mapping[str, str] | None = None) -> str:
        """Return the new body with its marks; raises ``ValueError`` for impossible decisions."""
        decisions = decisions or {}
        gone = self.withdrawn(decisions)
        spans = []
        for row in self.rows:
            span = row.span(decisions.get(row.key, row.suggestion))
            if span and row.claim in gone:
                raise ValueError("cannot place a passage of a claim that is withdrawn")
            if span:
                spans.append(Span(*span, {MARK: str(row.claim)}))
        return annotate(self.body, spans)

    def withdrawn(self, decisions: Mapping[str, str] | None = None) -> set[UUID]:
        """Return the claims that somebody decided to withdraw."""
        told = decisions or {}
        return {row.claim for row in self.rows if told.get(row.key) == WITHDRAW}


def plan(old: str, new: str, language: str, only: Collection[UUID] | None = None) -> Plan:
    """Return what becomes of the passages in an old body when a new one takes its place.

    Marks in the new body are kept where ``only`` names the claims that are looked for;
    otherwise all are looked for, and marks that came along are taken out.
    """
    body = unmark(new) if only is None else new
    before, after = read(old), read(body)
    anchoring = Anchoring(before.text, after.text)
    known = profile(before.text, after.text, language=language)
    headings = [_headings(manuscript) for manuscript in (before, after)]
    rows = []
    for claim, runs in passages(before).items():
        if only is not None and UUID(claim) not in only:
            continue
        for index, (start, end) in enumerate(runs):
            anchor = anchoring.find(start, end)
            differences: tuple[Difference, ...] = ()
            level = None
            if anchor.start is not None and anchor.end is not None:
                verdict = compare_settings(
                    setting(before.text, start, end, headings[0]),
                    setting(after.text, anchor.start, anchor.end, headings[1]),
                    known,
                )
                differences, level = verdict.differences, verdict.level
            rows.append(
                Row(
                    claim=UUID(claim),
                    index=index,
                    old=before.text[start:end],
                    anchor=anchor,
                    new=after.text[anchor.start : anchor.end] if anchor.found else "",
                    level=level,
                    differences=differences,
                    candidates=tuple(_candidate(after.text, *span) for span in anchor.candidates),
                )
            )
    found = {row.claim for row in rows if row.anchor.found}
    return Plan(body, tuple(replace(row, withdrawable=row.claim not in found) for row in rows))


def again(old: str, new: str, language: str) -> Plan:
    """Return where the passages stand whose marks a new body has lost."""
    kept = set(claim_ids(new))
    lost = {UUID(claim) for claim in claim_ids(old) if claim not in kept}
    return plan(old, new, language, lost)


def _headings(manuscript: Manuscript) -> list[tuple[int, int]]:
    found = [(b.start, b.end) for b in manuscript.blocks if b.tag in _HEADINGS]
    # Without any, short paragraphs would be taken for some.
    return found or [(0, 0)]


def _candidate(text: str, start: int, end: int) -> Candidate:
    return Candidate(
        start,
        end,
        text[start:end],
        text[max(0, start - _CONTEXT) : start].replace("\n", " "),
        text[end : end + _CONTEXT].replace("\n", " "),
    )
