"""How well the desk proposes claims: against what a person marked when reading as a checker.

A line begins with "+" where the sentence states something that a checker would have to verify (a
figure, an event, who said what, a first, a comparison), and with "-" where it asks, judges,
announces or only connects. Our two texts were written and marked before the rules were run on
them. Of a piece that is not ours, the digests of its marked sentences stand here and not its words
(give its file in BENCH_TEXT to measure on it); it was marked with the proposals in view, for all
that a checker would verify, whether it has a form that rules can see or not.
"""

import os
from pathlib import Path

from claims.places import plain
from claims.sentences import digest, sentences
from claims.suggestions import kinds

from .measure import Table

GERMAN = """
+ Am Montag öffnete die Brücke über die Lohe nach drei Jahren Bauzeit.
- Für Musterhausen beginnt damit ein neues Kapitel.
+ 14,2 Millionen Euro hat der Bau gekostet, fast doppelt so viel wie geplant.
+ Die Verwaltung führt das auf gestiegene Stahlpreise zurück.
- Ist das glaubhaft?
+ Im Haushalt von 2023 standen noch 7,5 Millionen Euro.
+ Der Rechnungshof teilte mit, er habe die Abrechnung bislang nicht erhalten.
- Das wirft Fragen auf.
+ Bürgermeisterin Karla Wenk nannte die Brücke am Abend ein Versprechen an die Pendler.
+ Täglich überquerten zuvor rund 9000 Fahrzeuge den Fluss an der alten Furt.
- Wer dort im Stau stand, wird die neue Straße lieben.
+ Die Brücke ist mit 212 Metern die längste im Landkreis.
+ Sie trägt Lastwagen bis 40 Tonnen.
- Schön ist sie nicht geworden.
+ Erstmals hat die Stadt einen Radweg auf beiden Seiten gebaut.
+ Laut einer Umfrage der Lokalzeitung sind zwei Drittel der Anwohner zufrieden.
- Man darf gespannt sein, wie lange das so bleibt.
+ Die alte Furt wird bis Ende Oktober zurückgebaut.
+ Naturschützer haben dagegen geklagt.
- Doch davon will an diesem Tag niemand etwas hören.
+ Weniger Lärm als früher misst das Landesamt seit der Sperrung.
- So viel steht fest.
"""
ENGLISH = """
+ The harbour board sold the old customs house for 3.4 million pounds on 12 March.
- It was a day of mixed feelings.
+ According to the minutes, only one bidder had come forward.
+ The board's chair, Ellen Marsh, said the price was fair.
- Was it?
+ Two surveyors had valued the building at more than five million in 2021.
+ That is the lowest price per square foot paid on the waterfront since 1998.
- Nobody we spoke to could explain why.
+ The buyer, a company registered in Jersey, has no employees.
- Such things happen.
+ Councillors were told of the sale a week later.
+ The contract forbids flats on the ground floor.
+ About 120 people signed a petition against the sale.
- They deserve an answer.
+ Ferry traffic grew by a fifth last year, the port authority reports.
- The town has always lived from the sea.
+ It was the first time the board had sold land without a public hearing.
- Perhaps it will be the last.
+ Rents on the quay are higher than in any other part of the town.
- There is more to come.
"""
# Of a piece that reached a desk: the sentences that a checker would have to verify.
MARKED = frozenset(
    [
        "9f0d42e2f4fc44d1abae928ad2d14c4f",
        "c9f7c18bb2838c5aaf7c66e0d4ae84f5",
        "aa20dabd25f792c07f61fc08e4c5156c",
        "99d61ab5e9b80a1c419399cc0c854608",
        "c0ff2a3210a82a7867bd3a84e292a438",
        "e5bebbf5b5aa15a9eb3d366c14b9878a",
        "a27c3d2c12d0c14a9b521391d38b6169",
        "72bde335806bd575988d761249f3db97",
        "44fe6b60aae1bf5fa116133ec6792a18",
        "77f0b4a3d507d4900711cd1777f75166",
        "b229a8cbcc7701d56b5566af9e0c2542",
        "26f541a0386ea29ea80ba61f26867e06",
        "ef23d13ee7938a36002dbd47367faa67",
        "18cb7c46ac16b00f9204843d0bb1a166",
        "2447ef5008b5490da079887f9098116d",
        "623ab0c20fb54d9226e30ec082042f0b",
        "3cfffaf0eb9861355443d91703b01a24",
        "dc3a660e6f8c4324b19e868ae6ca16bd",
        "f44e7458f39752ac9e542eec4a893714",
        "f306a77384de0ad9de69169bbff2f8a8",
    ]
)


def measure(name: str, marked: list[tuple[str, bool]]) -> tuple[float, float]:
    """Tell and return precision and recall of what is proposed."""
    proposed = [(wanted, bool(kinds(text))) for text, wanted in marked]
    hits = sum(wanted and found for wanted, found in proposed)
    precision = hits / max(1, sum(found for _wanted, found in proposed))
    recall = hits / max(1, sum(wanted for wanted, _found in proposed))
    table = Table(f"Proposed claims: {name}, {len(marked)} sentences")
    table.tell("precision, recall", f"{precision:.2f}, {recall:.2f}")
    return precision, recall


def labelled(text: str) -> list[tuple[str, bool]]:
    return [(line[2:], line[0] == "+") for line in text.strip().splitlines()]


def run() -> None:
    measure("a German text of our own", labelled(GERMAN))
    measure("an English text of our own", labelled(ENGLISH))
    if path := os.environ.get("BENCH_TEXT"):
        found = sentences(plain(Path(path).read_text(encoding="utf-8")))
        measure("the text given", [(one.text, digest(one.text) in MARKED) for one in found])
