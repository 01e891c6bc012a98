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
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.cards import people, whole_words
from claims.models import Claim, Passage
from claims.text import read
from history import revisions
from history.acts import act, lock
from history.models import Entry

from . import services
from .body import clean
from .forms import ImageFormSet, Refused, WritingForm
from .models import Article
from .replacing import again
from .room import Room, as_key, find, parts, wants_parts

if TYPE_CHECKING:
    from .admin import ArticleAdmin

# The parts of the content that the writing view's form writes.
WRITTEN = ("kicker", "headline", "standfirst", "body")


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


def save(request: HttpRequest, key: UUID, then: Callable[[Article], None] | None = None) -> Saved:
    """Save what was posted from the writing view, with what belongs to it, in one act.

    Raises ``Article.DoesNotExist``, ``WritingRefused``, ``services.ConflictingSave`` and
    ``services.ClaimsWouldVanish``, and whatever ``then`` raises; nothing is saved then.
    """
    with act("articles.article.saved", actor=request.user) as this:
        stored = lock(Article(pk=key))
        draft = copy(stored)
        writing = WritingForm(request.POST, instance=draft)
        images = ImageFormSet(request.POST, request.FILES, instance=draft, prefix="images")
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
    return Saved(
        article=draft,
        changed=bool(this.entries),
        foreign=len(admitted.foreign),
        reload=images.has_changed(),
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
    if admin.has_change_permission(request, article):
        writing = WritingForm(
            instance=article, initial={"based_on": revisions.latest_revision(article)}
        )
        images = ImageFormSet(instance=article, prefix="images")
    return _page(admin, request, article, writing, images)


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
        extra["conflict"] = Conflict.between(request, conflict, writing)
    except services.ClaimsWouldVanish as vanishing:
        writing, images = _kept(request, key)
        extra["vanishing"] = _vanishing(vanishing.claims, writing)
    else:
        article, told = saved.article, saved_messages(saved)
        if wants_parts(request) and not saved.reload:
            return parts(request, article, messages=told)
        for text in told:
            messages.success(request, text)
        if wants_parts(request):
            return JsonResponse({"location": article.editing_address})
        return HttpResponseRedirect(article.editing_address)
    if wants_parts(request):
        # The page itself says what is wrong, with both texts if need be: send the form whole.
        return JsonResponse({"submit": True}, status=409)
    writing.offer_people()
    article = find(admin, request, key)
    return _page(admin, request, article, writing, images, status=409 if extra else 422, **extra)


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
    """What somebody else has saved while this editor wrote."""

    who: str
    when: str
    revision: int
    differences: list[dict[str, Any]]

    @classmethod
    def between(
        cls, request: HttpRequest, conflict: services.ConflictingSave, writing: WritingForm
    ) -> "Conflict":
        entry = Entry.objects.of(conflict.stored).revisions().first()
        who = people([entry.actor]).get(entry.actor, "") if entry and entry.actor else ""
        mine = writing.cleaned_data
        differences = []
        for name in WRITTEN:
            theirs = getattr(conflict.stored, name)
            own = mine[name] if name in mine else writing.data.get(name, "")
            if name == "body":
                theirs, own = read(theirs).text, read(own).text
            if theirs != own:
                differences.append(
                    {
                        "label": writing.fields[name].label,
                        "theirs": theirs,
                        "both": whole_words(theirs, own),
                    }
                )
        return cls(
            who=who or _("Somebody"),
            when=date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")
            if entry
            else "",
            revision=conflict.revision,
            differences=differences,
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


def _page(
    admin: "ArticleAdmin",
    request: HttpRequest,
    article: Article,
    writing: WritingForm | None,
    images: BaseInlineFormSet | None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    # A refused form has put its values on its instance; the room shows what is stored.
    room = Room.of(request, article)
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
        may_hand_on=admin.has_change_permission(request, article),
        found_again=any(row["found"] for row in extra.get("vanishing", ())),
        **{"conflict": None, "vanishing": None, **extra},
    )
