from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    DOCUMENT = "document", _("document")
    PAGE = "page", _("page")
    DATASET = "dataset", _("data set")
    PERSON = "person", _("person")


class Tier(models.TextChoices):
    """How much of a source may be shown; ordered from open to closed."""

    NAMED = "named", _("named")
    DESCRIBED = "described", _("described")
    CONFIDENTIAL = "confidential", _("confidential")

    @classmethod
    def strictest(cls, *tiers: str) -> "Tier":
        order = list(cls)
        return max((cls(tier) for tier in tiers), key=order.index)


class Fall(models.TextChoices):
    """Why a source is no longer to be relied on."""

    RETRACTED = "retracted", _("retracted by its publisher")
    CORRECTED = "corrected", _("corrected by its publisher")
    DISCREDITED = "discredited", _("discredited")
    ORIGIN = "origin", _("repeats a source that fell")


class Outcome(models.TextChoices):
    """What was found when a page was looked at again."""

    SAME = "same", _("as it was")
    CHANGED = "changed", _("changed")
    MOVED = "moved", _("moved")
    GONE = "gone", _("gone")
    TROUBLE = "trouble", _("could not be fetched")


class Reliability(models.TextChoices):
    """The Admiralty code's rating of a source."""

    A = "A", _("A – completely reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("F – reliability cannot be judged")
