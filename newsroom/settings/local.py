"""What development, demo and tests share: a database and a secret that need no setting up."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsroom import embedded_postgres, environment


def database(data_dir: Path, *, durable: bool = True) -> dict[str, Any]:
    """Return the settings of DATABASE_URL, else of the embedded server, started if needed."""
    if url := environment.text("DATABASE_URL"):
        return environment.database(url)
    return embedded_postgres.ensure(data_dir, durable=durable)


def secret(path: Path, length: int = 50) -> str:
    """Return the secret kept in a file that only its owner may read; made on first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of two first uses at once, both get the same secret.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        if not path.exists():
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(length)[:length])
            with suppress(FileExistsError):
                os.link(fresh, path)
        return path.read_text(encoding="ascii").strip()
    finally:
        fresh.unlink(missing_ok=True)
