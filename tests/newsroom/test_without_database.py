"""The database is stopped under a site at work: what readers keep, and what monitors are told."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from newsroom import embedded_postgres

from .test_nginx import free_port

ROOT = Path(__file__).resolve().parents[2]
# What a site has after its first day, made with the services that people use.
FIRST_DAY = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from articles import services
from tests import factories
publisher = factories.user("publisher")
piece = factories.finished(factories.user("checker"))
services.publish(piece, actor=publisher)
services.save_article(piece, actor=publisher, kicker="Neu")
from claims.services import read_sentences
read_sentences(piece, actor=publisher)
services.publish(piece, actor=publisher, kind="update", note="Neu")
"""


class Site:
    """A site of its own: database, server and worker, all of them processes of this test."""

    def __init__(self, var: Path) -> None:
        self.data, self.baked = var / "postgres", var / "baked"
        self.port = free_port()
        self.database = embedded_postgres.ensure(self.data, durable=False)
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = keep | {
            "DJANGO_SETTINGS_MODULE": "newsroom.settings.demo",
            # Given, so that no process starts the server by itself.
            "DATABASE_URL": "postgres:///{NAME}?host={HOST}&port={PORT}&user={USER}".format(
                **self.database
            ),
            "NEWSROOM_ENV_FILE": "",
            "NEWSROOM_VAR": str(var),
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, *arguments], env=self.environment, cwd=ROOT)
        self.processes.append(process)
        return process

    def start(self) -> None:
        assert self.run("-c", FIRST_DAY).wait(timeout=120) == 0
        self.run(
            *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(self.port), "--blocking-threads", "4", "--no-ws"),
            "newsroom.wsgi:application",
        )
        until(lambda: self.status() == 200)

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.run("manage.py", "procrastinate", "worker")

    def sql(self, statement: str) -> list[Any]:
        server = {name: self.database[name.upper()] for name in ("host", "port", "user")}
        with psycopg.connect(**server, dbname=self.database["NAME"]) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def count(self, what: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {what}")[0][0])

    def status(self) -> int | None:
        with suppress(OSError):
            return self.ask("/healthz")[0]
        return None

    def ask(self, path: str) -> tuple[int, bytes]:
        # No answer within this time is none.
        address = f"http://127.0.0.1:{self.port}{path}"
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def pages(self) -> dict[str, bytes]:
        return {
            f"/{path.parent.relative_to(self.baked)}/".replace("/./", "/"): path.read_bytes()
            for path in self.baked.rglob("index.html")
        }

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it never came to that")


@pytest.fixture
def site() -> Iterator[Site]:
    # The database's server is another user, who must reach it; pytest's folders are private.
    var = Path("/var/tmp") / f"newsroom-outage-{os.getpid()}"
    var.mkdir(mode=0o755)
    made = None
    try:
        made = Site(var)
        made.start()
        yield made
    finally:
        if made:
            made.end()
        embedded_postgres.remove(var / "postgres")
        shutil.rmtree(var)


def test_readers_keep_every_baked_page_and_monitors_are_told(site: Site) -> None:
    pages = site.pages()
    versions = [address for address in pages if "/v/" in address]
    assert len(versions) == 2
    assert set(map(site.ask, pages)) == {(200, content) for content in pages.values()}
    worker = site.start_worker()
    until(lambda: site.count("procrastinate_workers") == 1)

    assert embedded_postgres.stop(site.data)

    assert {address: site.ask(address) for address in pages} == {
        address: (200, content) for address, content in pages.items()
    }
    status, body = site.ask("/healthz")
    assert status == 503
    assert json.loads(body) == {
        "status": "failing",
        "database": "unreachable",
        "pages": "readable",
        "oldest_due_job": None,
    }

    embedded_postgres.ensure(site.data, durable=False)

    until(lambda: site.status() == 200)
    assert site.ask("/desk/login/")[0] == 200
    # It works on, or has ended, so that a process manager starts it again.
    site.sql("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'unknown')")
    until(lambda: site.count("procrastinate_jobs WHERE status = 'todo'") == 0 or ended(worker))
    if ended(worker):
        site.start_worker()
        until(lambda: site.count("procrastinate_jobs WHERE status = 'todo'") == 0)
