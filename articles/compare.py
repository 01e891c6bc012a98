"""What changed between two states of a piece: words, claims, evidence and everything around.

Pure: two piece documents in, a comparison out; no database.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from claims import text
from history.diff import Change, count, words
from history.documents import Document
from history.paragraphs import BlockChange, blocks

from .differences import (
    KINDS,
    CitationChange,
    ClaimChange,
    Comparison,
    Difference,
    Fact,
    Form,
    Formatting,
    ImageChange,
    Paragraph,
    PassageChange,
)
from .looking_back import state_then, texts_then

# The texts of a piece besides its body, in reading order.
PLAIN_FIELDS = ("kicker", "headline", "standfirst")

# How the values of a field are compared and shown.
_CLAIM_FIELDS: dict[str, Form] = {
    "voice": "choice",
    "attribution": "words",
    "as_of": "date",
    "check_by": "date",
    "risk": "choice",
    "accuses": "yes",
    "rests_on": "labels",
}
_CITATION_FIELDS: dict[str, Form] = {
    "source": "label",
    "stance": "choice",
    "tier": "choice",
    "credibility": "choice",
    "quote": "words",
    "translation": "words",
    "locator": "words",
    "note": "words",
    "authorised_on": "date",
    "capture": "label",
    "sealed": "secret",
}
_IMAGE_FIELDS: dict[str, Form] = {
    "caption": "words",
    "credit": "words",
    "alt": "words",
    "rights": "words",
    "file": "plain",
}


def compare(old: Document, new: Document) -> Comparison:
    """Compare two piece documents of today's schema, the earlier one first."""
    parts = Parts.of(old, new)
    body, elsewhere = laid_out(parts)
    return Comparison(
        fields=parts.fields,
        metadata=parts.metadata,
        images=parts.images,
        body=body,
        claims=parts.claims,
        elsewhere=elsewhere,
        readings=parts.readings,
        facts=tuple(counted(parts)),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """A text block of the body: its place in the canonical text and how its words look."""

    kind: str
    start: int
    text: str
    formats: frozenset[tuple[int, int, str, str]]


@dataclass(frozen=True, slots=True)
class Parts:
    old_blocks: tuple[_Block, ...]
    new_blocks: tuple[_Block, ...]
    body: tuple[BlockChange, ...]
    fields: tuple[Difference, ...]
    metadata: tuple[Difference, ...]
    images: tuple[ImageChange, ...]
    claims: tuple[ClaimChange, ...]
    readings: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, old: Document, new: Document) -> "Parts":
        before, after = old["content"], new["content"]
        known: dict[str, tuple[_Block, ...]] = {}
        old_blocks, new_blocks = (
            text_blocks(before["body"], known),
            text_blocks(after["body"], known),
        )
        images, images_moved = images_changed(before["images"], after["images"])
        return cls(
            old_blocks=old_blocks,
            new_blocks=new_blocks,
            body=tuple(blocks([b.text for b in old_blocks], [b.text for b in new_blocks])),
            fields=differences_of(dict.fromkeys(PLAIN_FIELDS, "words"), before, after),
            metadata=(*_metadata(before, after), *images_moved),
            images=images,
            claims=tuple(_claims(old, new)),
            readings=_news(old["record"]["readings"], new["record"]["readings"]),
        )


def text_blocks(body: Iterable[str], known: dict[str, tuple[_Block, ...]]) -> tuple[_Block, ...]:
    """Return the text blocks of a body; `known` saves reading an element that both sides have."""
    found: list[_Block] = []
    at = 0
    for html in body:
        if html not in known:
            known[html] = tuple(_read(html))
        for block in known[html]:
            found.append(_Block(block.kind, at, block.text, block.formats))
            at += len(block.text) + 1
    return tuple(found)


_LOOKS = frozenset(["strong", "em", "a"])


def _read(html: str) -> Iterable[_Block]:
    """Read one top-level element. How words look is found as claims are, by marks in its place."""
    dressed = []
    outer = ""
    for token in text.tokens(html):
        if token.name in _LOOKS:
            look = f"{token.name} {text.attributes(token).get('href', '')}"
            mark = text.start_tag("span", {text.MARK: look})
            dressed.append("</span>" if token.closing else mark)
        elif token.name != "span":
            dressed.append(token.raw)
            outer = outer or token.name
    manuscript = text.read("".join(dressed))
    ranges = [
        (start, end, *look.partition(" ")[::2])
        for look, runs in text.passages(manuscript).items()
        for start, end in runs
    ]
    for block in manuscript.blocks:
        kind = outer if outer in ("ul", "ol", "blockquote") else block.tag
        yield _Block(
            kind if kind in KINDS else "p",
            block.start,
            block.text,
            frozenset(
                (
                    max(start, block.start) - block.start,
                    min(end, block.end) - block.start,
                    what,
                    target,
                )
                for start, end, what, target in ranges
                if start < block.end and end > block.start
            ),
        )


