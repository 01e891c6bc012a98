"""What can differ between two states of a piece, as `articles.compare` finds it.

What documents name by key (people, sources, sections …) stays a key here; `Comparison.needs` says
which names a page will want, and the templates look them up in the mapping that the view hands
them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.choices import State
from history.diff import Change
from history.paragraphs import BlockChange

NAMES: dict[str, Promise] = {
    "kicker": _("Kicker"),
    "headline": _("Headline"),
    "standfirst": _("Standfirst"),
    "language": _("Language"),
    "section": _("Section"),
    "tags": _("Tags"),
    "embargo": _("Embargo"),
    "bylines": _("Bylines"),
    "images": _("Images"),
    "statement": _("Statement"),
    "voice": _("Voice"),
    "attribution": _("Who says so"),
    "as_of": _("As of"),
    "check_by": _("Check again by"),
    "risk": _("Risk"),
    "accuses": _("Accuses somebody"),
    "rests_on": _("Rests on"),
    "citations": _("Citations"),
    "source": _("Source"),
    "capture": _("Secured copy"),
    "stance": _("Stance"),
    "tier": _("Disclosure"),
    "credibility": _("Credibility"),
    "quote": _("Quote"),
    "translation": _("Translation"),
    "locator": _("Where in the source"),
    "note": _("Note"),
    "authorised_on": _("Authorised on"),
    "sealed": _("Sealed words"),
    "role": _("Role"),
    "person": _("Person"),
    "file": _("File"),
    "caption": _("Caption"),
    "credit": _("Credit"),
    "rights": _("Rights"),
    "alt": _("Alternative text"),
    "format": _("Formatting"),
}

Form = Literal[
    "words", "choice", "yes", "date", "moment", "label", "labels", "order", "secret", "plain"
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field whose value is another now.

    `form` says what `old` and `new` are: texts ("words", with their `changes`), values of a
    vocabulary ("choice"), whether ("yes"), days, moments, keys to be labelled ("label"), or
    neither shown nor showable ("secret"). For "labels" only `added` and `removed` keys count, for
    "order" nothing.
    `of` is the key of the person whose role it is.
    """

    name: str
    form: Form
    old: Any = None
    new: Any = None
    changes: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    of: str = ""

    @property
    def title(self) -> Promise | str:
        return NAMES.get(self.name, self.name)


@dataclass(frozen=True, slots=True)
class Formatting:
    """Words of a paragraph that look different now, or link elsewhere, and read the same.

    `what` is "strong", "em", "a" (with its `target`), or "kind": `words` is then a key of KINDS.
    """

    what: str
    gained: bool
    words: str
    target: str = ""

    @property
    def said(self) -> Promise:
        if self.what == "kind":
            return KINDS[self.words]
        return _FORMATTING[self.what, self.gained]


