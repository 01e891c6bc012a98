"""The report of a bundle: the same for people who read no JSON.

It is made from what the bundle shows and from nothing else, so what is
withheld there cannot stand here.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from claims.choices import Stance, Verdict
from history import kinds, signing
from history.models import Checkpoint, Entry
from sources.choices import Tier
from sources.references import short

from . import wording
from .models import Publication
from .page import KINDS


@dataclass
class Report:
    """What the parts of a bundle say, collected while it is written."""

    language: str
    checkpoint: Checkpoint
    redacted: bool
    revisions: str
    entries: list[tuple[Entry, dict[str, Any]]] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    # The latest document of the piece, and of each source by key, as far as shown.
    piece: dict[str, Any] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Keys of the sources that any document shown cites.
    sources: set[str] = field(default_factory=set)
    # Hashes of the copies that the bundle holds.
    copied: set[str] = field(default_factory=set)
    names: dict[UUID, str] = field(default_factory=dict)

    def tell(self, entry: Entry, visible: dict[str, Any]) -> None:
        """Take in an entry about the piece."""
        document = visible.get("document")
        if document:
            self.piece = document
            content, record = document.get("content", {}), document.get("record", {})
            claims = [*content.get("claims", ()), *record.get("withdrawn", ())]
            for claim in claims:
                for citation in claim.get("citations", ()):
                    if "source" in citation:
                        self.sources.add(citation["source"])
        if entry.actor and visible.get("actor"):
            self.names[entry.actor] = visible["actor"]
        # Documents would fill the memory; what they say last is kept above.
        rest = {name: value for name, value in visible.items() if name != "document"}
        self.entries.append((entry, rest))

    def show(self, publication: Publication) -> None:
        self.publications.append(publication)

    def cite(self, entry: Entry, visible: dict[str, Any]) -> None:
        """Take in an entry about a source."""
        self.held[str(entry.subject)] = visible["document"]

    def captures(self) -> dict[str, int]:
        """Return the copies of named sources: size by hash. Others' stay where they are."""
        return {
            capture["sha256"]: capture["size"]
            for document in self.held.values()
            if document["content"].get("tier") == Tier.NAMED
            for capture in document["record"].get("captures", ())
            if "sha256" in capture
        }

    def html(self) -> SafeString:
        """Return the whole page, which needs nothing beside it."""
        with override(self.language):
            latest = self._document(self.publications[-1]) if self.publications else {}
            content = self.piece.get("content", {})
            context = {
                "language": self.language,
                "title": latest.get("headline") or content.get("headline", ""),
                "standfirst": latest.get("standfirst") or content.get("standfirst", ""),
                "address": latest.get("address", ""),
                "publisher": latest.get("publisher", ""),
                "bylines": [row["name"] for row in latest.get("bylines", ())],
                "key": self.piece.get("id", ""),
                "redacted": self.redacted,
                "all_revisions": self.revisions == "all",
                "publications": [self._publication(row) for row in self.publications],
                "deeds": [self._deed(entry, said) for entry, said in self.entries],
                "claims": [self._claim(claim) for claim in content.get("claims", ())],
                "copies": self._copies(),
                "size": self.checkpoint.size,
                "note": self.checkpoint.note,
                "earlier": Checkpoint.objects.filter(size__lt=self.checkpoint.size).count(),
                "verifiers": [str(verifier) for verifier in signing.verifiers()],
            }
            return render_to_string("articles/bundle_report.html", context)

    def _publication(self, row: Publication) -> dict[str, Any]:
        document = self._document(row)
        return {
            "whole": document == row.frozen_document,
            "number": row.number,
            "what": KINDS.get(row.kind, row.kind),
            "published": wording.moment(document["published"]),
            "note": document["note"],
            "headline": document["headline"],
            "corrections": [
                {**told, "since": wording.moment(told["since"])}
                for told in document["corrections"]
                if told["number"] == row.number
            ],
        }

    def _document(self, row: Publication) -> dict[str, Any]:
        return row.public_document if self.redacted else row.frozen_document

    def _deed(self, entry: Entry, said: dict[str, Any]) -> dict[str, Any]:
        details = said.get("details", {})
        published, checked = details.get("publication", {}), details.get("check", {})
        return {
            "number": entry.sequence,
            "at": wording.moment(entry.at.isoformat()),
            "who": self._who(entry.actor),
            "what": kinds.told(entry.kind),
            "revision": entry.revision,
            "publication": published.get("number"),
            "verdict": _label(Verdict, checked.get("verdict")),
            "comment": said.get("comment", ""),
        }

    def _who(self, key: UUID | None) -> str:
        if key is None:
            return ""
        return self.names.get(key) or _("account %(key)s") % {"key": str(key)[:8]}

    def _claim(self, claim: dict[str, Any]) -> dict[str, Any]:
        record = self.piece.get("record", {})
        checks = [row for row in record.get("checks", ()) if row.get("claim") == claim["id"]]
        last = max(checks, key=lambda row: row["at"], default=None)
        return {
            "statement": claim.get("statement"),
            "attribution": claim.get("attribution", ""),
            "passages": [row["exact"] for row in claim.get("passages", ()) if "exact" in row],
            "verdict": _label(Verdict, last["verdict"]) if last else "",
            "checked": wording.moment(last["at"]) if last else None,
            "checker": self._who(UUID(last["checker"])) if last and "checker" in last else "",
            "checks": len(checks),
            "citations": [self._citation(row) for row in claim.get("citations", ()) if row],
        }

    def _citation(self, citation: dict[str, Any]) -> dict[str, Any]:
        return {
            "stance": _label(Stance, citation["stance"]),
            "source": self._source(citation["source"]),
            "quote": wording.quotation(citation.get("quote", "")),
            "locator": citation.get("locator", ""),
            "sealed": bool(citation.get("sealed")),
        }

    def _source(self, key: str) -> str | Promise:
        content = self.held.get(key, {}).get("content", {})
        if content.get("tier") == Tier.NAMED:
            return short(content.get("csl", {})) or _("Source without a title")
        if content.get("tier") == Tier.DESCRIBED:
            return content.get("description") or _("Source without a title")
        return _("Confidential source")

    def _copies(self) -> list[dict[str, Any]]:
        return [
            {
                "source": self._source(key),
                "sha256": capture["sha256"],
                "captured": wording.moment(capture["captured_at"]),
                "inside": capture["sha256"] in self.copied,
            }
            for key, document in sorted(self.held.items())
            for capture in document.get("record", {}).get("captures", ())
        ]


def _label(choices: Any, value: str | None) -> str:
    return str(choices(value).label) if value in choices.values else ""
