"""While somebody writes: their text is kept every few seconds, and others see them there."""

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from . import drafts
from .models import Article

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def presence(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Say that one is there, or that one leaves; the answer says who else is."""
    if not admin.has_view_or_change_permission(request):
        raise PermissionDenied
    if not Article.objects.filter(pk=key).exists():
        return JsonResponse({}, status=404)
    visit = _visit(request)
    if visit is None:
        return JsonResponse({}, status=400)
    if request.POST.get("leave"):
        drafts.leave(key, user=request.user, visit=visit)
        return JsonResponse({})
    return _answer(request, drafts.enter(key, user=request.user, visit=visit))


def draft(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep what was written so far, or forget it (``drop``). Nothing of it enters the history."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    if request.POST.get("drop"):
        drafts.drop(key, user=request.user)
        return JsonResponse({})
    if not Article.objects.filter(pk=key).exists():
        return JsonResponse({}, status=404)
    based_on = request.POST.get("based_on", "")
    texts = drafts.told(request.POST)
    visit = _visit(request)
    sent = request.POST.get("properties", "")
    if sum(map(len, [sent, *texts.values()])) > drafts.MOST:
        return JsonResponse({}, status=413)
    try:
        properties = drafts.told_properties(sent)
    except (ValueError, RecursionError):
        return JsonResponse({}, status=400)
    if not re.fullmatch("[0-9]{1,9}", based_on) or not texts or visit is None:
        return JsonResponse({}, status=400)
    drafts.keep(key, user=request.user, based_on=int(based_on), texts=texts, properties=properties)
    return _answer(request, drafts.enter(key, user=request.user, visit=visit, wrote=True))


def _visit(request: HttpRequest) -> UUID | None:
    try:
        return UUID(hex=request.POST.get("visit", ""))
    except ValueError:
        return None


def _answer(request: HttpRequest, others: list[drafts.Other]) -> JsonResponse:
    html = render_to_string(
        "admin/articles/article/_presence.html", {"others": others}, request=request
    )
    return JsonResponse({"parts": {"presence": html}})
