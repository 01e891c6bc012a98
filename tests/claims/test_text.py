import random
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles.body import clean
from claims.text import (
    Block,
    Mark,
    Span,
    annotate,
    claim_ids,
    mark,
    passages,
    read,
    selector,
    split_blocks,
    unmark,
)

from .strategies import CLAIMS, bodies, bodies_with_ranges, soups

ONE, TWO, THREE, LAST = CLAIMS


def span(claim: str, text: str) -> str:
    return f'<span data-claim="{claim}">{text}</span>'


class TestRead:
    def test_blocks_are_joined_by_line_feeds(self):
        manuscript = read(
            "<h2>Pegel</h2><p>Der Fluss <strong>steigt</strong>.</p>"
            "<ul><li><p>Nord</p></li><li><p>Süd</p></li></ul>"
            "<blockquote><p>So &amp; so</p></blockquote>"
        )
        assert manuscript.text == "Pegel\nDer Fluss steigt.\nNord\nSüd\nSo & so"
        assert manuscript.blocks == (
            Block("h2", 0, "Pegel"),
            Block("p", 6, "Der Fluss steigt."),
            Block("p", 24, "Nord"),
            Block("p", 29, "Süd"),
            Block("p", 33, "So & so"),
        )

    def test_line_breaks_are_line_feeds(self):
        assert read("<p>oben<br>unten</p>").blocks == (Block("p", 0, "oben\nunten"),)

    def test_empty_blocks_count(self):
        assert read("<p>a</p><p></p><p>b</p>").text == "a\n\nb"
        assert read("<p></p>").blocks == (Block("p", 0, ""),)
        assert read("").blocks == ()

    def test_offsets_count_code_points(self):
        (block, other) = read("<p>😀&nbsp;ä</p><p>x</p>").blocks
        assert (block.text, block.end, other.start) == ("😀\xa0ä", 3, 4)

    def test_marks_are_raw_spans(self):
        html = f"<p>a{span(ONE, 'bc')}<em>{span(ONE, 'd')}</em></p><p>{span(TWO, 'e')}</p>"
        assert read(html).marks == (Mark(1, 3, ONE), Mark(3, 4, ONE), Mark(5, 6, TWO))

    def test_spans_around_nothing_are_no_marks(self):
        assert read(f"<p>a{span(ONE, '')}</p>").marks == ()

    def test_public_ids_are_read_as_well(self):
        assert read(f"<p>{span('c1', 'x')}</p>").marks == (Mark(0, 1, "c1"),)

    def test_cells_and_items_without_paragraphs_are_blocks(self):
        html = "<table>\n<tr><th>Jahr</th><td>2024</td><td></td></tr>\n</table><ul><li>x</li></ul>"
        assert [(block.tag, block.text) for block in read(html).blocks] == [
            ("th", "Jahr"),
            ("td", "2024"),
            ("td", ""),
            ("li", "x"),
        ]

    def test_items_with_lists_inside_are_a_block_each(self):
        assert read("<ul><li>a<ul><li>b</li></ul>c</li></ul>").text == "a\nb\nc"

    def test_text_outside_of_blocks_is_not_lost(self):
        assert read("frei <p>fest</p> lose").text == "frei \nfest\n lose"

    def test_a_span_ends_with_its_block_even_if_nobody_closed_it(self):
        assert read(f'<p>a<span data-claim="{ONE}">b</p><p>c</p>').marks == (Mark(1, 2, ONE),)

    @given(bodies)
    def test_reads_what_a_parser_of_trees_reads(self, html):
        tree = lxml_html.fragment_fromstring(html, create_parent="div")
        for br in tree.iter("br"):
            br.tail = "\n" + (br.tail or "")
        expected = [(e.tag, e.text_content()) for e in tree.iter("p", "h2", "h3")]
        manuscript = read(html)
        assert [(block.tag, block.text) for block in manuscript.blocks] == expected
        assert manuscript.text == "\n".join(text for _, text in expected)
        for block in manuscript.blocks:
            assert manuscript.text[block.start : block.end] == block.text

    @given(bodies)
    def test_canonical_text_is_in_normal_form(self, html):
        text = read(html).text
        assert unicodedata.is_normalized("NFC", text)
        assert "\r" not in text

    @given(soups)
    def test_no_html_is_too_broken_to_be_read_marked_and_split(self, html):
        text = read(html).text
        assert read(mark(html, 0, len(text), ONE)).text == text
        assert "".join(split_blocks(html)) == html
        unmark(html)


