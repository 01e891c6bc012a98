"""Legal blocks: keeping from readers what was published, and giving it back."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from history.acts import Act, act, lock

from .. import blocking, showing
from ..models import Article, LegalBlock, Publication

SHORTEST = 2


def block(
    article: Article,
    *,
    actor: Any,
    reason: str,
    words: Sequence[str] = (),
    whole: bool = False,
) -> LegalBlock:
    """Black words out in every version of a piece, or remove it, whatever is published later.

    Files that readers get are replaced before this returns. Raises ``PermissionDenied``,
    ``ValidationError``, and ``BlockNotComplete`` if the block stands, but not all files
    could be replaced.
    """
    words = list(dict.fromkeys(word for one in words if (word := " ".join(one.split()))))
    with act("articles.article.blocked", actor=actor, comment=reason.strip()) as this:
        article = lock(article)
        made = LegalBlock(article=article, reason=reason.strip(), words=words, whole=whole)
        _refuse_what_blocks_nothing(made)
        lists = _record(this, made, actor)
    showing.replace_now(article.pk, lists)
    return made


def unblock(standing: LegalBlock, *, actor: Any, reason: str) -> LegalBlock:
    """Lift a block, on record. Raises what ``block`` does."""
    with act("articles.article.unblocked", actor=actor, comment=reason.strip()) as this:
        article = lock(standing.article)
        if not LegalBlock.objects.standing().filter(pk=standing.pk).exists():
            raise ValidationError(_("This block does not stand any more."))
        made = LegalBlock(article=article, reason=reason.strip(), lifts=standing)
        lists = _record(this, made, actor)
    showing.replace_now(article.pk, lists)
    return made


def _record(this: Act, made: LegalBlock, actor: Any) -> list[str]:
    """Write it down; return the addresses of the lists that tell something else now."""
    if not actor.has_perm("articles.block_article"):
        raise PermissionDenied(_("You may not block what was published."))
    if not made.reason:
        raise ValidationError({"reason": _("Say why: which order, of whom, of which day.")})
    made.at, made.actor = timezone.now(), actor.pk
    with showing.covering(made) as lists:
        made.save(force_insert=True)
    this.note(
        made.article,
        block={
            "id": str(made.pk),
            "whole": made.whole,
            # What the words are stands in the block alone.
            "words": len(made.words),
            "lifts": str(made.lifts_id) if made.lifts_id else None,
        },
    )
    return lists


def _refuse_what_blocks_nothing(made: LegalBlock) -> None:
    if made.whole == bool(made.words):
        raise ValidationError({"words": _("Name the words, or remove the whole piece.")})
    if any(len(word) < SHORTEST for word in made.words):
        raise ValidationError({"words": _("A single character cannot be blocked.")})
    documents = [row.frozen_document for row in Publication.stored.filter(article=made.article)]
    # A slip of the pen would block nothing, and look as if it had.
    for word in made.words:
        if documents and not any(blocking.touches(document, word) for document in documents):
            raise ValidationError(
                {"words": _("“%(words)s” stands in no version of the piece.") % {"words": word}}
            )
