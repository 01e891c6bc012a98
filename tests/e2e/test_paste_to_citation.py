"""From paste to citation, by keyboard alone: whatever names a source, without leaving the text."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from articles.models import Article
from claims.models import Citation
from sources import fetching, intake
from sources.models import Lookup, Source
from tests import factories
from tests.jobs import run_due
from tests.sources import files
from tests.sources.attacker import BEHAVIOURS, attacking, fixed, sized

from .desk import Colleague, Coming

WORDS = "Gegen neun Uhr war der Platz leer"
BIBTEX = (
    "@article{a,\n title = {Der leere Platz},\n author = {Brandt, Elsbeth},\n"
    " journal = {Stadtforschung},\n volume = {12},\n year = 2004\n}"
)
RIS = "TY  - RPRT\nTI  - Der leere Platz\nAU  - Brandt, Elsbeth\nPY  - 2004\nER  - \n"
CSL = json.dumps(
    [{"type": "report", "title": "Der leere Platz", "author": [{"literal": "Brandt"}]}]
)


@pytest.fixture
def article(transactional_db: None) -> Article:
    return factories.article()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    doi = {"type": "article-journal", "title": "Der leere Platz", "author": [{"family": "Brandt"}]}
    isbn = {"ISBN:9783161484100": {"title": "Der leere Platz", "authors": [{"name": "E. Brandt"}]}}
    fixed("10.5555/leer", sized(json.dumps(doi).encode()))
    fixed("isbn", sized(json.dumps(isbn).encode()))
    fixed(
        "platz",
        sized(files.page().replace("Mühlenbrücke bleibt gesperrt".encode(), b"Der leere Platz")),
    )
    fixed("10.5555/unbekannt", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    with attacking() as attacker:
        policy = attacker.policy(seconds=20, seconds_of_silence=10)
        monkeypatch.setattr(fetching, "POLICY", policy)
        monkeypatch.setattr(intake, "DOI_SERVICE", attacker.address("{}"))
        monkeypatch.setattr(intake, "ISBN_SERVICE", attacker.address("isbn?{}"))
        yield attacker
    for path in ("10.5555/leer", "isbn", "platz", "10.5555/unbekannt"):
        BEHAVIOURS.pop(path)


def begin(reporter: Colleague, article: Article) -> Page:
    """Mark a claim and go where its source is searched."""
    reporter.go(article.pk)
    reporter.select(WORDS)
    reporter.mark()
    reporter.page.keyboard.press("Alt+s")
    expect(reporter.page.locator("#source-words")).to_be_focused()
    return reporter.page


def to_clipboard(page: Page, words: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("words => navigator.clipboard.writeText(words)", words)


def paste(page: Page, words: str) -> None:
    """Paste from the clipboard by keyboard, and wait for the desk's first answer."""
    to_clipboard(page, words)
    with page.expect_response(lambda answer: answer.url.endswith("/take-in/")):
        page.keyboard.press("Control+v")


@pytest.mark.parametrize(
    ("pasted", "told"),
    [
        (BIBTEX, {"type": "article-journal", "volume": "12", "container-title": "Stadtforschung"}),
        (RIS, {"type": "report", "issued": {"date-parts": [[2004]]}}),
        (CSL, {"type": "report"}),
        ("https://doi.org/10.5555/LEER", {"type": "article-journal", "DOI": "10.5555/leer"}),
        ("ISBN 3-16-148410-X", {"type": "book", "ISBN": "9783161484100"}),
        ("page", {"type": "webpage"}),
    ],
    ids=["bibtex", "ris", "csl", "doi", "isbn", "url"],
)
def test_what_is_pasted_becomes_a_source_and_the_claim_stands_on_it(
    article: Article, colleague: Coming, server: Any, pasted: str, told: dict[str, Any]
) -> None:
    if pasted == "page":
        pasted = server.address("platz")
        told = told | {"URL": pasted}
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, pasted)
    run_due()
    title = reporter.dialog.locator("[name=source-title]")
    expect(title).to_have_value("Der leere Platz")
    expect(title).to_be_focused()
    assert not Source.objects.exists()
    reporter.keep()

    source = Citation.objects.get(claim__article=article).source
    assert source.csl["title"] == "Der leere Platz"
    assert {name: source.csl.get(name) for name in told} == told
    assert source.csl["author"]
    assert reporter.complaints == []
    run_due()
    assert source.captures.count() == ("URL" in told)


def test_what_somebody_typed_is_not_overwritten(article: Article, colleague: Coming) -> None:
    reporter = colleague("reporter")
    page = begin(reporter, article)
    page.keyboard.type("Platz")
    expect(page.locator("#source-new")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    title = reporter.dialog.locator("[name=source-title]")
    expect(title).to_be_focused()
    title.press("Control+a")
    page.keyboard.type("Mein Titel")
    page.keyboard.press("Alt+s")
    page.keyboard.press("Control+a")
    paste(page, BIBTEX)
    run_due()
    expect(reporter.dialog.locator("[name=source-authors]")).to_have_value("Brandt, Elsbeth")
    expect(title).to_have_value("Mein Titel")
    reporter.keep()
    assert Source.objects.get().csl["title"] == "Mein Titel"
    assert Source.objects.get().csl["volume"] == "12"


def test_a_source_that_is_there_is_offered_without_asking_anybody(
    article: Article, colleague: Coming, server: Any
) -> None:
    there = factories.source(csl={"title": "Der Platz", "URL": server.address("platz")})
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, server.address("platz?utm_source=post"))
    expect(page.locator("#source-list [aria-selected=true]")).to_contain_text("Der Platz")
    page.keyboard.press("Enter")
    reporter.keep()
    assert Citation.objects.get(claim__article=article).source == there
    assert (server.asked, Lookup.objects.count()) == ([], 0)


