"""Bibliographies of reference managers, in and out: BibTeX, RIS and CSL-JSON.

Pure: text in, CSL-JSON out, and back. One bad entry never takes the others along: it is told with
its place and reason. What a format has no field for travels in one of ours, so that what was
exported here comes back as it was; what somebody has changed in between wins over it.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import bibtexparser
import rispy
from bibtexparser import middlewares
from bibtexparser.model import Entry as BibtexEntry

# What is wrong is kept, and read in whatever language.
from django.utils.translation import gettext_noop as _
from pylatexenc.latex2text import LatexNodes2Text

CSL = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was read, or why it could not be; ``line`` counts from 1."""

    line: int
    csl: CSL | None = None
    trouble: str = ""


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
        "bibtex": _read_bibtex,
        "ris": _read_ris,
        "csl": _read_csl,
    }
    kind = recognise(text)
    return sorted(readers[kind](text), key=lambda entry: entry.line) if kind else []


def write(sources: Iterable[CSL], kind: str) -> str:
    """Return sources as one of the ``FORMATS``."""
    writers: dict[str, Callable[[list[CSL]], str]] = {
        "bibtex": _write_bibtex,
        "ris": _write_ris,
        "csl": _write_csl,
    }
    return writers[kind](list(sources))


# ---- what all have in common


def _date(written: str, month: str = "", day: str = "") -> dict[str, Any] | None:
    """Return a date as CSL has it: as far as it is known, or in words."""
    written = written.strip()
    match = re.match(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?![\d–])", written)
    if not match:
        return {"literal": written} if written else None
    parts = [part for part in (match[1], match[2] or _month(month), match[3] or day) if part]
    numbers = [int(part) for part in parts if part.isdigit()]
    if len(numbers) > 1 and not 1 <= numbers[1] <= 12:
        numbers = numbers[:1]
    return {"date-parts": [numbers]}


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def _month(word: str) -> str:
    word = word.strip().lower().rstrip(".")
    if word.isdigit():
        return word
    return str(_MONTHS.index(word[:3]) + 1) if word[:3] in _MONTHS else ""


def _iso(date: Any) -> str:
    parts = date.get("date-parts") if isinstance(date, dict) else None
    if not isinstance(parts, list) or not parts or not isinstance(parts[0], list):
        return str(date.get("literal") or date.get("raw") or "") if isinstance(date, dict) else ""
    try:
        return "-".join(
            f"{int(part):04}" if place == 0 else f"{int(part):02}"
            for place, part in enumerate(parts[0][:3])
        )
    except (TypeError, ValueError):
        return ""


def _carried(csl: CSL) -> str:
    return json.dumps(csl, ensure_ascii=True, sort_keys=True)


def _restored(carried: str, told: CSL, retold: Callable[[CSL], CSL]) -> CSL:
    """Return what travelled, with what was changed on the way.

    ``told`` is what the entry says now, ``retold`` what it said when it was written.
    """
    try:
        base = json.loads(carried)
    except ValueError:
        return told
    if not isinstance(base, dict):
        return told
    before = retold(base)
    changed = {key: value for key, value in told.items() if before.get(key) != value}
    gone = [key for key in before if key not in told]
    return {key: value for key, value in (base | changed).items() if key not in gone}


def _said(csl: CSL) -> bool:
    return any(csl.get(key) for key in ("title", "author", "editor", "URL", "DOI", "publisher"))


# ---- CSL-JSON


def _read_csl(text: str) -> Iterator[Entry]:
    try:
        rows = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        yield Entry(getattr(error, "lineno", 1), trouble=_("This is no JSON."))
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, dict) or not all(isinstance(key, str) for key in row):
            yield Entry(number, trouble=_("This is no source."))
        elif not _said(row):
            yield Entry(
                number, trouble=_("It has neither a title nor anything else to know it by.")
            )
        else:
            yield Entry(number, {key: value for key, value in row.items() if key != "id"})


def _write_csl(sources: list[CSL]) -> str:
    rows = [{**csl, "id": str(number)} for number, csl in enumerate(sources, start=1)]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


# ---- BibTeX

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


def _read_bibtex(text: str) -> Iterator[Entry]:
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
    csl = _bibtex_csl(entry.entry_type.lower(), fields)
    if carried := fields.get(_CARRIED):
        csl = _restored(_unhidden(str(carried)), csl, _through_bibtex)
    if not _said(csl):
        return Entry(line, trouble=_("It has neither a title nor anything else to know it by."))
    return Entry(line, csl)


