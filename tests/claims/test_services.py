import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from articles.models import Article
from articles.services import ClaimsWouldVanish, create_article, save_article
from claims import services
from claims.models import Check, Citation, Claim, Passage
from claims.standing import Evidence, fingerprint
from claims.text import claim_ids, unmark
from history.acts import act
from history.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def piece(admin):
    return factories.article(admin)


def kinds(piece: Article) -> list[str]:
    return [entry.kind for entry in Entry.objects.of(piece)][::-1]


def test_marking_words_makes_a_claim_with_a_passage(piece, admin) -> None:
    claim = services.create_claim(
        piece,
        actor=admin,
        statement="Es kamen mehr als 5000.",
        marks=[("body", "Mehr als 5000 Menschen kamen"), ("headline", "Tausende")],
    )
    piece.refresh_from_db()
    assert claim_ids(piece.body) == [str(claim.pk)]
    passages = {row.field: row for row in claim.passages.all()}
    assert passages["body"].exact == "Mehr als 5000 Menschen kamen"
    assert (passages["body"].start, passages["body"].suffix[:5]) == (0, ". Das")
    assert passages["headline"].end == len("Tausende")
    assert kinds(piece) == ["articles.article.created", "claims.claim.created"]


def test_a_mark_without_a_record_gets_one_stating_its_words(piece, admin) -> None:
    key = "11111111-2222-4333-8444-555555555555"
    body = piece.body.replace("Das sagte", f'<span data-claim="{key}">Das sagte</span>')
    save_article(piece, actor=admin, body=body)
    assert Claim.objects.get(pk=key).statement == "Das sagte"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [("Gibt es nicht", "steht|stand"), ("e", "mehr|more"), ("", "steht|stand")],
)
def test_words_that_are_not_there_once_are_refused(piece, admin, words, complaint) -> None:
    with pytest.raises(ValidationError, match=complaint):
        services.create_claim(piece, actor=admin, statement="?", marks=[("body", words)])
    assert not Claim.objects.filter(article=piece).exists()


def test_a_passage_moves_with_the_words_before_it(piece, admin) -> None:
    claim = factories.claim(piece, "Gegen neun Uhr")
    before = claim.passages.get()
    piece.refresh_from_db()
    save_article(piece, actor=admin, body=f"<p>Neu davor.</p>{piece.body}")
    after = claim.passages.get()
    assert (after.pk, after.exact) == (before.pk, before.exact)
    assert after.start == before.start + len("Neu davor.\n")


def test_a_split_mark_is_one_passage_and_a_second_run_a_second(piece, admin) -> None:
    claim = factories.claim(piece, "5000 Menschen kamen")
    piece.refresh_from_db()
    mark = f'<span data-claim="{claim.pk}">'
    body = (
        f"<p>Mehr als {mark}5000 </span><strong>{mark}Menschen</span></strong>{mark} kamen</span>."
        f"</p><p>Und {mark}5000 blieben</span>.</p>"
    )
    save_article(piece, actor=admin, body=body)
    words = [row.exact for row in claim.passages.order_by("start")]
    assert words == ["5000 Menschen kamen", "5000 blieben"]


def test_a_plain_passage_is_found_again_by_the_words_around_it(admin) -> None:
    piece = create_article(
        actor=admin, headline="Neun kamen, neun gingen", section=factories.section()
    )
    claim = services.create_claim(
        piece, actor=admin, statement="Neun", marks=[("headline", "neun")]
    )
    save_article(piece, actor=admin, headline="Heute: Neun kamen, neun gingen")
    assert claim.passages.get().start == len("Heute: Neun kamen, ")


@pytest.mark.parametrize("headline", ["Keiner ging", "neun kamen, neun gingen"])
def test_a_plain_passage_that_is_gone_or_doubtful_is_lost_not_guessed(admin, headline) -> None:
    piece = create_article(actor=admin, headline="Am Ende gingen neun", section=factories.section())
    claim = services.create_claim(
        piece, actor=admin, statement="Neun", marks=[("headline", "neun")]
    )
    with pytest.raises(ClaimsWouldVanish):
        save_article(piece, actor=admin, headline=headline)
    save_article(piece, actor=admin, headline=headline, confirmed=[claim.pk])
    lost = claim.passages.get()
    assert (lost.start, lost.exact) == (None, "neun")
    save_article(piece, actor=admin, headline="Am Ende gingen neun")
    assert claim.passages.get().start == len("Am Ende gingen ")


