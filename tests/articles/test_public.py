"""The public document: what readers get, and what they cannot get."""

import json
from datetime import UTC, date, datetime

import pytest

from articles.models import Article
from articles.public import address, build, same_to_readers
from articles.services import publish, save_article
from articles.working_copy import WorkingCopy
from claims import services as claims
from sources import services as sources
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


def document(piece: Article, **options) -> dict:
    options = {"number": 1, "kind": "first", "note": "", "slug": piece.slug} | options
    at = options.pop("at", datetime(2025, 5, 2, 16, 40, tzinfo=UTC))
    copy = WorkingCopy.load(Article.objects.get(pk=piece.pk))
    return build(copy, at=at, **options)


def test_the_address_takes_year_and_month_of_the_newsroom() -> None:
    assert address("neu", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)) == "/2026/01/neu/"


def test_claims_get_public_ids_in_text_order_and_references_are_numbered_once(admin) -> None:
    piece = factories.article(admin)
    shared = factories.source(admin)
    second = factories.claim(piece, "Gegen neun Uhr")
    first = factories.claim(
        piece,
        "Mehr als 5000 Menschen kamen",
        attribution="Polizei",
        voice="reported",
        as_of=date(2025, 5, 1),
    )
    for claim in (second, first):
        factories.citation(claim, shared)
    factories.citation(second, factories.source(admin), stance="contradicts")
    factories.check(first, admin)
    public = document(piece)
    assert [claim["id"] for claim in public["claims"]] == ["c1", "c2"]
    assert public["claims"][0]["attribution"] == "Polizei"
    assert [[c["reference"] for c in claim["citations"]] for claim in public["claims"]] == [
        [1],
        [1, 2],
    ]
    assert public["body"][0].startswith('<p><span data-claim="c1">Mehr als 5000')
    assert str(first.pk) not in json.dumps(public)
    assert public["checked"] == {
        "claims": 1,
        "people": 1,
        "last": public["claims"][0]["checked"],
        "verdicts": {"supported": 1},
    }


def test_a_claim_without_showable_evidence_is_plain_text(admin) -> None:
    piece = factories.article(admin)
    hidden = factories.claim(piece)
    factories.citation(hidden, factories.source(admin, tier="confidential", csl={"title": "X"}))
    uncited = factories.claim(piece, "Das sagte die Polizei")
    for claim in (hidden, uncited):
        factories.check(claim, admin)
    public = document(piece)
    assert (public["claims"], public["references"]) == ([], [])
    assert public["checked"]["claims"] == 0
    assert "data-claim" not in "".join(public["body"])
    assert public["body"][0] == "<p>Mehr als 5000 Menschen kamen. Das sagte die Polizei.</p>"


def test_a_hidden_citation_leaves_no_gap_beside_a_shown_one(admin) -> None:
    piece = factories.article(admin)
    claim = factories.claim(piece)
    factories.citation(claim, factories.source(admin, tier="confidential", csl={}))
    factories.citation(claim)
    public = document(piece)
    assert [row["reference"] for row in public["claims"][0]["citations"]] == [1]
    assert [row["number"] for row in public["references"]] == [1]


def test_a_claim_may_rest_on_shown_claims_alone(admin) -> None:
    piece = factories.article(admin)
    ground = factories.claim(piece)
    factories.citation(ground)
    total = factories.claim(piece, "Gegen neun Uhr", rests_on=[ground])
    public = document(piece)
    assert [(claim["id"], claim["rests_on"]) for claim in public["claims"]] == [
        ("c1", []),
        ("c2", ["c1"]),
    ]
    claims.cite(total, factories.source(admin, tier="confidential", csl={}), actor=admin)
    assert [claim["id"] for claim in document(piece)["claims"]] == ["c1"]


def test_a_described_source_shows_its_description_alone(admin) -> None:
    piece = factories.article(admin)
    source = factories.source(
        admin,
        tier="described",
        description="eine Person im Saal",
        csl={"title": "Gespräch mit Max Geheim"},
    )
    capture = sources.capture(source, b"Notiz", actor=admin, media_type="text/plain")
    factories.citation(factories.claim(piece), source, capture=capture, quote="Es war voll.")
    public = document(piece)
    (reference,) = public["references"]
    assert reference == {
        "number": 1,
        "csl": {},
        "html": "",
        "description": "eine Person im Saal",
        "accessed": None,
        "capture": None,
        "archived": None,
    }
    assert public["claims"][0]["citations"][0]["quote"] == "Es war voll."
    assert "Geheim" not in json.dumps(public)


def test_a_stricter_citation_does_not_name_its_named_source(admin) -> None:
    piece = factories.article(admin)
    named = factories.source(admin)
    factories.citation(factories.claim(piece), named, tier="described")
    public = document(piece)
    assert named.csl["title"] not in json.dumps(public)


def test_a_named_source_shows_its_capture_and_access_date(admin) -> None:
    piece = factories.article(admin)
    source = factories.source(
        admin,
        csl={
            "type": "webpage",
            "title": "T",
            "note": "Tipp von Max Geheim",
            "accessed": {"date-parts": [[2025, 5, 1]]},
        },
    )
    capture = sources.capture(source, b"Seite", actor=admin, media_type="text/html")
    factories.citation(factories.claim(piece), source, capture=capture)
    (reference,) = document(piece)["references"]
    assert reference["capture"] == capture.sha256
    assert reference["accessed"] == "2025-05-01"
    assert "Geheim" not in json.dumps(reference)


CANARIES = (
    "KANARIE-notiz",
    "KANARIE-kontakt",
    "KANARIE-pruefung",
    "KANARIE-zitatnotiz",
    "KANARIE-rechte",
    "KANARIE-titel",
    "KANARIE-zitat",
)


def test_nothing_internal_reaches_the_document(admin) -> None:
    piece = factories.article(admin)
    with claims.act("articles.image.added", actor=admin):
        piece.images.create(
            file="ab" * 32,
            media_type="image/jpeg",
            width=1,
            height=1,
            rights=CANARIES[4],
            caption="Der Platz",
            alt="Ein Platz",
        )
    named = factories.source(admin, notes=CANARIES[0], contact=CANARIES[1])
    hidden = factories.source(admin, tier="confidential", csl={"title": CANARIES[5]})
    claim = factories.claim(piece)
    factories.citation(claim, named, note=CANARIES[3])
    factories.citation(claim, hidden, quote=CANARIES[6])
    factories.check(claim, admin, note=CANARIES[2])
    claims.read_sentences(piece, actor=admin)
    publication = publish(piece, actor=admin)
    assert not [canary for canary in CANARIES if canary in publication.document]
    assert not [
        key for key in (admin.pk, named.pk, hidden.pk, claim.pk) if str(key) in publication.document
    ]
    assert set(publication.public_document) == {
        "schema",
        "type",
        "id",
        "number",
        "kind",
        "note",
        "address",
        "publisher",
        "language",
        "kicker",
        "headline",
        "standfirst",
        "first_published",
        "published",
        "section",
        "tags",
        "bylines",
        "images",
        "body",
        "claims",
        "references",
        "corrections",
        "replies",
        "versions",
        "checked",
    }


def test_documents_are_the_same_to_readers_whatever_the_act_says(admin) -> None:
    piece = factories.finished(admin)
    one = document(piece)
    assert same_to_readers(one, document(piece, number=2, kind="update", note="x"))
    save_article(piece, actor=admin, kicker="Neu")
    assert not same_to_readers(one, document(piece))
