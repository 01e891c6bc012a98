"""The piece as it was at a moment: which revision held, with which evidence, on whose clock."""

import html
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import moments, services
from articles.models import Article
from claims import services as claims
from history import revisions
from history.models import Entry
from newsroom.models import User
from sources.models import Source
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


@pytest.fixture
def mira() -> User:
    return factories.user("publisher", first_name="Mira", last_name="Sandmann")


@pytest.fixture
def piece(mira: User) -> Article:
    """A piece of three revisions, made at noon (UTC), an hour later and two hours later."""
    with time_machine.travel(NOON, tick=False):
        article = factories.article(mira, headline="Um zwölf")
    for number, headline in ((1, "Um eins"), (2, "Um zwei")):
        with time_machine.travel(hours(number), tick=False):
            services.save_article(article, actor=mira, headline=headline)
    return article


def address(article: Article, moment: datetime | str) -> str:
    text = moment if isinstance(moment, str) else moments.write(moment)
    return reverse("admin:articles_article_at", args=[article.pk, text])


def shown(client: Any, article: Article, moment: datetime | str, status: int = 200) -> Any:
    response = client.get(address(article, moment))
    assert response.status_code == status
    return response


# Which revision held


@pytest.mark.parametrize(
    ("after", "number"),
    [(0, 1), (0.5, 1), (0.999999, 1), (1, 2), (1.5, 2), (2, 3), (200, 3)],
)
def test_a_revision_holds_from_its_entry_until_the_next(piece, after, number):
    entry = revisions.as_of(piece, hours(after))
    assert entry is not None
    assert entry.revision == number


def test_before_the_first_revision_none_holds(piece):
    assert revisions.as_of(piece, NOON - timedelta(microseconds=1)) is None


def test_entries_without_a_document_and_other_pieces_do_not_count(piece, mira):
    with time_machine.travel(hours(3), tick=False):
        services.set_state(piece, actor=mira, state="check")
        factories.article(mira)
    entry = revisions.as_of(piece, hours(4))
    assert entry is not None
    assert entry.revision == 3


def test_the_order_is_the_ledger_s_where_a_clock_was_put_back(piece, mira):
    with time_machine.travel(hours(1.5), tick=False):
        services.save_article(piece, actor=mira, headline="Nach zwei, sagt die Uhr halb zwei")
    found = {after: revisions.as_of(piece, hours(after)).revision for after in (1.2, 1.7, 3)}
    assert found == {1.2: 2, 1.7: 4, 3: 4}


def test_it_is_found_in_one_query_by_the_index(piece):
    with CaptureQueriesContext(connection) as captured:
        entry = revisions.as_of(piece, hours(1))
    assert len(captured) == 1
    assert "serialized_data" not in captured[0]["sql"]
    with CaptureQueriesContext(connection) as captured:
        assert entry is not None
        assert entry.payload.data
    assert not len(captured)
    # So many entries of other pieces that the planner has reason to look for this one's alone.
    Entry.objects.bulk_create(
        Entry(
            sequence=1_000_000 + n,
            kind="articles.article.saved",
            subject=uuid4(),
            request=uuid4(),
            at=hours(1),
            digest=bytes(32),
            revision=1,
        )
        for n in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE history_entry")
    plan = revisions.revisions(piece).filter(at__lte=hours(1))[:1].explain()
    assert "entry_by_subject" in plan
    assert "Sort" not in plan


def test_documents_of_several_sources_as_of_a_moment_are_one_query(mira):
    with time_machine.travel(NOON, tick=False):
        early = factories.source(mira)
    with time_machine.travel(hours(2), tick=False):
        claims.retract_source(early, actor=mira, why="Gefälscht")
        late = factories.source(mira)
    with CaptureQueriesContext(connection) as captured:
        found = revisions.documents_as_of(Source, [early.pk, late.pk], hours(1))
    assert len(captured) == 1
    assert {key: row["record"]["retracted_at"] for key, row in found.items()} == {
        str(early.pk): None
    }


# The page


def test_the_page_shows_the_revision_of_the_moment_and_the_way_to_its_neighbours(
    client, piece, mira
):
    client.force_login(mira)
    context = shown(client, piece, hours(1.5)).context_data
    assert (context["number"], context["latest"]) == (2, 3)
    assert context["piece"].content["headline"] == "Um eins"
    assert context["earlier"] == address(piece, NOON)
    assert context["later"] == address(piece, hours(2))
    assert context["until"] == hours(2)
    assert shown(client, piece, NOON).context_data["earlier"] == ""
    assert shown(client, piece, hours(2)).context_data["later"] == ""


def test_following_the_way_to_the_neighbours_leaves_no_revision_out(client, piece, mira):
    client.force_login(mira)
    seen, there = [], address(piece, NOON)
    while there:
        context = client.get(there).context_data
        seen.append(context["number"])
        there = context["later"]
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    "moment",
    ["2026-03-02T13:30Z", "2026-03-02T13:30:00.000Z", "2026-03-02T14:30+01:00"],
)
def test_a_moment_can_be_written_in_several_ways(client, piece, mira, moment):
    client.force_login(mira)
    assert shown(client, piece, moment).context_data["number"] == 2


