"""What must stay inside stays inside: words planted in every confidential place are found nowhere.

Everything public is fetched, by each route that the code has and each link that an answer bears:
pages, old versions, comparisons, documents, feeds, maps, proofs, pictures, errors, baked files.
"""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.apps import apps
from django.db import connection, models
from lxml import html as lxml_html

from articles import baking, public
from articles import page as pages
from articles.models import Image, image_storage
from claims.models import Citation
from sources.models import Capture, Extraction, Source, capture_storage
from sources.sealing import unseal
from tests.crawling import Answer, crawl, known
from tests.world import World, reader

pytestmark = pytest.mark.django_db

TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)
# Meant for readers as they are: written for them, and first seen in a publication.
FOR_READERS = {
    "articles.Publication.note",
    "articles.Publication.slug",
    "articles.Publication.document",
    "articles.Correction.wrong",
    "articles.Correction.right",
    "articles.Reply.author",
    "articles.Reply.text",
    "articles.Reply.words",
    "history.Checkpoint.note",
    # Made of public documents, for search and lists.
    "articles.LivePiece.address",
    "articles.LivePiece.headline",
    "articles.LivePiece.lead",
    "articles.LivePiece.text",
    "articles.LivePiece.claims",
    "articles.LivePiece.statements",
    "articles.Word.word",
    "articles.Change.address",
}
# No words of anybody's: vocabularies, digests, names of files that are digests, ciphers of
# passwords, and cut-outs of texts that are planted themselves.
WORDLESS = {
    "newsroom.User.password",
    "history.Entry.kind",
    "history.Entry.digest",
    "history.Payload.salt",
    "history.Payload.parts",
    "history.Node.hash",
    "history.Erasure.state",
    "sources.Source.fall",
    "sources.Source.kind",
    "sources.Source.tier",
    "sources.Source.reliability",
    "sources.Source.terms",
    "sources.Capture.sha256",
    "sources.Capture.media_type",
    "claims.Claim.voice",
    "claims.Claim.risk",
    "claims.Passage.field",
    "claims.Passage.exact",
    "claims.Passage.prefix",
    "claims.Passage.suffix",
    "claims.Citation.stance",
    "claims.Citation.tier",
    "claims.Citation.credibility",
    "claims.Check.verdict",
    "claims.Check.snapshot",
    "claims.Reading.sentences",
    "articles.Article.language",
    "articles.Article.state",
    "articles.Image.file",
    "articles.Image.media_type",
    "articles.Publication.kind",
    "articles.LivePiece.language",
    "articles.Change.kind",
    "articles.Plan.kind",
    "articles.Comment.field",
    "articles.Publication.fallen",
    "claims.KnownStanding.state",
    "claims.KnownStanding.reason",
    "claims.Dismissal.digest",
    "articles.Plan.state",
    # In the words of the gate, about claims that are planted themselves.
    "articles.Plan.reasons",
    "sources.Lookup.sha256",
    "sources.Watch.outcome",
    "sources.Watch.trouble",
    "articles.ReaderReport.claim",
    "articles.ReaderReport.sender",
    "articles.ReaderReport.state",
}
# What a preview shows by intent: the working copy of the one piece whose link was given.
PREVIEWED = {
    "articles.Article.body: working copy",
    "articles.Article.kicker: working copy",
}


@pytest.fixture
def world() -> World:
    return World()


def texts() -> set[str]:
    """Return every field of ours that can hold text, as ``app.Model.field``."""
    return {
        f"{model._meta.label}.{column.name}"
        for app in ("newsroom", "history", "sources", "claims", "articles")
        for model in apps.get_app_config(app).get_models()
        for column in model._meta.local_concrete_fields
        if isinstance(column, TEXT)
    }


def everything(world: World) -> dict[str, Answer]:
    client = reader()
    return crawl(
        client,
        [
            *known(world),
            "/",
            "/robots.txt",
            "/nichts/",
            "/search/?q=kanarie",
            "/search/?q=Tausende",
            f"{world.address}report/?claim=c1&version=1",
        ],
    )


def found_in(answers: Any, planted: dict[str, str]) -> list[str]:
    """Return where which planted words stand, in content or headers, in any case of letters."""
    hits = []
    for answer in answers:
        content = answer.content.lower()
        for place, word in planted.items():
            if place in PREVIEWED and answer.address.startswith("/preview/"):
                continue
            if word.encode() in content or word in answer.headers.lower() + answer.address.lower():
                hits.append(f"{place} at {answer.address}")
    return hits


