"""Where a statement and its passage, or two statements, have come apart."""

import pytest

from claims.cards import Deck
from claims.drift import disagreeing, missing
from claims.standing import Evidence
from claims.words import profile
from tests import factories

GERMAN, ENGLISH = profile(language="de"), profile(language="en")


@pytest.mark.parametrize(
    ("statement", "passage", "gone"),
    [
        ("Es kamen 5000 Menschen.", "6000 Menschen kamen.", ["5000"]),
        ("Es kamen 5000 Menschen.", "Rund 5.000 Leute waren da.", []),
        ("Es waren fünf.", "5 waren es.", []),
        ("Das kostet am 3. Mai 20 Euro.", "Das kostet 20 Euro.", ["3"]),
        ("Es wurde heller.", "Der Morgen kam.", []),
    ],
)
def test_figures_of_the_statement_are_looked_for(statement, passage, gone) -> None:
    assert missing(statement, [passage], GERMAN) == gone


def test_names_of_the_statement_are_looked_for_in_all_passages() -> None:
    statement = "The plant in Leeds belongs to Kestrel."
    assert missing(statement, ["Kestrel owns it."], ENGLISH) == ["Leeds"]
    assert missing(statement, ["Kestrel owns it.", "It stands in Leeds."], ENGLISH) == []


@pytest.mark.parametrize(
    ("statement", "passage", "gone"),
    [
        ("Das Werk in Zschopauroda schließt.", "Das Werk in Zwickau schließt.", ["Zschopauroda"]),
        ("Bestellt hat sie Anna Berg.", "Bestellt hat sie Anna Burg.", ["Berg"]),
        ("Bergs Partei gewann, sagt Otto Lehmberg.", "Lehmbergs Partei und Berg gewannen.", []),
        ("Das Deutschlandticket gilt im Regionalzug.", "Es gilt bundesweit.", []),
        ("Die Messstelle am Rathaus fiel aus.", "Gemessen wurde nichts.", []),
    ],
)
def test_german_names_are_told_from_nouns_by_what_dictionaries_have(
    statement: str, passage: str, gone: list[str]
) -> None:
    assert missing(statement, [passage], GERMAN) == gone


def test_figures_that_count_the_same_must_agree() -> None:
    assert list(disagreeing("5000 Menschen kamen.", "Es kamen 6000 Menschen.", GERMAN)) == [
        ("5000 Menschen", "6000 Menschen")
    ]
    assert not list(disagreeing("5000 Menschen kamen.", "Es waren 5.000 Menschen.", GERMAN))
    assert not list(disagreeing("5000 Menschen kamen.", "Es fuhren 30 Busse.", GERMAN))
    # Which of two is meant, nobody can tell.
    assert not list(disagreeing("5 Busse und 7 Busse.", "6 Busse.", GERMAN))


@pytest.mark.django_db
def test_the_desk_shows_both() -> None:
    piece = factories.article()
    ground = factories.claim(piece, statement="Es kamen 6000 Menschen.", marks=[("body", "leer")])
    claim = factories.claim(
        piece, statement="Es kamen 7000 Menschen.", marks=[("body", "5000")], rests_on=[ground]
    )
    evidence = Evidence.of_article(piece)
    card = Deck(evidence, evidence.of(piece)).card(claim.pk)
    assert len(card.drift) == 2
    assert "7000" in card.drift[0]
    assert "6000 Menschen" in card.drift[1]