class TestPassages:
    def test_inline_elements_do_not_interrupt(self):
        html = (
            f"<p>{span(ONE, 'Rund ')}<strong>{span(ONE, 'vierzig')}</strong>{span(ONE, ' T')}</p>"
        )
        assert passages(read(html)) == {ONE: [(0, 14)]}

    def test_borders_of_blocks_and_line_breaks_do_not_interrupt(self):
        html = f"<p>{span(ONE, 'a')}<br>{span(ONE, 'b')}</p><p></p><p>{span(ONE, 'c')}</p>"
        assert passages(read(html)) == {ONE: [(0, 6)]}

    def test_any_other_character_interrupts(self):
        html = f"<p>{span(ONE, 'a')} {span(ONE, 'b')}</p><p>x{span(ONE, 'c')}</p>"
        assert passages(read(html)) == {ONE: [(0, 1), (2, 3), (5, 6)]}

    def test_overlapping_claims_have_passages_of_their_own(self):
        html = mark(mark("<p>abcdef</p>", 0, 4, ONE), 2, 6, TWO)
        assert passages(read(html)) == {ONE: [(0, 4)], TWO: [(2, 6)]}

    def test_claims_come_in_order_of_appearance(self):
        html = f"<p>{span(TWO, 'a')} {span(ONE, 'b')} {span(TWO, 'c')}</p>"
        assert list(passages(read(html))) == [TWO, ONE]

    def test_marked_space_alone_is_no_passage(self):
        assert passages(read(f"<p>a{span(ONE, ' ')}b</p>")) == {}

    @given(bodies)
    def test_passages_hold_exactly_the_marked_words(self, html):
        manuscript = read(html)
        for claim, runs in passages(manuscript).items():
            own = [mark for mark in manuscript.marks if mark.claim == claim]
            marked = {at for mark in own for at in range(mark.start, mark.end)}
            within = {at for start, end in runs for at in range(start, end)}
            assert {at for at in marked ^ within if not manuscript.text[at].isspace()} == set()
            assert {at for at in within - marked if manuscript.text[at] != "\n"} == set()
            assert runs == sorted(runs)
            for (_, end), (start, _) in pairwise(runs):
                assert manuscript.text[end:start].strip("\n")


