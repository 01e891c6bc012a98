"""Commenting by keyboard alone."""

from playwright.sync_api import expect

from articles.models import Comment
from tests import factories

from .desk import Coming


def test_words_are_commented_on_and_the_thread_is_resolved(
    transactional_db: None, colleague: Coming
) -> None:
    article = factories.article()
    ida, ruth = colleague("reporter", "Ida"), colleague("checker", "Ruth")
    ida.go(article.pk)
    ida.select("neun Uhr")
    page = ida.page
    page.keyboard.press("Alt+m")
    expect(page.locator("[data-comment-about]")).to_contain_text("neun Uhr")
    expect(page.locator("#comment-text")).to_be_focused()
    page.keyboard.type("Abends? ")
    page.locator("[data-comment-mention]").select_option(ruth.user.username)
    page.keyboard.press("Control+Enter")
    expect(ida.text.locator(".commented")).to_have_text("neun Uhr")
    assert list(Comment.objects.get().mentions.all()) == [ruth.user]

    ruth.go(article.pk, "change/#comments")
    thread = ruth.page.locator(".comment-thread")
    expect(thread).to_contain_text("Abends?")
    thread.locator("textarea").press_sequentially("Ja.")
    thread.locator("textarea").press("Control+Enter")
    expect(thread.locator(".comment")).to_have_count(2)
    thread.locator("[data-comment=resolve]").press("Enter")
    expect(ruth.page.locator("[data-comment-count]")).to_have_text("0")
    assert ida.complaints == ruth.complaints == []
