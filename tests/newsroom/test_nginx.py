"""docs/nginx.conf, in a real nginx: it serves the files as newsroom.baked does."""

import gzip
import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from newsroom.baked import Baked, security_headers

from .test_baked import HTML, PAGE, django, put
from .test_baked import ask as from_wrapper

CONF = Path(__file__).resolve().parents[2] / "docs" / "nginx.conf"
# Debian puts it where only root looks.
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

if os.environ.get("CI") == "true":
    assert NGINX, "nginx is not installed; .ci/run installs nginx-light"
elif not NGINX:
    pytest.skip("nginx is not installed (Debian: nginx-light)", allow_module_level=True)


FILES = [
    *("/robots.txt", "/sitemap.xml", "/sitemap/2/sitemap.xml", "/atom.xml", "/feed.json"),
    *("/section/politik/atom.xml", "/section/politik/feed.json", "/changes.json"),
    *("/changes/3/changes.json", f"{PAGE}index.json", f"{PAGE}v/1/index.json"),
]


class Django(BaseHTTPRequestHandler):
    """Stands where the application does, and says what it was asked."""

    def do_GET(self) -> None:
        body = f"{self.command} {self.path}".encode()
        self.send_response(299)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx with this configuration, a process of this test, on a free port of this machine."""
    assert NGINX
    place = tmp_path_factory.mktemp("nginx")
    # Root's workers would be another user's, who may not look into this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    root = place / "baked"
    put(root)
    put(root, b"version", f"{PAGE}v/1/")
    for path in FILES:
        put(root, path.encode(), path)
    behind = HTTPServer(("127.0.0.1", 0), Django)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    port, text = free_port(), CONF.read_text()
    for old, new in (
        ("127.0.0.1:8080", f"127.0.0.1:{port}"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind.server_port}"),
        ("/srv/newsroom/var/baked", str(root)),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {place}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"{user}\ndaemon off;\nworker_processes 1;\npid {place}/pid;\nerror_log {place}/log;\n"
        f"events {{ }}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
    )
    process = subprocess.Popen([NGINX, "-p", str(place), "-c", str(place / "nginx.conf")])
    try:
        for _ in range(100):
            assert process.poll() is None, (place / "log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)
        behind.shutdown()
        behind.server_close()


def ask(
    port: int, path: str = PAGE, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    got = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return got


def test_it_serves_a_page_with_the_headers_that_django_sends(port: int) -> None:
    status, headers, body = ask(port)

    assert (status, body) == (200, HTML)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    assert "X-Robots-Tag" not in headers
    for name, value in security_headers(secure=False):
        assert set(headers[name].split("; ")) == set(value.split("; ")), name


def test_it_serves_the_packed_form_and_says_what_it_depends_on(port: int) -> None:
    _, headers, body = ask(port, Accept_Encoding="gzip")

    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body) == HTML


def test_what_a_reader_has_already_is_not_sent_again(port: int) -> None:
    tag = ask(port)[1]["ETag"]

    assert ask(port, If_None_Match=tag)[0] == 304
    assert ask(port, If_None_Match='"old"')[0] == 200


def test_head_gets_no_body_and_a_version_is_not_for_search_engines(port: int) -> None:
    status, headers, body = ask(port, f"{PAGE}v/1/", "HEAD")

    assert (status, body) == (200, b"")
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", FILES)
def test_it_serves_files_as_the_wrapper_does(port: int, tmp_path: Path, path: str) -> None:
    put(tmp_path, path.encode(), path)
    expected = from_wrapper(Baked(django, tmp_path), path)
    status, headers, body = ask(port, path)

    assert (status, body) == (200, path.encode())
    for name in ("Content-Type", "Cache-Control", "X-Robots-Tag", "Content-Length"):
        assert headers.get(name) == expected.headers.get(name), name
    for name, value in security_headers(secure=False):
        assert set(headers[name].split("; ")) == set(value.split("; ")), name
    assert gzip.decompress(ask(port, path, Accept_Encoding="gzip")[2]) == path.encode()
    assert ask(port, path, "POST")[0] == 299


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", PAGE),
        ("GET", "/"),
        ("GET", "/2025/05/unknown/"),
        ("GET", PAGE.rstrip("/")),
        ("GET", f"{PAGE}index.html"),
        ("GET", f"{PAGE}index.html.gz"),
        ("GET", PAGE.upper()),
        ("GET", "/desk/?next=1"),
        ("GET", "/.state/"),
        ("GET", "/other.json"),
        ("GET", "/sitemap.xml.gz"),
        ("GET", "/news-sitemap.xml"),
        ("GET", "/section//atom.xml"),
        ("GET", "/SECTION/atom.xml"),
        ("GET", "/section/politik/robots.txt"),
    ],
)
def test_all_else_gets_to_the_application_as_it_was_asked(
    port: int, method: str, path: str
) -> None:
    status, _, body = ask(port, path, method)

    assert (status, body) == (299, f"{method} {path}".encode())
