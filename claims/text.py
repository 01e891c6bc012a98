"""The canonical text of a manuscript, and the marks that claims leave in its HTML.

The canonical text is the text of an HTML body's text blocks (paragraphs,
headings, list items, table cells) in their order, joined by a line feed;
``<br>`` is a line feed too. Offsets count code points.

A claim is marked by ``<span data-claim="ID">`` around its words. Such spans may
be nested, and one claim may have many.

Everything here is lossless for HTML as ``articles.body.clean`` returns it, and
writes the same form, in which

- white space is collapsed as a browser would, and text is in normal form C;
- text and attributes are escaped as HTML5 serialises them, void tags are ``<br>``;
- marks stand inside all other inline elements, so that a claim has one span for
  each unbroken run of text; a longer mark contains a shorter one.

Other HTML is read as well as may be: its text is kept, its marks are brought
into this form, and no error is raised for it.
"""

import html as entities
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import combining

MARK = "data-claim"


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Elements that do not interrupt a line of text. Any other element ends a text block.
INLINE = _names(
    "a abbr acronym b bdi bdo big br button cite code data del dfn em font i img ins kbd label "
    "mark nobr q rp rt ruby s samp small span strike strong sub sup time tt u var wbr"
)
VOID = _names("area base br col embed hr img input link meta source track wbr")
# Elements that are a text block even when nothing is in them ...
_TEXT_BLOCKS = _names("p h1 h2 h3 h4 h5 h6 pre dt dd caption figcaption")
# ... and those that are one unless they hold other blocks.
_CELLS = _names("li td th")

