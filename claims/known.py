"""Standings as they are known, for lists: kept beside the pieces and right or not there at all.

``Evidence`` derives what is true of a claim from all that it depends on, which no list can ask for
every row. So what was derived is kept (``KnownStanding``). Whatever a standing depends on changes
in an act; at its end the act makes known standings of what it touched forgotten. ``refresh``
derives those that are missing or have passed their day, and is called by who is about to list.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from history import ledger

from .models import Claim, KnownStanding
from .standing import Evidence

AT_ONCE = 500
TRIES = 3


def forget(subjects: Iterable[UUID]) -> None:
    """Forget the standings that depend on these pieces and sources. One statement.

    Called at the end of an act, when its entries are appended: until it has committed, nobody
    else can write down what they derived from rows as they were before (see ``refresh``).
    """
    keys = list(subjects)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE touched(id) AS (
                (SELECT id FROM claims_claim WHERE article_id = ANY(%s)
                 UNION SELECT claim_id FROM claims_citation WHERE source_id = ANY(%s))
                UNION
                SELECT r.from_claim_id FROM claims_claim_rests_on r
                JOIN touched ON r.to_claim_id = touched.id
            ) DELETE FROM claims_knownstanding USING touched WHERE claim_id = touched.id
            """,
            [keys, keys],
        )


def refresh() -> None:
    """Derive what is not known. A bounded number of queries, if little has changed."""
    unknown = list(_unknown())
    for keys in (unknown[at : at + AT_ONCE] for at in range(0, len(unknown), AT_ONCE)):
        _learn(keys)


def _unknown() -> Iterator[UUID]:
    missing = Q(known__isnull=True) | Q(known__lapses__lt=timezone.localdate())
    yield from Claim.objects.live().filter(missing).order_by().values_list("pk", flat=True)


def _learn(keys: list[UUID]) -> None:
    for attempt in range(1, TRIES + 1):
        with transaction.atomic():
            if attempt == TRIES:
                # The house is busy: nobody else appends while this is derived.
                ledger.hold()
            before = ledger.size()
            rows = list(derived(keys))
            ledger.hold()
            if ledger.size() != before:
                continue
            KnownStanding.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["claim"],
                update_fields=["state", "reason", "checker", "checked_at", "lapses"],
            )
            return


def derived(keys: Iterable[UUID]) -> Iterator[KnownStanding]:
    """Yield the standings of live claims as they are now, unsaved."""
    evidence = Evidence.of_claims(keys)
    for key in keys:
        claim = evidence.claims.get(key)
        if claim is None or claim.withdrawn:
            continue
        standing = evidence.standing(claim)
        check = standing.check
        yield KnownStanding(
            claim_id=key,
            state=str(standing.state),
            reason=standing.reasons[0].code if standing.reasons else "",
            checker=check.checker if check else None,
            checked_at=check.at if check else None,
            lapses=_lapses(evidence, claim, set()),
        )


def _lapses(evidence: Evidence, claim: Claim, seen: set[UUID]) -> date | None:
    """Return the last day on which a claim's standing holds, as far as that is known today."""
    if claim.pk in seen or not evidence.standing(claim).verified:
        return None
    seen.add(claim.pk)
    days = [claim.check_by if claim.check_by and claim.check_by >= evidence.today else None]
    days += [_lapses(evidence, evidence.claims[other.pk], seen) for other in claim.rests_on.all()]
    return min((day for day in days if day), default=None)


def differences() -> Iterator[tuple[UUID, str]]:
    """Yield each claim whose known standing is not what its evidence says, and what is wrong."""
    known = KnownStanding.objects.filter(
        Q(lapses__isnull=True) | Q(lapses__gte=timezone.localdate())
    )
    names = ("state", "reason", "checker", "checked_at", "lapses")
    stored = {row.claim_id: row for row in known}
    keys = list(stored)
    for chunk in (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)):
        now = {row.claim_id: row for row in derived(chunk)}
        for key in chunk:
            if key not in now:
                yield key, "is known and not there"
                continue
            one, other = stored[key], now[key]
            wrong = [name for name in names if getattr(one, name) != getattr(other, name)]
            if wrong:
                yield key, f"known otherwise than its evidence says: {', '.join(wrong)}"
