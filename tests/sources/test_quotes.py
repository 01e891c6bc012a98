import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks import quotes as measured
from sources.quotes import Result, Searched, Why, check

TEXT = (
    "Die Poli-\nzei zählte am Montag 10.000 Menschen. „Das ist nicht wahr“, sagte der Sprecher –"
    " er wirkte müde –, und ging. Es waren −5 Grad. Nordrhein-\nWestfalen half. Oﬃziell gilt: 5,3"
    " Prozent.\fAuf Seite zwei steht: Das stimmt so nicht. Un-\nmöglich ist das. Der Minister war,"
    " wie immer im Herbst, zufrieden mit der Lage. Er hat kei-\nnen Brief gelesen. Die Vor- und"
    " Nachteile sind bekannt. Niemand wusste es. Die Akten lagen 2019–2021 im Keller."
)


@pytest.mark.parametrize(
    "quote",
    [
        "Die Polizei zählte am Montag 10.000 Menschen",
        "„Das ist nicht wahr“, sagte der Sprecher",
        '"Das ist nicht wahr", sagte der Sprecher',
        "»Das ist nicht wahr«",
        "er wirkte müde —, und ging",
        "Es waren -5 Grad",
        "Nordrhein-Westfalen half.",
        "Offiziell gilt: 5,3 Prozent",
        "Unmöglich ist das.",
        "Die Vor- und Nachteile",
        "im Keller",
        "2019-2021",
        "Der Minister war […] zufrieden mit der Lage",
        "Auf Seite zwei (...) Das stimmt so nicht.",
    ],
)
def test_typesetting_is_no_difference(quote: str) -> None:
    assert check(quote, TEXT).result == Result.VERIFIED


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("Das ist wahr", Why.NEGATION),
        ("Das stimmt so", Why.NEGATION),
        ("Er hat Brief gelesen", Why.NEGATION),
        ("Er hat […] Brief gelesen", Why.NEGATION),
        ("Brief gelesen", Why.NEGATION),
        ("wusste es", Why.NEGATION),
        ("Die Polizei zählte am Montag 12.000 Menschen", Why.FIGURE),
        ("000 Menschen", Why.CUT),
        ("3 Prozent", Why.CUT),
        ("5 Grad", Why.CUT),
        ("möglich ist das", Why.CUT),
        ("Nordrhein", Why.CUT),
        ("Der Minister […] zählte am Montag 10.000 Menschen", Why.WORDING),
        ("Die […] müde […] Grad", Why.OMISSION),
        ("NordrheinWestfalen half", Why.WORDING),
        ("die polizei zählte am montag", Why.WORDING),
        ("Die Akten lagen 20192021 im Keller", Why.FIGURE),
    ],
)
def test_what_says_something_else_is_near_and_tells_why(quote: str, why: Why) -> None:
    found = check(quote, TEXT)
    assert found.result == Result.NEAR
    assert why in found.why
    assert found.passage is not None


@pytest.mark.parametrize("quote", ["", " … ", "„“", "[…]", "Völlig andere Wörter ohne Bezug", "?!"])
def test_what_is_not_there_is_absent(quote: str) -> None:
    assert check(quote, TEXT).result == Result.ABSENT
    assert check("Wort", "").result == Result.ABSENT


def test_where_it_stands_is_told_in_the_text_as_it_was_given() -> None:
    found = check("Die Polizei zählte", TEXT)
    assert found.passage is not None
    assert (found.passage.start, found.passage.page) == (0, 1)
    assert found.passage.words == "Die Poli-\nzei zählte"
    found = check("Es waren –5 Grad", unicodedata.normalize("NFD", TEXT))
    assert found.passage is not None
    assert found.passage.words == "Es waren −5 Grad"
    found = check("Unmöglich ist das", TEXT)
    assert found.passage is not None
    assert found.passage.page == 2


def test_a_minus_belongs_to_the_words_that_are_shown() -> None:
    found = check("−5 Grad", TEXT)
    assert found.passage is not None
    assert found.passage.words == "−5 Grad"


def test_a_text_without_form_feeds_has_no_pages() -> None:
    found = check("eins", "Nur eins.")
    assert found.passage is not None
    assert found.passage.page is None


def test_fragments_are_told_one_by_one() -> None:
    found = check("Der Minister war […] zufrieden mit der Lage", TEXT)
    assert [TEXT[start:end] for start, end in found.fragments] == [
        "Der Minister war",
        "zufrieden mit der Lage",
    ]


def test_an_ellipsis_leaves_out_whole_sentences_but_not_half_a_text() -> None:
    text = "Wir haben das geprüft. {} Danach war alles in Ordnung."
    quote = "Wir haben das geprüft. […] Danach war alles in Ordnung."
    assert check(quote, text.format("Das war nicht leicht.")).verified
    assert not check(quote, text.format("Das war leicht. " * 100)).verified


def test_words_that_stand_twice_are_verified_where_they_can_be() -> None:
    text = "Er sagte nicht, er komme. Das Wort ist nicht gültig. Aber: Das Wort ist gültig."
    found = check("Das Wort ist gültig", text)
    assert found.verified
    assert found.passage is not None
    assert found.passage.start == text.rindex("Das Wort")


