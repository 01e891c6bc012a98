import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.sentences import RULE, Sentence, digest, sentences, split
from claims.text import read

from .strategies import bodies


def parts(text):
    return [text[start:end] for start, end in split(text)]


CASES = {
    "full stops": [
        "Der Pegel steigt.",
        "Niemand schläft.",
        "Alle warten",
    ],
    "questions and calls": [
        "Wirklich?",
        "Nein!",
        "Was?!",
        "Doch!!",
        "Gut.",
    ],
    "abbreviations": [
        "Dr. Ina Vogt und Prof. Karl Ort reden.",
        "Auch Hr. Blau, St. Gallen, ist da.",
    ],
    "abbreviations in parts": [
        "Vieles, z. B. Der Turm, d. h. Das Wahrzeichen, u. a. Brot, fehlt.",
    ],
    "abbreviations without spaces": [
        "Vieles, z.B. Der Turm, i.d.R. Brot, fehlt.",
        "So ist es.",
    ],
    "abbreviations at the end": [
        "Es gab Brot, Salz usw.",
        "Das reichte.",
        "Es kamen Ort u. a.",
        "Sie sangen.",
    ],
    "abbreviations at the beginning": [
        "Vgl. Band 2.",
        "Bzw. Anhang.",
    ],
    "first names that look like them": [
        "Das sagte Max.",
        "Dann ging er.",
    ],
    "numbered things": [
        "Nr. 5 und Abs. 2 in Bd. III, S. 12, BT-Drs. 20/117 gelten.",
        "Auf diese Art.",
        "Ja.",
    ],
    "millions": [
        "Es kostet 5 Mio. Euro.",
        "Es waren 5 Mio.",
        "Der Rest fehlt.",
    ],
    "streets": [
        "Er wohnt Hauptstr. 12.",
        "Sie in der Brückenstr.",
        "Dort ist es laut.",
    ],
    "companies": [
        "Die Ort GmbH & Co. KG klagt.",
        "Der Verein Blau e. V. auch.",
    ],
    "dates": [
        "Am 26. April fiel Schnee.",
        "Am 3. 5. 2024 und am 4.6. 2024 nicht.",
        "Bis zum 31.12.",
        "Dann ja.",
    ],
    "ordinals": [
        "Im 19. Jahrhundert, am 2. Advent, beim 1. FC Ort und im 3. Stock.",
        "Das war der 4. Sieg.",
    ],
    "numbers at the end": [
        "Es waren 26.",
        "Die Zählung endete 2024.",
        "2025 begann sie neu.",
        "Rund 40.",
        "Zeugen sahen es.",
    ],
    "numbers with dots": [
        "Es kamen 1.500.",
        "Forscher zählten 2.5 Prozent um 10.30 Uhr.",
    ],
    "labels": [
        "1. Der Rat tagt.",
        "2. Er beschließt.",
    ],
    "kings": [
        "Friedrich II. König genannt, traf Karl V.",
        "Er schwieg.",
    ],
    "initials": [
        "J. Ort, W. A. Blau und J.-P. Vogt kamen.",
        "Das war Plan B.",
        "Der ging schief.",
    ],
    "short words": [
        "Das wollte sie so.",
        "Forscher sagten ja.",
        "Vogt nein.",
    ],
    "colons, semicolons, dashes": [
        "Er sagt: Das gilt; mehr nicht – nie.",
        "– Und doch.",
    ],
    "quotations": [
        "„Es brennt.“",
        "Ort lief.",
        "Vogt rief: „Raus!“",
        "Alle liefen.",
    ],
    "quotations in other marks": [
        "»Es brennt.«",
        "«Nein.»",
        "“Yes.”",
        "‚Gut.‘",
        "'So.'",
        '"Ja."',
        "Ende.",
    ],
    "quotations with their speakers": [
        "„Brennt es?“ fragte Ort.",
        "„Ja!“, rief Vogt.",
        "„Wo?“ Ina Ort fragte es.",
    ],
    "brackets": [
        "(Das war 2020.",
        "Danach kam nichts.)",
        "Ort sah (endlich!) Vogt (s. Abb. 3).",
        "Ende.",
    ],
    "lost brackets": [
        "Erstens 1) Ort.",
        "Zweitens 2) Vogt (wie oben.",
        "Ende.",
    ],
    "omissions": [
        "Wir gehen …",
        "Das war es.",
        "Die … Boote fehlen.",
        "Sie schwieg...",
        "Ort ging.",
    ],
    "omissions in brackets": [
        "Wir gehen.",
        "[…] Danach kamen […] Boote.",
        "Ende (…).",
    ],
    "omission before a closing mark": [
        "„Ich weiß nicht …“",
        "Paul Ort zögerte.",
    ],
    "notes": [
        "So war es.[1]",
        "Und so.²",
        "Ende.",
    ],
    "names with a small first letter": [
        "Das genügt.",
        "iPhones klingeln.",
        "Was? und wie?",
    ],
    "symbols": [
        "Das gilt.",
        "§ 5 auch.",
        "😀 Gut so.",
        "@ort meldet das.",
    ],
    "titles in English": [
        "Mr. and Mrs. Hill met Gen. Stone.",
        "Sen. Brook left at 5 p.m.",
        "The end.",
    ],
    "states in English": [
        "The U.S. Army left.",
        "It was in the U.S.",
        "The law, e.g. The Act, stands.",
        "No. 5 is alive.",
    ],
    "speakers in English": [
        "“Is it true?” Hill asked.",
        "“Yes!” she said.",
        "He said no.",
        "Then he left.",
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_splits_text_with(name):
    assert parts(" ".join(CASES[name])) == CASES[name]


def test_no_break_spaces_are_spaces():
    assert parts("Das, z.\xa0B. Der Turm, fehlt.\xa0Ja.") == [
        "Das, z.\xa0B. Der Turm, fehlt.",
        "Ja.",
    ]


def test_a_line_feed_always_ends_a_sentence():
    assert parts("Ohne Punkt\nund weiter\n\n z. B.\nDas") == [
        "Ohne Punkt",
        "und weiter",
        "z. B.",
        "Das",
    ]


def test_white_space_is_no_sentence():
    assert split("") == []
    assert split(" \n\t\xa0") == []


def test_what_holds_no_word_is_not_cut_off():
    assert parts("Ja. –") == ["Ja. –"]
    assert parts("* * *") == ["* * *"]


texts = st.one_of(
    st.text(),
    st.text("aBÄ19 .!?…„“”()[]–:\n\xa0"),
    st.lists(
        st.sampled_from(
            ["Der", "Ort", "z.", "B.", "26.", "am", "April", "Dr.", "(", ")", "„", "“", "!", "…\n"]
        )
    ).map(" ".join),
)


@given(texts)
def test_sentences_hold_everything_but_white_space_around_them(text):
    at = 0
    for start, end in split(text):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        at = end
    assert not text[at:].strip()


@given(texts, texts)
def test_lines_are_split_each_for_itself(one, other):
    shift = len(one) + 1
    assert split(f"{one}\n{other}") == [
        *split(one),
        *((start + shift, end + shift) for start, end in split(other)),
    ]


@given(bodies)
def test_sentences_of_a_manuscript_stay_in_their_blocks(html):
    manuscript = read(html)
    found = sentences(manuscript)
    assert [(one.start, one.end) for one in found] == split(manuscript.text)
    for one in found:
        block = manuscript.blocks[one.block]
        assert block.start <= one.start < one.end <= block.end
        assert one.text == manuscript.text[one.start : one.end]


def test_sentences_know_their_block():
    manuscript = read("<h2>Der Pegel</h2><p></p><p>Er steigt. <em>Sehr.</em></p>")
    assert sentences(manuscript) == [
        Sentence(0, 9, "Der Pegel", 0),
        Sentence(11, 21, "Er steigt.", 2),
        Sentence(22, 27, "Sehr.", 2),
    ]


class TestDigest:
    def test_is_32_hexadecimal_digits(self):
        assert re.fullmatch("[0-9a-f]{32}", digest("Der Pegel steigt."))

    def test_stays_the_same_for_ever_under_one_rule(self):
        assert RULE == 1
        assert digest("Der Pegel steigt.") == "d5e91715a052b71afca6d39a0a6e03d4"

    def test_overlooks_how_spaces_and_accents_are_written(self):
        assert digest(" Der  Café\xa0schließt.\n") == digest("Der Cafe\u0301 schließt.")

    def test_sees_everything_else(self):
        assert len({digest(text) for text in ("a b", "ab", "A b", "a b.", "a, b")}) == 5
