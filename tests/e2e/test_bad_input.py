"""What bad input gets at the desk: each kind has a clear outcome, and nothing breaks.

Pasted Word and Google Docs HTML: test_writing.py. An editor that does not load: test_saving.py.
"""

import pytest
from playwright.sync_api import expect

from articles.models import Article
from claims.models import Claim
from tests import factories

from .desk import Colleague, Coming

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def reporter(colleague: Coming) -> Colleague:
    return colleague("reporter")


def stored(article: Article) -> str:
    article.refresh_from_db()
    return article.body


def test_two_megabytes_pasted_are_kept_whole(reporter: Colleague) -> None:
    article = factories.article(body="")
    words = "Ein Satz, der sich wiederholt, bis zwei Megabyte voll sind. " * 340
    reporter.go(article.pk)
    reporter.paste("".join(f"<p>{number}. {words}</p>" for number in range(100)))
    reporter.page.set_default_timeout(60_000)
    reporter.save()
    body = stored(article)
    assert len(body) > 2_000_000
    assert body.count("<p>") == 100


def test_a_pasted_picture_is_left_out_and_the_words_stay(reporter: Colleague) -> None:
    article = factories.article(body="")
    reporter.go(article.pk)
    reporter.paste(f'<p>Vorher <img src="data:image/png;base64,{PIXEL}" alt="x"> nachher</p>')
    reporter.save()
    assert stored(article) == "<p>Vorher nachher</p>"
    assert reporter.complaints == []


def test_emoji_and_text_from_right_to_left_can_be_claims(reporter: Colleague) -> None:
    article = factories.article(body="<p>Er schrieb: שלום עולם 👩‍👩‍👧 und ging. Danach nichts.</p>")
    reporter.go(article.pk)
    reporter.select("Danach nichts")
    reporter.mark()
    reporter.keep()
    expect(reporter.card("Danach nichts")).to_be_visible()
    assert article.claims.get().passages.get().exact == "Danach nichts"
    assert "שלום עולם 👩‍👩‍👧" in stored(article)


def test_marks_with_foreign_and_malformed_ids_lose_the_mark_and_keep_the_words(
    reporter: Colleague,
) -> None:
    foreign = factories.claim(factories.article(headline="Anderswo"))
    article = factories.article(body="")
    reporter.go(article.pk)
    reporter.paste(
        f'<p><span data-claim="{foreign.pk}">fremd</span> <span data-claim="kaputt">kaputt</span>'
        ' <span data-claim="">leer</span></p>'
    )
    reporter.save()
    assert stored(article) == "<p>fremd kaputt leer</p>"
    assert Claim.objects.count() == 1
    assert foreign.passages.get().start is not None


def test_a_thousand_claims_can_still_be_worked_with(reporter: Colleague) -> None:
    from uuid import uuid4

    body = "".join(
        f'<p><span data-claim="{uuid4()}">Im Jahr {number} kamen {number} Menschen</span>.</p>'
        for number in range(1000)
    )
    article = factories.article(body=body)
    page = reporter.page
    page.set_default_timeout(90_000)
    reporter.go(article.pk)
    expect(page.locator("#rail .claim-card")).to_have_count(1000)
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".claim-card.is-current")).to_have_count(1)
    reporter.replace("Jahr 3 kamen", "Jahr 3 kamen nur")
    reporter.save()
    assert "Jahr 3 kamen nur 3 Menschen" in stored(article)
    assert article.claims.live().count() == 1000
