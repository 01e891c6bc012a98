"""What is live of each piece, kept beside the publications for lists, search and followers.

All of it follows from publications, and is written in the transaction that makes one.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from claims.text import read
from history import canonical

from .choices import Kind
from .evidence import Document, mappings, string, strings
from .models import Article, Change, LivePiece, Publication, Word
from .page import address_of

# PostgreSQL refuses a vector of more than 1 MB, so what search looks at is cut long before that.
CHARACTERS = 200_000
WORD = re.compile(r"[^\W\d_]{4,40}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# Numbers are handed out one after the other; any constant that nobody else uses.
_LOCK = 0x6E657773_6C697665


def record(publication: Publication) -> None:
    """Let a new publication be found, listed and followed. Belongs into its act."""
    document = publication.frozen_document
    changed(
        publication.article_id,
        kind=publication.kind,
        at=publication.at,
        address=address_of(document),
        publication=publication,
    )
    renew(publication.article_id)


def changed(
    article: UUID,
    *,
    kind: str,
    at: datetime,
    address: str,
    publication: Publication | None = None,
) -> Change:
    """Add a line to what followers read."""
    take_turn()
    last = Change.objects.aggregate(last=Max("number"))["last"] or 0
    return Change.objects.create(
        number=last + 1,
        article_id=article,
        publication=publication,
        kind=kind,
        at=at,
        address=address,
    )


def take_turn() -> None:
    """Wait until nobody else changes what the site shows; others wait for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def renew(article: UUID) -> None:
    """Write anew what is live of a piece; of what is not shown, nothing is left."""
    rows = list(Publication.objects.filter(article=article).order_by("number"))
    if not rows:
        LivePiece.objects.filter(article=article).delete()
        return
    values = values_of(rows)
    LivePiece.objects.update_or_create(article_id=article, defaults=values)
    texts = (values[name] for name in ("headline", "lead", "statements", "text"))
    # In one order everywhere, so that two acts do not wait for each other.
    words = sorted(set(_words(texts)))
    Word.objects.bulk_create((Word(word=word) for word in words), ignore_conflicts=True)


def renew_all() -> None:
    """Write everything anew, and forget the words that no live piece holds."""
    for article in Article.objects.filter(publications__isnull=False).distinct():
        renew(article.pk)
    forget_words()


def forget_words() -> None:
    """Forget every word that no live piece holds any more."""
    held: set[str] = set()
    pieces = LivePiece.objects.values_list("headline", "lead", "statements", "text")
    for texts in pieces.iterator(chunk_size=200):
        held.update(_words(texts))
    known = set(Word.objects.values_list("word", flat=True))
    Word.objects.filter(word__in=known - held).delete()


def values_of(rows: list[Publication]) -> dict[str, Any]:
    """Return what is live of a piece, by the names of columns, from all its publications."""
    documents = [row.public_document for row in rows]
    newest, document = rows[-1], documents[-1]
    retracted = document.get("kind") == Kind.RETRACTION
    shown: Document = {} if retracted else document
    claims = [
        {"id": string(claim.get("id")), "statement": _writable(string(claim.get("statement")))}
        for claim in mappings(shown.get("claims"))
    ]
    texts = {
        "headline": string(shown.get("headline")),
        "lead": _lines([string(shown.get("kicker")), string(shown.get("standfirst"))]),
        "statements": _lines([claim["statement"] for claim in claims]),
        "text": read("".join(strings(shown.get("body")))).text,
    }
    room = CHARACTERS
    for name, text in texts.items():
        texts[name] = _writable(text)[:room]
        room -= len(texts[name])
    return {
        "publication_id": newest.pk,
        "address": address_of(document),
        "first_at": canonical.moment(document.get("first_published")) or rows[0].at,
        "changed_at": next((row.at for row in reversed(rows) if row.kind != Kind.TYPO), rows[0].at),
        "retracted": retracted,
        "names": sorted(set(names_of(document))),
        "former_names": sorted({name for each in documents for name in names_of(each)}),
        "language": string(document.get("language")),
        "claims": claims,
        **texts,
    }


def names_of(document: Document) -> Iterator[str]:
    """Yield what a document is listed under, as ``LivePiece.names`` has it."""
    for kind in ("section", "tags", "bylines"):
        found = document.get(kind)
        for one in mappings([found] if kind == "section" else found):
            if slug := string(one.get("slug")):
                yield f"{kind}:{slug}"


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)


def _writable(text: str) -> str:
    """Return a text without control characters: PostgreSQL or search would trip over them."""
    return _CONTROLS.sub("", text)


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from WORD.findall(text.lower())
