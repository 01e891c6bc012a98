"""Looking at the pages that are cited: a first copy, and whether they still say the same.

A page that is as it was is looked at more and more seldom; one that cannot be fetched is tried
again soon, then less and less often. Only named sources are ever asked for: who fetches a page
tells its server that somebody reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from history.acts import act

from . import extraction, fetching, media, references, services
from .choices import Outcome, Tier
from .models import Capture, Source, Watch

#: What the apps above do when the text of a page has changed: called inside the act, with the
#: source, its new copy, and the text before and now.
on_change: list[Callable[[Source, Capture, str, str], None]] = []

_LONGEST_DAYS = 32
_LONGEST_HOURS = 7 * 24
_GONE = frozenset({404, 410, 451})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a page found; ``text`` is empty if it has none that could be read."""

    outcome: str
    fetched: fetching.Fetched | None = None
    text: str = ""
    trouble: str = ""


def watchable(source: Source) -> bool:
    """Whether a page may be fetched for this source without asking anybody."""
    return source.tier == Tier.NAMED and bool(references.link(source.csl))


def due(now: datetime | None = None) -> QuerySet[Source]:
    """Return the sources to be looked at: cited by a live claim, in use, and it is time."""
    # The model of an app above this one: known by its reverse relation alone.
    citation: Any = Source.citations.rel.related_model
    cited = citation.objects.filter(source=OuterRef("pk"), claim__withdrawn=False)
    return (
        Source.objects.filter(tier=Tier.NAMED, withdrawn=False, retracted_at=None)
        .filter(Exists(cited))
        .exclude(watch__next_at__gt=now or timezone.now())
        .order_by("watch__next_at", "pk")
    )


def look(source: Source, *, actor: Any, policy: fetching.Policy | None = None) -> Watch:
    """Fetch a page, keep a copy if there is none or its text is another, and note what was found.

    Raises ``ValueError`` for a source that is not to be fetched.
    """
    if not watchable(source):
        raise ValueError("not a page that may be fetched")
    latest = source.captures.first()
    before = latest.text if latest else ""
    seen = _seen(source, latest, before, policy)
    if seen.fetched is not None and (latest is None or seen.outcome == Outcome.CHANGED):
        _keep(source, seen, before, actor=actor)
    return _noted(source, seen, actor=actor)


def _seen(
    source: Source, latest: Capture | None, before: str, policy: fetching.Policy | None
) -> Seen:
    try:
        fetched = fetching.fetch(references.link(source.csl), policy)
    except fetching.FetchError as error:
        return Seen(Outcome.TROUBLE, trouble=error.trouble)
    if fetched.status in _GONE:
        return Seen(Outcome.GONE, trouble=str(fetched.status))
    if not fetched.ok or not fetched.content:
        return Seen(Outcome.TROUBLE, trouble=str(fetched.status))
    text = ""
    try:
        media_type = media.sniff(fetched.content)
        text = extraction.extract(fetched.content, media_type, fetched.address).text
    except extraction.Unreadable:
        pass
    if latest is not None and _differs(latest, before, fetched.content, text):
        return Seen(Outcome.CHANGED, fetched, text)
    moved = fetched.address.rstrip("/") != fetched.asked.rstrip("/")
    return Seen(Outcome.MOVED if moved else Outcome.SAME, fetched, text)


def _differs(latest: Capture, before: str, content: bytes, text: str) -> bool:
    """Whether a page says something else; what surrounds its text changes every day."""
    if before and text:
        return before.split() != text.split()
    return latest.sha256 != services.digest(content)


def _keep(source: Source, seen: Seen, before: str, *, actor: Any) -> None:
    fetched = seen.fetched
    if fetched is None:
        return
    changed = seen.outcome == Outcome.CHANGED
    with act("sources.source.changed" if changed else "sources.capture.taken", actor=actor):
        taken = services.capture(
            source,
            fetched.content,
            actor=actor,
            media_type=media.sniff(fetched.content),
            text=seen.text,
            address=fetched.address,
            response={
                "asked": fetched.asked,
                "status": fetched.status,
                "headers": [list(header) for header in fetched.headers],
            },
        )
        if changed:
            for call in on_change:
                call(source, taken, before, seen.text)


def _noted(source: Source, seen: Seen, *, actor: Any) -> Watch:
    watch = Watch.objects.filter(pk=source.pk).first()
    same = watch is not None and watch.outcome == seen.outcome
    times = watch.times + 1 if watch is not None and same else 1
    now = timezone.now()
    if seen.outcome == Outcome.GONE and not same:
        with act("sources.source.gone", actor=actor) as this:
            this.note(source, status=seen.trouble)
    found, _created = Watch.objects.update_or_create(
        source=source,
        defaults={
            "at": now,
            "outcome": seen.outcome,
            "status": seen.fetched.status if seen.fetched else None,
            "trouble": seen.trouble,
            "address": seen.fetched.address if seen.fetched else "",
            "times": times,
            "next_at": now + pause(seen.outcome, times),
        },
    )
    return found


def pause(outcome: str, times: int) -> timedelta:
    """Return how long to wait after the same was found so many times in a row."""
    doubled = 2 ** min(times - 1, 10)
    if outcome == Outcome.TROUBLE:
        return timedelta(hours=min(doubled, _LONGEST_HOURS))
    return timedelta(days=min(doubled, _LONGEST_DAYS))
