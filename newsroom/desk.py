"""The desk: where reporters, checkers, editors, publishers and auditors work."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

# Model -> its name in the bar, in this order; who may not see a model does not see its name.
AREAS: dict[str, str | Promise] = {
    "articles.article": _("Articles"),
    "claims.claim": _("Claims"),
    "sources.source": _("Sources"),
}
# The same for what is not needed every hour: it stands behind one button.
MORE_AREAS: dict[str, str | Promise] = {
    "articles.frontpage": _("Front page"),
    "articles.readerreport": _("Reports"),
    "articles.person": _("People"),
    "articles.section": _("Sections"),
    "articles.tag": _("Tags"),
    "history.entry": _("Ledger"),
    "history.erasure": _("Erasures"),
    "newsroom.user": _("Accounts"),
}


@dataclass(frozen=True, slots=True)
class Area:
    """One entry of the bar."""

    label: str | Promise
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Areas:
    """Where somebody may go: what stands in the bar, and what behind "More"."""

    first: list[Area]
    more: list[Area]

    @property
    def beyond(self) -> str | Promise:
        """Return the name of the area behind "More" where one is; nothing if one is not."""
        return next((area.label for area in self.more if area.current), "")


class DeskSite(AdminSite):
    """Django's admin site under the newsroom's own name."""

    site_title = _("Newsroom")
    site_header = _("Newsroom")
    index_title = _("Today")
    site_url = "/"
    # On a phone, where a list is cards without headings, it is left out.
    empty_value_display = mark_safe('<span class="none">–</span>')
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "areas": self.areas(request),
        }

    def areas(self, request: HttpRequest) -> Areas | None:
        """Return where this user may go, and where they are; nothing for who may not enter."""
        if not self.has_permission(request):
            return None
        index = reverse("admin:index", current_app=self.name)
        today = Area(_("Today"), index, request.path == index)
        return Areas([today, *self._open(request, AREAS)], list(self._open(request, MORE_AREAS)))

    def _open(self, request: HttpRequest, named: dict[str, str | Promise]) -> Iterator[Area]:
        desks = {model._meta.label_lower: desk for model, desk in self._registry.items()}
        for model, label in named.items():
            if model in desks and desks[model].has_view_permission(request):
                address = reverse(f"admin:{model.replace('.', '_')}_changelist")
                yield Area(label, address, request.path.startswith(address))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # This module is read before there are models.
        from articles import views_sources
        from history import views_timeline

        return [
            path("timeline/", self.admin_view(views_timeline.house), name="timeline"),
            path(
                "people/<uuid:key>/timeline/",
                self.admin_view(views_timeline.person),
                name="person_timeline",
            ),
            path(
                "sources/<uuid:pk>/retract/",
                self.admin_view(views_sources.retract),
                name="source_retract",
            ),
            *super().get_urls(),
        ]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The start page: what needs this user now."""
        # This module is read before there are models.
        from newsroom.start import Start

        context = {
            "start": Start.of(request.user),
            "hour": timezone.localtime().hour,
            **(extra_context or {}),
        }
        return super().index(request, context)
