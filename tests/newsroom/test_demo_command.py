"""The demo's server and worker, and what is said when one of them ends."""

import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError

from newsroom.management.commands.demo import Command, _end, _worker


class Told:
    """Stands for the terminal; ends the server once something was said there."""

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        self.server = server
        self.lines: list[str] = []

    def write(self, line: str, *args: Any) -> None:
        self.lines.append(line)
        assert self.server.stdin
        self.server.stdin.close()


def process(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


@pytest.mark.parametrize("status", [0, 3])
def test_a_worker_that_died_is_reported_once_and_the_site_stays(status) -> None:
    worker = process(f"raise SystemExit({status})")
    worker.wait()
    server = process("import sys; sys.stdin.read()")
    command = Command()
    command.stderr = told = Told(server)  # type: ignore[assignment]
    command._watch(server, worker)
    (line,) = told.lines
    assert f"The worker ended by itself (exit status {status})" in line


def test_a_server_that_died_ends_the_demo() -> None:
    worker = process("import sys; sys.stdin.read()")
    with pytest.raises(CommandError, match="exit status 4"):
        Command()._watch(process("raise SystemExit(4)"), worker)
    assert worker.poll() is None
    _end(worker)
    assert worker.poll() is not None


def test_the_worker_is_the_one_that_operators_run() -> None:
    assert _worker()[-2:] == ["procrastinate", "worker"]