@pytest.mark.parametrize(
    "moment", ["gestern", "2026-03-02", "2026-03-02T13:30", "9999-12-31T23:59Z"]
)
def test_what_is_no_moment_is_not_found(client, piece, mira, moment):
    client.force_login(mira)
    shown(client, piece, moment, 404)


def test_before_the_piece_existed_the_page_says_so(client, piece, mira):
    client.force_login(mira)
    response = shown(client, piece, NOON - timedelta(hours=1), 404)
    said = html.unescape(response.content.decode())
    assert "12:00:00" in said  # what was asked for, in Berlin
    assert "13:00:00" in said  # when it was begun
    assert "Mira Sandmann" in said
    assert reverse("admin:articles_article_revision", args=[piece.pk, 1]) in said


def test_a_moment_to_come_shows_the_piece_as_it_is_and_says_so(client, piece, mira):
    client.force_login(mira)
    context = shown(client, piece, "2999-01-01T00:00Z").context_data
    assert (context["number"], context["future"]) == (3, True)
    assert not shown(client, piece, hours(2)).context_data["future"]


def test_the_page_costs_the_same_however_long_the_history_is(client, piece, mira):
    client.force_login(mira)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client, piece, hours(1.5))
        return len(captured)

    queries()  # what is looked up once
    short = queries()
    for number in range(20):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    assert queries() == short


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "publisher", "auditor", "admin"])
def test_every_role_may_look_at_a_moment(client, piece, role):
    client.force_login(factories.user(role))
    shown(client, piece, hours(1))
    assert (
        client.get(reverse("admin:articles_article_at_moment", args=[piece.pk])).status_code == 200
    )


def test_who_may_not_see_the_piece_may_not_see_it_at_any_moment(client, piece):
    client.force_login(User.objects.create_user("stranger", password="x", is_staff=True))
    shown(client, piece, hours(1), 403)
    asking = reverse("admin:articles_article_at_moment", args=[piece.pk])
    assert client.get(asking).status_code == 403


def test_a_piece_that_is_not_there_has_no_moments(client, mira):
    client.force_login(mira)
    asking = reverse("admin:articles_article_at", args=[mira.pk, "2026-03-02T13:30Z"])
    assert client.get(asking).status_code == 404


# The evidence as it stood then


@pytest.fixture
def checked(mira: User) -> Article:
    """A piece whose one claim was checked at one o'clock."""
    with time_machine.travel(NOON, tick=False):
        article = factories.article(mira)
        claim = factories.claim(article, actor=mira)
        factories.citation(claim, factories.source(mira), actor=mira)
    with time_machine.travel(hours(1), tick=False):
        claims.check(claim, actor=mira, verdict="supported")
    return article


def states(client: Any, article: Article, *after: float) -> list[str]:
    contexts = [shown(client, article, hours(number)).context_data for number in after]
    return [context["piece"].claims[0].state for context in contexts]


def test_a_check_counts_from_when_it_was_made(client, checked, mira):
    client.force_login(mira)
    assert states(client, checked, 0.5, 1) == ["unchecked", "supported"]


def test_a_retraction_counts_from_when_it_was_made_known(client, checked, mira):
    source = checked.claims.get().citations.get().source
    with time_machine.travel(hours(5), tick=False):
        claims.retract_source(source, actor=mira, why="Gefälscht")
    client.force_login(mira)
    assert states(client, checked, 4, 5) == ["supported", "stale"]
    assert shown(client, checked, hours(4)).context_data["piece"].claims[0].retracted == set()
    claim = shown(client, checked, hours(6)).context_data["piece"].claims[0]
    assert claim.retracted == {str(source.pk)}


