"""Picture files: what they are, what must not leave the house with them, where they are kept."""

import io
import warnings
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from .models import image_storage

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 80_000_000
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture without metadata: place, camera and author of the file told more than it shows."""

    content: bytes
    media_type: str
    width: int
    height: int


def read(content: bytes) -> Picture:
    """Return an uploaded picture, upright and without its metadata.

    Raises ``ValidationError`` for what is no JPEG, PNG, GIF or WebP picture of
    at most 80 megapixels. Of an animation the first picture is kept.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as opened:
                kind = opened.format or ""
                if opened.width * opened.height > MAX_PIXELS:
                    raise ValidationError(_("This picture has too many pixels."))
                upright = ImageOps.exif_transpose(opened)
                return _written(upright, kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ValidationError(_("This picture has too many pixels.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This is no JPEG, PNG, GIF or WebP picture.")) from error


def _written(picture: Image.Image, kind: str) -> Picture:
    profile = picture.info.get("icc_profile")
    picture.info = {}
    out = io.BytesIO()
    options: dict[str, object] = {"icc_profile": profile} if profile else {}
    if kind in ("JPEG", "WEBP"):
        options |= {"quality": 92}
    picture.save(out, format=kind, **options)
    return Picture(out.getvalue(), MEDIA_TYPES[kind], picture.width, picture.height)


def media_type(head: bytes) -> str:
    """Return what a stored picture is, by its first twelve bytes."""
    if head.startswith(b"\x89PNG"):
        return MEDIA_TYPES["PNG"]
    if head.startswith(b"GIF8"):
        return MEDIA_TYPES["GIF"]
    return MEDIA_TYPES["WEBP"] if head[8:12] == b"WEBP" else MEDIA_TYPES["JPEG"]


def keep(content: bytes) -> str:
    """Store a picture under the SHA-256 of its bytes, once, and return that name."""
    name = sha256(content).hexdigest()
    if not image_storage().exists(name):
        image_storage().save(name, ContentFile(content))
    return name
