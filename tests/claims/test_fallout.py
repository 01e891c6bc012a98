import random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from benchmarks.fallout import House
from claims import fallout, services
from claims.choices import State
from claims.standing import Evidence
from history import revisions
from history.acts import act
from history.models import Entry
from sources.models import Source
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.mark.parametrize("many", [0, 1000])
@pytest.mark.parametrize("seed", range(8))
def test_what_falls_is_what_brute_force_finds(admin, monkeypatch, seed: int, many: int) -> None:
    monkeypatch.setattr(fallout, "_MANY", many)
    house = House.at_random(random.Random(seed), citations=120)
    with act("tests.house.made", actor=admin):
        house.save()
    found = 0
    for source in house.sources:
        rows = fallout.affected([source.pk])
        assert rows == house.affected(source.pk)
        found += len(rows)
    assert found


@pytest.fixture
def report(admin):
    return factories.source(admin, csl={"type": "report", "title": "Agenturmeldung"})


@pytest.fixture
def copy(admin, report):
    return factories.source(admin, csl={"title": "Abdruck"}, origin=report)


def cited(*sources, **fields):
    made = factories.claim(factories.article(), **fields)
    for source in sources:
        factories.citation(made, source)
    return made


def rows_of(source):
    return {row.claim: (row.cites, row.independent) for row in fallout.affected([source.pk])}


def test_copies_of_one_report_are_no_independent_support(admin, report, copy) -> None:
    other = factories.source(admin)
    repeated = cited(report, copy)
    supported = cited(copy, other)
    assert rows_of(report) == {repeated.pk: (True, 0), supported.pk: (True, 1)}
    # The copy alone falls: what it repeats stands.
    assert rows_of(copy) == {repeated.pk: (True, 1), supported.pk: (True, 1)}


def test_claims_of_other_pieces_that_rest_on_it_fall_as_well(admin, report) -> None:
    ground = cited(report)
    upper = cited(rests_on=[ground])
    top = cited(factories.source(admin), rests_on=[upper])
    assert rows_of(report) == {
        ground.pk: (True, 0),
        upper.pk: (False, 0),
        top.pk: (False, 1),
    }


def test_what_contradicts_supports_nothing_and_what_was_withdrawn_rests_on_nothing(
    admin, report
) -> None:
    made = cited(report)
    factories.citation(made, stance="contradicts")
    gone = cited(report)
    services.withdraw_claim(gone, actor=admin)
    assert rows_of(report) == {made.pk: (True, 0)}


def test_retracting_a_source_makes_all_of_it_stale_and_takes_its_copies_along(
    admin, report, copy
) -> None:
    direct, by_copy = cited(report), cited(copy)
    resting = cited(factories.source(admin), rests_on=[by_copy])
    untouched = cited(factories.source(admin))
    for made in (direct, by_copy, resting, untouched):
        factories.check(made, admin)
    services.retract_source(report, actor=admin, why="Frei erfunden", fall="discredited")
    keys = [made.pk for made in (direct, by_copy, resting, untouched)]
    evidence = Evidence.of_claims(keys)
    assert [evidence.standing(key).state for key in keys] == [
        State.STALE,
        State.STALE,
        State.STALE,
        State.SUPPORTED,
    ]
    report.refresh_from_db()
    copy.refresh_from_db()
    assert (report.fall, copy.fall) == ("discredited", "origin")
    assert revisions.document(copy)["record"]["fall"] == "origin"
    entries = Entry.objects.filter(kind="sources.source.retracted")
    assert {entry.subject for entry in entries} == {report.pk, copy.pk}
    assert len({entry.request for entry in entries}) == 1


def test_what_fell_before_keeps_its_own_reason(admin, report, copy) -> None:
    services.retract_source(copy, actor=admin, why="Falsch abgeschrieben", fall="corrected")
    services.retract_source(report, actor=admin, why="Frei erfunden")
    copy.refresh_from_db()
    assert (copy.fall, copy.retraction) == ("corrected", "Falsch abgeschrieben")


def test_pieces_are_listed_until_their_claims_are_checked_again(admin, report) -> None:
    made, never_checked = cited(report), cited(report)
    resting = cited(factories.source(admin), rests_on=[made])
    for each in (made, resting):
        factories.check(each, admin)
    assert fallout.unchecked_since() == {}
    services.retract_source(report, actor=admin, why="Frei erfunden")
    assert fallout.unchecked_since() == {made.article_id: 1, resting.article_id: 1}
    assert never_checked.article_id not in fallout.unchecked_since()
    factories.check(made, admin)
    assert fallout.unchecked_since() == {}


def test_a_reason_and_a_permission_are_needed(admin, report) -> None:
    with pytest.raises(ValidationError):
        services.retract_source(report, actor=admin, why="  ")
    with pytest.raises(PermissionDenied):
        services.retract_source(report, actor=factories.user("reporter"), why="x")
    report.refresh_from_db()
    assert report.retracted_at is None


def test_the_database_wants_to_know_how_a_source_fell(report) -> None:
    with pytest.raises(IntegrityError, match="source_fell_somehow"), transaction.atomic():
        Source.objects.filter(pk=report.pk).update(fall="corrected")


def test_what_falls_is_told_in_a_number_of_queries_that_does_not_grow(
    admin, report, django_assert_num_queries
) -> None:
    cited(report)
    for _ in range(5):
        cited(report, factories.source(admin))
    with django_assert_num_queries(4):
        assert len(fallout.affected([report.pk])) == 6
