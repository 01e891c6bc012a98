"""The desk's list of pieces, and the door to writing them."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods
from js_asset import ImportMap, Media, Script

from claims import known
from claims.models import Claim
from history.acts import act
from history.models import Entry

from . import (
    admin_claims,  # noqa: F401
    admin_erasure,  # noqa: F401
    admin_front,  # noqa: F401
    admin_labels,  # noqa: F401
    admin_reports,  # noqa: F401
    progress,
    services,
    views_blame,
    views_blocking,
    views_checks,
    views_claims,
    views_comments,
    views_drafts,
    views_finding,
    views_history,
    views_publishing,
    views_replacing,
    views_scheduling,
    views_sharing,
    views_sources,  # noqa: F401 (tells on the page of a source where it is cited)
    views_suggestions,
    views_taking_in,
    views_workflow,
    views_writing,
)
from .admin_lists import (
    IN_NEED,
    DueFilter,
    PersonFilter,
    PieceLiveFilter,
    PieceStandingFilter,
    bulk_page,
)
from .choices import State
from .forms import HandOnForm, NewArticleForm
from .models import Article, ArticleQuerySet
from .room import find, wants_parts

# Modules that others import by name; a name leads to the file's address with its digest.
MODULES = (
    "editor", "claim-mark", "claim-paint", "paste", "parts", "shelter", "saving", "pairing",
    "taking-in",
)  # fmt: skip
SCRIPTS = (
    "grow", "text-tools", "saving", "drafts", "pairing", "typeahead", "dialog", "reading",
    "comments", "suggestions", "place", "elsewhere",
)  # fmt: skip


class StateFilter(admin.SimpleListFilter):
    """What is in work, by state; shelved pieces only when asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def choices(self, changelist: Any) -> Any:
        for index, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("in work")} if index == 0 else choice

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in State.values:
            return queryset.filter(state=self.value())
        return queryset.in_work()


def _counted(claims: QuerySet) -> Coalesce:
    counted = claims.order_by().values("article").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


