"""What the database refuses, tried with raw SQL."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Article
from articles.services import arrange_front, block, publish, reply, schedule
from claims import quoting
from claims.services import seek_comment
from history import ledger
from history.acts import act
from history.aggregates import aggregates
from history.guards import LEDGER
from history.models import Entry
from sources import services as sources
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece():
    admin = factories.user("admin")
    piece = factories.finished(admin, tags=[factories.tag()], bylines=[factories.person()])
    publish(piece, actor=admin)
    claim = piece.claims.get()
    reply(piece, actor=admin, claim=claim, author="Erika Muster", text="Es waren weniger.")
    source = claim.citations.get().source
    copy = sources.capture(source, b"x", actor=admin, media_type="text/plain", text="x")
    quoting.lost(claim.citations.get(), copy)
    arrange_front([piece.pk], actor=admin, based_on=None)
    block(piece, actor=admin, reason="Beschluss", words=["5000"])
    other = factories.claim(piece, "Das sagte die Polizei", rests_on=[claim], accuses=True)
    seek_comment(other, actor=admin, whom="Wirt", at=timezone.now())
    assert other.rests_on.get() == claim
    schedule(piece, actor=admin, at=timezone.now() + timedelta(days=1), kind="update", note="x")
    ledger.issue_checkpoint()
    # A transaction of its own would have nothing pending.
    connection.check_constraints()
    return piece


def refused(sql: str, *params: object) -> str:
    """Return the name of the constraint that refuses these statements at commit."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
        connection.check_constraints()
        pytest.fail(f"Nothing refused it: {sql}")
    return caught.value.__cause__.diag.constraint_name


SILENT_CHANGES = [
    "UPDATE articles_article SET headline = 'anders'",
    "UPDATE articles_article SET state = 'shelved'",
    "UPDATE articles_plan SET at = at - interval '1 hour'",
    "DELETE FROM articles_plan",
    "UPDATE articles_byline SET role = 'Foto'",
    "DELETE FROM articles_byline",
    "DELETE FROM articles_article_tags",
    "UPDATE claims_claim SET statement = 'anders'",
    "DELETE FROM claims_claim_rests_on",
    "UPDATE claims_passage SET exact = 'anders'",
    "DELETE FROM claims_passage",
    "UPDATE claims_citation SET locator = 'S. 1'",
    "DELETE FROM claims_citation",
    "UPDATE claims_commentsought SET answer = 'anders'",
    "DELETE FROM claims_commentsought",
    "INSERT INTO claims_reading SELECT gen_random_uuid(), reader, at, rule, sentences, article_id"
    " FROM claims_reading LIMIT 1",
    "UPDATE sources_source SET notes = 'anders'",
    "DELETE FROM articles_person WHERE id NOT IN (SELECT person_id FROM articles_byline);"
    "UPDATE articles_person SET name = 'anders'",
    "UPDATE articles_section SET name = 'anders'",
    "UPDATE articles_tag SET name = 'anders'",
]


def test_a_change_without_an_entry_is_refused_at_commit(piece) -> None:
    for sql in SILENT_CHANGES:
        assert refused(sql) == "history_no_change_without_record", sql


def test_an_entry_for_another_piece_does_not_help(piece) -> None:
    other = factories.article()
    refused(
        "UPDATE articles_article SET headline = 'anders' WHERE id = %s;"
        "INSERT INTO history_entry (sequence, kind, subject, request, at, digest)"
        " VALUES (999999, 'x', %s, gen_random_uuid(), now(), '\\x00')",
        piece.pk,
        other.pk,
    )


def test_a_change_after_the_entry_is_refused(piece) -> None:
    actor = factories.user("editor")
    with pytest.raises(IntegrityError):
        with act("articles.article.saved", actor=actor):
            Article.objects.filter(pk=piece.pk).update(headline="auf dem Protokoll")
        Article.objects.filter(pk=piece.pk).update(headline="daneben")
        connection.check_constraints()


def test_moving_a_citation_to_another_piece_marks_both(piece) -> None:
    other = factories.claim(factories.article())
    citation = piece.claims.get(statement__startswith="Mehr").citations.get()
    with act("claims.citation.changed", actor=factories.user("editor")) as this:
        citation.claim = other
        citation.save()
    assert {entry.subject for entry in this.entries} == {piece.pk, other.article_id}


def test_a_row_written_as_it_was_is_no_change(piece) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE articles_article SET headline = headline")
        connection.check_constraints()


APPEND_ONLY = [
    *LEDGER,
    "claims_check",
    "claims_drift",
    "claims_reading",
    "sources_capture",
    "sources_extraction",
    "articles_publication",
    "articles_reply",
    "articles_legalblock",
    "articles_change",
    "articles_frontpage",
]
KEYS = {
    "history_entry": "sequence",
    "history_payload": "entry_id",
    "history_node": "level",
    "history_checkpoint": "size",
    "articles_change": "number",
}


@pytest.mark.parametrize(
    "sql",
    ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"],
)
def test_what_happened_cannot_be_changed(piece, sql: str) -> None:
    for table in APPEND_ONLY:
        name = refused(sql.format(table=table, column=KEYS.get(table, "id")))
        assert name in {"history_append_only", "history_no_truncate"}, table


def test_truncating_a_piece_table_is_refused(piece) -> None:
    for table in ("articles_article", "claims_claim", "sources_source"):
        assert refused(f"TRUNCATE {table} CASCADE") == "history_no_truncate", table


def test_an_account_can_go_and_its_trail_stays(piece) -> None:
    gone = factories.user("editor")
    made = factories.article(gone)
    key = gone.pk
    gone.delete()
    assert Entry.objects.get(subject=made.pk).actor == key


def test_every_table_of_the_apps_is_guarded_or_named_here() -> None:
    unguarded = {
        "newsroom_user",
        "newsroom_user_groups",
        "newsroom_user_user_permissions",
        # Asked for, then decided; what was decided is an entry.
        "history_erasure",
        # What the worker remembers between two looks at a page.
        "sources_watch",
        # Counted anew every night.
        "claims_lexeme",
        # What was pasted, until it becomes a source or is forgotten.
        "sources_lookup",
        # What readers sent in is no part of a piece; that they did, and what became of it, is
        # entered by its services.
        "articles_readerreport",
        # Made of publications, which are guarded.
        "articles_livepiece",
        "articles_word",
        # What somebody is writing, and who is there: no part of a piece before it is saved.
        "articles_workingdraft",
        "articles_presence",
        # Derived, and verified against what it is derived from; asked of somebody; set aside.
        "claims_knownstanding",
        "claims_lookalike",
        "claims_assignment",
        "claims_dismissal",
        # What colleagues say to one another.
        "articles_comment",
        "articles_comment_mentions",
        "articles_commentsseen",
    }
    guarded = set(LEDGER)
    for aggregate in aggregates():
        guarded |= set(aggregate.tables)
    tables = {
        model._meta.db_table
        for app in ("newsroom", "history", "sources", "claims", "articles")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    assert tables - unguarded == guarded - {"reversion_version", "reversion_revision"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event_object_table FROM information_schema.triggers"
            " WHERE trigger_name IN ('history_mark', 'history_append_only')"
        )
        assert {row[0] for row in cursor.fetchall()} == guarded
