"""Feeds, read as subscribers' programs read them."""

import json
from datetime import datetime
from typing import Any

import feedparser
import pytest
from django.test import Client
from lxml import etree

from articles import feeds
from articles.models import Publication

from .test_listings import CULTURE, HOSTILE, POLITICS, PUBLIC_TABLES, again, appeared, tables

pytestmark = pytest.mark.django_db
SITE = "https://newsroom.example"
FEEDS = ["/atom.xml", "/section/politik/atom.xml", "/corrections/atom.xml"]
WRONG = {"wrong": "Es waren 4000.", "right": "Es waren 5000."}


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en", "host": "localhost"})


def parsed(reader: Client, address: str = "/atom.xml") -> Any:
    """A feed as feedparser reads it, strictly: what is not well formed fails."""
    response = reader.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    headers = {name.lower(): value for name, value in response.headers.items()}
    found = feedparser.parse(response.content, response_headers=headers)
    assert not found.bozo, found.get("bozo_exception")
    return found


def as_json(reader: Client, address: str = "/feed.json") -> dict[str, Any]:
    response = reader.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/feed+json"
    found: dict[str, Any] = json.loads(response.content)
    return found


def by_title(reader: Client, address: str = "/atom.xml") -> dict[str, Any]:
    return {entry.title: entry for entry in parsed(reader, address).entries}


def test_atom_gives_each_piece_whole_the_newest_first(reader):
    appeared("alt", 0)
    appeared(
        "neu",
        1,
        language="en",
        standfirst="Kurz gesagt.",
        bylines=[
            {"name": "Anna Lindner", "slug": "anna-lindner", "role": ""},
            {"name": "Mira Holt", "slug": "mira-holt", "role": "Foto"},
        ],
        tags=[{"name": "Bahn", "slug": "bahn"}],
        **POLITICS,
    )
    feed = parsed(reader)
    assert (feed.feed.title, feed.feed.id) == ("Newsroom", f"{SITE}/atom.xml")
    assert {(link.rel, link.href) for link in feed.feed.links} == {
        ("self", f"{SITE}/atom.xml"),
        ("alternate", f"{SITE}/"),
    }
    assert [entry.title for entry in feed.entries] == ["Über neu", "Über alt"]
    entry = feed.entries[0]
    assert entry.link == f"{SITE}/2025/05/neu/"
    assert entry.summary == "Kurz gesagt."
    assert entry.content[0].value == "<p>Text.</p>"
    assert [author.name for author in entry.authors] == ["Anna Lindner"]
    assert [tag.term for tag in entry.tags] == ["Politik", "Bahn"]
    assert entry.published == "2025-05-02T17:40:00.000000Z"


def test_json_feed_keeps_the_rules_of_version_1_1(reader):
    appeared("alt", 0, headline="", body=[])
    appeared("neu", 1, standfirst="Kurz gesagt.", **POLITICS)
    for address in ("/feed.json", "/section/politik/feed.json", "/corrections/feed.json"):
        feed = as_json(reader, address)
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"]
        assert feed["feed_url"] == SITE + address
        assert feed["home_page_url"] == SITE + address.removesuffix("feed.json")
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["id"]
            assert item["content_html"]
            assert item["url"].startswith(f"{SITE}/2025/05/")
            for name in ("date_published", "date_modified"):
                assert datetime.fromisoformat(item[name]).tzinfo is not None
            assert all(author["name"] for author in item.get("authors", []))
    assert len({item["id"] for item in as_json(reader)["items"]}) == 2


def test_both_forms_name_the_same_entries(reader):
    for hour in range(3):
        made = appeared(f"p{hour}", hour, **POLITICS)
    again(made, "correction", wrongs=[WRONG])
    for address in FEEDS:
        atom = parsed(reader, address).entries
        items = as_json(reader, address.replace("atom.xml", "feed.json"))["items"]
        assert [entry.id for entry in atom] == [item["id"] for item in items]
        assert [entry.updated for entry in atom] == [item["date_modified"] for item in items]
        assert atom


@pytest.mark.parametrize(
    ("kind", "bumps"),
    [("typo", False), ("update", True), ("correction", True), ("reply", True)],
)
def test_updated_is_bumped_by_a_change_of_substance_alone(reader, kind: str, bumps: bool):
    first = appeared("stueck", 0)
    before = by_title(reader)["Über stueck"]
    made = again(first, kind, hours=5, wrongs=[WRONG] if kind == "correction" else [])
    after = by_title(reader)["Über stueck"]
    assert after.id == before.id
    assert after.published == before.published
    assert (after.updated == made.public_document["published"]) == bumps
    assert (after.updated == before.updated) != bumps
    assert parsed(reader).feed.updated == after.updated


def test_an_entry_keeps_its_id_when_its_address_changes(reader):
    first = appeared("alt", 0)
    before = by_title(reader)["Über alt"]
    from .conftest import published

    document = first.public_document | {
        "number": 2,
        "kind": "update",
        "address": "/2025/05/neu/",
        "published": "2025-05-03T16:40:00.000000Z",
    }
    published(first.article, document, slug="neu")
    after = by_title(reader)["Über alt"]
    assert after.link == f"{SITE}/2025/05/neu/"
    assert after.id == before.id


