"""Whether other words state something else.

Pure. Two wordings of one passage are compared, with the words around them that
they depend on. What was found tells the level:

- ``stated``: a reason can be named: another figure, date, unit, name; a
  negation, a "may", an "about", an "only", an "if", an "according to";
- ``wording``: other words, and whether they mean the same is for a person to say;
- none: spelling, typography, the form of numbers, the order of parts.

In doubt the stricter, since a check that was kept silently misleads a reader.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz.distance import OSA

from history.diff import Run, align

from .lexicon import Lexicon, language_of, lexicon
from .sentences import split
from .tokens import fold, pattern


class Level(StrEnum):
    STATED = "stated"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: a code, and the words that were there and are there now ("" for none).

    ``code`` is a class of the lexicon ("figure", "negation" …), "name", "sign",
    "question", "order", or "wording"; ``around`` tells that the words stand not in
    the passage but around it: "sentence", "before", "heading".
    """

    code: str
    old: str
    new: str
    around: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found."""

    differences: tuple[Difference, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.differences)

    @property
    def level(self) -> Level | None:
        if not self.differences:
            return None
        stated = any(difference.code != "wording" for difference in self.differences)
        return Level.STATED if stated else Level.WORDING


@dataclass(frozen=True, slots=True)
class Word:
    """A word or telling sign of a wording."""

    raw: str
    key: str  # folded; numbers by value, equal words alike
    code: str  # its class in the lexicon, "figure", "sign", "" for others
    capital: bool
    opens: bool  # first of a sentence
    clause: int  # counts the punctuation before it
    glued: bool = False  # no space before it


_SIGN = re.compile(r"[%‰€$£¥§°<>≤≥±≈~×+=?]|(?<![\w)])[-−–](?=\d)|(?<=\d)\s?[-–—]\s?(?=\d)")
_LINK = re.compile(r"(?<=\])\s?\(\s*(?:https?://|/|#)[^\s)]*\s*\)")
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?")
_QUOTED_LINE = re.compile(r"^\s*(?:>\s?)+", re.MULTILINE)
_PAUSE = re.compile(r"[,;:.!?…()\[\]–—\n]")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_DATE_DMY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_DATE_YMD = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MONTHS = {
    code: tuple(map(fold, names.split()))
    for code, names in {
        "de": """januar februar märz april mai juni juli august september oktober november
            dezember""",
        "en": """january february march april may june july august september october november
            december""",
    }.items()
}
# Codes of words that may not change places with each other.
_FIXED = frozenset(("figure", "date", "unit", "negation", "modality", "condition", "attribution"))
_GLUE = frozenset(("-", "‐", "‑", "–", "/", "'", "’"))
_LONG = 3  # words that make a part of a sentence, which may change its place


@dataclass(frozen=True, slots=True)
class Profile:
    """What two texts show of how words are written in them."""

    language: str
    nouns_capital: bool  # as in German: capitals do not tell names
    capital: frozenset[str]  # folded words that stand with a capital inside of sentences
    small: frozenset[str]
    counts: dict[str, int]

    @property
    def lexicon(self) -> Lexicon:
        return lexicon(self.language)

    def is_name(self, word: Word) -> bool:
        raw, key = word.raw, word.key
        if not raw[0].isalpha() or word.code:
            return False
        if any(letter.isupper() for letter in raw[1:]):
            return True
        if not word.capital or self.nouns_capital:
            return False
        if word.opens:
            return key in self.capital and key not in self.small
        return key not in self.small and key not in self.lexicon.neutral


def profile(*texts: str, language: str = "") -> "Profile":
    """Return how words are written in some texts; their language is found out if not given."""
    capital: set[str] = set()
    small: set[str] = set()
    counts: Counter[str] = Counter()
    capitals = inside = 0
    for text in texts:
        matcher = pattern(text)
        for start, end in split(text):
            first = True
            for match in matcher.finditer(text, start, end):
                raw = match[0]
                word = fold(raw)
                counts[word] += 1
                if raw[0].isupper():
                    if not first:
                        capital.add(word)
                        capitals += 1
                elif raw[0].islower():
                    small.add(word)
                inside += not first
                first = False
    code = language.partition("-")[0] or language_of(list(counts.elements()))
    return Profile(
        code,
        code == "de" or (inside > 200 and capitals > 0.22 * inside),
        frozenset(capital),
        frozenset(small),
        dict(counts),
    )


def compare(old: str, new: str, known: Profile) -> Verdict:
    """Return whether a passage's new words state something else than its old ones."""
    if old == new:
        return Verdict()
    return Verdict(tuple(_Comparison(words(old, known), words(new, known), known).differences()))


