"""Bibliographies in BibTeX, as programs write it and people do."""

import re
from collections.abc import Iterator
from typing import Any

import bibtexparser
from bibtexparser import middlewares
from bibtexparser.model import Entry as BibtexEntry

# What is wrong is kept, and read in whatever language.
from django.utils.translation import gettext_noop as _
from pylatexenc.latex2text import LatexNodes2Text

from .entries import CSL, Entry, carry, date_of, iso, listed, restored, tells

_BIBTEX_TYPES = {
    "article": "article-journal",
    "book": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "jurisdiction": "legal_case",
    "legislation": "legislation",
    "manual": "report",
    "mastersthesis": "thesis",
    "misc": "document",
    "movie": "motion_picture",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "software": "software",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "motion_picture",
    "www": "webpage",
}
_TO_BIBTEX = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "book": "book",
    "chapter": "incollection",
    "dataset": "dataset",
    "legal_case": "jurisdiction",
    "legislation": "legislation",
    "manuscript": "unpublished",
    "motion_picture": "movie",
    "paper-conference": "inproceedings",
    "pamphlet": "booklet",
    "patent": "patent",
    "report": "report",
    "software": "software",
    "thesis": "thesis",
    "webpage": "online",
}
_BIBTEX_NAMES = {"author": "author", "editor": "editor", "translator": "translator"}
_BIBTEX_TEXT = {
    "title": "title",
    "shorttitle": "title-short",
    "journal": "container-title",
    "journaltitle": "container-title",
    "booktitle": "container-title",
    "publisher": "publisher",
    "institution": "publisher",
    "school": "publisher",
    "organization": "publisher",
    "address": "publisher-place",
    "location": "publisher-place",
    "series": "collection-title",
    "volume": "volume",
    "number": "issue",
    "edition": "edition",
    "pages": "page",
    "doi": "DOI",
    "url": "URL",
    "isbn": "ISBN",
    "issn": "ISSN",
    "language": "language",
    "langid": "language",
    "abstract": "abstract",
    "note": "note",
    "keywords": "keyword",
    "type": "genre",
}
# Which of several BibTeX fields a variable is written to.
_BIBTEX_FIELD = {variable: field for field, variable in reversed(_BIBTEX_TEXT.items())}
_VERBATIM = frozenset({"url", "doi", "isbn", "issn"})
_CARRIED = "newsroom-csl"
_UNLATEX = LatexNodes2Text(keep_braced_groups=False, strict_latex_spaces=False)


def read(text: str) -> Iterator[Entry]:
    library = bibtexparser.parse_string(
        text.lstrip("\ufeff"),
        append_middleware=[middlewares.SeparateCoAuthors(), middlewares.SplitNameParts()],
    )
    for block in library.failed_blocks:
        twice = "Duplicate" in type(block).__name__
        inner = getattr(block, "ignore_error_block", None)
        if twice and isinstance(inner, BibtexEntry):
            # Two entries under one name are two entries.
            yield _of_bibtex(inner)
        else:
            yield Entry((block.start_line or 0) + 1, trouble=_("This is no BibTeX entry."))
    for entry in library.entries:
        yield _of_bibtex(entry)


def _of_bibtex(entry: BibtexEntry) -> Entry:
    line = (entry.start_line or 0) + 1
    fields = {field.key.lower(): field.value for field in entry.fields}
    try:
        csl = _bibtex_csl(entry.entry_type.lower(), fields)
    except RecursionError:
        return Entry(line, trouble=_("It is nested too deeply to be a source."))
    if carried := fields.get(_CARRIED):
        csl = restored(str(carried), csl, _through_bibtex)
    if not tells(csl):
        return Entry(line, trouble=_("It has neither a title nor anything else to know it by."))
    return Entry(line, csl)


def _through_bibtex(csl: CSL) -> CSL:
    """Return what is left of a source that goes through BibTeX and carries nothing."""
    (entry,) = read(write([csl], carrying=False))
    return entry.csl or {}


def _bibtex_csl(kind: str, fields: dict[str, Any]) -> CSL:
    csl: CSL = {"type": _BIBTEX_TYPES.get(kind, "document")}
    if kind == "article" and str(fields.get("entrysubtype", "")).lower() in (
        "newspaper",
        "magazine",
    ):
        csl["type"] = f"article-{fields['entrysubtype'].lower()}"
    for field, variable in _BIBTEX_TEXT.items():
        if variable not in csl and (value := _plain(fields.get(field), field)):
            csl[variable] = value
    if kind not in ("article",) and "issue" in csl:
        csl["number"] = csl.pop("issue")
    for field, variable in _BIBTEX_NAMES.items():
        if names := [name for each in listed(fields.get(field)) if (name := _bibtex_name(each))]:
            csl[variable] = names
    year = _plain(fields.get("date") or fields.get("year"), "date")
    if date := date_of(
        year, _plain(fields.get("month"), "month"), _plain(fields.get("day"), "day")
    ):
        csl["issued"] = date
    if accessed := date_of(_plain(fields.get("urldate"), "urldate")):
        csl["accessed"] = accessed
    how = str(fields.get("howpublished") or "")
    if "URL" not in csl and (match := re.search(r"https?://[^\s{}]+", how)):
        csl["URL"] = match[0]
    return csl


