"""How a public page shows claims: marks in the text, and one note for each claim.

Marks are cut where claims overlap, so each piece of marked text names all claims that it belongs
to. A claim may be stated several times; its note stands once, beside the paragraph in which the
body first states it (the first one, if the passage spans several), or, for a claim that the body
does not state, as a sheet at the headline or caption. Reference numbers follow each passage. What
the document does not explain stays plain text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import nh3
from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext, pgettext_lazy

from claims import text as manuscripts
from sources import references

from . import wording

Document = Mapping[str, Any]
Run = tuple[int, int, str]  # start, end (code points, exclusive), claim
Place = tuple[str, int | None]  # plain field; for captions, the image

CLAIM_ID = re.compile(r"c[1-9][0-9]{0,5}")
PLAIN_FIELDS = ("kicker", "headline", "standfirst")
PIECE = re.compile(r'<span data-piece="(\d+)">(.*?)</span>', re.DOTALL)
PIECE_OR_LINK = re.compile(PIECE.pattern + r"|<a\b[^>]*>|</a>", re.DOTALL)

# How many notes of one block the style sheet sets beside the text; further ones open as sheets.
SLOTS = 8

# The words for verdicts, the gravest first: where passages overlap, the gravest is shown.
VERDICTS: dict[str, Promise] = {
    "refuted": pgettext_lazy("standing", "refuted"),
    "disputed": pgettext_lazy("standing", "disputed"),
    "unconfirmed": pgettext_lazy("standing", "not yet confirmed"),
    "unverifiable": pgettext_lazy("standing", "cannot be verified"),
    "partly": pgettext_lazy("standing", "partly supported"),
    "supported": pgettext_lazy("standing", "supported"),
}
GRAVITY = list(VERDICTS)
STANCES: dict[str, Promise] = {
    "contradicts": pgettext_lazy("stance", "contradicts"),
    "context": pgettext_lazy("stance", "context"),
}


# What ``articles.body`` lets in, with the public ids of claims; nothing else comes out.
_SANITISER = nh3.Cleaner(
    tags={"p", "h2", "h3", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "span"},
    attributes={"a": {"href", "title"}, "ol": {"start"}, "span": {manuscripts.MARK}},
    attribute_filter=lambda tag, name, value: (
        value if name != manuscripts.MARK or CLAIM_ID.fullmatch(value) else None
    ),
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class Note:
    """The evidence behind one claim. Its texts are plain, not yet escaped."""

    claim: str
    slot: int  # place among the notes of its block, from 1; 0 for a note that is a sheet only
    standing: str
    word: str
    numbers: str
    statement: str
    who: str
    checked: wording.Time | None
    citations: list[dict[str, Any]]
    rests_on: list[dict[str, str]]

    @property
    def sheet(self) -> bool:
        return not 1 <= self.slot <= SLOTS

    @property
    def details(self) -> list[dict[str, Any]]:
        """The citations of which there is more to say than their label."""
        more = ("locator", "quote", "translation", "accessed", "archived")
        return [citation for citation in self.citations if any(citation[key] for key in more)]


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level element of the body and the notes that stand beside it."""

    html: SafeString
    notes: list[Note]


@dataclass(slots=True)
class Piece:
    """A stretch of text throughout which the same claims are stated."""

    start: int
    end: int
    claims: list[str]
    starting: list[str] = field(default_factory=list)
    ending: list[str] = field(default_factory=list)


