"""The pages about a piece's past, of the demo content, and the pictures of them for the docs.

`make pictures` takes them; each run holds the pages to the same rules of form.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from playwright.sync_api import Page, expect

from articles.models import Article
from newsroom import environment
from newsroom.demo import kursk, loader, script
from newsroom.models import User

from .desk import Coming
from .test_looks import LIVE, flaws, keep_picture

# The demo is loaded in a moment; here it takes days. Sources come first, pieces from eight on.
BEGUN = datetime(2026, 9, 8, 1, 44, tzinfo=ZoneInfo("Europe/Berlin"))
AN_ACT = timedelta(minutes=11, seconds=20)
OVER_NIGHT = timedelta(hours=20)

# Somebody else sees to the wording, so that two people have written the piece.
EDITED = script.Revise(
    by="editor",
    changes=(
        script.Change(
            "body",
            "Worauf beide im Einzelnen beruhen, lässt sich von außen nicht nachvollziehen.",
            "Worauf die beiden Schätzungen beruhen, legen weder London noch Seoul offen.",
        ),
        script.Change(
            "body",
            "Fester ist der Boden bei Einzelfällen.",
            "Fester ist der Boden bei wenigen einzelnen Fällen.",
        ),
    ),
    comment="Klarer gefasst",
)

# Each picture: the page about the piece, what must be seen on it, and the place that it begins at.
# (Fields for dates are the browser's own and speak its language, so they stay out of it.)
PAGES = {
    "timeline.png": ("history/", ".timeline-entry", ".timeline-day"),
    "compare.png": ("compare/p1/p2/", ".change-card", "h1"),
    "blame.png": ("blame/", ".blame-note", "h2:has-text('Wie viele starben')"),
}
# What is pointed at in a picture.
POINTED_AT = {"blame.png": ".blame-run:has-text('Wie viele Soldaten starben') .blame-note"}


# Each picture of what readers see: where, what must be seen there, where it begins, how wide.
READING = {
    "front-page.png": ("/", ".piece-list__lead", "h1", 1400),
    "claims-shown.png": ("{piece}", "#text .claim-word", "#text", 1400),
    "sheet-on-a-phone.png": ("{piece}", ".side-note:popover-open", "#text", 400),
    "references.png": ("{piece}", "#ref-1", "#refs-h", 1400),
    "what-was-changed.png": ("{piece}compare/1/2/", ".diff del", "h1", 1400),
    "corrections.png": ("/corrections/", ".correction-box", "h1", 1400),
    "report-an-error.png": ("{piece}report/?claim=c3", ".report-error__about", "h1", 1400),
    "how-we-work.png": ("/policies/", ".policies h2", "h1", 1400),
}


@pytest.fixture
def worked_on(transactional_db: None) -> Iterator[Article]:
    """The piece of the demo that was corrected, as if people had worked on it for days."""
    with time_machine.travel(BEGUN, tick=True) as clock:

        def pass_time(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
            if "pg_advisory_xact_lock" in sql:
                clock.shift(AN_ACT)
            elif sql.startswith('INSERT INTO "history_checkpoint"'):
                clock.shift(OVER_NIGHT)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(pass_time):
            loader.load()
            users = {user.username: user for user in User.objects.all()}
            clock.move_to(Article.objects.get(slug=LIVE).publications.latest("number").at)
            clock.shift(OVER_NIGHT + 2 * AN_ACT)
            loader._Replay(kursk.PIECE, users)._revise(EDITED)
        yield Article.objects.get(slug=LIVE)


@pytest.fixture
def auditor(worked_on: Article, colleague: Coming) -> Page:
    person = colleague("auditor", "Pavel", "Lindtner")
    person.speak("de")
    return person.page


def take(page: Page, picture: str, place: str, width: int = 1400) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate("scrollTo(0, 0)")
    page.locator(place).first.evaluate(
        "place => place.tagName === 'H1' || scrollBy(0, place.getBoundingClientRect().top - 8)"
    )
    if picture in POINTED_AT:
        page.locator(POINTED_AT[picture]).hover()
        page.wait_for_timeout(500)
    keep_picture(page, picture)


def test_the_past_of_a_piece_is_in_shape_on_every_screen(
    auditor: Page, worked_on: Article, live_server: Any
) -> None:
    found = []
    for picture, (where, seen, place) in PAGES.items():
        auditor.goto(f"{live_server.url}/desk/articles/article/{worked_on.pk}/{where}")
        expect(auditor.locator("html")).to_have_attribute("lang", "de")
        expect(auditor.locator(seen).first).to_be_visible()
        found += flaws(auditor, where)
        if environment.flag("NEWSROOM_PICTURES"):
            take(auditor, picture, place)
    assert found == [], "\n".join(found)


def test_what_readers_see_is_in_shape_on_every_screen(
    page: Page, worked_on: Article, live_server: Any
) -> None:
    found = []
    piece = worked_on.publications.latest("number").public_document["address"]
    for picture, (where, seen, place, width) in READING.items():
        page.goto(live_server.url + where.format(piece=piece))
        expect(page.locator("html")).to_have_attribute("lang", "de")
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if picture == "claims-shown.png":
            page.get_by_role("switch").check(force=True)
            page.locator(place).scroll_into_view_if_needed()
            assert page.locator(".claim-word").count() > 9
        elif picture == "sheet-on-a-phone.png":
            page.locator("#text [popovertarget=note-c8]").first.click()
        if picture != "claims-shown.png":
            expect(page.locator(seen).first).to_be_visible()
        if environment.flag("NEWSROOM_PICTURES"):
            if picture == "sheet-on-a-phone.png":
                keep_picture(page, picture)
            else:
                take(page, picture, place, width)
        found += flaws(page, where)
    assert found == [], "\n".join(found)