KINDS: dict[str, Promise] = {
    "p": _("now a paragraph"),
    "h2": _("now a heading"),
    "h3": _("now a smaller heading"),
    "ul": _("now in a list"),
    "ol": _("now in a numbered list"),
    "blockquote": _("now a quotation"),
}
_FORMATTING: dict[tuple[str, bool], Promise] = {
    ("strong", True): _("now bold"),
    ("strong", False): _("no longer bold"),
    ("em", True): _("now in italics"),
    ("em", False): _("no longer in italics"),
    ("a", True): _("now links to"),
    ("a", False): _("no longer links to"),
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body, or several that were split or joined (see `BlockChange`).

    `kind` is a key of KINDS. `claims` are the claim changes that stand beside it. It is `seen` if
    a reader of the comparison has something to look at there.
    `stood_under` is the heading above the place that a moved one has left.
    """

    change: BlockChange
    kind: str
    formatting: tuple[Formatting, ...] = ()
    claims: tuple["ClaimChange", ...] = ()
    seen: bool = False
    stood_under: str = ""

    @property
    def op(self) -> str:
        return self.change.op

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.change.words

    @property
    def text(self) -> str:
        return "".join(part for op, part in self.change.words if op != "-")

    @property
    def anchor(self) -> str:
        """A name by which a moved paragraph and the place that it left find each other."""
        return f"moved-{self.change.old[0]}" if self.op in ("moved", "left") else ""

    @property
    def opening(self) -> str:
        """The first words, for pointing at the paragraph from elsewhere."""
        opening = self.text.split()
        return " ".join(opening[:6]) + (" …" if len(opening) > 6 else "")


@dataclass(frozen=True, slots=True)
class PassageChange:
    """Words of the piece that came under a claim, left it, changed, or can no longer be found."""

    op: Literal["added", "removed", "edited", "lost", "found"]
    field: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class CitationChange:
    op: Literal["added", "removed", "changed"]
    citation: Mapping[str, Any]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """What happened to one claim, as it is in `claim` and was in `before`.

    `checks` are the new ones, oldest first, `verdict` the latest one before them. "changed" may
    mean no more than new checks: then every other part is empty. `number` counts the claims of
    the document that has it. `was` and `now` are its standings as far as the documents tell
    (see `looking_back.state_then`); empty where a document does not have it.
    """

    op: Literal["added", "withdrawn", "restored", "changed"]
    id: str
    claim: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    statement: tuple[Change, ...] = ()
    differences: tuple[Difference, ...] = ()
    passages: tuple[PassageChange, ...] = ()
    citations: tuple[CitationChange, ...] = ()
    checks: tuple[Mapping[str, Any], ...] = ()
    verdict: str = ""
    number: int = 0
    was: str = ""
    now: str = ""

    @property
    def went_stale(self) -> bool:
        """Whether a check that counted stopped to count, by what was changed."""
        return _verified(self.was) and bool(self.now) and not _verified(self.now)

    @property
    def counts_again(self) -> bool:
        """Whether an earlier check counts again, since what it was made on is back."""
        return (
            not self.checks
            and bool(self.was or self.op == "restored")
            and not _verified(self.was)
            and _verified(self.now)
        )

    @property
    def reworded(self) -> bool:
        return any(op != "=" for op, _text in self.statement)

    @property
    def content_changed(self) -> bool:
        return self.op != "changed" or bool(
            self.reworded or self.differences or self.passages or self.citations
        )


def _verified(state: str) -> bool:
    return bool(state) and state not in State.unverified()


@dataclass(frozen=True, slots=True)
class ImageChange:
    op: Literal["added", "removed", "changed"]
    image: Mapping[str, Any]
    differences: tuple[Difference, ...] = ()


class Fold(NamedTuple):
    """Paragraphs in a row of which nothing is to be said."""

    paragraphs: tuple[Paragraph, ...]


class Fact(NamedTuple):
    """Something countable that happened. As JSON: `[what, number, other]`; names nobody.

    `what` is a key of the table below. `other` is the second count where there is one: words
    that went ("text") or sentences ("readings").
    """

    what: str
    number: int = 1
    other: int = 0


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two piece documents, in reading order.

    `elsewhere` holds the claim changes that have no paragraph of the body to stand beside.
    """

    fields: tuple[Difference, ...]
    metadata: tuple[Difference, ...]
    images: tuple[ImageChange, ...]
    body: tuple[Paragraph, ...]
    claims: tuple[ClaimChange, ...]
    elsewhere: tuple[ClaimChange, ...]
    readings: tuple[Mapping[str, Any], ...]
    facts: tuple[Fact, ...]

    @property
    def changed(self) -> bool:
        return bool(self.facts)

    @cached_property
    def rows(self) -> tuple[Paragraph | Fold, ...]:
        """The body with runs of unchanged paragraphs folded."""
        rows: list[Paragraph | Fold] = []
        quiet: list[Paragraph] = []
        for paragraph in self.body:
            if paragraph.seen or paragraph.op == "left":
                if quiet:
                    rows.append(Fold(tuple(quiet)))
                    quiet = []
                rows.append(paragraph)
            elif paragraph.text.strip():
                quiet.append(paragraph)
        if quiet:
            rows.append(Fold(tuple(quiet)))
        return tuple(rows)

    @cached_property
    def needs(self) -> dict[str, frozenset[str]]:
        """The keys that a page needs names for, by kind.

        Kinds: "people", "sections", "tags", "sources", "captures", "users", "claims".
        """
        needs: defaultdict[str, set[str]] = defaultdict(set)
        kinds = {
            "section": "sections",
            "tags": "tags",
            "bylines": "people",
            "person": "people",
            "rests_on": "claims",
            "source": "sources",
            "capture": "captures",
        }

        def see(differences: Iterable[Difference]) -> None:
            for difference in differences:
                if difference.form in ("label", "labels"):
                    keys = {difference.old, difference.new, *difference.added, *difference.removed}
                    needs[kinds[difference.name]].update(keys - {None})

        see(self.metadata)
        needs["people"].update(difference.of for difference in self.metadata if difference.of)
        for claim in self.claims:
            see(claim.differences)
            needs["users"].update(check["checker"] for check in claim.checks)
            for citation in claim.citations:
                see(citation.differences)
                needs["sources"].add(citation.citation["source"])
        needs["users"].update(reading["reader"] for reading in self.readings)
        return {kind: frozenset(keys) for kind, keys in needs.items() if keys}
