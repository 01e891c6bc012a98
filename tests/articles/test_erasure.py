"""Erasing words for good: everywhere, on record, by two people, and without damage to the rest."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Article, Image, Publication
from articles.services import (
    Wrong,
    erase,
    publish,
    publish_due,
    restore,
    save_article,
    schedule,
)
from claims import services as claims
from claims.models import Check
from claims.standing import Evidence
from history import erasure, revisions, verification
from history.acts import act
from history.models import Entry, Erasure, Payload
from sources import services as sources
from sources.models import capture_storage
from tests import factories
from tests.sources.test_services import everything_stored

pytestmark = pytest.mark.django_db

NAME = "Erwin Löschmann"
REST = "öschmann"
BODY = (
    "<p>Der Wirt Erwin <strong>Lösch</strong>mann sah 40 Leute. Danach schloss er.</p>"
    "<p>„Es war voll“, sagt Löschmann &amp; Sohn.</p>"
)


@pytest.fixture
def asker():
    return factories.user("publisher")


@pytest.fixture
def decider():
    return factories.user("admin")


@pytest.fixture
def piece(decider):
    """A published and corrected piece in which the name stands wherever a name can stand."""
    piece = factories.article(
        decider,
        headline="Wirt Erwin Löschmann erzählt",
        body=BODY,
        bylines=[factories.person()],
    )
    claim = factories.claim(
        piece, "sah 40 Leute", statement="Erwin Löschmann sah 40 Leute.", attribution=NAME
    )
    claims.add_passage(claim, actor=decider, field="headline", words="Löschmann erzählt")
    source = factories.source(
        decider, csl={"type": "interview", "title": f"Gespräch mit {NAME}"}, notes=f"{NAME}, Wirt"
    )
    capture = sources.capture(
        source,
        b"Erwin L\xc3\xb6schmann",
        actor=decider,
        media_type="text/plain",
        text=f"Ich, {NAME}, sah 40.",
    )
    factories.citation(claim, source, capture=capture, quote=f"Ich, {NAME}, sah 40.")
    factories.check(claim, decider, note=f"mit {NAME} telefoniert")
    claims.read_sentences(piece, actor=decider)
    with act("articles.image.added", actor=decider):
        Image.objects.create(
            article=piece,
            file="ab" * 32,
            media_type="image/png",
            width=1,
            height=1,
            caption=f"{NAME} vor seinem Lokal",
            rights="Foto der Redaktion",
            alt="Ein Mann vor einer Tür",
        )
    claims.read_sentences(piece, actor=decider)
    publish(piece, actor=decider)
    save_article(piece, actor=decider, standfirst="Neu.", comment=f"auf Bitte von {NAME}")
    claims.read_sentences(piece, actor=decider)
    publish(
        piece,
        actor=decider,
        kind="correction",
        note=f"Vorname von {NAME} berichtigt",
        corrections=[Wrong("Hans Löschmann", NAME)],
    )
    # Refused, so that its reasons quote the piece.
    plan = schedule(
        piece,
        actor=decider,
        at=timezone.now() + timedelta(seconds=1),
        kind="correction",
        note=f"Beruf von {NAME} berichtigt",
        corrections=[Wrong(f"{NAME}, Koch", f"{NAME}, Wirt")],
    )
    save_article(piece, actor=decider, standfirst=f"Ungelesen: {NAME}")
    with time_machine.travel(plan.at):
        publish_due()
    claims.read_sentences(piece, actor=decider)
    return piece


def run() -> tuple[list[str], list[str]]:
    of = verification.Run()
    return [str(fault) for fault in verification.verify(of)], of.erased


def ask_and_erase(asker, decider) -> Erasure:
    asked = erasure.ask(actor=asker, words=[NAME, "Löschmann"], reason="Art. 17 DSGVO")
    erase(asked, actor=decider)
    asked.refresh_from_db()
    return asked


def test_before_anything_is_erased_everything_verifies(piece) -> None:
    assert NAME in everything_stored()
    assert run() == ([], [])


def test_the_words_are_gone_from_every_table(piece, asker, decider) -> None:
    source_file = piece.claims.get().citations.get().capture.name
    ask_and_erase(asker, decider)
    stored = everything_stored()
    for trace in (NAME, REST, "Lösch</strong>mann"):
        assert trace not in stored
    assert not capture_storage().exists(source_file)


def test_the_rest_of_the_piece_stands_where_it_stood(piece, asker, decider) -> None:
    ask_and_erase(asker, decider)
    piece.refresh_from_db()
    assert piece.headline == "Wirt █████ █████████ erzählt"
    assert piece.body.startswith("<p>Der Wirt █████ <strong>█████</strong>████ ")
    assert ">sah 40 Leute</span>" in piece.body
    claim = piece.claims.get()
    assert {row.exact for row in claim.passages.all()} == {"sah 40 Leute", "█████████ erzählt"}
    assert Evidence.of_claims([claim.pk]).standing(claim).state == "supported"
    assert "40" in Check.objects.get().snapshot["citations"][0]["quote"]


def test_everything_else_still_proves_itself_and_the_erasure_is_told(piece, asker, decider) -> None:
    ask_and_erase(asker, decider)
    faults, erased = run()
    assert faults == []
    assert len(erased) >= 2
    call_command("verify", verbosity=0)


def test_what_readers_got_is_redacted_too(piece, asker, decider, client) -> None:
    ask_and_erase(asker, decider)
    for publication in Publication.objects.all():
        assert REST not in publication.document
        address = publication.public_document["address"]
        assert REST not in client.get(address).content.decode()


def test_digests_of_erased_parts_cannot_be_tested_by_guessing(piece, asker, decider) -> None:
    ask_and_erase(asker, decider)
    redacted = Payload.objects.exclude(parts="")
    assert redacted.exists()
    assert all(bytes(payload.salt) == b"" for payload in redacted)


def test_old_revisions_are_restored_without_the_words(piece, asker, decider) -> None:
    ask_and_erase(asker, decider)
    restore(piece, revision=1, actor=decider)
    assert REST not in revisions.document_text(piece)
    assert run()[0] == []


def test_a_second_erasure_of_other_words_verifies_as_well(piece, asker, decider) -> None:
    ask_and_erase(asker, decider)
    asked = erasure.ask(actor=asker, words=["seinem Lokal"], reason="auch das")
    erase(asked, actor=decider)
    assert "seinem Lokal" not in everything_stored()
    assert run()[0] == []


def test_redacting_without_an_erasure_on_record_is_found(piece) -> None:
    payload = Payload.objects.exclude(version=None).first()
    from history import canonical
    from history.digests import part_digest, part_salt, parts

    whole = {
        **canonical.loads(payload.data),
        "document": canonical.loads(payload.version.serialized_data),
    }
    salt = bytes(payload.salt)
    kept = [
        "d" + part_digest(part, part_salt(salt, index)).hex()
        for index, part in enumerate(parts(whole))
    ]
    erasure.rewrite(payload, salt="\\x", parts=canonical.dumps(kept))
    assert any("without an erasure" in fault for fault in run()[0])


def test_it_takes_two(asker, decider) -> None:
    asked = erasure.ask(actor=asker, words=[NAME], reason="Grund")
    with pytest.raises(PermissionDenied):
        erase(asked, actor=asker)
    with pytest.raises(IntegrityError, match="erasure_by_four_eyes"), transaction.atomic():
        Erasure.objects.filter(pk=asked.pk).update(decided_by=asker.pk)
    assert Erasure.objects.get().state == "asked"


@pytest.mark.parametrize("role", ["reporter", "checker", "auditor"])
def test_asking_and_deciding_need_their_permissions(role, asker) -> None:
    somebody = factories.user(role)
    with pytest.raises(PermissionDenied):
        erasure.ask(actor=somebody, words=[NAME], reason="Grund")
    asked = erasure.ask(actor=asker, words=[NAME], reason="Grund")
    with pytest.raises(PermissionDenied):
        erase(asked, actor=somebody)


def test_a_declined_request_forgets_its_words_and_erases_nothing(piece, asker, decider) -> None:
    asked = erasure.ask(actor=asker, words=[NAME], reason="Grund")
    erasure.decline(asked, actor=decider)
    asked.refresh_from_db()
    assert (asked.state, asked.words) == ("declined", [])
    assert NAME in Article.objects.get(pk=piece.pk).body.replace("<strong>", "").replace(
        "</strong>", ""
    )
    with pytest.raises(PermissionDenied):
        erase(asked, actor=decider)


def test_every_step_is_in_the_ledger_without_the_words(piece, asker, decider) -> None:
    asked = ask_and_erase(asker, decider)
    kinds = [entry.kind for entry in Entry.objects.of(asked)][::-1]
    assert kinds == ["history.erasure.asked", "history.erasure.done"]
    assert Entry.objects.of(piece).first().kind == "history.erasure.done"


def test_the_door_opens_for_nothing_else(piece) -> None:
    for sql in (
        "SELECT set_config('newsroom.door', 'erasure', true);"
        "SET LOCAL ROLE pg_database_owner; UPDATE claims_check SET note = 'x'",
        "SELECT history_erase('history_entry', 'sequence', '0', '{\"kind\": \"x\"}')",
        "SELECT history_erase('newsroom_user', 'username', 'x', '{\"is_superuser\": true}')",
    ):
        refused = pytest.raises(DatabaseError, match=r"denied|append-only|not open")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_asking_shows_where_the_words_stand(piece) -> None:
    found = erasure.found_in([NAME])
    assert found["articles.article"] == 1
    assert found["sources.source"] == 1
    assert found["history.entry"] > 3
    assert erasure.found_in(["Niemand Sonst"]) == {}


class TestDesk:
    def test_one_asks_another_sees_where_the_words_stand_and_erases(
        self, piece, asker, decider, client
    ) -> None:
        client.force_login(asker)
        response = client.post(
            "/desk/history/erasure/add/", {"words": f"{NAME}\nLöschmann", "reason": "Art. 17"}
        )
        asked = Erasure.objects.get()
        page = f"/desk/history/erasure/{asked.pk}/change/"
        assert response["Location"] == page
        assert 'name="erase"' not in client.get(page).content.decode()
        assert (
            client.post(f"/desk/history/erasure/{asked.pk}/decide/", {"erase": "1"}).status_code
            == 403
        )
        client.force_login(decider)
        shown = client.get(page).content.decode()
        assert NAME in shown
        assert 'name="erase"' in shown
        client.post(f"/desk/history/erasure/{asked.pk}/decide/", {"erase": "1"})
        assert NAME not in everything_stored()
        assert NAME not in client.get(page).content.decode()

    def test_words_that_are_too_short_are_refused_and_kept_in_the_form(self, asker, client) -> None:
        client.force_login(asker)
        response = client.post("/desk/history/erasure/add/", {"words": "er", "reason": "Art. 17"})
        assert response.status_code == 200
        assert ">er</textarea>" in response.content.decode().replace("\n", "")
        assert not Erasure.objects.exists()

    @pytest.mark.parametrize(
        ("role", "status"),
        [
            ("reporter", 403),
            ("checker", 403),
            ("editor", 403),
            ("auditor", 200),
            ("publisher", 200),
        ],
    )
    def test_who_may_see_erasures(self, role, status, asker, client) -> None:
        asked = erasure.ask(actor=asker, words=[NAME], reason="Grund")
        client.force_login(factories.user(role))
        assert client.get("/desk/history/erasure/").status_code == status
        assert client.get(f"/desk/history/erasure/{asked.pk}/change/").status_code == status
        added = client.get("/desk/history/erasure/add/").status_code
        assert added == (200 if role == "publisher" else 403)


def test_the_command_lists_what_waits_and_carries_it_out(piece, asker, decider) -> None:
    from io import StringIO

    from django.core.management import CommandError

    asked = erasure.ask(actor=asker, words=[NAME, "Löschmann"], reason="Grund")
    out = StringIO()
    call_command("erase", stdout=out)
    assert str(asked.pk) in out.getvalue()
    for arguments, status in (
        (["nicht-da"], 2),
        ([str(asked.pk)], 2),
        ([str(asked.pk), "--as", asker.username], 1),
    ):
        with pytest.raises(CommandError) as refused:
            call_command("erase", *arguments)
        assert refused.value.returncode == status
    call_command("erase", str(asked.pk), "--as", decider.username, stdout=out)
    assert NAME not in everything_stored()
