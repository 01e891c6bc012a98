"""The writing view: a piece is shown, written and saved; conflicts and vanishing claims are told.

Each view of the desk takes the article's admin and the request, finds the piece, asks for
permission, and calls services. What a browser needs to go on writing comes back as parts of the
page, so that the text and the cursor in it are left alone.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.models import BaseInlineFormSet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.cards import people
from claims.models import Claim, Passage
from history.acts import act, lock
from history.models import Entry

from . import dialog, drafts, merging, services
from .body import clean
from .forms import ImageFormSet, Refused, WritingForm
from .models import Article
from .replacing import again
from .room import Room, as_key, find, parts, wants_parts

if TYPE_CHECKING:
    from .admin import ArticleAdmin


# What a browser needs of a working draft to go on with it.
KEPT = ("texts", "properties", "based_on")


class WritingRefused(Refused):
    def __init__(self, writing: WritingForm, images: BaseInlineFormSet) -> None:
        super().__init__(_("Something in the text or its properties is not right yet."))
        self.writing = writing
        self.images = images


@dataclass
class Saved:
    article: Article
    changed: bool
    foreign: int
    reload: bool
    revision: int


def save(request: HttpRequest, key: UUID, then: Callable[[Article], None] | None = None) -> Saved:
    """Save what was posted from the writing view, with what belongs to it, in one act.

    Raises ``Article.DoesNotExist``, ``WritingRefused``, ``services.ConflictingSave`` and
    ``services.ClaimsWouldVanish``, and whatever ``then`` raises; nothing is saved then.
    """
    with act("articles.article.saved", actor=request.user) as this:
        stored = lock(Article(pk=key))
        draft = copy(stored)
        data: QueryDict | None = request.POST
        if "merge" in request.POST:
            data = merging.resolved(stored, request.POST)
            if data is None:
                raise services.ConflictingSave(stored, this.found(stored))
        writing = WritingForm(data, instance=draft, stored=this.document(stored))
        images = ImageFormSet(data, request.FILES, instance=draft, prefix="images")
        if not (writing.is_valid() and images.is_valid()):
            raise WritingRefused(writing, images)
        if "place_again" in request.POST:
            # Marks that a broken client has stripped are put back where their words stand.
            draft.body = again(stored.body, clean(draft.body), draft.language).apply()
        told, changed = writing.cleaned_data, writing.changed_data
        admitted = services.write(
            this,
            stored,
            draft,
            based_on=told["based_on"],
            confirmed=confirmed(request),
            bylines=told["bylines"] if "bylines" in changed else None,
            tags=told["tags"] if "tags" in changed else None,
            save_images=images.save if images.has_changed() else None,
        )
        if then:
            then(draft)
        # What is saved need not be kept for its writer any more.
        drafts.drop(key, user=request.user)
        found = this.found(stored)
    return Saved(
        article=draft,
        changed=bool(this.entries),
        foreign=len(admitted.foreign),
        revision=next((e.revision for e in this.entries if e.revision), found),
        reload=any({"upload", "DELETE"} & set(form.changed_data) for form in images.forms),
    )


def confirmed(request: HttpRequest) -> list[UUID]:
    """Return the claims whose vanishing was agreed to."""
    return [key for value in request.POST.getlist("confirmed") if (key := as_key(value))]


def saved_messages(saved: Saved) -> list[str]:
    told = [
        _("Saved.") if saved.changed else _("Nothing had changed, so there is no new revision.")
    ]
    if saved.foreign:
        told.append(
            ngettext(
                "The mark of %(count)s claim of another piece was taken out; the words stay.",
                "The marks of %(count)s claims of other pieces were taken out; the words stay.",
                saved.foreign,
            )
            % {"count": saved.foreign}
        )
    return told


# Writing


def change(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The writing view; POST saves."""
    if request.method == "POST":
        return _posted(admin, request, key)
    article = find(admin, request, key)
    writing = images = None
    room = None
    if admin.has_change_permission(request, article):
        images = ImageFormSet(instance=article, prefix="images")
        room = Room.of(request, article, images.get_queryset())
        writing = WritingForm(instance=article, initial={"based_on": room.revision})
    return _page(admin, request, article, writing, images, room=room)


