"""What the claim dialog answers to something pasted into its search for a source."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from articles.models import Article
from sources import intake
from sources.models import Lookup, Source
from tests import factories
from tests.articles.test_admin import at, desk, writing
from tests.claims.test_dialogs import marked, told
from tests.jobs import run_due, waiting

pytestmark = pytest.mark.django_db

BIB = "@book{a, title = {Mühlen und Wehre}, author = {Brandt, Elsbeth and Ahl, Uwe}, year = 2004}"


@pytest.fixture
def piece() -> Article:
    return factories.article()


def paste(piece: Article, user: Any, asked: str, **more: str) -> Any:
    return desk(user).post(at("take_in", piece), {"asked": asked, **more})


def test_what_is_pasted_is_looked_up_by_a_job_and_never_by_the_request(piece: Article) -> None:
    reporter = factories.user("reporter")
    answer = paste(piece, reporter, "https://bote.example/a")
    assert answer.status_code == 202
    assert waiting() == ["sources.tasks.look_up"]
    by_hand = answer.json()["by_hand"]["fields"]
    assert (by_hand["url"], by_hand["kind"]) == ("https://bote.example/a", "page")
    assert desk(reporter).get(answer.json()["wait"]).status_code == 202


def test_what_was_found_fills_the_form(piece: Article) -> None:
    reporter = factories.user("reporter")
    wait = paste(piece, reporter, BIB).json()["wait"]
    run_due()
    answer = desk(reporter).get(wait).json()
    assert answer["take"]
    assert "Brandt, Elsbeth\\nAhl, Uwe" in answer["options"].replace("&quot;", '"')
    assert "2004" in answer["options"]


def test_only_who_asked_sees_what_was_found(piece: Article) -> None:
    wait = paste(piece, factories.user("reporter"), BIB).json()["wait"]
    assert desk(factories.user("reporter")).get(wait).status_code == 404
    assert desk(factories.user("auditor")).get(wait).status_code == 403


def test_who_may_not_cite_takes_nothing_in(piece: Article) -> None:
    assert paste(piece, factories.user("auditor"), BIB).status_code == 403
    assert not Lookup.objects.exists()


def test_who_may_cite_and_add_no_source_is_offered_what_is_there_and_else_told_so(
    piece: Article,
) -> None:
    user = factories.user("auditor")
    user.groups.clear()
    names = ("view_article", "add_citation")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    there = factories.source(csl={"title": "Im Boten", "URL": "https://bote.example/a"})

    offered = paste(piece, user, "https://www.bote.example/a/").json()["options"]
    assert str(there.pk) in offered
    assert "anyway" not in offered
    assert (
        str(there.pk)
        in desk(user)
        .get(at("find_sources", piece), {"q": "https://bote.example/a"})
        .content.decode()
    )
    refused = paste(piece, user, "https://bote.example/b")
    assert refused.status_code == 403
    assert refused.json()["trouble"]
    assert not Lookup.objects.exists()


def test_what_is_there_is_looked_up_all_the_same_if_somebody_says_so(piece: Article) -> None:
    factories.source(csl={"title": "Im Boten", "URL": "https://bote.example/a"})
    reporter = factories.user("reporter")
    assert "anyway" in paste(piece, reporter, "https://bote.example/a").json()["options"]
    again = paste(piece, reporter, "https://bote.example/a", anyway="1")
    assert again.status_code == 202


def test_a_protected_source_is_not_offered_and_nothing_protected_is_looked_up(
    piece: Article,
) -> None:
    factories.source(tier="confidential", csl={"title": "Brief", "DOI": "10.5555/brief"})
    reporter = factories.user("reporter")
    for tier in ("described", "confidential", "?"):
        answer = paste(piece, reporter, "10.5555/brief", tier=tier)
        assert answer.status_code == 422
        assert "Brief" not in answer.content.decode()
    assert not Lookup.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        "@book",
        "@book{a, title = {offen",
        "TY  - RPRT\nER  - \n",
        "[{",
        "[]",
        "[3, []]",
        "ISBN 978-3-16-148410-1",
        "978316148410X",
        "zwei\nZeilen",
        "\x00@book{a",
    ],
)
def test_what_cannot_be_a_source_is_told(piece: Article, asked: str) -> None:
    reporter = factories.user("reporter")
    answer = paste(piece, reporter, asked)
    if answer.status_code == 202:
        run_due()
        answer = desk(reporter).get(answer.json()["wait"])
    assert answer.status_code == 422
    assert answer.json()["trouble"]


@pytest.mark.parametrize(
    "asked", ["", "Lagebericht", "1984", "javascript:alert(1)", "ftp://a.de/b"]
)
def test_mere_words_are_searched(piece: Article, asked: str) -> None:
    assert paste(piece, factories.user("reporter"), asked).json() == {"search": True}


def test_more_than_a_bibliography_can_hold_is_refused(piece: Article, monkeypatch: Any) -> None:
    monkeypatch.setattr("articles.views_taking_in.MOST_PASTED", 50)
    assert paste(piece, factories.user("reporter"), BIB).status_code == 422


def test_a_long_bibliography_is_offered_in_part(piece: Article) -> None:
    reporter = factories.user("reporter")
    wait = paste(piece, reporter, "\n".join(f"@book{{b{n}, title={{B {n}}}}}" for n in range(30)))
    run_due()
    answer = desk(reporter).get(wait.json()["wait"]).json()
    assert answer["options"].count('role="option"') == 20
    assert not answer["take"]
    assert "20" in answer["said"]


def test_a_piece_that_is_not_there_takes_nothing_in(piece: Article) -> None:
    reporter = factories.user("reporter")
    lookup = intake.ask(reporter, text=BIB)
    address = at("taken_in", piece, lookup.pk).replace(str(piece.pk), str(uuid4()))
    assert desk(reporter).get(address).status_code == 404
    assert desk(reporter).get(at("taken_in", piece, uuid4())).status_code == 404


def save(piece: Article, user: Any, lookup: str, **more: str) -> Any:
    """Cite for a new claim what was looked up, as the dialog sends it."""
    key = uuid4()
    fields = {
        "new_source": "1", "source-lookup": lookup, "source-entry": "0", "source-kind": "page",
        "source-title": "Mühlen und Wehre", "source-tier": "named",
    }  # fmt: skip
    sent = writing(piece, body=marked(piece, key)) | told(**(fields | more))
    return desk(user).post(at("claim", piece, key), sent)


def test_what_has_no_field_in_the_dialog_stays_and_what_was_emptied_goes(piece: Article) -> None:
    reporter = factories.user("reporter")
    wait = paste(piece, reporter, BIB.replace("year", "publisher = {Wall}, volume = {7}, year"))
    run_due()
    answer = save(piece, reporter, wait.json()["wait"].split("/")[-2], **{"source-issued": "2005"})
    assert answer.status_code == 200
    assert Source.objects.get().csl == {
        "type": "book",
        "title": "Mühlen und Wehre",
        "volume": "7",
        "issued": {"date-parts": [[2005]]},
    }


def test_who_turns_out_to_be_protected_leaves_nothing_behind(piece: Article) -> None:
    reporter = factories.user("reporter")
    wait = paste(piece, reporter, BIB).json()["wait"]
    run_due()
    more = {"source-tier": "confidential", "cite-tier": "confidential"}
    assert save(piece, reporter, wait.split("/")[-2], **more).status_code == 200
    assert Source.objects.get().csl == {}
    assert not Lookup.objects.exists()


@pytest.mark.parametrize("lookup", ["0c000000-0000-4000-8000-000000000000", "x", "somebody's"])
def test_what_is_no_longer_kept_or_is_not_theirs_is_told(piece: Article, lookup: str) -> None:
    if lookup == "somebody's":
        lookup = str(intake.ask(factories.user("reporter"), text=BIB).pk)
    answer = save(piece, factories.user("reporter"), lookup)
    assert answer.status_code == 422
    assert not Source.objects.exists()
