"""Baked pages, as a server gets them from the wrapper."""

import gzip
import itertools
import os
import threading
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest
from django.test import Client
from django.test.utils import override_settings

from newsroom import baked
from newsroom.baked import Baked

PAGE = "/2025/05/die-ahlbeke/"
HTML = b"<!doctype html><p>Die Ahlbeke</p>"


class Answer(NamedTuple):
    status: str
    headers: dict[str, str]
    body: bytes


Get = Callable[..., Answer]


def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("299 From Django", [])
    return [b"django"]


def ask(app: Any, path: str = PAGE, method: str = "GET", **environ: Any) -> Answer:
    """Ask as a server does; names of headers are those of the environment, without HTTP_."""
    got: list[Any] = []
    given = {
        key if "." in key or key == "SCRIPT_NAME" else f"HTTP_{key}": value
        for key, value in environ.items()
    }
    body = b"".join(
        app(
            {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.url_scheme": "http"} | given,
            lambda status, headers: got.extend((status, headers)),
        )
    )
    assert len({name for name, _ in got[1]}) == len(got[1])
    return Answer(got[0], dict(got[1]), body)


def put(root: Path, content: bytes = HTML, path: str = PAGE) -> Path:
    """Put a page or a file with all its forms into the folder."""
    file = root / path.lstrip("/")
    file = file / "index.html" if path.endswith("/") else file
    file.parent.mkdir(parents=True, exist_ok=True)
    for suffix, data in (
        ("", content),
        (".br", brotli.compress(content)),
        (".gz", gzip.compress(content)),
    ):
        fresh = file.with_name(f".fresh{suffix}")
        fresh.write_bytes(data)
        fresh.replace(file.with_name(f"{file.name}{suffix}"))
    return file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path)
    return tmp_path


@pytest.fixture
def get(root: Path) -> Get:
    app = Baked(django, root, headers=[("X-Frame-Options", "DENY")])
    return lambda *args, **environ: ask(app, *args, **environ)


def test_a_page_is_answered_without_the_application(get: Get) -> None:
    answer = get()

    assert answer.status == "200 OK"
    assert answer.body == HTML
    modified = answer.headers.pop("Last-Modified")
    assert modified.endswith(" GMT")
    assert len(answer.headers.pop("ETag")) == 34
    assert answer.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(HTML)),
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "X-Frame-Options": "DENY",
    }


def test_head_says_the_same_and_sends_no_body(get: Get) -> None:
    assert get(PAGE, "HEAD") == get()._replace(body=b"")


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("br ; q=0.0, *", "gzip"),
        ("*", "br"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=1, br;q=0.5", None),
        ("br;q=high", None),
        ("zstd", None),
    ],
)
def test_the_encoding_is_the_one_that_the_client_likes_best(
    get: Get, accepted: str, encoding: str | None
) -> None:
    answer = get(ACCEPT_ENCODING=accepted)

    assert answer.headers.get("Content-Encoding") == encoding
    unpack: dict[str | None, Any] = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
    assert unpack[encoding](answer.body) == HTML
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_a_missing_form_is_replaced_by_the_next_one(get: Get, root: Path) -> None:
    (root / PAGE.lstrip("/") / "index.html.br").unlink()

    assert get(ACCEPT_ENCODING="br, gzip").headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in get(ACCEPT_ENCODING="br").headers


def test_each_encoding_has_a_tag_of_its_own_and_its_tag_spares_the_body(get: Get) -> None:
    tags = set()
    for accepted in ("", "gzip", "br"):
        full = get(ACCEPT_ENCODING=accepted)
        tag = full.headers["ETag"]
        tags.add(tag)
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = get(ACCEPT_ENCODING=accepted, IF_NONE_MATCH=given)
            assert answer.status == "304 Not Modified"
            assert answer.body == b""
            assert not any(name.startswith("Content-") for name in answer.headers)
            for name in ("ETag", "Last-Modified", "Vary", "Cache-Control", "X-Frame-Options"):
                assert answer.headers[name] == full.headers[name]
    assert len(tags) == 3


def test_a_tag_decides_before_a_date_does(get: Get) -> None:
    modified = get().headers["Last-Modified"]

    assert get(IF_MODIFIED_SINCE=modified).status == "304 Not Modified"
    assert get(IF_MODIFIED_SINCE=modified, IF_NONE_MATCH='"old"').status == "200 OK"


