"""Picture files: what they are, and where they are kept."""

import struct
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from .models import image_storage

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    width: int
    height: int


def measure(content: bytes) -> Picture:
    """Return type and size of a JPEG, PNG, GIF or WebP file; raises ``ValidationError``."""
    try:
        found = _png(content) or _gif(content) or _webp(content) or _jpeg(content)
    except (struct.error, IndexError):
        found = None
    if found is None or not found.width or not found.height:
        raise ValidationError(_("This is no JPEG, PNG, GIF or WebP picture."))
    return found


def keep(content: bytes) -> str:
    """Store a picture under the SHA-256 of its bytes, once, and return that name."""
    name = sha256(content).hexdigest()
    if not image_storage().exists(name):
        image_storage().save(name, ContentFile(content))
    return name


def _png(content: bytes) -> Picture | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        return None
    return Picture("image/png", *struct.unpack(">II", content[16:24]))


def _gif(content: bytes) -> Picture | None:
    if content[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Picture("image/gif", *struct.unpack("<HH", content[6:10]))


def _webp(content: bytes) -> Picture | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        height = int.from_bytes(content[27:30], "little") + 1
        return Picture("image/webp", width, height)
    return None


def _jpeg(content: bytes) -> Picture | None:
    if content[:2] != b"\xff\xd8":
        return None
    at = 2
    while at < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0x01, *range(0xD0, 0xD9)):
            at += 2
            continue
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        # The frame headers, less those codes among them that are none.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return Picture("image/jpeg", width, height)
        at += 2 + length
    return None
