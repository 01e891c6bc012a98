"""Fetching a page that somebody named: from outside, and from nowhere else.

An address is data of strangers. It may name a machine of the house, a name server may answer
otherwise a moment later, a server may redirect, never end, or send a bomb. So

- only http and https, on their usual ports, without a user name;
- a host is resolved once, every address that it has must be a public one, and the connection is
  made to one of these addresses: there is no second look-up that could say something else;
- each redirect is treated as a new address;
- size, time, redirects and what unpacking may yield are limited;
- nothing is sent along: no cookies, no referrer, no credentials, no settings of a proxy.

It blocks for as long as ``Policy.seconds`` and belongs into a job.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from .uploads import MAX_BYTES

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Trouble(StrEnum):
    """Why nothing was fetched."""

    ADDRESS = "address"  # no address that may be asked
    UNKNOWN = "unknown"  # there is no such host
    UNREACHABLE = "unreachable"  # nobody answers there, or hangs up
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    PROTOCOL = "protocol"  # what came is no HTTP
    INCOMPLETE = "incomplete"
    REDIRECTS = "redirects"
    SIZE = "size"
    ENCODING = "encoding"


class FetchError(Exception):
    def __init__(self, trouble: Trouble, told: str = "") -> None:
        super().__init__(told or trouble)
        self.trouble = trouble

    @property
    def passing(self) -> bool:
        """Whether it may be otherwise in an hour."""
        return self.trouble in (
            Trouble.UNKNOWN,
            Trouble.UNREACHABLE,
            Trouble.TIMEOUT,
            Trouble.INCOMPLETE,
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent: ``content`` unpacked, ``headers`` without cookies, in their order."""

    asked: str
    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def _resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system's resolver tells them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


@dataclass(frozen=True)
class Policy:
    """How far a fetch may go. ``also`` names addresses that may be asked though they are not
    public, as ``("127.0.0.1", 8000)``: it is there for tests, and for nothing else."""

    most_bytes: int = MAX_BYTES
    most_redirects: int = 5
    seconds: float = 60
    seconds_of_silence: float = 15
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    also: frozenset[tuple[str, int]] = field(default_factory=frozenset)
    resolve: Callable[[str, int], list[str]] = _resolve
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


POLICY = Policy()
AGENT = "Newsroom/1 (keeps copies of cited sources)"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Headers that could name a reader, or open something.
_NOT_KEPT = frozenset({"set-cookie", "set-cookie2", "www-authenticate", "proxy-authenticate"})
_UNWRITABLE = re.compile(r"[\x00-\x20\x7f\\\u0085\u00a0\u2028\u2029]")
_HOST = re.compile(
    r"(?=.{1,253}\.?$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}\.?"
)


def fetch(address: str, policy: Policy | None = None, *, accept: str = "*/*") -> Fetched:
    """Get what stands at a web address; raises ``FetchError``.

    ``accept`` names the media type that is wanted of several. Any final status is an answer: 404
    says something as well.
    """
    policy = policy or POLICY
    deadline = time.monotonic() + policy.seconds
    asked = address
    for _ in range(policy.most_redirects + 1):
        parts = checked(address, policy)
        answer = _ask(parts, policy, deadline, accept)
        if answer.status not in _REDIRECTS or not (location := answer.header("Location")):
            return Fetched(asked, address, answer.status, answer.headers, answer.content)
        address = urljoin(address, location.encode("latin-1", "replace").decode("utf-8", "replace"))
        address = address.partition("#")[0]
    raise FetchError(Trouble.REDIRECTS, "redirected too often")


def checked(address: str, policy: Policy | None = None) -> SplitResult:
    """Return the parts of an address that may be asked, host in ASCII; raises ``FetchError``.

    Whether the host is a public one, only its addresses can tell.
    """
    policy = policy or POLICY
    address = address.strip()
    if _UNWRITABLE.search(address):
        raise FetchError(Trouble.ADDRESS, "no web address")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchError(Trouble.ADDRESS, "no web address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(Trouble.ADDRESS, "no web address")
    if "@" in parts.netloc:
        raise FetchError(Trouble.ADDRESS, "an address with a user name")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in policy.ports and port not in {own for _, own in policy.also}:
        raise FetchError(Trouble.ADDRESS, "an unusual port")
    written = _bracketed(host) if ":" in host else _ascii(host)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return SplitResult(parts.scheme, f"{written}:{port}", path, query, "")


def _bracketed(host: str) -> str:
    if "%" in host:
        raise FetchError(Trouble.ADDRESS, "an address of the local net")
    return f"[{host}]"


def _ascii(host: str) -> str:
    """Return a host name as name servers know it, or a dotted IPv4 address."""
    with suppress(ValueError):
        return str(ipaddress.IPv4Address(host))
    try:
        name = host.encode("idna").decode().lower() if not host.isascii() else host.lower()
    except UnicodeError:
        name = ""
    # Resolvers read "127.1" and "0x7f000001" as addresses, and names without a dot as of the house.
    if not _HOST.fullmatch(name) or re.fullmatch(
        r"\d+|0x[0-9a-f]*", name.rstrip(".").split(".")[-1]
    ):
        raise FetchError(Trouble.ADDRESS, "no host name")
    return name


# ---- addresses that may be asked

# Told here and not left to the library alone, whose tables change from version to version. Besides
# what the registries reserve: the wire server of a cloud, relays, and blocks for translation.
_FORBIDDEN = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def public(written: str) -> bool:
    """Whether an IP address belongs to the open net, whichever way it is written."""
    try:
        # With a zone it is one of the local net.
        address: IPAddress = ipaddress.ip_address("" if "%" in written else written)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
        if address not in _OPEN_6:
            return False
    forbidden = any(address in block for block in _FORBIDDEN if block.version == address.version)
    return address.is_global and not forbidden


def addresses(host: str, port: int, policy: Policy) -> Sequence[str]:
    """Return where a host can be asked; raises ``FetchError`` unless all of it may be."""
    try:
        found = policy.resolve(host, port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise FetchError(Trouble.UNKNOWN, "no such host")
    # One bad address among good ones is no accident.
    if not all((address, port) in policy.also or public(address) for address in found):
        raise FetchError(Trouble.ADDRESS, "not an address of the open net")
    return found[:3]


# ---- one request


class _Connection(http.client.HTTPConnection):
    """A connection to one checked address, whatever name the request gives."""

    def __init__(self, parts: SplitResult, address: str, policy: Policy, left: float) -> None:
        port = parts.port or 0
        super().__init__(parts.hostname or "", port, timeout=min(left, policy.seconds_of_silence))
        self._address = address
        self._policy = policy
        self._secure = parts.scheme == "https"
        # Its own reference: the response takes `sock` over, and can be hung up by this alone.
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), timeout=self.timeout)
        self.sock = self.wire = plain
        if str(plain.getpeername()[0]).partition("%")[0] != self._address:
            raise FetchError(Trouble.ADDRESS, "connected to another address")
        if self._secure:
            self.sock = self.wire = self._policy.tls().wrap_socket(plain, server_hostname=self.host)


