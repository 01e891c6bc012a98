"""Letting somebody without an account see a draft."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from history import canonical
from history.acts import act, lock

from .. import sharing
from ..choices import State
from ..models import Article


def share_draft(article: Article, *, actor: Any, days: int) -> tuple[str, datetime]:
    """Return the token of a link to the draft (see ``sharing``), and until when it holds.

    The entry says who made one and until when; it does not hold the link. Raises
    ``PermissionDenied`` and ``ValidationError``.
    """
    if not actor.has_perm("articles.change_article"):
        raise PermissionDenied(_("You may not show this piece to others."))
    if days not in sharing.DAYS:
        raise ValidationError({"days": _("A link holds for some days only.")})
    with act("articles.article.shared", actor=actor) as this:
        article = lock(article)
        if article.state == State.SHELVED:
            raise ValidationError(_("This piece is shelved."))
        token, until = sharing.make(article, actor, days)
        this.note(article, shared={"until": canonical.stamp(until)})
    return token, until
