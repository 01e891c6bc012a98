import pytest
from django.urls import reverse

from benchmarks import similar as measured
from claims import services, similar
from claims.models import Claim
from history.acts import act
from tests import factories

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
    assert [(row.claim, row.state, row.citations) for row in offered] == [(checked, "supported", 1)]
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
