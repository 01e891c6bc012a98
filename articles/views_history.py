"""The desk's pages about the past of a piece: its history, one revision, two compared.

Each takes the request and the article, checks that the user may see it, and reads. None costs
more queries for a longer history, and only pages that show a document load one.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from claims.models import Claim
from history import revisions
from history.documents import Document
from history.models import Entry
from history.timeline import Line, Link, Subject, with_checkpoints
from history.views_timeline import Timeline, actors, found_subjects
from sources.models import Capture, Source

from . import moments, parts, timeline
from .compare import compare
from .looking_back import cited, look_back
from .models import Article, Person, Publication, Section, Tag
from .piece import RestoreRefused

# How many revisions around a chosen one can be chosen next.
AROUND = 12

# What a line of the history says that somebody did to a piece (see `history.kinds`).
DID: dict[str, Promise] = {
    "articles.article.created": gettext_lazy("began the piece"),
    "articles.article.saved": gettext_lazy("edited the piece"),
    "articles.article.restored": gettext_lazy("went back to an earlier revision"),
    "articles.article.part_restored": gettext_lazy("restored a part of an earlier revision"),
    "articles.article.handed_on": gettext_lazy("handed the piece on"),
    "articles.article.shared": gettext_lazy("made a link to the draft"),
    "articles.article.text_replaced": gettext_lazy("replaced the text"),
    "articles.article.published": gettext_lazy("published the piece"),
    "articles.article.blocked": gettext_lazy("put a legal block on the piece"),
    "articles.article.unblocked": gettext_lazy("lifted a legal block"),
    "articles.article.scheduled": gettext_lazy("scheduled the piece"),
    "articles.article.unscheduled": gettext_lazy("took back what was scheduled"),
    "articles.article.not_published": gettext_lazy("did not publish the piece as scheduled"),
    "claims.claim.created": gettext_lazy("added a claim"),
    "claims.claim.saved": gettext_lazy("changed a claim"),
    "claims.claim.withdrawn": gettext_lazy("withdrew a claim"),
    "claims.claim.assigned": gettext_lazy("asked somebody to check claims"),
    "claims.passage.marked": gettext_lazy("marked a passage"),
    "claims.citation.added": gettext_lazy("added a citation"),
    "claims.citation.changed": gettext_lazy("changed a citation"),
    "claims.citation.removed": gettext_lazy("removed a citation"),
    "claims.comment.sought": gettext_lazy("sought a comment"),
    "claims.check.recorded": gettext_lazy("checked a claim"),
    "claims.quote.lost": gettext_lazy("found a quote gone from its source"),
    "claims.check.upheld": gettext_lazy("looked at a claim again"),
    "claims.reading.recorded": gettext_lazy("read the text"),
}


@require_safe
def history(
    request: HttpRequest, article: Article
) -> TemplateResponse | HttpResponse | StreamingHttpResponse:
    """What happened to the piece and to the sources that it cites or cited, newest first.

    Narrowed by `?who=`, `what`, `claim`, `since` and `until`; `?export=csv` or `json` is a file.
    """
    _guard(request, article)
    branches = timeline.branches(article)
    own = Subject(article.headline)
    shown = Timeline(
        request,
        branches,
        who=actors(branches),
        what=timeline.GROUPS,
        claims=timeline.claims_of(article),
        subjects=lambda keys: {
            article.pk: own,
            **found_subjects(request, keys - {article.pk}, Source),
        },
        dress=lambda lines: _dress(request, article, lines),
        filename=f"timeline-{article.slug}",
    )
    if shown.wanted:
        return shown.export()
    context = shown.context()
    return _page(
        request,
        article,
        "history/history.html",
        title=_("History"),
        tab="history",
        moment_form=moments.MomentForm.of(timezone.now()),
        begun=Entry.objects.of(article).order_by("sequence").values_list("at", flat=True).first(),
        latest=revisions.latest_revision(article),
        **context,
    )


def _dress(request: HttpRequest, article: Article, lines: Iterable[Line]) -> None:
    """Say of each line what became of its revision, and where that can be looked at."""
    publications = list(
        Publication.stored.filter(article=article)
        .only("id", "number", "revision")
        .order_by("number")
    )
    latest = revisions.latest_revision(article)
    may_restore = _may(request.user, article, "articles.change_article")

    def at(name: str, *more: int) -> str:
        return reverse(f"admin:articles_article_{name}", args=[article.pk, *more])

    for line in lines:
        if line.entry.subject != article.pk:
            continue
        line.subject = None
        told = line.said.get("details", {}).get("publication", {})
        published = next((p for p in publications if str(p.pk) == told.get("id")), None)
        if published is not None:
            before = [p.number for p in publications if p.number < published.number]
            links = [
                Link(
                    _("Revision %(number)s") % {"number": published.revision},
                    at("revision", published.revision),
                )
            ]
            if before:
                address = at("compare_publications", max(before), published.number)
                links.append(Link(_("Changes"), address))
            line.links = tuple(links)
        elif number := line.revision:
            line.chips = tuple(
                _("published as version %(number)s") % {"number": p.number}
                for p in publications
                if p.revision == number
            )
            links = [Link(_("Revision %(number)s") % {"number": number}, at("revision", number))]
            if number > 1:
                links.append(Link(_("Changes"), f"{at('compare')}?old={number - 1}&new={number}"))
            if number < latest:
                links.append(Link(_("Changes since"), f"{at('compare')}?old={number}&new={latest}"))
                if may_restore:
                    links.append(Link(_("Restore"), at("restore", number)))
            line.links = tuple(links)


@require_safe
def revision(request: HttpRequest, article: Article, number: int) -> TemplateResponse:
    """One revision as it was: its text with claims, their evidence and checks."""
    _guard(request, article)
    return _revision(request, article, number)


@require_safe
def at(request: HttpRequest, article: Article, moment: str) -> TemplateResponse:
    """The revision that held at a moment, with the evidence as it stood then."""
    _guard(request, article)
    try:
        asked = moments.read(moment)
    except ValueError:
        raise Http404(_("“%(moment)s” is no moment.") % {"moment": moment}) from None
    entry = revisions.as_of(article, asked)
    if entry is not None and entry.revision is not None:
        return _revision(request, article, entry.revision, asked)
    first = _entries(article, [1]).get(1)
    return _page(
        request,
        article,
        "history/moment.html",
        title=_("At a moment"),
        latest=revisions.latest_revision(article),
        asked=asked,
        begun=_choice(first, ()) if first else None,
        moment_form=moments.MomentForm.of(asked),
        status=404,
    )


@require_safe
def at_moment(request: HttpRequest, article: Article) -> HttpResponse:
    """Lead from a day and a time on the newsroom's clock (`?date=&time=`) to that moment."""
    _guard(request, article)
    form = moments.MomentForm(request.GET or None)
    if form.is_valid():
        return HttpResponseRedirect(_address_at(article, form.cleaned_data["moment"]))
    return _page(
        request,
        article,
        "history/moment.html",
        title=_("At a moment"),
        latest=revisions.latest_revision(article),
        moment_form=form,
        status=422 if form.is_bound else 200,
    )


