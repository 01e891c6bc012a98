import json
import threading
from hashlib import sha256

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from reversion.models import Revision, Version

from articles.models import Article, Person
from articles.services import create_article, save_article
from claims.models import Claim
from history import revisions
from history.acts import act, lock
from history.digests import digest
from history.models import Entry, Payload
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.user("editor", first_name="Anna", last_name="Lindner")


def test_one_act_makes_one_revision_and_one_entry(editor) -> None:
    piece = factories.article(editor)
    before = Entry.objects.count(), Revision.objects.count()
    with act("articles.article.saved", actor=editor, comment="Zwei Dinge") as this:
        stored = lock(piece)
        stored.headline = "Neu"
        stored.save()
        stored.standfirst = "Auch neu"
        stored.save()
    assert (Entry.objects.count(), Revision.objects.count()) == (before[0] + 1, before[1] + 1)
    (entry,) = this.entries
    assert (entry.kind, entry.actor, entry.subject) == (
        "articles.article.saved",
        editor.pk,
        piece.pk,
    )
    assert entry.revision == 2 == revisions.latest_revision(piece)
    assert json.loads(entry.payload.data) == {
        "actor": "Anna Lindner",
        "comment": "Zwei Dinge",
        "summary": [["text", 3, 4]],
    }
    assert revisions.document(piece)["content"]["standfirst"] == "Auch neu"


def test_an_act_that_changes_nothing_leaves_nothing(editor) -> None:
    piece = factories.article(editor)
    before = Entry.objects.count(), Version.objects.count()
    with act("articles.article.saved", actor=editor):
        lock(piece).save()
    save_article(piece, actor=editor)
    assert (Entry.objects.count(), Version.objects.count()) == before


def test_a_change_of_workflow_is_entered_without_a_revision(editor) -> None:
    piece = factories.article(editor)
    with act("articles.article.handed_on", actor=editor) as this:
        stored = lock(piece)
        stored.state = "check"
        stored.save()
    assert [entry.revision for entry in this.entries] == [None]
    assert revisions.latest_revision(piece) == 1


def test_update_bulk_and_many_to_many_changes_are_documented_too(editor) -> None:
    piece = factories.article(editor)
    claim = factories.claim(piece)
    tag = factories.tag()
    with act("articles.article.saved", actor=editor):
        Article.objects.filter(pk=piece.pk).update(headline="Still")
        Claim.objects.filter(pk=claim.pk).update(statement=F("statement"))
        claim.statement = "Es kamen 5000."
        Claim.objects.bulk_update([claim], ["statement"])
        piece.tags.add(tag)
    content = revisions.document(piece)["content"]
    assert content["headline"] == "Still"
    assert content["claims"][0]["statement"] == "Es kamen 5000."
    assert content["tags"] == [str(tag.pk)]


def test_an_act_over_several_pieces_makes_an_entry_each_with_one_request(editor) -> None:
    one, other = factories.article(editor), factories.article(editor)
    with act("articles.article.saved", actor=editor) as this:
        Article.objects.update(kicker="Serie")
    assert {entry.subject for entry in this.entries} == {one.pk, other.pk}
    assert len({entry.request for entry in this.entries}) == 1
    assert (
        Revision.objects.filter(version__object_id=str(one.pk)).latest("pk").version_set.count()
        == 2
    )


def test_an_inner_act_joins_the_outer_one(editor) -> None:
    with act("desk.piece.prepared", actor=editor) as this:
        create_article(actor=editor, headline="Innen", section=factories.section())
    (entry,) = [entry for entry in this.entries if entry.revision]
    assert entry.kind == "desk.piece.prepared"
    said = json.loads(entry.payload.data)
    assert said["steps"] == ["articles.section.created", "articles.article.created"]


def test_a_failing_inner_act_is_undone_and_not_told(editor) -> None:
    piece = factories.article(editor)
    with act("articles.article.saved", actor=editor) as this:
        Article.objects.filter(pk=piece.pk).update(headline="Bleibt")
        with (
            pytest.raises(ZeroDivisionError),
            act("articles.article.broken", actor=editor) as inner,
        ):
            Article.objects.filter(pk=piece.pk).update(headline="Geht")
            inner.note(piece, broken=True)
            raise ZeroDivisionError
    assert revisions.document(piece)["content"]["headline"] == "Bleibt"
    said = json.loads(this.entries[0].payload.data)
    assert "steps" not in said
    assert "details" not in said


