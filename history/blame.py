"""Who wrote which word: authorship through all revisions of a text.

Pure: texts in, revision numbers out; who saved a revision, and when, is the caller's to know.

A word belongs to the revision that brought it. It keeps that revision when its paragraph is
edited, moved, split or joined, and when white space, quotation marks or dashes around it are set
otherwise. Words that were deleted and came back keep it too, and say in which revision they
returned: three words or more in a row wherever they come back, fewer where they come back to
their old neighbours. What is copied while the original stands belongs to who copied it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rapidfuzz.distance import Indel


class Word(NamedTuple):
    """A word, number or sign, where it stands in its paragraph, and where it comes from.

    `revision` brought it. `returned_in` is the revision in which it last came back after having
    been deleted, 0 if it never was.
    """

    start: int
    end: int
    revision: int
    returned_in: int


# ---------------------------------------------------------------------------------------------
# Words as numbers
# ---------------------------------------------------------------------------------------------

# Each replaces one character by one, so that places stay what they are.
_TYPOGRAPHY = str.maketrans(dict.fromkeys('„“”«»‟‘’‚‛‹›`´"', "'") | dict.fromkeys("‐‑‒–—―−", "-"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_IDEOGRAPHS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"(?:[^\W{_IDEOGRAPHS}]|[\u00ad\u200b-\u200d\u2060])"
# Parts of compounds count one by one: then a hyphen may become a dash, or a space.
_WORD = re.compile(
    rf"""
      [{_IDEOGRAPHS}]
    | \d+(?:[.,:/']\d+)*{_LETTERS}*
    | (?=\w){_LETTERS}+(?:'{_LETTERS}+)*
    | \.\.\. | --+
    | [^\s\u00ad\u200b-\u200d\u2060\ufeff]
    """,
    re.VERBOSE,
)
_SPELLINGS = {"...": "…", "--": "-", "---": "-"}

# Stands before and behind each paragraph, and matches nothing but another such border.
_BORDER = 0


class _Vocabulary:
    """Words as small numbers, with what the rules need to know of each."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.letters: list[int] = [0]  # of a word; 0 of a sign
        self.ends: list[bool] = [True]  # whether a sentence may end with it

    def numbers(self, text: str) -> list[int]:
        """Return the words of a paragraph between its borders."""
        found = [_BORDER]
        for core in _WORD.findall(text.translate(_TYPOGRAPHY)):
            number = self._numbers.get(core)
            if number is None:
                number = self._learn(core)
            found.append(number)
        found.append(_BORDER)
        return found

    def _learn(self, core: str) -> int:
        spelled = _INVISIBLE.sub("", core)
        spelled = _SPELLINGS.get(spelled, spelled)
        number = self._numbers.get(spelled)
        if number is None:
            number = self._numbers[spelled] = len(self.letters)
            self.letters.append(len(spelled) if spelled[0].isalnum() else 0)
            self.ends.append(spelled in ".!?…")
        self._numbers[core] = number
        return number


class _Paragraph:
    """A paragraph as it stands: its words, and for each the revisions that it comes from."""

    __slots__ = ("first", "numbers", "returned", "text")

    def __init__(self, text: str, numbers: list[int]) -> None:
        self.text = text
        self.numbers = numbers
        self.first = [0] * len(numbers)
        self.returned = [0] * len(numbers)


class _Grave:
    """A paragraph out of which words were deleted; only theirs are the revisions in `first`."""

    __slots__ = ("dug", "first", "numbers", "returned")

    def __init__(self, numbers: list[int], first: list[int], returned: list[int], dug: int) -> None:
        self.numbers = numbers
        self.first = first
        self.returned = returned
        self.dug = dug  # the revision that deleted them


class _Run(NamedTuple):
    """Words [old, old + length) and [new, new + length) are the same."""

    old: int
    new: int
    length: int


class _Find(NamedTuple):
    """A run of a paragraph that lies in a grave as well; the greatest is the best."""

    letters: int
    length: int
    dug: int
    new: int
    old: int
    grave: _Grave


# A quadratic step is taken up to this many pairs of words (a bit each); beyond, what stayed is
# found by its runs alone.
_CELLS = 50_000_000
# Runs are found by this many words, borders and signs included.
_SEED = 3
# Graves remembered for the same few words; later ones replace earlier ones.
_REMEMBERED = 4
# What came back is recognised by so many words and letters ...
_WORDS, _LETTERS_ENOUGH = 3, 12
# ... or by so many neighbours on each side.
_NEIGHBOURS = 2


@dataclass(slots=True)
class Blame:
    """Authorship of a text, brought forward revision by revision.

    A text is a list of paragraphs. `add` takes the revisions in their order; each costs what it
    changed, not what the text or its past is long. What has been added can be kept (it pickles)
    and continued later.
    """

    revision: int = 0
    _words: _Vocabulary = field(default_factory=_Vocabulary)
    _paragraphs: list[_Paragraph] = field(default_factory=list)
    _graves: dict[int, list[tuple[_Grave, int]]] = field(default_factory=dict)
    _past: dict[int, _Paragraph] = field(default_factory=dict)

    def add(self, revision: int, texts: Sequence[str]) -> None:
        """Go on to a later revision, in which the text is this.

        Raises ``ValueError`` for a revision that is not later than the one before.
        """
        if revision <= self.revision:
            raise ValueError(f"revision {revision} does not follow {self.revision}")
        self.revision = revision
        old = self._paragraphs
        head, tail = _same_ends(old, texts)
        gone, fresh = old[head : len(old) - tail], texts[head : len(texts) - tail]
        if not gone and not fresh:
            return
        # Whole paragraphs that only changed their places.
        there: defaultdict[str, list[_Paragraph]] = defaultdict(list)
        for paragraph in reversed(gone):
            there[paragraph.text].append(paragraph)
        now: list[_Paragraph] = []
        made: list[_Paragraph] = []
        for text in fresh:
            if there[text]:
                now.append(there[text].pop())
            else:
                made.append(_Paragraph(text, self._words.numbers(text)))
                now.append(made[-1])
        stayed = {id(paragraph) for paragraph in now}
        self._follow([paragraph for paragraph in gone if id(paragraph) not in stayed], made)
        self._paragraphs = [*old[:head], *now, *old[len(old) - tail :]]

    def words(self) -> Iterator[list[Word]]:
        """Yield the words of each paragraph of the latest revision."""
        for paragraph in self._paragraphs:
            found = _WORD.finditer(paragraph.text.translate(_TYPOGRAPHY))
            yield [
                Word(match.start(), match.end(), first, returned)
                for match, first, returned in zip(
                    found, paragraph.first[1:-1], paragraph.returned[1:-1], strict=True
                )
            ]

    def _follow(self, gone: Sequence[_Paragraph], made: Sequence[_Paragraph]) -> None:
        """Settle where the words of new paragraphs come from: those that are gone, or before."""
        old, new = _strung(gone), _strung(made)
        survived = bytearray(len(old))
        settled = bytearray(len(new))
        first = [number for paragraph in gone for number in paragraph.first]
        returned = [number for paragraph in gone for number in paragraph.returned]
        first_now, returned_now = [0] * len(new), [0] * len(new)
        for run in self._stayed(old, new):
            a, b, c, d = run.old, run.old + run.length, run.new, run.new + run.length
            survived[a:b] = settled[c:d] = b"\1" * run.length
            first_now[c:d], returned_now[c:d] = first[a:b], returned[a:b]
        start = 0
        for paragraph in gone:
            end = start + len(paragraph.numbers)
            self._bury(paragraph, survived[start:end])
            start = end
        start = 0
        for paragraph in made:
            end = start + len(paragraph.numbers)
            paragraph.first, paragraph.returned = first_now[start:end], returned_now[start:end]
            self._find(paragraph, settled[start:end])
            start = end

    # What stayed in its place

    def _stayed(self, old: Sequence[int], new: Sequence[int]) -> list[_Run]:
        if not old or not new or len(old) * len(new) > _CELLS:
            return []
        runs = [
            run
            for step in Indel.opcodes(old, new)
            if step.tag == "equal"
            for run in _cut_at_borders(
                old, _Run(step.src_start, step.dest_start, step.src_end - step.src_start)
            )
        ]
        runs = _grown(self._without_chance(runs, old, new), old, new)
        return self._slid(self._without_stops(runs, old, new), old, new)

    def _without_chance(
        self, runs: list[_Run], old: Sequence[int], new: Sequence[int]
    ) -> list[_Run]:
        """Drop the little that two rewritten stretches share because any two would."""
        runs = self._in_known_sentences(runs, old, new)
        while True:
            ends = [_Run(0, 0, 0), *runs, _Run(len(old), len(new), 0)]
            kept = []
            for before, run, after in zip(ends, runs, ends[2:], strict=False):
                left = self._replaced(
                    _behind_border(old[before.old + before.length : run.old]),
                    _behind_border(new[before.new + before.length : run.new]),
                )
                right = self._replaced(
                    _before_border(old[run.old + run.length : after.old]),
                    _before_border(new[run.new + run.length : after.new]),
                )
                words = self._count(old[run.old : run.old + run.length])
                if words >= _WORDS or min(left, right) <= words + 1:
                    kept.append(run)
            if len(kept) == len(runs):
                return kept
            # What was kept may now stand between larger changes.
            runs = kept

    def _in_known_sentences(
        self, runs: list[_Run], old: Sequence[int], new: Sequence[int]
    ) -> list[_Run]:
        """Drop short runs between sentences that share neither a long one nor half of either."""
        letters = self._words.letters
        of_old, of_new = self._sentences(old), self._sentences(new)
        sizes_old = Counter(at for at, word in zip(of_old, old, strict=True) if letters[word])
        sizes_new = Counter(at for at, word in zip(of_new, new, strict=True) if letters[word])
        shared: Counter[tuple[int, int]] = Counter()
        known: set[tuple[int, int]] = set()
        long = [self._count(old[run.old : run.old + run.length]) >= _WORDS for run in runs]
        for run, is_long in zip(runs, long, strict=True):
            pairs = [
                (of_old[run.old + at], of_new[run.new + at])
                for at in range(run.length)
                if letters[old[run.old + at]]
            ]
            shared.update(pairs)
            if is_long:
                known.update(pairs)
        known.update(
            pair
            for pair, words in shared.items()
            if 2 * words >= min(sizes_old[pair[0]], sizes_new[pair[1]])
        )
        return [
            run
            for run, is_long in zip(runs, long, strict=True)
            if is_long or (of_old[run.old], of_new[run.new]) in known
        ]

    def _sentences(self, numbers: Sequence[int]) -> list[int]:
        """Return for each word which sentence it is in."""
        ends = self._words.ends
        found = []
        sentence, ended = 0, False
        for number in numbers:
            if ended and not ends[number]:
                sentence += 1
            ended = ends[number]
            found.append(sentence)
        return found

    def _replaced(self, gone: Sequence[int], came: Sequence[int]) -> int:
        """Return how many words others came for."""
        counts = self._count(gone), self._count(came)
        return max(counts) if all(counts) else 0

    def _without_stops(
        self, runs: list[_Run], old: Sequence[int], new: Sequence[int]
    ) -> list[_Run]:
        """Give a sentence that was wholly rewritten its own full stop."""
        ends = self._words.ends
        kept = []
        before = _Run(0, 0, 0)
        for run in runs:
            a, b = before.old + before.length, before.new + before.length
            gone, came = _behind_border(old[a : run.old]), _behind_border(new[b : run.new])
            stops = 0
            if gone and came and ends[old[run.old - len(gone) - 1]]:
                while stops < run.length and ends[old[run.old + stops]]:
                    stops += 1
            kept.append(_Run(run.old + stops, run.new + stops, run.length - stops))
            before = run
        return [run for run in kept if run.length]

    def _count(self, numbers: Sequence[int]) -> int:
        letters = self._words.letters
        return sum(1 for number in numbers if letters[number])

    def _slid(self, runs: list[_Run], old: Sequence[int], new: Sequence[int]) -> list[_Run]:
        """Let what only came or went begin with a sentence, where it may be read so.

        "A. B." to "A. X. B." may be the insertion of ". X" or of "X. "; people mean the latter.
        """
        ends = self._words.ends
        runs = list(runs)
        for at in range(len(runs) - 1):
            left, right = runs[at], runs[at + 1]
            a, b = left.old + left.length, left.new + left.length
            if (a == right.old) == (b == right.new):
                continue
            text, start, stop = (old, a, right.old) if b == right.new else (new, b, right.new)
            back = forth = 0
            while back < left.length and text[start - 1 - back] == text[stop - 1 - back]:
                back += 1
            while forth < right.length and text[start + forth] == text[stop + forth]:
                forth += 1
            shifts = sorted(range(-back, forth + 1), key=abs)
            shift = next((by for by in shifts if start + by and ends[text[start + by - 1]]), 0)
            runs[at] = left._replace(length=left.length + shift)
            runs[at + 1] = _Run(right.old + shift, right.new + shift, right.length - shift)
        return [run for run in runs if run.length]

    # What went, and what came back (or moved, if it went in the same revision)

    def _bury(self, paragraph: _Paragraph, survived: bytearray) -> None:
        numbers = paragraph.numbers
        self._past[hash(tuple(numbers))] = paragraph
        first = [
            0 if stayed else number
            for number, stayed in zip(paragraph.first, survived, strict=True)
        ]
        if not any(first):
            return
        grave = _Grave(numbers, first, paragraph.returned, self.revision)
        last = -1
        for at, number in enumerate(first):
            if not number:
                continue
            for start in range(max(last + 1, at - _SEED + 1, 0), at + 1):
                if start + _SEED <= len(numbers):
                    known = self._graves.setdefault(_seed(numbers, start), [])
                    known.append((grave, start))
                    if len(known) > _REMEMBERED:
                        del known[0]
                last = start

    def _find(self, paragraph: _Paragraph, settled: bytearray) -> None:
        """Give words back to who wrote them; what is found nowhere is new."""
        numbers = paragraph.numbers
        if not all(settled):
            finds = sorted(self._finds(numbers, settled), key=lambda find: find[:3], reverse=True)
            self._open((find for find in finds if find.dug == self.revision), paragraph, settled)
            past = self._past.get(hash(tuple(numbers)))
            if past is not None and past.numbers == numbers:
                # The paragraph as it once stood: an undo, or an earlier revision restored.
                for at, first in enumerate(past.first):
                    if not settled[at]:
                        self._settle(paragraph, settled, at, first, self.revision)
            self._open((find for find in finds if find.dug < self.revision), paragraph, settled)
        for at in range(1, len(numbers) - 1):
            if not settled[at]:
                self._settle(paragraph, settled, at, self.revision, 0)

    @staticmethod
    def _settle(
        paragraph: _Paragraph, settled: bytearray, at: int, first: int, returned: int
    ) -> None:
        paragraph.first[at], paragraph.returned[at] = first, returned
        settled[at] = 1

    def _open(self, finds: Iterable[_Find], paragraph: _Paragraph, settled: bytearray) -> None:
        """Take words out of their graves."""
        for find in finds:
            grave = find.grave
            for at in self._rising(find, paragraph.numbers, settled):
                source = find.old + at - find.new
                moved = grave.dug == self.revision
                returned = grave.returned[source] if moved else self.revision
                self._settle(paragraph, settled, at, grave.first[source], returned)
                # Each word comes back once; another like it would be a copy.
                grave.first[source] = 0

    def _finds(self, numbers: Sequence[int], settled: bytearray) -> Iterator[_Find]:
        """Yield the longest runs that hold unsettled words and lie in a grave."""
        letters = self._words.letters
        seen: dict[tuple[int, int], int] = {}  # grave and distance -> how far it is known
        for start in range(len(numbers) - _SEED + 1):
            if all(settled[start : start + _SEED]):
                continue
            for grave, there in self._graves.get(_seed(numbers, start), ()):
                key = (id(grave), there - start)
                if seen.get(key, -1) > start:
                    continue
                new, old = start, there
                while new and old and numbers[new - 1] == grave.numbers[old - 1]:
                    new, old = new - 1, old - 1
                end, stop = start, there
                while (
                    end < len(numbers)
                    and stop < len(grave.numbers)
                    and numbers[end] == grave.numbers[stop]
                ):
                    end, stop = end + 1, stop + 1
                seen[key] = end
                weight = sum(
                    letters[numbers[at]]
                    for at in range(new, end)
                    if not settled[at] and grave.first[at - new + old]
                )
                yield _Find(weight, end - new, grave.dug, new, old, grave)

    def _rising(self, find: _Find, numbers: Sequence[int], settled: bytearray) -> list[int]:
        """Return which words come out of the grave: none if they are alike by mere chance."""
        end = find.new + find.length
        words = [
            at
            for at in range(find.new, end)
            if not settled[at] and find.grave.first[at - find.new + find.old]
        ]
        letters = [self._words.letters[numbers[at]] for at in words]
        if sum(map(bool, letters)) >= _WORDS and sum(letters) >= _LETTERS_ENOUGH:
            return words
        if not words:
            return []
        before, after = words[0] - find.new, end - 1 - words[-1]
        at_home = (before >= _NEIGHBOURS or find.new == 0) and (
            after >= _NEIGHBOURS or end == len(numbers)
        )
        return words if at_home else []


def _same_ends(old: Sequence[_Paragraph], new: Sequence[str]) -> tuple[int, int]:
    """Return how many paragraphs are the same at the beginning and, of the others, at the end."""
    shortest = min(len(old), len(new))
    head = tail = 0
    while head < shortest and old[head].text == new[head]:
        head += 1
    while tail < shortest - head and old[-1 - tail].text == new[-1 - tail]:
        tail += 1
    return head, tail


def _cut_at_borders(numbers: Sequence[int], run: _Run) -> Iterator[_Run]:
    """Yield the parts of a run that lie in one paragraph each, without the borders."""
    start = 0
    for at in range(run.length + 1):
        if at == run.length or numbers[run.old + at] == _BORDER:
            if at > start:
                yield _Run(run.old + start, run.new + start, at - start)
            start = at + 1


def _grown(runs: Sequence[_Run], old: Sequence[int], new: Sequence[int]) -> list[_Run]:
    """Let runs take up what is the same right beside them, where something else was dropped."""
    grown: list[_Run] = []
    a = b = 0  # the ends of the run before
    for at, (i, j, length) in enumerate(runs):
        after = runs[at + 1] if at + 1 < len(runs) else _Run(len(old), len(new), 0)
        k, m = i + length, j + length
        while k < after.old and m < after.new and old[k] == new[m] != _BORDER:
            k, m = k + 1, m + 1
        while i > a and j > b and old[i - 1] == new[j - 1] != _BORDER:
            i, j = i - 1, j - 1
        grown.append(_Run(i, j, k - i))
        a, b = k, m
    return grown


def _behind_border(numbers: Sequence[int]) -> Sequence[int]:
    at = len(numbers)
    while at and numbers[at - 1] != _BORDER:
        at -= 1
    return numbers[at:]


def _before_border(numbers: Sequence[int]) -> Sequence[int]:
    at = 0
    while at < len(numbers) and numbers[at] != _BORDER:
        at += 1
    return numbers[:at]


def _strung(paragraphs: Sequence[_Paragraph]) -> list[int]:
    return [number for paragraph in paragraphs for number in paragraph.numbers]


def _seed(numbers: Sequence[int], at: int) -> int:
    return numbers[at] << 48 | numbers[at + 1] << 24 | numbers[at + 2]
