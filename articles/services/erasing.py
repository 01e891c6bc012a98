"""Erasing: words are taken out of everything that was recorded."""

from typing import Any

from history import erasure
from history.models import Erasure

from .. import redaction, showing


def erase(asked: Erasure, *, actor: Any) -> None:
    """Erase words that somebody else asked to have erased, wherever they were recorded.

    Raises ``PermissionDenied`` without the permission, or for one's own request.
    """
    erasure.carry_out(asked, actor=actor, beyond=redaction.beyond_documents)
    showing.show_all_anew()
