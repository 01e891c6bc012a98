"""How many predictions are right.

    python benchmarks/anchoring_score.py CASES PREDICTIONS [--errors]

A case tells where the passage stands in ``new``: ``new_start`` and ``new_end``, null if it is gone
or nobody could tell; ``new_alt`` further acceptable spans; ``meaning_changed``, ``kind``, ``lang``.
An anchor is right if it shares half of its reach with the span, and exact if it is the span. A
wrong one costs two right ones: utility = (right - 2 x wrong) / n. ``changed`` counts on right
anchors.
"""

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Case = Mapping[str, Any]


class Scored(NamedTuple):
    """What a prediction is worth: hit, misplaced, lost, gone (rightly), or false."""

    outcome: str
    exact: bool = False
    level: str | None = None
    changed: bool | None = None  # what was predicted, and what is true
    gold: bool | None = None


def share(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return how much two spans have in common, of what they cover together."""
    common = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    union = one[1] - one[0] + other[1] - other[0] - common
    return common / union if union else 0.0


def score(case: Case, told: Mapping[str, Any]) -> Scored:
    """Return what a prediction is worth."""
    exists = case["new_start"] is not None
    if told.get("start") is None:
        return Scored("lost" if exists else "gone")
    if not exists:
        return Scored("false")
    text = case["new"]
    span = _trimmed(text, told["start"], told["end"])
    right = [
        _trimmed(text, start, end)
        for start, end in [(case["new_start"], case["new_end"]), *case.get("new_alt", ())]
    ]
    if max(share(span, other) for other in right) < 0.5:
        return Scored("misplaced")
    return Scored(
        "hit", span in right, told.get("level"), told.get("changed"), case["meaning_changed"]
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (Wilson)."""
    if not whole:
        return 0.0, 1.0
    z, p = 1.96, part / whole
    middle = p + z * z / (2 * whole)
    width = z * math.sqrt(p * (1 - p) / whole + (z / whole / 2) ** 2)
    scale = 1 + z * z / whole
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def report(scored: Sequence[Scored]) -> list[tuple[str, str]]:
    """Return names of figures and the figures."""
    n = Counter(row.outcome for row in scored)
    wrong = n["misplaced"] + n["false"]
    told = [row for row in scored if row.gold is not None and row.changed is not None]
    changed = [row for row in told if row.changed]
    stated = [row for row in changed if row.level == "stated"]
    silent = sum(1 for row in told if row.gold and not row.changed)
    exact = sum(row.exact for row in scored)

    def of(part: int, whole: int) -> str:
        low, high = interval(part, whole)
        return f"{part}/{whole}  {part / whole if whole else 0:.3f}  ({low:.3f} to {high:.3f})"

    return [
        ("utility", f"{(n['hit'] + n['gone'] - 2 * wrong) / (len(scored) or 1):.3f}"),
        ("right", of(n["hit"] + n["gone"], len(scored))),
        ("wrong anchors", of(wrong, len(scored))),
        ("lost", of(n["lost"], len(scored))),
        ("gone, told so", of(n["gone"], n["gone"] + n["false"])),
        ("exact of hits", of(exact, n["hit"])),
        ("changed, precision", of(sum(bool(row.gold) for row in changed), len(changed))),
        ("... level stated", of(sum(bool(row.gold) for row in stated), len(stated))),
        ("kept silently", of(silent, sum(bool(row.gold) for row in told))),
    ]


def table(cases: Iterable[Case], told: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the report of all cases, and how many of each kind and language are right."""
    cases = list(cases)
    scored = {case["id"]: score(case, told.get(case["id"], {})) for case in cases}
    rows = report(list(scored.values()))
    groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in cases:
        for name in (case["kind"], case["lang"], *case.get("flags", ())):
            groups[name][scored[case["id"]].outcome] += 1
    for name, outcomes in sorted(groups.items()):
        rows.append((f"  {name}", ", ".join(f"{k} {v}" for k, v in sorted(outcomes.items()))))
    return rows


def _load(path: str) -> list[dict[str, Any]]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) < 2:
        print(__doc__)
        return 2
    cases = _load(arguments[0])
    told = {row["id"]: row for row in _load(arguments[1])}
    for name, figures in table(cases, told):
        print(f"{name:<20} {figures}")
    if "--errors" in arguments:
        for case in cases:
            prediction = told.get(case["id"], {})
            scored = score(case, prediction)
            if scored.outcome in ("hit", "gone") and scored.changed == scored.gold:
                continue
            print(f"\n{case['id']} {scored.outcome} {scored.changed} {prediction.get('why', '')}")
            print("  old:", case["old"][case["start"] : case["end"]])
            if case["new_start"] is not None:
                print("  new:", case["new"][case["new_start"] : case["new_end"]])
            if scored.outcome in ("misplaced", "false"):
                print("  got:", case["new"][prediction["start"] : prediction["end"]])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
