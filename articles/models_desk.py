"""The desk's own tables: no part of a piece, of its history or of the ledger, and never public."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from history.fields import CharField, JSONField, TextField

from .choices import About


class WorkingDraft(models.Model):
    """What somebody wrote and has not saved: kept while they write, gone when they save.

    ``texts`` are the texts by place: "headline", "body", "caption:KEY". ``properties`` are the
    fields of the drawer as its form holds them, each a list: "slug", "tags", "image:KEY:credit".
    """

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="working_drafts", verbose_name=_("article")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    based_on = models.PositiveIntegerField(_("based on revision"))
    texts: Any = JSONField(_("texts"))
    properties: Any = JSONField(_("properties"), default=dict)
    at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("working draft")
        verbose_name_plural = _("working drafts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="working_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ({self.user_id})"


class CommentQuerySet(models.QuerySet):
    def meant_for(self, user: Any) -> "CommentQuerySet":
        """Return what others say to somebody in threads that are open.

        That is where they are mentioned or talk along, and about a piece that is with them.
        """
        thread = Coalesce("thread", "pk")
        own = Comment.objects.filter(author=user).annotate(belongs=thread)
        told = Comment.mentions.through.objects.filter(
            comment=models.OuterRef("pk"), user_id=user.pk
        )
        return (
            self.filter(resolved_at__isnull=True, thread__resolved_at__isnull=True)
            .exclude(author=user)
            .annotate(belongs=thread)
            .filter(
                models.Q(article__assignee=user)
                | models.Exists(told)
                | models.Exists(own.filter(belongs=models.OuterRef("belongs")))
            )
        )

    def unseen_by(self, user: Any) -> "CommentQuerySet":
        """Return what was said since somebody last had the comments of its piece before them."""
        looks = CommentsSeen.objects.filter(user=user, article=models.OuterRef("article"))
        looked = self.annotate(seen_at=models.Subquery(looks.values("at")[:1]))
        return looked.filter(models.Q(seen_at__isnull=True) | models.Q(at__gt=models.F("seen_at")))

    def threads(self) -> "CommentQuerySet":
        """Return the comments that begin a thread."""
        return self.filter(thread__isnull=True)

    def open(self) -> "CommentQuerySet":
        return self.threads().filter(resolved_at__isnull=True)


class Comment(models.Model):
    """What colleagues say to one another about a piece: never public, not part of its history.

    The first of a thread says what it is about: the whole piece, a passage (``exact`` words with
    those around them, as they read then), a claim or a citation; these words it keeps showing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="comments", verbose_name=_("article")
    )
    thread = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="answers", verbose_name=_("thread")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("author"),
    )
    at = models.DateTimeField(_("written at"), default=timezone.now)
    text = TextField(_("text"))
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in", verbose_name=_("mentions")
    )
    about = CharField(_("about"), max_length=20, choices=About, default=About.PIECE)
    claim = models.ForeignKey(
        "claims.Claim", models.CASCADE, null=True, related_name="+", verbose_name=_("claim")
    )
    # A citation can be removed; the comment on it stays.
    citation = models.UUIDField(_("citation"), null=True)
    field = CharField(_("place"), max_length=20, blank=True)
    image = models.UUIDField(_("image"), null=True)
    exact = TextField(_("exact words"), blank=True)
    prefix = TextField(_("words before"), blank=True)
    suffix = TextField(_("words after"), blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        default_permissions = ("add", "view")
        indexes = [
            # What is still to be talked about in this piece?
            models.Index(fields=["article", "resolved_at"], name="comment_by_article"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_has_text"),
            models.CheckConstraint(
                condition=models.Q(thread__isnull=True) | models.Q(resolved_at__isnull=True),
                name="comment_threads_are_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class CommentsSeen(models.Model):
    """When somebody last had the comments on a piece before them."""

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="+", verbose_name=_("article")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("look at comments")
        verbose_name_plural = _("looks at comments")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="comments_seen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ({self.user_id})"


class Presence(models.Model):
    """Who has the writing view of a piece open, since when, and when they last wrote in it.

    A row for each opened page. It stays for a while after the page was closed, since what the
    page sent before may arrive after its parting word.
    """

    article = models.ForeignKey(
        "articles.Article", models.CASCADE, related_name="presences", verbose_name=_("article")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    visit = models.UUIDField(_("visit"))
    since = models.DateTimeField(_("since"))
    seen = models.DateTimeField(_("last seen"))
    wrote = models.DateTimeField(_("last wrote"), null=True)
    left = models.BooleanField(_("left"), default=False)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user", "visit"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ({self.user_id})"
