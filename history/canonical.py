"""One way to write text, moments and documents down.

Every digest, anchor and comparison rests on these rules:

- text is Unicode in normal form C with LF line ends, holds no NUL and no lone surrogate;
- offsets into text count code points;
- moments are UTC, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``, always six decimals;
- a document is JSON in the form of RFC 8785 (sorted keys, no white space).
"""

import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

import rfc8785

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def text(value: str) -> str:
    """Return ``value`` in canonical form; NUL and lone surrogates become U+FFFD."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", value))


def normal(value: Any) -> Any:
    """Return plain data with every string (keys too) in canonical form."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(key): normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normal(item) for item in value]
    return value


def dumps(value: Any) -> str:
    """Return the canonical JSON text of plain data.

    Raises ``ValueError`` for what JSON cannot hold exactly: NaN, infinities,
    integers beyond 2**53 - 1, and objects that are no plain data.
    """
    try:
        return rfc8785.dumps(normal(value)).decode()
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"not canonical JSON: {error}") from error


def loads(document: str) -> Any:
    return json.loads(document)


def stamp(moment: datetime | None) -> str | None:
    """Return an aware moment as text; ``None`` stays ``None``."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a naive moment has no place in a document")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(stamped: str | None) -> datetime | None:
    """Return the aware moment that ``stamp`` wrote; ``None`` stays ``None``."""
    return None if stamped is None else datetime.fromisoformat(stamped)
