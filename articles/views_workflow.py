"""Handing a piece on, putting it away and bringing it back, and going back to a revision."""

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from claims.models import Passage
from history.models import Entry

from . import services
from .choices import State
from .forms import HandOnForm, Refused, blaming
from .parts import NoSuchPart, Part
from .piece import RestoreRefused
from .room import find

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def hand_on(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """State, who has it now, until when, and a note to them."""
    article = find(admin, request, key)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    if request.method == "POST":
        form = HandOnForm(request.POST)
        if form.is_valid():
            told = form.cleaned_data
            try:
                with blaming(form):
                    services.set_state(
                        article, actor=request.user, state=told["state"],
                        assignee=told["assignee"], due=told["due"], comment=told["note"],
                    )  # fmt: skip
            except Refused:
                pass
            else:
                with_whom = told["assignee"] or _("nobody")
                messages.success(request, _("Handed on to %(who)s.") % {"who": with_whom})
                return HttpResponseRedirect(article.editing_address)
    else:
        form = HandOnForm(
            initial={"state": article.state, "assignee": article.assignee_id, "due": article.due}
        )
    return admin.desk_page(
        request,
        "hand_on",
        title=_("Hand on"),
        status=422 if form.is_bound else 200,
        media=admin.desk_media(request, form.media, writing=False),
        article=article,
        form=form,
        live=article.publications.exists(),
        may_shelve=admin.may_shelve(request),
        shelved=article.state == State.SHELVED,
    )


def shelve(admin: "ArticleAdmin", request: HttpRequest, key: UUID, *, back: bool) -> HttpResponse:
    """Put a draft away, or bring it back."""
    article = find(admin, request, key)
    if not admin.may_shelve(request):
        raise PermissionDenied
    comment = request.POST.get("note", "")
    try:
        if back:
            services.recover(article, actor=request.user, comment=comment)
            messages.success(request, _("The piece is a draft again."))
        else:
            services.shelve(article, actor=request.user, comment=comment)
            messages.success(request, _("The piece was shelved. Nothing of it is deleted."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(article.editing_address)


def restore(admin: "ArticleAdmin", request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Go back to the content of an earlier revision, or of one part of it (`?part=`)."""
    article = find(admin, request, key)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    based_on = request.POST.get("based_on", "")
    told: dict[str, Any] = {
        "revision": number,
        "actor": request.user,
        "comment": request.POST.get("comment", ""),
        "based_on": int(based_on) if re.fullmatch("[0-9]{1,9}", based_on) else None,
    }
    asked = request.GET.get("part", "")
    try:
        if asked:
            made = services.restore_part(article, part=Part.read(asked), **told)
        else:
            made = services.restore(article, **told)
    except (Entry.DoesNotExist, NoSuchPart):
        raise Http404 from None
    except services.ConflictingSave:
        messages.warning(
            request, _("The piece was changed in the meantime. Look again at what would change.")
        )
        return HttpResponseRedirect(request.get_full_path())
    except RestoreRefused as refusal:
        messages.error(request, str(refusal))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if made is None:
            messages.info(request, _("The piece is as it was then already."))
        else:
            messages.success(request, _("Restored from revision %(number)s.") % {"number": number})
            if asked.startswith("claim:"):
                _tell_lost(request, Part.read(asked))
    return HttpResponseRedirect(article.editing_address)


def _tell_lost(request: HttpRequest, part: Part) -> None:
    if not Passage.objects.filter(claim=UUID(part.key), start__isnull=False).exists():
        messages.warning(
            request,
            _("The words of the claim stand nowhere now: it is back as lost. Mark a passage."),
        )
