"""The key store: one key a protected source, outside the database and its backups.

Destroying a key makes what it sealed unreadable everywhere: in tables, in old
revisions and in every backup of the database. So keys are backed up apart from
it, and briefly.
"""

import base64
import contextlib
import os
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyMissing(Exception):
    """The key of this source is not in the store: destroyed, or not yet made."""


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads; raises ``FileExistsError`` if there is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


class KeyStore:
    """Keys in a folder, each wrapped with the master key (AES-256-GCM)."""

    def __init__(self, folder: Path, master: str = "") -> None:
        self.folder = Path(folder)
        self._given_master = master

    @property
    def _master(self) -> bytes:
        written = self._given_master
        if not written:
            path = self.folder / "master.key"
            with contextlib.suppress(FileExistsError):
                _write_once(path, base64.b64encode(os.urandom(KEY_BYTES)))
            written = path.read_text()
        try:
            key = base64.b64decode(written, validate=False)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ImproperlyConfigured("the master key must be 32 bytes in base64")
        return key

    def _path(self, source: UUID) -> Path:
        return self.folder / "sources" / f"{source}.key"

    def create(self, source: UUID) -> bytes:
        """Make and return the key of a source; an existing one is returned as it is."""
        key, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = nonce + AESGCM(self._master).encrypt(nonce, key, str(source).encode())
        try:
            _write_once(self._path(source), wrapped)
        except FileExistsError:
            return self.get(source)
        return key

    def get(self, source: UUID) -> bytes:
        """Return the key of a source; raises ``KeyMissing``."""
        try:
            wrapped = self._path(source).read_bytes()
        except FileNotFoundError:
            raise KeyMissing(f"no key for source {source}") from None
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(self._master).decrypt(nonce, sealed, str(source).encode())
        except InvalidTag:
            raise KeyMissing(f"the master key does not open the key of source {source}") from None

    def destroy(self, source: UUID) -> None:
        """Make everything sealed with this key unreadable, for ever."""
        path = self._path(source)
        with contextlib.suppress(FileNotFoundError):
            size = path.stat().st_size
            with open(path, "r+b") as file:
                file.write(os.urandom(size))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()


def key_store() -> KeyStore:
    return KeyStore(settings.NEWSROOM["KEYS_DIR"], settings.NEWSROOM.get("MASTER_KEY", ""))
