"""The desk's frame in a browser: no refused content, nothing in anybody's way."""

import pytest
from playwright.sync_api import expect

from articles import comments, services
from tests import factories

from .desk import Coming


@pytest.fixture
def root(transactional_db):
    return factories.user("admin", first_name="Ida", last_name="Voss")


@pytest.fixture
def paths(root):
    source = factories.source(tier="described", description="eine Beamtin")
    factories.source()
    piece = factories.article()
    claim = factories.claim(piece)
    factories.citation(claim)
    comments.begin(piece, author=root, text="Woher?", subject=comments.on_claim(claim))
    return (
        "",
        "articles/article/",
        "articles/article/?q=Platz&live=0&standing=need",
        f"articles/article/{piece.pk}/sheet/",
        "claims/claim/",
        "claims/claim/?standing=need&checked=never",
        "articles/comment/",
        "sources/source/",
        "sources/source/?q=nichts",
        "sources/source/add/",
        f"sources/source/{source.pk}/change/",
        f"sources/source/{source.pk}/history/",
        f"sources/source/{source.pk}/withdraw/",
        "articles/person/",
        "articles/tag/add/",
        "newsroom/user/",
        f"newsroom/user/{root.pk}/change/",
        f"newsroom/user/{root.pk}/password/",
        "history/entry/",
        "history/entry/0/change/",
        "articles/",
        "password_change/",
    )


@pytest.mark.parametrize("width", [1400, 400])
def test_no_page_shuts_anybody_out(page, live_server, root, sign_in, barriers, paths, width):
    def look(path):
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{live_server.url}/desk/{path}")
        assert barriers(page) == [], path
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert barriers(page, colours=True) == [], path
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(too_wide) <= 0, path

    page.set_viewport_size({"width": width, "height": 900})
    look("login/")
    sign_in(root)
    for path in paths:
        look(path)


def test_the_browser_has_nothing_to_complain_of(
    page, live_server, root, sign_in, complaints, paths
):
    page.goto(f"{live_server.url}/desk/login/")
    sign_in(root)
    for path in paths:
        page.goto(f"{live_server.url}/desk/{path}")
        assert complaints == [], path


def test_language_and_appearance_are_in_the_menu_of_the_account(
    page, live_server, root, sign_in, complaints
):
    sign_in(root)
    page.goto(f"{live_server.url}/desk/")
    page.locator(".user-menu__open").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    page.locator(".user-menu__open").click()
    page.locator("#user-menu .theme-toggle").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 16, 19)"

    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{live_server.url}/desk/logout/")
    assert complaints == []


@pytest.mark.parametrize("width", [1400, 400])
def test_what_is_not_needed_every_hour_stands_behind_one_button(
    page, live_server, root, sign_in, barriers, width
):
    sign_in(root)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/desk/")
    people = page.locator("#more-areas a[href$='/articles/person/']")
    expect(people).to_be_hidden()
    more = page.locator("[popovertarget=more-areas]")
    more.press("Enter")
    expect(people).to_be_in_viewport(ratio=1)
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(people).to_be_hidden()
    expect(more).to_be_focused()
    more.press("Enter")
    people.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/desk/articles/person/")
    expect(more).to_have_attribute("data-current", "")
    expect(people).to_have_text(more.inner_text())


def test_a_source_is_added_with_its_origin(page, live_server, root, sign_in, complaints):
    factories.source(csl={"title": "Agenturmeldung"})
    sign_in(root)
    page.goto(f"{live_server.url}/desk/sources/source/add/")
    page.locator("#id_title").fill("Zeitungsbericht")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("agentur")
    page.locator(".select2-results__option", has_text="Agenturmeldung").click()
    page.locator("input[name=_save]").click()

    expect(page.locator(".messagelist")).to_contain_text("Zeitungsbericht")
    assert complaints == []


def test_the_next_check_is_one_key_away(transactional_db: None, colleague: Coming) -> None:
    checker = colleague("checker")
    piece = factories.article()
    services.set_state(piece, actor=factories.user("editor"), state="check", assignee=checker.user)
    page = checker.page
    page.goto(f"{checker.site}/desk/")
    expect(page.locator("#mine .person")).to_have_text(checker.user.initials)
    page.keyboard.press("Alt+k")
    expect(page).to_have_url(checker.address(piece.pk))
    assert checker.complaints == []
