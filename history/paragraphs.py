"""What became of paragraphs between two lists of them.

Pure, like the comparison of words in `history.diff`: strings in, changes out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel, LCSseq

from .diff import Change, content, words

BlockOp = Literal["same", "edited", "split", "joined", "moved", "left", "inserted", "deleted"]

# Shares of content words that two paragraphs have in common, in order. Unrelated ones of the same
# piece stay under 0.15. A paragraph in its place is recognised by less than one found elsewhere.
_LIKE_IN_PLACE = 0.34
_LIKE_ELSEWHERE = 0.6
_LIKE_BETWEEN = 0.1  # ... and where the paragraphs around it are known
_SHORT = 8  # words; headings and the like, where one replaced word is a large share
_NEIGHBOURS = 12  # paragraphs between two known ones; with more, chance would pair them
_MOVABLE = 4  # words; with fewer, two edited paragraphs are alike by chance
_CANDIDATES = 4
_PART = 0.6  # share of a paragraph's words that must stem from the one that was split


@dataclass(frozen=True, slots=True)
class BlockChange:
    """What became of a paragraph.

    `old` and `new` are indexes into the two lists: one each for "same", "edited" and "moved"
    (whose `words` tell whether it was edited as well), only one of them for "inserted" and
    "deleted", several adjacent ones in `new` for "split", in `old` for "joined". "left" marks the
    place from where a "moved" one went; it repeats the indexes and says nothing new.
    `words` leads from the old paragraphs' text to the new ones', each joined by line feeds.
    """

    op: BlockOp
    old: tuple[int, ...]
    new: tuple[int, ...]
    words: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        """Whether any word differs (a moved paragraph may be unchanged in itself)."""
        return any(change.op != "=" for change in self.words)


class Pair(NamedTuple):
    """Something of the old list that may have become something of the new one."""

    old: int
    new: int
    likeness: float
    weight: float


def blocks(old: Sequence[str], new: Sequence[str]) -> list[BlockChange]:
    """Return what became of each paragraph, in the order of the new list.

    Every index of `old` and of `new` occurs in exactly one change ("left" apart). Deleted
    paragraphs stand where they stood, before what has come in their place.
    """
    ids: dict[str, int] = {}
    bags_old = [_bag(text, ids) for text in old]
    bags_new = [_bag(text, ids) for text in new]
    pairs = _pairs(old, new, bags_old, bags_new)
    in_place = heaviest_chain([pair for pair in pairs if pair.likeness >= _LIKE_IN_PLACE])
    partner = {pair.old: pair.new for pair in in_place}

    moved: dict[int, int] = {}
    taken = set(partner.values())
    for pair in sorted(pairs, key=lambda pair: (-pair.weight, pair.old, pair.new)):
        far = (
            pair.likeness == 1.0
            if len(bags_old[pair.old]) < _MOVABLE
            else (pair.likeness >= _LIKE_ELSEWHERE)
        )
        if far and old[pair.old].strip() and pair.old not in partner and pair.new not in taken:
            moved[pair.old] = partner[pair.old] = pair.new
            taken.add(pair.new)

    _pair_neighbours(old, new, bags_old, bags_new, partner, moved)
    splits, joins = _splits_and_joins(bags_old, bags_new, partner, moved)
    return list(_in_order(old, new, partner, moved, splits, joins))


def _bag(text: str, ids: dict[str, int]) -> list[int]:
    """Return the words by which a paragraph is recognised, in order, as numbers."""
    found = content(text)
    telling = [word for word in found if len(word) > 3 or word[0].isdigit()]
    chosen = telling if len(telling) >= 3 else found
    return [ids.setdefault(word.casefold(), len(ids)) for word in chosen]


def _pairs(
    old: Sequence[str], new: Sequence[str], bags_old: list[list[int]], bags_new: list[list[int]]
) -> list[Pair]:
    """Return the pairs of paragraphs worth a thought: equal ones, and those sharing rare words."""
    pairs: list[Pair] = []
    places: defaultdict[str, list[int]] = defaultdict(list)
    for j, text in enumerate(new):
        places[text].append(j)
    copies = Counter(old)
    seen: Counter[str] = Counter()
    settled_old: set[int] = set()
    settled_new: set[int] = set()
    for i, text in enumerate(old):
        if text not in places:
            continue
        there = places[text]
        rank = seen[text]
        seen[text] += 1
        # Of many equal ones (empty paragraphs), the k-th from either end: no n times m.
        ranks = {rank, len(there) - copies[text] + rank}
        if len(there) <= 4 and copies[text] <= 4:
            ranks = set(range(len(there)))
        for k in ranks:
            if 0 <= k < len(there):
                pairs.append(Pair(i, there[k], 1.0, 2.0 * len(bags_old[i]) + 1.0))
        if copies[text] == len(there):
            settled_old.add(i)
            settled_new.update(there)

    index: defaultdict[int, list[int]] = defaultdict(list)
    for j, bag in enumerate(bags_new):
        if j not in settled_new:
            for word in set(bag):
                index[word].append(j)
    for i, bag in enumerate(bags_old):
        if i in settled_old or not bag:
            continue
        votes: defaultdict[int, float] = defaultdict(float)
        for word in set(bag):
            hits = index.get(word, ())
            if len(hits) <= 32:
                for j in hits:
                    votes[j] += 1.0 / len(hits)
        best = sorted(votes, key=lambda j: (-votes[j], abs(i - j)))[:_CANDIDATES]
        for j in best:
            if old[i] != new[j]:
                likeness = min(_likeness(bag, bags_new[j]), 0.99)
                pairs.append(Pair(i, j, likeness, likeness * (len(bag) + len(bags_new[j]))))
    return pairs


def _likeness(one: list[int], other: list[int]) -> float:
    if not one or not other:
        return 0.0
    return float(Indel.normalized_similarity(one, other))


def heaviest_chain(pairs: list[Pair]) -> list[Pair]:
    """Return the pairs that keep the order of both lists and weigh most together."""
    if not pairs:
        return []
    # A Fenwick tree over the new list: the heaviest chain that ends before an index.
    size = max(pair.new for pair in pairs) + 2
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    before: list[int] = []
    ordered = sorted(pairs, key=lambda pair: (pair.old, -pair.new))
    for at, pair in enumerate(ordered):
        best = (0.0, -1)
        place = pair.new
        while place > 0:
            best = max(best, tree[place])
            place -= place & -place
        before.append(best[1])
        entry = (best[0] + pair.weight, at)
        place = pair.new + 1
        while place <= size:
            tree[place] = max(tree[place], entry)
            place += place & -place
    best = (0.0, -1)
    place = size
    while place > 0:
        best = max(best, tree[place])
        place -= place & -place
    chosen = []
    at = best[1]
    while at >= 0:
        chosen.append(ordered[at])
        at = before[at]
    return chosen[::-1]


def _pair_neighbours(
    old: Sequence[str],
    new: Sequence[str],
    bags_old: list[list[int]],
    bags_new: list[list[int]],
    partner: dict[int, int],
    moved: dict[int, int],
) -> None:
    """Pair what little stands between the same neighbours: it was rewritten in its place."""
    in_place = [(-1, -1), *((i, j) for i, j in sorted(partner.items()) if i not in moved)]
    taken = set(partner.values())
    for (i, j), (next_i, next_j) in zip(
        in_place, [*in_place[1:], (len(old), len(new))], strict=True
    ):
        free_old = [at for at in range(i + 1, next_i) if at not in partner and old[at].strip()]
        free_new = [at for at in range(j + 1, next_j) if at not in taken and new[at].strip()]
        if not 0 < len(free_old) <= _NEIGHBOURS or not 0 < len(free_new) <= _NEIGHBOURS:
            continue
        texts = {old[a] for a in free_old} | {new[b] for b in free_new}
        short = {text: len(content(text)) <= _SHORT for text in texts}
        pairs = []
        for a in free_old:
            for b in free_new:
                likeness = _likeness(bags_old[a], bags_new[b])
                if likeness >= _LIKE_BETWEEN or (short[old[a]] and short[new[b]]):
                    pairs.append(Pair(a, b, likeness, likeness + _LIKE_BETWEEN))
        partner.update((pair.old, pair.new) for pair in heaviest_chain(pairs))


def _splits_and_joins(
    bags_old: list[list[int]],
    bags_new: list[list[int]],
    partner: dict[int, int],
    moved: dict[int, int],
) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """Return {old: parts} of split paragraphs and {new: parts} of those that were joined."""
    back = {j: i for i, j in partner.items()}
    splits: dict[int, tuple[int, ...]] = {}
    joins: dict[int, tuple[int, ...]] = {}
    for i, j in list(partner.items()):
        if i in moved:
            continue
        parts = _parts(bags_old[i], bags_new, j, lambda at: at not in back)
        if len(parts) > 1:
            splits[i] = parts
            back.update(dict.fromkeys(parts, i))
            continue
        parts = _parts(bags_new[j], bags_old, i, lambda at: at not in partner)
        if len(parts) > 1:
            joins[j] = parts
            partner.update(dict.fromkeys(parts, j))
    return splits, joins


def _parts(
    whole: list[int], bags: list[list[int]], first: int, free: Callable[[int], bool]
) -> tuple[int, ...]:
    """Return the adjacent paragraphs around `first` that `whole` consists of."""
    parts, bag = [first], bags[first]
    for step in (1, -1):
        at = first + step
        while 0 <= at < len(bags) and free(at) and bags[at]:
            longer = bag + bags[at] if step > 0 else bags[at] + bag
            gain = LCSseq.similarity(whole, longer) - LCSseq.similarity(whole, bag)
            if gain < _PART * len(bags[at]):
                break
            parts.append(at)
            bag = longer
            at += step
    return tuple(sorted(parts))


def _in_order(
    old: Sequence[str],
    new: Sequence[str],
    partner: dict[int, int],
    moved: dict[int, int],
    splits: dict[int, tuple[int, ...]],
    joins: dict[int, tuple[int, ...]],
) -> Iterator[BlockChange]:
    origin = {j: i for i, j in partner.items()}
    for i, parts in splits.items():
        origin.update(dict.fromkeys(parts, i))
    for j, parts in joins.items():
        origin[j] = parts[0]

    old_at = 0

    def change(op: BlockOp, olds: tuple[int, ...], news: tuple[int, ...]) -> BlockChange:
        texts = "\n".join(old[i] for i in olds), "\n".join(new[j] for j in news)
        return BlockChange(op, olds, news, tuple(words(*texts)))

    def departed(until: int) -> Iterator[BlockChange]:
        """What stood in the old list before index `until` and is not here any more."""
        nonlocal old_at
        while old_at < until:
            if old_at in moved:
                yield BlockChange("left", (old_at,), (moved[old_at],), ())
            elif old_at not in partner:
                yield change("deleted", (old_at,), ())
            old_at += 1

    # For each new index the old one up to which what is gone stood before it.
    before = [len(old)] * len(new)
    for j in reversed(range(len(new))):
        if j in origin and origin[j] not in moved:
            before[j] = origin[j]
        elif j + 1 < len(new):
            before[j] = before[j + 1]
    done: set[int] = set()
    for j in range(len(new)):
        if j in done:
            continue
        yield from departed(before[j])
        if j not in origin:
            yield change("inserted", (), (j,))
            continue
        i = origin[j]
        if i in moved:
            yield change("moved", (i,), (j,))
        elif i in splits:
            old_at = i + 1
            done.update(splits[i])
            yield change("split", (i,), splits[i])
        elif j in joins:
            old_at = joins[j][-1] + 1
            yield change("joined", joins[j], (j,))
        else:
            old_at = i + 1
            yield change("same" if old[i] == new[j] else "edited", (i,), (j,))
    yield from departed(len(old))
