"""The writing view of the desk, and what is done from it.

Each view takes the article's admin and the request, finds the piece, asks for permission, and
calls services. What a browser needs to go on writing comes back as parts of the page, so that
the text and the cursor in it are left alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from claims import services as claims
from claims.cards import Card, Deck, people, whole_words
from claims.choices import Place as Field
from claims.choices import Verdict
from claims.forms import CheckForm, CitationForm, ClaimForm, NewSourceForm, PassageForm
from claims.models import Citation, Claim, Passage
from claims.standing import Evidence, fingerprint
from claims.text import Span, annotate, passages, read
from history import revisions
from history.acts import act, lock
from history.models import Entry
from sources.choices import Tier
from sources.models import Source
from sources.references import issued
from sources.services import create_source, record_view

from . import gate, page, public, services
from .choices import Kind, State
from .forms import (
    CorrectionFormSet,
    HandOnForm,
    ImageFormSet,
    PublishForm,
    WritingForm,
    apply_bylines,
)
from .models import Article, Publication, image_storage
from .working_copy import WorkingCopy

if TYPE_CHECKING:
    from .admin import ArticleAdmin

TYPEAHEAD = 8
# The parts of the content that the writing view's form writes.
WRITTEN = ("kicker", "headline", "standfirst", "body")


def may(request: HttpRequest, name: str) -> bool:
    return request.user.has_perm(name)  # type: ignore[union-attr]


def wants_parts(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


# What the view shows


@dataclass
class Room:
    """A piece as the writing view shows it, in a fixed number of queries."""

    request: HttpRequest
    copy: WorkingCopy

    @classmethod
    def of(cls, request: HttpRequest, article: Article) -> "Room":
        return cls(request, WorkingCopy.load(article))

    @property
    def article(self) -> Article:
        return self.copy.article

    @cached_property
    def deck(self) -> Deck:
        return Deck(self.copy.evidence, self.copy.claims)

    @cached_property
    def latest(self) -> Entry | None:
        return Entry.objects.of(self.article).revisions().only("at", "revision", "actor").first()

    @property
    def revision(self) -> int:
        return (self.latest.revision or 0) if self.latest else 0

    @cached_property
    def live(self) -> Publication | None:
        return self.article.publications.defer("document").order_by("-number").first()

    @cached_property
    def unpublished(self) -> bool:
        """Whether the content has changed since what is live."""
        if self.live is None or self.live.revision == self.revision:
            return False
        documents = revisions.documents(self.article, self.live.revision, self.revision)
        contents = [document["content"] for document in documents.values()]
        return len(contents) != 2 or contents[0] != contents[1]

    @property
    def saved(self) -> str:
        if self.latest is None:
            return ""
        at = timezone.localtime(self.latest.at)
        if at.date() == timezone.localdate():
            return date_format(at, "TIME_FORMAT")
        return date_format(at, "SHORT_DATETIME_FORMAT")

    @property
    def read(self) -> int:
        return len(self.copy.sentences) - len(self.copy.unread)

    @property
    def unread_places(self) -> dict[str, bool]:
        """The plain fields in which something is unread."""
        return {s.field: True for s in self.copy.unread if s.field != Field.BODY}

    @cached_property
    def may(self) -> dict[str, bool]:
        names = {
            "write": "articles.change_article",
            "add_claim": "claims.add_claim",
            "change_claim": "claims.change_claim",
            "cite": "claims.add_citation",
            "check": "claims.add_check",
            "read": "claims.add_reading",
            "publish": "articles.publish_article",
        }
        return {key: may(self.request, name) for key, name in names.items()}

    @property
    def paint(self) -> dict[str, Any]:
        """What the browser paints into the text: standings by claim, unread sentences by block."""
        blocks = self.copy.body.manuscript.blocks
        return {
            "standings": {str(card.claim.pk): card.state for card in self.deck},
            "labels": {str(card.claim.pk): card.label for card in self.deck},
            "unread": [
                {
                    "digest": sentence.digest,
                    "place": sentence.field,
                    "image": str(sentence.image) if sentence.image else None,
                    "block": sentence.block,
                    "start": sentence.start
                    - (blocks[sentence.block].start if sentence.field == Field.BODY else 0),
                    "text": sentence.text,
                }
                for sentence in self.copy.unread
            ],
            "sentences": len(self.copy.sentences),
        }

    def parts(self) -> dict[str, Any]:
        """The parts of the page that change while somebody writes on."""
        context = {"room": self, "article": self.article}
        return {
            "based_on": self.revision,
            "paint": self.paint,
            "parts": {
                name: render_to_string(template, context, request=self.request)
                for name, template in (
                    ("rail", "claims/_evidence_rail.html"),
                    ("state", "admin/articles/article/_state_line.html"),
                    ("reading", "admin/articles/article/_reading_progress.html"),
                )
            },
        }

    # The text for those who do not write

    def spans(self, field: str, image: UUID | None = None) -> list[Span]:
        """The ranges of one place that are painted: claims by standing, unread sentences."""
        place = next(place for place in self.copy.places if place.key == (field, image))
        spans = [
            Span(s.start, s.end, {"class": "unread-sentence", "data-sentence": s.digest})
            for s in self.copy.unread
            if (s.field, s.image) == (field, image)
        ]
        states = {str(card.claim.pk): card.state for card in self.deck}
        if field == Field.BODY:
            marked = [
                (start, end, claim)
                for claim, runs in passages(place.manuscript).items()
                for start, end in runs
            ]
        else:
            marked = [
                (row.start or 0, row.end or 0, str(row.claim_id))
                for row in self.copy.passages_in(field, image)
            ]
        return spans + [
            Span(
                start,
                end,
                {
                    "data-claim": claim,
                    "class": "claim-mark",
                    "data-standing": states.get(claim, "unchecked"),
                },
            )
            for start, end, claim in marked
        ]

    @property
    def body_html(self) -> SafeString:
        # The stored body is sanitised; annotate adds nothing but spans.
        html = annotate(self.article.body, self.spans(Field.BODY), keep_marks=False)
        return mark_safe(html)

    def _plain(self, field: str, text: str, image: UUID | None = None) -> SafeString:
        html = f"<p>{escape(text).replace(chr(10), '<br>')}</p>" if text else ""
        if html:
            html = annotate(html, self.spans(field, image), keep_marks=False)
        return mark_safe(html)

    @property
    def plain_html(self) -> dict[str, SafeString]:
        article = self.article
        return {
            name: self._plain(name, getattr(article, name))
            for name in ("kicker", "headline", "standfirst")
        }

    @property
    def figures(self) -> list[dict[str, Any]]:
        return [
            {
                "image": image,
                "url": image_storage().url(image.file),
                "caption": self._plain(Field.CAPTION, image.caption, image.pk),
            }
            for image in self.copy.images
        ]


def find(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> Article:
    """Return the piece for somebody who may see it; 404 or 403 otherwise."""
    article = Article.objects.select_related("section", "assignee").filter(pk=key).first()
    if article is None:
        raise Http404
    if not admin.has_view_or_change_permission(request, article):
        raise PermissionDenied
    return article


def require(request: HttpRequest, *names: str) -> None:
    """Raise ``PermissionDenied`` unless the user has one of the permissions."""
    if not any(may(request, name) for name in names):
        raise PermissionDenied


# Saving


class Refused(Exception):
    """Something that was filled in cannot be saved; the forms say what."""


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


def save(
    request: HttpRequest, article: Article, then: Callable[[Article], None] | None = None
) -> Saved:
    """Save what was posted from the writing view, with what belongs to it, in one act.

    Raises ``WritingRefused``, ``services.ConflictingSave`` and ``services.ClaimsWouldVanish``,
    and whatever ``then`` raises; nothing is saved then.
    """
    with act("articles.article.saved", actor=request.user) as this:
        stored = lock(article)
        draft = copy(stored)
        writing = WritingForm(request.POST, instance=draft)
        images = ImageFormSet(request.POST, request.FILES, instance=draft, prefix="images")
        if not (writing.is_valid() and images.is_valid()):
            raise WritingRefused(writing, images)
        admitted = services.guard_save(
            stored,
            draft,
            based_on=writing.cleaned_data["based_on"],
            confirmed=confirmed(request),
        )
        if writing.has_changed() or draft.body != stored.body:
            draft.save()
            if "tags" in writing.changed_data:
                draft.tags.set(writing.cleaned_data["tags"])
            if "bylines" in writing.changed_data:
                apply_bylines(draft, writing.cleaned_data["bylines"])
        if images.has_changed():
            images.save()
        claims.sync(draft)
        if draft.slug != stored.slug:
            this.note(draft, workflow={"slug": [stored.slug, draft.slug]})
        if then:
            then(draft)
    return Saved(
        article=draft,
        changed=bool(this.entries),
        foreign=len(admitted.foreign),
        reload=images.has_changed(),
    )


def confirmed(request: HttpRequest) -> list[UUID]:
    keys = []
    for value in request.POST.getlist("confirmed"):
        try:
            keys.append(UUID(value))
        except ValueError:
            continue
    return keys


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
    article = find(admin, request, key)
    writes = admin.has_change_permission(request, article)
    if request.method != "POST":
        writing = images = None
        if writes:
            writing = WritingForm(
                instance=article, initial={"based_on": revisions.latest_revision(article)}
            )
            images = ImageFormSet(instance=article, prefix="images")
        return _page(admin, request, article, writing, images)
    if not writes:
        raise PermissionDenied
    extra: dict[str, Any] = {}
    try:
        saved = save(request, article)
    except WritingRefused as refusal:
        writing, images = refusal.writing, refusal.images
    except services.ConflictingSave as conflict:
        writing, images = _kept(request, article)
        extra["conflict"] = Conflict.between(request, conflict, writing)
    except services.ClaimsWouldVanish as vanishing:
        writing, images = _kept(request, article)
        extra["vanishing"] = _vanishing(vanishing.claims)
    else:
        told = saved_messages(saved)
        if wants_parts(request) and not saved.reload:
            return _parts(request, article, messages=told)
        for text in told:
            messages.success(request, text)
        address = reverse("admin:articles_article_change", args=[article.pk])
        if wants_parts(request):
            return JsonResponse({"location": address})
        return HttpResponseRedirect(address)
    if wants_parts(request):
        # The page itself says what is wrong, with both texts if need be: send the form whole.
        return JsonResponse({"submit": True}, status=409)
    writing.offer_people()
    return _page(admin, request, article, writing, images, status=409 if extra else 422, **extra)


def _kept(request: HttpRequest, article: Article) -> tuple[WritingForm, BaseInlineFormSet]:
    """Return the forms as they were sent, over the piece as it is stored."""
    stored = Article.objects.get(pk=article.pk)
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
            theirs, own = getattr(conflict.stored, name), mine.get(name, writing.data.get(name, ""))
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


def _vanishing(gone: list[Claim]) -> list[dict[str, Any]]:
    words = {claim.pk: [] for claim in gone}
    rows = Passage.objects.filter(claim__in=gone)
    for row in rows.order_by("start"):
        words[row.claim_id].append(row.exact)
    return [{"claim": claim, "words": words[claim.pk]} for claim in gone]


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
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": article.headline,
        "article": article,
        "room": room,
        "writing": writing,
        "images": images,
        "conflict": None,
        "vanishing": None,
        "media": admin.desk_media(request, media),
        "may_hand_on": admin.has_change_permission(request, article),
        "is_nav_sidebar_enabled": False,
        **extra,
    }
    return TemplateResponse(
        request, "admin/articles/article/change_form.html", context, status=status
    )


def _parts(
    request: HttpRequest,
    article: Article,
    *,
    messages: list[str] | tuple[str, ...] = (),
    status: int = 200,
    **more: Any,
) -> JsonResponse:
    """Answer with the parts of the page as they are now."""
    fresh = Article.objects.select_related("section", "assignee").get(pk=article.pk)
    return JsonResponse(
        {**Room.of(request, fresh).parts(), "messages": list(messages), **more}, status=status
    )


# Claims


@dataclass
class Dialog:
    """The claim dialog's forms: what is asked depends on who asks."""

    room: Room
    key: UUID
    claim: Claim | None
    form: ClaimForm | None
    citing: CitationForm | None
    source: NewSourceForm
    passage: PassageForm | None
    chosen: Source | None = None
    error: str = ""

    @property
    def card(self) -> Card | None:
        return self.room.deck.card(self.key) if self.claim else None

    @property
    def forms(self) -> list[BaseForm]:
        asked: list[BaseForm | None] = [self.form, self.citing, self.passage]
        if self.citing is not None and self.citing.new_source:
            asked.append(self.source)
        return [form for form in asked if form is not None]

    def valid(self) -> bool:
        # All of them are asked, so that everything that is wrong is told at once.
        wrong = [form for form in self.forms if not form.is_valid()]
        return not wrong

    @property
    def rests_on(self) -> list[Claim]:
        if self.form is None:
            return []
        if self.form.is_bound:
            keys = self.form.data.getlist("claim-rests_on")
            return list(Claim.objects.filter(pk__in=[key for key in keys if _is_key(key)]))
        if self.claim is None:
            return []
        own = self.room.copy.evidence.claims
        return [own[row.pk] for row in own[self.key].rests_on.all()]

    def rendered(self, request: HttpRequest) -> str:
        return render_to_string(
            "claims/claim_dialog.html",
            {"dialog": self, "room": self.room, "article": self.room.article},
            request=request,
        )


