"""Whether other words state something else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.settings import Setting, compare_settings, setting
from claims.wordings import Level, Verdict, compare
from claims.words import profile

ANCHORS = Path(__file__).parents[2] / "benchmarks" / "anchors"


def _read(name: str) -> list[dict[str, Any]]:
    lines = (ANCHORS / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


_edits = _read("edits.jsonl")
_pairs = [pair for name in ("pairs.jsonl", "unseen.jsonl") for pair in _read(name)]


def verdict(old: str, new: str, language: str = "de") -> Verdict:
    return compare(old, new, profile(old, new, language=language))


def context(old: str, new: str, words: str, language: str = "de") -> Verdict:
    """Compare a passage's setting in two texts that both hold its words."""
    known = profile(old, new, language=language)
    places = [(text, text.index(words), text.index(words) + len(words)) for text in (old, new)]
    return compare_settings(setting(*places[0]), setting(*places[1]), known)


@pytest.mark.parametrize("edit", _edits, ids=lambda edit: f"{edit['old']} {edit['new']}")
def test_an_edit_is_judged_as_an_editor_would(edit: dict[str, str]) -> None:
    found = verdict(edit["old"], edit["new"], edit["lang"])
    assert found.level == edit["level"]
    if "why" in edit:
        assert {difference.code for difference in found.differences} & set(edit["why"].split("|"))


@pytest.mark.parametrize(
    "edit", [e for e in _edits if e["level"]], ids=lambda edit: f"{edit['new']} {edit['old']}"
)
def test_an_edit_taken_back_is_an_edit(edit: dict[str, str]) -> None:
    assert verdict(edit["new"], edit["old"], edit["lang"]).changed


@pytest.mark.parametrize("edit", [e for e in _edits if e["level"]], ids=lambda edit: edit["new"])
def test_without_knowing_the_language_nothing_is_kept_that_changed(edit: dict[str, str]) -> None:
    assert verdict(edit["old"], edit["new"], "").changed
    assert verdict(edit["old"], edit["new"], "xx").changed


@pytest.mark.parametrize("pair", [p for p in _pairs if p["changed"]], ids=lambda pair: pair["new"])
def test_no_check_is_kept_silently_where_something_else_is_stated(pair: dict[str, Any]) -> None:
    assert verdict(pair["old"], pair["new"], pair["lang"]).changed
    assert verdict(pair["new"], pair["old"], pair["lang"]).changed


def test_the_reason_names_old_and_new_words() -> None:
    (difference,) = verdict("Es kostet 5000 Euro.", "Es kostet 6000 Euro.").differences
    assert (difference.code, difference.old, difference.new) == ("figure", "5000", "6000")


def test_who_he_is_stands_in_the_sentence_before() -> None:
    old = "Anna Berg traf Otto Klein. Er trat danach zurück."
    found = context(old, old.replace("Otto Klein", "Kurt Lange"), "Er trat danach zurück.")
    assert found.level is Level.STATED
    assert {(d.code, d.around) for d in found.differences} == {("name", "before")}


def test_a_sentence_that_points_at_nothing_depends_on_none_before() -> None:
    old = "Anna Berg traf Otto Klein. Der Umsatz stieg auf 5 Millionen Euro."
    new = old.replace("Otto Klein", "Kurt Lange")
    assert not context(old, new, "Der Umsatz stieg auf 5 Millionen Euro.").changed


@pytest.mark.parametrize(
    ("old", "new", "words", "language"),
    [
        ("Es heißt, der Rat zahle.", "Es heißt nicht, der Rat zahle.", "der Rat zahle", "de"),
        ("Der Rat zahlt.", "Laut Minister: Der Rat zahlt, sagte er.", "Der Rat zahlt", "de"),
        ("He denied that the mayor lied.", "He said that the mayor lied.", "the mayor lied", "en"),
        ("They will pay.", "They will pay if the court agrees.", "They will pay", "en"),
    ],
)  # fmt: skip
def test_what_governs_the_sentence_changes_its_part(
    old: str, new: str, words: str, language: str
) -> None:
    assert context(old, new, words, language).level is Level.STATED


