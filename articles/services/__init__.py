"""What can be done with a piece. Each service is one act: wholly done and on record, or not.

One module a group of verbs; callers import them from here.
"""

from .erasing import erase
from .looking_back import dry_run, restore, restore_part
from .publishing import (
    KINDS_OF_FIRST,
    KINDS_OF_NEXT,
    GateClosed,
    Wrong,
    preview,
    publish,
    reply,
    retract,
)
from .workflow import recover, set_state, shelve
from .writing import (
    ClaimsWouldVanish,
    ConflictingSave,
    Over,
    create_article,
    replace_text,
    save_article,
    set_bylines,
    write,
)

__all__ = [
    "KINDS_OF_FIRST",
    "KINDS_OF_NEXT",
    "ClaimsWouldVanish",
    "ConflictingSave",
    "GateClosed",
    "Over",
    "Wrong",
    "create_article",
    "dry_run",
    "erase",
    "preview",
    "publish",
    "recover",
    "replace_text",
    "reply",
    "restore",
    "restore_part",
    "retract",
    "save_article",
    "set_bylines",
    "set_state",
    "shelve",
    "write",
]
