"""Sources in a real browser: taken in from a bibliography, and falling with what rests on them."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from articles import services as articles
from claims import services as claims
from sources import services
from sources.models import Source
from tests import factories
from tests.jobs import run_due

# What of the content reaches beyond the window.
BEYOND = """() => [...document.querySelectorAll("#content *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.tagName}.${one.className}`)"""
BIB = "@book{a, title = {Mühlen und Wehre}, author = {Brandt, Elsbeth}, year = 2004}"


@pytest.fixture
def admin(transactional_db: None, sign_in: Any) -> Any:
    user = factories.user("admin")
    sign_in(user)
    return user


def test_a_source_is_pasted_looked_through_and_added(
    admin: Any, page: Page, live_server: Any, complaints: list[str]
) -> None:
    page.goto(f"{live_server.url}/desk/sources/source/take-in/")
    page.locator("#id_asked").fill(BIB)
    page.locator("#content-main .button--primary").click()
    expect(page.locator("[role=status]")).to_be_visible()
    run_due()
    # The page looks again by itself; with one find it is the form to confirm.
    expect(page.locator("#id_title")).to_have_value("Mühlen und Wehre", timeout=20_000)
    page.locator("#id_publisher").fill("Verlag am Wall")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    source = Source.objects.get()
    assert source.csl["author"] == [{"family": "Brandt", "given": "Elsbeth"}]
    assert source.csl["publisher"] == "Verlag am Wall"
    assert complaints == []


def tab_to(page: Page, target: Locator) -> None:
    """Go to something with the tab key, as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _step in range(200):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{target} is out of reach of the tab key")


def test_a_source_falls_by_keyboard_alone_and_live_pages_come_first(
    admin: Any, page: Page, live_server: Any, complaints: list[str]
) -> None:
    source = factories.source(admin, csl={"title": "Lagebericht Nord"})
    draft = factories.article(headline="Was im Norden geschah")
    cited = factories.claim(draft)
    factories.citation(cited, source)
    factories.check(cited, admin)
    live = factories.article(headline="Im Norden, schon erschienen")
    resting = factories.claim(live, rests_on=[cited])
    factories.citation(resting)
    factories.check(resting, admin)
    claims.read_sentences(live, actor=admin)
    live.refresh_from_db()
    articles.publish(live, actor=admin)
    page.goto(live_server.url + reverse("admin:sources_source_change", args=[source.pk]))
    retract = reverse("admin:source_retract", args=[source.pk])
    tab_to(page, page.locator(f"a[href='{retract}']"))
    page.keyboard.press("Enter")

    pieces = page.locator(".fallout__piece")
    expect(pieces).to_have_count(2)
    expect(pieces.nth(0)).to_contain_text("Im Norden, schon erschienen")
    expect(pieces.nth(0).locator(".state-chip--live")).to_be_visible()
    # What rests on it only by another claim has support of its own left.
    expect(pieces.nth(0).locator(".bad")).to_have_count(0)
    expect(pieces.nth(1).locator(".bad")).to_have_count(1)
    button = page.locator("#content-main .button--primary")
    tab_to(page, button)
    page.keyboard.press("Enter")
    # Without a reason nothing happens.
    expect(page.locator(".errorlist")).to_be_visible()
    tab_to(page, page.locator("input[name=fall][value=retracted]"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    tab_to(page, page.locator("#id_why"))
    page.keyboard.type("Der Verfasser hat ihn erfunden.")
    tab_to(page, button)
    page.keyboard.press("Enter")

    listed = page.locator("#fallen")
    expect(listed).to_contain_text("Was im Norden geschah")
    words = listed.inner_text()
    assert words.index("schon erschienen") < words.index("Was im Norden geschah")
    source.refresh_from_db()
    assert source.fall == "discredited"
    piece = page.locator(f"#fallen a[href*='{live.pk}']").first
    piece.press("Enter")
    expect(page.locator("#rail .claim-card")).to_have_attribute("data-standing", "stale")
    assert [line for line in complaints if "status of 422" not in line] == []


def test_nobody_is_shut_out(admin: Any, page: Page, live_server: Any, barriers: Any) -> None:
    source = factories.source(admin, csl={"title": "Lagebericht Nord"})
    factories.citation(factories.claim(factories.article()), source, quote="Es war ruhig")
    for address in (
        "/desk/sources/source/take-in/",
        reverse("admin:source_retract", args=[source.pk]),
        reverse("admin:sources_source_change", args=[source.pk]),
    ):
        page.goto(live_server.url + address)
        assert barriers(page) == []


def test_the_page_of_a_source_is_in_shape_with_all_that_it_tells(
    admin: Any, page: Page, live_server: Any, complaints: list[str]
) -> None:
    source = factories.source(
        admin,
        kind="person",
        terms="on_record",
        authorises=True,
        contact="0151 2345678",
        csl={
            "type": "interview",
            "title": "Der Fluss vergisst nichts",
            "author": [{"family": "Kern", "given": "Lars"}],
            "URL": f"https://bote.example/{'sehr-lange-adresse-' * 12}",
        },
    )
    for number in range(7):
        factories.source(admin, csl={"title": f"Abdruck {number}"}, origin=source)
    services.capture(source, b"x", actor=admin, media_type="text/plain", text="Es war voll.")
    factories.citation(factories.claim(factories.article()), source, quote="Es war voll")
    page.goto(live_server.url + reverse("admin:sources_source_change", args=[source.pk]))
    for width in (1400, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BEYOND) == []
    # Those that few references need are folded away, and open by the keyboard.
    editors = page.locator("#id_editors")
    expect(editors).to_be_hidden()
    page.locator("details:has(#id_editors) > summary").press("Enter")
    expect(editors).to_be_visible()
    editors.fill("Klein, Cora")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist")).to_be_visible()
    source.refresh_from_db()
    assert source.csl["editor"] == [{"family": "Klein", "given": "Cora"}]
    assert source.known_contact == "0151 2345678"
    assert complaints == []