def test_a_bare_figure_depends_on_the_unit_above() -> None:
    old = "Alle Angaben in Millionen Euro.\nDer Verlust lag bei 12."
    new = old.replace("Euro", "Franken")
    found = context(old, new, "Der Verlust lag bei 12.")
    assert [(d.code, d.around) for d in found.differences] == [("unit", "before")]


def test_that_is_all_that_was_said_before() -> None:
    old = "Es kamen 5000 Menschen. Das sagte die Polizei."
    found = context(old, old.replace("5000", "6000"), "Das sagte die Polizei.")
    assert [(d.code, d.old, d.new, d.around) for d in found.differences] == [
        ("figure", "5000", "6000", "before")
    ]
    other = "Es kamen 5000 Menschen. Das Wetter war gut."
    assert not context(other, other.replace("5000", "6000"), "Das Wetter war gut.").changed


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Richtig ist Folgendes. Er zahlt.", "Nicht richtig ist Folgendes. Er zahlt.", "Er zahlt."),
        ("Der Rat sagt: Es regnet.", "Der Rat sagt nicht: Es regnet.", "Es regnet."),
        ("Es waren 30 Millionen Euro. Nun 25.", "Es waren 30 Milliarden Euro. Nun 25.", "Nun 25."),
    ],
)  # fmt: skip
def test_a_sentence_before_that_announces_or_measures_counts(
    old: str, new: str, words: str
) -> None:
    assert context(old, new, words).level is Level.STATED


def test_an_item_depends_on_what_introduces_its_list() -> None:
    old = "Diese Länder stimmten zu:\nFrankreich\nItalien\nDie Sitzung endete."
    new = old.replace("stimmten zu", "stimmten nicht zu")
    assert context(old, new, "Italien").level is Level.STATED
    assert not context(old, new, "Die Sitzung endete.").changed


def test_a_year_in_the_heading_counts_where_the_passage_has_none() -> None:
    old = "Zahlen für 2023\nDer Verein hat Mitglieder verloren."
    new = old.replace("2023", "2024")
    assert context(old, new, "Der Verein hat Mitglieder verloren.").level is Level.STATED
    assert not context(
        "Zahlen für 2023\nDer Verein zahlte 2020 Miete.",
        "Zahlen für 2024\nDer Verein zahlte 2020 Miete.",
        "Der Verein zahlte 2020 Miete.",
    ).changed


def test_headings_that_are_known_are_not_guessed() -> None:
    text = "Erster Titel.\nDer Rat tagte.\nkurze Zeile\nEs gab Streit."
    start = text.index("Es gab")
    assert setting(text, start, len(text), [(0, 13)]).heading == "Erster Titel."
    assert setting(text, start, len(text)).heading == "kurze Zeile"


def test_an_empty_passage_has_an_empty_setting() -> None:
    assert setting("", 0, 0) == Setting("")


_words = st.text(alphabet="abcä ßABC0123.,;:!?()„“%-–\n", max_size=60)


@given(_words)
def test_the_same_words_state_the_same(words: str) -> None:
    assert not verdict(words, words).changed


@given(_words, _words)
def test_any_words_can_be_compared(old: str, new: str) -> None:
    known = profile(old, new)
    there, back = compare(old, new, known), compare(new, old, known)
    assert (there.level is None) == (not there.differences)
    # Whatever is changed one way is changed the other way.
    assert there.changed == back.changed


@given(st.integers(2, 10**6), st.integers(2, 10**6))
def test_another_figure_is_always_another_statement(one: int, other: int) -> None:
    found = verdict(f"Es waren {one} Fälle.", f"Es waren {other} Fälle.")
    assert found.changed == (one != other)


@given(st.integers(1000, 10**9))
def test_how_a_figure_is_grouped_is_no_statement(number: int) -> None:
    grouped = f"{number:,}"
    for sign in (".", " ", "\u202f", "'"):
        written = grouped.replace(",", sign)
        assert not verdict(f"Es waren {number} Fälle.", f"Es waren {written} Fälle.").changed
