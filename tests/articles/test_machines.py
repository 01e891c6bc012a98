"""What machines follow beside feeds: sitemaps, robots.txt, the list of changes, documents."""

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from lxml import etree

from articles import listings, sitemaps
from articles.models import Change, LivePiece, Publication
from articles.services import publish, retract, save_article
from claims import services as claims
from history.acts import act
from history.models import Payload
from tests import factories

from .test_listings import HOSTILE, POLITICS, PUBLIC_TABLES, START, again, appeared, tables

pytestmark = pytest.mark.django_db
SITE = "https://newsroom.example"
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}
# RFC 3339, which is what both W3C-DTF and the sitemaps' schema take.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture
def reader() -> Client:
    return Client(headers={"host": "localhost"})


def urls(reader: Client, address: str = "/sitemap.xml") -> dict[str, str]:
    """The addresses of a sitemap that keeps to its schema, and when each changed."""
    response = reader.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    root = etree.fromstring(response.content)
    assert root.tag == f"{{{NAMES['s']}}}urlset"
    found = {}
    for node in root:
        assert [etree.QName(child).localname for child in node] == ["loc", "lastmod"]
        place, changed = (child.text for child in node)
        assert urlsplit(place)[:2] == ("https", "newsroom.example")
        assert len(place) < 2048
        assert MOMENT.fullmatch(changed)
        found[place.removeprefix(SITE)] = changed
    assert len(found) == len(root)
    return found


def lines(reader: Client, address: str = "/changes.json") -> list[dict[str, Any]]:
    """The list of changes as a follower reads it: from the newest page back to the first."""
    found: list[dict[str, Any]] = []
    while address:
        response = reader.get(address)
        assert response.status_code == 200, address
        assert response["Content-Type"] == "application/json"
        page = json.loads(response.content)
        found = page["changes"] + found
        address = (page["previous"] or "").removeprefix(SITE)
    return found


# Sitemaps


def test_sitemap_names_each_piece_and_when_it_last_changed_in_substance(reader):
    first = appeared("alt", 0)
    appeared("neu", 1)
    assert urls(reader) == {
        "/2025/05/alt/": "2025-05-02T16:40:00Z",
        "/2025/05/neu/": "2025-05-02T17:40:00Z",
    }
    typo = again(first, "typo", hours=2)
    assert urls(reader)["/2025/05/alt/"] == "2025-05-02T16:40:00Z"
    again(typo, "correction", hours=3, wrongs=[{"wrong": "a", "right": "b"}])
    assert urls(reader)["/2025/05/alt/"] == "2025-05-02T21:40:00Z"


def test_retracted_piece_stays_in_the_sitemap_so_that_its_notice_is_found(reader):
    again(appeared("alt", 0), "retraction", hours=1)
    assert urls(reader) == {"/2025/05/alt/": "2025-05-02T17:40:00Z"}


def test_one_piece_too_many_makes_an_index_whose_full_parts_stay_as_they_are(reader, monkeypatch):
    assert sitemaps.ADDRESSES == 50_000
    monkeypatch.setattr(sitemaps, "ADDRESSES", 2)
    for hour in range(2):
        appeared(f"p{hour}", hour)
    assert len(urls(reader)) == 2
    appeared("p2", 2)
    root = etree.fromstring(reader.get("/sitemap.xml").content)
    assert root.tag == f"{{{NAMES['s']}}}sitemapindex"
    parts = [place.text.removeprefix(SITE) for place in root.findall("s:sitemap/s:loc", NAMES)]
    assert parts == ["/sitemap/1/sitemap.xml", "/sitemap/2/sitemap.xml"]
    full = reader.get(parts[0]).content
    assert [list(urls(reader, part)) for part in parts] == [
        ["/2025/05/p0/", "/2025/05/p1/"],
        ["/2025/05/p2/"],
    ]
    appeared("p3", 3)
    assert reader.get(parts[0]).content == full
    for number in (0, 3, 10**30):
        assert reader.get(f"/sitemap/{number}/sitemap.xml").status_code == 404


def test_the_longest_sitemap_is_within_what_the_protocol_allows():
    changed = datetime(2025, 5, 2, tzinfo=UTC)
    slug = "s" * 100
    places = (LivePiece(address=f"/2025/05/{slug}/", changed_at=changed) for _ in range(50_000))
    assert len(sitemaps.urlset(places, SITE)) < 50 * 1024 * 1024