def test_a_lost_claim_is_placed_anew(piece, admin) -> None:
    claim = factories.claim(piece)
    save_article(piece, actor=admin, body="<p>Fast 5000 waren da.</p>", confirmed=[claim.pk])
    assert claim.passages.get().start is None
    services.add_passage(claim, actor=admin, field="body", words="Fast 5000")
    assert [(row.start, row.exact) for row in claim.passages.all()] == [(0, "Fast 5000")]


def test_marks_of_another_piece_are_taken_out(piece, admin) -> None:
    foreign = factories.claim(factories.article(admin))
    own = f'<p><span data-claim="{foreign.pk}">Mehr als 5000</span> kamen.</p>'
    admitted = services.admit(own, {})
    assert admitted.foreign == (foreign.pk,)
    assert admitted.body == "<p>Mehr als 5000 kamen.</p>"
    save_article(piece, actor=admin, body=own)
    assert not Claim.objects.filter(article=piece).exists()
    assert foreign.passages.get().start == 0


def test_withdrawing_takes_the_marks_and_keeps_words_and_record(piece, admin) -> None:
    claim = factories.claim(piece)
    factories.citation(claim)
    factories.check(claim, admin)
    piece.refresh_from_db()
    plain = unmark(piece.body)
    services.withdraw_claim(claim, actor=admin)
    piece.refresh_from_db()
    assert piece.body == plain
    assert Check.objects.filter(claim=claim).count() == 1
    assert claim.citations.count() == 1


def test_a_mark_pasted_back_revives_its_claim(piece, admin) -> None:
    claim = factories.claim(piece)
    piece.refresh_from_db()
    marked = piece.body
    services.withdraw_claim(claim, actor=admin)
    save_article(piece, actor=admin, body=marked)
    claim.refresh_from_db()
    assert not claim.withdrawn
    assert claim.passages.get().start == 0


def test_claims_cannot_rest_on_each_other_in_a_circle(piece, admin) -> None:
    one = factories.claim(piece, "Das sagte die Polizei")
    two = factories.claim(piece, "Gegen neun Uhr", rests_on=[one])
    for claim, others in ((one, [two]), (one, [one])):
        with pytest.raises(ValidationError):
            services.save_claim(claim, actor=admin, rests_on=others)
    assert list(one.rests_on.all()) == []


def test_a_citation_is_never_more_open_than_its_source(piece, admin) -> None:
    claim = factories.claim(piece)
    described = factories.source(tier="described", description="eine Person im Saal", csl={})
    assert services.cite(claim, described, actor=admin, tier="named").tier == "described"
    confidential = factories.source(tier="confidential", csl={"title": "Akte"})
    assert services.cite(claim, confidential, actor=admin).tier == "confidential"
    named = factories.source()
    assert services.cite(claim, named, actor=admin, tier="confidential").tier == "confidential"


def test_words_of_a_confidential_citation_are_sealed_and_come_back(piece, admin) -> None:
    claim = factories.claim(piece)
    confidential = factories.source(tier="confidential", csl={})
    citation = services.cite(
        claim, confidential, actor=admin, quote="Streng geheim", locator="Blatt 7"
    )
    stored = Citation.objects.get(pk=citation.pk)
    assert (stored.quote, stored.locator) == ("", "")
    assert stored.words == {
        "quote": "Streng geheim",
        "locator": "Blatt 7",
        "translation": "",
        "note": "",
    }
    everything = "".join(
        Entry.objects.of(piece).values_list("payload__version__serialized_data", flat=True)
    )
    assert "Streng geheim" not in everything
    assert stored.sealed in everything


