"""Reads Markdown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from .manuscript import Manuscript, fold
from .refusal import ImportRefused
from .web import read_html

# The parser tries each against each.
MAX_BRACKETS = 20_000
FRONT_MATTER = re.compile(r"\A---[ ]*\n(.*?)\n(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
ENTRY = re.compile(r"^([\w-]+)[ ]*:[ ]*(.*)$", re.MULTILINE)


def read_markdown(text: str) -> Manuscript:
    """Read CommonMark with tables. HTML in it is read like a page's."""
    title = ""
    metadata = 0
    if (match := FRONT_MATTER.match(text)) and ENTRY.search(match[1]):
        for key, value in ENTRY.findall(match[1]):
            if key.lower() == "title":
                title = fold(value.strip().strip("\"'"))
            else:
                metadata += 1
        text = text[match.end() :]
    if text.count("[") > MAX_BRACKETS:
        raise ImportRefused(_("The text holds more square brackets than can be read."))
    # The default depth is 20, beyond which text is left out without a word.
    markdown = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable("table")
    try:
        page = markdown.render(text)
    except RecursionError as error:
        raise ImportRefused(_("The text is nested too deeply to be read.")) from error
    if not page.strip():
        return Manuscript([])
    manuscript = read_html(page, titled=False)
    return replace(manuscript, title=title, dropped=manuscript.dropped + Counter(metadata=metadata))
