"""Proposed claims: found by their form, in German and English; what was set aside stays so."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from articles.services import save_article
from benchmarks import suggestions as bench
from claims.models import Dismissal
from claims.suggestions import kinds
from tests import factories


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Der Bau kostete 14,2 Millionen Euro.", "figure"),
        ("Two thirds of the residents agreed.", "figure"),
        ("Die Brücke wurde im Oktober eröffnet.", "date"),
        ("The bridge has been closed for three years.", "date"),
        ("Zum ersten Mal seit dem Krieg schickt das Land Soldaten.", "first"),
        ("It is the longest bridge in the county.", "first"),
        ("Das teilte die Verwaltung am Abend mit.", "said"),
        ("According to the minutes, one bidder came.", "said"),
        ("Es kamen weniger Menschen als im Vorjahr.", "compared"),
        ("Rents are higher than in any other town.", "compared"),
    ],
)
def test_what_can_be_checked_is_seen_by_its_form(sentence: str, kind: str) -> None:
    assert kind in kinds(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Wie viele der 5000 Menschen blieben?",
        "Das wirft Fragen auf.",
        "Schön ist sie nicht geworden.",
        "Such things happen.",
        "Nein!",
        "",
    ],
)
def test_questions_and_opinions_are_not_proposed(sentence: str) -> None:
    assert kinds(sentence) == ()


@pytest.mark.parametrize(
    ("text", "precision", "recall"), [(bench.GERMAN, 0.9, 0.8), (bench.ENGLISH, 0.9, 0.75)]
)
def test_proposals_are_about_as_good_as_they_are_said_to_be(
    text: str, precision: float, recall: float
) -> None:
    found = bench.measure("test", bench.labelled(text))
    assert found >= (precision, recall)
    assert found[1] >= recall


@pytest.mark.django_db
class TestAtTheDesk:
    def proposed(self, user, piece) -> list[str]:
        client = Client()
        client.force_login(user)
        answer = client.get(reverse("admin:articles_article_suggestions", args=[piece.pk]))
        return [row["words"] for row in json.loads(answer.content)["suggestions"]]

    def dismiss(self, user, piece, digest: str):
        client = Client()
        client.force_login(user)
        address = reverse("admin:articles_article_suggestions", args=[piece.pk])
        return client.post(address, {"digest": digest})

    def test_marked_sentences_are_not_proposed_again(self) -> None:
        reporter, piece = factories.user("reporter"), factories.article()
        assert self.proposed(reporter, piece) == [
            "Mehr als 5000 Menschen kamen",
            "Das sagte die Polizei",
        ]
        factories.claim(piece)
        assert self.proposed(reporter, piece) == ["Das sagte die Polizei"]

    def test_what_was_set_aside_stays_so_until_its_words_change(self) -> None:
        reporter, piece = factories.user("reporter"), factories.article()
        client = Client()
        client.force_login(reporter)
        address = reverse("admin:articles_article_suggestions", args=[piece.pk])
        digest = client.get(address).json()["suggestions"][0]["digest"]
        self.dismiss(reporter, piece, digest)
        self.dismiss(factories.user("editor"), piece, digest)
        assert self.proposed(reporter, piece) == ["Das sagte die Polizei"]
        piece = save_article(piece, actor=reporter, standfirst="Neu.")
        assert self.proposed(reporter, piece) == ["Das sagte die Polizei"]
        save_article(piece, actor=reporter, body=piece.body.replace("5000", "6000"))
        assert self.proposed(reporter, piece)[0] == "Mehr als 6000 Menschen kamen"

    @pytest.mark.parametrize("digest", ["", "x", "a" * 500, "../../"])
    def test_nothing_else_is_set_aside(self, digest: str) -> None:
        piece = factories.article()
        assert self.dismiss(factories.user("reporter"), piece, digest).status_code == 400
        assert not Dismissal.objects.exists()

    def test_a_checker_is_offered_none(self) -> None:
        piece = factories.article()
        assert self.dismiss(factories.user("checker"), piece, "a" * 32).status_code == 403