class Evidence:
    """The claims of one public document, placed in its texts.

    The body is rendered at once (``blocks``); plain fields are asked for one by one, from top to
    bottom, and ``notes`` gives the notes that came up with them.
    """

    def __init__(self, document: Document) -> None:
        self.claims: dict[str, Document] = {}
        for claim in mappings(document.get("claims")):
            if isinstance(claim.get("id"), str) and CLAIM_ID.fullmatch(claim["id"]):
                self.claims.setdefault(claim["id"], claim)
        self.sources: dict[int, Document] = {}
        for source in mappings(document.get("references")):
            if type(source.get("number")) is int:
                self.sources.setdefault(source["number"], source)
        self._numbers = {claim: sorted(self._reach(claim)) for claim in self.claims}

        self._texts = plain_texts(document)
        self._runs = {place: self._plain_runs(place) for place in self._texts}
        body = document.get("body")
        html = (
            "".join(_SANITISER.clean(string(block)) for block in body)
            if isinstance(body, list)
            else ""
        )
        body_runs = self._body_runs(html)
        self._in_body = {claim for _, _, claim in body_runs}
        plain_runs = (run for runs in self._runs.values() for run in runs)
        #: Ids of the claims that the page states anywhere.
        self.stated: set[str] = self._in_body.union(claim for _, _, claim in plain_runs)
        self._slots: dict[str, int] = {}
        self._waiting: list[str] = []
        #: The body: each block sanitised once more and marked, with its notes.
        self.blocks: list[Block] = list(self._body_blocks(html, _cut(body_runs)))

    def plain(self, name: str, image: int | None = None) -> SafeString:
        """Return a plain field, escaped, its passages marked and its line breaks kept."""
        text = self._texts.get((name, image), "")
        html, at = "", 0
        for piece in _cut(self._runs.get((name, image), [])):
            anchors = [
                claim
                for claim in piece.starting
                if claim not in self._in_body and self._comes_up(claim, slot=0)
            ]
            marked, refs = self._mark(_lines(text[piece.start : piece.end]), piece, anchors)
            html += _lines(text[at : piece.start]) + marked + refs
            at = piece.end
        return mark_safe(html + _lines(text[at:]))

    def notes(self) -> list[Note]:
        """Return the notes that came up since the last call, each claim's once."""
        waiting, self._waiting = self._waiting, []
        return [self._note(claim) for claim in waiting]

    def first_citing(self, number: int) -> str:
        """Return the id of a stated claim that cites a reference, or ``""``."""
        return next((c for c in self.claims if c in self.stated and number in self._numbers[c]), "")

    def locators(self, number: int) -> list[str]:
        """Return where in a reference the claims on this page have their words from."""
        cited = (
            citation
            for claim in self.claims
            if claim in self.stated
            for citation in mappings(self.claims[claim].get("citations"))
            if citation.get("reference") == number
        )
        return [one for one in dict.fromkeys(string(row.get("locator")) for row in cited) if one]

    # ---- where claims stand

    def _plain_runs(self, place: Place) -> list[Run]:
        text = self._texts[place]
        runs = []
        for name, claim in self.claims.items():
            for passage in mappings(claim.get("passages")):
                start, end = passage.get("start"), passage.get("end")
                if (passage.get("field"), passage.get("image")) != place:
                    continue
                if type(start) is int and type(end) is int and 0 <= start < end <= len(text):
                    runs.append((start, end, name))
        return _tidy(runs, text)

    def _body_runs(self, html: str) -> list[Run]:
        manuscript = manuscripts.read(html)
        runs = [
            (start, end, claim)
            for claim, spans in manuscripts.passages(manuscript).items()
            if claim in self.claims
            for start, end in spans
        ]
        return _tidy(runs, manuscript.text)

    def _reach(self, claim: str, above: frozenset[str] = frozenset()) -> set[int]:
        """Return the numbers of the references of a claim and of those that it rests on."""
        if claim in above or claim not in self.claims:
            return set()
        numbers = {
            citation["reference"]
            for citation in mappings(self.claims[claim].get("citations"))
            if type(citation.get("reference")) is int and citation["reference"] in self.sources
        }
        for other in strings(self.claims[claim].get("rests_on")):
            numbers |= self._reach(other, above | {claim})
        return numbers

    def _comes_up(self, claim: str, slot: int) -> bool:
        """Note the first passage of a claim, where its id and note belong; else return false."""
        if claim in self._slots:
            return False
        self._slots[claim] = slot
        self._waiting.append(claim)
        return True

    # ---- mark-up

    def _body_blocks(self, html: str, pieces: list[Piece]) -> Iterator[Block]:
        spans = [
            manuscripts.Span(piece.start, piece.end, {"data-piece": str(index)})
            for index, piece in enumerate(pieces)
        ]
        html = manuscripts.annotate(manuscripts.unmark(html), spans)
        # Bold type, links and paragraphs cut a piece into parts: its claims begin in the first of
        # them and end in the last.
        parts = Counter(int(part[1]) for part in PIECE.finditer(html))
        left = parts.copy()
        in_link = False
        held = ""  # numbers are links themselves: those of a passage inside a link come after it

        def replace(match: re.Match[str]) -> str:
            nonlocal in_link, held
            if match[1] is None:
                in_link = match[0] != "</a>"
                after, held = ("", held) if in_link else (held, "")
                return match[0] + after
            index = int(match[1])
            piece = pieces[index]
            anchors = []
            if left[index] == parts[index]:
                for claim in piece.starting:
                    if self._comes_up(claim, slot=len(self._waiting) + 1):
                        anchors.append(claim)
            left[index] -= 1
            marked, refs = self._mark(match[2], piece, anchors, ends=not left[index], apart=in_link)
            if in_link:
                held += refs
                return marked
            return marked + refs

        for block in manuscripts.split_blocks(html):
            marked = PIECE_OR_LINK.sub(replace, block)
            if marked.strip():
                yield Block(mark_safe(marked), self.notes())

    def _mark(
        self, html: str, piece: Piece, anchors: list[str], *, ends: bool = True, apart: bool = False
    ) -> tuple[str, str]:
        """Return marked HTML, and what follows it: the words of the claims that end here.

        The numbers stand inside the mark unless they are to stand *apart*.
        """
        ending = piece.ending if ends else []
        refs = "".join(self._refs(claim) for claim in ending)
        words = "".join(self._word(claim) for claim in ending)
        if not apart:
            html, refs = html + refs, ""
        for claim in reversed(anchors[1:]):
            html = f'<span class="claim-anchor"{self._anchor(claim)}>{html}</span>'
        standing = min((self._standing(claim) for claim in piece.claims), key=GRAVITY.index)
        mark = (
            f'<span class="claim-mark"{self._anchor(anchors[0]) if anchors else ""}'
            f' data-claims="{" ".join(piece.claims)}" data-standing="{standing}">{html}</span>'
        )
        return mark, refs + words

    def _anchor(self, claim: str) -> str:
        slot = f' data-slot="{self._slots[claim]}"' if self._beside(claim) else ""
        return f' id="claim-{claim}"{slot}'

    def _refs(self, claim: str) -> str:
        label = format_html(
            '<span class="visually-hidden">{} </span>{}',
            pgettext("public page", "Evidence"),
            self._label(claim),
        )
        standing = f' data-standing="{self._standing(claim)}"'
        button = f'<button type="button" popovertarget="note-{claim}">{label}</button>'
        if not self._beside(claim):
            return f'<span class="claim-refs claim-refs--sheet"{standing}>{button}</span>'
        link = f'<a href="#note-{claim}" aria-describedby="note-{claim}-word">{label}</a>'
        return f'<span class="claim-refs"{standing}>{link}{button}</span>'

    def _word(self, claim: str) -> str:
        standing = self._standing(claim)
        return format_html(
            '<span class="claim-word{}" data-standing="{}">'
            '<span class="standing-shape"></span>{}</span>',
            "" if self._beside(claim) else " claim-word--sheet",
            standing,
            VERDICTS[standing],
        )

    def _beside(self, claim: str) -> bool:
        """Return whether a claim's note can stand beside the text."""
        return 1 <= self._slots.get(claim, 0) <= SLOTS

    # ---- notes

    def _label(self, claim: str) -> str:
        # A claim can rest on another that is shown without numbers of its own.
        return ", ".join(map(str, self._numbers[claim])) or "*"

    def _standing(self, claim: str) -> str:
        verdict = self.claims[claim].get("verdict")
        return verdict if isinstance(verdict, str) and verdict in VERDICTS else "unconfirmed"

    def _note(self, name: str) -> Note:
        claim = self.claims[name]
        standing = self._standing(name)
        return Note(
            claim=name,
            slot=self._slots[name],
            standing=standing,
            word=str(VERDICTS[standing]),
            numbers=self._label(name),
            statement=string(claim.get("statement")),
            who=_who(claim),
            checked=wording.day(claim.get("checked")),
            citations=[
                citation
                for entry in mappings(claim.get("citations"))
                if (citation := self._citation(entry))
            ],
            rests_on=[
                {"claim": other, "statement": string(self.claims[other].get("statement"))}
                for other in strings(claim.get("rests_on"))
                if other in self.stated and other != name
            ],
        )

    def _citation(self, entry: Document) -> dict[str, Any] | None:
        number = entry.get("reference")
        if type(number) is not int or number not in self.sources:
            return None
        source = self.sources[number]
        return {
            "number": number,
            "label": string(source.get("description")) or references.short(_csl(source)),
            "stance": STANCES.get(string(entry.get("stance")), ""),
            "quote": wording.quotation(string(entry.get("quote"))),
            "translation": wording.quotation(string(entry.get("translation"))),
            "locator": string(entry.get("locator")),
            "accessed": wording.day(source.get("accessed")),
            "archived": bool(source.get("capture") or source.get("archived")),
        }


