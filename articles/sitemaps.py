"""Sitemaps (sitemaps.org, and the extension for news)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from lxml import etree

from .evidence import Document, string
from .feeds import moment, writable
from .models import LivePiece
from .page import address_of

# What the protocols allow in one file.
ADDRESSES = 50_000
NEWS = 1_000
NEWS_LASTS = timedelta(days=2)
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def urlset(places: Iterable[LivePiece], site: str) -> bytes:
    """Return a sitemap of these places, at most ``ADDRESSES`` of them."""
    root = _root("urlset")
    for place in places:
        node = _add(root, _SITEMAP, "url")
        _add(node, _SITEMAP, "loc", site + place.address)
        _add(node, _SITEMAP, "lastmod", moment(place.changed_at))
    return _text(root)


def index(addresses: Sequence[str]) -> bytes:
    """Return an index of sitemaps at these addresses."""
    root = _root("sitemapindex")
    for address in addresses:
        _add(_add(root, _SITEMAP, "sitemap"), _SITEMAP, "loc", address)
    return _text(root)


def news(documents: Iterable[Document], site: str) -> bytes:
    """Return a news sitemap of these live documents, at most ``NEWS`` of them."""
    root = _root("urlset", news=_NEWS)
    for document in documents:
        node = _add(root, _SITEMAP, "url")
        _add(node, _SITEMAP, "loc", site + address_of(document))
        about = _add(node, _NEWS, "news")
        publication = _add(about, _NEWS, "publication")
        _add(publication, _NEWS, "name", string(document.get("publisher")))
        _add(publication, _NEWS, "language", string(document.get("language")))
        _add(about, _NEWS, "publication_date", string(document.get("first_published")))
        _add(about, _NEWS, "title", string(document.get("headline")))
    return _text(root)


def _root(name: str, **others: str) -> Any:
    prefixes: Any = {None: _SITEMAP, **others}
    return etree.Element(f"{{{_SITEMAP}}}{name}", nsmap=prefixes)


def _add(parent: Any, namespace: str, name: str, text: str = "") -> Any:
    node = etree.SubElement(parent, f"{{{namespace}}}{name}")
    if text:
        node.text = writable(text)
    return node


def _text(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
