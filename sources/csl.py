"""Bibliographic data as a person types it: CSL-JSON to lines of text, and back without loss.

Only what was changed is written. What a line of text cannot show (particles of
a name, seasons, keys that have no field here) stays as it was stored.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from history import canonical

CSL = dict[str, Any]

# Form field -> CSL variable.
FIELDS: Mapping[str, str] = {
    "csl_type": "type",
    "title": "title",
    "authors": "author",
    "issued": "issued",
    "publisher": "publisher",
    "container": "container-title",
    "url": "URL",
    "doi": "DOI",
    "page": "page",
    "language": "language",
    "genre": "genre",
    "number": "number",
    "volume": "volume",
    "issue": "issue",
    "edition": "edition",
    "section": "section",
    "place": "publisher-place",
    "editors": "editor",
    "interviewers": "interviewer",
    "authority": "authority",
    "event": "event",
    "event_place": "event-place",
    "series": "collection-title",
    "isbn": "ISBN",
    "archive": "archive",
    "archive_location": "archive_location",
    "medium": "medium",
    "accessed": "accessed",
}
NAMES = frozenset({"author", "editor", "interviewer"})
DATES = frozenset({"issued", "accessed"})


def lines(csl: Mapping[str, Any]) -> dict[str, str]:
    """Return what each form field shows of stored data, however odd that is."""
    return {field: _shown(variable, csl.get(variable)) for field, variable in FIELDS.items()}


def merged(csl: Mapping[str, Any], typed: Mapping[str, str]) -> CSL:
    """Return stored data with the fields that were typed differently from what they showed.

    Fields that are not in ``typed`` stay. Raises ``ValidationError`` with a
    dictionary by form field for what cannot be understood.
    """
    result, wrong = dict(csl), {}
    for field, variable in FIELDS.items():
        words = typed.get(field)
        if words is None or _same(words, _shown(variable, csl.get(variable)), variable):
            continue
        try:
            value = _parsed(variable, canonical.text(words).strip(), csl.get(variable))
        except ValidationError as error:
            wrong[field] = error
            continue
        if value:
            result[variable] = value
        else:
            result.pop(variable, None)
    if wrong:
        raise ValidationError(wrong)
    return result


def _same(typed: str, shown: str, variable: str) -> bool:
    def folded(words: str) -> list[str]:
        words = canonical.text(words)
        # Browsers fold white space in one line; between authors, lines count.
        rows = words.split("\n") if variable in NAMES else [words]
        return [squeezed for row in rows if (squeezed := " ".join(row.split()))]

    return folded(typed) == folded(shown)


def _shown(variable: str, value: Any) -> str:
    if variable in NAMES:
        names = value if isinstance(value, list) else [value]
        return "\n".join(shown for name in names if (shown := _name(name)))
    if variable in DATES:
        return _date(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())


def _parsed(variable: str, words: str, stored: Any) -> Any:
    if variable in NAMES:
        return _names(words, stored)
    words = " ".join(words.split())
    if not words:
        return None
    if variable in DATES:
        return _parsed_date(words)
    if variable == "URL":
        URLValidator(schemes=["http", "https"], message=_("This is no web address."))(words)
    if variable == "DOI":
        words = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", words, flags=re.IGNORECASE)
        if not re.fullmatch(r"10\.\d{4,9}/\S+", words):
            raise ValidationError(_("A DOI looks like this: 10.1000/182"))
    return words


# Names: one a line, "Family, Given"; whoever has but one name stands without a comma, and in
# braces if that name has one.


def _name(name: Any) -> str:
    if isinstance(name, str):
        return _whole(name)
    if not isinstance(name, Mapping):
        return ""

    def part(key: str) -> str:
        return " ".join(name[key].split()) if isinstance(name.get(key), str) else ""

    if literal := part("literal") or part("name"):
        return _whole(literal)
    family = " ".join(
        filter(None, (part("dropping-particle"), part("non-dropping-particle"), part("family")))
    )
    if not family:
        return _whole(part("given"))
    given = " ".join(filter(None, (part("given"), part("suffix"))))
    return f"{family}, {given}" if given else f"{family},"


def _whole(name: str) -> str:
    name = " ".join(name.split())
    return f"{{{name}}}" if "," in name else name


def _names(words: str, stored: Any) -> list[Any]:
    known: dict[str, list[Any]] = {}
    for name in stored if isinstance(stored, list) else [stored]:
        known.setdefault(canonical.text(_name(name)), []).append(name)
    names = []
    for line in words.split("\n"):
        line = " ".join(line.split())
        if not line:
            continue
        if known.get(line):
            # As it was stored, with the parts that the line does not show.
            names.append(known[line].pop(0))
        elif line.startswith("{") and line.endswith("}"):
            names.append({"literal": line[1:-1].strip()})
        elif "," in line:
            family, _comma, given = (part.strip() for part in line.partition(","))
            parts = {"family": family, "given": given}
            names.append({key: part for key, part in parts.items() if part})
        else:
            names.append({"literal": line})
    return names


# Dates: "2025", "2025-04", "2025-04-30", "30.4.2025", two of them with "/", or words.


def _date(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, Mapping):
        return ""
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and all(isinstance(part, list) for part in parts):
        dates = ["-".join(_numeral(n, i) for i, n in enumerate(part[:3])) for part in parts[:2]]
        if any(dates):
            return "/".join(dates)
    for form in ("raw", "literal"):
        if isinstance(value.get(form), str | int):
            return " ".join(str(value[form]).split())
    return ""


def _numeral(number: Any, place: int) -> str:
    return str(number).zfill(2 if place else 4)


def _parsed_date(words: str) -> CSL:
    if not re.fullmatch(r"[\d\s./–-]+", words):
        return {"literal": words}
    parts = [_parsed_day(part.strip()) for part in words.replace("–", "/").split("/")]
    if len(parts) > 2 or (len(parts) == 2 and parts[0] > parts[1]):
        raise ValidationError(_("A period looks like this: 2025-04-30/2025-05-02"))
    return {"date-parts": parts}


def _parsed_day(words: str) -> list[int]:
    wrong = ValidationError(_("A date looks like this: 2025-04-30, 2025-04 or 2025"))
    if german := re.fullmatch(r"(?:(\d{1,2})\.\s*)?(\d{1,2})\.\s*(\d{4})", words):
        numbers = [int(number) for number in german.groups()[::-1] if number]
    elif iso := re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", words):
        numbers = [int(number) for number in iso.groups() if number]
    else:
        raise wrong
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        raise wrong from None
    return numbers
