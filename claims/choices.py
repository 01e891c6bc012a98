from django.db import models
from django.utils.translation import gettext_lazy as _


class Voice(models.TextChoices):
    """Whose assertion a claim is. Its substance, if we adopt it, is a claim of its own."""

    ASSERTED = "asserted", _("we say so")
    REPORTED = "reported", _("others say so")


class Risk(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Place(models.TextChoices):
    """Where in a piece words can stand, in reading order."""

    KICKER = "kicker", _("kicker")
    HEADLINE = "headline", _("headline")
    STANDFIRST = "standfirst", _("standfirst")
    CAPTION = "caption", _("caption")
    BODY = "body", _("body")


class Stance(models.TextChoices):
    SUPPORTS = "supports", _("supports")
    CONTRADICTS = "contradicts", _("contradicts")
    CONTEXT = "context", _("context")


class Credibility(models.TextChoices):
    """The Admiralty code's rating of a piece of information."""

    CONFIRMED = "1", _("1 – confirmed")
    PROBABLE = "2", _("2 – probably true")
    POSSIBLE = "3", _("3 – possibly true")
    DOUBTFUL = "4", _("4 – doubtful")
    IMPROBABLE = "5", _("5 – improbable")
    UNKNOWN = "6", _("6 – cannot be judged")

    @property
    def guidance(self) -> str:
        return str(_CREDIBILITY[self])


_CREDIBILITY = {
    Credibility.CONFIRMED: _("Others say so who do not have it from there; it fits all we know."),
    Credibility.PROBABLE: _("Nobody else says so yet; it fits all we know."),
    Credibility.POSSIBLE: _("Nobody else says so yet; it fits some of what we know."),
    Credibility.DOUBTFUL: _("Nobody else says so; it is possible, and does not fit together."),
    Credibility.IMPROBABLE: _("It contradicts itself, or what we know from others."),
    Credibility.UNKNOWN: _("There is nothing to compare it with."),
}


class Verdict(models.TextChoices):
    SUPPORTED = "supported", _("supported")
    PARTLY = "partly", _("partly supported")
    DISPUTED = "disputed", _("disputed")
    REFUTED = "refuted", _("refuted")
    UNVERIFIABLE = "unverifiable", _("unverifiable")
    VOID = "void", _("void")


class State(models.TextChoices):
    """What is true of a claim now: a verdict that counts, or why none does."""

    SUPPORTED = "supported", _("supported")
    PARTLY = "partly", _("partly supported")
    DISPUTED = "disputed", _("disputed")
    REFUTED = "refuted", _("refuted")
    UNVERIFIABLE = "unverifiable", _("unverifiable")
    UNCHECKED = "unchecked", _("unchecked")
    REWORDED = "reworded", _("reworded: look again")
    STALE = "stale", _("check again")
    ORPHAN = "orphan", _("passage lost")

    @classmethod
    def unverified(cls) -> "tuple[State, ...]":
        """Return the states in which no check counts."""
        return cls.UNCHECKED, cls.REWORDED, cls.STALE, cls.ORPHAN


# Why a check no longer counts, by the codes of ``claims.standing.Reason``.
REASONS = {
    "words": _("Its words have changed"),
    "statement": _("The statement has changed"),
    "attribution": _("The attribution has changed"),
    "voice": _("The voice has changed"),
    "as_of": _("The as-of date has changed"),
    "citation_removed": _("A citation was removed"),
    "citation_changed": _("A citation has changed"),
    "contradiction_added": _("A source contradicts it now"),
    "source_retracted": _("A source was retracted"),
    "source_changed": _("A page says no more what is quoted"),
    "check_by": _("It was to be checked again"),
    "void": _("The check was declared void"),
    "rests_on_changed": _("It rests on other claims now"),
    "foundation": _("What it rests on does not hold"),
}