def test_a_source_like_the_one_found_is_offered_before_a_new_one(
    article: Article, colleague: Coming
) -> None:
    there = factories.source(csl={"title": "Der leere Platz", "issued": {"date-parts": [[2004]]}})
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, BIBTEX)
    run_due()
    options = page.locator("#source-list [role=option]")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(reporter.dialog.locator("[name=cite-source]")).to_have_value(str(there.pk))
    reporter.keep()
    assert Citation.objects.get(claim__article=article).source == there


def test_a_source_made_by_hand_that_is_there_already_is_offered(
    article: Article, colleague: Coming
) -> None:
    there = factories.source(csl={"title": "Der leere Platz"})
    reporter = colleague("reporter")
    page = begin(reporter, article)
    page.keyboard.type("nichts davon")
    expect(page.locator(".typeahead__none")).to_be_visible()
    page.keyboard.press("Enter")
    title = reporter.dialog.locator("[name=source-title]")
    expect(title).to_be_focused()
    title.press("Control+a")
    page.keyboard.type("Der leere Platz")
    page.keyboard.press("Control+Enter")
    same = reporter.dialog.locator(f"[name=source-same][value='{there.pk}']")
    expect(same).to_be_focused()
    expect(same).to_be_checked()
    reporter.keep()
    assert Citation.objects.get(claim__article=article).source == there
    reporter.forgive(422)


def test_of_several_entries_one_is_chosen_and_the_bad_one_told(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, BIBTEX + "\n@book{b, title = {offen\n@book{c, title = {Mühlen und Wehre}}")
    run_due()
    options = page.locator("#source-list [role=option]")
    expect(options).to_have_count(2)
    expect(page.locator("[data-said]")).to_contain_text("8")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(reporter.dialog.locator("[name=source-title]")).to_have_value("Mühlen und Wehre")
    reporter.keep()
    assert Source.objects.get().csl["title"] == "Mühlen und Wehre"


def test_who_will_not_wait_goes_on_by_hand(article: Article, colleague: Coming) -> None:
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, "10.5555/leer")
    # Nobody looks it up.
    expect(page.locator("#source-words")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Enter")
    expect(reporter.dialog.locator("[name=source-title]")).to_be_focused()
    page.keyboard.type("Von Hand")
    reporter.keep()
    assert Source.objects.get().csl == {
        "type": "article-journal",
        "title": "Von Hand",
        "DOI": "10.5555/leer",
    }


def test_who_does_not_wait_for_the_first_answer_either_goes_on_by_hand(
    article: Article, colleague: Coming
) -> None:
    reporter = colleague("reporter")
    held: list[Route] = []
    reporter.page.route("**/take-in/", lambda route: held.append(route))
    page = begin(reporter, article)
    to_clipboard(page, "10.5555/leer")
    with page.expect_request("**/take-in/"):
        page.keyboard.press("Control+v")
    page.keyboard.press("Enter")
    expect(page.locator("#source-words")).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(reporter.dialog.locator("[name=source-title]")).to_be_focused()
    expect(page.locator("#source-words")).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize("pasted", ["10.5555/unbekannt", "silent", "to-metadata"])
def test_what_could_not_be_looked_up_is_told_and_filled_in_by_hand(
    article: Article, colleague: Coming, server: Any, monkeypatch: Any, pasted: str
) -> None:
    monkeypatch.setattr(fetching, "POLICY", server.policy())
    if not pasted.startswith("10."):
        pasted = server.address(pasted)
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, pasted)
    run_due()
    expect(page.locator(".typeahead__wrong")).not_to_be_empty()
    expect(reporter.dialog.locator("[name=source-title]")).to_be_focused()
    page.keyboard.type("Von Hand")
    reporter.keep()
    assert Source.objects.get().csl["title"] == "Von Hand"


@pytest.mark.parametrize("pasted", ["@book{a, title = {offen", "ISBN 3-16-148410-0", "@ nichts"])
def test_what_cannot_be_read_is_told_at_the_field_and_stays_there(
    article: Article, colleague: Coming, pasted: str
) -> None:
    reporter = colleague("reporter")
    page = begin(reporter, article)
    paste(page, pasted)
    run_due()
    expect(page.locator(".typeahead__wrong")).not_to_be_empty()
    expect(page.locator("#source-words")).to_be_focused()
    expect(page.locator("#source-words")).to_have_value(pasted)
    reporter.forgive(422)
    assert reporter.complaints == []


def test_of_a_protected_source_nobody_is_asked(
    article: Article, colleague: Coming, server: Any
) -> None:
    reporter = colleague("reporter")
    page = begin(reporter, article)
    reporter.dialog.locator("details:has([name=cite-tier]) > summary").press("Enter")
    reporter.dialog.locator("[name=cite-tier][value=named]").press("ArrowRight")
    page.keyboard.press("Alt+s")
    paste(page, server.address("platz"))
    expect(page.locator(".typeahead__wrong")).not_to_be_empty()
    assert (server.asked, Lookup.objects.count()) == ([], 0)
    reporter.forgive(422)
