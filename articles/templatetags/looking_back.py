"""Words for what comparisons and revisions hold: changes, values, names."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles import moments, wording
from articles.choices import Language
from articles.differences import NAMES, Difference, Fact
from articles.facts import in_words
from claims.choices import Credibility, Place, Risk, Stance, State, Verdict, Voice
from history.diff import Change
from sources.choices import Tier

register = template.Library()

_VOCABULARIES: dict[str, Any] = {
    "language": Language,
    "voice": Voice,
    "risk": Risk,
    "stance": Stance,
    "tier": Tier,
    "credibility": Credibility,
    "verdict": Verdict,
    "state": State,
    "place": Place,
}
# As word processors show them: a space, and one that keeps words together.
_SPACES = str.maketrans({" ": "·", "\u00a0": "°", "\u202f": "°", "\t": "→"})


@register.filter
def words(changes: Iterable[Change]) -> SafeString:
    """Show changes inline. Where nothing but white space changed, it is made visible."""
    parts: list[str] = []
    gone = ""  # what was deleted just before
    for op, text in changes:
        if op == "=":
            parts.append(escape(text).replace("\n", "<br>"))
        elif op == "-":
            parts.append(f"<del>{_visible(text).replace(chr(10), '¶ ')}</del>")
        elif (gone + text).isspace() and "\n" in gone:
            pass  # a line end became a space: the line end that went says it all
        else:
            if (gone + text).isspace() and gone and "\n" in text:
                parts.pop()  # and the other way round
            apart = gone[-1:].isalnum() and text[0].isalnum()
            start = '<ins class="is-apart">' if apart else "<ins>"
            parts.append(f"{start}{_visible(text).replace(chr(10), '¶<br>')}</ins>")
        gone = text if op == "-" else ""
    return mark_safe("".join(parts))  # every text in it was escaped


@register.filter
def words_before(changes: Iterable[Change]) -> SafeString:
    """Show the earlier text alone, what went from it marked."""
    return _side(changes, "-", "del")


@register.filter
def words_after(changes: Iterable[Change]) -> SafeString:
    """Show the later text alone, what came into it marked."""
    return _side(changes, "+", "ins")


def _side(changes: Iterable[Change], op: str, tag: str) -> SafeString:
    parts = [
        escape(change.text) if change.op == "=" else f"<{tag}>{_visible(change.text)}</{tag}>"
        for change in changes
        if change.op in ("=", op)
    ]
    return mark_safe("".join(parts).replace("\n", "<br>"))  # every text in it was escaped


def _visible(text: str) -> str:
    return escape(text.translate(_SPACES) if text.isspace() else text)


@register.filter
def phrases(facts: Iterable[Fact]) -> str:
    """Put facts into one line."""
    return in_one_line(in_words(facts))


@register.filter
def in_one_line(said: Iterable[str]) -> str:
    """Join phrases so that no line begins with a dot."""
    return "\u00a0· ".join(said)


@register.filter
def quoted(said: str) -> str:
    """Put words between the quotation marks of the language."""
    return wording.quotation(said)


@register.filter
def name(key: str) -> str:
    """Return the name of a field."""
    return str(NAMES.get(key, key))


@register.filter
def choice(value: str, vocabulary: str) -> str:
    """Return the label of a value; a value that is no longer known stands for itself."""
    return dict(_VOCABULARIES[vocabulary].choices).get(value, value or "–")


@register.filter
def label(key: str, labels: Mapping[str, str]) -> str:
    """Return the name that was looked up for a key."""
    return labels.get(key) or _("(no longer there)")


@register.filter
def when(value: datetime | str | None) -> str:
    """Return a moment, or one that a document holds as text, in words."""
    told = wording.moment(value.isoformat() if isinstance(value, datetime) else value)
    return told.text if told else ""


@register.filter
def to_the_second(value: datetime) -> str:
    """Return a moment on the newsroom's clock with its seconds, and which of two it is."""
    local = value.astimezone(timezone.get_default_timezone())
    told = f"{date_format(local, 'DATE_FORMAT')}, {date_format(local, 'H:i:s')}"
    return f"{told} {local:%Z}" if moments.twin(value) else told


@register.filter
def day(value: str | None) -> str:
    """Return a day that a document holds as text in words."""
    told = wording.day(value)
    return told.text if told else ""


@register.inclusion_tag("history/_difference.html")
def difference(changed: Difference, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Show one field that has another value now."""
    labels = labels or {}
    return {
        "difference": changed,
        "of": labels.get(changed.of, ""),
        "old": _shown(changed, changed.old, labels),
        "new": _shown(changed, changed.new, labels),
        "added": [label(key, labels) for key in changed.added],
        "removed": [label(key, labels) for key in changed.removed],
    }


def _shown(changed: Difference, value: Any, labels: Mapping[str, str]) -> str:
    if value in (None, ""):
        return ""
    if changed.form == "choice":
        return choice(value, changed.name)
    if changed.form == "label":
        return label(value, labels)
    if changed.form == "yes":
        return _("yes") if value else _("no")
    if changed.form == "date":
        return day(value)
    if changed.form == "moment":
        return when(value)
    return str(value)
