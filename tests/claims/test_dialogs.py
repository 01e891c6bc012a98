"""Claims, evidence and checks as they are filled in at the desk, through its endpoints."""

from typing import Any
from uuid import uuid4

import pytest

from articles.models import Article
from claims.models import Check, Claim
from claims.text import claim_ids, mark, read
from history import revisions
from history.models import Entry
from newsroom.models import User
from sources.models import Source
from tests import factories
from tests.articles.test_admin import at, desk, writing

pytestmark = pytest.mark.django_db

WORDS = "Mehr als 5000 Menschen kamen"


@pytest.fixture
def reporter() -> User:
    return factories.user("reporter", first_name="Anna", last_name="Lindner")


@pytest.fixture
def checker() -> User:
    return factories.user("checker", first_name="Jonas", last_name="Weidt")


@pytest.fixture
def piece(reporter: User) -> Article:
    return factories.article(reporter)


@pytest.fixture
def claim(piece: Article, reporter: User) -> Claim:
    made = factories.claim(piece, WORDS, actor=reporter)
    piece.refresh_from_db()
    return made


def told(claim: Claim | None = None, **fields: Any) -> dict[str, Any]:
    """What the claim dialog sends of its own."""
    return {
        "claim-statement": claim.statement if claim else WORDS,
        "claim-voice": "asserted",
        "claim-attribution": "",
        "claim-risk": "medium",
        "claim-as_of": "",
        "claim-check_by": "",
        "also-place": "",
        "also-words": "",
        "cite-stance": "supports",
        "cite-tier": "named",
        **fields,
    }


def marked(piece: Article, key: Any, words: str = WORDS) -> str:
    start = read(piece.body).text.index(words)
    return mark(piece.body, start, start + len(words), str(key))


# The claim dialog


def test_a_new_claims_dialog_is_filled_with_the_marked_words(piece, reporter):
    address = at("claim", piece, uuid4())

    page = desk(reporter).get(address, {"words": WORDS})

    assert page.status_code == 200
    assert WORDS in page.content.decode()


def test_text_claim_and_evidence_are_saved_in_one_act(piece, reporter):
    key, source = uuid4(), factories.source()
    before, entries = revisions.latest_revision(piece), Entry.objects.count()

    answer = desk(reporter).post(
        at("claim", piece, key),
        writing(piece, body=marked(piece, key), standfirst="Dazu geschrieben.")
        | told(**{"cite-source": source.pk, "cite-quote": "mehr als 5000"}),
    )

    assert answer.status_code == 200
    piece.refresh_from_db()
    claim = piece.claims.get()
    assert (claim.pk, claim.statement, piece.standfirst) == (key, WORDS, "Dazu geschrieben.")
    assert claim.citations.get().quote == "mehr als 5000"
    assert revisions.latest_revision(piece) == before + 1
    assert Entry.objects.count() == entries + 1
    assert answer.json()["based_on"] == before + 1
    assert answer.json()["paint"]["standings"] == {str(key): "unchecked"}
    assert set(answer.json()["parts"]) == {"rail", "state", "reading"}


def test_a_new_source_is_made_with_the_citation(piece, reporter):
    key = uuid4()

    desk(reporter).post(
        at("claim", piece, key),
        writing(piece, body=marked(piece, key))
        | told(
            **{
                "new_source": "1",
                "source-title": "Lagebericht",
                "source-authors": "Polizei Berlin",
                "source-url": "https://example.org/bericht",
                "source-issued": "2025-06-17",
                "source-publisher": "",
                "source-kind": "page",
                "source-tier": "named",
                "source-description": "",
                "cite-quote": "mehr als 5000",
            }
        ),
    )

    source = Source.objects.get()
    assert source.csl["title"] == "Lagebericht"
    assert source.csl["author"] == [{"literal": "Polizei Berlin"}]
    assert source.csl["issued"] == {"date-parts": [[2025, 6, 17]]}
    assert Claim.objects.get(pk=key).citations.get().source == source


def test_a_quote_without_a_source_is_refused_at_the_field_and_nothing_is_saved(piece, reporter):
    key, before = uuid4(), Entry.objects.count()

    answer = desk(reporter).post(
        at("claim", piece, key),
        writing(piece, body=marked(piece, key)) | told(**{"cite-quote": "ganz ohne Quelle"}),
    )

    assert answer.status_code == 422
    assert "errorlist" in answer.json()["dialog"]
    assert "ganz ohne Quelle" in answer.json()["dialog"]
    assert Entry.objects.count() == before


