"""The legal block: what readers must not see of what was published, whatever the record holds.

An overlay. Stored publications stay as they are, a sealed copy; ``Publication.public_document`` is
the one way from them to readers, and passes here. Words are blacked out in every version; a piece
that is removed as a whole has nothing to show (``Removed``).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override

from history.redaction import patterns, redact_edges, redact_text

# What a document says of itself to programs: nothing of it is anybody's words.
_OF_THE_FORMAT = frozenset(
    {
        *("schema", "type", "id", "number", "kind", "address", "language", "slug"),
        *("published", "first_published", "since", "file", "media_type", "data-claim"),
        *("voice", "verdict", "checked", "as_of", "field", "stance", "claim", "rests_on"),
        *("accessed", "capture", "archived"),
    }
)
_TAG = r"<[^<>]*>"
# Where each row of these names somebody by words and by an address made of them.
_NAMED = frozenset({"section", "tags", "bylines"})


class Removed(Http404):
    """The piece was removed on legal grounds: no version of it is there for readers."""


class BlockNotComplete(Exception):
    """The block stands, and Django keeps to it, but not all files could be replaced."""


def shown(document: dict[str, Any], blocks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a public document as readers may see it, given the blocks that stand on its piece.

    Raises ``Removed`` if one of them removes the piece.
    """
    blocks = list(blocks)
    if any(block["whole"] for block in blocks):
        raise Removed
    words = [word for block in blocks for word in block["words"]]
    if not words:
        return document
    found_by = patterns(words, loosely=True)
    result: dict[str, Any] = _blackened(document, found_by)
    for name in _NAMED:
        _unlink(result.get(name), document.get(name))
    unset(result, document)
    return result


def unset(result: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Take the set form from references whose data lost words; the page sets them anew.

    A style may write the same words in capitals, or shortened.
    """
    rows = zip(result.get("references", ()), document.get("references", ()), strict=True)
    for row, before in rows:
        if row["csl"] != before["csl"]:
            row["html"] = ""


def touches(document: dict[str, Any], words: str) -> bool:
    """Return whether blocking these words would change a public document."""
    return shown(document, [{"whole": False, "words": [words]}]) != document


def holds(text: str, words: Collection[str], *, cut: bool = False) -> bool:
    """Return whether the words stand in a text, plain or HTML; or, ``cut``, a rest at its ends."""
    found_by = patterns(words, loosely=True)
    if redact_text(text, found_by) != text:
        return True
    folded = text.casefold()
    return cut and redact_edges(folded, [word.casefold() for word in words]) != folded


def _blackened(value: Any, found_by: Sequence[re.Pattern[str]], name: str = "") -> Any:
    if isinstance(value, str):
        if name in _OF_THE_FORMAT:
            return value
        is_html = name in ("body", "html")
        return _in_html(value, found_by) if is_html else redact_text(value, found_by)
    if isinstance(value, dict):
        return {key: _blackened(item, found_by, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_blackened(item, found_by, name) for item in value]
    return value


def _in_html(html: str, found_by: Sequence[re.Pattern[str]]) -> str:
    for one in found_by:
        # A tag is passed over as a whole, unless it holds the words itself, as an address may.
        either = re.compile(f"(?P<tag>{_TAG})|(?:{one.pattern})", one.flags)

        def black(found: re.Match[str], one: re.Pattern[str] = one) -> str:
            tag = found["tag"]
            if tag is None:
                return redact_text(found[0], [one])
            attributes = tag.partition(" ")[2]
            return "<a>" if tag.startswith("<a ") and one.search(attributes) else tag

        html = either.sub(black, html)
    return html


def _unlink(now: Any, before: Any) -> None:
    """Take the address from a section, topic or author whose name was blacked out."""
    if isinstance(now, list) and isinstance(before, list):
        for one, other in zip(now, before, strict=True):
            _unlink(one, other)
    elif isinstance(now, dict) and isinstance(before, dict) and now.get("name") != before["name"]:
        now["slug"] = ""


def notice(request: HttpRequest, language: str) -> HttpResponse:
    """Say that what stood at an address was removed, and nothing of what it was."""
    with override(language):
        response = render(request, "articles/removed.html", status=410)
    response["Content-Language"] = language
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
