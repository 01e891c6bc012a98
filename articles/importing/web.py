"""Reads web pages, and what other readers wrote as HTML."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import replace

import lxml.html
from django.utils.translation import gettext_lazy as _
from lxml import etree

from .manuscript import (
    Block,
    Manuscript,
    Run,
    fold,
    looks_like_heading,
    looks_like_prose,
    settle_runs,
    tidy,
)
from .refusal import ImportRefused

SPACE = re.compile(r"[ \t\n\r\f]+")

BLOCK_TAGS = frozenset(
    {
        *("html", "body", "article", "section", "main", "header", "footer", "aside", "hgroup"),
        *("p", "div", "pre", "address", "hr", "center", "figure", "figcaption", "form", "fieldset"),
        *("legend", "details", "summary", "dialog", "search", "dl", "dt", "dd", "dir", "menu"),
        *("table", "caption", "tbody", "thead", "tfoot", "tr"),
    }
)
HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
# What stays out with all that is in it, and under which name it is counted.
SKIPPED_TAGS = {
    **dict.fromkeys(("head", "title", "script", "style", "template", "noscript", "frameset"), ""),
    **dict.fromkeys(("meta", "link", "base", "map", "datalist", "param", "source", "track"), ""),
    **dict.fromkeys(("img", "svg", "canvas"), "image"),
    **dict.fromkeys(("iframe", "video", "audio", "object", "embed", "applet"), "media"),
    **dict.fromkeys(("input", "select", "textarea", "button"), "field"),
    "nav": "navigation",
    "math": "formula",
}
STRONG_TAGS = frozenset({"strong", "b"})
EM_TAGS = frozenset({"em", "i", "cite", "dfn", "var"})


def read_html(text: str, *, titled: bool = True) -> Manuscript:
    """Read a web page or a fragment of one: its text, without scripts, styles and navigation."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ImportRefused(_("The file contains no text that could be imported.")) from error
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        # Too deep or too long: the parser stops there, and the rest of the text would be lost.
        raise ImportRefused(_("The page is built in a way that cannot be read in full."))
    title = root.findtext(".//head//title") or ""
    reader = HtmlReader()
    reader.read(root)
    blocks = mark_bold_headings(reader.blocks)
    return Manuscript(blocks, fold(tidy(title)) if titled else "", dropped=reader.dropped)


STRAY_LIST = ("ul", 0)
# Deeper lists and quotations are no writing. Even, since lists come in pairs with their items.
DEEPEST = 12


