"""What rests on something that fell, and what was to be settled by now."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import services
from articles.models import Article
from articles.services import Wrong
from articles.shaken import overdue, shaken
from claims import services as claims
from claims.models import Claim
from newsroom.models import User
from newsroom.start import Start
from tests import factories
from tests.jobs import run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin")


@pytest.fixture
def ground(admin: User) -> Claim:
    piece = factories.finished(admin, headline="Der Grund")
    services.publish(piece, actor=admin)
    return piece.claims.get()


def resting_on(ground: Claim, admin: User, headline: str = "Darauf gebaut") -> Article:
    piece = factories.finished(admin, headline=headline)
    claim = piece.claims.get()
    claims.save_claim(claim, actor=admin, rests_on=[ground])
    factories.check(claim, admin)
    return piece


def corrected(ground: Claim, admin: User, **more: object) -> None:
    piece = Article.objects.get(pk=ground.article_id)
    services.save_article(piece, actor=admin, body=piece.body.replace("5000", "500"))
    factories.check(ground, admin)
    claims.read_sentences(piece, actor=admin)
    services.publish(
        piece, actor=admin, kind="correction", note="Zahl",
        corrections=[Wrong("Es waren 5000.", "Es waren 500.")],
    )  # fmt: skip


def listed(user: User) -> dict[str, list[Article]]:
    return {work.id: work.pieces for work in Start.of(user).lists}


class TestShaken:
    def test_nothing_rests_on_anything_that_fell(self, ground, admin):
        resting_on(ground, admin)
        assert shaken() == []
        assert "shaken" not in listed(admin)

    def test_a_correction_names_the_pieces_that_rest_on_what_it_took_back(self, ground, admin):
        piece, nobody = resting_on(ground, admin), factories.finished(admin)
        corrected(ground, admin)
        assert [row.piece for row in shaken()] == [piece.pk]
        assert nobody.pk not in [one.pk for one in listed(admin)["shaken"]]

    def test_so_do_a_refutation_and_a_retraction(self, ground, admin):
        piece = resting_on(ground, admin)
        factories.check(ground, admin, "refuted")
        assert [row.piece for row in shaken()] == [piece.pk]
        factories.check(ground, admin)
        assert shaken() == []
        services.retract(ground.article, actor=admin, note="Falsch")
        assert [row.piece for row in shaken()] == [piece.pk]

    def test_what_was_never_published_can_shake_nothing(self, admin):
        ground = factories.finished(admin).claims.get()
        resting_on(ground, admin)
        factories.check(ground, admin, "refuted")
        assert shaken() == []

    def test_an_update_that_changes_something_else_shakes_nothing(self, ground, admin):
        resting_on(ground, admin)
        piece = Article.objects.get(pk=ground.article_id)
        services.save_article(piece, actor=admin, standfirst="Mehr dazu.")
        claims.read_sentences(piece, actor=admin)
        services.publish(
            piece, actor=admin, kind="correction", note="Uhrzeit",
            corrections=[Wrong("Acht Uhr", "Neun Uhr")],
        )  # fmt: skip
        assert shaken() == []

    def test_it_reaches_what_rests_on_it_only_by_way_of_others(self, ground, admin):
        between = resting_on(ground, admin)
        last = resting_on(between.claims.get(), admin, "Zuletzt")
        corrected(ground, admin)
        assert {row.piece for row in shaken()} == {between.pk, last.pk}

    def test_live_pieces_come_first(self, ground, admin):
        draft = resting_on(ground, admin, "Entwurf")
        live = resting_on(ground, admin, "Draußen")
        services.publish(live, actor=admin)
        corrected(ground, admin)
        assert [row.piece for row in shaken()] == [live.pk, draft.pk]
        assert [piece.pk for piece in listed(admin)["shaken"]] == [live.pk, draft.pk]

    def test_who_looks_at_it_again_settles_it(self, ground, admin):
        piece = resting_on(ground, admin)
        corrected(ground, admin)
        factories.check(piece.claims.get(), admin)
        assert shaken() == []

    def test_the_start_page_says_which_claim_and_on_what(self, ground, admin, client):
        piece = resting_on(ground, admin)
        corrected(ground, admin)
        client.force_login(admin)
        page = client.get("/desk/").content.decode()
        assert 'id="shaken"' in page
        assert piece.claims.get().statement in page

    def test_it_costs_the_same_however_many_there_are(self, ground, admin):
        resting_on(ground, admin)
        corrected(ground, admin)

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert listed(admin)["shaken"]
            return len(queries)

        # What is known of standings is derived the first time.
        asked()
        before = asked()
        for _ in range(3):
            factories.claim(factories.article(admin), rests_on=[ground])
        assert len(shaken()) == 4
        asked()
        assert asked() == before


SAME = "Es kamen mehr als 5000 Menschen"


class TestAlike:
    """Pieces that say the same and rest on nothing of the one that fell."""

    @pytest.fixture
    def same(self, admin):
        piece = factories.article(
            admin, headline="Anderswo", body=f"<p>Im Rückblick: {SAME}, hieß es.</p>"
        )
        claim = factories.claim(piece, SAME)
        factories.citation(claim)
        factories.check(claim, admin)
        claims.read_sentences(piece, actor=admin)
        piece.refresh_from_db()
        return piece

    def test_they_are_listed_once_it_is_refuted(self, ground, admin, same, client):
        assert shaken() == []
        factories.check(ground, admin, "refuted")
        run_due()
        assert [(row.piece, row.alike, row.live) for row in shaken()] == [(same.pk, True, False)]
        client.force_login(admin)
        assert SAME in client.get("/desk/").content.decode()

    def test_and_once_it_is_corrected_by_what_it_said_before(self, ground, admin, same):
        services.publish(same, actor=admin)
        claims.save_claim(ground, actor=admin, statement="Mehr als 500 Menschen kamen")
        corrected(ground, admin)
        run_due()
        assert [(row.piece, row.alike, row.live) for row in shaken()] == [(same.pk, True, True)]

    def test_what_rests_on_them_is_listed_as_well(self, ground, admin, same):
        piece = resting_on(same.claims.get(), admin)
        services.retract(ground.article, actor=admin, note="Falsch")
        run_due()
        assert {(row.piece, row.alike) for row in shaken()} == {
            (same.pk, True), (piece.pk, False),
        }  # fmt: skip

    def test_who_looks_at_it_again_settles_it(self, ground, admin, same):
        factories.check(ground, admin, "refuted")
        run_due()
        factories.check(same.claims.get(), admin, "refuted")
        assert [row.piece for row in shaken()] == []

    def test_the_correction_tells_before_it_is_published(self, ground, admin, same, client):
        client.force_login(admin)
        services.publish(same, actor=admin)
        resting = resting_on(ground, admin)
        address = reverse("admin:articles_article_publish", args=[ground.article_id])
        assert client.get(address).context["carried"] == []
        piece = Article.objects.get(pk=ground.article_id)
        services.save_article(piece, actor=admin, body=piece.body.replace("5000", "500"))
        claims.save_claim(ground, actor=admin, statement="Mehr als 500 Menschen kamen")
        page = client.get(address)
        told = [(row.piece.pk, row.alike, row.live) for row in page.context["carried"]]
        assert told[0] == (same.pk, True, True)
        assert (resting.pk, False, False) in told
        assert SAME in page.content.decode()


class TestOverdue:
    @pytest.fixture
    def piece(self, admin: User) -> Article:
        piece = factories.article(admin)
        factories.citation(factories.claim(piece))
        claims.read_sentences(piece, actor=admin)
        services.publish(
            piece, actor=admin, kind="developing", deadline=timezone.now() + timedelta(hours=6)
        )
        return piece

    def test_a_deadline_that_passed_is_told(self, piece, admin):
        assert list(overdue()) == []
        assert "unsettled" not in listed(admin)
        with time_machine.travel(timezone.now() + timedelta(hours=7)):
            assert [row.article_id for row in overdue()] == [piece.pk]
            assert [one.pk for one in listed(admin)["unsettled"]] == [piece.pk]

    def test_a_reply_neither_settles_nor_forgets_it(self, piece, admin, client):
        made = services.reply(
            piece, actor=admin, claim=piece.claims.get(), author="E. Muster", text="Nein."
        )
        page = client.get(made.frozen_document["address"], headers={"accept-language": "de"})
        assert "noch ist nicht alles bestätigt" in page.content.decode()
        with time_machine.travel(timezone.now() + timedelta(hours=7)):
            assert [row.pk for row in overdue()] == [made.pk]

    def test_what_is_settled_or_retracted_is_overdue_no_more(self, piece, admin):
        factories.check(piece.claims.get(), admin)
        services.publish(piece, actor=admin, kind="update", note="Bestätigt")
        with time_machine.travel(timezone.now() + timedelta(hours=7)):
            assert list(overdue()) == []
