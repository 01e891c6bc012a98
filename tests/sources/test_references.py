import json
import re
import time
import warnings
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import references
from sources.references import creators, issued, link, reference, short

BOOK = {
    "type": "book",
    "title": "Mühlen, Wehre, Wasserrechte",
    "author": [{"family": "Brandt", "given": "Elsbeth"}, {"family": "Ott", "given": "Bo"}],
    "edition": "2",
    "publisher": "Verlag am Wall",
    "publisher-place": "Bremen",
    "issued": {"date-parts": [[2004]]},
}
CHAPTER = {
    "type": "chapter",
    "title": "Was heißt hier Beleg?",
    "container-title": "Handbuch der Quellen",
    "author": [{"family": "Wit", "given": "Jan", "non-dropping-particle": "de"}],
    "editor": [{"family": "Klein", "given": "Cora"}, {"family": "Groß", "given": "Dirk"}],
    "page": "12-34",
    "publisher": "Verlag am Wall",
    "publisher-place": "Bremen",
    "issued": {"date-parts": [[2021, 2, 3]]},
}
NEWS = {
    "type": "article-newspaper",
    "title": "Das Wehr ist weg",
    "author": [{"literal": "Grünower Bote"}],
    "container-title": "Grünower Bote",
    "page": "4",
    "issued": {"date-parts": [["2025", "3", "5"]]},
}
MARKUP = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<i>x</i>",
        "<b",
        "&amp;",
        "\ue000img\ue001",
        '" onload="x',
        "\x00",
    ]
)
TEXT = st.one_of(MARKUP, st.text(max_size=20))
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["family", "given", "literal", "suffix", "date-parts", "raw", "season"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
CSL = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["type", *references.TEXT_VARIABLES, *references.NAME_VARIABLES, "issued", "URL", "DOI"]
        ),
        TEXT,
    ),
    ODD,
    max_size=8,
)


