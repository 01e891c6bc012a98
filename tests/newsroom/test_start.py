"""The start page: what is live and no longer covered first, and every figure leads to its list."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html as lxml_html

from articles import comments
from articles import services as articles
from articles.models import Article
from claims import services as claims
from newsroom.models import User
from newsroom.start import Start
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def live(admin) -> Article:
    piece = factories.finished(admin)
    articles.publish(piece, actor=admin)
    return piece


def shown(user: User) -> dict[str, list[str]]:
    start = Start.of(user)
    return {work.id: [claim.statement for claim in work.claims] for work in start.claim_lists} | {
        short.id: [str(row["text"]) for row in short.rows] for short in start.beside
    }


def test_what_is_live_and_no_longer_covered_comes_first(admin, live) -> None:
    checker = factories.user("checker")
    assert shown(checker)["uncovered"] == []
    source = live.claims.get().citations.get().source
    claims.retract_source(source, actor=admin, why="gefälscht")
    found = shown(checker)
    assert next(iter(found)) == "uncovered"
    assert found["uncovered"] == ["Mehr als 5000 Menschen kamen"]
    assert found["sources"] == [str(source)]
    assert Start.of(checker).claim_lists[0].claims[0].known.why


def test_claims_wait_for_who_is_asked_until_they_are_checked(admin) -> None:
    checker = factories.user("checker")
    claim = factories.claim(factories.article())
    claims.assign([claim], actor=admin, checker=checker)
    assert shown(checker)["asked"] == [claim.statement]
    factories.check(claim, checker)
    assert shown(checker)["asked"] == []


def test_nobody_is_asked_who_may_not_check(admin) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        claims.assign(
            [factories.claim(factories.article())],
            actor=admin,
            checker=factories.user("reporter"),
        )


def test_overdue_embargoed_corrected_and_mentioned(admin, live) -> None:
    now = timezone.now()
    late = factories.article(headline="Zu spät")
    articles.set_state(late, actor=admin, state="check", due=now - timedelta(hours=1))
    factories.article(headline="Gesperrt", embargo=now + timedelta(hours=1))
    comments.begin(
        late, author=admin, text=f"Bitte, @{admin.username}!", subject=comments.Subject()
    )
    live.refresh_from_db()
    articles.save_article(live, actor=admin, standfirst="Richtiggestellt.")
    claims.read_sentences(live, actor=admin)
    articles.publish(
        live, actor=admin, kind="correction", note="Zahl.",
        corrections=[articles.Wrong("5000", "6000")],
    )  # fmt: skip
    found = shown(admin)
    assert found["overdue"] == ["Zu spät"]
    assert found["embargo"] == ["Gesperrt"]
    assert found["corrected"] == [live.headline]
    assert found["comments"] == [f"Bitte, @{admin.username}!"]


def test_every_figure_leads_to_the_list_behind_it(admin, live) -> None:
    claims.retract_source(live.claims.get().citations.get().source, actor=admin, why="x")
    articles.set_state(
        factories.article(), actor=admin, state="check", assignee=admin,
        due=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    client = Client()
    client.force_login(admin)
    page = lxml_html.fromstring(client.get(reverse("admin:index")).content)
    figures = page.find_class("count")
    assert len(figures) >= 5
    for figure in figures:
        answer = client.get(figure.get("href"), follow=True)
        assert answer.status_code == 200
        listed = (
            getattr(answer.context, "get", lambda _name: None)("cl") if answer.context else None
        )
        if listed is not None:
            assert str(listed.result_count) == figure.text
