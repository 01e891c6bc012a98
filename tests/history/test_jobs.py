"""Jobs: asked for with the change that needs them, run once, and not lost."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from history import jobs
from tests.jobs import run_due, run_worker, waiting


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def work(ran: list[str]) -> Iterator[Any]:
    """A task that writes down the word it is given; "fail" fails."""

    @app.task(name="tests.work")
    def work(word: str) -> None:
        if word == "fail":
            raise RuntimeError("as asked")
        ran.append(word)

    yield work
    del app.tasks["tests.work"]


@contextmanager
def another_connection() -> Iterator[Any]:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


def fetched(cursor: Any) -> int | None:
    """Take the next job as a worker does; return its number."""
    cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")
    return cursor.fetchone()[0]


def state() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return cursor.fetchall()


def later(minutes: int) -> None:
    """Let everything about the jobs be so much longer ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - interval '1 minute' * %s", [minutes]
        )
        cursor.execute(
            "UPDATE procrastinate_workers"
            " SET last_heartbeat = last_heartbeat - interval '1 minute' * %s",
            [minutes],
        )


@pytest.mark.django_db
def test_what_is_asked_for_many_times_is_done_once(work, ran) -> None:
    for word in ("front", "front", "section", "front"):
        jobs.soon(work, word=word)
    assert run_due() == ["tests.work", "tests.work"]
    assert ran == ["front", "section"]


@pytest.mark.django_db
def test_asked_for_again_while_it_runs_it_is_done_again(ran) -> None:
    @app.task(name="tests.again")
    def again() -> None:
        ran.append("done")
        if len(ran) == 1:
            jobs.soon(again)

    try:
        jobs.soon(again)
        run_due()
    finally:
        del app.tasks["tests.again"]
    assert ran == ["done", "done"]


@pytest.mark.django_db
def test_nothing_is_queued_when_the_act_is_rolled_back(work) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.soon(work, word="front")
        1 / 0  # noqa: B018
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_a_waiting_job_does_not_start_before_all_who_asked_have_committed(work) -> None:
    """Else it would not see what the last of them did, and nobody would ask again."""
    jobs.soon(work, word="front")
    with another_connection() as worker:
        with transaction.atomic():
            jobs.soon(work, word="front")
            assert fetched(worker) is None
        assert fetched(worker) is not None


@pytest.mark.django_db(transaction=True)
def test_a_job_already_taken_does_not_serve_who_asks_now(work) -> None:
    jobs.soon(work, word="front")
    with another_connection() as worker:
        first = fetched(worker)
        jobs.soon(work, word="front")
        assert fetched(worker) not in (None, first)


@pytest.mark.django_db(transaction=True)
def test_a_worker_works_through_the_queue_and_leaves_only_what_failed(work, ran) -> None:
    for word in ("front", "fail", "section"):
        jobs.soon(work, word=word)
    run_worker()
    assert ran == ["front", "section"]
    assert ("failed", 1) in state()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ask", [jobs.ask, jobs.soon])
def test_a_job_that_asks_for_jobs_does_so_in_its_own_transaction(work, ran, ask) -> None:
    @app.task(name="tests.asks")
    def asks() -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            ask(work, word="rolled back")
            1 / 0  # noqa: B018
        with another_connection() as elsewhere, transaction.atomic():
            ask(work, word="committed")
            elsewhere.execute("SELECT FROM procrastinate_jobs WHERE task_name = 'tests.work'")
            ran.append("seen too early" if elsewhere.fetchall() else "not seen yet")

    try:
        jobs.ask(asks)
        run_worker()
    finally:
        del app.tasks["tests.asks"]
    assert ran == ["not seen yet", "committed"]


@pytest.mark.django_db
def test_a_failed_job_is_tried_again_later_and_later_and_then_left(work) -> None:
    jobs.soon(work, word="fail")
    waited = []
    for tried in range(1, jobs.TRIES + 1):
        with connection.cursor() as cursor:
            number = fetched(cursor)
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [number])
        jobs.mend()
        assert state() == [("failed", tried)]
        minutes = 0
        while state() == [("failed", tried)] and minutes < 1000:
            later(1)
            minutes += 1
            jobs.mend()
        waited.append(minutes)
    assert waited == [1, 2, 4, 8, 16, 32, 64, 1000]
    assert state() == [("failed", jobs.TRIES)]


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_done_by_the_next(work, ran) -> None:
    jobs.soon(work, word="front")
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]
        cursor.execute("SELECT procrastinate_fetch_job_v2(NULL, %s)", [worker])
        jobs.mend()
        assert state() == [("doing", 0)]
        later(2)
        jobs.mend()
        assert state() == [("todo", 1)]
    run_due()
    assert ran == ["front"]


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_is_given_up(work) -> None:
    jobs.soon(work, word="front")
    with connection.cursor() as cursor:
        for _worker in range(jobs.TRIES):
            assert fetched(cursor)
            jobs.mend()
        assert fetched(cursor) is None
    assert state() == [("failed", jobs.TRIES)]


@pytest.mark.django_db
def test_a_dead_job_gives_way_to_one_that_waits_for_the_same(work) -> None:
    jobs.soon(work, word="front")
    with connection.cursor() as cursor:
        fetched(cursor)
    jobs.soon(work, word="front")
    jobs.mend()
    assert state() == [("todo", 0)]


@pytest.mark.django_db
def test_what_failed_for_good_is_forgotten_after_a_month(work) -> None:
    jobs.soon(work, word="fail")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 99")
    later(29 * 24 * 60)
    jobs.mend()
    assert state() == [("failed", 99)]
    later(2 * 24 * 60)
    jobs.mend()
    assert state() == []


@pytest.mark.django_db
def test_a_job_waits_for_a_worker_however_long_that_is_away(work) -> None:
    jobs.soon(work, word="front")
    later(60 * 24 * 60)
    jobs.mend()
    assert state() == [("todo", 0)]