def test_empty_site_has_an_empty_sitemap(reader):
    assert urls(reader) == {}
    assert etree.fromstring(reader.get("/news-sitemap.xml").content).findall("s:url", NAMES) == []
    assert lines(reader) == []


def test_news_sitemap_has_what_appeared_in_the_last_two_days(reader, time_machine):
    time_machine.move_to(START + timedelta(hours=49), tick=False)
    appeared("alt", 0)
    appeared("frisch", 2, headline=HOSTILE, language="en")
    again(appeared("weg", 3), "retraction")
    root = etree.fromstring(reader.get("/news-sitemap.xml").content)
    (node,) = root.findall("s:url", NAMES)
    assert node.findtext("s:loc", namespaces=NAMES) == f"{SITE}/2025/05/frisch/"
    news = node.find("n:news", NAMES)
    assert [etree.QName(child).localname for child in news] == [
        "publication",
        "publication_date",
        "title",
    ]
    assert news.findtext("n:publication/n:name", namespaces=NAMES) == "Newsroom"
    assert news.findtext("n:publication/n:language", namespaces=NAMES) == "en"
    assert MOMENT.fullmatch(news.findtext("n:publication_date", namespaces=NAMES))
    assert news.findtext("n:title", namespaces=NAMES) == HOSTILE


def test_robots_lets_crawlers_at_all_that_is_public_and_tells_them_where_to_start(reader):
    from urllib.robotparser import RobotFileParser

    response = reader.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(response.content.decode().splitlines())
    assert not rules.can_fetch("any", f"{SITE}/desk/login/")
    for address in ("/", "/2025/05/alt/", "/2025/05/alt/v/1/", "/atom.xml", "/sitemap.xml"):
        assert rules.can_fetch("any", SITE + address)
    assert not rules.can_fetch("any", f"{SITE}/search/?q=x")
    assert rules.site_maps() == [f"{SITE}/sitemap.xml", f"{SITE}/news-sitemap.xml"]
    appeared("alt", 0)
    for address in rules.site_maps():
        assert reader.get(address.removeprefix(SITE)).status_code == 200


# Changes


def test_changes_tell_each_publication_once_in_order_and_a_retraction_as_a_tombstone(reader):
    first = appeared("alt", 0)
    other = appeared("neu", 1)
    gone = again(first, "retraction", hours=2)
    assert lines(reader) == [
        {
            "change": number,
            "publication": str(publication.pk),
            "piece": str(publication.article_id),
            "number": publication.number,
            "kind": kind,
            "time": time,
            "address": f"{SITE}/2025/05/{slug}/",
            "document": f"{SITE}/2025/05/{slug}/v/{publication.number}/index.json",
            "tombstone": kind == "retraction",
        }
        for number, publication, kind, time, slug in (
            (1, first, "first", "2025-05-02T16:40:00Z", "alt"),
            (2, other, "first", "2025-05-02T17:40:00Z", "neu"),
            (3, gone, "retraction", "2025-05-02T18:40:00Z", "alt"),
        )
    ]
    for line in lines(reader):
        found = json.loads(reader.get(line["document"].removeprefix(SITE)).content)
        assert (found["id"], found["number"]) == (line["piece"], line["number"])


def test_changes_come_in_pages_of_which_only_the_newest_changes(reader, monkeypatch):
    monkeypatch.setattr(listings, "CHANGES_A_PAGE", 2)
    for hour in range(5):
        appeared(f"p{hour}", hour)
    newest = json.loads(reader.get("/changes.json").content)
    assert (newest["page"], newest["next"]) == (2, None)
    assert reader.get("/changes/2/changes.json")["Location"] == "/changes.json"
    assert newest["previous"] == f"{SITE}/changes/1/changes.json"
    oldest = reader.get("/changes/1/changes.json").content
    assert json.loads(oldest)["next"] == f"{SITE}/changes.json"
    appeared("p5", 5)
    assert [line["change"] for line in lines(reader)] == [1, 2, 3, 4, 5, 6]
    again_oldest = json.loads(reader.get("/changes/1/changes.json").content)
    assert again_oldest["changes"] == json.loads(oldest)["changes"]
    for number in (0, 4, 10**30):
        assert reader.get(f"/changes/{number}/changes.json").status_code == 404


def test_changes_are_numbered_in_the_order_of_the_acts_whatever_the_clock_says(reader):
    appeared("spaet", 9)
    appeared("frueh", 0)
    assert [line["address"] for line in lines(reader)] == [
        f"{SITE}/2025/05/spaet/",
        f"{SITE}/2025/05/frueh/",
    ]


