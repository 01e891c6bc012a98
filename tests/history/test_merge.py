"""Bringing two versions of a text together: nothing is lost, and every choice is well formed."""

from itertools import chain, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.body import clean
from history.merge import Step, blocks, merge, text

items = st.lists(st.sampled_from("abcdefg"), max_size=12)
BASE = "<p>Gegen neun Uhr war der Platz leer.</p>"


def sides(steps: list[Step]) -> tuple[list[str], ...]:
    return tuple(
        list(chain.from_iterable(getattr(step, side) for step in steps))
        for side in ("base", "mine", "theirs")
    )


@given(items, items, items)
def test_steps_joined_are_the_lists_again(base, mine, theirs):
    assert sides(merge(base, mine, theirs)) == (base, mine, theirs)


@given(items, items)
def test_what_one_side_left_alone_is_the_others(base, other):
    for step in merge(base, other, base):
        assert step.kind in ("same", "mine")
    for step in merge(base, base, other):
        assert step.kind in ("same", "theirs")


def test_two_changes_in_one_paragraph_stand_apart():
    steps = text(BASE, BASE.replace("neun", "zehn"), BASE.replace("leer", "voll"))
    changes = [(step.kind, step.mine, step.theirs) for step in steps if step.kind != "same"]
    assert changes == [("mine", (" zehn",), (" neun",)), ("theirs", (" leer",), (" voll",))]


def test_two_answers_to_one_question_are_a_conflict():
    (change,) = (
        step
        for step in text(BASE, BASE.replace("neun", "zehn"), BASE.replace("neun", "elf"))
        if step.kind != "same"
    )
    assert (change.kind, change.base) == ("conflict", (" neun",))


def test_the_same_change_twice_is_none_to_decide():
    steps = text(BASE, BASE.replace("neun", "zehn"), BASE.replace("neun", "zehn"))
    assert [step.kind for step in steps] == ["same", "agreed", "same"]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (
            BASE.replace("war der Platz", "<strong>war der Platz</strong>"),
            BASE.replace("der", "ein"),
        ),
        (
            BASE.replace("neun Uhr", '<span data-claim="x">neun Uhr</span>'),
            BASE.replace("leer", "voll"),
        ),
        (BASE.replace("<p>", "<h2>").replace("</p>", "</h2>"), BASE.replace("neun", "zehn")),
    ],
)
def test_every_choice_closes_what_it_opens(mine, theirs):
    steps = text(BASE, mine, theirs)
    for choice in product(("mine", "theirs"), repeat=len(steps)):
        html = "".join(
            "".join(getattr(step, side)) for step, side in zip(steps, choice, strict=True)
        )
        assert clean(html).replace("<span>", "") == clean(html)
        assert html.count("<strong>") == html.count("</strong>")
        assert html.count("<span") == html.count("</span>")
        assert html.startswith(("<p>", "<h2>"))


def test_blocks_that_only_one_side_has_are_taken_whole():
    base = ["<p>eins</p>", "<p>zwei</p>"]
    found = blocks(base, [base[0], "<p>neu</p>", base[1]], ["<p>eins!</p>", base[1]])
    assert [one.kind if isinstance(one, Step) else "words" for one in found] == ["conflict", "same"]
    assert "<p>neu</p>" in sides([one for one in found if isinstance(one, Step)])[1]
