"""Addresses made from headlines."""

from django.db import models
from django.utils.text import slugify

# What German readers expect of an address; the rest is Unicode's decomposition.
_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"}
)
MAX_LENGTH = 80


def slug_of(words: str) -> str:
    """Return words as a slug of at most 80 characters, cut between words if possible."""
    slug = slugify(words.translate(_GERMAN))
    if len(slug) > MAX_LENGTH:
        slug = slug[: MAX_LENGTH + 1].rpartition("-")[0] or slug[:MAX_LENGTH]
    return slug.strip("-_")


def free_slug(model: type[models.Model], words: str, fallback: str = "artikel") -> str:
    """Return a slug that no row of ``model`` has yet, numbered if need be."""
    wanted = slug_of(words) or fallback
    taken = set(model._base_manager.filter(slug__startswith=wanted).values_list("slug", flat=True))
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug
