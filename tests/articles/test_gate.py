"""What the gate finds, rule by rule, and what a house makes of it."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from articles import gate, services
from articles.models import Article, Image
from articles.working_copy import WorkingCopy
from claims import services as claims
from claims.models import Claim
from history.acts import act
from newsroom.models import User
from sources import services as sources
from tests import factories
from tests.articles.test_admin import at, desk

pytestmark = pytest.mark.django_db
WORDS = "Mehr als 5000 Menschen kamen"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def piece(admin: User) -> Article:
    return factories.finished(admin)


@pytest.fixture
def claim(piece: Article) -> Claim:
    return piece.claims.get()


@pytest.fixture
def gate_set(settings):
    def set_to(**levels: str) -> None:
        chosen = {name.replace("_", "-"): level for name, level in levels.items()}
        settings.NEWSROOM = settings.NEWSROOM | {"GATE": chosen}

    return set_to


def found(piece: Article, actor: User | None = None) -> list[gate.Problem]:
    copy = WorkingCopy.load(Article.objects.get(pk=piece.pk))
    return gate.problems(copy, kind="first", actor=actor)


def rules(piece: Article, actor: User | None = None) -> list[str]:
    return [problem.rule for problem in found(piece, actor)]


class TestLevels:
    def test_a_rule_blocks_warns_or_is_off_as_the_house_has_it(self, admin, gate_set):
        piece = factories.article(admin)
        assert [p.level for p in found(piece)] == ["block"] * 5
        with pytest.raises(services.GateClosed):
            services.publish(piece, actor=admin)
        gate_set(read="off")
        assert found(piece) == []
        gate_set(read="warn")
        assert [p.level for p in found(piece)] == ["warn"] * 5
        made = services.publish(piece, actor=admin)
        assert made.waivers == []

    def test_what_is_misspelt_blocks_and_is_told_at_the_start(self, admin, gate_set):
        gate_set(read="warm", raed="warn", complete="off")
        assert [p.level for p in found(factories.article(admin, section=None))] == ["block"] * 6
        assert {e.id for e in run_checks() if e.id.startswith("articles.E")} == {
            "articles.E001", "articles.E002", "articles.E003",
        }  # fmt: skip

    def test_a_warning_is_shown_at_the_gate_and_asks_for_no_waiver(self, admin, gate_set):
        gate_set(read="warn")
        piece = factories.article(admin)
        page = desk(admin).get(at("publish", piece)).content.decode()
        assert 'data-rule="read"' in page
        assert 'name="waive-read"' not in page
        answer = desk(admin).post(
            at("publish", piece),
            {"kind": "first", "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0},
        )
        assert answer.status_code == 302

    def test_a_rule_that_is_off_is_not_spoken_of(self, admin, gate_set):
        gate_set(read="off")
        page = desk(admin).get(at("publish", factories.article(admin))).content.decode()
        assert 'data-rule="read"' not in page
        assert str(gate.RULES["read"].title) not in page

    def test_the_command_tells_blocking_rules_alone(self, admin, gate_set):
        gate_set(read="warn")
        piece = factories.article(admin)
        factories.claim(piece)
        err = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("publish", piece.slug, "--as", admin.username, stderr=err)
        assert ended.value.code == 1
        assert [line.split(":")[0] for line in err.getvalue().splitlines()] == ["checked"]


class TestTwoSources:
    def risky(self, piece: Article, admin: User, *origins: object) -> None:
        claim = piece.claims.get()
        claims.save_claim(claim, actor=admin, risk="high")
        for origin in origins:
            factories.citation(claim, origin)

    def test_one_source_is_not_enough_where_the_risk_is_high(self, piece, admin):
        assert rules(piece) == []
        self.risky(piece, admin)
        assert rules(piece) == ["two-sources"]
        factories.citation(piece.claims.get())
        assert rules(piece) == []

    def test_what_others_say_has_them_as_its_source(self, piece, admin):
        self.risky(piece, admin)
        claims.save_claim(
            piece.claims.get(), actor=admin, voice="reported", attribution="Die Polizei"
        )
        assert "two-sources" not in rules(piece)

    def test_copies_of_one_report_count_once_however_long_the_way(self, piece, admin):
        claim = piece.claims.get()
        agency = claim.citations.get().source
        copy = factories.source(origin=agency)
        self.risky(piece, admin, copy, factories.source(origin=copy))
        assert rules(piece) == ["two-sources"]
        assert "1 independent source" in found(piece)[0].message

    def test_two_that_copy_each_other_are_one(self, piece, admin):
        one = piece.claims.get().citations.get().source
        other = factories.source(origin=one)
        one.origin = other
        sources.save_source(one, actor=admin)
        self.risky(piece, admin, other)
        assert rules(piece) == ["two-sources"]

    def test_who_contradicts_and_who_was_retracted_supports_nothing(self, piece, admin):
        self.risky(piece, admin)
        factories.citation(piece.claims.get(), stance="context")
        gone = factories.source()
        factories.citation(piece.claims.get(), gone)
        claims.retract_source(gone, actor=admin, why="gefälscht")
        assert "two-sources" in rules(piece)

    def test_what_it_rests_on_supports_it_as_well(self, piece, admin):
        ground = factories.claim(piece, "Das sagte die Polizei")
        factories.citation(ground)
        claims.save_claim(piece.claims.get(statement=WORDS), actor=admin, risk="high",
                          rests_on=[ground])  # fmt: skip
        assert "two-sources" not in rules(piece)


class TestQuotes:
    def cite(self, claim: Claim, admin: User, quote: str, text: str, **fields: object) -> None:
        source = factories.source(**fields)
        capture = sources.capture(source, b"x", actor=admin, media_type="text/plain", text=text)
        factories.citation(claim, source, capture=capture, quote=quote)

    def test_a_quote_that_is_not_in_the_copy_blocks(self, piece, claim, admin):
        self.cite(claim, admin, "mehr als 5000", "Es kamen  „mehr als\n5000“ Menschen.")
        assert rules(piece) == []
        self.cite(claim, admin, "mehr als 5000", "Es kamen nicht mehr als 500.")
        (problem,) = found(piece)
        assert (problem.rule, problem.target) == ("quoted", f"claim-{claim.pk}")

    @pytest.mark.parametrize(
        ("quote", "text"),
        [("möglich", "unmöglich"), ("5000", "15000"), ("es war so", "Es war so"), ("„“", "x")],
    )
    def test_a_near_copy_is_none(self, piece, claim, admin, quote, text):
        self.cite(claim, admin, quote, text)
        assert "quoted" in rules(piece)

    def test_a_copy_without_text_is_a_warning(self, piece, claim, admin):
        self.cite(claim, admin, "mehr als 5000", "")
        (problem,) = found(piece)
        assert (problem.rule, problem.blocks) == ("quotes-compared", False)

    def test_of_a_confidential_source_nothing_is_told(self, piece, claim, admin):
        self.cite(claim, admin, "geheim", "anders", tier="confidential")
        assert rules(piece) == []


class TestSourcesStand:
    def test_a_source_that_was_retracted_before_the_check_is_found(self, piece, claim, admin):
        source = claim.citations.get().source
        claims.retract_source(source, actor=admin, why="gefälscht")
        factories.check(claim, admin)
        assert rules(piece) == ["sources-stand"]

    def test_who_only_cites_it_as_context_may(self, piece, claim, admin):
        source = factories.source()
        claims.retract_source(source, actor=admin, why="gefälscht")
        factories.citation(claim, source, stance="context")
        factories.check(claim, admin)
        assert rules(piece) == []


class TestHeard:
    def test_who_is_accused_was_asked(self, piece, claim, admin):
        claims.save_claim(claim, actor=admin, accuses=True)
        (problem,) = found(piece)
        assert (problem.rule, problem.target) == ("heard", f"claim-{claim.pk}")
        claims.seek_comment(claim, actor=admin, whom="Stadt", at=timezone.now())
        assert rules(piece) == []

    def test_what_has_not_happened_yet_is_refused(self, claim, admin):
        from django.core.exceptions import ValidationError

        for wrong in ({"whom": " "}, {"at": timezone.now() + timedelta(hours=1)}):
            told = {"whom": "Stadt", "at": timezone.now()} | wrong
            with pytest.raises(ValidationError):
                claims.seek_comment(claim, actor=admin, **told)
        assert not claim.comments_sought.exists()

    def test_a_restore_forgets_nobody_who_was_asked(self, piece, claim, admin):
        claims.seek_comment(claim, actor=admin, whom="Stadt", at=timezone.now(), answer="Nein.")
        services.restore(piece, revision=1, actor=admin)
        assert claim.comments_sought.get().answer == "Nein."

    def test_words_are_erased_from_what_was_answered(self, piece, claim, admin):
        from history import erasure

        claims.seek_comment(claim, actor=admin, whom="Erika Muster", at=timezone.now())
        asked = erasure.ask(actor=factories.user("publisher"), words=["Erika"], reason="Antrag")
        services.erase(asked, actor=admin)
        assert claim.comments_sought.get().whom == "█████ Muster"


class TestFourEyes:
    @pytest.fixture(autouse=True)
    def _on(self, gate_set):
        gate_set()

    @pytest.fixture
    def reporter(self):
        return factories.user("reporter")

    def checked(self, writer: User, *checkers: User) -> Article:
        piece = factories.article(writer)
        made = factories.claim(piece, actor=writer)
        factories.citation(made)
        for checker in checkers:
            factories.check(made, checker)
        claims.read_sentences(piece, actor=checkers[0])
        return piece

    def test_who_wrote_it_is_not_the_only_one_who_checked_it(self, admin, reporter):
        piece = self.checked(admin, admin)
        (problem,) = found(piece, factories.user("publisher"))
        assert problem.rule == "four-eyes"
        assert "who wrote" in problem.message
        factories.check(piece.claims.get(), factories.user("checker"))
        assert found(piece) == []

    def test_who_publishes_is_not_the_only_one_who_checked_it(self, admin, reporter):
        piece = self.checked(reporter, admin)
        assert found(piece) == []
        (problem,) = found(piece, admin)
        assert "who publishes" in problem.message
        with pytest.raises(services.GateClosed):
            services.publish(piece, actor=admin)
        assert services.publish(piece, actor=factories.user("publisher")).number == 1

    def test_whose_check_no_longer_holds_does_not_count(self, admin, reporter):
        checker = factories.user("checker")
        piece = self.checked(reporter, checker)
        body = Article.objects.get(pk=piece.pk).body
        services.save_article(piece, actor=admin, body=body.replace("5000", "6000"))
        factories.check(piece.claims.get(), admin)
        claims.read_sentences(piece, actor=admin)
        (problem,) = found(piece)
        assert "who wrote" in problem.message

    def test_who_only_marks_what_others_wrote_has_not_written_it(self, admin, reporter):
        piece = factories.article(reporter)
        made = factories.claim(piece, actor=admin)
        factories.citation(made)
        factories.check(made, admin)
        claims.read_sentences(piece, actor=admin)
        assert found(piece) == []

    def test_a_save_too_large_to_be_told_in_full_counts_for_all_claims(self, admin, reporter):
        words = [f"Satz {n} sagt etwas" for n in range(40)]
        piece = factories.article(reporter, body="".join(f"<p>{one}.</p>" for one in words))
        with act("claims.claim.created", actor=reporter):
            made = [factories.claim(piece, one, actor=reporter) for one in words]
        checker = factories.user("checker")
        body = Article.objects.get(pk=piece.pk).body
        services.save_article(piece, actor=checker, body=body.replace("etwas", "viel"))
        for one in made:
            factories.citation(one)
            factories.check(one, checker)
        assert [p.rule for p in found(piece) if p.rule != "read"] == ["four-eyes"] * 40


class TestPictures:
    def test_rights_and_texts_are_asked_for_where_they_are_entered(self, piece, admin):
        with act("articles.article.saved", actor=admin):
            for position, said in enumerate(({}, {"rights": "Agentur, 2026", "alt": "Ein Platz"})):
                Image.objects.create(
                    article=piece, position=position, file="0" * 64, media_type="image/png",
                    width=1, height=1, **said,
                )  # fmt: skip
        assert [(p.rule, p.target) for p in found(piece)] == [
            ("picture-rights", "id_images-0-rights"),
            ("picture-texts", "id_images-0-alt"),
        ]
        page = desk(admin).get(at("change", piece)).content.decode()
        assert 'id="id_images-0-rights"' in page
        assert 'id="id_images-0-alt"' in page


class TestCost:
    def test_the_gate_asks_the_database_as_often_for_many_claims_as_for_one(self, admin, gate_set):
        gate_set()

        def asked(number: int) -> int:
            words = [f"Satz {n} sagt etwas" for n in range(number)]
            piece = factories.article(admin, body="".join(f"<p>{one}.</p>" for one in words))
            for one in words:
                made = factories.claim(piece, one, risk="high", accuses=True)
                capture = sources.capture(
                    source := factories.source(), b"x", actor=admin, media_type="text/plain"
                )
                factories.citation(made, source, capture=capture, quote="etwas")
                factories.check(made, admin)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert len(found(piece, admin)) >= 4 * number
            return len(queries)

        assert asked(1) == asked(7) <= 15


class TestDialog:
    def test_who_was_asked_is_entered_with_the_claim(self, piece, claim, admin):
        from tests.claims.test_dialogs import told

        page = desk(admin).get(at("claim", piece, claim.pk)).content.decode()
        assert 'name="claim-accuses"' in page
        assert 'name="comment-new-whom"' in page
        sent = told(claim, **{"claim-accuses": "on", "comment-new-whom": "Stadt"})
        answer = desk(admin).post(at("claim", piece, claim.pk), sent)
        assert answer.status_code == 422
        assert 'form-row--wrong"><label for="id_comment-new-at"' in answer.json()["dialog"]
        sent |= {"comment-new-at": "2025-05-02T10:00", "comment-new-answer": ""}
        assert desk(admin).post(at("claim", piece, claim.pk), sent).status_code == 200
        claim.refresh_from_db()
        row = claim.comments_sought.get()
        assert (claim.accuses, row.whom, row.answer) == (True, "Stadt", "")
        again = told(claim) | {
            "claim-accuses": "on",
            f"comment-{row.pk}-whom": "Stadt Köln",
            f"comment-{row.pk}-at": "2025-05-02T10:00",
            f"comment-{row.pk}-answer": "Kein Kommentar.",
            "comment-new-whom": "", "comment-new-at": "", "comment-new-answer": "",
        }  # fmt: skip
        assert desk(admin).post(at("claim", piece, claim.pk), again).status_code == 200
        row = claim.comments_sought.get()
        assert isinstance(row.pk, UUID)
        assert (row.whom, row.answer) == ("Stadt Köln", "Kein Kommentar.")