def test_saving_a_confidential_citation_unchanged_makes_no_revision(piece, admin) -> None:
    claim = factories.claim(piece)
    confidential = factories.source(tier="confidential", csl={})
    citation = services.cite(claim, confidential, actor=admin, quote="Streng geheim")
    entries = Entry.objects.count()
    services.change_citation(citation, actor=admin, words={"quote": "Streng geheim"})
    assert Entry.objects.count() == entries


def test_the_database_refuses_confidential_words_in_clear(piece, admin) -> None:
    claim = factories.claim(piece)
    confidential = factories.source(tier="confidential", csl={})
    citation = services.cite(claim, confidential, actor=admin)
    refused = pytest.raises(IntegrityError, match="citation_confidential_words_sealed")
    with refused, transaction.atomic():
        Citation.objects.filter(pk=citation.pk).update(quote="offen")


def test_a_check_keeps_what_it_was_made_on(piece, admin) -> None:
    claim = factories.claim(piece)
    citation = factories.citation(claim, quote="5000", locator="S. 3")
    check = services.check(claim, actor=admin, verdict="supported", note="gelesen")
    assert check.checker == admin.pk
    assert check.snapshot["passages"] == [
        {"field": "body", "exact": "Mehr als 5000 Menschen kamen", "around": {"right": "."}}
    ]
    assert check.snapshot["citations"][0]["id"] == str(citation.pk)
    assert kinds(piece)[-1] == "claims.check.recorded"
    said = json.loads(Entry.objects.of(piece).first().payload.data)
    assert said["details"] == {"check": {"claim": str(claim.pk), "verdict": "supported"}}


def test_a_check_on_what_has_changed_since_is_refused(piece, admin) -> None:
    claim = factories.claim(piece)
    evidence = Evidence.of_claims([claim.pk])
    seen = fingerprint(evidence.snapshot(evidence.claims[claim.pk]))
    factories.citation(claim)
    with pytest.raises(services.ChangedMeanwhile):
        services.check(claim, actor=admin, verdict="supported", seen=seen)
    assert not claim.checks.exists()


def test_a_lost_claim_cannot_be_checked(piece, admin) -> None:
    claim = services.create_claim(piece, actor=admin, statement="Ohne Stelle")
    with pytest.raises(ValidationError):
        services.check(claim, actor=admin, verdict="supported")


def test_checks_and_readings_need_the_permission(piece) -> None:
    reporter = factories.user("reporter")
    claim = factories.claim(piece)
    with pytest.raises(PermissionDenied):
        services.check(claim, actor=reporter, verdict="supported")
    with pytest.raises(PermissionDenied):
        services.read_sentences(piece, actor=reporter)


def test_passages_follow_the_deletion_of_their_words_inside_one_claim(piece, admin) -> None:
    claim = factories.claim(piece)
    services.add_passage(claim, actor=admin, field="headline", words="Tausende")
    save_article(piece, actor=admin, headline="Viele auf dem Platz")
    # The claim still stands in the body; what is gone from the headline is gone.
    assert [row.field for row in Passage.objects.filter(claim=claim)] == ["body"]


def test_services_refuse_to_leave_a_change_unrecorded(piece, admin) -> None:
    claim = factories.claim(piece)
    connection.check_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        claim.statement = "an den Diensten vorbei"
        claim.save()
        connection.check_constraints()
    with act("claims.claim.saved", actor=admin):
        claim.save()


def test_words_of_a_removed_caption_are_lost_and_not_forgotten(piece, admin) -> None:
    with act("articles.image.added", actor=admin):
        image = piece.images.create(
            file="ab" * 32, media_type="image/png", width=1, height=1, caption="Der Platz um neun."
        )
    claim = services.create_claim(piece, actor=admin, statement="Um neun")
    services.add_passage(claim, actor=admin, field="caption", image=image.pk, words="um neun")
    with act("articles.image.removed", actor=admin):
        image.delete()
        services.sync(piece)
    lost = claim.passages.get()
    assert (lost.start, lost.exact, lost.image) == (None, "um neun", None)
