"""Proposed claims by keyboard alone, and the four eyes of the check dialog."""

from typing import Any

from playwright.sync_api import expect

from claims.models import Dismissal
from tests import factories

from .desk import Coming


def test_one_key_makes_a_claim_and_one_sets_a_sentence_aside(
    transactional_db: None, colleague: Coming
) -> None:
    article = factories.article()
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    page.keyboard.press("Alt+g")
    bar = page.locator("#suggestion")
    expect(bar).to_be_focused()
    expect(bar.locator("q")).to_have_text("Mehr als 5000 Menschen kamen")
    page.keyboard.press("Enter")
    expect(reporter.text.locator("[data-mark]")).to_have_text("Mehr als 5000 Menschen kamen")
    expect(bar.locator("q")).to_have_text("Das sagte die Polizei")
    page.keyboard.press("Delete")
    expect(bar).to_be_hidden()
    expect(reporter.text).to_be_focused()
    reporter.save()

    assert article.claims.get().statement == "Mehr als 5000 Menschen kamen"
    assert Dismissal.objects.count() == 1
    page.keyboard.press("Alt+g")
    expect(page.locator("#notices .notice")).to_be_visible()
    expect(bar).to_be_hidden()
    assert reporter.complaints == []


def test_who_wrote_the_words_is_told_before_checking_them(
    transactional_db: None, colleague: Coming, settings: Any
) -> None:
    settings.NEWSROOM = settings.NEWSROOM | {"FOUR_EYES": True}
    ruth, ida = colleague("editor", "Ruth"), colleague("editor", "Ida")
    article = factories.article(ruth.user)
    claim = factories.claim(article)
    for person, refused in ((ruth, 1), (ida, 0)):
        person.go(article.pk)
        person.card(claim.statement).click()
        person.page.keyboard.press("Alt+k")
        expect(person.dialog.locator("[name=check-note]")).to_be_visible()
        expect(person.dialog.locator("[data-refusal]")).to_have_count(refused)
    ida.page.keyboard.press("Control+Enter")
