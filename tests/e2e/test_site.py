"""The site around the pieces in a browser: front page, search, and the desk's page of the front."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.articles.conftest import published
from tests.articles.samples import full
from tests.articles.test_listings import POLITICS, appeared
from tests.e2e.test_looks import flaws

from .desk import Colleague


@pytest.fixture
def site(transactional_db: None, live_server: Any) -> str:
    """The address of a site with some pieces, without pictures (their files are not there)."""
    from tests import factories

    for hour, standfirst in enumerate(("", "Was daran neu ist, und was nicht.", "")):
        appeared(f"stueck-{hour}", hour, standfirst=standfirst, kicker="Wasser", **POLITICS)
    document = full(images=[], number=1, kind="first", corrections=[])
    document["claims"] = [claim for claim in document["claims"] if claim["id"] != "c2"]
    piece = factories.article(slug="die-ahlbeke-fliesst-wieder")
    published(piece, document | {"id": str(piece.pk)}, slug=piece.slug)
    return str(live_server.url)


def test_pages_of_the_site_shut_nobody_out_and_nothing_sticks_out(
    page: Page, site: str, barriers: Callable[[Page], list[str]], complaints: list[str]
) -> None:
    for address in ("/", "/section/politik/", "/search/", "/search/?q=Lachs", "/search/?q=Lahcse"):
        page.goto(site + address)
        assert flaws(page, address) == []
        assert barriers(page) == [], address
    assert complaints == []


def test_search_leads_to_the_claim_without_a_script(browser: Browser, site: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="de-DE"
    )
    page = context.new_page()
    page.goto(site)
    # On a phone there is a button in the masthead, and the field on the page that it leads to.
    page.get_by_role("search").get_by_role("button").click()
    field = page.get_by_role("search").get_by_role("searchbox")
    field.fill("Lachse Winter gezählt")
    field.press("Enter")
    claim = page.locator(".search__claims a").first
    expect(claim).to_contain_text("Zusammen wurden in zwei Wintern 245 Lachse gezählt.")
    claim.click()
    expect(page.locator("#claim-c6")).to_be_in_viewport()
    context.close()


def test_the_front_page_is_arranged_with_the_keyboard_alone(
    colleague: Callable[..., Colleague], site: str, barriers: Callable[[Page], list[str]]
) -> None:
    page = colleague("publisher").page
    page.goto(f"{site}/desk/articles/frontpage/")
    assert barriers(page) == []
    for slug in ("stueck-0", "stueck-1"):
        page.locator("ul.front-list li", has_text=f"Über {slug}").locator("button").press("Enter")
    chosen = page.locator("ol.front-list li a")
    expect(chosen).to_have_text(["Über stueck-0", "Über stueck-1"])
    page.locator("ol.front-list li").nth(1).locator("button").first.press("Enter")
    expect(chosen).to_have_text(["Über stueck-1", "Über stueck-0"])
    # The piece that was moved keeps the focus, so the next key moves it back.
    page.keyboard.press("Enter")
    expect(chosen).to_have_text(["Über stueck-0", "Über stueck-1"])
    assert barriers(page) == []
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("button[value=save]").press("Enter")
    expect(page.locator("button[value=save]")).to_be_disabled()
    page.goto(site)
    expect(page.locator(".piece-list__lead h2")).to_have_text("Über stueck-0")
