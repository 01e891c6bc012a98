"""Where a passage of an old text stands in a new one.

For texts that come without their marks: pasted over, imported anew, stripped
by another program. Pure and deterministic; works in any language; offsets
count code points. An answer that is not beyond doubt is no answer: a wrong
anchor is worse than an orphan.

    anchoring = Anchoring(old, new)
    anchor = anchoring.find(start, end)
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from history.diff import Run, align

from .alignment import Alignment, Side

# Of the weight of a passage's words, the share that must be found again inside a sentence.
_COVERED = 0.5
# ... for which less will do where the words on both sides of the passage are found as well.
_COVERED_BETWEEN = 0.2
_CANDIDATES = 8  # that are offered
_MANY = 64  # copies of one sentence, of which no more are looked at
_CLOSE = 0.1  # likenesses no further apart than this are no reason to prefer one
_STOPS = frozenset(".!?…。！？")
_CLOSING = frozenset("\"'“”‘’»«›‹)]}」』）")


class Outcome(StrEnum):
    """What became of a passage."""

    SAME = "same"  # the same words in the same place
    EDITED = "edited"
    MOVED = "moved"  # to another place, perhaps edited as well
    AMBIGUOUS = "ambiguous"  # one of several candidates
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a passage stands now: [start, end) of the new text, None if ambiguous or gone.

    ``confidence`` (0 to 1) is the share of its words that were found, and
    ``candidates`` are where it may stand, if that is not beyond doubt; for one
    that is gone, where another sentence says the same.
    """

    outcome: Outcome
    start: int | None = None
    end: int | None = None
    confidence: float = 0.0
    candidates: tuple[tuple[int, int], ...] = ()

    @property
    def found(self) -> bool:
        return self.start is not None


_GONE = Anchor(Outcome.GONE)


