"""Timelines: told in words, narrowed, paged and exported, each for those who may see it."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from articles import services, timeline
from articles.models import Article
from claims import services as claims
from claims.models import Claim
from history import timeline as telling
from history.acts import act
from history.ledger import issue_checkpoint
from history.models import Entry
from history.views_timeline import EXPORTS, harmless
from newsroom.models import User
from sources import services as sources
from sources.models import Source
from tests import factories

pytestmark = pytest.mark.django_db
ROLES = ["reporter", "checker", "editor", "publisher", "auditor", "admin"]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def mira() -> User:
    return factories.user("publisher", first_name="Mira", last_name="Sandmann")


@pytest.fixture
def piece(mira: User) -> Article:
    article = factories.article(mira)
    factories.claim(article, actor=mira)
    article.refresh_from_db()
    return article


@pytest.fixture
def claim(piece: Article) -> Claim:
    return piece.claims.get()


@pytest.fixture
def source(mira: User) -> Source:
    return factories.source(mira, csl={"type": "report", "title": "Lagebericht der Polizei"})


def page(client, of: Any, **query: Any):
    if isinstance(of, str):
        address = of
    elif isinstance(of, User):
        address = reverse("admin:person_timeline", args=[of.pk])
    else:
        meta = of._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[of.pk])
    return client.get(address, query, headers={"accept-language": "en"})


def lines(response) -> list[telling.Line]:
    assert response.status_code == 200
    return [line for _name, _more, of_day in response.context["days"] for line in of_day]


def words(client, of: Any, **query: Any) -> list[str]:
    return [line.words for line in lines(page(client, of, **query))]


def reload(article: Article) -> Article:
    article.refresh_from_db()
    return article


def rewrite(piece: Article, actor: User, old: str, new: str, **more: Any) -> None:
    reload(piece)
    assert old in piece.body
    services.save_article(piece, actor=actor, body=piece.body.replace(old, new), **more)


# What happened, in words


def test_a_changed_figure_is_told_with_the_check_that_went_stale(client, mira, piece, claim):
    claims.check(claim, actor=mira, verdict="supported")
    rewrite(piece, mira, "5000", "6000", comment="Nach Rückfrage")
    client.force_login(mira)
    newest, *_others = lines(page(client, piece))
    assert newest.who == "Mira Sandmann"
    assert newest.initials == "MS"
    assert newest.words == (
        "changed the figure in claim 1 from 5000 to 6000; its check went stale"
        " · Text changed: +1 −1 word · Nach Rückfrage"
    )
    assert "<del>5000</del>" in newest.main
    assert "<ins>6000</ins>" in newest.main
    assert 'data-standing="stale"' in newest.main
    assert f'?claim={claim.pk}" title="Mehr als 5000 Menschen kamen">claim 1</a>' in newest.main


def test_evidence_checks_and_readings_are_told(client, mira, piece, claim, source):
    cited = claims.cite(claim, source, actor=mira)
    against = factories.source(mira, csl={"type": "report", "title": "Zählung der Veranstalter"})
    claims.cite(claim, against, actor=mira, stance="contradicts")
    claims.change_citation(cited, actor=mira, words={"locator": "S. 4"})
    claims.save_claim(claim, actor=mira, risk="high", statement="Über 5000 Menschen kamen.")
    claims.check(claim, actor=mira, verdict="partly")
    claims.void(claim, actor=mira, note="Falsche Zahl")
    claims.remove_citation(cited, actor=mira)
    claims.read_sentences(piece, actor=mira)
    claims.withdraw_claim(claim, actor=mira)
    client.force_login(mira)
    assert words(client, piece)[:9] == [
        "withdrew claim 1",
        "read 5 sentences",
        "removed the citation of Lagebericht der Polizei from claim 1",
        "checked claim 1: void",
        "checked claim 1: partly supported",
        "reworded the statement of claim 1; changed “Risk” of claim 1: medium → high",
        "changed how claim 1 cites Lagebericht der Polizei",
        "cited Zählung der Veranstalter against claim 1",
        "cited Lagebericht der Polizei for claim 1",
    ]
    assert words(client, piece)[9:] == [
        "added claim 1",
        "began the piece · Begun with 22 words",
    ]


def test_a_publication_is_raised_and_says_what_was_waived(client, mira, piece, claim, source):
    claims.cite(claim, source, actor=mira)
    claims.check(claim, actor=mira, verdict="supported")
    services.publish(piece, actor=mira, waivers={"read": "Es eilt"})
    claims.read_sentences(piece, actor=mira)
    rewrite(piece, mira, "Der Abend", "Der späte Abend")
    claims.read_sentences(piece, actor=mira)
    services.publish(piece, actor=mira, kind="update", note="Zwischentitel ergänzt")
    client.force_login(mira)
    told = lines(page(client, piece, what="publications"))
    assert [line.told.raised for line in told] == [True, True]
    assert [line.words for line in told] == [
        "published version 2: update · “Zwischentitel ergänzt” · Every rule was met, none waived.",
        "published version 1: first publication"
        " · Waived the rule “Every sentence was read since it last changed”: Es eilt",
    ]
    html = page(client, piece).content.decode()
    assert html.count("timeline-entry--public") == 2
    address = reverse("admin:articles_article_compare_publications", args=[piece.pk, 1, 2])
    assert f'href="{address}"' in html
    assert "published as version 2" in html


def test_handing_on_restoring_and_shelving_are_told(client, mira, piece):
    jonas = factories.user("checker", first_name="Jonas", last_name="Weidt")
    rewrite(piece, mira, "leer", "voll")
    services.set_state(piece, actor=mira, state="check", assignee=jonas, comment="Bitte nur Neues")
    services.restore(piece, revision=2, actor=mira)
    services.shelve(reload(piece), actor=mira)
    client.force_login(mira)
    assert words(client, piece)[:4] == [
        "shelved the piece · State: in check → shelved",
        "went back to revision 2 · Text changed: +1 −1 word",
        "handed the piece to Jonas Weidt · State: draft → in check · Bitte nur Neues",
        "edited the piece · Text changed: +1 −1 word",
    ]


def test_a_restore_says_which_checks_count_again(client, mira, piece, claim):
    claims.check(claim, actor=mira, verdict="supported")
    rewrite(piece, mira, "5000", "6000")
    services.restore(piece, revision=3, actor=mira)
    client.force_login(mira)
    (newest, *_others) = words(client, piece)
    assert newest == (
        "went back to revision 3 · Changed the figure in claim 1 from 6000 to 5000"
        " · Its earlier check counts again · Text changed: +1 −1 word"
    )


def test_what_happened_to_many_claims_at_once_is_told_together(client, mira):
    body = "".join(f"<p>Es kamen {number} Gäste aus Ort {number}.</p>" for number in range(10, 16))
    piece = factories.article(mira, body=body)
    for number in range(10, 16):
        made = factories.claim(piece, f"Es kamen {number} Gäste", actor=mira)
        claims.check(made, actor=mira, verdict="supported")
    rewrite(piece, mira, "Gäste", "Gästinnen")
    client.force_login(mira)
    (newest, *_others) = words(client, piece)
    assert newest == (
        "changed the words of 6 claims; the checks of 6 claims went stale"
        " · Text changed: +6 −6 words"
    )


def test_what_happens_to_cited_sources_stands_in_the_history_of_the_piece(
    client, mira, piece, claim, source
):
    once = factories.source(mira, csl={"type": "report", "title": "Alter Bericht"})
    never = factories.source(mira, csl={"type": "report", "title": "Fremder Bericht"})
    claims.cite(claim, source, actor=mira)
    claims.remove_citation(claims.cite(claim, once, actor=mira), actor=mira)
    sources.capture(source, b"x", actor=mira, media_type="text/plain")
    for one in (once, never):
        claims.retract_source(one, actor=mira, why="Erfunden")
    sources.withdraw_source(source, actor=mira)
    client.force_login(mira)
    told = lines(page(client, piece))[:3]
    assert [line.words for line in told] == [
        "took a source out of use",
        "declared a source retracted · Claims that cite it have to be checked again. · Erfunden",
        "added a copy of a source",
    ]
    assert [line.subject.name for line in told] == [
        "Lagebericht der Polizei",
        "Alter Bericht",
        "Lagebericht der Polizei",
    ]
    assert "Fremder Bericht" not in page(client, piece).content.decode()


def test_entries_from_before_facts_told_of_single_claims_stay_readable():
    old = {"actor": "Anna", "comment": "", "summary": [["text", 3, 1], ["claims_changed", 2]]}
    assert [phrase.plain({}) for phrase in telling.tell("articles.article.saved", old).more] == [
        "Text changed: +3 −1 word",
        "2 claims changed",
    ]
    check = {"actor": "Anna", "details": {"check": {"claim": "x", "verdict": "refuted"}}}
    (main,) = telling.tell("claims.check.recorded", {**check, "summary": [["checks", 1]]}).main
    assert main.plain({}) == "checked a claim: refuted"


def test_waivers_are_read_as_a_list_and_as_its_text():
    waived = [{"rule": "read", "reason": "Es eilt"}]
    publication = {"number": 1, "kind": "first", "note": ""}
    told = [
        [
            phrase.plain({})
            for phrase in telling.tell(
                "articles.article.published",
                {"details": {"publication": publication | {"waivers": waivers}}},
            ).more
        ]
        for waivers in (waived, json.dumps(waived), [], "[]", "█")
    ]
    assert told[0] == told[1]
    assert "Es eilt" in told[0][0]
    assert told[2:] == [["Every rule was met, none waived."]] * 2 + [[]]


def test_what_nobody_knows_is_told_as_it_is():
    facts = {"summary": [["claim.from the future", str(uuid4()), 3, "", ""], ["other", 1]]}
    assert telling.tell("articles.article.dreamt", facts).main[0].plain({}) == (
        "articles.article.dreamt"
    )


def test_an_erased_key_breaks_no_page(client, mira, piece):
    facts = [["claim.uncited", "█" * 8, 1, "████████-█", "supports"]]
    with act("claims.citation.removed", actor=mira) as this:
        this.note(piece, summary=facts)
    told = telling.tell("claims.citation.removed", {"summary": facts})
    assert told.main[0].plain({}) == "removed the citation of (no longer there) from claim 1"
    assert timeline.cited_sources(piece) == []
    client.force_login(mira)
    assert page(client, piece).status_code == 200


def test_words_of_people_are_escaped(client, mira, piece):
    hostile = '<script>alert("x")</script> %(claim)s 100 %'
    services.save_article(piece, actor=mira, headline=hostile, comment=hostile)
    client.force_login(factories.user("admin", first_name=hostile[:100]))
    for of in (piece, reverse("admin:timeline"), mira):
        html = page(client, of).content.decode()
        assert "<script>alert" not in html
        assert "100 %" in html
    assert hostile in words(client, piece)[0]


def test_each_line_says_where_its_proof_stands(client, piece):
    covering = issue_checkpoint()
    auditor = factories.user("auditor")
    rewrite(piece, auditor, "leer", "voll")
    client.force_login(auditor)
    newest, *others = lines(page(client, piece))
    assert newest.checkpoint is None
    assert {line.checkpoint for line in others} == {covering.size}
    html = page(client, piece).content.decode()
    address = reverse("admin:history_entry_change", args=[newest.sequence])
    assert f'<a href="{address}">entry {newest.sequence}</a> · in no checkpoint yet' in html
    assert f"entry {others[0].sequence}</a> · in checkpoint {covering.size}" in html


def test_lines_are_grouped_by_the_newsrooms_days(client, mira, piece):
    client.force_login(mira)
    ((name, _more, of_day),) = page(client, piece).context["days"]
    assert (name, len(of_day)) == ("Today", 2)


# Narrowing


def test_a_history_is_narrowed_to_a_person(client, mira, piece):
    jonas = factories.user("editor", first_name="Jonas", last_name="Weidt")
    rewrite(piece, jonas, "leer", "voll")
    client.force_login(mira)
    assert [line.who for line in lines(page(client, piece, who=str(jonas.pk)))] == ["Jonas Weidt"]
    options = page(client, piece).context["form"].fields["who"].choices
    assert [label for _key, label in options] == ["All people", "Jonas Weidt", "Mira Sandmann"]


def test_a_history_is_narrowed_to_kinds_of_events(client, mira, piece, claim, source):
    cited = claims.cite(claim, source, actor=mira)
    claims.check(claim, actor=mira, verdict="supported")
    claims.read_sentences(piece, actor=mira)
    services.publish(piece, actor=mira)
    rewrite(piece, mira, "5000", "6000")
    services.set_state(piece, actor=mira, state="check")
    claims.remove_citation(cited, actor=mira)
    sources.capture(source, b"x", actor=mira, media_type="text/plain")
    client.force_login(mira)

    def kinds(what: str) -> list[str]:
        told = lines(page(client, piece, what=what))
        return [line.entry.kind.split(".", 1)[1] for line in told]

    assert kinds("text") == ["article.saved", "article.created"]
    assert kinds("claims") == ["article.saved", "claim.created"]
    assert kinds("stale") == ["article.saved"]
    assert kinds("citations") == ["citation.removed", "citation.added"]
    assert kinds("checks") == ["check.recorded"]
    assert kinds("readings") == ["reading.recorded"]
    assert kinds("publications") == ["article.published"]
    assert kinds("waivers") == []
    assert kinds("workflow") == ["article.handed_on"]
    assert kinds("sources") == ["capture.taken"]


def test_a_comment_that_looks_like_a_fact_is_none(client, mira, piece):
    services.save_article(piece, actor=mira, kicker="x", comment='["checks",1] "publication":{')
    client.force_login(mira)
    assert words(client, piece, what="checks") == []
    assert words(client, piece, what="publications") == []


def test_a_history_is_narrowed_to_a_claim(client, mira, piece, claim):
    other = factories.claim(piece, "Das sagte die Polizei", actor=mira)
    claims.save_claim(other, actor=mira, risk="high")
    client.force_login(mira)
    told = words(client, piece, claim=str(other.pk))
    assert told == ["changed “Risk” of claim 2: medium → high", "added claim 2"]
    options = page(client, piece).context["form"].fields["claim"].choices
    assert [label for _key, label in options] == [
        "All claims",
        "Das sagte die Polizei",
        "Mehr als 5000 Menschen kamen",
    ]


def test_a_history_is_narrowed_to_days_both_included(client, mira, piece):
    client.force_login(mira)
    today = timezone.localdate()
    day = timedelta(days=1)
    for since, until, count in (
        (today, today, 2),
        (today - day, today + day, 2),
        (today + day, "", 0),
        ("", today - day, 0),
    ):
        assert len(words(client, piece, since=since, until=until)) == count


def test_that_nothing_matches_is_said_with_a_way_back(client, mira, piece):
    client.force_login(mira)
    html = page(client, piece, what="waivers").content.decode()
    assert "Nothing matches." in html
    assert 'href="?"' in html


@pytest.mark.parametrize(
    "query",
    [{"who": "nobody"}, {"what": "gossip"}, {"claim": str(uuid4())}, {"since": "2025-13-01"}],
)
def test_a_filter_that_makes_no_sense_is_told_and_shows_nothing(client, mira, piece, query):
    client.force_login(mira)
    response = page(client, piece, **query)
    assert lines(response) == []
    assert "filter-bar__error" in response.content.decode()
    assert page(client, piece, export="csv", **query).status_code == 400


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_a_place_to_go_on_from_that_is_none_is_passed_over(client, mira, piece, before):
    client.force_login(mira)
    assert len(words(client, piece, before=before)) == 2


def test_pages_follow_one_another_and_stay_narrowed(client, mira, piece, monkeypatch):
    monkeypatch.setattr(telling, "PER_PAGE", 3)
    for number in range(6):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    client.force_login(mira)
    seen, address = [], "?what=text"
    while address:
        response = client.get(reverse("admin:articles_article_history", args=[piece.pk]) + address)
        seen += [line.revision for line in lines(response)]
        address = response.context["older"]
        assert not address or "what=text" in address
    assert seen == [8, 7, 6, 5, 4, 3, 1]


# What it costs


def test_a_history_costs_the_same_at_5_and_at_200_entries_and_loads_no_document(
    client, mira, piece, claim, source
):
    claims.cite(claim, source, actor=mira)
    sources.capture(source, b"x", actor=mira, media_type="text/plain")
    client.force_login(mira)

    def queries(**query: Any) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            page(client, piece, **query)
        return [query["sql"] for query in captured]

    def both() -> list[int]:
        for number in range(3):
            claims.save_claim(claim, actor=mira, risk=("low", "high")[number % 2])
        claims.remove_citation(claims.cite(claim, source, actor=mira), actor=mira)
        sources.capture(source, b"x", actor=mira, media_type="text/plain")
        return [len(queries()), len(queries(what="claims", claim=str(claim.pk)))]

    queries()
    short = both()
    for number in range(190):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    assert both() == short
    assert short[0] <= 20
    assert not any("serialized_data" in sql for sql in queries())


def test_the_house_and_a_person_cost_the_same_however_much_happened(client, mira):
    client.force_login(factories.user("auditor"))
    house = reverse("admin:timeline")

    def queries(of: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, of)
        return len(captured)

    def happen() -> None:
        for made in (factories.tag, factories.person):
            made()
        made = factories.claim(factories.article(mira), actor=mira)
        claims.cite(made, factories.source(mira), actor=mira)

    happen()
    queries(house)
    short = queries(house), queries(mira)
    for _round in range(8):
        happen()
    assert (queries(house), queries(mira)) == short


# Other timelines


def test_a_source_has_a_timeline(client, mira, source):
    source.reliability, source.description = "B", "Aus dem Präsidium"
    sources.save_source(source, actor=mira)
    sources.capture(source, b"x", actor=mira, media_type="text/plain")
    claims.retract_source(source, actor=mira, why="Erfunden")
    client.force_login(mira)
    assert words(client, source) == [
        "declared a source retracted · Claims that cite it have to be checked again. · Erfunden",
        "added a copy of a source",
        "edited a source · Description changed · Reliability changed",
        "added a source",
    ]
    assert len(words(client, source, what="sources")) == 4
    assert words(client, source, what="looks") == []


def test_a_person_has_a_timeline_of_everything_that_they_did(client, mira, piece, source):
    jonas = factories.user("editor", first_name="Jonas", last_name="Weidt")
    rewrite(piece, jonas, "leer", "voll")
    client.force_login(factories.user("auditor"))
    told = lines(page(client, mira))
    assert {line.who for line in told} == {"Mira Sandmann"}
    assert [line.subject.name for line in told] == [
        "Lagebericht der Polizei",
        "Tausende auf dem Platz",
        "Tausende auf dem Platz",
    ]
    assert told[1].subject.address == reverse("admin:articles_article_history", args=[piece.pk])
    assert "What Mira Sandmann did" in page(client, mira).content.decode()


def test_what_somebody_did_outlives_their_account(client):
    gone = User(pk=uuid4(), first_name="Olga", last_name="Reis")
    with act("articles.tag.created", actor=factories.user()) as this:
        this.actor = gone
        factories.tag("Bahn")
    client.force_login(factories.user("auditor"))
    assert "What Olga Reis did" in page(client, gone).content.decode()
    assert page(client, reverse("admin:person_timeline", args=[uuid4()])).status_code == 404


def test_the_house_has_a_timeline_of_everything(client, mira, piece, source):
    client.force_login(factories.user("admin"))
    told = lines(page(client, reverse("admin:timeline")))
    assert len(told) == min(Entry.objects.count(), telling.PER_PAGE)
    assert told[0].subject.noun == "source"
    assert words(client, reverse("admin:timeline"), what="text", who=str(mira.pk)) == [
        "began the piece · Begun with 22 words"
    ]


def test_labels_have_timelines_that_tell_old_and_new_values(client):
    client.force_login(factories.user())
    tag = factories.tag("Bahn", "bahn")
    client.post(
        reverse("admin:articles_tag_change", args=[tag.pk]), {"name": "Zug", "slug": "bahn"}
    )
    assert words(client, tag) == ["changed a tag · Name: Bahn → Zug", "added a tag"]


# Who sees what


@pytest.mark.parametrize("role", ROLES)
def test_histories_are_for_all_and_the_ledger_for_auditors_and_administrators(
    client, role, mira, piece, source
):
    client.force_login(factories.user(role))
    ledger = 200 if role in ("auditor", "admin") else 403
    for query in ({}, {"export": "csv"}):
        assert page(client, piece, **query).status_code == 200
        assert page(client, source, **query).status_code == 200
        assert page(client, mira, **query).status_code == ledger
        assert page(client, reverse("admin:timeline"), **query).status_code == ledger
    html = page(client, piece).content.decode()
    assert (reverse("admin:person_timeline", args=[mira.pk]) in html) == (ledger == 200)


def test_who_may_see_nothing_sees_no_timeline(client, piece, source, mira):
    client.force_login(User.objects.create_user("stranger", password="x", is_staff=True))
    for of in (piece, source, mira, reverse("admin:timeline")):
        assert page(client, of).status_code in (302, 403)
        assert page(client, of, export="json").status_code in (302, 403)
    client.logout()
    assert page(client, reverse("admin:timeline")).status_code == 302


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_confidential_sources_stay_unnamed(client, role, mira, piece, claim):
    hidden = factories.source(mira, tier="confidential", csl={"title": "Kronzeuge Maulwurf"})
    claims.cite(claim, hidden, actor=mira, quote="Streng vertraulich")
    claims.retract_source(hidden, actor=mira, why="Frau Geheim hat widerrufen")
    user = factories.user(role)
    client.force_login(user)
    sees = role == "admin"
    for of in (piece, reverse("admin:timeline"), mira):
        for query in ({}, {"export": "csv"}, {"export": "json"}):
            response = page(client, of, **query)
            streamed = b"".join(response) if response.streaming else response.content
            html = streamed.decode()
            assert not re.search("Maulwurf|Streng vertraulich", html)
            assert ("Frau Geheim" in html) == sees
            assert (str(hidden) in html) == sees
            assert ("a source that is not shown" in html) == (not sees)
    assert ("cited a confidential source for claim 1" in words(client, piece)) == (not sees)


def test_with_the_permission_a_confidential_source_is_told_by_its_code(client, mira, piece, claim):
    hidden = factories.source(mira, tier="confidential", csl={"title": "Kronzeuge Maulwurf"})
    claims.cite(claim, hidden, actor=mira)
    mira.user_permissions.add(Permission.objects.get(codename="view_identity"))
    client.force_login(mira)
    assert words(client, piece)[0] == f"cited {hidden} for claim 1"


# Exports


def exported(response) -> str:
    assert response.status_code == 200
    assert response.streaming
    return b"".join(response).decode()


def test_a_timeline_is_exported_as_csv(client, mira, piece):
    rewrite(piece, mira, "5000", "6000", comment="Nach Rückfrage")
    client.force_login(mira)
    response = page(client, piece, export="csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="timeline-{piece.slug}.csv"' in response["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(exported(response).removeprefix("\ufeff"))))
    entries = list(Entry.objects.of(piece))
    assert [int(row["sequence"]) for row in rows] == [entry.sequence for entry in entries]
    newest = rows[0]
    assert newest == {
        "sequence": str(entries[0].sequence),
        "at": entries[0].at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": "articles.article.saved",
        "actor": "Mira Sandmann",
        "subject": "Tausende auf dem Platz",
        "revision": "3",
        "words": "changed the figure in claim 1 from 5000 to 6000 · Text changed: +1 −1 word"
        " · Nach Rückfrage",
        "actor_key": str(mira.pk),
        "subject_key": str(piece.pk),
    }


def test_a_narrowed_timeline_is_exported_as_json(client, mira, piece, source):
    client.force_login(factories.user("auditor"))
    house = reverse("admin:timeline")
    response = page(client, house, what="text", export="json")
    assert response["Content-Type"] == "application/json"
    (row,) = json.loads(exported(response))
    assert (row["kind"], row["revision"], row["subject"]) == (
        "articles.article.created",
        1,
        "Tausende auf dem Platz",
    )
    assert json.loads(exported(page(client, house, what="waivers", export="json"))) == []
    assert len(json.loads(exported(page(client, mira, export="json")))) == 3


def test_an_export_holds_everything_in_parts_that_fit_in_memory(client, mira, piece, monkeypatch):
    monkeypatch.setattr(telling, "CHUNK", 4)
    for number in range(10):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    client.force_login(mira)
    response = page(client, piece, export="json")
    with CaptureQueriesContext(connection) as captured:
        rows = json.loads(exported(response))
    assert [row["revision"] for row in rows] == list(range(12, 0, -1))
    limited = [q["sql"] for q in captured if 'FROM "history_entry"' in q["sql"]]
    assert all("LIMIT 4" in sql for sql in limited)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"])
def test_no_cell_of_an_export_is_a_formula(formula):
    assert harmless(formula) == f"'{formula}"
    _media_type, write = EXPORTS["csv"]
    row = dict.fromkeys(telling.FIELDS, "x") | {"sequence": 1, "revision": None}
    _head, line = write([row | {"actor": formula, "words": formula, "subject": formula}])
    (cells,) = csv.reader(io.StringIO(line, newline=""))
    assert [cells[at] for at in (3, 4, 6)] == [f"'{formula}"] * 3


def test_numbers_and_plain_words_are_exported_as_they_are():
    assert [harmless(cell) for cell in (7, None, "", "a=1", "„=“")] == [7, None, "", "a=1", "„=“"]


def test_an_unknown_format_is_refused(client, mira, piece):
    client.force_login(mira)
    assert page(client, piece, export="exe").status_code == 400
