"""Tampering, by a superuser with all triggers off: verification names each.

What rewrites everything consistently, or cuts off the tail, can only be shown
against a checkpoint that somebody else holds.
"""

import json
import os
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from articles.models import Article, Publication
from articles.services import publish, save_article
from claims.models import Check
from history import canonical, ledger, merkle, signing, verification
from history.digests import digest
from history.models import Checkpoint, Entry, Node, Payload
from sources import services as sources
from sources.models import Capture, capture_storage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece(settings, tmp_path):
    admin = factories.user("admin")
    piece = factories.finished(admin)
    source = piece.claims.get().citations.get().source
    sources.capture(source, b"Beleg", actor=admin, media_type="text/plain")
    publish(piece, actor=admin)
    for number in range(4):
        save_article(piece, actor=admin, kicker=f"Fassung {number}")
    ledger.issue_checkpoint()
    # Deferred checks are done; from here on nothing is checked any more.
    connection.check_constraints()
    return piece


@pytest.fixture
def kept(piece, tmp_path) -> str:
    """A checkpoint that somebody else holds."""
    path = tmp_path / "checkpoint.txt"
    path.write_text(Checkpoint.objects.latest("size").note, encoding="utf-8")
    return str(path)


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, params)
        assert cursor.rowcount >= 1
        cursor.execute("SET session_replication_role = DEFAULT")


def faults(*outside: str) -> list[str]:
    notes = []
    for path in outside:
        with open(path, encoding="utf-8") as file:
            notes.append((path, file.read()))
    return [str(fault) for fault in verification.verify(verification.Run(outside=notes))]


def flip_a_bit_in_a_document(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=2).get()
    version = entry.payload.version_id
    sql(
        "UPDATE reversion_version SET serialized_data = overlay(serialized_data placing"
        " chr(ascii(substr(serialized_data, 30, 1)) # 1) from 30 for 1) WHERE id = %s",
        version,
    )
    return f"reversion_version/{version}"


def change_the_words_of_a_document(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=2).get()
    version = entry.payload.version_id
    sql(
        "UPDATE reversion_version SET serialized_data = replace(serialized_data, '5000', '6000')"
        " WHERE id = %s",
        version,
    )
    return f"reversion_version/{version}"


