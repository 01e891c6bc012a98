"""Four eyes: whoever wrote a claim's words is not who checks them."""

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article
from articles.services import save_article
from claims import eyes
from claims import services as claims
from claims.models import Claim
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(settings) -> None:
    settings.NEWSROOM = settings.NEWSROOM | {"FOUR_EYES": True}


@pytest.fixture
def ida() -> User:
    return factories.user("editor")


@pytest.fixture
def ruth() -> User:
    return factories.user("editor")


@pytest.fixture
def piece(ida) -> Article:
    return factories.article(ida)


@pytest.fixture
def claim(piece) -> Claim:
    return factories.claim(piece)


def test_who_wrote_the_words_does_not_check_them_and_somebody_else_does(claim, ida, ruth) -> None:
    with pytest.raises(ValidationError):
        factories.check(claim, ida)
    assert factories.check(claim, ruth).verdict == "supported"


def test_marking_words_that_stood_there_is_not_writing_them(piece, ida, ruth) -> None:
    claim = factories.claim(piece, "Das sagte die Polizei", actor=ruth)
    assert eyes.wrote(claim, ida.pk)
    assert not eyes.wrote(claim, ruth.pk)
    assert factories.check(claim, ruth)


def test_only_changes_since_the_last_check_count(piece, claim, ida, ruth) -> None:
    factories.check(claim, ruth)
    assert not eyes.wrote(claim, ida.pk)
    piece.refresh_from_db()
    piece = save_article(piece, actor=ruth, body=piece.body.replace("5000", "6000"))
    assert eyes.wrote(claim, ruth.pk)
    with pytest.raises(ValidationError):
        factories.check(claim, ruth)
    assert factories.check(claim, ida)


def test_changes_elsewhere_in_the_piece_do_not_count(piece, claim, ruth) -> None:
    piece.refresh_from_db()
    save_article(piece, actor=ruth, body=piece.body.replace("leer", "voll"))
    assert not eyes.wrote(claim, ruth.pk)


def test_anybody_may_declare_a_check_void(claim, ida, ruth) -> None:
    factories.check(claim, ruth)
    assert claims.void(claim, actor=ida, note="falsche Fassung")


def test_the_policy_of_the_house_can_allow_it(settings, claim, ida) -> None:
    settings.NEWSROOM = settings.NEWSROOM | {"FOUR_EYES": False}
    assert factories.check(claim, ida)


def test_looking_costs_the_same_however_often_others_saved(
    piece, claim, ida, ruth, django_assert_num_queries
) -> None:
    for number in range(5):
        piece.refresh_from_db()
        piece = save_article(piece, actor=ida, standfirst=f"Stand {number}")
    with django_assert_num_queries(3):
        eyes.wrote(claim, ruth.pk)
