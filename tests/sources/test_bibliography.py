import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import bibliography, identifiers
from sources.bibliography import read, write

BIBTEX = r"""
@string{jo = "Journal of Things"}
@comment{made by hand}
@article{mueller2020,
  author = {M{\"u}ller, Jan and {Amt f{\"u}r X, Abteilung Y} and von der Lippe, Anna},
  title = {A {DNA} \& B -- in 50\% of cases},
  journal = jo, volume = 3, number = {4}, pages = {12--34},
  year = 2020, month = mar, doi = {10.5555/a_b},
}
@online{bote, title = {Br\"ucke gesperrt}, url = {https://bote.example/a_b?x=1\%20},
  urldate = {2024-11-12}, date = {2024-11}}
@book{broken, title = {offen
@techreport{gut, title = "Noch gut", institution = {Amt}, year = {im Druck}}
@misc{leer, year = 2020}
@misc{mueller2020, title = {Unter demselben Namen}}
"""
RIS = """TY  - NEWS
TI  - Brücke &amp; Wehr
AU  - Wit, Jan de
AU  - Redaktion
T2  - Grünower Bote
DA  - 2024/11/12
SP  - 3
EP  - 4
UR  - https://bote.example/x
ER  -

TY  - BOOK
T1  - Ohne Ende
SN  - 978-3-16-148410-0
TY  - RPRT
PY  - 2020
ER  -
TY - JOUR
TI - Mit einem Leerzeichen
ER -
"""


def by_title(text: str) -> dict:
    return {entry.csl["title"]: entry.csl for entry in read(text) if entry.csl}


def test_bibtex_is_read_with_its_accents_names_and_strings() -> None:
    found = by_title(BIBTEX)
    article = found["A DNA & B – in 50% of cases"]
    assert article["author"] == [
        {"family": "Müller", "given": "Jan"},
        {"literal": "Amt für X, Abteilung Y"},
        {"family": "Lippe", "given": "Anna", "non-dropping-particle": "von der"},
    ]
    assert article["container-title"] == "Journal of Things"
    assert (article["volume"], article["issue"], article["page"]) == ("3", "4", "12–34")
    assert article["issued"] == {"date-parts": [[2020, 3]]}
    assert article["DOI"] == "10.5555/a_b"
    page = found["Brücke gesperrt"]
    assert (page["type"], page["URL"]) == ("webpage", "https://bote.example/a_b?x=1%20")
    assert page["accessed"] == {"date-parts": [[2024, 11, 12]]}
    assert found["Noch gut"]["issued"] == {"literal": "im Druck"}


def test_bad_entries_are_told_with_their_line_and_the_rest_is_read() -> None:
    entries = read(BIBTEX)
    bad = [(entry.line, bool(entry.trouble)) for entry in entries if entry.csl is None]
    assert [BIBTEX.split("\n")[line - 1].split(",")[0] for line, _ in bad] == [
        "@book{broken",
        "@misc{leer",
    ]
    assert len([entry for entry in entries if entry.csl]) == 4
    assert "Unter demselben Namen" in by_title(BIBTEX)


def test_ris_is_read_and_an_entry_without_an_end_swallows_nothing() -> None:
    found = by_title(RIS)
    news = found["Brücke & Wehr"]
    assert news["type"] == "article-newspaper"
    assert news["author"] == [{"family": "Wit", "given": "Jan de"}, {"literal": "Redaktion"}]
    assert (news["container-title"], news["page"]) == ("Grünower Bote", "3–4")
    assert news["issued"] == {"date-parts": [[2024, 11, 12]]}
    assert found["Ohne Ende"]["ISBN"] == "978-3-16-148410-0"
    assert "Mit einem Leerzeichen" in found
    (bad,) = [entry for entry in read(RIS) if entry.csl is None]
    assert RIS.split("\n")[bad.line - 1] == "TY  - RPRT"


def test_csl_is_read_and_what_is_no_source_is_told() -> None:
    rows = [{"id": "x", "type": "book", "title": "Gut"}, 3, {"type": "book"}, {"title": "Auch"}]
    entries = read(json.dumps(rows))
    assert [entry.csl for entry in entries] == [
        {"type": "book", "title": "Gut"},
        None,
        None,
        {"title": "Auch"},
    ]
    assert read("[{") == [bibliography.Entry(1, trouble=read("[{")[0].trouble)]


@pytest.mark.parametrize("text", ["", "Nur ein Satz.", "https://bote.example/", "10.5555/a", "@"])
def test_what_is_no_bibliography_has_no_entries(text: str) -> None:
    assert bibliography.recognise(text) == ""
    assert read(text) == []


FULL = {
    "type": "article-newspaper",
    "title": "Brücke {gesperrt} & 50 % der Wehre_offen – was \\nun?",
    "title-short": "Brücke",
    "author": [
        {"family": "Lippe", "given": "Anna", "non-dropping-particle": "von der", "suffix": "jr."},
        {"literal": "Amt für X, Abteilung Y"},
        {"family": "Plato"},
    ],
    "interviewer": [{"family": "Ott", "given": "Bo"}],
    "container-title": "Grünower Bote",
    "issued": {"date-parts": [[2024, 11, 12], [2024, 11, 13]]},
    "accessed": {"date-parts": [[2025, 1, 2]]},
    "page": "3–4",
    "URL": "https://bote.example/a_b?x=%20",
    "DOI": "10.5555/a_b",
    "note": "Zwei\nZeilen",
    "archive_location": "Regal 3",
    "custom": {"egal": [1, None]},
}


