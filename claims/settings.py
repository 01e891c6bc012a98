"""What a passage depends on around it: its sentence, the one before, the heading above.

"He" is whoever the sentence before names, "5,000" whatever the line above counts,
and "it is not true that" turns around what follows. So the words around a
passage are compared too, for what the passage leaves open.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .sentences import split
from .wordings import Difference, Verdict, compare
from .words import Profile, Word, words

_REACH = 2000  # code points in which all this is looked for
_HEADING = 14  # words at most of a line that may be a heading
_LINES = 12  # of a list, between what introduces it and a passage
_PAUSE = re.compile(r"[,;:()\[\]–—]")
_END = re.compile(r"[.!?…:,;。！？][\"'“”‘’»«›‹)\]]*\s*$")
_FULL = re.compile(r"[.!?…。！？][\"'“”‘’»«›‹)\]]*\s*$")
_DATED = re.compile(r"1\d{3}|20\d{2}|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2}:\d{2}")
# What turns a statement into another one from anywhere in its sentence.
_GOVERNING = frozenset(("negation", "modality", "condition", "attribution"))
_STATED = _GOVERNING | {"figure", "date", "unit", "name", "scope", "hedge", "sign"}
_OPENING = 3  # first words, among which a pronoun points back


@dataclass(frozen=True, slots=True)
class Setting:
    """A passage's words, and those around it that it may depend on."""

    words: str
    left: str = ""  # of its sentence, before it
    right: str = ""  # of its sentence, after it
    before: str = ""  # the sentence before
    intro: str = ""  # the line with a colon over a list
    heading: str = ""


def setting(text: str, start: int, end: int, headings: Sequence[tuple[int, int]] = ()) -> Setting:
    """Return the setting of [start, end) in a text.

    ``headings`` are where headings stand; without any, short lines that end
    with no stop are taken for some.
    """
    offset = max(0, start - _REACH)
    near = text[offset : end + _REACH]
    first = last = -1
    spans = split(near)
    for index, span in enumerate(spans):
        if span[1] > start - offset and first < 0:
            first = index
        if span[0] < end - offset:
            last = index
    if first < 0 or last < first:
        return Setting(text[start:end])
    before = spans[first - 1] if first else (0, 0)
    return Setting(
        words=text[start:end],
        left=near[spans[first][0] : start - offset],
        right=near[end - offset : spans[last][1]],
        before=near[slice(*before)],
        intro=_intro(near, start - offset, end - offset),
        heading=_heading(text, start, headings) if headings else _guessed(near, start - offset),
    )


def _lines_above(text: str, at: int) -> list[str]:
    return [line.strip() for line in text[: text.rfind("\n", 0, at) + 1].split("\n")][::-1]


def _intro(text: str, start: int, end: int) -> str:
    """Return the last sentence with a colon above a list, whose items are no full sentences."""
    item = text[end : text.find("\n", end) if "\n" in text[end:] else None]
    full = _FULL.search(text[start:end] + item)
    for line in [line for line in _lines_above(text, start) if line][: 1 if full else _LINES]:
        if line.endswith(":"):
            return line[split(line)[-1][0] :]
        if _FULL.search(line):
            break
    return ""


def _guessed(text: str, at: int) -> str:
    for line in _lines_above(text, at):
        if line and len(line.split()) <= _HEADING and not _END.search(line):
            return line
    return ""


def _heading(text: str, at: int, headings: Sequence[tuple[int, int]]) -> str:
    above = [span for span in headings if span[1] <= at]
    return text[slice(*above[-1])] if above else ""


def compare_settings(old: Setting, new: Setting, known: Profile) -> Verdict:
    """Return whether a passage states something else, in its words or by those around them."""
    found = list(compare(old.words, new.words, known).differences)
    own = words(new.words, known)
    found += _of_sentence(old, new, known)
    if not old.left.strip():
        pronouns = _pronouns(words(old.words, known)[: _OPENING + 1], known)
        if pronouns:
            found += _of_antecedent(old.before, new.before, pronouns, known)
    has = {_kind(word, known) for word in own}
    bare = any(word.code == "figure" and not _DATED.fullmatch(word.raw) for word in own)
    if bare and not has & {"unit", "sign", "date"}:
        for name in ("before", "intro", "heading"):
            near = _kept(getattr(old, name), getattr(new, name), {"unit", "figure"}, name, known)
            found += [one for one in near if one.code == "unit" or not _has_digits(one)]
    if not old.left.strip() and any(_announces(one.before, known) for one in (old, new)):
        found += _kept(old.before, new.before, _GOVERNING, "before", known)
    open_kinds = {"date", "figure", "name"} - has
    found += _kept(old.intro, new.intro, open_kinds | _GOVERNING, "intro", known)
    found += _kept(old.heading, new.heading, open_kinds | {"negation"}, "heading", known)
    return Verdict(tuple(dict.fromkeys(found)))


