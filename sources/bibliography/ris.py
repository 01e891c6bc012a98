"""Bibliographies in RIS."""

import html
import re
from collections.abc import Iterator
from typing import Any

import rispy

# What is wrong is kept, and read in whatever language.
from django.utils.translation import gettext_noop as _

from .entries import CSL, Entry, carry, date_of, iso, listed, restored, tells

_RIS_TYPES = {
    "JOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "BILL": "bill",
    "BLOG": "post-weblog",
    "BOOK": "book",
    "CASE": "legal_case",
    "CHAP": "chapter",
    "COMP": "software",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "DATA": "dataset",
    "DICT": "entry-dictionary",
    "EBOOK": "book",
    "ECHAP": "chapter",
    "EJOUR": "article-journal",
    "ELEC": "webpage",
    "ENCYC": "entry-encyclopedia",
    "GEN": "document",
    "HEAR": "hearing",
    "MANSCPT": "manuscript",
    "MAP": "map",
    "MPCT": "motion_picture",
    "PAMP": "pamphlet",
    "PAT": "patent",
    "PCOMM": "personal_communication",
    "RPRT": "report",
    "SLIDE": "speech",
    "SOUND": "song",
    "STAT": "legislation",
    "THES": "thesis",
    "UNPB": "manuscript",
    "VIDEO": "motion_picture",
    "WEB": "webpage",
}
_TO_RIS = {csl: ris for ris, csl in reversed(_RIS_TYPES.items())}
_RIS_TEXT = {
    "title": ("title", "primary_title"),
    "title-short": ("short_title",),
    "container-title": ("secondary_title", "journal_name", "alternate_title3"),
    "collection-title": ("tertiary_title",),
    "publisher": ("publisher",),
    "publisher-place": ("place_published",),
    "volume": ("volume",),
    "issue": ("number",),
    "edition": ("edition",),
    "DOI": ("doi",),
    "language": ("language",),
    "abstract": ("abstract", "notes_abstract"),
    "genre": ("type_of_work",),
}
_RIS_NAMES = {
    "author": ("authors", "first_authors"),
    "editor": ("secondary_authors", "tertiary_authors"),
}
_RIS_CARRIED = "custom8"


def read(text: str) -> Iterator[Entry]:
    line = 1
    # An entry that has no end does not swallow the next one.
    for part in re.split(r"(?m)^(?=TY  ?- )", text.lstrip("\ufeff")):
        if part.startswith("TY"):
            yield _of_ris(part, line + len(part) - len(part.lstrip("\n")))
        line += part.count("\n")


def _of_ris(part: str, line: int) -> Entry:
    if not re.search(r"(?m)^ER  ?-", part):
        part = f"{part.rstrip()}\nER  - \n"
    try:
        (row,) = rispy.loads(re.sub(r"(?m)^([A-Z][A-Z0-9]) - ?", r"\1  - ", part))
    except Exception:  # it has no error type of its own
        return Entry(line, trouble=_("This is no RIS entry."))
    csl = _ris_csl(row)
    if carried := row.get(_RIS_CARRIED):
        csl = restored(str(carried), csl, _through_ris)
    if not tells(csl):
        return Entry(line, trouble=_("It has neither a title nor anything else to know it by."))
    return Entry(line, csl)


def _through_ris(csl: CSL) -> CSL:
    """Return what is left of a source that goes through RIS and carries nothing."""
    found = list(read(write([csl], carrying=False)))
    return found[0].csl or {} if found else {}


def _ris_csl(row: dict[str, Any]) -> CSL:
    csl: CSL = {"type": _RIS_TYPES.get(str(row.get("type_of_reference")), "document")}
    for variable, keys in _RIS_TEXT.items():
        for key in keys:
            if isinstance(row.get(key), str) and row[key].strip():
                csl.setdefault(variable, " ".join(html.unescape(row[key]).split()))
    for variable, keys in _RIS_NAMES.items():
        names = [name for key in keys for each in listed(row.get(key)) if (name := _ris_name(each))]
        if names:
            csl[variable] = names
    pages = [str(row[key]).strip() for key in ("start_page", "end_page") if row.get(key)]
    if pages:
        csl["page"] = "–".join(dict.fromkeys(pages))
    if urls := listed(row.get("urls")):
        csl["URL"] = str(urls[0]).strip()
    if number := str(row.get("issn") or "").strip():
        csl["ISBN" if csl["type"] in ("book", "chapter") else "ISSN"] = number
    if words := listed(row.get("keywords")):
        csl["keyword"] = ", ".join(map(str, words))
    if notes := listed(row.get("notes")):
        csl["note"] = "\n".join(map(str, notes))
    written = next((row[key] for key in ("date", "year", "publication_year") if row.get(key)), "")
    if date := date_of(str(written).rstrip("/ ")):
        csl["issued"] = date
    if accessed := date_of(str(row.get("access_date") or "").rstrip("/ ")):
        csl["accessed"] = accessed
    return csl


def _ris_name(name: Any) -> dict[str, str] | None:
    words = " ".join(str(name).split()).strip(", ")
    if "," not in words:
        return {"literal": words} if words else None
    family, given, *suffix = (part.strip() for part in words.split(",", 2))
    parts = {"family": family, "given": given, "suffix": suffix[0] if suffix else ""}
    return {key: part for key, part in parts.items() if part}


def _ris_row(csl: CSL) -> dict[str, Any]:
    row: dict[str, Any] = {"type_of_reference": _TO_RIS.get(str(csl.get("type")), "GEN")}

    def said(variable: str) -> str:
        value = csl.get(variable)
        return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""

    for variable, keys in _RIS_TEXT.items():
        if value := said(variable):
            row[keys[0]] = value
    for variable, keys in _RIS_NAMES.items():
        if names := [name for each in listed(csl.get(variable)) if (name := _ris_written(each))]:
            row[keys[0]] = names
    first, _dash, last = said("page").replace("-", "–").partition("–")
    row |= {key: part for key, part in (("start_page", first), ("end_page", last)) if part}
    if address := said("URL"):
        row["urls"] = [address]
    if number := said("ISBN") or said("ISSN"):
        row["issn"] = number
    if words := said("keyword"):
        row["keywords"] = [word.strip() for word in words.split(",")]
    if note := said("note"):
        row["notes"] = [note]
    if issued := iso(csl.get("issued")):
        row["date"] = issued.replace("-", "/")
    if accessed := iso(csl.get("accessed")):
        row["access_date"] = accessed.replace("-", "/")
    return row


def _ris_written(name: Any) -> str:
    if not isinstance(name, dict):
        return ""
    if literal := name.get("literal"):
        return str(literal).replace(",", " ")
    particle = " ".join(
        str(name[key]) for key in ("non-dropping-particle", "family") if name.get(key)
    )
    parts = [particle, str(name.get("given") or ""), str(name.get("suffix") or "")]
    return ", ".join(parts).rstrip(", ") + ("," if particle and not name.get("given") else "")


def write(sources: list[CSL], *, carrying: bool = True) -> str:
    rows = [_ris_row(csl) for csl in sources]
    if carrying:
        for row, csl in zip(rows, sources, strict=True):
            row[_RIS_CARRIED] = carry(csl)
    return rispy.dumps(rows) if rows else ""
