"""Getting a source in: what somebody pasted or dropped, made into bibliographic data to confirm.

It is looked up by a job, since it may mean asking a foreign server or parsing a foreign file. Only
what is to become a named source comes here: looking it up tells others that somebody asked.
"""

import json
from typing import Any
from urllib.parse import quote

from django.core.files.base import ContentFile
from django.db.models.fields.json import KT
from rapidfuzz import fuzz

from . import bibliography, extraction, fetching, identifiers, media, references
from .choices import Tier
from .models import Capture, Lookup, Source, capture_storage
from .services import digest

# How a DOI's own registry answers for it.
DOI_SERVICE = "https://doi.org/{}"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
# Knows books by their ISBN, open to everybody.
ISBN_SERVICE = "https://openlibrary.org/api/books?bibkeys=ISBN:{}&format=json&jscmd=data"

Found = dict[str, Any]
_ALIKE = 90


def ask(user: Any, *, text: str = "", file: bytes = b"") -> Lookup:
    """Note what somebody pasted or dropped, and have a job look it up."""
    from history import jobs

    from .tasks import look_up

    lookup = Lookup(user=user, asked=text.strip())
    if file:
        lookup.sha256 = digest(file)
        name = f"{lookup.sha256[:2]}/{lookup.sha256}"
        if not capture_storage().exists(name):
            capture_storage().save(name, ContentFile(file))
    lookup.save()
    jobs.soon(look_up, lookup=str(lookup.pk))
    return lookup


def forget(lookup: Lookup) -> None:
    """Remove a look-up, and its file unless that became a copy."""
    same = {"sha256": lookup.sha256}
    kept = (
        Capture.objects.filter(**same).exists()
        or Lookup.objects.filter(**same).exclude(pk=lookup.pk).exists()
    )
    if lookup.sha256 and not kept:
        capture_storage().delete(f"{lookup.sha256[:2]}/{lookup.sha256}")
    lookup.delete()


def find(asked: str, file: bytes = b"") -> list[Found]:
    """Return what is known of a pasted text or a file.

    An entry is ``{"csl"}``, or ``{"trouble", "line"}`` if it could not be read. Takes as long as
    servers and parsers do.
    """
    if file:
        return _of_file(file)
    if bibliography.recognise(asked):
        return _entries(asked)
    if doi := identifiers.doi(asked):
        return [{"csl": _of_doi(doi)}]
    if isbn := identifiers.isbn(asked):
        return [{"csl": _of_isbn(isbn)}]
    if identifiers.url(asked):
        return [{"csl": _of_page(asked)}]
    return [{"csl": {"title": asked[:500]}}] if asked else []


def _entries(text: str) -> list[Found]:
    return [
        {"csl": entry.csl} if entry.csl else {"trouble": entry.trouble, "line": entry.line}
        for entry in bibliography.read(text)
    ]


def _of_file(content: bytes) -> list[Found]:
    media_type = media.sniff(content)
    try:
        extract = extraction.extract(content, media_type)
    except extraction.Unreadable:
        return [{"csl": {}}]
    if media_type in ("text/plain", "application/json") and bibliography.recognise(extract.text):
        return _entries(extract.text)
    kind = {"text/html": "webpage", "message/rfc822": "personal_communication"}
    return [{"csl": _told(extract.told, kind.get(media_type, "document"))}]


def _of_doi(doi: str) -> bibliography.CSL:
    known: bibliography.CSL = {"type": "article-journal", "DOI": doi}
    try:
        fetched = fetching.fetch(DOI_SERVICE.format(quote(doi)), accept=CSL_TYPE)
        entries = bibliography.read(fetched.content.decode()) if fetched.ok else []
    except (fetching.FetchError, UnicodeDecodeError):
        entries = []
    return {**(entries[0].csl or {}), "DOI": doi} if entries else known