def _has_digits(difference: Difference) -> bool:
    """Whether a figure itself changed, not "million" behind it."""
    return any(sign.isdigit() for sign in difference.old + difference.new)


def _announces(sentence: str, known: Profile) -> bool:
    """Whether a sentence is about the one that follows."""
    return sentence.rstrip().endswith(":") or any(
        word.key.startswith(known.lexicon.announcing) for word in words(sentence, known)
    )


def _kind(word: Word, known: Profile) -> str:
    if word.code:
        return word.code
    return "name" if known.is_name(word) or (known.nouns_capital and word.capital) else ""


def _kept(
    old: str, new: str, codes: "set[str] | frozenset[str]", around: str, known: Profile
) -> list[Difference]:
    if old == new or not _kin(old, new):
        # Another line altogether: the passage did without this one, or was moved.
        return []
    return [
        replace(difference, around=around)
        for difference in compare(old, new, known).differences
        if difference.code in codes
    ]


def _kin(old: str, new: str) -> bool:
    one, other = (set(map(str.casefold, re.findall(r"\w+", text))) for text in (old, new))
    return 3 * len(one & other) >= min(len(one), len(other)) > 0


def _of_sentence(old: Setting, new: Setting, known: Profile) -> list[Difference]:
    found = []
    for side in ("left", "right"):
        one, other = (_governing(getattr(here, side), side, known) for here in (old, new))
        if one == other:
            continue
        near = -1 if side == "left" else 0
        found += _kept_in(one[near], other[near], _STATED, known)
        found += _kept_in(" ".join(one), " ".join(other), _GOVERNING, known)
    return found


def _governing(rest: str, side: str, known: Profile) -> list[str]:
    """Return the parts of a sentence's rest, without those that an "and" only puts beside it."""
    parts = _PAUSE.split(rest)

    def beside(part: str) -> bool:
        first = part.split()[:1]
        return bool(first) and first[0].casefold() in known.lexicon.neutral

    if side == "right":
        for index, part in enumerate(parts[1:], 1):
            if beside(part):
                return parts[:index]
        return parts
    return parts[-1:] if beside(parts[-1]) else parts


def _kept_in(one: str, other: str, codes: frozenset[str], known: Profile) -> list[Difference]:
    return [
        replace(difference, around="sentence")
        for difference in compare(one, other, known).differences
        if difference.code in codes
    ]


def _pronouns(opening: list[Word], known: Profile) -> set[str]:
    """Return the first words that point back; not those that point at a noun beside them."""
    found = set()
    for word, following in pairwise([*opening, None]):
        if word is None or word.key not in known.lexicon.anaphors | known.lexicon.saying:
            continue
        if word.key in known.lexicon.vague and not word.opens:
            continue
        if word.key in known.lexicon.articles and not (following and following.raw.islower()):
            continue
        if known.nouns_capital and following and following.capital and not following.code:
            continue
        # "Sie" and "Ihr" may address the reader.
        if word.key in known.lexicon.address and word.capital and word.key in known.capital:
            continue
        found.add(word.key)
    return found


def _of_antecedent(old: str, new: str, pronouns: set[str], known: Profile) -> list[Difference]:
    """Compare what a pronoun may stand for: names, and how the sentence before begins."""
    if old == new:
        return []
    # "It" and "this" often stand for nothing, or for all that was said.
    telling = bool(pronouns - known.lexicon.vague)
    if not old or not new:
        return [Difference("wording", old, new, "before")] if telling else []
    found = compare(old, new, known).differences
    # "That" is all that was said.
    codes = _STATED if pronouns & known.lexicon.saying else {"name"}
    names = [difference for difference in found if difference.code in codes]
    opening = [
        difference
        for difference in found
        if telling
        and difference.code == "wording"
        and difference.old
        and difference.old.split()[0] in old.split()[:_OPENING]
    ]
    return [replace(difference, around="before") for difference in (*names, *opening)]
