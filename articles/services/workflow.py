"""Workflow: a piece is handed on, put away and brought back."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from history.acts import act, lock

from ..choices import State
from ..models import Article


def set_state(
    article: Article,
    *,
    actor: Any,
    state: str,
    assignee: Any = None,
    due: datetime | None = None,
    comment: str = "",
) -> Article:
    """Hand a piece on: its state, who has it now, until when, and a note to them."""
    with act("articles.article.handed_on", actor=actor, comment=comment) as this:
        article = lock(article)
        if state == State.SHELVED and article.publications.exists():
            raise ValidationError(_("A published piece cannot be shelved: it is retracted."))
        moved = {"state": [article.state, str(state)]}
        article.state, article.assignee, article.due = state, assignee, due
        article.full_clean()
        article.save(update_fields=["state", "assignee", "due"])
        if assignee is not None:
            moved["assignee"] = [str(assignee.pk)]
        this.note(article, workflow=moved)
    return article


def shelve(article: Article, *, actor: Any, comment: str = "") -> Article:
    """Put a draft away; nothing of it is deleted. Raises ``ValidationError`` if it is public."""
    return set_state(article, actor=actor, state=State.SHELVED, comment=comment)


def recover(article: Article, *, actor: Any, comment: str = "") -> Article:
    """Bring a shelved draft back to work."""
    return set_state(article, actor=actor, state=State.DRAFT, comment=comment)
