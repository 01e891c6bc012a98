"""Writing at the desk, through its endpoints."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image as Picture

from articles import services
from articles.choices import State
from articles.models import Article, Image
from claims.models import Claim, Passage
from claims.text import claim_ids, mark, read
from history import revisions
from history.models import Entry
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def png() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (3, 2)).save(out, format="PNG")
    return out.getvalue()


@pytest.fixture
def reporter() -> User:
    return factories.user("reporter", first_name="Anna", last_name="Lindner")


@pytest.fixture
def editor() -> User:
    return factories.user("publisher", first_name="Mira", last_name="Sandmann")


@pytest.fixture
def piece(reporter: User) -> Article:
    article = factories.article(reporter)
    factories.claim(article, actor=reporter)
    article.refresh_from_db()
    return article


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(name: str, piece: Article, *more: Any) -> str:
    return reverse(f"admin:articles_article_{name}", args=[piece.pk, *more])


def writing(piece: Article, **fields: Any) -> dict[str, Any]:
    """What the form of the writing view sends for a piece as it is stored."""
    piece.refresh_from_db()
    return {
        "based_on": revisions.latest_revision(piece),
        "kicker": piece.kicker,
        "headline": piece.headline,
        "standfirst": piece.standfirst,
        "body": piece.body,
        "slug": piece.slug,
        "section": piece.section_id or "",
        "language": piece.language,
        "tags": [tag.pk for tag in piece.tags.all()],
        "embargo": "",
        "bylines": [row.person_id for row in piece.bylines.all()],
        "bylines_role": [row.role for row in piece.bylines.all()],
        "images-TOTAL_FORMS": 0,
        "images-INITIAL_FORMS": 0,
        **fields,
    }


# Writing


def test_the_writing_view_shows_text_and_claims(piece, reporter):
    page = desk(reporter).get(at("change", piece))

    assert page.status_code == 200
    text = page.content.decode()
    assert "Mehr als 5000 Menschen kamen" in text
    assert f'id="claim-{piece.claims.get().pk}"' in text
    assert 'name="based_on"' in text


def test_the_import_map_carries_the_nonce_of_the_content_policy(piece, reporter):
    page = desk(reporter).get(at("change", piece))

    nonce = re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"])
    assert nonce
    assert re.search(rf'<script[^>]*nonce="{re.escape(nonce[1])}"[^>]*type="importmap"|'
                     rf'<script[^>]*type="importmap"[^>]*nonce="{re.escape(nonce[1])}"',
                     page.content.decode())  # fmt: skip
    assert not re.search(
        r"<script(?![^>]*(src=|type=\"(importmap|application/json)\"))", page.content.decode()
    )
    assert not re.search(r"<[^>]+ style=", page.content.decode())


def test_a_save_makes_one_revision_and_one_entry(piece, reporter):
    before = revisions.latest_revision(piece)

    answer = desk(reporter).post(at("change", piece), writing(piece, headline="Neu"))

    assert answer.status_code == 302
    piece.refresh_from_db()
    assert piece.headline == "Neu"
    assert revisions.latest_revision(piece) == before + 1
    entry = Entry.objects.of(piece).first()
    assert (entry.kind, entry.actor) == ("articles.article.saved", reporter.pk)


def test_a_save_that_changes_nothing_makes_no_revision_and_says_so(piece, reporter):
    before = Entry.objects.count()

    answer = desk(reporter).post(at("change", piece), writing(piece), follow=True)

    assert Entry.objects.count() == before
    assert "Nothing had changed" in answer.content.decode() or "nichts" in answer.content.decode()


def test_a_new_mark_becomes_a_claim(piece, reporter):
    key = "6f0d9a3e-5a43-4a44-8d0c-0a53b9a4a001"
    start = read(piece.body).text.index("Gegen neun Uhr")
    body = mark(piece.body, start, start + len("Gegen neun Uhr"), key)

    desk(reporter).post(at("change", piece), writing(piece, body=body))

    assert Claim.objects.get(pk=key).statement == "Gegen neun Uhr"


def test_marks_of_other_pieces_are_taken_out_and_that_is_said(piece, reporter):
    other = factories.article(reporter)
    foreign = factories.claim(other, actor=reporter)
    body = mark(piece.body, 30, 40, str(foreign.pk))

    answer = desk(reporter).post(
        at("change", piece), writing(piece, body=body), headers={"Accept": "application/json"}
    )

    piece.refresh_from_db()
    assert str(foreign.pk) not in claim_ids(piece.body)
    assert len(answer.json()["messages"]) == 2


def test_claims_that_would_vanish_are_named_and_the_text_is_kept(piece, reporter):
    claim = piece.claims.get()
    body = "<p>Ganz anderer Text.</p>"

    answer = desk(reporter).post(at("change", piece), writing(piece, body=body))

    text = answer.content.decode()
    assert answer.status_code == 409
    assert f'name="confirmed" value="{claim.pk}"' in text
    assert "Ganz anderer Text." in text
    piece.refresh_from_db()
    assert "5000" in piece.body


def test_a_confirmed_vanishing_leaves_the_claim_as_lost(piece, reporter):
    claim = piece.claims.get()

    desk(reporter).post(
        at("change", piece),
        writing(piece, body="<p>Ganz anderer Text.</p>", confirmed=[str(claim.pk)]),
    )

    piece.refresh_from_db()
    assert "Ganz anderer" in piece.body
    passage = Passage.objects.get(claim=claim)
    assert (passage.start, passage.exact) == (None, "Mehr als 5000 Menschen kamen")


def test_a_conflict_saves_nothing_and_shows_both_texts(piece, reporter, editor):
    mine = writing(piece, headline="Meine Zeile")
    desk(editor).post(at("change", piece), writing(piece, headline="Ihre Zeile"))

    answer = desk(reporter).post(at("change", piece), mine)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Mira Sandmann" in text
    assert "Meine Zeile" in text
    assert "Ihre Zeile" in text
    piece.refresh_from_db()
    assert piece.headline == "Ihre Zeile"


def test_saving_mine_over_theirs_takes_the_new_revision(piece, reporter, editor):
    mine = writing(piece, headline="Meine Zeile")
    desk(editor).post(at("change", piece), writing(piece, headline="Ihre Zeile"))
    client = desk(reporter)
    shown = client.post(at("change", piece), mine).content.decode()
    based_on = re.search(r'<button[^>]*name="based_on" value="(\d+)"', shown)[1]

    client.post(at("change", piece), {**mine, "based_on": based_on})

    piece.refresh_from_db()
    assert piece.headline == "Meine Zeile"


def test_a_check_made_meanwhile_is_no_conflict(piece, reporter, editor):
    mine = writing(piece, headline="Meine Zeile")
    factories.check(piece.claims.get(), editor)

    answer = desk(reporter).post(at("change", piece), mine)

    assert answer.status_code == 302


def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(piece, reporter):
    answer = desk(reporter).post(
        at("change", piece), writing(piece, headline="", standfirst="Bleibt stehen")
    )

    assert answer.status_code == 422
    assert "Bleibt stehen" in answer.content.decode()
    assert "id_headline" in answer.content.decode()


def test_a_script_is_told_to_send_the_whole_form_when_a_save_is_refused(piece, reporter):
    answer = desk(reporter).post(
        at("change", piece), writing(piece, headline=""), headers={"Accept": "application/json"}
    )

    assert answer.json() == {"submit": True}


def test_bylines_keep_their_order_and_roles(piece, reporter):
    first, second = factories.person("Eins"), factories.person("Zwei")

    desk(reporter).post(
        at("change", piece),
        writing(piece, bylines=[second.pk, first.pk, ""], bylines_role=["", "Mitarbeit", ""]),
    )

    rows = [(row.person.name, row.role) for row in piece.bylines.select_related("person")]
    assert rows == [("Zwei", ""), ("Eins", "Mitarbeit")]


def test_a_picture_is_kept_under_the_digest_of_its_bytes(piece, reporter):
    desk(reporter).post(
        at("change", piece),
        writing(
            piece,
            **{
                "images-TOTAL_FORMS": 1,
                "images-0-upload": SimpleUploadedFile("x.png", png(), "image/png"),
                "images-0-caption": "Der Platz",
                "images-0-position": 0,
            },
        ),
    )

    image = Image.objects.get(article=piece)
    assert (image.media_type, image.width, image.height) == ("image/png", 3, 2)
    assert (len(image.file), image.caption) == (64, "Der Platz")


def test_a_file_that_is_no_picture_is_refused(piece, reporter):
    answer = desk(reporter).post(
        at("change", piece),
        writing(
            piece,
            **{
                "images-TOTAL_FORMS": 1,
                "images-0-upload": SimpleUploadedFile("x.png", b"<svg/>", "image/png"),
                "images-0-position": 0,
            },
        ),
    )

    assert answer.status_code == 422
    assert not Image.objects.exists()


def test_an_address_that_another_piece_has_is_refused(piece, reporter):
    other = factories.article(reporter, headline="Anderes")

    answer = desk(reporter).post(at("change", piece), writing(piece, slug=other.slug))

    assert answer.status_code == 422
    assert "data-open" in answer.content.decode()


def test_beginning_a_piece_takes_a_headline(reporter):
    answer = desk(reporter).post(
        reverse("admin:articles_article_add"),
        {"headline": "Arbeitstitel", "language": "de", "section": "", "body": ""},
    )

    piece = Article.objects.get()
    assert answer.url == at("change", piece)
    assert piece.headline == "Arbeitstitel"


# For those who do not write


def test_a_checker_sees_the_text_with_standings_but_no_form(piece):
    page = desk(factories.user("checker")).get(at("change", piece)).content.decode()

    assert 'data-standing="unchecked"' in page
    assert "unread-sentence" in page
    assert "<textarea" not in page


def test_a_checker_cannot_save_the_text(piece):
    answer = desk(factories.user("checker")).post(at("change", piece), writing(piece))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["change", "publish", "preview", "history"])
def test_an_auditor_may_look(piece, name):
    assert desk(factories.user("auditor")).get(at(name, piece)).status_code == 200


@pytest.mark.parametrize("name", ["reading", "hand_on", "publish", "shelve", "recover"])
def test_an_auditor_may_change_nothing(piece, name):
    before = Entry.objects.count()

    assert desk(factories.user("auditor")).post(at(name, piece)).status_code == 403
    assert Entry.objects.count() == before


@pytest.mark.parametrize("name", ["shelve", "recover", "reading"])
def test_changes_are_posted(piece, editor, name):
    assert desk(editor).get(at(name, piece)).status_code == 405


def test_nobody_deletes_a_piece(piece, editor):
    address = reverse("admin:articles_article_delete", args=[piece.pk])

    assert desk(editor).post(address, {"post": "yes"}).status_code == 403
    assert Article.objects.filter(pk=piece.pk).exists()


# Reading


def test_everything_can_be_marked_as_read_without_a_script(piece, editor):
    answer = desk(editor).post(at("reading", piece), {"all": "1"})

    assert answer.status_code == 302
    assert piece.readings.get().reader == editor.pk


def test_reading_some_sentences_says_how_many_are_left(piece, editor):
    client = desk(editor)
    page = client.get(at("change", piece))
    unread = page.context["room"].paint["unread"]

    answer = client.post(
        at("reading", piece),
        {"digests": f"{unread[0]['digest']} {unread[1]['digest']}"},
        headers={"Accept": "application/json"},
    )

    assert len(answer.json()["paint"]["unread"]) == len(unread) - 2


# Publishing


def test_the_gate_says_what_is_missing_with_a_way_there(piece, editor):
    page = desk(editor).get(at("publish", piece)).content.decode()

    assert f"{at('change', piece)}#claim-{piece.claims.get().pk}" in page


def test_publishing_past_a_closed_gate_is_refused(piece, editor):
    answer = desk(editor).post(at("publish", piece), corrections(kind="first"))

    assert answer.status_code == 422
    assert not piece.publications.exists()


def test_a_finished_piece_is_published(editor):
    piece = factories.finished(editor)

    answer = desk(editor).post(
        at("publish", piece),
        corrections(kind="first", based_on=revisions.latest_revision(piece)),
        follow=True,
    )

    publication = piece.publications.get()
    assert publication.actor == editor.pk
    assert publication.public_document["address"] in answer.content.decode()


def test_a_rule_is_waived_with_a_reason(piece, editor):
    desk(editor).post(
        at("publish", piece),
        corrections(kind="first", **{"waive-read": "Eilt", "waive-checked": "Folgt"}),
    )

    waivers = piece.publications.get().waivers
    assert waivers == [{"rule": "checked", "reason": "Folgt"}, {"rule": "read", "reason": "Eilt"}]


def test_a_correction_says_what_was_wrong_and_what_is_right(editor):
    piece = factories.finished(editor)
    services.publish(piece, actor=editor)
    services.save_article(piece, actor=editor, standfirst="Anders.")
    client = desk(editor)
    client.post(at("reading", piece), {"all": "1"})

    refused = client.post(at("publish", piece), corrections(kind="correction", note="Zahl"))
    made = client.post(
        at("publish", piece),
        corrections(
            kind="correction",
            note="Zahl",
            **{"corrections-0-wrong": "6000", "corrections-0-right": "5000"},
        ),
    )

    assert (refused.status_code, made.status_code) == (422, 302)
    row = piece.publications.get(number=2).corrections.get()
    assert (row.wrong, row.right) == ("6000", "5000")


def test_what_moved_on_since_the_page_was_opened_is_not_published(editor):
    piece = factories.finished(editor)

    answer = desk(editor).post(at("publish", piece), corrections(kind="first", based_on=1))

    assert answer.status_code == 422
    assert not piece.publications.exists()


def corrections(**fields: Any) -> dict[str, Any]:
    return {"corrections-TOTAL_FORMS": 2, "corrections-INITIAL_FORMS": 0, **fields}


def test_the_preview_is_kept_from_search_engines_and_says_what_it_is(piece, reporter):
    page = desk(reporter).get(at("preview", piece))

    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "preview-note" in page.content.decode()
    assert "Mehr als 5000 Menschen kamen" in page.content.decode()


# Workflow


def test_handing_on_names_who_has_it_and_tells_them(piece, reporter, editor):
    desk(reporter).post(
        at("hand_on", piece),
        {"state": "check", "assignee": editor.pk, "due": "", "note": "Bitte prüfen"},
    )

    piece.refresh_from_db()
    assert (piece.state, piece.assignee) == (State.CHECK, editor)
    assert Entry.objects.of(piece).first().kind == "articles.article.handed_on"


def test_a_draft_is_shelved_and_brought_back(piece, editor):
    client = desk(editor)

    client.post(at("shelve", piece))
    piece.refresh_from_db()
    shelved = piece.state
    client.post(at("recover", piece))
    piece.refresh_from_db()

    assert (shelved, piece.state) == (State.SHELVED, State.DRAFT)


def test_an_earlier_revision_is_restored(piece, reporter):
    number = revisions.latest_revision(piece)
    before = piece.headline
    services.save_article(piece, actor=reporter, headline="Anders")

    desk(reporter).post(at("restore", piece, number))

    piece.refresh_from_db()
    assert piece.headline == before


# The list


def test_the_list_hides_shelved_pieces_until_they_are_asked_for(piece, editor):
    services.shelve(piece, actor=editor)
    client = desk(editor)
    address = reverse("admin:articles_article_changelist")

    assert piece.headline not in client.get(address).content.decode()
    assert piece.headline in client.get(f"{address}?state=shelved").content.decode()


def test_the_list_costs_the_same_for_many_pieces(reporter, editor):
    client = desk(editor)
    address = reverse("admin:articles_article_changelist")
    shared = factories.section()
    factories.article(reporter, section=shared)
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    few = cost()
    for number in range(4):
        factories.article(reporter, headline=f"Stück {number}", section=shared)
    assert cost() == few


# What it costs


def grown(actor: User, claims: int, citations: int) -> Article:
    words = [f"Im Jahr {1900 + number} kamen {number} Menschen." for number in range(claims)]
    piece = factories.article(actor, body="".join(f"<p>{text}</p>" for text in words))
    cited = factories.source()
    for text in words:
        made = factories.claim(piece, text, actor=actor)
        for _ in range(citations):
            factories.citation(made, cited, actor=actor)
        factories.check(made, actor)
    piece.refresh_from_db()
    return piece


def of_the_piece(queries: Any) -> list[str]:
    # A savepoint stands here for what outside of tests is the transaction itself. How many nodes
    # of the ledger's tree an entry completes depends on its number, not on the piece.
    return [
        q["sql"] for q in queries if "SAVEPOINT" not in q["sql"] and "history_node" not in q["sql"]
    ]


def test_opening_costs_the_same_for_few_and_many_claims(editor):
    client = desk(editor)
    costs = []
    for claims in (2, 20):
        piece = grown(editor, claims, 3)
        client.get(at("change", piece))
        with CaptureQueriesContext(connection) as queries:
            client.get(at("change", piece))
        costs.append(len(of_the_piece(queries)))

    assert costs[0] == costs[1]
    assert costs[1] <= 25


def test_saving_costs_the_same_for_few_and_many_claims(editor):
    client = desk(editor)
    costs = []
    for claims in (2, 20):
        piece = grown(editor, claims, 3)
        client.post(at("change", piece), writing(piece, standfirst="Vorher"))
        data = writing(piece, body=piece.body + "<p>Noch ein Satz.</p>")
        with CaptureQueriesContext(connection) as queries:
            client.post(at("change", piece), data)
        costs.append(len(of_the_piece(queries)))

    assert costs[0] == costs[1]
    # More than half of them document the piece and append to the ledger.
    assert costs[1] <= 24
