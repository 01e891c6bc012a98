"""What comes out of files, sound and hostile; each is parsed by the process that is used."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import extraction, media
from sources.extraction import Unreadable
from sources.quotes import check

from . import files


def read(content: bytes) -> extraction.Extract:
    return extraction.extract(content, media.sniff(content), "https://bote.example/bruecke")


def test_a_pdf_is_read_page_by_page() -> None:
    extract = read(
        files.pdf("Die erste Seite.", "Und die zweite.", title="Bericht", author="A. B.")
    )
    assert extract.text.split("\f")[:2] == ["Die erste Seite.", "Und die zweite."]
    assert extract.told == {"title": "Bericht", "author": ["A. B."]}
    found = check("Und die zweite.", extract.text)
    assert found.passage is not None
    assert (found.verified, found.passage.page) == (True, 2)


def test_a_page_gives_its_text_and_what_it_says_of_itself() -> None:
    extract = read(files.page())
    assert check("Die Tragfähigkeit sei auf 16 Tonnen begrenzt", extract.text).verified
    assert "unsichtbar" not in extract.text
    assert extract.told["title"] == "Mühlenbrücke bleibt gesperrt"
    assert extract.told["author"] == ["Jan de Wit"]
    assert extract.told["issued"] == "2024-11-12"
    assert extract.told["container-title"] == "Grünower Bote"
    assert extract.told["DOI"] == "10.5555/bote.12"


def test_a_word_file_and_a_mail_are_read() -> None:
    extract = read(files.docx("Erster Absatz.", "Zweiter.", title="Protokoll", author="Amt"))
    assert extract.text == "Erster Absatz.\n\nZweiter."
    assert extract.told == {"title": "Protokoll", "author": ["Amt"], "issued": "2024-03-05"}
    extract = read(files.MAIL)
    assert "Die Brücke trägt 16 Tonnen." in extract.text
    assert extract.told == {
        "title": "Ihre Anfrage zur Mühlenbrücke",
        "author": ["Thea Brinkmann"],
        "issued": "2024-11-12",
    }


@pytest.mark.parametrize(
    "content",
    [
        "Große Öfen".encode(),
        "Große Öfen".encode("utf-8-sig"),
        "Große Öfen".encode("utf-16"),
        "Große Öfen".encode("cp1252"),
    ],
)
def test_text_is_read_however_it_was_written(content: bytes) -> None:
    assert read(content).text == "Große Öfen"


@pytest.mark.parametrize(
    ("charset", "told"), [("iso-8859-1", "utf-8"), ("utf-8", "iso-8859-1"), ("windows-1252", "")]
)
def test_a_page_that_names_the_wrong_charset_is_read_as_well_as_may_be(charset, told) -> None:
    page = files.PAGE.replace("{more}", "").replace('charset="utf-8"', f'charset="{told}"')
    assert "16 Tonnen begrenzt" in read(page.encode(charset, "replace")).text


BROKEN = {
    "a bomb of a PDF": files.pdf_bomb,
    "a PDF in a circle": files.pdf_circle,
    "half a PDF": lambda: files.pdf("Seite " * 50)[:200],
    "a PDF of nothing": lambda: b"%PDF-1.7\n",
    "a PDF of noise": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 500,
    "a bomb of a DOCX": files.docx_bomb,
    "a DOCX of noise": lambda: files.docx("x")[:300] + b"\0" * 100,
    "brackets without end": lambda: b"<html>" + b"<div>" * 200_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_and_hostile_files_yield_nothing_and_harm_nothing(name: str) -> None:
    told = ""
    try:
        text = read(BROKEN[name]()).text
    except Unreadable as error:
        text, told = "", str(error)
    assert text.strip() == ""
    # What the parser complained of is not told on: it might quote the file.
    assert told in ("", media.UNKNOWN) or "gave up" in told


def test_entities_of_a_word_file_are_not_resolved() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY boo SYSTEM "file:///etc/passwd">]>'
    content = files.docx("&boo;", doctype=doctype)
    with suppress(Unreadable):
        assert "root:" not in read(content).text


def test_a_parser_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(Unreadable, match="too long"):
        extraction.extract(files.page(), "text/html", seconds=0.01)


def test_the_parser_gets_no_secrets(monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "sehr geheim")
    seen = {}

    def run(command, **options):
        seen.update(options)
        raise AssertionError

    monkeypatch.setattr(extraction.subprocess, "run", run)
    with pytest.raises(AssertionError):
        read(b"Text")
    assert seen["env"] == {"PATH": "/usr/bin:/bin"}


def test_pictures_have_no_text() -> None:
    with pytest.raises(Unreadable):
        read(b"\x89PNG\r\n\x1a\n" + b"0" * 20)


class TestSniffing:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (files.pdf("x"), "application/pdf"),
            (files.docx("x"), media.DOCX),
            (files.page(), "text/html"),
            (files.MAIL, "message/rfc822"),
            (b"  <!-- x -->\n<HTML>", "text/html"),
            (b"<?xml version='1.0'?><html xmlns='x'>", "text/html"),
            (b'{"a": [1]}', "application/json"),
            (b'{"a": [1', "text/plain"),
            (b"Betreff: eine Notiz", "text/plain"),
            (b"Subject: only one head\n\nText", "text/plain"),
            ("Grüße".encode("utf-16"), "text/plain"),
            (b"", media.UNKNOWN),
            (b"\0\1\2\3", media.UNKNOWN),
            (b"MZ\x90\0", media.UNKNOWN),
            (b"PK\x03\x04nonsense", media.UNKNOWN),
            (b"RIFF0000WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x18ftypmp42", "video/mp4"),
        ],
    )
    def test_what_stands_at_the_beginning_decides(self, content, media_type) -> None:
        assert media.sniff(content) == media_type

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            # A picture that is a page, a page that is a PDF, a PDF that is an archive.
            (b"GIF89a/*<html><script>alert(1)</script>*/", "image/gif"),
            (b"<html><script>alert(1)</script>%PDF-1.4", "text/html"),
            (files.pdf("x") + files.docx("y"), "application/pdf"),
            (b"junk " + files.pdf("x"), "text/plain"),
        ],
    )
    def test_a_polyglot_is_one_thing(self, content, media_type) -> None:
        assert media.sniff(content) == media_type

    def test_an_archive_is_no_document_because_it_says_so(self) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as packed:
            packed.writestr("word/document.xml", "x")
        assert media.sniff(held.getvalue()) == "application/zip"

    @settings(max_examples=200)
    @given(st.binary(max_size=200))
    def test_nothing_is_too_odd(self, content: bytes) -> None:
        assert "/" in media.sniff(content)
