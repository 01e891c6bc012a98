"""How public pages put dates, counts and quotations into words, in the active language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import Promise
from django.utils.translation import (
    get_language,
    gettext,
    ngettext,
    ngettext_lazy,
    pgettext,
    pgettext_lazy,
)

DAYS = {"de": "j. F Y", "en": "j F Y"}
MOMENTS = {"de": r"j. F Y, H:i \U\h\r", "en": "j F Y, H:i"}
QUOTATION_MARKS = {"de": ("„", "“"), "en": ("“", "”")}
COUNTS: list[Promise] = [
    pgettext_lazy("count of statements", "one"),
    pgettext_lazy("count of statements", "two"),
    pgettext_lazy("count of statements", "three"),
    pgettext_lazy("count of statements", "four"),
    pgettext_lazy("count of statements", "five"),
    pgettext_lazy("count of statements", "six"),
    pgettext_lazy("count of statements", "seven"),
    pgettext_lazy("count of statements", "eight"),
    pgettext_lazy("count of statements", "nine"),
    pgettext_lazy("count of statements", "ten"),
    pgettext_lazy("count of statements", "eleven"),
    pgettext_lazy("count of statements", "twelve"),
]
# Whole phrases, since languages differ in where the verb goes.
VERDICT_PHRASES: dict[str, Promise] = {
    "supported": ngettext_lazy("%(they)s is supported", "%(they)s are supported", "count"),
    "partly": ngettext_lazy(
        "%(they)s is partly supported", "%(they)s are partly supported", "count"
    ),
    "disputed": ngettext_lazy("%(they)s is disputed", "%(they)s are disputed", "count"),
    "refuted": ngettext_lazy("%(they)s is refuted", "%(they)s are refuted", "count"),
    "unverifiable": ngettext_lazy(
        "%(they)s could not be verified", "%(they)s could not be verified", "count"
    ),
}


@dataclass(frozen=True, slots=True)
class Time:
    """A moment or a day: for machines (ISO 8601, in the newsroom's zone) and for readers."""

    iso: str
    text: str
    day: str


def moment(value: Any) -> Time | None:
    """Return a stamped moment (``2025-05-03T09:25:00.000000Z``); what is none is ``None``."""
    try:
        local = datetime.fromisoformat(value).astimezone(timezone.get_default_timezone())
        return Time(
            local.isoformat(timespec="seconds"),
            format_date(local, MOMENTS[_language()]),
            format_date(local, DAYS[_language()]),
        )
    except (TypeError, ValueError, OverflowError):
        return None


def day(value: Any) -> Time | None:
    """Return a day, month or year (``2025-05-03``, ``2025-05``, ``2025``); else ``None``."""
    parts = value.split("-") if isinstance(value, str) else []
    try:
        found = date.fromisoformat("-".join([*parts, "01", "01"][:3]))
        text = format_date(found, DAYS[_language()].split(" ", 3 - len(parts))[-1])
    except ValueError:
        return None
    return Time(value, text, text)


def quotation(words: str) -> str:
    """Return words in the quotation marks of the language; marks that they bring along go."""
    words = words.strip()
    if not words:
        return ""
    opening, closing = QUOTATION_MARKS[_language()]
    if len(words) > 2 and (words[0], words[-1]) in {("„", "“"), ("“", "”"), ('"', '"'), ("»", "«")}:
        words = words[1:-1].strip()
    return f"{opening}{words}{closing}"


def listing(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(most)s and %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}


def count(number: int) -> str:
    """Return a count of statements as a word, from thirteen on as digits."""
    return str(COUNTS[number - 1]) if 1 <= number <= len(COUNTS) else str(number)


def how_checked(checked: Mapping[str, Any], unconfirmed: int) -> str:
    """Return how the statements were checked: how many, by how many people, when last.

    *checked* is that part of the public document, *unconfirmed* the number of statements that
    nobody has checked yet. Counts in words, never a score; empty without any statement.
    """
    return " ".join(
        _sentence(text)
        for text in (
            _checks(checked),
            _verdicts(checked.get("verdicts")),
            _unconfirmed(unconfirmed, further=bool(_number(checked.get("claims")))),
        )
        if text
    )


def _checks(checked: Mapping[str, Any]) -> str:
    claims = _number(checked.get("claims"))
    if not claims:
        return ""
    people = max(1, _number(checked.get("people")))
    last = day(checked.get("last"))
    by = (
        pgettext("checked by", "one person")
        if people == 1
        else ngettext("%(count)s person", "%(count)s people", people) % {"count": count(people)}
    )
    when = gettext(", most recently on %(date)s") % {"date": last.day} if last else ""
    return ngettext(
        "%(count)s statement of this text was checked against its sources by %(people)s%(when)s.",
        "%(count)s statements of this text were checked against their sources"
        " by %(people)s%(when)s.",
        claims,
    ) % {"count": count(claims), "people": by, "when": when}


def _verdicts(verdicts: Any) -> str:
    if not isinstance(verdicts, Mapping):
        return ""
    counts = {name: _number(verdicts.get(name)) for name in VERDICT_PHRASES}
    counts = {name: number for name, number in counts.items() if number}
    if not counts:
        return ""
    if len(counts) == 1:
        number = next(iter(counts.values()))
        they = pgettext("statement", "it") if number == 1 else pgettext("statements", "all of them")
        words = [they]
    else:
        words = [count(number) for number in counts.values()]
    text = listing(
        [
            VERDICT_PHRASES[name] % {"count": number, "they": word}
            for (name, number), word in zip(counts.items(), words, strict=True)
        ]
    )
    if {"partly", "disputed", "unverifiable"}.intersection(counts):
        text = gettext("%(verdicts)s; where that is so, the text says it") % {"verdicts": text}
    return text + "."


def _unconfirmed(number: int, *, further: bool) -> str:
    if not number:
        return ""
    text = (
        ngettext(
            "%(count)s further statement is not yet confirmed.",
            "%(count)s further statements are not yet confirmed.",
            number,
        )
        if further
        else ngettext(
            "%(count)s statement of this text is not yet confirmed.",
            "%(count)s statements of this text are not yet confirmed.",
            number,
        )
    )
    return text % {"count": count(number)}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _language() -> str:
    spoken = (get_language() or "en").partition("-")[0]
    return spoken if spoken in DAYS else "en"
