"""What people told us, and on which terms: noted, kept, and held at the gate."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from articles import gate, public, services
from articles.models import Article
from articles.working_copy import WorkingCopy
from claims import services as claims
from claims.models import Citation
from history import erasure, revisions
from sources import services as sources
from sources.choices import Reliability, Terms
from sources.models import Source
from tests import factories
from tests.articles.test_admin import at, desk
from tests.claims.test_dialogs import told

pytestmark = pytest.mark.django_db
QUOTE = "Es war voll, sage ich."
DAY = date(2025, 4, 30)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin) -> Article:
    return factories.finished(admin)


def cited(piece: Article, admin, **source) -> Citation:
    """Return a checked citation with a quote from somebody who spoke to us."""
    source = {"kind": "person", "csl": {"type": "interview", "title": "Gespräch"}} | source
    claim = piece.claims.get()
    citation = factories.citation(claim, factories.source(**source), quote=QUOTE)
    factories.check(claim, admin)
    return citation


def found(piece: Article) -> list[tuple[str, str]]:
    copy = WorkingCopy.load(Article.objects.get(pk=piece.pk))
    problems = gate.problems(copy, kind="first")
    return [(problem.rule, problem.level) for problem in problems]


class TestTerms:
    def test_on_the_record_is_no_problem_and_terms_that_nobody_noted_are_told(self, piece, admin):
        citation = cited(piece, admin)
        assert found(piece) == [("terms", "warn")]
        source = citation.source
        source.terms = Terms.ON_RECORD
        sources.save_source(source, actor=admin)
        assert found(piece) == []

    def test_of_what_is_no_person_no_terms_are_asked(self, piece, admin):
        cited(piece, admin, kind="document")
        assert found(piece) == []

    def test_what_is_not_for_use_stops_at_the_gate_and_nobody_can_waive_that(self, piece, admin):
        cited(piece, admin, terms=Terms.NOT_FOR_USE)
        assert found(piece) == [("not-for-use", "block")]
        with pytest.raises(services.GateClosed):
            services.publish(piece, actor=admin)
        with pytest.raises(ValidationError):
            services.publish(piece, actor=admin, waivers={"not-for-use": "doch"})

    def test_no_setting_opens_the_gate_to_what_is_not_for_use(self, piece, admin, settings):
        settings.NEWSROOM = settings.NEWSROOM | {"GATE": {"not-for-use": "off"}}
        cited(piece, admin, terms=Terms.NOT_FOR_USE)
        assert found(piece) == [("not-for-use", "block")]

    def test_it_stops_what_rests_on_it_in_another_piece_too(self, piece, admin):
        other = factories.article(admin)
        ground = factories.claim(other)
        factories.citation(ground, factories.source(kind="person", terms=Terms.NOT_FOR_USE))
        factories.check(ground, admin)
        middle = factories.claim(other, "Das sagte die Polizei", rests_on=[ground])
        factories.check(middle, admin)
        claim = piece.claims.get()
        claims.save_claim(claim, actor=admin, rests_on=[middle])
        assert ("not-for-use", "block") in found(piece)

    def test_even_past_the_gate_it_is_in_no_public_document(self, piece, admin):
        citation = cited(piece, admin, terms=Terms.NOT_FOR_USE)
        copy = WorkingCopy.load(Article.objects.get(pk=piece.pk))
        document = public.build(copy, number=1, kind="first", note="", at=timezone.now(), slug="x")
        assert QUOTE not in str(document)
        assert "Gespräch" not in str(document)
        assert len(document["references"]) == 1
        assert citation.source.terms == "not_for_use"

    def test_background_is_never_named_in_public(self, piece, admin):
        cited(
            piece,
            admin,
            tier="described",
            description="eine Person im Saal",
            terms=Terms.BACKGROUND,
            csl={"title": "Gespräch", "author": [{"family": "Geheimrat"}]},
        )
        assert found(piece) == []
        document = services.publish(Article.objects.get(pk=piece.pk), actor=admin).public_document
        assert "Geheimrat" not in str(document)
        assert document["references"][1]["description"] == "eine Person im Saal"

    def test_neither_service_nor_database_lets_a_named_source_speak_on_background(self, admin):
        with pytest.raises(ValidationError):
            factories.source(admin, terms=Terms.BACKGROUND)
        source = factories.source(admin)
        with pytest.raises(IntegrityError, match="source_background_unnamed"), transaction.atomic():
            Source.objects.filter(pk=source.pk).update(terms=Terms.BACKGROUND)


class TestAuthorised:
    def test_a_quote_that_was_to_be_authorised_and_is_not_is_told(self, piece, admin):
        citation = cited(piece, admin, terms=Terms.ON_RECORD, authorises=True)
        assert found(piece) == [("authorised", "warn")]
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        # Nothing of it concerns the check.
        assert found(piece) == []

    def test_other_words_are_not_authorised_and_other_typography_is(self, piece, admin):
        citation = cited(piece, admin)
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        claims.change_citation(
            citation, actor=admin, words={"quote": f" {QUOTE} "}, authorised_on=DAY
        )
        assert Citation.objects.get(pk=citation.pk).authorised_on == DAY
        claims.change_citation(
            citation, actor=admin, words={"quote": "Es war leer."}, authorised_on=DAY
        )
        assert Citation.objects.get(pk=citation.pk).authorised_on is None
        claims.change_citation(
            citation,
            actor=admin,
            words={"quote": "Es war nie leer."},
            authorised_on=DAY + timedelta(days=1),
        )
        assert Citation.objects.get(pk=citation.pk).authorised_on == date(2025, 5, 1)

    def test_without_words_nothing_is_authorised(self, piece, admin):
        claim = piece.claims.get()
        made = factories.citation(claim, factories.source(), authorised_on=DAY)
        assert made.authorised_on is None

    def test_of_a_confidential_quote_the_day_would_tell_that_there_is_one(self, piece, admin):
        citation = cited(piece, admin)
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        claims.change_citation(citation, actor=admin, tier="confidential")
        assert Citation.objects.get(pk=citation.pk).authorised_on is None
        with (
            pytest.raises(IntegrityError, match="citation_authorised_unless_confidential"),
            transaction.atomic(),
        ):
            Citation.objects.filter(pk=citation.pk).update(authorised_on=DAY)

    def test_it_comes_back_with_a_revision(self, piece, admin):
        citation = cited(piece, admin)
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        then = revisions.latest_revision(piece)
        claims.change_citation(citation, actor=admin, words={"quote": "Anderes."})
        services.restore(Article.objects.get(pk=piece.pk), revision=then, actor=admin)
        assert Citation.objects.get(pk=citation.pk).authorised_on == DAY

    def test_readers_do_not_learn_of_it(self, piece, admin):
        citation = cited(piece, admin, terms=Terms.ON_RECORD, authorises=True)
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        document = services.publish(Article.objects.get(pk=piece.pk), actor=admin).public_document
        assert QUOTE in str(document)
        assert "2025-04-30" not in str(document)
        assert "authorised" not in str(document)


class TestDialog:
    def test_grades_and_the_day_are_filled_in_with_the_evidence(self, piece, admin):
        claim, source = piece.claims.get(), factories.source()
        page = desk(admin).get(at("claim", piece, claim.pk)).content.decode()
        assert "Was die Noten bedeuten" in page
        assert "Noch sagt es niemand sonst; es passt zu allem, was wir wissen." in page
        sent = told(
            claim,
            **{
                "cite-source": str(source.pk),
                "cite-quote": QUOTE,
                "cite-credibility": "2",
                "cite-authorised_on": "2025-04-30",
            },
        )
        sent |= {"action": "save", "body": piece.body, "headline": piece.headline}
        sent["based_on"] = revisions.latest_revision(piece)
        client = desk(factories.user("checker"))
        answer = client.post(at("claim", piece, claim.pk), sent)
        assert answer.status_code == 200, answer.content
        made = Citation.objects.get(source=source)
        assert (made.credibility, made.authorised_on) == ("2", DAY)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("cite-authorised_on", "2999-01-01"),
            ("cite-authorised_on", "gestern"),
            ("cite-credibility", "7"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(self, piece, field, value):
        claim, source = piece.claims.get(), factories.source()
        sent = told(claim, **{"cite-source": str(source.pk), "cite-quote": QUOTE, field: value})
        answer = desk(factories.user("checker")).post(
            at("claim", piece, claim.pk), sent | {"action": "save"}
        )
        assert answer.status_code == 422
        assert not Citation.objects.filter(source=source).exists()

    def test_a_person_who_spoke_on_background_is_not_made_as_a_named_source(self, piece):
        claim = piece.claims.get()
        sent = told(claim, new_source="1", action="save")
        sent |= {"source-title": "Gespräch", "source-kind": "person", "source-tier": "named"}
        client = desk(factories.user("reporter"))
        assert 'name="source-terms"' in client.get(at("claim", piece, claim.pk)).content.decode()
        answer = client.post(at("claim", piece, claim.pk), sent | {"source-terms": "background"})
        assert answer.status_code == 422
        assert "wird nicht genannt: Umschreib die Quelle." in answer.json()["dialog"]
        assert not Source.objects.filter(kind="person").exists()

    def test_the_evidence_tells_grades_terms_and_whether_words_are_authorised(self, piece, admin):
        citation = cited(
            piece,
            admin,
            reliability="B",
            tier="described",
            description="eine Person im Saal",
            terms=Terms.BACKGROUND,
            authorises=True,
        )
        claims.change_citation(citation, actor=admin, credibility="2")
        claim = piece.claims.get()
        client = desk(admin)
        page = client.get(at("claim", piece, claim.pk)).content.decode()
        assert ">B2</span>" in page
        assert "Hintergrund" in page
        assert "noch nicht freigegeben" in page
        claims.change_citation(citation, actor=admin, authorised_on=DAY)
        assert (
            "freigegeben am 30.04.2025" in client.get(at("claim", piece, claim.pk)).content.decode()
        )


class TestContact:
    def test_how_to_reach_somebody_is_sealed_whatever_the_disclosure(self, admin):
        source = factories.source(admin, contact="0151 2345678", interests="Im Vorstand")
        row = Source.objects.values().get(pk=source.pk)
        assert "2345678" not in str(row)
        assert row["interests"] == "Im Vorstand"
        fresh = Source.objects.get(pk=source.pk)
        assert fresh.identity["contact"] == "0151 2345678"
        # Saved again unchanged, nothing is new.
        latest = revisions.latest_revision(fresh)
        sources.save_source(fresh, actor=admin, identity=fresh.identity)
        assert revisions.latest_revision(fresh) == latest
        with pytest.raises(IntegrityError, match="source_contact_sealed"), transaction.atomic():
            Source.objects.filter(pk=source.pk).update(contact="0151 2345678")

    def test_interests_of_a_protected_source_are_sealed(self, admin):
        source = factories.source(
            admin, tier="confidential", csl={"title": "x"}, interests="Im Vorstand"
        )
        assert "Vorstand" not in str(Source.objects.values().get(pk=source.pk))
        assert Source.objects.get(pk=source.pk).identity["interests"] == "Im Vorstand"

    def test_with_the_key_the_contact_is_gone_and_the_rest_stays(self, admin):
        source = factories.source(admin, contact="0151 2345678", notes="nett")
        sources.destroy_identity(source, actor=admin, reason="Auf Wunsch")
        fresh = Source.objects.get(pk=source.pk)
        assert fresh.identity == {
            "csl": source.csl,
            "contact": "",
            "notes": "nett",
            "interests": "",
        }
        # And somebody else may be reached there later.
        sources.save_source(fresh, actor=admin, identity=fresh.identity | {"contact": "0160 1"})
        assert Source.objects.get(pk=source.pk).identity["contact"] == "0160 1"

    def test_an_erasure_reaches_it(self, piece, admin, django_capture_on_commit_callbacks):
        citation = cited(piece, admin, contact="Erwin Löschmann, 0151 2345678")
        other = factories.citation(piece.claims.get(), factories.source(contact="0160 1"))
        asked = erasure.ask(actor=factories.user("publisher"), words=["Löschmann"], reason="x")
        with django_capture_on_commit_callbacks(execute=True):
            services.erase(asked, actor=admin)
        assert Source.objects.get(pk=citation.source_id).known_contact == ""
        assert Source.objects.get(pk=other.source_id).known_contact == "0160 1"


class TestForm:
    def test_the_form_says_what_grades_and_terms_mean(self, admin, client):
        client.force_login(admin)
        with translation.override("de"):
            for grade in Reliability:
                assert grade.guidance
        page = client.get("/desk/sources/source/add/", headers={"accept-language": "en"})
        words = page.content.decode()
        for grade in (*Reliability, *Terms):
            assert str(grade.label) in words
            assert grade.guidance in words

    def test_terms_interests_and_authorisation_are_filled_in(self, admin, client):
        client.force_login(factories.user("reporter"))
        sent = {
            "kind": "person", "tier": "named", "reliability": "B", "title": "Gespräch",
            "csl_type": "interview", "terms": "on_record", "authorises": "on",
            "conflicts": "Im Vorstand", "contact_details": "0151 2345678",
        }  # fmt: skip
        assert client.post("/desk/sources/source/add/", sent).status_code == 302
        made = Source.objects.get(kind="person")
        assert (made.terms, made.authorises, made.interests) == ("on_record", True, "Im Vorstand")
        page = client.get(f"/desk/sources/source/{made.pk}/change/").content.decode()
        assert "0151 2345678" in page
        # Who cannot change it has nobody to ring up.
        client.force_login(factories.user("auditor"))
        page = client.get(f"/desk/sources/source/{made.pk}/change/").content.decode()
        assert "Im Vorstand" in page
        assert "0151 2345678" not in page

    def test_background_with_a_name_is_refused_at_its_field(self, admin, client):
        client.force_login(admin)
        sent = {
            "kind": "person", "tier": "named", "reliability": "B", "title": "Gespräch",
            "csl_type": "interview", "terms": "background",
        }  # fmt: skip
        answer = client.post("/desk/sources/source/add/", sent)
        assert answer.status_code == 200
        assert "terms" in answer.context["adminform"].form.errors
        assert not Source.objects.exists()
