"""Standing: what is true of a claim now. Derived here, and nowhere else.

The latest check whose words and evidence still stand counts. If no check's do,
the latest one says, by comparison with now, why the claim must be checked again.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from history import canonical
from history.redaction import BLOCK

from .choices import Place as Field
from .choices import Stance, State, Verdict
from .models import Check, Citation, Claim, Drift, Passage
from .places import Place, places
from .settings import Setting, compare_settings, setting
from .wordings import Level, compare
from .words import Profile, profile


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a check no longer counts: a code, and what was there and is there now.

    ``old`` and ``new`` are words of the piece, labels of stances and states,
    or the key of a source or claim (see ``subject``). ``kind`` is what a difference
    of words is called and ``around`` where it stands, if not in the passage (see
    ``claims.wordings.Difference``).
    """

    code: str
    old: str = ""
    new: str = ""
    subject: UUID | None = None
    kind: str = ""
    around: str = ""

    @property
    def rewording(self) -> bool:
        """Whether only somebody who looks again can say if the check still holds."""
        return self.kind == "wording"


@dataclass(frozen=True, slots=True)
class Standing:
    """``check`` is the one that counts, or else the latest one; ``reasons`` say why it does not."""

    state: str
    check: Check | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether a check counts."""
        return self.state not in State.unverified()

    @property
    def confirmed(self) -> bool:
        """Whether the checker found that the passage says what the verdict is."""
        return self.verified and self.check is not None and self.check.confirmed


_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_AROUND = 300  # code points of each part around a passage that a check keeps
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("„“”«»‟", '"'),
        **dict.fromkeys("‘’‚‛‹›`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\u00ad": None,
        "\u200b": None,
        "\u2060": None,
        "\ufeff": None,
    }
)


def fold(words: str) -> str:
    """Return words without the differences that change no meaning: spacing and typography."""
    words = unicodedata.normalize("NFC", words).translate(_TYPOGRAPHY)
    return re.sub(r"\s+", " ", words).strip()


def _citations() -> QuerySet[Any]:
    """Return citations with what their standing asks of them."""
    lost = Drift.objects.filter(citation=OuterRef("pk")).order_by("-at")
    return Citation.objects.select_related("source", "capture").annotate(
        drifted_at=Subquery(lost.values("at")[:1])
    )


class Texts:
    """The texts of one piece, and what they show of how its words are written.

    ``article`` is a piece or what its document says: its plain fields, body and language.
    """

    def __init__(self, article: Any, captions: Mapping[str | None, str] | None = None) -> None:
        self.article = article
        self.captions = captions or {}  # of a document's images, by key

    @cached_property
    def _places(self) -> dict[str, Place]:
        # Captions come with the passages that stand in them.
        return {place.field: place for place in places(self.article, ())}

    @cached_property
    def _headings(self) -> list[tuple[int, int]]:
        blocks = self._places[Field.BODY].manuscript.blocks
        return [(block.start, block.end) for block in blocks if block.tag in _HEADINGS]

    @cached_property
    def known(self) -> Profile:
        texts = (place.text for place in self._places.values())
        return profile(*texts, language=self.article.language)

    def around(self, field: str, start: int, exact: str, caption: str = "") -> dict[str, str]:
        """Return the words around a passage that it may depend on, as a check keeps them."""
        text = caption if field == Field.CAPTION else self._places[field].text
        headings = self._headings if field == Field.BODY else [(0, 0)]
        found = setting(text, start, start + len(exact), headings)
        return {
            name: words[:_AROUND] if name != "left" else words[-_AROUND:]
            for name in ("left", "right", "before", "intro", "heading")
            if (words := getattr(found, name).strip())
        }


def said_otherwise(
    then: Mapping[str, Any], now: Mapping[str, Any], known: Profile
) -> Iterator[Reason]:
    """Yield what the words of a claim, of two snapshots, state differently."""
    old, new = list(then["passages"]), list(now["passages"])
    pairs = []
    for row in list(old):
        same = next((one for one in new if _words(one) == _words(row)), None)
        if same:
            pairs.append((row, same))
            old.remove(row)
            new.remove(same)
    for row in list(old):
        other = next((one for one in new if one["field"] == row["field"]), None)
        if other:
            pairs.append((row, other))
            old.remove(row)
            new.remove(other)
    for before, after in pairs:
        yield from _differing(before, after, known)
    for row in old:
        yield Reason("words", old=fold(row["exact"]))
    for row in new:
        yield Reason("words", new=fold(row["exact"]))
    for name in ("statement", "attribution"):
        if fold(then[name]) != fold(now[name]):
            level = compare(then[name], now[name], known).level
            if level:
                kind = "wording" if level == Level.WORDING and name == "statement" else ""
                yield Reason(name, old=then[name], new=now[name], kind=kind)


def _words(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["field"], fold(row["exact"])


def _differing(
    before: Mapping[str, Any], after: Mapping[str, Any], known: Profile
) -> Iterator[Reason]:
    one, other = (
        Setting(fold(row["exact"]), **{k: fold(v) for k, v in row.get("around", {}).items()})
        for row in (before, after)
    )
    if one == other:
        return
    whole = "around" in before and "around" in after
    # What was erased nobody can compare.
    blacked = BLOCK in f"{before}{after}"
    verdict = (
        compare_settings(one, other, known)
        if whole and not blacked
        else compare(one.words, other.words, known)
    )
    for difference in verdict.differences:
        yield Reason(
            "words",
            old=difference.old,
            new=difference.new,
            kind=difference.code,
            around=difference.around,
        )


class Evidence:
    """Claims with all that their standing depends on, loaded in a fixed number of queries."""

    def __init__(self, claims: dict[UUID, Claim], today: date, *articles: Any) -> None:
        self.claims = claims
        self.today = today
        self._texts = {article.pk: Texts(article) for article in articles}
        self._standings: dict[UUID, Standing] = {}
        self._under_way: set[UUID] = set()

    @classmethod
    def of_article(cls, article: Any, today: date | None = None) -> "Evidence":
        """Load a piece's live claims and whatever they rest on, in any piece. Seven queries."""
        return cls._load("article_id = %s AND NOT withdrawn", article.pk, today, article)

    @classmethod
    def of_claims(cls, claims: Iterable[UUID], today: date | None = None) -> "Evidence":
        return cls._load("id = ANY(%s)", list(claims), today)

    @classmethod
    def _load(cls, condition: str, value: Any, today: date | None, *articles: Any) -> "Evidence":
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                WITH RECURSIVE ground(id) AS (
                    SELECT id FROM claims_claim WHERE {condition}
                    UNION
                    SELECT r.to_claim_id FROM claims_claim_rests_on r
                    JOIN ground ON r.from_claim_id = ground.id
                ) SELECT id FROM ground
                """,  # noqa: S608 (the condition is one of the two above)
                [value],
            )
            keys = [row[0] for row in cursor.fetchall()]
        claims = Claim.objects.filter(pk__in=keys).prefetch_related(
            Prefetch("passages", Passage.objects.select_related("image").order_by("start", "pk")),
            Prefetch("citations", _citations()),
            Prefetch("checks", Check.objects.order_by("at", "pk")),
            Prefetch("rests_on", Claim.objects.only("pk").order_by("pk")),
        )
        return cls({claim.pk: claim for claim in claims}, today or timezone.localdate(), *articles)

    def texts(self, claim: Claim) -> "Texts":
        """Return the texts of a claim's piece; those of all other pieces take one query."""
        if claim.article_id not in self._texts:
            missing = {one.article_id for one in self.claims.values()} - self._texts.keys()
            articles = cast(Any, Claim._meta.get_field("article").related_model)._base_manager
            self._texts |= {one.pk: Texts(one) for one in articles.filter(pk__in=missing)}
        return self._texts[claim.article_id]

    def of(self, article: Any) -> list[Claim]:
        """Return the live claims of one piece."""
        own = [c for c in self.claims.values() if c.article_id == article.pk and not c.withdrawn]
        return sorted(own, key=lambda claim: claim.pk)

    def standing(self, claim: Claim | UUID) -> Standing:
        key = claim.pk if isinstance(claim, Claim) else claim
        if key not in self._standings:
            if key in self._under_way:
                # A circle (the services refuse to make one) supports nothing.
                return Standing(State.UNCHECKED)
            self._under_way.add(key)
            self._standings[key] = self._derive(self.claims[key])
            self._under_way.discard(key)
        return self._standings[key]

    def _derive(self, claim: Claim) -> Standing:
        checks = list(claim.checks.all())[::-1]
        latest = checks[0] if checks else None
        if not any(row.start is not None for row in claim.passages.all()):
            return Standing(State.ORPHAN, latest)
        if not checks:
            return Standing(State.UNCHECKED)
        now = self.snapshot(claim)
        reasons: tuple[Reason, ...] = ()
        for check in checks:
            against = tuple(self._differences(claim, check, now))
            if not against:
                if check.verdict == Verdict.VOID:
                    return Standing(State.STALE, check, (Reason("void"),))
                return Standing(State(check.verdict), check)
            reasons = reasons or against
        reworded = all(reason.rewording for reason in reasons)
        return Standing(State.REWORDED if reworded else State.STALE, latest, reasons)

    def since(self, claim: Claim, check: Check) -> tuple[Reason, ...]:
        """Return what has changed about a claim since one of its checks, if anything."""
        return tuple(self._differences(claim, check, self.snapshot(claim)))

    def snapshot(self, claim: Claim) -> dict[str, Any]:
        """Return what a check made now would be about."""
        return {
            "statement": claim.statement,
            "voice": claim.voice,
            "attribution": claim.attribution,
            "as_of": claim.as_of.isoformat() if claim.as_of else None,
            "passages": [
                {
                    "field": row.field,
                    "exact": row.exact,
                    "around": self.texts(claim).around(
                        row.field, row.start, row.exact, row.image.caption if row.image else ""
                    ),
                }
                for row in claim.passages.all()
                if row.start is not None
            ],
            "citations": [
                {
                    "id": str(row.pk),
                    "source": str(row.source_id),
                    "capture": str(row.capture_id) if row.capture_id else None,
                    "stance": row.stance,
                    "quote": row.quote,
                    "translation": row.translation,
                    "locator": row.locator,
                    "sealed": row.sealed,
                }
                for row in claim.citations.all()
            ],
            "rests_on": [
                {"claim": str(other.pk), "state": str(self.standing(other.pk).state)}
                for other in claim.rests_on.all()
            ],
        }

    def _differences(self, claim: Claim, check: Check, now: dict[str, Any]) -> Iterable[Reason]:
        then = check.snapshot
        known = self.texts(claim).known
        yield from said_otherwise(then, now, known)
        for name in ("voice", "as_of"):
            if then[name] != now[name]:
                yield Reason(name, old=then[name] or "", new=now[name] or "")
        yield from self._citations(claim, check, then, now)
        due = claim.check_by
        if due and timezone.localtime(check.at).date() <= due < self.today:
            yield Reason("check_by", new=due.isoformat())
        yield from self._foundations(claim, then)

    @staticmethod
    def _citations(
        claim: Any, check: Check, then: dict[str, Any], now: dict[str, Any]
    ) -> Iterable[Reason]:
        old = {row["id"]: row for row in then["citations"]}
        new = {row["id"]: row for row in now["citations"]}
        for key, row in old.items():
            source = UUID(row["source"])
            if key not in new:
                yield Reason("citation_removed", subject=source)
            elif any(new[key].get(name) != value for name, value in row.items()):
                yield Reason("citation_changed", subject=UUID(new[key]["source"]))
        for key, row in new.items():
            if key not in old and row["stance"] == Stance.CONTRADICTS:
                yield Reason("contradiction_added", subject=UUID(row["source"]))
        for citation in claim.citations.all():
            drifted = citation.drifted_at
            if drifted and drifted > check.at:
                yield Reason("source_changed", old=citation.quote, subject=citation.source_id)
            retracted = citation.source.retracted_at
            if retracted and retracted > check.at:
                yield Reason("source_retracted", subject=citation.source_id)

    def _foundations(self, claim: Claim, then: dict[str, Any]) -> Iterable[Reason]:
        old = {UUID(row["claim"]): row["state"] for row in then["rests_on"]}
        new = {other.pk for other in claim.rests_on.all()}
        for key in sorted(old.keys() ^ new):
            yield Reason("rests_on_changed", subject=key)
        for key in sorted(old.keys() & new):
            foundation = self.claims[key]
            now = self.standing(key)
            if foundation.withdrawn or not now.verified:
                state = "withdrawn" if foundation.withdrawn else now.state
                kind = "wording" if state == State.REWORDED else ""
                yield Reason("foundation", old=old[key], new=state, subject=key, kind=kind)
            elif now.state not in (old[key], State.SUPPORTED):
                yield Reason("foundation", old=old[key], new=now.state, subject=key)


def fingerprint(snapshot: dict[str, Any]) -> str:
    """Return the text by which a check dialog proves what its checker has seen."""
    return sha256(canonical.dumps(snapshot).encode()).hexdigest()
