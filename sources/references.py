"""How a source is named to readers: a full reference, a short label, a link.

Everything here takes CSL-JSON as it was stored, however odd, and never raises: a reference that
cannot be set by the style is shown as a plain line rather than missing from the page.
"""

import html
import json
import re
import threading
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import nh3
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter as formatters
from citeproc.source.json import CiteProcJSON
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, override

FOLDER = Path(__file__).parent / "styles"
#: The styles that there are. A house chooses by ``NEWSROOM_REFERENCE_STYLES``, a language each.
STYLES = ("newsroom", "din-iso-690", "apa", "chicago")
HOUSE = "newsroom"
LOCALES = {"de": "de-DE", "en": "en-GB"}
FALLBACK_LANGUAGE = "en"
ALLOWED_TAGS = {"i", "em", "b", "a"}

NAME_VARIABLES = ("author", "editor", "interviewer")
TEXT_VARIABLES = (
    "title",
    "title-short",
    "genre",
    "container-title",
    "collection-title",
    "collection-number",
    "volume",
    "issue",
    "number",
    "edition",
    "authority",
    "event",
    "event-place",
    "publisher",
    "publisher-place",
    "archive",
    "archive_location",
    "page",
    "section",
    "medium",
    "ISBN",
)
NAME_PARTS = ("family", "given", "dropping-particle", "non-dropping-particle", "suffix")
TYPE = re.compile(r"[a-z][a-z_-]{1,39}")

