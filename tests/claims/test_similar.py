import pytest
from django.urls import reverse

from benchmarks import similar as measured
from claims import services, similar
from claims.models import Claim
from history.acts import act
from tests import factories
from tests.jobs import run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return factories.user("admin")


def stated(statement: str, **fields) -> Claim:
    return factories.claim(factories.article(), statement=statement, **fields)


def found(statement: str, **options) -> list[str]:
    return [row.claim.statement for row in similar.similar(statement, **options)]


def test_paraphrases_are_found_among_their_false_friends(admin) -> None:
    article = factories.article()
    with act("tests.claims.made", actor=admin):
        Claim.objects.bulk_create(measured.claims(article))
    similar.refresh()
    ranks = [measured.rank(other, one) for one, other in measured.pairs()]
    assert len(ranks) >= 100
    assert sum(0 < place <= 5 for place in ranks) >= 0.95 * len(ranks)
    # When one of two falls, the other is listed.
    listed = [measured.listed(other, one) for one, other in measured.pairs()]
    assert sum(listed) >= 0.95 * len(listed)


def test_the_same_claim_with_other_figures_comes_after_the_one_with_these() -> None:
    stated("Die Brücke trägt 30 Tonnen.")
    stated("Die Brücke trägt 16 Tonnen.")
    assert found("16 Tonnen darf wiegen, was über die Brücke fährt.")[0] == (
        "Die Brücke trägt 16 Tonnen."
    )


def test_words_within_compounds_are_found_once_words_were_counted() -> None:
    stated("Das Gutachten über die Mühlenbrücke liegt vor.")
    stated("Der Hafen ist voll.")
    similar.refresh()
    assert found("Brücke: ein Gutachten") == ["Das Gutachten über die Mühlenbrücke liegt vor."]


def test_what_was_withdrawn_or_left_out_is_not_offered(admin) -> None:
    gone = stated("Die Brücke trägt 16 Tonnen.")
    services.withdraw_claim(gone, actor=admin)
    left_out = stated("Die Brücke trägt nur 16 Tonnen.")
    assert found("Die Brücke trägt 16 Tonnen.", but=[left_out.pk]) == []


@pytest.mark.parametrize(
    "statement",
    ["", "und der die das", "%", "'); DROP TABLE x; --", "\\", "a & !b | (", "☂", "_" * 50],
)
def test_nothing_is_too_odd_to_be_looked_for(statement: str) -> None:
    stated("Die Brücke trägt 16 Tonnen.")
    similar.refresh()
    assert found(statement) in ([], ["Die Brücke trägt 16 Tonnen."])


def test_a_search_takes_the_same_number_of_queries_however_much_is_found(
    django_assert_num_queries,
) -> None:
    for number in range(8):
        stated(f"Die Brücke trägt {number} Tonnen.")
    similar.refresh()
    with django_assert_num_queries(3):
        assert len(similar.similar("Die Brücke trägt 3 Tonnen.")) == 5


def test_only_checked_claims_of_other_pieces_are_offered_to_rest_on(admin) -> None:
    checked, unchecked = (stated("Die Brücke trägt 16 Tonnen.") for _ in range(2))
    factories.citation(checked)
    factories.check(checked, admin)
    mine = stated("Über die Brücke dürfen 16 Tonnen.")
    offered = similar.checked_elsewhere(mine.statement, article=mine.article_id, but=[mine.pk])
    assert [(row.claim, row.state, len(row.citations)) for row in offered] == [
        (checked, "supported", 1)
    ]
    own = similar.checked_elsewhere(mine.statement, article=checked.article_id)
    assert unchecked not in [row.claim for row in own]


def test_everything_that_rests_on_a_claim_is_listed(admin) -> None:
    ground = stated("Die Brücke trägt 16 Tonnen.")
    upper = stated("Lastwagen müssen einen Umweg fahren.", rests_on=[ground])
    top = stated("Der Umweg kostet Geld.", rests_on=[upper])
    gone = stated("Der Umweg ist schön.", rests_on=[upper])
    services.withdraw_claim(gone, actor=admin)
    assert set(similar.carriers(ground.pk)) == {upper, top}
    assert similar.carriers(top.pk) == []


def test_the_dialogs_show_both(client, admin) -> None:
    client.force_login(admin)
    checked = stated("Die Brücke trägt 16 Tonnen.")
    factories.check(checked, admin)
    mine = stated("Über die Brücke dürfen 16 Tonnen.")
    above = stated("Lastwagen fahren einen Umweg.", rests_on=[mine])
    address = reverse("admin:articles_article_claim", args=[mine.article_id, mine.pk])
    page = client.get(address).content.decode()
    assert f'type="checkbox" name="claim-rests_on" value="{checked.pk}"' in page
    assert f"#claim-{above.pk}" in page
    check = reverse("admin:articles_article_check", args=[mine.article_id, mine.pk])
    assert f"#claim-{above.pk}" in client.get(check).content.decode()
    options = reverse("admin:articles_article_find_claims", args=[above.article_id])
    words = client.get(options, {"q": "16 Tonnen darf wiegen, was über die Brücke fährt"})
    assert f'data-key="{checked.pk}"' in words.content.decode()


