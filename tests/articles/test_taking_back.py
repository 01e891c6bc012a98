"""Retractions, and the replies of people concerned: publishing beside the gate."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from lxml import html as lxml_html

from articles import services
from articles.models import Publication, Reply
from claims import services as claims
from history import erasure
from history.models import Entry
from history.verification import Run, verify
from tests import factories

pytestmark = pytest.mark.django_db
TEXT = "  Es waren weniger.\n\n<b>Viel</b> weniger.  "


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin):
    piece = factories.finished(admin, standfirst="")
    services.publish(piece, actor=admin)
    return piece


@pytest.fixture
def claim(piece):
    return piece.claims.get()


def reply(piece, admin, claim, text=TEXT) -> Publication:
    return services.reply(piece, actor=admin, claim=claim, author="Erika Muster", text=text)


def update(piece, admin, **fields) -> dict:
    services.save_article(piece, actor=admin, **fields)
    claims.read_sentences(piece, actor=admin)
    return services.publish(piece, actor=admin, kind="update", note="Neu").public_document


def desk(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def on(name, piece) -> str:
    return reverse(f"admin:articles_article_{name}", args=[piece.pk])


class TestRetracting:
    def test_the_page_says_so_and_leaves_the_text_to_the_earlier_version(self, piece, admin):
        reader, published = Client(), piece.publications.get()
        first = published.public_document
        services.save_article(piece, actor=admin, headline="Noch nicht fertig")
        with time_machine.travel(published.at + timedelta(hours=1)):
            made = services.retract(
                piece, actor=admin, note="Die Zahl war erfunden.", reason="Anwalt"
            )
        assert (made.number, made.kind, made.revision) == (2, "retraction", published.revision)
        document = made.public_document
        assert document["headline"] == first["headline"]
        assert (document["address"], document["body"], document["claims"]) == (
            first["address"], [], [],
        )  # fmt: skip
        assert [row["kind"] for row in document["versions"]] == ["retraction", "first"]
        page = lxml_html.document_fromstring(reader.get(first["address"]).content)
        assert "Die Zahl war erfunden." in page.find_class("notice--grave")[0].text_content()
        assert "5000 Menschen" not in page.text_content()
        assert "Anwalt" not in page.text_content()
        (data,) = page.xpath("//script[@type='application/ld+json']")
        said = json.loads(data.text)
        assert (said["headline"], said["version"]) == (first["headline"], 2)
        assert said["dateModified"] > said["datePublished"]
        earlier = reader.get(first["address"] + "v/1/")
        assert earlier["X-Robots-Tag"] == "noindex"
        assert "5000" in earlier.content.decode()
        assert "Die Zahl war erfunden." in earlier.content.decode()

    def test_the_gate_is_not_asked_but_the_permission_is(self, piece, admin):
        keys = [claim.pk for claim in piece.claims.all()]
        services.save_article(piece, actor=admin, body="<p>Ungelesen.</p>", confirmed=keys)
        with pytest.raises(PermissionDenied):
            services.retract(piece, actor=factories.user("editor"), note="Falsch")
        assert services.retract(piece, actor=admin, note="Falsch").number == 2

    def test_it_is_for_good_and_needs_something_public_and_a_note(self, piece, admin):
        with pytest.raises(ValidationError):
            services.retract(piece, actor=admin, note=" ")
        with pytest.raises(ValidationError):
            services.retract(factories.article(), actor=admin, note="Falsch")
        services.retract(piece, actor=admin, note="Falsch")
        with pytest.raises(ValidationError):
            services.retract(piece, actor=admin, note="Falsch")
        with pytest.raises(ValidationError) as caught:
            update(piece, admin, kicker="Doch")
        assert set(caught.value.message_dict) == {"kind"}

    def test_the_record_says_why_and_verifies(self, piece, admin):
        services.retract(piece, actor=admin, note="Falsch", reason="Gegendarstellung der Stadt")
        said = json.loads(Entry.objects.of(piece).first().payload.data)
        assert said["comment"] == "Gegendarstellung der Stadt"
        assert said["details"]["publication"]["kind"] == "retraction"
        assert not list(verify(Run()))

    def test_the_command_retracts(self, piece, admin):
        call_command(
            "publish", piece.slug, "--as", admin.username, "--kind", "retraction",
            "--note", "Falsch", stdout=StringIO(),
        )  # fmt: skip
        assert piece.publications.first().kind == "retraction"

    def test_the_desk_retracts(self, piece, admin):
        client = desk(admin)
        assert on("retract", piece) in client.get(on("publish", piece)).content.decode()
        assert client.get(on("retract", piece)).status_code == 200
        assert client.post(on("retract", piece), {"note": ""}).status_code == 422
        answer = client.post(on("retract", piece), {"note": "Falsch"}, follow=True)
        assert piece.publications.first().note == "Falsch"
        assert "Falsch" in client.get(on("history", piece)).content.decode()
        assert answer.status_code == 200
        assert desk(factories.user("editor")).get(on("retract", piece)).status_code == 403


class TestReplying:
    def test_it_is_published_word_for_word_beside_what_is_public(self, piece, admin, claim):
        before = piece.publications.get().public_document
        services.save_article(piece, actor=admin, kicker="Unfertig")
        made = reply(piece, admin, claim)
        document = made.public_document
        (told,) = document["replies"]
        assert told["text"] == Reply.objects.get().text == TEXT
        assert (told["claim"], told["statement"]) == ("c1", claim.statement)
        assert (made.kind, document["kicker"]) == ("reply", before["kicker"])
        page = lxml_html.document_fromstring(Client().get(document["address"]).content)
        (box,) = page.find_class("reply-box")
        assert "<b>Viel</b> weniger." in box.text_content()
        assert box.xpath(".//a/@href") == ["#claim-c1"]

    def test_it_stays_for_as_long_as_the_words_of_the_claim_stand(self, piece, admin, claim):
        told = reply(piece, admin, claim).public_document["replies"]
        assert update(piece, admin, kicker="Neu")["replies"] == told
        claims.withdraw_claim(claim, actor=admin)
        (kept,) = update(piece, admin, kicker="Neuer")["replies"]
        assert (kept["text"], kept["claim"], kept["statement"]) == (TEXT, None, "")
        assert update(piece, admin, body="<p>Es kamen Menschen.</p>")["replies"] == []

    def test_it_stays_with_a_retracted_piece_which_takes_no_more(self, piece, admin, claim):
        reply(piece, admin, claim)
        document = services.retract(piece, actor=admin, note="Falsch").public_document
        (told,) = document["replies"]
        assert (told["text"], told["claim"]) == (TEXT, None)
        for address in (document["address"], document["address"] + "v/1/"):
            assert "weniger" in Client().get(address).content.decode()
        with pytest.raises(ValidationError):
            reply(piece, admin, claim)

    def test_it_needs_a_published_claim_words_and_permission(self, piece, admin, claim):
        new = factories.claim(piece, "Das sagte die Polizei")
        for of, text in ((new, "Nein"), (claim, " "), (factories.claim(factories.article()), "N")):
            with pytest.raises(ValidationError):
                reply(piece, admin, of, text)
        with pytest.raises(PermissionDenied):
            reply(piece, factories.user("editor"), claim)
        assert not Reply.objects.exists()

    def test_a_claim_that_is_not_shown_is_not_told(self, admin):
        piece = factories.article()
        hidden = factories.claim(piece)
        factories.citation(hidden, factories.source(tier="confidential"))
        factories.check(hidden, admin)
        claims.read_sentences(piece, actor=admin)
        services.publish(piece, actor=admin)
        (told,) = reply(piece, admin, hidden).public_document["replies"]
        assert (told["claim"], told["statement"]) == (None, "")

    def test_verification_finds_it_and_erasure_reaches_it(self, piece, admin, claim):
        reply(piece, admin, claim)
        assert not list(verify(Run()))
        asked = erasure.ask(
            actor=factories.user("publisher"), words=["Erika Muster", "weniger"], reason="Antrag"
        )
        services.erase(asked, actor=admin)
        row = Reply.objects.get()
        assert (row.author, "weniger" in row.text) == ("█████ ██████", False)
        assert "Muster" not in piece.publications.first().document
        assert not list(verify(Run()))

    def test_the_desk_publishes_it(self, piece, admin, claim):
        client = desk(admin)
        assert on("reply", piece) in client.get(on("publish", piece)).content.decode()
        sent = {"claim": claim.pk, "author": "Erika Muster", "text": TEXT}
        for wrong in ({"claim": uuid4()}, {"text": " "}):
            assert client.post(on("reply", piece), sent | wrong).status_code == 422
        assert client.post(on("reply", piece), sent).status_code == 302
        assert Reply.objects.get().text == TEXT.replace("\r\n", "\n")
