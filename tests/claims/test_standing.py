"""Standing: which check counts, and why none does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.services import restore, save_article
from claims import services
from claims.choices import State
from claims.models import Claim
from claims.standing import Evidence, Standing, fingerprint, fold
from history import revisions
from history.acts import act
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin):
    return factories.article(admin)


@pytest.fixture
def claim(piece):
    claim = factories.claim(piece)
    factories.citation(claim)
    return claim


def standing(claim: Claim, **options: Any) -> Standing:
    return Evidence.of_claims([claim.pk], **options).standing(claim.pk)


def codes(claim: Claim) -> list[str]:
    return [reason.code for reason in standing(claim).reasons]


def rewrite(piece: Any, actor: Any, old: str, new: str) -> None:
    piece.refresh_from_db()
    assert old in piece.body
    save_article(piece, actor=actor, body=piece.body.replace(old, new))


def test_a_new_claim_is_unchecked(claim) -> None:
    assert standing(claim) == Standing(State.UNCHECKED)


@pytest.mark.parametrize("verdict", ["supported", "partly", "disputed", "refuted", "unverifiable"])
def test_a_check_gives_its_verdict(claim, admin, verdict: str) -> None:
    check = factories.check(claim, admin, verdict)
    assert standing(claim) == Standing(State(verdict), check)


def test_a_changed_figure_makes_the_check_stale_and_tells_both(piece, claim, admin) -> None:
    check = factories.check(claim, admin)
    rewrite(piece, admin, "5000", "6000")
    now = standing(claim)
    assert (now.state, now.check) == (State.STALE, check)
    (reason,) = now.reasons
    assert (reason.code, reason.kind, reason.old, reason.new) == ("words", "figure", "5000", "6000")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Mehr als 5000", "Mehr als\u00a05000"),
        ("Menschen kamen", "<strong>Menschen</strong> kamen"),
        ("Das sagte die Polizei", "Das sagte der Veranstalter"),
    ],
)
def test_spacing_markup_and_other_sentences_keep_the_check(piece, claim, admin, old, new) -> None:
    factories.check(claim, admin)
    rewrite(piece, admin, old, new)
    assert standing(claim).state == State.SUPPORTED


def test_folding_keeps_figures_and_negations_apart() -> None:
    assert fold("„Ja“ – 5\u00a0000 …") == fold('"Ja" - 5 000 ...')
    assert fold("nicht 5000") != fold("5000")
    assert fold("5000") != fold("5.000")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("statement", "Es kamen 6000."),
        ("attribution", "die Polizei"),
        ("voice", "reported"),
        ("as_of", date(2025, 6, 1)),
    ],
)
def test_what_the_claim_says_of_itself_was_checked_too(claim, admin, field, value) -> None:
    factories.check(claim, admin)
    services.save_claim(claim, actor=admin, **{field: value})
    assert codes(claim) == [field]


def test_risk_is_no_part_of_what_was_checked(claim, admin) -> None:
    factories.check(claim, admin)
    services.save_claim(claim, actor=admin, risk="high")
    assert standing(claim).state == State.SUPPORTED


def test_a_further_passage_was_not_checked(piece, claim, admin) -> None:
    factories.check(claim, admin)
    services.add_passage(claim, actor=admin, field="headline", words="Tausende")
    assert codes(claim) == ["words"]


def test_a_removed_citation_makes_the_check_stale(claim, admin) -> None:
    factories.check(claim, admin)
    services.remove_citation(claim.citations.get(), actor=admin)
    assert codes(claim) == ["citation_removed"]


def test_a_changed_citation_makes_the_check_stale(claim, admin) -> None:
    factories.check(claim, admin)
    services.change_citation(claim.citations.get(), actor=admin, words={"quote": "5000"})
    assert codes(claim) == ["citation_changed"]


def test_further_support_keeps_the_check_and_a_contradiction_does_not(claim, admin) -> None:
    factories.check(claim, admin)
    factories.citation(claim, stance="supports")
    factories.citation(claim, stance="context")
    assert standing(claim).state == State.SUPPORTED
    factories.citation(claim, stance="contradicts")
    assert codes(claim) == ["contradiction_added"]


def test_a_retracted_source_makes_the_check_stale_until_it_is_checked_again(claim, admin) -> None:
    factories.check(claim, admin)
    services.retract_source(claim.citations.get().source, actor=admin, why="gefälscht")
    assert codes(claim) == ["source_retracted"]
    factories.check(claim, admin, "unverifiable")
    assert standing(claim).state == State.UNVERIFIABLE


def test_a_check_again_date_that_has_passed_makes_the_check_stale(claim, admin) -> None:
    today = timezone.localdate()
    services.save_claim(claim, actor=admin, check_by=today)
    factories.check(claim, admin)
    assert standing(claim, today=today).state == State.SUPPORTED
    later = standing(claim, today=today + timedelta(days=1))
    assert (later.state, later.reasons[0].code) == (State.STALE, "check_by")


def test_a_check_after_the_date_has_passed_counts(claim, admin) -> None:
    services.save_claim(claim, actor=admin, check_by=timezone.localdate() - timedelta(days=1))
    factories.check(claim, admin)
    assert standing(claim).state == State.SUPPORTED


def test_restored_words_find_their_old_check_again(piece, claim, admin) -> None:
    first = factories.check(claim, admin)
    before = revisions.latest_revision(piece)
    rewrite(piece, admin, "5000", "6000")
    factories.check(claim, admin, "refuted")
    assert standing(claim).state == State.REFUTED
    restore(piece, revision=before, actor=admin)
    assert standing(claim) == Standing(State.SUPPORTED, first)


def test_of_two_checks_on_the_same_words_the_latest_counts(claim, admin) -> None:
    factories.check(claim, admin)
    factories.check(claim, admin, "disputed")
    assert standing(claim).state == State.DISPUTED


def test_a_voided_check_does_not_count(claim, admin) -> None:
    factories.check(claim, admin)
    services.void(claim, actor=admin, note="falsche Quelle geprüft")
    assert (standing(claim).state, codes(claim)) == (State.STALE, ["void"])
    factories.check(claim, admin)
    assert standing(claim).state == State.SUPPORTED


def test_a_claim_whose_passage_is_gone_is_lost_whatever_its_checks(piece, claim, admin) -> None:
    factories.check(claim, admin)
    save_article(piece, actor=admin, body="<p>Ganz anders.</p>", confirmed=[claim.pk])
    assert standing(claim).state == State.ORPHAN


class TestFoundations:
    @pytest.fixture
    def total(self, piece, claim, admin):
        other = factories.article(admin)
        self.foundation = factories.claim(other)
        factories.citation(self.foundation)
        factories.check(self.foundation, admin)
        factories.check(claim, admin)
        total = factories.claim(piece, "Das sagte die Polizei", rests_on=[claim, self.foundation])
        factories.check(total, admin)
        return total

    def test_a_claim_stands_on_verified_ground(self, total) -> None:
        assert standing(total).state == State.SUPPORTED

    def test_a_fallen_foundation_in_another_piece_is_told(self, total, admin) -> None:
        factories.check(self.foundation, admin, "refuted")
        now = standing(total)
        assert now.state == State.STALE
        (reason,) = now.reasons
        assert (reason.code, reason.old, reason.new, reason.subject) == (
            "foundation",
            "supported",
            "refuted",
            self.foundation.pk,
        )

    def test_a_withdrawn_foundation_is_told(self, total, admin) -> None:
        services.withdraw_claim(self.foundation, actor=admin)
        assert [reason.new for reason in standing(total).reasons] == ["withdrawn"]

    def test_it_falls_along_the_whole_chain(self, piece, total, admin) -> None:
        top = factories.claim(piece, "Gegen neun Uhr", rests_on=[total])
        factories.check(top, admin)
        services.remove_citation(self.foundation.citations.get(), actor=admin)
        assert [reason.new for reason in standing(top).reasons] == ["stale"]

    def test_changed_foundations_are_told(self, total, admin) -> None:
        services.save_claim(total, actor=admin, rests_on=[self.foundation])
        assert codes(total) == ["rests_on_changed"]

    def test_a_check_on_unchecked_ground_does_not_count(self, piece, admin) -> None:
        ground = factories.claim(piece, "Gegen neun Uhr war der Platz leer")
        claim = factories.claim(piece, "Das sagte die Polizei", rests_on=[ground])
        factories.check(claim, admin)
        assert standing(claim).state == State.STALE
        factories.check(ground, admin)
        assert standing(claim).state == State.SUPPORTED


def test_the_number_of_queries_does_not_grow(piece, claim, admin) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            evidence = Evidence.of_article(piece)
            for own in evidence.of(piece):
                evidence.standing(own)
        return len(captured)

    factories.check(claim, admin)
    few = queries()
    for words in ("Das sagte die Polizei", "Gegen neun Uhr", "Der Abend"):
        other = factories.claim(piece, words, rests_on=[claim])
        factories.citation(other)
        factories.check(other, admin)
    assert queries() == few


def test_a_reworded_claim_is_to_be_looked_at_again_and_one_word_keeps_its_check(
    piece, claim, admin
) -> None:
    check = factories.check(claim, admin, "partly", confirmed=True)
    rewrite(piece, admin, "Menschen kamen", "Menschen erschienen")
    now = standing(claim)
    assert (now.state, now.check) == (State.REWORDED, check)
    assert [(reason.old, reason.new) for reason in now.reasons] == [("kamen", "erschienen")]
    upheld = services.uphold(claim, actor=admin)
    assert standing(claim) == Standing(State.PARTLY, upheld)
    assert upheld.confirmed
    assert claim.checks.count() == 2


def test_what_states_something_else_cannot_be_confirmed_by_one_word(piece, claim, admin) -> None:
    factories.check(claim, admin)
    rewrite(piece, admin, "5000", "6000")
    with pytest.raises(ValidationError):
        services.uphold(claim, actor=admin)
    assert standing(claim).state == State.STALE


def test_who_confirms_has_seen_what_stands_there(piece, claim, admin) -> None:
    factories.check(claim, admin)
    rewrite(piece, admin, "Menschen kamen", "Menschen erschienen")
    evidence = Evidence.of_claims([claim.pk])
    seen = fingerprint(evidence.snapshot(evidence.claims[claim.pk]))
    rewrite(piece, admin, "Menschen erschienen", "Menschen flohen")
    with pytest.raises(services.ChangedMeanwhile):
        services.uphold(claim, actor=admin, seen=seen)


@pytest.mark.parametrize(
    "new",
    [
        "Mehr als 5.000 Menschen kamen",
        "Mehr als 5\u202f000 Menschen kamen",
        "Fast 5000 Menschen kamen",
    ],
)
def test_the_form_of_a_figure_keeps_the_check_and_its_limit_does_not(
    piece, claim, admin, new: str
) -> None:
    factories.check(claim, admin)
    rewrite(piece, admin, "Mehr als 5000 Menschen kamen", new)
    kept = State.SUPPORTED if new.startswith("Mehr") else State.STALE
    assert standing(claim).state == kept


def test_a_heading_above_that_turns_the_passage_around_makes_its_check_stale(admin) -> None:
    piece = factories.article(
        admin, body="<h2>Was 2023 geschah</h2><p>Der Verein verlor Mitglieder. Mehr nicht.</p>"
    )
    claim = factories.claim(piece, "Der Verein verlor Mitglieder.")
    factories.check(claim, admin)
    rewrite(piece, admin, "2023", "2024")
    (reason,) = standing(claim).reasons
    assert (reason.kind, reason.old, reason.new, reason.around) == (
        "figure", "2023", "2024", "heading",
    )  # fmt: skip


def test_whom_a_caption_names_before_makes_its_check_stale(piece, admin) -> None:
    image = factories.image(piece, caption="Links steht Otto Klein. Er trat danach zurück.")
    claim = services.create_claim(piece, actor=admin, statement="Klein trat zurück.")
    services.add_passage(
        claim, actor=admin, field="caption", image=image.pk, words="Er trat danach zurück."
    )
    factories.check(claim, admin)
    assert standing(claim).state == State.SUPPORTED

    image.caption = "Links steht Kurt Lang. Er trat danach zurück."
    with act("articles.article.saved", actor=admin):
        image.save()
        services.sync(piece)
    found = standing(claim)
    assert found.state == State.STALE
    assert [(r.kind, r.around) for r in found.reasons] == [("name", "before")]


def test_what_rests_on_a_reworded_claim_is_to_be_looked_at_again(piece, claim, admin) -> None:
    factories.check(claim, admin)
    upper = factories.claim(piece, "leer", rests_on=[claim])
    factories.check(upper, admin)
    rewrite(piece, admin, "Menschen kamen", "Menschen erschienen")
    assert standing(upper).state == State.REWORDED
    services.uphold(claim, actor=admin)
    assert standing(upper).state == State.SUPPORTED
