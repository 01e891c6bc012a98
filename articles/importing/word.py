"""Reads Word files."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace

import mammoth
from lxml import etree

from .kinds import refuse_docx
from .manuscript import Manuscript, visible
from .web import read_html

# Word's own names are English in every language, other programs translate them.
STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Titel'] => h1.title:fresh
p.Title => h1.title:fresh
p.Titel => h1.title:fresh
p[style-name='Überschrift 1'] => h1:fresh
p[style-name='Überschrift 2'] => h2:fresh
p[style-name='Überschrift 3'] => h3:fresh
p[style-name='Überschrift 4'] => h4:fresh
p.berschrift1 => h1:fresh
p.berschrift2 => h2:fresh
p.berschrift3 => h3:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Zitat'] => blockquote > p:fresh
p[style-name='Intensives Zitat'] => blockquote > p:fresh
r[style-name='Emphasis'] => em
r[style-name='Hervorhebung'] => em
r[style-name='Fett'] => strong
"""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(data: bytes) -> Manuscript:
    """Read a Word file by its styles. Its footnotes follow the text as a list."""
    try:
        page = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=STYLES,
            include_embedded_style_map=False,
            # Counted below by what the page shows, never read.
            convert_image=lambda image: [mammoth.html.element("img")],
        ).value
        counted = count_docx(data)
    except Exception as error:
        # A damaged file can fail anywhere in three parsers; it is damaged in any case.
        refuse_docx(error)
    if not page.strip():
        return Manuscript([])
    page = re.sub(r'<a href="#(?:foot|end)note-ref-[^"]*">↑</a>', "", page)
    manuscript = read_html(page, titled=False)
    return replace(manuscript, dropped=manuscript.dropped + counted)


def count_docx(data: bytes) -> Counter[str]:
    """Count what the conversion leaves out without a word."""
    counted: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"word/(document\d*|comments|header\d*|footer\d*)\.xml", name):
                root = etree.fromstring(
                    archive.read(name),
                    etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True),
                )
                if name.startswith(("word/header", "word/footer")):
                    counted["margin"] += any(
                        visible(element.text or "") for element in root.iter(f"{W}t")
                    )
                elif name.startswith("word/comments"):
                    counted["comment"] += sum(1 for _comment in root.iter(f"{W}comment"))
                else:
                    counted["deletion"] += sum(1 for _deletion in root.iter(f"{W}del"))
                    counted["formula"] += sum(1 for _formula in root.iter("{*}oMath"))
                    counted["media"] += sum(
                        1 for _chart in root.iter("{*}chart", "{*}relIds", f"{W}object")
                    )
    return counted
