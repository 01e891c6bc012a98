"""From paste to citation: what is pasted into the search for a source, made into one to confirm.

Foreign servers and bibliographies are the worker's: the browser asks again until it is done.
"""

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.forms import NewSourceForm
from sources import identifiers, intake
from sources.choices import Tier
from sources.models import Source
from sources.views_intake import MOST_PASTED, Row

from .room import find, may, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin

# More than these are a bibliography, which has a page of its own.
SHOWN = 20


def take_in(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Offer the source that was pasted if it is there already, or have it looked up.

    ``anyway`` looks it up although there is one.
    """
    find(admin, request, key)
    require(request, "claims.add_citation", "claims.change_citation")
    asked = request.POST.get("asked", "").replace("\x00", "").strip()
    kind = intake.recognised(asked)
    if not kind:
        return _refused(_trouble(asked)) if _trouble(asked) else JsonResponse({"search": True})
    if len(asked) > MOST_PASTED:
        return _refused(_("This is too long."))
    if request.POST.get("tier", Tier.NAMED) != Tier.NAMED:
        return _refused(
            _("Looking it up would tell others of it: describe a protected source by hand.")
        )
    given = intake.known(asked)
    there = intake.same(given) if given and not request.POST.get("anyway") else []
    if there:
        return _offered(request, there, [], asked=asked)
    if not may(request, "sources.add_source"):
        return _refused(
            _("No source is known by this, and you may not add one. Ask a colleague who may."), 403
        )
    lookup = intake.ask(request.user, text=asked)
    wait = reverse("admin:articles_article_taken_in", args=[key, lookup.pk])
    told = {"wait": wait, "by_hand": _filled(given, lookup.pk) if given else None}
    return JsonResponse(told, status=202)


def taken_in(
    admin: "ArticleAdmin", request: HttpRequest, key: UUID, lookup_key: UUID
) -> HttpResponse:
    """Tell what was found; 202 as long as it is being looked up."""
    find(admin, request, key)
    require(request, "sources.add_source")
    lookup = intake.lookup_of(request.user, str(lookup_key))
    if lookup is None:
        raise Http404
    if lookup.found is None:
        return JsonResponse({}, status=202)
    rows = [Row(number, found) for number, found in enumerate(lookup.found)]
    good = [row for row in rows if row.csl]
    bad = [row for row in rows if row.trouble]
    if not good:
        return _refused(_unread(bad) or _("Nothing was found that could be a source."))
    there = list({source.pk: source for row in good[:SHOWN] for source in row.same}.values())
    return _offered(
        request, there, good, lookup=lookup.pk,
        said=[_unread(bad), good[0].note if len(good) == 1 else "", _left(len(good))],
    )  # fmt: skip


def _offered(
    request: HttpRequest,
    there: list[Source],
    rows: list[Row],
    *,
    lookup: UUID | None = None,
    asked: str = "",
    said: list[str] | tuple[str, ...] = (),
) -> JsonResponse:
    """Options to choose from; ``take`` says that there is but one, to be taken at once."""
    options = [
        {"row": row, "fill": json.dumps(_filled(row.csl, lookup, row.number))}
        for row in rows[:SHOWN]
        if lookup
    ]
    html = render_to_string(
        "claims/_taken_in.html",
        {
            "there": there,
            "options": options,
            "asked": asked if may(request, "sources.add_source") else "",
        },
        request=request,
    )
    take = not there and len(rows) == 1
    return JsonResponse({"options": html, "take": take, "said": " ".join(filter(None, said))})


def _filled(csl: dict[str, Any], lookup: UUID, number: int | str = "") -> dict[str, Any]:
    """What goes into the form of a new source, and the reference to show with it."""
    form = NewSourceForm.shown(csl)
    return {"fields": form | {"lookup": str(lookup), "entry": str(number)}}


def _refused(trouble: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"trouble": trouble}, status=status)


def _trouble(asked: str) -> str:
    """Why something that is meant to be more than words to search for cannot be taken in."""
    if identifiers.mistyped_isbn(asked):
        return _("This ISBN has a typing error: its check digit does not fit.")
    if asked.startswith("@"):
        return _("This is no BibTeX entry.")
    if "\n" in asked:
        return _("This is neither an address, DOI or ISBN nor a bibliography.")
    return ""


def _unread(bad: list[Row]) -> str:
    if not bad:
        return ""
    first = bad[0]
    told = (
        _("Line %(line)s: %(why)s") % {"line": first.line, "why": first.trouble}
        if first.line
        else first.trouble
    )
    if len(bad) == 1:
        return told
    more = ngettext(
        "And %(n)s further entry could not be read.",
        "And %(n)s further entries could not be read.",
        len(bad) - 1,
    )
    return f"{told} {more % {'n': len(bad) - 1}}"


def _left(good: int) -> str:
    if good <= SHOWN:
        return ""
    return _("These are the first %(n)s: whole bibliographies are taken in with the sources.") % {
        "n": SHOWN
    }