class TestStyle:
    @pytest.mark.parametrize(
        ("csl", "german", "english"),
        [
            (
                BOOK,
                "Brandt, Elsbeth; Ott, Bo: <b>Mühlen, Wehre, Wasserrechte.</b> 2. Aufl.,"
                " Bremen: Verlag am Wall, 2004.",
                "Brandt, Elsbeth; Ott, Bo. <b>Mühlen, Wehre, Wasserrechte.</b> 2nd ed.,"
                " Bremen: Verlag am Wall, 2004.",
            ),
            (
                CHAPTER,
                "de Wit, Jan: <b>Was heißt hier Beleg?</b> In: Klein, Cora; Groß, Dirk (Hrsg.):"
                " Handbuch der Quellen, Bremen: Verlag am Wall, 3. Februar 2021, S. 12–34.",
                "de Wit, Jan. <b>Was heißt hier Beleg?</b> In: Klein, Cora; Groß, Dirk (eds):"
                " Handbuch der Quellen, Bremen: Verlag am Wall, 3 February 2021, pp. 12–34.",
            ),
            (
                NEWS,
                "Grünower Bote: <b>Das Wehr ist weg.</b> 5. März 2025, S. 4.",
                "Grünower Bote. <b>Das Wehr ist weg.</b> 5 March 2025, p. 4.",
            ),
        ],
    )
    def test_reference_follows_the_language(self, csl, german, english):
        assert reference(csl, "de") == german
        assert reference(csl, "en-GB") == english

    def test_other_languages_are_set_in_english(self):
        assert reference(NEWS, "fr") == reference(NEWS, "en")

    def test_languages_do_not_disturb_one_another(self):
        first = reference(BOOK | {"title": "Eins"}, "de")
        reference(BOOK | {"title": "Zwei"}, "en")
        assert reference(BOOK | {"title": "Eins."}, "de") == first

    def test_four_authors_are_shortened(self):
        names = [{"family": name} for name in ("Alt", "Beck", "Conrad", "Dorn")]
        assert reference({"author": names, "title": "X"}, "de") == "Alt u. a.: <b>X.</b>"

    def test_range_of_days_is_one_date(self):
        csl = {"title": "X", "issued": {"date-parts": [[2025, 4, 26], [2025, 4, 29]]}}
        assert reference(csl, "de") == "<b>X.</b> 26.–29. April 2025."

    def test_nothing_is_warned_about(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reference({"title": "Y", "custom": 1, "author": [{"family": "A", "isni": "1"}]}, "de")

    def test_known_references_are_not_made_again(self):
        sources = [BOOK | {"title": f"Band {number}"} for number in range(60)]

        def once() -> float:
            start = time.process_time()
            for source in sources:
                reference(source, "de")
            return time.process_time() - start

        first = once()
        assert min(once() for _ in range(3)) < first / 3


class TestMarkup:
    def test_markup_in_values_is_text(self):
        html = reference({"title": "<script>alert(1)</script> & <img src=x>"}, "de")
        assert html == "<b>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x&gt;.</b>"

    def test_less_than_and_ampersand_stay_readable(self):
        csl = {"title": "Wenn 3 < 5", "publisher": "Tamm & Söhne"}
        assert reference(csl, "de") == "<b>Wenn 3 &lt; 5.</b> Tamm &amp; Söhne."

    def test_italics_in_titles_are_kept_and_other_markup_dropped(self):
        csl = {"title": 'Der <i>Salmo salar</i> im <span class="nocase">Bach</span>'}
        assert reference(csl, "de") == "<b>Der <i>Salmo salar</i> im Bach.</b>"

    def test_private_characters_cannot_become_tags(self):
        assert reference({"title": "\ue000script\ue001x"}, "de") == "<b>scriptx.</b>"

    @settings(max_examples=150, deadline=None)
    @given(CSL)
    def test_no_data_is_too_odd(self, csl):
        for style, language in product(references.STYLES, ("de", "en")):
            html = reference(csl, language, style)
            assert html
            text = re.sub(r'</?(?:b|i|em)>|<a href="https?://[^"<>\s]+">|</a>', "", html)
            assert "<" not in text
            assert ">" not in text
        assert isinstance(short(csl), str)
        assert isinstance(issued(csl), str)
        assert link(csl) == "" or link(csl).startswith(("http://", "https://"))
        json.dumps(creators(csl))

    @pytest.mark.parametrize("csl", [None, [], "x", {"title": {"a": 1}}, {"author": 3}])
    def test_what_is_no_reference_is_a_plain_line(self, csl):
        assert reference(csl, "en") == "Source without details"


class TestShort:
    def test_short_names_who_what_and_when(self):
        assert short(BOOK) == "Brandt/Ott, Mühlen, Wehre, Wasserrechte, 2004"

    def test_short_title_is_preferred(self):
        assert short(BOOK | {"title-short": "Mühlen"}) == "Brandt/Ott, Mühlen, 2004"

    def test_long_titles_end_at_a_word(self):
        label = short({"title": "Bericht über die Lage der Flüsse und Bäche im Land und anderswo"})
        assert label == "Bericht über die Lage der Flüsse und Bäche im Land und…"

    def test_short_is_plain_text(self):
        assert short({"title": "<i>A</i> & B"}) == "A & B"

    def test_without_title_the_host_is_named(self):
        assert short({"URL": "https://bote.example/x"}) == "bote.example"

    def test_nothing_known_is_nothing_said(self):
        assert short({}) == ""


class TestLink:
    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)",
            "data:text/html,x",
            "//host/x",
            "https://",
            "http://a b/",
            'https://x/"',
        ],
    )
    def test_only_web_addresses_are_links(self, address):
        assert link({"URL": address}) == ""

    def test_doi_is_a_link(self):
        assert link({"DOI": "doi:10.5555/rl.12"}) == "https://doi.org/10.5555/rl.12"

    def test_markup_in_a_doi_is_quoted(self):
        assert link({"DOI": '10.5555/"><script>'}) == "https://doi.org/10.5555/%22%3E%3Cscript%3E"


class TestIssued:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"date-parts": [[2025, 3, 5]]}, "2025-03-05"),
            ({"date-parts": [["2025", "3"]]}, "2025-03"),
            ({"raw": "2025-03-05T10:00"}, "2025-03-05"),
            ("2025", "2025"),
            ("im Mai", ""),
            ({"literal": "Frühjahr"}, ""),
            ({"date-parts": [[2025, 13, 5]]}, "2025"),
            ({"date-parts": [[0]]}, ""),
            (None, ""),
        ],
    )
    def test_dates_are_as_precise_as_they_are_known(self, value, expected):
        assert issued({"issued": value}) == expected

    def test_dates_in_words_are_kept_in_references(self):
        assert reference({"title": "X", "issued": "im Mai 2024"}, "de") == "<b>X.</b> im Mai 2024."