def test_the_same_is_alike_in_other_words_but_not_with_other_figures_nor_in_one_piece() -> None:
    same = stated("Die Brücke trägt 16 Tonnen.")
    stated("Die Brücke trägt 30 Tonnen.")
    mine = stated("16 Tonnen trägt die Brücke.")
    factories.claim(mine.article, "Das sagte die Polizei", statement="Die Brücke trägt 16 Tonnen.")
    found = similar.alike(mine.statement, article=mine.article_id, but=[mine.pk])
    assert found == [same]
    assert similar.alike("", article=mine.article_id) == []


def looked_for(claim: Claim) -> set[Claim]:
    run_due()
    return {row.claim for row in claim.lookalikes.all()}


def test_when_a_claim_is_refuted_its_lookalikes_are_noted(admin) -> None:
    fallen, same = stated("Die Brücke trägt 16 Tonnen."), stated("16 Tonnen trägt die Brücke.")
    stated("Die Brücke trägt 30 Tonnen.")
    factories.check(fallen, admin)
    assert looked_for(fallen) == set()
    factories.check(fallen, admin, "refuted")
    assert looked_for(fallen) == {same}
    # Once more does no harm, and what is gone is forgotten.
    services.withdraw_claim(same, actor=admin)
    similar.note_lookalikes(fallen, still=True)
    assert looked_for(fallen) == set()


def test_of_a_corrected_claim_what_it_said_before_is_looked_for(admin) -> None:
    fallen, same = stated("Die Brücke trägt 16 Tonnen."), stated("16 Tonnen trägt die Brücke.")
    right = stated("Die Brücke trägt 30 Tonnen.")
    factories.check(fallen, admin)
    services.save_claim(fallen, actor=admin, statement="Die Brücke trägt 30 Tonnen.")
    similar.note_lookalikes(fallen, still=False)
    assert looked_for(fallen) == {same}
    similar.note_lookalikes(fallen, still=True)
    assert looked_for(fallen) == {same, right}


def test_the_evidence_of_another_claim_is_taken_over_once_and_without_what_is_protected(
    admin,
) -> None:
    checked, mine = stated("Die Brücke trägt 16 Tonnen."), stated("Sie trägt 16 Tonnen.")
    open_one, fallen = factories.source(admin), factories.source(admin)
    secret = factories.source(admin, tier="confidential", csl={"title": "Brief"})
    for source in (open_one, fallen, secret):
        factories.citation(checked, source, quote="16 t", locator="S. 3", tier=source.tier)
    services.retract_source(fallen, actor=admin, fall="retracted", why="Falsch")
    (made,) = services.cite_as(mine, checked, actor=admin)
    assert (made.source, made.quote, made.locator) == (open_one, "16 t", "S. 3")
    assert services.cite_as(mine, checked, actor=admin) == []
    assert mine.citations.count() == 1


def test_a_new_claim_is_offered_what_is_checked_elsewhere_with_verdict_and_evidence(
    client, admin
) -> None:
    client.force_login(admin)
    checked, refuted = stated("Die Brücke trägt 16 Tonnen."), stated("Die Brücke trägt 60 Tonnen.")
    source = factories.source(admin, csl={"title": "Gutachten"})
    secret = factories.source(admin, tier="confidential", csl={"title": "Brief"})
    factories.citation(checked, source, quote="16 t", locator="S. 3")
    factories.citation(checked, secret, quote="heikel", tier="confidential")
    factories.check(checked, admin)
    factories.check(refuted, admin, "refuted")
    address = reverse("admin:articles_article_find_elsewhere", args=[factories.article().pk])
    asked = {"statement": "Über die Brücke dürfen 16 Tonnen", "claim": "", "but": ["x", ""]}
    page = client.get(address, asked).content.decode()
    assert f'name="claim-rests_on" value="{checked.pk}"' in page
    assert f'name="claim-cites_as" value="{checked.pk}"' in page
    assert "Gutachten" in page
    assert "heikel" not in page
    # What was refuted is a warning and nothing to rest on.
    assert "elsewhere__refuted" in page
    assert f'value="{refuted.pk}"' not in page
    left_out = client.get(address, asked | {"but": [str(checked.pk)]}).content.decode()
    assert "Gutachten" not in left_out
    for odd in ("", "\x00", "<b>", "x" * 5000):
        assert client.get(address, {"statement": odd}).status_code == 200


def test_both_dialogs_list_who_says_much_the_same(client, admin) -> None:
    client.force_login(admin)
    mine, same = stated("Die Brücke trägt 16 Tonnen."), stated("16 Tonnen trägt die Brücke.")
    for name in ("claim", "check"):
        address = reverse(f"admin:articles_article_{name}", args=[mine.article_id, mine.pk])
        assert f"#claim-{same.pk}" in client.get(address).content.decode()