@pytest.mark.parametrize("kind", bibliography.FORMATS)
def test_what_is_exported_comes_back_without_loss(kind: str) -> None:
    sources = [FULL, {"title": "Zweite"}, {"type": "legal_case", "title": "D", "number": "1 K 2"}]
    assert [entry.csl for entry in read(write(sources, kind))] == sources


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("bibtex", "title = {Zweite}", "title = {Geändert}"),
        ("ris", "TI  - Zweite", "TI  - Geändert"),
    ],
)
def test_what_was_changed_elsewhere_wins_and_the_rest_stays(kind, old, new) -> None:
    written = write([{"title": "Zweite", "archive_location": "Regal 3"}], kind)
    assert old in written
    (entry,) = read(written.replace(old, new))
    assert entry.csl["title"] == "Geändert"
    assert entry.csl["archive_location"] == "Regal 3"


def test_other_programs_can_read_what_is_exported() -> None:
    written = write([FULL], "bibtex")
    assert "Grünower Bote" in written
    assert "50 \\% der" in written
    assert "TY  - NEWS" in write([FULL], "ris")
    assert json.loads(write([FULL], "csl"))[0]["id"] == "1"


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20
).filter(lambda text: text.strip() == text and " ".join(text.split()) == text)
NAME = st.one_of(
    st.fixed_dictionaries({"literal": TEXT}),
    st.fixed_dictionaries({"family": TEXT}, optional={"given": TEXT, "suffix": TEXT}),
)
SOURCE = st.fixed_dictionaries(
    {"title": TEXT},
    optional={
        "type": st.sampled_from(["book", "webpage", "legal_case", "interview", "article-journal"]),
        "author": st.lists(NAME, min_size=1, max_size=3),
        "publisher": TEXT,
        "page": TEXT,
        "DOI": TEXT,
        "URL": TEXT,
        "issued": st.one_of(
            st.fixed_dictionaries({"literal": TEXT}),
            st.just({"date-parts": [[2024, 2]]}),
        ),
        "note": TEXT,
        "keyword": TEXT,
        "archive": TEXT,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SOURCE, min_size=1, max_size=3), st.sampled_from(bibliography.FORMATS))
def test_whatever_is_exported_comes_back(sources, kind) -> None:
    assert [entry.csl for entry in read(write(sources, kind))] == sources


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["@article{", "TY  - JOUR\n", "[", "{", ""]), st.text(max_size=120))
def test_nothing_is_too_odd_to_be_read(head: str, text: str) -> None:
    for entry in read(head + text):
        assert (entry.csl is None) == bool(entry.trouble)
        assert entry.line >= 1


@pytest.mark.parametrize(
    "carried", ["[" * 200_000, '{"title":' + "[" * 900 + "]" * 900 + "}", "[]"]
)
@pytest.mark.parametrize(
    "entry",
    [
        "@book{a, title = {Das Wehr},\n  newsroom-csl = {%s}}\n@book{b, title = {Die Furt}}",
        "TY  - BOOK\nTI  - Das Wehr\nC8  - %s\nER  -\n\nTY  - BOOK\nTI  - Die Furt\nER  -\n",
    ],
)
def test_what_is_carried_along_takes_no_entry_down(entry: str, carried: str) -> None:
    found = read(entry % carried.encode().hex())
    assert [row.csl and row.csl["title"] for row in found] == ["Das Wehr", "Die Furt"]


@pytest.mark.parametrize(
    "bibliography",
    [
        "@book{a, title = " + "{" * 5000 + "x" + "}" * 5000 + "}\n@book{b, title = {Die Furt}}",
        '[{"title": ' + "[" * 900 + "]" * 900 + '}, {"title": "Die Furt"}]',
    ],
)
def test_what_is_nested_without_end_is_told_and_the_rest_is_read(bibliography: str) -> None:
    bad, good = read(bibliography)
    assert bad.trouble == "It is nested too deeply to be a source."
    assert good.csl is not None


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("10.5555/AbC", "10.5555/abc"),
            ("https://doi.org/10.5555/abc", "10.5555/abc"),
            ("doi: 10.5555/abc.", "10.5555/abc"),
            ("11.5555/abc", ""),
            ("siehe 10.5555/abc", ""),
        ],
    )
    def test_a_doi_has_one_form(self, text, found) -> None:
        assert identifiers.doi(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("978-3-16-148410-0", "9783161484100"),
            ("ISBN 3-16-148410-X", "9783161484100"),
            ("0306406152", "9780306406157"),
            ("978-3-16-148410-1", ""),
            ("3161484101", ""),
            ("12345", ""),
        ],
    )
    def test_an_isbn_has_one_form_and_a_mistyped_one_is_none(self, text, found) -> None:
        assert identifiers.isbn(text) == found

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("http://www.Bote.example/a/", "https://bote.example/a"),
            ("https://bote.example:443/a#b", "https://bote.example/a"),
            ("https://bote.example/a?utm_source=x&id=3&fbclid=y", "https://bote.example/a?id=3"),
            ("https://bote.example/index.html", "https://bote.example/"),
        ],
    )
    def test_two_addresses_of_one_page_are_equal(self, one, other) -> None:
        assert identifiers.url(one) == identifiers.url(other) != ""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://bote.example/a", "https://bote.example/b"),
            ("https://bote.example/?id=1", "https://bote.example/?id=2"),
            ("https://bote.example:8080/a", "https://bote.example/a"),
            ("https://bote.example/A", "https://bote.example/a"),
        ],
    )
    def test_two_pages_are_two(self, one, other) -> None:
        assert identifiers.url(one) != identifiers.url(other)

    @given(st.text(max_size=60))
    def test_nothing_is_too_odd(self, text) -> None:
        for form in (identifiers.url, identifiers.doi, identifiers.isbn):
            assert isinstance(form(text), str)
            assert isinstance(form(f"https://x.example/{text}"), str)
