"""What the desk's lists have in common: filters in its words, and pages for many at once."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.choices import State as Standing
from claims.models import KnownStanding

from .models import Publication

IN_NEED = Standing.unverified()


def standing_chip(state: str) -> SafeString:
    """Return a standing in its shape and word."""
    return format_html(
        '<span class="standing-chip" data-standing="{}"><span class="standing-shape"'
        ' aria-hidden="true"></span>{}</span>',
        state,
        Standing(state).label,
    )


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"
    # From the listed rows to their known standing.
    path = "known__state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("need", _("needs somebody")), *Standing.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value == "need":
            return queryset.filter(**{f"{self.path}__in": IN_NEED})
        return queryset.filter(**{self.path: value}) if value in Standing.values else queryset


class PieceStandingFilter(StandingFilter):
    """Pieces with at least one claim of a standing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        wanted = IN_NEED if value == "need" else (value,)
        if value != "need" and value not in Standing.values:
            return queryset
        known = KnownStanding.objects.filter(claim__article=OuterRef("pk"), state__in=wanted)
        return queryset.filter(Exists(known))


class LiveFilter(admin.SimpleListFilter):
    title = _("live")
    parameter_name = "live"
    piece = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("live")), ("0", _("not published"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        public = Exists(Publication.objects.filter(article=OuterRef(self.piece)))
        if self.value() == "1":
            return queryset.filter(public)
        return queryset.filter(~public) if self.value() == "0" else queryset


class PieceLiveFilter(LiveFilter):
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), ("changed", _("live, worked on since"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "changed":
            return queryset.filter(live_revision__lt=F("latest_revision"))
        return super().queryset(request, queryset)


class PersonFilter(admin.SimpleListFilter):
    """Whose it is: mine, nobody's, or one colleague's."""

    title = _("with")
    parameter_name = "with"
    path = "assignee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        at_work = get_user_model().objects.filter(is_active=True, is_staff=True)
        others = at_work.exclude(username=request.user.get_username()).order_by(
            "last_name", "first_name"
        )
        return [
            ("me", _("me")),
            ("nobody", _("nobody")),
            *((str(user.pk), str(user)) for user in others[:30]),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value == "me":
            return queryset.filter(**{self.path: request.user})
        if value == "nobody":
            return queryset.filter(**{f"{self.path}__isnull": True})
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(**{self.path: value}) if value in known else queryset


class CheckerFilter(PersonFilter):
    path = "assignment__checker"


class DueFilter(admin.SimpleListFilter):
    title = _("date")
    parameter_name = "date"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("overdue")),
            ("today", _("due today")),
            ("embargo", _("under embargo")),
            ("week", _("begun in the last 7 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        wanted = {
            "overdue": Q(due__lt=now),
            "today": Q(due__date=timezone.localdate()),
            "embargo": Q(embargo__gt=now),
            "week": Q(created_at__gte=now - timedelta(days=7)),
        }.get(self.value() or "")
        return queryset.filter(wanted) if wanted is not None else queryset


class CheckedFilter(admin.SimpleListFilter):
    title = _("checked")
    parameter_name = "checked"
    DAYS: ClassVar = {"day": 1, "week": 7, "month": 30}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("day", _("since yesterday")),
            ("week", _("in the last 7 days")),
            ("month", _("in the last 30 days")),
            ("never", _("never")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "never":
            return queryset.filter(known__checked_at__isnull=True)
        days = self.DAYS.get(self.value() or "")
        if days is None:
            return queryset
        since = timezone.now() - timedelta(days=days)
        return queryset.filter(known__checked_at__gte=since)


def bulk_page(
    model_admin: Any,
    request: HttpRequest,
    queryset: QuerySet,
    form: forms.Form,
    *,
    action: str,
    title: Any,
) -> TemplateResponse:
    """Ask what is to be done with many rows at once; the answer comes back to the same action."""
    return TemplateResponse(
        request,
        "admin/bulk.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": title,
            "form": form,
            "action": action,
            "chosen": list(queryset[:200]),
            "media": model_admin.media + form.media,
        },
        status=422 if form.is_bound else 200,
    )
