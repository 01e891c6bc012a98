"""Published pages as files, so that readers need neither Django nor its database.

Each address that a piece or a list may have a page at is put to its ordinary view; an answer 200 is
written plain, as br and as gz, and of any other no file is left. So a file holds the bytes that the
view gives, and the view alone settles what moved, is gone or must not be kept. What of a piece is
current is known by a digest of its publications, kept beside the pages; lists are compared whole.
"""

import fcntl
import gzip
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit
from uuid import UUID

import brotli
import django
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.db.models import Func, TextField
from django.http import Http404, HttpRequest
from django.urls import resolve
from django.utils import timezone, translation

from history import canonical

from . import listings, lists, proofs
from .models import Publication

log = logging.getLogger(__name__)

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
SUFFIXES = ("", ".br", ".gz")
_STATES = ".state"
_LOCKS = ".locks"


def piece_pages(article: UUID) -> Iterator[str]:
    """Yield the live address, those of all versions, and the same under former slugs."""
    rows = Publication.stored.filter(article=article).order_by("-number")
    known = list(rows.values_list("number", "slug"))
    if not known:
        return
    live = rows[0].frozen_document["address"]
    month = live.removesuffix("/").rpartition("/")[0]
    for slug in dict.fromkeys([live.split("/")[-2], *(slug for _, slug in known)]):
        for place in (f"{month}/{slug}/", *(f"{month}/{slug}/v/{number}/" for number, _ in known)):
            yield place
            yield f"{place}index.json"


# Baking


def folder() -> Path | None:
    """Return where baked pages are, ``None`` if there shall be none."""
    chosen = settings.NEWSROOM["BAKED_DIR"]
    return Path(chosen) if chosen else None


def bake(article: UUID, *, anew: bool = False) -> list[str]:
    """Write what changed of a piece's pages; return the addresses written or removed.

    ``anew`` writes equal pages as well. If this fails, the piece's pages are removed, so that none
    is out of date, and the error is raised.
    """
    root = folder()
    if root is None:
        return []
    with _locked(root, article.hex):
        before = _state(root, article)
        pages: dict[str, str] = {}
        changed = []
        try:
            digest = digests([article]).get(article)
            possible = list(piece_pages(article))
            for address in possible:
                content = rendered(address)
                if content is None:
                    continue
                pages[address] = sha256(content).hexdigest()
                if _write_page(root, address, content, anew=anew):
                    changed.append(address)
            gone = [address for address in [*before, *possible] if address not in pages]
            changed += [address for address in dict.fromkeys(gone) if _remove_page(root, address)]
            if digest:
                _write(
                    _state_file(root, article),
                    json.dumps({"digest": digest, "pages": pages}).encode(),
                )
            else:
                _state_file(root, article).unlink(missing_ok=True)
        except BaseException:
            _state_file(root, article).unlink(missing_ok=True)
            for address in {*before, *pages}:
                _remove_page(root, address)
            raise
    return changed


def bake_list(address: str, *, anew: bool = False) -> bool:
    """Write the list at an address if it differs, or remove what is no more; return whether.

    If this fails, its file is removed, so that it is not out of date, and the error is raised.
    """
    root = folder()
    if root is None:
        return False
    with _locked(root, sha256(address.encode()).hexdigest()):
        try:
            content = rendered(address)
            if content is None:
                return _remove_page(root, address)
            return _write_page(root, address, content, anew=anew)
        except BaseException:
            _remove_page(root, address)
            raise


def list_differs(address: str) -> bool:
    """Return whether the file of a list is not what its view gives."""
    root = folder()
    if root is None:
        return False
    content = rendered(address)
    if content is None:
        return any(_form(_file(root, address), suffix).exists() for suffix in SUFFIXES)
    return not _intact(root, address, sha256(content).hexdigest())


def bake_soon(article: UUID) -> None:
    """Bake a piece once this transaction is committed. A failure is logged and undoes nothing."""
    transaction.on_commit(lambda: _bake_or_log(article), robust=True)


def bake_what_differs_soon() -> None:
    """Bake, once this is committed, all pieces whose publications are not as they were baked.

    The lists in which they stand as well: what was taken out of them must not wait for a worker.
    """

    def run() -> None:
        root = folder()
        if root is None:
            return
        try:
            stale = [key for key, digest in digests().items() if _digest(root, key) != digest]
        except Exception:
            log.exception("What must be baked could not be found out")
            return
        for key in stale:
            _bake_or_log(key)
        for address in dict.fromkeys(address for key in stale for address in lists.holding(key)):
            _bake_or_log(address)

    transaction.on_commit(run, robust=True)


