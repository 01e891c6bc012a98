"""Baked pages: files that are answered before Django is entered, without a query.

``articles.baking`` writes them; this only reads. Whatever is no page in the folder falls through to
the application, so a page that is not baked is rendered as ever. The query of an address is not
looked at: pages that heed one are not baked.
"""

import os
import re
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Addresses whose file is index.html in the folder of that name. Nothing else reaches the file
# system: no dot, no percent sign, no NUL, no upper case, no empty part.
PATH = re.compile(r"/(?:[a-z0-9][a-z0-9_-]{0,99}/){0,5}")
# What files in such a folder may be called besides, with the type of their content.
NAMED: dict[str, str] = {
    "index.json": "application/json",
    "changes.json": "application/json",
    "feed.json": "application/feed+json",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "sitemap.xml": "application/xml",
    "robots.txt": "text/plain; charset=utf-8",
}
# Versions are kept for good and are not for search engines, nor are documents; they say so as well.
UNLISTED = re.compile(r"/\d{4}/\d{2}/[^/]+/(?:v/\d+/(?:index\.json)?|index\.json)")

ENCODINGS = {".br": "br", ".gz": "gzip"}
CACHE_BYTES = 64 << 20
# Middleware that only adds headers, and the same to every page.
_HEADERS_FROM = (
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


@lru_cache(256)
def forms(accepted: str) -> tuple[str, ...]:
    """Return the suffixes to try for an Accept-Encoding, the best first; plain always counts."""
    wanted: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        key, _, value = parameter.partition("=")
        try:
            wanted[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            wanted[name.strip()] = 0.0
    others = wanted.get("*", 0.0)
    # Equal weights keep this order, so the smaller form wins.
    suffixes = [(wanted.get(name, others), suffix) for suffix, name in ENCODINGS.items()]
    ranked = [(weight, suffix) for weight, suffix in suffixes if weight > 0]
    ranked.append((wanted.get("identity", 0.0), ""))
    ranked.sort(key=lambda pair: -pair[0])
    return tuple(suffix for _, suffix in ranked)


@lru_cache(1024)
def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return -1.0


@dataclass(frozen=True, slots=True)
class _Page:
    """One form of a page as it was read, and its headers without those of the transport."""

    stamp: tuple[int, int, int]
    etag: str
    modified: int
    body: bytes
    headers: Headers
    unchanged: Headers


class Baked:
    """A WSGI application: pages from ``root``, all else from ``app``.

    ``headers`` stand on every answer of its own; ``secure_headers`` replace them for requests that
    ``is_secure`` is true of. With ``only_secure``, others are left to ``app``, which redirects.
    """

    def __init__(
        self,
        app: Application,
        root: Path | str,
        *,
        headers: Headers | None = None,
        secure_headers: Headers | None = None,
        is_secure: Callable[[Environ], bool] = lambda environ: (
            environ.get("wsgi.url_scheme") == "https"
        ),
        only_secure: bool = False,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.app, self.root = app, str(root)
        self.headers = headers or []
        self.secure_headers = self.headers if secure_headers is None else secure_headers
        self.is_secure, self.only_secure = is_secure, only_secure
        self.cache_bytes, self.cached_bytes = cache_bytes, 0
        self._cache: OrderedDict[str, _Page] = OrderedDict()
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ.get("SCRIPT_NAME"):
            place, slash, name = path.rpartition("/")
            if (name and name not in NAMED) or not PATH.fullmatch(place + slash):
                return self.app(environ, start_response)
            file = f"{self.root}{path}" if name else f"{self.root}{path}index.html"
            secure = self.is_secure(environ)
            if secure or not self.only_secure:
                for suffix in forms(environ.get("HTTP_ACCEPT_ENCODING", "")):
                    if page := self._page(path, file, suffix):
                        headers = self.secure_headers if secure else self.headers
                        return _answer(page, headers, environ, start_response)
        return self.app(environ, start_response)

    def _page(self, path: str, file: str, suffix: str) -> _Page | None:
        name = file + suffix
        try:
            found = os.stat(name)
        except OSError:
            return None
        page = self._cache.get(name)
        if page and page.stamp == (found.st_mtime_ns, found.st_ino, found.st_size):
            return page
        try:
            # What is measured and what is read are one file, even if it is replaced meanwhile.
            with open(name, "rb") as opened:
                found = os.fstat(opened.fileno())
                if not stat.S_ISREG(found.st_mode):
                    return None
                body = opened.read()
        except OSError:
            return None
        page = self._made(path, suffix, found, body)
        self._keep(name, page)
        return page

    def _made(self, path: str, suffix: str, found: os.stat_result, body: bytes) -> _Page:
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        unchanged = [
            ("ETag", etag),
            ("Last-Modified", formatdate(found.st_mtime, usegmt=True)),
            # Asked for each time, so that a correction is seen at once.
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
        ]
        headers = [
            ("Content-Type", NAMED.get(path.rpartition("/")[2], "text/html; charset=utf-8")),
            ("Content-Length", str(len(body))),
            *unchanged,
        ]
        if suffix:
            headers.append(("Content-Encoding", ENCODINGS[suffix]))
        if UNLISTED.fullmatch(path):
            headers.append(("X-Robots-Tag", "noindex"))
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        return _Page(stamp, etag, int(found.st_mtime), body, headers, unchanged)

    def _keep(self, name: str, page: _Page) -> None:
        with self._lock:
            before = self._cache.pop(name, None)
            self.cached_bytes -= len(before.body) if before else 0
            if len(page.body) > self.cache_bytes:
                return
            self._cache[name] = page
            self.cached_bytes += len(page.body)
            while self.cached_bytes > self.cache_bytes:
                _, oldest = self._cache.popitem(last=False)
                self.cached_bytes -= len(oldest.body)


def _answer(
    page: _Page, headers: Headers, environ: Environ, start_response: Callable[..., Any]
) -> list[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        unchanged = page.etag in tags or "*" in tags
    else:
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        unchanged = bool(since) and _seconds(since) >= page.modified
    if unchanged:
        start_response("304 Not Modified", [*page.unchanged, *headers])
        return []
    start_response("200 OK", [*page.headers, *headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.body]


def security_headers(*, secure: bool) -> Headers:
    """Return the headers that Django's middleware puts on every page, by asking it."""

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    answer: Callable[[HttpRequest], HttpResponse] = page
    for name in reversed([name for name in settings.MIDDLEWARE if name in _HEADERS_FROM]):
        answer = import_string(name)(answer)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", "/", "/"
    # The redirect to HTTPS is not asked for here, so its answer must not be what is looked at.
    vars(request)["_get_scheme"] = lambda: "https"
    headers = dict(answer(request).headers)
    headers.pop("Content-Type", None)
    if not secure:
        headers.pop("Strict-Transport-Security", None)
    return list(headers.items())


def _is_secure(environ: Environ) -> bool:
    """As Django decides it (``HttpRequest.scheme``)."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, expected = settings.SECURE_PROXY_SSL_HEADER
        said = environ.get(name)
        if said is not None:
            return bool(said.split(",", 1)[0].strip() == expected)
    return bool(environ.get("wsgi.url_scheme") == "https")


def wrapped(app: Application) -> Application:
    """Return the application behind its baked pages, as the settings say.

    While templates are being worked on (DEBUG), and without a folder, it is the application alone.
    """
    root = settings.NEWSROOM["BAKED_DIR"]
    if not root or settings.DEBUG:
        return app
    return Baked(
        app,
        root,
        headers=security_headers(secure=False),
        secure_headers=security_headers(secure=True),
        is_secure=_is_secure,
        only_secure=settings.SECURE_SSL_REDIRECT,
    )