def _posted(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    # The piece is loaded when it is locked, not before: who may write may write any.
    if not admin.has_change_permission(request):
        raise PermissionDenied
    extra: dict[str, Any] = {}
    try:
        saved = save(request, key)
    except Article.DoesNotExist:
        raise Http404 from None
    except WritingRefused as refusal:
        writing, images = refusal.writing, refusal.images
    except services.ConflictingSave as conflict:
        writing, images = _kept(request, key)
        extra["conflict"] = Conflict.between(request, conflict)
    except services.ClaimsWouldVanish as vanishing:
        writing, images = _kept(request, key)
        extra["vanishing"] = _vanishing(vanishing.claims, writing)
    else:
        article, told = saved.article, saved_messages(saved)
        if wants_parts(request) and not saved.reload:
            # Saving is quick; what follows from it for the page is asked for next.
            return JsonResponse({"based_on": saved.revision, "messages": told, "stale": True})
        for text in told:
            # The page that comes next need not keep what was sent.
            messages.success(request, text, extra_tags="arrived")
        if wants_parts(request):
            return JsonResponse({"location": article.editing_address})
        return HttpResponseRedirect(article.editing_address)
    if wants_parts(request):
        # The page itself says what is wrong, with both texts if need be: send the form whole.
        return JsonResponse({"submit": True}, status=409)
    writing.offer_people()
    article = find(admin, request, key)
    return _page(admin, request, article, writing, images, status=409 if extra else 422, **extra)


def current(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The parts of the writing view as they are now."""
    return parts(request, find(admin, request, key))


def _kept(request: HttpRequest, key: UUID) -> tuple[WritingForm, BaseInlineFormSet]:
    """Return the forms as they were sent, over the piece as it is stored."""
    stored = Article.objects.get(pk=key)
    writing = WritingForm(request.POST, instance=stored)
    writing.is_valid()
    images = ImageFormSet(request.POST, request.FILES, instance=stored, prefix="images")
    images.is_valid()
    return writing, images


@dataclass
class Conflict:
    """What somebody else has saved while this editor wrote.

    ``merge`` is ``None`` if what the editor had opened is not known.
    """

    who: str
    when: str
    revision: int
    merge: merging.Merge | None

    @classmethod
    def between(cls, request: HttpRequest, conflict: services.ConflictingSave) -> "Conflict":
        entry = Entry.objects.of(conflict.stored).revisions().first()
        who = people([entry.actor]).get(entry.actor, "") if entry and entry.actor else ""
        found = merging.between(conflict.stored, request.POST)
        return cls(
            who=who or _("Somebody"),
            when=date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")
            if entry
            else "",
            revision=conflict.revision,
            merge=found[0] if found else None,
        )


def _vanishing(gone: list[Claim], writing: WritingForm) -> list[dict[str, Any]]:
    """Return what would be lost: the claims, their words, and the words that state them now."""
    words: dict[UUID, list[str]] = {claim.pk: [] for claim in gone}
    for row in Passage.objects.filter(claim__in=gone).order_by("start"):
        words[row.claim_id].append(row.exact)
    stored = Article.objects.get(pk=writing.instance.pk)
    body = clean(writing.cleaned_data.get("body", ""))
    found: dict[UUID, list[str]] = {claim.pk: [] for claim in gone}
    for placed in again(stored.body, body, stored.language).rows:
        if placed.claim in found and placed.new:
            found[placed.claim].append(placed.new)
    return [{"claim": one, "words": words[one.pk], "found": found[one.pk]} for one in gone]


def _figures(room: Room, images: BaseInlineFormSet | None) -> list[dict[str, Any]]:
    """Return the pictures with their forms, so that captions are written where they stand."""
    forms = {form.instance.pk: form for form in images.forms} if images is not None else {}
    return [{**figure, "form": forms.get(figure["image"].pk)} for figure in room.figures]


def _page(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    writing: WritingForm | None,
    images: BaseInlineFormSet | None,
    status: int = 200,
    room: Room | None = None,
    **extra: Any,
) -> HttpResponse:
    # A refused form has put its values on its instance; the room shows what is stored.
    room = room or Room.of(request, article)
    unsaved = None
    if writing is not None and not writing.is_bound:
        unsaved = drafts.offered(article, room.copy.images, user=request.user)
    media = writing.media + images.media if writing is not None and images is not None else None
    return admin.desk_page(
        request,
        "change_form",
        title=article.headline,
        status=status,
        media=admin.desk_media(request, media),
        article=article,
        room=room,
        writing=writing,
        images=images,
        figures=_figures(room, images),
        blank=dialog.blank(request, room) if writing and room.may["add_claim"] else "",
        may_hand_on=admin.has_change_permission(request, article),
        unsaved=unsaved,
        outdated=bool(unsaved and unsaved.based_on != room.revision),
        kept={name: getattr(unsaved, name) for name in KEPT} if unsaved else None,
        found_again=any(row["found"] for row in extra.get("vanishing", ())),
        **{"conflict": None, "vanishing": None, **extra},
    )
