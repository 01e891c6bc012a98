"""The front page at the desk: an editor puts pieces on top of it and orders them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect

from history import kinds

from . import services
from .listings import live
from .models import FrontPage, LivePiece
from .search import asked

kinds.name({"articles.frontpage.arranged": gettext_lazy("arranged the front page")})

OFFERED = 30
STEPS = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An order that is being made: each press of a button gives the next, only saving keeps it."""

    pieces: list[UUID]
    based_on: UUID | None
    moved: UUID | None = None

    @classmethod
    def latest(cls) -> "Arrangement":
        latest = FrontPage.objects.first()
        offered = {row.article_id for row in _pieces(latest.pieces)} if latest else set()
        # What was retracted since has left the front page by itself.
        pieces = [key for key in latest.pieces if key in offered] if latest else []
        return cls(pieces, latest.pk if latest else None)

    @classmethod
    def sent(cls, data: Any) -> "Arrangement":
        """Return what the form sent, with the button pressed. What is no key is passed over."""
        pieces = list(dict.fromkeys(filter(None, map(_key, data.getlist("piece")))))
        step, _colon, name = data.get("do", "").partition(":")
        key = _key(name)
        if key in pieces and step in STEPS:
            at = pieces.index(key)
            to = min(max(at + STEPS[step], 0), len(pieces) - 1)
            pieces.insert(to, pieces.pop(at))
        elif key in pieces and step == "lead":
            pieces.remove(key)
            pieces.insert(0, key)
        elif key in pieces and step == "out":
            pieces.remove(key)
        elif key and key not in pieces and step == "add":
            pieces.append(key)
        return cls(pieces, _key(data.get("based_on", "")), key)


@admin.register(FrontPage)
class FrontPageAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return csrf_protect(self.arrange)(request)

    def arrange(self, request: HttpRequest) -> HttpResponse:
        """Show the order; POST moves a piece in it or, if it asks so, saves it."""
        may = request.user.has_perm("articles.arrange_front")
        if request.method != "POST":
            return self.page(request, Arrangement.latest(), may=may)
        if not may:
            raise PermissionDenied
        arrangement = Arrangement.sent(request.POST)
        if request.POST.get("do") != "save":
            return self.page(request, arrangement, unsaved=True)
        try:
            services.arrange_front(
                arrangement.pieces, actor=request.user, based_on=arrangement.based_on
            )
        except services.Rearranged:
            fresh = Arrangement(arrangement.pieces, Arrangement.latest().based_on)
            problem = _("Somebody else has arranged the front page meanwhile. This is your order.")
            return self.page(request, fresh, unsaved=True, problem=problem)
        except ValidationError as error:
            return self.page(request, arrangement, unsaved=True, problem=" ".join(error.messages))
        messages.success(request, _("The front page is arranged."))
        return HttpResponseRedirect(reverse("admin:articles_frontpage_changelist"))

    def page(
        self,
        request: HttpRequest,
        arrangement: Arrangement,
        *,
        may: bool = True,
        unsaved: bool = False,
        problem: str = "",
    ) -> TemplateResponse:
        found = {row.article_id: row for row in _pieces(arrangement.pieces)}
        sought = asked(request.POST.get("sought", ""))
        others = live().filter(live__retracted=False).exclude(article__in=arrangement.pieces)
        if sought:
            others = others.filter(live__headline__icontains=sought)
        others = others.order_by("-live__first_at").values_list("article_id", flat=True)[:OFFERED]
        offered = {row.article_id: row for row in _pieces(list(others))}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Front page"),
            "chosen": [found[key] for key in arrangement.pieces if key in found],
            "offered": [offered[key] for key in others],
            "arrangement": arrangement,
            "sought": sought,
            "full": len(arrangement.pieces) >= services.CHOSEN,
            "may": may,
            "unsaved": unsaved,
            "problem": problem,
        }
        return TemplateResponse(
            request, "admin/articles/frontpage.html", context, status=422 if problem else 200
        )


def _pieces(keys: list[UUID]) -> Any:
    return LivePiece.objects.filter(article__in=keys, retracted=False).only(
        "headline", "first_at", "address", "language"
    )


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
