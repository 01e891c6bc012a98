"""The text of a copy, and what its file says of itself, read by parsers that are not trusted.

Whoever publishes a file decides what its parser gets to eat. So parsers run in a process of their
own (``worker.py``), which has little memory and time, no settings, no keys and no database, and
writes nothing. It is asked by jobs, never while somebody waits for a page.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from history import canonical

SECONDS = 60
MOST_TEXT = 20_000_000
_WORKER = Path(__file__).with_name("worker.py")

# What there is a parser for.
READABLE = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "message/rfc822",
        "text/html",
        "text/plain",
        "text/csv",
        "application/json",
        "application/xhtml+xml",
    }
)


class Unreadable(Exception):
    """No text came out: damaged, hostile, or simply too large."""


@dataclass(frozen=True, slots=True)
class Extract:
    """``text`` with pages ended by form feeds; ``told`` is what the file says of itself.

    Its keys are those of CSL: ``title``, ``author`` (names as written), ``issued`` (a date as
    ``YYYY-MM-DD`` or shorter), ``container-title``, ``publisher``, ``language``, ``DOI``, ``URL``.
    """

    text: str
    told: dict[str, Any] = field(default_factory=dict)


def extract(
    content: bytes, media_type: str, address: str = "", *, seconds: float = SECONDS
) -> Extract:
    """Return the text of a file; raises ``Unreadable``. Takes up to ``seconds``."""
    if media_type not in READABLE:
        raise Unreadable(media_type)
    question = json.dumps({"media_type": media_type, "address": address}).encode()
    try:
        # Through pipes: what a protected source gave touches no disk in clear.
        done = subprocess.run(  # noqa: S603 (our own script, by our own interpreter)
            [sys.executable, "-I", "-X", "utf8", str(_WORKER)],
            input=question + b"\n" + content,
            capture_output=True,
            timeout=seconds,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("took too long") from None
    if done.returncode or len(done.stdout) > MOST_TEXT:
        # What the parser printed may quote the file, so it goes nowhere.
        raise Unreadable(f"the parser gave up ({done.returncode})")
    try:
        answer = json.loads(done.stdout)
        return Extract(canonical.text(answer["text"]), canonical.normal(answer["told"]))
    except (ValueError, KeyError, TypeError):
        raise Unreadable("the parser said something else") from None
