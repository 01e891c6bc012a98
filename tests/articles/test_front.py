"""The front page: an editor sets its lead and order, all others follow by date."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from lxml import html as lxml_html

from articles import listings, services
from articles.models import FrontPage, Publication
from articles.services import arrange_front
from history.models import Entry
from newsroom.models import User
from tests import factories

from .test_listings import again, appeared, headlines

pytestmark = pytest.mark.django_db
DESK = "/desk/articles/frontpage/"


@pytest.fixture
def reader() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def publisher(db: None) -> User:
    return factories.user("publisher")


@pytest.fixture
def desk(client: Client, publisher: User) -> Client:
    client.force_login(publisher)
    return client


@pytest.fixture
def pieces(db: None) -> list[Publication]:
    return [appeared(f"p{hour}", hour) for hour in range(4)]


def keys(*publications: Publication) -> list[UUID]:
    return [publication.article_id for publication in publications]


def arranged(publisher: User, *publications: Publication) -> FrontPage:
    latest = FrontPage.objects.first()
    made = arrange_front(
        keys(*publications), actor=publisher, based_on=latest.pk if latest else None
    )
    assert made is not None
    return made


# What readers see


def test_newest_leads_until_an_editor_says_otherwise(reader, pieces, publisher):
    assert headlines(reader.get("/").content) == ["Über p3", "Über p2", "Über p1", "Über p0"]
    arranged(publisher, pieces[1], pieces[3])
    assert headlines(reader.get("/").content) == ["Über p1", "Über p3", "Über p2", "Über p0"]
    root = lxml_html.document_fromstring(reader.get("/").content)
    (lead,) = root.find_class("piece-list__lead")
    assert lead.xpath("h2/a")[0].text == "Über p1"
    arranged(publisher)
    assert headlines(reader.get("/").content)[0] == "Über p3"


def test_older_piece_on_top_keeps_its_place_in_the_archive(reader, pieces, publisher, monkeypatch):
    monkeypatch.setattr(listings, "PIECES_A_PAGE", 2)
    arranged(publisher, pieces[0])
    assert headlines(reader.get("/").content) == ["Über p0", "Über p3", "Über p2"]
    assert headlines(reader.get("/page/1/").content) == ["Über p1", "Über p0"]


def test_retracted_piece_leaves_the_top_by_itself(reader, pieces, publisher):
    arranged(publisher, pieces[0], pieces[1])
    again(pieces[0], "retraction", hours=9)
    assert headlines(reader.get("/").content) == ["Über p1", "Über p3", "Über p2"]


def test_what_stands_on_top_is_the_live_version(reader, pieces, publisher):
    arranged(publisher, pieces[0])
    again(pieces[0], "update", headline="Neu gesagt")
    assert headlines(reader.get("/").content)[0] == "Neu gesagt"


def test_order_of_the_front_page_leaves_feeds_as_they_are(reader, pieces, publisher):
    before = reader.get("/atom.xml").content
    arranged(publisher, pieces[0])
    assert reader.get("/atom.xml").content == before


# The service


def test_arranging_is_on_record_and_equal_orders_are_no_change(pieces, publisher):
    made = arranged(publisher, pieces[2])
    entry = Entry.objects.get(subject=made.pk)
    assert (entry.kind, entry.actor) == ("articles.frontpage.arranged", publisher.pk)
    assert arranged(publisher, pieces[2]) == made
    assert FrontPage.objects.count() == 1


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "auditor"])
def test_who_may_not_arrange_is_refused(pieces, role: str):
    with pytest.raises(PermissionDenied):
        arrange_front(keys(pieces[0]), actor=factories.user(role), based_on=None)
    assert not FrontPage.objects.exists()


def test_only_what_is_live_and_once_and_not_too_much(pieces, publisher):
    again(pieces[0], "retraction", hours=9)
    draft = factories.article()
    first = pieces[1].article_id
    for wrong in (
        keys(pieces[0]),
        [draft.pk],
        [uuid4()],
        [first, first],
        [uuid4() for _ in range(services.CHOSEN + 1)],
    ):
        with pytest.raises(ValidationError):
            arrange_front(wrong, actor=publisher, based_on=None)
    assert not FrontPage.objects.exists()


def test_an_order_based_on_another_than_the_latest_is_refused(pieces, publisher):
    old = arranged(publisher, pieces[0])
    arranged(publisher, pieces[1])
    for based_on in (None, old.pk):
        with pytest.raises(services.Rearranged):
            arrange_front(keys(pieces[2]), actor=publisher, based_on=based_on)
    assert FrontPage.objects.first().pieces == keys(pieces[1])


# The desk


class Form:
    """The page's form as a browser without a script has it: buttons are pressed, one by one."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.read(client.get(DESK))

    def read(self, response: Any) -> None:
        self.status = response.status_code
        self.root = lxml_html.document_fromstring(response.content.decode())

    def press(self, words: str) -> None:
        # By the end of what a screen reader says.
        (button,) = (
            button
            for button in self.root.xpath(
                "//main//button[not(@disabled)] | //form//button[not(@disabled)]"
            )
            if " ".join(button.text_content().split()).endswith(words)
        )
        form = button.xpath("ancestor::form")[0]
        data: dict[str, list[str]] = {"do": [button.get("value")]}
        for field in form.xpath(".//input[@name]"):
            data.setdefault(field.get("name"), []).append(field.get("value") or "")
        self.read(self.client.post(DESK, data, follow=True))

    @property
    def chosen(self) -> list[str]:
        return [link.text for link in self.root.xpath("//ol[@class='front-list']//a")]

    @property
    def offered(self) -> list[str]:
        return [link.text for link in self.root.xpath("//ul[@class='front-list']//a")]


