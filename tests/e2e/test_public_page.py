"""The public page in a browser: beside the text, as a sheet, and without script."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from articles.models import Publication
from history import canonical
from history.acts import act
from newsroom.models import User
from tests import factories
from tests.articles.samples import full

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def address(transactional_db: None, live_server: Any) -> str:
    """The address of a published piece without pictures (their files are not there)."""
    document = full(images=[])
    document["claims"] = [claim for claim in document["claims"] if claim["id"] != "c2"]
    piece, actor = factories.article(slug="die-ahlbeke-fliesst-wieder"), User.objects.system()
    with act("articles.article.published", actor=actor):
        for number, kind in ((1, "first"), (2, "update"), (3, "correction")):
            Publication.objects.create(
                article=piece,
                number=number,
                kind=kind,
                at=canonical.moment(document["published"]),
                actor=actor.pk,
                revision=1,
                slug=piece.slug,
                document=canonical.dumps(document),
            )
    return f"{live_server.url}{document['address']}"


def box(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found
    return dict(found)


def test_notes_stand_beside_their_passages_and_do_not_overlap(
    page: Page, address: str, complaints: list[str]
) -> None:
    page.goto(address)

    text = box(page.locator("#text"))
    notes = [box(note) for note in page.locator("#text .side-note:not(.side-note--sheet)").all()]
    assert len(notes) == 10
    for note in notes:
        assert note["x"] > text["x"] + text["width"]
    for above, below in pairwise(notes):
        assert below["y"] >= above["y"] + above["height"]
    assert abs(box(page.locator("#note-c3"))["y"] - box(page.locator("#claim-c3"))["y"]) < 16
    assert complaints == []


def test_phone_opens_a_sheet_and_gives_the_place_back(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size(PHONE)
    page.goto(address)
    note = page.locator("#note-c7")
    button = page.locator("#text [popovertarget=note-c7]").first
    expect(note).to_be_hidden()

    button.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    button.click()
    expect(note).to_be_visible()
    assert box(note)["y"] + box(note)["height"] == PHONE["height"]
    note.get_by_role("button").click()

    expect(note).to_be_hidden()
    expect(button).to_be_focused()
    assert page.evaluate("scrollY") == place


def test_words_themselves_open_the_sheet_and_its_links_close_it(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)

    page.locator("#claim-c8").click()
    expect(page.locator("#note-c8")).to_be_visible()
    page.locator("#note-c8 .side-note__sources a").first.click()

    expect(page.locator("#note-c8")).to_be_hidden()
    expect(page.locator("#ref-6")).to_be_in_viewport()


def test_page_is_complete_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(address)

    page.locator("#text [popovertarget=note-c3]").first.click()
    expect(page.locator("#note-c3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#text .claim-word").first).to_be_hidden()
    page.get_by_role("switch").check(force=True)
    expect(page.locator("#text .claim-word").first).to_be_visible()
    context.close()


def test_headline_s_evidence_opens_below_its_number(page: Page, address: str) -> None:
    page.goto(address)
    number = page.locator("h1 [popovertarget=note-c1]")

    number.click()

    note = box(page.locator("#note-c1"))
    assert box(number)["y"] < note["y"] < box(number)["y"] + 80
    assert note["x"] + note["width"] <= 1280


@pytest.mark.parametrize("width", [320, 390, 800, 1100, 1600])
def test_nothing_runs_over_the_edge(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_has_references_and_no_controls(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")

    expect(page.locator(".claim-switch")).to_be_hidden()
    expect(page.locator(".side-note").first).to_be_hidden()
    expect(page.locator("#ref-1")).to_be_visible()
    expect(page.locator("#text .claim-refs button").first).to_be_visible()
    expect(page.get_by_text("Die Ahlbeke ist nicht der erste")).to_be_visible()
