import json
import re
from copy import deepcopy
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles import page, wording
from articles.evidence import SLOTS, Evidence
from claims.text import Span, annotate, read

from .samples import HEADLINE, bare, citation, claim, first_version, full, source, span

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'{{ 1 }}</p>"


def image_url(name: str) -> str:
    return f"/media/images/{name}"


def rendered(
    document: dict[str, Any], newest: dict[str, Any] | None = None, language: str = "en"
) -> str:
    with override(language):
        context = page.context(
            document, site="https://newsroom.example", image_url=image_url, newest=newest
        )
        return render_to_string("articles/article_page.html", context)


def tree(document: dict[str, Any], **options: Any) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(rendered(document, **options))


def words(element: lxml_html.HtmlElement) -> str:
    """Return what an element says, without numbers and words that the page adds to passages."""
    element = deepcopy(element)
    for added in ("claim-refs", "claim-word", "side-note"):
        for found in element.find_class(added):
            found.drop_tree()
    return " ".join(element.text_content().split())


def marks(root: lxml_html.HtmlElement) -> list[tuple[str, str]]:
    """Return the marked pieces, each with the claims that it states."""
    return [(words(mark), mark.get("data-claims")) for mark in root.find_class("claim-mark")]


def body(root: lxml_html.HtmlElement) -> lxml_html.HtmlElement:
    return root.get_element_by_id("text")


def notes(element: lxml_html.HtmlElement) -> list[str]:
    return [note.get("id") for note in element.find_class("side-note")]


def numbers(root: lxml_html.HtmlElement) -> list[tuple[str, str]]:
    """Return what each button says and which note it opens."""
    return [
        (" ".join(button.text_content().split()), button.get("popovertarget"))
        for refs in root.find_class("claim-refs")
        for button in refs.iter("button")
    ]


def json_ld(document: dict[str, Any], **options: Any) -> dict[str, Any]:
    (script,) = tree(document, **options).xpath("//script[@type='application/ld+json']")
    return json.loads(script.text)


def one_claim(body: str, **changes: Any) -> dict[str, Any]:
    return bare(
        body, claims=[claim("c1", "Es regnet.", **changes)], references=[source(1), source(2)]
    )


