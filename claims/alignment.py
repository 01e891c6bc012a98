"""Which sentence of a new text each sentence of an old one became.

Pure: no claims here and no database. Sentences that stayed are paired first,
then edited ones in their place, then moved ones, then parts of sentences that
were split or joined. A sentence of the new text has one owner, so that a
deleted sentence cannot settle on words that belong to another one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from history.paragraphs import Pair, heaviest_chain

from .sentences import split
from .tokens import Tokens, Vocabulary

# Shares of weighted words that two sentences have in common. In its place, between neighbours that
# are known, a rewritten sentence is recognised by less than one that is found elsewhere.
_LIKE_ALONE = 0.22
_LIKE_IN_PLACE = 0.3
_LIKE_NEAR = 0.35
_LIKE_BETWEEN = 0.4
_LIKE_ELSEWHERE = 0.65
_SHORT = {1: 0.3, 2: 0.25, 3: 0.2, 4: 0.1}
_PART = 0.4  # share of a part's words that must stem from the sentence that was split
_PLACE = 3  # sentences between two known ones; with more it is no one's place
_STRAY = 6  # words of a sentence that is known wherever it stands
_CANDIDATES = 3
_RARE = 6  # words of a sentence that are looked up
_COMMON = 12  # sentences that may share a word that is looked up

_IDEOGRAPHIC_STOP = re.compile(r"(?<=[。！？｡])(?![。！？｡」』”’）】])\s*")


@dataclass(slots=True)
class Side:
    """One of the two texts: its words, and its sentences as ranges of words."""

    tokens: Tokens
    spans: list[tuple[int, int]] = field(default_factory=list)  # code points
    firsts: list[int] = field(default_factory=list)  # first word of each sentence, and the end
    keys: list[tuple[int, ...]] = field(default_factory=list)
    features: list[frozenset[int]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        tokens = self.tokens
        starts, ids, at, end = tokens.starts, tokens.ids, 0, len(tokens)
        for span in _sentences(tokens.text):
            first = at
            while at < end and starts[at] < span[1]:
                at += 1
            # What holds no words, a line of dashes, is no sentence.
            if at > first:
                self.spans.append(span)
                self.firsts.append(first)
                self.keys.append(tuple(ids[first:at]))
        self.firsts.append(end)

    def __len__(self) -> int:
        return len(self.spans)


def _sentences(text: str) -> list[tuple[int, int]]:
    found = split(text)
    if "。" not in text and "！" not in text and "？" not in text:
        return found
    cut = []
    for start, end in found:
        at = start
        for match in _IDEOGRAPHIC_STOP.finditer(text, start, end):
            if at < match.start() < end:
                cut.append((at, match.start()))
                at = match.end()
        if at < end:
            cut.append((at, end))
    return cut


class Alignment:
    """The sentences of two texts, and what became of each.

    ``targets`` names the new sentences that each old one became, ``owners`` the
    old sentences that each new one stems from. ``moved`` holds the old
    sentences that changed their order with others.
    """

    def __init__(self, old: str, new: str) -> None:
        self.vocabulary = Vocabulary()
        self.old = Side(self.vocabulary.read(old))
        self.new = Side(self.vocabulary.read(new))
        self._weigh()
        self.partner: dict[int, int] = {}
        self.back: dict[int, int] = {}
        self.moved: set[int] = set()
        self.likeness: dict[int, float] = {}
        self.kin_of_old: dict[int, list[Pair]] = {}
        self.kin_of_new: dict[int, list[Pair]] = {}
        self._pair()
        self.targets: dict[int, list[int]] = {i: [j] for i, j in self.partner.items()}
        self.owners: dict[int, list[int]] = {j: [i] for i, j in self.partner.items()}
        self._share()

    # What words weigh

    def _weigh(self) -> None:
        """A word weighs the more the fewer sentences hold it; short ones tell little anyway."""
        stems = self.vocabulary.stems
        spread: Counter[int] = Counter()
        sets: dict[tuple[int, ...], frozenset[int]] = {}
        for side in (self.old, self.new):
            for key in side.keys:
                if key not in sets:
                    sets[key] = frozenset(key) | {-1 - stems[word] for word in key}
                spread.update(sets[key])
                side.features.append(sets[key])
        sentences = len(self.old) + len(self.new)
        words = self.vocabulary.words
        weight: dict[int, float] = {}
        for feature, count in spread.items():
            weight[feature] = 0.5 * log(1 + sentences / (1 + count))
        for word, text in enumerate(words):
            if len(text) <= 3 and text.isalpha() and text < "\u3000":
                weight[word] *= 0.3
                weight[-1 - stems[word]] *= 0.3
        self.weight = weight
        totals = {
            features: sum(map(weight.__getitem__, features)) for features in set(sets.values())
        }
        for side in (self.old, self.new):
            side.weights = [totals[features] for features in side.features]

    def like(self, i: int, j: int) -> float:
        """Return how much an old and a new sentence have in common, 0 to 1."""
        common = self.old.features[i] & self.new.features[j]
        both = self.old.weights[i] + self.new.weights[j]
        likeness = 2 * sum(map(self.weight.__getitem__, common)) / both if both else 0.0
        # The same words in another order are not the same.
        return min(likeness, 0.99)

    def _caution(self, i: int, j: int) -> float:
        """Return how much more likeness is asked of sentences of so few words that chance rules."""
        return _SHORT.get(min(len(self.old.keys[i]), len(self.new.keys[j])), 0.0)

    # Pairs

    def _pair(self) -> None:
        self._pair_equal(range(len(self.old)), range(len(self.new)))
        strays = self._strays()
        self._settle(self._kin(strays))
        for i, j in strays.items():
            self._set(i, j, 1.0, moved=True)
        self._pair_moved()
        self._pair_between()

    def _set(self, i: int, j: int, likeness: float, *, moved: bool = False) -> None:
        self.partner[i] = j
        self.back[j] = i
        self.likeness[i] = likeness
        if moved:
            self.moved.add(i)

    def _pair_equal(self, olds: Sequence[int], news: Sequence[int], depth: int = 0) -> None:
        """Pair what occurs once in both and keeps its order; then their equal neighbours."""
        old_keys, new_keys = self.old.keys, self.new.keys
        count_old = Counter(old_keys[i] for i in olds)
        place: dict[tuple[int, ...], int] = {}
        count_new: Counter[tuple[int, ...]] = Counter()
        for j in news:
            count_new[new_keys[j]] += 1
            place[new_keys[j]] = j
        unique = [
            Pair(i, place[key], 1.0, self.old.weights[i])
            for i in olds
            if count_old[key := old_keys[i]] == 1 and count_new[key] == 1
        ]
        low_old, low_new = (olds[0], news[0]) if olds and news else (0, 0)
        end = Pair(low_old + len(olds), low_new + len(news), 0, 0)
        chain = heaviest_chain(unique)
        for pair in chain:
            self._set(pair.old, pair.new, 1.0)
        at_old, at_new = low_old, low_new
        for pair in [*chain, end]:
            i, j, i_to, j_to = at_old, at_new, pair.old, pair.new
            # At the ends of a text, too, what is equal there belongs together.
            while i < i_to and j < j_to and old_keys[i] == new_keys[j]:
                self._set(i, j, 1.0)
                i, j = i + 1, j + 1
            while i < i_to and j < j_to and old_keys[i_to - 1] == new_keys[j_to - 1]:
                i_to, j_to = i_to - 1, j_to - 1
                self._set(i_to, j_to, 1.0)
            if i < i_to and j < j_to and (chain or i > at_old or i_to < pair.old) and depth < 8:
                self._pair_equal(range(i, i_to), range(j, j_to), depth + 1)
            at_old, at_new = pair.old + 1, pair.new + 1

    def _strays(self) -> dict[int, int]:
        """Return equal sentences out of their order: no edited neighbour may pass for them."""
        count_old, count_new = Counter(self.old.keys), Counter(self.new.keys)
        place = {key: j for j, key in enumerate(self.new.keys)}
        return {
            i: place[key]
            for i, key in enumerate(self.old.keys)
            if i not in self.partner
            and len(key) >= _STRAY
            and count_old[key] == count_new[key] == 1
            and place[key] not in self.back
        }

    def _gaps(self) -> Iterator[tuple[range, range]]:
        """Yield the unpaired sentences between pairs that are next to each other in both texts."""
        before = (-1, -1)
        for i, j in [*sorted(self.partner.items()), (len(self.old), len(self.new))]:
            olds, news = range(before[0] + 1, i), range(before[1] + 1, j)
            if olds and news:
                yield olds, news
            before = i, j

    def _kin(self, strays: Mapping[int, int]) -> list[Pair]:
        """Return the pairs of unpaired sentences that are alike."""
        pairs: dict[tuple[int, int], Pair] = {}
        taken = set(strays.values())

        def consider(i: int, j: int, least: float) -> None:
            if (i, j) not in pairs and i not in strays and j not in taken:
                likeness = self.like(i, j)
                if likeness >= least + self._caution(i, j):
                    weight = self.old.weights[i] + self.new.weights[j]
                    pairs[i, j] = Pair(i, j, likeness, weight * likeness * likeness)

        wide: dict[int, range] = {}
        for olds, news in self._gaps():
            if len(olds) <= _PLACE and len(news) <= 2 * _PLACE:
                for i in olds:
                    for j in news:
                        consider(i, j, _LIKE_IN_PLACE if len(news) <= _PLACE else _LIKE_NEAR)
            wide.update(dict.fromkeys(olds, news))
        for i, j in self._candidates():
            consider(i, j, _LIKE_BETWEEN if j in wide.get(i, ()) else _LIKE_ELSEWHERE)
        return list(pairs.values())

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of unpaired sentences that share rare words, likely ones first."""
        index: defaultdict[int, list[int]] = defaultdict(list)
        for j in range(len(self.new)):
            if j not in self.back:
                for feature in self.new.features[j]:
                    if feature < 0:  # a stem; words have theirs
                        index[feature].append(j)
        weight = self.weight
        rare = {f: (-weight[f], f) for f, places in index.items() if len(places) < _COMMON}
        for i in range(len(self.old)):
            if i in self.partner:
                continue
            votes: defaultdict[int, float] = defaultdict(float)
            for _, feature in sorted(map(rare.__getitem__, self.old.features[i] & rare.keys()))[
                :_RARE
            ]:
                heavy = weight[feature]
                for j in index[feature]:
                    votes[j] += heavy
            ranked = sorted((-vote, abs(i - j), j) for j, vote in votes.items())
            for _, _, j in ranked[:_CANDIDATES]:
                yield i, j

    def _settle(self, kin: list[Pair]) -> None:
        """Take of all pairs those that keep the order of both texts and weigh most together."""
        if not kin:
            return
        for pair in kin:
            self.kin_of_old.setdefault(pair.old, []).append(pair)
            self.kin_of_new.setdefault(pair.new, []).append(pair)
        fixed = [
            Pair(i, j, 1.0, self.old.weights[i] + self.new.weights[j])
            for i, j in self.partner.items()
        ]
        chain = heaviest_chain(fixed + kin)
        self.partner.clear()
        self.back.clear()
        for pair in chain:
            self._set(pair.old, pair.new, pair.likeness)

    def _pair_moved(self) -> None:
        """Pair what is left: sentences that stand elsewhere now."""
        free: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for j, key in enumerate(self.new.keys):
            if j not in self.back:
                free[key].append(j)
        left = [i for i in range(len(self.old)) if i not in self.partner]
        copies = Counter(self.old.keys[i] for i in left)
        for i in left:
            key = self.old.keys[i]
            if copies[key] == 1 and len(free.get(key, ())) == 1:
                self._set(i, free[key][0], 1.0, moved=True)
        for i in left:  # neighbours of what moved moved along
            self._follow(i, 1)
        for i in reversed(left):
            self._follow(i, -1)
        kin = [
            pair
            for pairs in self.kin_of_old.values()
            for pair in pairs
            if pair.likeness >= _LIKE_ELSEWHERE
        ]
        for pair in sorted(kin, key=lambda pair: (-pair.weight, pair.old, pair.new)):
            if pair.old not in self.partner and pair.new not in self.back:
                self._set(pair.old, pair.new, pair.likeness, moved=True)

    def _follow(self, i: int, step: int) -> None:
        before = self.partner.get(i - step)
        if i in self.partner or before is None:
            return
        j = before + step
        if 0 <= j < len(self.new) and j not in self.back and self.old.keys[i] == self.new.keys[j]:
            self._set(i, j, 1.0, moved=True)

    def _pair_between(self) -> None:
        """Pair what little stands between the same neighbours: it was rewritten in its place."""
        kept = [(i, j) for i, j in sorted(self.partner.items()) if i not in self.moved]
        kept.append((len(self.old), len(self.new)))
        before = (-1, -1)
        for i, j in kept:
            olds = [at for at in range(before[0] + 1, i) if at not in self.partner]
            news = [at for at in range(before[1] + 1, j) if at not in self.back]
            alone = i - before[0] == j - before[1] == 2
            before = i, j
            if not (0 < len(olds) <= _PLACE and 0 < len(news) <= _PLACE):
                continue
            pairs = [
                Pair(a, b, likeness, likeness)
                for a in olds
                for b in news
                if (likeness := self.like(a, b))
                >= (_LIKE_ALONE if alone else _LIKE_IN_PLACE) + self._caution(a, b)
            ]
            for pair in heaviest_chain(pairs):
                self._set(pair.old, pair.new, pair.likeness)

    # Sentences that were split or joined

    def _share(self) -> None:
        """Give unpaired sentences to the neighbour's partner of which they are a part."""
        for i, j in list(self.partner.items()):
            if self.likeness[i] == 1.0:
                continue
            for step in (1, -1):
                rest = self.old.features[i] - self.new.features[j]
                at = j + step
                while 0 <= at < len(self.new) and at not in self.owners:
                    part = self.new.features[at]
                    if self._share_of(rest & part, part) < _PART:
                        break
                    self.targets[i].append(at)
                    self.owners[at] = [i]
                    rest -= part
                    at += step
                rest = self.new.features[j] - self.old.features[i]
                at = i + step
                while 0 <= at < len(self.old) and at not in self.targets:
                    part = self.old.features[at]
                    if self._share_of(rest & part, part) < _PART:
                        break
                    self.targets[at] = [j]
                    self.owners[j].append(at)
                    rest -= part
                    at += step
        for near in (*self.targets.values(), *self.owners.values()):
            near.sort()

    def _share_of(self, some: Iterable[int], whole: Iterable[int]) -> float:
        total = sum(map(self.weight.__getitem__, whole))
        return sum(map(self.weight.__getitem__, some)) / total if total else 0.0