def test_a_conflict_comes_back_as_the_dialog_with_nothing_lost(piece, reporter):
    key = uuid4()
    data = writing(piece, body=marked(piece, key), headline="Meine") | told()
    desk(reporter).post(at("change", piece), writing(piece, headline="Ihre"))

    answer = desk(reporter).post(at("claim", piece, key), data)

    assert answer.status_code == 422
    assert "notice--error" in answer.json()["dialog"]
    assert not Claim.objects.exists()


def test_a_claim_is_stated_in_the_headline_too(piece, reporter, claim):
    desk(reporter).post(
        at("claim", piece, claim.pk),
        writing(piece)
        | told(claim, **{"also-place": "headline", "also-words": "Tausende auf dem Platz"}),
    )

    fields = sorted(claim.passages.values_list("field", flat=True))
    assert fields == ["body", "headline"]


def test_words_that_do_not_stand_there_are_refused_at_their_field(piece, reporter, claim):
    answer = desk(reporter).post(
        at("claim", piece, claim.pk),
        writing(piece) | told(claim, **{"also-place": "headline", "also-words": "Millionen"}),
    )

    assert answer.status_code == 422
    assert "Millionen" in answer.json()["dialog"]


def test_a_claim_rests_on_a_claim_of_another_piece(piece, reporter, claim):
    other = factories.claim(factories.article(reporter), WORDS, actor=reporter)

    desk(reporter).post(
        at("claim", piece, claim.pk), writing(piece) | told(claim, **{"claim-rests_on": [other.pk]})
    )

    assert list(claim.rests_on.all()) == [other]


def test_a_circle_of_claims_is_refused(piece, reporter, claim):
    other = factories.claim(factories.article(reporter), WORDS, actor=reporter, rests_on=[claim])

    answer = desk(reporter).post(
        at("claim", piece, claim.pk), writing(piece) | told(claim, **{"claim-rests_on": [other.pk]})
    )

    assert answer.status_code == 422


def test_a_citation_is_edited(piece, reporter, claim):
    citation = factories.citation(claim, quote="alt")
    shown = desk(reporter).get(at("claim", piece, claim.pk), {"citation": citation.pk})
    assert "alt" in shown.content.decode()

    desk(reporter).post(
        at("claim", piece, claim.pk),
        writing(piece)
        | told(
            claim,
            **{
                "cite-citation": citation.pk,
                "cite-source": citation.source_id,
                "cite-quote": "neu",
                "cite-stance": "contradicts",
            },
        ),
    )

    citation.refresh_from_db()
    assert (citation.quote, citation.stance) == ("neu", "contradicts")
    assert claim.citations.count() == 1


def test_a_citation_is_removed(piece, reporter, claim):
    citation = factories.citation(claim)

    answer = desk(reporter).post(
        at("claim", piece, claim.pk), {"action": "remove", "citation": citation.pk}
    )

    assert "dialog" in answer.json()
    assert not claim.citations.exists()


def test_a_withdrawn_claim_leaves_its_words(piece, reporter, claim):
    answer = desk(reporter).post(at("claim", piece, claim.pk), {"action": "withdraw"})

    piece.refresh_from_db()
    claim.refresh_from_db()
    assert claim.withdrawn
    assert answer.json()["unmark"] == [str(claim.pk)]
    assert claim_ids(piece.body) == []
    assert WORDS in read(piece.body).text


def test_a_lost_claim_is_placed_anew(piece, reporter, claim):
    lost = "<p>Am Abend waren es 6000 Menschen.</p>"
    client = desk(reporter)
    client.post(at("change", piece), writing(piece, body=lost, confirmed=[claim.pk]))
    piece.refresh_from_db()

    client.post(
        at("claim", piece, claim.pk),
        writing(piece, body=marked(piece, claim.pk, "6000 Menschen")) | told(claim),
    )

    passage = claim.passages.get()
    assert (passage.exact, passage.start is not None) == ("6000 Menschen", True)


def test_the_words_of_a_confidential_source_are_not_shown(piece, reporter, claim):
    source = factories.source(tier="confidential", csl={"title": "Notiz"})
    factories.citation(claim, source, quote="nur unter uns", tier="confidential")
    client = desk(reporter)

    for address in (at("change", piece), at("claim", piece, claim.pk)):
        assert "nur unter uns" not in client.get(address).content.decode()


def test_editing_a_confidential_citation_unseen_keeps_its_words(piece, reporter, claim):
    source = factories.source(tier="confidential", csl={"title": "Notiz"})
    citation = factories.citation(claim, source, quote="nur unter uns", tier="confidential")

    desk(reporter).post(
        at("claim", piece, claim.pk),
        writing(piece)
        | told(
            claim,
            **{"cite-citation": citation.pk, "cite-stance": "context", "cite-tier": "confidential"},
        ),
    )

    citation.refresh_from_db()
    assert (citation.stance, citation.words["quote"]) == ("context", "nur unter uns")


# Who may


