"""Turns a manuscript file into a headline and a body.

Plain text, Markdown, HTML and Word files all become the same few kinds of block (paragraph,
subheading, list item, quotation), and only these are written out again, in the form in which bodies
are stored. So nothing of a file's own markup, and no claim mark of another house, can reach a body.
Nothing here knows models.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from articles.body import clean

from .encodings import decode
from .headline import base_name, readable_stem, settle_headline, settle_levels
from .kinds import kind_of_bytes, kind_of_text
from .manuscript import Manuscript, fold, tidy
from .markdown import read_markdown
from .plain import read_text
from .refusal import ImportRefused
from .web import read_html
from .word import read_docx
from .writing import name_dropped, write

__all__ = ["MAX_BYTES", "ImportRefused", "Imported", "convert"]

MAX_BYTES = 5_000_000
# As much as an article takes.
HEADLINE_LENGTH = 300
READERS: dict[str, Callable[[str], Manuscript]] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
}
WORD = re.compile(r"[^\W_](?:[^\s]*[^\W_])?")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file says.

    `body` is HTML of p, h2, h3, ul, ol, li, blockquote, strong, em, a and br. `format` is text,
    markdown, html or docx; `encoding` is utf-8, utf-16, utf-32, windows-1252 or what an HTML page
    declared, None for Word files. `paragraphs` counts list items and quotations in, `words` is of
    the body.
    `dropped` names, in the active language, what could not be kept.
    """

    headline: str
    body: str
    format: str
    encoding: str | None
    paragraphs: int
    subheadings: int
    words: int
    dropped: tuple[str, ...]


def convert(data: bytes, name: str, *, headline: str = "", max_bytes: int = MAX_BYTES) -> Imported:
    """Return headline and body of the manuscript `data`, a file called `name`.

    The headline is the given one, else the file's first heading, else its name made readable.
    A heading that serves as headline leaves the body, unless it stands amidst the text. None is
    longer than HEADLINE_LENGTH.
    Raises ImportRefused, and nothing else, if the bytes hold no text that can be read in full.
    """
    if len(data) > max_bytes:
        refuse_size(max_bytes)
    if not data:
        raise ImportRefused(_("The file is empty."))
    given = fold(tidy(headline))
    if len(given) > HEADLINE_LENGTH:
        raise ImportRefused(
            _("The headline is longer than %(limit)s characters.") % {"limit": HEADLINE_LENGTH}
        )
    extension = PurePosixPath(base_name(name)).suffix.lower()
    encoding: str | None = None
    if kind_of_bytes(data, extension) == "docx":
        format = "docx"
        manuscript = read_docx(data)
    else:
        text, encoding = decode(data, extension)
        text = tidy(text)
        if not text.strip():
            raise ImportRefused(_("The file contains nothing but white space."))
        format = kind_of_text(text, extension)
        manuscript = READERS[format](text)
    chosen, blocks = settle_headline(manuscript, given, HEADLINE_LENGTH)
    if not any(block.level is None for block in blocks):
        raise ImportRefused(_("The file contains no text that could be imported."))
    blocks = settle_levels(blocks)
    return Imported(
        headline=chosen or readable_stem(name)[:HEADLINE_LENGTH],
        body=clean(write(blocks)),
        format=format,
        encoding=encoding,
        paragraphs=sum(block.level is None for block in blocks),
        subheadings=sum(block.level is not None for block in blocks),
        words=sum(len(WORD.findall(block.text)) for block in blocks),
        dropped=name_dropped(manuscript.dropped),
    )


def refuse_size(max_bytes: int) -> NoReturn:
    raise ImportRefused(
        _("The file is too large: at most %(limit)s MB can be imported.")
        % {"limit": f"{max_bytes / 1_000_000:g}"}
    )
