"""Signed notes and checkpoints in the formats of C2SP (signed-note, tlog-checkpoint).

A checkpoint says how long the ledger is and what its root is. It proves
something once somebody else holds it: from then on nothing below it can be
rewritten unnoticed.
"""

import base64
import binascii
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_ED25519 = b"\x01"


class NoteRefused(Exception):
    """A note that is malformed, or that nobody we know has signed."""


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """Knows one key by name; written as ``name+hash+key`` (C2SP "vkey")."""

    name: str
    public: bytes

    def __str__(self) -> str:
        key = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{_key_id(self.name, self.public).hex()}+{key}"

    @classmethod
    def parse(cls, written: str) -> "Verifier":
        """Return the verifier of a vkey; raises ``NoteRefused`` if it is none of Ed25519."""
        try:
            name, key_id, key = written.strip().split("+", 2)
            raw = base64.b64decode(key, validate=True)
        except (ValueError, binascii.Error) as error:
            raise NoteRefused(f"not a verifier key: {written!r}") from error
        verifier = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(raw) != 33:
            raise NoteRefused(f"not an Ed25519 key: {name}")
        if _key_id(name, raw[1:]).hex() != key_id:
            raise NoteRefused(f"the key of {name} does not match its hash")
        return verifier

    def open(self, note: str) -> str:
        """Return the text of a note that this key has signed; raises ``NoteRefused``."""
        text, found, signatures = note.rpartition("\n\n")
        if not found:
            raise NoteRefused("not a signed note")
        text += "\n"
        key_id = _key_id(self.name, self.public)
        for line in signatures.splitlines():
            try:
                dash, name, written = line.split(" ")
                raw = base64.b64decode(written, validate=True)
            except (ValueError, binascii.Error) as error:
                raise NoteRefused(f"not a signature: {line!r}") from error
            if dash == "—" and name == self.name and raw[:4] == key_id:
                try:
                    Ed25519PublicKey.from_public_bytes(self.public).verify(raw[4:], text.encode())
                except (InvalidSignature, ValueError) as error:
                    raise NoteRefused(f"the signature of {self.name} is wrong") from error
                return text
        raise NoteRefused(f"not signed by {self.name}")


@dataclass(frozen=True, slots=True)
class Signer:
    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return a signed note; its text ends with a line feed and has no empty last line."""
        if not text.endswith("\n") or text.endswith("\n\n"):
            raise ValueError("the text of a note ends with exactly one line feed")
        raw = _key_id(self.name, self.verifier.public) + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {base64.b64encode(raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: whose ledger, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Return the head that a checkpoint's text says; raises ``NoteRefused``."""
        try:
            origin, size, root = text.split("\n")[:3]
            head = cls(origin, int(size), base64.b64decode(root, validate=True))
        except (ValueError, binascii.Error) as error:
            raise NoteRefused("not a checkpoint") from error
        if not origin or str(head.size) != size or head.size < 0 or len(head.root) != 32:
            raise NoteRefused("not a checkpoint")
        return head


def signer() -> Signer:
    """Return the ledger's signer, from the environment or a file made on first use (0600)."""
    written = settings.NEWSROOM.get("LEDGER_KEY", "")
    if not written:
        written = _kept(Path(settings.NEWSROOM["KEYS_DIR"]) / "ledger.key")
    try:
        seed = base64.b64decode(written)
        private = Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError as error:
        raise ImproperlyConfigured("the ledger key must be 32 bytes in base64") from error
    return Signer(settings.NEWSROOM["LEDGER_ORIGIN"], private)


def _kept(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    # Written aside and linked into place: two first uses at once get the same key.
    if not path.exists():
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(32)))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def verifiers() -> list[Verifier]:
    """Return the keys that may have signed our checkpoints: today's, and the retired ones."""
    retired = settings.NEWSROOM.get("RETIRED_LEDGER_KEYS", ())
    return [signer().verifier, *(Verifier.parse(written) for written in retired)]


def open_checkpoint(note: str) -> Head:
    """Return the head of a checkpoint that one of our keys has signed; raises ``NoteRefused``."""
    refused: list[str] = []
    for verifier in verifiers():
        try:
            return Head.parse(verifier.open(note))
        except NoteRefused as error:
            refused.append(str(error))
    raise NoteRefused("; ".join(refused))