def test_an_ellipsis_that_stands_in_the_text_is_quoted_like_any_sign() -> None:
    assert check("und so […] weiter", "Es ging und so […] weiter.").verified
    assert check("Na ja ...", "Na ja … wer weiß.").verified


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("5' lang", '5" lang'),
        ("10² Meter", "102 Meter"),
        ("fünf Meter", "fünf Meterspuren"),
        ("¬p gilt", "p gilt"),
        ("re-signed", "resigned"),
        ("5 Prozent", "<5 Prozent"),
        ("5 Prozent", "15 Prozent"),
        ("10 Prozent", "5-10 Prozent"),
        ("um 10", "um 10%"),
        ("um 10", "um 10,5 Prozent"),
        ("um 10", "um 10 000 Euro"),
        ("resume", "résumé"),
        ("Masse", "Maße"),
        ("sie kommen", "Sie kommen"),
    ],
)
def test_signs_that_mean_something_are_not_folded(quote: str, text: str) -> None:
    assert not check(quote, text).verified


@pytest.fixture(scope="module")
def cases() -> list[measured.Case]:
    return [*measured.by_hand(), *measured.by_rule()]


class TestTheMeasuredSet:
    """`make bench BENCH=quotes` prints the figures; here they must hold."""

    def test_it_is_large_and_holds_damage_of_each_kind(self, cases) -> None:
        true = {case.kind for case in cases if case.true}
        false = {case.kind for case in cases if not case.true}
        assert true == {"as it stands", *measured.HARMLESS}
        assert false >= {"negation", "figure", "omission", "splice", *measured.HARMFUL}
        assert len({(case.quote, case.kind) for case in cases}) > 2000
        assert len(list(measured.by_hand())) > 200

    def test_no_false_quote_is_verified(self, cases) -> None:
        verified = [
            case for case in cases if not case.true and check(case.quote, case.text).verified
        ]
        assert verified == []

    def test_true_quotes_are_found_whatever_was_done_to_them(self, cases) -> None:
        missed = [case for case in cases if case.true and not check(case.quote, case.text).verified]
        assert missed == []


# ---- properties

WORD = st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=8)
MORE = st.sampled_from(
    ["10.000", "5,3", "−4", "„Wort“", "EU-Kommission", "oﬃziell", "Ja!", "(so)", "nicht"]
)
WORDS = st.lists(st.one_of(WORD, WORD, MORE), min_size=3, max_size=40)
SPACES = st.sampled_from([" ", "  ", "\n", "\u00a0", "\f", " \u200b", "\r\n"])


@settings(max_examples=300, deadline=None)
@given(WORDS, st.data())
def test_a_run_of_whole_words_is_found_where_it_stands(words: list[str], data) -> None:
    spaces = [data.draw(SPACES) for _ in words]
    text = "".join(word + space for word, space in zip(words, spaces, strict=True))
    low = data.draw(st.integers(0, len(words) - 1))
    high = data.draw(st.integers(low + 1, len(words)))
    quote = " ".join(words[low:high])
    assume(any(sign.isalnum() for sign in quote))
    found = check(quote, text)
    assert found.passage is not None
    if found.verified:
        shown = "".join(c for c in found.passage.words if c.isalnum())
        wanted = "".join(c for c in quote if c.isalnum())
        assert unicodedata.normalize("NFKC", shown) == unicodedata.normalize("NFKC", wanted)
    else:
        # Nothing but what stands beside it keeps it from being verified.
        assert set(found.why) <= {Why.NEGATION, Why.CUT}


@settings(max_examples=300, deadline=None)
@given(WORDS, st.data())
def test_another_digit_is_never_verified(words: list[str], data) -> None:
    figure = data.draw(st.integers(0, 99_999))
    other = data.draw(st.integers(0, 99_999))
    assume(str(other) not in f"{figure} {' '.join(words)}")
    at = data.draw(st.integers(0, len(words)))
    text = " ".join([*words[:at], str(figure), *words[at:]])
    quote = " ".join([*words[:at], str(other), *words[at:]])
    assert not check(quote, text).verified


@settings(max_examples=300, deadline=None)
@given(WORDS, st.data())
def test_a_word_more_or_less_is_never_verified(words: list[str], data) -> None:
    at = data.draw(st.integers(1, len(words) - 1))
    text = " ".join(words)
    less = " ".join([*words[:at], *words[at + 1 :]])
    more = " ".join([*words[:at], "nicht", *words[at:]])

    def letters(text: str) -> str:
        return unicodedata.normalize("NFKC", "".join(c for c in text if c.isalnum()))

    for quote in (less, more):
        if letters(quote) not in letters(text):
            assert not check(quote, text).verified


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_nothing_is_too_odd(quote: str, text: str) -> None:
    found = check(quote, text)
    if found.passage is not None:
        assert text[found.passage.start : found.passage.end] == found.passage.words
        assert all(0 <= start < end <= len(text) for start, end in found.fragments)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_a_text_is_judged_alike_in_every_unicode_form(text: str) -> None:
    quote = text[10:60]
    forms = {check(quote, unicodedata.normalize(form, text)).result for form in ("NFC", "NFD")}
    assert len(forms) == 1


def test_a_long_text_is_searched_at_once() -> None:
    searched = Searched(TEXT * 2000 + "Das steht nur hier, ganz am Ende.")
    found = searched.find("Das steht nur hier")
    assert found.verified
    assert found.passage is not None
    assert found.passage.page == 2001
