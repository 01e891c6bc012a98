"""Comments: threads of colleagues on a piece, a passage, a claim or a citation.

They never leave the desk: no document, no revision and no entry holds them, so nothing that is
made from those can. An erasure reaches them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.choices import Place as Field
from claims.models import Citation, Claim
from claims.places import Place, places
from claims.text import selector

from .choices import About
from .models import Article, Comment, CommentsSeen

LONGEST = 5000
_MENTION = re.compile(r"(?<![\w.@])@([\w.+-]+)")


@dataclass(frozen=True)
class Subject:
    """What a comment is about, with its words as they read now."""

    about: str = About.PIECE
    claim: Claim | None = None
    citation: UUID | None = None
    field: str = ""
    image: UUID | None = None
    exact: str = ""
    prefix: str = ""
    suffix: str = ""


def on_passage(article: Article, name: str, image: UUID | None, words: str, near: int) -> Subject:
    """Return the subject of a comment on words of a text, those nearest to an offset.

    Raises ``ValidationError`` if they do not stand there as the text is saved.
    """
    text = next((p.text for p in _places(article) if p.key == (name, image)), "")
    starts = [found.start() for found in re.finditer(re.escape(words), text)] if words else []
    if not starts:
        raise ValidationError(_("These words do not stand there: save the text first."))
    start = min(starts, key=lambda at: abs(at - near))
    exact, prefix, suffix = selector(text, start, start + len(words))
    return Subject(
        About.PASSAGE, field=name, image=image, exact=exact, prefix=prefix, suffix=suffix
    )


def on_claim(claim: Claim) -> Subject:
    return Subject(About.CLAIM, claim=claim, exact=claim.statement)


def on_citation(citation: Citation) -> Subject:
    return Subject(
        About.CITATION, claim=citation.claim, citation=citation.pk, exact=str(citation.source)
    )


def begin(article: Article, *, author: Any, text: str, subject: Subject) -> Comment:
    """Begin a thread; raises ``ValidationError``. ``@name`` mentions the account of that name."""
    return _write(Comment(article=article, author=author, text=_said(text), **vars(subject)))


def answer(thread: Comment, *, author: Any, text: str) -> Comment:
    """Add to a thread; one that was resolved is open again."""
    with transaction.atomic():
        if thread.resolved_at:
            reopen(thread)
        return _write(
            Comment(article_id=thread.article_id, thread=thread, author=author, text=_said(text))
        )


def resolve(thread: Comment, *, actor: Any) -> None:
    Comment.objects.filter(pk=thread.pk, resolved_at__isnull=True).update(
        resolved_at=timezone.now(), resolved_by=actor
    )


def reopen(thread: Comment) -> None:
    Comment.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None)


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(_("Say something."))
    if len(text) > LONGEST:
        raise ValidationError(_("That is too long for a comment."))
    return text


@transaction.atomic
def _write(comment: Comment) -> Comment:
    comment.save(force_insert=True)
    names = {name.rstrip(".").lower() for name in _MENTION.findall(comment.text)}
    if names:
        at_work = get_user_model().objects.filter(is_active=True, is_staff=True)
        comment.mentions.set(user for user in at_work if user.get_username().lower() in names)
    return comment


def colleagues() -> list[Any]:
    """Return who can be mentioned, by name."""
    at_work = get_user_model().objects.filter(is_active=True, is_staff=True)
    return list(at_work.order_by("last_name", "first_name", "username"))


def look(article: Article, *, user: Any) -> None:
    """Note that somebody has the comments on a piece before them."""
    CommentsSeen.objects.update_or_create(
        article=article, user=user, defaults={"at": timezone.now()}
    )


# What is shown


@dataclass
class Thread:
    """A thread with its answers. ``start`` is where its words stand now, in ``block``s of a text.

    ``gone`` says that they do not stand there any more.
    """

    first: Comment
    answers: list[Comment] = field(default_factory=list)
    gone: bool = False

    @property
    def comments(self) -> list[Comment]:
        return [self.first, *self.answers]


def threads(article: Article, *, user: Any = None) -> list[Thread]:
    """Return the threads of a piece, open ones first, each in the order of its comments.

    What ``user`` has not seen yet and others wrote has ``new``.
    """
    rows = Comment.objects.filter(article=article).select_related("author", "resolved_by", "claim")
    others = Comment.objects.filter(article=article).exclude(author=user)
    new = set(others.unseen_by(user).values_list("pk", flat=True)) if user else set()
    made: dict[UUID, Thread] = {}
    answers = []
    for row in rows:
        row.new = row.pk in new
        row.initials = (row.author.initials if row.author else "") or "?"
        if row.thread_id is None:
            made[row.pk] = Thread(row)
        else:
            answers.append(row)
    for row in answers:
        made[row.thread_id].answers.append(row)
    _find_words(article, made.values())
    return sorted(
        made.values(), key=lambda thread: (bool(thread.first.resolved_at), thread.first.at)
    )


def _find_words(article: Article, found: Iterable[Thread]) -> None:
    about_words = [thread for thread in found if thread.first.about == About.PASSAGE]
    texts = {place.key: place.text for place in _places(article)} if about_words else {}
    for thread in about_words:
        row = thread.first
        thread.gone = row.exact not in texts.get((row.field, row.image), "")
    citations = [t for t in found if t.first.about == About.CITATION]
    if citations:
        keys = [thread.first.citation for thread in citations]
        there = set(Citation.objects.filter(pk__in=keys).values_list("pk", flat=True))
        for thread in citations:
            thread.gone = thread.first.citation not in there
    for thread in found:
        if thread.first.about == About.CLAIM and thread.first.claim:
            thread.gone = thread.first.claim.withdrawn


def _places(article: Article) -> list[Place]:
    return places(article, article.images.all())


def place_of(value: str) -> tuple[str, UUID | None]:
    """Read a place as a browser writes it: "body", "caption:KEY". Raises ``ValueError``."""
    name, _colon, image = value.partition(":")
    return str(Field(name)), UUID(image) if image else None
