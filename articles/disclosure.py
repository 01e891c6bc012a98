"""What a redacted bundle shows of a piece and its sources.

An allow-list of places, as the public document is: whatever else stands in an
entry, or comes to stand there, is withheld, and only its digest goes out. So
it stays visible that something is withheld, and roughly where.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from history.models import Entry
from history.proofs import Shows
from sources.choices import Tier

from . import blocking
from .public import PRIVATE_CSL

# One step of a pointer each; "*" is any one step, "**" all that follow.
_ENTRY = (
    "/deleted",
    "/steps/*",
    "/details/check/claim",
    "/details/check/verdict",
    *(f"/details/publication/{n}" for n in ("id", "kind", "note", "number", "revision", "sha256")),
    # Digests of what erasures left there, and nothing in words.
    *(f"/details/erasure/{n}/*" for n in ("documents", "payloads", "publications")),
)
_IMAGE = (
    *("id", "position", "file", "media_type", "width", "height"),
    *("caption", "credit", "alt"),
)
_CLAIM = ("id", "statement", "voice", "attribution", "as_of", "check_by", "rests_on/*")
_PASSAGE = ("id", "field", "image", "start", "exact", "prefix", "suffix")
_CITATION = (
    *("id", "source", "capture", "position", "stance", "tier"),
    *("quote", "translation", "locator"),
)
_PIECE = (
    *("schema", "type", "id"),
    *(
        f"content/{n}"
        for n in ("language", "kicker", "headline", "standfirst", "body/*", "section", "tags/*")
    ),
    "content/embargo",
    *(f"content/bylines/*/{n}" for n in ("id", "person", "role", "position")),
    *(f"content/images/*/{n}" for n in _IMAGE),
    *(f"content/claims/*/{n}" for n in _CLAIM),
    *(f"content/claims/*/passages/*/{n}" for n in _PASSAGE),
    *(f"content/claims/*/citations/*/{n}" for n in _CITATION),
    *(f"record/checks/*/{n}" for n in ("id", "claim", "at", "verdict", "confirmed")),
    *(f"record/readings/*/{n}" for n in ("id", "at", "rule")),
    "record/withdrawn/*/id",
)
_SOURCE = (
    *("schema", "type", "id"),
    *("content/kind", "content/tier", "content/csl/**", "content/description"),
    *("record/retracted_at", "record/fall", "record/withdrawn"),
    *(f"record/captures/*/{n}" for n in ("id", "sha256", "media_type", "size", "captured_at")),
)


def _pattern(places: Iterable[str]) -> re.Pattern[str]:
    """Return what matches these places, and whatever is empty on the way to one of them."""
    steps = {"*": "[^/]+", "**": ".+"}
    written = ["/".join(steps.get(s, re.escape(s)) for s in place.split("/")) for place in places]
    return re.compile("|".join(written))


def _ways(places: Iterable[str]) -> list[str]:
    """Return what leads to these places: there an empty list or object tells no more than that."""
    return sorted(
        {place[: at.start()] for place in places for at in re.finditer("/", place)} - {""}
    )


_PLACES = {
    "piece": (*_ENTRY, *(f"/document/{place}" for place in _PIECE)),
    "source": (*_ENTRY, *(f"/document/{place}" for place in _SOURCE)),
}
_SHOWN = {kind: _pattern(places) for kind, places in _PLACES.items()}
_EMPTY = {kind: _pattern(_ways(places)) for kind, places in _PLACES.items()}
# These are cut from the text anywhere, so maybe within blocked words.
_CUT_OUT = ("/exact", "/prefix", "/suffix")


class Disclosure:
    """What may be told, after everything that was ever said about the piece's sources.

    ``pieces`` are all documents of the piece, ``tiers`` the strictest tier that each
    source ever had: what is confidential today was so in clear yesterday. ``blocked`` are words
    that legal blocks keep from readers, ``altered`` the numbers of publications that hold them.
    """

    def __init__(
        self,
        pieces: Iterable[dict[str, Any]],
        tiers: dict[str, str],
        *,
        blocked: Collection[str] = (),
        altered: Collection[int] = (),
    ) -> None:
        self._blocked, self._altered = blocked, altered
        self._tiers: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._confidential: set[str] = set()
        self.sources: set[str] = set()
        named: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for document in pieces:
            for claim in [*document["content"]["claims"], *document["record"]["withdrawn"]]:
                for citation in claim["citations"]:
                    tier = Tier.strictest(
                        citation["tier"], tiers.get(citation["source"], Tier.CONFIDENTIAL)
                    )
                    for key in self._keys(claim, citation):
                        self._tiers[key].append(tier)
                    if tier == Tier.CONFIDENTIAL:
                        self._confidential.add(claim["id"])
                    named.append((claim, citation))
        for claim, citation in named:
            if self._is_open(claim, citation):
                self.sources.add(citation["source"])

    @staticmethod
    def _keys(claim: dict[str, Any], citation: dict[str, Any]) -> list[tuple[str, str]]:
        # One that was removed and entered anew is still the same to who compares.
        return [("", citation["id"]), (claim["id"], citation["source"])]

    def _is_open(self, claim: dict[str, Any], citation: dict[str, Any]) -> bool:
        """Return whether a citation names its source, and always did."""
        return all(
            tier == Tier.NAMED for key in self._keys(claim, citation) for tier in self._tiers[key]
        )

    def of_piece(self, entry: Entry, payload: dict[str, Any]) -> Shows:
        hidden = []
        document = payload.get("document")
        if payload.get("details", {}).get("publication", {}).get("number") in self._altered:
            # It is left out: nobody shall look for what has this digest.
            hidden.append("/details/publication/sha256")
        for index, claim in enumerate(document["content"]["claims"] if document else ()):
            place = f"/document/content/claims/{index}"
            if claim["id"] in self._confidential:
                # What is claimed, and whose word it is, may tell who said it.
                hidden += [f"{place}/statement", f"{place}/attribution"]
            hidden += [
                f"{place}/citations/{at}/"
                for at, citation in enumerate(claim["citations"])
                if not self._is_open(claim, citation)
            ]
        return self._unblocked(_shows("piece", tuple(hidden)))

    def of_source(self, entry: Entry, payload: dict[str, Any]) -> Shows:
        private = tuple(f"/document/content/csl/{name}" for name in sorted(PRIVATE_CSL))
        return self._unblocked(_shows("source", private))

    def _unblocked(self, shows: Shows) -> Shows:
        if not self._blocked:
            return shows

        def shown(pointer: str, value: Any) -> bool:
            # Most parts are withheld anyway, and need not be searched.
            return shows(pointer, value) and not (
                isinstance(value, str)
                and blocking.holds(value, self._blocked, cut=pointer.endswith(_CUT_OUT))
            )

        return shown


def _shows(kind: str, hidden: tuple[str, ...]) -> Shows:
    def shows(pointer: str, value: Any) -> bool:
        if any(pointer == place or pointer.startswith(f"{place.rstrip('/')}/") for place in hidden):
            return False
        if _SHOWN[kind].fullmatch(pointer):
            return True
        return value in ([], {}) and bool(_EMPTY[kind].fullmatch(pointer))

    return shows
