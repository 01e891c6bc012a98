"""What monitors are told; see also test_without_database.py."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from newsroom import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def baked(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "baked"
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": folder}
    return folder


def told(client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_all_is_well(client, baked) -> None:
    baked.mkdir()
    (baked / "index.html").write_text("front page")
    assert told(client) == (
        200,
        {"status": "ok", "database": "reachable", "pages": "readable", "oldest_due_job": 0},
    )


def test_the_answer_is_never_stored_and_only_asked_for(client) -> None:
    answer = client.get("/healthz")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == "application/json"
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


def test_pages_that_were_never_baked_are_no_fault(client, baked) -> None:
    assert told(client) == (200, told(client)[1] | {"status": "ok", "pages": "none"})


def test_a_site_without_baked_pages_is_no_fault(client) -> None:
    assert told(client) == (200, told(client)[1] | {"status": "ok", "pages": "off"})


@pytest.mark.parametrize("broken", ["folder", "front page"])
def test_pages_that_cannot_be_read_are_a_fault(client, baked, broken) -> None:
    if broken == "folder":
        baked.write_text("a file")
    else:
        (baked / "index.html").mkdir(parents=True)
    status, said = told(client)
    assert status == 503
    assert (said["status"], said["database"], said["pages"]) == (
        "failing",
        "reachable",
        "unreadable",
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("due", "status"),
    [
        (timedelta(hours=1), "ok"),
        (-timedelta(minutes=4), "ok"),
        (-timedelta(minutes=6), "late"),
        (-timedelta(days=3), "late"),
    ],
)
def test_it_tells_how_late_the_oldest_job_is(client, due, status) -> None:
    task = app.tasks["history.tasks.mend"]
    task.configure(schedule_at=timezone.now() + due).defer(timestamp=0)
    task.configure(schedule_at=timezone.now() + timedelta(days=9)).defer(timestamp=0)
    code, said = told(client)
    assert (code, said["status"]) == (200, status)
    late = max(0, -int(due.total_seconds()))
    assert late <= said["oldest_due_job"] <= late + 60


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_due_at_once_is_as_late_as_it_is_old(client) -> None:
    app.tasks["history.tasks.mend"].defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '10 minutes'")
    assert told(client)[1]["status"] == "late"


def test_it_waits_for_no_server_that_does_not_answer(client, monkeypatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        host, port = silent.getsockname()
        elsewhere = {"host": host, "port": port, "password": "secret", "user": "u", "dbname": "d"}
        monkeypatch.setattr(connection, "get_connection_params", lambda: dict(elsewhere))
        assert health.PATIENCE < 5
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "failing",
        "database": "unreachable",
        "pages": "off",
        "oldest_due_job": None,
    }
    # It says no more than that.
    for word in ("secret", str(port), host):
        assert word not in answer.content.decode()
