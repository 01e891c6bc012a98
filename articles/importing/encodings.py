"""Turns bytes into text, or says that they are none."""

from __future__ import annotations

import codecs
import re

from django.utils.translation import gettext_lazy as _

from .kinds import HTML_NAMES
from .refusal import ImportRefused

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# As browsers do, the labels of Latin-1 and ASCII are read as Windows-1252.
WESTERN = frozenset({"iso8859-1", "ascii", "cp1252"})
DECLARABLE = WESTERN | {
    "utf-8", "gbk", "gb2312", "gb18030", "big5", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr",
    "koi8-r", "koi8-u", "mac-roman", "cp866", "cp874",
    *(f"iso8859-{number}" for number in (*range(2, 9), 10, 13, 14, 15, 16)),
    *(f"cp{number}" for number in range(1250, 1259)),
}  # fmt: skip
DECLARATION = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)


def decode(data: bytes, extension: str) -> tuple[str, str]:
    """Return the text and the name of its encoding, or refuse bytes that are no text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                raise ImportRefused(
                    _("The text is damaged: it is not the %(encoding)s that it begins like.")
                    % {"encoding": encoding.upper()}
                ) from error
            return refuse_binary(text), encoding
    if b"\x00" in data:
        refuse_binary("\x00")
    damage = 0
    # Bytes that are valid UTF-8 beyond ASCII are hardly ever Western text, whatever a page says.
    declared = declared_encoding(data, extension)
    for encoding in dict.fromkeys(("utf-8" if declared in WESTERN else declared, "utf-8")):
        try:
            return refuse_binary(data.decode(encoding)), encoding
        except UnicodeDecodeError as error:
            damage = error.start + 1
    if mostly_utf8(data):
        raise ImportRefused(
            _("The text is damaged: it is UTF-8, but not at byte %(position)d.")
            % {"position": damage}
        )
    try:
        return refuse_binary(data.decode("cp1252")), "windows-1252"
    except UnicodeDecodeError as error:
        raise ImportRefused(
            _("The encoding of the text is unknown: save it as UTF-8 first.")
        ) from error


def declared_encoding(data: bytes, extension: str) -> str:
    """Return the codec that an HTML page names for itself, utf-8 if none that we trust."""
    if extension not in HTML_NAMES and not re.match(rb"\s*<", data):
        return "utf-8"
    match = DECLARATION.search(data[:4096])
    if not match:
        return "utf-8"
    try:
        codec = codecs.lookup((match[1] or match[2]).decode("ascii", "replace")).name
    except LookupError:
        return "utf-8"
    return codec if codec in DECLARABLE else "utf-8"


def mostly_utf8(data: bytes) -> bool:
    """Tell whether bytes that are not valid UTF-8 were meant to be: a cut or damaged file."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd") - data.count("\ufffd".encode())
    valid = sum(character > "\x7f" for character in text) - text.count("\ufffd")
    return valid >= max(damaged, 1)


def refuse_binary(text: str) -> str:
    """Return the text, unless its control characters give away that it is none."""
    controls = len(CONTROLS.findall(text))
    if "\x00" in text or (controls > 8 and controls > len(text) / 50):
        raise ImportRefused(_("The file is not a text but binary data."))
    return text


CONTROLS = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
