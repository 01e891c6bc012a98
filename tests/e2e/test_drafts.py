"""What is typed survives a crash, a lost session and a lost line; who writes is seen."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from articles.models import Article, WorkingDraft
from tests import factories

from .desk import Coming


@pytest.fixture
def article(transactional_db: None) -> Article:
    article = factories.article()
    factories.claim(article)
    article.refresh_from_db()
    return article


def test_what_was_typed_before_a_crash_is_offered_again(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    reporter.go(article.pk)
    with reporter.page.expect_response("**/draft/"):
        reporter.replace("neun", "zehn")
    # The page is gone without a word.
    reporter.page.close(run_before_unload=False)
    reporter.page = reporter.page.context.new_page()
    reporter.go(article.pk)
    expect(reporter.text).to_contain_text("neun Uhr")
    reporter.page.locator("[data-resume]").press("Enter")
    expect(reporter.text).to_contain_text("zehn Uhr")
    expect(reporter.text.locator("[data-mark]")).to_have_count(1)
    reporter.save()

    article.refresh_from_db()
    assert "zehn Uhr" in article.body
    assert article.claims.get().passages.get().start == 0
    assert not WorkingDraft.objects.exists()
    assert reporter.complaints == []


def test_the_login_after_a_lost_session_leads_back_to_the_text_with_the_text(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    reporter.replace("neun", "zehn")
    Session.objects.all().delete()
    page.keyboard.press("Control+s")

    expect(page).to_have_url(re.compile("/desk/login/"))
    page.locator("#id_username").fill(reporter.user.username)
    page.locator("#id_password").fill("secret")
    page.locator("#id_password").press("Enter")
    expect(page).to_have_url(re.compile(f"{article.pk}/change/$"))
    expect(reporter.text).to_contain_text("zehn Uhr")
    reporter.forgive(401)
    reporter.save()
    article.refresh_from_db()
    assert "zehn Uhr" in article.body


def test_without_a_line_the_text_is_kept_in_the_browser(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    page.route("**/draft/", lambda route: route.abort())
    reporter.replace("neun", "zehn")
    page.wait_for_function(
        "() => Object.keys(localStorage).some((key) => key.startsWith('newsroom'))"
    )
    page.close(run_before_unload=False)
    reporter.page = page.context.new_page()
    reporter.go(article.pk)
    expect(reporter.text).to_contain_text("zehn Uhr")


def test_two_at_one_piece_see_each_other_until_one_leaves(
    article: Article, colleague: Coming
) -> None:
    ida, ruth = colleague("reporter", "Ida"), colleague("editor", "Ruth")
    ida.go(article.pk)
    with ida.page.expect_response("**/draft/"):
        ida.replace("neun", "zehn")
    ruth.go(article.pk)
    expect(ruth.page.locator(".presence")).to_contain_text("Ida Sommerfeld")
    ida.page.goto("about:blank")
    ruth.page.reload()
    expect(ruth.page.locator(".presence")).to_have_count(0)