def test_an_order_is_made_with_buttons_and_kept_when_it_is_saved(desk, reader, pieces):
    form = Form(desk)
    assert form.chosen == []
    assert form.offered == ["Über p3", "Über p2", "Über p1", "Über p0"]
    for slug in ("p0", "p1", "p2"):
        form.press(f"Über {slug}")
    assert form.chosen == ["Über p0", "Über p1", "Über p2"]
    assert form.offered == ["Über p3"]
    form.press("Nach oben: Über p2")
    form.press("Nach unten: Über p0")
    assert form.chosen == ["Über p2", "Über p0", "Über p1"]
    form.press("Zum Aufmacher machen: Über p1")
    form.press("Herausnehmen: Über p0")
    assert form.chosen == ["Über p1", "Über p2"]
    assert not FrontPage.objects.exists()
    assert headlines(reader.get("/").content)[0] == "Über p3"
    form.press("Startseite speichern")
    assert form.status == 200
    assert FrontPage.objects.get().pieces == keys(pieces[1], pieces[2])
    assert headlines(reader.get("/").content)[:2] == ["Über p1", "Über p2"]


def test_the_key_that_was_pressed_keeps_the_focus(desk, pieces, publisher):
    arranged(publisher, *pieces)
    form = Form(desk)
    assert form.root.xpath("//button[@autofocus]") == []
    form.press("Nach unten: Über p0")
    (focused,) = form.root.xpath("//button[@autofocus]")
    assert " ".join(focused.text_content().split()) == "↑ Nach oben: Über p0"
    form.press("Nach oben: Über p0")
    (focused,) = form.root.xpath("//button[@autofocus]")
    assert " ".join(focused.text_content().split()) == "↓ Nach unten: Über p0"


def test_enter_in_the_search_field_finds_and_moves_nothing(desk, pieces, publisher):
    arranged(publisher, pieces[0], pieces[1])
    form = Form(desk)
    first = form.root.xpath("//form[@class='front-page']//button")[0]
    assert first.get("value") == "find"
    form.root.xpath("//input[@name='sought']")[0].set("value", "über P3")
    form.press("Finden")
    assert form.chosen == ["Über p0", "Über p1"]
    assert form.offered == ["Über p3"]


def test_somebody_else_s_order_is_not_lost_unnoticed(desk, pieces, publisher):
    form = Form(desk)
    form.press("Über p0")
    arranged(factories.user("publisher"), pieces[1])
    form.press("Startseite speichern")
    assert form.status == 422
    assert "inzwischen" in form.root.xpath("//*[@role='alert']")[0].text
    assert form.chosen == ["Über p0"]
    assert FrontPage.objects.first().pieces == keys(pieces[1])
    form.press("Startseite speichern")
    assert FrontPage.objects.first().pieces == keys(pieces[0])


def test_a_piece_retracted_meanwhile_is_refused_in_words(desk, pieces):
    form = Form(desk)
    form.press("Über p0")
    again(pieces[0], "retraction", hours=9)
    form.press("Startseite speichern")
    assert form.status == 422
    assert form.root.xpath("//*[@role='alert']")
    assert not FrontPage.objects.exists()


def test_bad_input_is_passed_over(desk, pieces):
    for data in (
        {"do": "up:x", "piece": ["y", "'"]},
        {"do": ["add:", "::"], "based_on": "x"},
        {"do": f"up:{uuid4()}", "piece": [str(uuid4())]},
        {"do": "\x00", "sought": "\x00", "piece": "\x00"},
        {},
    ):
        assert desk.post(DESK, data).status_code == 200
    assert not FrontPage.objects.exists()


@pytest.mark.parametrize(
    ("role", "sees"), [("publisher", True), ("editor", True), ("reporter", True), ("auditor", True)]
)
def test_who_may_only_look_gets_no_buttons(client, pieces, role: str, sees: bool):
    client.force_login(factories.user(role))
    response = client.get(DESK)
    assert (response.status_code == 200) == sees
    assert (b'value="add:' in response.content) == (role == "publisher")
    if role != "publisher":
        assert client.post(DESK, {"do": "save"}).status_code == 403


def test_nobody_else_gets_there(client, pieces):
    assert client.get(DESK).status_code == 302
    client.force_login(User.objects.create_user("colleague", is_staff=True))
    assert client.get(DESK).status_code == 403
    assert client.post(DESK, {"do": "save"}).status_code == 403
    client.force_login(factories.user("admin"))
    assert client.get(f"{DESK}add/").status_code == 403


def test_page_costs_the_same_however_many_pieces(desk, pieces, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        desk.get(DESK)