class TestMarks:
    def test_passage_is_marked_and_followed_by_its_numbers(self):
        document = one_claim(
            '<p>Ja. <span data-claim="c1">Es regnet</span>, sagt er.</p>',
            citations=[citation(2), citation(1)],
        )
        root = tree(document)
        assert marks(root) == [("Es regnet", "c1")]
        assert numbers(root) == [("Evidence 1, 2", "note-c1")]
        assert words(root.find_class("evidence-block")[0]) == "Ja. Es regnet, sagt er."
        assert root.get_element_by_id("claim-c1").get("data-standing") == "supported"

    def test_without_claims_the_text_is_plain(self):
        root = tree(bare("<p>Ein Absatz.</p>"))
        assert marks(root) == []
        assert not root.find_class("claim-switch")
        assert not root.find_class("reference-list")
        assert not root.find_class("how-checked")

    def test_marks_without_a_claim_are_plain_text(self):
        html = (
            '<p><span data-claim="c9">Kein</span> <span data-claim="x">Beleg</span>'
            ' <span data-claim="2f1c3a52-9a0b-4c57-8f57-0a4f2f3b1c2d">nirgends</span>.</p>'
        )
        root = tree(one_claim(html))
        assert marks(root) == []
        assert "data-claim=" not in rendered(one_claim(html))
        assert "Kein Beleg nirgends." in words(root)

    def test_overlapping_claims_are_cut_at_their_borders(self):
        document = bare(
            '<p><span data-claim="c1">Zwei Züge <span data-claim="c2">fuhren</span></span>'
            '<span data-claim="c2"> zu spät</span>.</p>',
            claims=[
                claim("c1", "Zwei Züge fuhren."),
                claim("c2", "Sie fuhren zu spät.", verdict="disputed", citations=[citation(2)]),
            ],
            references=[source(1), source(2)],
        )
        root = tree(document)
        assert marks(root) == [("Zwei Züge", "c1"), ("fuhren", "c1 c2"), ("zu spät", "c2")]
        standings = [mark.get("data-standing") for mark in root.find_class("claim-mark")]
        assert standings == ["supported", "disputed", "disputed"]
        assert numbers(root) == [("Evidence 1", "note-c1"), ("Evidence 2", "note-c2")]
        assert notes(root.find_class("evidence-block")[0]) == ["note-c1", "note-c2"]

    def test_claims_about_the_same_words_have_an_anchor_each(self):
        document = bare(
            '<p><span data-claim="c1"><span data-claim="c2">Es regnet</span></span>.</p>',
            claims=[claim("c1", "A"), claim("c2", "B")],
            references=[source(1)],
        )
        root = tree(document)
        assert marks(root) == [("Es regnet", "c1 c2")]
        outer, inner = root.get_element_by_id("claim-c1"), root.get_element_by_id("claim-c2")
        assert (outer.get("data-slot"), inner.get("data-slot")) == ("1", "2")
        assert inner.getparent() is outer

    def test_bold_words_do_not_break_a_passage(self):
        html = '<p><span data-claim="c1">Es </span><strong><span data-claim="c1">regnet</span>'
        root = tree(one_claim(html + '</strong><span data-claim="c1"> stark</span>.</p>'))
        assert [mark for mark, _ in marks(root)] == ["Es", "regnet", "stark"]
        assert numbers(root) == [("Evidence 1", "note-c1")]
        assert len(root.xpath("//*[@id='claim-c1']")) == 1
        assert root.find_class("claim-refs")[0].getparent().text == " stark"

    def test_claim_over_paragraphs_has_one_note_after_the_first(self):
        document = bare(
            '<p><span data-claim="c1">Es regnet.</span></p>',
            '<p><span data-claim="c1">Es stürmt</span>.</p>',
            claims=[claim("c1", "Es regnet und stürmt.")],
            references=[source(1)],
        )
        root = tree(document)
        (block,) = root.find_class("evidence-block")
        assert words(block) == "Es regnet."
        assert notes(root) == ["note-c1"]
        assert len(root.find_class("claim-refs")) == 1
        assert words(root.find_class("claim-refs")[0].getparent()) == "Es stürmt"

    def test_further_passages_lead_to_the_same_note(self):
        document = bare(
            '<p><span data-claim="c1">Es regnet</span>.</p>',
            '<p>Noch einmal: <span data-claim="c1">Regen</span>.</p>',
            claims=[claim("c1", "Es regnet.")],
            references=[source(1)],
        )
        root = tree(document)
        assert numbers(root) == [("Evidence 1", "note-c1")] * 2
        assert notes(root) == ["note-c1"]
        assert len(root.xpath("//*[@id='claim-c1']")) == 1

    def test_numbers_of_a_passage_in_a_link_follow_the_link(self):
        html = '<p>Laut <a href="https://example.org/"><span data-claim="c1">Amt</span></a>.</p>'
        root = tree(one_claim(html))
        assert not root.xpath("//a//a | //a//button")
        assert words(root.find_class("evidence-block")[0]) == "Laut Amt."
        assert root.find_class("claim-refs")[0].getprevious().tag == "a"

    def test_passages_of_lists_are_marked(self):
        html = '<ul><li><p><span data-claim="c1">Eins</span></p></li><li><p>Zwei</p></li></ul>'
        root = tree(one_claim(html))
        (block,) = root.find_class("evidence-block")
        assert [child.tag for child in block] == ["ul", "div"]

    def test_notes_beyond_the_slots_open_as_sheets(self):
        count = SLOTS + 2
        document = bare(
            "<p>"
            + " ".join(f'<span data-claim="c{n}">Satz {n}</span>.' for n in range(1, count + 1))
            + "</p>",
            claims=[claim(f"c{n}", f"Satz {n}") for n in range(1, count + 1)],
            references=[source(1)],
        )
        root = tree(document)
        sheets = [note.get("id") for note in root.find_class("side-note--sheet")]
        assert sheets == [f"note-c{SLOTS + 1}", f"note-c{SLOTS + 2}"]
        assert len(root.find_class("claim-refs--sheet")) == 2
        assert not root.find_class("claim-refs--sheet")[0].findall("a")

    def test_hundreds_of_claims_are_no_burden(self):
        claims = [claim(f"c{n}", f"Satz {n}") for n in range(1, 301)]
        blocks = [f'<p><span data-claim="c{n}">Satz {n}</span>.</p>' for n in range(1, 301)]
        assert len(Evidence(bare(*blocks, claims=claims, references=[source(1)])).blocks) == 300

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 37), st.integers(0, 37), st.integers(1, 4)), max_size=6)
    )
    def test_marking_never_changes_the_text(self, ranges):
        html = "<p>Es <em>regnet</em> &amp; stürmt.</p><ul><li><p>Ja, seit gestern.</p></li></ul>"
        spans = [
            Span(min(a, b), max(a, b), {"data-claim": f"c{n}"}) for a, b, n in ranges if a != b
        ]
        marked = annotate(html, spans)
        claims = [claim(f"c{n}", "X") for n in range(1, 5)]
        with override("en"):
            evidence = Evidence(bare(marked, claims=claims, references=[source(1)]))
        plain = "".join(str(block.html) for block in evidence.blocks)
        plain = re.sub(r'<span class="claim-refs.*?</button></span>', "", plain)
        plain = re.sub(r'<span class="claim-word.*?</span>.*?</span>', "", plain)
        assert read(plain).text == read(html).text
        shown = [note.claim for block in evidence.blocks for note in block.notes]
        assert len(shown) == len(set(shown))


