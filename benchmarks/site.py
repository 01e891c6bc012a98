"""The site: baking, search, and how fast a baked page is answered, beside two floors.

The floors are answered in the same run and by the same means: a bare WSGI function that returns the
bytes of the page, and Django with no middleware and a view that does. All are called as functions,
in one process, without a server between: so only the ratios say something.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from articles import baking, live, search
from articles.choices import Kind
from articles.models import LivePiece, Publication
from articles.services import create_article
from history import canonical
from history.acts import act
from newsroom.baked import Baked, security_headers

from .history import WORDS, paragraph
from .measure import Table

PIECES = int(os.environ.get("BENCH_PIECES", "3000"))
BAKED = min(PIECES, 400)
# A word that is in every piece, and one that is in hardly any.
COMMON, RARE = "Bahn", "Quastenflosser"
HEADS = [("Content-Type", "text/html; charset=utf-8")]


def run() -> None:
    actor = get_user_model().objects.system()
    table = Table(f"A site of {PIECES:,} pieces")
    with mock.patch.dict(settings.NEWSROOM, {"BAKED_DIR": None}):
        fill(actor, table)
    searching(table)
    with TemporaryDirectory() as place, mock.patch.dict(settings.NEWSROOM, {"BAKED_DIR": place}):
        address = bake(table)
        serving(Path(place), address)


def fill(actor: Any, table: Table) -> None:
    """Publish many pieces, a hundred in one act."""
    source, start = random.Random(1), time.perf_counter()
    made = timezone.now() - timedelta(days=400)
    for batch in range(0, PIECES, 100):
        with act("articles.article.published", actor=actor):
            for number in range(batch, min(batch + 100, PIECES)):
                publish(actor, number, made + timedelta(minutes=number), source)
    taken = time.perf_counter() - start
    table.tell("published and indexed, a second", f"{PIECES / taken:.0f}")


def publish(actor: Any, number: int, at: Any, source: random.Random) -> None:
    body = [paragraph(source, 6) for _ in range(10)] + [f"<p>{COMMON} und mehr.</p>"]
    if number % 1000 == 7:
        body.append(f"<p>Ein {RARE} schwamm vorbei.</p>")
    slug = f"bench-{uuid4()}"
    headline = " ".join(source.choice(WORDS).title() for _ in range(6))
    article = create_article(actor=actor, headline=headline, slug=slug)
    stamp, section = canonical.stamp(at), f"ressort-{number % 8}"
    document = {
        "schema": 1,
        "type": "public",
        "id": str(article.pk),
        "number": 1,
        "kind": "first",
        "note": "",
        "address": f"/{timezone.localtime(at):%Y/%m}/{slug}/",
        "language": "de",
        "publisher": "Newsroom",
        "headline": headline,
        "kicker": "",
        "standfirst": "",
        "first_published": stamp,
        "published": stamp,
        "body": body,
        "images": [],
        "tags": [],
        "section": {"name": section.title(), "slug": section},
        "references": [],
        "bylines": [{"name": "Anna", "slug": f"anna-{number % 40}", "role": ""}],
        "claims": [claim(index, source) for index in range(1, 11)],
        "corrections": [],
        "replies": [],
        "checked": {},
        "versions": [{"number": 1, "kind": "first", "note": "", "published": stamp}],
    }
    publication = Publication.objects.create(
        article=article, number=1, kind=Kind.FIRST, at=at, actor=actor.pk, revision=1, slug=slug,
        document=canonical.dumps(document),
    )  # fmt: skip
    live.record(publication)


def claim(index: int, source: random.Random) -> dict[str, Any]:
    return {
        "id": f"c{index}",
        "statement": " ".join(source.choices(WORDS, k=9)),
        "citations": [],
        "verdict": "supported",
        "voice": "asserted",
        "attribution": "",
        "as_of": None,
        "checked": "2025-05-03",
        "passages": [],
        "rests_on": [],
    }


def searching(table: Table) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE articles_livepiece, articles_word")
    for name, said in (
        ("a word in every piece", COMMON),
        ("a word in a few pieces", RARE),
        ("three words", f"{COMMON} Haushalt Frist"),
        ("a phrase", '"Bahn und mehr"'),
        ("a word that is in no piece", "Xylothek"),
    ):
        p50, p95, found = spread(lambda said=said: search.search(said))
        total = f"{found.total}{'+' if found.more else ''}" if found else "0"
        table.tell(f"search for {name} ({total}), p50 and p95", f"{p50:.1f} and {p95:.1f} ms")
    p50, p95, meant = spread(lambda: search.instead("Quastenflosesr"))
    table.tell(f"“did you mean {meant}”, p50 and p95", f"{p50:.1f} and {p95:.1f} ms")


def spread(work: Callable[[], Any], runs: int = 60) -> tuple[float, float, Any]:
    """Return p50 and p95 in milliseconds, and what came out."""
    result, taken = work(), []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[18], result


def bake(table: Table) -> str:
    """Bake some pieces in one process, then everything in two; return the address of a page."""
    keys = list(LivePiece.objects.values_list("article", flat=True)[:BAKED])
    start = time.perf_counter()
    files = sum(len(baking.bake(key)) for key in keys)
    taken = time.perf_counter() - start
    table.tell("files baked a second in one process (br, gz included)", f"{files / taken:.0f}")
    start = time.perf_counter()
    call_command("bake", jobs=2, verbosity=0)
    table.tell("the rest and all lists, in two processes", f"{time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    call_command("bake", jobs=2, verbosity=0)
    table.tell("again, when nothing differs", f"{time.perf_counter() - start:.1f} s")
    return str(LivePiece.objects.values_list("address", flat=True)[0])


def serving(place: Path, address: str) -> None:
    body = (place / address.lstrip("/") / "index.html").read_bytes()
    table = Table(f"A page of {len(body):,} bytes, answered")
    secure = security_headers(secure=False)
    applications: dict[str, Any] = {
        "bare WSGI bytes": bare(body),
        "baked": Baked(bare(b"not baked"), place, headers=secure),
    }
    with bare_django(body) as view:
        applications["a bare Django view"] = view
        for name, application in applications.items():
            table.time(f"1,000 times: {name}", lambda app=application: asked(app, address), runs=9)
    for floor in ("bare WSGI bytes", "a bare Django view"):
        one, other = f"1,000 times: {floor}", "1,000 times: baked"
        table.ratio(f"  as many requests as {floor}, times", one, other)


def asked(application: Any, address: str) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    for _ in range(1000):
        list(application(dict(environ), _ignore))


def _ignore(status: str, headers: list[tuple[str, str]]) -> None:
    assert status == "200 OK", status


def bare(body: bytes) -> Callable[..., Iterable[bytes]]:
    headers = [*HEADS, ("Content-Length", str(len(body)))]

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", headers)
        return [body]

    return application


class bare_django:
    """Django with one view that returns these bytes, and no middleware."""

    def __init__(self, body: bytes) -> None:
        def view(request: HttpRequest, **arguments: Any) -> HttpResponse:
            return HttpResponse(body)

        self.urlpatterns = [path("<path:address>", view)]
        self.settings = override_settings(
            ROOT_URLCONF=tuple(self.urlpatterns), MIDDLEWARE=[], ALLOWED_HOSTS=["*"]
        )

    def __enter__(self) -> WSGIHandler:
        self.settings.enable()
        return WSGIHandler()

    def __exit__(self, *error: object) -> None:
        self.settings.disable()
