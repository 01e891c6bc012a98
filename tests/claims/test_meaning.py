"""Which other wording may claim something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.meaning import changed

SENTENCE = "Am 4. März stimmten 221 der 300 Räte in Köln nicht für den Plan."


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (SENTENCE.replace("221", "212"), "figure"),
        (SENTENCE.replace("221", "zwei"), "figure"),
        (SENTENCE.replace("221 der ", ""), "figure"),
        (SENTENCE.replace("März", "Mai"), "date"),
        (SENTENCE.replace("nicht ", ""), "negation"),
        (SENTENCE.replace("Köln", "Bonn"), "name"),
        (SENTENCE.replace("Räte", "Räuber"), "name"),
        (SENTENCE.replace("stimmten", "stimten"), ""),
        (SENTENCE.replace("für den", "für  den"), ""),
        ("am" + SENTENCE[2:], ""),
        (SENTENCE, ""),
    ],
)
def test_what_claims_something_else_is_found(new, kind):
    assert changed(SENTENCE, new) == kind


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("das ist möglich", "das ist unmöglich", "negation"),
        ("it was ready", "it wasn't ready", "negation"),
        ("rund 5000 kamen", "rund 5.000 kamen", ""),
        ("rund 5000 kamen", "rund 5,000 kamen", "figure"),
        ("zwei kamen", "drei kamen", "figure"),
        ("„so“ war es", '"so" war es', ""),
        ("", "nichts", "negation"),
    ],
)
def test_in_both_languages(old, new, kind):
    assert changed(old, new) == kind


@given(st.text(), st.text())
def test_it_does_not_matter_which_was_first(one, other):
    assert bool(changed(one, other)) == bool(changed(other, one))
    assert changed(one, one) == ""