class TestPlainFields:
    def test_headline_passage_opens_a_sheet(self):
        document = bare(
            claims=[
                claim(
                    "c1",
                    "X",
                    passages=[{"field": "headline", "image": None, **span(HEADLINE, "fließt")}],
                )
            ],
            references=[source(1)],
        )
        root = tree(document)
        heading = root.find(".//h1")
        assert marks(heading) == [("fließt", "c1")]
        assert words(heading) == HEADLINE
        assert heading.get("aria-label") == HEADLINE
        assert root.get_element_by_id("note-c1").get("data-slot") is None
        assert not heading.findall(".//a")

    def test_note_stands_in_the_body_if_the_body_states_the_claim(self):
        document = one_claim(
            '<p><span data-claim="c1">Es fließt</span>.</p>',
            passages=[{"field": "headline", "image": None, **span(HEADLINE, "fließt")}],
        )
        root = tree(document)
        assert notes(root.find_class("evidence-block")[0]) == ["note-c1"]
        assert notes(root.find(".//header[@class='piece-head']")) == []
        assert numbers(root.find(".//h1")) == [("Evidence 1", "note-c1")]
        assert words(root.get_element_by_id("claim-c1")) == "Es fließt"

    def test_caption_is_told_apart_by_its_image(self):
        image = {"file": "a.jpg", "caption": "Kies im Fluss", "width": 2, "height": 1}
        document = bare(
            images=[image, image],
            claims=[
                claim("c1", "X", passages=[{"field": "caption", "image": 1, "start": 0, "end": 4}])
            ],
            references=[source(1)],
        )
        first, second = tree(document).findall(".//figure")
        assert marks(first) == []
        assert marks(second) == [("Kies", "c1")]
        assert notes(second) == ["note-c1"]

    @pytest.mark.parametrize(
        "place", [(-1, 4), (4, 4), (5, 2), (0, 999), (None, 4), ("0", 4), (True, 4), (0.0, 4)]
    )
    def test_passages_outside_their_text_are_ignored(self, place):
        start, end = place
        passage = {"field": "headline", "image": None, "start": start, "end": end}
        root = tree(bare(claims=[claim("c1", "X", passages=[passage])], references=[source(1)]))
        assert marks(root) == []
        assert words(root.find(".//h1")) == HEADLINE

    def test_offsets_count_code_points(self):
        headline = "🏞 Ein Fluß & ein Tal"
        passage = {"field": "headline", "image": None, **span(headline, "Fluß & ein")}
        document = bare(
            headline=headline, claims=[claim("c1", "X", passages=[passage])], references=[source(1)]
        )
        assert marks(tree(document)) == [("Fluß & ein", "c1")]

    def test_lines_of_a_standfirst_stay_lines(self):
        root = tree(bare(standfirst="Eins\nZwei <b>"))
        standfirst = root.find_class("standfirst")[0]
        assert [child.tag for child in standfirst] == ["br"]
        assert standfirst.text_content() == "EinsZwei <b>"


