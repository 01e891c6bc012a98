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


# PostgreSQL's text search configuration for each language; words of others are not stemmed.
SEARCH_CONFIGS = {Language.GERMAN.value: "german", Language.ENGLISH.value: "english"}


class Kind(models.TextChoices):
    """What an act of publishing does to what readers had before."""

    FIRST = "first", _("first publication")
    DEVELOPING = "developing", _("developing")
    TYPO = "typo", _("typo")
    UPDATE = "update", _("update")
    CORRECTION = "correction", _("correction")
    REPLY = "reply", _("reply")
    RETRACTION = "retraction", _("retraction")


class Level(models.TextChoices):
    """What a rule of the gate does with a piece that fails it."""

    BLOCK = "block", _("blocks")
    WARN = "warn", _("warns")
    OFF = "off", _("off")


class ReportState(models.TextChoices):
    """What became of a reader's report."""

    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CORRECTION = "correction", _("became a correction")
    DISMISSED = "dismissed", _("dismissed")


class PlanState(models.TextChoices):
    """What became of a plan to publish."""

    WAITING = "waiting", _("scheduled")
    PUBLISHED = "published", _("published")
    REFUSED = "refused", _("not published")
    WITHDRAWN = "withdrawn", _("taken back")


class About(models.TextChoices):
    """What a comment is about."""

    PIECE = "piece", _("the piece")
    PASSAGE = "passage", _("a passage")
    CLAIM = "claim", _("a claim")
    CITATION = "citation", _("a citation")
