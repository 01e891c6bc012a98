"""A session at the desk: opening and saving a piece with few and with many claims."""

import random
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article, Section
from articles.services import create_article
from claims.models import Citation, Claim
from history import revisions
from history.acts import act, lock
from sources.services import create_source

from .history import sentence
from .measure import Table

SIZES = {20: 60, 200: 600}


def run() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    editor = get_user_model().objects.create_superuser(f"bench-{uuid4()}", password=None)
    client = Client()
    client.force_login(editor)
    for claims, citations in SIZES.items():
        article = piece(editor, claims, citations)
        words = len(" ".join(revisions.document(article)["content"]["body"]).split())
        table = Table(f"A piece of {words} words with {claims} claims and {citations} citations")
        page = reverse("admin:articles_article_change", args=[article.pk])
        rest = reverse("admin:articles_article_parts", args=[article.pk])
        headers = {"accept": "application/json"}

        def save(article: Article = article, page: str = page, headers: Any = headers) -> int:
            article.refresh_from_db()
            data = sent(article)
            with CaptureQueriesContext(connection) as captured:
                answer = client.post(page, data, headers=headers)
            assert "based_on" in answer.json(), answer.content[:200]
            return statements(captured)

        def opened(page: str = page) -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            return statements(captured)

        def rail(rest: str = rest, headers: Any = headers) -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(rest, headers=headers)
            return statements(captured)

        for name, work in (("open", opened), ("save", save), ("bring the rail up to date", rail)):
            table.time(name, work)
            table.tell(f"  queries: {name}", str(work()))


def statements(captured: Any) -> int:
    """Count queries, but for the borders of transactions and the ledger's own tree.

    How many nodes of the tree an entry completes depends on its number alone.
    """
    return sum(
        not row["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
        and "history_node" not in row["sql"]
        for row in captured
    )


def sent(article: Article) -> dict[str, Any]:
    """Return the writing view's form with one more sentence."""
    return {
        "headline": article.headline,
        "kicker": "",
        "standfirst": "",
        "body": article.body + "<p>Noch ein Satz.</p>",
        "slug": article.slug,
        "section": article.section_id,
        "language": article.language,
        "based_on": revisions.latest_revision(article),
        "images-TOTAL_FORMS": 0,
        "images-INITIAL_FORMS": 0,
    }


def piece(actor: Any, claims: int, citations: int) -> Article:
    """Return a piece of some 900 words (more, if the claims need it), each claim in a sentence."""
    source = random.Random(claims)
    with act("articles.section.created", actor=actor):
        section = Section.objects.create(name="Maß", slug=f"mass-{uuid4()}")
    sentences = [sentence(source) for _ in range(max(70, claims))]
    keys = [uuid4() for _ in range(claims)]
    marked = [
        f'<span data-claim="{keys[at]}">{text[:-1]}</span>.' if at < claims else text
        for at, text in enumerate(sentences)
    ]
    blocks = ["<p>" + " ".join(marked[at : at + 4]) + "</p>" for at in range(0, len(marked), 4)]
    article = create_article(
        actor=actor, headline=f"Mit {claims} Aussagen", body="".join(blocks), section=section
    )
    cited = [create_source(actor=actor, csl={"title": f"Quelle {n}"}) for n in range(10)]
    with act("claims.citation.added", actor=actor):
        lock(article)
        Citation.objects.bulk_create(
            Citation(
                claim_id=keys[number % claims],
                source=cited[number % len(cited)],
                position=number // claims,
                quote="Wie es dort steht.",
                locator=f"S. {number}",
            )
            for number in range(citations)
        )
    assert Claim.objects.filter(article=article).count() == claims
    return article
