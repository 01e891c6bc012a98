"""Known standings are right or not there: whatever a standing depends on makes it forgotten."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from articles.services import save_article
from claims import known
from claims import services as claims
from claims.models import Claim, KnownStanding
from history import verification
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def checker() -> User:
    return factories.user("admin")


@pytest.fixture
def claim(checker) -> Claim:
    made = factories.claim(factories.article())
    factories.citation(made)
    factories.check(made, checker)
    known.refresh()
    return made


def state(claim: Claim) -> str | None:
    return KnownStanding.objects.filter(claim=claim).values_list("state", flat=True).first()


def test_what_is_derived_is_known(claim, checker) -> None:
    row = KnownStanding.objects.get()
    assert (row.state, row.reason, row.checker) == ("supported", "", checker.pk)


def changed_words(claim, checker):
    article = claim.article
    article.refresh_from_db()
    save_article(article, actor=checker, body=article.body.replace("5000", "6000"))


def changed_elsewhere(claim, checker):
    other = factories.claim(factories.article(), "Das sagte die Polizei", rests_on=[claim])
    factories.check(other, checker)
    known.refresh()
    assert state(other) == "supported"
    changed_words(claim, checker)
    assert state(other) is None


def retracted(claim, checker):
    claims.retract_source(claim.citations.get().source, actor=checker, why="gefälscht")


@pytest.mark.parametrize(
    ("change", "then"),
    [
        (changed_words, "stale"),
        (changed_elsewhere, "stale"),
        (
            lambda c, who: claims.retract_source(c.citations.get().source, actor=who, why="x"),
            "stale",
        ),
        (lambda c, who: factories.check(c, who, "disputed"), "disputed"),
        (lambda c, who: claims.void(c, actor=who, note="x"), "stale"),
        (lambda c, who: claims.withdraw_claim(c, actor=who), None),
    ],
)
def test_whatever_it_depends_on_makes_it_forgotten(claim, checker, change, then) -> None:
    change(claim, checker)
    assert state(claim) is None
    known.refresh()
    assert state(claim) == then
    assert list(known.differences()) == []


def test_a_standing_that_holds_for_a_time_lapses(claim, checker) -> None:
    due = timezone.localdate() + timedelta(days=3)
    claims.save_claim(claim, actor=checker, check_by=due)
    factories.check(claim, checker)
    other = factories.claim(factories.article(), "Das sagte die Polizei", rests_on=[claim])
    factories.check(other, checker)
    known.refresh()
    assert set(KnownStanding.objects.values_list("lapses", flat=True)) == {due}
    with time_machine.travel(timezone.now() + timedelta(days=5), tick=True):
        assert list(known.differences()) == []
        known.refresh()
        assert (state(claim), state(other)) == ("stale", "stale")


def test_verifying_names_what_is_known_wrongly(claim) -> None:
    KnownStanding.objects.update(state="refuted")
    faults = [f for f in verification.verify(verification.Run()) if "knownstanding" in f.row]
    assert [fault.row for fault in faults] == [f"claims_knownstanding/{claim.pk}"]
    assert "state" in str(faults[0])


def test_refreshing_costs_the_same_for_few_and_many(claim, django_assert_max_num_queries) -> None:
    for number in range(5):
        factories.claim(factories.article(headline=f"Stück {number}"))
    with django_assert_max_num_queries(16):
        known.refresh()
    assert KnownStanding.objects.count() == 6
