"""Parts of a piece, and how one of them comes back from an earlier revision.

Pure: documents in, a document out; no database. What comes back is equal to what it was, and all
else stays as it is, except for what must follow: passages move with the texts, and marks in a
body bring their claims along.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from claims.choices import Place as Field
from claims.models import Passage
from claims.passages import find, follow
from claims.places import Place, places
from claims.text import mark, read, split_blocks, unmark
from claims.text import passages as marked
from history.documents import Document

from .compare import PLAIN_FIELDS
from .differences import NAMES
from .piece import RestoreRefused, in_order

# What of a piece can come back on its own, besides claims and citations.
FIELDS: dict[str, Promise] = {
    **{name: NAMES[name] for name in PLAIN_FIELDS},
    "body": _("Body"),
    **{name: NAMES[name] for name in ("section", "tags", "language", "embargo", "bylines")},
}

Rows = Sequence[Mapping[str, Any]]
Texts = Mapping[tuple[str, UUID | None], Place]


class NoSuchPart(LookupError):
    """What is asked for is no part of a piece, or the revision does not have it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field (`key` is its name), a claim or a citation; as text "headline", "claim:UUID" …"""

    kind: Literal["field", "claim", "citation"]
    key: str

    @classmethod
    def read(cls, text: str) -> "Part":
        """Return the part that a text names; raises `NoSuchPart`."""
        if text in FIELDS:
            return cls("field", text)
        kind, _colon, key = text.partition(":")
        try:
            if kind == "claim":
                return cls("claim", str(UUID(key)))
            if kind == "citation":
                return cls("citation", str(UUID(key)))
        except ValueError:
            pass
        raise NoSuchPart(text)

    def __str__(self) -> str:
        return self.key if self.kind == "field" else f"{self.kind}:{self.key}"


def of_revision(document: Document, part: Part) -> Any:
    """Return the value of a field, or the claim or citation as a piece makes it in a document.

    Raises `NoSuchPart`: a withdrawn claim is no part of the piece.
    """
    content = document["content"]
    if part.kind == "field":
        return content[part.key]
    rows = content["claims"]
    if part.kind == "citation":
        rows = [row for claim in rows for row in claim["citations"]]
    found = next((row for row in rows if row["id"] == part.key), None)
    if found is None:
        raise NoSuchPart(str(part))
    return found


def differing(now: Mapping[str, Any], then: Mapping[str, Any]) -> frozenset[str]:
    """Return the parts that are there then and are not the same now, as texts.

    Citations count while their claim is made. Where a claim's words stand in the texts is no
    difference, nor is it one that a text brings its passages back.
    """
    before, after = then["content"], now["content"]
    found = {name for name in FIELDS if before[name] != after[name]}
    live = _by_id(after["claims"])
    for claim in before["claims"]:
        present = live.get(claim["id"])
        if present is None or _essence(claim) != _essence(present):
            found.add(str(Part("claim", claim["id"])))
        if present is not None:
            cited = _by_id(present["citations"])
            found |= {
                str(Part("citation", row["id"]))
                for row in claim["citations"]
                if cited.get(row["id"]) != row
            }
    return frozenset(found)


def put_back(now: Document, then: Document, part: Part | None = None) -> Document:
    """Return the piece as it is now with one part, or all its content, as it was then.

    The record stays, but for claims that are taken up again or withdrawn by it. Raises
    `NoSuchPart` for what the revision does not have, and `RestoreRefused` for a citation whose
    claim is withdrawn now.

    A claim comes back with its citations and passages. Its passages in the body are marked again
    where their words stand beyond doubt; a claim none of whose words are found is lost, as after
    any edit.
    """
    if part is None:
        return _document(now, then["content"], then["content"]["claims"])
    wanted = of_revision(then, part)
    content = now["content"]
    if part.kind == "claim":
        return _with_claim(now, wanted)
    if part.kind == "citation":
        return _with_citation(now, then, wanted)
    content = {**content, part.key: wanted}
    if part.key == "body":
        return _document(now, content, _under_body(now, then, content))
    if part.key in PLAIN_FIELDS:
        return _document(now, content, _in_field(then, content, part.key))
    return _document(now, content, content["claims"])


def _document(now: Document, content: Document, claims: Iterable[Document]) -> Document:
    """Return a document of this content, claims in order; the others are, or stay, withdrawn."""
    claims = list(claims)
    made = {claim["id"] for claim in claims}
    others = [
        *now["record"]["withdrawn"],
        # What is withdrawn loses its place, and keeps its citations.
        *({**claim, "passages": []} for claim in now["content"]["claims"]),
    ]
    withdrawn = [claim for claim in others if claim["id"] not in made]
    images = content["images"]
    return {
        **now,
        "content": {**content, "claims": in_order(claims, images)},
        "record": {**now["record"], "withdrawn": in_order(withdrawn, images)},
    }


def _with_claim(now: Document, wanted: Document) -> Document:
    content = now["content"]
    images = {image["id"] for image in content["images"]}
    # The words of a picture that is gone are lost with it.
    rows = [
        {**row, "image": None, "start": None}
        if row["image"] and row["image"] not in images
        else row
        for row in wanted["passages"]
    ]
    inside = [row for row in rows if row["field"] == Field.BODY]
    body, found = _marked_again(content["body"], wanted["id"], inside)
    content = {**content, "body": body}
    texts, spans = _texts(content)
    outside = [row for row in rows if row["field"] != Field.BODY]
    claim = {**wanted, "passages": _followed(wanted["id"], [*found, *outside], spans, texts)}
    others = [other for other in content["claims"] if other["id"] != claim["id"]]
    return _document(now, content, [*others, claim])


def _marked_again(body: list[str], claim: str, rows: Rows) -> tuple[list[str], Rows]:
    """Mark the words of a claim's passages in the body, and no others.

    Returns the body, and the rows in the order in which their words stand there; those that are
    not found come last. A mark that is on the right words already is left alone, so that words
    which stand there twice keep it.
    """
    html = "".join(body)
    manuscript = read(html)
    present = marked(manuscript).get(claim, [])
    free = list(present)
    found: list[tuple[tuple[int, int], Mapping[str, Any]]] = []
    rest = []
    for row in rows:
        run = next((run for run in free if manuscript.text[slice(*run)] == row["exact"]), None)
        if run and row["start"] is not None:
            free.remove(run)
            found.append((run, row))
        else:
            rest.append(row)
    lost = []
    for row in rest:
        start = find(manuscript.text, _passage(claim, row)) if row["start"] is not None else None
        if start is None:
            lost.append(row)
        else:
            found.append(((start, start + len(row["exact"])), row))
    found.sort(key=lambda pair: pair[0])
    rows = [*(row for _run, row in found), *lost]
    if [run for run, _row in found] == present:
        return body, rows
    html = unmark(html, [claim])
    for (start, end), _row in found:
        html = mark(html, start, end, claim)
    return split_blocks(html), rows


def _with_citation(now: Document, then: Document, wanted: Document) -> Document:
    owner = next(claim["id"] for claim in then["content"]["claims"] if wanted in claim["citations"])
    content = now["content"]
    if owner not in _by_id(content["claims"]):
        raise RestoreRefused(
            str(_("The claim that this citation belongs to is withdrawn: restore the claim."))
        )

    def with_it(claim: Document) -> Document:
        if claim["id"] != owner:
            return claim
        rows = [row for row in claim["citations"] if row["id"] != wanted["id"]]
        rows = sorted([*rows, wanted], key=lambda row: (row["position"], row["id"]))
        return {**claim, "citations": rows}

    return _document(now, content, map(with_it, content["claims"]))


def _in_field(then: Document, content: Document, field: str) -> Iterable[Document]:
    """Let passages follow a plain text that came back; those that stood in it come back too."""
    texts, spans = _texts(content)
    before = _by_id(then["content"]["claims"])
    for claim in content["claims"]:
        earlier = before.get(claim["id"], {"passages": []})["passages"]
        back = [row for row in earlier if row["field"] == field and row["start"] is not None]
        if not back and not any(row["field"] == field for row in claim["passages"]):
            yield claim
            continue
        known = {row["id"] for row in back}
        rows = [*back, *(row for row in claim["passages"] if row["id"] not in known)]
        followed = _followed(claim["id"], rows, spans, texts)
        yield {**claim, "passages": _each_place_once(followed)}


def _each_place_once(rows: Rows) -> list[Mapping[str, Any]]:
    """Leave out what another row says already: words that were marked anew in the meantime."""
    standing: dict[tuple, Mapping[str, Any]] = {}
    for row in rows:
        standing.setdefault((row["field"], row["image"], row["start"], row["exact"]), row)
    return list(standing.values())


def _under_body(now: Document, then: Document, content: Document) -> Iterable[Document]:
    """Let passages follow a body that came back; its marks take withdrawn claims up again."""
    texts, spans = _texts(content)
    before = _by_id(then["content"]["claims"])
    revived = [claim for claim in now["record"]["withdrawn"] if claim["id"] in spans]
    for claim in [*content["claims"], *revived]:
        rows = claim["passages"]
        if claim["id"] in spans and claim["id"] in before:
            back = [r for r in before[claim["id"]]["passages"] if r["field"] == Field.BODY]
            rows = [*back, *(row for row in rows if row["field"] != Field.BODY)]
        if claim["id"] not in spans and not any(row["field"] == Field.BODY for row in rows):
            yield claim
        else:
            yield {**claim, "passages": _followed(claim["id"], rows, spans, texts)}


def _texts(content: Document) -> tuple[Texts, dict[str, list[tuple[int, int]]]]:
    """Return the texts of a piece, and where its body marks which claim."""
    piece = SimpleNamespace(
        **{name: content[name] for name in PLAIN_FIELDS}, body="".join(content["body"])
    )
    images = [
        SimpleNamespace(pk=UUID(image["id"]), caption=image["caption"])
        for image in content["images"]
    ]
    texts = {place.key: place for place in places(piece, images)}
    return texts, marked(texts[Field.BODY, None].manuscript)


def _followed(
    claim: str, rows: Rows, spans: Mapping[str, list[tuple[int, int]]], texts: Texts
) -> list[Document]:
    """Return a claim's passages as they are in these texts, by the rule of every save."""
    known = {row["id"] for row in rows}
    kept, _changed = follow(
        UUID(claim), [_passage(claim, row) for row in rows], spans.get(claim, []), texts
    )
    return [
        {
            # A passage that no revision knew gets a key that is the same whenever this is asked.
            "id": key
            if (key := str(row.pk)) in known
            else str(uuid5(UUID(claim), f"{row.field} {row.start} {row.exact}")),
            "field": str(row.field),
            "image": str(row.image_id) if row.image_id else None,
            "start": row.start,
            "exact": row.exact,
            "prefix": row.prefix,
            "suffix": row.suffix,
        }
        for row in kept
    ]


def _passage(claim: str, row: Mapping[str, Any]) -> Passage:
    return Passage(
        id=UUID(row["id"]),
        claim_id=UUID(claim),
        field=row["field"],
        image_id=UUID(row["image"]) if row["image"] else None,
        **{name: row[name] for name in ("start", "exact", "prefix", "suffix")},
    )


def _essence(claim: Document) -> Document:
    """Return what a claim says and rests on, without where its words stand."""
    rows = sorted(
        (row["field"], row["image"] or "", row["start"] is None, row["exact"])
        for row in claim["passages"]
    )
    return {**claim, "passages": rows}


def _by_id(rows: Iterable[Document]) -> dict[str, Document]:
    return {row["id"]: row for row in rows}