def _bake_or_log(thing: UUID | str) -> None:
    """Bake a piece or the list at an address."""
    try:
        if isinstance(thing, UUID):
            bake(thing)
        else:
            bake_list(thing)
    except Exception:
        log.exception("%s could not be baked; run manage.py bake", thing)


def rendered(address: str) -> bytes | None:
    """Return the page that a reader without cookies gets there, ``None`` if there is none to keep.

    No middleware is passed: pages do not depend on who asks, in which language or by which host.
    """
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        try:
            view, args, kwargs = resolve(address)
            response = view(_request(address), *args, **kwargs)
        except Http404:
            return None
        if response.status_code != 200 or response.streaming or response.cookies:
            return None
        if "no-store" in response.get("Cache-Control", ""):
            return None
        if hasattr(response, "render"):
            response.render()
        return bytes(response.content)


def _request(address: str) -> HttpRequest:
    site = urlsplit(settings.NEWSROOM["SITE"])
    return WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address,
            "HTTP_HOST": site.netloc,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
        }
    )


# What differs


class _Sha256(Func):
    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = TextField()


def digests(articles: Iterable[UUID] | None = None) -> dict[UUID, str]:
    """Return, by piece, a digest of all that its pages are made from. Three queries."""
    around = rendering()
    rows = Publication.stored.order_by("article", "number")
    if articles is not None:
        rows = rows.filter(article__in=articles)
    found: dict[UUID, list[object]] = {}
    # The digest is taken where the documents are.
    columns: list[str] = ["article", "number", "slug", "sha", "checkpoint", "blocks"]
    known = proofs.with_checkpoint(rows).annotate(sha=_Sha256("document"))
    for row in known.values_list(*columns):
        found.setdefault(row[0], [around]).append(row[1:])
    return {
        key: sha256(canonical.dumps(_plain(parts)).encode()).hexdigest()
        for key, parts in found.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def rendering() -> str:
    """Return a digest of what turns documents into pages: code, templates, words, settings.

    The navigation as well: a new section makes every page differ, and is no reason to hold up
    the publication that brought it. The next ``manage.py bake`` adds it to older pages.
    """
    chosen = [
        *(f"{section.name}\t{section.url}" for section in listings.sections()),
        settings.NEWSROOM["SITE"],
        settings.STATIC_URL,
        settings.MEDIA_URL,
        settings.LANGUAGE_CODE,
        settings.TIME_ZONE,
    ]
    return sha256("\n".join([_code(), *map(str, chosen)]).encode()).hexdigest()


@lru_cache(1)
def _code() -> str:
    digest = sha256(django.get_version().encode())
    for place in ("articles", "claims", "history", "newsroom", "sources", "templates"):
        for path in sorted((settings.BASE_DIR / place).rglob("*")):
            if path.suffix in {".py", ".html", ".mo", ".csl"}:
                digest.update(f"\n{path.relative_to(settings.BASE_DIR)}\n".encode())
                digest.update(path.read_bytes())
    # Static files go by names that change with their content.
    names = getattr(staticfiles_storage, "hashed_files", {})
    digest.update(json.dumps(names, sort_keys=True).encode())
    return digest.hexdigest()


def differing() -> list[UUID]:
    """Return the pieces whose files are not as the database would have them.

    Asks the digests and reads the files; what the views would give now is not asked for.
    """
    root = folder()
    if root is None:
        return []
    wanted = digests()
    known = [*wanted, *(key for key in _stated(root) if key not in wanted)]
    return [key for key in known if _wrong(root, key, wanted.get(key))]


def piece_differs(article: UUID, *, thorough: bool = False) -> list[str]:
    """Return the addresses of a piece whose files differ; ``thorough`` renders and compares all."""
    root = folder()
    if root is None:
        return []
    return _wrong(root, article, digests([article]).get(article), thorough=thorough)


def _wrong(root: Path, key: UUID, digest: str | None, *, thorough: bool = False) -> list[str]:
    pages = _state(root, key)
    if digest is None or _digest(root, key) != digest:
        return [*pages] or list(piece_pages(key))
    wrong = [address for address, sha in pages.items() if not _intact(root, address, sha)]
    if thorough:
        for address in dict.fromkeys([*pages, *piece_pages(key)]):
            content = rendered(address)
            if (sha256(content).hexdigest() if content is not None else None) != pages.get(address):
                wrong.append(address)
    return list(dict.fromkeys(wrong))


def strays() -> list[str]:
    """Return the addresses of files that belong to no piece and no list."""
    root = folder()
    if root is None or not root.exists():
        return []
    known = {address for key in _stated(root) for address in _state(root, key)}
    known.update(lists.everything())
    found = set()
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith("."):
            name = name.removesuffix(".br").removesuffix(".gz")
            found.add("/" + name.removesuffix("index.html"))
    return sorted(found - known)


def remove(addresses: Iterable[str]) -> None:
    """Remove the files of some addresses, all forms of each."""
    if root := folder():
        for address in addresses:
            _remove_page(root, address)


# Files


def _file(root: Path, address: str) -> Path:
    path = root / address.lstrip("/")
    return path / "index.html" if address.endswith("/") else path


def _form(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _write_page(root: Path, address: str, content: bytes, *, anew: bool = False) -> bool:
    """Write all forms of a page, each whole or not at all; return whether one was not there."""
    path = _file(root, address)
    if not anew and _intact(root, address, sha256(content).hexdigest()):
        return False
    # Dates of files are told to browsers in whole seconds, so of two contents each gets its own.
    at = time.time_ns()
    with suppress(FileNotFoundError):
        at = max(at, (path.stat().st_mtime_ns // 10**9 + 1) * 10**9)
    packed = {
        "": content,
        ".br": brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
        ".gz": gzip.compress(content, GZIP_LEVEL, mtime=0),
    }
    for suffix, data in packed.items():
        _write(_form(path, suffix), data, at=at)
    return True


def _intact(root: Path, address: str, sha: str) -> bool:
    """Return whether all forms of a page are there and hold the content of this digest."""
    path = _file(root, address)
    try:
        plain, br, gz = (_form(path, suffix).read_bytes() for suffix in SUFFIXES)
        return sha256(plain).hexdigest() == sha and (
            brotli.decompress(br) == plain == gzip.decompress(gz)
        )
    except (OSError, EOFError, brotli.error):
        return False


def _remove_page(root: Path, address: str) -> bool:
    path = _file(root, address)
    there = False
    for suffix in reversed(SUFFIXES):
        with suppress(FileNotFoundError, NotADirectoryError):
            _form(path, suffix).unlink()
            there = True
    parent = path.parent
    # Folders that are empty now; the first that is not ends it.
    with suppress(OSError):
        while parent != root:
            parent.rmdir()
            parent = parent.parent
    return there


def _write(path: Path, data: bytes, *, at: int | None = None) -> None:
    """Put a file in place at once: who opens it gets the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
        try:
            fresh.write(data)
            fresh.flush()
            # Served by other users as well, such as that of nginx.
            os.fchmod(fresh.fileno(), 0o644)
            if at is not None:
                os.utime(fresh.name, ns=(at, at))
            os.replace(fresh.name, path)
        except BaseException:
            Path(fresh.name).unlink(missing_ok=True)
            raise


@contextmanager
def _locked(root: Path, name: str) -> Iterator[None]:
    """Let one process at a time bake what has this name: the last one has read what is newest."""
    locks = root / _LOCKS
    locks.mkdir(parents=True, exist_ok=True)
    # A fixed number of files, whatever number of names.
    with open(locks / name[:2], "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state_file(root: Path, article: UUID) -> Path:
    return root / _STATES / article.hex[:2] / article.hex


def _stated(root: Path) -> list[UUID]:
    return [UUID(path.name) for path in sorted((root / _STATES).glob("??/" + "?" * 32))]


def _read_state(root: Path, article: UUID) -> dict[str, object]:
    try:
        found = json.loads(_state_file(root, article).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _state(root: Path, article: UUID) -> dict[str, str]:
    pages = _read_state(root, article).get("pages")
    return pages if isinstance(pages, dict) else {}


def _digest(root: Path, article: UUID) -> str | None:
    digest = _read_state(root, article).get("digest")
    return digest if isinstance(digest, str) else None
