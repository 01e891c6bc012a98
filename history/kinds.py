"""What the desk calls kinds of acts: each app names its own."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_phrases: dict[str, str | Promise] = {}

# What a verb says of a thing that has no phrase of its own.
_VERBS: Mapping[str, str | Promise] = {
    "created": _("created"),
    "saved": _("changed"),
    "deleted": _("deleted"),
}


def name(phrases: Mapping[str, str | Promise]) -> None:
    """Say what somebody did who did this: ``{"sources.source.created": "added a source"}``."""
    _phrases.update(phrases)


def told(kind: str) -> str:
    """Return a kind in words, in the active language; one that nobody named as it is."""
    if kind in _phrases:
        return str(_phrases[kind])
    return str(_VERBS.get(kind.rpartition(".")[2], kind))
