"""The desk's pages about the past of a piece: its history, one revision, two compared.

Each takes the request and the article, checks that the user may see it, and reads. None costs
more queries for a longer history, and only pages that show a document load one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.models import Claim
from history import kinds, revisions
from history.models import Entry
from sources.models import Capture, Source

from .choices import State
from .compare import Comparison, Document, compare, in_words
from .looking_back import look_back
from .models import Article, Person, Publication, Section, Tag

PER_PAGE = 25
# How many revisions around a chosen one can be chosen next.
AROUND = 12

# What a line of the history says that somebody did to a piece (see `history.kinds`).
DID: dict[str, Promise] = {
    "articles.article.created": gettext_lazy("began the piece"),
    "articles.article.saved": gettext_lazy("edited the piece"),
    "articles.article.restored": gettext_lazy("went back to an earlier revision"),
    "articles.article.handed_on": gettext_lazy("handed the piece on"),
    "articles.article.published": gettext_lazy("published the piece"),
    "claims.claim.created": gettext_lazy("added a claim"),
    "claims.claim.saved": gettext_lazy("changed a claim"),
    "claims.claim.withdrawn": gettext_lazy("withdrew a claim"),
    "claims.passage.marked": gettext_lazy("marked a passage"),
    "claims.citation.added": gettext_lazy("added a citation"),
    "claims.citation.changed": gettext_lazy("changed a citation"),
    "claims.citation.removed": gettext_lazy("removed a citation"),
    "claims.check.recorded": gettext_lazy("checked a claim"),
    "claims.reading.recorded": gettext_lazy("read the text"),
}


# What these say already, so that a single such fact need not be told again.
TELLS = {
    "claims.claim.created": "claims_added",
    "claims.claim.saved": "claims_changed",
    "claims.claim.withdrawn": "claims_withdrawn",
    "claims.citation.added": "citations_added",
    "claims.citation.changed": "citations_changed",
    "claims.citation.removed": "citations_removed",
    "claims.check.recorded": "checks",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: who did what, when, and where it can be looked at.

    `publication` is what this entry published. `live_as` are the publications made of the
    revision that it stored. `previous` is the revision to compare with, 0 if there is none.
    """

    who: str
    at: datetime
    did: str
    facts: tuple[str, ...]
    comment: str
    verdict: str
    revision: int | None
    previous: int
    publication: Publication | None
    live_as: tuple[Publication, ...]

    @property
    def initials(self) -> str:
        return initials(self.who)


@require_safe
def history(request: HttpRequest, article: Article) -> TemplateResponse:
    """What happened to the piece, newest first."""
    _guard(request, article)
    entries = Entry.objects.of(article).select_related("payload").defer("payload__salt", "digest")
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    publications = list(
        Publication.objects.filter(article=article).defer("document", "waivers").order_by("number")
    )
    said = [json.loads(entry.payload.data) for entry in page]
    users = {
        key
        for data in said
        for key in data.get("details", {}).get("workflow", {}).get("assignee", ())
    }
    labels = look_up({"users": users})
    lines = [
        _line(entry, data, publications, labels) for entry, data in zip(page, said, strict=True)
    ]
    return _page(
        request,
        article,
        "history/history.html",
        title=_("History"),
        tab="history",
        page=page,
        page_range=page.paginator.get_elided_page_range(page.number),
        ellipsis=Paginator.ELLIPSIS,
        days=[
            (*_day_names(day), list(of_day))
            for day, of_day in groupby(lines, key=lambda line: timezone.localtime(line.at).date())
        ],
        latest=revisions.latest_revision(article),
    )


@require_safe
def revision(request: HttpRequest, article: Article, number: int) -> TemplateResponse:
    """One revision as it was: its text with claims, their evidence and checks."""
    _guard(request, article)
    entry = _entries(article, [number]).get(number)
    if entry is None:
        raise Http404(_("There is no revision %(number)s.") % {"number": number})
    piece = look_back(revisions.document(article, number))
    latest = revisions.latest_revision(article)
    return _page(
        request,
        article,
        "history/revision.html",
        title=_("Revision %(number)s") % {"number": number},
        number=number,
        latest=latest,
        is_latest=number == latest,
        choice=_choice(entry, _publications_of(article)),
        piece=piece,
        labels=look_up(piece.needs),
    )


@require_safe
def compared(
    request: HttpRequest, article: Article, old: int | None = None, new: int | None = None
) -> TemplateResponse:
    """Two revisions side by side in one text: `?old=3&new=5`, by default the last two."""
    _guard(request, article)
    latest = revisions.latest_revision(article)
    new = new or _number(request, "new") or latest
    old = old or _number(request, "old") or max(new - 1, 1)
    old, new = sorted((old, new))
    documents = revisions.documents(article, old, new)
    if not {old, new} <= documents.keys():
        raise Http404(_("There is no such revision."))
    comparison = compare(documents[old], documents[new])
    return _page(
        request,
        article,
        "history/compare.html",
        title=_("Comparison"),
        tab="compare",
        old=old,
        new=new,
        latest=latest,
        comparison=comparison,
        labels=look_up(comparison.needs),
        choices=_choices(article, old, new, latest),
    )


@require_safe
def restoring(request: HttpRequest, article: Article, number: int) -> TemplateResponse:
    """Ask whether the piece shall go back to a revision, and show what that would change."""
    _guard(request, article, "articles.change_article")
    latest = revisions.latest_revision(article)
    documents = revisions.documents(article, number, latest)
    if number not in documents:
        raise Http404(_("There is no revision %(number)s.") % {"number": number})
    comparison = restored(documents[latest], documents[number])
    return _page(
        request,
        article,
        "history/restore.html",
        title=_("Restore revision %(number)s") % {"number": number},
        number=number,
        latest=latest,
        comparison=comparison,
        labels=look_up(comparison.needs),
    )


