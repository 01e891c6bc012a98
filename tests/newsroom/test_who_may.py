"""Who may do what at the desk, address by address, as the table of roles says."""

import pytest
from django.test import Client
from django.urls import reverse

from newsroom.models import User
from newsroom.roles import ROLES
from tests import factories

pytestmark = pytest.mark.django_db

EVERYBODY = set(ROLES)
WRITERS = {"reporter", "editor", "publisher", "admin"}
CHECKERS = {"checker", "editor", "publisher", "admin"}
AT_WORK = WRITERS | CHECKERS
SHELVERS = {"editor", "publisher", "admin"}
PUBLISHERS = {"publisher", "admin"}
AUDITORS = {"auditor", "admin"}

# Method, address, and who gets further than a refusal. Whatever else is wrong with what is sent
# (it is empty) is said after that.
TABLE: list[tuple[str, str, set[str]]] = [
    ("get", "index", EVERYBODY),
    ("get", "articles_article_changelist", EVERYBODY),
    ("get", "articles_article_add", WRITERS),
    ("get", "article:change", EVERYBODY),
    ("post", "article:change", WRITERS),
    ("get", "article:parts", EVERYBODY),
    ("post", "article:draft", WRITERS),
    ("post", "article:presence", EVERYBODY),
    ("get", "article:comments", EVERYBODY),
    ("post", "article:comments", AT_WORK),
    ("get", "article:suggestions", WRITERS),
    ("post", "article:suggestions", WRITERS),
    ("get", "article:sheet", EVERYBODY),
    ("get", "claim:claim", EVERYBODY),
    ("post", "claim:claim", AT_WORK),
    ("get", "claim:check", CHECKERS),
    ("post", "claim:check", CHECKERS),
    ("post", "claim:uphold", CHECKERS),
    ("post", "article:reading", CHECKERS),
    ("get", "article:find_sources", AT_WORK),
    ("get", "article:find_claims", EVERYBODY),
    ("get", "article:find_elsewhere", WRITERS),
    ("post", "article:take_in", AT_WORK),
    ("get", "article:preview", EVERYBODY),
    ("get", "article:publish", EVERYBODY),
    ("post", "article:publish", PUBLISHERS),
    ("post", "article:unschedule", PUBLISHERS),
    ("get", "article:retract", PUBLISHERS),
    ("post", "article:retract", PUBLISHERS),
    ("get", "article:reply", PUBLISHERS),
    ("post", "article:reply", PUBLISHERS),
    ("get", "article:block", PUBLISHERS),
    ("post", "article:block", PUBLISHERS),
    ("get", "article:replace", WRITERS),
    ("post", "article:replace", WRITERS),
    ("get", "article:share", WRITERS),
    ("post", "article:share", WRITERS),
    ("get", "article:hand_on", WRITERS),
    ("post", "article:hand_on", WRITERS),
    ("post", "article:shelve", SHELVERS),
    ("post", "article:recover", SHELVERS),
    ("get", "article:history", EVERYBODY),
    ("get", "article:blame", EVERYBODY),
    ("get", "claims_claim_changelist", EVERYBODY),
    ("get", "articles_comment_changelist", EVERYBODY),
    ("get", "sources_source_changelist", EVERYBODY),
    ("get", "sources_source_add", AT_WORK),
    ("get", "articles_person_changelist", EVERYBODY),
    ("get", "history_entry_changelist", AUDITORS),
    ("get", "newsroom_user_changelist", AUDITORS),
]


@pytest.fixture
def people() -> dict[str, User]:
    return {role: factories.user(role) for role in ROLES}


def address(name: str, article, claim) -> str:
    kind, _colon, rest = name.partition(":")
    if kind == "article" and rest:
        return reverse(f"admin:articles_article_{rest}", args=[article.pk])
    if kind == "claim" and rest:
        return reverse(f"admin:articles_article_{rest}", args=[article.pk, claim.pk])
    return reverse(f"admin:{name}")


@pytest.mark.parametrize(
    ("method", "name", "allowed"), TABLE, ids=[f"{method} {name}" for method, name, _who in TABLE]
)
def test_an_address_lets_in_whom_the_table_says(people, method, name, allowed) -> None:
    article = factories.article()
    claim = factories.claim(article)
    got_in = set()
    for role, user in people.items():
        client = Client(raise_request_exception=False)
        client.force_login(user)
        status = getattr(client, method)(address(name, article, claim)).status_code
        assert status < 500, (role, status)
        if status != 403:
            got_in.add(role)
    assert got_in == allowed


@pytest.mark.parametrize("name", sorted({name for _method, name, _who in TABLE}))
def test_nobody_gets_in_without_an_account(name) -> None:
    article = factories.article()
    claim = factories.claim(article)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address(name, article, claim))
        assert answer.status_code in (302, 405)
        if answer.status_code == 302:
            assert "/desk/login/" in answer["Location"]


def test_the_table_tries_every_address_about_a_piece() -> None:
    from django.contrib import admin

    from articles.models import Article

    names = {
        pattern.name.removeprefix("articles_article_")
        for pattern in admin.site._registry[Article].get_urls()
        if pattern.name and pattern.name.startswith("articles_article_")
    }
    tried = {
        name.partition(":")[2] or name.removeprefix("articles_article_") for _m, name, _w in TABLE
    }
    # Looking back, lifting a block and what was taken in have tests of their own.
    elsewhere = {
        "at", "at_moment", "compare", "compare_publications", "delete", "restore", "revision",
        "taken_in", "unblock",
    }  # fmt: skip
    assert names - tried <= elsewhere
