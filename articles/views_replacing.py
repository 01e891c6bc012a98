"""Replacing the whole text of a piece: what becomes of each claim is shown before it is done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.anchoring import Outcome
from claims.cards import said_otherwise
from claims.models import Claim
from claims.wordings import Level
from history import revisions

from . import services
from .body import clean
from .forms import ReplaceForm
from .models import Article
from .replacing import WITHDRAW, Plan, Row, plan
from .room import find, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin

OUTCOMES = {
    Outcome.SAME: gettext_lazy("the same words in their place"),
    Outcome.EDITED: gettext_lazy("edited in its place"),
    Outcome.MOVED: gettext_lazy("stands elsewhere now"),
    Outcome.AMBIGUOUS: gettext_lazy("may stand in several places"),
    Outcome.GONE: gettext_lazy("not found again"),
}
EFFECTS = {
    None: gettext_lazy("its check holds"),
    Level.WORDING: gettext_lazy("reworded: look again"),
    Level.STATED: gettext_lazy("check again"),
}


@dataclass(frozen=True)
class Shown:
    """A row of the plan as a person decides on it."""

    row: Row
    statement: str
    field: str
    decision: str

    @property
    def outcome(self) -> str:
        return str(OUTCOMES[self.row.anchor.outcome])

    @property
    def effect(self) -> str:
        return str(EFFECTS[self.row.level]) if self.row.anchor.found else ""

    @property
    def why(self) -> list[SafeString]:
        return [said_otherwise(d.code, d.old, d.new, d.around) for d in self.row.differences]


def shown(article: Article, made: Plan, decisions: dict[str, str] | None = None) -> list[Shown]:
    """Return the rows of a plan with the claims' statements; those that need somebody first."""
    statements = dict(Claim.objects.filter(article=article).values_list("pk", "statement"))
    told = decisions or {}
    rows = [
        Shown(
            row,
            statements.get(row.claim, row.old),
            f"place-{row.key}",
            told.get(row.key, row.suggestion),
        )
        for row in made.rows
    ]
    return sorted(rows, key=lambda one: not one.row.needs_somebody)


def replace(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for a new text; show what becomes of the claims; replace it."""
    article = find(admin, request, key)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    if request.method != "POST":
        initial = {"based_on": revisions.latest_revision(article)}
        return _asking(admin, request, article, ReplaceForm(initial=initial))
    if "body" in request.POST:
        return _deciding(admin, request, article)
    form = ReplaceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asking(admin, request, article, form, status=422)
    told = form.cleaned_data
    return _planned(admin, request, article, told["body"], told["based_on"])


def _deciding(admin: "ArticleAdmin", request: HttpRequest, article: Article) -> HttpResponse:
    body = clean(request.POST["body"])
    based_on = request.POST.get("based_on", "")
    number = int(based_on) if based_on.isascii() and based_on.isdigit() else None
    decisions = {
        name.removeprefix("place-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("place-")
    }
    if WITHDRAW in decisions.values():
        require(request, "claims.change_claim")
    try:
        made = services.replace_text(
            article, actor=request.user, body=body, decisions=decisions, based_on=number
        )
    except services.ConflictingSave:
        messages.error(
            request, _("The piece was changed in the meantime. Nothing was replaced: look again.")
        )
        latest = revisions.latest_revision(article)
        article.refresh_from_db()
        return _planned(admin, request, article, body, latest, status=409)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _planned(admin, request, article, body, number, status=422)
    gone = made.withdrawn(decisions)
    lost = sum(
        row.span(decisions.get(row.key, row.suggestion)) is None
        for row in made.rows
        if row.claim not in gone
    )
    messages.success(request, _("The text was replaced."))
    if lost:
        messages.warning(
            request,
            ngettext(
                "%(count)s passage is lost: place or withdraw its claim.",
                "%(count)s passages are lost: place or withdraw their claims.",
                lost,
            )
            % {"count": lost},
        )
    return HttpResponseRedirect(article.editing_address)


def _asking(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    form: ReplaceForm,
    status: int = 200,
) -> HttpResponse:
    return _page(admin, request, article, "replace", status, form=form, media=form.media)


def _planned(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    body: str,
    based_on: int | None,
    status: int = 200,
) -> HttpResponse:
    made = plan(article.body, clean(body), article.language)
    return _page(
        admin,
        request,
        article,
        "replace_plan",
        status,
        rows=shown(article, made),
        plan=made,
        may_withdraw=request.user.has_perm("claims.change_claim"),
        based_on=based_on,
    )


def _page(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    template: str,
    status: int,
    media: Any = None,
    **context: Any,
) -> HttpResponse:
    return admin.desk_page(
        request,
        template,
        title=_("Replace text"),
        status=status,
        media=admin.desk_media(request, media, writing=False),
        article=article,
        **context,
    )
