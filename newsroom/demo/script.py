"""The forms that demo pieces are written in: data, and steps that a loader replays in order.

Nothing here touches the database. Keys are short names, unique among their kind; those of claims
are unique in their piece. Fields are ``kicker``, ``headline``, ``standfirst`` and ``body``.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with a login. The name of the login is that of the role."""

    username: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A person with a byline, a section or a tag; ``key`` is the slug."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where knowledge comes from.

    ``csl`` is CSL-JSON; of protected sources it is the identity to be sealed, as are ``contact``
    and ``notes``. ``origin`` is the key of the source that this one repeats. ``credibility`` rates
    what the source says here, and so belongs to each citation of it. A title in square brackets
    is ours: the source has none, or we do not know it for certain.
    """

    key: str
    csl: dict[str, Any]
    kind: str = "page"
    tier: str = "named"
    reliability: str = "B"
    credibility: str = "2"
    origin: str = ""
    description: str = ""
    contact: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Cite:
    """What ties a claim to a source; without ``tier``, the source's own applies."""

    source: str
    stance: str = "supports"
    quote: str = ""
    translation: str = ""
    locator: str = ""
    note: str = ""
    tier: str = ""


# ---- steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Create the piece, with the fields of `Piece` and this body: HTML without marks."""

    by: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSpec:
    """Mark a claim, with its citations.

    A passage is a field and the exact words, which occur once in that field's text. ``rests_on``
    names claims that were marked before.
    """

    key: str
    statement: str
    passages: tuple[tuple[str, str], ...]
    by: str = "reporter"
    voice: str = "asserted"
    attribution: str = ""
    as_of: date | None = None
    check_by: date | None = None
    risk: str = "medium"
    rests_on: tuple[str, ...] = ()
    citations: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class CiteMore:
    """Attach a further citation to a claim."""

    claim: str
    citation: Cite
    by: str = "reporter"


@dataclass(frozen=True, slots=True)
class Check:
    """Verify a claim on its present words and citations.

    ``confirmed``: the passage itself says that this is partly true, disputed or not verifiable.
    """

    claim: str
    verdict: str = "supported"
    confirmed: bool = False
    note: str = ""
    by: str = "checker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAll:
    """Read every sentence of the piece, headline and standfirst included."""

    by: str = "checker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSome:
    """Read these plain fields and the first sentences of the body."""

    sentences: int
    fields: tuple[str, ...] = ("kicker", "headline", "standfirst")
    by: str = "checker"


@dataclass(frozen=True, slots=True)
class Change:
    """Replace ``old`` by ``new``.

    In the body, ``old`` is a piece of its HTML *as marked at that time*: it occurs there once, and
    lies wholly inside or wholly outside of any passage.
    """

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    """Edit the working copy: all changes in one save.

    ``losing`` names the claims that lose their last words by it, to which the editor agrees.
    """

    by: str
    changes: tuple[Change, ...]
    losing: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take a claim back: its marks go, its checks and citations stay on record."""

    claim: str
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Hand the piece on: a new state, and whose turn it is."""

    by: str
    state: str
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What was wrong and what is right, in words for readers."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    kind: str
    by: str = "publisher"
    note: str = ""
    corrections: tuple[Corrected, ...] = ()
    # Rules of the gate that are waived, each with its reason.
    waivers: tuple[tuple[str, str], ...] = ()


Step = (
    Write | ClaimSpec | CiteMore | Check | ReadAll | ReadSome | Revise | Withdraw | Move | Publish
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece as it was first written, and what happened to it; ``steps[0]`` is its `Write`.

    ``bylines`` are keys of people, in order.
    """

    slug: str
    language: str
    section: str
    tags: tuple[str, ...]
    bylines: tuple[str, ...]
    kicker: str
    headline: str
    standfirst: str
    images: tuple[()] = ()
    steps: tuple[Step, ...] = field(default=())
