"""Legal blocks at the desk."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.cards import people

from . import services
from .blocking import BlockNotComplete
from .forms import BlockForm, Refused, UnblockForm, blaming
from .models import Article, LegalBlock, Publication
from .room import find, require
from .slugs import slug_of

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def block(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """What is blocked, and was; POST blocks more."""
    require(request, "articles.block_article")
    article = find(admin, request, key)
    form = BlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _doing(
            request,
            form,
            lambda: services.block(article, actor=request.user, **form.told),
            _("Blocked, and every page that readers get was replaced."),
        )
        if done:
            return _back(article)
    return _page(admin, request, article, form)


def unblock(
    admin: "ArticleAdmin", request: HttpRequest, key: UUID, block_key: UUID
) -> HttpResponse:
    """Lift a block."""
    require(request, "articles.block_article")
    article = find(admin, request, key)
    standing = get_object_or_404(LegalBlock, pk=block_key, article=article)
    lifting = UnblockForm(request.POST)
    if lifting.is_valid():
        done = _doing(
            request,
            lifting,
            lambda: services.unblock(standing, actor=request.user, **lifting.cleaned_data),
            _("The block is lifted."),
        )
        if done:
            return _back(article)
    return _page(admin, request, article, BlockForm(), lifting, standing)


def _doing(request: HttpRequest, form: Any, act: Callable[[], Any], said: str) -> bool:
    """Do it; return whether it is on record. What readers still get is told loudly."""
    try:
        with blaming(form):
            act()
    except Refused:
        return False
    except BlockNotComplete as error:
        messages.error(
            request,
            _(
                "It is on record, but NOT every file that readers get could be replaced:"
                " %(why)s. Have “manage.py bake” run at once."
            )
            % {"why": error},
        )
        return True
    messages.success(request, said)
    return True


def _back(article: Article) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:articles_article_block", args=[article.pk]))


def _page(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    form: BlockForm,
    lifting: UnblockForm | None = None,
    refused: LegalBlock | None = None,
) -> HttpResponse:
    rows = list(article.legal_blocks.select_related("lifted_by").filter(lifts=None))
    names = people(
        key for row in rows for key in (row.actor, *([row.lifted_by.actor] if _lifted(row) else []))
    )
    published = Publication.stored.filter(article=article).order_by("slug")
    slugs = list(published.values_list("slug", flat=True).distinct())
    return admin.desk_page(
        request,
        "block",
        title=_("Legal block"),
        status=422 if form.is_bound or lifting is not None else 200,
        media=admin.desk_media(request, form.media, writing=False),
        article=article,
        form=form,
        blocks=[
            {
                "row": row,
                "by": names.get(row.actor, ""),
                "slug": next((slug for slug in slugs if _is_in(slug, row.words)), ""),
                "lifted": row.lifted_by if _lifted(row) else None,
                "lifted_by": names.get(row.lifted_by.actor, "") if _lifted(row) else "",
                "form": lifting if refused is not None and refused.pk == row.pk else UnblockForm(),
            }
            for row in rows[::-1]
        ],
    )


def _is_in(slug: str, words: list[str]) -> bool:
    return any(written in slug for word in words if (written := slug_of(word)))


def _lifted(row: LegalBlock) -> bool:
    return hasattr(row, "lifted_by")
