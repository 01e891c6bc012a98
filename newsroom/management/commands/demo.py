"""`make demo`: from a checkout to a running site with content and logins."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from newsroom import embedded_postgres, environment
from newsroom.models import User
from newsroom.roles import ROLES, assign
from newsroom.settings import local

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Prepare the database and static files, load the demo content and serve the site here."
    # The database has no tables yet when the command begins.
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=None,
            help="port on the loopback interface; else PORT, else 8000",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"] or environment.number("PORT", 8000, least=1)
        # Ctrl-C, a process manager, a closed terminal: all take the same way out.
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, _interrupt)
        server = worker = None
        try:
            _refuse_busy_port(port)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            password = self._people()
            self._content()
            self._pages()
            server = subprocess.Popen(_granian(port), cwd=settings.BASE_DIR)  # noqa: S603 - ours
            self._wait(server, port)
            worker = subprocess.Popen(_worker(), cwd=settings.BASE_DIR)  # noqa: S603 - ours
            self._announce(port, password)
            self._watch(server, worker)
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            # A second Ctrl-C must not leave the server or the database behind.
            for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(ending, signal.SIG_IGN)
            # The worker first: it finishes the job that it is at.
            for process in (worker, server):
                if process:
                    _end(process)
            self._stop_database()

    def _people(self) -> str:
        password = environment.text("DEMO_PASSWORD")
        password = password or local.secret(settings.VAR_DIR / "demo-password", length=12)
        for role in ROLES:
            user, created = User.objects.get_or_create(
                username=role, defaults={"email": f"{role}@example.org"}
            )
            if created:
                assign(user, [role])
            if not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password"])
        return password

    def _content(self) -> None:
        if "load_demo" in get_commands():
            with translation.override(settings.LANGUAGE_CODE):
                call_command("load_demo", verbosity=0)

    def _pages(self) -> None:
        # The database may be another than last time, and so may be the code.
        if settings.NEWSROOM["BAKED_DIR"]:
            call_command("bake", verbosity=0)

    def _wait(self, server: subprocess.Popen[bytes], port: int) -> None:
        end = time.monotonic() + 30
        while server.poll() is None and time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CommandError("The server did not come up; its messages stand above.")

    def _announce(self, port: int, password: str) -> None:
        address = f"http://{HOST}:{port}"
        self.stdout.write(
            f"\nNewsroom is running.\n"
            f"  Site      {address}/\n"
            f"  Desk      {address}/desk/\n"
            f"  Logins    {', '.join(ROLES)}\n"
            f"  Password  {password}\n"
            f"Ctrl-C ends it.\n"
        )
        self.stdout.flush()

    def _watch(self, server: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]) -> None:
        """Stay until the server ends; readers can do without the worker, so its end is told."""
        told = False
        while (status := server.poll()) is None:
            if not told and worker.poll() is not None:
                told = True
                self.stderr.write(
                    f"The worker ended by itself (exit status {worker.returncode}): until the"
                    " demo is started again, nothing goes out at its time and listings grow old."
                )
            time.sleep(0.5)
        if status:
            raise CommandError(f"The server ended by itself (exit status {status}).")

    def _stop_database(self) -> None:
        if environment.text("DATABASE_URL"):
            return
        data = settings.VAR_DIR / "postgres"
        if embedded_postgres.started_here(data):
            embedded_postgres.stop(data)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        # As the server does, or a port just left would count as busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)}). "
                f"Choose another one: make demo PORT={port + 1}"
            ) from None
        except OverflowError:
            raise CommandError(f"There is no port {port}.") from None


def _granian(port: int) -> list[str]:
    return [
        sys.executable,
        *("-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *("--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        "newsroom.wsgi:application",
    ]


def _worker() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"]


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
