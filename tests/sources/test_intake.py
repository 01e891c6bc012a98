"""Paste or drop, look at what was found, confirm."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from history.models import Entry
from sources import fetching, intake, services, tasks
from sources.models import Lookup, Source, capture_storage
from tests import factories
from tests.jobs import run_due, waiting

from . import files
from .attacker import BEHAVIOURS, attacking, fixed, sized

pytestmark = pytest.mark.django_db

TAKE_IN = "/desk/sources/source/take-in/"
BIB = """@book{a, title = {Erstes Buch}, year = 2020}
@book{b, title = {offen
@book{c, title = {Zweites Buch}}
"""


@pytest.fixture
def admin(client):
    user = factories.user("admin")
    client.force_login(user)
    return user


@pytest.fixture
def server(monkeypatch):
    with attacking() as attacker:
        monkeypatch.setattr(fetching, "POLICY", attacker.policy(seconds=20, seconds_of_silence=10))
        yield attacker


def pasted(client, **fields):
    """Paste something, let the worker look it up, and return the page with what was found."""
    answer = client.post(TAKE_IN, fields)
    assert answer.status_code == 302, answer.context["form"].errors
    assert client.get(answer["Location"]).context["rows"] is None
    run_due()
    return client.get(answer["Location"])


def test_a_web_address_becomes_a_form_to_confirm_and_then_a_source_with_a_copy(
    client, admin, server
):
    fixed("bruecke", sized(files.page()))
    try:
        found = pasted(client, asked=server.address("bruecke"))
        assert found.status_code == 302
        page = client.get(found["Location"])
        initial = page.context["adminform"].form.initial
        assert initial["title"] == "Mühlenbrücke bleibt gesperrt"
        assert initial["authors"] == "Jan de Wit"
        assert initial["issued"] == "2024-11-12"
        assert initial["url"] == server.address("bruecke")
        assert not Source.objects.exists()
        sent = {
            "kind": "page",
            "tier": "named",
            "reliability": "B",
            "csl_type": "webpage",
            "title": "Mein Titel",
            "authors": initial["authors"],
            "issued": initial["issued"],
            "url": initial["url"],
        }
        assert client.post(found["Location"], sent).status_code == 302
        source = Source.objects.get()
        # What was typed counts, and what has no field of the form stays.
        assert source.csl["title"] == "Mein Titel"
        assert source.csl["issued"] == {"date-parts": [[2024, 11, 12]]}
        run_due()
        assert "16 Tonnen" in source.captures.get().text
    finally:
        BEHAVIOURS.pop("bruecke")


@pytest.mark.parametrize("path", ["error", "silent", "reset", "no-http", "to-metadata", "bomb"])
def test_an_address_that_yields_nothing_can_still_be_filled_in(
    client, admin, server, path, monkeypatch
):
    monkeypatch.setattr(fetching, "POLICY", server.policy())
    found = pasted(client, asked=server.address(path))
    form = client.get(found["Location"]).context["adminform"].form
    assert form.initial["url"] == server.address(path)
    assert form.initial["title"] == ""


def test_a_dropped_file_is_read_and_kept_as_the_first_copy(client, admin):
    file = SimpleUploadedFile("b.pdf", files.pdf("Ein Satz.", title="Bericht", author="Amt"))
    found = pasted(client, file=file)
    form = client.get(found["Location"]).context["adminform"].form
    assert (form.initial["title"], form.initial["authors"]) == ("Bericht", "Amt")
    sent = {"kind": "document", "tier": "named", "reliability": "F", "title": "Bericht"}
    assert client.post(found["Location"], sent).status_code == 302
    run_due()
    capture = Source.objects.get().captures.get()
    assert (capture.media_type, capture.text) == ("application/pdf", "Ein Satz.\f")


def test_who_turns_out_to_be_protected_leaves_nothing_behind(client, admin):
    file = SimpleUploadedFile("b.txt", b"Geheim ist der Brief.")
    found = pasted(client, file=file)
    name = Lookup.objects.get().sha256
    sent = {"kind": "document", "tier": "confidential", "reliability": "F", "title": "Brief"}
    assert client.post(found["Location"], sent).status_code == 302
    assert Source.objects.get().tier == "confidential"
    assert not Lookup.objects.exists()
    assert not capture_storage().exists(f"{name[:2]}/{name}")
    assert waiting() == []


def test_a_bibliography_is_imported_and_its_bad_entries_are_listed(client, admin):
    factories.source(admin, csl={"type": "book", "title": "Zweites Buch"})
    page = pasted(client, asked=BIB)
    assert [row.csl["title"] for row in page.context["rows"]] == ["Erstes Buch", "Zweites Buch"]
    assert [(row.line, bool(row.trouble)) for row in page.context["bad"]] == [(2, True)]
    assert [len(row.same) for row in page.context["rows"]] == [0, 1]
    address = page.request["PATH_INFO"]
    client.post(address, {"entry": ["0"]})
    made = Source.objects.get(csl__title="Erstes Buch")
    assert Source.objects.count() == 2
    entry = Entry.objects.of(made).get()
    assert (entry.kind, entry.actor) == ("sources.bibliography.imported", admin.pk)


def test_a_bibliography_in_a_file_is_one_as_well(client, admin):
    file = SimpleUploadedFile("a.bib", BIB.encode("utf-8-sig"))
    assert len(pasted(client, file=file).context["rows"]) == 2


def test_a_doi_is_asked_of_its_registry(client, admin, server, monkeypatch):
    told = {"type": "article-journal", "title": "Aus dem Register", "DOI": "10.5555/ABC"}
    fixed("10.5555/abc", sized(json.dumps(told).encode()))
    monkeypatch.setattr(intake, "DOI_SERVICE", server.address("{}"))
    try:
        found = pasted(client, asked="https://doi.org/10.5555/ABC")
    finally:
        BEHAVIOURS.pop("10.5555/abc")
    form = client.get(found["Location"]).context["adminform"].form
    assert (form.initial["title"], form.initial["doi"]) == ("Aus dem Register", "10.5555/abc")
    assert b"Accept: application/vnd.citationstyles.csl+json" in server.asked[0]


@pytest.mark.parametrize(
    "answer", [b"{}", b"[]", b"null", b"nonsense", b'{"ISBN:9783161484100": 3}']
)
def test_an_isbn_that_nobody_knows_is_filled_in_by_hand(client, admin, server, answer, monkeypatch):
    fixed("isbn", sized(answer))
    monkeypatch.setattr(intake, "ISBN_SERVICE", server.address("isbn?{}"))
    known = {"type": "book", "ISBN": "9783161484100"}
    assert intake.find("3-16-148410-X") == [{"csl": known, "note": "isbn"}]
    BEHAVIOURS.pop("isbn")


def test_an_isbn_is_looked_up(server, monkeypatch):
    told = {"title": "Mühlen", "subtitle": "und Wehre", "authors": [{"name": "E. Brandt"}]}
    fixed("isbn", sized(json.dumps({"ISBN:9783161484100": told}).encode()))
    monkeypatch.setattr(intake, "ISBN_SERVICE", server.address("isbn?{}"))
    (found,) = intake.find("3-16-148410-X")
    assert found["csl"]["title"] == "Mühlen: und Wehre"
    BEHAVIOURS.pop("isbn")


@pytest.mark.parametrize(
    ("csl", "same"),
    [
        ({"DOI": "https://doi.org/10.5555/ABC"}, True),
        ({"ISBN": "3-16-148410-X"}, True),
        ({"URL": "http://bote.example/a/?utm_source=x"}, True),
        ({"title": "die Brücke bei Grünow gesperrt", "issued": {"date-parts": [[2024]]}}, True),
        ({"title": "Brücke bei Grünow gesperrt", "issued": {"date-parts": [[2023]]}}, False),
        ({"title": "Brücke bei Altwalde gesperrt"}, False),
        ({"URL": "https://bote.example/b"}, False),
        ({"DOI": "10.5555/abcd"}, False),
        ({"title": "12"}, False),
        ({}, False),
    ],
)
def test_a_source_that_is_there_already_is_offered(admin, csl, same):
    there = factories.source(
        admin,
        csl={
            "title": "Die Brücke bei Grünow gesperrt",
            "issued": {"date-parts": [[2024, 11]]},
            "DOI": "10.5555/abc",
            "ISBN": "978-3-16-148410-0",
            "URL": "https://www.bote.example/a",
        },
    )
    assert intake.same(csl) == ([there] if same else [])


def test_protected_sources_are_never_offered_as_the_same(admin):
    factories.source(admin, tier="confidential", csl={"title": "Der Brief", "DOI": "10.5555/abc"})
    assert intake.same({"title": "Der Brief", "DOI": "10.5555/abc"}) == []


def test_only_who_may_add_sources_takes_them_in_and_sees_their_own(client, admin):
    lookup = intake.ask(admin, text=BIB)
    address = reverse("admin:sources_source_taken_in", args=[lookup.pk])
    client.force_login(factories.user("reporter"))
    assert client.get(TAKE_IN).status_code == 200
    assert client.get(address).status_code == 404
    client.force_login(factories.user("auditor"))
    assert client.get(TAKE_IN).status_code == 403


def test_nothing_pasted_is_said_at_the_field(client, admin):
    answer = client.post(TAKE_IN, {"asked": "  "})
    assert answer.status_code == 422
    assert "asked" in answer.context["form"].errors


def test_lookups_are_forgotten_after_a_day(admin):
    old = intake.ask(admin, file=b"alt")
    kept = intake.ask(admin, text="neu")
    Lookup.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=2))
    tasks.tidy_up(0)
    assert Lookup.objects.get() == kept
    assert not capture_storage().exists(f"{old.sha256[:2]}/{old.sha256}")


def test_what_became_a_copy_stays_when_its_lookup_goes(admin):
    old = intake.ask(admin, file=b"Text")
    copy = services.capture(factories.source(admin), b"Text", actor=admin, media_type="text/plain")
    intake.forget(old)
    assert copy.read() == b"Text"


@pytest.mark.parametrize("kind", ["bibtex", "ris", "csl"])
def test_named_sources_are_exported_and_no_others(client, admin, kind):
    factories.source(admin, csl={"title": "Offen"})
    factories.source(admin, tier="confidential", csl={"title": "Geheim"})
    factories.source(admin, tier="described", description="jemand", csl={"title": "Halbgeheim"})
    answer = client.get("/desk/sources/source/export/", {"format": kind})
    words = answer.content.decode()
    assert "Offen" in words
    assert "eheim" not in words
    assert "jemand" not in words
    assert client.get("/desk/sources/source/export/", {"format": "x"}).status_code == 404
