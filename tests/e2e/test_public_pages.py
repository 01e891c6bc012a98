"""Every kind of public page in a browser: in every light, on a desk, a phone and paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, expect

from articles import listings
from tests.crawling import known
from tests.e2e.test_looks import flaws
from tests.world import World, reader

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def world(transactional_db: None, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(listings, "PIECES_A_PAGE", 1)
    monkeypatch.setattr(listings, "CORRECTIONS_A_PAGE", 1)
    return World()


def kinds(world: World) -> list[str]:
    """Return an address of each kind of page that readers can get, errors among them."""
    found: dict[tuple[str, int, str], str] = {}
    client = reader()
    for address in [*known(world), "/nichts/", f"{world.address}report/?claim=c1&version=1"]:
        answer = client.get(address)
        if answer.streaming or b"<!doctype html>" not in answer.content:
            continue
        try:
            route = resolve(address.partition("?")[0]).url_name or ""
        except Resolver404:
            route = "nothing"
        language = re.search(rb'<html lang="(\w+)"', answer.content)
        # The first piece has everything that a page can show, so it stands for its kind.
        found.setdefault((route, answer.status_code, str(language and language[1])), address)
    return list(found.values())


def test_no_kind_of_page_shuts_anybody_out(
    page: Page, world: World, live_server: Any, barriers: Callable[..., list[str]]
) -> None:
    found = []
    addresses = kinds(world)
    assert len(addresses) > 20
    for address in addresses:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(live_server.url + address)
        for switch in page.get_by_role("switch").all():
            switch.check(force=True)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                shut = barriers(page, colours=scheme == "dark")
                found += [f"{address}, {width}, {scheme}: {barrier}" for barrier in shut]
    assert found == [], "\n".join(found)


def test_every_kind_of_page_is_in_shape_and_asks_nobody_else(
    page: Page, world: World, live_server: Any, complaints: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = []
    for address in kinds(world):
        page.goto(live_server.url + address)
        found += flaws(page, address)
    assert found == [], "\n".join(found)
    assert asked
    assert [url for url in asked if not url.startswith(live_server.url)] == []
    # That a page is not there is said to the console by the browser itself.
    assert [one for one in complaints if "the server responded with a status of" not in one] == []


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_reports_an_error(
    browser: Browser, world: World, live_server: Any, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, viewport=PHONE)
    page = context.new_page()
    page.goto(live_server.url + world.address)
    form = page.locator("#report-error form")
    form.locator("textarea").fill("Es waren 3000, sagt die Feuerwehr.")
    form.get_by_role("button").click()
    expect(page).to_have_url(f"{live_server.url}{world.address}report/sent/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    (report,) = world.live.publications.latest("number").reports.filter(state="open")
    assert report.text == "Es waren 3000, sagt die Feuerwehr."
    context.close()


def test_a_report_of_one_statement_begins_in_its_note(
    page: Page, world: World, live_server: Any
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + world.address)
    page.locator("#text [popovertarget=note-c1]").first.click()
    page.locator("#note-c1 .side-note__report a").click()
    expect(page.locator(".report-error__about")).to_contain_text("5000")
    page.locator("textarea[name=text]").fill("Nein.")
    page.locator("main form").get_by_role("button").click()
    expect(page).to_have_url(f"{live_server.url}{world.address}report/sent/")
    (report,) = world.live.publications.latest("number").reports.filter(state="open")
    assert report.claim == "c1"


def test_a_reader_sees_what_was_changed_and_chooses_other_versions(
    page: Page, world: World, live_server: Any
) -> None:
    page.goto(live_server.url + world.address)
    page.locator(".correction-box a").first.click()
    expect(page).to_have_url(f"{live_server.url}{world.address}compare/1/2/")
    expect(page.locator(".diff del").first).to_have_text("300")
    page.locator("#pick-new").select_option("3")
    page.locator(".versions__pick").get_by_role("button").click()
    expect(page).to_have_url(f"{live_server.url}{world.address}compare/1/3/")


def test_the_picture_comes_in_the_size_that_the_screen_needs(
    browser: Browser, world: World, live_server: Any
) -> None:
    for width, wanted in ((390, "-480.webp"), (1280, "-1200.webp")):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, device_scale_factor=1, locale="de-DE"
        )
        page = context.new_page()
        page.goto(live_server.url + world.address)
        picture = page.locator(".piece-image--lead img")
        assert str(picture.evaluate("picture => picture.currentSrc")).endswith(wanted)
        assert picture.evaluate("async picture => (await picture.decode(), picture.naturalWidth)")
        box = picture.bounding_box()
        assert box
        assert abs(box["height"] / box["width"] - 9 / 16) < 0.02
        context.close()


def test_paper_has_footnotes_and_none_of_the_controls(
    page: Page, world: World, live_server: Any
) -> None:
    page.goto(live_server.url + world.address)
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print")
    controls = ("claim-switch", "side-note", "site-nav", "site-foot", "report-error")
    for control in (*(f".{name}" for name in controls), ".version-list a"):
        for one in page.locator(control).all():
            expect(one).to_be_hidden()
    for seen in ("#ref-1", ".correction-box", ".claim-refs button", ".byline", ".piece-image img"):
        expect(page.locator(seen).first).to_be_visible()
    # Where a source is found can be read on paper.
    link = page.locator("#ref-1 .reference-list__link")
    shown = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert shown == '"https://example.org/lage"'