def test_an_older_or_unreadable_date_gets_the_page(get: Get, root: Path) -> None:
    at = (root / PAGE.lstrip("/") / "index.html").stat().st_mtime

    assert get(IF_MODIFIED_SINCE=formatdate(at - 1, usegmt=True)).status == "200 OK"
    assert get(IF_MODIFIED_SINCE="yesterday").status == "200 OK"


def test_a_corrected_page_is_seen_at_once_even_if_length_and_date_are_the_same(
    get: Get, root: Path
) -> None:
    before = get()
    file = root / PAGE.lstrip("/") / "index.html"
    old = file.stat()
    put(root, HTML.replace(b"Ahlbeke", b"Ahlbach"))
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))

    after = get(IF_NONE_MATCH=before.headers["ETag"])
    assert after.status == "200 OK"
    assert b"Ahlbach" in after.body


def test_a_removed_page_is_the_application_s_again(get: Get, root: Path) -> None:
    assert get().status == "200 OK"
    for form in (root / PAGE.lstrip("/")).iterdir():
        form.unlink()
    assert get().body == b"django"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_other_methods_fall_through(get: Get, method: str) -> None:
    assert get(PAGE, method).body == b"django"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/2025/05/die-ahlbeke",
        "//2025/05/die-ahlbeke/",
        "/2025//05/die-ahlbeke/",
        "/2025/05/die-ahlbeke//",
        "/2025/05/./die-ahlbeke/",
        "/2025/05/die-ahlbeke/../die-ahlbeke/",
        "/2025/05/Die-Ahlbeke/",
        "/2025/05/die-ahlbeke/index.html",
        "/2025/05/die-ahlbeke/index.html.br",
        "/2025/05/die-ahlbeke/\n",
        "/2025/05/die-ahlbeke/\x00/",
        "/2025/05/die%2dahlbeke/",
        "/../secret/",
        "/%2e%2e/secret/",
        "/.state/",
        "/\\..\\secret/",
        "2025/05/die-ahlbeke/",
        "/a/b/c/d/e/f/",
        "/" + "a" * 101 + "/",
        "/2025/05/",
    ],
)
def test_whatever_is_no_canonical_address_of_a_page_falls_through(
    tmp_path: Path, path: str
) -> None:
    inside = tmp_path / "baked"
    put(inside)
    put(tmp_path, b"secret", "/secret/")
    put(inside, b"secret", "/.state/")
    put(inside, b"too deep", "/a/b/c/d/e/f/")

    assert ask(Baked(django, inside), path).body == b"django"


