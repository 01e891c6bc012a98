"""Every style, for every type of source on offer, in both languages.

What is expected stands in ``styles/<style>.toml`` beside this file, with where each string is from.
In these, ``*…*`` is italic, ``**…**`` bold, and links are their words.
"""

import html
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from citeproc import SCHEMA_PATH
from lxml import etree

from sources import references
from sources.forms import TYPES

FOLDER = Path(__file__).parent / "styles"
EXAMPLES = {
    style: tomllib.loads((FOLDER / f"{style}.toml").read_text(encoding="utf-8"))["example"]
    for style in references.STYLES
}
OFFERED = {name for name, _label in TYPES if name}
CSL = "{http://purl.org/net/xbiblio/csl}"
CASES = [
    pytest.param(style, language, example, id=f"{style}-{example['type']}-{number}-{language}")
    for style, examples in EXAMPLES.items()
    for number, example in enumerate(examples)
    for language in ("de", "en")
]


def plain(markup: str) -> str:
    markup = re.sub(r"</?b>", "**", re.sub(r"</?i>", "*", markup))
    return html.unescape(re.sub(r'<a href="[^"]*">|</a>', "", markup))


def csl(example: dict[str, Any]) -> dict[str, Any]:
    return {"type": example["type"], **example["csl"]}


@pytest.mark.parametrize(("style", "language", "example"), CASES)
def test_references_are_as_the_documentation_of_the_style_has_them(style, language, example):
    set_in = references.reference(csl(example), language, style)
    assert plain(set_in) == example[language]


@pytest.mark.parametrize("style", references.STYLES)
def test_every_type_on_offer_has_an_example_that_says_where_it_is_from(style):
    assert {example["type"] for example in EXAMPLES[style]} == OFFERED
    for example in EXAMPLES[style]:
        assert example["from"].startswith(("printed: ", "note: ", "rule"))


@pytest.mark.parametrize(("style", "language", "example"), CASES)
def test_an_address_in_a_reference_is_a_link_to_it(style, language, example):
    set_in = references.reference(csl(example), language, style)
    addresses = re.findall(r'<a href="([^"]*)">', set_in)
    told = example["csl"]
    wanted = f"https://doi.org/{told['DOI']}" if "DOI" in told else told.get("URL")
    assert addresses == ([wanted] if wanted and style != references.HOUSE else [])
    assert references.linked(set_in) == bool(addresses)


@pytest.mark.parametrize(
    "path", sorted(references.FOLDER.glob("*.csl")), ids=lambda path: path.name
)
def test_style_files_keep_to_the_schema_and_use_every_macro(path):
    tree = etree.parse(str(path))
    etree.RelaxNG(etree.parse(SCHEMA_PATH)).assertValid(tree)
    called = {text.get("macro") for text in tree.iter(f"{CSL}text")}
    assert {macro.get("name") for macro in tree.iter(f"{CSL}macro")} == called - {None}


@pytest.mark.parametrize("style", references.STYLES)
def test_styles_that_there_are_have_their_files_and_their_licence(style):
    files = [path.name for path in references.FOLDER.glob(f"{style}*.csl")]
    assert files
    told = (references.FOLDER / "README.md").read_text(encoding="utf-8")
    for name in files:
        assert f"`{name}`" in told


def test_whose_work_styles_rest_on_is_told_beside_them():
    told = (references.FOLDER / "README.md").read_text(encoding="utf-8")
    for named in ("https://citationstyles.org", "Attribution-ShareAlike 3.0", "citeproc-py"):
        assert named in told


@pytest.mark.parametrize("style", ["din-iso-690", "apa", "chicago"])
@pytest.mark.parametrize(
    ("issued", "shown"),
    [
        ({"date-parts": [[2025, 4, 26], [2025, 4, 29]]}, "April 2025|2025, April"),
        ({"date-parts": [[2025, 3, 26], [2025, 4, 26]]}, "2025"),
        ({"date-parts": [[2019], [2021]]}, "2019–2021"),
        ("im Mai 2024", "im Mai 2024"),
        ({"date-parts": [[2025, 4]]}, "April 2025|2025, April"),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_periods_and_dates_in_words_are_told_as_far_as_the_style_can(
    style, issued, shown, language
):
    set_in = plain(
        references.reference({"type": "post", "title": "X", "issued": issued}, language, style)
    )
    assert re.search(shown, set_in), set_in
    # And no day that was not meant.
    assert not re.search(r"\b2[69]\b", set_in)


class TestChoice:
    def test_the_house_chooses_a_style_for_each_language(self, settings):
        told = {"type": "book", "title": "Titel", "issued": "2004"}
        assert references.reference(told, "de") == "<b>Titel.</b> 2004."
        settings.NEWSROOM = settings.NEWSROOM | {"REFERENCE_STYLES": {"de": "din-iso-690"}}
        assert references.reference(told, "de") == "<i>Titel</i>, 2004."
        assert references.reference(told, "en") == "<b>Titel.</b> 2004."

    def test_a_style_that_there_is_not_is_told_when_the_system_is_checked(self, settings):
        from sources.checks import reference_styles

        assert reference_styles(None) == []
        settings.NEWSROOM = settings.NEWSROOM | {
            "REFERENCE_STYLES": {"de": "../../etc/passwd", "fr": "apa"}
        }
        problems = reference_styles(None)
        assert [problem.id for problem in problems] == ["sources.E001", "sources.E002"]
        # And meanwhile references are set in the style of the house.
        assert references.reference({"title": "X"}, "de") == "<b>X.</b>"


class TestMarkup:
    EVIL = "<script>alert(1)</script> & \ue003\ue004"

    @pytest.mark.parametrize("style", references.STYLES)
    def test_markup_in_any_value_is_text_in_every_style(self, style):
        told = {
            "type": "report",
            "title": self.EVIL,
            "author": [{"family": self.EVIL, "given": self.EVIL}],
            "publisher": f"{self.EVIL}2",
            "number": self.EVIL,
            "URL": 'https://x.example/"><script>?a=1&b=2',
            "DOI": '10.5555/"><script>&x',
            "issued": self.EVIL,
        }
        for language in ("de", "en"):
            set_in = references.reference(told, language, style)
            assert "alert(1)" in set_in.lower()
            assert not re.search(
                r"<(?!/?(?:i|b|em)>|a href=\"https://doi\.org/10\.5555/[^\"<>\s]*\">|/a>)", set_in
            )

    @pytest.mark.parametrize("style", references.STYLES)
    @pytest.mark.parametrize("title", ["Warten...", "Warten…", "Warten?!", "Warten"])
    def test_what_ends_a_title_stays_and_gets_no_full_stop_but_where_there_is_none(
        self, style, title
    ):
        told = {"type": "book", "title": title, "author": "A. B.", "issued": "2004"}
        set_in = plain(references.reference(told, "de", style)).replace("*", "")
        assert title in set_in
        assert f"{title}." not in set_in or title == "Warten"
        assert ".." not in set_in.replace("...", "")

    def test_what_was_frozen_is_sanitised_again(self):
        frozen = '<i onclick="x()">A</i><script>x</script><a href="javascript:x()">b</a>'
        assert references.clean(frozen) == "<i>A</i>x<a>b</a>"

    @pytest.mark.parametrize("style", ["din-iso-690", "apa", "chicago"])
    def test_signs_in_an_address_are_no_punctuation(self, style):
        address = "https://x.example/a?.b!.c”.d&e=1"
        set_in = references.reference(
            {"type": "webpage", "title": "X", "URL": address}, "en", style
        )
        assert f'<a href="{html.escape(address)}">{html.escape(address, quote=False)}</a>' in set_in
