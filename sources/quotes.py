"""Whether a quote stands in a text word for word, and if not, what comes nearest to it.

Pure: strings in, findings out; nothing here knows of captures, claims or pages of the desk.

What typesetting and extraction do to a text is no difference: white space, words divided at the
end of a line, the form of quotation marks and dashes, ligatures, invisible characters, Unicode
form. All else is one, and then the quote is not verified: it is *near*, or *absent*. Where it is
open what a text says, the answer is the stricter one:

- a quote begins and ends at whole words and whole numbers, signs included: "möglich" does not
  stand in "unmöglich", nor "5 Grad" in "−5 Grad" or "1,5 Grad";
- a negation beside the quoted words, in the same clause, must be quoted with them;
- an ellipsis in brackets may leave out words, but neither a negation nor much of the text, and what
  stands around it must be more than a word or two.

What runs along the top and bottom of pages interrupts no quote (``running_heads``).

Offsets count code points. Pages of a text are ended by form feeds; a text without any has no pages.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from . import running_heads


class Result(StrEnum):
    VERIFIED = "verified"
    NEAR = "near"
    ABSENT = "absent"


class Why(StrEnum):
    """What keeps a near copy from being verified, the gravest first."""

    NEGATION = "negation"
    FIGURE = "figure"
    OMISSION = "omission"
    CUT = "cut"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Passage:
    """Words as they stand in a text. ``page`` counts from 1 and is that of the first word."""

    start: int
    end: int
    words: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """The passage that was quoted, or comes nearest; none, if the quote is absent.

    ``fragments`` are the ranges between ellipses, one range if there are none.
    """

    result: Result
    passage: Passage | None = None
    fragments: tuple[tuple[int, int], ...] = ()
    why: tuple[Why, ...] = ()

    @property
    def verified(self) -> bool:
        return self.result == Result.VERIFIED


def check(quote: str, text: str) -> Finding:
    """Look for a quote in a text. For several quotes in one text make a ``Searched`` once."""
    return Searched(text).find(quote)


# ---- folding

_DASHES = "-‐‑‒–—―−﹘﹣－"
_EM = "—―"
_SOFT = "\u00ad¬"  # the soft hyphen, and what OCR makes of a hyphen at the end of a line
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c"
_SINGLE = "'‘’‚‛‹›`´ʼ′"
_DOUBLE = '"“”„‟«»″＂'
_LIGATURES = {
    "ﬀ": "ff",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
    "ﬅ": "ſt",
    "ﬆ": "st",
    "ĳ": "ij",
    "Ĳ": "IJ",
    "…": "...",
}
# Signs of quotation are one sign, except after a figure, where they are feet and inches or
# minutes and seconds.
_FOLDED = str.maketrans({**dict.fromkeys(_SINGLE + _DOUBLE, "'"), "\u017f": "s"})
_QUOTES = frozenset(_SINGLE + _DOUBLE)
_SPECIAL = re.compile(
    rf"(?P<gap>(?:[\s\u00ad{re.escape(_DASHES)}{_INVISIBLE}]|¬(?=[ \t]*\n))+)"
    rf"|(?P<ligature>[{''.join(_LIGATURES)}])|(?<=\d)(?P<double>[{_DOUBLE}])"
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
_DASH_IN_GAP = re.compile(
    rf"(?P<before>\s*)(?P<mark>[{re.escape(_DASHES + _SOFT)}]+)(?P<after>\s*)"
)
_LINE_END = re.compile(r"[\n\r\f\v\x85\u2028\u2029]")


@dataclass(frozen=True)
class _Skeleton:
    """A text without white space, dashes and invisible characters, each sign folded.

    ``starts`` and ``ends`` say where each sign stands in the text as it was given. What was left
    out between two signs is looked at where it matters (``_readings``).
    """

    given: str
    signs: str
    starts: Sequence[int]
    ends: Sequence[int]

    def gap(self, index: int) -> str:
        """Return what stands before a sign and after the one before; also at both ends."""
        start = self.ends[index - 1] if index else 0
        end = self.starts[index] if index < len(self.starts) else len(self.given)
        return self.given[start:end]

    def readings(self, index: int) -> frozenset[str]:
        """Return how the gap before a sign may be read."""
        left = self.signs[index - 1] if index else ""
        right = self.signs[index] if index < len(self.signs) else ""
        return _readings(left, self.gap(index), right)


def _skeleton(given: str) -> _Skeleton:
    text, places = _composed(given)
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        signs.append(text[start:end].translate(_FOLDED))
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    at = 0
    for match in _SPECIAL.finditer(text):
        keep(at, match.start())
        at = match.end()
        if match["ligature"]:
            spelled = _LIGATURES[match["ligature"]].translate(_FOLDED)
            signs.append(spelled)
            starts.extend([match.start()] * len(spelled))
            ends.extend([at] * len(spelled))
        elif match["double"]:
            signs.append('"')
            starts.append(match.start())
            ends.append(at)
    keep(at, len(text))
    if places is not None:
        starts = [places[place] for place in starts]
        ends = [places[place] for place in ends]
    return _Skeleton(given, "".join(signs), starts, ends)


def _composed(given: str) -> tuple[str, list[int] | None]:
    """Return a text in normal form C and, unless it was that, where its signs stood."""
    if unicodedata.is_normalized("NFC", given):
        return given, None
    composed: list[str] = []
    places: list[int] = []
    start = 0
    for at in range(1, len(given) + 1):
        # What may belong to the sign before it: marks, and the later parts of a Hangul syllable.
        if at < len(given) and (
            unicodedata.category(given[at])[0] == "M" or "\u1160" <= given[at] <= "\u11ff"
        ):
            continue
        cluster = unicodedata.normalize("NFC", given[start:at])
        composed.append(cluster)
        places += [start] * len(cluster)
        start = at
    return "".join(composed), [*places, len(given)]


def _readings(left: str, gap: str, right: str) -> frozenset[str]:
    """Return what may have stood between two signs before it was typeset: "", " ", "-", …

    At the end of a line a hyphen is open: it may divide a word, join two, or stand for the rest
    of a word that follows ("vor- und nachmittags").
    """
    gap = _INVISIBLES.sub("", gap)
    if not gap:
        return frozenset({""})
    # Some languages set quotation marks off from what they enclose, some do not.
    open_left, open_right = left != "'", right != "'"
    match = _DASH_IN_GAP.fullmatch(gap)
    if match is None:
        spaced = " ".join(gap.split())
        return frozenset({spaced if spaced else " " * (open_left and open_right)})
    before, mark, after = match.group("before", "mark", "after")
    between_figures = left.isdigit() and right.isdigit()
    if mark[0] in _SOFT:
        # A soft hyphen is no sign unless the line ends there; then it was set as a hyphen.
        hyphen = {"-"} if _LINE_END.search(after) and not right.islower() else set()
        return frozenset({" " if before else "", *hyphen})
    line_end = not before and bool(_LINE_END.search(after))
    if (before and after) or (
        (len(mark) > 1 or mark in _EM) and not before and (line_end or not after)
    ):
        # Set with spaces in one language, and without in another.
        return frozenset({"-" if between_figures else f"{' ' * open_left}-{' ' * open_right}"})
    if line_end:
        divided = {""} if left.isalpha() and right.islower() else set()
        return frozenset({"-", f"-{' ' * open_right}", *divided})
    return frozenset({f"{' ' * bool(before and open_left)}-{' ' * bool(after and open_right)}"})


# ---- looking for a quote

_OMISSION = re.compile(r"\s*[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[\])]\s*")
# So many code points may be left out at an ellipsis, and so much must stand beside it: else words
# could be put together at will.
_LONGEST_OMISSION = 1000
_LEAST_LETTERS = 12
_LEAST_WORDS = 3
# What may stand within a word that is divided ("kei-⏎nen").
_DIVISION = re.compile(rf"[\u00ad{_INVISIBLE}]\s*|[-‐¬][ \t]*\n\s*")
# So far a clause is followed on each side of the quoted words.
_BESIDE = 400

# A word or number, also one that is divided at the end of a line.
_WORD = re.compile(r"[^\W_]+(?:(?:['’.,]|[-‐‑\u00ad](?:[ \t]*\n\s*)?)[^\W_]+)*")
_CLAUSE_END = re.compile(
    r"""[.,;:!?…](?=[\s"'“”„‘’‚«»‹›)\]]|$) | \s[–—-]\s | — | \n\s*\n | \f""",
    re.VERBOSE,
)
_SENTENCE_END = re.compile(r"""[.!?…]["'“”„‘’«»‹›)\]]*(?=\s|$)|\n\s*\n|\f""")
_NEGATION = re.compile(
    r"""\b(?:
        nicht|nichts|nie|niemals|niemand(?:e[mns])?|nirgend\w*|kein(?:e[mnrs]?|erlei|esfalls|eswegs)?
      | ohne|weder|nein|mitnichten|kaum|gegenteil\w*
      | not|no|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|barely
      | \w+n['’]t
      | ne|pas|jamais|rien|aucune?|sans|non
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_WITHIN_NUMBER = frozenset(".,:/'")
_BEFORE_NUMBER = frozenset("<>≤≥±~≈+")
_AFTER_NUMBER = frozenset("%‰°")
# Words that occur often are not looked at for ever.
_MOST_PLACES = 1000


class _Match(NamedTuple):
    """Signs [start, end) of a text's skeleton that are those of a quote, and what is wrong."""

    start: int
    end: int
    why: tuple[Why, ...]


@dataclass
class Searched:
    """A text in which quotes are looked for; what that needs is worked out once."""

    text: str

    @cached_property
    def _skeleton(self) -> _Skeleton:
        return _skeleton(self.text)

    def page(self, offset: int) -> int | None:
        """Return the page that an offset is on, from 1; of a text without pages, nothing."""
        if "\f" not in self.text:
            return None
        return self.text.count("\f", 0, offset) + 1

    def find(self, quote: str) -> Finding:
        """Return where the quote stands, or what comes nearest."""
        if not any(sign.isalnum() for sign in quote):
            return Finding(Result.ABSENT)
        if self._joined is not None:
            found = self._joined._looked_for(quote)
            # A negation on the page before, too, belongs to the words that follow it.
            if found.passage and (found.verified or Why.NEGATION in found.why):
                return replace(found, passage=self._passage(found.passage.start, found.passage.end))
        return self._looked_for(quote)

    @cached_property
    def _joined(self) -> "Searched | None":
        """The text without what interrupts its sentences between pages, if anything does."""
        text = running_heads.joined(self.text) if "\f" in self.text else self.text
        return Searched(text) if text != self.text else None

    def _looked_for(self, quote: str) -> Finding:
        near: Finding | None = None
        for variant in _variants(quote):
            found = self._find(variant)
            if found is not None and found.verified:
                return found
            near = near or found
        return near or self._nearest(quote)

    def _find(self, fragments: Sequence[_Skeleton]) -> Finding | None:
        """Return the first place where the fragments are beyond doubt, or the first at all."""
        first: Finding | None = None
        for matches in islice(self._in_order(fragments), _MOST_PLACES):
            found = self._finding(matches, fragments)
            if found.verified:
                return found
            first = first or found
        return first

    def _finding(self, matches: Sequence[_Match], fragments: Sequence[_Skeleton]) -> Finding:
        starts, ends = self._skeleton.starts, self._skeleton.ends
        ranges = tuple(
            (starts[match.start] - len(_leading_dash(fragment)), ends[match.end - 1])
            for match, fragment in zip(matches, fragments, strict=True)
        )
        why = {reason for match in matches for reason in match.why} | self._left_out(ranges)
        if len(fragments) > 1 and any(_too_little(fragment.given) for fragment in fragments):
            why.add(Why.OMISSION)
        return Finding(
            Result.NEAR if why else Result.VERIFIED,
            self._passage(ranges[0][0], ranges[-1][1]),
            ranges,
            _in_gravity(why),
        )

    def _passage(self, start: int, end: int) -> Passage:
        return Passage(start, end, self.text[start:end], self.page(start))

    def _matches(
        self, quoted: _Skeleton, start: int = 0, end: int | None = None
    ) -> Iterator[_Match]:
        """Yield where the signs of a quote stand, and what differs between them."""
        at = self._skeleton.signs.find(quoted.signs, start, end)
        while at >= 0:
            yield _Match(at, at + len(quoted.signs), tuple(self._differences(quoted, at)))
            at = self._skeleton.signs.find(quoted.signs, at + 1, end)

    def _differences(self, quoted: _Skeleton, at: int) -> Iterator[Why]:
        skeleton, length = self._skeleton, len(quoted.signs)
        for index in range(1, length):
            if quoted.readings(index).isdisjoint(skeleton.readings(at + index)):
                beside = quoted.signs[index - 1 : index + 1]
                yield Why.FIGURE if any(sign.isdigit() for sign in beside) else Why.WORDING
        if not self._begins(quoted, at) or not self._ends(quoted, at + length):
            yield Why.CUT

    def _begins(self, quoted: _Skeleton, at: int) -> bool:
        """Whether no word and no number is cut off at its start, nor a sign before it."""
        before = self._skeleton.signs[at - 1] if at else ""
        first = self._skeleton.signs[at]
        readings = _readings(before, self._skeleton.gap(at), first)
        if quoted.gap(0).strip(_INVISIBLE).strip():
            # The quote begins with a dash: there must be one, on the same side.
            own = {reading.lstrip() for reading in _readings("", quoted.gap(0), first)}
            return not own.isdisjoint({reading.lstrip() for reading in readings})
        if first.isalnum() and any(reading.endswith("-") for reading in readings):
            return False
        if not first.isalnum() or not before:
            return True
        if before.isalnum():
            return bool(readings & {" ", " - "}) and not _grouped(before, readings, first)
        if not first.isdigit() or readings != {""}:
            return True
        # "5" is not what "1,5" says, nor what "<5" says.
        earlier = self._skeleton.signs[at - 2] if at > 1 else ""
        return before not in _BEFORE_NUMBER and not (
            before in _WITHIN_NUMBER and earlier.isdigit() and not self._skeleton.gap(at - 1)
        )

    def _ends(self, quoted: _Skeleton, at: int) -> bool:
        """Whether no word and no number is cut off at its end."""
        signs = self._skeleton.signs
        last, after = signs[at - 1], signs[at] if at < len(signs) else ""
        readings = _readings(last, self._skeleton.gap(at), after)
        if quoted.gap(len(quoted.signs)).strip(_INVISIBLE).strip():
            own = {r.rstrip() for r in _readings(last, quoted.gap(len(quoted.signs)), "")}
            return not own.isdisjoint({reading.rstrip() for reading in readings})
        if last.isalnum() and any(reading.startswith("-") for reading in readings):
            return False
        if not last.isalnum() or not after:
            return True
        if after.isalnum():
            return bool(readings & {" ", " - "}) and not _grouped(last, readings, after)
        if not last.isdigit() or readings != {""}:
            return True
        later = signs[at + 1] if at + 1 < len(signs) else ""
        return after not in _AFTER_NUMBER and not (
            after in _WITHIN_NUMBER and later.isdigit() and not self._skeleton.gap(at + 1)
        )

    def _in_order(self, fragments: Sequence[_Skeleton]) -> Iterator[list[_Match]]:
        """Yield where fragments stand one after another, each as near to the last as may be."""
        for first in self._matches(fragments[0]):
            row = [first]
            for fragment in fragments[1:]:
                last = row[-1].end
                end = last + _LONGEST_OMISSION + len(fragment.signs)
                later = list(self._matches(fragment, last, end))
                if not later:
                    break
                row.append(min(later, key=lambda match: (len(match.why), match.start)))
            else:
                yield row

    def _left_out(self, ranges: Sequence[tuple[int, int]]) -> set[Why]:
        """Return what is wrong with the words beside the quoted ones, and between them."""
        text, start, end = self.text, ranges[0][0], ranges[-1][1]
        # A full stop that is quoted ends the clause.
        before, after = text[max(0, start - _BESIDE) : start], text[end - 1 : end + _BESIDE]
        beside = [_CLAUSE_END.split(before)[-1], _CLAUSE_END.split(after)[0]]
        why: set[Why] = set()
        for (_, one), (other, _) in pairwise(ranges):
            if other - one > _LONGEST_OMISSION:
                why.add(Why.OMISSION)
            # Whole sentences may go; of those that are quoted in part, no negation.
            sentences = _SENTENCE_END.split(text[one - 1 : other])
            beside += {sentences[0], sentences[-1]}
        whole = (unicodedata.normalize("NFC", _DIVISION.sub("", words)) for words in beside)
        if any(_NEGATION.search(words) for words in whole):
            why.add(Why.NEGATION)
        return why

    # ---- what comes nearest

    @cached_property
    def _words(self) -> list[re.Match[str]]:
        return list(_WORD.finditer(self.text))

    @cached_property
    def _folded_words(self) -> list[str]:
        return [_word(match[0]) for match in self._words]

    def _nearest(self, quote: str) -> Finding:
        quote = _OMISSION.sub(" ", quote)
        quoted = [_word(word) for word in _WORD.findall(quote)]
        window = self._window(quoted)
        if window is None:
            return Finding(Result.ABSENT)
        first, last = window
        start, end = self._words[first].start(), self._words[last - 1].end()
        return Finding(
            Result.NEAR,
            self._passage(start, end),
            ((start, end),),
            _why(quoted, self._folded_words[first:last]),
        )

    def _window(self, quoted: list[str]) -> tuple[int, int] | None:
        """Return the run of words that is most like the quoted ones, if one is like them at all."""
        words = self._folded_words
        wanted = set(quoted)
        hits = [index for index, word in enumerate(words) if word in wanted]
        if not hits:
            return None
        size = len(quoted) + max(2, len(quoted) // 4)
        # The runs of this size in which most of the quoted words stand.
        ranked: list[tuple[int, int]] = []
        low = 0
        for high, index in enumerate(hits):
            while index - hits[low] >= size:
                low += 1
            ranked.append((len({words[hit] for hit in hits[low : high + 1]}), hits[low]))
        ranked.sort(key=lambda row: (-row[0], row[1]))
        best: tuple[float, int, int] | None = None
        for _count, index in ranked[:8]:
            low = max(0, index - len(quoted) // 2 - 2)
            found = _trimmed(quoted, words[low : index + size + 2])
            if found is None:
                continue
            score, first, last = found
            if best is None or score > best[0]:
                best = score, low + first, low + last
        if best is None or best[0] < _NEAR:
            return None
        return best[1], best[2]


# From this share of common words on, a passage is shown as what may have been meant.
_NEAR = 0.5


def _variants(quote: str) -> Iterator[list[_Skeleton]]:
    """Yield the fragments of a quote: as it stands, without marks around it, cut at ellipses."""
    plain = quote.strip()
    whole = [plain]
    if len(plain) > 2 and plain[0] in _QUOTES and plain[-1] in _QUOTES:
        whole.append(plain[1:-1].strip())
    for words in whole:
        yield [_skeleton(words)]
    for words in whole:
        fragments = [fragment.strip() for fragment in _OMISSION.split(words)]
        fragments = [part for part in fragments if any(sign.isalnum() for sign in part)]
        if fragments and fragments != [words]:
            yield [_skeleton(fragment) for fragment in fragments]


def _leading_dash(fragment: _Skeleton) -> str:
    """Return the dash that a fragment begins with: a minus belongs to what is quoted."""
    return gap if (gap := fragment.gap(0).strip(_INVISIBLE + " \n\t")) in set(_DASHES) else ""


def _too_little(fragment: str) -> bool:
    letters = sum(sign.isalnum() for sign in fragment)
    return letters < _LEAST_LETTERS and len(fragment.split()) < _LEAST_WORDS


def _grouped(left: str, readings: frozenset[str], right: str) -> bool:
    """Whether a space stands within a number: "10 000"."""
    return " " in readings and left.isdigit() and right.isdigit()


def _word(word: str) -> str:
    return _skeleton(word).signs.casefold()


def _trimmed(quoted: list[str], words: list[str]) -> tuple[float, int, int] | None:
    """Return how alike they are, and the first and last word that they have in common."""
    common = [
        (block.src_start, block.src_end, block.dest_start, block.dest_end)
        for block in Indel.opcodes(quoted, words)
        if block.tag == "equal"
    ]
    if not common:
        return None
    # Words that the quote has before its first common one stand, in some form, before that.
    first = max(0, common[0][2] - common[0][0])
    last = min(len(words), common[-1][3] + len(quoted) - common[-1][1])
    return Indel.normalized_similarity(quoted, words[first:last]), first, last


def _why(quoted: list[str], found: list[str]) -> tuple[Why, ...]:
    """Return what kind of words differ."""
    why = {Why.WORDING}
    for block in Indel.opcodes(quoted, found):
        if block.tag == "equal":
            continue
        changed = [
            *quoted[block.src_start : block.src_end],
            *found[block.dest_start : block.dest_end],
        ]
        if any(_NEGATION.fullmatch(word) for word in changed):
            why.add(Why.NEGATION)
        if any(sign.isdigit() for word in changed for sign in word):
            why.add(Why.FIGURE)
    return _in_gravity(why)


def _in_gravity(why: Collection[Why]) -> tuple[Why, ...]:
    return tuple(reason for reason in Why if reason in why)
