"""The one place where the environment is read.

Settings ask here by name and type. A missing or malformed value raises ImproperlyConfigured with a
message that names the variable and never repeats its value, which may be a secret.
"""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off"})


def load(path: Path) -> None:
    """Take values from a file of NAME=value lines; what is set already wins.

    Blank lines and lines that start with "#" are skipped, one pair of quotes around a value is
    removed. A missing file is no error, a line without "=" is. NEWSROOM_ENV_FILE names another
    file; set to nothing, no file is read.
    """
    chosen = os.environ.get("NEWSROOM_ENV_FILE")
    if chosen == "":
        return
    path = Path(chosen) if chosen else path
    if not path.is_file():
        return
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        if not separator or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path}, line {number}: expected NAME=value.")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        # An empty value in the file means "not set", as in the example file.
        if value:
            os.environ.setdefault(name.strip(), value)


def text(name: str, default: str = "") -> str:
    """Return the value; one that is unset or empty is the default."""
    return os.environ.get(name, "").strip() or default


def required(name: str, why: str) -> str:
    """Return the value, or refuse to start and say why it is needed."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. {why} See .env.example for all settings and their meaning."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a yes or no: 1/0, true/false, yes/no, on/off in any case."""
    value = text(name).lower()
    if not value:
        return default
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no (1, true, on / 0, false, off).")


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number, not less than `least`."""
    value = text(name)
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None
    if result < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more.")
    return result


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Return the parts of a comma-separated list, without the empty ones."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def pairs(name: str) -> dict[str, str]:
    """Return a list of key=value, separated by commas, as a mapping."""
    result = {}
    for part in names(name):
        key, separator, value = (piece.strip() for piece in part.partition("="))
        if not key or not separator or not value:
            raise ImproperlyConfigured(f"{name} must be a list of name=value.")
        result[key] = value
    return result


def required_names(name: str, why: str) -> list[str]:
    """Return a list of at least one name, or refuse to start and say why it is needed."""
    required(name, why)
    result = names(name)
    if not result:
        raise ImproperlyConfigured(f"{name} is an empty list. {why}")
    return result


def folder(name: str, default: Path) -> Path:
    """Return an absolute path; `~` is the home folder."""
    return Path(text(name, str(default))).expanduser().absolute()


def optional_folder(name: str, default: Path) -> Path | None:
    """Return an absolute path, or None if the value says no (0, false, no, off)."""
    return None if text(name).lower() in _NO else folder(name, default)


def origin(name: str, default: str) -> str:
    """Return the scheme and host of a site, without a slash at the end."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or value.count("/") != 2:
        raise ImproperlyConfigured(f"{name} must be scheme and host: https://newsroom.example")
    return value


def database(url: str, **extra: Any) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL URL.

    Understands ``postgres://user:password@host:port/name?sslmode=require`` and, for Unix sockets,
    ``postgres:///name?host=/run/postgresql`` or the percent-encoded folder in place of the host.
    The query may hold every connection option that libpq knows. `extra` is added to the settings.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Not chained: the original message may quote the URL, and that holds the password.
        raise ImproperlyConfigured("DATABASE_URL is malformed: check host and port.") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgres:// (Newsroom runs on PostgreSQL only)."
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    # Not `parts.hostname`, which turns it to lower case: a socket folder would then be another.
    address = parts.netloc.rpartition("@")[2]
    host = address if port is None else address.rpartition(":")[0]
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname", unquote(parts.path.removeprefix("/"))),
        "USER": options.pop("user", unquote(parts.username or "")),
        "PASSWORD": options.pop("password", unquote(parts.password or "")),
        "HOST": options.pop("host", unquote(host.rstrip(":")).strip("[]")),
        "PORT": options.pop("port", str(port or "")),
        "OPTIONS": options,
    }
    if not settings["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL names no database: postgres://host/NAME.")
    return settings | extra