def _of_isbn(isbn: str) -> bibliography.CSL:
    known: bibliography.CSL = {"type": "book", "ISBN": isbn}
    try:
        fetched = fetching.fetch(ISBN_SERVICE.format(isbn))
        told = json.loads(fetched.content)[f"ISBN:{isbn}"] if fetched.ok else {}
        csl = {
            "title": ": ".join(part for key in ("title", "subtitle") if (part := told.get(key))),
            "author": [{"literal": str(one["name"])} for one in told.get("authors", [])],
            "publisher": ", ".join(str(one["name"]) for one in told.get("publishers", [])),
            "issued": {"literal": str(told["publish_date"])} if told.get("publish_date") else None,
        }
    except (fetching.FetchError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return known
    return known | {key: value for key, value in csl.items() if value}


def _of_page(address: str) -> bibliography.CSL:
    known: bibliography.CSL = {"type": "webpage", "URL": address}
    try:
        fetched = fetching.fetch(address)
        media_type = media.sniff(fetched.content)
        if not fetched.ok:
            return known
        told = extraction.extract(fetched.content, media_type, fetched.address).told
    except (fetching.FetchError, extraction.Unreadable):
        return known
    # A page may name any address as its own; what was pasted is what was meant.
    return _told(told, "webpage" if media_type == "text/html" else "document") | {"URL": address}


def _told(told: dict[str, Any], kind: str) -> bibliography.CSL:
    """Return what a file says of itself as CSL; what is no sound value is left out."""
    csl: bibliography.CSL = {"type": kind}
    for key in ("title", "container-title", "publisher", "language", "URL"):
        if isinstance(told.get(key), str) and told[key].strip():
            csl[key] = " ".join(told[key].split())[:1000]
    names = [name for name in told.get("author") or [] if isinstance(name, str) and name.strip()]
    if names:
        csl["author"] = [_name(name) for name in names[:20]]
    if isinstance(told.get("DOI"), str) and (doi := identifiers.doi(told["DOI"])):
        csl["DOI"] = doi
    numbers = str(told.get("issued") or "").split("-")
    if all(number.isdigit() for number in numbers) and len(numbers[0]) == 4:
        csl["issued"] = {"date-parts": [[int(number) for number in numbers[:3]]]}
    return csl


def _name(name: str) -> dict[str, str]:
    words = " ".join(name.split())[:200]
    parts = words.split(" ")
    # Two or three words without a sign between them are most likely a person.
    if 2 <= len(parts) <= 3 and all(part[:1].isupper() and part.isalpha() for part in parts):
        return {"family": parts[-1], "given": " ".join(parts[:-1])}
    return {"literal": words}


# ---- whether it is there already


def same(csl: bibliography.CSL) -> list[Source]:
    """Return the named sources that are, or may be, the same: the surest first, at most five."""
    named = Source.objects.filter(tier=Tier.NAMED, withdrawn=False)
    sure: list[Source] = []
    if doi := identifiers.doi(str(csl.get("DOI") or "")):
        rows = named.filter(csl__DOI__icontains=doi)
        sure += [row for row in rows if identifiers.doi(str(row.csl["DOI"])) == doi]
    if isbn := identifiers.isbn(str(csl.get("ISBN") or "")):
        rows = named.filter(csl__has_key="ISBN")
        sure += [row for row in rows if identifiers.isbn(str(row.csl["ISBN"])) == isbn]
    if url := identifiers.url(str(csl.get("URL") or "")):
        rows = named.filter(csl__URL__icontains=url.removeprefix("https://").partition("?")[0])
        sure += [row for row in rows if identifiers.url(str(row.csl["URL"])) == url]
    if title := " ".join(str(csl.get("title") or "").split()):
        sure += _alike(named, title, references.issued(csl))
    return list({row.pk: row for row in sure}.values())[:5]


def _alike(named: Any, title: str, issued: str) -> list[Source]:
    """Return sources with a similar title, and no other date as far as both are known."""
    words = sorted((word for word in title.lower().split() if word.isalpha()), key=len)[-2:]
    if not words:
        return []
    rows = named.annotate(named=KT("csl__title"))
    for word in words:
        rows = rows.filter(searched__contains=word)
    found = []
    for row in rows[:200]:
        when = references.issued(row.csl)
        length = min(len(when), len(issued))
        alike = fuzz.token_sort_ratio(title.lower(), (row.named or "").lower())
        if alike >= _ALIKE and when[:length] == issued[:length]:
            found.append((alike, row))
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])]