def test_a_publication_that_is_undone_leaves_no_gap(reader):
    class Undone(Exception):
        pass

    appeared("eins", 0)
    actor = factories.user("admin")
    piece = factories.finished(actor)
    with pytest.raises(Undone), act("articles.article.published", actor=actor):
        publish(piece, actor=actor)
        raise Undone
    appeared("drei", 2)
    assert [line["change"] for line in lines(reader)] == [1, 2]


def test_every_act_of_publishing_is_a_line(reader):
    actor = factories.user("admin")
    piece = factories.finished(actor)
    publish(piece, actor=actor)
    save_article(piece, actor=actor, standfirst="Mehr.")
    claims.read_sentences(piece, actor=actor)
    piece.refresh_from_db()
    publish(piece, actor=actor, kind="update", note="Mehr")
    retract(piece, actor=actor, note="Falsch")
    assert [line["kind"] for line in lines(reader)] == ["first", "update", "retraction"]
    assert Change.objects.count() == Publication.objects.count()


# Public documents


def test_document_is_what_the_ledger_holds_the_digest_of(reader):
    actor = factories.user("admin")
    piece = factories.finished(actor)
    made = publish(piece, actor=actor)
    address = made.public_document["address"]
    for place in (f"{address}index.json", f"{address}v/1/index.json"):
        response = reader.get(place)
        assert response["Content-Type"] == "application/json"
        assert response["X-Robots-Tag"] == "noindex"
        digest = sha256(response.content).hexdigest()
        recorded = Payload.objects.filter(entry__subject=piece.pk, data__contains="publication")
        assert digest in recorded.get().data


def test_document_has_the_keys_that_programs_rely_on(reader):
    appeared("alt", 0, **POLITICS)
    document = json.loads(reader.get("/2025/05/alt/index.json").content)
    assert document["schema"] == 1
    assert {"id", "type", "number", "kind", "note", "address", "publisher", "language"} < set(
        document
    )
    assert {"headline", "body", "claims", "references", "corrections", "versions"} < set(document)


def test_each_version_keeps_its_document_and_the_live_one_is_the_newest(reader):
    first = appeared("alt", 0)
    again(first, "update", headline="Neu gesagt")
    assert json.loads(reader.get("/2025/05/alt/index.json").content)["headline"] == "Neu gesagt"
    old = json.loads(reader.get("/2025/05/alt/v/1/index.json").content)
    assert old["headline"] == "Über alt"
    for address in ("/2025/05/alt/v/3/index.json", "/2025/06/alt/index.json"):
        assert reader.get(address).status_code == 404
    assert reader.post("/2025/05/alt/index.json").status_code == 405


def test_page_tells_where_its_document_is(reader):
    from lxml import html as lxml_html

    again(appeared("alt", 0), "update")
    for address, told in (
        ("/2025/05/alt/", "/2025/05/alt/index.json"),
        ("/2025/05/alt/v/1/", "/2025/05/alt/v/1/index.json"),
    ):
        root = lxml_html.document_fromstring(reader.get(address).content)
        assert root.xpath("//link[@type='application/json']/@href") == [told]


def test_document_at_a_former_address_leads_to_the_present_one(reader):
    from .conftest import published

    first = appeared("alt", 0)
    document = first.public_document | {"number": 2, "kind": "update", "address": "/2025/05/neu/"}
    published(first.article, document, slug="neu")
    for rest in ("", "index.json", "v/1/index.json", "v/1/"):
        response = reader.get(f"/2025/05/alt/{rest}")
        assert (response.status_code, response["Location"]) == (301, f"/2025/05/neu/{rest}")


def test_they_read_what_is_public_alone_in_few_queries(reader, django_assert_max_num_queries):
    for hour in range(4):
        again(appeared(f"p{hour}", hour), "update")
    for address in (
        *("/sitemap.xml", "/news-sitemap.xml", "/changes.json", "/robots.txt"),
        *("/2025/05/p1/index.json", "/2025/05/p1/v/1/index.json"),
    ):
        with django_assert_max_num_queries(2) as queries:
            reader.get(address)
        for query in queries.captured_queries:
            found = tables(query["sql"])
            assert found <= PUBLIC_TABLES | {"history_checkpoint", "history_payload"}


def test_moments_are_in_utc_whatever_the_newsroom_s_zone(reader, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    appeared("alt", 0)
    assert lines(reader)[0]["time"] == datetime(2025, 5, 2, 16, 40, tzinfo=UTC).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
