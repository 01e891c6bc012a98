import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from articles import gate
from articles.models import Article, Publication
from articles.services import (
    ClaimsWouldVanish,
    ConflictingSave,
    GateClosed,
    Wrong,
    publish,
    recover,
    save_article,
    set_state,
    shelve,
)
from claims import services as claims
from history import canonical, revisions
from history.acts import act
from history.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin):
    return factories.finished(admin)


def kinds(piece: Article) -> list[str]:
    return [entry.kind for entry in Entry.objects.of(piece)][::-1]


class TestWriting:
    def test_a_new_piece_is_one_revision(self, admin) -> None:
        piece = factories.article(admin, tags=[factories.tag()], bylines=[factories.person()])
        assert revisions.latest_revision(piece) == 1
        assert kinds(piece) == ["articles.article.created"]

    def test_addresses_are_made_from_german_headlines_and_never_twice(self, admin) -> None:
        slugs = [factories.article(admin, headline="Über Öl & Fußball").slug for _ in range(3)]
        assert slugs == [
            "ueber-oel-fussball",
            "ueber-oel-fussball-2",
            "ueber-oel-fussball-3",
        ]

    def test_a_headline_without_letters_still_gets_an_address(self, admin) -> None:
        assert factories.article(admin, headline="???").slug == "artikel"

    def test_hostile_html_is_cleaned_on_the_way_in(self, admin) -> None:
        piece = factories.article(admin, body="<p onclick=x()>Gut<script>böse()</script></p>")
        assert Article.objects.get(pk=piece.pk).body == "<p>Gut</p>"
        with act("articles.article.saved", actor=admin):
            Article.objects.filter(pk=piece.pk).update(body="<p>Auch<img src=x onerror=y></p>")
        assert Article.objects.get(pk=piece.pk).body == "<p>Auch</p>"

    def test_a_save_on_top_of_a_newer_one_is_refused_and_shows_it(self, admin) -> None:
        piece = factories.article(admin)
        save_article(piece, actor=admin, based_on=1, headline="Meine")
        with pytest.raises(ConflictingSave) as caught:
            save_article(piece, actor=admin, based_on=1, headline="Deine")
        assert (caught.value.stored.headline, caught.value.revision) == ("Meine", 2)
        assert Article.objects.get(pk=piece.pk).headline == "Meine"

    def test_claims_that_would_vanish_are_named_and_nothing_is_saved(self, piece, admin) -> None:
        claim = piece.claims.get()
        with pytest.raises(ClaimsWouldVanish) as caught:
            save_article(piece, actor=admin, body="<p>Kurz.</p>")
        assert caught.value.claims == [claim]
        assert Article.objects.get(pk=piece.pk).body == piece.body
        save_article(piece, actor=admin, body="<p>Kurz.</p>", confirmed=[claim.pk])
        assert claim.passages.get().start is None

    def test_a_broken_editor_that_strips_all_marks_is_stopped(self, piece, admin) -> None:
        from claims.text import unmark

        with pytest.raises(ClaimsWouldVanish):
            save_article(piece, actor=admin, body=unmark(piece.body))

    def test_a_changed_address_is_told_in_the_entry(self, piece, admin) -> None:
        old = piece.slug
        save_article(piece, actor=admin, slug="neu")
        entry = Entry.objects.of(piece).first()
        assert entry.revision is None
        assert json.loads(entry.payload.data)["details"] == {"workflow": {"slug": [old, "neu"]}}


class TestWorkflow:
    def test_handing_on_is_entered_with_its_note(self, piece, admin) -> None:
        checker = factories.user("checker")
        set_state(piece, actor=admin, state="check", assignee=checker, comment="Bitte bis zwei")
        piece.refresh_from_db()
        assert (piece.state, piece.assignee) == ("check", checker)
        said = json.loads(Entry.objects.of(piece).first().payload.data)
        assert said["comment"] == "Bitte bis zwei"
        assert said["details"]["workflow"]["state"] == ["draft", "check"]

    def test_a_draft_can_be_put_away_and_recovered(self, piece, admin) -> None:
        shelve(piece, actor=admin)
        assert list(Article.objects.shelved()) == [piece]
        assert list(Article.objects.in_work()) == []
        recover(piece, actor=admin)
        assert list(Article.objects.in_work()) == [piece]

    def test_a_published_piece_is_not_shelved(self, piece, admin) -> None:
        publish(piece, actor=admin)
        with pytest.raises(ValidationError):
            shelve(piece, actor=admin)


