"""What all tests share: the database server, and a flush that append-only tables allow."""

import os
import re
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections
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


# What migrating fills and no test changes. Filling it anew takes longer than many a test.
_KEPT = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
# Not Django's own, so it does not name them.
_OF_JOBS = {
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}


def _empty_tables(case: TransactionTestCase) -> None:
    """Empty the tables after a test that committed, in place of Django's flush."""
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        tables = connection.introspection.django_table_names(only_existing=True)
        names = [connection.ops.quote_name(table) for table in {*tables, *_OF_JOBS} - _KEPT]
        with connection.cursor() as cursor:
            # The ledger refuses TRUNCATE, as it should; only between tests it must let go. A given
            # server needs a superuser for that, or GRANT SET ON PARAMETER session_replication_role.
            cursor.execute("SET session_replication_role = replica")
            try:
                _truncate(cursor, sorted(names))
            finally:
                cursor.execute("SET session_replication_role = DEFAULT")


def _truncate(cursor: Any, names: list[str]) -> None:
    # A page that closes says so (see articles.drafts): its last request may still be answered
    # while the tables are emptied, and the database then lets one of the two go first.
    for attempt in range(3):
        try:
            cursor.execute(f"TRUNCATE {', '.join(names)}")
        except OperationalError:
            if attempt == 2:
                raise
        else:
            return


TransactionTestCase._fixture_teardown = _empty_tables


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    """Give each test its own folders for keys and files."""
    settings.NEWSROOM = settings.NEWSROOM | {"KEYS_DIR": tmp_path / "keys"}
    settings.MEDIA_ROOT = tmp_path / "media"
