"""Word-level and paragraph-level comparison: exact, and readable as an editor's correction."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.diff import Change, count, words
from history.paragraphs import BlockChange, blocks


def spelled(old: str, new: str) -> str:
    """Write the changes as text: [-gone-] and {+came+}."""
    form = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(form[op].format(text) for op, text in words(old, new))


def ops(changes: list[BlockChange]) -> list[str]:
    return [change.op for change in changes]


# Few letters, so that chance hits, repetitions and odd white space are frequent.
prose = st.one_of(
    st.text(alphabet="ab1 .,\n-’\u00a0„“ä\u0308中", max_size=60),
    st.lists(
        st.sampled_from(["der", "Rat", "tagt", "11.000", "2,5", ",", ".", "nicht", "\n", "Ägypten"])
    ).map(" ".join),
    st.text(max_size=40),
)


@given(prose, prose)
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new_one(old, new):
    changes = words(old, new)
    assert "".join(text for op, text in changes if op != "+") == old
    assert "".join(text for op, text in changes if op != "-") == new


@given(prose, prose)
def test_changes_are_joined_and_never_empty(old, new):
    changes = words(old, new)
    assert all(text for _, text in changes)
    for before, after in pairwise(changes):
        assert before.op + after.op in {"=-", "=+", "-+", "-=", "+="}


@given(prose)
def test_equal_texts_have_no_change(text):
    assert words(text, text) == ([Change("=", text)] if text else [])


@given(prose, prose)
def test_different_texts_have_a_change(old, new):
    assert (old == new) == all(op == "=" for op, _ in words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("bis April 2025 getötet", "bis März 2025 getötet", "bis [-April-]{+März+} 2025 getötet"),
        ("11.000 Mann", "11.500 Mann", "[-11.000-]{+11.500+} Mann"),
        ("um 2,5 Prozent", "um 2,6 Prozent", "um [-2,5-]{+2,6+} Prozent"),
        ("seit 10:28 Uhr", "seit 10:29 Uhr", "seit [-10:28-]{+10:29+} Uhr"),
        ("das Kim-Regime", "das Kim-Lager", "das [-Kim-Regime-]{+Kim-Lager+}"),
        ("Sie sagt’s.", "Sie sagt.", "Sie [-sagt’s-]{+sagt+}."),
        ("हिन्दी में", "हिन्दी से", "हिन्दी [-में-]{+से+}"),
        ("我们明天去", "我们今天去", "我们[-明-]{+今+}天去"),
    ],
)
def test_words_and_numbers_are_replaced_whole(old, new, expected):
    assert spelled(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x  y", "x y", "x [- -]y"),
        ("Ein Wort", "Ein Wort ", "Ein Wort{+ +}"),
        ("a\nb", "a b", "a[-\n-]{+ +}b"),
        ("5\u00a0Mann", "5 Mann", "5[-\u00a0-]{+ +}Mann"),
    ],
)
def test_white_space_counts(old, new, expected):
    assert spelled(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Er kam. Er ging.", "Er kam. Er sah. Er ging.", "Er kam.{+ Er sah.+} Er ging."),
        ("Er sah. Er ging.", "Er ging.", "[-Er sah. -]Er ging."),
        ("rot, blau", "rot, grün, blau", "rot,{+ grün,+} blau"),
        ("Hund Katze", "Hund, Katze", "Hund{+,+} Katze"),
    ],
)
def test_insertions_and_deletions_begin_where_sentences_and_clauses_do(old, new, expected):
    assert spelled(old, new) == expected


def test_small_words_that_stayed_by_chance_do_not_crumble_a_rewritten_sentence():
    assert spelled(
        "Zum ersten Mal seit dem Koreakrieg schickt Kim Soldaten in einen fremden Krieg.",
        "Es ist der größte Einsatz seit dem Koreakrieg, aber nicht der erste: Piloten flogen in"
        " Vietnam, und 1973 waren sie in Ägypten stationiert.",
    ) == (
        "[-Zum ersten Mal seit dem Koreakrieg schickt Kim Soldaten in einen fremden Krieg-]"
        "{+Es ist der größte Einsatz seit dem Koreakrieg, aber nicht der erste: Piloten flogen in"
        " Vietnam, und 1973 waren sie in Ägypten stationiert+}."
    )


def test_an_untouched_sentence_is_never_swallowed_by_its_neighbours():
    kept = "Beide Regierungen wiesen die Berichte der Zeugen am Dienstag zurück."
    old = f"Hunderte Menschen warteten vor dem Tor. {kept} Danach fuhren alle still nach Hause."
    new = f"Tausende standen am Zaun der Kaserne. {kept} Später blieb kaum jemand auf der Straße."
    assert any(kept in text for op, text in words(old, new) if op == "=")


def test_two_corrected_figures_are_two_corrections():
    assert (
        spelled("von 5000 auf 6000 Mann", "von 7000 auf 8000 Mann")
        == "von [-5000-]{+7000+} auf [-6000-]{+8000+} Mann"
    )


def test_counting_counts_words_and_numbers_only():
    changes = words("Rund 5000 kamen.", "Rund 11.000 Soldaten – so heißt es – kamen!")
    assert count(changes) == (5, 1)


A = "Gesichert sind Einzelfälle. Am 11. Januar gab Kiew die Gefangennahme zweier Soldaten bekannt."
B = "Die hohen Verluste erklärt das Ministerium in London mit Angriffen zu Fuß über offenes Land."
C = "Moskau schwieg lange, dann dankte Putin im April den Verbündeten öffentlich für ihre Hilfe."
D = "Was Pjöngjang dafür bekommt, ist unklar; vermutet werden Öl, Getreide und Raketentechnik."


@given(
    st.lists(st.sampled_from([A, B, C, D, "", "Kurz", A + " " + B]), max_size=9).flatmap(
        lambda old: st.tuples(
            st.just(old),
            st.lists(st.sampled_from([A, B, C, D + " Neu.", "", "Kurz", C + " " + D]), max_size=9),
        )
    )
)
def test_every_paragraph_is_accounted_for_once_and_every_change_leads_from_old_to_new(lists):
    old, new = lists
    changes = [change for change in blocks(old, new) if change.op != "left"]
    assert sorted(i for change in changes for i in change.old) == list(range(len(old)))
    assert [j for change in changes for j in change.new] == list(range(len(new)))
    for change in changes:
        before = "".join(text for op, text in change.words if op != "+")
        after = "".join(text for op, text in change.words if op != "-")
        assert before == "\n".join(old[i] for i in change.old)
        assert after == "\n".join(new[j] for j in change.new)


@given(st.lists(prose, max_size=8))
def test_equal_lists_of_paragraphs_have_no_change(texts):
    assert all(change.op == "same" and not change.changed for change in blocks(texts, texts))


def test_an_edited_paragraph_is_paired_with_its_former_self():
    edited = B.replace("London", "Seoul")
    changes = blocks([A, B, C], [A, edited, C])
    assert ops(changes) == ["same", "edited", "same"]
    assert Change("+", "Seoul") in changes[1].words


def test_an_edited_paragraph_is_recognised_beside_a_new_one():
    changes = blocks([A, B, C], [A, "Ganz neu: das Wetter am Fluss.", B + " So.", C])
    assert ops(changes) == ["same", "inserted", "edited", "same"]


def test_a_short_heading_is_rewritten_in_its_place():
    changes = blocks([A, "Zum ersten Mal", B], [A, "Nicht neu", B])
    assert ops(changes) == ["same", "edited", "same"]


def test_a_heading_and_its_paragraph_are_rewritten_in_their_places():
    first = "Zum ersten Mal seit dem Koreakrieg schickt Pjöngjang Soldaten in einen fremden Krieg."
    again = "Es ist der größte Einsatz seit dem Koreakrieg, aber nicht der erste: Piloten flogen."
    changes = blocks([A, "Zum ersten Mal", first, B], [A, "Nicht neu", again, B])
    assert ops(changes) == ["same", "edited", "edited", "same"]
    assert changes[1].old == (1,)


def test_a_moved_paragraph_is_said_to_have_moved_and_from_where():
    changes = blocks([A, B, C, D], [D, A, B, C])
    assert ops(changes) == ["moved", "same", "same", "same", "left"]
    assert (changes[0].old, changes[0].new) == ((3,), (0,))
    assert not changes[0].changed
    assert changes[-1].old == (3,)


def test_a_paragraph_may_be_moved_and_edited():
    changes = blocks([A, B, C, D], [D.replace("Öl", "Gas"), A, B, C])
    assert ops(changes) == ["moved", "same", "same", "same", "left"]
    assert changes[0].changed


def test_a_split_paragraph_is_no_rewritten_one():
    changes = blocks([A, f"{B} {C}", D], [A, B, C, D])
    assert ops(changes) == ["same", "split", "same"]
    assert [change.op for change in changes[1].words] == ["=", "-", "+", "="]


def test_joined_paragraphs_are_no_deleted_ones():
    changes = blocks([A, B, C, D], [A, f"{B} {C}", D])
    assert ops(changes) == ["same", "joined", "same"]
    assert (changes[1].old, changes[1].new) == ((1, 2), (1,))


def test_unrelated_paragraphs_are_not_paired():
    assert ops(blocks([A, B], [C, D])) == ["deleted", "deleted", "inserted", "inserted"]


def test_texts_four_times_as_long_are_compared_in_about_four_times_the_time():
    chance = random.Random(1)
    lexicon = ["der", "die", "und", "in", "von", "nicht"] * 40 + [f"Wort{n}" for n in range(4000)]

    def edited(text: str) -> str:
        return " ".join(
            chance.choice(lexicon) if chance.random() < 0.1 else word for word in text.split()
        )

    def seconds(work) -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    def spent(paragraphs: int) -> tuple[float, float]:
        old = [" ".join(chance.choices(lexicon, k=65)) + "." for _ in range(paragraphs)]
        new = [edited(text) for text in old]
        new.insert(3, new.pop(paragraphs // 2))
        return (
            min(seconds(lambda: blocks(old, new)) for _ in range(3)),
            min(seconds(lambda: words("\n".join(old), "\n".join(new))) for _ in range(3)),
        )

    for long, short in zip(spent(320), spent(80), strict=True):
        assert long < 10 * short
