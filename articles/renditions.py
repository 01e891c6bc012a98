"""Pictures in the sizes that screens need, each made once from the original that is kept.

A rendition is called after the original's digest, its width and its format, and is always the same,
so its name tells everything, for old public documents as well. It is made when a picture is taken
in, or else when it is first asked for.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from PIL import Image

from .models import image_storage

WIDTHS = (480, 800, 1200)  # pixels
WIDEST = 1920
# For browsers without WebP, and for who makes cards of links: at most so wide, in the old formats.
COMMON_WIDTH = 1200
COMMON = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "png"}
FORMATS = {"webp": "WEBP", "jpg": "JPEG", "png": "PNG"}

ORIGINAL = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"([0-9a-f]{64})-([1-9][0-9]{0,3})\.(webp|jpg|png)")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Addresses of one picture: ``srcset`` of WebP renditions, and one that every browser reads."""

    url: str
    srcset: str


def widths(width: int) -> list[int]:
    """Return the widths in which a picture this wide is offered; none is larger than itself."""
    return [*(one for one in WIDTHS if one < width), min(width, WIDEST)]


def sizes(file: str, media_type: str, width: int | None, address: Callable[[str], str]) -> Sizes:
    """Return where a picture is found in which sizes; of an unknown width, the original alone."""
    if width is None or width < 1 or not ORIGINAL.fullmatch(file):
        return Sizes(address(file) if file else "", "")
    srcset = ", ".join(f"{address(f'{file}-{one}.webp')} {one}w" for one in widths(width))
    form = COMMON.get(media_type)
    if form is None or width <= COMMON_WIDTH:
        return Sizes(address(file), srcset)
    return Sizes(address(f"{file}-{COMMON_WIDTH}.{form}"), srcset)


def opened(name: str) -> File:
    """Return a rendition by its name, made now if it is not there yet.

    Raises ``FileNotFoundError`` for what is no rendition of a picture that is there.
    """
    found = NAME.fullmatch(name)
    if found is None:
        raise FileNotFoundError(name)
    storage = image_storage()
    if not storage.exists(found[1]):
        raise FileNotFoundError(name)
    if not storage.exists(name):
        with storage.open(found[1]) as original, Image.open(original) as picture:
            width = int(found[2])
            if width > picture.width or width not in {*widths(picture.width), COMMON_WIDTH}:
                raise FileNotFoundError(name)
            content = _rendered(picture, width, FORMATS[found[3]])
        _store(name, content)
    return storage.open(name)


def make(file: str, content: bytes) -> None:
    """Make all renditions of a picture that was just taken in, of its bytes."""
    with Image.open(io.BytesIO(content)) as picture:
        kind = picture.get_format_mimetype() or ""
        names: list[str] = []
        sizes(file, kind, picture.width, lambda name: names.append(name) or name)  # type: ignore[func-returns-value]
    for name in names:
        if (found := NAME.fullmatch(name)) and not image_storage().exists(name):
            with Image.open(io.BytesIO(content)) as picture:
                _store(name, _rendered(picture, int(found[2]), FORMATS[found[3]]))


def forget(file: str, storage: Storage) -> None:
    """Delete all renditions of a picture whose original is in this storage."""
    if not storage.exists(file):
        return
    with storage.open(file) as original, Image.open(original) as picture:
        offered = {*widths(picture.width), COMMON_WIDTH}
    for name in (f"{file}-{width}.{form}" for width in offered for form in FORMATS):
        if image_storage().exists(name):
            image_storage().delete(name)


def _store(name: str, content: bytes) -> None:
    stored = image_storage().save(name, ContentFile(content))
    if stored != name:
        # Somebody else made it meanwhile: theirs is as good.
        image_storage().delete(stored)


def _rendered(picture: Image.Image, width: int, kind: str) -> bytes:
    profile = picture.info.get("icc_profile") if picture.mode != "CMYK" else None
    # Drawings stay sharp; photographs do not need to be exact.
    exact = picture.format in ("PNG", "GIF")
    height = max(1, round(picture.height * width / picture.width))
    if kind == "JPEG":
        picture.draft("RGB", (width, height))
    see_through = "A" in picture.getbands() or "transparency" in picture.info
    smaller = picture.convert("RGBA" if see_through and kind != "JPEG" else "RGB")
    if smaller.size != (width, height):
        smaller = smaller.resize((width, height), Image.Resampling.LANCZOS)
    smaller.info = {}
    options: dict[str, object] = {"icc_profile": profile} if profile else {}
    if kind == "WEBP":
        options |= {"lossless": exact, "quality": 80}
    elif kind == "JPEG":
        options |= {"quality": 85, "progressive": True, "optimize": True}
    else:
        options |= {"optimize": True}
    out = io.BytesIO()
    smaller.save(out, format=kind, **options)
    return out.getvalue()
