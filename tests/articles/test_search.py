"""Search as readers use it: what is found, how it is shown, and that no input breaks it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from lxml import html as lxml_html

from articles import live, search
from articles.models import LivePiece, Word
from articles.services import erase, publish, retract
from history import erasure
from tests import factories

from .samples import claim
from .test_listings import HOSTILE, PUBLIC_TABLES, again, appeared, tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Client:
    return Client(headers={"host": "localhost"})


def page(reader: Client, said: str, status: int = 200, **more: Any) -> Any:
    response = reader.get(f"/search/?{urlencode({'q': said, **more})}")
    assert response.status_code == status, said
    return lxml_html.document_fromstring(response.content)


def found(reader: Client, said: str, **more: Any) -> list[str]:
    """The headlines that a search gives, in order."""
    titles = page(reader, said, **more).xpath("//main//ol/li/h2/a")
    return [title.text_content() for title in titles]


def appear(slug: str, text: str, hour: int = 0, **changes: Any) -> Any:
    return appeared(slug, hour, body=[f"<p>{text}</p>"], **changes)


def test_words_are_found_in_other_forms_in_the_language_of_the_piece(reader):
    appear("fluss", "In den Flüssen schwammen viele Lachse.")
    appear("river", "The weirs were removed for swimming salmon.", language="en")
    assert found(reader, "Lachs") == found(reader, "lachsen Fluss") == ["Über fluss"]
    assert found(reader, "removing weir") == found(reader, "swim") == ["Über river"]
    assert found(reader, "Lachs salmon") == []


def test_headline_weighs_more_than_the_text(reader):
    appear("text", "Vom Wehr, dem Wehr und noch einem Wehr.", 5)
    appear("titel", "Nichts davon im Text.", 0, headline="Das Wehr ist weg")
    assert found(reader, "Wehr") == ["Das Wehr ist weg", "Über text"]


def test_equal_matches_come_the_newest_first(reader):
    for hour in range(3):
        appear(f"p{hour}", "Ein Bagger kam.", hour)
    assert found(reader, "Bagger") == ["Über p2", "Über p1", "Über p0"]


def test_matches_are_marked_and_all_else_is_escaped(reader):
    appear("boese", f"Der Bagger {HOSTILE} kam.".replace("<", "&lt;"), headline=HOSTILE)
    root = page(reader, "Bagger")
    assert [mark.text for mark in root.xpath("//main//mark")] == ["Bagger"]
    assert root.xpath("//main//ol//script") == []
    assert root.xpath("//main//ol/li/h2/a")[0].text_content() == HOSTILE


def test_what_marks_matches_cannot_be_forged(reader):
    appear("boese", "Bagger \x02Satz\x03 kam.", headline="\x02x\x03 Bagger")
    root = page(reader, "Bagger")
    assert {mark.text for mark in root.xpath("//main//mark")} == {"Bagger"}


def test_a_claim_that_matches_is_named_and_linked(reader):
    appeared(
        "fluss",
        0,
        body=[
            '<p><span data-claim="c1">Es waren viele.</span> <span data-claim="c2">So</span></p>'
        ],
        claims=[
            claim("c1", "Im Winter stiegen 214 Lachse auf."),
            claim("c2", "Der Bund trägt <b>60</b> Prozent."),
        ],
    )
    root = page(reader, "Lachs Winter")
    (link,) = root.find_class("search__claims")[0].xpath(".//a")
    assert link.get("href") == "/2025/05/fluss/#claim-c1"
    assert link.text_content() == "Im Winter stiegen 214 Lachse auf."
    assert [mark.text for mark in link.xpath(".//mark")] == ["Winter", "Lachse"]
    assert root.find_class("search__claim")[0].text == "Aussage"
    (link,) = page(reader, "Prozent").find_class("search__claims")[0].xpath(".//a")
    assert link.text_content() == "Der Bund trägt <b>60</b> Prozent."
    shown = lxml_html.document_fromstring(reader.get("/2025/05/fluss/").content)
    for name in ("c1", "c2"):
        assert shown.xpath(f"//*[@id='claim-{name}']")


def test_compounds_are_found_by_either_end_and_come_after_the_word_itself(reader):
    appear("anfang", "Über Drohnenabwehr wird gestritten.", 2)
    appear("ende", "Die Kampfdrohnen kommen.", 1)
    appear("selbst", "Eine Drohne flog.", 0)
    assert found(reader, "Drohne")[0] == "Über selbst"
    assert set(found(reader, "Drohne")) == {"Über selbst", "Über ende", "Über anfang"}


def test_phrases_alternatives_and_exclusions(reader):
    appear("eins", "Der rote Bagger kam.")
    appear("zwei", "Der Bagger war nicht rot.", 1)
    appear("drei", "Ein Kran.", 2)
    assert found(reader, '"rote Bagger"') == ["Über eins"]
    assert found(reader, "Kran or rote") == ["Über drei", "Über zwei", "Über eins"]
    assert found(reader, "Bagger -kam") == ["Über zwei"]
    assert set(found(reader, "rot -Kran Bagger")) == {"Über zwei", "Über eins"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Bager", "Bagger"), ("lahcse", "lachse"), ("Waserverband", "Wasserverband")],
)
def test_a_misspelt_word_is_asked_back(reader, typed: str, meant: str):
    appear("stueck", "Der Bagger des Wasserverbands sah Lachse. Wasserverband.")
    root = page(reader, typed)
    assert found(reader, typed) == []
    (link,) = root.find_class("search__instead")[0].xpath(".//a")
    assert link.text == meant
    assert lxml_html.document_fromstring(reader.get(link.get("href")).content).xpath("//main//mark")


def test_nothing_is_asked_back_that_would_find_nothing(reader):
    appear("eins", "Ein Bagger.")
    appear("zwei", "Ein Kran, der Kranich.", 1)
    # Both words are known, in no piece together.
    root = page(reader, "Baggre Kranihc")
    assert root.find_class("search__instead") == []
    assert "Nichts" in root.xpath("//main//p[@role='status']")[0].text
    assert page(reader, "Xylophonwort").find_class("search__instead") == []


def test_only_what_is_live_is_found(reader):
    first = appear("stueck", "Ein Bagger kam.")
    again(first, "update", body=["<p>Ein Kran kam.</p>"])
    assert found(reader, "Bagger") == []
    assert found(reader, "Kran") == ["Über stueck"]


def test_a_retracted_piece_leaves_and_its_words_stay_nowhere(reader):
    actor = factories.user("admin")
    piece = factories.finished(actor)
    publish(piece, actor=actor)
    assert found(reader, "Polizei") == ["Tausende auf dem Platz"]
    retract(piece, actor=actor, note="Falsch")
    assert found(reader, "Polizei") == found(reader, "Tausende") == []
    row = LivePiece.objects.get()
    assert row.retracted
    assert not any([row.headline, row.lead, row.text, row.statements, row.claims])


def test_a_piece_that_was_not_published_is_not_found(reader):
    factories.finished(factories.user("admin"))
    assert found(reader, "Polizei") == []


def test_what_the_public_document_does_not_hold_is_not_indexed(reader):
    actor = factories.user("admin")
    piece = factories.finished(actor)
    source = factories.source(
        csl={"type": "interview", "title": "Geheimquelle"}, tier="confidential"
    )
    hidden = factories.claim(piece, "Das sagte die Polizei", statement="Kanarienvogel")
    factories.citation(hidden, source)
    factories.check(hidden, actor)
    publish(piece, actor=actor)
    assert found(reader, "Kanarienvogel") == found(reader, "Geheimquelle") == []
    assert not Word.objects.filter(word__in=["kanarienvogel", "geheimquelle"]).exists()


def test_erased_words_leave_the_index(reader):
    actor = factories.user("publisher")
    piece = factories.finished(actor)
    publish(piece, actor=actor)
    asked = erasure.ask(actor=actor, words=["Polizei"], reason="Beschluss")
    erase(asked, actor=factories.user("admin"))
    assert found(reader, "Polizei") == []
    assert not Word.objects.filter(word="polizei").exists()
    assert Word.objects.filter(word="menschen").exists()
    assert found(reader, "Menschen") == ["Tausende auf dem Platz"]


def test_results_come_in_pages(reader, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for hour in range(5):
        appear(f"p{hour}", "Ein Bagger.", hour)
    assert found(reader, "Bagger") == ["Über p4", "Über p3"]
    root = page(reader, "Bagger")
    (after,) = root.xpath("//a[@rel='next']/@href")
    root = lxml_html.document_fromstring(reader.get(after).content)
    assert [title.text_content() for title in root.xpath("//main//ol/li/h2/a")] == [
        "Über p2",
        "Über p1",
    ]
    assert root.xpath("//a[@rel='prev']/@href") == ["/search/?q=Bagger"]
    assert found(reader, "Bagger", page=3) == ["Über p0"]
    for number in ("0", "4", "-1", "x", "9" * 30, "²", ""):
        page(reader, "Bagger", status=404, page=number)


def test_no_more_than_the_newest_are_ranked_and_the_page_says_so(reader, monkeypatch):
    monkeypatch.setattr(search, "RANKED", 3)
    monkeypatch.setattr(search, "PAGE", 2)
    appear("alt", "Bagger Bagger Bagger", 0, headline="Bagger")
    for hour in range(1, 4):
        appear(f"p{hour}", "Ein Bagger.", hour)
    root = page(reader, "Bagger")
    assert "Mehr als 3" in root.xpath("//main//p[@role='status']")[0].text
    assert found(reader, "Bagger", page=2) == ["Über p1"]
    page(reader, "Bagger", status=404, page=3)


@pytest.mark.parametrize("said", ["", "   ", "\t\n"])
def test_an_empty_question_says_what_can_be_asked(reader, said: str):
    root = page(reader, said)
    assert root.xpath("//main//form[@role='search']//input[@name='q']")
    assert root.xpath("//main//ol") == []


@pytest.mark.parametrize("said", ["und", "-Bagger", "!", '""', "der die das"])
def test_what_cannot_be_looked_for_is_told(reader, said: str):
    appear("stueck", "Ein Bagger und der Kran.", language="de")
    root = page(reader, said)
    assert root.xpath("//main//p[@role='status']")
    assert root.xpath("//main//ol") == []


def test_the_question_stands_in_the_form_and_is_escaped(reader):
    root = page(reader, HOSTILE)
    assert root.xpath("//main//input[@name='q']/@value") == [HOSTILE]
    assert root.xpath("//main//script") == []


def test_every_page_has_a_form_that_works_without_a_script(reader):
    appear("stueck", "Ein Bagger.")
    for address in ("/", "/2025/05/stueck/", "/corrections/", "/policies/", "/nichts/"):
        root = lxml_html.document_fromstring(reader.get(address).content)
        (form,) = root.xpath("//form[@role='search']")
        assert (form.get("action"), form.get("method", "get")) == ("/search/", "get")
        assert form.xpath(".//label/@for") == form.xpath(".//input/@id")


def test_search_is_not_for_search_engines_is_not_kept_and_can_only_be_read(reader):
    response = reader.get("/search/?q=x")
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in response
    assert reader.post("/search/", {"q": "x"}).status_code == 405


def test_it_reads_what_is_live_alone_in_few_queries(reader, django_assert_max_num_queries):
    for hour in range(4):
        appear(f"p{hour}", "Ein Bagger.", hour)
    for said, most in (("Bagger", 12), ("Bager", 20)):
        with django_assert_max_num_queries(most) as queries:
            page(reader, said)
        for query in queries.captured_queries:
            assert tables(query["sql"]) <= PUBLIC_TABLES


def test_a_search_that_takes_too_long_is_given_up(reader, monkeypatch):
    def slow(*arguments: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(search, "_results", slow)
    root = page(reader, "Bagger", status=503)
    assert "zu lange" in root.xpath("//main//p[@role='status']")[0].text


def test_the_database_gives_a_long_search_up_by_itself():
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 10")
        cursor.execute("SELECT pg_sleep(5)")


def test_a_text_of_any_length_can_be_published_and_is_found_by_its_beginning(reader):
    words = (chr(0x10400 + n % 40) + chr(0x4E00 + n % 20000) + f"{n:x}" for n in range(120_000))
    appear("lang", f"Bagger {' '.join(words)}", headline="Lang")
    assert found(reader, "Bagger") == ["Lang"]
    assert sum(map(len, LivePiece.objects.values_list("headline", "lead", "text")[0])) < 200_001


def test_the_index_can_be_made_anew(reader):
    appear("stueck", "Ein Bagger.")
    before = LivePiece.objects.values().get()
    LivePiece.objects.update(text="anders", former_names=[])
    Word.objects.create(word="fremdwort")
    live.renew_all()
    assert LivePiece.objects.values().get() == before
    assert not Word.objects.filter(word="fremdwort").exists()


class AnyQuestion(TestCase):
    """Whatever is asked, an answer comes: with results, without, or not found."""

    @classmethod
    def setUpTestData(cls) -> None:
        appear("stueck", "Ein Bagger und der Kran, <b>O'Neill</b> & Söhne: 5000.")

    odd = st.sampled_from([*"\"'-!&|()<>:*\\%_$@\x00\x02\x03\n ßüé", " or ", "Bagger", "ran"])

    @settings(max_examples=150, deadline=None)
    @given(st.one_of(st.lists(odd, max_size=25).map("".join), st.text(max_size=250)))
    def test_any_text(self, said: str) -> None:
        response = self.client.get("/search/", {"q": said.encode("utf-8", "replace")})
        assert response.status_code == 200
        root = lxml_html.document_fromstring(response.content)
        assert root.xpath("//main//script") == []

    @settings(max_examples=50, deadline=None)
    @given(st.binary(max_size=60))
    def test_any_bytes(self, raw: bytes) -> None:
        query = "".join(f"%{byte:02x}" for byte in raw)
        assert self.client.get(f"/search/?q={query}&page=1").status_code == 200
