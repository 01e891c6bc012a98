"""What is claimed otherwise, or known otherwise, than when a piece was last published.

It keeps a change from going live as a typing error; and of a correction it says which claims fell.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from claims.choices import State
from claims.models import Claim
from claims.standing import Texts, fold
from claims.wordings import Profile, compare
from history import canonical
from history.documents import Document

from .looking_back import state_then, texts_then
from .models import Publication
from .working_copy import WorkingCopy


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
    known, texts = Texts(copy.article).known, texts_then(then["content"])
    for claim in copy.claims:
        key, told = str(claim.pk), {"claim": claim.statement}
        was = before.pop(key, None)
        if was is None:
            yield Difference(key, _("A claim was added: “%(claim)s”.") % told, fell=False)
            continue
        if said := _said_otherwise(was, claim, known):
            message = _("“%(claim)s” says something else: %(old)s → %(new)s.")
            yield Difference(key, message % (told | said), fell=True)
        state = state_then(was, checks[key], texts, at=previous.at)
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


def _said_otherwise(was: Mapping[str, Any], claim: Claim, known: Profile) -> dict[str, str] | None:
    """Return the first words in which a claim says something else, ``old`` and ``new``, if any."""
    as_of = claim.as_of.isoformat() if claim.as_of else None
    if was["as_of"] != as_of:
        return {"old": was["as_of"] or "–", "new": as_of or "–"}
    old = Counter((row["field"], fold(canonical.text(row["exact"]))) for row in was["passages"])
    new = Counter((row.field, fold(row.exact)) for row in claim.passages.all())
    gone, come = sorted((old - new).elements()), sorted((new - old).elements())
    if said := _first(was["attribution"], claim.attribution, known, wording=True):
        return said
    for before, after in [
        (was["statement"], claim.statement),
        *((a[1], b[1]) for a, b in zip_longest(gone, come, fillvalue=("", ""))),
    ]:
        # Other content words leave a check in doubt, which is told by itself.
        if said := _first(before, after, known, wording=False):
            return said
    return None


def _first(old: str, new: str, known: Profile, *, wording: bool) -> dict[str, str] | None:
    for one in compare(old, new, known).differences:
        if wording or one.code != "wording":
            return {"old": one.old or "–", "new": one.new or "–"}
    return None
