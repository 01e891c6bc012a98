"""The claim dialog: a claim, its evidence and its words, filled in and saved with the text."""

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from claims import services as claims
from claims.cards import Card
from claims.forms import CitationForm, ClaimForm, CommentForm, NewSourceForm, PassageForm
from claims.models import Citation, Claim, CommentSought
from history.acts import act, lock
from sources.choices import Tier
from sources.models import Source
from sources.services import create_source, record_view

from . import services
from .forms import Refused, blaming
from .models import Article
from .room import Room, as_key, find, may, parts, require
from .views_writing import WritingRefused, save

if TYPE_CHECKING:
    from .admin import ArticleAdmin


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
    comments: list[CommentForm]
    chosen: Source | None = None
    error: str = ""

    @property
    def card(self) -> Card | None:
        return self.room.deck.card(self.key) if self.claim else None

    @property
    def forms(self) -> list[BaseForm]:
        asked: list[BaseForm | None] = [self.form, self.citing, self.passage, *self.comments]
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
            keys = self.form["rests_on"].value()
            return list(Claim.objects.filter(pk__in=[key for key in keys if as_key(key)]))
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


def _dialog(
    request: HttpRequest, room: Room, key: UUID, claim: Claim | None, data: Any = None
) -> Dialog:
    may_change = room.may["change_claim"] if claim else room.may["add_claim"]
    writes = may_change and room.may["write"]
    form = passage = citing = chosen = None
    comments: list[CommentForm] = []
    # The browser sends no claim along if all it wants is to cite.
    bound = data if data is not None else None
    if writes:
        instance = copy(claim) if claim else Claim(pk=key, article=room.article)
        initial = {"statement": request.GET.get("words", "")} if claim is None else {}
        form = ClaimForm(bound, instance=instance, prefix="claim", initial=initial)
        passage = PassageForm(bound, prefix="also", images=room.copy.images)
        known = list(claim.comments_sought.all()) if claim else []
        comments = [
            CommentForm(
                bound if f"{prefix}-whom" in (data or {}) else None, prefix=prefix, comment=row
            )
            for row in [*known, None]
            for prefix in [f"comment-{row.pk if row else 'new'}"]
        ]
    new_source = bool(data and data.get("new_source"))
    if room.may["cite"]:
        initial = {}
        wanted = request.GET.get("citation", "")
        if data is None and claim and as_key(wanted):
            citation = _citation(claim, wanted)
            shown = _words_shown(request, citation)
            initial = CitationForm.initial_of(citation, words=shown)
            chosen = citation.source
        citing = CitationForm(
            bound, prefix="cite", user=request.user, new_source=new_source, initial=initial
        )
        picked = data.get("cite-source", "") if data else ""
        if as_key(picked):
            chosen = Source.objects.offered_to(request.user).filter(pk=picked).first()
    return Dialog(
        room=room, key=key, claim=claim, form=form, citing=citing, passage=passage, chosen=chosen,
        comments=[form for form in comments if data is None or form.is_bound],
        source=NewSourceForm(bound if new_source else None, prefix="source"),
    )  # fmt: skip


def _citation(claim: Claim, key: UUID | str) -> Citation:
    found = claim.citations.select_related("source")
    return get_object_or_404(found, pk=key if isinstance(key, UUID) else as_key(key))


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
            with blaming(dialog.source):
                source = create_source(
                    actor=actor, csl=dialog.source.csl, tier=new["tier"], kind=new["kind"],
                    description=new["description"] if new["tier"] == Tier.DESCRIBED else "",
                )  # fmt: skip
        with blaming(citing):
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
        with blaming(form):
            if claim is None:
                claim = claims.create_claim(
                    draft, actor=actor, pk=key, rests_on=rests_on, **form.told
                )
            else:
                claims.save_claim(claim, actor=actor, rests_on=rests_on, **form.told)
        if target := passage.target:
            field, image = target
            with blaming(passage, "words"):
                claims.add_passage(
                    claim, actor=actor, field=field, image=image,
                    words=passage.cleaned_data["words"],
                )  # fmt: skip
        for asking in dialog.comments:
            if asking.asks:
                row = asking.comment or CommentSought(claim=claim)
                with blaming(asking):
                    claims.save_comment(row, actor=actor, **asking.cleaned_data)
        evidence(claim)

    try:
        if dialog.form is None and live is not None:
            with act("claims.citation.added", actor=actor):
                evidence(live)
        elif "body" in request.POST:
            save(request, article.pk, everything)
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
        return parts(request, article, messages=[_("Claim saved.")], claim=str(key))
    return JsonResponse({"dialog": dialog.rendered(request)}, status=422)


def _take_back(request: HttpRequest, article: Article, claim: Claim, action: str) -> HttpResponse:
    """Withdraw a claim, or untie it from one source."""
    if action == "withdraw":
        require(request, "claims.change_claim")
        require(request, "articles.change_article")
        claims.withdraw_claim(claim, actor=request.user, comment=request.POST.get("comment", ""))
        return parts(
            request, article, messages=[_("Claim withdrawn. The words stay.")],
            unmark=[str(claim.pk)],
        )  # fmt: skip
    require(request, "claims.change_citation")
    citation = _citation(claim, request.POST.get("citation", ""))
    claims.remove_citation(citation, actor=request.user)
    room = Room.of(request, article)
    return JsonResponse(
        {
            **room.parts(),
            "messages": [_("Citation removed.")],
            "dialog": _dialog(request, room, claim.pk, claim).rendered(request),
        }
    )
