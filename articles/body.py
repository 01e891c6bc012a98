"""The body of an article: what its HTML may hold, and the field that sees to it.

A body is a row of blocks as the editor writes them: paragraphs, headings of
level 2 and 3, lists, quotations, tables. Inside of text blocks there are bold and italic
words, raised and lowered ones, links, line breaks and the marks of claims (see ``claims.text``).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import nh3
from django.db import models
from django_prose_editor.fields import ProseEditorField, ProseEditorFormField

from claims.text import INLINE, MARK, Token, Wrap, attributes, escape, mark_wrap, nest, start_tag
from claims.text import tokens as tokens_of

from . import grids

URL_SCHEMES = ["http", "https", "mailto"]

# What the editor offers. "Claim" is ours: its script and what it lets through are registered
# in the setting DJANGO_PROSE_EDITOR_EXTENSIONS.
EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": URL_SCHEMES},
    "HardBreak": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "History": True,
    "Claim": True,
}


def clean(html: str) -> str:
    """Return any HTML as a body: harmless, and in the one form that we store.

    - The structure is that of the editor, so that opening and saving a body
      changes nothing: text stands in p, h2 or h3, list items begin with a
      paragraph, other headings become the nearest of ours, tables become plain grids
      (see ``articles.grids``); what stands alone in a table, or in a table in a table,
      becomes paragraphs. Of all other elements the text remains, of scripts, styles
      and frames nothing.
    - Inside of text blocks only strong, em, sub, sup, a[href, title], br and
      span[data-claim=UUID] remain, nested as ``claims.text`` writes them. Bold, italic,
      raised and lowered are also taken from the styles that word processors use for them.
    - Links go to http, https, mailto and relative addresses only.
    - Text is in normal form C, without control characters; white space is
      collapsed as browsers show it. So is the whole result in normal form C.
    - A body without any words is "".

    ``clean(clean(html)) == clean(html)``.
    """
    html = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", html)
    html = _FOREIGN.sub("", html)
    html = grids.marked(html)
    body = _Body()
    for token in tokens_of(_SANITISER.clean(html)):
        body.take(token)
    return body.html()


class Verbatim(str):
    """A body that is written as it is: one that was stored before, under the rules of its time."""

    __slots__ = ()


class BodyFormField(ProseEditorFormField):
    """Cleans before it validates and compares, so that markup without words is no answer."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return clean(value) if isinstance(value, str) else value