class Anchoring:
    """Two versions of a text, compared once for any number of passages."""

    def __init__(self, old: str, new: str) -> None:
        self.alignment = Alignment(old, new)
        self.old, self.new = self.alignment.old, self.alignment.new
        self._copies_old = _copies(self.old)
        self._copies_new = _copies(self.new)
        self._runs: dict[tuple[int, int, int, int], list[Run]] = {}

    def find(self, start: int, end: int) -> Anchor:
        """Return where the passage [start, end) of the old text stands in the new one."""
        tokens = self.old.tokens
        first, last = bisect_right(tokens.ends, start), bisect_left(tokens.starts, end)
        if first >= last:
            return _GONE
        claimed = range(
            bisect_right(self.old.firsts, first) - 1, bisect_left(self.old.firsts, last)
        )
        if doubt := self._doubt(claimed):
            return doubt
        hull = self._hull(claimed)
        if not hull:
            return Anchor(Outcome.GONE, candidates=self._equal(claimed, start, end))
        words = self._words(first, last, claimed, hull)
        if not words:
            return _GONE
        low, high, share = words
        span = self._signs(start, end, (first, last), (low, high))
        return Anchor(self._outcome(claimed, (start, end), span), *span, round(share, 3))

    def _outcome(self, claimed: range, was: tuple[int, int], now: tuple[int, int]) -> Outcome:
        if any(i in self.alignment.moved for i in claimed):
            return Outcome.MOVED
        words = self.old.tokens.text[slice(*was)].strip()
        return Outcome.SAME if words == self.new.tokens.text[slice(*now)] else Outcome.EDITED

    # Copies and twins

    def _doubt(self, claimed: range) -> Anchor | None:
        """Return an answer if sentences like the passage's make a right one a matter of luck."""
        # A passage of several sentences is told apart by those that are unique.
        if not all(map(self._contested, claimed)):
            return None
        spans: set[tuple[int, int]] = set()
        for i in claimed:
            partner = self.alignment.partner.get(i)
            near = i * len(self.new) // len(self.old) if partner is None else partner
            copies = self._copies_new.get(self.old.keys[i], [])
            at = bisect_left(copies, near)
            nearest = copies[max(0, at - _CANDIDATES // 2) : at + _CANDIDATES // 2]
            spans |= {self.new.spans[j] for j in nearest}
            if partner is not None:
                spans.add(self.new.spans[partner])
        return Anchor(Outcome.AMBIGUOUS, candidates=tuple(sorted(spans)))

    def _equal(self, claimed: range, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return where words that are gone stand as those of another sentence, which they are not.

        Only a person can say that they mean the same there.
        """
        span = self.old.spans[claimed[0]]
        whole = len(claimed) == 1 and start <= span[0] and end >= span[1]
        copies = self._copies_new.get(self.old.keys[claimed[0]], []) if whole else []
        return tuple(self.new.spans[j] for j in copies[:_CANDIDATES])

    def _contested(self, i: int) -> bool:
        """Whether an old sentence could as well have become another new one, or another old one
        what it is said to be."""
        alignment = self.alignment
        j = alignment.partner.get(i)
        copies = self._copies_new.get(self.old.keys[i], [])
        twins = self._copies_old[self.old.keys[i]]
        if j is None:
            # Copies that have a better owner are no trace of this one.
            return i not in alignment.targets and any(
                self._support(i, at) >= self._support(alignment.back.get(at, i), at)
                for at in copies[:_MANY]
            )
        own = self._support(i, j)
        if self.old.keys[i] != self.new.keys[j]:
            # An equal sentence elsewhere: was this one edited, or that one kept?
            free = any(
                self.old.keys[alignment.back[at]] != self.old.keys[i]
                if at in alignment.back
                else True
                for at in copies[:_MANY]
            )
            return (free and own < 2) or self._twinned(i, j, own)
        if len(copies) == len(twins) == 1:
            return False
        # Only those beside the neighbours have anything that speaks for them.
        others = {at + 1 for at in alignment.targets.get(i - 1, ())}
        others |= {at - 1 for at in alignment.targets.get(i + 1, ())}
        others |= {0, len(self.new) - 1}
        usurpers = {k + 1 for k in alignment.owners.get(j - 1, ())}
        usurpers |= {k - 1 for k in alignment.owners.get(j + 1, ())}
        usurpers |= {0, len(self.old) - 1}
        best = [0.0]
        best += [self._support(i, at) for at in others - {j} if self._copy_new(i, at)]
        best += [self._support(k, j) for k in usurpers - {i} if self._copy_old(i, k)]
        return own <= max(best)

    def _copy_new(self, i: int, j: int) -> bool:
        return 0 <= j < len(self.new) and self.new.keys[j] == self.old.keys[i]

    def _copy_old(self, i: int, k: int) -> bool:
        return 0 <= k < len(self.old) and self.old.keys[k] == self.old.keys[i]

    def _twinned(self, i: int, j: int, own: float) -> bool:
        alignment = self.alignment
        mine = alignment.likeness[i]
        for pair in alignment.kin_of_old.get(i, ()):
            if pair.new not in alignment.targets[i] and pair.likeness >= mine - _CLOSE:
                free = pair.new not in alignment.back
                if free and self._support(i, pair.new) >= own:
                    return True
        for pair in alignment.kin_of_new.get(j, ()):
            rival = pair.old not in alignment.partner and pair.old not in alignment.owners[j]
            if rival and pair.likeness >= mine - _CLOSE and self._support(pair.old, j) >= own:
                return True
        return False

    def _support(self, i: int, j: int) -> float:
        """Return how many of its two neighbours speak for an old sentence being a new one."""
        total = 0.0
        key = self.old.keys[i]
        # In a row of copies that has become longer or shorter, they say nothing about each other.
        row = len(self._copies_old[key]) != len(self._copies_new.get(key, ()))
        for step, end_old, end_new in ((-1, -1, -1), (1, len(self.old), len(self.new))):
            if i + step == end_old or j + step == end_new:
                total += (i + step == end_old) and (j + step == end_new)
            elif (j + step) in self.alignment.targets.get(i + step, ()):
                total += not (row and self.old.keys[i + step] == key)
        return total

    # Sentences, words, signs

    def _hull(self, claimed: range) -> tuple[int, int] | None:
        """Return the range of new sentences that the old ones became, if it is one."""
        alignment = self.alignment
        owned = sorted({j for i in claimed for j in alignment.targets.get(i, ())})
        if not owned:
            return None
        groups: list[list[int]] = [[owned[0]]]
        for j in owned[1:]:
            between = range(groups[-1][-1] + 1, j)
            # One new sentence may have been put in; what belongs to others ends the group.
            if len(between) <= 1 and not any(at in alignment.owners for at in between):
                groups[-1].append(j)
            else:
                groups.append([j])
        weight = self.new.weights
        groups.sort(key=lambda group: -sum(weight[j] for j in group))
        best = groups[0]
        sizes = [sum(weight[j] for j in group) for group in groups]
        if len(groups) > 1 and sizes[0] < 0.5 * sum(sizes):
            return None
        return best[0], best[-1] + 1

    def _words(
        self, first: int, last: int, claimed: range, hull: tuple[int, int]
    ) -> tuple[int, int, float] | None:
        """Return the range of new words that old words became, and the share found."""
        alignment, old, new = self.alignment, self.old, self.new
        owners = {i for j in range(*hull) for i in alignment.owners.get(j, ())}
        low_old, high_old = min({*owners, *claimed}), max({*owners, *claimed}) + 1
        low, high = new.firsts[hull[0]], new.firsts[hull[1]]
        whole = first == old.firsts[claimed[0]] and last == old.firsts[claimed[-1] + 1]
        if whole and owners <= set(claimed):
            share = self._likeness(claimed, range(*hull))
            return (low, high, share)
        from_old, to_old = old.firsts[low_old], old.firsts[high_old]
        if old.tokens.ids[from_old:to_old] == new.tokens.ids[low:high]:
            return first - from_old + low, last - from_old + low, 1.0
        runs = self._aligned(from_old, to_old, low, high)
        # Those at the passage, and one on each side: borders lie between two of them.
        near = bisect_right(runs, first, key=_start) - 2, bisect_left(runs, last, key=_start) + 2
        runs = runs[max(0, near[0]) : near[1]]
        return self._cut(first, last, (from_old, to_old), (low, high), runs)

    def _likeness(self, olds: Sequence[int], news: Sequence[int]) -> float:
        alignment = self.alignment
        one = frozenset().union(*(self.old.features[i] for i in olds))
        other = frozenset().union(*(self.new.features[j] for j in news))
        if one == other:
            return 1.0
        weigh = alignment.weight.__getitem__
        both = sum(map(weigh, one)) + sum(map(weigh, other))
        return 2 * sum(map(weigh, one & other)) / both if both else 0.0

    def _aligned(self, from_old: int, to_old: int, low: int, high: int) -> list[Run]:
        key = from_old, to_old, low, high
        if key not in self._runs:
            stems = self.alignment.vocabulary.stems
            self._runs[key] = [
                Run(run.old + from_old, run.new + low, run.length)
                for run in align(
                    [stems[word] for word in self.old.tokens.ids[from_old:to_old]],
                    [stems[word] for word in self.new.tokens.ids[low:high]],
                )
            ]
        return self._runs[key]

    def _cut(
        self,
        first: int,
        last: int,
        olds: tuple[int, int],
        news: tuple[int, int],
        runs: list[Run],
    ) -> tuple[int, int, float] | None:
        """Return where words [first, last) went within a pair of ranges of words."""
        weight, ids = self.alignment.weight, self.old.tokens.ids
        kept = [
            Run(max(run.old, first), run.new + max(0, first - run.old), size)
            for run in runs
            if (size := min(run.old + run.length, last) - max(run.old, first)) > 0
        ]
        low = self._border(first, olds, news, runs, opening=True)
        high = self._border(last, olds, news, runs, opening=False)
        total = sum(weight[word] for word in ids[first:last])
        found = sum(weight[word] for run in kept for word in ids[run.old : run.old + run.length])
        share = found / total if total else 0.0
        held = self._held(first, last, olds, runs)
        if low >= high:
            return None
        if share < (_COVERED_BETWEEN if held else _COVERED):
            # A figure that was replaced alone, "3,000" by "10,000".
            replaced = held and high - low <= 2 * (last - first) + 1
            return (low, high, share) if replaced else None
        return low, high, share

    @staticmethod
    def _held(first: int, last: int, olds: tuple[int, int], runs: list[Run]) -> bool:
        """Whether the words right before and right after are found, or there are none."""
        before = first == olds[0] or any(r.old <= first - 1 < r.old + r.length for r in runs)
        after = last == olds[1] or any(r.old <= last < r.old + r.length for r in runs)
        return before and after and (first, last) != olds

    @staticmethod
    def _border(
        at: int, olds: tuple[int, int], news: tuple[int, int], runs: list[Run], *, opening: bool
    ) -> int:
        """Return the border between new words that answers to a border between old ones."""
        if at == olds[0]:
            return news[0]
        if at == olds[1]:
            return news[1]
        from_old, from_new = olds[0], news[0]
        for run in [*runs, Run(olds[1], news[1], 0)]:
            if at < run.old or (at == run.old and not opening):
                # In words that were replaced, between two runs.
                if at == from_old:
                    return from_new
                size_old, size_new = run.old - from_old, run.new - from_new
                if at == run.old:
                    return run.new if size_old else from_new
                return from_new + round((at - from_old) * size_new / size_old)
            if at < run.old + run.length:
                return run.new + at - run.old
            from_old, from_new = run.old + run.length, run.new + run.length
            if at == from_old and not opening:
                return from_new
        return news[1]

    def _signs(
        self, start: int, end: int, was: tuple[int, int], now: tuple[int, int]
    ) -> tuple[int, int]:
        """Return the span of new words with the signs that belong to the passage."""
        old, new = self.old, self.new
        text = new.tokens.text
        low, high = new.tokens.starts[now[0]], new.tokens.ends[now[1] - 1]
        lead = (
            old.tokens.text[start : old.tokens.starts[was[0]]]
            if start < old.tokens.starts[was[0]]
            else ""
        )
        trail = (
            old.tokens.text[old.tokens.ends[was[1] - 1] : end]
            if end > old.tokens.ends[was[1] - 1]
            else ""
        )
        i = bisect_right(old.firsts, was[0]) - 1
        j = bisect_right(new.firsts, now[0]) - 1
        if start <= old.spans[i][0] and now[0] == new.firsts[j]:
            low = new.spans[j][0]
        elif lead.strip():
            while low > 0 and not text[low - 1].isspace() and not text[low - 1].isalnum():
                low -= 1
        i = bisect_left(old.firsts, was[1]) - 1
        j = bisect_left(new.firsts, now[1]) - 1
        if end >= old.spans[i][1] and now[1] == new.firsts[j + 1]:
            high = new.spans[j][1]
        elif trail:
            signs = set(trail) | (_STOPS | _CLOSING if trail.strip() else set())
            while high < len(text) and text[high] in signs and not text[high].isspace():
                high += 1
        return low, high


def _start(run: Run) -> int:
    return run.old


def _copies(side: Side) -> dict[tuple[int, ...], list[int]]:
    copies: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, key in enumerate(side.keys):
        copies[key].append(index)
    return copies


def find(old: str, passages: Iterable[tuple[int, int]], new: str) -> list[Anchor]:
    """Return where passages of an old text stand in a new one."""
    anchoring = Anchoring(old, new)
    return [anchoring.find(start, end) for start, end in passages]
