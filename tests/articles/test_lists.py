"""The desk's lists: found in any form of the words and mistyped, filtered, many rows at once."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import services as articles
from claims.models import Assignment, Claim
from history.models import Entry
from newsroom.models import User
from sources.models import Source
from tests import factories

pytestmark = pytest.mark.django_db
LISTS = {
    "articles": "admin:articles_article_changelist",
    "claims": "admin:claims_claim_changelist",
    "sources": "admin:sources_source_changelist",
}


@pytest.fixture
def publisher() -> User:
    return factories.user("publisher")


def found(user: User, name: str, **query: str) -> list[str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(LISTS[name]), query)
    assert answer.status_code == 200
    return sorted(str(row) for row in answer.context["cl"].result_list)


@pytest.mark.parametrize(
    "words",
    [
        "Fahrgast",
        "den Fahrgästen",
        "Deutschlandticket",
        "Deutschlandtiket",
        "deutschlandt",
        "counted",
    ],
)
def test_pieces_are_found_in_any_form_of_the_words(publisher, words) -> None:
    factories.article(
        headline="Was das Deutschlandticket kostet",
        body="<p>Die Fahrgäste wurden gezählt. <em>Counting</em> goes on.</p>",
    )
    factories.article(headline="Der Kalender", body="<p>Elf Tage fielen aus.</p>")
    assert found(publisher, "articles", q=words) == ["Was das Deutschlandticket kostet"]


@pytest.mark.parametrize("words", ["Soldat", "soldaten gefallen", "Soldatten", "nordkoreanisch"])
def test_claims_are_found_in_any_form_of_the_words(publisher, words) -> None:
    piece = factories.article()
    factories.claim(piece, statement="Nordkoreanische Soldaten fielen, gefallen sind 600.")
    factories.claim(piece, "Das sagte die Polizei")
    assert found(publisher, "claims", q=words) == [
        "Nordkoreanische Soldaten fielen, gefallen sind 600."
    ]


@pytest.mark.parametrize("words", ["lagebericht", "Lagebricht", "lageb polizei"])
def test_sources_are_found_mistyped(publisher, words) -> None:
    factories.source(csl={"title": "Lagebericht", "publisher": "Polizei"})
    factories.source(csl={"title": "Etwas ganz anderes"})
    assert [Source.objects.matching(words).get().csl["title"]] == ["Lagebericht"]


@pytest.mark.parametrize("words", ["'", "\x00", "((", "a" * 3000, "% _ \\", "&|!", "😀"])
def test_no_words_break_the_search(publisher, words) -> None:
    factories.claim(factories.article())
    for name in LISTS:
        found(publisher, name, q=words)


def test_lists_are_filtered_by_what_matters(publisher) -> None:
    live = factories.finished(factories.user("admin"))
    articles.publish(live, actor=publisher)
    draft = factories.article(headline="Entwurf")
    factories.claim(draft)
    articles.set_state(draft, actor=publisher, state="check", assignee=publisher)

    assert found(publisher, "articles", live="1") == [live.headline]
    assert found(publisher, "articles", live="0") == ["Entwurf"]
    assert found(publisher, "articles", standing="need") == ["Entwurf"]
    assert found(publisher, "articles", standing="supported") == [live.headline]
    assert found(publisher, "articles", **{"with": "me"}) == ["Entwurf"]
    assert len(found(publisher, "claims", standing="need")) == 1
    assert len(found(publisher, "claims", live="1", standing="supported")) == 1
    assert found(publisher, "claims", checked="never") == ["Mehr als 5000 Menschen kamen"]
    assert len(found(publisher, "claims", article=str(draft.pk))) == 1
    assert len(found(publisher, "claims", standing="Unsinn", **{"with": "Unsinn"})) == 2


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_however_long_it_is(publisher, name) -> None:
    client = Client()
    client.force_login(publisher)
    section = factories.section()

    def cost() -> int:
        client.get(reverse(LISTS[name]))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LISTS[name]))
        return len(queries)

    def more() -> None:
        made = factories.claim(factories.article(section=section))
        factories.citation(made)

    more()
    few = cost()
    for _number in range(5):
        more()
    assert cost() == few
    assert few <= 16


# Many at once


def act(user: User, name: str, action: str, rows: list, **told: str):
    client = Client()
    client.force_login(user)
    keys = [str(row.pk) for row in rows]
    data = {"action": action, "_selected_action": keys} | told
    return client.post(reverse(LISTS[name]), data)


@pytest.fixture
def several() -> list[Claim]:
    return [factories.claim(factories.article()) for _number in range(3)]


def test_several_claims_are_cited_from_one_source(publisher, several) -> None:
    source = factories.source()
    asked = act(publisher, "claims", "cite", several)
    assert asked.status_code == 200
    told = {"apply": "1", "source": str(source.pk), "stance": "supports", "locator": "S. 3"}
    before = Entry.objects.count()
    assert act(publisher, "claims", "cite", several, **told).status_code == 302
    assert all(claim.citations.get().locator == "S. 3" for claim in several)
    made = Entry.objects.filter(sequence__gte=before)
    assert {entry.subject for entry in made} == {claim.article_id for claim in several}
    assert len({entry.request for entry in made}) == 1


def test_risk_is_set_and_a_checker_is_asked(publisher, several) -> None:
    checker = factories.user("checker")
    act(publisher, "claims", "set_risk", several, apply="1", risk="high")
    act(publisher, "claims", "assign", several, apply="1", checker=str(checker.pk))
    assert set(Claim.objects.values_list("risk", flat=True)) == {"high"}
    assert Assignment.objects.filter(checker=checker).count() == 3


def test_what_is_wrong_is_said_and_nothing_is_done(publisher, several) -> None:
    reporter = factories.user("reporter")
    refused = act(publisher, "claims", "assign", several, apply="1", checker=str(reporter.pk))
    assert refused.status_code == 422
    assert act(publisher, "claims", "set_risk", several, apply="1", risk="?").status_code == 422
    assert not Assignment.objects.exists()


def test_pieces_are_handed_on_together(publisher) -> None:
    pieces = [factories.article(), factories.article()]
    act(publisher, "articles", "hand_on", pieces, apply="1", state="check",
        assignee=str(publisher.pk), note="Bitte heute")  # fmt: skip
    for piece in pieces:
        piece.refresh_from_db()
        assert (piece.state, piece.assignee) == ("check", publisher)


def test_who_may_not_does_not(several) -> None:
    auditor = factories.user("auditor")
    assert found(auditor, "claims") == [claim.statement for claim in several]
    act(auditor, "claims", "set_risk", several, apply="1", risk="high")
    assert set(Claim.objects.values_list("risk", flat=True)) == {"medium"}
