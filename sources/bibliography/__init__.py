"""Bibliographies of reference managers, in and out: BibTeX, RIS and CSL-JSON.

Pure: text in, CSL-JSON out, and back. One bad entry never takes the others along: it is told with
its place and reason. What a format has no field for travels in one of ours, so that what was
exported here comes back as it was; what somebody has changed in between wins over it.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from . import bibtex, csl_json, ris
from .entries import CSL, Entry

__all__ = ["CSL", "FORMATS", "Entry", "read", "recognise", "write"]

FORMATS = ("bibtex", "ris", "csl")


def recognise(text: str) -> str:
    """Return which of the formats a text is in, or ``""``."""
    head = text.lstrip("\ufeff \t\r\n")
    if re.match(r"(?:%[^\n]*\n\s*)*@\s*\w+\s*[{(]", head):
        return "bibtex"
    # Some programs number the entries.
    if re.match(r"(?:\d+\.\s*\n)?TY  ?- ?\w", head):
        return "ris"
    if head.startswith(("[", "{")):
        return "csl"
    return ""


def read(text: str) -> list[Entry]:
    """Return all entries of a text, in its order; none, if it is no bibliography."""
    readers: dict[str, Callable[[str], Iterator[Entry]]] = {
        "bibtex": bibtex.read,
        "ris": ris.read,
        "csl": csl_json.read,
    }
    kind = recognise(text)
    return sorted(readers[kind](text), key=lambda entry: entry.line) if kind else []


def write(sources: Iterable[CSL], kind: str) -> str:
    """Return sources as one of the ``FORMATS``."""
    writers: dict[str, Callable[[list[CSL]], str]] = {
        "bibtex": bibtex.write,
        "ris": ris.write,
        "csl": csl_json.write,
    }
    return writers[kind](list(sources))
