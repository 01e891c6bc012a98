"""What the ledger says, as people read it: entries chosen, ordered and put into words.

A timeline needs no documents: it is made of entries and what their payloads say. This module
knows neither pieces nor sources; each app above says how its own entries are told (`teller`),
what their kinds are called in a filter (`Group`), and the pages hand in the names behind keys.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import canonical, kinds
from .models import Checkpoint, Entry, EntryQuerySet
from .people import initials

PER_PAGE = 25
# Entries that an export holds in memory at a time.
CHUNK = 500

# ---------------------------------------------------------------------------------------------
# Words
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Old:
    """A value that was replaced."""

    text: str


@dataclass(frozen=True, slots=True)
class New:
    """A value that came in its place."""

    text: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """Both of them, side by side."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict or a claim's standing: shown by its shape and word."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """Something known by its key. Without `text` its name is shown, else it explains the text."""

    kind: str
    key: str
    text: str = ""


class Name(str):
    """A name, and where the thing itself is found, if this reader finds it."""

    address = ""

    @classmethod
    def at(cls, name: str, address: str) -> "Name":
        made = cls(name)
        made.address = address
        return made


Part = str | int | Old | New | Replaced | Standing | Named


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words with places for values: `%(name)s`. Told as HTML or as plain text.

    With a `state`, the whole phrase speaks of a claim's standing and bears its shape.
    """

    template: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    state: str = ""

    def plain(self, names: Mapping[str, str]) -> str:
        if not self.parts:
            return self.template
        return self.template % {name: _plain(part, names) for name, part in self.parts.items()}

    def html(self, names: Mapping[str, str], *, capital: bool = False) -> SafeString:
        said = capfirst(self.template) if capital else self.template
        if self.parts:
            shown = {name: _html(part, names) for name, part in self.parts.items()}
            # The template's own words are escaped, which leaves its places as they are.
            told = mark_safe(str(escape(said)) % shown)
        else:
            told = escape(said)
        if not self.state:
            return told
        chip = '<span class="standing-chip" data-standing="{}"><span class="standing-shape"></span>'
        return format_html(chip + "{}</span>", self.state, told)


def _plain(part: Part, names: Mapping[str, str]) -> str:
    if isinstance(part, Named):
        return part.text or names.get(part.key) or _("(no longer there)")
    if isinstance(part, Replaced):
        return f"{part.old} → {part.new}"
    return part.text if isinstance(part, Old | New | Standing) else str(part)


def _html(part: Part, names: Mapping[str, str]) -> SafeString:
    match part:
        case Old(text):
            return format_html("<del>{}</del>", text)
        case New(text):
            return format_html("<ins>{}</ins>", text)
        case Replaced(old, new):
            return format_html("<del>{}</del> <ins>{}</ins>", old, new)
        case Standing(state, text):
            return format_html(
                '<span class="standing-chip" data-standing="{}">'
                '<span class="standing-shape"></span>{}</span>',
                state,
                text,
            )
        case Named(kind="claims", key=key, text=text) if text:
            return format_html(
                '<a href="?claim={}" title="{}">{}</a>', key, names.get(key, ""), text
            )
        case Named():
            return conditional_escape(_plain(part, names))
        case _:
            return conditional_escape(str(part))


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry says: `main` goes on after the person's name, `more` stands below it.

    It is `raised` if the public could see it. `comment` is what the person said of it.
    """

    main: tuple[Phrase, ...]
    more: tuple[Phrase, ...] = ()
    comment: str = ""
    raised: bool = False

    def needs(self) -> Iterator[Named]:
        for phrase in (*self.main, *self.more):
            yield from (part for part in phrase.parts.values() if isinstance(part, Named))


Teller = Callable[[str, Mapping[str, Any]], Told | None]
_tellers: list[Teller] = []


def teller(tell: Teller) -> Teller:
    """Add a function that tells an entry by its kind and payload, or leaves it to the others."""
    _tellers.append(tell)
    return tell


def tell(kind: str, said: Mapping[str, Any]) -> Told:
    """Return an entry in words; one that no app knows more of by its kind and values."""
    for told in (tell(kind, said) for tell in _tellers):
        if told is not None:
            return told
    more = [
        Phrase("%(name)s: %(value)s", {"name": name, "value": Replaced(old or "–", new or "–")})
        for name, (old, new) in said.get("details", {}).get("changed", {}).items()
    ]
    if said.get("deleted"):
        more.append(Phrase(_("deleted")))
    return Told((Phrase(kinds.told(kind)),), tuple(more), said.get("comment", ""))


# ---------------------------------------------------------------------------------------------
# Which entries
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of entries under the name that a filter calls them by."""

    key: str
    title: str | Promise
    q: Q


GROUPS: dict[str, Group] = {}


def group(key: str, title: str | Promise, q: Q) -> None:
    """Add a group of entries to choose by. `q` may ask for the kind and the payload's data."""
    GROUPS[key] = Group(key, title, q)


def says(*what: str) -> Q:
    """Entries whose summary has one of these facts (see `Aggregate.summarize`)."""
    q = Q()
    for name in what:
        # In canonical JSON no text of a person can look like this: its quotes are escaped.
        q |= Q(payload__data__contains=f'["{name}')
    return q


