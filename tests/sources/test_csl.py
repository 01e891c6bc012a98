"""Bibliographic data in form fields: what is not touched stays as it was, whatever it was."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from history import canonical
from sources import csl

words = st.text(max_size=20)
scalars = st.one_of(words, st.integers(-3000, 3000), st.booleans(), st.none())
names = st.one_of(
    words,
    st.dictionaries(
        st.sampled_from(["family", "given", "literal", "name", "suffix", "non-dropping-particle"]),
        st.one_of(words, st.none(), st.integers()),
    ),
)
dates = st.one_of(
    scalars,
    st.dictionaries(
        st.sampled_from(["date-parts", "raw", "literal", "season", "circa"]),
        st.one_of(scalars, st.lists(st.lists(st.one_of(st.integers(0, 3000), words), max_size=4))),
    ),
)
stored = st.fixed_dictionaries(
    {},
    optional={
        **{
            variable: st.one_of(st.lists(st.one_of(names, scalars), max_size=4), names, scalars)
            for variable in csl.NAMES
        },
        **dict.fromkeys(csl.DATES, dates),
        **{
            variable: st.one_of(scalars, st.lists(words, max_size=2))
            for variable in [*csl.FIELDS.values(), "translator", "note"]
            if variable not in csl.NAMES | csl.DATES
        },
    },
)


@given(stored)
def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(data):
    assert csl.merged(data, csl.lines(data)) == data


@given(stored)
def test_what_a_browser_does_to_lines_changes_nothing(data):
    sent = {
        name: canonical.text(shown).strip().replace("\n", "\r\n")
        for name, shown in csl.lines(data).items()
    }
    assert csl.merged(data, sent) == data


@given(stored, words.filter(str.strip))
def test_a_new_title_touches_nothing_else(data, title):
    merged = csl.merged(data, {**csl.lines(data), "title": title})

    merged.pop("title", None)
    assert merged == {key: value for key, value in data.items() if key != "title"}


def test_names_are_one_a_line_and_keep_the_parts_that_no_line_shows():
    beethoven = {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"}
    data = {"author": [beethoven, {"literal": "Reporter, Verlag & Co."}, {"literal": "dpa"}]}
    assert csl.lines(data)["authors"] == "van Beethoven, Ludwig\n{Reporter, Verlag & Co.}\ndpa"

    typed = "Seiler, Anna\nvan Beethoven, Ludwig\n{Amt für Statistik, Berlin}\nPlato,"

    assert csl.merged(data, {"authors": typed})["author"] == [
        {"family": "Seiler", "given": "Anna"},
        beethoven,
        {"literal": "Amt für Statistik, Berlin"},
        {"family": "Plato"},
    ]


@pytest.mark.parametrize(
    ("typed", "issued"),
    [
        ("2025", {"date-parts": [[2025]]}),
        ("2025-04", {"date-parts": [[2025, 4]]}),
        ("2025-04-30", {"date-parts": [[2025, 4, 30]]}),
        ("30.4.2025", {"date-parts": [[2025, 4, 30]]}),
        ("4. 2025", {"date-parts": [[2025, 4]]}),
        ("2025-04-30/2025-05-02", {"date-parts": [[2025, 4, 30], [2025, 5, 2]]}),
        ("Frühjahr 2025", {"literal": "Frühjahr 2025"}),
    ],
)
def test_dates_are_typed_as_people_write_them(typed, issued):
    assert csl.merged({}, {"issued": typed})["issued"] == issued


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("issued", "2025-13-01"),
        ("issued", "31.2.2025"),
        ("issued", "2025-05/2025-04"),
        ("url", "javascript:alert(1)"),
        ("url", "kein Ort"),
        ("doi", "10.x"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(field, typed):
    with pytest.raises(ValidationError) as caught:
        csl.merged({"title": "t"}, {field: typed, "title": "t"})
    assert list(caught.value.message_dict) == [field]


def test_an_emptied_field_goes_and_a_doi_loses_its_address():
    data = {"title": "Alt", "publisher": "Amt", "volume": 3}
    typed = {"title": "Alt", "publisher": " ", "doi": "https://doi.org/10.1000/182"}
    assert csl.merged(data, typed) == {"title": "Alt", "volume": 3, "DOI": "10.1000/182"}
