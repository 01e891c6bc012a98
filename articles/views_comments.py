"""Comments beside the text: threads are read, begun, answered, resolved and opened again."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from claims.models import Citation, Claim

from . import comments
from .choices import About
from .models import Article, Comment
from .room import as_key, find, may, require

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def talk(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The threads of a piece; POST does one ``action``: begin, answer, resolve or reopen."""
    article = find(admin, request, key)
    require(request, "articles.view_comment")
    error = ""
    if request.method == "POST":
        require(request, "articles.add_comment")
        try:
            _do(request, article)
        except ValidationError as refused:
            error = " ".join(refused.messages)
    return _answer(request, article, error)


def _do(request: HttpRequest, article: Article) -> None:
    action, text = request.POST.get("action", ""), request.POST.get("text", "")
    if action == "begin":
        comments.begin(article, author=request.user, text=text, subject=_subject(request, article))
        return
    thread = get_object_or_404(
        Comment.objects.threads(), article=article, pk=as_key(request.POST.get("thread", ""))
    )
    if action == "answer":
        comments.answer(thread, author=request.user, text=text)
    elif action == "resolve":
        comments.resolve(thread, actor=request.user)
    elif action == "reopen":
        comments.reopen(thread)
    else:
        raise PermissionDenied


def _subject(request: HttpRequest, article: Article) -> comments.Subject:
    data = request.POST
    about = data.get("about", About.PIECE)
    if about == About.PASSAGE:
        try:
            field, image = comments.place_of(data.get("place", ""))
        except ValueError:
            raise ValidationError(_("There is no such place in this piece.")) from None
        near = data.get("near", "")
        return comments.on_passage(
            article, field, image, data.get("words", ""), int(near) if near.isdecimal() else 0
        )
    if about == About.CLAIM:
        found = get_object_or_404(Claim, article=article, pk=as_key(data.get("claim", "")))
        return comments.on_claim(found)
    if about == About.CITATION:
        cited = Citation.objects.select_related("source", "claim").filter(claim__article=article)
        return comments.on_citation(get_object_or_404(cited, pk=as_key(data.get("citation", ""))))
    return comments.Subject()


def _answer(request: HttpRequest, article: Article, error: str) -> JsonResponse:
    found = comments.threads(article, user=request.user)
    comments.look(article, user=request.user)
    may_write = may(request, "articles.add_comment")
    html = render_to_string(
        "admin/articles/article/_comments.html",
        {
            "threads": found,
            "may_write": may_write,
            "colleagues": comments.colleagues() if may_write else [],
            "error": error,
        },
        request=request,
    )
    is_open = [thread for thread in found if not thread.first.resolved_at]
    return JsonResponse(
        {
            "html": html,
            "open": len(is_open),
            "passages": [
                {"id": str(t.first.pk), "place": t.first.field, "words": t.first.exact}
                for t in is_open
                if t.first.about == About.PASSAGE and not t.gone
            ],
        },
        status=422 if error else 200,
    )
