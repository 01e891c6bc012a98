"""What a claim's statement says and its passage does not, or another statement says differently.

Statement and passage are edited apart from each other. Only figures and names are compared: what
is put in other words is no drift.
"""

from collections.abc import Iterable, Iterator

from .words import Profile, Word, words

_NEAR = 2  # words after a figure among which stands what it counts


def missing(statement: str, passages: Iterable[str], known: Profile) -> list[str]:
    """Return figures and names of a statement that no passage holds, as they are written."""
    held = {word.key for passage in passages for word in words(passage, known)}
    return list(
        dict.fromkeys(
            word.raw
            for word in words(statement, known)
            if word.key not in held and (word.code == "figure" or known.is_name(word))
        )
    )


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
