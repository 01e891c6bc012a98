"""Facts: what a list of revisions says of each, counted and without names."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from history.diff import Change
from history.documents import Document

from .compare import Parts, counted, total_words
from .differences import ClaimChange, Fact


class ClaimFact(NamedTuple):
    """Something that happened to one claim. As JSON: `[what, claim, number, old, new]`.

    `claim` is its key, `number` its place in the piece then. `what` says what `old` and `new` are:

    - "claim.added", "claim.restored", "claim.withdrawn": nothing;
    - "claim.figure": a figure of its words, as it was and as it is;
    - "claim.passage", "claim.marked", "claim.unmarked", "claim.lost", "claim.found": its words in
      the piece changed, came, went, cannot be found any more or again; "claim.statement": it was
      reworded; nothing;
    - "claim.risk", "claim.voice", "claim.as_of", "claim.check_by": the values;
      "claim.attribution", "claim.rests_on", "claim.accuses": nothing;
    - "claim.cited", "claim.recited", "claim.uncited": the key of the source, and the stance;
    - "claim.checked": the verdict before ("" without one), and the new one;
    - "claim.stale", "claim.counts": its standing before and after, because a check that counted
      stopped to count, or an earlier one counts again.

    Figures, days and values of vocabularies are all that is told in words, so no name is.
    """

    what: str
    claim: str
    number: int
    old: str = ""
    new: str = ""


# How many facts a summary has at most; of those about claims at least so many are told.
MOST_FACTS = 20
LEAST_CLAIM_FACTS = 8
_LONGEST_FIGURE = 24
_MOST_FIGURES = 3


def summary(old: Document | None, new: Document) -> list[Fact | ClaimFact]:
    """Return what changed as facts, cheaply: nothing is laid out for reading.

    First what can be counted, then what happened to which claim, in reading order. There are at
    most MOST_FACTS; `Fact("more", n)` at the end says how many about claims were left out, the
    least telling ones. Without an old document, what the piece began with. Empty: nothing differs.
    """
    if old is None:
        claims = new["content"]["claims"]
        begun = [
            Fact("begun", total_words(new["content"])),
            Fact("claims_added", len(claims)),
            Fact("citations_added", sum(len(c["citations"]) for c in claims)),
        ]
        return _bounded(
            [fact for fact in begun if fact.number or fact.what == "begun"],
            [ClaimFact("claim.added", c["id"], at) for at, c in enumerate(claims, start=1)],
        )
    parts = Parts.of(old, new)
    told = [fact for claim in parts.claims for fact in _claim_facts(claim)]
    return _bounded(list(counted(parts)), told)


def _bounded(counts: list[Fact], told: list[ClaimFact]) -> list[Fact | ClaimFact]:
    most = max(LEAST_CLAIM_FACTS, MOST_FACTS - 1 - len(counts))
    if len(told) <= most:
        return [*counts, *told]
    by_weight = sorted(range(len(told)), key=lambda at: (_weight(told[at]), at))
    kept = sorted(by_weight[:most])
    return [*counts, *(told[at] for at in kept), Fact("more", len(told) - most)]


_TELLING = (
    "claim.stale",
    "claim.figure",
    "claim.withdrawn",
    "claim.lost",
    "claim.restored",
    "claim.checked",
    "claim.counts",
    "claim.added",
    "claim.uncited",
    "claim.cited",
    "claim.statement",
    "claim.passage",
)


def _weight(fact: ClaimFact) -> int:
    return _TELLING.index(fact.what) if fact.what in _TELLING else len(_TELLING)


def _claim_facts(claim: ClaimChange) -> Iterable[ClaimFact]:
    def fact(what: str, old: Any = "", new: Any = "") -> ClaimFact:
        return ClaimFact(f"claim.{what}", claim.id, claim.number, old or "", new or "")

    if claim.op != "changed":
        yield fact(claim.op)
    figures, only_statement, only_passages = _figures(claim)
    if claim.op != "withdrawn":
        for gone, come in figures:
            yield fact("figure", gone, come)
        if claim.reworded and not only_statement:
            yield fact("statement")
        done = {"edited": "passage", "added": "marked", "removed": "unmarked"}
        for op in dict.fromkeys(passage.op for passage in claim.passages):
            if claim.op == "changed" and not (op == "edited" and only_passages):
                yield fact(done.get(op, op))
        for difference in claim.differences:
            if difference.form in ("choice", "date"):
                yield fact(difference.name, difference.old, difference.new)
            elif difference.name != "citations":
                yield fact(difference.name)
        cited = {"added": "cited", "changed": "recited", "removed": "uncited"}
        for citation in claim.citations:
            row = citation.citation
            yield fact(cited[citation.op], row["source"], row["stance"])
    before = claim.verdict
    for check in claim.checks:
        yield fact("checked", before, check["verdict"])
        before = check["verdict"]
    if claim.went_stale and not any(check["verdict"] == "void" for check in claim.checks):
        yield fact("stale", claim.was, claim.now)
    elif claim.counts_again:
        yield fact("counts", claim.was, claim.now)


# A figure by itself: with letters or signs in it, it may be somebody's name or address.
_FIGURE = re.compile(r"(?<![\w\-‐‑])\d+(?:[.,:/’'\u00a0\u202f–-]\d+)*(?!\w|[\-‐‑]\w)")


def _figures(claim: ClaimChange) -> tuple[list[tuple[str, str]], bool, bool]:
    """Return figures that were replaced by others, and whether that is all that was reworded.

    The two answers are for its statement and for its passages.
    """
    found: dict[tuple[str, str], None] = {}

    def only_figures(changes: Sequence[Change]) -> bool:
        only = True
        for gone, come in _replacements(changes):
            old, new = _FIGURE.findall(gone), _FIGURE.findall(come)
            if len(old) == len(new):
                pairs = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
                found.update(dict.fromkeys(pairs))
            only = only and (gone.strip(), come.strip()) in found
        return only

    passages = [
        only_figures(passage.changes) for passage in claim.passages if passage.op == "edited"
    ]
    statement = only_figures(claim.statement)
    short = [pair for pair in found if max(map(len, pair)) <= _LONGEST_FIGURE]
    told = short[:_MOST_FIGURES]
    whole = len(told) == len(found) > 0
    return told, whole and statement, whole and all(passages)


def _replacements(changes: Sequence[Change]) -> Iterable[tuple[str, str]]:
    """Yield what went and what came in its place."""
    gone = ""
    for op, words_ in changes:
        if op == "-":
            gone = words_
            continue
        if op == "+":
            yield gone, words_
        elif gone:
            yield gone, ""
        gone = ""
    if gone:
        yield gone, ""


def in_words(facts: Iterable[Sequence[Any]]) -> list[str]:
    """Return a phrase for each countable fact in the language that is active.

    Unknown ones are left out, as are those about single claims.
    """
    return [phrase for fact in facts if (phrase := _phrase(Fact(*fact[:3])))]


def _phrase(fact: Fact) -> str:
    what, n, other = fact
    match what:
        case "begun":
            said = ngettext("Begun with %(n)d word", "Begun with %(n)d words", n)
        case "text":
            parts = [f"+{n}"] * bool(n) + [f"−{other}"] * bool(other)
            return ngettext(
                "Text changed: %(changed)s word", "Text changed: %(changed)s words", other or n
            ) % {"changed": " ".join(parts)}
        case "moved":
            said = ngettext("%(n)d paragraph moved", "%(n)d paragraphs moved", n)
        case "formatting":
            said = ngettext(
                "Formatting of %(n)d paragraph changed",
                "Formatting of %(n)d paragraphs changed",
                n,
            )
        case "claims_added":
            said = ngettext("%(n)d new claim", "%(n)d new claims", n)
        case "claims_restored":
            said = ngettext("%(n)d claim taken up again", "%(n)d claims taken up again", n)
        case "claims_changed":
            said = ngettext("%(n)d claim changed", "%(n)d claims changed", n)
        case "claims_withdrawn":
            said = ngettext("%(n)d claim withdrawn", "%(n)d claims withdrawn", n)
        case "passages":
            said = ngettext(
                "Passages of %(n)d claim changed", "Passages of %(n)d claims changed", n
            )
        case "lost":
            said = ngettext("%(n)d passage lost", "%(n)d passages lost", n)
        case "citations_added":
            said = ngettext("%(n)d citation added", "%(n)d citations added", n)
        case "citations_changed":
            said = ngettext("%(n)d citation changed", "%(n)d citations changed", n)
        case "citations_removed":
            said = ngettext("%(n)d citation removed", "%(n)d citations removed", n)
        case "stale":
            said = ngettext("%(n)d check went stale", "%(n)d checks went stale", n)
        case "more":
            said = ngettext(
                "and %(n)d more change to claims", "and %(n)d more changes to claims", n
            )
        case "checks":
            said = ngettext("%(n)d check", "%(n)d checks", n)
        case "readings":
            said = ngettext("%(n)d sentence read", "%(n)d sentences read", n)
        case "images_added":
            said = ngettext("%(n)d image added", "%(n)d images added", n)
        case "images_changed":
            said = ngettext("%(n)d image changed", "%(n)d images changed", n)
        case "images_removed":
            said = ngettext("%(n)d image removed", "%(n)d images removed", n)
        case _:
            return str(_SAID.get(what, ""))
    return said % {"n": n}


_SAID: dict[str, Promise] = {
    "signs": _("Punctuation or spacing changed"),
    "language": _("Language changed"),
    "section": _("Section changed"),
    "tags": _("Tags changed"),
    "embargo": _("Embargo changed"),
    "bylines": _("Bylines changed"),
    "images": _("Order of images changed"),
}
