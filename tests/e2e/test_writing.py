"""The writing view by hand: pasting, choosing words, keys; and that it shuts nobody out."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from articles import drafts
from articles import services as articles
from articles.models import Article
from claims import services as claims
from history import revisions
from tests import factories

from .desk import Colleague, Coming

WORD_PROCESSOR = """
<style>p { color: red }</style>
<p class="MsoNormal" style="margin:0cm"><b>Fett</b> und <i style="color:#333">kursiv</i></p>
"""
# Everything in a <b> that is none, and what is bold or italic said by style alone.
ONLINE_DOCUMENT = """
<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span
style="font-weight:700;font-style:normal">Fett</span><span style="font-weight:400"> und </span><span
style="font-weight:400;font-style:italic">kursiv</span></p></b>
"""


@pytest.fixture
def reporter(colleague: Coming) -> Colleague:
    return colleague("reporter")


@pytest.mark.parametrize("pasted", [WORD_PROCESSOR, ONLINE_DOCUMENT])
def test_pasted_text_keeps_its_emphasis_and_nothing_else(reporter: Colleague, pasted: str) -> None:
    article = factories.article(body="")
    reporter.go(article.pk)
    reporter.paste(pasted)
    reporter.save()

    article.refresh_from_db()
    assert article.body == "<p><strong>Fett</strong> und <em>kursiv</em></p>"
    assert reporter.complaints == []


def test_text_that_looks_like_a_style_is_text(reporter: Colleague) -> None:
    article = factories.article(body="")
    reporter.go(article.pk)
    reporter.paste('<p>Wer <code>a style="x"</code> schreibt, &lt;b style="y"&gt; meint es so.</p>')
    reporter.save()

    article.refresh_from_db()
    assert article.body == '<p>Wer a style="x" schreibt, &lt;b style="y"&gt; meint es so.</p>'


def test_a_copied_claim_is_not_stated_twice_and_a_moved_one_is_kept(reporter: Colleague) -> None:
    article = factories.article()
    claim = factories.claim(article)
    marked = f'<span data-claim="{claim.pk}">Mehr als 5000 Menschen kamen</span>'
    reporter.go(article.pk)
    reporter.text.press("Control+End")
    reporter.paste(f"<p>{marked}</p>")
    expect(reporter.text.locator("[data-mark]")).to_have_count(1)

    reporter.text.press("Control+a")
    reporter.text.press("Delete")
    reporter.paste(f"<p>{marked}, sagte sie.</p>")
    reporter.save()

    article.refresh_from_db()
    assert article.body == f"<p>{marked}, sagte sie.</p>"


def test_the_words_in_use_are_marked_and_not_those_chosen_before(reporter: Colleague) -> None:
    article = factories.article()
    reporter.go(article.pk)
    reporter.select("neun Uhr")
    reporter.select_in("headline", "Tausende")
    reporter.mark()
    expect(reporter.dialog.locator("[name=also-place]")).to_have_value("headline")
    expect(reporter.dialog.locator("[name=also-words]")).to_have_value("Tausende")
    expect(reporter.text.locator("[data-mark]")).to_have_count(0)
    reporter.page.keyboard.press("Escape")

    reporter.select_in("headline", "Platz")
    reporter.select("neun Uhr")
    reporter.mark()
    expect(reporter.dialog.locator("[name=also-words]")).to_have_value("")
    expect(reporter.text.locator("[data-mark]")).to_have_text("neun Uhr")


def test_a_claim_that_is_not_saved_leaves_no_mark(reporter: Colleague) -> None:
    article = factories.article()
    reporter.go(article.pk)
    reporter.select("neun Uhr")
    reporter.mark()
    expect(reporter.text.locator("[data-mark]")).to_have_text("neun Uhr")
    reporter.page.keyboard.press("Escape")

    expect(reporter.dialog).to_be_hidden()
    expect(reporter.text.locator("[data-mark]")).to_have_count(0)
    expect(reporter.text).to_be_focused()


def test_keys_lead_through_the_claims_from_anywhere(reporter: Colleague) -> None:
    article = factories.article()
    factories.claim(article)
    factories.claim(article, "neun Uhr")
    reporter.go(article.pk)
    cards = reporter.page.locator("#rail .claim-card")
    for at in (0, 1):
        reporter.page.keyboard.press("Alt+ArrowDown")
        expect(cards.nth(at)).to_be_focused()
    reporter.page.keyboard.press("Alt+ArrowUp")
    expect(cards.nth(0)).to_be_focused()
    reporter.page.keyboard.press("Escape")
    expect(reporter.text).to_be_focused()


# Nobody is shut out


@pytest.fixture
def piece(transactional_db: None) -> Article:
    """A published piece in work again, with claims in every state and something unread."""
    publisher = factories.user("publisher", first_name="Tomma", last_name="Behrensen")
    piece = factories.article(
        kicker="Kundgebung",
        standfirst="Was die Polizei zählte, und was nicht.",
        body="<p>Mehr als 5000 Menschen kamen. Die Polizei zählte 4000.</p><h2>Der Abend</h2>"
        "<p>Gegen neun Uhr war der Platz <strong>leer</strong>. Es regnete. Alles blieb ruhig.</p>",
    )
    for words, verdict in (
        ("Mehr als 5000 Menschen kamen", "disputed"),
        ("Die Polizei zählte 4000", "supported"),
        ("Gegen neun Uhr war der Platz leer", "partly"),
        ("Es regnete", "supported"),
        ("Alles blieb ruhig", "unverifiable"),
    ):
        made = factories.claim(piece, words)
        factories.citation(made, quote="So steht es da.", locator="Seite 3")
        factories.check(made, publisher, verdict, confirmed=True)
        piece.refresh_from_db()
    claims.read_sentences(piece, actor=publisher)
    articles.publish(piece, actor=publisher)
    piece.refresh_from_db()
    lost = piece.body[piece.body.index("<span data-claim", piece.body.index("leer")) :]
    lost = lost[: lost.index("</span>") + len("</span>")]
    articles.save_article(
        piece,
        actor=publisher,
        body=piece.body.replace("5000", "6000").replace(lost, "Es schneite"),
        confirmed=[claim.pk for claim in piece.claims.all()],
    )
    piece.refresh_from_db()
    factories.claim(piece, "Es schneite")
    piece.refresh_from_db()
    return piece


def in_every_light(page: Page, barriers: Callable[..., list[str]], where: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert barriers(page, colours=scheme == "dark") == [], f"{where}, {scheme}"


def test_writing_shuts_nobody_out(
    reporter: Colleague, piece: Article, barriers: Callable[[Page], list[str]]
) -> None:
    page = reporter.page
    reporter.go(piece.pk)
    states = page.locator(".claim-card").evaluate_all("all => all.map(one => one.dataset.standing)")
    assert sorted(states) == [
        "orphan", "partly", "stale", "supported", "unchecked", "unverifiable",
    ]  # fmt: skip
    in_every_light(page, barriers, "writing")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+s")
    expect(reporter.dialog.locator("#source-words")).to_be_focused()
    reporter.dialog.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    in_every_light(page, barriers, "claim dialog")
    page.keyboard.press("Escape")
    page.locator("[popovertarget=drawer]").first.click()
    expect(page.locator("#drawer")).to_be_visible()
    in_every_light(page, barriers, "properties")


def test_proposals_comments_and_conflicts_shut_nobody_out(
    reporter: Colleague, barriers: Callable[[Page], list[str]]
) -> None:
    article = factories.article()
    page = reporter.page
    reporter.go(article.pk)
    page.keyboard.press("Alt+g")
    expect(page.locator("#suggestion")).to_be_visible()
    in_every_light(page, barriers, "proposed claims")
    page.keyboard.press("Escape")
    reporter.select("Gegen neun Uhr")
    page.keyboard.press("Alt+m")
    page.locator("#comment-text").press_sequentially("Woher?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment-thread")).to_have_count(1)
    in_every_light(page, barriers, "comments")
    with page.expect_response("**/draft/"):
        reporter.replace("leer", "voll")
    articles.save_article(article, actor=factories.user("editor"), standfirst="Anders.")
    page.keyboard.press("Control+s")
    expect(page.locator("#conflict")).to_be_visible()
    in_every_light(page, barriers, "conflict")


@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_moves_when_somebody_comes_and_a_claim_is_chosen(
    colleague: Coming, piece: Article, width: int
) -> None:
    editor = colleague("editor")
    page = editor.page
    for name in ("Ruth Kaldenhoff", "Jonas Wieczorek"):
        first_name, last_name = name.split()
        other = factories.user("editor", first_name=first_name, last_name=last_name)
        drafts.enter(piece.pk, user=other, visit=uuid4(), wrote=True)
    page.set_viewport_size({"width": width, "height": 900})
    asked: list[Route] = []
    page.route("**/presence/", lambda route: asked.append(route))
    with page.expect_request("**/presence/"):
        page.goto(f"{editor.site}/desk/articles/article/{piece.pk}/change/")
    expect(page.locator("#manuscript [data-mark]").first).to_be_visible()
    places = "() => ['.top-bar', '.text-tools', '.manuscript__headline'].map(" + (
        "(one) => document.querySelector(one).getBoundingClientRect().toJSON())"
    )
    before = page.evaluate(places)
    asked[0].continue_()
    expect(page.locator(".presence")).to_have_count(2)
    assert page.evaluate(places) == before
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".claim-card.is-current")).to_have_count(1)
    assert page.evaluate(places) == before


def test_checking_shuts_nobody_out(
    colleague: Coming,
    piece: Article,
    barriers: Callable[[Page], list[str]],
) -> None:
    checker = colleague("checker")
    checker.go(piece.pk)
    expect(checker.page.locator("#manuscript .unread-sentence")).not_to_have_count(0)
    in_every_light(checker.page, barriers, "reading")
    checker.page.locator(".claim-card[data-standing=stale]").click()
    checker.page.keyboard.press("Alt+k")
    expect(checker.dialog).to_be_visible()
    in_every_light(checker.page, barriers, "check dialog")


def test_publishing_and_looking_back_shut_nobody_out(
    live_server: Any,
    colleague: Coming,
    piece: Article,
    barriers: Callable[[Page], list[str]],
) -> None:
    publisher = colleague("publisher")
    page = publisher.page
    latest = revisions.latest_revision(piece)
    for where in (
        "publish/",
        "hand-on/",
        "preview/",
        "history/",
        f"history/compare/?old=1&new={latest}",
        "history/2/",
        "history/2/restore/",
    ):
        publisher.go(piece.pk, where)
        in_every_light(page, barriers, where)
    page.goto(live_server.url + piece.publications.get().public_document["address"])
    page.get_by_role("switch").check(force=True)
    in_every_light(page, barriers, "the page")
