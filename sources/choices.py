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


class Terms(models.TextChoices):
    """What was agreed with somebody who spoke to us."""

    ON_RECORD = "on_record", _("on the record")
    BACKGROUND = "background", _("background")
    NOT_FOR_USE = "not_for_use", _("not for use")

    @property
    def guidance(self) -> str:
        return str(_TERMS[self])


_TERMS = {
    Terms.ON_RECORD: _("May be quoted, with the name."),
    Terms.BACKGROUND: _("May be used, but nobody may learn from whom it is."),
    Terms.NOT_FOR_USE: _("For us to know. Nothing that rests on it is published."),
}


class Reliability(models.TextChoices):
    """The Admiralty code's rating of a source."""

    A = "A", _("A – completely reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("F – reliability cannot be judged")

    @property
    def guidance(self) -> str:
        return str(_RELIABILITY[self])


_RELIABILITY = {
    Reliability.A: _("No doubt that it is what it says, knows and is honest; it was always right."),
    Reliability.B: _("Little doubt; it was right nearly always."),
    Reliability.C: _("Some doubt; it was right before, and wrong as well."),
    Reliability.D: _("Much doubt; it was right now and then."),
    Reliability.E: _("It does not know or is not honest; it was wrong again and again."),
    Reliability.F: _("We have no experience with it. That speaks neither for nor against it."),
}
