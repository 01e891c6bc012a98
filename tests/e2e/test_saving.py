"""Saving in a browser loses nothing: no claim, no text of anybody, whatever goes wrong."""

import pytest
from playwright.sync_api import expect

from articles.models import Article
from history import revisions
from tests import factories

from .desk import Coming

CLAIMED = "Mehr als 5000 Menschen kamen"


@pytest.fixture
def article(transactional_db: None) -> Article:
    article = factories.article()
    factories.claim(article, statement="Es kamen mehr als 5000.")
    article.refresh_from_db()
    return article


def bodies(article: Article) -> list[str]:
    """The texts of all revisions, the latest first."""
    return [
        "".join(revisions.document(article, number)["content"]["body"])
        for number in range(revisions.latest_revision(article), 0, -1)
    ]


def test_claims_that_would_vanish_are_named_and_the_text_is_kept(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter", "Ida")
    page = reporter.page
    reporter.go(article.pk)
    # More than the passage: what is typed in its place is no longer part of it.
    reporter.replace(f"{CLAIMED}. Das", "Das")
    page.keyboard.press("Control+s")

    asked = page.locator("#vanishing")
    expect(asked).to_contain_text("Es kamen mehr als 5000.")
    expect(asked.locator("del")).to_have_text(CLAIMED)
    expect(reporter.text.locator("p").first).to_have_text("Das sagte die Polizei.")
    reporter.forgive(409)
    assert len(bodies(article)) == 2
    assert CLAIMED in bodies(article)[0]

    # To save again without an answer is to be asked again.
    with page.expect_event("load"):
        page.keyboard.press("Control+s")
    expect(asked).to_be_visible()
    reporter.forgive(409)
    asked.get_by_role("checkbox").check()
    asked.locator("[data-native]").click()

    expect(page.locator(".claim-card--orphan del")).to_have_text(CLAIMED)
    expect(reporter.text.locator("p").first).to_have_text("Das sagte die Polizei.")
    assert CLAIMED not in bodies(article)[0]
    assert article.claims.get().withdrawn is False
    assert reporter.complaints == []


@pytest.mark.parametrize("order", [("reporter", "editor"), ("editor", "reporter")])
def test_two_who_save_the_same_piece_both_have_their_say(
    article: Article, colleague: Coming, order: tuple[str, str]
) -> None:
    people = {role: colleague(role, role.title()) for role in ("reporter", "editor")}
    changes = {"reporter": ("neun", "zehn"), "editor": ("leer", "voll")}
    first, second = (people[role] for role in order)
    for person in people.values():
        person.go(article.pk)
    for role in order:
        people[role].replace(*changes[role])

    first.save()
    second.page.keyboard.press("Control+s")

    conflict = second.page.locator("#conflict")
    expect(conflict).to_contain_text(f"{order[0].title()} Sommerfeld")
    (was, theirs), (gone, mine) = (changes[role] for role in order)
    for kind, side, before, after in (
        ("theirs", "[data-theirs]", was, theirs),
        ("mine", "[data-mine]", gone, mine),
    ):
        change = conflict.locator(f"[data-change={kind}]")
        expect(change.locator(side).locator("del")).to_have_text(before)
        expect(change.locator(side).locator("ins")).to_have_text(after)
    expect(second.text).to_contain_text(mine)
    expect(second.text).not_to_contain_text(theirs)
    assert theirs in bodies(article)[0]
    second.forgive(409)

    conflict.locator("[name=merge]").press("Enter")

    expect(conflict).to_have_count(0)
    expect(second.text).to_contain_text("Gegen zehn Uhr war der Platz voll.")
    latest, before, *_earlier = bodies(article)
    assert "zehn Uhr" in latest
    assert "voll" in latest
    assert mine not in before
    assert article.claims.get().passages.get().exact == CLAIMED
    assert first.complaints == second.complaints == []


def test_what_was_still_on_its_way_when_it_was_merged_does_not_come_back(
    article: Article, colleague: Coming
) -> None:
    reporter, editor = colleague("reporter"), colleague("editor")
    for person in (reporter, editor):
        person.go(article.pk)
    editor.replace("leer", "voll")
    editor.save()
    page = reporter.page
    reporter.replace("neun", "zehn")
    page.keyboard.press("Control+s")
    merge = page.locator("#conflict [name=merge]")
    # Nobody answers, so leaving the page cuts it off.
    page.route("**/draft/", lambda route: None)
    with page.expect_request("**/draft/"):
        expect(merge).to_be_visible()
    merge.press("Enter")

    expect(page.locator("#conflict")).to_have_count(0)
    expect(reporter.text).to_contain_text("Gegen zehn Uhr war der Platz voll.")
    reporter.forgive(409)
    page.unroute("**/draft/")
    reporter.go(article.pk)
    expect(reporter.text).to_contain_text("Gegen zehn Uhr war der Platz voll.")
    expect(page.locator("#unsaved")).to_have_count(0)


def test_a_change_of_theirs_can_be_left_and_one_of_both_decided(
    article: Article, colleague: Coming
) -> None:
    first, second = colleague("reporter", "Ida"), colleague("editor", "Ruth")
    for person in (first, second):
        person.go(article.pk)
    first.replace("neun", "zehn")
    first.replace("Der Abend", "Die Nacht")
    second.replace("neun", "elf")
    first.save()
    second.page.keyboard.press("Control+s")
    conflict = second.page.locator("#conflict")
    conflict.locator("[data-change=theirs] [value=mine]").press("Space")
    conflict.locator("[data-change=conflict] [value=both]").press("Space")
    conflict.locator("[name=merge]").press("Enter")

    expect(conflict).to_have_count(0)
    assert "Der Abend" in bodies(article)[0]
    assert "Gegen zehn elf Uhr" in bodies(article)[0]


def test_theirs_can_be_taken_instead(article: Article, colleague: Coming) -> None:
    first, second = colleague("reporter", "Ida"), colleague("editor", "Ruth")
    for person in (first, second):
        person.go(article.pk)
    first.replace("neun", "zehn")
    second.replace("leer", "voll")
    first.save()
    second.page.keyboard.press("Control+s")
    # What one wrote is not thrown away by a slip: the browser asks.
    second.page.once("dialog", lambda question: question.accept())
    second.page.locator("#conflict .conflict__ways a").click()

    expect(second.page.locator("#conflict")).to_have_count(0)
    expect(second.text).to_contain_text("Gegen zehn Uhr war der Platz leer.")
    assert len(bodies(article)) == 3
    # Nor does it come back.
    second.go(article.pk)
    expect(second.text).to_contain_text("Gegen zehn Uhr war der Platz leer.")
    expect(second.page.locator("#unsaved")).to_have_count(0)


@pytest.mark.parametrize(
    "script",
    ["articles/js/claim-mark.js", "articles/js/editor.js", "django_prose_editor/editor.js"],
)
def test_claims_are_kept_where_the_editor_does_not_load(
    article: Article, colleague: Coming, script: str
) -> None:
    reporter = colleague("reporter", "Ida")
    page = reporter.page
    page.route(f"**/{script}*", lambda route: route.abort())
    page.goto(reporter.address(article.pk))
    body = page.locator("#id_body")
    expect(body).to_be_visible()
    expect(reporter.text).to_have_count(0)
    body.press("Control+End")
    body.press_sequentially("<p>Es regnete.</p>")
    page.locator("#save").click()

    expect(page.locator("#notices .notice--success")).to_be_visible()
    before = article.body
    article.refresh_from_db()
    assert article.body == f"{before}<p>Es regnete.</p>"
    assert article.claims.get().passages.get().exact == CLAIMED


def test_a_save_that_does_not_arrive_is_told_and_loses_nothing(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter", "Ida")
    page = reporter.page
    # The line is cut in one direction before the page is opened: once it is, that takes a moment.
    page.route(
        "**/change/",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    reporter.go(article.pk)
    reporter.replace("neun", "zehn")
    page.keyboard.press("Control+s")
    expect(page.locator("#notices .notice--error")).to_be_visible()
    expect(reporter.text).to_contain_text("zehn Uhr")

    page.unroute("**/change/")
    reporter.save()
    assert "zehn Uhr" in bodies(article)[0]


def test_leaving_with_unsaved_words_is_asked_about(article: Article, colleague: Coming) -> None:
    reporter = colleague("reporter", "Ida")
    page = reporter.page
    reporter.go(article.pk)
    reporter.replace("neun", "zehn")
    asked: list[str] = []
    page.once("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    page.locator(".top-bar .breadcrumb").click()
    expect(reporter.text).to_contain_text("zehn Uhr")
    assert asked == ["beforeunload"]
