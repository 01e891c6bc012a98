"""HTML as it comes in: from the editor, from word processors, from nowhere good."""

from uuid import UUID

from hypothesis import strategies as st

from articles.body import clean
from claims.text import read

CLAIMS = [str(UUID(int=number)) for number in (1, 2, 3, 0xFFFF)]

# Letters with accents of their own and loose ones, halves of Hangul syllables, characters that
# HTML escapes, all kinds of white space, and a character beyond the basic plane.
CHARACTERS = 'aBcäß0 .,&<>"\xa0\u0301\u0338\u0327\u1100\u1161\u11a8\u200b\u2028\t\n–„“😀'


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


words = st.text(CHARACTERS, max_size=12)

_inline = [
    ("<strong>", "</strong>"),
    ("<b>", "</b>"),
    ("<em>", "</em>"),
    ("<i>", "</i>"),
    ('<a href="https://example.org/?a=1&amp;b=2" title="t">', "</a>"),
    ('<a href="javascript:alert(1)">', "</a>"),
    ('<span style="font-weight: 700">', "</span>"),
    ("<span>", "</span>"),
    ("<u>", "</u>"),
    ("<sub>", "</sub>"),
    ("<sup>", "</sup>"),
    ("<o:p>", "</o:p>"),
    *((f'<span data-claim="{claim}">', "</span>") for claim in CLAIMS),
]
_block = [
    (f"<{tag}>", f"</{tag}>")
    for tag in ("p", "h1", "h2", "h3", "h6", "ul", "ol", "li", "blockquote", "div", "td", "tr")
] + [
    ("<table>", "</table>"),
    ('<th colspan="2">', "</th>"),
    ('<ol start="4">', "</ol>"),
    ('<p style="mso-list:l0 level1">', "</p>"),
]
_elements = st.sampled_from(_inline + _block)
_leaves = st.one_of(words.map(escaped), st.just("<br>"), st.just("<!-- c -->"), st.just("<hr>"))

# Well-formed, with every element anywhere.
trees = st.recursive(
    _leaves,
    lambda inner: st.builds(
        lambda element, parts: element[0] + "".join(parts) + element[1],
        _elements,
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)
# Not even that.
soups = st.lists(
    st.one_of(
        words,
        _elements.flatmap(st.sampled_from),
        st.sampled_from(["&", "&#1;", "&#x338;", "<", "<p", "<!", '"', "\x00", "\ud800", "</"]),
    ),
    max_size=30,
).map("".join)

# Two in three as the editor would write them.
_lines = st.lists(
    st.one_of(
        words.map(escaped),
        st.builds(
            lambda element, text: element[0] + escaped(text) + element[1],
            st.sampled_from(_inline),
            words,
        ),
        st.just("<br>"),
    ),
    max_size=6,
).map("".join)
_written = st.lists(
    st.builds(
        lambda line, around: around.replace("{}", line),
        _lines,
        st.sampled_from(
            [
                "<p>{}</p>",
                "<h2>{}</h2>",
                "<ul><li><p>{}</p></li><li><p></p></li></ul>",
                "<blockquote><p>{}</p><h3>{}</h3></blockquote>",
                "<table><tr><th>{}</th><td>x</td></tr><tr><td>{}</td><td></td></tr></table>",
            ]
        ),
    ),
    max_size=4,
).map("".join)
bodies = st.one_of(_written, _written, trees).map(clean)


@st.composite
def bodies_with_ranges(draw: st.DrawFn, ranges: int = 1) -> tuple[str, list[tuple[int, int]]]:
    """A body, and ranges of its text."""
    html = draw(bodies)
    size = len(read(html).text)
    borders = st.integers(0, size)
    pairs = st.tuples(borders, borders).map(lambda pair: (min(pair), max(pair)))
    return html, draw(st.lists(pairs, min_size=ranges, max_size=ranges))
