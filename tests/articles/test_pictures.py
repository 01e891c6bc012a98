import io
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image, TiffImagePlugin

from articles import pictures


def encoded(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, format=kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pictures_are_known_by_their_bytes(kind: str) -> None:
    picture = pictures.read(encoded(kind))
    assert (picture.media_type, picture.width, picture.height) == (
        f"image/{kind.lower()}",
        40,
        20,
    )
    assert pictures.media_type(picture.content[:12]) == picture.media_type


def test_metadata_stays_in_the_house_and_the_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x010E] = "KANARIE am Treffpunkt"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (TiffImagePlugin.IFDRational(52),)
    taken = encoded("JPEG", exif=exif.tobytes(), comment=b"KANARIE")
    assert b"KANARIE" in taken
    picture = pictures.read(taken)
    assert b"KANARIE" not in picture.content
    assert (picture.width, picture.height) == (20, 40)
    assert not Image.open(io.BytesIO(picture.content)).getexif()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"<svg onload=alert(1)>",
        encoded("JPEG")[:200],
        encoded("BMP"),
        encoded("PNG", (12_000, 9_000)),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ValidationError):
        pictures.read(content)


# The page that says "not found" has the navigation of all pages.
@pytest.mark.django_db
def test_a_picture_is_served_under_its_digest_for_good(client: Client) -> None:
    content = pictures.read(encoded("PNG")).content
    name = pictures.keep(content)
    assert name == pictures.keep(content) == sha256(content).hexdigest()
    response = client.get(reverse("articles:picture", args=[name]))
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    assert client.get(reverse("articles:picture", args=["0" * 64])).status_code == 404
