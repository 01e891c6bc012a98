import unicodedata

import nh3
import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import isolate_apps
from django_prose_editor.config import EXTENSION_MAPPING
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles.body import EXTENSIONS, BodyField, Verbatim, clean
from claims.text import claim_ids, read
from tests.claims.strategies import soups, trees

CLAIM = "0b9c8f7e-4d3a-4f6b-9a57-1c2d3e4f5a6b"

# What may stand in a body at most, said once more and independently.
STRICT = nh3.Cleaner(
    tags={
        *("p", "h2", "h3", "ul", "ol", "li", "blockquote", "table", "tbody", "tr", "td", "th"),
        *("strong", "em", "sub", "sup", "a", "br", "span"),
    },
    attributes={"a": {"href", "title"}, "span": {"data-claim"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
# The content model of the editor.
BLOCKS = {"p", "h2", "h3", "ul", "ol", "blockquote", "table"}
WORDS = {"a", "strong", "em", "sub", "sup", "span", "br"}
CHILDREN = {
    "div": BLOCKS,
    "blockquote": BLOCKS,
    "ul": {"li"},
    "ol": {"li"},
    "li": {"p", "ul", "ol", "blockquote", "table"},
    "table": {"tbody"},
    "tbody": {"tr"},
    "tr": {"td", "th"},
    "td": BLOCKS,
    "th": BLOCKS,
    "p": WORDS,
    "h2": WORDS,
    "h3": WORDS,
    "a": WORDS - {"a"},
    "strong": WORDS - {"a", "strong"},
    "em": WORDS - {"a", "em"},
    "sub": {"strong", "em", "span", "br"},
    "sup": {"strong", "em", "span", "br"},
    "span": {"span", "br"},
    "br": set(),
}


class TestWhatRemains:
    @pytest.mark.parametrize(
        "html",
        [
            "",
            "<p>Der Pegel steigt.</p>",
            "<h2>Oben</h2><h3>Unten</h3><p></p><p>a<br>b</p>",
            "<p><strong>fett</strong> <em>kursiv <strong>beides</strong></em></p>",
            '<ol start="3"><li><p>drei</p><ul><li><p>innen</p></li></ul></li></ol>',
            "<blockquote><p>So sei es.</p></blockquote>",
            '<p><a href="https://example.org/?a=1&amp;b=2">weit</a> <a href="/2025/05/nah/">nah</a>'
            ' <a href="mailto:post@example.org" title="Post">Post</a></p>',
            f'<p>Es sind <span data-claim="{CLAIM}">1&nbsp;&lt;&nbsp;2</span> &amp; "mehr".</p>',
        ],
    )
    def test_a_body_as_the_editor_writes_it(self, html):
        assert clean(html) == html

    @pytest.mark.parametrize(
        ("html", "expected"),
        [
            ("<p><b>a</b><i>b</i></p>", "<p><strong>a</strong><em>b</em></p>"),
            ("<h1>a</h1><h4>b</h4>", "<h2>a</h2><h3>b</h3>"),
            ("<ul><li>a</li></ul>", "<ul><li><p>a</p></li></ul>"),
            ("<ul><li><h2>a</h2></li></ul>", "<ul><li><p>a</p></li></ul>"),
            ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
            ("a<p>b</p>c", "<p>a</p><p>b</p><p>c</p>"),
            ("<div>a</div><section>b<pre>c</pre></section>", "<p>a</p><p>b</p><p>c</p>"),
            ("<p>a<hr>b</p>", "<p>a</p><p>b</p><p></p>"),
            ("<ul>a<ul><li>b</ul></ul>", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li></ul>"),
            ("<li>a</li><li>b</li>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
            ("<ul></ul><blockquote></blockquote><p>a</p>", "<p>a</p>"),
            ("<strong>a<p>b</p></strong>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
            ("<p>a</p><p>b</p><br>", "<p>a</p><p>b</p>"),
        ],
    )
    def test_structure_becomes_the_editors(self, html, expected):
        assert clean(html) == expected

    def test_depth_has_an_end_but_loses_no_words(self):
        html = clean("<blockquote>" * 5000 + "tief" + "</blockquote>" * 5000)
        assert read(html).text == "tief"
        assert html.count("<blockquote>") == 16

    @pytest.mark.parametrize(
        "html",
        ["<p></p>", "<p> </p><p>&nbsp;</p>", "<p><br></p>", "<ul><li></li></ul>", "<!-- x -->"],
    )
    def test_without_words_nothing(self, html):
        assert clean(html) == ""

    def test_empty_paragraphs_between_others_stay(self):
        html = "<p>a</p><p></p><p>b</p>"
        assert clean("<p>a</p><p>&nbsp;</p><p>b</p>") == html
        assert clean(html) == html

    def test_a_table_is_a_plain_grid_below_its_caption(self):
        table = (
            "<table><caption>Wahl</caption><thead><tr><th>Jahr</th><th>Zahl</th></tr></thead>"
            "<tbody><tr><td><p>2024</p></td><td>5</td><td></td></tr></tbody></table>"
        )
        assert clean(table) == (
            "<p>Wahl</p><table><tbody>"
            "<tr><th><p>Jahr</p></th><th><p>Zahl</p></th><td><p></p></td></tr>"
            "<tr><td><p>2024</p></td><td><p>5</p></td><td><p></p></td></tr></tbody></table>"
        )

    @pytest.mark.parametrize(
        ("html", "rows"),
        [
            ("<table><tr><td>a<td>b<tr><td>c</table>", "a|b/c|"),
            ("<table><tr><td colspan=2>a</td></tr><tr><td>b</td><td>c</td></tr></table>", "a|/b|c"),
            ('<table><tr><td rowspan="2">a</td><td>b</td></tr><td>c</td></table>', "a|b/|c"),
            ("<table><tr><td>a<td><h2>b</h2></table>", "a|b"),
            ("<table><tr><td>a<table><tr><td>b</table><td>c</table>", "a b|c"),
        ],
    )
    def test_every_row_of_a_table_has_the_same_number_of_cells(self, html, rows):
        cleaned = clean(html)
        grid = lxml_html.fragment_fromstring(cleaned)
        assert clean(cleaned) == cleaned
        assert rows == "/".join(
            "|".join(" ".join(cell.itertext()) for cell in row.iter("td", "th"))
            for row in grid.iter("tr")
        )

    def test_cells_without_a_table_and_tables_of_one_cell_are_paragraphs(self):
        assert clean("<td>a</td><td>b</td>") == "<p>a</p><p>b</p>"
        assert clean("<table><tr><td><p>a</p><p>b</p></table>") == "<p>a</p><p>b</p>"

    def test_a_table_ends_where_it_ends(self):
        assert clean("<table><tr><td>a<td>b</table>c").endswith("</table><p>c</p>")

    def test_cells_that_nothing_could_hold_come_together(self):
        wide = "<table><tr>" + "".join(f"<td>{n}</td>" for n in range(80)) + "</tr></table>"
        cleaned = clean(wide)
        assert cleaned.count("<td>") == 50
        assert read(cleaned).text.split("\n") == [str(n) for n in range(80)]

    def test_raised_and_lowered_words_stay_so(self):
        html = "<p>CO<sub>2</sub> auf 10<sup>6</sup> <strong>m<sup>2</sup></strong></p>"
        assert clean(html) == html
        assert read(html).text == "CO2 auf 106 m2"
        assert (
            clean('<p>m<span style="vertical-align:super">2</span></p>') == "<p>m<sup>2</sup></p>"
        )


class TestSafety:
    @pytest.mark.parametrize(
        "address",
        [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "java&#1;script:alert(1)",
            "\ufeffjavascript:alert(1)",
            "java\u2028script:alert(1)",
            "&#106;avascript&colon;alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_links_to_elsewhere_lose_their_link_and_keep_their_words(self, address):
        assert clean(f'<p><a href="{address}">Wort</a></p>') == "<p>Wort</p>"

    def test_links_have_an_address_and_a_title_and_nothing_else(self):
        html = '<p><a class="x" title="t" onclick="x()" target="_blank" rel="y" href="/z">w</a></p>'
        assert clean(html) == '<p><a href="/z" title="t">w</a></p>'

    def test_attributes_are_removed(self):
        html = '<p class="a" style="color:red" onclick="x()" id="i" data-x="y" lang="de">Wort</p>'
        assert clean(html) == "<p>Wort</p>"

    @pytest.mark.parametrize(
        "html",
        [
            "<script>x</script>",
            "<style>x</style>",
            "<title>x</title>",
            "<iframe src='https://example.org'>x</iframe>",
            "<img src=x onerror=alert(1)>",
            "<!-- <b>x</b> -->",
            "<object data='x'></object>",
        ],
    )
    def test_what_is_no_text_leaves_nothing(self, html):
        assert clean(f"<p>vor{html}nach</p>") == "<p>vornach</p>"

    def test_unknown_elements_leave_their_words(self):
        html = "<p>H<sub>2</sub>O <u>und</u> <x-y>mehr</x-y> <svg><g>im Bild</g></svg></p>"
        assert clean(html) == "<p>H<sub>2</sub>O und mehr im Bild</p>"
        assert clean("<math><mi>x</mi><mo>=</mo><mn>2</mn></math>") == "<p>x=2</p>"
        assert clean("<noscript>a</noscript><template>b</template>") == "<p>ab</p>"

    @given(st.one_of(soups, trees))
    def test_nothing_passes_that_a_strict_sanitiser_would_change(self, html):
        cleaned = clean(html)
        assert STRICT.clean(cleaned) == cleaned


class TestClaims:
    def test_marks_stay(self):
        html = f'<p>a <span data-claim="{CLAIM}">b</span></p>'
        assert clean(html) == html

    @pytest.mark.parametrize(
        "claim", ["", "1", CLAIM + "0", f"{{{CLAIM}}}", CLAIM.replace("-", ""), "x" * 36, "c1"]
    )
    def test_marks_without_a_proper_id_are_removed(self, claim):
        assert clean(f'<p><span data-claim="{claim}">a</span></p>') == "<p>a</p>"

    def test_ids_are_in_lower_case(self):
        assert claim_ids(clean(f'<span data-claim="{CLAIM.upper()}">a</span>')) == [CLAIM]

    def test_spans_without_a_mark_are_removed(self):
        assert clean('<p><span class="x">a</span><span>b</span></p>') == "<p>ab</p>"

    def test_marks_on_other_elements_are_none(self):
        assert clean(f'<p data-claim="{CLAIM}"><em data-claim="{CLAIM}">a</em></p>') == (
            "<p><em>a</em></p>"
        )

    def test_empty_marks_are_removed(self):
        assert clean(f'<p>a<span data-claim="{CLAIM}"></span></p>') == "<p>a</p>"

    def test_neighbouring_marks_of_a_claim_become_one(self):
        span = f'<span data-claim="{CLAIM}">'
        assert clean(f"<p>{span}a</span>{span}b</span></p>") == f"<p>{span}ab</span></p>"

    def test_marks_stand_inside_of_other_elements(self):
        span = f'<span data-claim="{CLAIM}">'
        assert clean(f"<p>{span}a<em>b</em></span></p>") == (
            f"<p>{span}a</span><em>{span}b</span></em></p>"
        )

    def test_marks_over_blocks_are_cut_at_them(self):
        span = f'<span data-claim="{CLAIM}">'
        assert clean(f"{span}<p>a</p><p>b</p></span>") == (
            f"<p>{span}a</span></p><p>{span}b</span></p>"
        )


class TestText:
    def test_is_in_normal_form(self):
        assert clean("<p>Cafe\u0301</p>") == "<p>Caf\u00e9</p>"
        assert clean("<p>Cafe&#x301;</p>") == "<p>Caf\u00e9</p>"

    def test_accents_go_where_their_letters_are(self):
        assert clean("<p><em>e</em>\u0301a</p>") == "<p><em>\u00e9</em>a</p>"
        assert clean("<p><em>\u1112</em><b>\u1161</b>\u11ab</p>") == "<p><em>\ud55c</em></p>"

    def test_no_accent_joins_a_tag(self):
        assert clean("<p>\u0338a</p>") == "<p>&nbsp;\u0338a</p>"

    def test_white_space_is_collapsed_as_browsers_show_it(self):
        html = "<p>\r\n a \t b<em> c </em> d <br> e\n</p>\n<p>f</p>"
        assert clean(html) == "<p>a b<em> c </em>d<br>e</p><p>f</p>"

    def test_no_break_spaces_stay(self):
        assert clean("<p>5\xa0Euro &nbsp; </p>") == "<p>5&nbsp;Euro &nbsp;</p>"

    def test_line_breaks_at_the_end_of_a_block_are_removed(self):
        assert clean("<p>a<br> <br></p>") == "<p>a</p>"

    def test_control_characters_are_removed(self):
        assert clean("<p>a\x07b&#1;c\x7f\x85d\ufeff\u2028e</p>") == "<p>abc d e</p>"

    def test_what_cannot_be_written_is_replaced(self):
        assert clean("<p>a\x00b\ud800c</p>") == "<p>a\ufffdb\ufffdc</p>"


class TestPasted:
    def test_from_google_docs(self):
        html = (
            '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1">'
            '<h1 dir="ltr" style="line-height:1.38;"><span style="font-size:20pt;font-weight:400;">'
            'Pegel</span></h1><p dir="ltr"><span style="font-weight:700;">Sehr</span>'
            '<span style="font-weight:400;font-style:italic;"> hoch</span></p><br />'
            '<ul><li dir="ltr" aria-level="1"><p role="presentation"><span>eins</span></p></li>'
            '</ul><a href="https://example.org" style="text-decoration:none;">'
            '<span style="color:#1155cc">weiter</span></a></b>'
            '<br class="Apple-interchange-newline">'
        )
        assert clean(html) == (
            "<h2>Pegel</h2><p><strong>Sehr</strong><em> hoch</em></p><ul><li><p>eins</p></li></ul>"
            '<p><a href="https://example.org">weiter</a></p>'
        )

    def test_from_word(self):
        html = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
            <title>Dokument</title><style><!-- p.MsoNormal {margin:0cm} --></style>
            <!--[if gte mso 9]><xml><o:Pages>1</o:Pages></xml><![endif]--></head>
            <body lang=DE><!--StartFragment-->
            <p class=MsoNormal><b style='mso-bidi-font-weight:normal'><span lang=DE>Der
            Pegel</span></b> steigt.<o:p></o:p></p>
            <p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'>
            <![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·
            <span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>
            eins</p>
            <p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]>
            <span style='mso-list:Ignore'>·</span><![endif]>zwei</p>
            <p class=MsoNormal><o:p>&nbsp;</o:p></p>
            <p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span>erstens</p>
            <table class=MsoTableGrid><tr><td><p class=MsoNormal>Zelle</p></td></tr></table>
            <!--EndFragment--></body></html>"""
        assert clean(html) == (
            "<p><strong>Der Pegel</strong> steigt.</p><ul><li><p>eins</p></li><li><p>zwei</p></li>"
            "</ul><p></p><ol><li><p>erstens</p></li></ol><p>Zelle</p>"
        )


class TestProperties:
    @given(st.one_of(soups, trees))
    def test_cleaning_twice_is_cleaning_once(self, html):
        assert clean(clean(html)) == clean(html)

    @given(st.one_of(soups, trees))
    def test_the_whole_is_in_normal_form_without_control_characters(self, html):
        cleaned = clean(html)
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in cleaned)

    @given(st.one_of(soups, trees))
    def test_structure_is_the_editors(self, html):
        tree = lxml_html.fragment_fromstring(clean(html), create_parent="div")
        assert not (tree.text or "").strip()
        for element in tree.iter():
            for child in element:
                assert child.tag in CHILDREN[element.tag]
            if element.tag == "li":
                assert element[0].tag == "p"
            if element.tag in ("strong", "em", "a", "span"):
                assert len(element) or element.text
            if element.tag in ("div", "ul", "ol", "li", "blockquote"):
                assert not element.text
                assert not any(child.tail for child in element)

    @example("<table><blockquote>0</blockquote></table>")
    @example("<table><tr><blockquote>0</blockquote></tr><tr><td>1</td><td>2</td></tr></table>")
    @given(trees)
    def test_no_word_is_lost(self, html):
        tree = lxml_html.fragment_fromstring(f"<div>{html}</div>")
        expected = "".join(text for text in tree.itertext() if isinstance(text, str))
        assert _letters(read(clean(html)).text) == _letters(expected)


def _letters(text):
    apart = unicodedata.normalize("NFD", text)
    return [one for one in apart if one.isascii() and one.isalnum()]


@pytest.mark.django_db
class TestField:
    @pytest.fixture
    def note(self):
        with isolate_apps():

            class Note(models.Model):
                body = BodyField(blank=True)

                class Meta:
                    app_label = "articles"

                def __str__(self):
                    return self.body

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        return Note

    DIRTY = '<p onclick="x()">a<script>x</script><b>b</b></p>'
    CLEAN = "<p>a<strong>b</strong></p>"

    def stored(self, note):
        return list(note.objects.order_by("pk").values_list("body", flat=True))

    def test_save_cleans_the_row_and_the_instance(self, note):
        one = note(body=self.DIRTY)
        one.save()
        assert one.body == self.CLEAN
        assert type(one.body) is str
        assert self.stored(note) == [self.CLEAN]

    def test_update_and_bulk_paths_are_cleaned(self, note):
        note.objects.bulk_create([note(body=self.DIRTY), note(body="")])
        assert self.stored(note) == [self.CLEAN, ""]
        note.objects.update(body="<h1>x</h1>")
        assert self.stored(note) == ["<h2>x</h2>"] * 2
        rows = list(note.objects.order_by("pk"))
        for row in rows:
            row.body = self.DIRTY
        note.objects.bulk_update(rows, ["body"])
        assert self.stored(note) == [self.CLEAN] * 2

    def test_what_was_stored_once_is_restored_to_the_byte(self, note):
        old = "<h4>nach früheren Regeln</h4>"
        one = note.objects.create(body=Verbatim(old))
        note.objects.create()
        note.objects.filter(pk__gt=one.pk).update(body=Verbatim(old))
        assert self.stored(note) == [old, old]

    def test_lookups_compare_with_what_was_asked(self, note):
        note.objects.create(body=self.DIRTY)
        assert note.objects.filter(body__contains="a<strong>").exists()
        assert note.objects.filter(body=self.CLEAN).exists()

    def test_markup_without_words_does_not_fill_in_a_field(self, note):
        field = BodyField()
        field.set_attributes_from_name("body")
        with pytest.raises(ValidationError):
            field.clean("<p>&nbsp;</p>", None)
        with pytest.raises(ValidationError):
            field.formfield().clean("<p></p>")

    def test_a_form_sees_no_change_in_another_way_to_write_the_same(self, note):
        form_field = note._meta.get_field("body").formfield()
        assert not form_field.has_changed(self.CLEAN, "<p>a<b>b</b> </p>\n")
        assert form_field.has_changed(self.CLEAN, "<p>a<b>c</b></p>")
        assert form_field.clean(self.DIRTY) == self.CLEAN

    def test_migrations_know_it_as_a_text_field(self, note):
        name, path, args, kwargs = note._meta.get_field("body").deconstruct()
        assert (name, path, args, kwargs) == (
            "body",
            "django.db.models.TextField",
            [],
            {"blank": True},
        )

    def test_the_editor_gets_its_extensions(self, note, settings):
        settings.DJANGO_PROSE_EDITOR_EXTENSIONS = []
        html = note._meta.get_field("body").formfield().widget.render("body", self.CLEAN)
        assert "&quot;Claim&quot;:true" in html
        assert "&quot;levels&quot;:[2,3]" in html


def test_all_extensions_but_the_mark_of_claims_come_with_the_editor():
    assert set(EXTENSIONS) - set(EXTENSION_MAPPING) == {"Claim"}
