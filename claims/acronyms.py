"""Names that are written out in one place and by their first letters in another.

Pure. "The Road Safety Board (RSB)", "the RSB" and "the Road Safety Board" name one thing, as long
as nothing else is written out for the letters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .words import Word

_LEAST = 3  # letters where all nouns have capitals; with fewer, chance spells them
_SKIPPED = 3  # letters of words that need not count: "Federation *of the* Blind"


def shortened(
    old: Sequence[Word], new: Sequence[Word], *, nouns_capital: bool
) -> tuple[list[Word], list[Word]]:
    """Return both wordings with names by their first letters alone, where either has those."""
    sides = [list(old), list(new)]
    for letters in sorted({word.raw for side in sides for word in side if _acronym(word)}):
        if nouns_capital and len(letters) < _LEAST:
            continue
        found = [list(_written_out(side, letters)) for side in sides]
        told = {tuple(word.key for word in sides[i][a:b]) for i in (0, 1) for a, b in found[i]}
        if len(told) != 1:
            continue
        for side, spans in zip(sides, found, strict=True):
            for start, end in reversed(spans):
                _replace(side, start, end, letters)
    return sides[0], sides[1]


def _acronym(word: Word) -> bool:
    letters = word.raw.removesuffix("s")
    return len(letters) > 1 and letters.isalpha() and letters.isupper()


def _written_out(side: Sequence[Word], letters: str) -> Iterator[tuple[int, int]]:
    """Yield where words begin with these letters in their order."""
    wanted = letters.removesuffix("s").casefold()
    for start in range(len(side)):
        spelling = _spelt(side, start, wanted)
        if not spelling:
            continue
        end = spelling[-1] + 1
        # Small letters spell nothing by intent, but beside the acronym.
        beside = [side[i].raw for i in (start - 1, end) if 0 <= i < len(side)]
        if letters in beside or all(side[i].capital for i in spelling):
            yield start, end


def _spelt(side: Sequence[Word], at: int, letters: str) -> list[int]:
    """Return which words from here on begin with the letters, none if they do not."""
    if at >= len(side):
        return []
    word = side[at]
    if word.code == "figure" or _acronym(word):
        return []
    if word.key[0] == letters[0]:
        if len(letters) == 1:
            return [at]
        if _goes_on(side, at) and (rest := _next(side, at + 1, letters[1:])):
            return [at, *rest]
    return []


def _next(side: Sequence[Word], at: int, letters: str) -> list[int]:
    """Spell on from here, or from the word after one that need not count."""
    found = _spelt(side, at, letters)
    skipped = at < len(side) and len(side[at].key) <= _SKIPPED and not side[at].capital
    if not found and skipped and _goes_on(side, at):
        found = _next(side, at + 1, letters)
    return found


def _goes_on(side: Sequence[Word], at: int) -> bool:
    return at + 1 < len(side) and side[at + 1].clause == side[at].clause


def _replace(side: list[Word], start: int, end: int, letters: str) -> None:
    """Put the letters in a name's place, once if they stand beside it."""
    raw = " ".join(word.raw for word in side[start:end])
    short = replace(side[start], raw=raw, key=letters.casefold(), code="", capital=True)
    for beside in (end, start - 1):
        if 0 <= beside < len(side) and side[beside].raw == letters:
            low, high = min(start, beside), max(end, beside + 1)
            short = replace(short, clause=side[low].clause, raw=letters)
            side[low:high] = [short]
            return
    side[start:end] = [short]
