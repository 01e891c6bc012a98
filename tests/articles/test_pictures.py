import io
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image, TiffImagePlugin

from articles import page, pictures, renditions
from articles.models import image_storage


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


# Renditions


def taken_in(kind: str, size: tuple[int, int], **options: object) -> tuple[str, pictures.Picture]:
    picture = pictures.read(encoded(kind, size, **options))
    return pictures.keep(picture.content), picture


def offered(name: str, picture: pictures.Picture) -> renditions.Sizes:
    return renditions.sizes(
        name, picture.media_type, picture.width, lambda file: f"/media/images/{file}"
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_size_that_a_page_offers_is_there_and_as_wide_as_said(
    client: Client, kind: str
) -> None:
    name, picture = taken_in(kind, (2400, 1350))
    found = offered(name, picture)
    said = [size.split(" ") for size in found.srcset.split(", ")]
    assert [int(width[:-1]) for _, width in said] == [480, 800, 1200, 1920]
    for address, width in said:
        response = client.get(address)
        assert response["Content-Type"] == "image/webp"
        assert "immutable" in response["Cache-Control"]
        shown = Image.open(io.BytesIO(response.getvalue()))
        assert shown.width == int(width[:-1])
        assert abs(shown.height - shown.width * 9 / 16) <= 1
    everybody = Image.open(io.BytesIO(client.get(found.url).getvalue()))
    assert everybody.width == (2400 if kind == "WEBP" else 1200)


@pytest.mark.parametrize(
    ("width", "wanted"),
    [
        (1, [1]),
        (480, [480]),
        (481, [480, 481]),
        (1200, [480, 800, 1200]),
        (9000, [480, 800, 1200, 1920]),
    ],
)
def test_no_rendition_is_wider_than_the_picture(width: int, wanted: list[int]) -> None:
    assert renditions.widths(width) == wanted


def test_a_rendition_is_made_once_and_kept(client: Client) -> None:
    name, picture = taken_in("JPEG", (900, 600))
    assert not image_storage().exists(f"{name}-480.webp")
    renditions.make(name, picture.content)
    assert image_storage().exists(f"{name}-480.webp")
    made = set(image_storage().listdir("")[1])
    client.get(f"/media/images/{name}-480.webp").getvalue()
    assert set(image_storage().listdir("")[1]) == made


def test_renditions_tell_no_more_than_the_picture(client: Client) -> None:
    exif = Image.Exif()
    exif[0x010E] = "KANARIE am Treffpunkt"
    name = pictures.keep(encoded("JPEG", (1300, 700), exif=exif.tobytes(), comment=b"KANARIE"))
    for end in ("480.webp", "1200.jpg", "1200.png"):
        assert b"KANARIE" not in client.get(f"/media/images/{name}-{end}").getvalue()


def test_what_is_see_through_stays_so(client: Client) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (1000, 500), (10, 20, 30, 0)).save(out, format="PNG")
    name = pictures.keep(pictures.read(out.getvalue()).content)
    content = client.get(f"/media/images/{name}-480.webp").getvalue()
    assert Image.open(io.BytesIO(content)).convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "I;16"])
def test_odd_kinds_of_pictures_have_renditions_too(client: Client, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (600, 300)).save(out, format="JPEG" if mode == "CMYK" else "PNG")
    name = pictures.keep(pictures.read(out.getvalue()).content)
    assert client.get(f"/media/images/{name}-480.webp").status_code == 200


@pytest.mark.django_db
def test_nobody_can_have_other_sizes_made(client: Client) -> None:
    name, _picture = taken_in("PNG", (1000, 500))
    for end in ("-481.webp", "-1200.webp", "-99999.webp", "-480.gif", "-0480.webp", "-480.webp/"):
        assert client.get(f"/media/images/{name}{end}").status_code == 404, end
    assert client.get(f"/media/images/{'0' * 64}-480.webp").status_code == 404


def test_old_documents_show_the_picture_that_they_name(client: Client) -> None:
    for image in ({"file": "a.jpg"}, {"file": "b" * 64, "width": None}, {"file": ""}, {}):
        found = page.picture(image, lambda name: f"/media/images/{name}")
        assert found["srcset"] == ""
        assert found["url"].endswith(image.get("file") or "")
