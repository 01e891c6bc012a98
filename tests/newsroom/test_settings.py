import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDED = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "newsroom.example",
    # Never reached: checks speak to no database.
    "DATABASE_URL": "postgres://desk@127.0.0.1:1/newsroom",
}


def manage(*arguments, **variables):
    """Run manage.py on production settings, in a process and an environment of its own."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=keep
        | {"NEWSROOM_ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "newsroom.settings.prod"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_checks():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **NEEDED)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
def test_production_refuses_to_start_without(name, empty):
    given = NEEDED | {name: ""}
    if not empty:
        del given[name]

    done = manage("check", **given)

    assert done.returncode != 0
    assert re.search(rf"ImproperlyConfigured: {name} is not set\. \w+", done.stderr)
    for secret in given.values():
        assert not secret or secret not in done.stderr


def test_production_takes_a_pool_instead_of_lasting_connections():
    done = manage(
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings; print(settings.DATABASES)",
        **NEEDED,
        DATABASE_POOL="on",
        DATABASE_POOL_MAX="5",
    )
    assert "'pool': {'min_size': 2, 'max_size': 5}" in done.stdout, done.stderr
    assert "'CONN_MAX_AGE': 0" in done.stdout


def test_the_policy_of_every_page_allows_no_inline_code(client, db):
    response = client.get("/desk/login/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_nobody_waits_for_minutes_for_a_database_that_is_away():
    done = manage(
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings; print(settings.DATABASES)",
        **NEEDED | {"DATABASE_URL": "postgres://db.example/newsroom?connect_timeout=7"},
    )
    assert "'connect_timeout': '7'" in done.stdout, done.stderr
    assert "'tcp_user_timeout': '10000'" in done.stdout


def test_an_error_report_quotes_nothing_that_was_sent(rf):
    from django.views.debug import ExceptionReporter

    request = rf.post("/desk/", {"name": "the source's name"})
    request.user = None

    def fails(identity):
        raise ValueError("no")

    try:
        fails(request.POST["name"])
    except ValueError:
        report = ExceptionReporter(request, *sys.exc_info()).get_traceback_text()

    assert "ValueError" in report
    assert "the source's name" not in report
