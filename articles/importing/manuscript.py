"""The few kinds of block that every file becomes, and the rules for the text in them."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# Longer lines are read as prose, not as a heading.
HEADING_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. A line break is "\\n"."""

    text: str
    strong: bool = False
    em: bool = False
    href: str = ""

    @property
    def look(self) -> tuple[bool, bool, str]:
        return self.strong, self.em, self.href


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`level` None) or a heading (1 to 6; 0 is the title of a Word file).

    `path` holds the lists, items and quotations around it, outermost first, each with a number,
    so that two neighbours know whether they share one.
    """

    runs: tuple[Run, ...]
    level: int | None = None
    path: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What a reader found.

    `title` is the name that the file gives itself outside its text. `guessed` says that headings
    are not marked as such in the file. `dropped` counts what was left out, by kind.
    """

    blocks: list[Block]
    title: str = ""
    guessed: bool = False
    dropped: Counter[str] = field(default_factory=Counter)


def settle_runs(runs: Iterable[Run]) -> list[tuple[Run, ...]]:
    """Fold white space across runs, and cut where an empty line stands.

    Returns the runs of each paragraph that has text in it.
    """
    pieces: list[list[Run]] = [[]]
    breaks, space = 0, False  # white space that waits for text on both of its sides
    for run in runs:
        for part in re.split(r"(\n|[ \r\f]+)", run.text):
            if part == "\n":
                breaks += 1
            elif not part.strip(" \r\f"):
                space = space or bool(part)
            else:
                here = pieces[-1]
                gap = "\n" if breaks else " " if space else ""
                if breaks > 1:
                    pieces.append([])
                elif gap and here:
                    # Between two looks, white space has neither.
                    here.append(replace(run, text=gap) if here[-1].look == run.look else Run(gap))
                breaks, space = 0, False
                pieces[-1].append(replace(run, text=part))
    return [merge(piece) for piece in pieces if any(visible(run.text) for run in piece)]


def merge(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join neighbours of one look."""
    return tuple(
        Run("".join(run.text for run in group), *look)
        for look, group in itertools.groupby(runs, key=lambda run: run.look)
    )


def fold(text: str) -> str:
    return " ".join(text.split())


def tidy(text: str) -> str:
    """Return text in NFC with LF line ends and without control characters or non-characters."""
    text = text.replace("\r\n", "\n")
    text = re.sub("[\r\v\x85\u2028]", "\n", text)
    text = re.sub("[\f\u2029]", "\n\n", text)
    text = text.replace("\t", " ")
    text = UNWANTED.sub("", text)
    return unicodedata.normalize("NFC", text)


UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff"
    + "".join(
        f"{chr(plane * 0x10000 + 0xFFFE)}-{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
    )
    + "]"
)


def visible(text: str) -> bool:
    """Tell whether anything can be seen: no-break spaces and joiners alone are no text."""
    return any(unicodedata.category(character) not in INVISIBLE for character in text)


INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def looks_like_heading(line: str) -> bool:
    """Tell whether a line by itself could be a heading: short, capital, no final punctuation."""
    if "\n" in line or not 0 < len(line) <= HEADING_LENGTH or line[-1] in CLOSING:
        return False
    letters = [character for character in line if character.isalpha()]
    first = next((character for character in line if character.isalnum()), "")
    return bool(letters) and not first.islower()


def looks_like_prose(text: str) -> bool:
    return len(text) > HEADING_LENGTH or text[-1:] in SENTENCE_END


SENTENCE_END = frozenset(".!?…:“”\"»«'’)")
CLOSING = frozenset(".!?…:;,“”\"»«'’„‚-–—/")
