"""Feeds as Atom (RFC 4287) and JSON Feed 1.1, made of public documents.

An entry keeps its id for good, whatever its address becomes. ``updated`` is when its text last
changed in substance: a correction does that, a typing error's correction does not.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, override, pgettext
from lxml import etree

from claims.text import unmark

from . import body as bodies
from . import page as pages
from .evidence import Document, mappings, string, strings
from .listings import is_retracted, language_of, openness
from .models import Publication

ENTRIES = 30
ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
# Nothing was published yet: any fixed moment will do, so that the feed does not change by itself.
BEGINNING = "1970-01-01T00:00:00Z"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# What XML 1.0 cannot hold, escaped or not.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece, or one correction. ``html`` is sanitised; moments are RFC 3339."""

    id: str
    url: str
    title: str
    published: str
    updated: str
    language: str
    summary: str = ""
    html: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: of what, the page that it belongs to, and its own address without a suffix."""

    title: str
    publisher: str
    language: str
    home: str
    atom_url: str
    json_url: str
    entries: Sequence[Entry] = field(default_factory=list)

    @property
    def updated(self) -> str:
        return max((entry.updated for entry in self.entries), default=BEGINNING)


def pieces(publications: Sequence[Publication], site: str) -> list[Entry]:
    """Return live publications as entries."""
    return [piece(publication.public_document, site) for publication in publications]


def piece(document: Document, site: str) -> Entry:
    """Return a piece, whole, with its corrections before its first line.

    A retracted one stays, so that the notice takes the place of what subscribers have of it.
    """
    published = string(document.get("first_published"))
    title, summary = string(document.get("headline")), string(document.get("standfirst"))
    html = _html(document)
    if is_retracted(document):
        title, summary, html = _retracted(language_of(document), title, document.get("note"))
    return Entry(
        id=f"urn:uuid:{document['id']}",
        url=site + pages.address_of(document),
        title=title,
        published=published,
        updated=string(pages.modified_at(document)) or published,
        language=string(document.get("language")),
        summary=summary,
        html=html,
        authors=pages.authors_of(document),
        tags=[
            string(named.get("name"))
            for named in mappings([document.get("section"), *mappings(document.get("tags"))])
        ],
    )


def corrections(publications: Sequence[Publication], site: str) -> list[Entry]:
    """Return each correction and retraction as an entry of its own, the latest first."""
    found = []
    for publication in publications:
        one = openness(publication)
        with override(one.language):
            corrected = pgettext("public page", "Corrected: %(headline)s")
            texts = [
                (
                    corrected % {"headline": one.headline},
                    pages.correction_in_words(each),
                    _correction(each),
                )
                for each in one.corrections
            ]
        if one.retraction is not None:
            texts.append(_retracted(one.language, one.headline, one.retraction))
        for index, (title, summary, html) in enumerate(texts):
            found.append(
                Entry(
                    id=f"urn:uuid:{uuid5(one.key, str(index))}",
                    url=site + one.address,
                    title=title,
                    published=one.stamp,
                    updated=one.stamp,
                    language=one.language,
                    summary=summary,
                    html=html,
                )
            )
    return found


def atom(feed: Feed) -> bytes:
    """Return a feed as an Atom document in UTF-8."""
    prefixes: Any = {None: _NAMESPACE}
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap=prefixes)
    root.set(f"{_XML}lang", feed.language)
    _add(root, "id", feed.atom_url)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated)
    _add(root, "link", rel="self", type=ATOM, href=feed.atom_url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home)
    _add(_add(root, "author"), "name", feed.publisher)
    for entry in feed.entries:
        node = _add(root, "entry")
        node.set(f"{_XML}lang", entry.language)
        _add(node, "id", entry.id)
        _add(node, "title", entry.title)
        _add(node, "published", entry.published)
        _add(node, "updated", entry.updated)
        _add(node, "link", rel="alternate", type="text/html", href=entry.url)
        for author in entry.authors:
            _add(_add(node, "author"), "name", author)
        for tag in entry.tags:
            _add(node, "category", term=tag)
        if entry.summary:
            _add(node, "summary", entry.summary)
        if entry.html:
            _add(node, "content", entry.html, type="html")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def json_feed(feed: Feed) -> bytes:
    """Return a feed as a JSON Feed 1.1 in UTF-8."""
    data: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.json_url,
        "language": feed.language,
        "authors": _names([feed.publisher]),
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                # One of both must be there.
                "content_html": entry.html or format_html("<p>{}</p>", entry.title),
                "date_published": entry.published,
                "date_modified": entry.updated,
                "language": entry.language,
                **({"summary": entry.summary} if entry.summary else {}),
                **({"authors": _names(entry.authors)} if entry.authors else {}),
                **({"tags": list(entry.tags)} if entry.tags else {}),
            }
            for entry in feed.entries
        ],
    }
    return json.dumps(data, ensure_ascii=False).encode()


def _names(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def writable(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _UNWRITABLE.sub("", text)


def moment(value: datetime) -> str:
    """Return a moment as RFC 3339, in UTC."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _html(document: Document) -> str:
    with override(language_of(document)):
        notes = [_correction(one) for one in pages.corrections_of(document)]
        if pages.is_developing(document):
            words = pgettext("public page", "Developing: not everything is confirmed yet")
            notes.insert(0, format_html("<p><strong>{}</strong></p>", words))
    text = bodies.clean(unmark("".join(strings(document.get("body")))))
    return format_html_join("\n", "{}", ((note,) for note in notes)) + text


def _retracted(language: str, headline: str, note: Any) -> tuple[str, str, str]:
    """Return title, summary and HTML of a retraction."""
    with override(language):
        title = pgettext("public page", "Retracted: %(headline)s") % {"headline": headline}
    return title, string(note), format_html("<p>{}</p>", string(note))


def _correction(correction: dict[str, Any]) -> str:
    on = correction["published"]
    date = gettext("Corrected on %(date)s") % {"date": on.day} if on else ""
    return format_html("<p><strong>{}</strong> {}</p>", date, pages.correction_in_words(correction))


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    node = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    for key, value in attributes.items():
        node.set(key, writable(value))
    if text:
        node.text = writable(text)
    return node
