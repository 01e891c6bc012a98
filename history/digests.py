"""Salted digests over the parts of a payload.

A payload is plain JSON data. Its parts are its scalars and its empty lists and
objects, each named by its JSON Pointer (RFC 6901) and taken in the order of a
walk over sorted keys. An entry of the ledger commits to::

    salt i = SHA-256(salt || i as 8 bytes, big end first)
    part i = SHA-256(0x00 || salt i || JSON of [pointer, value])
    digest = SHA-256(0x01 || part 0 || part 1 || ...)

So any part can be withheld by giving its 32 bytes instead: the others still
prove themselves, and nobody can guess what was withheld, because its salt
cannot be derived from the salts of its neighbours.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

Part = tuple[str, Any]


def parts(value: Any, pointer: str = "") -> Iterator[Part]:
    """Yield ``(pointer, scalar or empty container)`` for every leaf of canonical data."""
    if isinstance(value, dict) and value:
        for key in sorted(value, key=lambda key: key.encode("utf-16-be")):
            yield from parts(value[key], f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from parts(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def part_salt(salt: bytes, index: int) -> bytes:
    return sha256(salt + index.to_bytes(8, "big")).digest()


def part_digest(part: Part, salt: bytes) -> bytes:
    """Return the digest of one part under its own salt (see ``part_salt``)."""
    # For strings, booleans, null, empty containers and integers, which is all
    # that payloads hold, the standard encoder writes what RFC 8785 asks for.
    written = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
    return sha256(b"\x00" + salt + written.encode()).digest()


def combine(digests: Iterable[bytes]) -> bytes:
    return sha256(b"\x01" + b"".join(digests)).digest()


def digest_after_erasure(value: Any, kept: list[str]) -> bytes:
    """Return the digest of a payload of which parts were erased.

    ``kept`` has, for each part in order, its salt (``s`` and hex) or, if it
    was erased, its digest (``d`` and hex). Raises ``ValueError`` if it does
    not fit the payload.
    """
    return combine(
        bytes.fromhex(told[1:])
        if told.startswith("d")
        else part_digest(part, bytes.fromhex(told[1:]))
        for part, told in zip(parts(value), kept, strict=True)
    )


def digest(value: Any, salt: bytes) -> bytes:
    """Return the 32 bytes to which an entry commits for this payload."""
    return combine(
        part_digest(part, part_salt(salt, index)) for index, part in enumerate(parts(value))
    )
