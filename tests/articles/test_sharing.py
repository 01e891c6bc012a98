"""A draft shown to somebody without an account: what a link shows, and when it ends."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from lxml import html as lxml_html

from articles import services, sharing
from articles.models import Article
from history.models import Entry
from newsroom.models import User
from sources.choices import Tier
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return factories.user("editor", first_name="Ida", last_name="Sommerfeld")


@pytest.fixture
def draft() -> Article:
    return factories.article(headline="Noch geheim")


def link(draft: Article, maker: User, days: int = 3) -> str:
    token, _until = services.share_draft(draft, actor=maker, days=days)
    return reverse("articles:shared", args=[token])


def test_a_link_shows_the_draft_and_says_what_it_is(
    client: Client, draft: Article, editor: User
) -> None:
    response = client.get(link(draft, editor))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Noch geheim" in page
    assert "Vorschau: Das ist nicht veröffentlicht." in page
    assert "Ida Sommerfeld" in page


def test_it_is_kept_nowhere_and_its_address_goes_nowhere(
    client: Client, draft: Article, editor: User
) -> None:
    response = client.get(link(draft, editor))
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    root = lxml_html.document_fromstring(response.content)
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not root.xpath("//script[not(@src)] | //meta[@property] | //link[@rel='canonical']")


def test_it_shows_nothing_that_readers_would_not_see(
    client: Client, draft: Article, editor: User
) -> None:
    source = factories.source(tier=Tier.CONFIDENTIAL, csl={"title": "Protokoll des Vorstands"})
    claim = factories.claim(draft)
    factories.citation(claim, source, tier=Tier.CONFIDENTIAL, quote="Wir zahlen nicht")
    page = client.get(link(draft, editor)).content.decode()
    assert "Protokoll des Vorstands" not in page
    assert "Wir zahlen nicht" not in page
    assert "claim-mark" not in page


def test_it_follows_the_draft(client: Client, draft: Article, editor: User) -> None:
    address = link(draft, editor)
    services.save_article(draft, actor=editor, kicker="Seit eben")
    assert "Seit eben" in client.get(address).content.decode()


def test_it_leads_to_no_version_and_takes_no_report(client: Client, editor: User) -> None:
    admin = factories.user("admin")
    live = factories.finished(admin)
    services.publish(live, actor=admin)
    page = client.get(link(live, editor)).content.decode()
    for address in ("/compare/", "/v/2/", "/report/", 'id="versions-h"'):
        assert address not in page


@pytest.mark.parametrize("days", sharing.DAYS)
def test_it_ends_on_its_day(client: Client, draft: Article, editor: User, days: int) -> None:
    with time_machine.travel("2026-03-27T12:00Z", tick=False) as clock:
        address = link(draft, editor, days)
        clock.shift(timedelta(days=days, seconds=-1))
        assert client.get(address).status_code == 200
        clock.shift(timedelta(seconds=1))
        ended = client.get(address)
    assert ended.status_code == 410
    assert "Diese Vorschau ist abgelaufen" in ended.content.decode()
    assert "Noch geheim" not in ended.content.decode()
    assert "no-store" in ended["Cache-Control"]


def test_it_ends_when_the_piece_is_handed_on_or_shelved(
    client: Client, draft: Article, editor: User
) -> None:
    address = link(draft, editor)
    services.set_state(draft, actor=editor, state="check", assignee=factories.user("checker"))
    assert client.get(address).status_code == 410
    anew = link(draft, editor)
    assert client.get(anew).status_code == 200
    services.shelve(draft, actor=editor)
    assert client.get(anew).status_code == 410


@pytest.mark.parametrize("loss", ["inactive", "roles", "gone"])
def test_it_ends_with_who_made_it(client: Client, draft: Article, editor: User, loss: str) -> None:
    address = link(draft, editor)
    if loss == "inactive":
        User.objects.filter(pk=editor.pk).update(is_active=False)
    elif loss == "roles":
        editor.groups.clear()
    else:
        editor.delete()
    assert client.get(address).status_code == 410


def test_a_forged_or_foreign_token_is_not_found(
    client: Client, draft: Article, editor: User
) -> None:
    token, _until = services.share_draft(draft, actor=editor, days=1)
    body, stamp, signature = token.split(":")
    said = [draft.pk.hex, editor.pk.hex, "", 4102444800]
    wrong = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        f"{body}x:{stamp}:{signature}",
        body,
        signing.dumps(said, salt="elsewhere"),
        signing.dumps(said, key="x" * 50, salt=sharing.SALT),
        signing.dumps(["a", "b", "", "c"], salt=sharing.SALT),
        signing.dumps([*said[:3], 10**20], salt=sharing.SALT),
        signing.dumps({}, salt=sharing.SALT),
        "ä",
        "x" * 5000,
    ]
    for other in wrong:
        answer = client.get(reverse("articles:shared", args=[other]))
        assert answer.status_code == 404, other[:80]
        assert "Noch geheim" not in answer.content.decode()


def test_making_one_is_on_record_without_the_link(draft: Article, editor: User) -> None:
    token, until = services.share_draft(draft, actor=editor, days=7)
    entry = Entry.objects.get(kind="articles.article.shared")
    assert (entry.subject, entry.actor) == (draft.pk, editor.pk)
    assert until.isoformat()[:16] in entry.payload.data
    assert token not in entry.payload.data


def test_who_may_not_write_may_not_show(draft: Article, editor: User) -> None:
    for role in ("checker", "auditor"):
        with pytest.raises(PermissionDenied):
            services.share_draft(draft, actor=factories.user(role), days=3)
    for days in (0, 2, -1, 365):
        with pytest.raises(ValidationError):
            services.share_draft(draft, actor=editor, days=days)
    services.shelve(draft, actor=editor)
    with pytest.raises(ValidationError):
        services.share_draft(draft, actor=editor, days=3)


def test_the_desk_makes_a_link(client: Client, draft: Article, editor: User) -> None:
    client.force_login(editor)
    where = reverse("admin:articles_article_share", args=[draft.pk])
    assert 'id="link"' not in client.get(where).content.decode()
    root = lxml_html.document_fromstring(client.post(where, {"days": "3"}).content)
    address = root.get_element_by_id("link").value
    assert address.startswith("https://newsroom.example/preview/")
    assert Client().get(address.removeprefix("https://newsroom.example")).status_code == 200
    assert client.post(where, {"days": "4"}).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("checker", 403), ("auditor", 403), (None, 302)])
def test_the_desk_makes_none_for_others(
    client: Client, draft: Article, role: str | None, status: int
) -> None:
    if role:
        client.force_login(factories.user(role))
    where = reverse("admin:articles_article_share", args=[draft.pk])
    assert client.post(where, {"days": "3"}).status_code == status
    assert not Entry.objects.filter(kind="articles.article.shared").exists()


def test_following_a_link_asks_little_of_the_database(
    client: Client, draft: Article, editor: User, django_assert_max_num_queries: Any
) -> None:
    factories.citation(factories.claim(draft))
    address = link(draft, editor)
    client.get(address)
    with django_assert_max_num_queries(25):
        client.get(address)
