"""How what happened to sources is told in a timeline (see `history.timeline`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history import kinds
from history.documents import Document
from history.timeline import Phrase, Told, group, says, teller
from history.views_timeline import namer

from .choices import Tier
from .models import Source

# What happens to a source that concerns every piece that cites it.
AFFECTING = Q(
    kind__in=[
        "sources.source.retracted",
        "sources.source.withdrawn",
        "sources.source.changed",
        "sources.source.gone",
        "sources.capture.taken",
    ]
)

GROUPS = ("sources", "looks")

# What is recorded to be looked at for a while, and no longer.
LOOKS = ("sources.identity.viewed", "sources.capture.viewed")
_LOOKS = Q(kind__in=LOOKS)
group(
    "sources",
    gettext_lazy("Sources"),
    (Q(kind__startswith="sources.") & ~_LOOKS) | says("source."),
)
group("looks", gettext_lazy("Looks at protected sources"), _LOOKS)

# Fields of the content, in the order in which they are told.
_FIELDS: dict[str, Promise] = {
    "kind": gettext_lazy("Kind of source changed"),
    "tier": gettext_lazy("Disclosure changed"),
    "csl": gettext_lazy("Bibliographic data changed"),
    "description": gettext_lazy("Description changed"),
    "contact": gettext_lazy("Contact changed"),
    "notes": gettext_lazy("Notes changed"),
    "interests": gettext_lazy("Conflicts of interest changed"),
    "sealed": gettext_lazy("Sealed identity changed"),
    "reliability": gettext_lazy("Reliability changed"),
    "terms": gettext_lazy("Terms changed"),
    "authorises": gettext_lazy("Whether quotes are authorised changed"),
    "origin": gettext_lazy("Origin changed"),
}


def summary(old: Document | None, new: Document) -> list[list[str]]:
    """Return which fields of a source changed, as `["source.<field>"]`; values are not told."""
    if old is None:
        return [["source.begun"]]
    before, after = old["content"], new["content"]
    return [
        [f"source.{name}"]
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


@teller
def tell(kind: str, said: Mapping[str, Any]) -> Told | None:
    """Tell what happened to a source, in an act of its own or in one about a piece."""
    facts = [fact[0] for fact in said.get("summary", ()) if fact[0].startswith("source.")]
    own = kind.startswith("sources.")
    capture = "capture" in said.get("details", {})
    if not (facts or own or capture):
        return None
    if not own:
        # A step of somebody's work on a piece: it is told as what it was.
        kind = "sources.source.created" if "source.begun" in facts else "sources.source.saved"
        if capture and not facts:
            kind = "sources.capture.taken"
    more = [Phrase(str(words)) for name, words in _FIELDS.items() if f"source.{name}" in facts]
    if kind == "sources.source.retracted":
        more.append(Phrase(_("Claims that cite it have to be checked again.")))
    return Told((Phrase(kinds.told(kind)),), tuple(more), said.get("comment", "") if own else "")


@namer("sources")
def names(user: Any, keys: Iterable[str]) -> Mapping[str, str]:
    """Return what sources are called; confidential ones stay unnamed to who may not see them."""
    unnamed = _("a confidential source")
    sees = user.has_perm("sources.view_identity")
    rows = Source.objects.filter(pk__in=keys).only("tier", "csl", "description")
    return {
        str(row.pk): unnamed if row.tier == Tier.CONFIDENTIAL and not sees else str(row)
        for row in rows
    }