class TestNotes:
    def note(self, **changes: Any) -> lxml_html.HtmlElement:
        html = '<p><span data-claim="c1">Es regnet</span>.</p>'
        return tree(one_claim(html, **changes)).get_element_by_id("note-c1")

    @pytest.mark.parametrize(
        ("verdict", "word"),
        [
            ("supported", "supported"),
            ("partly", "partly supported"),
            ("disputed", "disputed"),
            ("refuted", "refuted"),
            ("unverifiable", "cannot be verified"),
            ("unconfirmed", "not yet confirmed"),
            ("splendid", "not yet confirmed"),
        ],
    )
    def test_standing_is_said_in_words(self, verdict, word):
        note = self.note(verdict=verdict)
        assert note.find_class("standing-chip")[0].text_content() == word

    def test_note_names_who_says_so_and_when(self):
        note = self.note(attribution="Das Amt", as_of="2025-03-31")
        assert note.find_class("side-note__who")[0].text == "Das Amt, as of 31 March 2025"

    def test_quotes_stand_in_the_marks_of_the_article_s_language(self):
        quoted = one_claim(
            '<p><span data-claim="c1">X</span></p>', citations=[citation(1, quote="“Es gießt”")]
        )
        assert "„Es gießt“" in rendered(quoted, language="de")
        assert "“Es gießt”" in rendered(quoted, language="en")

    def test_stances_other_than_support_are_said(self):
        note = self.note(citations=[citation(1), citation(2, stance="contradicts")])
        stances = [one.text for one in note.find_class("side-note__stance")]
        assert stances == ["contradicts"]

    def test_described_sources_are_named_by_their_description_alone(self):
        document = bare(
            '<p><span data-claim="c1">X</span></p>',
            claims=[claim("c1", "X")],
            references=[source(1, description="Ein Mensch im Saal", csl={"title": "Geheim"})],
        )
        html = rendered(document)
        assert "Geheim" not in html
        assert tree(document).find_class("reference-list__text")[0].text == "Ein Mensch im Saal"
        assert "citation" not in json_ld(document)

    def test_what_follows_from_other_claims_shows_their_numbers_and_links_them(self):
        document = bare(
            '<p><span data-claim="c1">A</span> <span data-claim="c2">B</span></p>',
            claims=[
                claim("c1", "A", citations=[citation(2)]),
                claim("c2", "B", citations=[], rests_on=["c1", "c2", "c7"]),
            ],
            references=[source(1), source(2)],
        )
        root = tree(document)
        assert numbers(root)[1] == ("Evidence 2", "note-c2")
        links = root.get_element_by_id("note-c2").find_class("side-note__remark")[0].findall("a")
        assert [link.get("href") for link in links] == ["#claim-c1"]

    def test_claims_that_rest_on_one_another_end(self):
        document = bare(
            '<p><span data-claim="c1">A</span> <span data-claim="c2">B</span></p>',
            claims=[
                claim("c1", "A", citations=[], rests_on=["c2"]),
                claim("c2", "B", citations=[], rests_on=["c1"]),
            ],
        )
        assert numbers(tree(document)) == [("Evidence *", "note-c1"), ("Evidence *", "note-c2")]


