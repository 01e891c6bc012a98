"""What is written and not saved is kept for its writer, apart from the piece; others see them."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import drafts
from articles.models import Article, WorkingDraft
from articles.services import erase, publish, save_article
from history import erasure, revisions
from history.models import Entry
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> User:
    return factories.user("reporter", first_name="Ida", last_name="Voss")


@pytest.fixture
def piece() -> Article:
    return factories.article()


def at(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def url(piece: Article, name: str) -> str:
    return reverse(f"admin:articles_article_{name}", args=[piece.pk])


def kept(piece: Article, user: User, **texts: str):
    texts = {"headline": piece.headline, "body": "<p>Halb fertig</p>", "based_on": "1"} | texts
    texts = {"visit": uuid4().hex} | texts
    return at(user).post(url(piece, "draft"), texts, headers={"accept": "application/json"})


def test_what_is_kept_is_neither_saved_nor_on_record(reporter, piece) -> None:
    entries = Entry.objects.count()
    assert kept(piece, reporter).status_code == 200
    piece.refresh_from_db()
    assert "Halb" not in piece.body
    assert Entry.objects.count() == entries
    assert revisions.latest_revision(piece) == 1


def test_its_writer_is_offered_it_and_nobody_else(reporter, piece) -> None:
    kept(piece, reporter)
    assert b"Halb fertig" in at(reporter).get(url(piece, "change")).content
    other = at(factories.user("editor")).get(url(piece, "change"))
    assert b"Halb fertig" not in other.content


def test_what_is_as_it_is_stored_is_not_offered(reporter, piece) -> None:
    kept(piece, reporter, body=piece.body)
    assert at(reporter).get(url(piece, "change")).context["unsaved"] is None


def drawer(piece: Article, **changed: list[str]) -> str:
    images = list(piece.images.all())
    return json.dumps(drafts.properties_of(piece, images) | changed)


def test_properties_are_kept_and_offered_as_texts_are(reporter, piece) -> None:
    elsewhere = factories.section("Wirtschaft")
    sent = drawer(piece, section=[str(elsewhere.pk)])
    kept(piece, reporter, body=piece.body, properties=sent)
    context = at(reporter).get(url(piece, "change")).context
    assert context["kept"]["properties"]["section"] == [str(elsewhere.pk)]
    piece.refresh_from_db()
    assert piece.section != elsewhere


def test_properties_as_they_are_stored_are_not_offered(reporter, piece) -> None:
    people, tags = [factories.person(), factories.person()], [factories.tag(), factories.tag("Bus")]
    factories.image(piece, credit="Ida Voss", alt="Ein Platz")
    save_article(
        piece, actor=reporter, tags=tags, bylines=people,
        embargo=timezone.now().replace(second=0, microsecond=0) + timedelta(days=1),
    )  # fmt: skip
    piece.refresh_from_db()
    stored = drafts.properties_of(piece, list(piece.images.all()))
    # The drawer has a row more than there are people, and its own order of tags.
    stored["bylines"] += [""]
    stored["bylines_role"] += [""]
    stored["tags"].reverse()
    kept(piece, reporter, body=piece.body, properties=json.dumps(stored))
    assert at(reporter).get(url(piece, "change")).context["unsaved"] is None

    for name, other in {
        "slug": ["anders"],
        "tags": [],
        "bylines": [str(people[1].pk), str(people[0].pk)],
        f"image:{piece.images.get().pk}:alt": ["Ein leerer Platz"],
        "image::credit": ["Ruth"],
    }.items():
        kept(piece, reporter, body=piece.body, properties=json.dumps(stored | {name: other}))
        assert at(reporter).get(url(piece, "change")).context["unsaved"], name


def test_saving_forgets_it(reporter, piece) -> None:
    kept(piece, reporter)
    data = {
        "headline": piece.headline, "kicker": "", "standfirst": "", "body": "<p>Fertig.</p>",
        "slug": piece.slug, "section": piece.section_id, "language": "de", "based_on": 1,
        "images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert at(reporter).post(url(piece, "change"), data).status_code == 302
    assert not WorkingDraft.objects.exists()


def test_it_can_be_thrown_away(reporter, piece) -> None:
    kept(piece, reporter)
    at(reporter).post(url(piece, "draft"), {"drop": "1"})
    assert not WorkingDraft.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"based_on": "x"}, 400),
        ({"based_on": ""}, 400),
        ({"visit": ""}, 400),
        ({"visit": "x"}, 400),
        ({"based_on": "1", "headline": "a\x00b"}, 200),
        ({"based_on": "1", "elsewhere": "x"}, 200),
        ({"properties": "{"}, 400),
        ({"properties": "[]"}, 400),
        ({"properties": '{"slug": "x"}'}, 400),
        ({"properties": '{"slug": [1]}'}, 400),
        ({"properties": "[" * 100_000}, 400),
        ({"properties": '{"slug": ["a\\u0000b"], "elsewhere": ["x"]}'}, 200),
    ],
)
def test_whatever_is_sent_has_a_clear_answer(reporter, piece, sent, status) -> None:
    assert kept(piece, reporter, **sent).status_code == status
    for row in WorkingDraft.objects.all():
        assert "elsewhere" not in row.texts | row.properties
        assert "\x00" not in row.texts["headline"]


def test_more_than_a_book_is_refused(reporter, piece, monkeypatch) -> None:
    monkeypatch.setattr(drafts, "MOST", 50)
    assert kept(piece, reporter, body="x" * 51).status_code == 413
    assert kept(piece, reporter, body="", properties=" " * 51).status_code == 413


def test_who_may_not_write_keeps_nothing(piece) -> None:
    assert kept(piece, factories.user("checker")).status_code == 403


def test_a_script_is_told_that_the_session_has_ended(piece) -> None:
    answer = at(None).post(url(piece, "draft"), headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert parse_qs(urlsplit(answer.json()["login"]).query) == {"next": [url(piece, "change")]}
    assert at(None).get(url(piece, "change")).status_code == 302


def test_an_erasure_reaches_it(reporter, piece) -> None:
    credit = json.dumps({"image::credit": ["Erika Muster"]})
    kept(piece, reporter, body="<p>Sie heißt <em>Erika</em> Muster.</p>", properties=credit)
    asked = erasure.ask(actor=factories.user("publisher"), words=["Erika Muster"], reason="Bitte")
    erase(asked, actor=factories.user("admin"))
    row = WorkingDraft.objects.get()
    assert row.texts["body"] == "<p>Sie heißt <em>█████</em> ██████.</p>"
    assert row.properties == {"image::credit": ["█████ ██████"]}


def test_nothing_of_it_is_published(piece) -> None:
    admin = factories.user("admin")
    live = factories.finished(admin)
    kept(live, admin, body="<p>Geheim</p>")
    publish(live, actor=admin)
    assert "Geheim" not in live.publications.get().document


def heard(piece: Article, user: User, visit: UUID | None = None, **more: str):
    """The parts of an answer to the page that says it is open, or that it ``leave``s."""
    answer = at(user).post(url(piece, "presence"), {"visit": (visit or uuid4()).hex} | more)
    return answer.json().get("parts", {}).get("presence", "").strip()


def test_others_are_told_who_is_there_since_when_and_that_they_write(reporter, piece) -> None:
    visit = uuid4()
    with time_machine.travel(timezone.now() - timedelta(seconds=50), tick=False):
        assert drafts.enter(piece.pk, user=reporter, visit=visit) == []
    editor = factories.user("editor", first_name="Ruth", last_name="Kaldenhoff")
    assert "Ida Voss" in heard(piece, editor)
    (there,) = drafts.enter(piece.pk, user=editor, visit=uuid4())
    kept(piece, reporter, visit=visit.hex)
    (writing,) = drafts.enter(piece.pk, user=editor, visit=uuid4())
    assert (writing.name, writing.initials) == ("Ida Voss", "IV")
    assert writing.words != there.words


def test_who_leaves_or_is_not_heard_of_is_gone(reporter, piece) -> None:
    editor, visit, at_desk = factories.user("editor"), uuid4(), uuid4()
    heard(piece, reporter, visit)
    assert "Ida Voss" in heard(piece, editor, at_desk)
    heard(piece, reporter, visit, leave="1")
    assert heard(piece, editor, at_desk) == ""
    with time_machine.travel(timezone.now() - 2 * drafts.AWAY, tick=False):
        heard(piece, reporter)
    assert heard(piece, editor, at_desk) == ""


@pytest.mark.parametrize("first", ["draft", "leave"])
def test_what_a_closed_page_sent_before_does_not_bring_it_back(reporter, piece, first) -> None:
    """A page that closes sends what was written and its parting word; they arrive in any order."""
    editor, visit = factories.user("editor"), uuid4()
    sends = [
        lambda: kept(piece, reporter, visit=visit.hex),
        lambda: heard(piece, reporter, visit, leave="1"),
    ]
    for send in sends if first == "draft" else reversed(sends):
        send()
    assert WorkingDraft.objects.filter(user=reporter).exists()
    assert heard(piece, editor) == ""


def test_one_of_two_open_pages_can_be_closed(reporter, piece) -> None:
    editor, one, other = factories.user("editor"), uuid4(), uuid4()
    heard(piece, reporter, one)
    heard(piece, reporter, other)
    assert heard(piece, editor).count("Ida Voss") == 1
    heard(piece, reporter, one, leave="1")
    assert heard(piece, editor).count("Ida Voss") == 1
    heard(piece, reporter, other, leave="1")
    assert heard(piece, editor) == ""


def test_a_draft_of_an_old_text_meets_the_new_one_when_it_is_saved(reporter, piece) -> None:
    kept(piece, reporter)
    save_article(piece, actor=factories.user("editor"), headline="Anders")
    page = at(reporter).get(url(piece, "change"))
    assert page.context["outdated"] is True
    assert page.context["kept"]["based_on"] == 1
