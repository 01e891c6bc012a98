"""What keeps a change from going live as a typing error: something else is claimed, or known.

The piece as it was last published is compared with the working copy.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
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


def objections(previous: Publication, then: Document, copy: WorkingCopy) -> Iterator[str]:
    """Yield why this is more than a typing error, a sentence each.

    ``then`` is the piece document of the revision that was published.
    """
    before = {claim["id"]: claim for claim in then["content"]["claims"]}
    checks: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for check in sorted(then["record"]["checks"], key=lambda row: (row["at"], row["id"])):
        checks[check["claim"]].insert(0, check)
    for claim in copy.claims:
        told = {"claim": claim.statement}
        was = before.pop(str(claim.pk), None)
        if was is None:
            yield _("A claim was added: “%(claim)s”.") % told
            continue
        if kind := _claims_otherwise(was, claim):
            yield str(_CHANGED[kind]) % told
        state = state_then(was, checks[str(claim.pk)], at=previous.at)
        now = copy.standing(claim)
        if now.state != state:
            if now.verified:
                told |= {"old": State(state).label, "new": State(now.state).label}
                yield _("“%(claim)s” was “%(old)s” and is “%(new)s” now.") % told
            else:
                yield _("The check of “%(claim)s” no longer holds.") % told
    for gone in before.values():
        yield _("A claim was removed: “%(claim)s”.") % {"claim": gone["statement"]}


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
