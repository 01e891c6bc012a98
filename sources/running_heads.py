"""What stands at the top and bottom of every page and belongs to no sentence.

Pure: a text with form feeds between pages in, the same text out in which a sentence that runs
across pages is not interrupted, sign for sign at the same offset.

A wrong guess could join words that do not belong together. So a line is taken for a running head
or foot only if it stands at the same edge of many pages, differs in nothing but a number that
counts the pages, is short, ends no sentence and denies nothing; and it is passed over only between
the two halves of one sentence: after words that end none, before a small letter.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product, takewhile

# A head or foot has at most so many lines, of so many signs, on at least so many pages, and on
# one in so many: left and right pages, and those of a chapter, have their own.
_LINES = 3
_LONGEST = 120
_LEAST_PAGES = 3
_ONE_IN = 4

_MOST_FIGURES = 3
_LONGEST_FIGURE = 9

_FIGURES = re.compile(r"\d+")
_ENDS = re.compile(r"[.!?:;…][\"'“”„‘’«»‹›)\]]*$")
_DENIES = re.compile(
    r"\b(?:nicht\w*|nie\w*|kein\w*|ohne|weder|nein|not?|never|none|ne|pas|jamais|non|aber|but)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page that is not empty; offsets count in the whole text."""

    start: int
    end: int
    words: str


def joined(text: str) -> str:
    """Return a text in which what interrupts sentences between pages is blank."""
    pages = [list(page) for page in _pages(text)]
    if len(pages) < _LEAST_PAGES:
        return text
    top = _running([page[:_LINES] for page in pages])
    bottom = _running([page[: -_LINES - 1 : -1] for page in pages])
    blanked = list(text)
    for number, (upper, lower) in enumerate(pairwise(pages)):
        above = upper[: len(upper) - bottom[number]]
        below = lower[top[number + 1] :]
        if not above or not below:
            continue
        start, end = above[-1].end, below[0].start
        if _runs_on(above[-1].words, below[0].words):
            # A hyphen at the end of a page divides a word as one at the end of a line does.
            blanked[start:end] = "\n".ljust(end - start)
    return "".join(blanked)


def _pages(text: str) -> Iterator[Iterator[_Line]]:
    at = 0
    for page in text.split("\f"):
        yield _lines(page, at)
        at += len(page) + 1


def _lines(page: str, at: int) -> Iterator[_Line]:
    for match in re.finditer(r"[^\n]+", page):
        if words := match[0].strip():
            start = at + match.start() + match[0].index(words)
            yield _Line(start, start + len(words), words)


def _runs_on(before: str, after: str) -> bool:
    """Whether a sentence goes on from one page to the next beyond doubt."""
    return not _ENDS.search(before) and after[:1].islower()


def _running(edges: list[list[_Line]]) -> list[int]:
    """Return how many lines of each page's edge, from without, run through the pages."""
    keys = [
        [_keys(line.words, depth, number) for depth, line in enumerate(lines)]
        for number, lines in enumerate(edges)
    ]
    pages = Counter(key for page in keys for line in page for key in line)
    least = max(_LEAST_PAGES, len(edges) / _ONE_IN)
    return [
        sum(1 for _ in takewhile(lambda line: any(pages[key] >= least for key in line), page))
        for page in keys
    ]


def _keys(words: str, depth: int, number: int) -> list[Hashable]:
    """Return what a line of a page has in common with the same head or foot of other pages.

    Each figure in it is either that of all pages, or counts them.
    """
    figures = _FIGURES.findall(words)
    if (
        len(words) > _LONGEST
        or len(figures) > _MOST_FIGURES
        or any(len(figure) > _LONGEST_FIGURE for figure in figures)
        or _ENDS.search(words)
        or _DENIES.search(words)
    ):
        return []
    read = product(*((("is", int(one)), ("counts", int(one) - number)) for one in figures))
    return [(depth, _FIGURES.sub("#", words), reading) for reading in read]
