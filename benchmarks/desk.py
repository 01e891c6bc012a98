"""A session at the desk: opening and saving a piece with few and with many claims.

First what the server takes, then, where there are playwright and chromium, what somebody waits for.
"""

import importlib.util
import os
import random
import shutil
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import Client
from django.test.testcases import LiveServerThread
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
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
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
        in_browser(table, client, page, claims)


def in_browser(table: Table, client: Client, page: str, claims: int) -> None:
    """Tell how long somebody waits: until they can write, and until it is saved."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium or not importlib.util.find_spec("playwright"):
        table.tell("in a browser", "not measured: it needs playwright and chromium")
        return
    from playwright.sync_api import sync_playwright

    # The loop of playwright runs in this thread, and Django would take it for asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    site = f"http://localhost:{server.port}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        tab = context.new_page()

        def opened() -> None:
            tab.goto(site + page, wait_until="commit")
            tab.locator(".ProseMirror [data-mark]").nth(claims - 1).wait_for(state="attached")
            tab.locator("#rail .claim-card").nth(claims - 1).wait_for(state="attached")

        def saved() -> None:
            before = tab.locator("#desk").get_attribute("data-revision")
            tab.keyboard.press("Control+s")
            tab.wait_for_function(
                "old => document.getElementById('desk').dataset.revision !== old", arg=before
            )

        def typed() -> None:
            tab.locator(".ProseMirror").press("Control+End")
            tab.keyboard.type(".")

        table.time("in a browser: open, until it can be written in", opened)
        table.tell("in a browser: save, until it is saved", told(saved, before=typed))
        # What follows a save is asked for by itself; no answer is cut off.
        tab.wait_for_load_state("networkidle")
        tab.close()
        browser.close()
    server.terminate()
    server.join()


def told(work: Callable[[], None], *, before: Callable[[], None], runs: int = 7) -> str:
    """Return the median of the runs in words; what comes ``before`` each is not counted."""
    taken = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    taken.sort()
    low, median, high = (taken[at] * 1000 for at in (0, runs // 2, -1))
    return f"{median:.0f} ms  ({low:.0f} to {high:.0f})"


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
