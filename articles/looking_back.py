"""A piece as one of its documents holds it: what a page shows of an earlier revision.

Pure: the document is all there is. Names of people and sources are looked up by the caller, as
for comparisons.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from claims import text
from claims.choices import Stance, State, Verdict
from claims.standing import Reason, Texts, said_otherwise
from history import canonical
from history.documents import Document

from .body import clean


@dataclass(frozen=True, slots=True)
class ClaimThen:
    """A claim as the revision has it, its number in reading order, and its checks, latest first.

    `retracted` are those of its sources that were retracted by the moment that is looked at.
    """

    number: int
    claim: Mapping[str, Any]
    state: str
    checks: tuple[Mapping[str, Any], ...]
    retracted: frozenset[str] = frozenset()

    @property
    def lost(self) -> bool:
        return self.state == State.ORPHAN

    @property
    def elsewhere(self) -> tuple[Mapping[str, Any], ...]:
        """The passages outside the body, which carry no marks."""
        return tuple(row for row in self.claim["passages"] if row["field"] != "body")


@dataclass(frozen=True, slots=True)
class PieceThen:
    """`body` is sanitised HTML; its marks bear the standing of their claims and link to them."""

    content: Mapping[str, Any]
    body: SafeString
    claims: tuple[ClaimThen, ...]
    withdrawn: tuple[Mapping[str, Any], ...]
    needs: Mapping[str, frozenset[str]]


def cited(document: Document) -> set[str]:
    """Return the keys of the sources that a piece cites in a document."""
    claims = document["content"]["claims"]
    return {citation["source"] for claim in claims for citation in claim["citations"]}


def look_back(
    document: Document,
    *,
    at: datetime | None = None,
    sources: Mapping[str, Document] = MappingProxyType({}),
) -> PieceThen:
    """Return what a piece document says, ready for showing.

    With a moment, claims have the standing of that moment: `sources` are the documents that the
    cited sources had then, by key, and checks whose day had passed do not count.
    """
    content, record = document["content"], document["record"]
    retracted = {
        key: source["record"]["retracted_at"]
        for key, source in sources.items()
        if source["record"]["retracted_at"]
    }
    texts = texts_then(content)
    checks: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for check in sorted(record["checks"], key=lambda check: (check["at"], check["id"])):
        checks[check["claim"]].insert(0, check)
    claims = tuple(
        ClaimThen(
            number,
            claim,
            state_then(
                claim,
                checks[claim["id"]],
                texts,
                at=at,
                retracted=retracted,
            ),
            tuple(checks[claim["id"]]),
            frozenset(row["source"] for row in claim["citations"]) & retracted.keys(),
        )
        for number, claim in enumerate(content["claims"], start=1)
    )
    citations = [citation for claim in content["claims"] for citation in claim["citations"]]
    needs = {
        "people": {byline["person"] for byline in content["bylines"]},
        "sections": {content["section"]} - {None},
        "tags": set(content["tags"]),
        "sources": {citation["source"] for citation in citations},
        "captures": {citation["capture"] for citation in citations} - {None},
        "users": {check["checker"] for claim in claims for check in claim.checks},
        "claims": {key for claim in content["claims"] for key in claim["rests_on"]},
    }
    return PieceThen(
        content=content,
        body=_with_notes("".join(content["body"]), {claim.claim["id"]: claim for claim in claims}),
        claims=claims,
        withdrawn=tuple(record["withdrawn"]),
        needs={kind: frozenset(keys) for kind, keys in needs.items() if keys},
    )


def texts_then(content: Mapping[str, Any]) -> Texts:
    """Return the texts of a piece as the content of its document has them."""
    fields = {name: content[name] for name in ("kicker", "headline", "standfirst", "language")}
    captions = {image["id"]: image["caption"] for image in content["images"]}
    return Texts(SimpleNamespace(**fields, body="".join(content["body"])), captions)


def state_then(
    claim: Mapping[str, Any],
    checks: Sequence[Mapping[str, Any]],
    texts: Texts,
    *,
    at: datetime | None = None,
    retracted: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a claim's standing as far as its document can tell; `checks` latest first.

    What happened outside the piece is not known here but for what is told: by which moment a day
    may have passed, and which sources had been retracted, when (as stamps). `claims.standing`
    knows all of it for today.
    """
    if not any(passage["start"] is not None for passage in claim["passages"]):
        return State.ORPHAN.value
    reworded = False
    for check in checks:
        overtaken = _overtaken(check, claim, at, retracted)
        reasons = None if overtaken else _said_otherwise(check["snapshot"], claim, texts)
        if reasons == []:
            void = check["verdict"] == Verdict.VOID
            return State.STALE.value if void else str(check["verdict"])
        if check is checks[0] and reasons:
            reworded = all(reason.rewording for reason in reasons)
    if not checks:
        return State.UNCHECKED.value
    return State.REWORDED.value if reworded else State.STALE.value


