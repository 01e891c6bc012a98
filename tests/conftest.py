"""What all tests share: the database server, and a flush that append-only tables allow."""

import os
import re
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from newsroom import environment

# A busy machine makes no rule of text wrong.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Drop the databases of test runs that were killed."""
    in_worker = hasattr(session.config, "workerinput")
    if not in_worker and not environment.text("DATABASE_URL"):
        _drop_orphaned_databases()


def _drop_orphaned_databases() -> None:
    server = settings.DATABASES["default"]
    with psycopg.connect(
        host=server["HOST"],
        port=server["PORT"],
        user=server["USER"],
        dbname=server["NAME"],
        autocommit=True,
    ) as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_newsroom\\_%'"
        ).fetchall()
        for (name,) in names:
            run = re.match(r"test_newsroom_(\d+)", name)
            if run and not _lives(int(run[1])):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_flush_once = TransactionTestCase._fixture_teardown


def _flush(case: TransactionTestCase) -> None:
    # A page that closes says so (see articles.drafts): its last request may still be answered
    # while the tables are emptied, and the database then lets one of the two go first.
    for _attempt in range(2):
        try:
            return _flush_once(case)
        except CommandError:
            continue
    return _flush_once(case)


def _flush_without_triggers(case: TransactionTestCase) -> None:
    # The ledger refuses TRUNCATE, as it should; only between tests it must let go. A given server
    # needs a superuser for that, or GRANT SET ON PARAMETER session_replication_role.
    names = list(case._databases_names(include_mirrors=False))
    for name in names:
        with connections[name].cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
    try:
        _flush(case)
        for name in names:
            with connections[name].cursor() as cursor:
                # Not Django's own, so it leaves them as they are.
                cursor.execute(
                    "TRUNCATE procrastinate_jobs, procrastinate_events,"
                    " procrastinate_periodic_defers, procrastinate_workers RESTART IDENTITY"
                )
    finally:
        for name in names:
            with connections[name].cursor() as cursor:
                cursor.execute("SET session_replication_role = DEFAULT")


TransactionTestCase._fixture_teardown = _flush_without_triggers


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    """Give each test its own folders for keys and files."""
    settings.NEWSROOM = settings.NEWSROOM | {"KEYS_DIR": tmp_path / "keys"}
    settings.MEDIA_ROOT = tmp_path / "media"
