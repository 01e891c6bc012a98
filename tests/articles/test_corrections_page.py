"""The list of corrections, and how the newsroom says it works."""

import pytest
from django.test import Client
from lxml import html as lxml_html

from articles import listings

from .test_listings import HOSTILE, again, appeared

pytestmark = pytest.mark.django_db
WRONG = {"wrong": "Es waren 31 Lachse.", "right": "Es waren 13 Lachse."}


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


def entries(content: bytes) -> list[str]:
    root = lxml_html.document_fromstring(content)
    return [" ".join(one.text_content().split()) for one in root.xpath("//main//ol/li")]


def test_correction_says_what_was_wrong_what_is_right_since_when_and_leads_to_the_piece(reader):
    again(appeared("lachse"), "correction", hours=3, wrongs=[WRONG])
    response = reader.get("/corrections/")
    assert response["Content-Language"] == "de"
    (entry,) = entries(response.content)
    assert "Falsch war: Es waren 31 Lachse. Richtig ist: Es waren 13 Lachse." in entry
    assert "Der Fehler stand vom 2. Mai 2025, 18:40 Uhr bis zum 2. Mai 2025, 21:40 Uhr" in entry
    root = lxml_html.document_fromstring(response.content)
    assert root.xpath("//main//li/h2/a/@href") == ["/2025/05/lachse/"]


def test_each_correction_stands_once_the_latest_first(reader):
    first = again(appeared("lachse"), "correction", wrongs=[WRONG])
    again(first, "correction", wrongs=[{"wrong": "Am Montag.", "right": "Am Dienstag."}, WRONG])
    later, earlier = entries(reader.get("/corrections/").content)
    assert later.count("Falsch war:") == 2
    assert later.index("Am Montag.") < later.index("31 Lachse")
    assert earlier.count("Falsch war:") == 1
    root = lxml_html.document_fromstring(reader.get("/corrections/").content)
    anchors = root.xpath("//@id")
    assert len(anchors) == len(set(anchors))


def test_typing_errors_and_updates_are_no_corrections(reader):
    again(again(appeared("lachse"), "typo"), "update")
    response = reader.get("/corrections/")
    assert entries(response.content) == []
    assert b'class="quiet"' in response.content


def test_retraction_is_told_with_its_reason(reader):
    again(appeared("lachse"), "retraction")
    (entry,) = entries(reader.get("/corrections/").content)
    assert "Zurückgezogen am 2. Mai 2025" in entry
    assert "Grund." in entry


def test_correction_of_a_retracted_piece_stays(reader):
    again(again(appeared("lachse"), "correction", wrongs=[WRONG]), "retraction")
    retraction, correction = entries(reader.get("/corrections/").content)
    assert "Zurückgezogen" in retraction
    assert "Falsch war:" not in retraction
    assert "31 Lachse" in correction


def test_words_of_a_correction_are_in_the_language_of_the_piece(reader):
    again(appeared("salmon", language="en"), "correction", wrongs=[WRONG])
    root = lxml_html.document_fromstring(reader.get("/corrections/").content)
    assert root.get("lang") == "de"
    assert root.xpath("//main//h2[@lang='en']/a")
    assert root.xpath("//section//span/@lang") == ["en", "en"]


def test_hostile_words_stay_words(reader):
    piece = appeared("boese", headline=HOSTILE)
    piece = again(piece, "correction", wrongs=[{"wrong": HOSTILE, "right": HOSTILE}])
    again(piece, "retraction", note=HOSTILE)
    content = reader.get("/corrections/").content
    assert b"<script>alert" not in content
    assert all(HOSTILE in entry for entry in entries(content))


def test_corrections_come_in_pages_counted_from_the_oldest(reader, monkeypatch):
    monkeypatch.setattr(listings, "CORRECTIONS_A_PAGE", 2)
    piece = appeared("lachse")
    for number in range(5):
        piece = again(piece, "correction", wrongs=[{"wrong": f"Nr. {number}", "right": "Richtig"}])
    assert len(entries(reader.get("/corrections/").content)) == 3
    assert "Nr. 1" in entries(reader.get("/corrections/page/1/").content)[0]
    assert reader.get("/corrections/page/2/")["Location"] == "/corrections/"
    assert reader.get("/corrections/page/3/").status_code == 404


def test_corrections_cost_a_fixed_number_of_queries(reader, django_assert_max_num_queries):
    for number in range(4):
        again(appeared(f"p{number}"), "correction", wrongs=[WRONG])
    with django_assert_max_num_queries(4):
        reader.get("/corrections/")


@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        ("/policies/", "de", "Wie wir arbeiten"),
        ("/policies/de/", "de", "Wie wir arbeiten"),
        ("/policies/en/", "en", "How we work"),
    ],
)
def test_policies_are_told_in_either_language(reader, address, language, words):
    response = reader.get(address)
    assert response["Content-Language"] == language
    root = lxml_html.document_fromstring(response.content)
    assert root.get("lang") == language
    assert root.xpath("//main//h1")[0].text == words
    assert root.xpath("//main//h2/@id") == [
        "corrections",
        "sources",
        "fact-checking",
        "feedback",
    ]
    (canonical,) = root.xpath("//link[@rel='canonical']/@href")
    assert canonical.endswith(f"/policies/{language}/")


def test_policies_in_a_language_that_we_do_not_write_are_not_found(reader):
    assert reader.get("/policies/fr/").status_code == 404


def test_every_page_leads_to_corrections_and_policies(reader):
    appeared("lachse")
    for address in ("/", "/2025/05/lachse/", "/corrections/", "/policies/", "/nichts/"):
        root = lxml_html.document_fromstring(reader.get(address).content)
        links = root.xpath("//footer[@class='site-foot']//a/@href")
        assert links == ["/", "/corrections/", "/policies/"]