def _bibtex_name(name: Any) -> dict[str, str] | None:
    if isinstance(name, str):
        return {"literal": plain} if (plain := _plain(name, "author")) else None
    first, von, last, jr = (
        _plain(" ".join(parts), "author") for parts in (name.first, name.von, name.last, name.jr)
    )
    if not first and not von and len(name.last) == 1:
        # A name in braces is one that has no parts.
        return {"literal": last} if last and last != "others" else None
    parts = {"family": last, "given": first, "non-dropping-particle": von, "suffix": jr}
    return {key: part for key, part in parts.items() if part} or None


def _plain(value: Any, field: str) -> str:
    if not isinstance(value, str):
        return ""
    if field in _VERBATIM:
        return value.replace("\\_", "_").replace("\\%", "%").replace("\\&", "&").strip("{} ")
    if re.search(r"[\\{}$~%]|--|``|''", value):
        value = re.sub(r"-{2,3}", "–", _UNLATEX.latex_to_text(value))
    return " ".join(value.split())


def write(sources: list[CSL], *, carrying: bool = True) -> str:
    blocks, keys = [], set[str]()
    for csl in sources:
        kind, fields = _bibtex_fields(csl)
        key = _bibtex_key(csl, keys)
        written = []
        for name, value in fields.items():
            written.append(f"  {name} = {{{_joined(value) if isinstance(value, list) else value}}}")
        if carrying:
            written.append(f"  {_CARRIED} = {{{carry(csl)}}}")
        lines = ",\n".join(written)
        blocks.append(f"@{kind}{{{key},\n{lines}\n}}\n")
    return "\n".join(blocks)


def _joined(names: list[Any]) -> str:
    return " and ".join(
        name if isinstance(name, str) else name.merge_last_name_first for name in names
    )


def _bibtex_fields(csl: CSL) -> tuple[str, dict[str, Any]]:
    """Return type and fields of a source in BibTeX."""
    kind = _TO_BIBTEX.get(str(csl.get("type")), "misc")
    fields: dict[str, Any] = {}
    for variable, field in _BIBTEX_FIELD.items():
        value = csl.get("number" if variable == "issue" and kind != "article" else variable)
        if isinstance(value, str | int | float) and str(value).strip():
            text = " ".join(str(value).split())
            if variable == "page":
                text = text.replace("–", "--")
            fields[field] = _percented(text) if field in _VERBATIM else _escaped(text)
    if csl.get("type") in ("article-newspaper", "article-magazine"):
        fields["entrysubtype"] = str(csl["type"]).removeprefix("article-")
    for variable, field in _BIBTEX_NAMES.items():
        names = [name for each in listed(csl.get(variable)) if (name := _name_parts(each))]
        if names:
            fields[field] = names
    if issued := iso(csl.get("issued")):
        fields["date"] = _escaped(issued)
    if accessed := iso(csl.get("accessed")):
        fields["urldate"] = _escaped(accessed)
    return kind, fields


def _name_parts(name: Any) -> Any:
    if not isinstance(name, dict):
        return None
    parts = {
        key: [f"{{{_escaped(str(name[key]))}}}"]
        for key in ("family", "given", "non-dropping-particle", "suffix", "literal")
        if isinstance(name.get(key), str) and name[key].strip()
    }
    if "family" not in parts:
        last = parts.get("literal") or parts.get("given")
        return middlewares.NameParts(last=last) if last else None
    return middlewares.NameParts(
        first=parts.get("given", []),
        von=[von] if (von := str(name.get("non-dropping-particle") or "")).isalpha() else [],
        last=parts["family"],
        jr=parts.get("suffix", []),
    )


def _escaped(text: str) -> str:
    special = {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}
    # An "@" could begin an entry.
    special |= {sign: f"\\{sign}" for sign in "&%$#_{}"} | {"@": "{@}"}
    return "".join(special.get(sign, sign) for sign in text)


def _percented(text: str) -> str:
    return "".join(f"%{ord(sign):02X}" if sign in "{}\\@" else sign for sign in text)


def _bibtex_key(csl: CSL, taken: set[str]) -> str:
    names = listed(csl.get("author"))
    first = names[0] if names and isinstance(names[0], dict) else {}
    who = str(first.get("family") or first.get("literal") or csl.get("title") or "quelle")
    stem = re.sub(r"[^a-z0-9]", "", who.lower().translate(str.maketrans("äöüß", "aous")))[:20]
    year = re.match(r"[0-9]{4}", iso(csl.get("issued")))
    stem = f"{stem or 'quelle'}{year[0] if year else ''}"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    taken.add(key)
    return key
