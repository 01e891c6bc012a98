"""Small files of each kind, sound and otherwise, made here so that nothing has to be kept."""

import io
import zipfile
import zlib


def pdf(*pages: str, title: str = "", author: str = "") -> bytes:
    """Return a PDF with a line of text on each page (Latin-1 only)."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b""]
    kids = []
    for words in pages:
        content = f"BT /F1 12 Tf 50 700 Td ({words}) Tj ET".encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    objects[2] = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    objects.append(f"<< /Title ({title}) /Author ({author}) >>".encode("latin-1"))
    return _written(objects, info=len(objects))


def _written(objects: list[bytes], info: int = 0) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"<< /Size %d /Root 1 0 R%s >>" % (
        len(objects) + 1,
        b" /Info %d 0 R" % info if info else b"",
    )
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        trailer,
        len(out),
    )


def pdf_bomb() -> bytes:
    """Return a PDF whose page holds a stream that unpacks to half a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(500)) + packer.flush()
    twice = zlib.compress(packed)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream"
    return _written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            stream % (len(twice), twice),
        ]
    )


def pdf_circle() -> bytes:
    """Return a PDF whose tree of pages leads back to itself."""
    return _written(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] /Parent 2 0 R >>",
        ]
    )


_WORD = (
    '<?xml version="1.0"?>{}<w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_CORE = (
    '<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/'
    '2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>'
    "<dcterms:created>2024-03-05T10:00:00Z</dcterms:created></cp:coreProperties>"
)


def docx(*paragraphs: str, title: str = "", author: str = "", doctype: str = "") -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("word/document.xml", _WORD.format(doctype, body))
        packed.writestr("docProps/core.xml", _CORE.format(title, author))
    return held.getvalue()


def docx_bomb() -> bytes:
    """Return a document of a few hundred kilobytes that unpacks to more than may be."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", _TYPES)
        packed.writestr("word/document.xml", _WORD.format("", ""))
        with packed.open("word/media/0", "w", force_zip64=True) as file:
            for _ in range(400):
                file.write(b"0" * 1_000_000)
    return held.getvalue()


MAIL = (
    "From: Thea Brinkmann <bauamt@altwalde.example>\r\n"
    "To: redaktion@newsroom.example\r\n"
    "Subject: =?utf-8?q?Ihre_Anfrage_zur_M=C3=BChlenbr=C3=BCcke?=\r\n"
    "Date: Tue, 12 Nov 2024 09:30:00 +0100\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
    "Die Brücke trägt 16 Tonnen.\r\n"
).encode("latin-1")

PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>Brücke gesperrt – Grünower Bote</title>
<meta property="og:title" content="Mühlenbrücke bleibt gesperrt">
<meta property="og:site_name" content="Grünower Bote">
<meta name="author" content="Jan de Wit">
<meta property="article:published_time" content="2024-11-12T08:00:00+01:00">
<meta name="citation_doi" content="10.5555/bote.12">
<script>document.write("unsichtbar")</script></head>
<body><nav><a href="/">Start</a> <a href="/sport">Sport</a></nav>
<article><h1>Mühlenbrücke bleibt gesperrt</h1>
<p>Die Mühlenbrücke in Grünow bleibt bis auf weiteres für Lastwagen gesperrt. Das teilte das
Bauamt am Dienstag mit. Die Tragfähigkeit sei auf 16 Tonnen begrenzt, nicht auf 30 Tonnen.</p>
<p>Ein Gutachten, das seit dem 12. März vorliegt, hatte Risse in zwei Pfeilern festgestellt. Wann
die Brücke wieder frei ist, konnte die Stadt nicht sagen. {more}</p>
</article><footer>Impressum</footer></body></html>"""


def page(more: str = "Der Ausschuss berät im Dezember.") -> bytes:
    return PAGE.replace("{more}", more).encode()
