"""The claim dialog: a claim, its evidence and its words, filled in and saved with the text."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from claims import services as claims
from claims.models import Claim, CommentSought
from history.acts import act, lock
from sources import intake
from sources.choices import Tier
from sources.services import create_source

from . import services
from .dialog import build, citation_of
from .forms import Refused, blaming
from .models import Article
from .room import Room, find, may, parts, require
from .views_writing import WritingRefused, save

if TYPE_CHECKING:
    from .admin import ArticleAdmin


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
    return HttpResponse(build(request, room, claim_key, found).rendered(request))


def _save_claim(
    request: HttpRequest, article: Article, key: UUID, found: Claim | None
) -> HttpResponse:
    live = found if found is not None and not found.withdrawn else None
    room = Room.of(request, article)
    dialog = build(request, room, key, live, request.POST)
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
                    terms=new["terms"],
                )  # fmt: skip
            if dialog.source.looked_up is not None:
                intake.settle(dialog.source.looked_up, source, actor=actor)
        with blaming(citing):
            if told["citation"]:
                require(request, "claims.change_citation")
                citation = citation_of(claim, told["citation"])
                hidden = citation.tier == Tier.CONFIDENTIAL and not may(
                    request, "sources.view_identity"
                )
                fields = citing.fields_told
                if source is not None:
                    fields["source"] = source
                claims.change_citation(
                    citation, actor=actor, words=None if hidden else citing.words, **fields
                )
            else:
                given = citing.fields_told | citing.words
                claims.cite(claim, source, actor=actor, **given)

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
        for other in form.cleaned_data["cites_as"]:
            require(request, "claims.add_citation")
            claims.cite_as(claim, other, actor=actor)
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
    citation = citation_of(claim, request.POST.get("citation", ""))
    claims.remove_citation(citation, actor=request.user)
    room = Room.of(request, article)
    return JsonResponse(
        {
            **room.parts(),
            "messages": [_("Citation removed.")],
            "dialog": build(request, room, claim.pk, claim).rendered(request),
        }
    )