def _overtaken(
    check: Mapping[str, Any],
    claim: Mapping[str, Any],
    at: datetime | None,
    retracted: Mapping[str, str],
) -> bool:
    """Whether the day to check again had passed since a check, or a source been retracted."""
    if any(retracted.get(row["source"], "") > check["at"] for row in claim["citations"]):
        return True
    if at is None or not claim["check_by"]:
        return False
    checked = canonical.moment(check["at"])
    due = date.fromisoformat(claim["check_by"])
    return checked is not None and _day(checked) <= due < _day(at)


def _day(moment: datetime) -> date:
    return moment.astimezone(timezone.get_default_timezone()).date()


def _said_otherwise(
    snapshot: Mapping[str, Any], claim: Mapping[str, Any], texts: Texts
) -> list[Reason] | None:
    """Return what a claim says differently from what was checked; None for other evidence."""
    if any(snapshot[name] != claim[name] for name in ("voice", "as_of")):
        return None
    seen = {row["id"]: row for row in snapshot["citations"]}
    there = {row["id"]: row for row in claim["citations"]}
    if any(
        key not in there or any(there[key].get(name) != value for name, value in row.items())
        for key, row in seen.items()
    ):
        return None
    if any(row["stance"] == Stance.CONTRADICTS for key, row in there.items() if key not in seen):
        return None
    standing = [
        {
            **row,
            "around": texts.around(
                row["field"], row["start"], row["exact"], texts.captions.get(row["image"], "")
            ),
        }
        for row in claim["passages"]
        if row["start"] is not None
    ]
    return list(said_otherwise(snapshot, {**claim, "passages": standing}, texts.known))


def _with_notes(html: str, claims: Mapping[str, ClaimThen]) -> SafeString:
    """Return the body with each mark dressed, and the claim's number after its last words."""
    tokens = list(text.tokens(clean(html)))
    spans = Counter(
        text.attributes(token).get(text.MARK)
        for token in tokens
        if token.name == "span" and not token.closing
    )
    parts: list[str] = []
    around: list[ClaimThen | None] = []
    for token in tokens:
        if token.name != "span":
            parts.append(token.raw)
        elif not token.closing:
            key = text.attributes(token).get(text.MARK)
            claim = claims.get(key or "")
            around.append(claim)
            if claim:
                spans[key] -= 1
                attrs = {"class": "claim-mark", "data-standing": claim.state}
                parts.append(text.start_tag("span", attrs))
            else:
                # Marks of other pieces' claims, or of none, are words like any other.
                parts.append("<span>")
        else:
            parts.append("</span>")
            claim = around.pop() if around else None
            if claim and not spans[claim.claim["id"]]:
                link = text.start_tag("a", {"href": f"#claim-{claim.number}"})
                parts.append(f'<sup class="claim-refs">{link}{claim.number}</a></sup>')
    # Made of the sanitiser's own output and of numbers.
    return mark_safe("".join(parts))
