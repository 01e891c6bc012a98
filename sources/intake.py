"""Getting a source in: what somebody pasted or dropped, made into bibliographic data to confirm.

It is looked up by a job, since it may mean asking a foreign server or parsing a foreign file. Only
what is to become a named source comes here: looking it up tells others that somebody asked.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models.fields.json import KT
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from history import jobs

from . import bibliography, extraction, fetching, identifiers, media, references, services, watching
from .choices import Tier
from .models import Capture, Lookup, Source, capture_storage

# How a DOI's own registry answers for it.
DOI_SERVICE = "https://doi.org/{}"
CSL_TYPE = "application/vnd.citationstyles.csl+json"
# Knows books by their ISBN, open to everybody.
ISBN_SERVICE = "https://openlibrary.org/api/books?bibkeys=ISBN:{}&format=json&jscmd=data"

Found = dict[str, Any]
_ALIKE = 90

#: Why no more is known than what was pasted (``note`` of an entry), in words for the desk.
NOTES: Mapping[str, Promise] = {
    "doi": _("No registry knows this DOI. Is it typed correctly?"),
    "isbn": _("The library catalogue does not know this ISBN."),
    "gone": _("The page is not there, its server says."),
    "refused": _("The server does not give out this page."),
    "unreadable": _("What stands at this address could not be read."),
    fetching.Trouble.ADDRESS: _("This address may not be asked for."),
    fetching.Trouble.UNKNOWN: _("There is no such web server."),
    fetching.Trouble.UNREACHABLE: _("The server could not be reached."),
    fetching.Trouble.TIMEOUT: _("The server took too long."),
    fetching.Trouble.CERTIFICATE: _("The certificate of the server is not valid."),
    fetching.Trouble.SIZE: _("What stands there is too large."),
}


def noted(note: str) -> str:
    """Return in words why no more is known; nothing for no note."""
    return str(NOTES.get(note, NOTES["unreadable"])) if note else ""


def recognised(asked: str) -> str:
    """Return what a pasted text is: ``bibliography``, ``doi``, ``isbn``, ``url``, or ``""``."""
    if bibliography.recognise(asked):
        return "bibliography"
    names = ("doi", "isbn", "url")
    return next((name for name in names if getattr(identifiers, name)(asked)), "")


def known(asked: str) -> bibliography.CSL:
    """Return what an identifier says by itself, before anybody is asked."""
    kind, asked = recognised(asked), asked.strip()
    if kind == "doi":
        return {"type": "article-journal", "DOI": identifiers.doi(asked)}
    if kind == "isbn":
        return {"type": "book", "ISBN": identifiers.isbn(asked)}
    return {"type": "webpage", "URL": asked} if kind == "url" else {}


def lookup_of(user: Any, key: str) -> Lookup | None:
    """Return somebody's own look-up by the key that a browser sent."""
    try:
        return Lookup.objects.filter(pk=UUID(key), user_id=user.pk or UUID(int=0)).first()
    except ValueError:
        return None


def entry(lookup: Lookup, number: str) -> bibliography.CSL:
    """Return the data that a new source begins with; if it names no entry, of what was pasted."""
    try:
        return (lookup.found or [])[int(number)].get("csl") or {}
    except (ValueError, IndexError):
        return known(lookup.asked)


def settle(lookup: Lookup, source: Source, *, actor: Any) -> None:
    """Keep what a new source was made from: the dropped file, or its page, fetched by a job."""
    from .tasks import look

    if source.tier != Tier.NAMED:
        # Who turns out to be protected was pasted in clear: that goes at once.
        forget(lookup)
        return
    if not actor.has_perm("sources.add_capture"):
        return
    content = lookup.read()
    if content and not bibliography.recognise(content[:2000].decode("utf-8", "replace")):
        media_type = media.sniff(content)
        services.capture(source, content, actor=actor, media_type=media_type)
    elif not content and watching.watchable(source):
        jobs.soon(look, source=str(source.pk))


def ask(user: Any, *, text: str = "", file: bytes = b"") -> Lookup:
    """Note what somebody pasted or dropped, and have a job look it up."""
    from .tasks import look_up

    lookup = Lookup(user=user, asked=text.strip())
    if file:
        lookup.sha256 = services.digest(file)
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

    An entry is ``{"csl"}``, with a ``note`` (see ``NOTES``) if nobody could tell more than what was
    pasted, or ``{"trouble", "line"}`` if it could not be read. Takes as long as servers and parsers
    do.
    """
    if file:
        return _of_file(file)
    kind = recognised(asked)
    if kind == "bibliography":
        return _entries(asked)
    if kind:
        ask_for = {"doi": _of_doi, "isbn": _of_isbn, "url": _of_page}[kind]
        given = known(asked)
        try:
            return [{"csl": ask_for(given)}]
        except _Nothing as nothing:
            return [{"csl": given, "note": nothing.note}]
        except fetching.FetchError as error:
            return [{"csl": given, "note": str(error.trouble)}]
        except extraction.Unreadable:
            return [{"csl": given, "note": "unreadable"}]
    return [{"csl": {"title": asked[:500]}}] if asked else []


class _Nothing(Exception):
    """Nothing is known there; ``note`` says why."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


def _fetched(address: str, unknown: str, accept: str = "*/*") -> fetching.Fetched:
    """Fetch; ``unknown`` is the note for an address at which there is nothing."""
    fetched = fetching.fetch(address, accept=accept)
    if not fetched.ok:
        raise _Nothing(unknown if fetched.status in (404, 410) else "refused")
    return fetched


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


def _of_doi(given: bibliography.CSL) -> bibliography.CSL:
    fetched = _fetched(DOI_SERVICE.format(quote(given["DOI"])), "doi", CSL_TYPE)
    try:
        entries = bibliography.read(fetched.content.decode())
    except UnicodeDecodeError:
        entries = []
    if not entries or not entries[0].csl:
        raise _Nothing("unreadable")
    return {**entries[0].csl, "DOI": given["DOI"]}


def _of_isbn(given: bibliography.CSL) -> bibliography.CSL:
    isbn = given["ISBN"]
    fetched = _fetched(ISBN_SERVICE.format(isbn), "isbn")
    try:
        book = json.loads(fetched.content)[f"ISBN:{isbn}"]
        csl = {
            "title": ": ".join(part for key in ("title", "subtitle") if (part := book.get(key))),
            "author": [{"literal": str(one["name"])} for one in book.get("authors", [])],
            "publisher": ", ".join(str(one["name"]) for one in book.get("publishers", [])),
            "issued": {"literal": str(book["publish_date"])} if book.get("publish_date") else None,
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Nothing("isbn") from None
    return given | {key: value for key, value in csl.items() if value}


def _of_page(given: bibliography.CSL) -> bibliography.CSL:
    fetched = _fetched(given["URL"], "gone")
    media_type = media.sniff(fetched.content)
    told = extraction.extract(fetched.content, media_type, fetched.address).told
    # A page may name any address as its own; what was pasted is what was meant.
    kind = "webpage" if media_type == "text/html" else "document"
    return _told(told, kind) | {"URL": given["URL"]}


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
