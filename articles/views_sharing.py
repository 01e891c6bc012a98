"""A draft for somebody who was given a link: as readers would get it, and marked as a preview."""

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from django.views.decorators.http import require_safe

from . import blocking, services, sharing, wording
from . import page as pages
from .forms import Refused, blaming
from .models import image_storage
from .room import find, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a draft; a link that has ended says so (410), a wrong one is not found."""
    try:
        link = sharing.follow(token)
    except sharing.Unknown:
        raise Http404 from None
    except sharing.Ended:
        with override(settings.LANGUAGE_CODE):
            return _private(render(request, "articles/preview_ended.html", status=410))
    # A draft that leaves the house is under what the piece is under.
    document = blocking.shown(services.preview(link.article), link.article.standing_blocks)
    with override(link.article.language):
        context = pages.draft_context(
            document, site=settings.NEWSROOM["SITE"], image_url=image_storage().url
        )
        context |= {"maker": link.maker, "until": wording.moment(link.until.isoformat())}
        response = render(request, "articles/preview.html", context)
    response["Content-Language"] = link.article.language
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    """Keep a page out of caches and search engines, and its address out of what it links to."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label=gettext_lazy("The link holds for"),
        coerce=int,
        initial=3,
        choices=lambda: [
            (days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in sharing.DAYS
        ],
    )


def share(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Make a link to the draft; it is shown once, on the answer to the POST."""
    article = find(admin, request, key)
    require(request, "articles.change_article")
    form = ShareForm(request.POST or None)
    address, until, status = "", None, 422 if form.is_bound else 200
    if form.is_valid():
        try:
            with blaming(form):
                days = form.cleaned_data["days"]
                token, until = services.share_draft(article, actor=request.user, days=days)
        except Refused:
            pass
        else:
            path = reverse("articles:shared", args=[token])
            address, status = f"{settings.NEWSROOM['SITE']}{path}", 200
    return admin.desk_page(
        request,
        "share",
        title=_("Show to others"),
        status=status,
        media=admin.desk_media(request, form.media, writing=False),
        article=article,
        form=form,
        address=address,
        until=until,
    )