class TestWholePage:
    def test_every_id_is_there_once_and_every_link_inside_leads_somewhere(self):
        for document, newest in ((full(), None), (first_version(), full()), (bare(), None)):
            root = tree(document, newest=newest)
            ids = root.xpath("//@id")
            assert len(ids) == len(set(ids))
            targets = [href[1:] for href in root.xpath("//@href") if href.startswith("#")]
            targets += root.xpath("//@popovertarget")
            targets += " ".join(root.xpath("//@aria-labelledby | //@aria-describedby")).split()
            assert set(targets) <= set(ids)

    def test_each_claim_has_one_note(self):
        assert sorted(notes(tree(full()))) == sorted(f"note-c{n}" for n in range(1, 13))

    def test_correction_stands_in_the_date_line_and_as_a_box(self):
        root = tree(full(), language="de")
        line = root.find_class("byline__corrected")[0]
        assert line.find(".//time").get("datetime") == "2025-05-03T11:25:00+02:00"
        assert line.find(".//time").text == "3. Mai 2025, 11:25 Uhr"
        box = root.get_element_by_id(line.find("a").get("href")[1:])
        assert "An der Oster wurde schon 1998 ein Wehr abgetragen." in box.text_content()

    def test_times_are_those_of_the_newsroom(self):
        time = tree(full()).find_class("byline")[0].find(".//time")
        assert (time.get("datetime"), time.text) == (
            "2025-05-02T18:40:00+02:00",
            "2 May 2025, 18:40",
        )

    def test_page_has_the_language_of_the_article(self):
        root = tree(full(language="de-CH"), language="de")
        assert root.get("lang") == "de"
        assert root.find(".//article").get("lang") == "de-CH"

    def test_no_script_runs_and_no_style_is_set_inline(self):
        root = tree(full())
        assert not root.xpath("//@style | //style | //@*[starts-with(name(), 'on')]")
        scripts = root.xpath("//script[not(@src)]/@type")
        assert scripts == ["application/ld+json"]

    def test_earlier_version_leads_to_the_newest_and_tells_what_was_wrong(self):
        root = tree(first_version(), newest=full())
        notices = root.find_class("notices")[0]
        newest = full()["address"]
        assert notices.xpath(".//a/@href") == [newest, f"{newest}compare/2/3/"]
        assert "An der Oster wurde schon 1998" in notices.text_content()
        assert not tree(full()).find_class("notices")

    def test_corrections_made_before_an_earlier_version_are_not_told_twice(self):
        newest = full(number=4, kind="update")
        root = tree(full(), newest=newest)
        assert len(root.find_class("correction-box")) == 1

    def test_retraction_is_told_before_the_first_line(self):
        retracted = full(number=4, kind="retraction", note="Erfunden.")
        for document, newest in ((retracted, None), (full(), retracted)):
            notices = tree(document, newest=newest).find_class("notices")[0]
            assert "Erfunden." in notices.text_content()

    def test_replies_stay_with_the_piece(self):
        reply = {
            "number": 4,
            "published": "2025-05-04T09:25:00.000000Z",
            "claim": "c1",
            "statement": "Die Ahlbeke fließt.",
            "author": "Erika Muster",
            "text": "Das stimmt nicht.\n<b>Gez. X</b>",
        }
        live = full(number=5, kind="update", replies=[reply])
        for document, newest, links in ((live, None, ["#claim-c1"]), (first_version(), live, [])):
            (box,) = tree(document, newest=newest).find_class("reply-box")
            said = box.text_content()
            assert "Das stimmt nicht." in said
            assert "<b>Gez. X</b>" in said
            assert "Erika Muster" in said
            assert "Die Ahlbeke fließt." in said
            assert box.xpath(".//a/@href") == links

    def test_developing_piece_says_so(self):
        assert tree(bare(kind="developing")).find_class("byline__developing")
        assert not tree(bare()).find_class("byline__developing")

    def test_authors_stand_before_other_roles(self):
        line = " ".join(tree(full()).find_class("byline")[0].text_content().split())
        assert line.startswith("By Anna Lindner and Jonas Petersen Foto: Mira Holt")

    def test_references_lead_to_the_source_and_back_to_the_text(self):
        item = tree(full()).get_element_by_id("ref-3")
        assert item.xpath(".//a/@href") == [
            "https://www.gewaesser.example/zaehlung?fluss=ahlbeke&jahr=2025",
            "#claim-c4",
        ]
        assert "gewaesser.example" in item.text_content()
        assert "b7" * 32 in item.text_content()


class TestHowChecked:
    def text(self, checked: dict[str, Any], unconfirmed: int = 0) -> str:
        with override("en"):
            return wording.how_checked(checked, unconfirmed)

    def test_counts_are_words_and_there_is_no_score(self):
        text = self.text(full()["checked"], 1)
        assert text == (
            "Eleven statements of this text were checked against their sources by two people,"
            " most recently on 3 May 2025. Seven are supported, two are partly supported, one is"
            " disputed and one could not be verified; where that is so, the text says it."
            " One further statement is not yet confirmed."
        )
        assert "%" not in text

    def test_one_supported_statement(self):
        checked = {"claims": 1, "people": 1, "last": None, "verdicts": {"supported": 1}}
        assert self.text(checked) == (
            "One statement of this text was checked against its sources by one person."
            " It is supported."
        )

    def test_thirteen_and_more_are_digits(self):
        checked = {"claims": 13, "people": 1, "last": None, "verdicts": {"supported": 13}}
        assert self.text(checked).startswith("13 statements")
        assert self.text(checked).endswith("All of them are supported.")

    def test_nothing_checked_is_said(self):
        nothing = {"claims": 0, "people": 0, "last": None, "verdicts": {}}
        assert self.text(nothing, 3) == "Three statements of this text are not yet confirmed."
        assert self.text(nothing) == ""


