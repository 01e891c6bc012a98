"""What a file is, by what it begins with, and not by what it is called.

A file may be several things at once to several readers. Here it is one: what stands at its very
beginning decides, and only the reader for that ever sees it.
"""

import io
import json
import re
import zipfile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNKNOWN = "application/octet-stream"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"WARC/", "application/warc"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(
    rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*(?:From|Received|Subject|Date):",
    re.IGNORECASE,
)
_MAIL_TOO = re.compile(rb"^(?:From|Message-ID|Date|Subject|To):", re.IGNORECASE | re.MULTILINE)
# No text has them.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(content: bytes) -> str:
    """Return the media type of a file, ``application/octet-stream`` if that is not known."""
    for magic, media_type in _MAGIC:
        if content.startswith(magic):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    return _text(content)


def _packed(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist()[:1000])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return UNKNOWN
    return DOCX if {"[Content_Types].xml", "word/document.xml"} <= names else "application/zip"


def _text(content: bytes) -> str:
    head = content[:65536]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text/plain"
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head or _BINARY.search(head):
        return UNKNOWN
    if _HTML.match(head):
        return "text/html"
    if _MAIL.match(head) and len({*map(bytes.lower, _MAIL_TOO.findall(head[:8192]))}) > 1:
        return "message/rfc822"
    if head.lstrip()[:1] in (b"{", b"["):
        try:
            json.loads(content)
        except (ValueError, RecursionError):
            return "text/plain"
        return "application/json"
    return "text/plain"
