"""Two texts made from the same one, brought together again.

Pure, like the comparison of words in `history.diff`: strings in, steps out. A step is what stands
between two stretches that nobody touched; each can be taken from either side.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .diff import matching

Kind = Literal["same", "mine", "theirs", "agreed", "conflict"]

# Tags whole; words and signs each with the white space before them.
_TOKEN = re.compile(r"\s*<[^<>]*>|\s*[\w’'-]+|\s*[^\w\s<]|\s+|<")
_TAG = re.compile(r"\s*<(/?)([a-z][a-z0-9]*)[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Step:
    """What stood in one place, and what either made of it."""

    base: tuple[str, ...]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        if self.mine == self.theirs:
            return "same" if self.mine == self.base else "agreed"
        if self.mine == self.base:
            return "theirs"
        return "mine" if self.theirs == self.base else "conflict"


def merge(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[Step]:
    """Return the steps from the beginning to the end of all three lists.

    Joined, the `base` of all steps is the base again, and so for the other two.
    """
    ours, others = dict(matching(base, mine)), dict(matching(base, theirs))
    steps: list[Step] = []
    at, i, j = 0, 0, 0
    for index in sorted(ours.keys() & others.keys()):
        if (index, ours[index], others[index]) != (at, i, j):
            steps.append(_step(base[at:index], mine[i : ours[index]], theirs[j : others[index]]))
        steps.append(_step([base[index]], [mine[ours[index]]], [theirs[others[index]]]))
        at, i, j = index + 1, ours[index] + 1, others[index] + 1
    if at < len(base) or i < len(mine) or j < len(theirs):
        steps.append(_step(base[at:], mine[i:], theirs[j:]))
    return _joined(steps)


def _step(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Step:
    return Step(tuple(base), tuple(mine), tuple(theirs))


def _joined(steps: list[Step]) -> list[Step]:
    """Join neighbouring steps of one kind."""
    joined: list[Step] = []
    for step in steps:
        if joined and joined[-1].kind == step.kind == "same":
            joined[-1] = _plus(joined[-1], step)
        else:
            joined.append(step)
    return joined


def _plus(one: Step, other: Step) -> Step:
    return Step(one.base + other.base, one.mine + other.mine, one.theirs + other.theirs)


def text(base: str, mine: str, theirs: str) -> list[Step]:
    """Return the steps between three versions of a text or of one block of HTML, in words.

    Whichever side is taken in each step, elements are closed as they were opened.
    """
    steps = merge(*(_TOKEN.findall(one) for one in (base, mine, theirs)))
    safe: list[Step] = []
    for step in steps:
        # An element that one side opens in this step is closed in a later one: they are one change.
        if safe and not _balanced(safe[-1]):
            safe[-1] = _plus(safe[-1], step)
        else:
            safe.append(step)
    while len(safe) > 1 and not _balanced(safe[-1]):
        last = safe.pop()
        safe[-1] = _plus(safe[-1], last)
    return safe


def _balanced(step: Step) -> bool:
    if step.kind == "same":
        return True
    left = {_left_open(side) for side in (step.base, step.mine, step.theirs)}
    return len(left) == 1


def _left_open(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the tags without their counterpart, with all that they say."""
    left: list[str] = []
    for token in tokens:
        tag = _TAG.fullmatch(token)
        if tag is None or tag[2].lower() == "br":
            continue
        if tag[1] and left and (last := _TAG.fullmatch(left[-1])) and last[2] == tag[2]:
            left.pop()
        else:
            left.append(token.strip())
    return tuple(left)


def blocks(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> list[Step | list[Step]]:
    """Return the steps between three lists of blocks of HTML.

    Where the same number of blocks stands in all three, each is told apart in words: it is a list
    of steps whose parts are words and tags.
    """
    found: list[Step | list[Step]] = []
    for step in merge(base, mine, theirs):
        if step.kind == "conflict" and len(step.base) == len(step.mine) == len(step.theirs):
            found += [
                text(*triple) for triple in zip(step.base, step.mine, step.theirs, strict=True)
            ]
        else:
            found.append(step)
    return found


def around(tokens: Sequence[str], words: int, *, end: bool) -> str:
    """Return the last or first words of a stretch, without tags, to tell where a change stands."""
    plain = [token for token in tokens if not _TAG.fullmatch(token)]
    cut = plain[-words:] if end else plain[:words]
    return "".join(cut)
