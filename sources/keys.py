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

    def __init__(self, folder: Path, master: str = "", retired: str = "") -> None:
        self.folder = Path(folder)
        self._given_master = master
        self._given_retired = retired

    @property
    def _master(self) -> bytes:
        written = self._given_master
        if not written:
            path = self.folder / "master.key"
            with contextlib.suppress(FileExistsError):
                _write_once(path, base64.b64encode(os.urandom(KEY_BYTES)))
            written = path.read_text()
        return _decoded(written)

    @property
    def _retired(self) -> bytes | None:
        """The master key before this one, as long as keys may still be wrapped with it."""
        written, path = self._given_retired, self.folder / "master.retired"
        if not written and path.exists():
            written = path.read_text()
        return _decoded(written) if written else None

    def _path(self, source: UUID) -> Path:
        return self.folder / "sources" / f"{source}.key"

    def create(self, source: UUID) -> bytes:
        """Make and return the key of a source; an existing one is returned as it is."""
        key = os.urandom(KEY_BYTES)
        try:
            _write_once(self._path(source), _wrapped(key, source, self._master))
        except FileExistsError:
            return self.get(source)
        return key

    def get(self, source: UUID) -> bytes:
        """Return the key of a source; raises ``KeyMissing``."""
        try:
            wrapped = self._path(source).read_bytes()
        except FileNotFoundError:
            raise KeyMissing(f"no key for source {source}") from None
        for master in (self._master, self._retired):
            if master is not None and (key := _unwrapped(wrapped, source, master)) is not None:
                return key
        raise KeyMissing(f"the master key does not open the key of source {source}")

    def rewrap(self) -> int:
        """Wrap every key with the master key of now; returns how many were wrapped anew.

        Raises ``KeyMissing`` if one opens with neither master key; then nothing of it is lost.
        May be broken off and run again: at any moment each key opens with one of the two.
        """
        count = 0
        for path in sorted((self.folder / "sources").glob("*.key")):
            source = UUID(path.stem)
            if _unwrapped(path.read_bytes(), source, self._master) is None:
                wrapped = _wrapped(self.get(source), source, self._master)
                new = path.with_suffix(".new")
                new.unlink(missing_ok=True)
                _write_once(new, wrapped)
                os.replace(new, path)
                count += 1
        return count

    def renew_master(self) -> int:
        """Make a new master key in the store and wrap every key with it; returns how many.

        Raises ``ImproperlyConfigured`` if the master key is given from outside.
        """
        if self._given_master:
            raise ImproperlyConfigured("the master key is not kept in the key store")
        path, retired = self.folder / "master.key", self.folder / "master.retired"
        # A rotation that was broken off is finished with the keys that it has.
        if not retired.exists():
            _ = self._master
            os.replace(path, retired)
        count = self.rewrap()
        _shred(retired)
        return count

    def destroy(self, source: UUID) -> None:
        """Make everything sealed with this key unreadable, for ever."""
        with contextlib.suppress(FileNotFoundError):
            _shred(self._path(source))


def _decoded(written: str) -> bytes:
    try:
        key = base64.b64decode(written, validate=False)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured("the master key must be 32 bytes in base64")
    return key


def _wrapped(key: bytes, source: UUID, master: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(master).encrypt(nonce, key, str(source).encode())


def _unwrapped(wrapped: bytes, source: UUID, master: bytes) -> bytes | None:
    nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    try:
        return AESGCM(master).decrypt(nonce, sealed, str(source).encode())
    except InvalidTag:
        return None


def _shred(path: Path) -> None:
    """Overwrite a file and remove it. Some disks write elsewhere: there, an old copy may stay."""
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.write(os.urandom(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def key_store() -> KeyStore:
    kept = settings.NEWSROOM
    return KeyStore(
        kept["KEYS_DIR"], kept.get("MASTER_KEY", ""), kept.get("RETIRED_MASTER_KEY", "")
    )
