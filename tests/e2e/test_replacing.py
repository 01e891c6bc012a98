"""A new text over an old one, and checks that do not hold any more, in a browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from articles.models import Article
from claims.text import passages, read
from newsroom.demo import loader
from tests import factories

from .desk import Coming
from .test_looks import IN_WORK, flaws

BODY = (
    "<p>Mehr als 5000 Menschen kamen. Das sagte die Polizei.</p>"
    "<p>Gegen neun Uhr war der Platz leer.</p><p>Danach fuhr kein Zug mehr.</p>"
)
NEW = """Zuerst etwas Neues, das niemand kennt.

Gegen neun Uhr war der Platz leer.

Mehr als 6000 Menschen kamen. Das sagte die Polizei.
"""


@pytest.fixture
def article(transactional_db: None) -> Article:
    admin = factories.user("admin")
    article = factories.article(body=BODY)
    for words in ("Mehr als 5000 Menschen kamen", "der Platz leer", "Danach fuhr kein Zug mehr."):
        factories.check(factories.claim(article, words), admin)
    article.refresh_from_db()
    return article


def test_a_text_is_replaced_and_every_claim_is_accounted_for_first(
    article: Article, colleague: Coming, barriers: Any
) -> None:
    editor = colleague("editor", "Mira")
    page = editor.page
    editor.go(article.pk)
    page.locator("[popovertarget=drawer]").first.click()
    page.locator(f"#drawer a[href$='/{article.pk}/replace/']").click()
    assert barriers(page) == []
    page.locator("#id_text").fill(NEW)
    page.locator(".sheet [type=submit]").click()

    rows = page.locator(".placing__row")
    expect(rows).to_have_count(3)
    # Who has to decide is asked first.
    expect(rows.nth(0)).to_have_attribute("data-outcome", "gone")
    expect(rows.nth(0)).to_contain_text("Danach fuhr kein Zug mehr.")
    changed = page.locator(".placing__row", has_text="6000")
    expect(changed.locator("del")).to_have_text("5000")
    expect(changed.locator("ins")).to_have_text("6000")
    assert barriers(page) == []
    assert flaws(page, "plan") == []
    assert "5000" in Article.objects.get(pk=article.pk).body

    page.set_viewport_size({"width": 1400, "height": 900})
    page.locator(".sheet__foot [type=submit]").click()
    expect(page.locator("#manuscript .claim-mark").first).to_be_visible()
    stored = read(Article.objects.get(pk=article.pk).body)
    marked = {stored.text[a:b] for runs in passages(stored).values() for a, b in runs}
    assert marked == {"Mehr als 6000 Menschen kamen", "der Platz leer"}
    expect(page.locator(".claim-card--orphan del")).to_have_text("Danach fuhr kein Zug mehr.")
    stale = editor.card("5000 Menschen")
    expect(stale).to_have_attribute("data-standing", "stale")
    expect(stale.locator(".claim-card__reason del")).to_have_text("5000")
    expect(editor.card("der Platz leer")).to_have_attribute("data-standing", "supported")


def test_a_file_replaces_a_text_as_well(
    article: Article, colleague: Coming, tmp_path: Path
) -> None:
    file = tmp_path / "neu.txt"
    file.write_text(NEW, encoding="utf-8")
    editor = colleague("editor", "Mira")
    page = editor.page
    editor.go(article.pk, "replace/")
    page.locator("#id_file").set_input_files(str(file))
    page.locator(".sheet [type=submit]").click()
    expect(page.locator(".placing__row")).to_have_count(3)
    # What was found can be refused.
    refused = page.locator(".placing__row", has_text="6000")
    refused.locator("[value=leave]").check()
    page.locator(".sheet__foot [type=submit]").click()
    expect(page.locator(".claim-card--orphan")).to_have_count(2)


def test_a_claim_that_is_not_stated_any_more_is_withdrawn_on_the_way(
    article: Article, colleague: Coming
) -> None:
    editor = colleague("editor", "Mira")
    page = editor.page
    editor.go(article.pk, "replace/")
    page.locator("#id_text").fill(NEW)
    page.locator(".sheet [type=submit]").click()
    gone = page.locator(".placing__row[data-outcome=gone]")
    gone.locator("[value=withdraw]").check()
    # What was found is not offered to be withdrawn.
    expect(page.locator(".placing__row [value=withdraw]")).to_have_count(1)
    page.locator(".sheet__foot [type=submit]").click()
    expect(page.locator("#manuscript .claim-mark").first).to_be_visible()
    expect(page.locator(".claim-card--orphan")).to_have_count(0)
    claim = article.claims.get(statement="Danach fuhr kein Zug mehr.")
    assert claim.withdrawn


def test_one_key_confirms_that_a_check_holds_in_other_words(
    article: Article, colleague: Coming
) -> None:
    checker = colleague("admin", "Juna")
    page = checker.page
    checker.go(article.pk)
    checker.replace("Menschen kamen", "Menschen erschienen")
    checker.save()
    card = checker.card("5000 Menschen")
    expect(card).to_have_attribute("data-standing", "reworded")
    expect(card.locator(".claim-card__reason ins")).to_have_text("erschienen")

    card.click()
    page.keyboard.press("Alt+h")
    expect(card).to_have_attribute("data-standing", "supported")
    claim = article.claims.get(statement="Mehr als 5000 Menschen kamen")
    assert claim.checks.count() == 2


def test_stale_claims_of_the_demo_say_old_and_new_words(
    transactional_db: None, colleague: Coming
) -> None:
    loader.load()
    piece = Article.objects.get(slug=IN_WORK)
    checker = colleague("checker")
    checker.go(piece.pk)
    reason = checker.card("58 Euro").locator(".claim-card__reason").first
    expect(reason.locator("del")).to_have_text("58")
    expect(reason.locator("ins")).to_have_text("63")
