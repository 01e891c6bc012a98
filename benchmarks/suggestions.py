"""How well the desk proposes claims: against what a person marked when reading as a checker.

How the marks were made stands in ``benchmarks/README.md``.
"""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from articles.body import clean
from claims.checkable import kinds
from claims.places import plain
from claims.sentences import digest, sentences
from claims.text import read

from .measure import Table

SETS = Path(__file__).parent / "sets" / "claims"
# Of the bodies of the demo's pieces, sentence by sentence: "+" where a checker would stop.
DEMO = {
    "turmuhr": "+++++",
    "kalender": "++++-+++-+++--",
    "deutschlandticket": "+++++-++-++-++",
    "kursk": "+++-+++-+++++--+++-+-+++++---+++-+--+--",
}
# Of a piece that reached a desk and is not ours: digests of the sentences at which a checker would
# stop, and not its words. Give its file in BENCH_TEXT to measure on it.
MARKED = """
    9f0d42e2f4fc c9f7c18bb283 aa20dabd25f7 99d61ab5e9b8 c0ff2a3210a8 e5bebbf5b5aa
    a27c3d2c12d0 72bde335806b 44fe6b60aae1 77f0b4a3d507 b229a8cbcc77 26f541a0386e
    ef23d13ee793 18cb7c46ac16 2447ef5008b5 623ab0c20fb5 3cfffaf0eb98 dc3a660e6f8c
    caed73c786c2 4cd7f8e875f1 f44e7458f397 f306a77384de
"""

Marked = list[tuple[str, bool]]


def in_file(name: str) -> Marked:
    """Return what is marked in one of the sets: "+" or "-" before each sentence."""
    lines = (SETS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [(line[2:], line[0] == "+") for line in lines]


def in_demo() -> Marked:
    found = []
    for name, marks in DEMO.items():
        body = read(clean(import_module(f"newsroom.demo.{name}").BODY))
        found += [
            (sentence.text, mark == "+")
            for sentence, mark in zip(sentences(body), marks, strict=True)
        ]
    return found


def given(path: str) -> Marked:
    found = sentences(plain(Path(path).read_text(encoding="utf-8")))
    return [(one.text, digest(one.text)[:12] in MARKED.split()) for one in found]


def texts() -> Iterator[tuple[str, Marked]]:
    if path := os.environ.get("BENCH_TEXT"):
        yield "the text given", given(path)
    yield "the demo's pieces", in_demo()
    for name in sorted(path.stem for path in SETS.glob("*.txt")):
        yield name, in_file(name)


def score(marked: Marked) -> tuple[float, float]:
    """Return precision and recall of what is proposed."""
    proposed = [(wanted, bool(kinds(text))) for text, wanted in marked]
    hits = sum(wanted and found for wanted, found in proposed)
    return (
        hits / max(1, sum(found for _wanted, found in proposed)),
        hits / max(1, sum(wanted for wanted, _found in proposed)),
    )


def run() -> None:
    table = Table("Proposed claims: precision, recall")
    for name, marked in texts():
        precision, recall = score(marked)
        wanted = sum(one for _text, one in marked)
        table.tell(f"{name}, {wanted} of {len(marked)} wanted", f"{precision:.2f}, {recall:.2f}")