class TestAnnotate:
    def test_wraps_a_range(self):
        html = annotate("<p>Drei Brücken fehlen.</p>", [Span(5, 12, {"class": "x", "id": "y"})])
        assert html == '<p>Drei <span class="x" id="y">Brücken</span> fehlen.</p>'

    def test_uses_the_element_asked_for_and_escapes_attributes(self):
        html = annotate("<p>ab</p>", [Span(0, 1, {"title": 'a "b" & <c>'}, tag="mark")])
        assert html == '<p><mark title="a &quot;b&quot; &amp; &lt;c&gt;">a</mark>b</p>'

    def test_is_cut_at_elements_and_blocks(self):
        html = annotate(
            "<p>ab<em>cd</em>ef</p><ul><li><p>g</p></li></ul>", [Span(1, 8, {"id": "n"})]
        )
        assert html == (
            '<p>a<span id="n">b</span><em><span id="n">cd</span></em><span id="n">ef</span></p>'
            '<ul><li><p><span id="n">g</span></p></li></ul>'
        )

    def test_a_line_break_is_text(self):
        assert annotate("<p>a<br>b</p>", [Span(0, 3, {"id": "n"})]) == (
            '<p><span id="n">a<br>b</span></p>'
        )

    def test_the_later_of_two_crossing_spans_is_cut(self):
        html = annotate("<p>abcdef</p>", [Span(0, 4, {"id": "1"}), Span(2, 6, {"id": "2"})])
        assert html == ('<p><span id="1">ab<span id="2">cd</span></span><span id="2">ef</span></p>')

    def test_the_shorter_of_two_spans_is_inside(self):
        spans = [Span(2, 3, {"id": "2"}), Span(0, 4, {"id": "1"})]
        assert annotate("<p>abcd</p>", spans) == (
            '<p><span id="1">ab<span id="2">c</span>d</span></p>'
        )

    def test_neighbours_stay_apart_unless_they_mark_one_claim(self):
        assert annotate("<p>ab</p>", [Span(0, 1, {"id": "n"}), Span(1, 2, {"id": "n"})]) == (
            '<p><span id="n">a</span><span id="n">b</span></p>'
        )
        assert annotate(
            f"<p>{span(ONE, 'a')}bc</p>", [Span(1, 2, {"data-claim": ONE})]
        ) == f"<p>{span(ONE, 'ab')}c</p>"  # fmt: skip

    def test_marks_can_be_left_out(self):
        html = annotate(f"<p>a{span(ONE, 'b')}c</p>", [Span(0, 2, {"id": "n"})], keep_marks=False)
        assert html == '<p><span id="n">ab</span>c</p>'

    def test_other_attributes_of_marks_are_kept(self):
        html = '<p><span data-claim="c1" class="seen">a</span>b</p>'
        assert unmark(annotate(html, [Span(1, 2, {"data-claim": "c2"})]), ["c2"]) == html

    def test_entities_are_not_cut(self):
        assert annotate("<p>a&amp;b&nbsp;c</p>", [Span(1, 2, {}), Span(3, 4, {})]) == (
            "<p>a<span>&amp;</span>b<span>&nbsp;</span>c</p>"
        )

    def test_an_accent_stays_with_its_letter(self):
        # "q" and its tilde have no common code point.
        assert annotate("<p>aq\u0303b</p>", [Span(0, 2, {})]) == "<p><span>aq\u0303</span>b</p>"
        assert annotate("<p>aq\u0303b</p>", [Span(2, 4, {})]) == "<p>aq\u0303<span>b</span></p>"

    def test_spans_around_nothing_are_left_out(self):
        assert (
            annotate("<p>ab</p><p>c</p>", [Span(1, 1, {}), Span(2, 3, {})]) == "<p>ab</p><p>c</p>"
        )

    @pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4), (9, 9)])
    def test_refuses_ranges_outside_of_the_text(self, start, end):
        with pytest.raises(ValueError, match="no range of a text of 3 characters"):
            annotate("<p>abc</p>", [Span(start, end, {})])

    @given(bodies_with_ranges(ranges=4), st.booleans())
    def test_the_text_stays_and_every_span_covers_its_range(self, drawn, keep_marks):
        html, ranges = drawn
        spans = [Span(start, end, {"data-n": str(n)}) for n, (start, end) in enumerate(ranges)]
        annotated = annotate(html, spans, keep_marks=keep_marks)
        before, after = read(html), read(annotated)
        assert after.text == before.text
        assert after.blocks == before.blocks
        if keep_marks:
            assert passages(after) == passages(before)
        else:
            assert after.marks == ()
        tree = lxml_html.fragment_fromstring(annotated, create_parent="div")
        for br in tree.iter("br"):
            br.tail = "\n" + (br.tail or "")
        for n, (start, end) in enumerate(ranges):
            inside = "".join(
                element.text_content() for element in tree.iterfind(f".//span[@data-n='{n}']")
            )
            text = _without_joints(before, start, end)
            # Only accents at the borders may have changed sides.
            assert _base(inside) == _base(text)


class TestMark:
    @given(bodies_with_ranges())
    def test_unmark_is_the_exact_inverse(self, drawn):
        html, [(start, end)] = drawn
        bare = unmark(html)
        assert unmark(mark(bare, start, end, ONE)) == bare
        without = unmark(html, [LAST])
        assert unmark(mark(without, start, end, LAST), [LAST]) == without

    @given(bodies_with_ranges())
    @example((clean("<p>a<br>b</p>"), [(1, 3)]))
    def test_a_marked_body_is_clean_to_the_byte(self, drawn):
        html, [(start, end)] = drawn
        marked = mark(html, start, end, ONE)
        assert clean(marked) == marked
        assert unicodedata.is_normalized("NFC", marked)

    @given(bodies_with_ranges(ranges=2))
    def test_the_order_of_marking_does_not_matter(self, drawn):
        html, [first, second] = drawn
        assert mark(mark(html, *first, ONE), *second, TWO) == mark(
            mark(html, *second, TWO), *first, ONE
        )

    @given(bodies_with_ranges())
    def test_marking_twice_is_marking_once(self, drawn):
        html, [(start, end)] = drawn
        once = mark(html, start, end, ONE)
        assert mark(once, start, end, ONE) == once

    @given(bodies_with_ranges())
    def test_marked_words_are_one_passage(self, drawn):
        html, [(start, end)] = drawn
        manuscript = read(mark(unmark(html), start, end, ONE))
        runs = passages(manuscript).get(ONE, [])
        assert len(runs) <= 1
        assert [manuscript.text[a:b].strip() for a, b in runs] == (
            [text] if (text := _settled(manuscript.text, start, end).strip()) else []
        )

    @given(bodies)
    def test_reading_and_writing_changes_nothing(self, html):
        assert annotate(html, []) == html
        assert unmark(html, []) == html


