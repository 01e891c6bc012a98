"""A server on loopback that does to whoever fetches from it what servers do, and worse."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sources.fetching import Policy

Serve = Callable[["Attacker", socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
PAGE = b"<html><title>Seite</title><p>Text</p></html>"
BEHAVIOURS: dict[str, Serve] = {}


@dataclass
class Attacker:
    port: int
    asked: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    def policy(self, **limits: object) -> Policy:
        """Return a policy that lets this server be asked, and has little patience."""
        given: dict = {
            "seconds": 1.5,
            "seconds_of_silence": 0.6,
            "most_bytes": 200_000,
            "also": frozenset({("127.0.0.1", self.port)}),
        }
        return Policy(**given | limits)

    def sleep(self, seconds: float) -> None:
        self.over.wait(seconds)


def behaviour(path: str) -> Callable[[Serve], Serve]:
    def register(serve: Serve) -> Serve:
        BEHAVIOURS[path] = serve
        return serve

    return register


def fixed(path: str, answer: bytes) -> None:
    BEHAVIOURS[path] = lambda attacker, wire: wire.sendall(answer)


@contextmanager
def attacking() -> Iterator[Attacker]:
    """Serve until the end of the block, each connection in a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    attacker = Attacker(listening.getsockname()[1])

    def answer(wire: socket.socket) -> None:
        with wire, suppress(OSError):
            request = wire.recv(65536)
            attacker.asked.append(request)
            path = request.split(b" ")[1].decode().lstrip("/").partition("?")[0]
            BEHAVIOURS[path](attacker, wire)

    def listen() -> None:
        with suppress(OSError):
            while True:
                wire, _ = listening.accept()
                threading.Thread(target=answer, args=[wire], daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield attacker
    finally:
        attacker.over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def sized(content: bytes, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n" % len(content) + content


def redirect(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


fixed("page", sized(PAGE))
fixed("gone", b"HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\nweg\n")
fixed("error", b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
fixed("packed", sized(gzip.compress(PAGE), b"Content-Encoding: gzip\r\n"))
fixed("chunked", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n1\r\n>\r\n0\r\n\r\n")
fixed("until-the-end", OK + b"\r\n" + PAGE)
fixed("cookie", sized(PAGE, b"Set-Cookie: spy=1; Path=/\r\nX-More: ja\r\n"))
fixed("less-said", OK + b"Content-Length: 6\r\n\r\n" + PAGE)

fixed("more-said", OK + b"Content-Length: 5000\r\n\r\n" + PAGE)
fixed("broken-chunks", OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<html")
fixed("half-a-chunk", OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<html")
fixed("no-http", b"SSH-2.0-OpenSSH_9.2\r\n")
fixed("nothing", b"")
fixed("much-said", OK + b"Content-Length: 99999999999\r\n\r\n")
fixed("long-header", OK + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n" + PAGE)
fixed("many-headers", OK + b"".join(b"X-%d: 1\r\n" % n for n in range(150)) + b"\r\n" + PAGE)
fixed("bomb", sized(gzip.compress(b"0" * 30_000_000), b"Content-Encoding: gzip\r\n"))
fixed("no-gzip", sized(PAGE, b"Content-Encoding: gzip\r\n"))
fixed("half-gzip", sized(gzip.compress(PAGE * 50)[:-12], b"Content-Encoding: gzip\r\n"))
fixed("brotli", sized(PAGE, b"Content-Encoding: br\r\n"))
fixed("doubly-packed", sized(PAGE, b"Content-Encoding: gzip, gzip\r\n"))

fixed("moved", redirect("/page", 301))
fixed(
    "moved-with-cookie", redirect("/page").replace(b"Content", b"Set-Cookie: spy=1\r\nContent", 1)
)
fixed("loop", redirect("/loop"))
fixed("ping", redirect("/pong"))
fixed("pong", redirect("/ping"))
fixed("to-nowhere", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
for name, target in {
    "to-file": "file:///etc/passwd",
    "to-script": "javascript:alert(1)",
    "to-ftp": "ftp://example.org/",
    "to-private": "http://10.0.0.1/",
    "to-loopback": "http://127.0.0.1:80/",
    "to-loopback-6": "http://[::1]/",
    "to-metadata": "http://169.254.169.254/latest/meta-data/",
    "to-user": "http://root:secret@example.org/",
    "to-port": "http://example.org:22/",
    "to-localhost": "//localhost/",
}.items():
    fixed(name, redirect(target))


@behaviour("silent")
def silent(attacker: Attacker, wire: socket.socket) -> None:
    attacker.sleep(10)


@behaviour("drip-headers")
def drip_headers(attacker: Attacker, wire: socket.socket) -> None:
    for sign in OK + b"X-Slow: " + b"x" * 1000:
        wire.sendall(bytes([sign]))
        attacker.sleep(0.1)


@behaviour("drip-body")
def drip_body(attacker: Attacker, wire: socket.socket) -> None:
    wire.sendall(OK + b"\r\n")
    for _ in range(1000):
        wire.sendall(b"x")
        attacker.sleep(0.1)


@behaviour("drip-packed")
def drip_packed(attacker: Attacker, wire: socket.socket) -> None:
    wire.sendall(OK + b"Content-Encoding: gzip\r\n\r\n")
    for sign in gzip.compress(bytes(range(256)) * 40):
        wire.sendall(bytes([sign]))
        attacker.sleep(0.1)


@behaviour("stops")
def stops(attacker: Attacker, wire: socket.socket) -> None:
    wire.sendall(OK + b"Content-Length: 5000\r\n\r\n" + PAGE)
    attacker.sleep(10)


@behaviour("endless")
def endless(attacker: Attacker, wire: socket.socket) -> None:
    wire.sendall(OK + b"\r\n")
    until = time.monotonic() + 10
    while time.monotonic() < until and not attacker.over.is_set():
        wire.sendall(b"x" * 50_000)


@behaviour("reset")
def reset(attacker: Attacker, wire: socket.socket) -> None:
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@behaviour("reset-midway")
def reset_midway(attacker: Attacker, wire: socket.socket) -> None:
    wire.sendall(OK + b"Content-Length: 5000\r\n\r\n" + PAGE)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
