"""What all formats of bibliographies have in common: entries, dates, and what is carried along."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CSL = dict[str, Any]

# CSL itself nests three deep; programs add what is theirs.
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was read, or why it could not be; ``line`` counts from 1."""

    line: int
    csl: CSL | None = None
    trouble: str = ""


def date_of(written: str, month: str = "", day: str = "") -> dict[str, Any] | None:
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


def iso(date: Any) -> str:
    """Return a date of CSL in digits, or in words if it has none."""
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


def carry(csl: CSL) -> str:
    """Return a whole source in signs that mean nothing to any format."""
    return json.dumps(csl, ensure_ascii=True, sort_keys=True).encode().hex()


def restored(carried: str, told: CSL, retold: Callable[[CSL], CSL]) -> CSL:
    """Return what travelled, with what was changed on the way.

    ``told`` is what the entry says now, ``retold`` what it said when it was written.
    """
    try:
        base = json.loads(bytes.fromhex(carried))
    except (ValueError, RecursionError):
        return told
    if not isinstance(base, dict) or not flat(base):
        return told
    before = retold(base)
    changed = {key: value for key, value in told.items() if before.get(key) != value}
    gone = [key for key in before if key not in told]
    return {key: value for key, value in (base | changed).items() if key not in gone}


def flat(csl: Any, depth: int = _DEEPEST) -> bool:
    """Return whether data is nested no deeper than any source is."""
    inner = csl.values() if isinstance(csl, dict) else csl if isinstance(csl, list) else ()
    return depth > 0 and all(flat(one, depth - 1) for one in inner)


def tells(csl: CSL) -> bool:
    """Return whether there is anything to know a source by."""
    return any(csl.get(key) for key in ("title", "author", "editor", "URL", "DOI", "publisher"))


def listed(value: Any) -> list[Any]:
    """Return a field that may hold one value or several as several."""
    return value if isinstance(value, list) else [value] if value else []
