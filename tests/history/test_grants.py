"""The rights that the database gives: tried as the roles that have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django import app

from articles.services import erase, publish, restore, save_article
from claims import services as claims
from history import erasure, guards, jobs, ledger
from sources import services as sources
from tests import factories
from tests.jobs import run_due, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def roles() -> None:
    out = StringIO()
    call_command("grants", application="test_app", eraser="test_eraser", stdout=out)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE test_app; CREATE ROLE test_eraser")
        cursor.execute(out.getvalue())


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
    try:
        yield
        connection.check_constraints()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_the_application_can_do_its_daily_work(roles) -> None:
    admin = factories.user("admin")
    with acting_as("test_app"):
        piece = factories.finished(admin, tags=[factories.tag()], bylines=[factories.person()])
        claim = piece.claims.get()
        sources.capture(factories.source(admin), b"x", actor=admin, media_type="text/plain")
        publish(piece, actor=admin)
        save_article(piece, actor=admin, body="<p>Neu.</p>", confirmed=[claim.pk])
        restore(piece, revision=1, actor=admin)
        claims.read_sentences(piece, actor=admin)
        ledger.issue_checkpoint()
        jobs.soon(app.tasks["history.tasks.mend"], timestamp=0)
        assert "history.tasks.mend" in run_due()
        factories.user("reporter").delete()


@pytest.mark.parametrize("table", guards.append_only())
@pytest.mark.parametrize("verb", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_the_application_may_not_touch_what_is_append_only(roles, table: str, verb: str) -> None:
    column = {
        "history_entry": "kind",
        "history_payload": "data",
        "history_node": "hash",
        "history_checkpoint": "note",
        "articles_change": "kind",
    }.get(table, "id")
    refused = pytest.raises(DatabaseError, match="permission denied")
    with acting_as("test_app"), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table=table, column=column))


@pytest.mark.parametrize(
    "sql",
    [
        "TRUNCATE articles_article CASCADE",
        "ALTER TABLE history_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER history_mark ON articles_article",
        "SET session_replication_role = replica",
        "DELETE FROM history_dirty",
        "ALTER TABLE procrastinate_jobs DISABLE TRIGGER ALL",
        "SELECT history_erase('history_payload', 'entry_id', '0', '{\"data\": \"\"}')",
        "CREATE OR REPLACE FUNCTION history_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_the_application_may_not_take_the_guards_off(roles, sql: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with acting_as("test_app"), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_only_the_eraser_may_erase(roles) -> None:
    admin, other = factories.user("admin"), factories.user("publisher")
    piece = factories.article(admin, headline="Wirt Löschmann erzählt")
    asked = erasure.ask(actor=other, words=["Löschmann"], reason="Antrag")
    with acting_as("test_app"):
        assert not erasure.may_open_door()
        with pytest.raises(DatabaseError, match="permission denied"):
            erase(asked, actor=admin)
    with acting_as("test_eraser"):
        assert erasure.may_open_door()
        erase(asked, actor=admin)
    piece.refresh_from_db()
    assert piece.headline == "Wirt █████████ erzählt"


def test_a_role_needs_a_plain_name() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("grants", application="x; DROP TABLE y")
    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_can_work_with_the_rights_of_the_application() -> None:
    worked_as = []

    @app.task(name="tests.whoami")
    def whoami() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            worked_as.append(cursor.fetchone()[0])

    # Roles are the server's: other test runs have theirs.
    role = f"worker_of_{connection.settings_dict['NAME']}"
    out = StringIO()
    call_command("grants", application=role, eraser=f"{role}_eraser", stdout=out)
    options = connection.settings_dict["OPTIONS"]
    jobs.soon(whoami)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}; CREATE ROLE {role}_eraser; {out.getvalue()}")
        try:
            connection.settings_dict["OPTIONS"] = options | {"options": f"-c role={role}"}
            run_worker()
        finally:
            connection.settings_dict["OPTIONS"] = options
            del app.tasks["tests.whoami"]
            both = f"{role}, {role}_eraser"
            cursor.execute(f"DROP OWNED BY {both}; DROP ROLE {both}")
    assert worked_as == [role]
    assert run_due() == []
