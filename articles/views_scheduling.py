"""What is to go out at its moment: shown, and taken back."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from . import services
from .models import Article, Plan
from .room import find, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def unschedule(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Take back what is scheduled, or drop what could not be published."""
    article = find(admin, request, key)
    require(request, "articles.publish_article")
    try:
        services.unschedule(article, actor=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Nothing of this piece is scheduled any more."))
    return HttpResponseRedirect(reverse("admin:articles_article_publish", args=[article.pk]))


def plans(article: Article) -> list[Plan]:
    """Return what is scheduled of a piece and what could not be published, with who planned it."""
    found: list[Any] = list(article.plans.open())
    people = get_user_model().objects.in_bulk({plan.actor for plan in found}) if found else {}
    for plan in found:
        plan.who = people.get(plan.actor)
    return found


def told(plan: Plan) -> str:
    """Return what the desk is told who has scheduled a piece."""
    return _("Scheduled: goes out on %(when)s.") % {"when": plan.when}
