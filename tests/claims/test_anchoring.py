"""Where passages stand after their text was edited elsewhere."""

import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import anchor_cases, anchoring, anchoring_score
from claims.anchoring import Anchor, Anchoring, Outcome, find

OLD = """Eine neue Brücke für Ahlfeld
Der Rat der Stadt Ahlfeld hat den Bau einer Brücke beschlossen. Sie kostet 4,2 Millionen Euro. \
Die Arbeiten beginnen im Frühjahr, wie Bauamtsleiterin Grete Lohmann sagte.
Der Fluss führt dort selten Hochwasser. Das letzte liegt elf Jahre zurück.
Kritik kommt vom Umweltverband, der um seltene Vögel fürchtet. Er kündigte eine Klage an."""


def anchor(words: str, new: str, old: str = OLD) -> Anchor:
    start = old.index(words)
    return Anchoring(old, new).find(start, start + len(words))


def words_of(found: Anchor, new: str) -> str | None:
    return None if found.start is None else new[found.start : found.end]


def test_in_an_equal_text_everything_stands_where_it_stood() -> None:
    start = OLD.index("Das letzte")
    assert Anchoring(OLD, OLD).find(start, start + 10) == Anchor(
        Outcome.SAME, start, start + 10, 1.0
    )


def test_an_edited_sentence_is_found_in_its_place() -> None:
    new = OLD.replace("4,2 Millionen", "mindestens 5 Millionen")
    found = anchor("Sie kostet 4,2 Millionen Euro.", new)
    assert found.outcome is Outcome.EDITED
    assert words_of(found, new) == "Sie kostet mindestens 5 Millionen Euro."


def test_a_part_of_a_sentence_is_found_by_the_words_beside_it() -> None:
    new = OLD.replace("4,2 Millionen", "6,5 Millionen")
    assert words_of(anchor("4,2", new), new) == "6,5"


def test_a_moved_paragraph_takes_its_passages_along() -> None:
    lines = OLD.split("\n")
    new = "\n".join([lines[0], lines[3], lines[1], lines[2]])
    found = anchor("Er kündigte eine Klage an.", new)
    assert found.outcome in (Outcome.MOVED, Outcome.SAME)
    assert words_of(found, new) == "Er kündigte eine Klage an."


def test_a_deleted_sentence_is_gone_though_its_neighbours_hold_the_same_words() -> None:
    new = OLD.replace(" Sie kostet 4,2 Millionen Euro.", " Die Brücke ist umstritten.")
    assert anchor("Sie kostet 4,2 Millionen Euro.", new).outcome is Outcome.GONE


def test_a_sentence_that_moved_is_known_beside_one_that_was_edited_into_it() -> None:
    """An edited neighbour of the place does not pass for what stood elsewhere word for word."""
    first = "Die Daten für Nordheim stehen unter einer freien Lizenz."
    second = "Die Daten für Südheim stehen unter einer freien Lizenz."
    middle = "Der Rat beriet darüber im Mai. Die Sitzung dauerte drei Stunden. Danach gab es Suppe."
    old = f"Ein Anfang.\n{first}\n{middle}\n{second}\nEin Ende."
    new = f"Ein Anfang.\n{middle}\n{first}\nEin Ende."
    found = anchor(first, new, old)
    assert found.outcome is Outcome.MOVED
    assert words_of(found, new) == first


def test_words_that_are_gone_are_offered_where_another_sentence_says_them() -> None:
    old = "Anna kam früh.\nDas ist gut belegt.\nBerta ging.\nCarl blieb.\nDas ist gut belegt."
    new = "Ein ganz neuer Anfang.\nBerta ging.\nCarl blieb.\nDas ist gut belegt."
    found = anchor("Das ist gut belegt.", new, old)
    assert found.outcome is Outcome.GONE
    assert [new[start:end] for start, end in found.candidates] == ["Das ist gut belegt."]


