"""Sealing: values of protected sources, encrypted before they reach the database.

A sealed value is ``v1:`` and base64 of nonce and AES-256-GCM ciphertext. It is
bound to its source and its place, so it cannot be moved to another row.
Documents hold sealed values as they stand in the row.
"""

import base64
import os
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from history import canonical

from .keys import KeyMissing, key_store

_VERSION = "v1:"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value that is damaged, or stands where it was not sealed for."""


def _bound_to(source: UUID, place: object) -> bytes:
    return f"{source}/{place}".encode()


def seal_bytes(value: bytes, *, source: UUID, place: object) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    key = key_store().create(source)
    return nonce + AESGCM(key).encrypt(nonce, value, _bound_to(source, place))


def unseal_bytes(sealed: bytes, *, source: UUID, place: object) -> bytes:
    """Return the bytes; raises ``KeyMissing`` after erasure and ``SealBroken`` on damage."""
    nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key_store().get(source)).decrypt(nonce, ciphertext, _bound_to(source, place))
    except InvalidTag:
        raise SealBroken(f"what is sealed for {source} does not open here") from None


def seal(value: Any, *, source: UUID, place: object) -> str:
    """Return plain JSON data as sealed text; empty data becomes the empty string."""
    if not value:
        return ""
    data = canonical.dumps(value).encode()
    return _VERSION + base64.b64encode(seal_bytes(data, source=source, place=place)).decode()


def unseal(sealed: str, *, source: UUID, place: object) -> Any:
    """Return what ``seal`` was given; the empty string gives an empty object."""
    if not sealed:
        return {}
    if not sealed.startswith(_VERSION):
        raise SealBroken("sealed by newer code")
    data = base64.b64decode(sealed.removeprefix(_VERSION))
    return canonical.loads(unseal_bytes(data, source=source, place=place).decode())


def reseal(value: Any, *, source: UUID, place: object, current: str) -> str:
    """Return ``current`` if it holds ``value`` already, else ``value`` newly sealed.

    The same words would otherwise get a new ciphertext at every save, and a
    save that changes nothing would make a revision.
    """
    if current and value:
        try:
            if unseal(current, source=source, place=place) == canonical.normal(value):
                return current
        except (KeyMissing, SealBroken):
            pass
    return seal(value, source=source, place=place)
