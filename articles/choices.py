from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The state of the working copy; what is public follows from the publications."""

    DRAFT = "draft", _("draft")
    CHECK = "check", _("in check")
    READY = "ready", _("ready")
    SHELVED = "shelved", _("shelved")


class Language(models.TextChoices):
    GERMAN = "de", _("German")
    ENGLISH = "en", _("English")


class Kind(models.TextChoices):
    """What an act of publishing does to what readers had before."""

    FIRST = "first", _("first publication")
    DEVELOPING = "developing", _("developing")
    TYPO = "typo", _("typo")
    UPDATE = "update", _("update")
    CORRECTION = "correction", _("correction")
    REPLY = "reply", _("reply")
    RETRACTION = "retraction", _("retraction")


class About(models.TextChoices):
    """What a comment is about."""

    PIECE = "piece", _("the piece")
    PASSAGE = "passage", _("a passage")
    CLAIM = "claim", _("a claim")
    CITATION = "citation", _("a citation")