# ---- the parts of a document, whatever they hold


def string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def mappings(value: Any) -> list[Document]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _csl(source: Document) -> Document:
    csl = source.get("csl")
    return csl if isinstance(csl, Mapping) else {}


def plain_texts(document: Document) -> dict[Place, str]:
    texts: dict[Place, str] = {(name, None): string(document.get(name)) for name in PLAIN_FIELDS}
    for index, image in enumerate(mappings(document.get("images"))):
        texts["caption", index] = string(image.get("caption"))
    return texts


def _who(claim: Document) -> str:
    who = string(claim.get("attribution"))
    as_of = wording.day(claim.get("as_of"))
    if not as_of:
        return who
    when = gettext("as of %(date)s") % {"date": as_of.text}
    return f"{who}, {when}" if who else when[:1].upper() + when[1:]


# ---- text


def _lines(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")


def _tidy(runs: Iterable[Run], text: str) -> list[Run]:
    """Return the runs without white space at their ends, those of one claim merged, in order."""
    trimmed = []
    for start, end, claim in runs:
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        end -= len(words) - len(words.rstrip())
        if start < end:
            trimmed.append((start, end, claim))
    merged: dict[str, list[Run]] = {}
    for start, end, claim in sorted(trimmed):
        own = merged.setdefault(claim, [])
        if own and start <= own[-1][1]:
            own[-1] = (own[-1][0], max(end, own[-1][1]), claim)
        else:
            own.append((start, end, claim))
    return sorted((run for own in merged.values() for run in own), key=lambda r: (r[0], -r[1]))


def _cut(runs: list[Run]) -> list[Piece]:
    """Return the pieces that the runs are cut into where others begin or end."""
    starts: dict[int, list[str]] = {}
    ends: dict[int, list[str]] = {}
    for start, end, claim in runs:
        starts.setdefault(start, []).append(claim)
        ends.setdefault(end, []).append(claim)
    pieces: list[Piece] = []
    stated: list[str] = []
    at = 0
    for border in sorted(starts.keys() | ends.keys()):
        if stated:
            pieces.append(Piece(at, border, list(stated)))
            pieces[-1].starting = starts.get(at, [])
            pieces[-1].ending = ends.get(border, [])
        stated = [claim for claim in stated if claim not in ends.get(border, ())]
        stated += starts.get(border, [])
        at = border
    return pieces