def _address_at(article: Article, moment: datetime) -> str:
    return reverse("admin:articles_article_at", args=[article.pk, moments.write(moment)])


def _revision(
    request: HttpRequest, article: Article, number: int, asked: datetime | None = None
) -> TemplateResponse:
    """The page of one revision, or of the moment that was asked for at which it held."""
    entries = _entries(article, [number - 1, number, number + 1])
    if number not in entries:
        raise Http404(_("There is no revision %(number)s.") % {"number": number})
    latest = revisions.latest_revision(article)
    documents = revisions.documents(article, number, latest)
    then = documents[number]
    sources = revisions.documents_as_of(Source, cited(then), asked) if asked else {}
    piece = look_back(then, at=asked, sources=sources)

    def leads_to(other: int) -> str:
        if other not in entries:
            return ""
        if asked:
            return _address_at(article, entries[other].at)
        return reverse("admin:articles_article_revision", args=[article.pk, other])

    twin = moments.twin(asked) if asked else None
    return _page(
        request,
        article,
        "history/revision.html",
        title=_("Revision %(number)s") % {"number": number},
        number=number,
        latest=latest,
        is_latest=number == latest,
        choice=_choice(entries[number], _publications_of(article)),
        until=entries[number + 1].at if number + 1 in entries else None,
        earlier=leads_to(number - 1),
        later=leads_to(number + 1),
        asked=asked,
        future=asked is not None and asked > timezone.now(),
        twin=twin,
        twin_address=_address_at(article, twin) if twin else "",
        moment_form=moments.MomentForm.of(asked or entries[number].at),
        piece=piece,
        offer=_offer(request, article, number, documents[latest], then),
        labels=look_up(piece.needs),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be restored alone from a revision, since it is not the same now.

    `parts` are parts as texts (see `parts.Part`), `fields` those of them that are fields, with
    their names; `address` is where to ask for one, by `?part=`.
    """

    number: int
    address: str
    parts: frozenset[str]

    @property
    def fields(self) -> list[tuple[str, Promise]]:
        return [(name, title) for name, title in parts.FIELDS.items() if name in self.parts]


def _offer(
    request: HttpRequest, article: Article, number: int, now: Document, then: Document
) -> Offer | None:
    if not _may(request.user, article, "articles.change_article"):
        return None
    address = reverse("admin:articles_article_restore", args=[article.pk, number])
    return Offer(number, address, parts.differing(now, then))


# How a comparison can be looked at: key -> name.
VIEWS: dict[str, Promise] = {
    "inline": gettext_lazy("In the text"),
    "side": gettext_lazy("Side by side"),
    "evidence": gettext_lazy("Only evidence"),
}


@require_safe
def compared(
    request: HttpRequest, article: Article, old: int | None = None, new: int | None = None
) -> TemplateResponse:
    """Two revisions: `?old=3&new=5`, by default the last two; `?view=` is a key of VIEWS.

    A publication stands for the revision that it was made of: `?old=p1&new=p3`.
    """
    _guard(request, article)
    latest = revisions.latest_revision(article)
    publications = _publications_of(article)
    new = new or _chosen(request, "new", publications) or latest
    old = old or _chosen(request, "old", publications) or max(new - 1, 1)
    old, new = sorted((old, new))
    documents = revisions.documents(article, old, new, latest)
    if not {old, new} <= documents.keys():
        raise Http404(_("There is no such revision."))
    comparison = compare(documents[old], documents[new])
    choices = _choices(article, publications, old, new, latest)
    view = request.GET.get("view", "")
    return _page(
        request,
        article,
        "history/compare.html",
        title=_("Comparison"),
        tab="compare",
        old=old,
        new=new,
        latest=latest,
        view=view if view in VIEWS else "inline",
        views=VIEWS.items(),
        comparison=comparison,
        offer=_offer(request, article, old, documents[latest], documents[old]),
        labels=look_up(comparison.needs),
        choices=choices,
        publications=publications[::-1],
        compared=[choice for choice in choices[::-1] if choice.number in (old, new)],
    )


@require_safe
def publications_compared(
    request: HttpRequest, article: Article, old: int, new: int
) -> TemplateResponse:
    """Two publications by their numbers, as the revisions that they were made of."""
    _guard(request, article)
    numbers = {row.number: row.revision for row in _publications_of(article)}
    if not {old, new} <= numbers.keys():
        raise Http404(_("There is no such publication."))
    return compared(request, article, numbers[old], numbers[new])


def _chosen(request: HttpRequest, name: str, publications: Iterable[Publication]) -> int | None:
    """Return the revision that the query asks for by its number, or by a publication's."""
    value = request.GET.get(name, "")
    if not value.startswith("p"):
        return _number(value)
    wanted = _number(value[1:])
    for publication in publications:
        if publication.number == wanted:
            return publication.revision
    if wanted is None:
        return None
    raise Http404(_("There is no such publication."))


@require_safe
def restoring(request: HttpRequest, article: Article, number: int) -> TemplateResponse:
    """Ask whether the piece shall go back to a revision, and show what that would change.

    `?part=` asks for one part alone (see `parts.Part`).
    """
    _guard(request, article, "articles.change_article")
    latest = revisions.latest_revision(article)
    documents = revisions.documents(article, number, latest)
    if number not in documents:
        raise Http404(_("There is no revision %(number)s.") % {"number": number})
    now, then = documents[latest], documents[number]
    asked = request.GET.get("part", "")
    refusal = ""
    try:
        part = parts.Part.read(asked) if asked else None
        value = parts.of_revision(then, part) if part else None
        wanted = parts.put_back(now, then, part)
    except parts.NoSuchPart:
        raise Http404(_("Revision %(number)s has no such part.") % {"number": number}) from None
    except RestoreRefused as error:
        wanted, refusal = now, str(error)
    comparison = compare(now, wanted)
    needs = {kind: set(keys) for kind, keys in comparison.needs.items()}
    if part and part.kind == "citation" and value:
        needs.setdefault("sources", set()).add(value["source"])
    return _page(
        request,
        article,
        "history/restore.html",
        title=_("Restore revision %(number)s") % {"number": number},
        number=number,
        latest=latest,
        part=part,
        field=parts.FIELDS.get(part.key, "") if part else "",
        value=value,
        refusal=refusal,
        comparison=comparison,
        offer=None if part else _offer(request, article, number, now, then),
        labels=look_up(needs),
    )


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
    request: HttpRequest, article: Article, template: str, *, status: int = 200, **context: Any
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
        status=status,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A revision that can be chosen: when and by whom, as what it was published, its proof."""

    number: int
    at: datetime
    who: str
    publications: tuple[Publication, ...]
    sequence: int
    checkpoint: int | None


def _choices(
    article: Article, publications: list[Publication], old: int, new: int, latest: int
) -> list[Choice]:
    """Return the revisions to choose from, newest first: published ones, and those nearby."""
    numbers = {publication.revision for publication in publications} | {1, latest}
    for chosen in (old, new, latest):
        numbers.update(range(max(1, chosen - AROUND), min(latest, chosen + AROUND) + 1))
    entries = _entries(article, numbers)
    return [_choice(entries[number], publications) for number in sorted(entries, reverse=True)]


def _entries(article: Article, numbers: Iterable[int]) -> dict[int, Entry]:
    found = with_checkpoints(
        Entry.objects.of(article)
        .filter(revision__in=list(numbers))
        .select_related("payload")
        .defer("payload__salt", "digest")
    )
    return {entry.revision: entry for entry in found if entry.revision}


def _publications_of(article: Article) -> list[Publication]:
    return list(
        Publication.stored.filter(article=article)
        .only("number", "kind", "revision", "at")
        .order_by("number")
    )


def _choice(entry: Entry, publications: Iterable[Publication]) -> Choice:
    return Choice(
        number=entry.revision or 0,
        at=entry.at,
        who=json.loads(entry.payload.data).get("actor") or "–",
        publications=tuple(p for p in publications if p.revision == entry.revision),
        sequence=entry.sequence,
        checkpoint=entry.checkpoint,  # type: ignore[attr-defined]
    )


def _number(value: str) -> int | None:
    """Return a number of the query string; what is none is `None`."""
    # As many digits as the column holds.
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