def words(text: str, known: Profile) -> list[Word]:
    """Return the words of a passage, with what is typography alone taken away."""
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    text = _LINK.sub("", text)
    text = _QUOTED_LINE.sub("", text)
    for short, long in known.lexicon.abbreviations:
        text = short.sub(long, text)
    text = _ORDINAL.sub("", text)
    text = _plain_dates(text, known.language)
    found: list[tuple[int, int, str]] = [
        (match.start(), match.end(), "") for match in pattern(text).finditer(text)
    ]
    taken = [False] * (len(text) + 1)
    for start, end, _ in found:
        taken[start:end] = [True] * (end - start)
    found += [
        (match.start(), match.end(), "sign")
        for match in _SIGN.finditer(text)
        if not taken[match.start()] or not match[0].strip()
    ]
    found.sort()
    starts = {start for start, _ in split(text)}
    result: list[Word] = []
    clause, at, opens = 0, 0, True
    for start, end, code in found:
        between = text[at:start]
        pauses = len(_PAUSE.findall(between))
        clause += pauses
        opens = opens or any(at <= begin <= start for begin in starts)
        at = end
        raw = text[start:end]
        if code == "sign":
            result.append(_sign(raw.strip(), known, clause))
            continue
        word = _word(raw, known, opens, clause, glued=bool(result) and between in _GLUE)
        if between.endswith(("@", "#")) and not word.code:
            word = replace(word, code="name")
        result.append(word)
        opens = False
    return _with_numbers(result, known)


def _with_numbers(words: list[Word], known: Profile) -> list[Word]:
    """Count "over" and "unter" among what limits a statement where a figure follows."""
    about = known.lexicon.about
    for at, word in enumerate(words):
        if word.key in about and any(near.code == "figure" for near in words[at + 1 : at + 3]):
            words[at] = replace(word, code="hedge")
    return words


def _sign(raw: str, known: Profile, clause: int) -> Word:
    key = known.lexicon.equal.get(raw, raw)
    if raw in "-−–—":
        key = "-"
    code = known.lexicon.classes.get(key, "question" if raw == "?" else "sign")
    return Word(raw, key, code, capital=False, opens=False, clause=clause)


def _word(raw: str, known: Profile, opens: bool, clause: int, glued: bool) -> Word:
    key = fold(raw)
    lexicon = known.lexicon
    if "@" in key or "/" in key or key.startswith("www."):
        key = _SCHEME.sub("", key).rstrip("/")
        if key[:1].isalpha():
            return Word(raw, key, "address", capital=False, opens=opens, clause=clause)
    if key[:1].isdigit():
        if decimal := _DECIMAL.fullmatch(key):
            key = f"{decimal[1]}.{decimal[2]}"
        key = key.replace(":", ".")
        return Word(raw, key, "figure", capital=False, opens=opens, clause=clause, glued=glued)
    code = lexicon.classes.get(key, "")
    if (code == "unit" and glued) or (opens and key in lexicon.openers):
        # "64-bit" measures nothing; "First, we asked" counts nothing.
        code = ""
    key = lexicon.equal.get(key, key)
    if key[:1].isdigit():
        code = "figure"
    return Word(raw, key, code, raw[0].isupper(), opens, clause, glued)