def _through_bibtex(csl: CSL) -> CSL:
    """Return what is left of a source that goes through BibTeX and carries nothing."""
    (entry,) = _read_bibtex(_write_bibtex([csl], carrying=False))
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
        if names := [name for each in _listed(fields.get(field)) if (name := _bibtex_name(each))]:
            csl[variable] = names
    year = _plain(fields.get("date") or fields.get("year"), "date")
    if date := _date(year, _plain(fields.get("month"), "month"), _plain(fields.get("day"), "day")):
        csl["issued"] = date
    if accessed := _date(_plain(fields.get("urldate"), "urldate")):
        csl["accessed"] = accessed
    how = str(fields.get("howpublished") or "")
    if "URL" not in csl and (match := re.search(r"https?://[^\s{}]+", how)):
        csl["URL"] = match[0]
    return csl


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


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


def _write_bibtex(sources: list[CSL], *, carrying: bool = True) -> str:
    blocks, keys = [], set[str]()
    for csl in sources:
        kind, fields = _bibtex_fields(csl)
        key = _bibtex_key(csl, keys)
        written = []
        for name, value in fields.items():
            written.append(f"  {name} = {{{_joined(value) if isinstance(value, list) else value}}}")
        if carrying:
            written.append(f"  {_CARRIED} = {{{_hidden(_carried(csl))}}}")
        lines = ",\n".join(written)
        blocks.append(f"@{kind}{{{key},\n{lines}\n}}\n")
    return "\n".join(blocks)


def _hidden(carried: str) -> str:
    """Return JSON in signs that mean nothing to BibTeX."""
    return carried.encode().hex()


def _unhidden(hidden: str) -> str:
    try:
        return bytes.fromhex(hidden).decode()
    except ValueError:
        return ""


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
        names = [name for each in _listed(csl.get(variable)) if (name := _name_parts(each))]
        if names:
            fields[field] = names
    if issued := _iso(csl.get("issued")):
        fields["date"] = _escaped(issued)
    if accessed := _iso(csl.get("accessed")):
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
    names = _listed(csl.get("author"))
    first = names[0] if names and isinstance(names[0], dict) else {}
    who = str(first.get("family") or first.get("literal") or csl.get("title") or "quelle")
    stem = re.sub(r"[^a-z0-9]", "", who.lower().translate(str.maketrans("äöüß", "aous")))[:20]
    year = re.match(r"[0-9]{4}", _iso(csl.get("issued")))
    stem = f"{stem or 'quelle'}{year[0] if year else ''}"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    taken.add(key)
    return key


# ---- RIS

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


def _read_ris(text: str) -> Iterator[Entry]:
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
        csl = _restored(_unhidden(str(carried)), csl, _through_ris)
    if not _said(csl):
        return Entry(line, trouble=_("It has neither a title nor anything else to know it by."))
    return Entry(line, csl)


def _through_ris(csl: CSL) -> CSL:
    """Return what is left of a source that goes through RIS and carries nothing."""
    found = list(_read_ris(_write_ris([csl], carrying=False)))
    return found[0].csl or {} if found else {}


def _ris_csl(row: dict[str, Any]) -> CSL:
    csl: CSL = {"type": _RIS_TYPES.get(str(row.get("type_of_reference")), "document")}
    for variable, keys in _RIS_TEXT.items():
        for key in keys:
            if isinstance(row.get(key), str) and row[key].strip():
                csl.setdefault(variable, " ".join(html.unescape(row[key]).split()))
    for variable, keys in _RIS_NAMES.items():
        names = [
            name for key in keys for each in _listed(row.get(key)) if (name := _ris_name(each))
        ]
        if names:
            csl[variable] = names
    pages = [str(row[key]).strip() for key in ("start_page", "end_page") if row.get(key)]
    if pages:
        csl["page"] = "–".join(dict.fromkeys(pages))
    if urls := _listed(row.get("urls")):
        csl["URL"] = str(urls[0]).strip()
    if number := str(row.get("issn") or "").strip():
        csl["ISBN" if csl["type"] in ("book", "chapter") else "ISSN"] = number
    if words := _listed(row.get("keywords")):
        csl["keyword"] = ", ".join(map(str, words))
    if notes := _listed(row.get("notes")):
        csl["note"] = "\n".join(map(str, notes))
    written = next((row[key] for key in ("date", "year", "publication_year") if row.get(key)), "")
    if date := _date(str(written).rstrip("/ ")):
        csl["issued"] = date
    if accessed := _date(str(row.get("access_date") or "").rstrip("/ ")):
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
        if names := [name for each in _listed(csl.get(variable)) if (name := _ris_written(each))]:
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
    if issued := _iso(csl.get("issued")):
        row["date"] = issued.replace("-", "/")
    if accessed := _iso(csl.get("accessed")):
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


def _write_ris(sources: list[CSL], *, carrying: bool = True) -> str:
    rows = [_ris_row(csl) for csl in sources]
    if carrying:
        for row, csl in zip(rows, sources, strict=True):
            row[_RIS_CARRIED] = _hidden(_carried(csl))
    return rispy.dumps(rows) if rows else ""
