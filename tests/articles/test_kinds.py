"""As what a change may go live, and where a correction stands."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation
from lxml import html as lxml_html

from articles import services
from articles.models import Article
from articles.services import Wrong
from claims import services as claims
from claims.models import Claim
from history import canonical
from newsroom.models import User
from tests import factories
from tests.articles.test_admin import at, desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def reader() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def piece(admin: User) -> Article:
    piece = factories.finished(admin)
    services.publish(piece, actor=admin)
    return piece


@pytest.fixture
def claim(piece: Article) -> Claim:
    return piece.claims.get()


def rewritten(piece: Article, admin: User, old: str, new: str, **verdict: object) -> None:
    piece.refresh_from_db()
    services.save_article(piece, actor=admin, body=piece.body.replace(old, new))
    for claim in piece.claims.filter(withdrawn=False):
        factories.check(claim, admin, **{"verdict": "supported", **verdict})
    claims.read_sentences(piece, actor=admin)


def refused(piece: Article, admin: User) -> str:
    with pytest.raises(ValidationError) as caught:
        services.publish(piece, actor=admin, kind="typo", note="Tippfehler")
    assert set(caught.value.message_dict) == {"kind"}
    return " ".join(caught.value.message_dict["kind"])


class TestTypos:
    def test_what_is_outside_of_claims_and_what_changes_no_meaning_may_pass(self, piece, admin):
        rewritten(piece, admin, "neun Uhr", "zehn Uhr")
        assert services.publish(piece, actor=admin, kind="typo", note="Uhrzeit").kind == "typo"
        rewritten(piece, admin, "kamen", "kahmen")
        assert services.publish(piece, actor=admin, kind="typo", note="Wort").number == 3

    @pytest.mark.parametrize(
        ("new", "word"),
        [
            ("Mehr als 6000 Menschen kamen", "5000 → 6000"),
            ("Mehr als 5000 Menschen kamen nicht", "– → nicht"),
            ("Mehr als 5000 Menschen kamen heute", "– → heute"),
        ],
    )
    def test_other_words_of_a_claim_are_none_though_they_were_checked(
        self, piece, admin, new, word
    ):
        rewritten(piece, admin, "Mehr als 5000 Menschen kamen", new)
        assert word in refused(piece, admin)
        assert services.publish(piece, actor=admin, kind="update", note="Neu").number == 2

    def test_a_statement_says_something_else_as_well(self, piece, claim, admin):
        claims.save_claim(claim, actor=admin, statement="Es kamen 7000.")
        factories.check(claim, admin)
        assert "says something else" in refused(piece, admin)

    def test_who_says_so_and_as_of_when_belong_to_what_is_claimed(self, piece, claim, admin):
        claims.save_claim(claim, actor=admin, attribution="Polizei", voice="reported")
        factories.check(claim, admin)
        assert "– → Polizei" in refused(piece, admin)
        claims.save_claim(claim, actor=admin, attribution="", as_of=timezone.localdate())
        factories.check(claim, admin)
        assert f"– → {timezone.localdate()}" in refused(piece, admin)

    def test_another_verdict_is_none(self, piece, claim, admin):
        factories.check(claim, admin, "disputed", confirmed=True)
        assert "“supported” and is “disputed” now" in refused(piece, admin)

    def test_a_check_that_no_longer_holds_is_none_even_where_the_rule_is_waived(
        self, piece, claim, admin
    ):
        factories.citation(claim, stance="contradicts")
        with pytest.raises(ValidationError) as caught:
            services.publish(
                piece, actor=admin, kind="typo", note="Fehler", waivers={"fresh": "eilt"}
            )
        assert "no longer holds" in str(caught.value)

    def test_claims_neither_come_nor_go_as_one(self, piece, claim, admin):
        factories.check(factories.claim(piece, "Das sagte die Polizei"), admin)
        claims.read_sentences(piece, actor=admin)
        assert "was added" in refused(piece, admin)
        for one in piece.claims.all():
            claims.withdraw_claim(one, actor=admin)
        claims.read_sentences(piece, actor=admin)
        assert "was removed" in refused(piece, admin)

    def test_form_and_command_say_why(self, piece, admin):
        rewritten(piece, admin, "5000", "6000")
        sent = {
            "kind": "typo", "note": "Zahl",
            "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0,
        }  # fmt: skip
        page = desk(admin).post(at("publish", piece), sent, headers={"accept-language": "en"})
        assert page.status_code == 422
        assert "5000 → 6000" in page.content.decode()
        with pytest.raises(CommandError, match="5000 → 6000") as ended:
            call_command(
                "publish", piece.slug, "--as", admin.username, "--kind", "typo", "--note", "Zahl"
            )
        assert ended.value.returncode == 2


class TestCorrections:
    def correct(self, piece: Article, admin: User, **more: object) -> dict:
        rewritten(piece, admin, "5000", "6000")
        made = services.publish(
            piece, actor=admin, kind="correction", note="Zahl berichtigt",
            corrections=[Wrong("Es waren 5000.", "Es waren 6000.", **more)],
        )  # fmt: skip
        return made.public_document

    def test_it_says_since_when_in_every_place_where_it_stands(self, piece, admin):
        first = piece.publications.get()
        with time_machine.travel(first.at + timedelta(hours=3)):
            since = timezone.now() - timedelta(hours=1)
            document = self.correct(piece, admin, since=since)
        page = reader().get(document["address"]).content.decode()
        told = lxml_html.document_fromstring(page)
        (data,) = told.xpath("//script[@type='application/ld+json']")
        (said,) = json.loads(data.text)["correction"]
        assert said["@type"] == "CorrectionComment"
        until = timezone.localtime(canonical.moment(document["published"]))
        assert said["datePublished"] == until.isoformat(timespec="seconds")
        earlier = reader().get(document["address"] + "v/1/")
        assert earlier["X-Robots-Tag"] == "noindex"
        shown = [
            told.text_content(),
            earlier.content.decode(),
            reader().get("/corrections/").content.decode(),
            reader().get("/corrections/atom.xml").content.decode(),
            reader().get("/corrections/feed.json").content.decode(),
            reader().get("/atom.xml").content.decode(),
            reader().get("/feed.json").content.decode(),
            said["text"],
        ]
        clock = timezone.localtime(since).strftime("%H:%M")
        for words in shown:
            assert "Es waren 5000." in words
            assert "Es waren 6000." in words
            assert clock in words

    def test_the_moment_lies_between_the_first_publication_and_now(self, piece, admin):
        for since in (timezone.now() + timedelta(hours=1), timezone.now() - timedelta(days=3)):
            with pytest.raises(ValidationError) as caught:
                self.correct(piece, admin, since=since)
            assert "corrections" in caught.value.message_dict

    def test_desk_and_command_take_it(self, piece, admin):
        rewritten(piece, admin, "5000", "6000")
        since = timezone.localtime(piece.publications.get().at) + timedelta(minutes=1)
        since = since.replace(second=0, microsecond=0)
        sent = {
            "kind": "correction", "note": "Zahl",
            "corrections-TOTAL_FORMS": 1, "corrections-INITIAL_FORMS": 0,
            "corrections-0-wrong": "5000", "corrections-0-right": "6000",
            "corrections-0-since": since.strftime("%Y-%m-%dT%H:%M"),
        }  # fmt: skip
        with time_machine.travel(since + timedelta(hours=1)):
            assert desk(admin).post(at("publish", piece), sent).status_code == 302
            rewritten(piece, admin, "6000", "7000")
            call_command(
                "publish", piece.slug, "--as", admin.username, "--kind", "correction",
                "--note", "Zahl", "--wrong", "6000", "--right", "7000",
                "--since", since.strftime("%Y-%m-%dT%H:%M"), stdout=StringIO(),
            )  # fmt: skip
        rows = [row.corrections.get().since for row in piece.publications.filter(number__gt=1)]
        assert rows == [since, since]
