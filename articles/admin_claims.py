"""The desk's lists of claims and of comments, of all pieces."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims import known, services
from claims.choices import Risk, Stance
from claims.models import Citation, Claim
from sources.models import Source

from .admin_lists import (
    CheckedFilter,
    CheckerFilter,
    LiveFilter,
    StandingFilter,
    bulk_page,
    standing_chip,
)
from .models import Comment


class RiskForm(forms.Form):
    risk = forms.ChoiceField(label=gettext_lazy("Risk"), choices=Risk, widget=forms.RadioSelect)


class CheckerForm(forms.Form):
    checker = forms.ModelChoiceField(
        label=gettext_lazy("Who is to check"), queryset=get_user_model().objects.none()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_work = get_user_model().objects.filter(is_active=True, is_staff=True)
        field: Any = self.fields["checker"]
        field.queryset = at_work.order_by("last_name", "first_name", "username")


class CiteForm(forms.Form):
    source = forms.ModelChoiceField(label=gettext_lazy("Source"), queryset=Source.objects.none())
    stance = forms.ChoiceField(
        label=gettext_lazy("The evidence"),
        choices=Stance,
        initial=Stance.SUPPORTS,
        widget=forms.RadioSelect,
    )
    locator = forms.CharField(label=gettext_lazy("Where it stands"), required=False, max_length=200)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["source"]
        field.queryset = Source.objects.offered_to(user)


class OfLivePieces(LiveFilter):
    piece = "article"


@admin.register(Claim)
class ClaimAdmin(admin.ModelAdmin):
    list_display = ("says", "piece", "standing", "risk", "evidence", "checked", "asked")
    list_display_links = None
    list_filter = (
        StandingFilter, OfLivePieces, "risk", CheckerFilter, CheckedFilter, "article__section",
    )  # fmt: skip
    list_select_related = ("article", "known", "assignment__checker")
    list_per_page = 50
    search_fields = ("statement",)
    search_help_text = gettext_lazy("Words of the statement, in any form; nearly right will do")
    show_full_result_count = False
    actions = ("cite", "set_risk", "assign")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        cited = (
            Citation.objects.filter(claim=OuterRef("pk"))
            .order_by()
            .values("claim")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return (
            Claim.objects.live()
            .annotate(times_cited=Coalesce(Subquery(cited), 0))
            .order_by("-known__checked_at", "pk")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        return queryset.matching(search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        return lookup in ("article", "article__id__exact", "article__section__id__exact") or (
            super().lookup_allowed(lookup, value, request)
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        known.refresh()
        return super().changelist_view(request, {"title": _("Claims"), **(extra_context or {})})

    # Who may what

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Claims are made where the text states them.
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_cite_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.add_citation")

    def has_edit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("claims.change_claim")

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["claims.view_claim", "articles.add_comment"])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A claim is shown where the text states it."""
        claim = self.get_object(request, object_id)
        if claim is None or not self.has_view_permission(request, claim):
            raise Http404
        return HttpResponseRedirect(f"{claim.article.editing_address}#claim-{claim.pk}")

    # The list

    @admin.display(description=gettext_lazy("claim"), ordering="statement")
    def says(self, claim: Claim) -> str:
        address = f"{claim.article.editing_address}#claim-{claim.pk}"
        return format_html('<a href="{}">{}</a>', address, claim.statement)

    @admin.display(description=gettext_lazy("piece"), ordering="article__headline")
    def piece(self, claim: Claim) -> str:
        return str(claim.article)

    @admin.display(description=gettext_lazy("standing"), ordering="known__state")
    def standing(self, claim: Any) -> str:
        row = getattr(claim, "known", None)
        return standing_chip(row.state) if row else "–"

    @admin.display(description=gettext_lazy("citations"), ordering="times_cited")
    def evidence(self, claim: Any) -> int:
        return claim.times_cited

    @admin.display(description=gettext_lazy("checked"), ordering="known__checked_at")
    def checked(self, claim: Any) -> str:
        row = getattr(claim, "known", None)
        at = row.checked_at if row else None
        return date_format(localtime(at), "SHORT_DATE_FORMAT") if at else ""

    @admin.display(description=gettext_lazy("with"))
    def asked(self, claim: Any) -> str:
        row = getattr(claim, "assignment", None)
        return str(row.checker) if row else ""

    # Many at once

    @admin.action(permissions=["cite"], description=gettext_lazy("Cite from one source …"))
    def cite(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = CiteForm(request.POST if "apply" in request.POST else None, user=request.user)
        if form.is_valid():
            made = services.cite_several(
                list(queryset), form.cleaned_data["source"], actor=request.user,
                stance=form.cleaned_data["stance"], locator=form.cleaned_data["locator"],
            )  # fmt: skip
            said = ngettext("%(count)s claim cited.", "%(count)s claims cited.", len(made)) % {
                "count": len(made)
            }
            messages.success(request, said)
            return None
        title = _("Cite several claims from one source")
        return bulk_page(self, request, queryset, form, action="cite", title=title)

    @admin.action(permissions=["edit"], description=gettext_lazy("Set risk …"))
    def set_risk(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = RiskForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            services.set_risk(list(queryset), actor=request.user, risk=form.cleaned_data["risk"])
            messages.success(request, _("Risk set."))
            return None
        return bulk_page(self, request, queryset, form, action="set_risk", title=_("Set risk"))

    @admin.action(permissions=["assign"], description=gettext_lazy("Ask somebody to check …"))
    def assign(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = CheckerForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            who = form.cleaned_data["checker"]
            try:
                services.assign(list(queryset), actor=request.user, checker=who)
            except ValidationError as refused:
                form.add_error("checker", refused)
            else:
                messages.success(request, _("%(who)s is asked to check.") % {"who": who})
                return None
        title = _("Ask somebody to check")
        return bulk_page(self, request, queryset, form, action="assign", title=title)


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("comments")
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("new", _("new for me")),
            ("me", _("that mention me")),
            ("open", _("open")),
            ("resolved", _("resolved")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        is_open = {"thread__resolved_at__isnull": True, "resolved_at__isnull": True}
        if self.value() == "new":
            return queryset.meant_for(request.user).unseen_by(request.user)
        if self.value() == "me":
            return queryset.filter(mentions=request.user, **is_open)
        if self.value() == "open":
            return queryset.filter(**is_open)
        if self.value() == "resolved":
            return queryset.filter(resolved_at__isnull=False)
        return queryset


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    """All comments, to be found again; they are written beside the text."""

    list_display = ("said", "piece", "author", "at", "is_open")
    list_display_links = None
    list_filter = (OpenFilter,)
    list_select_related = ("article", "author", "thread")
    list_per_page = 50
    search_fields = ("text",)
    ordering = ("-at",)
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return HttpResponseRedirect(address_of(row))

    @admin.display(description=gettext_lazy("comment"))
    def said(self, row: Comment) -> str:
        return format_html('<a href="{}">{}</a>', address_of(row), row.text[:160])

    @admin.display(description=gettext_lazy("piece"), ordering="article__headline")
    def piece(self, row: Comment) -> str:
        return str(row.article)

    @admin.display(description=gettext_lazy("open"), boolean=True)
    def is_open(self, row: Comment) -> bool:
        return (row.thread or row).resolved_at is None


def address_of(row: Comment) -> str:
    """Return where a comment stands: beside its text."""
    return f"{row.article.editing_address}#comment-{row.thread_id or row.pk}"
