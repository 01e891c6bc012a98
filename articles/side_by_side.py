"""What a checker compares: each citation of a claim beside what the copy of its source says."""

from dataclasses import dataclass

from django.http import HttpRequest

from claims import excerpts, quoting
from claims.cards import Card, Row
from sources import extraction, views_admin
from sources.choices import Tier
from sources.models import Capture
from sources.services import record_view

from .room import may


@dataclass(frozen=True)
class Beside:
    """A citation with what its copy says there, as far as somebody may see either.

    ``sealed`` says that there is a copy which they may not open.
    """

    row: Row
    looked: quoting.Looked | None
    sealed: bool

    @property
    def capture(self) -> Capture | None:
        return self.looked.capture if self.looked else None

    @property
    def quoted(self) -> bool:
        return bool(self.row.words["quote"])

    @property
    def result(self) -> str:
        finding = self.looked.finding if self.looked else None
        return str(finding.result) if finding else ""

    @property
    def told(self) -> str:
        return excerpts.told(self.looked.finding if self.looked else None)

    @property
    def excerpt(self) -> excerpts.Excerpt | None:
        return excerpts.Excerpt.of(self.looked.finding, self.looked.text) if self.looked else None

    @property
    def showable(self) -> bool:
        return self.capture is not None and self.capture.media_type in views_admin.SHOWABLE

    @property
    def readable(self) -> bool:
        return self.capture is not None and self.capture.media_type in extraction.READABLE


def beside(request: HttpRequest, card: Card) -> list[Beside]:
    """Return a claim's citations beside their copies, in two queries.

    What is protected is shown to those alone who may see it, and that they saw it is entered.
    """
    looked = quoting.looked_for(row.citation for row in card.citations)
    shown = []
    for row in card.citations:
        source = row.citation.source
        hidden = row.hidden and not may(request, "sources.view_identity")
        found = looked.get(row.citation.pk)
        opened = found is not None and not hidden and views_admin.may_open(request.user, source)
        if row.hidden and not hidden:
            record_view(source, actor=request.user)
        if found and opened and source.tier != Tier.NAMED:
            record_view(source, actor=request.user, capture=found.capture)
        shown.append(
            Beside(Row(row.citation, hidden), found if opened else None, bool(found) and not opened)
        )
    return shown
