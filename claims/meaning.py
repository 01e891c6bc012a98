"""Whether another wording may claim something else. Pure, for German and English.

What cannot be told apart counts as changed: a noun may be a name.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from .standing import fold

_WORD = re.compile(r"\w+(?:[.,:/'-]\w+)*")
# 5.000 and 5 000 are 5000; 5,000 stays what it is, since that is five in German.
_GROUPED = re.compile(r"(?<=\d)[.' \u00a0\u202f](?=\d{3}(?!\d))")
_NEGATION = re.compile(
    r"nicht|nichts|nie|niemals|niemand\w*|nirgend\w*|kein\w*|ohne|weder|nein|kaum|mitnichten"
    r"|not|no|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|\w+n't"
)
_NUMBER = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|hundert|tausend)"
    r"(?:zehn|zig|ßig|und\w+|hundert\w*|tausend\w*|e|en|er|te|ten|ter)?"
    r"|dutzend\w*|hunderte\w*|tausende\w*|million\w*|milliarde\w*|billion\w*|doppel\w*|halb\w*"
    r"|hälfte|drittel|viertel|erste\w*|dritte\w*"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty"
    r"|fifty|hundreds?|thousands?|dozens?|double|half|third|quarter|first|second"
)
_DATE = re.compile(
    r"januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|montag\w*|dienstag\w*|mittwoch\w*|donnerstag\w*|freitag\w*|samstag\w*|sonnabend\w*|sonntag\w*"
    r"|heute|gestern|morgen|vorgestern|übermorgen"
    r"|january|february|march|may|june|july|october|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow"
)


def _figures(words: list[str]) -> Iterator[str]:
    for word in words:
        if any(sign.isdigit() for sign in word) or _NUMBER.fullmatch(word.lower()):
            yield word.lower()


def _dates(words: list[str]) -> Iterator[str]:
    return (word.lower() for word in words if _DATE.fullmatch(word.lower()))


def _negations(words: list[str]) -> Iterator[str]:
    return (word.lower() for word in words if _NEGATION.fullmatch(word.lower()))


_KINDS: dict[str, Callable[[list[str]], Iterator[str]]] = {
    "figure": _figures,
    "date": _dates,
    "negation": _negations,
}


def changed(old: str, new: str) -> str:
    """Return what may be claimed otherwise: a figure, date, negation or name; else ``""``."""
    before, after = _words(old), _words(new)
    if before == after:
        return ""
    for kind, of in _KINDS.items():
        if Counter(of(before)) != Counter(of(after)):
            return kind
    # At the beginning of a sentence any word is capitalised, so case alone is no difference.
    old_words, new_words = (Counter(word.lower() for word in side) for side in (before, after))
    gone, come = old_words - new_words, new_words - old_words
    if any(f"un{one}" in come for one in gone) or any(f"un{one}" in gone for one in come):
        return "negation"
    capitalised = {word.lower() for word in before + after if word[0].isupper()}
    return "name" if capitalised & {*gone, *come} else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(_GROUPED.sub("", fold(text)))
