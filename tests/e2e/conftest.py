"""A real browser against a live server.

Tests take `page`, `live_server` and, to be somebody, `sign_in`. What a failing test saw is kept in
var/test-screenshots.
"""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from newsroom import environment
from newsroom.models import User
from tests import factories

from .desk import Colleague

# Playwright's loop runs in the thread of the tests, and Django would take them for asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = (
    # Chromium's own sandbox does not start as root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the system's chromium; without one, skip, but fail where all tests must run."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        if environment.flag("CI"):
            pytest.fail("No chromium: CI must install it (Debian: apt-get install chromium).")
        pytest.skip("No chromium: install it for the browser tests (apt-get install chromium).")
    return browser_type_launch_args | {"executable_path": chromium, "args": list(QUIET)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """See the site as a reader in Berlin does."""
    return browser_context_args | {
        "locale": "de-DE",
        "timezone_id": "Europe/Berlin",
        "viewport": {"width": 1280, "height": 900},
    }


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[User], None]:
    """Return a function that signs a person in, without the login page."""

    def sign_in(user: User) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )

    return sign_in


@pytest.fixture
def colleague(
    transactional_db: None, live_server: Any, new_context: Callable[..., BrowserContext]
) -> Callable[..., Colleague]:
    """Return a function that brings somebody with a role to the desk, through the login page.

    Each has a browser of their own. They are called Sommerfeld unless said otherwise.
    """

    def colleague(role: str, first_name: str = "Ida", last_name: str = "Sommerfeld") -> Colleague:
        user = factories.user(role, first_name=first_name, last_name=last_name)
        person = Colleague(new_context(), live_server.url, user)
        person.log_in()
        return person

    return colleague


# The rules of axe whose answer depends on whether the page is light or dark.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


@pytest.fixture
def barriers() -> Callable[..., list[str]]:
    """Return a function that lists what of a page shuts people out, by the rules of axe.

    A page that was looked at in the light is asked for ``colours`` alone in the dark.
    """

    def barriers(page: Page, *, colours: bool = False) -> list[str]:
        found = Axe().run(page, options={"runOnly": OF_COLOUR} if colours else None)
        return [
            f"{rule['id']}: {rule['help']} ({', '.join(map(str, node['target']))})"
            for rule in found.response["violations"]
            for node in rule["nodes"]
        ]

    return barriers


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Return a list that collects what the browser complains of: script errors, refused content."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda message: (
            found.append(f"{message.text} ({message.location['url']})")
            if message.type == "error"
            else None
        ),
    )
    return found
