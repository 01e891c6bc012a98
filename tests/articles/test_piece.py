"""The piece document: complete, canonical, restorable."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from django.core.serializers.base import DeserializationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Version

from articles import piece as piece_document
from articles.models import Article, Image
from articles.piece import RestoreRefused
from articles.services import create_article, restore, save_article
from claims.models import Check, Citation, Claim, CommentSought, Passage, Reading
from claims.services import (
    add_passage,
    cite,
    create_claim,
    read_sentences,
    remove_citation,
    seek_comment,
    withdraw_claim,
)
from history import canonical, revisions
from history.acts import act
from history.documents import Format
from history.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin):
    return factories.finished(
        admin,
        kicker="Demo",
        standfirst="Es wurden mehr.",
        tags=[factories.tag()],
        bylines=[factories.person()],
    )


def content(article: Article, revision: int | None = None) -> dict:
    return revisions.document(article, revision)["content"]


def test_the_stored_document_is_the_canonical_document_of_what_is_there(piece) -> None:
    stored = revisions.document_text(piece)
    assert stored == canonical.dumps(piece_document.write(piece.pk))
    version = Version.objects.get_for_object(piece).first()
    assert version.format == "piece"
    assert serializers.serialize("piece", [piece]) == stored == version.serialized_data


def test_documenting_costs_the_same_whatever_the_size(
    piece, admin, django_assert_num_queries
) -> None:
    with CaptureQueriesContext(connection) as small:
        piece_document.write(piece.pk)
    for words in ("Das sagte die Polizei", "Gegen neun Uhr"):
        factories.citation(factories.claim(piece, words))
    with django_assert_num_queries(len(small)):
        piece_document.write(piece.pk)


def test_every_column_is_in_the_document_or_excluded_with_a_reason() -> None:
    written_as = {"section_id": "section", "body": "body"}
    parts = {
        Article: ("content",),
        Image: ("content", "images"),
        Claim: ("content", "claims"),
        Passage: ("content", "claims", "passages"),
        Citation: ("content", "claims", "citations"),
        CommentSought: ("record", "comments_sought"),
        Check: ("record", "checks"),
        Reading: ("record", "readings"),
    }
    # Where a row stands in the document says what it belongs to; a claim's
    # being withdrawn is which list it stands in.
    by_place = {"article_id", "claim_id", "withdrawn"}
    actor = factories.user("admin")
    article = factories.finished(actor)
    seek_comment(article.claims.get(), actor=actor, whom="Stadt", at=timezone.now())
    with act("articles.image.added", actor=actor):
        Image.objects.create(
            article=article, file="ab" * 32, media_type="image/jpeg", width=1, height=1
        )
    document = revisions.document(article)
    for model, path in parts.items():
        found = document
        for step in path:
            found = found[step]
            if isinstance(found, list):
                (found,) = found[:1] if step == "claims" else found
        excluded = piece_document.EXCLUDED.get(model._meta.db_table, {})
        for column in model._meta.local_concrete_fields:
            name = column.attname
            if model is Article and name == "id":
                assert document["id"]
            elif name in excluded or (name in by_place and name not in found):
                continue
            else:
                assert written_as.get(name, name.removesuffix("_id")) in found, (model, name)
    registered = (
        {model._meta.db_table for model in parts}
        | {
            "articles_byline",
            "articles_article_tags",
            "claims_claim_rests_on",
        }
        | {table for table, columns in piece_document.EXCLUDED.items() if "*" in columns}
    )
    from history.aggregates import aggregate_of

    assert set(aggregate_of(Article).tables) == registered
    assert apps.get_model("articles.Byline")


def test_a_restore_brings_back_content_byte_for_byte(piece, admin) -> None:
    first = revisions.latest_revision(piece)
    before = content(piece)
    claim = piece.claims.get()
    remove_citation(claim.citations.get(), actor=admin)
    save_article(
        piece,
        actor=admin,
        headline="Anders",
        body="<p>Ganz anders.</p>",
        tags=[],
        bylines=[],
        confirmed=[claim.pk],
    )
    withdraw_claim(claim, actor=admin)
    create_claim(piece, actor=admin, statement="Neu", marks=[("body", "Ganz anders")])
    number = restore(piece, revision=first, actor=admin)
    assert number == revisions.latest_revision(piece)
    assert canonical.dumps(content(piece)) == canonical.dumps(before)
    restored = Article.objects.get(pk=piece.pk)
    assert restored.body == "".join(before["body"])


def test_a_restore_withdraws_later_claims_and_keeps_their_citations(piece, admin) -> None:
    first = revisions.latest_revision(piece)
    later = factories.claim(piece, "Das sagte die Polizei")
    citation = factories.citation(later)
    restore(piece, revision=first, actor=admin)
    later.refresh_from_db()
    assert later.withdrawn
    assert later.citations.get() == citation
    (withdrawn,) = revisions.document(piece)["record"]["withdrawn"]
    assert withdrawn["id"] == str(later.pk)
    assert withdrawn["citations"][0]["id"] == str(citation.pk)


def test_a_restore_only_adds_to_the_record(piece, admin) -> None:
    first = revisions.latest_revision(piece)
    factories.check(piece.claims.get(), admin, "refuted")
    factories.claim(piece, "Das sagte die Polizei")
    read_sentences(piece, actor=admin)
    record = revisions.document(piece)["record"]
    restore(piece, revision=first, actor=admin)
    after = revisions.document(piece)["record"]
    assert after["checks"] == record["checks"]
    assert len(after["checks"]) == 2
    assert after["readings"] == record["readings"]


def test_restoring_what_is_there_makes_no_revision(piece, admin) -> None:
    latest, entries = revisions.latest_revision(piece), Entry.objects.count()
    assert restore(piece, revision=latest, actor=admin) is None
    assert Entry.objects.count() == entries


def test_restoring_a_revision_that_never_was_is_an_error(piece, admin) -> None:
    with pytest.raises(Entry.DoesNotExist):
        restore(piece, revision=99, actor=admin)


def test_a_restore_that_would_lose_something_is_refused_and_changes_nothing(admin) -> None:
    tag = factories.tag()
    piece = factories.article(admin, tags=[tag])
    save_article(piece, actor=admin, tags=[])
    key = str(tag.pk)
    with act("articles.tag.deleted", actor=admin):
        tag.delete()
    with pytest.raises(RestoreRefused, match=key):
        restore(piece, revision=1, actor=admin)
    assert revisions.latest_revision(piece) == 2


def test_a_restored_body_is_not_sanitised_by_todays_rules(admin, monkeypatch) -> None:
    piece = factories.article(admin, body="<p>Mit <em>Betonung</em>.</p>")
    save_article(piece, actor=admin, body="<p>Ohne.</p>")
    from articles import body

    clean = body.clean
    monkeypatch.setattr(
        body, "clean", lambda html: clean(html).replace("<em>", "").replace("</em>", "")
    )
    restore(piece, revision=1, actor=admin)
    assert Article.objects.get(pk=piece.pk).body == "<p>Mit <em>Betonung</em>.</p>"


def test_django_reversion_itself_restores_a_piece(piece, admin) -> None:
    version = Version.objects.get_for_object(piece).first()
    save_article(piece, actor=admin, headline="Anders")
    with act("articles.article.restored", actor=admin):
        version.revert()
    assert json.loads(version.serialized_data)["content"] == content(piece)


def test_documents_of_an_older_schema_restore_through_the_upgrade(
    piece, admin, monkeypatch
) -> None:
    first = revisions.latest_revision(piece)
    save_article(piece, actor=admin, headline="Anders")

    def shout(document: dict) -> dict:
        changed = {**document["content"], "headline": document["content"]["headline"].upper()}
        return {**document, "schema": 2, "content": changed}

    newer = Format("piece", schema=2, upgrades={1: shout})
    monkeypatch.setattr(piece_document, "FORMAT", newer)
    from dataclasses import replace

    from history import aggregates

    label = "articles.article"
    monkeypatch.setitem(
        aggregates._aggregates, label, replace(aggregates._aggregates[label], format=newer)
    )
    stored = revisions.document_text(piece, first)
    restore(piece, revision=first, actor=admin)
    assert Article.objects.get(pk=piece.pk).headline == "TAUSENDE AUF DEM PLATZ"
    assert revisions.document_text(piece, first) == stored
    assert revisions.document(piece)["schema"] == 2


def test_a_damaged_document_is_refused_with_a_reason() -> None:
    with pytest.raises(DeserializationError):
        list(serializers.deserialize("piece", '{"schema":1,"type":"piece","id":"x","content":{}}'))


def test_claims_stand_in_the_document_in_text_order(admin) -> None:
    piece = create_article(
        actor=admin, headline="Neun Uhr", body=factories.BODY, section=factories.section()
    )
    last = factories.claim(piece, "Gegen neun Uhr")
    first = factories.claim(piece, "Mehr als 5000 Menschen kamen")
    headline = create_claim(piece, actor=admin, statement="Neun", marks=[("headline", "Neun Uhr")])
    lost = create_claim(piece, actor=admin, statement="Ohne Stelle")
    order = [claim["id"] for claim in content(piece)["claims"]]
    assert order == [str(claim.pk) for claim in (headline, first, last, lost)]


def test_renaming_what_a_piece_names_changes_no_document(admin) -> None:
    person = factories.person()
    piece = factories.article(admin, bylines=[person])
    with act("articles.person.saved", actor=admin):
        person.name = "Anna Berg"
        person.save()
    assert revisions.latest_revision(piece) == 1
    assert revisions.document_text(piece) == canonical.dumps(piece_document.write(piece.pk))


def test_passages_in_captions_are_restored_with_their_images(admin) -> None:
    piece = factories.article(admin)
    with act("articles.image.added", actor=admin):
        image = Image.objects.create(
            article=piece,
            file="ab" * 32,
            media_type="image/jpeg",
            width=1,
            height=1,
            caption="Der Platz um neun.",
        )
    claim = create_claim(piece, actor=admin, statement="Um neun")
    add_passage(claim, actor=admin, field="caption", image=image.pk, words="um neun")
    cite(claim, factories.source(), actor=admin)
    before = revisions.latest_revision(piece)
    with act("articles.image.removed", actor=admin):
        Image.objects.filter(pk=image.pk).delete()
    restore(piece, revision=before, actor=admin)
    assert content(piece) == content(piece, before)
    assert Passage.objects.get(claim=claim).image_id == image.pk
