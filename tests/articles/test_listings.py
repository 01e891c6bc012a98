"""Lists of what is published: the front page, sections, topics, authors."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from lxml import html as lxml_html

from articles import listings
from articles.models import Publication, image_storage
from history import canonical
from tests import factories

from .conftest import published
from .samples import bare

pytestmark = pytest.mark.django_db
START = datetime(2025, 5, 2, 16, 40, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>&amp;'


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


def appeared(slug: str, hour: int = 0, **changes: Any) -> Publication:
    """Return the first publication of a piece, so many hours after the start."""
    stamp = canonical.stamp(START + timedelta(hours=hour))
    piece = factories.article(slug=slug)
    fields = {
        "id": str(piece.pk),
        "address": f"/2025/05/{slug}/",
        "headline": f"Über {slug}",
        "first_published": stamp,
        "published": stamp,
        "versions": [{"number": 1, "kind": "first", "note": "", "published": stamp}],
    }
    return published(piece, bare("<p>Text.</p>", **(fields | changes)), slug=slug)


def again(publication: Publication, kind: str, hours: int = 1, **changes: Any) -> Publication:
    """Return a further publication of a piece, so many hours after its last one."""
    before = publication.public_document
    stamp = canonical.stamp(publication.at + timedelta(hours=hours))
    number = before["number"] + 1
    version = {"number": number, "kind": kind, "note": "Grund.", "published": stamp}
    wrongs = [
        {"number": number, "published": stamp, "since": before["published"]} | wrong
        for wrong in changes.pop("wrongs", [])
    ]
    document = before | {
        "number": number,
        "kind": kind,
        "note": "Grund.",
        "published": stamp,
        "versions": [version, *before["versions"]],
        "corrections": [*wrongs, *before["corrections"]],
        **changes,
    }
    return published(publication.article, document, slug=publication.slug)


def headlines(content: bytes) -> list[str]:
    root = lxml_html.document_fromstring(content)
    return [link.text for link in root.xpath("//main//li/h2/a")]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "PIECES_A_PAGE", 2)


POLITICS = {"section": {"name": "Politik", "slug": "politik"}}
CULTURE = {"section": {"name": "Kultur", "slug": "kultur"}}


def test_pages_are_counted_from_the_oldest_so_that_only_the_newest_changes(reader, small):
    for hour in range(5):
        appeared(f"p{hour}", hour)
    assert headlines(reader.get("/").content) == ["Über p4", "Über p3", "Über p2"]
    oldest = reader.get("/page/1/").content
    assert headlines(oldest) == ["Über p1", "Über p0"]
    appeared("p5", 5)
    assert headlines(reader.get("/").content) == ["Über p5", "Über p4"]
    assert headlines(reader.get("/page/2/").content) == ["Über p3", "Über p2"]
    assert headlines(reader.get("/page/1/").content) == ["Über p1", "Über p0"]


def test_newest_page_has_no_number_yet_and_what_is_beyond_is_not_found(reader, small):
    for hour in range(4):
        appeared(f"p{hour}", hour)
    response = reader.get("/page/2/")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert reader.get("/page/3/").status_code == 404
    assert reader.get("/page/0/").status_code == 404
    root = lxml_html.document_fromstring(reader.get("/").content)
    assert root.xpath("//a[@rel='next']/@href") == ["/page/1/"]
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://newsroom.example/"]
    root = lxml_html.document_fromstring(reader.get("/page/1/").content)
    assert root.xpath("//a[@rel='prev']/@href") == ["/"]
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://newsroom.example/page/1/"]


def test_retracted_piece_leaves_the_list_and_keeps_its_place_in_the_count(reader, small):
    first = appeared("p0", 0)
    for hour in range(1, 4):
        appeared(f"p{hour}", hour)
    again(first, "retraction")
    assert headlines(reader.get("/page/1/").content) == ["Über p1"]
    assert headlines(reader.get("/").content) == ["Über p3", "Über p2"]
    page = reader.get("/2025/05/p0/")
    assert page.status_code == 200
    assert b"notice--grave" in page.content


def test_later_version_does_not_move_a_piece_up(reader):
    first = appeared("alt", 0)
    appeared("neu", 1)
    again(first, "update", hours=5, headline="Über alt, neu gesagt")
    assert headlines(reader.get("/").content) == ["Über neu", "Über alt, neu gesagt"]


def test_lead_stands_with_its_picture(reader):
    picture = {
        "file": "a" * 64,
        "media_type": "image/jpeg",
        "width": 1200,
        "height": 800,
        "caption": "",
        "credit": "",
        "alt": "Ein Wehr",
    }
    appeared("ohne", 0)
    appeared("mit", 1, images=[picture])
    root = lxml_html.document_fromstring(reader.get("/").content)
    assert len(root.find_class("piece-list__lead")) == 1
    assert root.xpath("//main//img/@src") == [image_storage().url("a" * 64)]


@pytest.mark.parametrize(
    ("address", "naming", "what"),
    [
        ("/section/politik/", POLITICS, "Ressort"),
        ("/topic/bahn/", {"tags": [{"name": "Bahn", "slug": "bahn"}]}, "Thema"),
        (
            "/author/anna-lindner/",
            {"bylines": [{"name": "Anna Lindner", "slug": "anna-lindner", "role": ""}]},
            "Autorin oder Autor",
        ),
    ],
)
def test_section_topic_and_author_list_what_names_them(reader, address, naming, what):
    appeared("darin", 0, **naming)
    appeared("anderswo", 1, **CULTURE)
    response = reader.get(address)
    assert headlines(response.content) == ["Über darin"]
    root = lxml_html.document_fromstring(response.content)
    named = next(iter(naming.values()))
    assert root.xpath("//h1")[0].text == (named[0] if isinstance(named, list) else named)["name"]
    assert root.find_class("piece-list__what")[0].text == what


def test_section_that_nothing_names_is_not_found(reader):
    appeared("darin", 0, **POLITICS)
    for address in ("/section/unbekannt/", "/topic/politik/", "/author/politik/"):
        response = reader.get(address)
        assert response.status_code == 404
        assert b"<h1>" in response.content


def test_section_that_no_piece_names_any_more_is_gone(reader):
    first = appeared("darin", 0, **POLITICS)
    again(first, "update", **CULTURE)
    response = reader.get("/section/politik/")
    assert response.status_code == 410
    assert "nicht mehr" in response.content.decode()
    assert headlines(reader.get("/section/kultur/").content) == ["Über darin"]


def test_section_in_pages_is_turned_at_its_own_address(reader, small):
    for hour in range(4):
        appeared(f"p{hour}", hour, **POLITICS)
    root = lxml_html.document_fromstring(reader.get("/section/politik/").content)
    assert root.xpath("//a[@rel='next']/@href") == ["/section/politik/page/1/"]
    assert headlines(reader.get("/section/politik/page/1/").content) == ["Über p1", "Über p0"]
    assert reader.get("/section/politik/page/2/")["Location"] == "/section/politik/"
    assert reader.get("/section/politik/page/3/").status_code == 404


def test_navigation_names_the_sections_of_what_is_live_on_every_page(reader):
    appeared("eins", 0, **POLITICS)
    other = appeared("zwei", 1, **CULTURE)

    def named(address: str) -> list[str]:
        root = lxml_html.document_fromstring(reader.get(address).content)
        return root.xpath("//nav[@class='site-nav']//a/@href")

    for address in ("/", "/2025/05/eins/", "/section/politik/", "/nichts/"):
        assert named(address) == ["/section/kultur/", "/section/politik/"]
    again(other, "retraction")
    assert named("/") == ["/section/politik/"]


def test_list_speaks_the_language_of_the_house_and_each_piece_its_own(reader):
    appeared("en", 0, language="en")
    appeared("de", 1)
    response = reader.get("/")
    assert response["Content-Language"] == "de"
    root = lxml_html.document_fromstring(response.content)
    assert root.get("lang") == "de"
    assert [item.get("lang") for item in root.xpath("//main//ol/li")] == ["de", "en"]


def test_hostile_text_stays_text(reader):
    appeared(
        "boese",
        0,
        headline=HOSTILE,
        kicker=HOSTILE,
        standfirst=HOSTILE,
        section={"name": HOSTILE, "slug": "politik"},
        bylines=[{"name": HOSTILE, "slug": HOSTILE, "role": ""}],
    )
    for address in ("/", "/section/politik/"):
        content = reader.get(address).content.decode()
        assert "<script>alert" not in content
        assert headlines(content.encode()) == [HOSTILE]


PUBLIC_TABLES = {
    "articles_publication",
    "articles_legalblock",
    "articles_livepiece",
    "articles_frontpage",
    "articles_change",
    # Whether anything happened since.
    "history_entry",
}


def tables(sql: str) -> set[str]:
    return set(re.findall(r' (?:FROM|JOIN) "(\w+)"', sql))


def test_lists_read_what_is_public_alone_in_a_fixed_number_of_queries(
    reader, django_assert_max_num_queries
):
    for hour in range(6):
        appeared(f"p{hour}", hour, **POLITICS)
    for address, most in (("/", 6), ("/section/politik/", 4)):
        with django_assert_max_num_queries(most) as queries:
            reader.get(address)
        for query in queries.captured_queries:
            assert tables(query["sql"]) <= PUBLIC_TABLES


def test_lists_are_only_read(reader):
    for address in ("/", "/page/1/", "/section/politik/"):
        assert reader.post(address).status_code == 405
