"""What a copy says where a quote stands, or comes nearest, as the desk shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sources import quotes

# Code points around a quote that say enough of what it is about.
AROUND = 280
# A quote with much left out would fill the screen.
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote and what stands around it: words, and whether they are those that are quoted."""

    page: int | None
    parts: tuple[tuple[str, bool], ...]
    goes_on_before: bool
    goes_on_after: bool

    @classmethod
    def of(cls, finding: quotes.Finding | None, text: str) -> "Excerpt | None":
        """Return what stands around a finding; nothing, if the quote is absent from the text."""
        passage = finding.passage if finding else None
        if finding is None or passage is None:
            return None
        end = min(passage.end, passage.start + LONGEST)
        first, last = _widened(text, passage.start, end)
        parts: list[tuple[str, bool]] = []
        at = first
        for start, stop in finding.fragments or ((passage.start, passage.end),):
            start, stop = min(start, end), min(stop, end)
            parts += [(text[at:start], False), (text[start:stop], True)]
            at = stop
        parts.append((text[at:last], False))
        return cls(
            passage.page,
            tuple((_in_one_line(words), marked) for words, marked in parts if words),
            first > 0,
            last < len(text),
        )


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a wider range that begins and ends at white space, or with the text."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    while first and first < start and not text[first].isspace():
        first += 1
    while last < len(text) and last > end and not text[last - 1].isspace():
        last -= 1
    return first, last


def _in_one_line(words: str) -> str:
    inner = " ".join(words.split())
    before = " " if words[:1].isspace() else ""
    return f"{before}{inner} " if inner and words[-1:].isspace() else before + inner


#: What keeps a quote from being verbatim, in words for the desk.
WHY: Mapping[quotes.Why, Promise] = {
    quotes.Why.NEGATION: gettext_lazy("a negation differs or was left out"),
    quotes.Why.FIGURE: gettext_lazy("figures differ"),
    quotes.Why.OMISSION: gettext_lazy("too much was left out"),
    quotes.Why.CUT: gettext_lazy("begins or ends within a word or number"),
    quotes.Why.WORDING: gettext_lazy("words differ"),
}


def told(finding: quotes.Finding | None) -> str:
    """Return in words whether a quote stands in its copy."""
    if finding is None:
        return _("not compared: there is no copy with a text")
    if finding.verified:
        page = finding.passage.page if finding.passage else None
        return _("word for word, page %(page)s") % {"page": page} if page else _("word for word")
    if finding.result == quotes.Result.ABSENT:
        return _("does not stand in the copy")
    return _("not verbatim: %(why)s") % {"why": ", ".join(str(WHY[why]) for why in finding.why)}