def change_a_payload(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(kind="articles.article.published").get()
    sql(
        "UPDATE history_payload SET data = replace(data, 'first', 'typo') WHERE entry_id = %s",
        entry.pk,
    )
    return f"history_payload/{entry.pk}"


def change_who_did_it(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=1).get()
    sql("UPDATE history_entry SET actor = gen_random_uuid() WHERE sequence = %s", entry.pk)
    return "history_node/1/"


def change_when_it_was(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=1).get()
    sql("UPDATE history_entry SET at = at - interval '1 day' WHERE sequence = %s", entry.pk)
    return "history_node/1/"


def delete_an_entry(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=2).get()
    sql("DELETE FROM history_payload WHERE entry_id = %s", entry.pk)
    sql("DELETE FROM history_entry WHERE sequence = %s", entry.pk)
    return f"history_entry/{entry.pk}: the entry is missing"


def delete_a_payload(piece: Article) -> str:
    entry = Entry.objects.of(piece).filter(revision=2).get()
    sql("DELETE FROM history_payload WHERE entry_id = %s", entry.pk)
    return f"history_entry/{entry.pk}: its payload is missing"


def swap_two_entries(piece: Article) -> str:
    one, other = Entry.objects.of(piece).filter(revision__in=(2, 3)).order_by("sequence")
    for name in ("kind", "actor", "at", "digest", "request", "revision"):
        setattr(other, name, getattr(one, name))
    columns = "kind, actor, subject, request, at, digest"
    sql(
        f"UPDATE history_entry a SET ({columns}) = (SELECT {columns} FROM history_entry b"
        " WHERE b.sequence = CASE a.sequence WHEN %s THEN %s ELSE %s END)"
        " WHERE a.sequence IN (%s, %s)",
        one.pk, other.pk, one.pk, one.pk, other.pk,
    )  # fmt: skip
    return f"reversion_version/{one.payload.version_id}"


def change_a_node(piece: Article) -> str:
    node = Node.objects.filter(level=1).first()
    sql("UPDATE history_node SET hash = sha256(hash) WHERE level = 1 AND index = %s", node.index)
    return f"history_node/1/{node.index}"


def change_a_checkpoint(piece: Article) -> str:
    size = Checkpoint.objects.latest("size").size
    sql("UPDATE history_checkpoint SET note = replace(note, %s, %s)", f"\n{size}\n", "\n1\n")
    return f"history_checkpoint/{size}"


def alter_a_publication(piece: Article) -> str:
    publication = Publication.objects.get()
    sql("UPDATE articles_publication SET document = replace(document, '5000', '6000')")
    return f"articles_publication/{publication.pk}"


def predate_a_publication(piece: Article) -> str:
    publication = Publication.objects.get()
    sql("UPDATE articles_publication SET revision = 1")
    return f"articles_publication/{publication.pk}"


def remove_a_publication(piece: Article) -> str:
    publication = Publication.objects.get()
    sql("DELETE FROM articles_publication")
    return f"articles_publication/{publication.pk}: was published and is not there"


def slip_in_a_publication(piece: Article) -> str:
    sql(
        "INSERT INTO articles_publication (id, article_id, number, kind, note, at, actor,"
        " revision, slug, waivers, fallen, document) SELECT '11111111-1111-4111-8111-111111111111',"
        " article_id, 2, 'update', note, at, actor, revision, slug, waivers, fallen,"
        " document FROM articles_publication"
    )
    return "articles_publication/11111111-1111-4111-8111-111111111111: no entry records"


def replace_a_capture(piece: Article) -> str:
    capture = Capture.objects.get()
    capture_storage().delete(capture.name)
    capture_storage().save(capture.name, ContentFile(b"Gegenbeleg"))
    return f"sources_capture/{capture.pk}: its bytes are not those"


def lose_a_capture(piece: Article) -> str:
    capture = Capture.objects.get()
    capture_storage().delete(capture.name)
    return f"sources_capture/{capture.pk}: its bytes are missing"


def edit_a_live_piece(piece: Article) -> str:
    sql("UPDATE articles_article SET headline = 'Niemand auf dem Platz'")
    return f"articles_article/{piece.pk}: differs from its last recorded document in"


def forge_a_check(piece: Article) -> str:
    sql("UPDATE claims_check SET verdict = 'refuted'")
    return f"articles_article/{piece.pk}: differs from its last recorded document in /record/checks"


def slip_in_a_check(piece: Article) -> str:
    check = Check.objects.get()
    sql(
        "INSERT INTO claims_check (id, claim_id, checker, at, verdict, confirmed, note, snapshot)"
        " SELECT gen_random_uuid(), claim_id, checker, now(), verdict, confirmed, note, snapshot"
        " FROM claims_check WHERE id = %s",
        check.pk,
    )
    return f"articles_article/{piece.pk}: differs"


def slip_in_a_revision(piece: Article) -> str:
    sql(
        "INSERT INTO reversion_version (object_id, format, serialized_data, object_repr,"
        " content_type_id, revision_id, db) SELECT object_id || '-2', format, serialized_data,"
        " object_repr, content_type_id, revision_id, db FROM reversion_version LIMIT 1"
    )
    return "no entry records this document"


def remove_a_piece(piece: Article) -> str:
    other = factories.article()
    connection.check_constraints()
    for table in ("articles_article",):
        sql(f"DELETE FROM {table} WHERE id = %s", other.pk)
    return f"articles_article/{other.pk}: was recorded and is not there"


def let_search_find_other_words(piece: Article) -> str:
    sql("UPDATE articles_livepiece SET text = replace(text, '5000', '6000')")
    return f"articles_livepiece/{piece.pk}: is not as the publications have it"


def hide_a_piece_from_lists(piece: Article) -> str:
    sql("DELETE FROM articles_livepiece")
    return f"articles_livepiece/{piece.pk}: is not as the publications have it"


def keep_a_publication_from_followers(piece: Article) -> str:
    publication = Publication.objects.get()
    sql("DELETE FROM articles_change")
    return f"articles_publication/{publication.pk}: was not told to followers"


def leave_a_gap_in_what_followers_read(piece: Article) -> str:
    sql("UPDATE articles_change SET number = 7")
    return "articles_change: its numbers have gaps"


TAMPERINGS = [
    flip_a_bit_in_a_document, change_the_words_of_a_document, change_a_payload, change_who_did_it,
    change_when_it_was, delete_an_entry, delete_a_payload, swap_two_entries, change_a_node,
    change_a_checkpoint, alter_a_publication, predate_a_publication, remove_a_publication,
    slip_in_a_publication, replace_a_capture, lose_a_capture, edit_a_live_piece, forge_a_check,
    slip_in_a_check, slip_in_a_revision, remove_a_piece, let_search_find_other_words,
    hide_a_piece_from_lists, keep_a_publication_from_followers, leave_a_gap_in_what_followers_read,
]  # fmt: skip


def test_what_nobody_touched_verifies(piece, kept) -> None:
    assert faults(kept) == []


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found_and_the_row_is_named(piece, tamper: Callable[[Article], str]) -> None:
    row = tamper(piece)
    found = faults()
    assert any(row in fault for fault in found), (row, found)


def test_the_command_says_each_fault_on_a_line_and_exits_with_1(piece) -> None:
    row = edit_a_live_piece(piece)
    out = StringIO()
    with pytest.raises(SystemExit) as exited:
        call_command("verify", stdout=out, stderr=StringIO())
    assert exited.value.code == 1
    assert out.getvalue().startswith(row)


def cut_off_the_tail(piece: Article) -> None:
    """Remove the last entries and all that speaks of them, consistently."""
    last = ledger.size() - 3
    versions = list(
        Payload.objects.filter(entry__sequence__gte=last).values_list("version_id", flat=True)
    )
    sql("DELETE FROM history_payload WHERE entry_id >= %s", last)
    sql("DELETE FROM history_entry WHERE sequence >= %s", last)
    sql("DELETE FROM reversion_version WHERE id = ANY(%s)", versions)
    sql("DELETE FROM history_node WHERE (index + 1) << level > %s", last)
    sql("DELETE FROM history_checkpoint")
    document = json.loads(
        Entry.objects.of(piece).revisions().first().payload.version.serialized_data
    )
    sql("UPDATE articles_article SET kicker = %s", document["content"]["kicker"])


def rewrite_everything(piece: Article) -> None:
    """Change the first document and make all digests and nodes anew, as an owner could."""
    version = Entry.objects.of(piece).filter(revision=1).get().payload.version
    changed = version.serialized_data.replace("5000", "6000")
    sql("UPDATE reversion_version SET serialized_data = %s WHERE id = %s", changed, version.pk)
    sql("DELETE FROM history_node")
    sql("DELETE FROM history_checkpoint")
    leaves = []
    for entry in Entry.objects.order_by("sequence").select_related("payload__version"):
        payload, salt = entry.payload, os.urandom(32)
        whole: dict[str, Any] = canonical.loads(payload.data)
        if payload.version:
            whole["document"] = canonical.loads(payload.version.serialized_data)
        entry.digest = digest(whole, salt)
        sql("UPDATE history_payload SET salt = %s WHERE entry_id = %s", salt, entry.pk)
        sql("UPDATE history_entry SET digest = %s WHERE sequence = %s", entry.digest, entry.pk)
        leaves.append(merkle.leaf_hash(entry.leaf))
    for (level, index), hashed in merkle.grow(0, [], leaves).items():
        if level:
            sql("INSERT INTO history_node VALUES (%s, %s, %s)", level, index, hashed)


@pytest.mark.parametrize("tamper", [cut_off_the_tail, rewrite_everything])
def test_what_is_consistent_in_itself_is_found_against_an_older_checkpoint(
    piece, kept, tamper: Callable[[Article], None]
) -> None:
    tamper(piece)
    assert faults() == []
    (found,) = faults(kept)
    assert found.startswith(kept)


def test_a_checkpoint_signed_with_another_key_proves_nothing(piece, kept, settings) -> None:
    with open(kept, encoding="utf-8") as file:
        head = signing.open_checkpoint(file.read())
    settings.NEWSROOM = settings.NEWSROOM | {
        "LEDGER_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    }
    forged = signing.signer().sign(str(head))
    settings.NEWSROOM = settings.NEWSROOM | {"LEDGER_KEY": ""}
    with open(kept, "w", encoding="utf-8") as file:
        file.write(forged)
    (found,) = faults(kept)
    assert "not signed by" in found or "wrong" in found


def test_a_retired_key_still_opens_what_it_signed(piece, kept, settings) -> None:
    old = signing.signer().verifier
    settings.NEWSROOM = settings.NEWSROOM | {
        "LEDGER_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "RETIRED_LEDGER_KEYS": [str(old)],
    }
    assert faults(kept) == []


def test_verifying_since_a_checkpoint_looks_at_what_came_after(piece, kept) -> None:
    size = ledger.size()
    save_article(piece, actor=factories.user("admin"), kicker="Danach")
    connection.check_constraints()
    out = StringIO()
    call_command("verify", since=kept, checkpoint=[kept], stdout=out)
    assert "verified" in out.getvalue()
    sql("UPDATE history_entry SET kind = 'x.y.z' WHERE sequence = %s", size)
    run = verification.Run(since=size)
    assert any(str(fault).startswith("history_node") for fault in verification.verify(run))


@pytest.mark.parametrize("arguments", [{"checkpoint": ["/nicht/da"]}, {"since": "gestern"}])
def test_bad_input_gets_one_line_and_exit_status_2(piece, arguments) -> None:
    from django.core.management import CommandError

    with pytest.raises(CommandError) as refused:
        call_command("verify", **arguments)
    assert refused.value.returncode == 2