group(
    "accounts",
    gettext_lazy("Accounts and groups"),
    Q(kind__startswith="newsroom.") | Q(kind__startswith="auth."),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a timeline is narrowed to; days are those of the newsroom's clock, both included."""

    who: UUID | None = None
    what: str = ""
    claim: UUID | None = None
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filter()

    def of(self, entries: EntryQuerySet) -> EntryQuerySet:
        if self.who:
            entries = entries.filter(actor=self.who)
        if self.what:
            entries = entries.filter(GROUPS[self.what].q)
        if self.claim:
            # An entry with more to say than it lists may speak of any claim: none is left out.
            entries = entries.filter(Q(payload__data__contains=str(self.claim)) | says('more",'))
        if self.since:
            entries = entries.filter(at__gte=_midnight(self.since))
        if self.until:
            entries = entries.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return entries


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def with_checkpoints(entries: EntryQuerySet) -> EntryQuerySet:
    """Let each entry know the `checkpoint` that first covered it: its size, or `None`."""
    covering = Checkpoint.objects.filter(size__gt=OuterRef("sequence")).order_by("size")
    return entries.annotate(checkpoint=Subquery(covering.values("size")[:1]))


def window(
    branches: Sequence[EntryQuerySet], *, before: int | None = None, size: int = PER_PAGE
) -> list[Entry]:
    """Return the newest entries of several querysets together, with payloads and checkpoints.

    One query a branch, each of which reads from an index only what it returns: a merged queryset
    would be sorted as a whole. `before` is the sequence to go on from.
    """
    found: dict[int, Entry] = {}
    for branch in branches:
        entries = branch if before is None else branch.filter(sequence__lt=before)
        rows = with_checkpoints(
            entries.order_by("-sequence").select_related("payload").defer("payload__salt", "digest")
        )
        found |= {row.sequence: row for row in rows[:size]}
    return [found[sequence] for sequence in sorted(found, reverse=True)[:size]]


def stream(branches: Sequence[EntryQuerySet]) -> Iterator[list[Entry]]:
    """Yield all entries, newest first, in parts that fit in memory."""
    before = None
    while rows := window(branches, before=before, size=CHUNK):
        yield rows
        before = rows[-1].sequence


# ---------------------------------------------------------------------------------------------
# Lines
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry is about, as far as the reader may know it. `noun` is the kind of thing."""

    name: str
    noun: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    address: str


@dataclass(slots=True)
class Line:
    """One entry as a reader sees it: who did what, when, and where its proof stands.

    `subject` is set where it does not go without saying. `links` and `chips` are the page's own.
    """

    entry: Entry
    said: Mapping[str, Any]
    told: Told
    names: Mapping[str, str]
    who: str
    subject: Subject | None = None
    links: tuple[Link, ...] = ()
    chips: tuple[str, ...] = ()

    @property
    def sequence(self) -> int:
        return self.entry.sequence

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def revision(self) -> int | None:
        return self.entry.revision

    @property
    def checkpoint(self) -> int | None:
        return self.entry.checkpoint  # type: ignore[attr-defined]

    @property
    def initials(self) -> str:
        return initials(self.who) or "–"

    @property
    def main(self) -> SafeString:
        return mark_safe("; ".join(phrase.html(self.names) for phrase in self.told.main))

    @property
    def more(self) -> list[SafeString]:
        return [phrase.html(self.names, capital=True) for phrase in self.told.more]

    @property
    def words(self) -> str:
        """Everything in one line of plain text, the person's name left out."""
        said = ["; ".join(phrase.plain(self.names) for phrase in self.told.main)]
        said += [capfirst(phrase.plain(self.names)) for phrase in self.told.more]
        if self.told.comment:
            said.append(" ".join(self.told.comment.split()))
        return " · ".join(said)

    def row(self) -> dict[str, Any]:
        """Return what an export says of it."""
        return {
            "sequence": self.sequence,
            "at": canonical.stamp(self.at),
            "kind": self.entry.kind,
            "actor": self.who,
            "subject": self.subject.name if self.subject else "",
            "revision": self.revision,
            "words": self.words,
            "actor_key": str(self.entry.actor or ""),
            "subject_key": str(self.entry.subject),
        }


FIELDS = (
    "sequence",
    "at",
    "kind",
    "actor",
    "subject",
    "revision",
    "words",
    "actor_key",
    "subject_key",
)

Names = Callable[[Mapping[str, set[str]]], Mapping[str, str]]
Subjects = Callable[[set[UUID]], Mapping[UUID, Subject]]


_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def lines(entries: Sequence[Entry], *, names: Names, subjects: Subjects) -> list[Line]:
    """Put entries into words, asking once for all names and once for all subjects.

    Of a source that the reader may not know of, nothing is told but what kind of thing happened.
    """
    said = [canonical.loads(entry.payload.data) for entry in entries]
    told = [tell(entry.kind, data) for entry, data in zip(entries, said, strict=True)]
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for one in told:
        for part in one.needs():
            # What an erasure has blacked out is no key any more.
            if _KEY.fullmatch(part.key):
                needs[part.kind].add(part.key)
    known = names(needs)
    about = subjects({entry.subject for entry in entries})
    made = []
    for entry, data, one in zip(entries, said, told, strict=True):
        subject = about.get(entry.subject)
        if subject is None and entry.kind.startswith("sources."):
            subject = Subject(_("a source that is not shown"))
            one = Told((Phrase(kinds.told(entry.kind)),))
        made.append(Line(entry, data, one, known, data.get("actor") or "–", subject))
    return made


def by_day(lines: Iterable[Line]) -> Iterator[tuple[date, list[Line]]]:
    """Yield lines by the day on the newsroom's clock, in their order."""
    day: date | None = None
    of_day: list[Line] = []
    for line in lines:
        its = timezone.localtime(line.at).date()
        if day is not None and its != day:
            yield day, of_day
            of_day = []
        day = its
        of_day.append(line)
    if day is not None:
        yield day, of_day