def test_a_check_counts_until_the_day_to_check_again_has_passed(client, checked, mira):
    with time_machine.travel(hours(2), tick=False):
        claims.save_claim(checked.claims.get(), actor=mira, check_by=date(2026, 3, 3))
    client.force_login(mira)
    # The next day ends in Berlin at 23:00 UTC.
    assert states(client, checked, 34.99, 35) == ["supported", "stale"]


# The newsroom's clock


def asked(client: Any, article: Article, day: str, hour: str) -> Any:
    asking = reverse("admin:articles_article_at_moment", args=[article.pk])
    return client.get(asking, {"date": day, "time": hour})


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        ("2026-03-02", "14:30", "2026-03-02T13:30Z"),
        ("2026-03-02", "14:30:15", "2026-03-02T13:30:15Z"),
        ("2026-07-01", "14:30", "2026-07-01T12:30Z"),
        # Clocks are put forward from 2 to 3 and back from 3 to 2.
        ("2026-03-29", "01:59:59", "2026-03-29T00:59:59Z"),
        ("2026-03-29", "03:00", "2026-03-29T01:00Z"),
        ("2026-10-25", "01:59", "2026-10-24T23:59Z"),
        ("2026-10-25", "02:30", "2026-10-25T01:30Z"),
        ("2026-10-25", "03:00", "2026-10-25T02:00Z"),
    ],
)
def test_a_day_and_a_time_are_of_berlin(client, piece, mira, day, hour, moment):
    client.force_login(mira)
    response = asked(client, piece, day, hour)
    assert (response.status_code, response["Location"]) == (302, address(piece, moment))


@pytest.mark.parametrize(
    ("day", "hour"),
    [("2026-03-29", "02:00"), ("2026-03-29", "02:30"), ("2026-03-29", "02:59:59")],
)
def test_a_time_that_the_clock_skipped_is_refused_at_its_field(client, piece, mira, day, hour):
    client.force_login(mira)
    response = asked(client, piece, day, hour)
    assert response.status_code == 422
    assert list(response.context_data["moment_form"].errors) == ["time"]


@pytest.mark.parametrize(
    ("day", "hour"), [("", "12:00"), ("2026-03-02", ""), ("32.3.", "x"), ("0001-01-01", "00:00")]
)
def test_what_is_no_day_or_time_is_refused(client, piece, mira, day, hour):
    client.force_login(mira)
    assert asked(client, piece, day, hour).status_code in (302, 422)


def test_a_repeated_hour_is_told_apart_and_both_of_it_can_be_seen(client, mira):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)
    with time_machine.travel(first - timedelta(minutes=5), tick=False):
        article = factories.article(mira)
    with time_machine.travel(first + timedelta(minutes=10), tick=False):
        services.save_article(article, actor=mira, headline="In der ersten Stunde")
    client.force_login(mira)
    there = asked(client, article, "2026-10-25", "02:30")["Location"]
    late = client.get(there).context_data
    assert (late["number"], late["asked"], late["twin"]) == (2, second, first)
    early = client.get(late["twin_address"]).context_data
    assert (early["number"], early["asked"], early["twin"]) == (1, first, second)
    said = [client.get(where).content.decode() for where in (there, late["twin_address"])]
    assert "02:30:00 CET" in said[0]
    assert "02:30:00 CEST" in said[1]


def test_other_hours_have_no_twin():
    for moment in (
        NOON,
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 2, tzinfo=UTC),
    ):
        assert moments.twin(moment) is None


def test_the_clock_shows_each_time_of_an_ordinary_day_once():
    assert moments.on_the_clock(date(2026, 3, 2), time(13)) == [NOON]


def test_moments_are_written_no_longer_than_they_must_be_and_read_back():
    for moment, text in (
        (NOON, "2026-03-02T12:00Z"),
        (NOON.replace(second=5), "2026-03-02T12:00:05Z"),
        (NOON.replace(microsecond=50), "2026-03-02T12:00:00.000050Z"),
    ):
        assert moments.write(moment) == text
        assert moments.read(text) == moment


def test_the_form_stands_on_the_history_page_and_beside_the_moment(client, piece, mira):
    client.force_login(mira)
    asking = reverse("admin:articles_article_at_moment", args=[piece.pk])
    history = client.get(reverse("admin:articles_article_history", args=[piece.pk]))
    assert f'action="{asking}"' in history.content.decode()
    page = shown(client, piece, hours(1)).content.decode()
    assert 'value="2026-03-02"' in page
    assert 'value="14:00:00"' in page
