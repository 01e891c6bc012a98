"""A claim's standing as its document tells it: whether other words state something else."""

from typing import Any

import pytest

from articles.looking_back import state_then

SAID = "Mehr als 5000 Menschen kamen"


def claim(words: str) -> dict[str, Any]:
    return {
        "statement": "Es kamen viele.",
        "attribution": "",
        "voice": "asserted",
        "as_of": None,
        "check_by": None,
        "citations": [],
        "passages": [{"field": "body", "start": 0, "exact": words}],
    }


def check(words: str, verdict: str = "supported") -> dict[str, Any]:
    said = claim(words)
    snapshot = {name: said[name] for name in ("statement", "attribution", "voice", "as_of")}
    passages = [{"field": "body", "exact": words, "around": {"right": "."}}]
    return {
        "at": "2026-11-22T11:17:17.570483Z",
        "verdict": verdict,
        "snapshot": {**snapshot, "passages": passages, "citations": []},
    }


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (SAID, "supported"),
        ("Mehr als 5.000 Menschen kamen", "supported"),
        ("Mehr als 6000 Menschen kamen", "stale"),
        ("Mehr als 5000 Menschen erschienen", "reworded"),
    ],
)
def test_the_latest_check_counts_while_the_words_state_the_same(now: str, state: str) -> None:
    assert state_then(claim(now), [check(SAID)], "de") == state


def test_an_earlier_check_on_these_words_counts_again() -> None:
    checks = [check("Mehr als 6000 Menschen kamen", "disputed"), check(SAID)]
    assert state_then(claim(SAID), checks, "de") == "supported"


def test_without_a_check_and_without_a_place_there_is_none() -> None:
    assert state_then(claim(SAID), [], "de") == "unchecked"
    lost = claim(SAID)
    lost["passages"][0]["start"] = None
    assert state_then(lost, [check(SAID)], "de") == "orphan"
