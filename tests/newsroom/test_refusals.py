"""Who is refused a page is told so in words, in the language that they read."""

import pytest
from django.test import Client
from django.urls import reverse

from newsroom.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Diese Seite ist nicht für alle"), ("en", "This page is not for everybody")],
)
def test_a_page_beyond_ones_roles_says_who_can_help(client, language, words):
    client.force_login(User.objects.create_user("colleague", is_staff=True))
    response = client.get(
        reverse("admin:history_entry_changelist"), headers={"Accept-Language": language}
    )
    assert response.status_code == 403
    assert words in response.content.decode()


def test_a_form_older_than_the_session_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post(reverse("set_language"), {"language": "en"})
    assert response.status_code == 403
    assert "Das Formular war zu alt zum Absenden" in response.content.decode()
