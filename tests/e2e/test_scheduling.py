"""Scheduling with a real browser: the hour that comes twice, the lists, and taking it back."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine
from playwright.sync_api import expect

from articles import services
from articles.models import Plan, Publication
from articles.moments import on_the_clock
from tests import factories

from .desk import Coming, choose


def test_a_piece_is_scheduled_seen_everywhere_and_taken_back(
    live_server: Any, colleague: Coming, barriers: Any
) -> None:
    publisher = colleague("publisher")
    account, page = publisher.user, publisher.page
    piece = factories.finished(account)
    found: list[str] = []

    def look(where: str) -> None:
        page.set_viewport_size({"width": 400, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > 400:
            found.append(f"{where} is too wide for a phone")
        found.extend(barriers(page))

    next_year = datetime.now(UTC).year + 1
    october = (date(next_year, 10, day) for day in range(1, 32))
    twice = next(day for day in october if len(on_the_clock(day, time(2, 30))) == 2)
    publisher.go(piece.pk, "publish/")
    page.locator(".later summary").click()
    page.locator("[name=at]").fill(f"{twice}T02:30")
    page.locator("[name=schedule]").click()
    expect(page.locator("[name=which]").first).to_be_attached()
    publisher.forgive(422)
    expect(page.locator("[name=at]")).to_have_value(f"{twice}T02:30")
    look("asked which")
    choose(page.locator(".later"), "which", "second")
    page.locator("[name=schedule]").click()
    expect(page.locator(".top-bar__state time")).to_be_visible()
    assert Plan.objects.get().at == datetime.combine(twice, time(1, 30), UTC)
    look("writing, scheduled")

    refused_and_overdue(account)
    page.goto(f"{live_server.url}/desk/")
    expect(page.locator(".not-published a")).to_have_count(1)
    expect(page.locator(".start-aside time.late")).to_have_count(1)
    look("start page")
    page.locator(".not-published a").click()
    expect(page.locator(".notice--error a").first).to_be_visible()
    look("publishing, refused")

    publisher.go(piece.pk, "publish/")
    look("publishing, scheduled")
    page.locator(".notice [type=submit]").click()
    expect(page.locator(".top-bar__state time")).to_have_count(0)
    assert not Plan.objects.waiting().filter(article=piece).exists()
    assert not Publication.objects.exists()
    assert found == [], "\n".join(found)


def refused_and_overdue(account: Any) -> None:
    """One piece that could not go out an hour ago, and one that should have since."""
    closed = factories.finished(account, headline="Die Brücke bleibt gesperrt")
    late = factories.finished(account, headline="Was der Haushalt kostet")
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(hours=2)):
        services.schedule(closed, actor=account, at=now - timedelta(hours=1))
        services.schedule(late, actor=account, at=now - timedelta(minutes=30))
        services.save_article(closed, actor=account, kicker="Noch ungelesen")
    with time_machine.travel(now - timedelta(minutes=59)):
        services.publish_due()
