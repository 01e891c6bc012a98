"""Checking and reading: what somebody found about a claim, and which sentences they read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims import eyes, similar
from claims import services as claims
from claims.cards import Card
from claims.choices import Place, Verdict
from claims.forms import CheckForm
from claims.models import Claim
from claims.readings import SentenceInPlace
from claims.standing import Evidence, fingerprint

from .forms import Refused, blaming
from .room import Room, find, parts, require, wants_parts
from .side_by_side import beside

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def check(admin: "ArticleAdmin", request: HttpRequest, key: UUID, claim_key: UUID) -> HttpResponse:
    """The check dialog; POST records what was found."""
    article = find(admin, request, key)
    require(request, "claims.add_check")
    found = get_object_or_404(Claim.objects.live(), article=article, pk=claim_key)
    room = Room.of(request, article)
    card = room.deck.card(found.pk)
    error = ""
    status = 200
    if request.method == "POST":
        form = CheckForm(request.POST, prefix="check")
        if form.is_valid():
            told = form.cleaned_data
            try:
                with blaming(form):
                    claims.check(
                        found, actor=request.user, verdict=told["verdict"],
                        confirmed=told["confirmed"], note=told["note"], seen=told["seen"],
                    )  # fmt: skip
            except claims.ChangedMeanwhile as changed:
                error = str(changed)
                # What is shown from here on is what stands there now.
                sent = request.POST.copy()
                sent["check-seen"] = _seen(room.copy.evidence, found)
                form.data = sent
            except Refused:
                pass
            else:
                return parts(
                    request, article, messages=[_("Check recorded.")], claim=str(claim_key)
                )
        status = 409 if error else 422
    else:
        form = CheckForm(
            prefix="check",
            initial={"seen": _seen(room.copy.evidence, found), "verdict": _latest_verdict(card)},
        )
    carriers = similar.carriers(claim_key)
    html = render_to_string(
        "claims/check_dialog.html",
        {
            "form": form,
            "card": card,
            "room": room,
            "article": article,
            "error": error,
            "beside": beside(request, card),
            "carriers": carriers,
            "alike": similar.alike(
                found.statement, article=article.pk, but=[found.pk, *(row.pk for row in carriers)]
            ),
            "refusal": eyes.refusal(found, request.user),
        },
        request=request,
    )
    if request.method == "POST":
        return JsonResponse({"dialog": html}, status=status)
    return HttpResponse(html)


def uphold(admin: "ArticleAdmin", request: HttpRequest, key: UUID, claim_key: UUID) -> HttpResponse:
    """Confirm that the check of a reworded claim still holds."""
    article = find(admin, request, key)
    require(request, "claims.add_check")
    found = get_object_or_404(Claim.objects.live(), article=article, pk=claim_key)
    status, told = 200, _("Recorded: the check still holds.")
    try:
        claims.uphold(found, actor=request.user, seen=request.POST.get("seen", ""))
    except claims.ChangedMeanwhile as changed:
        status, told = 409, str(changed)
    except ValidationError as error:
        status, told = 409, " ".join(error.messages)
    if wants_parts(request):
        return parts(request, article, messages=[told], status=status, claim=str(claim_key))
    (messages.success if status == 200 else messages.error)(request, told)
    return HttpResponseRedirect(article.editing_address)


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
        return parts(request, article, messages=[text])
    messages.success(request, text)
    return HttpResponseRedirect(article.editing_address)


def sheet(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The checking sheet: every sentence with its claims, sources and quotes, and boxes to tick."""
    article = find(admin, request, key)
    room = Room.of(request, article)
    return admin.desk_page(
        request,
        "sheet",
        title=_("Checking sheet"),
        media=admin.desk_media(request, writing=False),
        article=article,
        lines=Line.of(room),
        printed=timezone.localtime(),
    )


@dataclass
class Line:
    """A sentence of the checking sheet, counted from 1, with the claims that begin in it."""

    number: int
    place: str
    sentence: SentenceInPlace
    cards: list[Card]

    @classmethod
    def of(cls, room: Room) -> list["Line"]:
        cards = {str(card.claim.pk): card for card in room.deck}
        told: set[str] = set()
        lines = []
        for number, sentence in enumerate(room.copy.sentences, start=1):
            new = [key for key in cards if key in sentence.claims and key not in told]
            told.update(new)
            place = "" if sentence.field == Place.BODY else str(Place(sentence.field).label)
            lines.append(cls(number, place, sentence, [cards[key] for key in new]))
        return lines