class TestPublishing:
    def test_it_freezes_the_public_document_and_enters_its_hash(self, piece, admin) -> None:
        publication = publish(piece, actor=admin)
        assert (publication.number, publication.kind, publication.actor) == (1, "first", admin.pk)
        assert publication.revision == revisions.latest_revision(piece)
        assert publication.document == canonical.dumps(publication.public_document)
        entry = Entry.objects.of(piece).first()
        assert (entry.kind, entry.revision) == ("articles.article.published", None)
        told = json.loads(entry.payload.data)["details"]["publication"]
        assert told["sha256"] == sha256(publication.document.encode()).hexdigest()

    def test_editing_afterwards_changes_nothing_public(self, piece, admin) -> None:
        frozen = publish(piece, actor=admin).document
        save_article(piece, actor=admin, headline="Ganz neu")
        assert Publication.objects.get().document == frozen

    def test_a_closed_gate_publishes_nothing_and_says_everything(self, admin) -> None:
        piece = factories.article(admin)
        factories.claim(piece)
        with pytest.raises(GateClosed) as caught:
            publish(piece, actor=admin)
        assert {problem.rule for problem in caught.value.problems} == {"read", "checked"}
        assert not Publication.objects.exists()

    def test_a_piece_without_claims_and_unread_does_not_pass(self, admin) -> None:
        with pytest.raises(GateClosed) as caught:
            publish(factories.article(admin), actor=admin)
        assert {problem.rule for problem in caught.value.problems} == {"read"}

    def test_publishing_and_waiving_need_their_permissions(self, piece) -> None:
        with pytest.raises(PermissionDenied):
            publish(piece, actor=factories.user("editor"))
        limited = factories.user("editor")
        from django.contrib.auth.models import Permission

        limited.user_permissions.add(Permission.objects.get(codename="publish_article"))
        limited = type(limited).objects.get(pk=limited.pk)
        with pytest.raises(PermissionDenied):
            publish(piece, actor=limited, waivers={"read": "keine Zeit"})
        assert publish(piece, actor=limited).number == 1

    def test_a_waiver_opens_its_rule_and_stays_on_record(self, admin) -> None:
        piece = factories.article(admin)
        publication = publish(piece, actor=admin, waivers={"read": "Eilmeldung, liest Jonas nach"})
        assert publication.waivers == [{"rule": "read", "reason": "Eilmeldung, liest Jonas nach"}]
        assert "Jonas" not in publication.document

    @pytest.mark.parametrize(
        "waivers", [{"read": " "}, {"keine": "Grund"}, {"complete": "ohne Ressort"}]
    )
    def test_a_waiver_needs_a_reason_and_a_rule_that_allows_it(self, admin, waivers) -> None:
        piece = factories.article(admin, section=None)
        with pytest.raises(ValidationError) as caught:
            publish(piece, actor=admin, waivers=waivers)
        assert "waivers" in caught.value.message_dict

    def test_the_next_publication_needs_kind_and_note(self, piece, admin) -> None:
        publish(piece, actor=admin)
        save_article(piece, actor=admin, kicker="Neu")
        claims.read_sentences(piece, actor=admin)
        with pytest.raises(ValidationError) as caught:
            publish(piece, actor=admin)
        assert set(caught.value.message_dict) == {"kind", "note"}
        with pytest.raises(ValidationError):
            publish(piece, actor=admin, kind="first", note="Noch einmal")
        assert publish(piece, actor=admin, kind="update", note="Ergänzt").number == 2

    def test_nothing_new_is_not_published_again(self, piece, admin) -> None:
        publish(piece, actor=admin)
        with pytest.raises(ValidationError):
            publish(piece, actor=admin, kind="update", note="Nichts")

    def test_a_correction_says_what_was_wrong_and_what_is_right(self, piece, admin) -> None:
        first = publish(piece, actor=admin)
        save_article(piece, actor=admin, headline="Hunderte auf dem Platz")
        claims.read_sentences(piece, actor=admin)
        for corrections in ([], [Wrong("Tausende", " ")]):
            with pytest.raises(ValidationError) as caught:
                publish(piece, actor=admin, kind="correction", note="Zahl", corrections=corrections)
            assert "corrections" in caught.value.message_dict
        second = publish(
            piece,
            actor=admin,
            kind="correction",
            note="Zahl berichtigt",
            corrections=[Wrong("Es waren nicht Tausende.", "Es waren Hunderte.")],
        )
        (correction,) = second.public_document["corrections"]
        assert correction["right"] == "Es waren Hunderte."
        assert correction["since"] == canonical.stamp(first.at)
        assert second.corrections.get().since == first.at
        assert [row["number"] for row in second.public_document["versions"]] == [2, 1]

    def test_a_developing_story_may_carry_unchecked_claims_until_a_deadline(self, admin) -> None:
        piece = factories.article(admin)
        factories.citation(factories.claim(piece))
        claims.read_sentences(piece, actor=admin)
        with pytest.raises(ValidationError):
            publish(piece, actor=admin, kind="developing")
        publication = publish(
            piece, actor=admin, kind="developing", deadline=timezone.now() + timedelta(hours=6)
        )
        (claim,) = publication.public_document["claims"]
        assert (claim["verdict"], claim["checked"]) == ("unconfirmed", None)

    def test_publishing_another_text_than_the_publisher_saw_is_refused(self, piece, admin) -> None:
        seen = revisions.latest_revision(piece)
        save_article(piece, actor=admin, kicker="Neu")
        with pytest.raises(ConflictingSave):
            publish(piece, actor=admin, based_on=seen)