# The style processor joins values and markup without escaping, so markup characters travel through
# it as private-use characters and become entities afterwards.
HIDDEN = {"<": "\ue000", ">": "\ue001", "&": "\ue002"}
HIDE = str.maketrans(HIDDEN)
SHOW = str.maketrans({hidden: html.escape(char) for char, hidden in HIDDEN.items()})
# So do addresses, whose signs are no punctuation of the reference.
URL, DOI = "\ue003", "\ue004"
FORGED = re.compile("[\ue000-\ue004\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What reference managers put into titles: italics are kept, the rest of it has no use here.
ITALICS = re.compile("\ue000(i|em)\ue001(.*?)\ue000/\\1\ue001", re.DOTALL)
RICH_TEXT = re.compile('\ue000/?(?:b|strong|sup|sub|sc|span(?: [a-z]+="[^"]*")?)\ue001')

UNUSABLE = re.compile(r"[\s<>\"\x00-\x1f\ue000-\ue004]")
SAFE = "/:;()._-"
LONGEST_TEXT = 2000
LONGEST_SHORT_TITLE = 60


def reference(csl: Mapping[str, Any], language: str, style: str = "") -> SafeString:
    """Return the full reference as sanitised HTML (``i``, ``em``, ``b`` and ``a`` only).

    *language* is the language of the article that cites, a code such as ``"de"`` or ``"en-GB"``;
    *style* is one of ``STYLES``, or that which the house has chosen for the language. The
    archived copy is not part of a reference; its address is, with a link, where the style has it
    (see ``linked``). Never raises.
    """
    spoken = _language(language)
    try:
        key = json.dumps(csl, sort_keys=True, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return _plain({}, spoken)
    return _reference(key, spoken, style or chosen_style(spoken))


def chosen_style(language: str) -> str:
    """Return the style that the house has chosen for a language."""
    chosen = settings.NEWSROOM["REFERENCE_STYLES"].get(_language(language), HOUSE)
    return chosen if chosen in STYLES else HOUSE


def linked(markup: str) -> bool:
    """Return whether a reference has its address, so that it need not be told beside it."""
    return "<a " in markup


def clean(markup: str) -> SafeString:
    """Return markup without anything that a reference does not have."""
    return mark_safe(
        nh3.clean(
            markup,
            tags=ALLOWED_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https"},
            clean_content_tags=set(),
            link_rel=None,
        )
    )


def short(csl: Mapping[str, Any]) -> str:
    """Return a label for side notes as plain text: who, what (shortened), year. Never raises."""
    values = _values(csl)
    who = "/".join(_surname(name) for name in values.get("author", [])[:2])
    if len(values.get("author", [])) > 2:
        who = _surname(values["author"][0]) + " et al."
    who = who or values.get("publisher") or values.get("container-title") or ""
    what = values.get("title-short") or values.get("title") or values.get("genre") or ""
    what = _shorten(RICH_TEXT.sub("", ITALICS.sub(r"\2", what.translate(HIDE))))
    parts = [part for part in (who.translate(HIDE), what, issued(csl)[:4]) if part]
    backwards = str.maketrans({hidden: char for char, hidden in HIDDEN.items()})
    return ", ".join(parts).translate(backwards) or _host(csl)


def link(csl: Any) -> str:
    """Return where the source can be read (http, https, or by its DOI), or ``""``. Never raises."""
    if not isinstance(csl, Mapping):
        return ""
    doi = _doi(csl.get("DOI"))
    return _url(csl.get("URL")) or (f"https://doi.org/{quote(doi, safe=SAFE)}" if doi else "")


def issued(csl: Mapping[str, Any]) -> str:
    """Return the date of publication as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, or ``""``."""
    parts = _values(csl).get("issued", {}).get("date-parts", [[]])[0]
    return "-".join(str(part).zfill(2 if place else 4) for place, part in enumerate(parts))


def creators(csl: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the authors as ``{"name": "Given Family", "kind": "Person" | "Organization"}``."""
    people = []
    for name in _values(csl).get("author", []):
        if "literal" in name:
            people.append({"name": name["literal"], "kind": "Organization"})
        else:
            order = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
            full = " ".join(name[part] for part in order if name.get(part))
            people.append({"name": full, "kind": "Person"})
    return people


# ---- the style


class _Style:
    """One parsed style. The processor keeps state on the parsed tree, so it is used by one thread
    at a time."""

    def __init__(self, name: str, language: str) -> None:
        own = FOLDER / f"{name}-{language}.csl"
        path = own if own.exists() else FOLDER / f"{name}.csl"
        # Our own files are checked against the schema by a test, not at every start.
        self.style = CitationStylesStyle(str(path), validate=False)
        if _language(self.style.root.get("default-locale")) != language:
            self.style.root.set_locale_list(LOCALES[language], validate=False)
        option = self.style.root.get_locale_option("punctuation-in-quote")
        self.punctuation_in_quote = str(option).lower() == "true"
        self.lock = threading.Lock()

    def render(self, values: dict[str, Any]) -> str:
        with self.lock:
            source = CiteProcJSON([{**values, "id": "source"}])
            bibliography = CitationStylesBibliography(self.style, source, formatters.html)
            bibliography.register(Citation([CitationItem("source")]))
            entry = "".join(str(entry) for entry in bibliography.bibliography())
        return self._punctuated(" ".join(entry.translate(SHOW).split()))

    def _punctuated(self, entry: str) -> str:
        """Return an entry without the double signs that the processor leaves where parts meet."""
        entry = re.sub(r"(?<!\.)((?:\.\.\.|[.?!…])(?:[»«“”\"’]|</\w+>)*)\.(?!\.)", r"\1", entry)
        if self.punctuation_in_quote:
            entry = re.sub(r"(?<![.?!,])(</\w+>)?”([.,])", r"\2\1”", entry)
            entry = re.sub(r"([?!])(</\w+>)?”,", r"\1\2”", entry)
        return entry


@cache
def _style(name: str, language: str) -> _Style:
    return _Style(name, language)


@lru_cache(maxsize=4096)
def _reference(key: str, language: str, style: str) -> SafeString:
    csl = json.loads(key)
    values = _values(csl)
    try:
        entry = _style(style, language).render(_for_style(values, style))
    except Exception:  # the processor has no error type of its own; a plain line is always right
        return _plain(csl, language)
    if not re.sub(r"<[^>]*>|[\s.,:;()\[\]]", "", entry):
        return _plain(csl, language)
    return clean(_with_links(entry, values))


def _with_links(entry: str, values: Mapping[str, Any]) -> str:
    """Return an entry with the addresses that the style has, as links."""
    doi = values.get("DOI", "")

    def shown(found: re.Match[str]) -> str:
        address = values["URL"] if found[0] == URL else f"https://doi.org/{quote(doi, safe=SAFE)}"
        words = address if found[0] == URL else found[0].replace(DOI, doi)
        return f'<a href="{html.escape(address)}">{html.escape(words, quote=False)}</a>'

    return re.sub(f"{URL}|(?:https://doi\\.org/)?{DOI}", shown, entry)


def _plain(csl: Any, language: str) -> SafeString:
    """Return the reference without any style: escaped values, one after another."""
    values = _values(csl)
    names = "; ".join(_full(name) for name in values.get("author", []))
    date = values.get("issued", {})
    when = date.get("literal") or "-".join(
        f"{part:02}" for part in (date.get("date-parts") or [[]])[0]
    )
    places = ("container-title", "publisher-place", "publisher")
    parts = [names, values.get("title"), *(values.get(place) for place in places), when]
    line = ", ".join(part for part in parts if part) or _host(csl)
    if not line:
        with override(language):
            line = gettext("Source without details")
    return clean(html.escape(line, quote=False))


def _host(csl: Any) -> str:
    return urlsplit(link(csl)).hostname or ""


def _language(language: str) -> str:
    spoken = str(language).partition("-")[0].lower()
    return spoken if spoken in LOCALES else FALLBACK_LANGUAGE


# ---- CSL as it comes: everything that is not understood is left out


def _url(value: Any) -> str:
    address = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return ""
    return address if usable and not UNUSABLE.search(address) else ""


def _doi(value: Any) -> str:
    doi = value.strip() if isinstance(value, str) else ""
    doi = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", doi, flags=re.IGNORECASE)
    return doi if re.fullmatch(r"10\.\d{4,9}/\S+", doi) else ""


def _values(csl: Any) -> dict[str, Any]:
    """Return the variables that a reference uses, each of the type that it should have."""
    if not isinstance(csl, Mapping):
        return {}
    values: dict[str, Any] = {}
    for variable in TEXT_VARIABLES:
        if text := _text(csl.get(variable)):
            values[variable] = text
    if "event" not in values and (event := _text(csl.get("event-title"))):
        values["event"] = event
    for variable in NAME_VARIABLES:
        if names := _names(csl.get(variable)):
            values[variable] = names
    for variable in ("issued", "accessed"):
        if date := _date(csl.get(variable)):
            values[variable] = date
    if address := _url(csl.get("URL")):
        values["URL"] = address
    if doi := _doi(csl.get("DOI")):
        values["DOI"] = doi
    kind = csl.get("type")
    values["type"] = kind if isinstance(kind, str) and TYPE.fullmatch(kind) else "document"
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(FORGED.sub("", str(value)).split())[:LONGEST_TEXT]


def _names(value: Any) -> list[dict[str, str]]:
    if isinstance(value, str | Mapping):
        value = [value]
    if not isinstance(value, list | tuple):
        return []
    names = []
    for name in value:
        if isinstance(name, Mapping):
            parts = {part: text for part in NAME_PARTS if (text := _text(name.get(part)))}
            literal = _text(name.get("literal")) or _text(name.get("name"))
            if not parts.get("family"):
                # A name of one part is set as it stands, whichever part it was entered as.
                literal = literal or parts.get("given", "")
                parts = {"literal": literal} if literal else {}
        else:
            literal = _text(name)
            parts = {"literal": literal} if literal else {}
        if parts:
            names.append(parts)
    return names


def _date(value: Any) -> dict[str, Any]:
    """Return ``{"date-parts": [[y, m, d]]}`` (one date or two), ``{"literal": ...}`` or ``{}``."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        value = {"raw": value}
    if not isinstance(value, Mapping):
        return {}
    parts = value.get("date-parts")
    if isinstance(parts, list | tuple):
        dates = [date for part in parts[:2] if (date := _parts(part))]
        if len(dates) == 2 and dates[0] >= dates[1]:
            dates.pop()
        if dates:
            return {"date-parts": dates}
    for form in ("raw", "literal"):
        words = _text(value.get(form))
        match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?", words)
        if match and (date := _parts([part for part in match.groups() if part])):
            return {"date-parts": [date]}
        if words:
            return {"literal": words}
    return {}


def _parts(value: Any) -> list[int]:
    if not isinstance(value, list | tuple):
        return []
    date: list[int] = []
    for part, highest in zip(value, (9999, 12, 31), strict=False):
        try:
            number = int(part)
        except (TypeError, ValueError, OverflowError):
            break
        if not 1 <= number <= highest:
            break
        date.append(number)
    return date


def _for_style(values: dict[str, Any], style: str) -> dict[str, Any]:
    """Return *values* as the processor takes them: nothing said twice, markup characters hidden."""
    ready = {key: value for key, value in values.items() if key != "title-short"}
    said = {_full(name).casefold() for name in values.get("author", [])}
    for variable in ("container-title", "publisher", "authority"):
        if variable in ready:
            if ready[variable].casefold() in said:
                del ready[variable]
            else:
                said.add(ready[variable].casefold())
    for key, value in ready.items():
        if isinstance(value, str):
            ready[key] = value.translate(HIDE)
    for variable in NAME_VARIABLES:
        if variable in ready:
            ready[variable] = [
                {part: text.translate(HIDE) for part, text in name.items()}
                for name in ready[variable]
            ]
    for variable in ("title", "container-title"):
        if variable in ready:
            ready[variable] = RICH_TEXT.sub("", ITALICS.sub(r"<i>\2</i>", ready[variable]))
    for variable, sign in (("URL", URL), ("DOI", DOI)):
        if variable in ready:
            ready[variable] = sign
    if "literal" in ready.get("accessed", {}):
        del ready["accessed"]
    if style != HOUSE:
        _year_first(ready)
    elif literal := ready.get("issued", {}).get("literal"):
        ready["issued"] = {"literal": literal.translate(HIDE)}
    return ready


def _year_first(ready: dict[str, Any]) -> None:
    """Change the date for styles that tell the year apart from the day.

    The processor cannot do that with a period, which becomes what its two days have in common,
    nor with words, which become the status of the work. A date that tells more than the year is
    that of the event as well, so that a style can ask for it.
    """
    date = ready.get("issued", {})
    if "literal" in date:
        del ready["issued"]
        ready["status"] = date["literal"].translate(HIDE)
    elif len(date.get("date-parts", ())) == 2:
        first, last = date["date-parts"]
        common = [one for one, other in zip(first, last, strict=False) if one == other]
        # Days of different months in one year have no day in common, though the numbers be equal.
        while common and common != first[: len(common)]:
            common.pop()
        if common:
            ready["issued"] = {"date-parts": [common]}
        else:
            del ready["issued"]
            ready["status"] = f"{first[0]}–{last[0]}"
    if len(ready.get("issued", {}).get("date-parts", [[]])[0]) > 1:
        ready["event-date"] = ready["issued"]


def _full(name: dict[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    return ", ".join(part for part in (name["family"], name.get("given")) if part)


def _surname(name: dict[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    return " ".join(part for part in (name.get("non-dropping-particle"), name["family"]) if part)


def _shorten(title: str) -> str:
    title = title.rstrip(".")
    if len(title) <= LONGEST_SHORT_TITLE:
        return title
    cut = title[: LONGEST_SHORT_TITLE + 1].rpartition(" ")[0] or title[:LONGEST_SHORT_TITLE]
    return cut.rstrip(" ,;:–-") + "…"
