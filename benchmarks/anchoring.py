"""How well and how fast passages are found again.

    python benchmarks/anchoring.py CASES PREDICTIONS     predict for a file of cases
    python benchmarks/anchoring.py --own                 our own cases, tuned on and not
    make bench BENCH=anchoring                           timing

A case has ``id``, ``lang``, ``old``, ``start``, ``end`` and ``new``; nothing else of it is read.
``benchmarks/anchoring_score.py`` tells how many predictions are right.
"""

import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import anchor_cases, anchoring_score
from benchmarks.measure import Table
from claims.anchoring import Anchor, Anchoring
from claims.settings import compare_settings, setting
from claims.wordings import compare
from claims.words import Profile, profile

TUNED = ("de", "en", "fr", "es", "sv", "pl")
UNSEEN = ("de-2", "en-2", "it", "nl")
_VERSIONS = {
    "the same text": 0.0,
    "a few sentences edited": 0.005,
    "a quarter of all words replaced": 0.25,
}
_CHARACTERS, _ANCHORS = 100_000, 300


def predictions(cases: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what we say of each case."""
    pairs: dict[tuple[str, str, str], tuple[Anchoring, Profile]] = {}
    for case in cases:
        key = case["old"], case["new"], case.get("lang", "")
        if key not in pairs:
            known = profile(key[0], key[1], language=key[2])
            pairs = {key: (Anchoring(key[0], key[1]), known)}
        anchoring, known = pairs[key]
        yield _prediction(case, anchoring.find(case["start"], case["end"]), known)


def _prediction(case: dict[str, Any], anchor: Anchor, known: Profile) -> dict[str, Any]:
    told: dict[str, Any] = {"id": case["id"], "start": anchor.start, "end": anchor.end}
    told["outcome"] = str(anchor.outcome)
    if anchor.start is None or anchor.end is None:
        return told
    verdict = compare_settings(
        setting(case["old"], case["start"], case["end"]),
        setting(case["new"], anchor.start, anchor.end),
        known,
    )
    told |= {"changed": verdict.changed, "level": verdict.level}
    told["why"] = [f"{d.code}: {d.old} → {d.new}" for d in verdict.differences]
    return told


# Timing


def run() -> None:
    """Measure anchoring beside an approximate matcher, on texts made of our own."""
    table = Table(f"{_ANCHORS} passages in a text of {_CHARACTERS:,} characters")
    old, passages = long_text()
    versions = {name: _replaced(old, share) for name, share in _VERSIONS.items()}
    for name, new in versions.items():
        table.time(name, _work(old, passages, new))
        table.tell("... busy, the first time in a process", _cold(name))
    few = passages[:: len(passages) // 5][:5]
    new = versions["a few sentences edited"]
    name = f"approximate matcher, {len(few)} passages only"
    table.time(name, lambda: [approximate(old, span, new) for span in few], runs=1)
    ours = table.rows["a few sentences edited"] / len(passages)
    theirs = table.rows[name] / len(few)
    table.tell("times as long for a passage", f"{theirs / ours:.0f}")
    double = old + "\n" + _replaced(old, 1.0)
    table.time("twice the text", _work(double, passages, double))
    table.ratio("... to the text", "twice the text", "the same text")

    table = Table("Pathological texts")
    word = "word " * 20_000
    table.time("one word 20,000 times", _work(word, _spread(word), word + "word"))
    solid = "x" * 100_000
    table.time("no spaces", _work(solid, _spread(solid), solid[1:]))
    lines = re.sub(r"[.!?\n]", " ", old)
    table.time("one sentence", _work(lines, _spread(lines), _replaced(lines, 0.25)))
    known = profile(old, lines, language="en")
    table.time(
        "two passages of 10,000 words compared", lambda: compare(old, double[50_000:], known)
    )
    same = "Yes and no.\n" * 8_000
    table.time("one line 8,000 times", _work(same, _spread(same), same[12:]))


def _cold(version: str) -> str:
    """Return the processor time of a first run, which has everything to set up."""
    command = [sys.executable, __file__, "--cold", version]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def _first(version: str) -> None:
    old, passages = long_text()
    work = _work(old, passages, _replaced(old, _VERSIONS[version]))
    start = time.process_time()
    work()
    print(f"{1000 * (time.process_time() - start):.0f} ms")


def _work(old: str, passages: Sequence[tuple[int, int]], new: str) -> Callable[[], list[Anchor]]:
    def work() -> list[Anchor]:
        anchoring = Anchoring(old, new)
        return [anchoring.find(start, end) for start, end in passages]

    return work


def long_text() -> tuple[str, list[tuple[int, int]]]:
    """Return a text of many sentences, no two alike, and where its passages stand."""
    chance = random.Random(7)
    syllables = [a + b for a in "bdfgklmnprstvw" for b in ("a", "e", "i", "o", "u", "ei", "an")]
    words = ["".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3)))) for _ in range(6000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    lines: list[str] = []
    size = 0
    while size < _CHARACTERS:
        sentences = []
        for _ in range(chance.randint(1, 6)):
            some = chance.choices(words, weights, k=chance.randint(5, 22))
            some.insert(2, str(chance.randint(2, 9999)))
            sentences.append(" ".join(some).capitalize() + ".")
        lines.append(" ".join(sentences))
        size += len(lines[-1]) + 1
    text = "\n".join(lines)[:_CHARACTERS]
    spans = [match.span() for match in re.finditer(r"[^\n.]{30,}\.", text)]
    return text, sorted(chance.sample(spans, _ANCHORS))


def _spread(text: str) -> list[tuple[int, int]]:
    step = len(text) // _ANCHORS
    return [(at, at + step // 2) for at in range(0, len(text) - step, step)]


def _replaced(text: str, share: float) -> str:
    chance = random.Random(11)
    words = sorted(set(re.findall(r"\w+", text)))
    return re.sub(r"\w+", lambda m: chance.choice(words) if chance.random() < share else m[0], text)


def approximate(old: str, span: tuple[int, int], new: str) -> tuple[int, int] | None:
    """Find a passage as annotation tools do: the least edits, then context and position.

    Sellers' algorithm in the bit-parallel form of Myers; half the passage may differ.
    """
    quote = old[slice(*span)].strip()
    ends = list(_edits(quote, new, min(256, len(quote) // 2)))
    if not ends:
        return None
    prefix = old[max(0, span[0] - 32) : span[0]]

    def score(found: tuple[int, int]) -> float:
        end, edits = found
        start = max(0, end - len(quote))
        same = sum(a == b for a, b in zip(reversed(prefix), reversed(new[:start]), strict=False))
        near = 1 - abs(start - span[0]) / len(new)
        return 50 * (1 - edits / len(quote)) + 20 * same / 32 + 2 * near

    end, _ = max(ends, key=score)
    return max(0, end - len(quote)), end


def _edits(pattern: str, text: str, most: int) -> Iterator[tuple[int, int]]:
    size = len(pattern)
    ones, top = (1 << size) - 1, 1 << (size - 1)
    masks: Counter[str] = Counter()
    for at, letter in enumerate(pattern):
        masks[letter] |= 1 << at
    up, down, edits = ones, 0, size
    for at, letter in enumerate(text):
        equal = masks[letter]
        across = equal | down
        zero = ((((equal & up) + up) ^ up) | equal) & ones
        plus, minus = down | (~(zero | up) & ones), up & zero
        edits += bool(plus & top) - bool(minus & top)
        plus, minus = (plus << 1) & ones, (minus << 1) & ones
        up, down = minus | (~(across | plus) & ones), plus & across
        if edits <= most:
            yield at + 1, edits


# Cases


def main(arguments: Sequence[str]) -> int:
    if arguments == ["--own"]:
        return _own()
    if len(arguments) == 2 and arguments[0] == "--cold":
        _first(arguments[1])
        return 0
    if len(arguments) != 2:
        print(__doc__)
        return 2
    with open(arguments[0], encoding="utf-8") as lines, open(arguments[1], "w") as out:
        for told in predictions(json.loads(line) for line in lines if line.strip()):
            out.write(json.dumps(told) + "\n")
    return 0


def pairs(name: str) -> Iterator[tuple[bool, bool, str | None]]:
    """Yield of wordings in a file whether one changed, whether we say so, and the level."""
    lines = (anchor_cases.TEXTS.parent / name).read_text(encoding="utf-8").splitlines()
    for pair in map(json.loads, lines):
        known = profile(pair["old"], pair["new"], language=pair["lang"])
        verdict = compare(pair["old"], pair["new"], known)
        yield pair["changed"], verdict.changed, verdict.level


def _own() -> int:
    for name in ("pairs.jsonl", "unseen.jsonl"):
        scored = [
            anchoring_score.Scored("hit", True, level, told, changed)
            for changed, told, level in pairs(name)
        ]
        print(f"\n{len(scored)} pairs of wordings in {name}")
        for row, figures in anchoring_score.report(scored)[6:]:
            print(f"  {row:<20} {figures}")
    for name, texts, seed in (("tuned on", TUNED, 1), ("not tuned on", UNSEEN, 2)):
        cases = anchor_cases.all_cases(seed, *texts)
        told = {prediction["id"]: prediction for prediction in predictions(cases)}
        theirs = {}
        for case in cases:
            span = approximate(case["old"], (case["start"], case["end"]), case["new"])
            start, end = span or (None, None)
            theirs[case["id"]] = {"id": case["id"], "start": start, "end": end}
        print(f"\n{len(cases)} cases of our own, {name}")
        for row, figures in anchoring_score.table(cases, theirs)[:6]:
            print(f"  {row:<20} {figures:<36} approximate matcher")
        for row, figures in anchoring_score.table(cases, told):
            print(f"  {row:<20} {figures}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
