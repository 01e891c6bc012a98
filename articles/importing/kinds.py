"""Tells what kind of file bytes are, and refuses those that hold no manuscript."""

from __future__ import annotations

import io
import re
import zipfile
from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from .refusal import ImportRefused

# A Word file is a zip. Its parts are measured before any is unpacked: the XML, which becomes a tree
# in memory, more strictly than the pictures, which are never unpacked at all.
MAX_UNPACKED = 200_000_000
MAX_UNPACKED_XML = 20_000_000
MAX_PARTS = 5_000
MAX_TAGS = 400_000

SIGNATURES = {
    b"%PDF-": "PDF",
    b"%!PS": "PostScript",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"\x7fELF": "ELF",
    b"\x1f\x8b": "gzip",
    b"BZh9": "bzip2",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\x00": "xz",
    b"SQLite format 3\x00": "SQLite",
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD_NAMES = frozenset({".docx", ".docm", ".dotx"})
HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})
MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd"})


def kind_of_bytes(data: bytes, extension: str) -> str:
    """Return "docx" or "text"; refuse what is recognisably something else."""
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ImportRefused(
                _("The file is encrypted: remove its password in Word and try again.")
            )
        raise ImportRefused(_("This is a file of an old Office format: save it as DOCX first."))
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        check_zip(data, extension)
        return "docx"
    if data.startswith(b"{\\rtf"):
        raise ImportRefused(_("RTF files cannot be imported: save it as DOCX first."))
    for signature, label in SIGNATURES.items():
        if data.startswith(signature):
            raise ImportRefused(
                _("The file is not a text but binary data (%(format)s).") % {"format": label}
            )
    if extension in WORD_NAMES:
        refuse_docx()
    return "text"


def refuse_docx(cause: Exception | None = None) -> NoReturn:
    raise ImportRefused(_("The Word file is damaged and cannot be read.")) from cause


def refuse_bomb() -> NoReturn:
    raise ImportRefused(_("The file unpacks to far more than a manuscript can need."))


def check_zip(data: bytes, extension: str) -> None:
    """Refuse a zip that is no Word file, or one that would unpack to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 0x1 for part in parts):
                raise ImportRefused(_("The file is encrypted: remove its password and try again."))
            # zipfile never unpacks more of a part than the size that is declared here.
            xml = sum(part.file_size for part in parts if not is_picture(part.filename))
            if (
                len(parts) > MAX_PARTS
                or xml > MAX_UNPACKED_XML
                or sum(part.file_size for part in parts) > MAX_UNPACKED
            ):
                refuse_bomb()
            kinds = b""
            if "[Content_Types].xml" in names:
                kinds = archive.read("[Content_Types].xml")
            elif "mimetype" in names and b"opendocument" in archive.read("mimetype"):
                raise ImportRefused(
                    _("OpenDocument files cannot be imported: save it as DOCX first.")
                )
            if b"wordprocessingml" not in kinds and extension not in WORD_NAMES:
                raise ImportRefused(_("The file is a zip archive, not a manuscript."))
            tags = 0
            for part in parts:
                if not is_picture(part.filename):
                    markup = archive.read(part).replace(b"\x00", b"")  # UTF-16 as well
                    tags += markup.count(b"<")
                    if b"<!DOCTYPE" in markup:
                        # Word writes none. Entities declared in one can grow without bound.
                        refuse_docx()
            if tags > MAX_TAGS:
                refuse_bomb()
    except ImportRefused:
        raise
    except Exception as error:
        # zipfile raises a dozen kinds of error on bytes that only begin like a zip.
        if extension in WORD_NAMES:
            refuse_docx(error)
        raise ImportRefused(_("The file is a damaged zip archive, not a manuscript.")) from error


def is_picture(part: str) -> bool:
    return part.lower().endswith(
        (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".tif", ".tiff", ".bmp", ".bin", ".odttf")
    )


def kind_of_text(text: str, extension: str) -> str:
    """Return html, markdown or text, by what the text looks like and what the file is called."""
    start = text.lstrip()[:2000]
    page = re.match(
        r"(?:<\?xml\b[^>]*>|<!--(?:(?!-->).)*-->|\s)*+<(?:!doctype\s+html|html)\b", start, HTML
    )
    if page:
        return "html"
    if start.startswith("<?xml"):
        raise ImportRefused(_("The file is XML, but no web page."))
    if extension in MARKDOWN_NAMES:
        return "markdown"
    if extension in HTML_NAMES:
        return "html" if re.search(r"<[a-z!/]", text, HTML) else "text"
    fragment = re.match(
        r"<(p|h[1-6]|div|article|section|main|body|head|header|title|meta|ul|ol|blockquote|table)\b",
        start,
        HTML,
    )
    if fragment and re.search(rf"</{fragment[1]}>|<(?:body|p)\b", text, HTML):
        return "html"
    # Where lines are paragraphs, Markdown would run them together.
    if re.search(r"^#{1,6} +\S", text, re.MULTILINE) and "\n\n" in text.strip():
        return "markdown"
    return "text"


HTML = re.IGNORECASE | re.DOTALL
