"""The desk's way of getting sources in and out: paste or drop, look at what was found, confirm."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from . import bibliography, intake, references, services, uploads
from .choices import Tier
from .models import Lookup, Source

if TYPE_CHECKING:
    from .admin import SourceAdmin

# So much can be pasted: a long bibliography.
MOST_PASTED = 2_000_000
MOST_EXPORTED = 20_000


class TakeInForm(forms.Form):
    """Something by which a source is known, or a file."""

    asked = forms.CharField(
        label=gettext_lazy("Web address, DOI, ISBN or bibliography"),
        required=False,
        max_length=MOST_PASTED,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField", "autofocus": True}),
        help_text=gettext_lazy("BibTeX, RIS and CSL-JSON are understood, with many entries too."),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file"),
        required=False,
        help_text=gettext_lazy("PDF, web page, Word file, e-mail, picture or bibliography."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("asked", "").strip() and not data.get("file"):
            self.add_error("asked", _("Paste something, or choose a file."))
        return data


class Row:
    """One thing that was found, as the page shows it."""

    def __init__(self, number: int, found: intake.Found) -> None:
        self.number = number
        self.csl = found.get("csl") or {}
        self.trouble = _(found["trouble"]) if found.get("trouble") else ""
        self.line = found.get("line")
        self.note = intake.noted(found.get("note", ""))

    @property
    def reference(self) -> str:
        return references.reference(self.csl, get_language() or "en")

    @cached_property
    def same(self) -> list[Source]:
        return intake.same(self.csl) if self.csl else []


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("sources.add_source"):
        raise PermissionDenied


def take_in(admin: "SourceAdmin", request: HttpRequest) -> HttpResponse:
    """Ask what is to be taken in."""
    _require(request)
    form = TakeInForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if uploads.too_large(request):
            form.add_error("file", _("The file is larger than 50 MB."))
        if form.is_valid():
            file = form.cleaned_data["file"]
            lookup = intake.ask(
                request.user,
                text=form.cleaned_data["asked"],
                file=file.read() if file else b"",
            )
            return HttpResponseRedirect(reverse("admin:sources_source_taken_in", args=[lookup.pk]))
    return _page(admin, request, "take_in", form=form, status=422 if form.errors else 200)


def taken_in(admin: "SourceAdmin", request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what was found; POST makes sources of the chosen entries."""
    _require(request)
    lookup = intake.lookup_of(request.user, str(pk))
    if lookup is None:
        raise Http404
    if lookup.found is None:
        return _page(admin, request, "taken_in", lookup=lookup, rows=None)
    rows = [Row(number, found) for number, found in enumerate(lookup.found)]
    if request.method == "POST":
        chosen = set(request.POST.getlist("entry"))
        entries = [row.csl for row in rows if str(row.number) in chosen and row.csl]
        made = services.import_sources(entries, actor=request.user)
        admin.message_user(
            request,
            ngettext("%(n)s source was added.", "%(n)s sources were added.", len(made))
            % {"n": len(made)},
        )
        return HttpResponseRedirect(reverse("admin:sources_source_changelist"))
    if len(rows) == 1 and not rows[0].trouble and not rows[0].same:
        if rows[0].note:
            admin.message_user(request, rows[0].note, messages.WARNING)
        return HttpResponseRedirect(form_address(lookup, 0))
    good = [row for row in rows if not row.trouble]
    return _page(
        admin,
        request,
        "taken_in",
        lookup=lookup,
        rows=good,
        bad=[row for row in rows if row.trouble],
        single=form_address(lookup, good[0].number) if len(good) == 1 else "",
    )


def form_address(lookup: Lookup, number: int) -> str:
    """Return where one entry is looked through before it becomes a source."""
    return f"{reverse('admin:sources_source_add')}?lookup={lookup.pk}&entry={number}"


def chosen(request: HttpRequest) -> bibliography.CSL | None:
    """Return the bibliographic data that the form of a new source begins with."""
    lookup = intake.lookup_of(request.user, request.GET.get("lookup", ""))
    return intake.entry(lookup, request.GET.get("entry", "0")) if lookup else None


def keep_copy(request: HttpRequest, source: Source) -> None:
    """Keep what a new source was made from, if it was looked up."""
    lookup = intake.lookup_of(request.user, request.GET.get("lookup", ""))
    if lookup is not None:
        intake.settle(lookup, source, actor=request.user)


def export(admin: "SourceAdmin", request: HttpRequest) -> HttpResponse:
    """Give all named sources that are in use as a bibliography."""
    if not request.user.has_perm("sources.view_source"):
        raise PermissionDenied
    kind = request.GET.get("format", "")
    if kind not in bibliography.FORMATS:
        raise Http404
    # Of protected sources there is nothing to export, not even that they exist.
    named = Source.objects.matching(request.GET.get("q", "")).filter(tier=Tier.NAMED)
    rows = named.filter(withdrawn=False).values_list("csl", flat=True)[:MOST_EXPORTED]
    ending = {"bibtex": "bib", "ris": "ris", "csl": "json"}[kind]
    types = {"bibtex": "application/x-bibtex", "ris": "application/x-research-info-systems"}
    name = f"{_('sources')}-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(
        bibliography.write(rows, kind),
        content_type=f"{types.get(kind, 'application/json')}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(
    admin: "SourceAdmin", request: HttpRequest, name: str, *, status: int = 200, **context: Any
) -> TemplateResponse:
    return TemplateResponse(
        request,
        f"admin/sources/source/{name}.html",
        {
            **admin.admin_site.each_context(request),
            "title": _("Take in a source"),
            "opts": admin.opts,
            **context,
        },
        status=status,
    )