def test_a_claim_of_another_piece_is_not_found(piece, reporter):
    other = factories.claim(factories.article(reporter), WORDS, actor=reporter)
    client = desk(reporter)

    assert client.get(at("claim", piece, other.pk)).status_code == 404
    assert client.post(at("claim", piece, other.pk), {"action": "withdraw"}).status_code == 404


def test_a_checker_cites_without_writing(piece, checker, claim):
    source = factories.source()

    answer = desk(checker).post(
        at("claim", piece, claim.pk),
        {"cite-source": source.pk, "cite-stance": "contradicts", "cite-tier": "named"},
    )

    assert answer.status_code == 200
    assert claim.citations.get().stance == "contradicts"


def test_a_checker_does_not_change_the_claim(piece, checker, claim):
    desk(checker).post(
        at("claim", piece, claim.pk), writing(piece) | told(claim, **{"claim-statement": "Anders"})
    )
    answer = desk(checker).post(at("claim", piece, claim.pk), {"action": "withdraw"})

    claim.refresh_from_db()
    assert (claim.statement, claim.withdrawn, answer.status_code) == (WORDS, False, 403)


def test_an_auditor_neither_claims_nor_checks(piece, claim):
    client = desk(factories.user("auditor"))

    assert client.post(at("claim", piece, claim.pk), told(claim)).status_code == 403
    assert client.get(at("check", piece, claim.pk)).status_code == 403
    assert client.post(at("check", piece, claim.pk)).status_code == 403


# Finding


def test_sources_are_found_by_all_words(piece, reporter):
    factories.source(csl={"title": "Schoigu kündigt Pioniere an", "type": "webpage"})
    factories.source(csl={"title": "Empfang für Schoigu", "type": "webpage"})

    page = desk(reporter).get(at("find_sources", piece), {"q": "schoigu pion"}).content.decode()

    assert page.count('role="option"') == 2  # one source, and "New source"
    assert "<mark>Schoigu</mark>" in page


def test_confidential_sources_are_not_offered(piece, reporter):
    factories.source(tier="confidential", csl={"title": "Notiz"})

    page = desk(reporter).get(at("find_sources", piece), {"q": "Notiz"}).content.decode()

    assert page.count('role="option"') == 1


def test_claims_are_found_in_other_pieces(piece, reporter, claim):
    other = factories.claim(factories.article(reporter, headline="Nachbar"), WORDS, actor=reporter)

    page = desk(reporter).get(
        at("find_claims", piece), {"q": "5000 Menschen", "claim": str(claim.pk)}
    )

    assert str(other.pk) in page.content.decode()
    assert str(claim.pk) not in page.content.decode()


# Checks


def seen(client: Any, piece: Article, claim: Claim) -> str:
    page = client.get(at("check", piece, claim.pk))
    return page.content.decode().partition('name="check-seen" value="')[2].partition('"')[0]


def test_a_check_is_recorded_on_what_was_seen(piece, checker, claim):
    client = desk(checker)

    answer = client.post(
        at("check", piece, claim.pk),
        {"check-seen": seen(client, piece, claim), "check-verdict": "supported"},
    )

    assert answer.json()["paint"]["standings"] == {str(claim.pk): "supported"}
    assert Check.objects.get().checker == checker.pk


def test_a_check_of_what_has_changed_meanwhile_is_refused_kindly(piece, checker, claim):
    client = desk(checker)
    old = seen(client, piece, claim)
    factories.citation(claim)

    answer = client.post(
        at("check", piece, claim.pk), {"check-seen": old, "check-verdict": "supported"}
    )

    assert answer.status_code == 409
    assert "notice--error" in answer.json()["dialog"]
    assert old not in answer.json()["dialog"]
    assert not Check.objects.exists()


def test_a_void_check_needs_a_reason(piece, checker, claim):
    client = desk(checker)

    answer = client.post(
        at("check", piece, claim.pk),
        {"check-seen": seen(client, piece, claim), "check-verdict": "void"},
    )

    assert answer.status_code == 422


def test_the_rail_says_which_words_changed_since_the_check(piece, reporter, checker, claim):
    factories.check(claim, checker)
    piece.refresh_from_db()
    client = desk(reporter)

    client.post(at("change", piece), writing(piece, body=piece.body.replace("5000", "6000")))

    page = client.get(at("change", piece)).content.decode()
    assert "<del>5000</del> → <ins>6000</ins>" in page
    assert 'data-standing="stale"' in page
    dialog = desk(checker).get(at("check", piece, claim.pk)).content.decode()
    assert "<del>5000</del> → <ins>6000</ins>" in dialog


def test_a_reporter_does_not_check(piece, reporter, claim):
    assert desk(reporter).get(at("check", piece, claim.pk)).status_code == 403
