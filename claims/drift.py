"""What a claim's statement says and its passage does not, or another statement says differently.

Statement and passage are edited apart from each other. Only figures and names are compared: what
is put in other words is no drift.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from .spelling import is_word
from .words import Profile, Word, words

_NEAR = 2  # words after a figure among which stands what it counts


def missing(statement: str, passages: Iterable[str], known: Profile) -> list[str]:
    """Return figures and names of a statement that no passage holds, as they are written."""
    held = {word.key for passage in passages for word in words(passage, known)}
    held |= {key.removesuffix("s") for key in held}
    said = words(statement, known)
    names = set(_names(said, known))
    return list(
        dict.fromkeys(
            word.raw
            for at, word in enumerate(said)
            if word.key not in held
            and (word.code == "figure" or (at in names and word.key.removesuffix("s") not in held))
        )
    )


def _names(said: list[Word], known: Profile) -> Iterator[int]:
    """Yield where names stand.

    Where all nouns have capitals, a name is what no dictionary has, nor is made of what it has,
    and the second of two nouns side by side: "Anna Berg".
    """
    for at, word in enumerate(said):
        noun = known.nouns_capital and word.capital and not word.code
        if known.is_name(word) or (noun and is_word(word.key, known.language) is False):
            yield at
    if known.nouns_capital:
        for at, (one, other) in enumerate(pairwise(said), 1):
            nouns = all(w.capital and not w.code and not known.is_small(w) for w in (one, other))
            if nouns and not other.opens and not other.glued and one.clause == other.clause:
                yield at


def disagreeing(one: str, other: str, known: Profile) -> Iterator[tuple[str, str]]:
    """Yield figures that count the same thing in two statements and differ, as they are written."""
    theirs = dict(_counted(words(other, known)))
    for thing, figure in _counted(words(one, known)):
        if thing in theirs and theirs[thing].key != figure.key:
            yield f"{figure.raw} {thing}", f"{theirs[thing].raw} {thing}"


def _counted(some: list[Word]) -> Iterator[tuple[str, Word]]:
    """Yield what figures count, and the figures; not where two count the same."""
    found: dict[str, list[Word]] = {}
    for at, word in enumerate(some):
        if word.code != "figure":
            continue
        for near in some[at + 1 : at + 1 + _NEAR]:
            if near.key.isalpha() and not near.code and len(near.key) > 3:
                found.setdefault(near.raw, []).append(word)
                break
    for thing, figures in found.items():
        if len(figures) == 1:
            yield thing, figures[0]
