"""The public site as readers get it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from lxml import html as lxml_html

from articles.models import image_storage
from history import canonical
from history.acts import act
from newsroom.models import User
from tests import factories

from .conftest import ADDRESS, published
from .samples import bare, first_version, full

pytestmark = pytest.mark.django_db


def test_page_shows_the_latest_publication_in_the_article_s_language(reader, corrected):
    response = Client(headers={"accept-language": "en"}).get(ADDRESS)
    assert response.status_code == 200
    assert response["Content-Language"] == "de"
    root = lxml_html.document_fromstring(response.content)
    assert root.get("lang") == "de"
    assert root.find_class("byline__corrected")
    assert root.xpath("//link[@rel='canonical']/@href") == [f"https://newsroom.example{ADDRESS}"]
    assert not root.xpath("//meta[@name='robots']")
    assert "X-Robots-Tag" not in response


def test_image_has_the_address_of_the_image_store(reader, corrected):
    root = lxml_html.document_fromstring(reader.get(ADDRESS).content)
    assert root.xpath("//figure/img/@src") == [image_storage().url("a" * 64 + ".jpg")]


def test_page_reads_publications_and_the_ledger_alone_and_at_most_four_times(
    reader, corrected, django_assert_max_num_queries
):
    for address in (ADDRESS, f"{ADDRESS}v/1/", f"{ADDRESS}v/3/", "/", "/2025/05/nichts/"):
        with django_assert_max_num_queries(4) as queries:
            reader.get(address)
        assert queries.captured_queries
        for query in queries.captured_queries:
            assert set(re.findall(r' (?:FROM|JOIN) "(\w+)"', query["sql"])) <= {
                "articles_legalblock",
                "articles_publication",
                "articles_livepiece",
                "articles_frontpage",
                "history_checkpoint",
                "history_entry",
                "history_payload",
            }


def test_working_copy_never_shows(reader, corrected):
    published_page = reader.get(ADDRESS).content
    with act("articles.article.saved", actor=User.objects.system()):
        corrected.headline = "Noch geheim"
        corrected.save()
    assert reader.get(ADDRESS).content == published_page


def test_unpublished_piece_is_not_found(reader, piece):
    assert reader.get(ADDRESS).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/2025/05/unbekannt/",
        "/2025/06/die-ahlbeke-fliesst-wieder/",
        "/2024/05/die-ahlbeke-fliesst-wieder/",
        f"{ADDRESS}v/0/",
        f"{ADDRESS}v/4/",
        f"{ADDRESS}v/99999999999999999999/",
        "/2024/05/die-ahlbeke-fliesst-wieder/v/1/",
    ],
)
def test_wrong_address_is_not_found(reader, corrected, address):
    response = reader.get(address)
    assert response.status_code == 404
    assert b"<h1>" in response.content


def test_month_with_one_digit_leads_to_the_address(reader, corrected):
    response = reader.get("/2025/5/die-ahlbeke-fliesst-wieder/")
    assert (response.status_code, response["Location"]) == (301, ADDRESS)


def test_former_address_leads_to_the_present_one(reader, piece):
    published(piece, first_version() | {"address": "/2025/05/alt/"}, slug="alt")
    published(piece, full())
    for former, present in (("", ""), ("v/1/", "v/1/"), ("v/2/", "v/2/")):
        response = reader.get(f"/2025/05/alt/{former}")
        assert (response.status_code, response["Location"]) == (301, f"{ADDRESS}{present}")
    assert reader.get(f"{ADDRESS}v/1/").status_code == 200


def test_slug_that_another_piece_gave_up_belongs_to_the_piece_that_has_it(reader, piece):
    other = factories.article(slug="anders")
    published(piece, first_version())
    published(piece, full(address="/2025/05/neu/"), slug="neu")
    published(other, bare(headline="Das andere", published="2025-04-01T10:00:00.000000Z"))
    response = reader.get(ADDRESS)
    assert response.status_code == 200
    assert "Das andere" in response.content.decode()


def test_earlier_version_is_not_for_search_engines_and_leads_to_the_newest(reader, corrected):
    response = reader.get(f"{ADDRESS}v/1/")
    root = lxml_html.document_fromstring(response.content)
    assert response["X-Robots-Tag"] == "noindex"
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert root.xpath("//link[@rel='canonical']/@href") == [f"https://newsroom.example{ADDRESS}"]
    notices = root.find_class("notices")[0]
    assert notices.xpath(".//a/@href") == [ADDRESS, f"{ADDRESS}compare/2/3/"]
    assert "schon 1998 ein Wehr abgetragen" in notices.text_content()


def test_version_that_is_still_live_has_no_notice(reader, corrected):
    response = reader.get(f"{ADDRESS}v/3/")
    assert response["X-Robots-Tag"] == "noindex"
    assert b'class="notices"' not in response.content


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2025-05-02T16:40Z", 1),
        ("2025-05-02T18:04:59.999999Z", 1),
        ("2025-05-02T18:05:00Z", 2),
        ("2025-05-02T20:04:59+02:00", 1),
        ("2025-05-02T20:05%2B02:00", 2),
        ("2025-05-02T13:05-0500", 2),
        ("2025-05-03T09:24:59.999Z", 2),
        ("2025-05-03T09:25Z", 3),
        ("2026-01-01T00:00Z", 3),
    ],
)
def test_page_of_a_moment_is_the_version_that_was_live_then(reader, thrice, moment, number):
    response = reader.get(f"{ADDRESS}at/{moment}/")
    assert response.status_code == 200
    root = lxml_html.document_fromstring(response.content)
    this = root.xpath("//ol[@class='version-list']/li[@aria-current]")
    assert this[0].find_class("version-list__n")[0].text == str(number)
    notice = root.find_class("notices")[0]
    assert f"Fassung {number} " in notice.text_content()
    assert notice.xpath(".//a/@href")[0] == ADDRESS
    assert root.xpath("//link[@rel='canonical']/@href") == [f"https://newsroom.example{ADDRESS}"]
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert response["X-Robots-Tag"] == "noindex"


def test_page_of_a_moment_is_that_of_the_version_but_for_the_notice(reader, thrice):
    def main(address: str) -> str:
        root = lxml_html.document_fromstring(reader.get(address).content)
        for notice in root.find_class("notices"):
            notice.drop_tree()
        return lxml_html.tostring(root.xpath("//article")[0], encoding="unicode").strip()

    assert main(f"{ADDRESS}at/2025-05-02T17:00Z/") == main(f"{ADDRESS}v/1/")


def test_page_of_a_moment_tells_what_was_corrected_since(reader, thrice):
    root = lxml_html.document_fromstring(reader.get(f"{ADDRESS}at/2025-05-02T17:00Z/").content)
    notice = root.find_class("notices")[0].text_content()
    assert "2. Mai 2025, 19:00 Uhr" in notice
    assert "schon 1998 ein Wehr abgetragen" in notice


def test_page_of_a_moment_costs_four_queries_of_publications_and_the_ledger(
    reader, thrice, django_assert_max_num_queries
):
    for moment in (
        "2025-05-02T17:00Z",
        "2025-06-01T12:00Z",
        "2024-01-01T00:00Z",
        "2999-01-01T00:00Z",
    ):
        with django_assert_max_num_queries(4) as queries:
            reader.get(f"{ADDRESS}at/{moment}/")
        for query in queries.captured_queries:
            assert set(re.findall(r' (?:FROM|JOIN) "(\w+)"', query["sql"])) <= {
                "articles_legalblock",
                "articles_publication",
                "articles_livepiece",
                "history_checkpoint",
                "history_entry",
                "history_payload",
            }


def test_before_the_first_publication_there_was_no_page_and_it_says_so(reader, thrice):
    response = reader.get(f"{ADDRESS}at/2025-05-02T16:39:59Z/")
    assert response.status_code == 404
    assert response["X-Robots-Tag"] == "noindex"
    root = lxml_html.document_fromstring(response.content)
    message = root.find_class("message")[0]
    assert "2. Mai 2025, 18:39 Uhr" in message.text_content()
    assert "2. Mai 2025, 18:40 Uhr" in message.text_content()
    assert message.xpath(".//a/@href") == [ADDRESS]


def test_moment_to_come_shows_what_is_live_and_is_not_kept(reader, thrice):
    response = reader.get(f"{ADDRESS}at/2999-01-01T00:00Z/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    past = reader.get(f"{ADDRESS}at/2025-05-03T12:00Z/")
    assert "Cache-Control" not in past
    notices = [
        lxml_html.document_fromstring(page.content).find_class("notices")[0].text_content()
        for page in (response, past)
    ]
    assert "Fassung 3 " in notices[0]
    assert notices[0] != notices[1]


@pytest.mark.parametrize(
    "moment",
    [
        "heute",
        "2025-05-03",
        "2025-05-03T12:00",
        "2025-05-03T12Z",
        "2025-05-03 12:00Z",
        "2025-13-03T12:00Z",
        "2025-02-29T12:00Z",
        "2025-05-03T24:00Z",
        "2025-05-03T12:60Z",
        "2025-05-03T12:00:60Z",
        "2025-05-03T12:00z",
        "2025-05-03T12:00+24:00",
        "0000-01-01T00:00Z",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59Z",
        "9999-12-31T23:59-14:00",
        "٢٠٢٥-05-03T12:00Z",
        "2025-05-03T12:00Z%00",
    ],
)
def test_what_is_no_moment_is_not_found(reader, thrice, moment):
    response = reader.get(f"{ADDRESS}at/{moment}/")
    assert response.status_code == 404
    assert b"<h1>" in response.content


def test_first_moment_of_all_is_before_the_first_publication(reader, thrice):
    assert reader.get(f"{ADDRESS}at/0001-01-01T00:00Z/").status_code == 404


@pytest.mark.parametrize("address", ["/2025/05/nichts/", "/2025/06/die-ahlbeke-fliesst-wieder/"])
def test_moment_at_a_wrong_address_is_not_found(reader, thrice, address):
    assert reader.get(f"{address}at/2025-05-03T12:00Z/").status_code == 404


def test_moment_at_a_former_address_leads_to_the_present_one(reader, piece):
    published(piece, first_version() | {"address": "/2025/05/alt/"}, slug="alt")
    published(piece, full(number=2))
    for moment in ("2025-05-02T17:00Z", "2025-05-02T19:00:00.5+02:00"):
        response = reader.get(f"/2025/05/alt/at/{moment}/")
        assert (response.status_code, response["Location"]) == (301, f"{ADDRESS}at/{moment}/")
        assert reader.get(response["Location"]).status_code == 200


def test_retracted_piece_says_so_at_every_moment(reader, piece):
    published(piece, first_version())
    published(piece, full(number=2, kind="retraction", note="Es stimmte nicht."))
    for moment in ("2025-05-02T17:00Z", "2025-06-01T12:00Z", "2999-01-01T00:00Z"):
        root = lxml_html.document_fromstring(reader.get(f"{ADDRESS}at/{moment}/").content)
        assert root.find_class("notice--grave")


def test_list_holds_each_published_piece_once_newest_first(reader, corrected):
    other = factories.article(slug="anders")
    first = canonical.moment(bare()["published"]) + timedelta(days=3)
    document = bare(
        headline="Das Neueste", address="/2025/05/anders/", first_published=canonical.stamp(first)
    )
    published(other, document | {"published": canonical.stamp(first)}, slug="anders")
    factories.article(slug="unveroeffentlicht", headline="Noch geheim")
    root = lxml_html.document_fromstring(reader.get("/").content)
    headlines = [link.text for link in root.xpath("//main//h2/a")]
    assert headlines == ["Das Neueste", "Die Ahlbeke fließt wieder"]


def test_empty_house_says_so(reader):
    response = reader.get("/")
    assert response.status_code == 200
    assert b'class="quiet"' in response.content


def test_pages_are_only_read(reader, corrected):
    for address in ("/", ADDRESS, f"{ADDRESS}v/1/", f"{ADDRESS}at/2025-06-01T12:00Z/"):
        assert reader.post(address).status_code == 405


def test_piece_published_by_the_desk_can_be_read(reader):
    from articles.services import publish

    editor = factories.user()
    publication = publish(factories.finished(editor), actor=editor)
    response = reader.get(publication.public_document["address"])
    root = lxml_html.document_fromstring(response.content)
    assert [mark.get("data-claims") for mark in root.find_class("claim-mark")] == ["c1"]
    assert root.get_element_by_id("ref-1") is not None
