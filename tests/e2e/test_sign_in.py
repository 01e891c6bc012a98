import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from newsroom.models import User
from newsroom.roles import assign


@pytest.fixture
def reporter(transactional_db):
    user = User.objects.create(username="reporter", password=make_password("sesame and seed"))
    assign(user, ["reporter"])
    return user


def test_a_reporter_signs_in_and_reaches_the_desk(page, live_server, reporter, complaints):
    page.goto(f"{live_server.url}/desk/")
    page.get_by_label("Benutzername").fill("reporter")
    page.get_by_label("Passwort").fill("sesame and seed")
    page.get_by_role("button", name="Anmelden").click()

    expect(page.locator("#user-tools")).to_be_visible()
    assert complaints == []


def test_somebody_without_a_role_stays_outside(page, live_server, reporter, sign_in):
    assign(reporter, [])
    sign_in(reporter)

    page.goto(f"{live_server.url}/desk/")

    expect(page).to_have_url(f"{live_server.url}/desk/login/?next=/desk/")
