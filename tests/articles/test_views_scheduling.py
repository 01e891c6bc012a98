"""The desk's side of scheduling: the newsroom's clock, who may, and where it is seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import services
from articles.models import Plan, Publication
from history.models import Entry
from history.timeline import tell
from newsroom.start import Start
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
EVENING = NOON + timedelta(hours=6)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def publisher(clock):
    return factories.user("publisher", first_name="Ruth", last_name="Kaldenhoff")


@pytest.fixture
def piece(publisher):
    return factories.finished(publisher)


@pytest.fixture
def desk(publisher):
    client = Client()
    client.force_login(publisher)
    return client


def at(piece) -> str:
    return reverse("admin:articles_article_publish", args=[piece.pk])


def send(desk, piece, when: str, *, button: str = "schedule", **more: Any) -> Any:
    data = {
        "kind": "first",
        "corrections-TOTAL_FORMS": "0",
        "corrections-INITIAL_FORMS": "0",
        "at": when,
        button: "1",
    }
    return desk.post(at(piece), data | more)


def errors(answer) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return dict(answer.context["form"].errors)


# The clock


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("2026-01-03T18:30", "2026-01-03T17:30"),
        ("2026-07-03T18:30", "2026-07-03T16:30"),
        # Clocks go forward on 29 March: the hour from 2 to 3 is left out.
        ("2026-03-29T01:59", "2026-03-29T00:59"),
        ("2026-03-29T03:00", "2026-03-29T01:00"),
        # And back on 25 October: the hour from 2 to 3 comes twice.
        ("2026-10-25T01:59", "2026-10-24T23:59"),
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_a_time_is_that_of_the_newsroom_s_clock(desk, piece, shown, meant) -> None:
    answer = send(desk, piece, shown)
    assert answer.status_code == 302
    assert Plan.objects.get().at == datetime.fromisoformat(meant).replace(tzinfo=UTC)
    assert waiting_for() == [Plan.objects.get().at]


def waiting_for() -> list[datetime]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduled_at FROM procrastinate_jobs")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("shown", ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59"])
def test_a_time_that_is_left_out_is_refused_and_said_so(desk, piece, shown) -> None:
    answer = send(desk, piece, shown)
    hour = shown.partition("T")[2]
    assert errors(answer) == {
        "at": [f"An diesem Tag werden die Uhren vorgestellt: {hour} Uhr gibt es nicht."]
    }
    # What was filled in is not lost.
    assert shown in answer.content.decode()
    assert not Plan.objects.exists()


def test_of_a_time_that_comes_twice_one_is_chosen(desk, piece) -> None:
    answer = send(desk, piece, "2026-10-25T02:30")
    assert errors(answer) == {"which": ["Wähle eine aus."]}
    page = answer.content.decode()
    assert "Die erste (CEST)" in page
    assert "Die zweite (CET)" in page
    for which, meant in (("first", "00:30"), ("second", "01:30")):
        assert send(desk, piece, "2026-10-25T02:30", which=which).status_code == 302
        found = Plan.objects.waiting().get().at
        assert found == datetime.fromisoformat(f"2026-10-25T{meant}+00:00")


def test_no_choice_is_offered_where_there_is_none(desk, piece) -> None:
    assert 'name="which"' not in desk.get(at(piece)).content.decode()
    # One that was offered for another time does not count.
    send(desk, piece, "2026-10-25T03:30", which="second")
    assert Plan.objects.get().at == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


def test_a_piece_planned_across_the_change_goes_out_when_the_clock_shows_it(
    desk, piece, clock
) -> None:
    send(desk, piece, "2026-10-25T02:30", which="second")
    # The clock shows 02:30 for the first time.
    clock.move_to(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert services.publish_due() == []
    clock.move_to(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert len(services.publish_due()) == 1


def test_times_are_shown_with_their_zone_on_both_sides_of_the_change(desk, piece) -> None:
    for which, zone in (("first", "CEST"), ("second", "CET")):
        send(desk, piece, "2026-10-25T02:30", which=which)
        assert f"25. Oktober 2026 02:30 ({zone})" in desk.get(at(piece)).content.decode()


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("", "Sag, wann."),
        ("morgen", "Gib Tag und Uhrzeit an."),
        ("2026-02-30T10:00", "Gib Tag und Uhrzeit an."),
        ("2026-01-03T18:00+05:00", "Gib Tag und Uhrzeit an."),
        ("2026-01-03T25:00", "Gib Tag und Uhrzeit an."),
        ("2026-01-03T12:59", "Dieser Zeitpunkt ist vorbei."),
        ("2000-01-01T00:00", "Dieser Zeitpunkt ist vorbei."),
        ("0001-01-01T00:00", "Gib Tag und Uhrzeit an."),
        ("9999-12-31T23:59", "Gib Tag und Uhrzeit an."),
        ("2026-01-03T19:00\x00", "Gib Tag und Uhrzeit an."),
    ],
)
def test_what_is_no_time_to_come_is_refused(desk, piece, when, message) -> None:
    assert errors(send(desk, piece, when)) == {"at": [message]}
    assert not Plan.objects.exists()


# The page


def test_what_is_planned_is_shown_and_can_be_taken_back(desk, piece) -> None:
    send(desk, piece, "2026-01-03T19:00", note="Zum Abend")
    page = desk.get(at(piece)).content.decode()
    assert "Erscheint am 3. Januar 2026 19:00 (CET)" in page
    assert "Zum Abend" in page
    assert "eingeplant von Ruth Kaldenhoff" in page
    writing = desk.get(piece.editing_address).content.decode()
    assert "erscheint am 03.01.2026 19:00" in writing
    answer = desk.post(reverse("admin:articles_article_unschedule", args=[piece.pk]), follow=True)
    page = answer.content.decode()
    assert "Von diesem Stück ist nichts mehr eingeplant." in page
    assert "Erscheint am" not in page
    answer = desk.post(reverse("admin:articles_article_unschedule", args=[piece.pk]), follow=True)
    assert "Dieses Stück ist nicht eingeplant." in answer.content.decode()


def test_what_was_refused_is_shown_with_links_to_its_reasons(desk, piece, publisher, clock) -> None:
    send(desk, piece, "2026-01-03T19:00")
    services.save_article(piece, actor=publisher, kicker="Ungelesen")
    clock.move_to(EVENING)
    services.publish_due()
    page = desk.get(at(piece)).content.decode()
    assert "Nicht wie eingeplant veröffentlicht" in page
    assert "Nicht gelesen: „Ungelesen“" in page
    assert f"{piece.editing_address}#sentence-" in page


def test_publish_does_not_publish_at_once_what_was_given_a_time(desk, piece) -> None:
    found = errors(send(desk, piece, "2026-01-03T19:00", button="publish"))
    assert list(found) == ["at"]
    assert not Publication.objects.exists()


def test_without_a_time_publish_publishes_as_ever(desk, piece) -> None:
    assert send(desk, piece, "", button="publish").status_code == 302
    assert Publication.objects.count() == 1


def test_nothing_can_be_waived_in_advance(desk, piece) -> None:
    found = errors(send(desk, piece, "2026-01-03T19:00", **{"waive-read": "eilt"}))
    assert found["__all__"] == [
        "Was eingeplant wird, muss alle Regeln erfüllen: Ausnahmen gibt es dafür nicht."
    ]
    assert not Plan.objects.exists()


def test_a_piece_that_changed_in_between_is_looked_at_again(desk, piece, publisher) -> None:
    services.save_article(piece, actor=publisher, kicker="Neu")
    answer = send(desk, piece, "2026-01-03T19:00", based_on="1")
    assert answer.status_code == 422
    assert not Plan.objects.exists()


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "auditor"])
def test_who_may_not_publish_sees_the_plan_and_no_button(role, piece, publisher) -> None:
    services.schedule(piece, actor=publisher, at=EVENING)
    client = Client()
    client.force_login(factories.user(role))
    page = client.get(at(piece)).content.decode()
    assert "Erscheint am 3. Januar 2026 19:00 (CET)" in page
    assert "unschedule" not in page
    assert 'name="schedule"' not in page
    assert send(client, piece, "2026-01-03T20:00").status_code == 403
    address = reverse("admin:articles_article_unschedule", args=[piece.pk])
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    assert Plan.objects.waiting().get().at == EVENING


def test_strangers_are_sent_to_the_sign_in(piece) -> None:
    address = reverse("admin:articles_article_unschedule", args=[piece.pk])
    assert Client().post(address).status_code == 302


# The lists


def test_the_start_page_shows_what_is_to_go_out_and_what_is_overdue(
    desk, piece, publisher, clock
) -> None:
    other = factories.finished(publisher, headline="Morgen erst")
    services.schedule(other, actor=publisher, at=EVENING + timedelta(days=1))
    services.schedule(piece, actor=publisher, at=EVENING)
    start = Start.of(publisher)
    assert [plan.article for plan in start.plans] == [piece, other]
    page = desk.get(reverse("admin:index")).content.decode()
    assert "überfällig" not in page
    clock.move_to(EVENING + timedelta(minutes=1))
    page = desk.get(reverse("admin:index")).content.decode()
    assert page.count("überfällig") == 1


def test_the_start_page_says_first_what_did_not_go_out_and_why(
    desk, piece, publisher, clock
) -> None:
    services.schedule(piece, actor=publisher, at=EVENING)
    services.save_article(piece, actor=publisher, kicker="<b>Ungelesen</b>")
    clock.move_to(EVENING)
    services.publish_due()
    page = desk.get(reverse("admin:index")).content.decode()
    assert page.index("Nicht wie eingeplant veröffentlicht") < page.index("work-list")
    assert "Nicht gelesen: „&lt;b&gt;Ungelesen&lt;/b&gt;“" in page
    services.unschedule(piece, actor=publisher)
    page = desk.get(reverse("admin:index")).content.decode()
    assert "Nicht wie eingeplant" not in page


@pytest.mark.parametrize(
    ("role", "sees"),
    [("publisher", 1), ("editor", 1), ("reporter", 1), ("checker", 0), ("auditor", 0)],
)
def test_plans_stand_on_the_start_page_of_who_works_on_pieces(role, sees, piece, publisher) -> None:
    services.schedule(piece, actor=publisher, at=EVENING)
    assert len(Start.of(factories.user(role)).plans) == sees


def test_the_start_page_costs_the_same_for_many_plans(publisher, clock) -> None:
    costs = []
    for _ in range(2):
        piece = factories.finished(publisher)
        services.schedule(piece, actor=publisher, at=EVENING)
        with CaptureQueriesContext(connection) as queries:
            Start.of(publisher)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_the_list_of_pieces_tells_when_one_goes_out(desk, piece, publisher, clock) -> None:
    address = reverse("admin:articles_article_changelist")
    services.schedule(piece, actor=publisher, at=EVENING)
    assert "erscheint am 03.01.2026 19:00" in desk.get(address).content.decode()
    clock.move_to(EVENING + timedelta(minutes=1))
    page = desk.get(address).content.decode()
    assert '<span class="late">überfällig seit 03.01.2026 19:00</span>' in page


def test_the_timeline_tells_what_was_planned_and_what_became_of_it(
    desk, piece, publisher, clock
) -> None:
    services.schedule(piece, actor=publisher, at=EVENING, note="Zum Abend")
    services.unschedule(piece, actor=publisher)
    services.schedule(piece, actor=publisher, at=EVENING)
    services.save_article(piece, actor=publisher, kicker="Ungelesen")
    clock.move_to(EVENING)
    services.publish_due()
    address = reverse("admin:articles_article_history", args=[piece.pk])
    page = " ".join(desk.get(f"{address}?what=workflow").content.decode().split())
    for words in (
        "plante das Stück für 3. Januar 2026 19:00 (CET) ein: Erstveröffentlichung",
        "nahm zurück, was für 3. Januar 2026 19:00 (CET) eingeplant war",
        "veröffentlichte das Stück nicht, wie es für 3. Januar 2026 19:00 (CET) eingeplant war",
        "Nicht gelesen: „Ungelesen“",
    ):
        assert words in page, words


def test_an_erased_entry_is_still_told(piece, publisher) -> None:
    services.schedule(piece, actor=publisher, at=EVENING)
    entry = Entry.objects.of(piece).order_by("-sequence").first()
    told = tell(entry.kind, {"details": {"plan": {"id": "x", "at": "████-01", "kind": "█"}}})
    assert "████-01" in told.main[0].plain({})