@contextmanager
def _hung_up_at(deadline: float, connection: _Connection) -> Iterator[threading.Event]:
    """Hang up when the time is over, however slowly something still comes; tell if that was so."""
    over = threading.Event()

    def hang_up() -> None:
        over.set()
        if connection.wire is not None:
            with suppress(OSError):
                connection.wire.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        connection.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def _ask(parts: SplitResult, policy: Policy, deadline: float, accept: str) -> _Answer:
    port = parts.port or 0
    trouble = FetchError(Trouble.UNREACHABLE)
    for address in addresses(parts.hostname or "", port, policy):
        left = deadline - time.monotonic()
        if left <= 0:
            raise FetchError(Trouble.TIMEOUT)
        connection = _Connection(parts, address, policy, left)
        with _hung_up_at(deadline, connection) as over:
            try:
                answer = _exchange(connection, parts, policy, accept)
                # Hung up on, what came before may look whole.
                if not over.is_set():
                    return answer
                trouble = FetchError(Trouble.TIMEOUT)
            except FetchError as error:
                trouble = error
            except Exception as error:
                trouble = FetchError(_trouble(error))
            if over.is_set():
                trouble = FetchError(Trouble.TIMEOUT)
            # Another address of the host may answer; what it said is not asked for twice.
            if trouble.trouble != Trouble.UNREACHABLE:
                raise trouble
    raise trouble


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble.CERTIFICATE
    if isinstance(error, TimeoutError):
        return Trouble.TIMEOUT
    if isinstance(error, http.client.IncompleteRead):
        return Trouble.INCOMPLETE
    if isinstance(error, http.client.RemoteDisconnected | OSError):
        return Trouble.UNREACHABLE
    if isinstance(error, http.client.HTTPException | ValueError | UnicodeError):
        return Trouble.PROTOCOL
    raise error


def _exchange(connection: _Connection, parts: SplitResult, policy: Policy, accept: str) -> _Answer:
    usual = parts.port == (443 if parts.scheme == "https" else 80)
    name = parts.netloc.rpartition(":")[0] if usual else parts.netloc
    target = urlunsplit(("", "", parts.path, parts.query, ""))
    connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
    for key, value in (
        ("Host", name),
        ("User-Agent", AGENT),
        ("Accept", accept),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    ):
        connection.putheader(key, value)
    connection.endheaders()
    response = connection.getresponse()
    headers = tuple((k, v) for k, v in response.getheaders() if k.lower() not in _NOT_KEPT)
    if response.status in _REDIRECTS:
        # Nobody reads what stands on a sign-post.
        return _Answer(response.status, headers, b"")
    if (response.length or 0) > policy.most_bytes:
        raise FetchError(Trouble.SIZE)
    encoding = response.getheader("Content-Encoding", "").strip().lower()
    content = b"".join(_unpacked(_pieces(response, policy), encoding, policy))
    return _Answer(response.status, headers, content)


def _pieces(response: http.client.HTTPResponse, policy: Policy) -> Iterator[bytes]:
    length, received = response.length, 0
    while piece := response.read1(65536):
        received += len(piece)
        if received > policy.most_bytes:
            raise FetchError(Trouble.SIZE)
        yield piece
    if length is not None and received < length:
        raise FetchError(Trouble.INCOMPLETE)


def _unpacked(pieces: Iterator[bytes], encoding: str, policy: Policy) -> Iterator[bytes]:
    """Yield what packed pieces hold, as long as that is not more than may be."""
    if encoding in ("", "identity"):
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(Trouble.ENCODING, "packed in a way that was not asked for")
    unpacker: Any = None
    yielded = 0
    for piece in pieces:
        if unpacker is None:
            # Some servers send "deflate" without its two bytes of header.
            raw = encoding == "deflate" and piece[0] & 0x0F != 8
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
        while piece:
            try:
                plain = unpacker.decompress(piece, policy.most_bytes - yielded + 1)
            except zlib.error:
                raise FetchError(Trouble.ENCODING, "does not unpack") from None
            yielded += len(plain)
            if yielded > policy.most_bytes:
                raise FetchError(Trouble.SIZE)
            yield plain
            piece = unpacker.unconsumed_tail
    if unpacker is not None and not unpacker.eof:
        raise FetchError(Trouble.INCOMPLETE)