class TestGate:
    def rules(self, piece: Article, kind: str = "first") -> list[str]:
        from articles.working_copy import WorkingCopy

        copy = WorkingCopy.load(Article.objects.get(pk=piece.pk))
        return [problem.rule for problem in gate.problems(copy, kind=kind)]

    def test_a_finished_piece_passes(self, piece) -> None:
        assert self.rules(piece) == []

    def test_each_verdict_is_judged_as_the_house_rules_say(self, piece, admin) -> None:
        claim = piece.claims.get()
        expected = {
            ("supported", False): [],
            ("partly", False): ["says-so"],
            ("partly", True): [],
            ("disputed", False): ["says-so"],
            ("disputed", True): [],
            ("unverifiable", False): ["says-so"],
            ("unverifiable", True): [],
            ("refuted", True): ["not-refuted"],
            ("void", False): ["fresh"],
        }
        for (verdict, confirmed), rules in expected.items():
            factories.check(claim, admin, verdict, confirmed=confirmed)
            assert self.rules(piece) == rules, verdict

    def test_stale_lost_and_missing_things_block(self, piece, admin) -> None:
        claim = piece.claims.get()
        save_article(piece, actor=admin, body=piece.body.replace("5000", "6000"))
        assert self.rules(piece) == ["read", "fresh"]
        save_article(piece, actor=admin, body="", section=None, confirmed=[claim.pk])
        assert self.rules(piece) == ["complete", "complete", "placed"]

    def test_an_embargo_blocks_until_it_has_passed(self, piece, admin) -> None:
        save_article(piece, actor=admin, embargo=timezone.now() + timedelta(hours=1))
        assert self.rules(piece) == ["embargo"]
        save_article(piece, actor=admin, embargo=timezone.now() - timedelta(hours=1))
        assert self.rules(piece) == []

    def test_every_problem_says_where_to_look(self, admin) -> None:
        piece = factories.article(admin, section=None)
        claim = factories.claim(piece)
        with pytest.raises(GateClosed) as caught:
            publish(piece, actor=admin)
        targets = {problem.rule: problem.target for problem in caught.value.problems}
        assert targets["complete"] == "id_section"
        assert targets["checked"] == f"claim-{claim.pk}"
        assert targets["read"].startswith("sentence-")
