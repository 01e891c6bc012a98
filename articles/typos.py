"""What is claimed otherwise, or known otherwise, than when a piece was last published.

It keeps a change from going live as a typing error; and of a correction it says which claims fell.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import meaning
from claims.choices import State
from claims.models import Claim
from claims.standing import fold
from history import canonical
from history.documents import Document

from .looking_back import state_then
from .models import Publication
from .working_copy import WorkingCopy

_CHANGED: dict[str, Promise] = {
    "figure": gettext_lazy("A figure is another in “%(claim)s”."),
    "date": gettext_lazy("A date is another in “%(claim)s”."),
    "negation": gettext_lazy("A negation came or went in “%(claim)s”."),
    "name": gettext_lazy("A name, or what may be one, is another in “%(claim)s”."),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim, by its key, that is not as it was published, in a sentence.

    It *fell* if what rests on it must be looked at: it says something else, is gone, or does not
    hold as it did.
    """

    claim: str
    message: str
    fell: bool


def differences(previous: Publication, then: Document, copy: WorkingCopy) -> Iterator[Difference]:
    """Yield why this is more than a typing error.

    ``then`` is the piece document of the revision that was published.
    """
    before = {claim["id"]: claim for claim in then["content"]["claims"]}
    checks: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for check in sorted(then["record"]["checks"], key=lambda row: (row["at"], row["id"])):
        checks[check["claim"]].insert(0, check)
    for claim in copy.claims:
        key, told = str(claim.pk), {"claim": claim.statement}
        was = before.pop(key, None)
        if was is None:
            yield Difference(key, _("A claim was added: “%(claim)s”.") % told, fell=False)
            continue
        if kind := _claims_otherwise(was, claim):
            yield Difference(key, str(_CHANGED[kind]) % told, fell=True)
        state = state_then(was, checks[key], at=previous.at)
        now = copy.standing(claim)
        if now.state != state:
            message = _("The check of “%(claim)s” no longer holds.")
            if now.verified:
                message = _("“%(claim)s” was “%(old)s” and is “%(new)s” now.")
                told |= {"old": State(state).label, "new": State(now.state).label}
            yield Difference(key, message % told, fell=now.state != State.SUPPORTED)
    for key, gone in before.items():
        told = {"claim": gone["statement"]}
        yield Difference(key, _("A claim was removed: “%(claim)s”.") % told, fell=True)


def _claims_otherwise(was: Mapping[str, Any], claim: Claim) -> str:
    """Return in what a claim may say something else, as ``claims.meaning.changed`` does."""
    if was["as_of"] != (claim.as_of.isoformat() if claim.as_of else None):
        return "date"
    old = Counter((row["field"], fold(canonical.text(row["exact"]))) for row in was["passages"])
    new = Counter((row.field, fold(row.exact)) for row in claim.passages.all())
    gone, come = sorted((old - new).elements()), sorted((new - old).elements())
    pairs = [
        (was["statement"], claim.statement),
        (was["attribution"], claim.attribution),
        *((a[1], b[1]) for a, b in zip_longest(gone, come, fillvalue=("", ""))),
    ]
    return next(filter(None, (meaning.changed(*pair) for pair in pairs)), "")
