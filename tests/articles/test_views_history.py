"""The desk's pages about a piece's past: complete, readable, cheap, and only for those who may."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import services, views_history
from articles.models import Article
from claims import services as claims
from history import revisions
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira() -> User:
    return factories.user("publisher", first_name="Mira", last_name="Sandmann")


@pytest.fixture
def piece(mira: User) -> Article:
    """A piece of four revisions: begun, a claim, its citation, other words."""
    article = factories.article(mira)
    claim = factories.claim(article, actor=mira)
    factories.citation(claim, actor=mira, quote="mehr als fünftausend")
    article.refresh_from_db()
    body = article.body.replace("Gegen neun Uhr", "Gegen zehn Uhr")
    services.save_article(article, actor=mira, body=body, comment="Nach Rückfrage")
    article.refresh_from_db()
    return article


def asked(rf, user: User, **query: object):
    request = rf.get("/", query)
    request.user = user
    return request


def address(name: str, article: Article, *more: int) -> str:
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *more])


def pages(article: Article) -> list[str]:
    return [
        address("history", article),
        address("revision", article, 2),
        address("compare", article) + "?old=1&new=4",
        address("restore", article, 2),
    ]


def test_comparing_costs_the_same_however_long_the_history_is(rf, mira, piece):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            views_history.compared(asked(rf, mira), piece, 2, 4)
        return len(captured)

    queries()  # what a person may do is looked up once
    short = queries()
    for number in range(20):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    assert queries() == short


def test_two_revisions_are_compared_the_earlier_one_first(rf, mira, piece):
    context = views_history.compared(asked(rf, mira, old=4, new=1), piece).context_data
    assert (context["old"], context["new"]) == (1, 4)
    assert [change.op for change in context["comparison"].claims] == ["added"]


def test_by_default_the_last_two_revisions_are_compared(rf, mira, piece):
    context = views_history.compared(asked(rf, mira), piece).context_data
    assert (context["old"], context["new"]) == (3, 4)


def test_revisions_nearby_and_the_first_and_latest_can_be_chosen_next(rf, mira, piece):
    for number in range(40):
        services.save_article(piece, actor=mira, kicker=f"Teil {number}")
    choices = views_history.compared(asked(rf, mira, old=16, new=16), piece).context_data["choices"]
    assert [choice.number for choice in choices] == [*range(44, 31, -1), *range(28, 3, -1), 1]


@pytest.mark.parametrize("query", [{"old": 99}, {"new": 99}, {"old": "1", "new": "999999999"}])
def test_a_revision_that_is_not_there_is_not_found(rf, mira, piece, query):
    with pytest.raises(Http404):
        views_history.compared(asked(rf, mira, **query), piece)


@pytest.mark.parametrize("value", ["x", "-1", "²", "1e3", "9" * 40])
def test_what_is_no_number_is_passed_over(rf, mira, piece, value):
    context = views_history.compared(asked(rf, mira, new=value), piece).context_data
    assert context["new"] == 4


def test_an_unknown_revision_cannot_be_seen_or_restored(rf, mira, piece):
    for view in (views_history.revision, views_history.restoring):
        with pytest.raises(Http404):
            view(asked(rf, mira), piece, 99)


def test_a_revision_shows_the_claim_as_it_was_then(rf, mira, piece):
    then = views_history.revision(asked(rf, mira), piece, 2).context_data["piece"]
    (claim,) = then.claims
    assert claim.claim["citations"] == []
    assert claim.state == "unchecked"
    assert 'data-standing="unchecked"' in then.body
    assert "Gegen neun Uhr" in then.body


def test_a_revision_tells_checks_that_hold_from_those_that_do_not(rf, mira, piece):
    claim = piece.claims.get()
    claims.check(claim, actor=mira, verdict="supported")
    claims.save_claim(claim, actor=mira, statement="Mehr als 6000 Menschen kamen.")
    latest = revisions.latest_revision(piece)
    states = [
        views_history.revision(asked(rf, mira), piece, number).context_data["piece"].claims[0].state
        for number in (latest - 1, latest)
    ]
    assert states == ["supported", "stale"]


def test_a_restore_is_shown_before_it_is_done_and_what_is_shown_is_what_happens(rf, mira, piece):
    claims.check(piece.claims.get(), actor=mira, verdict="supported")
    shown = views_history.restoring(asked(rf, mira), piece, 1).context_data["comparison"]
    before = revisions.latest_revision(piece)
    after = services.restore(piece, revision=1, actor=mira)
    done = views_history.compared(asked(rf, mira), piece, before, after).context_data["comparison"]
    assert shown.changed
    assert shown.facts == done.facts


def test_asking_for_a_restore_changes_nothing(rf, mira, piece):
    before = revisions.latest_revision(piece)
    views_history.restoring(asked(rf, mira), piece, 1)
    assert revisions.latest_revision(piece) == before


@pytest.mark.parametrize("role", ["reporter", "checker", "editor", "publisher", "auditor", "admin"])
def test_every_role_may_look_back(client, piece, role):
    client.force_login(factories.user(role))
    assert [client.get(page).status_code for page in pages(piece)[:3]] == [200] * 3


@pytest.mark.parametrize(
    ("role", "status"),
    [("reporter", 200), ("checker", 403), ("editor", 200), ("auditor", 403), ("admin", 200)],
)
def test_only_who_may_change_the_piece_is_asked_about_a_restore(client, piece, role, status):
    client.force_login(factories.user(role))
    assert client.get(address("restore", piece, 2)).status_code == status


def test_who_may_not_see_the_piece_may_not_see_its_past(rf, piece):
    stranger = User.objects.create_user("stranger", password="x", is_staff=True)
    for user in (stranger, AnonymousUser()):
        for view, numbers in (
            (views_history.history, ()),
            (views_history.revision, (1,)),
            (views_history.compared, ()),
            (views_history.restoring, (1,)),
        ):
            with pytest.raises(PermissionDenied):
                view(asked(rf, user), piece, *numbers)


def test_auditors_are_not_offered_a_restore(client, piece):
    client.force_login(factories.user("auditor"))
    for page in pages(piece)[:2]:
        assert address("restore", piece, 2) not in client.get(page).content.decode()


def test_what_a_protected_source_said_is_on_no_page(client, mira, piece):
    source = factories.source(mira, tier="confidential", csl={"title": "Kronzeuge Maulwurf"})
    factories.citation(piece.claims.get(), source, actor=mira, quote="Streng vertraulich")
    sealed = piece.claims.get().citations.get(source=source).sealed
    latest = revisions.latest_revision(piece)
    client.force_login(mira)
    for page in [*pages(piece), address("compare", piece), address("revision", piece, latest)]:
        html = client.get(page).content.decode()
        assert not any(word in html for word in ("Maulwurf", "Streng vertraulich", sealed))


def test_words_of_people_are_escaped(client, mira, piece):
    hostile = '<script>alert("x")</script>'
    services.save_article(piece, actor=mira, headline=hostile, kicker="&lt;b&gt;", comment=hostile)
    client.force_login(mira)
    for page in [*pages(piece), address("compare", piece)]:
        assert "<script>alert" not in client.get(page).content.decode()


def test_the_body_of_a_revision_is_sanitised_again(mira, piece):
    document = revisions.document(piece)
    document["content"]["body"] = ['<p onclick="x()">Er <script>y()</script>kam</p>']
    assert views_history.look_back(document).body == "<p>Er kam</p>"


def test_the_pages_have_no_inline_style_or_script(client, mira, piece):
    client.force_login(mira)
    for page in pages(piece):
        html = client.get(page).content.decode()
        body = html[html.index('id="content"') :]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<[a-z]+[^>]* (style|on[a-z]+)=", body)
