"""Tables on their way into a body: tags as marks in the stream, rows brought to one width.

HTML parsers move or drop what stands in the wrong place of a table. So before anything is parsed,
its tags become marks that may stand anywhere (``marked``), and the body makes rows and cells of
them again. A stored table is a plain grid: every row has as many cells as the widest, and no cell
spans others, since such cells mean different things to readers, screen readers and comparisons.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

GRID: Final = "data-grid"
# The marks' attributes, for the sanitiser.
ATTRIBUTES: Final = frozenset({GRID, "data-across", "data-down"})
KINDS: Final = frozenset({"table", "tr", "td", "th"})
WIDEST: Final = 50

_TAG = re.compile(
    r"<(/?)(table|caption|colgroup|col|thead|tbody|tfoot|tr|td|th|text)(?=[\s/>])"
    r"""((?:[^>"']|"[^"]*"|'[^']*')*+)>""",
    re.IGNORECASE,
)
# The start of such a tag that never ends.
_LOOSE = re.compile(
    r"<(/?)(?:table|caption|colgroup|col|thead|tbody|tfoot|tr|td|th|text)(?=[\s/>])", re.IGNORECASE
)
_SPAN = re.compile(r"""\b(col|row)span\s*=\s*["']?\s*(\d{1,4})""", re.IGNORECASE)


def marked(html: str) -> str:
    """Return HTML in which tags of tables are marks: ``<hr data-grid="td">``, ``"/td"``."""
    return _LOOSE.sub(r"<\1div", _TAG.sub(_mark, html))


def _mark(tag: re.Match[str]) -> str:
    slash, name, attributes = tag[1], tag[2].lower(), tag[3]
    if name not in KINDS:
        return f'<hr {GRID}="">'
    spans = {which.lower(): int(number) for which, number in _SPAN.findall(attributes)}
    across = f' data-across="{spans["col"]}"' if spans.get("col", 1) > 1 else ""
    down = f' data-down="{spans["row"]}"' if spans.get("row", 1) > 1 else ""
    return f'<hr {GRID}="{slash}{name}"{across}{down}>'


class Cell(NamedTuple):
    """A cell as it was written: ``across`` and ``down`` count the columns and rows it spans."""

    content: Any
    across: int = 1
    down: int = 1


def even(rows: Sequence[Sequence[Cell]]) -> list[list[list[Any]]]:
    """Return rows of equal width, each place with what was written to it, mostly one or nothing.

    What spans several places stands in the first of them alone. What lies beyond ``WIDEST``
    columns comes together in the last.
    """
    grid: list[dict[int, list[Any]]] = [{} for _ in rows]
    taken: list[set[int]] = [set() for _ in rows]
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in taken[at]:
                column += 1
            column = min(column, WIDEST - 1)
            across = max(1, min(cell.across, WIDEST - column))
            grid[at].setdefault(column, []).append(cell.content)
            for below in range(at, min(at + max(1, cell.down), len(rows))):
                taken[below].update(range(column, column + across))
            column += across
    width = max((max(columns, default=-1) + 1 for columns in taken), default=0)
    return [[row.get(column, []) for column in range(width)] for row in grid]
