"""Whether this server can do its work: asked by monitors, so told to anybody, so in few words."""

import os
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

# Seconds; an answer after that is of no use. libpq takes no less for connecting.
PATIENCE = 2
# Seconds that a job may be late before it is said that something is wrong: no worker is at work.
LATE = 5 * 60

OLDEST_DUE = """
SELECT coalesce(extract(epoch FROM max(now() - coalesce(scheduled_at, (
    SELECT max(at) FROM procrastinate_events WHERE job_id = job.id
)))), 0)::bigint
FROM procrastinate_jobs job WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()
"""


def report() -> tuple[bool, dict[str, Any]]:
    """Return whether this server works, and what is the case, as plain data.

    ``oldest_due_job`` is in seconds, ``None`` while the database does not answer.
    """
    seconds = oldest_due_job()
    pages = baked_pages()
    works = seconds is not None and pages != "unreadable"
    return works, {
        "status": "failing" if not works else "late" if seconds and seconds > LATE else "ok",
        "database": "unreachable" if seconds is None else "reachable",
        "pages": pages,
        "oldest_due_job": seconds,
    }


def oldest_due_job() -> int | None:
    """Return for how long the oldest job has been due, ``None`` if the database does not answer.

    On a connection of its own: one that is kept may be dead, which shows only after minutes.
    """
    chosen = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        chosen.pop(name, None)
    limit = f"-c statement_timeout={PATIENCE}s"
    chosen |= {
        "connect_timeout": PATIENCE,
        "tcp_user_timeout": PATIENCE * 1000,
        "options": f"{chosen.get('options', '')} {limit}".strip(),
    }
    try:
        with psycopg.connect(**chosen) as own:
            row = own.execute(OLDEST_DUE).fetchone()
    except psycopg.Error:
        return None
    return int(row[0]) if row else None


def baked_pages() -> str:
    """Return whether what was baked can be read: what is not there yet is no fault."""
    chosen = settings.NEWSROOM["BAKED_DIR"]
    if not chosen:
        return "off"
    try:
        names = {entry.name for entry in os.scandir(chosen)}
        if "index.html" in names:
            with open(Path(chosen) / "index.html", "rb") as front:
                front.read(1)
    except FileNotFoundError:
        return "none"
    except OSError:
        return "unreadable"
    return "readable"