class TestUnmark:
    def test_takes_only_the_claims_named(self):
        html = f"<p>{span(ONE, 'a' + span(TWO, 'b'))}{span(TWO, 'c')}</p>"
        assert unmark(html, [ONE]) == f"<p>a{span(TWO, 'bc')}</p>"
        assert unmark(html, {TWO}) == f"<p>{span(ONE, 'ab')}c</p>"
        assert unmark(html) == "<p>abc</p>"

    def test_leaves_other_spans_alone(self):
        assert unmark('<p><span class="x">a</span></p>') == '<p><span class="x">a</span></p>'

    @given(bodies, st.sets(st.sampled_from(CLAIMS)))
    def test_leaves_the_text_and_all_other_passages(self, html, claims):
        before, after = read(html), read(unmark(html, claims))
        assert after.blocks == before.blocks
        assert passages(after) == {
            claim: runs for claim, runs in passages(before).items() if claim not in claims
        }


class TestClaimIds:
    def test_come_once_each_by_appearance(self):
        html = f"<p>{span(TWO, 'a' + span(ONE, 'b'))}{span(TWO, 'c')}</p>"
        assert claim_ids(html) == [TWO, ONE]

    def test_text_that_looks_like_a_mark_is_none(self):
        assert claim_ids('<p>&lt;span data-claim="x"&gt;</p><p data-claim="y">z</p>') == []


class TestSplitBlocks:
    def test_gives_top_level_elements(self):
        blocks = ["<h2>a</h2>", "<ul><li><p>b</p></li><li><p>c</p></li></ul>", "<p>d<br>e</p>"]
        assert split_blocks("".join(blocks)) == blocks

    def test_loose_text_is_a_part_of_its_own(self):
        assert split_blocks("a <em>b</em><p>c</p>d") == ["a <em>b</em>", "<p>c</p>", "d"]

    def test_space_between_blocks_is_kept(self):
        assert "".join(split_blocks("<p>a</p>\n<p>b</p>\n")) == "<p>a</p>\n<p>b</p>\n"

    def test_of_nothing_is_nothing(self):
        assert split_blocks("") == []

    @given(bodies)
    def test_parts_join_to_the_body_and_are_bodies(self, html):
        parts = split_blocks(html)
        assert "".join(parts) == html
        tree = lxml_html.fragment_fromstring(html, create_parent="div")
        assert len(parts) == len(tree)
        assert "\n".join(read(part).text for part in parts) == read(html).text


class TestSelector:
    def test_gives_the_words_and_what_stands_around_them(self):
        assert selector("eins zwei drei", 5, 9, context=3) == ("zwei", "ns ", " dr")

    def test_ends_with_the_text(self):
        assert selector("abc", 0, 3) == ("abc", "", "")


def marked_piece(length: int) -> str:
    """Return a body of so many words with a hundredth as many claims."""
    words = random.Random(1).choices(["Wasser", "steigt", "am", "Pegel"], k=length)
    words[::25] = ["<em>heute</em>"] * (length // 25)
    html = "".join(f"<p>{' '.join(words[at : at + 80])}.</p>" for at in range(0, len(words), 80))
    size = len(read(html).text)
    count = length // 100
    ranges = [(at, at + 120) for at in range(0, size - 200, size // (count + 10))][:count]
    return annotate(
        html,
        [Span(a, b, {"data-claim": f"{n:032x}"}) for n, (a, b) in enumerate(ranges)],
    )


def test_a_piece_four_times_as_long_is_read_in_about_four_times_the_time():
    def seconds(length: int) -> float:
        html = marked_piece(length)

        def once() -> float:
            begun = time.process_time()
            found = passages(read(html))
            assert len(found) == length // 100
            return time.process_time() - begun

        return min(once() for _ in range(5))

    assert seconds(20_000) < 10 * seconds(5_000)


def _without_joints(manuscript, start, end):
    """The text of a range without the line feeds between blocks, which no element holds."""
    joints = {block.end for block in manuscript.blocks}
    return "".join(manuscript.text[at] for at in range(start, end) if at not in joints)


def _base(text):
    return "".join(one for one in text if not unicodedata.combining(one))


def _settled(text, start, end):
    """The text of a range, with borders behind accents."""

    def settle(at):
        while 0 < at < len(text) and text[at - 1] != "\n" and unicodedata.combining(text[at]):
            at += 1
        return at

    return text[settle(start) : settle(end)]