def _plain_dates(text: str, language: str) -> str:
    """Write dates with the names of months, as "5 March 2024"."""
    months = _MONTHS.get(language)
    if not months:
        return text

    def written(day: str, month: str, year: str, whole: str) -> str:
        if not 1 <= int(month) <= 12:
            return whole
        return f"{int(day)} {months[int(month) - 1]} {year}"

    text = _DATE_DMY.sub(lambda m: written(m[1], m[2], m[3], m[0]), text)
    return _DATE_YMD.sub(lambda m: written(m[3], m[2], m[1], m[0]), text)


class _Comparison:
    """Two lists of words, and what of them is left when all that may differ is taken away."""

    def __init__(self, old: list[Word], new: list[Word], known: Profile) -> None:
        self.old, self.new, self.known = old, new, known
        self.lexicon = known.lexicon
        numbers: dict[str, int] = {}
        self.runs = align(
            [numbers.setdefault(word.key, len(numbers)) for word in old],
            [numbers.setdefault(word.key, len(numbers)) for word in new],
        )

    def differences(self) -> Iterator[Difference]:
        hunks = [(old, new) for old, new in self._hunks() if old or new]
        moved = list(self._cancel_moved(hunks))
        whole = [(list(old), list(new)) for old, new in hunks]
        for hunk in hunks:
            self._cancel_equivalents(*hunk)
        found = [
            self._name(rest, shown) for rest, shown in zip(hunks, whole, strict=True) if any(rest)
        ]
        yield from found
        if moved and not found:
            yield from moved

    def _hunks(self) -> Iterator[tuple[list[Word], list[Word]]]:
        old_at = new_at = 0
        for run in [*self.runs, Run(len(self.old), len(self.new), 0)]:
            yield self.old[old_at : run.old], self.new[new_at : run.new]
            old_at, new_at = run.old + run.length, run.new + run.length

    # What moved

    def _cancel_moved(self, hunks: list[tuple[list[Word], list[Word]]]) -> Iterator[Difference]:
        """Take away what only changed its place; yield what may not do so."""
        gone = Counter(word.key for old, _ in hunks for word in old)
        come = Counter(word.key for _, new in hunks for word in new)
        both = gone & come
        if not both:
            return
        left: list[list[Word]] = [[], []]
        for side in (0, 1):
            rest = Counter(both)
            for hunk in hunks:
                kept = []
                for word in hunk[side]:
                    if rest[word.key] > 0:
                        rest[word.key] -= 1
                        left[side].append(word)
                    else:
                        kept.append(word)
                hunk[side][:] = kept
        telling = [word for word in left[0] if not self._small(word)]
        if not telling:
            return
        if not self._kept_order():
            yield Difference("order", _joined(left[0]), _joined(left[1]))
        elif not self._may_move(left[0], left[1]):
            yield Difference("wording", _joined(left[0]), _joined(left[1]))

    def _kept_order(self) -> bool:
        """Whether names, figures and what governs a sentence follow each other as they did."""
        fixed_old = [w.key for w in self.old if w.code in _FIXED or self.known.is_name(w)]
        fixed_new = [w.key for w in self.new if w.code in _FIXED or self.known.is_name(w)]
        kept = Counter(fixed_old) & Counter(fixed_new)
        order_old = [key for key in fixed_old if key in kept]
        order_new = [key for key in fixed_new if key in kept]
        return order_old == order_new

    def _may_move(self, gone: list[Word], come: list[Word]) -> bool:
        """Whether words may have changed their places without saying something else."""
        # A part between pauses, or single words on two sides of one.
        if len(gone) >= _LONG and [w.key for w in gone] == [w.key for w in come]:
            return gone[0].clause != self._clause_before(self.old, gone[0]) or (
                come[0].clause != self._clause_before(self.new, come[0])
            )
        return all(
            abs(self.old.index(one) - self.new.index(other)) <= _LONG and one.clause != other.clause
            for one in gone
            for other in come
            if one.key == other.key and not self._small(one)
        )

    @staticmethod
    def _clause_before(side: list[Word], word: Word) -> int:
        at = side.index(word)
        return side[at - 1].clause if at else -1

    # What may differ

    def _small(self, word: Word) -> bool:
        return word.key in self.lexicon.neutral and not word.code

    def _cancel_equivalents(self, old: list[Word], new: list[Word]) -> None:
        lexicon = self.lexicon
        # Joined or taken apart: "threatlevel", "threat level".
        self._cancel_compounds(old, new)
        # Inflected or spelt otherwise, in the order of the words.
        for one in list(old):
            for other in new:
                if self._same(one, other):
                    old.remove(one)
                    new.remove(other)
                    break
        # A sentence that was joined to the one before lost its pronoun, or the other way round.
        for side, joint in ((old, new), (new, old)):
            if (
                len(side) == 1
                and side[0].opens
                and side[0].key in lexicon.anaphors
                and all(self._small(word) for word in joint)
            ):
                side.clear()
        # An address that was written out shorter.
        for side, label in ((old, new), (new, old)):
            if len(side) == 1 and side[0].code == "address" and label:
                address = fold(side[0].raw)
                if all(word.code != "address" and word.key in address for word in label):
                    old.clear()
                    new.clear()
        # A form of address for another.
        if old and new and all(w.key in lexicon.address for w in (*old, *new)):
            old.clear()
            new.clear()
        # What joins sentences and adds nothing, and the definite article.
        for side in (old, new):
            side[:] = [word for word in side if not self._small(word)]
        # Said once instead of twice.
        if not (old and new):
            also_old = {word.key for word in self.old}
            also_new = {word.key for word in self.new}
            old[:] = [w for w in old if w.key not in also_new or not self._repeats(w)]
            new[:] = [w for w in new if w.key not in also_old or not self._repeats(w)]

    def _repeats(self, word: Word) -> bool:
        return not word.code and (len(word.key) > 3 or self.known.is_name(word))

    def _cancel_compounds(self, old: list[Word], new: list[Word]) -> None:
        for one, other in ((old, new), (new, old)):
            for whole in list(one):
                for size in (2, 3):
                    for at in range(len(other) - size + 1):
                        parts = other[at : at + size]
                        if "".join(p.key for p in parts) == whole.key and len(whole.key) > 3:
                            one.remove(whole)
                            del other[at : at + size]
                            break
                    else:
                        continue
                    break

    def _same(self, one: Word, other: Word) -> bool:
        """Whether two words are one in different forms or spellings."""
        a, b = one.key, other.key
        if a == b:
            return True
        if not (a.isalpha() and b.isalpha()):
            return False
        if one.code or other.code:
            # A slip in a word that counts: "kanpp".
            return not (one.code and other.code) and self._transposed(a, b)
        return self._inflected(one, other) or self._misspelt(one, other)

    def _inflected(self, one: Word, other: Word) -> bool:
        lexicon = self.lexicon
        if self.known.is_name(one) or self.known.is_name(other):
            return False
        a, b = one.key, other.key
        size = 0
        while size < min(len(a), len(b)) and a[size] == b[size]:
            size += 1
        if size < 3:
            return False
        ends = a[size:], b[size:]
        if one.capital and self.known.nouns_capital and not one.opens:
            # Singular and plural are not the same; cases are.
            tails = set(ends)
            return tails == {"s", "es"} or (
                tails in ({"", "s"}, {"", "es"}) and self._genitive(one, other)
            )
        # The common part may hold the beginning of an ending: groß-e, groß-en.
        for back in range(min(3, size - 2)):
            tails = {a[size - back :], b[size - back :]}
            if tails <= lexicon.declined:
                return True
            if tails <= lexicon.endings and not tails <= lexicon.plural:
                return True
        return False

    def _genitive(self, one: Word, other: Word) -> bool:
        """Whether a German noun owns something here: "des Vorstand(s)"."""
        for side, word in ((self.old, one), (self.new, other)):
            at = next(i for i, w in enumerate(side) if w is word)
            if any(near.key.endswith("es") for near in side[max(0, at - 2) : at]):
                return True
        return False

    def _transposed(self, a: str, b: str) -> bool:
        known = self.known.counts
        return (
            len(a) == len(b) >= 5
            and a[0] == b[0]
            and sorted(a) == sorted(b)
            and OSA.distance(a, b) == 1
            and 1 in (known.get(a, 0), known.get(b, 0))
        )

    def _misspelt(self, one: Word, other: Word) -> bool:
        """Whether one looks like the other with a slip of the pen; never in names."""
        a, b = one.key, other.key
        counts = self.known.counts
        if min(len(a), len(b)) < 5 or a[0] != b[0] or OSA.distance(a, b, score_cutoff=1) > 1:
            return False
        if a[-2:] != b[-2:] and a[-1] != b[-1]:
            return False
        # A word of its own occurs more often.
        if counts.get(a, 0) > 1 and counts.get(b, 0) > 1:
            return False
        size = min(len(a), len(b))
        if one.capital or other.capital:
            if not self.known.nouns_capital or size < 7 or self.known.is_name(one):
                return False
            slip = len(a) != len(b) or sorted(a) == sorted(b)
            return slip and self._after_determiner(one, other)
        if len(a) == len(b):
            return size >= 7
        longer = max(a, b, key=len)
        at = next(
            (i for i in range(size) if a[i] != b[i]),
            size,
        )
        doubled = at > 0 and longer[at] == longer[at - 1]
        return doubled or size >= 6

    def _after_determiner(self, one: Word, other: Word) -> bool:
        """Whether common nouns stand there, as the small word before them tells."""
        for side, word in ((self.old, one), (self.new, other)):
            at = next(i for i, w in enumerate(side) if w is word)
            if not at or side[at - 1].code == "figure":
                return False
            before = side[at - 1]
            if before.capital and before.key not in self.lexicon.grammar:
                return False
        return True

    # What it is called

    def _after_article(self, side: list[Word], at: int) -> bool:
        """Whether a common noun stands there, as the article before it tells."""
        if not at or side[at].glued:
            return False
        before = side[at - 1].key
        return before in self.lexicon.articles or before in self.lexicon.one

    def _name(
        self, rest: tuple[list[Word], list[Word]], shown: tuple[list[Word], list[Word]]
    ) -> Difference:
        """Return what differs in one place, named by what weighs most in it."""
        left = [*rest[0], *rest[1]]
        codes = {word.code for word in left if word.code}
        codes |= {"name" for word in left if not word.code and self._names(word)}
        code = min(codes, key=_ORDER.index, default="wording")
        return Difference(code, _joined(shown[0]), _joined(shown[1]))

    def _names(self, word: Word) -> bool:
        if self.known.is_name(word):
            return True
        return self.known.nouns_capital and self._beside_name(word)

    def _beside_name(self, word: Word) -> bool:
        """In German, two nouns without an article between them: "Anna Meier", "Minister Weber"."""
        grammar = self.lexicon.grammar
        if not word.capital or word.key in grammar:
            return False
        for side in (self.old, self.new):
            for at, here in enumerate(side):
                if here is not word:
                    continue
                for near in (at - 1, at + 1):
                    if (
                        0 <= near < len(side)
                        and not side[max(at, near)].glued
                        and not self._after_article(side, at)
                        and side[near].capital
                        and not side[near].code
                        and side[near].key not in grammar
                        and not side[max(at, near)].opens
                        and side[near].clause == here.clause
                        and not any(
                            w.opens and w.key not in self.known.capital for w in (here, side[near])
                        )
                    ):
                        return True
        return False


_ORDER = (
    "figure",
    "address",
    "negation",
    "date",
    "unit",
    "name",
    "modality",
    "attribution",
    "condition",
    "scope",
    "hedge",
    "sign",
    "question",
)


def _joined(some: Sequence[Word]) -> str:
    return " ".join(word.raw for word in some)
