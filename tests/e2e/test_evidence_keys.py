"""Evidence by keyboard: how few keys and round trips it takes, and that any place can be marked."""

import pytest
from playwright.sync_api import Page, Request, expect

from articles.models import Article
from claims.models import Claim
from tests import factories

from .desk import Coming

COUNT = """
window.keys = 0
addEventListener("keydown", (event) => {
  if (!["Alt", "Control", "Shift", "Meta"].includes(event.key)) window.keys += 1
}, true)
"""


def asked(page: Page) -> list[str]:
    """Return a list that collects how often somebody waits for the desk from here on: by method.

    Nobody waits for what the page asks by itself: who else is there, what is checked elsewhere, to
    keep what was written. Who types slowly has the search begin anew, and waits for the last one.
    """
    found: list[str] = []

    def note(request: Request) -> None:
        by_itself = any(part in request.url for part in ("/presence/", "/draft/", "/elsewhere/"))
        if "/desk/" not in request.url or by_itself:
            return
        if not (request.method == "GET" and found[-1:] == ["GET"]):
            found.append(request.method)

    page.on("request", note)
    return found


@pytest.fixture
def article(transactional_db: None) -> Article:
    article = factories.article()
    factories.citation(factories.claim(article), factories.source(csl={"title": "Lagebericht"}))
    factories.source(csl={"type": "report", "title": "Einsatzprotokoll der Polizei"})
    article.refresh_from_db()
    return article


def test_a_claim_is_marked_and_cited_in_ten_keys_and_two_round_trips(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    reporter.select("Gegen neun Uhr war der Platz leer")
    page.evaluate(COUNT)
    requests = asked(page)

    reporter.mark()
    page.keyboard.press("Alt+s")
    page.keyboard.type("eins")
    chosen = page.locator("#source-list [aria-selected=true]")
    expect(chosen).to_contain_text("Einsatzprotokoll")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(reporter.dialog).to_be_hidden()
    expect(reporter.text).to_be_focused()

    claim = article.claims.get(statement="Gegen neun Uhr war der Platz leer")
    assert [str(row.source) for row in claim.citations.all()] == ["Einsatzprotokoll der Polizei"]
    assert page.evaluate("window.keys") == 8
    assert requests == ["GET", "POST"]


def test_a_source_of_the_piece_is_cited_without_searching(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    reporter.select("Gegen neun Uhr war der Platz leer")
    page.evaluate(COUNT)
    requests = asked(page)
    reporter.mark()
    for key in ("Alt+s", "Enter", "Control+Enter"):
        page.keyboard.press(key)
    expect(reporter.dialog).to_be_hidden()

    claim = article.claims.get(statement="Gegen neun Uhr war der Platz leer")
    assert [str(row.source) for row in claim.citations.all()] == ["Lagebericht"]
    assert page.evaluate("window.keys") == 4
    assert requests == ["POST"]


def stated(statement: str) -> Claim:
    return factories.claim(factories.article(), statement=statement)


def test_a_new_claim_is_told_what_was_checked_elsewhere_and_takes_over_its_evidence(
    article: Article, colleague: Coming
) -> None:
    other = stated("Der Platz war leer")
    refuted = stated("Um neun war der Platz leer")
    factories.citation(other, factories.source(csl={"title": "Luftbild"}), quote="menschenleer")
    factories.check(other, factories.user())
    factories.check(refuted, factories.user(), "refuted")
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    reporter.select("der Platz leer")
    reporter.mark()
    box = reporter.dialog.locator("[data-elsewhere]")
    expect(box.locator("summary")).to_contain_text("2")
    expect(box.locator("summary .elsewhere__refuted")).to_be_visible()
    # What comes in moves nothing and takes no focus.
    expect(reporter.dialog.locator("[name=claim-statement]")).to_be_focused()
    box.locator("summary").press("Enter")
    expect(box).to_contain_text("Luftbild")
    for name in ("claim-rests_on", "claim-cites_as"):
        box.locator(f"[name={name}]").press("Space")
    # What was chosen stays when something else is looked for.
    statement = reporter.dialog.locator("[name=claim-statement]")
    with page.expect_response(lambda answer: "/find/elsewhere/" in answer.url):
        statement.fill("Der Platz war leer")
    expect(box.locator(":checked")).to_have_count(2)
    reporter.keep()

    claim = article.claims.get(statement="Der Platz war leer")
    assert list(claim.rests_on.all()) == [other]
    assert claim.citations.get().quote == "menschenleer"
    assert reporter.complaints == []


@pytest.mark.parametrize("field", ["kicker", "headline", "standfirst"])
def test_headline_kicker_and_standfirst_are_marked_as_the_body_is(
    transactional_db: None, colleague: Coming, field: str
) -> None:
    article = factories.article(**{field: "Tausende auf dem Platz"})
    reporter = colleague("reporter")
    reporter.go(article.pk)
    reporter.select_in(field, "Tausende")
    reporter.mark()
    expect(reporter.dialog.locator("[name=claim-statement]")).to_have_value("Tausende")
    reporter.keep()
    expect(reporter.card("Tausende")).to_be_visible()

    passage = article.claims.get().passages.get()
    assert (passage.field, passage.exact) == (field, "Tausende")


def test_a_caption_is_written_and_marked_below_its_picture(
    transactional_db: None, colleague: Coming
) -> None:
    article = factories.article()
    image = factories.image(article, caption="Der Platz um neun")
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    caption = page.locator("figcaption textarea")
    caption.press("End")
    page.keyboard.type(" Uhr")
    for _letter in "neun Uhr":
        page.keyboard.press("Shift+ArrowLeft")
    reporter.mark()
    reporter.keep()
    expect(reporter.card("neun Uhr")).to_be_visible()

    image.refresh_from_db()
    passage = article.claims.get().passages.get()
    assert image.caption == "Der Platz um neun Uhr"
    assert (passage.field, passage.image, passage.exact) == ("caption", image, "neun Uhr")


def test_a_table_is_written_and_its_cells_are_marked(
    transactional_db: None, colleague: Coming
) -> None:
    article = factories.article(body="<p>Die Zahlen:</p>")
    reporter = colleague("reporter")
    page = reporter.page
    reporter.go(article.pk)
    reporter.text.press("Control+End")
    page.locator("[popovertarget=more-tools]").press("Enter")
    page.locator("[data-tool=table]").press("Enter")
    expect(page.locator("#table-tools")).to_be_visible()
    expect(reporter.text).to_be_focused()
    page.keyboard.type("Jahr")
    page.keyboard.press("Tab")
    page.keyboard.type("221 Gäste")
    page.locator("[data-table=deleteColumn]").press("Enter")
    expect(reporter.text.locator("th")).to_have_count(2)
    reporter.select("Jahr")
    reporter.mark()
    reporter.keep()

    article.refresh_from_db()
    assert article.body.count("<tr>") == 3
    assert "<th><p><span data-claim=" in article.body
    assert article.claims.get().passages.get().exact == "Jahr"
    assert reporter.complaints == []