def test_a_sentence_that_was_split_is_found_in_both_halves() -> None:
    new = OLD.replace("Umweltverband, der um", "Umweltverband. Er sorgt sich um")
    new = new.replace("Vögel fürchtet", "Vögel")
    found = anchor("Kritik kommt vom Umweltverband, der um seltene Vögel fürchtet.", new)
    assert words_of(found, new) == "Kritik kommt vom Umweltverband. Er sorgt sich um seltene Vögel."


def test_a_sentence_that_was_joined_is_its_part_of_the_new_one() -> None:
    new = OLD.replace("Hochwasser. Das letzte", "Hochwasser, und das letzte")
    found = anchor("Der Fluss führt dort selten Hochwasser.", new)
    assert words_of(found, new) == "Der Fluss führt dort selten Hochwasser"


def test_of_two_copies_the_one_beside_the_same_neighbours_is_meant() -> None:
    old = "Erstens.\nDas ist belegt.\nZweitens steht hier mehr.\nDas ist belegt.\nDrittens."
    new = "Neues vorweg.\n" + old
    second = old.rindex("Das ist")
    found = Anchoring(old, new).find(second, second + 15)
    assert (found.outcome, found.start) == (Outcome.SAME, new.rindex("Das ist"))


def test_a_copy_that_may_be_the_other_one_is_no_answer() -> None:
    old = "Anna kam.\nDas ist belegt.\nBerta ging.\nDas ist belegt.\nCarla blieb."
    new = "Ganz neu.\nDas ist belegt.\nAuch neu."
    found = Anchoring(old, new).find(10, 25)
    assert found.outcome is Outcome.AMBIGUOUS
    assert not found.found
    assert [new[start:end] for start, end in found.candidates] == ["Das ist belegt."]


def test_a_twin_is_no_trace_of_a_deleted_sentence() -> None:
    old = "In Berg starben 12 Menschen.\nEs regnete.\nIn Dorf starben 15 Menschen."
    new = "Es regnete.\nIn Dorf starben 15 Menschen."
    assert not anchor("In Berg starben 12 Menschen.", new, old).found


@pytest.mark.parametrize("signs", ["", "   ", "\n\n", "–––", "„“"])
def test_what_has_no_words_is_nowhere(signs: str) -> None:
    assert Anchoring(f"a {signs} b", "a b").find(1, 2 + len(signs)).outcome is Outcome.GONE


def test_texts_without_words_are_no_error() -> None:
    assert find("", [(0, 0)], "") == [Anchor(Outcome.GONE)]
    assert find("Ein Satz.", [(0, 9)], "\n…\n") == [Anchor(Outcome.GONE)]


def test_offsets_count_code_points() -> None:
    old = "😀 Der Turm ist 80 Meter hoch. 𝔘nd weiter."
    new = "😀😀 Neues. 𝔘nd davor.\nDer Turm ist 80 Meter hoch. 𝔘nd weiter."
    found = anchor("Der Turm ist 80 Meter hoch.", new, old)
    assert words_of(found, new) == "Der Turm ist 80 Meter hoch."


def test_languages_without_spaces_have_sentences_and_words() -> None:
    old = "橋は2024年に完成した。費用は三億円だった。住民は喜んだ。"
    new = "昨日、式典があった。橋は2025年に完成した。費用は三億円だった。住民は喜んだ。"
    found = anchor("橋は2024年に完成した。", new, old)
    assert words_of(found, new) == "橋は2025年に完成した。"


@pytest.mark.parametrize("tuned", [True, False])
def test_cases_of_our_own_are_right(tuned: bool) -> None:
    texts = anchoring.TUNED if tuned else anchoring.UNSEEN
    cases = anchor_cases.all_cases(3, *texts)
    told = {prediction["id"]: prediction for prediction in anchoring.predictions(cases)}
    scored = {case["id"]: anchoring_score.score(case, told[case["id"]]) for case in cases}
    assert len(cases) > 600
    assert [key for key, row in scored.items() if row.outcome in ("misplaced", "false")] == []
    assert [key for key, row in scored.items() if row.gold and not row.changed] == []
    lost = [key for key, row in scored.items() if row.outcome == "lost"]
    assert len(lost) <= len(cases) / 100
    inexact = [key for key, row in scored.items() if row.outcome == "hit" and not row.exact]
    assert len(inexact) <= len(cases) / 50


