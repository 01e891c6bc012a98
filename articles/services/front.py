"""The front page: what an editor puts on top of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from history.acts import act

from .. import live, showing
from ..models import FrontPage, LivePiece

# More than that is no choice any more; what follows is ordered by date.
CHOSEN = 12


class Rearranged(Exception):
    """Somebody else has arranged the front page meanwhile. Nothing was changed."""


def arrange_front(pieces: Sequence[UUID], *, actor: Any, based_on: UUID | None) -> FrontPage | None:
    """Put pieces on top of the front page, the lead first; all others follow by date.

    ``based_on`` is the key of the arrangement that the editor saw, ``None`` if there was none.
    Returns the arrangement that holds now. Raises ``PermissionDenied``, ``ValidationError`` and
    ``Rearranged``.
    """
    if not actor.has_perm("articles.arrange_front"):
        raise PermissionDenied(_("You may not arrange the front page."))
    with act("articles.frontpage.arranged", actor=actor) as this:
        live.take_turn()
        latest = FrontPage.objects.first()
        if (latest.pk if latest else None) != based_on:
            raise Rearranged
        if len(set(pieces)) != len(pieces):
            raise ValidationError(_("A piece can stand there only once."))
        if len(pieces) > CHOSEN:
            raise ValidationError(
                _("At most %(number)s pieces; all others follow by date.") % {"number": CHOSEN}
            )
        offered = LivePiece.objects.filter(article__in=pieces, retracted=False)
        if offered.count() != len(pieces):
            raise ValidationError(_("Only what is published can stand on the front page."))
        if list(pieces) == (latest.pieces if latest else []):
            return latest
        made = FrontPage.objects.create(pieces=list(pieces), at=timezone.now(), actor=actor.pk)
        this.note(made, pieces=len(pieces))
        showing.show_front()
    return made