class TestStructuredData:
    def test_news_article_holds_what_readers_see(self):
        article = json_ld(full())
        assert article["@type"] == "NewsArticle"
        assert article["headline"] == HEADLINE
        assert article["datePublished"] == "2025-05-02T18:40:00+02:00"
        assert article["dateModified"] == "2025-05-03T11:25:00+02:00"
        assert [author["name"] for author in article["author"]] == [
            "Anna Lindner",
            "Jonas Petersen",
        ]
        policies = "https://newsroom.example/policies/en/"
        assert article["publisher"] == {
            "@type": "NewsMediaOrganization",
            "name": "Newsroom",
            "url": "https://newsroom.example/",
            "publishingPrinciples": policies,
            "correctionsPolicy": f"{policies}#corrections",
            "verificationFactCheckingPolicy": f"{policies}#fact-checking",
            "unnamedSourcesPolicy": f"{policies}#sources",
            "actionableFeedbackPolicy": f"{policies}#feedback",
        }
        assert article["archivedAt"] == (
            "https://newsroom.example/2025/05/die-ahlbeke-fliesst-wieder/v/3/"
        )
        assert article["author"][0]["url"] == "https://newsroom.example/author/anna-lindner/"
        assert article["inLanguage"] == "de"
        assert article["articleSection"] == "Wissen"
        assert article["keywords"] == ["Wasser", "Artenschutz"]
        assert article["isAccessibleForFree"] is True
        assert article["version"] == 3
        assert article["mainEntityOfPage"] == (
            "https://newsroom.example/2025/05/die-ahlbeke-fliesst-wieder/"
        )
        assert article["citation"][3] == {
            "@type": "CreativeWork",
            "name": "Salmon numbers after weir removal: a review",
            "author": [
                {"@type": "Person", "name": "Ruth Oduya"},
                {"@type": "Person", "name": "Jan de Wit"},
            ],
            "datePublished": "2023",
            "url": "https://doi.org/10.5555/rl.12.3.201",
        }
        (correction,) = article["correction"]
        assert correction["@type"] == "CorrectionComment"
        assert correction["datePublished"] == "2025-05-03T11:25:00+02:00"
        assert "schon 1998" in correction["text"]

    def test_typing_error_is_no_modification(self):
        document = full()
        typo = {"number": 4, "kind": "typo", "note": "", "published": "2025-06-01T09:00:00.000000Z"}
        document["versions"] = [typo, *document["versions"]]
        assert json_ld(document)["dateModified"] == "2025-05-03T11:25:00+02:00"

    def test_empty_parts_are_left_out(self):
        assert json_ld(bare()).keys() == {
            "@context", "@type", "@id", "url", "mainEntityOfPage", "headline", "datePublished",
            "dateModified", "publisher", "inLanguage", "isAccessibleForFree", "version",
            "archivedAt", "publishingPrinciples",
        }  # fmt: skip

    def test_data_cannot_end_its_element(self):
        headline = "</script><script>alert(1)</script>\u2028<!--"
        html = rendered(bare(headline=headline))
        assert html.count("<script") == 2
        assert json_ld(bare(headline=headline))["headline"] == headline


def hostile(value: Any) -> Any:
    """Return a document in which every text is an attack."""
    if isinstance(value, dict):
        return {key: hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return HOSTILE if isinstance(value, str) else value


def paths(value: Any, at: tuple = ()) -> Any:
    """Yield the way to each single value, of lists to their first item only."""
    items = value.items() if isinstance(value, dict) else enumerate(value[:1])
    for key, item in items:
        yield (*at, key)
        if isinstance(item, dict | list):
            yield from paths(item, (*at, key))


class TestHostileDocuments:
    def check(self, document: dict[str, Any]) -> None:
        html = rendered(document)
        root = lxml_html.document_fromstring(html)
        assert html.count("<script") == 2
        assert len(root.xpath("//script")) == 2
        assert not root.xpath("//@*[starts-with(name(), 'on')]")
        assert not root.xpath("//img[@src='x']")
        for address in root.xpath("//a/@href | //img/@src"):
            assert re.match(r"#|/|https?://|mailto:", address), address
        json.loads(root.xpath("//script[@type='application/ld+json']")[0].text)

    def test_everything_at_once(self):
        self.check(hostile(full()))

    @pytest.mark.parametrize("attack", [HOSTILE, None, 7, ["x"], {"a": 1}, "javascript:alert(1)"])
    def test_each_value_alone(self, attack):
        for path in paths(full()):
            document = full()
            place: Any = document
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = attack
            self.check(document)

    def test_body_keeps_nothing_but_text(self):
        html = (
            '<p onclick="x()">A<script>alert(1)</script><a href="javascript:x()">B</a>'
            '<a href="https://example.org/" target="_blank" onclick="x()">C</a>'
            '<iframe src="//x"></iframe><span style="color:red" class="y">D</span></p>'
        )
        root = tree(bare(html))
        (paragraph,) = body(root).findall("p")
        assert words(paragraph) == "ABCD"
        assert root.xpath("//div[@id='text']//a/@href") == ["https://example.org/"]
        assert not root.xpath("//div[@id='text']//*[@class='y']")