def _is_key(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _dialog(
    request: HttpRequest, room: Room, key: UUID, claim: Claim | None, data: Any = None
) -> Dialog:
    may_change = room.may["change_claim"] if claim else room.may["add_claim"]
    writes = may_change and room.may["write"]
    form = passage = citing = chosen = None
    # The browser sends no claim along if all it wants is to cite.
    bound = data if data is not None else None
    if writes:
        instance = copy(claim) if claim else Claim(pk=key, article=room.article)
        initial = {"statement": request.GET.get("words", "")} if claim is None else {}
        form = ClaimForm(bound, instance=instance, prefix="claim", initial=initial)
        passage = PassageForm(bound, prefix="also", images=room.copy.images)
    new_source = bool(data and data.get("new_source"))
    if room.may["cite"]:
        initial = {}
        wanted = request.GET.get("citation", "")
        if data is None and claim and _is_key(wanted):
            citation = _citation(claim, wanted)
            shown = _words_shown(request, citation)
            initial = CitationForm.initial_of(citation, words=shown)
            chosen = citation.source
        citing = CitationForm(
            bound, prefix="cite", user=request.user, new_source=new_source, initial=initial
        )
        picked = data.get("cite-source", "") if data else ""
        if _is_key(picked):
            chosen = Source.objects.offered_to(request.user).filter(pk=picked).first()
    return Dialog(
        room=room, key=key, claim=claim, form=form, citing=citing, passage=passage, chosen=chosen,
        source=NewSourceForm(bound if new_source else None, prefix="source"),
    )  # fmt: skip


def _citation(claim: Claim, key: Any) -> Citation:
    citation = claim.citations.select_related("source").filter(pk=key).first()
    if citation is None:
        raise Http404
    return citation


def _words_shown(request: HttpRequest, citation: Citation) -> bool:
    """Whether the words of a citation may be shown; if they are protected, that is recorded."""
    if Tier.strictest(citation.tier, citation.source.tier) != Tier.CONFIDENTIAL:
        return True
    if not may(request, "sources.view_identity"):
        return False
    record_view(citation.source, actor=request.user)
    return True


def _claim_of(article: Article, key: UUID) -> Claim | None:
    """Return the piece's claim, or ``None`` if the key is free; 404 for another piece's."""
    found = Claim.objects.filter(pk=key).first()
    if found is not None and found.article_id != article.pk:
        raise Http404
    return found


def _live_claim_of(article: Article, key: UUID) -> Claim:
    found = _claim_of(article, key)
    if found is None or found.withdrawn:
        raise Http404
    return found


def claim(admin: "ArticleAdmin", request: HttpRequest, key: UUID, claim_key: UUID) -> HttpResponse:
    """The claim dialog. POST saves text, claim and evidence together, or does one ``action``."""
    article = find(admin, request, key)
    found = _claim_of(article, claim_key)
    if request.method == "POST":
        action = request.POST.get("action", "save")
        if action in ("withdraw", "remove"):
            if found is None:
                raise Http404
            return _take_back(request, article, found, action)
        return _save_claim(request, article, claim_key, found)
    if found is None or found.withdrawn:
        require(request, "claims.add_claim")
        found = None
    room = Room.of(request, article)
    return HttpResponse(_dialog(request, room, claim_key, found).rendered(request))


@contextmanager
def _blaming(form: BaseForm | None, field: str | None = None) -> Iterator[None]:
    """Let a service's objections stand at the fields of a form."""
    try:
        yield
    except ValidationError as error:
        if form is None:
            raise
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error(field, error)
        raise Refused from error


def _save_claim(
    request: HttpRequest, article: Article, key: UUID, found: Claim | None
) -> HttpResponse:
    live = found if found is not None and not found.withdrawn else None
    room = Room.of(request, article)
    dialog = _dialog(request, room, key, live, request.POST)
    if dialog.form is None and dialog.citing is None:
        raise PermissionDenied
    if live is None and dialog.form is None:
        raise Http404
    if not dialog.valid():
        return JsonResponse({"dialog": dialog.rendered(request)}, status=422)
    actor = request.user

    def evidence(claim: Claim) -> None:
        citing = dialog.citing
        if citing is None or not (citing.asks_for_citation or citing.cleaned_data["citation"]):
            return
        told = citing.cleaned_data
        source = told["source"]
        if citing.new_source:
            require(request, "sources.add_source")
            new = dialog.source.cleaned_data
            with _blaming(dialog.source):
                source = create_source(
                    actor=actor, csl=dialog.source.csl, tier=new["tier"], kind=new["kind"],
                    description=new["description"] if new["tier"] == Tier.DESCRIBED else "",
                )  # fmt: skip
        with _blaming(citing):
            if told["citation"]:
                require(request, "claims.change_citation")
                citation = _citation(claim, told["citation"])
                hidden = citation.tier == Tier.CONFIDENTIAL and not may(
                    request, "sources.view_identity"
                )
                fields = {"stance": told["stance"], "tier": told["tier"]}
                if source is not None:
                    fields["source"] = source
                claims.change_citation(
                    citation, actor=actor, words=None if hidden else citing.words, **fields
                )
            else:
                claims.cite(
                    claim, source, actor=actor, stance=told["stance"], tier=told["tier"],
                    **citing.words,
                )  # fmt: skip

    def everything(draft: Article) -> None:
        form, passage = dialog.form, dialog.passage
        if form is None or passage is None:
            return
        rests_on = form.cleaned_data["rests_on"]
        claim = Claim.objects.filter(pk=key).first()
        with _blaming(form):
            if claim is None:
                claim = claims.create_claim(
                    draft, actor=actor, pk=key, rests_on=rests_on, **form.told
                )
            else:
                claims.save_claim(claim, actor=actor, rests_on=rests_on, **form.told)
        if target := passage.target:
            field, image = target
            with _blaming(passage, "words"):
                claims.add_passage(
                    claim, actor=actor, field=field, image=image,
                    words=passage.cleaned_data["words"],
                )  # fmt: skip
        evidence(claim)

    try:
        if dialog.form is None and live is not None:
            with act("claims.citation.added", actor=actor):
                evidence(live)
        elif "body" in request.POST:
            save(request, article, everything)
        else:
            with act("claims.claim.saved", actor=actor):
                everything(lock(article))
    except WritingRefused as refusal:
        first = next(iter(refusal.writing.errors.values()), [str(refusal)])[0]
        dialog.error = _("The text could not be saved: %(why)s") % {"why": first}
    except Refused:
        pass
    except services.ConflictingSave:
        dialog.error = _(
            "Somebody else has changed the text in the meantime. Go back to the text and save it:"
            " you will see both."
        )
    except services.ClaimsWouldVanish:
        dialog.error = _(
            "Other claims would lose their passage. Go back to the text and save it: you will see"
            " which."
        )
    else:
        return _parts(request, article, messages=[_("Claim saved.")], claim=str(key))
    return JsonResponse({"dialog": dialog.rendered(request)}, status=422)


def _take_back(request: HttpRequest, article: Article, claim: Claim, action: str) -> HttpResponse:
    """Withdraw a claim, or untie it from one source."""
    if action == "withdraw":
        require(request, "claims.change_claim")
        require(request, "articles.change_article")
        claims.withdraw_claim(claim, actor=request.user, comment=request.POST.get("comment", ""))
        return _parts(
            request, article, messages=[_("Claim withdrawn. The words stay.")],
            unmark=[str(claim.pk)],
        )  # fmt: skip
    require(request, "claims.change_citation")
    citation = _citation(claim, _key_or_404(request.POST.get("citation", "")))
    claims.remove_citation(citation, actor=request.user)
    room = Room.of(request, article)
    return JsonResponse(
        {
            **room.parts(),
            "messages": [_("Citation removed.")],
            "dialog": _dialog(request, room, claim.pk, claim).rendered(request),
        }
    )


def _key_or_404(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Http404 from None


def find_sources(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Options for the source typeahead: the sources that hold all words of ``q``."""
    find(admin, request, key)
    require(request, "claims.add_citation", "claims.change_citation")
    words = request.GET.get("q", "").strip()
    found = []
    if words:
        found = list(Source.objects.offered_to(request.user).matching(words)[:TYPEAHEAD])
    return render(
        request,
        "claims/_source_options.html",
        {
            "options": [
                {
                    "source": source,
                    "name": highlighted(str(source), words),
                    "issued": issued(source.csl) if source.tier == Tier.NAMED else "",
                }
                for source in found
            ],
            "may_add": may(request, "sources.add_source"),
        },
    )


def find_claims(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Options for the claim typeahead: claims of this piece and of others, this one's first."""
    article = find(admin, request, key)
    found = Claim.objects.live().select_related("article")
    words = request.GET.get("q", "").strip()
    for word in words.split():
        found = found.filter(statement__icontains=word)
    if _is_key(request.GET.get("claim", "")):
        found = found.exclude(pk=request.GET["claim"])
    own = list(found.filter(article=article)[:TYPEAHEAD]) if words else []
    others = (
        list(found.exclude(article=article)[: TYPEAHEAD - len(own)])
        if words and len(own) < TYPEAHEAD
        else []
    )
    options = [
        {
            "claim": row,
            "name": highlighted(row.statement, words),
            "own": row.article_id == article.pk,
        }
        for row in (*own, *others)
    ]
    return render(request, "claims/_claim_options.html", {"options": options})


def highlighted(text: str, words: str) -> SafeString:
    """Return text with the searched words marked in it."""
    lower, at = text.lower(), 0
    if len(lower) != len(text):
        return format_html("{}", text)
    ranges = []
    for word in set(words.lower().split()):
        start = lower.find(word)
        if start >= 0:
            ranges.append((start, start + len(word)))
    html = SafeString("")
    for start, end in sorted(ranges):
        if start < at:
            continue
        html += format_html("{}<mark>{}</mark>", text[at:start], text[start:end])
        at = end
    return html + format_html("{}", text[at:])


def check(admin: "ArticleAdmin", request: HttpRequest, key: UUID, claim_key: UUID) -> HttpResponse:
    """The check dialog; POST records what was found."""
    article = find(admin, request, key)
    require(request, "claims.add_check")
    found = _live_claim_of(article, claim_key)
    room = Room.of(request, article)
    card = room.deck.card(found.pk)
    error = ""
    status = 200
    if request.method == "POST":
        form = CheckForm(request.POST, prefix="check")
        if form.is_valid():
            told = form.cleaned_data
            try:
                with _blaming(form):
                    claims.check(
                        found, actor=request.user, verdict=told["verdict"],
                        confirmed=told["confirmed"], note=told["note"], seen=told["seen"],
                    )  # fmt: skip
            except claims.ChangedMeanwhile as changed:
                error = str(changed)
                # What is shown from here on is what stands there now.
                form.data = form.data.copy()
                form.data["check-seen"] = _seen(room.copy.evidence, found)
            except Refused:
                pass
            else:
                return _parts(
                    request, article, messages=[_("Check recorded.")], claim=str(claim_key)
                )
        status = 409 if error else 422
    else:
        form = CheckForm(
            prefix="check",
            initial={"seen": _seen(room.copy.evidence, found), "verdict": _latest_verdict(card)},
        )
    html = render_to_string(
        "claims/check_dialog.html",
        {"form": form, "card": card, "room": room, "article": article, "error": error},
        request=request,
    )
    if request.method == "POST":
        return JsonResponse({"dialog": html}, status=status)
    return HttpResponse(html)


def _seen(evidence: Evidence, claim: Claim) -> str:
    return fingerprint(evidence.snapshot(evidence.claims[claim.pk]))


def _latest_verdict(card: Card) -> str:
    found = card.standing.check
    return found.verdict if found and found.verdict != Verdict.VOID else ""


def reading(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Record which sentences were read: those of ``digests``, or ``all``."""
    article = find(admin, request, key)
    require(request, "claims.add_reading")
    everything = bool(request.POST.get("all"))
    digests = {part for value in request.POST.getlist("digests") for part in value.split()}
    made = None
    if everything or digests:
        made = claims.read_sentences(
            article, actor=request.user, digests=None if everything else digests
        )
    count = len(made.sentences) if made else 0
    text = (
        ngettext(
            "%(count)s sentence recorded as read.", "%(count)s sentences recorded as read.", count
        )
        % {"count": count}
        if made
        else _("Nothing was left to record as read.")
    )
    if wants_parts(request):
        return _parts(request, article, messages=[text])
    messages.success(request, text)
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))


# Publishing and workflow


def preview(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The public page of the working copy, as it would be if it were published now."""
    article = find(admin, request, key)
    previous = article.publications.order_by("-number").first()
    number = previous.number + 1 if previous else 1
    document = public.build(
        WorkingCopy.load(article),
        number=number,
        kind=Kind.UPDATE if previous else Kind.FIRST,
        note="",
        at=timezone.now(),
        slug=article.slug,
        previous=previous,
    )
    with override(article.language):
        context = page.context(
            document,
            site=f"{request.scheme}://{request.get_host()}",
            image_url=image_storage().url,
        )
        context |= {"permanent": True, "article": article}
        response = render(request, "admin/articles/article/preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Content-Language"] = article.language
    return response


@dataclass
class RuleShown:
    rule: gate.Rule
    problems: list[gate.Problem]
    reason: str = ""

    @property
    def field(self) -> str:
        return f"waive-{self.rule.id}"


def publish(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """What the gate says; POST publishes."""
    article = find(admin, request, key)
    room = Room.of(request, article)
    first = room.live is None
    may_publish = may(request, "articles.publish_article")
    corrections = CorrectionFormSet(
        request.POST if request.method == "POST" else None, prefix="corrections"
    )
    if request.method == "POST":
        if not may_publish:
            raise PermissionDenied
        form = PublishForm(request.POST, first=first)
        if form.is_valid() and corrections.is_valid():
            made = _publish(request, article, form, corrections)
            if made is not None:
                document = made.public_document
                messages.success(
                    request,
                    format_html(
                        '{} <a href="{}">{}</a>',
                        _("Published as version %(number)s.") % {"number": made.number},
                        document["address"],
                        _("See the page"),
                    ),
                )
                return HttpResponseRedirect(
                    reverse("admin:articles_article_change", args=[article.pk])
                )
            # Something may have moved on in the meantime.
            room = Room.of(request, Article.objects.select_related("section").get(pk=article.pk))
        kind = form.data.get("kind", "")
        status = 422
    else:
        kind = request.GET.get("kind", "")
        form = PublishForm(
            first=first,
            initial={"based_on": room.revision, "kind": kind or (Kind.FIRST if first else "")},
        )
        status = 200
    found = gate.problems(room.copy, kind=kind)
    rules = [
        RuleShown(
            rule,
            [problem for problem in found if problem.rule == rule.id],
            request.POST.get(f"waive-{rule.id}", ""),
        )
        for rule in gate.RULES.values()
    ]
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Publish"),
        "article": article,
        "room": room,
        "form": form,
        "corrections": corrections,
        "failing": [shown for shown in rules if shown.problems],
        "passing": [shown for shown in rules if not shown.problems],
        "may_publish": may_publish,
        "may_waive": may(request, "articles.waive_rule"),
        "first": first,
        "media": admin.desk_media(request, form.media, writing=False),
        "is_nav_sidebar_enabled": False,
    }
    return TemplateResponse(request, "admin/articles/article/publish.html", context, status=status)


def _publish(
    request: HttpRequest, article: Article, form: PublishForm, corrections: Any
) -> Publication | None:
    """Publish what the form says; ``None`` if that is refused, and why stands in the form."""
    told = form.cleaned_data
    waivers = {
        rule: reason
        for rule in gate.RULES
        if (reason := request.POST.get(f"waive-{rule}", "").strip())
    }
    rows = [
        services.Wrong(row["wrong"], row["right"])
        for row in corrections.cleaned_data
        if row.get("wrong") or row.get("right")
    ]
    try:
        with _blaming(form):
            return services.publish(
                article, actor=request.user, kind=told["kind"], note=told["note"],
                corrections=rows, waivers=waivers, deadline=told["deadline"],
                based_on=told["based_on"],
            )  # fmt: skip
    except services.GateClosed:
        form.add_error(None, _("The gate is closed: see below what is missing."))
    except services.ConflictingSave as conflict:
        form.add_error(
            None, _("The piece has changed since you opened this page. Look at it again.")
        )
        form.data = form.data.copy()
        form.data["based_on"] = conflict.revision
    except Refused:
        pass
    return None


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
                with _blaming(form):
                    services.set_state(
                        article, actor=request.user, state=told["state"],
                        assignee=told["assignee"], due=told["due"], comment=told["note"],
                    )  # fmt: skip
            except Refused:
                pass
            else:
                with_whom = told["assignee"] or _("nobody")
                messages.success(request, _("Handed on to %(who)s.") % {"who": with_whom})
                return HttpResponseRedirect(
                    reverse("admin:articles_article_change", args=[article.pk])
                )
    else:
        form = HandOnForm(
            initial={"state": article.state, "assignee": article.assignee_id, "due": article.due}
        )
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Hand on"),
        "article": article,
        "form": form,
        "live": article.publications.exists(),
        "may_shelve": admin.may_shelve(request),
        "shelved": article.state == State.SHELVED,
        "media": admin.desk_media(request, form.media, writing=False),
        "is_nav_sidebar_enabled": False,
    }
    return TemplateResponse(
        request,
        "admin/articles/article/hand_on.html",
        context,
        status=422 if form.is_bound else 200,
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
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))


def restore(admin: "ArticleAdmin", request: HttpRequest, key: UUID, number: int) -> HttpResponse:
    """Go back to the content of an earlier revision, as a new one."""
    from .piece import RestoreRefused

    article = find(admin, request, key)
    if not admin.has_change_permission(request, article):
        raise PermissionDenied
    try:
        made = services.restore(
            article, revision=number, actor=request.user, comment=request.POST.get("comment", "")
        )
    except Entry.DoesNotExist:
        raise Http404 from None
    except RestoreRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if made is None:
            messages.info(request, _("The piece is as it was then already."))
        else:
            messages.success(request, _("Restored from revision %(number)s.") % {"number": number})
    return HttpResponseRedirect(reverse("admin:articles_article_change", args=[article.pk]))