class HtmlReader:
    """Walks a tree once and collects its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.dropped: Counter[str] = Counter()
        self.runs: list[Run] = []
        self.path: list[tuple[str, int]] = []
        self.level: int | None = None
        self.strong = self.em = self.pre = 0
        self.hrefs: list[str] = []
        self.row: etree._Element | None = None
        self.row_worded = self.next_cell = False
        self.count = 0

    def read(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag in SKIPPED_TAGS:
                    self.drop(element)
                    walk.skip_subtree()
                    continue
                self.start(tag, element)
                self.add(element.text)
            else:
                if tag not in SKIPPED_TAGS:
                    self.end(tag, element)
                if element is not root:
                    self.add(element.tail)
        self.flush()

    def drop(self, element: etree._Element) -> None:
        what = SKIPPED_TAGS[element.tag]
        if what and element.get("type") != "hidden":
            self.dropped[what] += 1

    def start(self, tag: str, element: etree._Element) -> None:
        if tag in HEADING_TAGS:
            self.flush()
            titled = tag == "h1" and element.get("class") == "title"
            self.level = 0 if titled else HEADING_TAGS[tag]
        elif tag in ("ul", "ol", "blockquote"):
            self.flush()
            self.enter(tag)
        elif tag == "li":
            self.flush()
            if not self.path or self.path[-1][0] not in ("ul", "ol"):
                # An item outside of any list. Neighbours share one, since the number is the same.
                self.path.append(STRAY_LIST)
            self.enter("li")
        elif tag == "table":
            self.flush()
            if any(len(row) > 1 and is_data_row(row) for row in element.iter("tr")):
                self.dropped["table"] += 1
        elif tag == "tr":
            self.flush()
            self.row = element if self.row is None and is_data_row(element) else self.row
        elif tag in ("td", "th"):
            if self.row is None:
                self.flush()
            else:
                self.next_cell = self.row_worded
        elif tag in BLOCK_TAGS:
            self.separate()
            self.pre += tag == "pre"
        elif tag == "br":
            self.add_run("\n")
        elif tag in STRONG_TAGS:
            self.strong += 1
        elif tag in EM_TAGS:
            self.em += 1
        elif tag == "a":
            self.hrefs.append(safe_href(element.get("href", "")))
        elif tag == "q":
            self.add_run('"')

    def end(self, tag: str, element: etree._Element) -> None:
        if tag in HEADING_TAGS:
            self.flush()
            self.level = None
        elif tag in ("ul", "ol", "blockquote", "li"):
            self.flush()
            self.leave(tag)
        elif tag == "tr":
            if self.row is element or self.row is None:
                self.row, self.row_worded, self.next_cell = None, False, False
                self.flush()
        elif tag in BLOCK_TAGS:
            self.separate()
            self.pre -= tag == "pre"
        elif tag in ("td", "th"):
            if self.row is None:
                self.flush()
        elif tag in STRONG_TAGS:
            self.strong -= 1
        elif tag in EM_TAGS:
            self.em -= 1
        elif tag == "a":
            self.hrefs.pop()
        elif tag == "q":
            self.add_run('"')

    def enter(self, tag: str) -> None:
        self.count += 1
        self.path.append((tag, self.count))

    def leave(self, tag: str) -> None:
        while self.path:
            if self.path.pop()[0] == tag:
                break
        if tag == "li" and self.path and self.path[-1] == STRAY_LIST:
            self.path.pop()

    def add(self, text: str | None) -> None:
        if text:
            text = tidy(text)
            self.add_run(text if self.pre else SPACE.sub(" ", text))

    def add_run(self, text: str) -> None:
        if self.next_cell and text.strip():
            self.next_cell = False
            self.runs.append(Run(" | "))
        self.row_worded = self.row_worded or bool(self.row is not None and text.strip())
        self.runs.append(
            Run(text, self.strong > 0, self.em > 0, self.hrefs[-1] if self.hrefs else "")
        )

    def separate(self) -> None:
        """End a block, or in a table's row only a word."""
        if self.row is None:
            self.flush()
        else:
            self.add_run(" ")

    def flush(self) -> None:
        runs, self.runs = self.runs, []
        path = self.full_path()
        for settled in settle_runs(runs):
            # Lists and quotations hold no headings.
            self.blocks.append(Block(settled, None if path else self.level, path))

    def full_path(self) -> tuple[tuple[str, int], ...]:
        """Return the path with an item in every list, also for text outside of items."""
        path: list[tuple[str, int]] = []
        for step in self.path:
            if path and path[-1][0] in ("ul", "ol") and step[0] != "li":
                path.append(("li", -step[1]))
            path.append(step)
        if path and path[-1][0] in ("ul", "ol"):
            self.count += 1
            path.append(("li", self.count))
        return tuple(path[:DEEPEST])


def is_data_row(row: etree._Element) -> bool:
    """Tell whether a row's cells hold a line each. Other tables are layout: their text flows."""
    for cell in row:
        blocks = 0
        for inner in cell.iterdescendants():
            if inner.tag in HEADING_TAGS or inner.tag in ("table", "ul", "ol", "blockquote"):
                return False
            blocks += inner.tag in ("p", "div")
        if blocks > 1:
            return False
    return True


def safe_href(href: str) -> str:
    href = re.sub(r"\s+", "%20", tidy(href).strip())
    return href if re.match(r"(?:https?://|mailto:)[^\s]", href, re.IGNORECASE) else ""


def mark_bold_headings(blocks: list[Block]) -> list[Block]:
    """Where a text has no headings, take short lines that are wholly bold for them."""
    if any(block.level is not None for block in blocks):
        return blocks
    marked = list(blocks)
    for index, (block, after) in enumerate(itertools.pairwise(blocks)):
        if (
            not block.path
            and all(run.strong or not run.text.strip() for run in block.runs)
            and looks_like_heading(block.text)
            and looks_like_prose(after.text)
            and len(after.text) > len(block.text)
        ):
            marked[index] = replace(block, level=2)
    return marked
