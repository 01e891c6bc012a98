"""What the frame of every public page shows."""

from collections.abc import Sequence

from django import template
from django.db import InterfaceError, OperationalError
from django.template import Context

from articles import listings

register = template.Library()


@register.simple_tag(takes_context=True)
def site_sections(context: Context) -> Sequence[listings.Name]:
    """Return the sections of what was published lately, by name.

    A page that no reader asked for, as one made of a document alone, has no navigation. Nor has
    one that is shown while the database is away, as "not found" may be.
    """
    if not context.get("request"):
        return ()
    try:
        return listings.sections()
    except (InterfaceError, OperationalError):
        return ()
