"""What stands where nothing is, or nothing is any more, and while the database is away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from lxml import html as lxml_html

from articles.models import Person, Section, Tag
from articles.services import publish, save_article
from claims import services as claims
from tests import factories

from .test_listings import POLITICS, again, appeared, headlines

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    return Client(raise_request_exception=False, headers={"host": "localhost"})


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def away(*arguments: Any, **more: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        yield


def heading(content: bytes) -> str:
    return lxml_html.document_fromstring(content).xpath("//h1")[0].text


def test_without_the_database_what_is_not_there_is_not_found_still(reader, no_database):
    for address in ("/nichts.html", "/nichts/da/", "/2025/05/x.json"):
        response = reader.get(address)
        assert response.status_code == 404, address
        assert heading(response.content) == "Unter dieser Adresse steht nichts"
        assert b"noindex" in response.content


def test_without_the_database_a_page_that_needs_it_says_so(reader, no_database):
    for address in ("/", "/2025/05/stueck/", "/section/politik/", "/atom.xml", "/changes.json"):
        response = reader.get(address)
        assert response.status_code == 500, address
        root = lxml_html.document_fromstring(response.content)
        assert root.xpath("//h1")[0].text == "Etwas ist schiefgegangen"
        assert root.xpath("//form[@role='search']")


def test_without_the_database_search_says_that_it_cannot(reader, no_database):
    response = reader.get("/search/?q=Bagger")
    assert response.status_code == 503
    assert reader.get("/search/").status_code == 200


def test_policies_and_robots_need_no_database(reader, no_database):
    for address in ("/policies/", "/policies/en/", "/robots.txt"):
        assert reader.get(address).status_code == 200


def test_not_found_and_gone_have_the_frame_of_the_site(reader):
    first = appeared("stueck", 0, **POLITICS)
    again(first, "update", section=None)
    for address, status in (("/nichts/", 404), ("/section/politik/", 410)):
        response = reader.get(address)
        assert response.status_code == status
        root = lxml_html.document_fromstring(response.content)
        assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert root.xpath("//a[@href='/']")


def test_former_address_of_a_piece_leads_to_the_present_one(reader):
    actor = factories.user("admin")
    piece = factories.finished(actor, slug="alt")
    old = publish(piece, actor=actor).public_document["address"]
    piece.refresh_from_db()
    save_article(piece, actor=actor, slug="neu", standfirst="Mehr.")
    claims.read_sentences(piece, actor=actor)
    piece.refresh_from_db()
    new = publish(piece, actor=actor, kind="update", note="Mehr").public_document["address"]
    assert old != new
    response = reader.get(old)
    assert (response.status_code, response["Location"]) == (301, new)
    assert reader.get(new).status_code == 200


@pytest.mark.parametrize(
    ("model", "kind", "group"),
    [(Section, "section", "section"), (Tag, "tags", "topic"), (Person, "bylines", "author")],
)
def test_renamed_group_keeps_its_address_once_readers_know_it(
    client, reader, model: Any, kind: str, group: str
):
    label = getattr(factories, model._meta.model_name)("Alt", "alt")
    named = {"name": "Alt", "slug": "alt", "role": ""}
    first = appeared("stueck", 0, **{kind: named if kind == "section" else [named]})
    client.force_login(factories.user("admin"))
    change = f"/desk/articles/{model._meta.model_name}/{label.pk}/change/"
    response = client.post(change, {"name": "Neu", "slug": "neu"})
    assert response.status_code == 200
    assert "bleibt" in response.content.decode()
    assert client.post(change, {"name": "Neu", "slug": "alt"}).status_code == 302
    renamed = named | {"name": "Neu"}
    again(first, "update", **{kind: renamed if kind == "section" else [renamed]})
    page = reader.get(f"/{group}/alt/")
    assert heading(page.content) == "Neu"
    assert headlines(page.content) == ["Über stueck"]


def test_group_that_readers_do_not_know_yet_can_have_another_address(client):
    label = factories.section("Alt", "alt")
    client.force_login(factories.user("admin"))
    change = f"/desk/articles/section/{label.pk}/change/"
    assert client.post(change, {"name": "Neu", "slug": "neu"}).status_code == 302
    label.refresh_from_db()
    assert label.slug == "neu"
