"""What changed between two texts, in words.

Pure: strings in, changes out; nothing here knows of pieces, claims or pages.

Two promises hold for every pair of texts: the "=" and "-" parts joined give the old text back,
the "=" and "+" parts the new one, code point by code point; and a word or a number ("11.000",
"2,5", "Kim-Regime") is kept or replaced whole.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

Op = Literal["=", "-", "+"]


class Change(NamedTuple):
    """A stretch of text that stayed ("="), went ("-") or came ("+")."""

    op: Op
    text: str


# Combining marks are not `\w` for the re module; without them a word of Hindi, or an Ä in
# decomposed form, would be cut inside.
_MARKS = "".join(
    re.escape(chr(point))
    for point in chain(range(0x300, 0x1E00), range(0x20D0, 0x2100), range(0xFE00, 0xFE30))
    if unicodedata.category(chr(point)).startswith("M")
)
_LETTER = rf"[^\W\d_{_MARKS}]"
_IDEOGRAPH = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_GLUE = rf"[\w{_MARKS}\u00ad\u200c\u200d]"

# One unit is a core (word, number, ideograph, sign or line feed) with the white space before it.
# White space takes no part in the alignment: spaces are everywhere and would match anything.
_UNIT = re.compile(
    rf"""
    ([^\S\n]*)
    (
        \n
      | [{_IDEOGRAPH}]                                  # written without spaces: each by itself
      | \d+(?:[.,:/’'\u00a0\u202f]\d+)*(?:{_GLUE})*     # 11.000  2,5  10:28  2024/25  3D
      | (?:(?![{_IDEOGRAPH}]){_GLUE})+                  # words, with inner hyphen or apostrophe
        (?:[-\u2010\u2011’'](?:(?![{_IDEOGRAPH}]){_GLUE})+)*
      | \S[{_MARKS}\u200d]*
      | \Z
    )
    """,
    re.VERBOSE,
)
_SENTENCE_ENDS = frozenset(".!?…")
_CLOSERS = frozenset("”“’‘»«›‹\")]'")
_OPENERS = frozenset("„“‚‘»«›‹([\"'–—")
_PAUSES = frozenset(",;:–—")

# A quadratic step is done at once up to this many pairs of units (a bit each, so 6 MB); beyond,
# the texts are first cut at word sequences that occur once in both.
_CELLS = 50_000_000

# What stayed is swallowed by the changes around it only when it is no longer than this: a
# sentence that nobody touched must never look rewritten.
_LETTERS_SWALLOWED = 24

Unit = tuple[str, str]  # (white space before, core)


class Run(NamedTuple):
    """Units [old, old + length) and [new, new + length) have the same cores."""

    old: int
    new: int
    length: int


def words(old: str, new: str) -> list[Change]:
    """Return the changes that lead from `old` to `new`, in words.

    Parts of equal kind are joined, "-" stands before "+", no part is empty. Small words that
    stayed by chance in the middle of something rewritten are shown as part of it, so that the
    result reads like an editor's correction.
    """
    if old == new:
        return [Change("=", old)] if old else []
    units_old, units_new = _units(old), _units(new)
    numbers: dict[str, int] = {}
    runs = align(_number(units_old, numbers), _number(units_new, numbers))
    runs = _without_chance_hits(runs, units_old, units_new)
    runs = _slid(runs, units_old, units_new)
    return list(_spelled_out(runs, units_old, units_new))


def matching(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of places with the same item in both lists, rising in both."""
    numbers: dict[str, int] = {}
    runs = align(*([numbers.setdefault(item, len(numbers)) for item in one] for one in (old, new)))
    return [(run.old + step, run.new + step) for run in runs for step in range(run.length)]


def count(changes: Iterable[Change]) -> tuple[int, int]:
    """Return how many words and numbers came and went: (added, removed)."""
    added = removed = 0
    for op, text in changes:
        if op == "+":
            added += len(content(text))
        elif op == "-":
            removed += len(content(text))
    return added, removed


def _units(text: str) -> list[Unit]:
    # The last hit is what stands before the end: white space, or nothing at all.
    found: list[Unit] = _UNIT.findall(text)
    while found and found[-1] == ("", ""):
        found.pop()
    return found


def _number(units: Iterable[Unit], numbers: dict[str, int]) -> list[int]:
    return [numbers.setdefault(core, len(numbers)) for _, core in units]


def content(text: str) -> list[str]:
    return [core for _, core in _units(text) if core and core[0].isalnum()]


def align(old: Sequence[int], new: Sequence[int]) -> list[Run]:
    """Return what two lists of numbers have in common, in order; an approximation when large."""
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    runs = [Run(0, 0, head)] if head else []
    runs += _aligned_middle(old, new, head, len(old) - tail, head, len(new) - tail)
    if tail:
        runs.append(Run(len(old) - tail, len(new) - tail, tail))
    return _joined(runs)


def _aligned_middle(
    old: Sequence[int], new: Sequence[int], old_from: int, old_to: int, new_from: int, new_to: int
) -> list[Run]:
    if (old_to - old_from) * (new_to - new_from) <= _CELLS:
        return _common(old, new, old_from, old_to, new_from, new_to)
    for width in (4, 1):
        anchors = _anchors(old, new, old_from, old_to, new_from, new_to, width)
        if anchors:
            break
    runs: list[Run] = []
    for anchor in [*anchors, Run(old_to, new_to, 0)]:
        if (anchor.old - old_from) * (anchor.new - new_from) <= _CELLS:
            runs += _common(old, new, old_from, anchor.old, new_from, anchor.new)
        if anchor.length:
            runs.append(anchor)
        old_from, new_from = anchor.old + anchor.length, anchor.new + anchor.length
    return runs


def _common(
    old: Sequence[int], new: Sequence[int], old_from: int, old_to: int, new_from: int, new_to: int
) -> list[Run]:
    if old_from == old_to or new_from == new_to:
        return []
    return [
        Run(old_from + step.src_start, new_from + step.dest_start, step.src_end - step.src_start)
        for step in Indel.opcodes(old[old_from:old_to], new[new_from:new_to])
        if step.tag == "equal"
    ]


def _anchors(
    old: Sequence[int],
    new: Sequence[int],
    old_from: int,
    old_to: int,
    new_from: int,
    new_to: int,
    width: int,
) -> list[Run]:
    """Return, in order in both, what occurs exactly once in each (as patience diff does)."""

    def once(units: Sequence[int], start: int, end: int) -> dict[tuple[int, ...], int]:
        cut = units[start:end]
        grams = list(zip(*(cut[shift:] for shift in range(width)), strict=False))
        counts = Counter(grams)
        return {gram: at for at, gram in enumerate(grams, start) if counts[gram] == 1}

    there = once(new, new_from, new_to)
    pairs = [(a, there[gram]) for gram, a in once(old, old_from, old_to).items() if gram in there]
    anchors: list[Run] = []
    for a, b in _rising(pairs):
        last = anchors[-1] if anchors else None
        if last and a < last.old + last.length:
            # overlapping sequences: the same run goes on, unless they disagree
            if a - last.old == b - last.new:
                anchors[-1] = Run(last.old, last.new, a + width - last.old)
        elif not last or b >= last.new + last.length:
            anchors.append(Run(a, b, width))
    return anchors


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence that rises in its second numbers (first ones rise already)."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, b) in enumerate(pairs):
        height = bisect_left(tops, b)
        before.append(at[height - 1] if height else -1)
        if height == len(tops):
            tops.append(b)
            at.append(index)
        else:
            tops[height], at[height] = b, index
    chosen = []
    index = at[-1] if at else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def _joined(runs: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if joined:
            last = joined[-1]
            if last.old + last.length == run.old and last.new + last.length == run.new:
                joined[-1] = Run(last.old, last.new, last.length + run.length)
                continue
        joined.append(run)
    return joined


class _Edit(NamedTuple):
    """How much went and came in one place: letters and digits, and words."""

    gone: int
    came: int
    gone_words: int
    came_words: int

    def __add__(self, other: "_Edit") -> "_Edit":  # type: ignore[override]
        return _Edit(*map(sum, zip(self, other, strict=True)))


def _without_chance_hits(runs: list[Run], old: list[Unit], new: list[Unit]) -> list[Run]:
    """Drop short runs that stand in the middle of something rewritten on both sides."""

    def weigh(units: list[Unit], start: int, end: int) -> tuple[int, int]:
        sizes = [len(core) for _, core in units[start:end] if core and core[0].isalnum()]
        return sum(sizes), len(sizes)

    def edit(old_from: int, old_to: int, new_from: int, new_to: int) -> _Edit:
        gone, came = weigh(old, old_from, old_to), weigh(new, new_from, new_to)
        return _Edit(gone[0], came[0], gone[1], came[1])

    def by_chance(left: _Edit, run: tuple[int, int], right: _Edit) -> bool:
        letters, n_words = run
        both = left + right
        around = min(max(left[:2]), max(right[:2]))
        return (
            letters <= _LETTERS_SWALLOWED
            and 0 < around >= letters
            # Otherwise nothing but insertions (or deletions) would grow into a replacement.
            and both.gone_words > 0
            and both.came_words > 0
            # "von 5000 auf 6000" to "von 7000 auf 8000" is two corrections, not one.
            and max(both.gone_words, both.came_words) > 2 + n_words
        )

    if not runs:
        return []
    kept: list[tuple[_Edit, Run, tuple[int, int]]] = []
    left = edit(0, runs[0].old, 0, runs[0].new)
    for index, run in enumerate(runs):
        old_end, new_end = run.old + run.length, run.new + run.length
        last = index + 1 == len(runs)
        right = edit(
            old_end,
            len(old) if last else runs[index + 1].old,
            new_end,
            len(new) if last else runs[index + 1].new,
        )
        size = weigh(old, run.old, old_end)
        breaks = any(core == "\n" for _, core in old[run.old : old_end])
        if breaks or not by_chance(left, size, right):
            kept.append((left, run, (_LETTERS_SWALLOWED + 1, 0) if breaks else size))
            left = right
            continue
        left = left + _Edit(size[0], size[0], size[1], size[1]) + right
        # What was kept before may now stand between two larger changes.
        while kept and by_chance(kept[-1][0], kept[-1][2], left):
            earlier, _, size = kept.pop()
            left = earlier + _Edit(size[0], size[0], size[1], size[1]) + left
    return [run for _, run, _ in kept]


def _slid(runs: list[Run], old: list[Unit], new: list[Unit]) -> list[Run]:
    """Move insertions and deletions to where a sentence or a clause begins, if they can move.

    "A. B." to "A. X. B." may be read as the insertion of ". X" or of "X. "; people mean the latter.
    """
    runs = list(runs)
    index = 0
    while index + 1 < len(runs):
        left, right = runs[index], runs[index + 1]
        gone = right.old - left.old - left.length
        came = right.new - left.new - left.length
        if bool(gone) == bool(came):
            index += 1
            continue
        units = old if gone else new
        start = left.old + left.length if gone else left.new + left.length
        size = gone or came
        # How far the change may go to either side without changing what it does.
        back = 0
        while (
            back < left.length and units[start - 1 - back][1] == units[start + size - 1 - back][1]
        ):
            back += 1
        forth = 0
        while forth < right.length and units[start + forth][1] == units[start + size + forth][1]:
            forth += 1
        shifts = range(-back, forth + 1)
        best = max(
            shifts,
            key=lambda shift: (
                _border(units, start + shift) + _border(units, start + shift + size),
                -abs(shift),
            ),
        )
        if best:
            runs[index] = Run(left.old, left.new, left.length + best)
            runs[index + 1] = Run(right.old + best, right.new + best, right.length - best)
            emptied = [place for place in (index, index + 1) if not runs[place].length]
            if emptied:
                del runs[emptied[0]]
                # The change has met its neighbour: look at both as one.
                index = max(0, index - 1) if emptied[0] == index else index
                continue
        index += 1
    return runs


def _border(units: list[Unit], at: int) -> int:
    """How good a place for a change to begin or end is the border before unit `at`?"""
    if at == 0 or at == len(units):
        return 6
    space, core = units[at]
    before = units[at - 1][1]
    if core == "\n" or before == "\n":
        return 5
    if space or not core:
        closed = before
        if closed in _CLOSERS and at > 1:
            closed = units[at - 2][1]
        if closed in _SENTENCE_ENDS:
            return 4
        if before in _PAUSES or core in _OPENERS:
            return 3
        return 2
    return 1 if core in _PAUSES or core in _SENTENCE_ENDS else 0


def _spelled_out(runs: list[Run], old: list[Unit], new: list[Unit]) -> Iterator[Change]:
    same: list[str] = []
    gone: list[str] = []
    came: list[str] = []

    def settled() -> Iterator[Change]:
        """Hand out what was changed before the next unit that stayed."""
        minus, plus = "".join(gone), "".join(came)
        gone.clear()
        came.clear()
        # White space on which both agree was not changed.
        head = _common_space(minus, plus)
        same.append(minus[:head])
        minus, plus = minus[head:], plus[head:]
        tail = _common_space(minus[::-1], plus[::-1])
        rest = minus[len(minus) - tail :]
        minus, plus = minus[: len(minus) - tail], plus[: len(plus) - tail]
        if minus or plus:
            if stayed := "".join(same):
                yield Change("=", stayed)
            same.clear()
            if minus:
                yield Change("-", minus)
            if plus:
                yield Change("+", plus)
        same.append(rest)

    old_at = new_at = 0
    for run in [*runs, Run(len(old), len(new), 0)]:
        gone.extend(space + core for space, core in old[old_at : run.old])
        came.extend(space + core for space, core in new[new_at : run.new])
        for shift in range(run.length):
            space_old, core = old[run.old + shift]
            space_new = new[run.new + shift][0]
            if space_old != space_new:
                gone.append(space_old)
                came.append(space_new)
                yield from settled()
                same.append(core)
            else:
                if gone or came:
                    yield from settled()
                same.append(space_old + core)
        old_at, new_at = run.old + run.length, run.new + run.length
    yield from settled()
    if stayed := "".join(same):
        yield Change("=", stayed)


def _common_space(one: str, other: str) -> int:
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b or not a.isspace():
            break
        size += 1
    return size