class PieceList(ChangeList):
    """The pieces of one page, with what of them is still to be read."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        progress.note(self.result_list, request.user)


def answering(site: Any, view: Callable) -> Callable:
    """Tell a script that the session has ended, and where to log in; pages are led there."""

    def called(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if wants_parts(request) and not site.has_permission(request):
            page = reverse("admin:articles_article_change", args=[kwargs["key"]])
            login = reverse("admin:login", query={"next": page})
            return JsonResponse({"login": login}, status=401)
        return view(request, **kwargs)

    return called


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = (
        "headline", "state_chip", "published", "claims", "comments", "section", "with_whom",
        "due_by", "updated",
    )  # fmt: skip
    list_display_links = ("headline",)
    list_filter = (
        StateFilter, PieceLiveFilter, PieceStandingFilter, PersonFilter, DueFilter, "section",
        "language",
    )  # fmt: skip
    list_select_related = ("section", "assignee")
    list_per_page = 50
    # Says that there is a search; what is searched is decided in get_search_results.
    search_fields = ("headline",)
    search_help_text = gettext_lazy("Words of the text, in any form; nearly right will do")
    show_full_result_count = False
    actions = ("hand_on",)

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        entries = Entry.objects.filter(subject=OuterRef("pk"), revision__isnull=False)
        latest = entries.order_by("-revision")
        pieces = (
            cast(ArticleQuerySet, super().get_queryset(request))
            .with_live()
            .with_plan()
            .annotate(
                latest_at=Subquery(latest.values("at")[:1]),
                latest_revision=Subquery(latest.values("revision")[:1]),
            )
            .defer("body", "standfirst")
        )
        if getattr(request.resolver_match, "url_name", "") != "articles_article_changelist":
            return pieces
        live = Claim.objects.live().filter(article=OuterRef("pk"))
        need = live.filter(known__state__in=IN_NEED)
        return pieces.annotate(claim_count=_counted(live), need_count=_counted(need))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet, bool]:
        return queryset.matching(search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        known.refresh()
        return super().changelist_view(request, {"title": _("Articles"), **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PieceList

    @admin.display(description=gettext_lazy("comments"))
    def comments(self, article: Any) -> str:
        if not article.new_comments:
            return ""
        told = ngettext("%(count)s new for you", "%(count)s new for you", article.new_comments)
        said = told % {"count": article.new_comments}
        return format_html('<a href="{}#comments">{}</a>', article.editing_address, said)

    @admin.display(description=gettext_lazy("claims"))
    def claims(self, article: Any) -> str:
        read = format_html('<span class="under">{}</span>', article.progress.words)
        if not article.claim_count:
            return read if article.progress.unread else ""
        told = _("%(some)s of %(all)s need somebody") % {
            "some": article.need_count, "all": article.claim_count,
        }  # fmt: skip
        address = reverse("admin:claims_claim_changelist", query={"article": article.pk})
        return format_html('<a href="{}">{}</a>{}', address, told, read)

    @admin.display(description=gettext_lazy("due"), ordering="due")
    def due_by(self, article: Article) -> str:
        if article.due is None:
            return ""
        when = date_format(localtime(article.due), "SHORT_DATETIME_FORMAT")
        if article.due < timezone.now() and article.state != State.SHELVED:
            return format_html('<span class="late">{}, {}</span>', when, _("overdue"))
        return when

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_chip(self, article: Article) -> str:
        return format_html(
            '<span class="state-chip" data-state="{}">{}</span>',
            article.state,
            article.get_state_display(),
        )

    @admin.display(description=gettext_lazy("live"))
    def published(self, article: Any) -> str:
        live = _("not published")
        if article.live_number:
            live = _("version %(number)s") % {"number": article.live_number}
            if (article.latest_revision or 0) > (article.live_revision or 0):
                live = format_html('{} · <span class="quiet">{}</span>', live, _("worked on since"))
        if not article.planned_at:
            return live
        overdue = article.planned_at < now()
        told = _("overdue since %(when)s") if overdue else _("goes out on %(when)s")
        at = date_format(localtime(article.planned_at), "SHORT_DATETIME_FORMAT")
        shown = '{} · <span class="late">{}</span>' if overdue else "{} · {}"
        return format_html(shown, live, told % {"when": at})

    @admin.display(description=gettext_lazy("with"), ordering="assignee__last_name")
    def with_whom(self, article: Article) -> str:
        return str(article.assignee) if article.assignee else ""

    @admin.display(description=gettext_lazy("updated"), ordering="latest_at")
    def updated(self, article: Any) -> str:
        at = article.latest_at
        return date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else ""

    # Many at once

    @admin.action(permissions=["change"], description=gettext_lazy("Hand on …"))
    def hand_on(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = HandOnForm(request.POST if "apply" in request.POST else None)
        if form.is_valid():
            told = form.cleaned_data
            with act("articles.article.handed_on", actor=request.user, comment=told["note"]):
                for article in queryset.order_by("pk"):
                    services.set_state(
                        article, actor=request.user, state=told["state"],
                        assignee=told["assignee"], due=told["due"],
                    )  # fmt: skip
            with_whom = told["assignee"] or _("nobody")
            messages.success(request, _("Handed on to %(who)s.") % {"who": with_whom})
            return None
        return bulk_page(self, request, queryset, form, action="hand_on", title=_("Hand on"))

    # Permissions

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Pieces are shelved; nothing that was stored once is deleted.
        return False

    def may_shelve(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.delete_article")

    # Pages

    def desk_media(self, request: HttpRequest, media: Any = None, *, writing: bool = True) -> Any:
        """The scripts and styles of a page about a piece, fit for the content policy.

        Pages beside the writing view take the styles alone.
        """
        ours = Media(css={"all": ["articles/css/desk.css"]})
        if writing:
            modules = {f"newsroom/{name}": f"articles/js/{name}.js" for name in MODULES}
            ours += Media(
                importmap=ImportMap(
                    {"django-prose-editor/editor": "django_prose_editor/editor.js", **modules}
                ),
                js=[Script(f"articles/js/{name}.js", type="module") for name in SCRIPTS],
            )
        whole = forms.Media() + (media or forms.Media()) + ours
        return Media.from_media(whole, nonce=request.csp_nonce)  # type: ignore[attr-defined]

    def desk_page(
        self, request: HttpRequest, name: str, *, title: str, status: int = 200, **context: Any
    ) -> TemplateResponse:
        """A page about pieces in the frame of the desk."""
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "is_nav_sidebar_enabled": False,
        }
        return TemplateResponse(
            request, f"admin/articles/article/{name}.html", {**frame, **context}, status=status
        )

    def get_urls(self) -> list[URLPattern]:
        def on(route: str, view: Callable, name: str) -> URLPattern:
            wrapped = answering(self.admin_site, self.admin_site.admin_view(view))
            return path(
                f"<uuid:key>/{route}",
                update_wrapper(wrapped, view),
                name=f"articles_article_{name}",
            )

        def of(view: Callable, *methods: str, **more: Any) -> Callable:
            """A view that takes this admin and allows these methods."""

            def called(request: HttpRequest, **kwargs: Any) -> HttpResponse:
                return view(self, request, **kwargs, **more)

            update_wrapper(called, view)
            return require_http_methods(methods)(csrf_protect(called))

        def past(view: Callable) -> Callable:
            """A view of ``views_history`` or ``views_blame``: it takes the article."""

            def called(request: HttpRequest, key: UUID, **kwargs: Any) -> HttpResponse:
                return view(request, find(self, request, key), **kwargs)

            return update_wrapper(called, view)

        def restoring(request: HttpRequest, key: UUID, number: int) -> HttpResponse:
            if request.method == "POST":
                return views_workflow.restore(self, request, key, number)
            return views_history.restoring(request, find(self, request, key), number)

        get, post = ("GET", "HEAD"), ("POST",)
        claim = "claims/<uuid:claim_key>/"
        ours = [
            on("change/", of(views_writing.change, *get, *post), "change"),
            on(claim, of(views_claims.claim, *get, *post), "claim"),
            on(f"{claim}check/", of(views_checks.check, *get, *post), "check"),
            on(f"{claim}uphold/", of(views_checks.uphold, *post), "uphold"),
            on("find/sources/", of(views_finding.find_sources, *get), "find_sources"),
            on("find/claims/", of(views_finding.find_claims, *get), "find_claims"),
            on("find/elsewhere/", of(views_finding.find_elsewhere, *get), "find_elsewhere"),
            on("take-in/", of(views_taking_in.take_in, *post), "take_in"),
            on("take-in/<uuid:lookup_key>/", of(views_taking_in.taken_in, *get), "taken_in"),
            on("readings/", of(views_checks.reading, *post), "reading"),
            on("parts/", of(views_writing.current, *get), "parts"),
            on("comments/", of(views_comments.talk, *get, *post), "comments"),
            on("suggestions/", of(views_suggestions.propose, *get, *post), "suggestions"),
            on("sheet/", of(views_checks.sheet, *get), "sheet"),
            on("draft/", of(views_drafts.draft, *post), "draft"),
            on("presence/", of(views_drafts.presence, *post), "presence"),
            on("preview/", of(views_publishing.preview, *get), "preview"),
            on("share/", of(views_sharing.share, *get, *post), "share"),
            on("publish/", of(views_publishing.publish, *get, *post), "publish"),
            on("unschedule/", of(views_scheduling.unschedule, *post), "unschedule"),
            on("retract/", of(views_publishing.retract, *get, *post), "retract"),
            on("reply/", of(views_publishing.reply, *get, *post), "reply"),
            on("block/", of(views_blocking.block, *get, *post), "block"),
            on("block/<uuid:block_key>/lift/", of(views_blocking.unblock, *post), "unblock"),
            on("replace/", of(views_replacing.replace, *get, *post), "replace"),
            on("hand-on/", of(views_workflow.hand_on, *get, *post), "hand_on"),
            on("shelve/", of(views_workflow.shelve, *post, back=False), "shelve"),
            on("recover/", of(views_workflow.shelve, *post, back=True), "recover"),
            on("blame/", past(views_blame.blamed), "blame"),
            on("history/", past(views_history.history), "history"),
            on("history/<int:number>/", past(views_history.revision), "revision"),
            on("at/", past(views_history.at_moment), "at_moment"),
            on("at/<str:moment>/", past(views_history.at), "at"),
            on("history/compare/", past(views_history.compared), "compare"),
            on(
                "compare/p<int:old>/p<int:new>/",
                past(views_history.publications_compared),
                "compare_publications",
            ),
            on(
                "history/<int:number>/restore/",
                require_http_methods([*get, *post])(csrf_protect(restoring)),
                "restore",
            ),
        ]
        return [*ours, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A working headline is enough to begin."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewArticleForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made = services.create_article(actor=request.user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("The piece is begun."))
                return HttpResponseRedirect(made.editing_address)
        return self.desk_page(
            request,
            "add_form",
            title=_("New article"),
            status=422 if request.method == "POST" else 200,
            media=self.desk_media(request, form.media),
            form=form,
            **(extra_context or {}),
        )