def test_a_correction_stands_before_the_text_and_in_a_feed_of_its_own(reader):
    first = appeared("stueck", 0)
    made = again(first, "correction", wrongs=[WRONG, WRONG | {"wrong": "Es waren <3000>."}])
    content = by_title(reader)["Über stueck"].content[0].value
    assert content.index("Es waren 4000.") < content.index("<p>Text.</p>")
    assert "Es waren &lt;3000&gt;." in content
    entries = parsed(reader, "/corrections/atom.xml").entries
    assert [entry.title for entry in entries] == ["Korrigiert: Über stueck"] * 2
    assert len({entry.id for entry in entries}) == 2
    assert {entry.published for entry in entries} == {made.public_document["published"]}
    again(made, "typo")
    assert [entry.id for entry in parsed(reader, "/corrections/atom.xml").entries] == [
        entry.id for entry in entries
    ]


def test_a_retraction_takes_the_place_of_what_subscribers_have(reader):
    first = appeared("stueck", 0, standfirst="Falsch.", body=["<p>Alles falsch.</p>"])
    (before,) = parsed(reader).entries
    again(first, "retraction", note="Die Quelle war erfunden.")
    (after,) = parsed(reader).entries
    assert after.id == before.id
    assert after.updated > before.updated
    assert after.title == "Zurückgezogen: Über stueck"
    assert "Die Quelle war erfunden." in after.content[0].value
    assert "falsch" not in str(after).lower()
    (told,) = parsed(reader, "/corrections/atom.xml").entries
    assert told.title == "Zurückgezogen: Über stueck"


def test_a_section_has_a_feed_and_an_unknown_one_has_none(reader):
    appeared("darin", 0, **POLITICS)
    appeared("anderswo", 1, **CULTURE)
    feed = parsed(reader, "/section/politik/atom.xml")
    assert feed.feed.title == "Newsroom – Politik"
    assert [entry.title for entry in feed.entries] == ["Über darin"]
    for address in ("/section/sport/atom.xml", "/section/sport/feed.json"):
        assert reader.get(address).status_code == 404


def test_pages_tell_where_their_feeds_are(reader):
    appeared("darin", 0, **POLITICS)
    from lxml import html as lxml_html

    def told(address: str) -> list[str]:
        root = lxml_html.document_fromstring(reader.get(address).content)
        links = root.xpath(
            "//link[@rel='alternate'][contains(@type, 'atom') or contains(@type, 'feed')]"
        )
        return [link.get("href") for link in links]

    assert told("/") == ["/atom.xml", "/feed.json"]
    assert told("/2025/05/darin/") == ["/atom.xml", "/feed.json"]
    for home in ("/section/politik/", "/corrections/"):
        assert told(home) == ["/atom.xml", "/feed.json", f"{home}atom.xml", f"{home}feed.json"]
        for address in told(home):
            assert reader.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/atom.xml", "/corrections/atom.xml"])
def test_an_empty_site_has_valid_feeds_that_do_not_change_by_themselves(reader, address: str):
    feed = parsed(reader, address)
    assert feed.entries == []
    assert feed.feed.updated == feeds.BEGINNING
    assert as_json(reader, address.replace("atom.xml", "feed.json"))["items"] == []
    assert reader.get(address).content == reader.get(address).content


def test_what_xml_cannot_hold_and_what_means_something_in_it_breaks_nothing(reader):
    odd = f"a\x00b\x08c\x0b\ufffe\uffff {HOSTILE} ]]> &nbsp;"
    first = appeared(
        "boese",
        0,
        headline=odd,
        standfirst=odd,
        body=[f"<p>{HOSTILE}</p><script>alert(2)</script>"],
        tags=[{"name": odd, "slug": "x"}],
        bylines=[{"name": odd, "slug": "y", "role": ""}],
        section={"name": odd, "slug": "politik"},
    )
    again(first, "correction", wrongs=[{"wrong": odd, "right": odd}])
    for address in FEEDS:
        root = etree.fromstring(reader.get(address).content)
        (title,) = root.xpath("//*[local-name()='entry']/*[local-name()='title']")
        assert "bc" in title.text
        assert HOSTILE in title.text
        (content,) = root.xpath("//*[local-name()='content']")
        assert "<script" not in content.text
        data = as_json(reader, address.replace("atom.xml", "feed.json"))
        assert "<script" not in data["items"][0]["content_html"]


def test_a_developing_piece_says_so(reader):
    appeared("stueck", 0, kind="developing")
    assert "noch ist nicht alles" in parsed(reader).entries[0].content[0].value.lower()


def test_feeds_hold_no_marks_and_no_more_than_the_newest(reader, monkeypatch):
    monkeypatch.setattr(feeds, "ENTRIES", 2)
    for hour in range(4):
        appeared(f"p{hour}", hour, body=['<p><span data-claim="c1">Text</span>.</p>'])
    entries = parsed(reader).entries
    assert [entry.title for entry in entries] == ["Über p3", "Über p2"]
    assert entries[0].content[0].value == "<p>Text.</p>"


def test_feeds_read_what_is_public_alone_in_two_queries(reader, django_assert_max_num_queries):
    for hour in range(5):
        made: Publication = appeared(f"p{hour}", hour, **POLITICS)
    again(made, "correction", wrongs=[WRONG])
    for address in [*FEEDS, "/feed.json"]:
        with django_assert_max_num_queries(2) as queries:
            reader.get(address)
        for query in queries.captured_queries:
            assert tables(query["sql"]) <= PUBLIC_TABLES


def test_what_a_subscriber_has_already_is_not_sent_again_and_nothing_can_be_sent(reader):
    appeared("stueck", 0)
    for address in ("/atom.xml", "/feed.json"):
        tag = reader.get(address)["ETag"]
        assert reader.get(address, headers={"if-none-match": tag}).status_code == 304
        assert reader.post(address).status_code == 405