def test_an_application_mounted_elsewhere_gets_its_requests(get: Get) -> None:
    assert get(SCRIPT_NAME="/news").body == b"django"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/section/politik/feed.json", "application/feed+json"),
        ("/changes/3/changes.json", "application/json"),
        (f"{PAGE}index.json", "application/json"),
        ("/sitemap/2/sitemap.xml", "application/xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_served_as_what_it_is(tmp_path: Path, path: str, kind: str) -> None:
    put(tmp_path, b"file", path)
    app = Baked(django, tmp_path)

    answer = ask(app, path, ACCEPT_ENCODING="br")
    assert answer.headers["Content-Type"] == kind
    assert brotli.decompress(answer.body) == b"file"
    assert ask(app, path, "POST").body == b"django"


@pytest.mark.parametrize(
    "path",
    [
        *("/other.xml", "/atom.xml.gz", "/.atom.xml", "/news-sitemap.xml", "/index.html"),
        *("//atom.xml", "/A/atom.xml", "/../atom.xml", "/x%2fatom.xml", "/a/b/c/d/e/f/atom.xml"),
    ],
)
def test_a_name_with_a_dot_is_served_only_if_it_is_on_the_table(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "baked"
    put(tmp_path, b"secret", "/atom.xml")
    for name in ("/other.xml", "/atom.xml", "/A/atom.xml", "/a/b/c/d/e/f/atom.xml"):
        put(inside, b"file", name)
    put(inside, b"page", "/")

    assert ask(Baked(django, inside), path).body == b"django"


def test_a_folder_in_the_place_of_a_page_falls_through(tmp_path: Path) -> None:
    (tmp_path / "x" / "index.html").mkdir(parents=True)

    assert ask(Baked(django, tmp_path), "/x/").body == b"django"


def test_versions_are_not_for_search_engines(root: Path) -> None:
    unlisted = (f"{PAGE}v/2/", f"{PAGE}v/2/index.json", f"{PAGE}index.json")
    for path in unlisted:
        put(root, path=path)
    app = Baked(django, root)

    for path in unlisted:
        assert ask(app, path).headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in ask(app).headers


def test_the_cache_holds_no_more_bytes_than_it_may(tmp_path: Path) -> None:
    app = Baked(django, tmp_path, cache_bytes=1000)
    for number in range(20):
        put(tmp_path, bytes([65 + number]) * 300, f"/{number}/")
    put(tmp_path, b"x" * 1001, "/large/")
    for _ in range(2):
        for number in range(20):
            assert ask(app, f"/{number}/").body == bytes([65 + number]) * 300
            assert app.cached_bytes == sum(len(page.body) for page in app._cache.values()) <= 1000
    assert ask(app, "/large/").body == b"x" * 1001
    assert app.cached_bytes <= 1000


def test_readers_never_get_a_torn_page_while_it_is_rewritten(root: Path) -> None:
    app = Baked(django, root)
    contents = [bytes([65 + number]) * (5_000 + 7_001 * number) for number in range(8)]
    put(root, contents[0])
    stop = threading.Event()

    def write() -> None:
        for content in itertools.cycle(contents):
            put(root, content)
            if stop.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = set()
        for accepted in ["", "gzip", "br"] * 400:
            answer = ask(app, ACCEPT_ENCODING=accepted)
            assert answer.status == "200 OK"
            assert answer.headers["Content-Length"] == str(len(answer.body))
            unpack: dict[str, Any] = {"gzip": gzip.decompress, "br": brotli.decompress}
            content = unpack.get(accepted, bytes)(answer.body)
            assert content in contents
            seen.add(answer.headers["ETag"])
    finally:
        stop.set()
        writer.join()
    assert len(seen) > 3


def test_plain_requests_are_left_to_the_redirect_where_there_is_one(root: Path) -> None:
    app = Baked(django, root, only_secure=True, headers=[], secure_headers=[("X-Secure", "yes")])

    assert ask(app).body == b"django"
    answer = ask(app, **{"wsgi.url_scheme": "https"})
    assert answer.headers["X-Secure"] == "yes"


@pytest.mark.parametrize("secure", [False, True])
def test_security_headers_are_those_of_django_s_own_pages(
    root: Path, settings: Any, db: None, secure: bool
) -> None:
    settings.SECURE_HSTS_SECONDS = 3600
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": root}
    own = {"Content-Type", "Content-Length", "Content-Language", "Vary", "Cache-Control"}
    dynamic = Client().get("/", secure=secure).headers
    page = ask(baked.wrapped(django), **{"wsgi.url_scheme": "https" if secure else "http"}).headers

    # The order of directives is left to chance.
    for headers in (dynamic, page):
        policy = headers["Content-Security-Policy"]
        headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
    expected = {name: value for name, value in dynamic.items() if name not in own}
    assert expected.keys() >= {"Content-Security-Policy", "X-Frame-Options", "Referrer-Policy"}
    assert ("Strict-Transport-Security" in expected) is secure
    validators = {"ETag", "Last-Modified"}
    assert {k: v for k, v in page.items() if k not in own | validators} == expected


def test_a_proxy_is_believed_as_django_believes_it(root: Path, settings: Any) -> None:
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": root}
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600
    app = baked.wrapped(django)
    assert ask(app, X_FORWARDED_PROTO="https").body == b"django"

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert "Strict-Transport-Security" in ask(app, X_FORWARDED_PROTO="https").headers
    assert ask(app, X_FORWARDED_PROTO="http").body == b"django"


def test_without_a_folder_and_while_templates_are_worked_on_there_is_no_wrapper(
    root: Path, settings: Any
) -> None:
    assert baked.wrapped(django) is django
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": root}
    with override_settings(DEBUG=True):
        assert baked.wrapped(django) is django
    assert isinstance(baked.wrapped(django), Baked)
