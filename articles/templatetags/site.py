"""What the frame of every public page shows."""

from collections.abc import Sequence

from django import template
from django.db import InterfaceError, OperationalError
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import listings
from articles.evidence import VERDICTS

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


@register.simple_tag
def standing(verdict: str) -> SafeString:
    """Show how a statement stands: by its shape and its word."""
    return format_html(
        '<span class="standing-chip" data-standing="{}">'
        '<span class="standing-shape"></span>{}</span>',
        verdict,
        VERDICTS.get(verdict, verdict),
    )