def test_predictions_read_nothing_but_the_two_texts_and_the_passage() -> None:
    case = {"id": "a", "lang": "de", "old": OLD, "start": 0, "end": 28, "new": "Neu.\n" + OLD}
    (told,) = anchoring.predictions([case])
    assert (told["start"], told["changed"], told["level"]) == (5, False, None)


# Properties


def _paragraphs_of(consonants: str) -> st.SearchStrategy[list[str]]:
    """Texts that share no word with those of other consonants; no two sentences are alike."""
    syllables = [a + b for a in consonants for b in "aeiou"]

    def written(seed: int, sizes: list[int]) -> list[str]:
        chance = random.Random(seed)
        words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(400)]
        sentences = {" ".join(chance.choices(words, k=chance.randint(4, 14))) for _ in range(40)}
        whole = [f"{sentence.capitalize()}." for sentence in sorted(sentences)]
        chance.shuffle(whole)
        return [" ".join(whole.pop() for _ in range(size)) for size in sizes]

    sizes = st.lists(st.integers(1, 4), min_size=2, max_size=8)
    return st.builds(written, st.integers(0, 10**9), sizes)


_texts, _others = _paragraphs_of("bdfgkl"), _paragraphs_of("mnprst")


def _spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^.\n ][^.\n]*\.", text)]


@given(_texts)
def test_equal_texts_have_equal_anchors(paragraphs: list[str]) -> None:
    text = "\n".join(paragraphs)
    anchoring = Anchoring(text, text)
    for start, end in _spans(text):
        found = anchoring.find(start, end)
        assert (found.outcome, found.start, found.end) == (Outcome.SAME, start, end)


@given(_texts, _others, st.data())
def test_unrelated_paragraphs_put_in_or_taken_out_move_no_anchor_wrongly(
    paragraphs: list[str], others: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(paragraphs)))
    gone = data.draw(st.integers(0, len(paragraphs) - 1))
    new = [*paragraphs[:at], *others, *paragraphs[at:]]
    new.remove(paragraphs[gone])
    old_text, new_text = "\n".join(paragraphs), "\n".join(new)
    anchoring = Anchoring(old_text, new_text)
    for start, end in _spans(old_text):
        words, found = old_text[start:end], anchoring.find(start, end)
        if words in paragraphs[gone]:
            assert not found.found
        else:
            assert words_of(found, new_text) == words


@given(_texts, st.data())
def test_a_paragraph_takes_its_anchors_wherever_it_goes(
    paragraphs: list[str], data: st.DataObject
) -> None:
    new = data.draw(st.permutations(paragraphs))
    old_text, new_text = "\n".join(paragraphs), "\n".join(new)
    anchoring = Anchoring(old_text, new_text)
    for start, end in _spans(old_text):
        assert words_of(anchoring.find(start, end), new_text) == old_text[start:end]


@given(_texts, _others)
def test_a_text_about_something_else_holds_no_anchors(old: list[str], new: list[str]) -> None:
    old_text, new_text = "\n".join(old), "\n".join(new)
    anchoring = Anchoring(old_text, new_text)
    assert not any(anchoring.find(start, end).found for start, end in _spans(old_text))


@given(st.text(alphabet=string.printable + "äß„“…。日1", max_size=200), st.data())
def test_any_text_and_any_range_get_an_answer(text: str, data: st.DataObject) -> None:
    new = data.draw(st.text(alphabet=string.printable + "äß„“…。日1", max_size=200))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = Anchoring(text, new).find(start, end)
    if found.start is not None and found.end is not None:
        assert 0 <= found.start < found.end <= len(new)
    assert found == Anchoring(text, new).find(start, end)
