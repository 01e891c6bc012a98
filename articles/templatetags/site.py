"""What the frame of every public page shows."""

from collections.abc import Sequence

from django import template

from articles import listings

register = template.Library()


@register.simple_tag
def site_sections() -> Sequence[listings.Name]:
    """Return the sections of what was published lately, by name."""
    return listings.sections()
