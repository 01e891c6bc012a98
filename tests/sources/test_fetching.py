"""What servers and addresses can do, and what each of them gets."""

import datetime
import socket
import ssl
import threading
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sources import fetching
from sources.fetching import FetchError, Policy, Trouble, checked, fetch, public

from .attacker import BEHAVIOURS, PAGE, attacking


@pytest.fixture(scope="module")
def attacker():
    with attacking() as attacker:
        yield attacker


ANSWERS = {
    "page": (200, PAGE),
    "gone": (410, b"weg\n"),
    "error": (500, b""),
    "packed": (200, PAGE),
    "chunked": (200, b"<html>"),
    "until-the-end": (200, PAGE),
    "cookie": (200, PAGE),
    "less-said": (200, PAGE[:6]),
    "moved": (200, PAGE),
    "moved-with-cookie": (200, PAGE),
    "to-nowhere": (302, b""),
}
FAULTS = {
    "silent": Trouble.TIMEOUT,
    "drip-headers": Trouble.TIMEOUT,
    "drip-body": Trouble.TIMEOUT,
    "drip-packed": Trouble.TIMEOUT,
    "stops": Trouble.TIMEOUT,
    "endless": Trouble.SIZE,
    "much-said": Trouble.SIZE,
    "bomb": Trouble.SIZE,
    "reset": Trouble.UNREACHABLE,
    "reset-midway": Trouble.UNREACHABLE,
    "nothing": Trouble.UNREACHABLE,
    "more-said": Trouble.INCOMPLETE,
    "half-a-chunk": Trouble.INCOMPLETE,
    "half-gzip": Trouble.INCOMPLETE,
    "broken-chunks": Trouble.INCOMPLETE,
    "no-http": Trouble.PROTOCOL,
    "long-header": Trouble.PROTOCOL,
    "many-headers": Trouble.PROTOCOL,
    "no-gzip": Trouble.ENCODING,
    "brotli": Trouble.ENCODING,
    "doubly-packed": Trouble.ENCODING,
    "loop": Trouble.REDIRECTS,
    "ping": Trouble.REDIRECTS,
    "pong": Trouble.REDIRECTS,
    "to-file": Trouble.ADDRESS,
    "to-script": Trouble.ADDRESS,
    "to-ftp": Trouble.ADDRESS,
    "to-private": Trouble.ADDRESS,
    "to-loopback": Trouble.ADDRESS,
    "to-loopback-6": Trouble.ADDRESS,
    "to-metadata": Trouble.ADDRESS,
    "to-user": Trouble.ADDRESS,
    "to-port": Trouble.ADDRESS,
    "to-localhost": Trouble.ADDRESS,
}


def test_every_behaviour_of_the_attacker_is_in_the_table() -> None:
    assert BEHAVIOURS.keys() == ANSWERS.keys() | FAULTS.keys()


@pytest.mark.parametrize(("path", "answer"), ANSWERS.items())
def test_what_a_server_answers_is_fetched(attacker, path: str, answer: tuple[int, bytes]) -> None:
    fetched = fetch(attacker.address(path), attacker.policy())
    assert (fetched.status, fetched.content) == answer


@pytest.mark.parametrize(("path", "trouble"), FAULTS.items())
def test_what_a_server_does_is_survived(attacker, path: str, trouble: Trouble) -> None:
    """Who waits for what the attacker draws out gets another answer: it ends by itself."""
    with pytest.raises(FetchError) as caught:
        fetch(attacker.address(path), attacker.policy())
    assert caught.value.trouble == trouble


def test_the_address_after_redirects_is_told_beside_the_one_that_was_asked(attacker) -> None:
    fetched = fetch(attacker.address("moved"), attacker.policy())
    assert fetched.asked == attacker.address("moved")
    assert fetched.address == attacker.address("page")


def test_nothing_is_sent_along_and_no_cookie_kept(attacker) -> None:
    attacker.asked.clear()
    fetch(attacker.address("moved-with-cookie"), attacker.policy())
    fetched = fetch(attacker.address("cookie"), attacker.policy())
    sent = {line.split(b":")[0] for request in attacker.asked for line in request.splitlines()[1:]}
    assert sent - {b""} == {b"Host", b"User-Agent", b"Accept", b"Accept-Encoding", b"Connection"}
    assert fetched.header("X-More") == "ja"
    assert fetched.header("Set-Cookie") == ""


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    policy = Policy(also=frozenset({("127.0.0.1", port)}), seconds=2)
    with pytest.raises(FetchError) as caught:
        fetch(f"http://127.0.0.1:{port}/", policy)
    assert caught.value.trouble == Trouble.UNREACHABLE
    assert caught.value.passing


# ---- names that resolve to something else


class Names:
    """A name server that answers in turn."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if self.answers else []


def test_the_address_that_was_checked_is_the_one_that_is_asked(attacker) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    attacker.asked.clear()
    fetched = fetch(attacker.address("page", "quelle.example"), attacker.policy(resolve=names))
    assert fetched.content == PAGE
    # There was no second look-up, and the server heard the name.
    assert names.asked == ["quelle.example"]
    assert f"Host: quelle.example:{attacker.port}".encode() in attacker.asked[0]


def test_a_name_that_resolves_otherwise_after_a_redirect_is_refused(attacker) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    with pytest.raises(FetchError) as caught:
        fetch(attacker.address("moved", "quelle.example"), attacker.policy(resolve=names))
    assert caught.value.trouble == Trouble.ADDRESS
    assert len(names.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        ["10.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["::ffff:192.168.0.1"],
        ["fe80::1%eth0"],
        ["nonsense"],
    ],
)
def test_one_bad_address_of_a_name_is_enough(answer: list[str]) -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://quelle.example/", Policy(resolve=Names(answer), seconds=2))
    assert caught.value.trouble == Trouble.ADDRESS


def test_an_allowed_address_is_allowed_on_its_port_alone(attacker) -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://127.0.0.1:8080/page", attacker.policy())
    assert caught.value.trouble == Trouble.ADDRESS


def test_an_unknown_name_is_told_as_one() -> None:
    with pytest.raises(FetchError) as caught:
        fetch("http://gibt-es-nicht.example/", Policy(resolve=Names()))
    assert caught.value.trouble == Trouble.UNKNOWN


def test_no_proxy_of_the_environment_is_asked(attacker, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    assert fetch(attacker.address("page"), attacker.policy()).ok


# ---- bad addresses

BAD = [
    "",
    "quelle.example",
    "/etc/passwd",
    "file:///etc/passwd",
    "ftp://quelle.example/",
    "gopher://quelle.example/",
    "data:text/html,x",
    "javascript:alert(1)",
    "http://",
    "http:///x",
    "http://user@quelle.example/",
    "http://user:secret@quelle.example/",
    "http://quelle.example:22/",
    "http://quelle.example:99999/",
    "http://quelle.example:6379/",
    "http://quelle.example\\@127.0.0.1/",
    "http://quelle.example/\r\nHost: other",
    "http://quelle example/",
    "http://localhost/",
    "http://LOCALHOST:80/",
    "http://intranet/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://127.0.0.1./",
    "http://１２７.0.0.1/",
    "http://ⓛocalhost/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[nonsense]/",
    "http://[::1/",
]


@pytest.mark.parametrize("address", BAD)
def test_no_bad_address_is_asked(address: str, monkeypatch) -> None:
    def connect(*args, **kwargs):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchError) as caught:
        fetch(address, Policy(seconds=5))
    assert caught.value.trouble == Trouble.ADDRESS
    # What was asked for stands in no message: it may name a source.
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize("written", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_of_the_open_net_are_public(written: str) -> None:
    assert public(written)
    assert public("64:ff9b::5db8:d70e")


@given(st.ip_addresses(v=4))
def test_however_an_address_is_wrapped_it_is_judged_by_what_is_inside(address) -> None:
    number = f"{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"
    if not public(str(address)):
        assert not public(f"::ffff:{address}")
        assert not public(f"64:ff9b::{number}")
        assert not public(f"2002:{number}::1")
    assert not public(f"::{number}")


@given(st.text(max_size=40))
def test_no_address_is_too_odd(text: str) -> None:
    for address in (text, f"http://{text}", f"https://quelle.example/{text}"):
        with suppress(FetchError):
            parts = checked(address)
            assert parts.scheme in ("http", "https")
            assert parts.geturl().isascii()
            assert "\n" not in parts.geturl()


def test_foreign_signs_in_an_address_are_written_as_servers_read_them() -> None:
    parts = checked("https://bücher.example/straße?q=ü ber".replace(" ", "+"))
    assert parts.geturl() == "https://xn--bcher-kva.example:443/stra%C3%9Fe?q=%C3%BC+ber"
    assert checked("http://quelle.example/a%20b").path == "/a%20b"


# ---- certificates


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "quelle.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("quelle.example")]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def serve() -> None:
        for _ in range(3):
            with suppress(OSError):
                plain, _peer = listening.accept()
                with context.wrap_socket(plain, server_side=True) as wire:
                    wire.recv(65536)
                    wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nja")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        for host, tls, trouble in (
            ("quelle.example", trusting, None),
            ("quelle.example", None, Trouble.CERTIFICATE),
            ("andere.example", trusting, Trouble.CERTIFICATE),
        ):
            policy = Policy(
                also=frozenset({("127.0.0.1", port)}),
                resolve=lambda host, port: ["127.0.0.1"],
                seconds=10,
                **({"tls": lambda tls=tls: tls} if tls else {}),
            )
            if trouble is None:
                assert fetch(f"https://{host}:{port}/", policy).content == b"ja"
            else:
                with pytest.raises(FetchError) as caught:
                    fetch(f"https://{host}:{port}/", policy)
                assert caught.value.trouble == trouble
    finally:
        listening.close()
        thread.join(5)


def test_in_earnest_nothing_but_public_addresses_may_be_asked() -> None:
    assert fetching.POLICY.also == frozenset()
    assert fetching.POLICY.resolve is fetching._resolve
