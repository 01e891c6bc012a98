"""Looking back: what an earlier revision held becomes the present again."""

from typing import Any

from claims import services as claims
from claims.models import Claim
from history import revisions
from history.acts import act, lock
from history.models import Entry

from .. import parts
from ..compare import compare
from ..differences import Comparison
from ..models import Article
from ..piece import StoredPiece
from .writing import ConflictingSave


def restore(
    article: Article,
    *,
    revision: int,
    actor: Any,
    comment: str = "",
    based_on: int | None = None,
) -> int | None:
    """Make the content of an earlier revision the present one, as a new revision.

    Returns the new revision's number, or ``None`` if the content is the same
    already. Raises ``Entry.DoesNotExist`` for an unknown revision,
    ``RestoreRefused`` if something that it names is gone, and ``ConflictingSave``
    if the piece has moved on from the revision ``based_on`` that the question was
    about. Checks and readings stay; later claims are withdrawn.
    """
    with act("articles.article.restored", actor=actor, comment=comment) as this:
        article = lock(article)
        before = revisions.latest_revision(article)
        if based_on not in (None, before):
            raise ConflictingSave(article, before)
        wanted = revisions.document(article, revision)
        if revisions.document(article, before)["content"] == wanted["content"]:
            return None
        StoredPiece(wanted).save()
        this.note(article, restored_from=revision)
    return revisions.latest_revision(article)


def restore_part(
    article: Article,
    *,
    revision: int,
    part: parts.Part,
    actor: Any,
    comment: str = "",
    based_on: int | None = None,
) -> int | None:
    """Bring one field, claim or citation back from an earlier revision, as a new revision.

    Everything else stays, but for what must follow (see ``parts.put_back``).
    Returns and raises what ``restore`` does, and ``parts.NoSuchPart`` for what the
    revision does not have, ``RestoreRefused`` also for a citation whose claim is
    withdrawn, and ``ValidationError`` if claims would rest on one another in a circle.
    """
    with act("articles.article.part_restored", actor=actor, comment=comment) as this:
        article = lock(article)
        before = revisions.latest_revision(article)
        if based_on not in (None, before):
            raise ConflictingSave(article, before)
        now = revisions.document(article, before)
        wanted = parts.put_back(now, revisions.document(article, revision), part)
        if wanted["content"] == now["content"]:
            return None
        StoredPiece(wanted).save()
        if part.kind == "claim":
            claim = Claim.objects.get(pk=part.key)
            claims.set_foundations(claim, list(claim.rests_on.all()))
        this.note(article, restored_from=revision, part=str(part))
    return revisions.latest_revision(article)


def dry_run(article: Article, revision: int, part: parts.Part | None = None) -> Comparison:
    """Compare the piece with itself after a restore, of all or of one part. Writes nothing.

    Raises what ``restore`` and ``restore_part`` do, but for what other pieces
    and sources have to say: that something is gone, or rests on the claim.
    """
    latest = revisions.latest_revision(article)
    found = revisions.documents(article, revision, latest)
    if revision not in found:
        raise Entry.DoesNotExist(f"no revision {revision} of {article.pk}")
    now = found[latest]
    return compare(now, parts.put_back(now, found[revision], part))
