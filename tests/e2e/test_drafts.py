"""What is typed survives a crash, a lost session and a lost line; who writes is seen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Response, expect

from articles.models import Article, Person, Section, WorkingDraft
from tests import factories

from .desk import Colleague, Coming


@pytest.fixture
def article(transactional_db: None) -> Article:
    article = factories.article()
    factories.claim(article)
    article.refresh_from_db()
    return article


def said(words: str) -> Callable[[Response], bool]:
    """Whether an answer is one to keeping a draft in which this stands."""
    return lambda answer: (
        answer.url.endswith("/draft/") and words in (answer.request.post_data or "")
    )


def test_what_was_typed_before_a_crash_is_offered_again(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    reporter.go(article.pk)
    with reporter.page.expect_response(said("zehn")):
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


def drawn(person: Colleague) -> dict[str, Any]:
    """What the drawer says of the properties that this is tried with."""
    drawer = person.page.locator("#drawer")
    return {
        "section": drawer.locator("[name=section]").input_value(),
        "slug": drawer.locator("[name=slug]").input_value(),
        "tags": drawer.locator("[name=tags]:checked").count(),
        "embargo": drawer.locator("[name=embargo]").input_value(),
        "people": [one.input_value() for one in drawer.locator("[name=bylines]").all()],
        "role": drawer.locator("[name=bylines_role]").first.input_value(),
        "credit": drawer.locator("[name=images-0-credit]").input_value(),
    }


def change_properties(person: Colleague, section: Section, author: Person) -> dict[str, Any]:
    page = person.page
    page.locator("[popovertarget=drawer]").first.press("Enter")
    page.locator("[name=section]").select_option(str(section.pk))
    page.locator("[name=slug]").fill("anderswo")
    page.locator("[name=tags]").check()
    page.locator("[name=embargo]").fill("2031-05-03T14:30")
    page.locator("[name=bylines]").first.select_option(str(author.pk))
    page.locator("[name=bylines_role]").first.fill("Recherche")
    page.locator("[name=images-0-credit]").fill("Ida Sommerfeld")
    changed = drawn(person)
    page.keyboard.press("Escape")
    return changed


@pytest.fixture
def labels(article: Article) -> tuple[Section, Person]:
    factories.tag()
    factories.image(article)
    return factories.section("Wirtschaft"), factories.person()


def test_properties_are_offered_again_after_a_crash(
    article: Article, labels: tuple[Section, Person], colleague: Coming
) -> None:
    reporter = colleague("reporter")
    reporter.go(article.pk)
    before = drawn(reporter)
    with reporter.page.expect_response(said("anderswo")):
        changed = change_properties(reporter, *labels)
    reporter.page.close(run_before_unload=False)
    reporter.page = reporter.page.context.new_page()
    reporter.go(article.pk)
    assert drawn(reporter) == before
    reporter.page.locator("[data-resume]").press("Enter")
    expect(reporter.page.locator("#unsaved")).to_have_count(0)
    assert drawn(reporter) == changed
    reporter.save()
    article.refresh_from_db()
    assert article.section == labels[0]
    assert (article.slug, article.tags.count()) == ("anderswo", 1)
    assert [(row.person, row.role) for row in article.bylines.all()] == [(labels[1], "Recherche")]
    assert article.images.get().credit == "Ida Sommerfeld"
    assert not WorkingDraft.objects.exists()
    assert reporter.complaints == []


def test_properties_come_back_after_the_login(
    article: Article, labels: tuple[Section, Person], colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    Session.objects.all().delete()
    changed = change_properties(reporter, *labels)
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/desk/login/"))
    page.locator("#id_username").fill(reporter.user.username)
    page.locator("#id_password").fill("secret")
    page.locator("#id_password").press("Enter")
    expect(page).to_have_url(re.compile(f"{article.pk}/change/$"))
    expect(page.locator("#drawer [name=slug]")).to_have_value("anderswo")
    assert drawn(reporter) == changed


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
