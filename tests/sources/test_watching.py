"""Looking at cited pages over time, against a server on loopback that changes what it says."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from claims import quoting
from claims.choices import State
from claims.standing import Evidence
from history.models import Entry
from sources import fetching, services, tasks, watching
from sources.choices import Outcome
from sources.models import Capture, Extraction, Source, Watch, capture_storage
from tests import factories
from tests.jobs import run_due, waiting

from . import files
from .attacker import BEHAVIOURS, attacking, fixed, redirect, sized

pytestmark = pytest.mark.django_db

QUOTE = "Die Tragfähigkeit sei auf 16 Tonnen begrenzt"


@pytest.fixture
def server(monkeypatch):
    with attacking() as attacker:
        monkeypatch.setattr(fetching, "POLICY", attacker.policy(seconds=20, seconds_of_silence=10))
        yield attacker
    BEHAVIOURS.pop("artikel", None)


@pytest.fixture
def admin():
    return factories.user("admin")


def says(content: bytes) -> None:
    fixed("artikel", sized(content, b"Set-Cookie: x=1\r\nETag: abc\r\n"))


@pytest.fixture
def source(server, admin):
    says(files.page())
    return factories.source(
        admin, csl={"title": "Brücke", "URL": server.address("artikel")}, kind="page"
    )


def look(source: Source) -> Watch:
    tasks.look(str(source.pk))
    return Watch.objects.get(pk=source.pk)


def test_the_first_look_keeps_a_copy_with_its_text_headers_and_address(source) -> None:
    watch = look(source)
    assert (watch.outcome, watch.status, watch.times) == (Outcome.SAME, 200, 1)
    capture = source.captures.get()
    assert capture.read() == files.page()
    assert capture.media_type == "text/html"
    assert QUOTE in " ".join(capture.text.split())
    assert capture.response["asked"] == capture.address == source.csl["URL"]
    names = {name.lower() for name, _ in capture.response["headers"]}
    assert "etag" in names
    assert "set-cookie" not in names


def test_what_is_as_it_was_is_not_kept_twice_and_looked_at_more_and_more_seldom(source) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pauses = []
        for _ in range(4):
            watch = look(source)
            pauses.append((watch.next_at - timezone.now()).days)
            clock.shift(timedelta(days=1))
    assert pauses == [1, 2, 4, 8]
    assert source.captures.count() == 1


def test_what_surrounds_a_text_may_change(source) -> None:
    look(source)
    says(files.page().replace(b"<footer>Impressum", b"<footer>Heute: Regen"))
    assert look(source).outcome == Outcome.SAME
    assert source.captures.count() == 1


def test_a_changed_page_gets_a_further_copy_and_its_lost_quotes_make_claims_stale(
    source, admin
) -> None:
    look(source)
    claim = factories.claim(factories.article())
    factories.citation(claim, source, quote=QUOTE)
    other = factories.claim(factories.article())
    factories.citation(other, source, quote="bleibt bis auf weiteres für Lastwagen gesperrt")
    for each in (claim, other):
        factories.check(each, admin)
    says(files.page().replace(b"16 Tonnen", b"12 Tonnen"))
    assert look(source).outcome == Outcome.CHANGED
    assert source.captures.count() == 2
    evidence = Evidence.of_claims([claim.pk, other.pk])
    standing = evidence.standing(claim.pk)
    assert standing.state == State.STALE
    assert [(reason.code, reason.old) for reason in standing.reasons] == [("source_changed", QUOTE)]
    assert evidence.standing(other.pk).state == State.SUPPORTED
    told = Entry.objects.filter(kind="sources.source.changed")
    assert {entry.subject for entry in told} == {source.pk, claim.article_id}
    # Looked at again by a person, it holds, whatever the page said before.
    factories.check(claim, admin)
    assert Evidence.of_claims([claim.pk]).standing(claim.pk).state == State.SUPPORTED


def test_a_page_that_is_gone_is_told_once(source) -> None:
    look(source)
    fixed("artikel", b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
    watch = look(source)
    assert (watch.outcome, watch.trouble) == (Outcome.GONE, "410")
    look(source)
    entry = Entry.objects.get(kind="sources.source.gone")
    assert json.loads(entry.payload.data)["details"] == {"status": "410"}
    assert source.captures.count() == 1


def test_a_page_that_moved_is_told_with_its_new_address(source, server) -> None:
    look(source)
    fixed("neu", sized(files.page()))
    fixed("artikel", redirect("/neu", 301))
    try:
        watch = look(source)
    finally:
        BEHAVIOURS.pop("neu")
    assert (watch.outcome, watch.address) == (Outcome.MOVED, server.address("neu"))


@pytest.mark.parametrize("path", ["error", "silent", "reset", "to-metadata", "bomb"])
def test_trouble_is_noted_and_tried_again_soon(source, path, server, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "POLICY", server.policy())
    BEHAVIOURS["artikel"] = BEHAVIOURS[path]
    with time_machine.travel(timezone.now(), tick=False):
        watches = [look(source) for _ in range(2)]
        hours = [(watch.next_at - timezone.now()).total_seconds() / 3600 for watch in watches]
    assert watches[0].outcome == Outcome.TROUBLE
    assert hours == [1, 2]
    assert not source.captures.exists()


def test_pauses_have_an_end() -> None:
    assert watching.pause(Outcome.SAME, 99) == timedelta(days=32)
    assert watching.pause(Outcome.TROUBLE, 99) == timedelta(days=7)


def test_only_what_is_cited_in_use_and_due_is_looked_at(source, admin) -> None:
    assert not watching.due().exists()
    claim = factories.claim(factories.article())
    factories.citation(claim, source)
    assert watching.due().get() == source
    look(source)
    assert not watching.due().exists()
    assert watching.due(timezone.now() + timedelta(days=2)).get() == source
    services.withdraw_source(source, actor=admin)
    assert not watching.due(timezone.now() + timedelta(days=2)).exists()


def test_the_worker_asks_for_looks_by_itself(source) -> None:
    factories.citation(factories.claim(factories.article()), source)
    tasks.look_around(0)
    tasks.look_around(0)
    assert waiting() == ["sources.tasks.look"]
    run_due()
    assert source.captures.count() == 1


@pytest.mark.parametrize("tier", ["described", "confidential"])
def test_a_protected_source_is_never_fetched(admin, server, tier) -> None:
    fields = {"description": "jemand"} if tier == "described" else {}
    hidden = factories.source(
        admin, tier=tier, csl={"title": "x", "URL": server.address("page")}, **fields
    )
    factories.citation(factories.claim(factories.article()), hidden)
    assert not watching.due().exists()
    tasks.look(str(hidden.pk))
    assert server.asked == []
    with pytest.raises(ValueError, match="may be fetched"):
        watching.look(hidden, actor=admin)


class TestReading:
    def test_an_uploaded_copy_is_read_by_a_job(self, admin) -> None:
        source = factories.source(admin)
        copy = services.capture(
            source, files.pdf("Ein Satz."), actor=admin, media_type="application/pdf"
        )
        assert copy.text == ""
        assert run_due() == ["sources.tasks.read_capture"]
        assert copy.text == "Ein Satz.\f"
        tasks.read_capture(str(copy.pk))
        assert copy.extractions.count() == 1

    def test_what_cannot_be_read_is_said_to_be_so(self, admin) -> None:
        source = factories.source(admin)
        services.capture(source, b"%PDF-1.4 broken", actor=admin, media_type="application/pdf")
        run_due()
        assert "gave up" in Extraction.objects.get().trouble

    def test_the_text_of_a_protected_copy_is_sealed(self, admin) -> None:
        source = factories.source(admin, tier="confidential", csl={"title": "x"})
        copy = services.capture(source, b"Geheimer Satz", actor=admin, media_type="text/plain")
        run_due()
        kept = Extraction.objects.get()
        assert (kept.text, kept.words) == ("", "Geheimer Satz")
        assert "Geheim" not in kept.sealed
        assert copy.text == "Geheimer Satz"

    def test_a_copy_that_was_erased_meanwhile_is_left_alone(self, admin) -> None:
        source = factories.source(admin)
        copy = services.capture(source, b"Text", actor=admin, media_type="text/plain")
        capture_storage().delete(copy.name)
        run_due()
        assert not Extraction.objects.exists()


class TestQuoting:
    def finding(self, citation):
        return quoting.findings([citation])[citation.pk]

    def test_a_quote_is_looked_for_in_its_copy_or_the_latest_one(self, admin) -> None:
        source = factories.source(admin)
        old = services.capture(
            source, b"1", actor=admin, media_type="text/plain", text="Es waren 16 Tonnen."
        )
        claim = factories.claim(factories.article())
        by_copy = factories.citation(claim, source, quote="Es waren 16 Tonnen", capture=old)
        latest = factories.citation(claim, source, quote="Es waren 16 Tonnen")
        assert self.finding(latest).verified
        services.capture(
            source, b"2", actor=admin, media_type="text/plain", text="Es waren 12 Tonnen."
        )
        assert self.finding(by_copy).verified
        found = self.finding(latest)
        assert (found.result, found.passage.words) == ("near", "Es waren 12 Tonnen")

    def test_without_a_text_nothing_can_be_said(self, admin) -> None:
        claim = factories.claim(factories.article())
        quoted = factories.citation(claim, quote="Es waren 16 Tonnen")
        unquoted = factories.citation(claim)
        assert quoting.findings([quoted, unquoted]) == {quoted.pk: None}

    def test_what_a_confidential_source_said_is_looked_for_too(self, admin) -> None:
        source = factories.source(admin, tier="confidential", csl={"title": "x"})
        services.capture(
            source, b"x", actor=admin, media_type="text/plain", text="Es waren 16 Tonnen."
        )
        claim = factories.claim(factories.article())
        assert self.finding(factories.citation(claim, source, quote="16 Tonnen")).verified
        assert not self.finding(factories.citation(claim, source, quote="6 Tonnen")).verified

    def test_many_quotes_ask_no_more_than_few(self, admin, django_assert_num_queries) -> None:
        source = factories.source(admin)
        services.capture(
            source, b"x", actor=admin, media_type="text/plain", text="Es waren 16 Tonnen."
        )
        claim = factories.claim(factories.article())
        rows = [factories.citation(claim, source, quote="16 Tonnen") for _ in range(6)]
        with django_assert_num_queries(2):
            assert all(found.verified for found in quoting.findings(rows).values())


def test_bytes_are_kept_once_and_every_copy_is_entered(source, admin) -> None:
    content = files.page()
    for _ in range(2):
        services.capture(source, content, actor=admin, media_type="text/html")
    assert Capture.objects.count() == 2
    assert len({capture.sha256 for capture in Capture.objects.all()}) == 1
    assert waiting().count("sources.tasks.read_capture") == 2