class BodyField(ProseEditorField):
    """A text field that holds nothing but ``clean`` HTML, whichever way the value came.

    Forms, ``save``, ``update``, ``bulk_create`` and ``bulk_update`` are covered. What the
    database computes itself (``Concat``, ``F``) is not, which is why output is sanitised again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", deepcopy(EXTENSIONS))
        kwargs.setdefault("sanitize", clean)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Verbatim):
            return value
        value = super().to_python(value)
        return clean(value) if isinstance(value, str) else value

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = super().pre_save(instance, add)
        if isinstance(value, str) and not isinstance(value, Verbatim):
            # The instance then holds what the row holds.
            value = clean(value)
            setattr(instance, self.attname, value)
            return Verbatim(value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Verbatim):
            value = Verbatim(clean(value))
        return super().get_db_prep_save(value, connection)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": BodyFormField, **kwargs})


# What has no place in any text: NUL and halves of surrogate pairs.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
# Tags that would take the words around them along: HTML parsers read what is inside of the first
# in ways of its own, and sanitisers drop the others, of formulas and drawings, with all they hold.
_FOREIGN = re.compile(
    r"</?(?:noscript|plaintext|template|textarea|xmp"
    r"|math|mfenced|mfrac|mi|mn|mo|mover|mpadded|mroot|mrow|ms|mspace|msqrt|mstyle|msub|msubsup"
    r"|msup|mtable|mtd|mtext|mtr|munder|munderover|semantics|g|svg|switch|textpath|tspan)"
    r"""(?=[\s/>])(?:[^>"']|"[^"]*"|'[^']*')*+>""",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_SPACE = re.compile("[ \t\n\x0b\f\r\x85\u2028\u2029]+")
_WEIGHT = re.compile(r"font-weight:\s*([a-z]+|\d+)")
_SLANT = re.compile(r"font-style:\s*([a-z]+)")
_SHIFT = re.compile(r"vertical-align:\s*(sub|super|baseline)")
_ORDERED = re.compile(r"\(?\w+[.)]")

_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
_CONTAINERS = frozenset(["ul", "ol", "li", "blockquote"])
_CELLS = frozenset(["td", "th"])
# What holds paragraphs and no headings.
_ITEMS = _CELLS | {"li"}
# Deeper structure is no writing; its text comes out one level higher.
_DEEPEST = 16

_SANITISER = nh3.Cleaner(
    tags={
        *("p", *_HEADINGS, *_CONTAINERS, "div", "pre", "hr", "dl", "dt", "dd", "address"),
        *("article", "aside", "footer", "header", "main", "nav", "section", "figure", "figcaption"),
        *("strong", "b", "em", "i", "sub", "sup", "a", "br", "span"),
    },
    clean_content_tags={"script", "style", "title", "iframe", "noembed", "noframes"},
    attributes={
        "a": {"href", "title"},
        "span": {MARK, "style"},
        "ol": {"start"},
        "hr": set(grids.ATTRIBUTES),
        **{tag: {"style"} for tag in ("p", "strong", "b", "em", "i")},
    },
    # ``mso-list`` is how Word says that a paragraph is an item of a list.
    filter_style_properties={"font-weight", "font-style", "vertical-align", "mso-list"},
    url_schemes=set(URL_SCHEMES),
    link_rel=None,
)


class _Look(NamedTuple):
    """What surrounds a run of text inside of its block."""

    link: tuple[str, str] | None = None  # address, title
    strong: bool = False
    em: bool = False
    shift: str = ""  # "sub", "sup"
    claims: frozenset[str] = frozenset()


class _Run(NamedTuple):
    text: str  # a line feed is a line break
    look: _Look


@dataclass(slots=True, eq=False)
class _TextBlock:
    tag: str
    runs: list[_Run] = field(default_factory=list)
    marker: str | None = None  # of an item of a list in Word: "·", "1."
    explicit: bool = True  # has an element of its own, and so may be empty


@dataclass(slots=True, eq=False)
class _Container:
    """A list, an item, a quotation, a table, row or cell or, without a tag, the whole body."""

    tag: str
    start: int = 1  # the number of an ordered list's first item
    across: int = 1  # of a cell as it was written
    down: int = 1
    children: "list[_Node]" = field(default_factory=list)


_Node = _Container | _TextBlock


class _Frame(NamedTuple):
    """An open element and what holds inside of it."""

    name: str
    container: _Container
    depth: int
    tag: str = "p"  # of text blocks
    look: _Look = _Look()
    marker: bool = False  # inside of a bullet or number that Word wrote as text


class _Body:
    """Takes sanitised HTML token by token and writes it as a body."""

    def __init__(self) -> None:
        self.root = _Container("")
        self.frames = [_Frame("", self.root, 0)]
        self.block: _TextBlock | None = None
        self.worded = False

    def take(self, token: Token) -> None:
        if not token.name:
            self._text(token.text)
        elif token.name == "br":
            self._run("\n")
        elif token.closing:
            self._close(token.name)
        elif token.name == "hr":
            self.block = None
            attrs = attributes(token)
            if kind := attrs.get(grids.GRID):
                self._grid(kind, attrs)
        elif token.name != "!":
            self._open(token.name, attributes(token))

    def html(self) -> str:
        _tidy(self.root)
        return "".join(_written(self.root.children)) if self.worded else ""

    def _open(self, name: str, attrs: dict[str, str]) -> None:
        frame = self.frames[-1]
        style = attrs.get("style", "")
        if name in INLINE:
            look = _look(frame.look, name, attrs, style)
            marker = frame.marker or style.replace(" ", "") == "mso-list:Ignore"
            self.frames.append(frame._replace(name=name, look=look, marker=marker))
            return
        self.block = None
        frame = frame._replace(name=name)
        if name in _CONTAINERS:
            frame = self._enter(frame, name, attrs)
        elif name in _HEADINGS:
            frame = frame._replace(tag=_HEADINGS[name])
        elif name == "p":
            frame = frame._replace(tag="p")
        self.frames.append(frame)
        if name == "p" or name in _HEADINGS:
            block = self._begin(explicit=True)
            if "mso-list:" in style:
                block.marker = ""

    def _close(self, name: str) -> None:
        if not any(frame.name == name for frame in self.frames):
            return
        while self.frames.pop().name != name:
            pass
        if name not in INLINE:
            self.block = None

    def _enter(self, frame: _Frame, name: str, attrs: dict[str, str]) -> _Frame:
        """Return the frame of a list, an item or a quotation, at its place in the structure."""
        frame = frame._replace(tag="p")
        if frame.depth >= _DEEPEST:
            return frame
        parent = frame.container
        if parent.tag in ("table", "tr"):
            # In a table but in no cell: its words come before the table (``_before_table``).
            return frame
        if name == "li" and parent.tag not in ("ul", "ol"):
            # An item without a list: items that follow one another make one.
            last = parent.children[-1] if parent.children else None
            if not (isinstance(last, _Container) and last.tag == "ul"):
                last = _Container("ul")
                parent.children.append(last)
            parent = last
        elif name != "li" and parent.tag in ("ul", "ol"):
            parent = self._item(parent)
        container = _Container(name, _number(attrs.get("start", "")) if name == "ol" else 1)
        parent.children.append(container)
        return frame._replace(container=container, depth=frame.depth + 1)

    def _grid(self, kind: str, attrs: dict[str, str]) -> None:
        """Enter or leave a table, a row or a cell; what belongs into none is left out."""
        closing, name = kind.startswith("/"), kind.removeprefix("/")
        if name not in grids.KINDS:
            return
        inside = next((f.name for f in reversed(self.frames) if f.name in _GRID_FRAMES), "")
        if name == "table" and not closing and inside in ("td", "nested"):
            # A table in a cell: its cells are paragraphs of that cell.
            self.frames.append(self.frames[-1]._replace(name="nested"))
        elif inside == "nested":
            if kind == "/table":
                self._close("nested")
        elif closing:
            self._close("td" if name in _CELLS else name)
        elif name == "table":
            self._close("table")
            self._enter_grid("table", "table", attrs)
        elif inside:
            self._leave_to("table" if name == "tr" else "tr", "table")
            if name in _CELLS and self.frames[-1].name == "table":
                self._enter_grid("tr", "tr", attrs)
            self._enter_grid(name, "tr" if name == "tr" else "td", attrs)

    def _leave_to(self, *names: str) -> None:
        while self.frames[-1].name not in names:
            self.frames.pop()

    def _enter_grid(self, tag: str, name: str, attrs: dict[str, str]) -> None:
        frame = self.frames[-1]
        parent = frame.container
        if tag == "table" and parent.tag in ("ul", "ol"):
            parent = self._item(parent)
        if tag == "table" and frame.depth >= _DEEPEST:
            self.frames.append(frame._replace(name="nested"))
            return
        container = _Container(
            tag,
            across=_number(attrs.get("data-across", "")),
            down=_number(attrs.get("data-down", "")),
        )
        parent.children.append(container)
        self.frames.append(
            frame._replace(name=name, container=container, depth=frame.depth + 1, tag="p")
        )

    def _item(self, parent: _Container) -> _Container:
        """Return the list's last item, for what stands in a list without an item."""
        for last in parent.children[-1:]:
            if isinstance(last, _Container):
                return last
        item = _Container("li")
        parent.children.append(item)
        return item

    def _begin(self, *, explicit: bool = False) -> _TextBlock:
        frame = self.frames[-1]
        parent = frame.container
        if parent.tag in ("ul", "ol"):
            parent = self._item(parent)
        # Items of lists and cells hold no headings.
        if parent.tag in ("table", "tr"):
            return self._before_table(explicit)
        self.block = _TextBlock("p" if parent.tag in _ITEMS else frame.tag, explicit=explicit)
        parent.children.append(self.block)
        return self.block

    def _before_table(self, explicit: bool) -> _TextBlock:
        """Begin a paragraph for what stands in a table but in no cell: a caption, words astray."""
        at = max(i for i, frame in enumerate(self.frames) if frame.name == "table")
        table, around = self.frames[at].container, self.frames[at - 1].container
        if around.tag in ("ul", "ol"):
            around = self._item(around)
        self.block = _TextBlock("p", explicit=explicit)
        around.children.insert(around.children.index(table), self.block)
        return self.block

    def _text(self, text: str) -> None:
        text = _SPACE.sub(" ", _INVISIBLE.sub("", text))
        if self.block is None and not text.strip(" "):
            return
        if self.frames[-1].marker and self.block and self.block.marker is not None:
            self.block.marker += text
            return
        self._run(text)

    def _run(self, text: str) -> None:
        block = self.block or self._begin()
        block.runs.append(_Run(text, self.frames[-1].look))
        self.worded = self.worded or not text.isspace()


def _look(look: _Look, name: str, attrs: dict[str, str], style: str) -> _Look:
    """Return how text looks inside of an inline element."""
    if name in ("strong", "b"):
        look = look._replace(strong=True)
    elif name in ("em", "i"):
        look = look._replace(em=True)
    elif name in ("sub", "sup"):
        look = look._replace(shift=name)
    elif name == "a" and (href := _address(attrs.get("href", ""))):
        look = look._replace(link=(href, _line(attrs.get("title", ""))))
    elif name == "span" and (claim := _claim(attrs.get(MARK, ""))):
        look = look._replace(claims=look.claims | {claim})
    # Google Docs wraps everything in <b style="font-weight:normal"> and says bold by style.
    if weight := _WEIGHT.search(style):
        value = weight[1]
        look = look._replace(
            strong=int(value) >= 600 if value.isdigit() else value in ("bold", "bolder")
        )
    if slant := _SLANT.search(style):
        look = look._replace(em=slant[1] in ("italic", "oblique"))
    if shift := _SHIFT.search(style):
        look = look._replace(shift={"sub": "sub", "super": "sup"}.get(shift[1], ""))
    return look


def _claim(value: str) -> str | None:
    """Return a well-formed id of a claim in lower case."""
    try:
        claim = str(UUID(value))
    except ValueError:
        return None
    return claim if claim == value.lower() else None


def _address(value: str) -> str:
    """Return where a link goes, or "" if that is nowhere we link to."""
    href = _line(value)
    # The sanitiser has looked at it before control characters were taken out.
    scheme, colon, _ = re.split("[/?#]", href, maxsplit=1)[0].partition(":")
    return href if not colon or scheme.lower() in URL_SCHEMES else ""


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _line(value: str) -> str:
    return unicodedata.normalize("NFC", _SPACE.sub(" ", _INVISIBLE.sub("", value)).strip())


def _tidy(container: _Container) -> None:
    """Bring what was collected into the editor's structure, from the inside out."""
    for child in container.children:
        if isinstance(child, _Container):
            _tidy(child)
        else:
            child.runs = _flow(child.runs)
    container.children = [
        child
        for child in _gather_items(container.children)
        if (child.runs or child.explicit if isinstance(child, _TextBlock) else _kept(child))
    ]
    first = container.children[0] if container.children else None
    if container.tag == "li" and not isinstance(first, _TextBlock):
        container.children.insert(0, _TextBlock("p"))
    container.children = [plain for child in container.children for plain in _plain_grid(child)]


def _plain_grid(node: _Node) -> list[_Node]:
    """Return a tidy table as a grid without spans; of a single cell or no words, its text."""
    if not (isinstance(node, _Container) and node.tag == "table"):
        return [node]
    rows = [row.children for row in node.children if isinstance(row, _Container)]
    written = [
        [grids.Cell(cell, cell.across, cell.down) for cell in row if isinstance(cell, _Container)]
        for row in rows
    ]
    cells = [cell.content for row in written for cell in row]
    if len(cells) < 2 or not any(map(_words, cells)):
        return [block for cell in cells for block in cell.children if _words(block)]
    even = [[_cell(found) for found in row] for row in grids.even(written)]
    node.children = [_Container("tr", children=list(row)) for row in even]
    return [node]


def _cell(found: list[Any]) -> _Container:
    tag = found[0].tag if found else "td"
    blocks = [block for one in found for block in one.children]
    return _Container(tag, children=blocks or [_TextBlock("p")])


def _words(node: _Node) -> bool:
    if isinstance(node, _TextBlock):
        return bool(node.runs)
    return any(_words(child) for child in node.children)


def _kept(container: _Container) -> bool:
    # An empty cell keeps the others in their columns.
    return bool(container.children) or container.tag in _CELLS


def _gather_items(children: Iterable[_Node]) -> Iterator[_Node]:
    """Make lists of the neighbouring paragraphs that Word says are items of a list."""

    def kind(child: _Node) -> str:
        if isinstance(child, _Container) or child.marker is None:
            return ""
        return "ol" if _ORDERED.fullmatch(child.marker.strip(" \xa0")) else "ul"

    for tag, group in groupby(children, kind):
        if not tag:
            yield from group
        else:
            yield _Container(tag, children=[_Container("li", children=[one]) for one in group])


def _flow(runs: Iterable[_Run]) -> list[_Run]:
    """Return the runs of a text block with white space and accents where they belong."""
    flowing: list[_Run] = []
    for run in runs:
        text = run.text
        if text == "\n":
            _drop_space(flowing)
        elif not flowing or flowing[-1].text[-1] in " \n":
            text = text.lstrip(" ")
        if text:
            flowing.append(run._replace(text=text))
    # Nobody sees a space or a line break at the end of a block.
    _drop_space(flowing)
    while flowing and flowing[-1].text == "\n":
        flowing.pop()
        _drop_space(flowing)
    text = "".join(run.text for run in flowing)
    if not text.strip():
        # No-break spaces alone are how others write an empty paragraph.
        return []
    if not text.isascii():
        flowing = _composed(flowing)
    return flowing


def _drop_space(runs: list[_Run]) -> None:
    """Take away the one space that collapsed text may end with."""
    if runs and runs[-1].text.endswith(" "):
        last = runs.pop()
        if text := last.text[:-1]:
            runs.append(last._replace(text=text))


def _composed(runs: Iterable[_Run]) -> list[_Run]:
    """Bring a text block as a whole into normal form C: accents go where their letters are."""
    composed: list[_Run] = []
    for run in runs:
        text = unicodedata.normalize("NFC", run.text)
        if composed and composed[-1].text != "\n":
            before = composed[-1].text
            while taken := _accents(before[-1], text):
                before = unicodedata.normalize("NFC", before + text[:taken])
                text = text[taken:]
            composed[-1] = composed[-1]._replace(text=before)
        elif text.startswith("\N{COMBINING LONG SOLIDUS OVERLAY}"):
            # In normal form C it would become one with the ``>`` of the tag before it.
            text = "\N{NO-BREAK SPACE}" + text
        if text:
            composed.append(run._replace(text=text))
    return composed


def _accents(before: str, text: str) -> int:
    """Return how many characters at the start of a text belong to the character before it."""
    count = 0
    while count < len(text) and unicodedata.combining(text[count]):
        count += 1
    if not count and text and not unicodedata.is_normalized("NFC", before + text[0]):
        # Parts of a Hangul syllable are no accents, yet become one character.
        return 1
    return count


def _written(children: Iterable[_Node]) -> Iterator[str]:
    for child in children:
        if isinstance(child, _Container):
            yield start_tag(child.tag, {"start": str(child.start)} if child.start != 1 else {})
            yield from ["<tbody>"] * (child.tag == "table")
            yield from _written(child.children)
            yield from ["</tbody>"] * (child.tag == "table")
        else:
            yield f"<{child.tag}>"
            yield from _inline(child.runs)
        yield f"</{child.tag}>"


def _inline(runs: Iterable[_Run]) -> Iterator[str]:
    """Write runs: links outside, then bold and italic, marks inside."""
    for link, linked in groupby(runs, lambda run: run.look.link):
        words = nest([
            (nest([(_escaped(run), _marks(run.look)) for run in alike]), wraps)
            for wraps, alike in groupby(linked, lambda run: _emphasis(run.look))
        ])  # fmt: skip
        if link:
            href, title = link
            words = start_tag("a", {"href": href, **({"title": title} if title else {})}) + words
            words += "</a>"
        yield words


def _escaped(run: _Run) -> str:
    return "<br>" if run.text == "\n" else escape(run.text)


def _marks(look: _Look) -> list[Wrap]:
    return [mark_wrap({MARK: claim}) for claim in look.claims]


def _emphasis(look: _Look) -> list[Wrap]:
    shift = [_SHIFTS[look.shift]] if look.shift else []
    return [_STRONG] * look.strong + [_EM] * look.em + shift


_STRONG = Wrap((0, 0), "<strong>", "</strong>")
_EM = Wrap((0, 1), "<em>", "</em>")
_SHIFTS = {name: Wrap((0, 2), f"<{name}>", f"</{name}>") for name in ("sub", "sup")}
_GRID_FRAMES = frozenset({"table", "tr", "td", "nested"})
