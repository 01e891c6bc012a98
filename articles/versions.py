"""What changed for readers between two publications, told from their public documents alone.

In a public document claims and citations have no keys that last: a claim is called by its place
in the text, a source by its number. So claims are paired as paragraphs are, by their words, and
citations by what they cite. How a comparison looks is shared with the desk (see ``compare``);
what readers were never shown is in neither document, and so in no comparison.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from claims import text
from history import canonical
from history.diff import Change, words
from history.paragraphs import blocks
from sources import references

from . import wording
from .compare import (
    PLAIN_FIELDS,
    Parts,
    citations_changed,
    counted,
    differences_of,
    images_changed,
    laid_out,
    passages_changed,
    text_blocks,
)
from .differences import ClaimChange, Comparison, Form
from .evidence import Document, mappings, plain_texts, string, strings

_AROUND: dict[str, Form] = {"section": "words", "bylines": "words"}
_CLAIM_FIELDS: dict[str, Form] = {"attribution": "words", "as_of": "words"}


def compare(old: Document, new: Document) -> Comparison:
    """Compare two public documents of one piece, the earlier one first, in the active language."""
    before, after = _texts(old), _texts(new)
    old_body, new_body = strings(old.get("body")), strings(new.get("body"))
    known: dict[str, Any] = {}
    old_blocks, new_blocks = text_blocks(old_body, known), text_blocks(new_body, known)
    images, images_moved = images_changed(_images(old), _images(new))
    parts = Parts(
        old_blocks=old_blocks,
        new_blocks=new_blocks,
        body=tuple(blocks([b.text for b in old_blocks], [b.text for b in new_blocks])),
        fields=differences_of(dict.fromkeys(PLAIN_FIELDS, "words"), before, after),
        metadata=(*differences_of(_AROUND, before, after), *images_moved),
        images=images,
        claims=tuple(_claims(old, new)),
        readings=(),
    )
    body, elsewhere = laid_out(parts)
    return Comparison(
        fields=parts.fields,
        metadata=parts.metadata,
        images=parts.images,
        body=body,
        claims=parts.claims,
        elsewhere=elsewhere,
        readings=(),
        facts=tuple(counted(parts)),
    )


def differs(found: Comparison) -> bool:
    """Return whether there is anything that readers could see."""
    return bool(
        found.fields
        or found.metadata
        or found.images
        or found.claims
        or any(paragraph.seen for paragraph in found.body)
    )


def _texts(document: Document) -> dict[str, str]:
    section = document.get("section")
    return {
        **{name: string(document.get(name)) for name in PLAIN_FIELDS},
        "section": string(section.get("name")) if isinstance(section, Mapping) else "",
        "bylines": ", ".join(
            f"{string(one.get('name'))} ({string(one.get('role'))})"
            if string(one.get("role"))
            else string(one.get("name"))
            for one in mappings(document.get("bylines"))
        ),
    }


def _images(document: Document) -> list[Mapping[str, Any]]:
    """Return the pictures; a file is the same picture wherever it stands."""
    names = ("file", "caption", "credit", "alt", "media_type")
    return [
        {"id": string(image.get("file")), **{name: string(image.get(name)) for name in names}}
        for image in mappings(document.get("images"))
    ]


# Claims


def _claims(old: Document, new: Document) -> Iterator[ClaimChange]:
    before, after = list(_stated(old)), list(_stated(new))
    pairs = blocks([one["statement"] for one in before], [one["statement"] for one in after])
    for pair in pairs:
        if pair.op == "left":
            continue
        # Of a statement that was split or joined, the first part is the claim as it was.
        both = min(len(pair.old), len(pair.new))
        for was, now in zip(pair.old[:both], pair.new[:both], strict=True):
            if change := _changed(before[was], after[now]):
                yield change
        yield from (_withdrawn(before[at]) for at in pair.old[both:])
        yield from (_added(after[at]) for at in pair.new[both:])


def _added(claim: Mapping[str, Any]) -> ClaimChange:
    cited = tuple(citations_changed([], claim["citations"]))
    return ClaimChange("added", claim["id"], claim, citations=cited, now=claim["verdict"])


def _withdrawn(claim: Mapping[str, Any]) -> ClaimChange:
    return ClaimChange("withdrawn", claim["id"], claim, claim, was=claim["verdict"])


def _changed(earlier: Mapping[str, Any], claim: Mapping[str, Any]) -> ClaimChange | None:
    change = ClaimChange(
        "changed",
        claim["id"],
        claim,
        earlier,
        statement=tuple(words(earlier["statement"], claim["statement"])),
        differences=differences_of(_CLAIM_FIELDS, earlier, claim),
        passages=tuple(passages_changed(earlier["passages"], claim["passages"], _words)),
        citations=tuple(citations_changed(earlier["citations"], claim["citations"])),
        was=earlier["verdict"],
        now=claim["verdict"],
    )
    return change if change.content_changed or change.was != change.now else None


def _words(old: str, new: str) -> tuple[Change, ...]:
    return tuple(words(old, new))


def _stated(document: Document) -> Iterator[Mapping[str, Any]]:
    """Yield the claims, with their passages and with citations known by what they cite."""
    body = text.read("".join(strings(document.get("body"))))
    runs = text.passages(body)
    sources = {
        row["number"]: _source(row)
        for row in mappings(document.get("references"))
        if type(row.get("number")) is int
    }
    plain = {**plain_texts(document), ("body", None): body.text}
    for claim in mappings(document.get("claims")):
        key = string(claim.get("id"))
        as_of = wording.day(claim.get("as_of"))
        places = [("body", None, *run) for run in runs.get(key, ())]
        places += [
            (string(row.get("field")), row.get("image"), row["start"], row["end"])
            for row in mappings(claim.get("passages"))
            if type(row.get("start")) is int and type(row.get("end")) is int
        ]
        yield {
            "id": key,
            "statement": string(claim.get("statement")),
            "attribution": string(claim.get("attribution")),
            "as_of": as_of.text if as_of else "",
            "verdict": string(claim.get("verdict")),
            "passages": [
                {
                    "id": f"{nth}",
                    "field": field,
                    "image": image,
                    "start": start,
                    "exact": plain.get((field, image), "")[start:end],
                }
                for nth, (field, image, start, end) in enumerate(places)
            ],
            "citations": list(_citations(claim, sources)),
        }


def _citations(claim: Document, sources: Mapping[int, Mapping[str, str]]) -> Iterable[Any]:
    seen: dict[str, int] = {}
    for row in mappings(claim.get("citations")):
        source = sources.get(row.get("reference") or 0)
        if source is None:
            continue
        # A source can be cited several times: then in this order.
        seen[source["key"]] = nth = seen.get(source["key"], 0) + 1
        yield {
            "id": f"{source['key']} {nth}",
            "label": source["label"],
            **{
                name: string(row.get(name))
                for name in ("stance", "quote", "translation", "locator")
            },
        }


def _source(row: Document) -> Mapping[str, str]:
    described = string(row.get("description"))
    csl = row.get("csl")
    csl = csl if isinstance(csl, Mapping) else {}
    return {
        "key": described or canonical.dumps(csl),
        "label": described or references.short(csl),
    }
