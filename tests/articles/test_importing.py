"""What becomes of manuscripts: every format, every encoding, and everything that is none."""

import contextlib
import html
import io
import re
import struct
import textwrap
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from articles.body import clean
from articles.importing import HEADLINE_LENGTH, Imported, ImportRefused, convert


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def words_of(body: str) -> str:
    """Return the text of a body with its white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def subheadings(imported: Imported) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>", imported.body)


def refusal(data: bytes, name: str = "text.txt", **options: int) -> str:
    """Return the one line that says why a file was refused."""
    with pytest.raises(ImportRefused) as caught:
        convert(data, name, **options)
    line = str(caught.value)
    assert line
    assert "\n" not in line
    return line


# As such pieces reach a desk: a paragraph or a subheading a line, no empty lines, no headline.
PIECE = [
    "Zum ersten Mal seit der Sturmflut von 1962 hebt die Stadt ihre alte Hafenbahn wieder auf die "
    "Gleise – nicht für die Werften, nicht für die Fischer, sondern für Pendler. Mehr als 5000 "
    "Fahrgäste am Tag, davon rund 1700 Schüler, zählt das Verkehrsamt für das Frühjahr 2025.",
    "Was wie ein stilles Detail klingt, ist in Wahrheit ein Umbau der halben Innenstadt – mit "
    "Folgen für alle, die glauben, man könne Straßen und Schienen getrennt planen.",
    "Vom Abstellgleis zur Lebensader",
    "Die Hafenbahn – in der Erinnerung ist das ein Zug voller Kohle: schwarz, langsam, laut. "
    "Jahrzehntelang hat niemand diesem Bild widersprochen: Die „unbezahlbare“ Strecke, hieß es.",
    "Der Grund? Die Gleise lagen auf Pfählen aus dem Jahr 1911. 2025 trägt sie ein Damm.",
    "Warum die Werften dagegen sind",
    "Der Streit ist kein Zufall. Für drei Werften, für ihre Kräne, für den Schwerverkehr wird es "
    "eng. 11.000 Tonnen wurden bisher auf der Straße bewegt – später folgten noch 3000 weitere.",
    "Die Stadt nimmt das hin. Denn ihre eigenen Busse sind längst nicht mehr pünktlich.",
    "Was die Fahrt kostet",
    "Offiziell gilt der Tarif des Verbunds. Das ist kein Zufall – sondern Kalkül. Ein eigener "
    "Preis wäre rechtlich schwierig: Er würde die Förderung des Landes kosten.",
    "Das Ende einer Gewissheit",
    "Die Öffentlichkeit sieht jetzt, was lange bestritten wurde: Die Bahn ist kein Spielzeug – "
    "sondern ein Rückgrat. Ohne Stau, ohne Parkplatz, ohne Umweg.",
    "Fazit: Verspätete Einsicht",
    "Während andere Städte neue Strecken planen, sammelt diese die Schwellen ihrer alten ein. "
    "Und dass eine Stadt, die sich nicht bewegt, nicht wächst – sondern stehen bleibt.",
]
PIECE_SUBHEADINGS = [PIECE[index] for index in (2, 5, 8, 10, 12)]
PARAGRAPHS = [part for part in PIECE if part not in PIECE_SUBHEADINGS]


# Plain text


def test_lines_are_paragraphs_where_there_are_no_empty_lines() -> None:
    imported = convert("\n".join(PIECE).encode(), "hafenbahn.txt", headline="Hafenbahn")
    assert subheadings(imported) == PIECE_SUBHEADINGS
    assert words_of(imported.body) == " ".join(PIECE)
    assert (imported.paragraphs, imported.subheadings) == (len(PIECE) - 5, 5)
    assert imported.words == len(re.sub(r"[–?]", "", " ".join(PIECE)).split())
    assert (imported.format, imported.encoding, imported.dropped) == ("text", "utf-8", ())


@pytest.mark.parametrize("separator", ["\n\n", "\r\n\r\n", "\r\r", "\n \t\n", "\u2029"])
def test_empty_lines_part_paragraphs(separator: str) -> None:
    imported = convert(separator.join(PIECE).encode(), "a.txt", headline="H")
    assert imported.body == convert("\n".join(PIECE).encode(), "a.txt", headline="H").body


@pytest.mark.parametrize("separator", ["\n\n", "\n"])
def test_lines_broken_at_a_width_are_joined(separator: str) -> None:
    wrapped = separator.join(textwrap.fill(part, 72) for part in PIECE)
    imported = convert(wrapped.encode(), "a.txt", headline="H")
    assert subheadings(imported) == PIECE_SUBHEADINGS
    assert words_of(imported.body) == " ".join(PIECE)
    assert "<br>" not in imported.body


def test_a_subheading_right_above_its_broken_lines_is_found() -> None:
    paragraphs = [
        "\n".join([heading, textwrap.fill(text, 72)])
        for heading, text in zip(PIECE_SUBHEADINGS, PARAGRAPHS, strict=False)
    ]
    imported = convert("\n\n".join(["Hafenbahn", *paragraphs]).encode(), "a.txt")
    assert imported.headline == "Hafenbahn"
    assert subheadings(imported) == PIECE_SUBHEADINGS


def test_a_word_broken_at_its_hyphen_is_whole_again() -> None:
    text = (
        "Der Rat der Stadt hat am Dienstagabend mit großer Mehrheit den neuen S-\n"
        "Bahn-Vertrag gebilligt. Gegner und Befürworter stritten lange über Vor-\n"
        "und Nachteile des Vertrags, bevor die Mehrheit schließlich feststand.\n"
    )
    body = convert(text.encode(), "a.txt").body
    assert "neuen S-Bahn-Vertrag" in body
    assert "Vor- und Nachteile" in body


def test_a_short_first_line_is_the_headline() -> None:
    text = "Die Hafenbahn fährt wieder\n\nVon Anna Lindner\n\n" + "\n\n".join(PIECE)
    imported = convert(text.encode(), "a.txt")
    assert imported.headline == "Die Hafenbahn fährt wieder"
    assert imported.body.startswith("<p>Von Anna Lindner</p><p>Zum ersten Mal")
    assert subheadings(imported) == PIECE_SUBHEADINGS


def test_a_first_line_that_repeats_the_given_headline_leaves_the_text() -> None:
    text = ("Die Hafenbahn\n\n" + PIECE[0]).encode()
    assert convert(text, "a.txt", headline="die  Hafenbahn").body == f"<p>{PIECE[0]}</p>"


def test_a_first_line_beside_another_headline_stays_as_a_paragraph() -> None:
    text = ("Die Hafenbahn\n\n" + PIECE[0]).encode()
    imported = convert(text, "a.txt", headline="Anders")
    assert imported.headline == "Anders"
    assert imported.body == f"<p>Die Hafenbahn</p><p>{PIECE[0]}</p>"


def test_without_a_headline_the_first_subheading_serves_and_stays() -> None:
    imported = convert("\n".join(PIECE).encode(), "hafenbahn.txt")
    assert imported.headline == PIECE_SUBHEADINGS[0]
    assert subheadings(imported) == PIECE_SUBHEADINGS


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("hafen-bahn.txt", "Hafen bahn"),
        ("ordner/Die_Hafenbahn__neu.txt", "Die Hafenbahn neu"),
        ("C:\\Texte\\ärger_2025-05-01.txt", "Ärger 2025-05-01"),
        ("a\u0308rger.txt", "Ärger"),
        ("", "Untitled"),
        ("--.txt", "Untitled"),
        ("x" * 400 + ".txt", "X" + "x" * (HEADLINE_LENGTH - 1)),
    ],
)
def test_the_name_of_the_file_is_the_last_resort(name: str, headline: str) -> None:
    assert convert(PIECE[0].encode(), name).headline == headline


@pytest.mark.parametrize(
    "line",
    [
        "Das ist ein kurzer Satz.",
        "Was nun?",
        "Er sagte:",
        "Zum einen,",
        "Die „Unbezahlbare“",
        "in kleinen Buchstaben",
        "1962",
        "Ein langer Satz ohne Schlusspunkt, der " + "sehr " * 12 + "lang ist",
    ],
)
def test_what_ends_like_a_sentence_or_is_long_is_no_subheading(line: str) -> None:
    assert convert(f"{PIECE[0]}\n{line}\n{PIECE[1]}".encode(), "a.txt").subheadings == 0


def test_lines_that_are_meant_stay_lines() -> None:
    text = f"{PIECE[0]}\n\nHafenamt\nAm Kai 3\n20457 Hamburg\n\n{PIECE[1]}"
    assert "<p>Hafenamt<br>Am Kai 3<br>20457 Hamburg</p>" in convert(text.encode(), "a.txt").body


def test_lists_and_quotations_of_plain_text_are_kept_as_such() -> None:
    text = (
        "Es gilt:\n- erstens\n- zweitens\n\n1. eins\n\n2. zwei\n\n"
        "> Ein Zitat.\n> Sein Ende.\n\n- nein"
    )
    assert convert(text.encode(), "a.txt").body == (
        "<p>Es gilt:</p><ul><li><p>erstens</p></li><li><p>zweitens</p></li></ul>"
        "<ol><li><p>eins</p></li><li><p>zwei</p></li></ol>"
        "<blockquote><p>Ein Zitat.<br>Sein Ende.</p></blockquote><p>- nein</p>"
    )


def test_control_characters_go_and_marks_of_markup_stay() -> None:
    text = "\ufeffEins\x07 & <b>zwei\x1b</b>\u200b \x85 \x00"[:-2]
    assert convert(text.encode(), "a.txt").body == "<p>Eins &amp; &lt;b&gt;zwei&lt;/b&gt;\u200b</p>"


def test_text_is_composed() -> None:
    imported = convert("Äpfel wurden gezählt.".encode() + "u\u0308".encode(), "a.txt")
    assert imported.body == "<p>Äpfel wurden gezählt.ü</p>"


# Encodings

SAMPLE = "Äußerst „höflich“ – 5 € für Bücher…\n\nZweiter Absatz."


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "utf-32"),
        ("cp1252", b"", "windows-1252"),
    ],
)
def test_umlauts_and_quotes_survive_every_encoding(codec: str, mark: bytes, encoding: str) -> None:
    imported = convert(mark + SAMPLE.encode(codec), "a.txt")
    assert imported.encoding == encoding
    assert imported.body == "<p>Äußerst „höflich“ – 5 € für Bücher…</p><p>Zweiter Absatz.</p>"


@pytest.mark.parametrize(
    ("charset", "codec", "encoding"),
    [
        ("iso-8859-1", "cp1252", "windows-1252"),
        ("UTF-8", "utf-8", "utf-8"),
        # A page that says one thing and is another.
        ("iso-8859-1", "utf-8", "utf-8"),
        ("utf-8", "cp1252", "windows-1252"),
        ("no-such-thing", "utf-8", "utf-8"),
        ("utf-7", "utf-8", "utf-8"),
        ("rot13", "utf-8", "utf-8"),
    ],
)
def test_a_page_says_its_encoding(charset: str, codec: str, encoding: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><p>Größe „1“ für 5 €</p></html>'
    imported = convert(page.encode(codec), "a.html")
    assert (imported.body, imported.encoding) == ("<p>Größe „1“ für 5 €</p>", encoding)


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("iso-8859-2", "iso8859-2", "Łódź i Kraków"),
        ("windows-1251", "cp1251", "Москва и Киев"),
        ("shift_jis", "shift_jis", "東京タワー"),
    ],
)
def test_other_scripts_are_read_in_the_encoding_that_a_page_says(
    charset: str, codec: str, text: str
) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}"><p>{text}</p>'
    imported = convert(page.encode(codec), "a.html")
    assert (imported.body, imported.encoding) == (f"<p>{text}</p>", codec)


# Markdown


def test_markdown_becomes_headline_subheadings_and_marked_up_text() -> None:
    text = (
        "# Die *Hafenbahn*\n\nEin **fetter** und ein *schräger* [Ort](https://example.org/?a=1&b=2)\n"
        "in einem Absatz.\n\n## Erstens\n\n### Darunter\n\n#### Tiefer\n\n- eins\n- zwei\n\n"
        "1. eins\n   1. innen\n\n> Ein Zitat.\n\n![Bild](bild.jpg)\n\n[böse](javascript:alert(1))\n"
    )
    imported = convert(text.encode(), "text.md")
    assert imported.headline == "Die Hafenbahn"
    assert imported.body == (
        "<p>Ein <strong>fetter</strong> und ein <em>schräger</em> "
        '<a href="https://example.org/?a=1&amp;b=2">Ort</a> in einem Absatz.</p>'
        "<h2>Erstens</h2><h3>Darunter</h3><h3>Tiefer</h3>"
        "<ul><li><p>eins</p></li><li><p>zwei</p></li></ul>"
        "<ol><li><p>eins</p><ol><li><p>innen</p></li></ol></li></ol>"
        "<blockquote><p>Ein Zitat.</p></blockquote>"
        "<p>[böse](javascript:alert(1))</p>"
    )
    assert (imported.format, imported.subheadings, imported.paragraphs) == ("markdown", 3, 7)
    assert imported.dropped == ("1 image",)


def test_html_within_markdown_is_read_as_html() -> None:
    text = (
        "Vorher<br>nachher <script>alert(1)</script><span data-claim='x' onclick='y'>hier</span>\n"
    )
    assert convert(text.encode(), "a.md").body == "<p>Vorher<br>nachher hier</p>"


def test_front_matter_gives_the_title() -> None:
    text = '---\ntitle: "Die Hafenbahn"\ndate: 2025-05-01\nauthor: A. L.\n---\n\nEin Absatz.\n'
    imported = convert(text.encode(), "a.md")
    assert (imported.headline, imported.body) == ("Die Hafenbahn", "<p>Ein Absatz.</p>")
    assert imported.dropped == ("2 entries of the front matter",)


def test_markdown_is_recognised_without_its_name() -> None:
    imported = convert(b"# Titel\n\nEin *Absatz*.\n", "notiz.txt")
    assert (imported.format, imported.headline) == ("markdown", "Titel")
    assert imported.body == "<p>Ein <em>Absatz</em>.</p>"


def test_the_rows_of_a_table_stay_as_lines() -> None:
    imported = convert(b"| a | b |\n|---|---|\n| 1 | 2 |\n|   | 4 |\n", "a.md")
    assert imported.body == "<p>a | b</p><p>1 | 2</p><p>4</p>"
    assert imported.dropped == ("the grid of 1 table (its text is kept)",)


def test_the_files_own_title_does_not_outrank_the_subheadings() -> None:
    imported = convert(b"# Titel\n\n## Eins\n\nText.\n", "a.md", headline="Anders")
    assert imported.body == "<h2>Titel</h2><h2>Eins</h2><p>Text.</p>"


# HTML


def test_a_page_becomes_its_text_without_scripts_styles_and_navigation() -> None:
    page = """<!DOCTYPE html><html><head><title>Die Hafenbahn | Blatt</title>
      <style>p { color: red }</style><script>var x = "<p>nein</p>"</script></head>
      <body><nav><ul><li><a href="/">Start</a></ul></nav><header><h1>Die Hafenbahn</h1></header>
      <!-- <p>nein</p> --><article><div>Vorspann &amp; mehr</div>
      <p onclick="x()">Ein <b>fetter</b>, ein <i>schräger</i>
      und ein <span style="x">schlichter</span> Satz.<p>Zweiter <u>Absatz</u>.
      <h3>Zwischentitel</h3><p>Eins<br>Zwei<br><br>Drei</p><figure><img src="x.jpg">
      <figcaption>Bildzeile</figcaption></figure><ul><li>a<li>b</ul><iframe src="x"></iframe>
      <form><input name="q"><button>Los</button></form></article></body></html>"""
    imported = convert(page.encode(), "seite.html")
    assert imported.headline == "Die Hafenbahn"
    assert imported.body == (
        "<p>Vorspann &amp; mehr</p>"
        "<p>Ein <strong>fetter</strong>, ein <em>schräger</em> und ein schlichter Satz.</p>"
        "<p>Zweiter Absatz.</p><h2>Zwischentitel</h2><p>Eins<br>Zwei</p><p>Drei</p>"
        "<p>Bildzeile</p><ul><li><p>a</p></li><li><p>b</p></li></ul>"
    )
    assert imported.dropped == (
        "1 image",
        "1 embedded medium",
        "1 navigation block",
        "2 form fields",
    )


def test_the_title_of_a_page_serves_where_no_heading_is_the_title() -> None:
    page = b"<title>Die Hafenbahn</title><p>Text.</p><h2>Eins</h2><p>Text.</p>"
    imported = convert(page, "a.html")
    assert imported.headline == "Die Hafenbahn"
    assert imported.body == "<p>Text.</p><h2>Eins</h2><p>Text.</p>"


def test_marks_of_claims_from_elsewhere_are_taken_off() -> None:
    page = '<p>Ein <span data-claim="0190f1ce-0000-7000-8000-000000000001">Satz</span>.</p>'
    assert convert(page.encode(), "a.html").body == "<p>Ein Satz.</p>"


def test_bold_lines_are_subheadings_where_there_are_no_others() -> None:
    page = (
        "<p>Anfang.</p><p><b>Der Hafen</b></p><p>Er ist groß.</p><p><b>Achtung!</b></p><p>Ende.</p>"
    )
    assert convert(page.encode(), "a.html").body == (
        "<p>Anfang.</p><h2>Der Hafen</h2><p>Er ist groß.</p>"
        "<p><strong>Achtung!</strong></p><p>Ende.</p>"
    )


def test_text_in_layout_tables_and_stray_items_is_kept() -> None:
    page = (
        "<table><tr><td><p>Eins.</p><p>Zwei.</p></td></tr></table>"
        "<li>a</li><li>b</li>Text<ul>lose<li>c<ul><li>d</li></ul></li></ul>"
    )
    imported = convert(page.encode(), "a.html")
    assert imported.body == (
        "<p>Eins.</p><p>Zwei.</p><ul><li><p>a</p></li><li><p>b</p></li></ul><p>Text</p>"
        "<ul><li><p>lose</p></li><li><p>c</p><ul><li><p>d</p></li></ul></li></ul>"
    )
    assert imported.dropped == ()


def test_only_links_of_the_web_and_mail_remain() -> None:
    page = (
        '<p><a href="https://a.example/x y">a</a> <a href="mailto:a@b.example">b</a> '
        '<a href="/c">c</a> <a href="javascript:x">d</a> <a href=" JavaScript:x">e</a></p>'
    )
    assert convert(page.encode(), "a.html").body == (
        '<p><a href="https://a.example/x%20y">a</a> <a href="mailto:a@b.example">b</a> c d e</p>'
    )


def test_a_heading_too_long_for_a_headline_stays_in_the_text() -> None:
    heading = "Wort " * 100
    imported = convert(f"<h1>{heading}</h1><p>Text.</p>".encode(), "seite.html")
    assert imported.headline == "Seite"
    assert imported.body == f"<h2>{heading.strip()}</h2><p>Text.</p>"


# Word

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def styled(style: str, text: str, looks: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def plain(text: str, looks: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{looks}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def word_file(content: str, **parts: str | bytes) -> bytes:
    """Return a Word file; `parts` are further parts of it, by the name of their file."""
    # Word's own names are English, LibreOffice and others translate them.
    names = {
        "Titel": "Title",
        "berschrift1": "heading 1",
        "Ue2": "Überschrift 2",
        "Zitat": "Zitat",
    }
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in names.items()
    )
    namespaces = f'xmlns:w="{WORD}" xmlns:r="{OFFICE}"'
    types = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{WORDPROCESSING}.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("styles", "styles"))
    )
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{part}" Target="{part}.xml"/>'
        for number, part in enumerate(["styles", *parts])
    )
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/styles.xml": f"<w:styles {namespaces}>{styles}</w:styles>",
        "word/document.xml": f"<w:document {namespaces}><w:body>{content}</w:body></w:document>",
        **{
            f"word/{name}.xml": f"<w:{name} {namespaces}>{part}</w:{name}>"
            if isinstance(part, str)
            else part
            for name, part in parts.items()
        },
    }
    return zipped(files)


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


DOCX = word_file(plain("Ein Absatz."))


def test_the_styles_of_word_become_headline_and_subheadings() -> None:
    data = word_file(
        styled("Titel", "Die Hafenbahn")
        + styled("berschrift1", "Größe", "<w:b/>")
        + styled("Ue2", "Darunter")
        + plain("Ein „Satz“.")
        + plain("Fett", "<w:b/>")
        + styled("Zitat", "Ein Zitat.")
    )
    imported = convert(data, "text.docx")
    assert imported.headline == "Die Hafenbahn"
    assert imported.body == (
        "<h2>Größe</h2><h3>Darunter</h3><p>Ein „Satz“.</p><p><strong>Fett</strong></p>"
        "<blockquote><p>Ein Zitat.</p></blockquote>"
    )
    assert (imported.format, imported.encoding) == ("docx", None)
    assert (imported.paragraphs, imported.subheadings, imported.words) == (3, 2, 7)


def test_a_word_file_is_recognised_without_its_name() -> None:
    assert convert(DOCX, "upload").body == "<p>Ein Absatz.</p>"


def test_a_first_heading_of_word_without_a_title_is_the_headline() -> None:
    data = word_file(
        styled("berschrift1", "Eins") + plain("A.") + styled("berschrift1", "Zwei") + plain("B.")
    )
    imported = convert(data, "a.docx")
    assert (imported.headline, imported.body) == ("Eins", "<p>A.</p><h2>Zwei</h2><p>B.</p>")


def test_what_a_word_file_loses_is_named() -> None:
    picture = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml">'
        '<v:imagedata r:id="r1"/></v:shape></w:pict></w:r>'
    )
    data = word_file(
        f"<w:p><w:r><w:t>Text</w:t></w:r>{picture}"
        '<w:r><w:commentReference w:id="0"/></w:r>'
        '<w:del w:id="1"><w:r><w:delText>weg</w:delText></w:r></w:del>'
        '<w:ins w:id="2"><w:r><w:t> neu</w:t></w:r></w:ins></w:p>',
        comments=f'<w:comment w:id="0">{plain("Hm.")}</w:comment>',
        header1=f'<w:hdr xmlns:w="{WORD}">{plain("Kopf")}</w:hdr>'.encode(),
    )
    imported = convert(data, "a.docx")
    assert imported.body == "<p>Text neu</p>"
    assert imported.dropped == (
        "1 image",
        "1 comment",
        "1 tracked deletion",
        "1 page header or footer",
    )


def test_footnotes_of_word_follow_the_text() -> None:
    data = word_file(
        '<w:p><w:r><w:t>Text</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        footnotes=f'<w:footnote w:id="2">{plain("Amtsblatt 3/2025.")}</w:footnote>',
    )
    assert convert(data, "a.docx").body == (
        "<p>Text[1]</p><ol><li><p>Amtsblatt 3/2025.</p></li></ol>"
    )


# Bad input


def png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b"", "a.docx", "empty"),
        (b" \r\n\t\x0c\n", "a.txt", "white space"),
        (b"\xef\xbb\xbf", "a.txt", "white space"),
        (b"\xff\xfe", "a.txt", "white space"),
        ("\u00a0\u200b\n".encode(), "a.txt", "no text"),
        (b"# Nur ein Titel\n", "a.md", "no text"),
        (b"<html><script>x</script></html>", "a.html", "no text"),
        (b"<!-- x -->", "a.html", "no text"),
        (word_file(""), "a.docx", "no text"),
        (png(), "a.png", "PNG"),
        (png(), "a.txt", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a.pdf", "PDF"),
        (b"\x7fELF\x02\x01\x01" + bytes(9), "a", "ELF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a.jpg", "JPEG"),
        (b"Text\x00mit NUL", "a.txt", "binary"),
        ("\ufeffText\x00".encode("utf-16-le"), "a.txt", "binary"),
        (bytes(range(1, 32)) * 9, "a.txt", "binary"),
        (b"\xff\xfea", "a.txt", "UTF-16"),
        (b"\xef\xbb\xbfa\xff", "a.txt", "UTF-8"),
        ("Grüße aus Köln".encode()[:-3] + b"\xff", "a.txt", "byte 14"),
        (b"\x81\x8d\x8f", "a.txt", "encoding"),
        (zipped({"a.txt": "x"}), "a.zip", "zip archive"),
        (zipped({"a.txt": "x"}), "a.txt", "zip archive"),
        (zipped({"a.txt": "x"}), "a.docx", "damaged"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "a.odt", "OpenDocument"),
        (DOCX[:400], "a.docx", "damaged"),
        (DOCX[:400], "a", "damaged"),
        (DOCX.replace(b"word/document.xml", b"word/documenX.xml"), "a.docx", "damaged"),
        (b"Kein Word", "a.docx", "damaged"),
        (OLE, "a.doc", "old Office"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (rb"{\rtf1 Text}", "a.rtf", "RTF"),
        (b'<?xml version="1.0"?><nitf/>', "a.xml", "XML"),
        (b"<div>" * 3000 + b"x", "a.html", "cannot be read in full"),
        (b"[" * 30_000, "a.md", "brackets"),
    ],
)
def test_what_holds_no_text_is_refused_in_one_line(data: bytes, name: str, reason: str) -> None:
    assert reason in refusal(data, name)


def test_a_file_beyond_the_limit_is_refused() -> None:
    assert "5 MB" in refusal(b"a" * 5_000_001)
    assert convert(b"a" * 100, "a.txt", max_bytes=100).words == 1
    assert "0.0001 MB" in refusal(b"a" * 101, max_bytes=100)


def test_a_headline_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ImportRefused, match="300"):
        convert(b"Text.", "a.txt", headline="x" * 301)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "unpacks" in refusal(word_file(plain("a" * 21_000_000)), "a.docx")
    assert "unpacks" in refusal(word_file("<w:p/>" * 400_000), "a.docx")
    many = {f"word/{number}.xml": "" for number in range(5001)}
    assert "unpacks" in refusal(zipped(many), "a.docx")


def test_a_bomb_of_entities_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w:x>&b;</w:x>'
    for encoding in ("utf-8", "utf-16"):
        data = word_file(plain("x"), numbering=bomb.decode().encode(encoding))
        assert "damaged" in refusal(data, "a.docx")


def test_an_encrypted_zip_is_refused() -> None:
    # The flag of encryption, in the local and the central header of each part.
    data = bytearray(DOCX)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(signature)
        while position >= 0:
            data[position + offset] |= 1
            position = data.find(signature, position + 1)
    assert "encrypted" in refusal(bytes(data), "a.docx")


# Properties

NAMES = st.sampled_from(["a.txt", "a.md", "a.html", "a.docx", "a", "", "b/ö.xyz"])


@given(st.binary(max_size=300), NAMES)
def test_bytes_are_imported_or_refused_and_nothing_else_happens(data: bytes, name: str) -> None:
    try:
        imported = convert(data, name)
    except ImportRefused:
        return
    assert imported.headline
    assert imported.paragraphs


@given(st.integers(0, len(DOCX) - 1), st.binary(min_size=1, max_size=4), st.booleans())
def test_damaged_word_files_are_imported_or_refused(place: int, damage: bytes, cut: bool) -> None:
    data = DOCX[:place] + damage + (b"" if cut else DOCX[place + len(damage) :])
    with contextlib.suppress(ImportRefused):
        assert convert(data, "a.docx").paragraphs


MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<i>",
                "<ul>",
                "</ul>",
                "<li>",
                "<ol>",
                "</li>",
                "<br>",
            ),
            *("<h1>", "</h1>", "<h2>", "<blockquote>", "</blockquote>", "<table>", "<tr>", "<td>"),
            *("</table>", "<a href=http://x>", "</a>", "<pre>", "</pre>", "<div>", "</div>", "<q>"),
            *(
                "# ",
                "## ",
                "- ",
                "1. ",
                "> ",
                "*",
                "**",
                "`",
                "[a](b)",
                "|",
                "---",
                "\n",
                "\n\n",
                "  ",
            ),
            *(
                "a",
                "Bä",
                "u\u0308",
                "\u0338",
                "\u00a0",
                "\u200b",
                "&amp;",
                "&#x2028;",
                "&",
                "<",
                ".",
                " ",
            ),
        ]
    ),
    max_size=25,
).map("".join)


@given(MARKUP, st.sampled_from(["a.html", "a.md", "a.txt"]))
def test_a_body_is_what_the_field_of_the_body_would_store(text: str, name: str) -> None:
    try:
        body = convert(text.encode(), name).body
    except ImportRefused:
        return
    assert clean(body) == body


PARAGRAPH = st.text(
    st.characters(exclude_categories=["C"], exclude_characters="<#&["), min_size=1, max_size=200
)


def letters(text: str) -> list[str]:
    return [one for one in unicodedata.normalize("NFC", text) if one.isalpha()]


@given(st.lists(PARAGRAPH, min_size=1), st.sampled_from(["\n\n", "\n", "\r\n", "\n \n\n"]))
def test_no_text_is_lost_or_changed_or_moved(paragraphs: list[str], separator: str) -> None:
    text = separator.join(paragraphs)
    try:
        imported = convert(text.encode(), "a.txt", headline="Überschrift")
    except ImportRefused:
        assert not letters(text)
    else:
        assert letters(words_of(imported.body)) == letters(text)
