"""Sources at the desk. Who protected sources are is shown to few, and each look is recorded."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from history import jobs, kinds
from history.admin import ActAdmin

from . import (
    csl,
    media,
    references,
    sealing,
    services,
    tasks,
    timeline,
    uploads,
    views_admin,
    views_intake,
    watching,
)
from .choices import Tier
from .forms import IdentifiedSourceForm, SourceForm
from .keys import KeyMissing
from .models import Source, SourceQuerySet, Watch

kinds.name(
    {
        "sources.source.created": _("added a source"),
        "sources.bibliography.imported": _("imported sources"),
        "sources.source.saved": _("edited a source"),
        "sources.source.withdrawn": _("took a source out of use"),
        "sources.source.retracted": _("declared a source retracted"),
        "sources.capture.taken": _("added a copy of a source"),
        "sources.capture.read": _("read the text of a copy"),
        "sources.source.changed": _("found a source changed"),
        "sources.source.gone": _("found a source gone"),
        "sources.capture.viewed": _("opened a copy of a protected source"),
        "sources.identity.destroyed": _("destroyed the identity of a protected source"),
        "sources.identity.viewed": _("looked at the identity of a protected source"),
    }
)


class InUseFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("retracted", _("retracted")), ("withdrawn", _("out of use")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        # Not chosen means in use: what was withdrawn is not offered any more.
        yield {**first, "display": _("in use")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> SourceQuerySet:
        if self.value() == "all":
            return queryset
        if self.value() == "withdrawn":
            return queryset.filter(withdrawn=True)
        queryset = queryset.filter(withdrawn=False)
        return queryset.filter(retracted_at__isnull=False) if self.value() else queryset


@admin.register(Source)
class SourceAdmin(ActAdmin):
    """Sources. They are withdrawn, never deleted: what cites them stays."""

    list_display = ("label", "kind", "tier_chip", "reliability", "cited", "condition")
    list_filter = ("kind", "tier", "reliability", InUseFilter)
    # Says that there is a search; what is searched is decided in get_search_results.
    search_fields = ("searched",)
    search_help_text = _("Words from title, author, publisher or description")
    autocomplete_fields = ("origin",)
    list_per_page = 50
    timeline_groups = timeline.GROUPS

    # Who sees what

    def get_queryset(self, request: HttpRequest) -> SourceQuerySet:
        everything: Any = super().get_queryset(request)
        sources = everything.seen_by(request.user).defer("sealed")
        # The model of an app above this one: known by its reverse relation alone.
        citation: Any = Source.citations.rel.related_model
        cited = (
            citation.objects.filter(source=models.OuterRef("pk"), claim__withdrawn=False)
            .order_by()
            .values("source")
            .annotate(n=models.Count("pk"))
            .values("n")
        )
        return sources.annotate(times_cited=Coalesce(models.Subquery(cited), 0))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[SourceQuerySet, bool]:
        if getattr(request.resolver_match, "url_name", "") == "autocomplete":
            queryset = queryset.offered_to(request.user)
        return queryset.matching(search_term), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def may_withdraw(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sources.delete_source")

    def identity(self, request: HttpRequest, source: Any | None) -> dict[str, Any] | None:
        """Return who a source is, if this user may see it and it can still be read."""
        if source is None:
            return {"csl": views_intake.chosen(request) or {}}
        if not hasattr(source, "unsealed"):
            source.unsealed = None
            source.erased = False
            if source.tier == Tier.NAMED or request.user.has_perm("sources.view_identity"):
                try:
                    source.unsealed = source.identity
                except (KeyMissing, sealing.SealBroken):
                    source.erased = True
        return source.unsealed

    # The list

    @admin.display(description=_("source"), ordering="searched")
    def label(self, source: Source) -> str:
        return str(source)

    @admin.display(description=_("disclosure"), ordering="tier")
    def tier_chip(self, source: Source) -> SafeString:
        return format_html(
            '<span class="tier-chip" data-tier="{}">{}</span>',
            source.tier,
            source.get_tier_display(),
        )

    @admin.display(description=_("cited"))
    def cited(self, source: Any) -> str:
        return str(source.times_cited or "–")

    @admin.display(description=_("condition"))
    def condition(self, source: Source) -> str | SafeString:
        if source.retracted_at:
            return format_html('<strong class="bad">{}</strong>', gettext("retracted"))
        return gettext("withdrawn") if source.withdrawn else ""

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return self._for_readers(request, obj)
        kind = ["kind", "tier", "description", "reliability", "origin"]
        talk = (_("If somebody spoke to us"), {"fields": ["terms", "authorises"]})
        if self.identity(request, obj) is None:
            who: Any = [(_("Who it is"), {"fields": ["identity_told"]})]
        else:
            who = [
                (
                    _("What it is"),
                    {
                        "fields": [
                            "csl_type",
                            "title",
                            "authors",
                            "issued",
                            "publisher",
                            "container",
                            "url",
                            "doi",
                            "page",
                            "language",
                        ],
                    },
                ),
                (
                    _("More, where a reference needs it"),
                    {"fields": list(csl.FIELDS)[10:], "classes": ["collapse"]},
                ),
                (_("For the desk"), {"fields": ["contact_details", "conflicts", "desk_notes"]}),
            ]
        how = (_("How far it may be shown and relied on"), {"fields": [*kind, "based_on"]})
        copies = []
        if request.user.has_perm("sources.add_capture"):
            copies = [(_("Add a copy"), {"fields": ["upload", "upload_address"]})]
        # Of a new source the disclosure comes first: it decides how the rest is kept.
        return [how, talk, *who, *copies] if obj is None else [*who, how, talk, *copies]

    def _for_readers(self, request: HttpRequest, source: Source) -> Any:
        self.identity(request, source)
        return [
            (_("Who it is"), {"fields": ["identity_told"]}),
            (
                _("How far it may be shown and relied on"),
                {
                    "fields": [
                        *("kind", "tier", "description", "reliability", "origin"),
                        *("terms", "authorises"),
                    ]
                },
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        return [] if obj is None else ["identity_told"]

    def get_form(
        self, request: HttpRequest, obj: Source | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        identity = self.identity(request, obj)
        known: dict[str, Any] = {"user": request.user}
        if request.method == "POST":
            known["too_large"] = uploads.too_large(request)
        if identity is None or (obj is not None and not self.has_change_permission(request, obj)):
            form: Any = type("SourceForm", (SourceForm,), known)
        else:
            form = type("SourceForm", (IdentifiedSourceForm,), {**known, "stored": identity})
        return super().get_form(request, obj, change=change, form=form, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and not request.user.has_perm("sources.view_identity"):
            field.queryset = field.queryset.exclude(tier=Tier.CONFIDENTIAL)
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "origin" and field is not None:
            # A source is looked up here; edited and made it is on its own page.
            for action in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{action}_related", False)
        return field

    @admin.display(description=_("identity"))
    def identity_told(self, source: Any) -> str | SafeString:
        if source.erased:
            return gettext("The key to this identity was destroyed: nobody can read it any more.")
        if source.unsealed is None:
            return gettext(
                "Sealed. Only those who may see the identity of protected sources can read it,"
                " and every look is recorded."
            )
        stored = source.unsealed
        shown = csl.lines(stored.get("csl") or {})
        fields = IdentifiedSourceForm.base_fields
        types = dict(fields["csl_type"].choices)  # type: ignore[attr-defined]
        shown["csl_type"] = str(types.get(shown["csl_type"], shown["csl_type"]))
        shown |= {
            "contact_details": stored.get("contact", ""),
            "conflicts": stored.get("interests", ""),
            "desk_notes": stored.get("notes", ""),
        }
        if source.tier == Tier.NAMED:
            # Those who may not change sources have nobody to ring up.
            del shown["contact_details"]
        rows = format_html_join(
            "",
            "<dt>{}</dt><dd>{}</dd>",
            (
                (capfirst(fields[name].label), words)
                for name, words in shown.items()
                if words.strip("–")
            ),
        )
        reference = references.reference(stored.get("csl") or {}, get_language() or "en")
        return format_html("<p>{}</p><dl>{}</dl>", reference, rows)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Source | None = None,
    ) -> HttpResponse:
        if obj is not None:
            # What a refused form says of its disclosure opens nothing.
            stored = Source._base_manager.select_related("origin").get(pk=obj.pk)
            if stored.tier != Tier.NAMED and self.identity(request, obj) is not None:
                # Before anything of it is shown.
                services.record_view(stored, actor=request.user)
                context["recorded"] = True
            context["captures"] = views_admin.listed(request.user, stored)
            context["standing"] = views_admin.standing(
                request.user, stored, self.identity(request, obj)
            )
            context |= views_admin.events(request, stored)
            context["watch"] = Watch.objects.filter(pk=stored.pk).first()
            context["may_fetch"] = request.user.has_perm(
                "sources.add_capture"
            ) and watching.watchable(stored)
            for tell in views_admin.about:
                context |= tell(request, stored)
            context["may_withdraw"] = self.may_withdraw(request) and not stored.withdrawn
            context["may_retract"] = (
                request.user.has_perm("sources.retract_source") and stored.retracted_at is None
            )
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            services.save_source(obj, actor=request.user, identity=form.identity)
        else:
            made = services.create_source(
                actor=request.user,
                id=obj.pk,
                **{name: getattr(obj, name) for name in SourceForm.Meta.fields},
                **form.identity,
            )
            obj.__dict__.update(made.__dict__)
        if not change:
            views_intake.keep_copy(request, obj)
        if upload := form.cleaned_data.get("upload"):
            content = upload.read()
            services.capture(
                obj,
                content,
                actor=request.user,
                media_type=media.sniff(content),
                address=form.cleaned_data.get("upload_address", ""),
            )

    # Pages of their own

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        urls = [
            path("<uuid:pk>/withdraw/", wrap(self.withdraw_view), name="sources_source_withdraw"),
            path(
                "<uuid:pk>/captures/<uuid:capture>/",
                wrap(views_admin.download),
                name="sources_capture_download",
            ),
            path(
                "<uuid:pk>/captures/<uuid:capture>/page/",
                wrap(views_admin.show),
                name="sources_capture_show",
            ),
            path(
                "<uuid:pk>/captures/<uuid:capture>/text/",
                wrap(views_admin.text),
                name="sources_capture_text",
            ),
            path("take-in/", wrap(uploads.in_memory(self.take_in)), name="sources_source_take_in"),
            path("take-in/<uuid:pk>/", wrap(self.taken_in), name="sources_source_taken_in"),
            path("export/", wrap(self.export), name="sources_source_export"),
            path("<uuid:pk>/fetch/", wrap(self.fetch_view), name="sources_source_fetch"),
            *super().get_urls(),
        ]
        for url in urls:
            if url.name in ("sources_source_add", "sources_source_change"):
                url.callback = uploads.in_memory(url.callback)
        return urls

    def take_in(self, request: HttpRequest) -> HttpResponse:
        return views_intake.take_in(self, request)

    def taken_in(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return views_intake.taken_in(self, request, pk)

    def export(self, request: HttpRequest) -> HttpResponse:
        return views_intake.export(self, request)

    def fetch_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Have a copy fetched by a job; nobody waits for a foreign server."""
        source = self.get_object(request, str(pk))
        if source is None:
            raise Http404
        if not request.user.has_perm("sources.add_capture"):
            raise PermissionDenied
        if request.method == "POST" and watching.watchable(source):
            jobs.soon(tasks.look, source=str(source.pk))
            self.message_user(
                request, gettext("The page is being fetched. Its copy will stand here in a moment.")
            )
        return HttpResponseRedirect(reverse("admin:sources_source_change", args=[pk]))

    def withdraw_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask why, then take a source out of use."""
        source = self.get_object(request, str(pk))
        if source is None:
            raise Http404
        if not self.may_withdraw(request):
            raise PermissionDenied
        if request.method == "POST":
            services.withdraw_source(
                source, actor=request.user, comment=request.POST.get("comment", "").strip()
            )
            self.message_user(request, gettext("“%(source)s” is out of use.") % {"source": source})
            return HttpResponseRedirect(reverse("admin:sources_source_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Take out of use"),
            "opts": self.opts,
            "original": source,
            "cited": source.times_cited,
        }
        return TemplateResponse(request, "admin/sources/source/withdraw.html", context)