def test_a_failing_act_leaves_nothing(editor) -> None:
    piece = factories.article(editor)
    before = Entry.objects.count(), Version.objects.count(), Revision.objects.count()
    with pytest.raises(ZeroDivisionError), act("articles.article.saved", actor=editor):
        Article.objects.filter(pk=piece.pk).update(headline="Geht")
        raise ZeroDivisionError
    piece.refresh_from_db()
    assert piece.headline == "Tausende auf dem Platz"
    assert (Entry.objects.count(), Version.objects.count(), Revision.objects.count()) == before


def test_an_act_needs_somebody_who_answers_for_it() -> None:
    with pytest.raises(TypeError), act("articles.article.saved", actor=None):
        pass


def test_an_entry_commits_to_payload_and_document(editor) -> None:
    piece = factories.article(editor)
    entry = Entry.objects.of(piece).get()
    payload = entry.payload
    whole = {
        **json.loads(payload.data),
        "document": json.loads(payload.version.serialized_data),
    }
    assert bytes(entry.digest) == digest(whole, bytes(payload.salt))
    assert len(payload.salt) == 32
    assert sha256(entry.leaf).digest() != bytes(entry.digest)
    leaf = json.loads(entry.leaf)
    assert set(leaf) == {"v", "kind", "actor", "subject", "request", "at", "digest"}
    assert "Anna" not in entry.leaf.decode()


def test_labels_have_entries_without_documents(editor) -> None:
    with act("articles.person.saved", actor=editor) as this:
        Person.objects.create(name="Jonas Weidt", slug="jonas-weidt")
    (entry,) = this.entries
    assert entry.revision is None
    assert Payload.objects.get(entry=entry).version is None


def test_sequence_counts_from_zero_without_a_gap(editor) -> None:
    for _ in range(3):
        factories.article(editor)
    assert list(Entry.objects.order_by("sequence").values_list("sequence", flat=True)) == list(
        range(Entry.objects.count())
    )


def test_a_save_costs_the_same_whatever_the_length_of_the_history(editor) -> None:
    piece = factories.article(editor)

    def queries(words: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            save_article(piece, actor=editor, headline=words)
        return len(captured)

    first = queries("Eins")
    for number in range(20):
        save_article(piece, actor=editor, headline=f"Fassung {number}")
    # Every other entry completes a node of the ledger's tree.
    assert abs(queries("Zwei") - first) <= 1


@pytest.mark.django_db(transaction=True)
def test_an_act_refuses_to_run_inside_another_transaction() -> None:
    system = factories.user("editor")
    inside = act("articles.article.saved", actor=system)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), inside:
        pass


@pytest.mark.django_db(transaction=True)
def test_two_acts_on_one_piece_each_document_what_the_other_did() -> None:
    actor = factories.user("editor")
    piece = factories.article(actor)
    first_changed, second_may_end = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def change(field: str, entered: threading.Event | None, wait: threading.Event | None) -> None:
        try:
            with act("articles.article.saved", actor=actor):
                Article.tags.through.objects.create(article_id=piece.pk, tag_id=tags[field].pk)
                if entered:
                    entered.set()
                if wait:
                    wait.wait(10)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    tags = {"one": factories.tag("Eins"), "two": factories.tag("Zwei")}
    slow = threading.Thread(target=change, args=("one", first_changed, second_may_end))
    slow.start()
    assert first_changed.wait(10)
    fast = threading.Thread(target=change, args=("two", None, None))
    fast.start()
    fast.join(10)
    second_may_end.set()
    slow.join(10)
    assert not failures
    documents = [revisions.document(piece, number)["content"]["tags"] for number in (2, 3)]
    assert documents[0] == [str(tags["two"].pk)]
    assert documents[1] == sorted(str(tag.pk) for tag in tags.values())


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_no_gap_and_no_fork() -> None:
    actor = factories.user("editor")
    section = factories.section()
    start = Entry.objects.count()

    def write(name: str) -> None:
        for number in range(5):
            create_article(actor=actor, headline=f"{name} {number}", section=section)
        connections.close_all()

    threads = [threading.Thread(target=write, args=(f"Stück {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sequences = list(Entry.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(start + 20))