def test_every_field_that_holds_text_is_planted_or_said_to_need_none(world: World) -> None:
    planted = {place.partition(":")[0] for place in world.planted} & texts()
    assert planted | FOR_READERS | WORDLESS == texts()
    assert not FOR_READERS & WORDLESS
    assert not planted & WORDLESS
    # Each word stands where it was planted: else it could not leak, and its absence proved nothing.
    sealed = [str(row.identity) for row in Source._base_manager.exclude(sealed="")]
    sealed += [str(row.words) for row in Citation.objects.exclude(sealed="")]
    sealed += [
        str(unseal(row.sealed, source=row.source_id, place=f"capture/{row.pk}"))
        for row in Capture.objects.exclude(sealed="")
    ]
    sealed += [
        str(unseal(row.sealed, source=row.capture.source_id, place=f"extraction/{row.pk}"))
        for row in Extraction.objects.exclude(sealed="").select_related("capture")
    ]
    missing = []
    for place, word in world.planted.items():
        label = place.partition(":")[0]
        if label not in texts():
            continue
        if label.endswith(".sealed"):
            there = any(word in told for told in sealed)
        elif label == "sources.Source.contact":
            there = world.named.known_contact == word
            assert word not in world.named.contact
        else:
            app, model, column = label.split(".")
            table = apps.get_model(app, model)._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT count(*) FROM {table} WHERE "{column}"::text LIKE %s', [f"%{word}%"]
                )
                there = bool(cursor.fetchone()[0])
        if not there:
            missing.append(place)
    assert missing == []


def test_nothing_confidential_is_public(world: World) -> None:
    answers = everything(world)
    assert found_in(answers.values(), world.planted) == []
    # It was no empty walk: every kind of answer came up.
    statuses = {answer.status for answer in answers.values()}
    assert {200, 301, 302, 404, 410} <= statuses
    assert not {status for status in statuses if status >= 500}
    kinds = {
        line.partition(": ")[2].partition(";")[0]
        for answer in answers.values()
        for line in answer.headers.splitlines()
        if line.lower().startswith("content-type: ")
    }
    assert {
        "text/html",
        "text/plain",
        "application/json",
        "application/atom+xml",
        "image/webp",
        "image/jpeg",
    } <= kinds
    assert len(answers) > 100
    # And what is public would have been found in each.
    public_words = {"headline": "tausende auf dem platz"}
    where = {hit.partition(" at ")[2] for hit in found_in(answers.values(), public_words)}
    for place in (
        "/",
        world.address,
        f"{world.address}v/1/",
        f"{world.address}compare/1/2/",
        f"{world.address}index.json",
        "/atom.xml",
        "/corrections/",
        f"/preview/{world.token}/",
    ):
        assert place in where, place


LEAKS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("sources.Source.csl: annote", "PRIVATE_CSL", lambda old: set()),
    ("claims.Claim.statement", "shown_claims", lambda old: lambda copy: list(copy.claims)),
    ("claims.Citation.sealed: quote", "tier", lambda old: lambda citation: "named"),
]


@pytest.mark.parametrize(("place", "name", "broken"), LEAKS)
def test_a_hole_in_the_public_document_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, place: str, name: str, broken: Callable[[Any], Any]
) -> None:
    monkeypatch.setattr(public, name, broken(getattr(public, name)))
    world = World()
    pages_of_it = [world.address, f"{world.address}v/1/", f"{world.address}index.json"]
    answers = crawl(reader(), pages_of_it, most=5000)
    assert any(hit.startswith(place) for hit in found_in(answers.values(), world.planted))


def test_search_finds_none_of_them(world: World) -> None:
    client = reader()

    def found(word: str) -> int:
        page = lxml_html.document_fromstring(client.get("/search/", {"q": word}).content)
        return len(page.xpath("//main//ol/li"))

    assert found("Tausende") > 0
    assert [place for place, word in world.planted.items() if found(word)] == []


def test_errors_tell_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    word = world.plant("the message of an error")

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise ValueError(word)

    monkeypatch.setattr(pages, "context", fail)
    client = reader()
    answers = [client.get(world.address), client.post(world.address), client.get("/nichts/%00")]
    assert [answer.status_code for answer in answers] == [500, 405, 404]
    for answer in answers:
        assert word not in answer.content.decode().lower()
        assert not any(one.encode() in answer.content for one in world.planted.values())


def unpacked(root: Path) -> Iterator[Answer]:
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".br":
            content = brotli.decompress(content)
        elif path.suffix == ".gz":
            content = gzip.decompress(content)
        yield Answer(str(path.relative_to(root)), 200, "", content)


def test_files_tell_nothing(world: World, settings: Any, tmp_path: Path) -> None:
    client = reader()
    for capture in world.captures.values():
        for place in ("/media/", "/media/images/", "/media/captures/", "/captures/", "/static/"):
            assert client.get(f"{place}{capture.sha256}").status_code == 404
    with capture_storage().open(world.captures["named"].name) as file:
        assert world.planted["sources.Capture: bytes, named"].encode() in file.read()

    files = image_storage().listdir("")[1]
    assert len(files) > 3
    for name in files:
        with image_storage().open(name) as file:
            content = file.read().lower()
        assert not [place for place, word in world.planted.items() if word.encode() in content]
    assert Image.objects.filter(file__in=files).exists()

    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": tmp_path}
    for piece in world.published:
        baking.bake(piece.pk)
    baked = list(unpacked(tmp_path))
    assert len(baked) > 10
    assert found_in(baked, world.planted) == []
    assert found_in(baked, {"headline": "tausende auf dem platz"})
