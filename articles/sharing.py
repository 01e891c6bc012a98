"""Links to a draft for somebody without an account: signed, for some days, and while it stays put.

A link shows what readers would get if the piece were published now, and nothing else of it. No
row keeps links: each says itself who made it and until when it holds, and the signature vouches
for that. It ends before its day when the piece is handed to somebody else or shelved, or when
who made it may not see the piece any more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core import signing
from django.utils import timezone

from .choices import State
from .models import Article

SALT = "articles.sharing"
DAYS = (1, 3, 7, 14)


class Unknown(Exception):
    """This was never a link of ours."""


class Ended(Exception):
    """This was a link of ours and holds no more."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who lets others see a piece, and until when."""

    article: Article
    maker: Any
    until: datetime


def make(article: Article, maker: Any, days: int) -> tuple[str, datetime]:
    """Return the token of a link, and until when it holds."""
    until = (timezone.now() + timedelta(days=days)).replace(microsecond=0)
    said = [article.pk.hex, maker.pk.hex, _holder(article), int(until.timestamp())]
    return signing.dumps(said, salt=SALT), until


def follow(token: str) -> Link:
    """Return what a token leads to. Raises ``Unknown`` or ``Ended``. Two queries."""
    try:
        article_key, maker_key, holder, stamp = signing.loads(token, salt=SALT)
        keys = UUID(article_key), UUID(maker_key)
        until = datetime.fromtimestamp(stamp, UTC)
    except (signing.BadSignature, ValueError, TypeError, OverflowError) as error:
        raise Unknown from error
    article = Article.objects.select_related("section").filter(pk=keys[0]).first()
    maker = get_user_model()._default_manager.filter(pk=keys[1], is_active=True).first()
    if article is None or maker is None or until <= timezone.now():
        raise Ended
    if article.state == State.SHELVED or holder != _holder(article):
        raise Ended
    if not maker.has_perm("articles.change_article"):
        raise Ended
    return Link(article, maker, until)


def _holder(article: Article) -> str:
    return article.assignee_id.hex if article.assignee_id else ""