def _formatting(old: _Block, new: _Block) -> tuple[Formatting, ...]:
    """Return how one paragraph's looks changed, provided that its words are the same."""
    found = []
    if old.kind != new.kind:
        found.append(Formatting("kind", True, new.kind))
    if old.text == new.text:
        for start, end, what, target in sorted(old.formats ^ new.formats):
            gained = (start, end, what, target) in new.formats
            found.append(Formatting(what, gained, new.text[start:end], target))
    return tuple(found)


def differences_of(
    forms: Mapping[str, Form], old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Difference, ...]:
    found = []
    for name, form in forms.items():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if form == "labels":
            added = tuple(key for key in after or () if key not in (before or ()))
            removed = tuple(key for key in before or () if key not in (after or ()))
            if added or removed:
                found.append(Difference(name, form, added=added, removed=removed))
            else:
                found.append(Difference(name, "order"))
        elif form == "words":
            changes = tuple(words(before or "", after or ""))
            found.append(Difference(name, form, before, after, changes))
        elif form == "secret":
            found.append(Difference(name, form))
        else:
            found.append(Difference(name, form, before, after))
    return tuple(found)


def _metadata(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Difference]:
    forms: dict[str, Form] = {
        "section": "label",
        "tags": "labels",
        "language": "choice",
        "embargo": "moment",
    }
    # Tags have no order of their own.
    unordered = [{**content, "tags": sorted(content["tags"])} for content in (old, new)]
    yield from differences_of(forms, *unordered)
    people_old = {byline["person"]: byline["role"] for byline in old["bylines"]}
    people_new = {byline["person"]: byline["role"] for byline in new["bylines"]}
    yield from differences_of(
        {"bylines": "labels"}, {"bylines": list(people_old)}, {"bylines": list(people_new)}
    )
    for person, role in people_new.items():
        if person in people_old and people_old[person] != role:
            changes = tuple(words(people_old[person], role))
            yield Difference("role", "words", people_old[person], role, changes, of=person)