def restored(now: Document, then: Document) -> Comparison:
    """Compare a piece with itself after a restore: its record stays as it is now."""
    return compare(now, {**then, "record": now["record"]})


def initials(who: str) -> str:
    """Return the first letters of the first and the last of somebody's names."""
    letters = [name[0] for name in who.split() if name[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "–"


def look_up(needs: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return names for keys, by one query for each kind. What is gone is left out.

    Kinds are those of `Comparison.needs`. A protected source is named no further than its
    disclosure allows.
    """
    querysets: dict[str, models.QuerySet] = {
        "people": Person.objects.only("name"),
        "sections": Section.objects.only("name"),
        "tags": Tag.objects.only("name"),
        "sources": Source.objects.only("tier", "csl", "description"),
        "captures": Capture.objects.only("captured_at", "media_type"),
        "users": get_user_model()._default_manager.only("first_name", "last_name", "username"),
        "claims": Claim.objects.only("statement"),
    }
    labels: dict[str, str] = {}
    for kind, keys in needs.items():
        if keys := set(keys):
            labels |= {str(row.pk): str(row) for row in querysets[kind].filter(pk__in=keys)}
    return labels


def _may(user: Any, article: Article, *permissions: str) -> bool:
    # Django's own backend knows no permissions on single objects, others may.
    return any(user.has_perm(name) or user.has_perm(name, article) for name in permissions)


def _guard(request: HttpRequest, article: Article, *permissions: str) -> None:
    allowing = permissions or ("articles.view_article", "articles.change_article")
    if not _may(request.user, article, *allowing):
        raise PermissionDenied


def _page(
    request: HttpRequest, article: Article, template: str, **context: Any
) -> TemplateResponse:
    return TemplateResponse(
        request,
        template,
        {
            **admin.site.each_context(request),
            "opts": Article._meta,
            "article": article,
            "may_restore": _may(request.user, article, "articles.change_article"),
            **context,
        },
    )


def _line(
    entry: Entry,
    said: Mapping[str, Any],
    publications: list[Publication],
    labels: Mapping[str, str],
) -> Line:
    details = said.get("details", {})
    published = details.get("publication", {})
    publication = next((p for p in publications if str(p.pk) == published.get("id")), None)
    earlier = [p.revision for p in publications if publication and p.number < publication.number]
    facts = [fact for fact in said.get("summary", ()) if fact[:2] != [TELLS.get(entry.kind), 1]]
    if publication is not None:
        revision: int | None = publication.revision
        previous = max(earlier, default=0)
    else:
        revision = entry.revision
        previous = (revision or 1) - 1
    return Line(
        who=said.get("actor") or "–",
        at=entry.at,
        did=kinds.told(entry.kind),
        facts=(*in_words(facts), *_workflow(details, labels)),
        comment="" if publication else said.get("comment", ""),
        verdict=details.get("check", {}).get("verdict", ""),
        revision=revision,
        previous=previous,
        publication=publication,
        live_as=tuple(p for p in publications if entry.revision and p.revision == entry.revision),
    )


def _workflow(details: Mapping[str, Any], labels: Mapping[str, str]) -> Iterable[str]:
    if "restored_from" in details:
        yield _("Content of revision %(number)s") % {"number": details["restored_from"]}
    workflow = details.get("workflow", {})
    if "state" in workflow:
        states = dict(State.choices)
        old, new = (str(states.get(state, state)) for state in workflow["state"])
        yield _("State: %(old)s → %(new)s") % {"old": old, "new": new}
    for key in workflow.get("assignee", ()):
        yield _("To %(who)s") % {"who": labels.get(key, "–")}
    if "slug" in workflow:
        old, new = workflow["slug"]
        yield _("Address: %(old)s → %(new)s") % {"old": old, "new": new}


def _day_names(day: date) -> tuple[str, str]:
    """Return how a day is called, and what else to say of it."""
    in_year = date_format(day, "MONTH_DAY_FORMAT")
    today = timezone.localdate()
    near = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return (near[day], in_year) if day in near else (in_year, date_format(day, "l, Y"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A revision that can be chosen: when and by whom, and as what it was published."""

    number: int
    at: datetime
    who: str
    publications: tuple[Publication, ...]


def _choices(article: Article, old: int, new: int, latest: int) -> list[Choice]:
    """Return the revisions to choose from, newest first: published ones, and those nearby."""
    publications = _publications_of(article)
    numbers = {publication.revision for publication in publications} | {1, latest}
    for chosen in (old, new, latest):
        numbers.update(range(max(1, chosen - AROUND), min(latest, chosen + AROUND) + 1))
    entries = _entries(article, numbers)
    return [_choice(entries[number], publications) for number in sorted(entries, reverse=True)]


def _entries(article: Article, numbers: Iterable[int]) -> dict[int, Entry]:
    found = (
        Entry.objects.of(article)
        .filter(revision__in=list(numbers))
        .select_related("payload")
        .defer("payload__salt", "digest")
    )
    return {entry.revision: entry for entry in found if entry.revision}


def _publications_of(article: Article) -> list[Publication]:
    return list(
        Publication.objects.filter(article=article).only("number", "kind", "revision", "at")
    )


def _choice(entry: Entry, publications: Iterable[Publication]) -> Choice:
    return Choice(
        number=entry.revision or 0,
        at=entry.at,
        who=json.loads(entry.payload.data).get("actor") or "–",
        publications=tuple(p for p in publications if p.revision == entry.revision),
    )


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the query string; what is none is `None`."""
    value = request.GET.get(name, "")
    # As many digits as the column holds.
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
