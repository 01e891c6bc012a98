"""Copies as the desk shows them: inert, page by page, compared over time."""

import pytest
from django.urls import reverse

from history.models import Entry
from sources import services
from sources.keys import key_store
from tests import factories
from tests.jobs import run_due, waiting

from . import files

pytestmark = pytest.mark.django_db

EVIL = b"""<html><head><meta http-equiv="refresh" content="0;url=https://evil.example/">
<script>alert(1)</script><link rel="stylesheet" href="https://evil.example/x.css"></head>
<body onload="alert(2)"><img src="https://evil.example/spy.gif"><form action="/desk/"></form>
<p>Der Text, auf den es ankommt.</p></body></html>"""


@pytest.fixture
def admin(client):
    user = factories.user("admin")
    client.force_login(user)
    return user


def taken(source, admin, content: bytes, media_type: str, text: str = ""):
    return services.capture(source, content, actor=admin, media_type=media_type, text=text)


def way(name: str, copy) -> str:
    return reverse(f"admin:sources_capture_{name}", args=[copy.source_id, copy.pk])


def test_a_page_is_shown_and_can_do_nothing(client, admin) -> None:
    copy = taken(factories.source(admin), admin, EVIL, "text/html")
    answer = client.get(way("show", copy))
    assert answer.content == EVIL
    policy = answer["Content-Security-Policy"]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    # No script, style, picture, font, frame or form of anybody's; no origin of ours.
    assert directives["default-src"] == ["'none'"]
    assert directives["img-src"] == ["data:"]
    assert directives["form-action"] == ["'none'"]
    assert directives["sandbox"] == []
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("media_type", ["application/pdf", "image/svg+xml", "text/xml"])
def test_what_could_do_something_is_not_shown(client, admin, media_type) -> None:
    copy = taken(factories.source(admin), admin, b"x", media_type)
    assert client.get(way("show", copy)).status_code == 404
    assert client.get(way("download", copy))["Content-Type"] == "application/octet-stream"


def test_the_text_is_shown_page_by_page_and_markup_in_it_is_text(client, admin) -> None:
    copy = taken(factories.source(admin), admin, b"x", "application/pdf", "Eins <script>\fZwei\f")
    page = client.get(way("text", copy))
    assert [(each.number, each.text) for each in page.context["pages"]] == [
        (1, "Eins <script>"),
        (2, "Zwei"),
    ]
    assert "Eins &lt;script&gt;" in page.content.decode()


def test_two_copies_are_compared(client, admin) -> None:
    source = factories.source(admin)
    old = taken(source, admin, b"1", "text/plain", "Es waren 16 Tonnen.")
    new = taken(source, admin, b"2", "text/plain", "Es waren 12 Tonnen.")
    words = client.get(f"{way('text', new)}?since={old.pk}").content.decode()
    assert "<del> 16</del><ins> 12</ins>" in words or "<del>16</del><ins>12</ins>" in words
    assert client.get(f"{way('text', new)}?since=nonsense").status_code == 404
    other = taken(factories.source(admin), admin, b"3", "text/plain", "Geheim")
    assert client.get(f"{way('text', new)}?since={other.pk}").status_code == 404


def test_a_text_that_is_not_read_yet_or_cannot_be_is_told_apart(client, admin) -> None:
    copy = taken(factories.source(admin), admin, b"%PDF-1.4 nichts", "application/pdf")
    assert client.get(way("text", copy)).context["latest"] is None
    run_due()
    assert client.get(way("text", copy)).context["latest"].trouble


@pytest.mark.parametrize("name", ["show", "text", "download"])
class TestProtected:
    def hidden(self, admin):
        source = factories.source(admin, tier="confidential", csl={"title": "x"})
        return taken(source, admin, files.page(), "text/html", "Geheimer Text")

    def test_opening_a_copy_is_entered_each_time(self, client, admin, name) -> None:
        copy = self.hidden(admin)
        for _ in range(2):
            assert client.get(way(name, copy)).status_code == 200
        assert Entry.objects.filter(kind="sources.capture.viewed", actor=admin.pk).count() == 2

    def test_nobody_else_learns_that_there_is_one(self, client, admin, name) -> None:
        copy = self.hidden(admin)
        client.force_login(factories.user("publisher"))
        assert client.get(way(name, copy)).status_code == 404
        assert not Entry.objects.filter(kind="sources.capture.viewed").exists()

    def test_after_its_key_is_gone_it_says_so(self, client, admin, name) -> None:
        copy = self.hidden(admin)
        key_store().destroy(copy.source_id)
        answer = client.get(way(name, copy))
        assert answer.status_code == 410
        assert "Geheim" not in answer.content.decode()


def test_a_copy_is_asked_for_and_fetched_by_a_job(client, admin) -> None:
    source = factories.source(admin, csl={"title": "x", "URL": "https://quelle.example/"})
    page = client.get(reverse("admin:sources_source_change", args=[source.pk]))
    assert page.context["may_fetch"]
    answer = client.post(reverse("admin:sources_source_fetch", args=[source.pk]))
    assert answer.status_code == 302
    assert waiting() == ["sources.tasks.look"]


@pytest.mark.parametrize("role", ["auditor", "checker"])
def test_who_may_not_add_copies_has_none_fetched(client, admin, role) -> None:
    source = factories.source(admin, csl={"title": "x", "URL": "https://quelle.example/"})
    client.force_login(factories.user(role))
    answer = client.post(reverse("admin:sources_source_fetch", args=[source.pk]))
    assert answer.status_code == 403
    assert waiting() == []


def test_the_page_of_a_source_tells_where_it_is_cited_and_whether_quotes_hold(client, admin):
    source = factories.source(admin)
    taken(source, admin, b"x", "application/pdf", "Es waren 16 Tonnen.\fMehr nicht.\f")
    claim = factories.claim(factories.article(headline="Die Brücke"))
    for quote in ("Mehr nicht", "Es waren 12 Tonnen", "Ganz andere Worte hier"):
        factories.citation(claim, source, quote=quote)
    factories.citation(claim, source, tier="confidential", quote="Es waren 16 Tonnen")
    page = client.get(reverse("admin:sources_source_change", args=[source.pk]))
    cited = page.context["cited"]
    assert cited.total == 4
    assert [(row.result, row.nearest, row.page) for row in cited.rows] == [
        ("verified", "", 2),
        ("near", "Es waren 16 Tonnen", 1),
        ("absent", "", None),
        ("", "", None),
    ]
    words = page.content.decode()
    assert "Die Brücke" in words
    # What is quoted confidentially stands on no page of the desk.
    assert words.count("Es waren 16 Tonnen") == 1