_TOKEN = re.compile(
    r"""(?P<text>[^<]+)
    | <(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*+)>
    | (?P<comment><!--.*?-->|<[!?][^>]*>)
    | (?P<stray><)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_SPECIAL = re.compile("[&<>\xa0]")
_SPACE = " \t\n\f\r"


class Token(NamedTuple):
    """A tag (``name`` in lower case), a piece of text (``name`` is ""), or a comment ("!")."""

    raw: str
    name: str
    closing: bool
    attributes: str  # of a tag, as written
    text: str  # of a piece of text, entities resolved


class Wrap(NamedTuple):
    """An element to put around text; of several around the same text the lowest is outside."""

    rank: tuple[int, int | str]
    open: str
    close: str


@dataclass(frozen=True, slots=True)
class Block:
    """A text block: the name of its element and where it stands in the manuscript's text."""

    tag: str
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Mark:
    """The range of text that one span gives to a claim."""

    start: int
    end: int
    claim: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The canonical text of an HTML body with its blocks and marks, both in reading order."""

    text: str
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An element to be put around a range of the canonical text."""

    start: int
    end: int
    attrs: Mapping[str, str]
    tag: str = "span"


def read(html: str) -> Manuscript:
    """Return the canonical text of an HTML body, its blocks and its marks.

    A block that holds no text counts: its text is empty. A span around no text is no mark.
    """
    return _Parsed(html).manuscript()


def passages(manuscript: Manuscript) -> dict[str, list[tuple[int, int]]]:
    """Return the passages of each claim, (start, end) in reading order, claims by appearance.

    A passage is a maximal run of text under one claim. Inline elements, line
    breaks and borders of blocks do not interrupt it; any other unmarked
    character does. A run of nothing but white space states nothing and is left out.
    """
    marks: dict[str, list[Mark]] = {}
    for mark in sorted(manuscript.marks, key=lambda mark: (mark.start, -mark.end)):
        marks.setdefault(mark.claim, []).append(mark)
    text = manuscript.text
    found = {}
    for claim, own in marks.items():
        runs: list[tuple[int, int]] = []
        for mark in own:
            if runs and not text[runs[-1][1] : mark.start].strip("\n"):
                start, end = runs[-1]
                runs[-1] = (start, max(end, mark.end))
            else:
                runs.append((mark.start, mark.end))
        if worded := [(start, end) for start, end in runs if not text[start:end].isspace()]:
            found[claim] = worded
    return found


def annotate(html: str, spans: Iterable[Span], *, keep_marks: bool = True) -> str:
    """Return the HTML with elements around ranges of its canonical text.

    An element is cut where another element or a block begins or ends, and where
    a longer one ends inside of it, so that elements are nested and never cross.
    A border between a letter and its combining accent moves behind the accent.
    Marks of one claim that touch or overlap become one. Without ``keep_marks``
    the marks that were there are taken away. Nothing else changes.

    Raises ``ValueError`` for a span that does not lie in the text.
    """
    parsed = _Parsed(html)
    return _write(parsed.items, _dress(parsed.manuscript().text, spans), keep_marks)


def mark(html: str, start: int, end: int, claim: str) -> str:
    """Return the HTML with a range of its canonical text marked as stating a claim.

    Raises ``ValueError`` if the range does not lie in the text.
    """
    return annotate(html, [Span(start, end, {MARK: claim})])


def unmark(html: str, claims: Collection[str] | None = None) -> str:
    """Return the HTML without the marks of these claims, or of all."""
    if claims is None:
        return _write(_Parsed(html).items, [], keep_marks=False)
    return _write(_Parsed(html, omit=frozenset(claims)).items, [])


def claim_ids(html: str) -> list[str]:
    """Return the ids of the claims that have a span in the HTML, once each, by appearance."""
    spans = (attributes(token) for token in tokens(html) if token.name == "span")
    return list(dict.fromkeys(span[MARK] for span in spans if span.get(MARK)))


def split_blocks(html: str) -> list[str]:
    """Return the top-level elements of the HTML, in parts that join to exactly the HTML."""
    parts: list[str] = []
    start = at = depth = 0
    loose = False  # inside text and inline elements that stand in no block
    for token in tokens(html):
        block = token.name not in ("", "!") and token.name not in INLINE
        if depth == 0 and block and not token.closing:
            if loose:
                parts.append(html[start:at])
                start, loose = at, False
        elif depth == 0 and not token.raw.isspace():
            loose = True
        at += len(token.raw)
        if block and token.name not in VOID:
            depth = max(0, depth - 1) if token.closing else depth + 1
        if depth == 0 and block:
            parts.append(html[start:at])
            start = at
    if start < at:
        # White space behind the last block belongs to it.
        if parts and not loose and html[start:].isspace():
            parts[-1] += html[start:]
        else:
            parts.append(html[start:])
    return parts


def selector(text: str, start: int, end: int, context: int = 32) -> tuple[str, str, str]:
    """Return (exact, prefix, suffix) of a range, as in a W3C TextQuoteSelector.

    Prefix and suffix are the ``context`` code points around it, fewer at the ends of the text.
    """
    return text[start:end], text[max(0, start - context) : start], text[end : end + context]


def tokens(html: str) -> Iterator[Token]:
    """Yield the tags, texts and comments of which the HTML consists."""
    for match in _TOKEN.finditer(html):
        raw = match[0]
        if match.lastgroup == "text":
            # Entities for characters that HTML forbids stand for nothing.
            if text := entities.unescape(raw) if "&" in raw else raw:
                yield Token(raw, "", False, "", text)
            else:
                yield Token(raw, "!", False, "", "")
        elif match.lastgroup == "attributes":
            yield Token(raw, match["name"].lower(), bool(match["slash"]), match["attributes"], "")
        elif match.lastgroup == "comment":
            yield Token(raw, "!", False, "", "")
        else:
            yield Token(raw, "", False, "", raw)


def attributes(token: Token) -> dict[str, str]:
    """Return the attributes of a tag; of repeated ones the first, as browsers do."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(token.attributes):
        found.setdefault(name.lower(), entities.unescape(double or single or bare))
    return found


def escape(text: str) -> str:
    """Return text as it stands between tags."""
    if not _SPECIAL.search(text):
        return text
    text = text.replace("&", "&amp;").replace("\xa0", "&nbsp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def start_tag(name: str, attrs: Mapping[str, str]) -> str:
    """Return the start tag of an element, attributes in the order given."""
    written = "".join(
        f' {key}="{escape(value).replace(chr(34), "&quot;")}"' for key, value in attrs.items()
    )
    return f"<{name}{written}>"


def mark_wrap(attrs: Mapping[str, str]) -> Wrap:
    """Return the span that marks text as stating a claim; its id is among the attributes."""
    return Wrap((0, attrs[MARK]), start_tag("span", attrs), "</span>")


def nest(pieces: Sequence[tuple[str, Collection[Wrap]]]) -> str:
    """Return pieces of HTML side by side in their elements, in the fewest nested elements.

    An element reaches over all neighbours that ask for it, unless one that
    begins before it ends inside of it. The result depends on nothing but the
    elements of each piece, so that taking one away gives what was there before it.
    """
    if not any(wraps for _, wraps in pieces):
        return "".join(html for html, _ in pieces)
    orders: list[list[tuple[int, int, Wrap]]] = [[] for _ in pieces]
    begun: dict[Wrap, int] = {}
    for index in range(len(pieces) + 1):
        here = set(pieces[index][1]) if index < len(pieces) else set()
        for wrap in [wrap for wrap in begun if wrap not in here]:
            start = begun.pop(wrap)
            for piece in range(start, index):
                orders[piece].append((start, -index, wrap))
        for wrap in here:
            begun.setdefault(wrap, index)
    out: list[str] = []
    around: list[tuple[int, int, Wrap]] = []
    for (html, _), order in zip(pieces, orders, strict=True):
        order.sort()
        shared = 0
        while shared < min(len(around), len(order)) and around[shared] == order[shared]:
            shared += 1
        out += [wrap.close for _, _, wrap in reversed(around[shared:])]
        out += [wrap.open for _, _, wrap in order[shared:]]
        out.append(html)
        around = order
    out += [wrap.close for _, _, wrap in reversed(around)]
    return "".join(out)


class _Leaf(NamedTuple):
    """Text between two tags, or a line break, under marks."""

    start: int
    text: str
    is_break: bool
    marks: frozenset[Wrap]


# A run of text that nothing but marks interrupts, or whatever stands between two such runs.
_Item = list[_Leaf] | str


@dataclass(slots=True)
class _OpenMark:
    """A claim's span while it is read; where it starts is known once text has come."""

    claim: str
    wrap: Wrap
    start: int = -1
    end: int = -1


class _Parsed:
    """HTML as runs of text and what stands between them; spans of ``omit`` are left out."""

    def __init__(self, html: str, omit: Collection[str] = ()) -> None:
        self.items: list[_Item] = []
        self.marks: list[_OpenMark] = []
        self._omit = omit
        self._at = 0
        self._blocks: list[tuple[str, list[str]]] = []
        self._parts: list[str] | None = None  # of the text block that is open
        # Open elements around text blocks: name, and how many blocks and spans there were before.
        self._outer: list[tuple[str, int, int]] = [("", 0, 0)]
        self._spans: list[_OpenMark | None] = []  # None: a span that is no mark
        self._under: frozenset[Wrap] = frozenset()
        for token in tokens(html):
            if token.name in ("", "br"):
                self._text(token)
            elif token.name == "span":
                self._span(token)
            else:
                if token.name != "!" and token.name not in INLINE:
                    self._border(token)
                self.items.append(token.raw)

    def manuscript(self) -> Manuscript:
        blocks, at = [], 0
        for tag, parts in self._blocks:
            blocks.append(Block(tag, at, "".join(parts)))
            at = blocks[-1].end + 1
        return Manuscript(
            "\n".join(block.text for block in blocks),
            tuple(blocks),
            tuple(Mark(mark.start, mark.end, mark.claim) for mark in self.marks if mark.end >= 0),
        )

    def _text(self, token: Token) -> None:
        text = "\n" if token.name else token.text
        parts = self._parts
        if parts is None:
            if not token.name and not text.strip(_SPACE):
                # Space between blocks.
                self.items.append(token.raw)
                return
            parts = self._open_block(self._outer[-1][0])
        leaf = _Leaf(self._at, text, token.name == "br", self._under)
        parts.append(text)
        self._at += len(text)
        for span in self._spans:
            if span:
                if span.start < 0:
                    span.start = leaf.start
                span.end = self._at
        if self.items and isinstance(self.items[-1], list):
            self.items[-1].append(leaf)
        else:
            self.items.append([leaf])

    def _span(self, token: Token) -> None:
        if token.closing:
            span = self._spans.pop() if self._spans else None
        else:
            attrs = attributes(token)
            claim = attrs.get(MARK)
            span = _OpenMark(claim, mark_wrap(attrs)) if claim else None
            self._spans.append(span)
            if span:
                self.marks.append(span)
        if span:
            self._settle()
        else:
            self.items.append(token.raw)

    def _border(self, token: Token) -> None:
        """A text block ends; perhaps another begins."""
        self._parts = None
        name = token.name
        if not token.closing:
            if name not in VOID:
                self._outer.append((name, len(self._blocks), len(self._spans)))
                if name in _TEXT_BLOCKS:
                    self._open_block(name)
        elif any(name == other for other, _, _ in self._outer):
            while True:
                inner, blocks, spans = self._outer.pop()
                if inner in _CELLS and blocks == len(self._blocks):
                    self._open_block(inner)
                    self._parts = None
                if inner == name:
                    break
            # A span ends with the element that it began in.
            del self._spans[spans:]
            self._settle()

    def _open_block(self, tag: str) -> list[str]:
        if self._blocks:
            self._at += 1
        self._parts = []
        self._blocks.append((tag, self._parts))
        return self._parts

    def _settle(self) -> None:
        self._under = frozenset(
            span.wrap for span in self._spans if span and span.claim not in self._omit
        )


def _dress(text: str, spans: Iterable[Span]) -> list[tuple[int, int, Wrap]]:
    """Return the ranges to wrap, by start; spans around nothing are left out."""
    ranges = []
    for index, span in enumerate(spans):
        if not 0 <= span.start <= span.end <= len(text):
            raise ValueError(
                f"{span.start}:{span.end} is no range of a text of {len(text)} characters"
            )
        start, end = _past_accents(text, span.start), _past_accents(text, span.end)
        if start == end:
            continue
        if span.tag == "span" and span.attrs.get(MARK):
            wrap = mark_wrap(span.attrs)
        else:
            wrap = Wrap((1, index), start_tag(span.tag, span.attrs), f"</{span.tag}>")
        ranges.append((start, end, wrap))
    ranges.sort(key=lambda one: one[:2])
    return ranges


def _past_accents(text: str, at: int) -> int:
    """Return the first place from ``at`` that does not part a character from its accents.

    A tag between the two would be more than ugly: in normal form C the ``>`` of
    the tag takes the accent.
    """
    if at == 0 or text[at - 1] == "\n":
        return at
    while at < len(text) and combining(text[at]):
        at += 1
    return at


def _write(
    items: Iterable[_Item], ranges: Sequence[tuple[int, int, Wrap]], keep_marks: bool = True
) -> str:
    out: list[str] = []
    coming = 0
    active: list[tuple[int, int, Wrap]] = []
    for item in items:
        if isinstance(item, str):
            out.append(item)
            continue
        start, end = item[0].start, item[-1].start + len(item[-1].text)
        if ranges:
            while coming < len(ranges) and ranges[coming][0] < end:
                active.append(ranges[coming])
                coming += 1
            active = [one for one in active if one[1] > start]
        out.append(nest(list(_pieces(item, active, keep_marks))))
    return "".join(out)


def _pieces(
    stretch: Sequence[_Leaf], ranges: Sequence[tuple[int, int, Wrap]], keep_marks: bool
) -> Iterator[tuple[str, Collection[Wrap]]]:
    """Yield the parts of a stretch as ``ranges`` cut it, with all that goes around each."""
    cuts = sorted({border for start, end, _ in ranges for border in (start, end)})
    for leaf in stretch:
        end = leaf.start + len(leaf.text)
        inside = cuts[bisect_right(cuts, leaf.start) : bisect_left(cuts, end)]
        start = leaf.start
        marks: frozenset[Wrap] = leaf.marks if keep_marks else frozenset()
        for stop in (*inside, end):
            text = leaf.text[start - leaf.start : stop - leaf.start]
            html = "<br>" if leaf.is_break else escape(text)
            new = [wrap for first, last, wrap in ranges if first < stop and last > start]
            yield html, marks.union(new) if new else marks
            start = stop
