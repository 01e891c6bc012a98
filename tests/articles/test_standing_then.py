"""A claim's standing as its document tells it: whether other words state something else."""

from typing import Any

import pytest

from articles.looking_back import state_then, texts_then
from claims.standing import Texts

SAID = "Mehr als 5000 Menschen kamen"


def claim(words: str) -> dict[str, Any]:
    return {
        "statement": "Es kamen viele.",
        "attribution": "",
        "voice": "asserted",
        "as_of": None,
        "check_by": None,
        "citations": [],
        "passages": [{"field": "body", "image": None, "start": 0, "exact": words}],
    }


def texts(body: str, caption: str = "") -> Texts:
    fields = dict.fromkeys(("kicker", "headline", "standfirst"), "")
    images = [{"id": "1", "caption": caption}]
    return texts_then({**fields, "language": "de", "body": [body], "images": images})


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
    assert state_then(claim(now), [check(SAID)], texts(f"<p>{now}.</p>")) == state


def test_an_earlier_check_on_these_words_counts_again() -> None:
    checks = [check("Mehr als 6000 Menschen kamen", "disputed"), check(SAID)]
    assert state_then(claim(SAID), checks, texts(f"<p>{SAID}.</p>")) == "supported"


def test_without_a_check_and_without_a_place_there_is_none() -> None:
    assert state_then(claim(SAID), [], texts(f"<p>{SAID}.</p>")) == "unchecked"
    lost = claim(SAID)
    lost["passages"][0]["start"] = None
    assert state_then(lost, [check(SAID)], texts("<p>Nichts.</p>")) == "orphan"


def test_who_he_is_counts_in_an_old_revision_as_well() -> None:
    said = "Er trat danach zurück."
    old = "Anna Berg traf Otto Klein."
    checked = check(said)
    checked["snapshot"]["passages"][0]["around"] = {"before": old}
    there = claim(said)
    there["passages"][0]["start"] = len(old) + 1
    assert state_then(there, [checked], texts(f"<p>{old} {said}</p>")) == "supported"
    new = old.replace("Otto Klein", "Kurt Lang")
    there["passages"][0]["start"] = len(new) + 1
    assert state_then(there, [checked], texts(f"<p>{new} {said}</p>")) == "stale"


def test_who_he_is_counts_in_a_caption_as_well() -> None:
    said = "Er trat danach zurück."
    there, checked = claim(said), check(said)
    there["passages"] = [{"field": "caption", "image": "1", "start": 22, "exact": said}]
    checked["snapshot"]["passages"] = [
        {"field": "caption", "exact": said, "around": {"before": "Hier steht Otto Kern."}}
    ]
    for name, state in (("Otto Kern", "supported"), ("Kurt Lang", "stale")):
        found = state_then(there, [checked], texts("<p>Anderes.</p>", f"Hier steht {name}. {said}"))
        assert found == state
