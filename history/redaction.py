"""Taking words out of documents without moving anything else.

Every character of erased words becomes ``█``; white space, markup and length
stay, so that offsets, marks and the parts of a payload remain where they were.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from . import canonical

BLOCK = "█"
_TAG = r"(?:<[^<>]*>)*"
_TAG_OR_NOTHING_SEEN = "(?:<[^<>]*>|[\u00ad\u200b-\u200d\u2060\ufeff])*"
_ENTITIES = {"&": "(?:&amp;|&)", "<": "(?:&lt;|<)", ">": "(?:&gt;|>)", '"': '(?:&quot;|")'}
_TOKEN = re.compile(r"<[^<>]*>|&(?:amp|lt|gt|quot|nbsp);|.", re.DOTALL)
_SHORTEST_EDGE = 3


def patterns(words: Iterable[str], *, loosely: bool = False) -> list[re.Pattern[str]]:
    """Return what finds the words in plain text and, across markup, in HTML; longest first.

    ``loosely`` finds them in capitals as well, and with invisible signs in between.
    """
    between, flags = (_TAG_OR_NOTHING_SEEN, re.IGNORECASE) if loosely else (_TAG, 0)
    return [
        re.compile(between.join(map(_character, canonical.text(one).strip())), flags)
        for one in sorted(set(words), key=len, reverse=True)
        if one.strip()
    ]


def _character(character: str) -> str:
    if character.isspace():
        return r"(?:\s|&nbsp;)"
    return _ENTITIES.get(character, re.escape(character))


def redact_text(text: str, found_by: Sequence[re.Pattern[str]]) -> str:
    """Return text, plain or HTML, with the words blacked out."""
    for pattern in found_by:
        text = pattern.sub(lambda found: _TOKEN.sub(_blacken, found[0]), text)
    return text


def _blacken(token: re.Match[str]) -> str:
    written = token[0]
    return written if (written.startswith("<") and len(written) > 1) or written.isspace() else BLOCK


def redact_edges(text: str, words: Iterable[str]) -> str:
    """Return a cut-out of text without what is left of erased words at its two ends."""
    for one in words:
        one = canonical.text(one).strip()
        for length in range(len(one) - 1, _SHORTEST_EDGE - 1, -1):
            if text.startswith(one[-length:]):
                text = _blocks(text[:length]) + text[length:]
            if text.endswith(one[:length]):
                text = text[:-length] + _blocks(text[-length:])
    return text


def _blocks(text: str) -> str:
    return "".join(character if character.isspace() else BLOCK for character in text)


def redact(value: Any, found_by: Sequence[re.Pattern[str]]) -> Any:
    """Return plain data with the words blacked out in every string; keys stay."""
    if isinstance(value, str):
        return redact_text(value, found_by)
    if isinstance(value, dict):
        return {key: redact(item, found_by) for key, item in value.items()}
    if isinstance(value, list):
        return [redact(item, found_by) for item in value]
    return value


class Redactor:
    """Takes words out of all documents of one aggregate.

    ``learn`` is called with each of its documents, then ``apply`` with each.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)
        self.patterns = patterns(words)

    def learn(self, document: Any) -> None:
        pass

    def apply(self, document: Any) -> Any:
        return redact(document, self.patterns)
