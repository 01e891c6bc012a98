"""What can be done with a piece. Each service is one act: wholly done and on record, or not.

One module a group of verbs; callers import them from here.
"""

from .blocking import block, unblock
from .erasing import erase
from .front import CHOSEN, Rearranged, arrange_front
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
from .reporting import report_error, settle_report
from .scheduling import publish_due, schedule, unschedule
from .sharing import share_draft
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
    "CHOSEN",
    "KINDS_OF_FIRST",
    "KINDS_OF_NEXT",
    "ClaimsWouldVanish",
    "ConflictingSave",
    "GateClosed",
    "Over",
    "Rearranged",
    "Wrong",
    "arrange_front",
    "block",
    "create_article",
    "dry_run",
    "erase",
    "preview",
    "publish",
    "publish_due",
    "recover",
    "replace_text",
    "reply",
    "report_error",
    "restore",
    "restore_part",
    "retract",
    "save_article",
    "schedule",
    "set_bylines",
    "set_state",
    "settle_report",
    "share_draft",
    "shelve",
    "unblock",
    "unschedule",
    "write",
]
