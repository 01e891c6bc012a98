"""A reader says that something is wrong: the form, the desk, and what is kept for how long."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from articles import reporting, services, tasks
from articles.choices import ReportState
from articles.models import Article, Publication, ReaderReport
from claims import services as claims
from history import erasure
from history.models import Entry, Payload
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db

MAIL = "erika.muster@example.org"


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def live(admin: User) -> Publication:
    return services.publish(factories.finished(admin), actor=admin)


@pytest.fixture
def form(live: Publication) -> str:
    return live.public_document["address"] + "report/"


def send(form: str, text: str = "Es waren 3000.", client: Client | None = None, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return (client or Client()).post(form, {"text": text, **more}, headers=headers)


def test_the_page_brings_a_form_that_needs_neither_script_nor_token(
    client: Client, live: Publication, form: str
) -> None:
    page = client.get(live.public_document["address"]).content.decode()
    assert f'<form action="{form}" method="post">' in page
    assert "csrfmiddlewaretoken" not in page
    assert f'href="{form}?version=1&amp;claim=c1"' in page


def test_a_report_arrives_with_what_it_is_about(live: Publication, form: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = send(form, client=strict, version=1, claim="c1", passage="5000", contact=MAIL)

    assert (response.status_code, response["Location"]) == (302, form + "sent/")
    assert strict.get(form + "sent/").status_code == 200
    report = ReaderReport.objects.get()
    assert (report.text, report.passage, report.contact) == ("Es waren 3000.", "5000", MAIL)
    assert (report.publication, report.state) == (live, ReportState.OPEN)
    assert report.statement == "Mehr als 5000 Menschen kamen"
    assert strict.cookies == {}


def test_its_entry_tells_nothing_of_the_reader(live: Publication, form: str) -> None:
    send(form, contact=MAIL)

    entry = Entry.objects.get(kind="articles.report.received")
    said = Payload.objects.get(entry=entry).data
    assert entry.subject == live.article_id
    assert "Es waren" not in said
    assert MAIL not in said
    assert entry.revision is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": ""}, "Es wird nicht gesagt, was nicht stimmt."),
        ({"text": "  \n "}, "Es wird nicht gesagt, was nicht stimmt."),
        ({"text": "x" * 100_000}, "höchstens 5000 Zeichen"),
        ({"text": "Nein\x00"}, "Nullzeichen"),
        ({"passage": "x" * 5001}, "höchstens 5000 Zeichen"),
        ({"contact": "keine Adresse"}, "gültige E-Mail-Adresse"),
        ({"website": "https://spam.example"}, "leer bleiben"),
        ({"text": "https://spam.example " * 9}, "Höchstens 8 Links"),
    ],
)
def test_bad_input_is_told_and_nothing_is_kept(form: str, sent: Any, said: str) -> None:
    response = send(form, **{"text": "Es waren 3000.", **sent})

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert sent.get("text", "Es waren 3000.").strip("\x00") in page or not sent["text"].strip()
    assert not ReaderReport.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_a_form_on_a_foreign_page_is_refused(form: str, headers: dict[str, str]) -> None:
    response = send(form, headers=headers)
    assert response.status_code == 422
    assert "Es waren 3000." in response.content.decode()
    assert not ReaderReport.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin"}, {"origin": "https://newsroom.example"}],
)
def test_our_own_page_and_an_old_browser_are_not(form: str, headers: dict[str, str]) -> None:
    assert send(form, headers=headers).status_code == 302


def test_one_address_reports_a_few_times_an_hour_and_others_go_on(form: str) -> None:
    with time_machine.travel("2026-11-20T12:00Z", tick=False) as clock:
        for number in range(reporting.MOST_AN_HOUR):
            assert send(form, f"Fehler {number}").status_code == 302
        refused = send(form, "Fehler und noch einer")
        assert refused.status_code == 429
        assert "Fehler und noch einer" in refused.content.decode()
        other = Client(REMOTE_ADDR="198.51.100.7")
        assert send(form, "Anderer", client=other).status_code == 302

        clock.shift(timedelta(hours=1, seconds=1))
        assert send(form, "Fehler und noch einer").status_code == 302


def test_one_network_of_ipv6_is_one_sender(form: str) -> None:
    for number in range(reporting.MOST_AN_HOUR):
        client = Client(REMOTE_ADDR=f"2001:db8:1:2::{number}")
        assert send(form, f"Fehler {number}", client=client).status_code == 302
    same, other = Client(REMOTE_ADDR="2001:db8:1:2:f::9"), Client(REMOTE_ADDR="2001:db8:1:3::9")
    assert send(form, "Mehr", client=same).status_code == 429
    assert send(form, "Mehr", client=other).status_code == 302


def test_a_flood_from_everywhere_ends_too(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_AN_HOUR_IN_ALL", 3)
    answers = [
        send(form, f"Fehler {n}", client=Client(REMOTE_ADDR=f"198.51.100.{n}")).status_code
        for n in range(5)
    ]
    assert answers == [302, 302, 302, 429, 429]


def test_behind_our_proxy_its_word_counts_and_only_its_last(settings: Any, rf: Any) -> None:
    def sender(trusted: bool, forwarded: str) -> str:
        settings.NEWSROOM = settings.NEWSROOM | {"TRUST_PROXY": trusted}
        return reporting.sender_of(rf.post("/", headers={"x-forwarded-for": forwarded}))

    assert sender(True, "198.51.100.1") != sender(True, "198.51.100.2")
    assert sender(True, "10.1.1.1, 198.51.100.2") == sender(True, "198.51.100.2")
    assert sender(False, "198.51.100.1") == sender(False, "198.51.100.2")


def test_what_tells_senders_apart_is_no_address_and_is_forgotten(form: str) -> None:
    with time_machine.travel("2026-11-20T12:00Z", tick=False) as clock:
        send(form, "Erster")
        first = ReaderReport.objects.get()
        assert len(first.sender) == 64
        assert "127.0.0.1" not in str(ReaderReport.objects.values().get())
        clock.shift(timedelta(days=1))
        send(form, "Zweiter")
    first.refresh_from_db()
    assert first.sender == ""
    assert ReaderReport.objects.exclude(sender="").count() == 1


def test_a_second_click_is_no_second_report(form: str) -> None:
    assert [send(form).status_code for _ in range(7)] == [302] * 7
    assert ReaderReport.objects.count() == 1


def test_ways_to_answer_are_forgotten_in_time(admin: User, live: Publication) -> None:
    with time_machine.travel("2026-03-01T12:00Z", tick=False) as clock:
        system = User.objects.system()
        settled, waiting = (
            services.report_error(live, actor=system, text=text, contact=MAIL)
            for text in ("eins", "zwei")
        )
        services.settle_report(settled, actor=admin, state=ReportState.ANSWERED)
        kept = []
        for days in (29, 1, 149, 1):
            clock.shift(timedelta(days=days))
            call_command("forget_reports", stdout=open("/dev/null", "w"))  # noqa: SIM115
            kept.append(ReaderReport.objects.filter(contact=MAIL).count())
    assert kept == [2, 1, 1, 0]
    assert ReaderReport.objects.filter(pk__in=[settled.pk, waiting.pk]).count() == 2


def test_the_worker_forgets_every_night() -> None:
    name = "articles.tasks.forget_reports"
    assert app.periodic_registry.periodic_tasks[name, ""].cron == "25 4 * * *"
    assert tasks.forget_reports(timestamp=0) is None


def test_an_erasure_reaches_reports(admin: User, live: Publication) -> None:
    report = services.report_error(
        live,
        actor=User.objects.system(),
        text="Erika Muster war da",
        passage="Frau Erika Muster",
        contact=MAIL,
    )
    other = factories.user("publisher")
    asked = erasure.ask(actor=other, words=["Erika Muster", MAIL], reason="Antrag")
    services.erase(asked, actor=admin)

    report.refresh_from_db()
    assert (report.text, report.passage) == ("█████ ██████ war da", "Frau █████ ██████")
    assert report.contact == ""
    assert not Payload.objects.filter(data__contains="Erika Muster").exists()


def test_pages_of_one_reader_are_kept_nowhere(client: Client, form: str) -> None:
    for response in (client.get(form), client.get(form + "sent/"), send(form, ""), send(form)):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"


def test_a_report_is_tied_to_the_version_that_was_read(admin: User, live: Publication) -> None:
    piece = Article.objects.get(pk=live.article_id)
    services.save_article(piece, actor=admin, kicker="Neu")
    claims.read_sentences(piece, actor=admin)
    services.publish(piece, actor=admin, kind="update", note="Neu")
    form = live.public_document["address"] + "report/"

    send(form, version=1)
    assert ReaderReport.objects.get().publication == live
    for version in ("3", "0", "abc", "9" * 30, "²"):
        assert send(form, version=version).status_code == 404


def test_a_claim_that_is_not_shown_is_not_named(client: Client, form: str) -> None:
    assert "Zur Aussage" in client.get(form + "?claim=c1").content.decode()
    for claim in ("c2", "", "<b>", "c" * 400):
        assert "Zur Aussage" not in client.get(form, {"claim": claim}).content.decode()
    assert send(form, claim="c2").status_code == 302
    assert ReaderReport.objects.get().claim == ""


def test_a_piece_without_a_publication_takes_no_reports(client: Client) -> None:
    assert client.get("/2026/11/nichts/report/").status_code == 404
    assert send("/2026/11/nichts/report/").status_code == 404


# The desk


@pytest.fixture
def report(live: Publication) -> ReaderReport:
    return services.report_error(
        live, actor=User.objects.system(), text="Es waren 3000.", claim="c1", contact=MAIL
    )


@pytest.mark.parametrize("role", ["editor", "publisher", "admin"])
def test_editors_find_a_report_on_the_start_page(
    client: Client, report: ReaderReport, role: str
) -> None:
    client.force_login(factories.user(role))
    where = reverse("admin:articles_readerreport_change", args=[report.pk])
    assert where in client.get(reverse("admin:index")).content.decode()
    assert "Es waren 3000." in client.get(where).content.decode()


@pytest.mark.parametrize("role", ["reporter", "checker", "auditor"])
def test_nobody_else_sees_readers_addresses(
    client: Client, report: ReaderReport, role: str
) -> None:
    client.force_login(factories.user(role))
    for name, args in (("change", [report.pk]), ("changelist", [])):
        address = reverse(f"admin:articles_readerreport_{name}", args=args)
        assert client.get(address).status_code == 403
    assert "Es waren 3000." not in client.get(reverse("admin:index")).content.decode()


def test_an_editor_settles_a_report_on_record(client: Client, report: ReaderReport) -> None:
    editor = factories.user("editor")
    client.force_login(editor)
    where = reverse("admin:articles_readerreport_change", args=[report.pk])
    client.post(where, {"state": "dismissed", "note": "Die Zahl stimmt."})

    report.refresh_from_db()
    assert (report.state, report.note) == (ReportState.DISMISSED, "Die Zahl stimmt.")
    assert report.settled_by == editor.pk
    entry = Entry.objects.get(kind="articles.report.settled")
    assert "Die Zahl stimmt" not in Payload.objects.get(entry=entry).data
    client.post(where, {"state": "open", "note": ""})
    report.refresh_from_db()
    assert (report.state, report.settled_by, report.settled_at) == (ReportState.OPEN, None, None)


def test_a_report_becomes_a_correction_by_publishing_one(
    client: Client, admin: User, live: Publication, report: ReaderReport
) -> None:
    client.force_login(admin)
    piece = Article.objects.get(pk=live.article_id)
    where = reverse("admin:articles_readerreport_change", args=[report.pk])
    way = reverse("admin:articles_article_publish", args=[piece.pk])
    way += f"?kind=correction&report={report.pk}"
    assert way.replace("&", "&amp;") in client.get(where).content.decode()
    asked = client.get(way).content.decode()
    assert "Es waren 3000." in asked
    assert ">\nMehr als 5000 Menschen kamen</textarea>" in asked
    claimed = client.post(where, {"state": "correction", "note": ""})
    assert claimed.status_code == 200
    report.refresh_from_db()
    assert report.state == ReportState.OPEN

    services.save_article(piece, actor=admin, kicker="Berichtigt")
    claims.read_sentences(piece, actor=admin)
    sent = {
        "kind": "correction",
        "note": "Zahl berichtigt",
        "corrections-TOTAL_FORMS": "1",
        "corrections-INITIAL_FORMS": "0",
        "corrections-0-wrong": "Mehr als 5000 Menschen kamen",
        "corrections-0-right": "Es waren 3000.",
    }
    client.post(way, sent)

    report.refresh_from_db()
    assert report.state == ReportState.CORRECTION
    assert report.outcome == piece.publications.latest("number")
    assert report.outcome.kind == "correction"


def test_a_report_of_another_piece_opens_no_door(
    client: Client, admin: User, report: ReaderReport
) -> None:
    client.force_login(admin)
    other = services.publish(factories.finished(admin), actor=admin)
    way = reverse("admin:articles_article_publish", args=[other.article_id])
    for key in (report.pk, "kein Schlüssel", ""):
        page = client.get(way, {"kind": "correction", "report": str(key)}).content.decode()
        assert "Es waren 3000." not in page
    with pytest.raises(ValidationError):
        services.settle_report(report, actor=admin, state=ReportState.CORRECTION, outcome=other)
    with pytest.raises(PermissionDenied):
        services.settle_report(report, actor=factories.user("checker"), state="dismissed")
    assert timezone.now() > report.at
