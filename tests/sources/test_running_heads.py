"""Heads and feet of pages interrupt no sentence, and nothing else is passed over."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.quotes import Result, Why, check
from sources.running_heads import joined

BODY = (
    "Der Rat hat lange beraten und am Ende",
    "beschlossen, dass die Brücke saniert wird, und das ist nicht",
    "falsch, sagt der Bürgermeister. Er freut sich auf",
    "Frühling und Sommer. Die Kosten trägt das Land, sagt der Kämmerer, und",
    "die Arbeiten beginnen im Mai.",
)
ACROSS = "beraten und am Ende beschlossen, dass die Brücke saniert wird"


def paged(
    head: str = "Bericht zur Lage", foot: str = "Seite {}", body: tuple[str, ...] = BODY
) -> str:
    return "\f".join(
        f"{head.format(number)}\n\n{page}\n\n{foot.format(number)}\n"
        for number, page in enumerate(body, start=1)
    )


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Bericht zur Lage", "Seite {}"),
        ("{}", "Amt für Wasserbau"),
        ("Bericht 2024\nDrucksache 19/{}", ""),
        ("", "– {} –"),
        ("Amt · Bericht · Seite {} von 5", "Stand: 3.4.2024"),
        ("", ""),
    ],
)
def test_a_quote_across_pages_is_found_with_its_page(head: str, foot: str) -> None:
    found = check(ACROSS, paged(head, foot))
    assert found.verified
    assert found.passage is not None
    assert found.passage.page == 1


@pytest.mark.parametrize(
    "foot",
    [
        # Each says something, or may.
        "Nicht", "Abgelehnt.", "Aber:", "Nein", "Summe {}00", "Zeile 1 2 3 {}", "x" * 130,
    ],
)  # fmt: skip
def test_what_may_belong_to_the_text_is_not_passed_over(foot: str) -> None:
    assert check(ACROSS, paged("", foot)).result == Result.NEAR


def test_a_line_on_few_pages_or_one_that_changes_is_text() -> None:
    assert not check(ACROSS, paged(body=BODY[:2])).verified
    chapters = ["Der Rat", "Die Brücke", "Das Land", "Die Kosten", "Der Mai"]
    text = "\f".join(f"{chapter}\n{page}" for chapter, page in zip(chapters, BODY, strict=True))
    assert not check(ACROSS, text).verified


def test_sentences_that_end_with_the_page_are_not_joined_by_leaving_a_line_out() -> None:
    rows = tuple(f"Antrag {name}: Die Straße wird gebaut" for name in "ABCDE")
    text = paged("", "Abgelehnt", rows)
    assert not check("Die Straße wird gebaut Antrag B: Die Straße wird gebaut", text).verified
    assert joined(text) == text


def test_a_negation_on_the_page_before_belongs_to_the_words_that_follow() -> None:
    for text in (paged(), paged("", "")):
        assert check("das ist nicht falsch, sagt der Bürgermeister", text).verified
        cut = check("falsch, sagt der Bürgermeister", text)
        assert (cut.result, Why.NEGATION in cut.why) == (Result.NEAR, True)


def test_heads_can_be_quoted_themselves() -> None:
    assert check("Bericht zur Lage", paged()).verified


def test_four_times_as_many_pages_are_joined_in_about_four_times_the_time() -> None:
    def seconds(times: int) -> float:
        text = paged(body=BODY * times)

        def once() -> float:
            begun = time.process_time()
            assert joined(text).count("\f") < text.count("\f")
            return time.process_time() - begun

        return min(once() for _ in range(3))

    assert seconds(800) < 10 * seconds(200)


@given(st.lists(st.text("ab A.1\n-", max_size=40), max_size=8), st.text("xX7 .", max_size=8))
def test_every_sign_stays_where_it_was_or_is_blank(pages: list[str], head: str) -> None:
    text = "\f".join(f"{head}\n{page}" for page in pages)
    found = joined(text)
    assert len(found) == len(text)
    assert all(now in (sign, " ", "\n") for sign, now in zip(text, found, strict=True))
