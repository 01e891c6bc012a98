"""Pages about a source that know the pieces which rest on it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims import excerpts, quoting, services
from claims.models import Citation
from sources import quotes, views_admin
from sources.choices import Fall, Tier
from sources.models import Source

from .fallout import Fallout, is_live, with_live_kind
from .models import Article


class FallForm(forms.Form):
    """How a source fell, and why. ``seen`` is the fingerprint of what was shown to rest on it."""

    fall = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[choice for choice in Fall.choices if choice[0] != Fall.ORIGIN],
        widget=forms.RadioSelect,
        initial=Fall.RETRACTED,
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Who says so, where and when. It stands in the history of the source for good."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput)


def retract(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what rests on a source; POST declares that it is not to be relied on."""
    if not request.user.has_perm("sources.view_source"):
        raise PermissionDenied
    source = Source.objects.seen_by(request.user).filter(pk=pk).first()
    if source is None:
        raise Http404
    if not request.user.has_perm("sources.retract_source"):
        raise PermissionDenied
    if source.retracted_at is not None:
        return HttpResponseRedirect(reverse("admin:sources_source_change", args=[pk]))
    fallout = Fallout.of(source)
    initial = {"seen": fallout.fingerprint}
    form = FallForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and form.cleaned_data["seen"] == fallout.fingerprint:
            fall, why = form.cleaned_data["fall"], form.cleaned_data["why"]
            services.retract_source(source, actor=request.user, fall=fall, why=why)
            messages.success(request, _told(fallout))
            return HttpResponseRedirect(f"{reverse('admin:index')}#fallen")
        if "seen" in form.cleaned_data and form.cleaned_data["seen"] != fallout.fingerprint:
            form.add_error(None, _("What rests on this source has changed meanwhile: look again."))
            sent: Any = form.data.copy()  # type: ignore[attr-defined]
            sent["seen"] = fallout.fingerprint
            form.data = sent
    context = {
        **admin.site.each_context(request),
        "title": _("Declare that it is not to be relied on"),
        "opts": Source._meta,
        "original": source,
        "fallout": fallout,
        "form": form,
    }
    return TemplateResponse(request, "admin/sources/source/retract.html", context, status=status)


# ---- where a source is cited, on its own page

CITATIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class CitedRow:
    """One citation, and whether its quote stands in the copy of the source."""

    citation: Citation
    article: Any
    live: bool
    quote: str
    finding: quotes.Finding | None

    @property
    def result(self) -> str:
        return str(self.finding.result) if self.finding else ""

    @property
    def told(self) -> str:
        return excerpts.told(self.finding)

    @property
    def nearest(self) -> str:
        found = self.finding
        if found is None or found.passage is None or found.verified:
            return ""
        return found.passage.words

    @property
    def page(self) -> int | None:
        return self.finding.passage.page if self.finding and self.finding.passage else None


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a source is cited: some of it, and in how many claims, pieces and live pieces it is."""

    rows: list[CitedRow]
    total: int
    pieces: int
    live: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def cited(request: HttpRequest, source: Source) -> dict[str, Any]:
    """Return where live claims cite a source, live pages first; quotes of named citations only."""
    if not request.user.has_perm("claims.view_citation"):
        return {"cited": None}
    rows = Citation.objects.filter(source=source, claim__withdrawn=False)
    total = rows.count()
    kinds = with_live_kind(Article.objects.filter(pk__in=rows.values("claim__article")))
    states = [is_live(piece) for piece in kinds.only("pk")]
    rows = rows.select_related("claim", "source").order_by("claim__article_id", "position", "pk")
    chosen = list(rows[:CITATIONS_SHOWN])
    found = quoting.findings(row for row in chosen if row.tier != Tier.CONFIDENTIAL)
    pieces = with_live_kind(Article.objects.filter(pk__in={row.claim.article_id for row in chosen}))
    articles = {piece.pk: piece for piece in pieces.only("headline")}
    told = [
        CitedRow(
            row,
            article := articles[row.claim.article_id],
            is_live(article),
            row.quote if row.tier != Tier.CONFIDENTIAL else "",
            found.get(row.pk),
        )
        for row in chosen
    ]
    told.sort(key=lambda row: not row.live)
    return {"cited": Cited(told, total, pieces=len(states), live=sum(states))}


views_admin.about.append(cited)


def _told(fallout: Fallout) -> str:
    n = len(fallout.affected)
    return ngettext(
        "“%(source)s” is not to be relied on. %(n)s claim has to be checked again.",
        "“%(source)s” is not to be relied on. %(n)s claims have to be checked again.",
        n,
    ) % {"source": fallout.source, "n": n}