def images_changed(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[tuple[ImageChange, ...], tuple[Difference, ...]]:
    before, after = _by_id(old), _by_id(new)
    changes = []
    for key, image in after.items():
        if key not in before:
            changes.append(ImageChange("added", image))
        elif differences := differences_of(_IMAGE_FIELDS, before[key], image):
            changes.append(ImageChange("changed", image, differences))
    changes += [ImageChange("removed", image) for key, image in before.items() if key not in after]
    return tuple(changes), tuple(_order("images", old, new))


def _order(
    name: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterable[Difference]:
    before, after = _by_id(old), _by_id(new)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Difference(name, "order")


def _claims(old: Document, new: Document) -> Iterable[ClaimChange]:
    before, after = _by_id(old["content"]["claims"]), _by_id(new["content"]["claims"])
    withdrawn_before = _by_id(old["record"]["withdrawn"])
    checks_old, checks_new = _checks(old), _checks(new)
    known = {check["id"] for check in old["record"]["checks"]}
    texts = texts_then(old["content"]), texts_then(new["content"])
    numbers = {
        **{key: at for at, key in enumerate(before, start=1)},
        **{key: at for at, key in enumerate(after, start=1)},
    }

    @cache
    def said(one: str, other: str) -> tuple[Change, ...]:
        # Statements often repeat the words of their passage.
        return tuple(words(one, other))

    for key, claim in after.items():
        earlier = before.get(key) or withdrawn_before.get(key)
        new_checks = tuple(check for check in checks_new[key] if check["id"] not in known)
        op: Literal["restored", "changed"] = "changed" if key in before else "restored"
        if earlier is not None and op == "changed" and earlier == claim and not new_checks:
            continue
        now = state_then(claim, checks_new[key][::-1], texts[1])
        if earlier is None:
            yield ClaimChange(
                "added",
                key,
                claim,
                checks=new_checks,
                citations=_cited(claim),
                number=numbers[key],
                now=now,
            )
            continue
        change = ClaimChange(
            op,
            key,
            claim,
            earlier,
            statement=said(earlier["statement"], claim["statement"]),
            differences=(
                *differences_of(_CLAIM_FIELDS, earlier, claim),
                *_order("citations", earlier["citations"], claim["citations"]),
            ),
            passages=tuple(passages_changed(earlier["passages"], claim["passages"], said)),
            citations=tuple(citations_changed(earlier["citations"], claim["citations"])),
            checks=new_checks,
            verdict=checks_old[key][-1]["verdict"] if checks_old[key] else "",
            number=numbers[key],
            was=state_then(earlier, checks_old[key][::-1], texts[0]) if op == "changed" else "",
            now=now,
        )
        # Only the place of its passages may have changed, which is nothing that happened to it.
        if change.content_changed or new_checks:
            yield change
    for key, claim in before.items():
        if key not in after:
            yield ClaimChange(
                "withdrawn",
                key,
                claim,
                claim,
                checks=tuple(check for check in checks_new[key] if check["id"] not in known),
                verdict=checks_old[key][-1]["verdict"] if checks_old[key] else "",
                number=numbers[key],
                was=state_then(claim, checks_old[key][::-1], texts[0]),
            )


def _checks(document: Document) -> defaultdict[str, list[Mapping[str, Any]]]:
    """Return the checks of each claim, oldest first."""
    checks: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for check in sorted(document["record"]["checks"], key=lambda check: (check["at"], check["id"])):
        checks[check["claim"]].append(check)
    return checks


def _cited(claim: Mapping[str, Any]) -> tuple[CitationChange, ...]:
    return tuple(CitationChange("added", citation) for citation in claim["citations"])


def citations_changed(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterable[CitationChange]:
    before, after = _by_id(old), _by_id(new)
    for key, citation in after.items():
        if key not in before:
            yield CitationChange("added", citation)
        elif differences := differences_of(_CITATION_FIELDS, before[key], citation):
            yield CitationChange("changed", citation, differences)
    for key, citation in before.items():
        if key not in after:
            yield CitationChange("removed", citation)


def passages_changed(
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    said: Callable[[str, str], tuple[Change, ...]],
) -> Iterable[PassageChange]:
    """Pair passages by key, then by their words in the same field; the place alone is no change."""
    before, after = _by_id(old), _by_id(new)
    pairs = [(before.pop(key), after.pop(key)) for key in list(before) if key in after]
    for key, passage in list(after.items()):
        for other, earlier in before.items():
            same_field = (earlier["field"], earlier["image"]) == (
                passage["field"],
                passage["image"],
            )
            if same_field and earlier["exact"] == passage["exact"]:
                pairs.append((before.pop(other), after.pop(key)))
                break
    for earlier, passage in pairs:
        changes = said(earlier["exact"], passage["exact"])
        if earlier["start"] is not None and passage["start"] is None:
            yield PassageChange("lost", passage["field"], changes)
        elif earlier["start"] is None and passage["start"] is not None:
            yield PassageChange("found", passage["field"], changes)
        elif earlier["exact"] != passage["exact"]:
            yield PassageChange("edited", passage["field"], changes)
    for passage in after.values():
        if passage["start"] is None:
            # Restored with its claim, though its words stand nowhere now.
            yield PassageChange("lost", passage["field"], (Change("=", passage["exact"]),))
        else:
            yield PassageChange("added", passage["field"], (Change("+", passage["exact"]),))
    for passage in before.values():
        yield PassageChange("removed", passage["field"], (Change("-", passage["exact"]),))


def _by_id(items: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in items}


def _news(
    old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    known = {item["id"] for item in old}
    return tuple(item for item in new if item["id"] not in known)


def laid_out(parts: Parts) -> tuple[tuple[Paragraph, ...], tuple[ClaimChange, ...]]:
    """Put each claim change beside the paragraph where it is seen."""
    beside: defaultdict[int, list[ClaimChange]] = defaultdict(list)
    elsewhere = []
    places_old = _places(parts.body, parts.old_blocks, lambda change: change.old)
    places_new = _places(parts.body, parts.new_blocks, lambda change: change.new)
    for claim in parts.claims:
        found: list[int] = []
        if claim.op != "withdrawn":
            found = places_new(claim.claim)
        if not found and claim.before is not None:
            # Withdrawn, or its words were lost: beside what became of the paragraph.
            found = places_old(claim.before)
        if found:
            # Where something changed rather than where the claim is stated first.
            beside[min(found, key=lambda at: (parts.body[at].op == "same", at))].append(claim)
        else:
            elsewhere.append(claim)
    paragraphs = []
    for at, change in enumerate(parts.body):
        block = parts.new_blocks[change.new[0]] if change.new else parts.old_blocks[change.old[0]]
        formatting: tuple[Formatting, ...] = ()
        if change.op in ("same", "edited", "moved"):
            formatting = _formatting(parts.old_blocks[change.old[0]], block)
        blank = change.op in ("inserted", "deleted") and not block.text.strip()
        seen = change.op not in ("same", "left") and not blank
        stood_under = ""
        if change.op == "moved":
            above = parts.old_blocks[: change.old[0]]
            stood_under = next((b.text for b in reversed(above) if b.kind in ("h2", "h3")), "")
        paragraphs.append(
            Paragraph(
                change,
                block.kind,
                formatting,
                tuple(beside[at]),
                bool(seen or formatting or beside[at]),
                stood_under,
            )
        )
    return tuple(paragraphs), tuple(elsewhere)


def _places(
    body: Sequence[BlockChange],
    text_blocks: Sequence[_Block],
    side: Callable[[BlockChange], tuple[int, ...]],
) -> Callable[[Mapping[str, Any]], list[int]]:
    """Return a function that finds in which changes of the body a claim's passages begin."""
    starts = [block.start for block in text_blocks]
    place = {
        index: at
        for at, change in enumerate(body)
        # A place that was left repeats the indexes of what stands elsewhere.
        if change.op != "left"
        for index in side(change)
    }

    def places(claim: Mapping[str, Any]) -> list[int]:
        return [
            place[index]
            for passage in claim["passages"]
            if passage["field"] == "body" and passage["start"] is not None
            if (index := bisect_right(starts, passage["start"]) - 1) in place
        ]

    return places


def counted(parts: Parts) -> Iterable[Fact]:
    texts = [change.words for change in parts.body if change.changed]
    texts += [difference.changes for difference in parts.fields]
    texts += [
        difference.changes
        for image in parts.images
        for difference in image.differences
        if difference.name == "caption"
    ]
    added, removed = map(sum, zip(*map(count, texts), strict=True)) if texts else (0, 0)
    if added or removed:
        yield Fact("text", added, removed)
    elif texts:
        yield Fact("signs")
    counts: defaultdict[str, int] = defaultdict(int)
    for change in parts.body:
        if change.op == "moved":
            counts["moved"] += 1
        if change.op in ("same", "moved", "edited") and _formatting(
            parts.old_blocks[change.old[0]], parts.new_blocks[change.new[0]]
        ):
            counts["formatting"] += 1
    for claim in parts.claims:
        if claim.op != "changed":
            counts[f"claims_{claim.op}"] += 1
        elif claim.reworded or claim.differences:
            counts["claims_changed"] += 1
        lost = sum(passage.op == "lost" for passage in claim.passages)
        counts["lost"] += lost
        counts["passages"] += claim.op == "changed" and len(claim.passages) > lost
        for citation in claim.citations:
            counts[f"citations_{citation.op}"] += 1
        counts["checks"] += len(claim.checks)
        counts["stale"] += claim.went_stale
    counts["readings"] += sum(len(reading["sentences"]) for reading in parts.readings)
    for image in parts.images:
        counts[f"images_{image.op}"] += 1
    for what in _ORDER:
        if counts[what]:
            yield Fact(what, counts[what])
    names = ("bylines" if d.name == "role" else d.name for d in parts.metadata)
    yield from map(Fact, dict.fromkeys(names))


_ORDER = (
    "moved",
    "formatting",
    "claims_added",
    "claims_restored",
    "claims_changed",
    "claims_withdrawn",
    "passages",
    "lost",
    "citations_added",
    "citations_changed",
    "citations_removed",
    "checks",
    "stale",
    "readings",
    "images_added",
    "images_changed",
    "images_removed",
)


def total_words(content: Mapping[str, Any]) -> int:
    parts = [content[name] for name in PLAIN_FIELDS]
    parts += [image["caption"] for image in content["images"]]
    parts += [text.read(html).text for html in content["body"]]
    return count([Change("+", part) for part in parts])[0]
