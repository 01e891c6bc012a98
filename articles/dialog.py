"""The claim dialog: what it asks of whom, bound or fresh, and how it is shown."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from claims import similar
from claims.cards import Card
from claims.forms import CitationForm, ClaimForm, CommentForm, NewSourceForm, PassageForm
from claims.models import Citation, Claim
from sources.choices import Tier
from sources.models import Source
from sources.services import record_view

from .room import Room, as_key, may

# Stands for a claim that is yet to be made, where the browser fills in its key.
NOBODY = UUID(int=0)


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

    @cached_property
    def elsewhere(self) -> list[similar.Elsewhere]:
        """Claims of other pieces that say something like this one and are checked already."""
        if self.form is None or self.claim is None:
            return []
        known = {self.key, *(row.pk for row in self.rests_on)}
        return similar.checked_elsewhere(
            self.claim.statement, article=self.room.article.pk, but=known
        )

    @property
    def cites_as(self) -> list[str]:
        """Keys of the claims whose evidence is taken over, in a form that was refused."""
        return self.form["cites_as"].value() if self.form and self.form.is_bound else []

    @cached_property
    def alike(self) -> list[Claim]:
        """Claims of other pieces that say much the same and are told of nowhere else here."""
        if self.claim is None:
            return []
        known = {self.key, *(row.pk for row in (*self.rests_on, *self.carriers))}
        known |= {row.claim.pk for row in self.elsewhere}
        return similar.alike(self.claim.statement, article=self.room.article.pk, but=known)

    @cached_property
    def carriers(self) -> list[Claim]:
        """Claims, in any piece, that rest on this one."""
        return similar.carriers(self.key) if self.claim else []

    def rendered(self, request: HttpRequest) -> str:
        return render_to_string(
            "claims/claim_dialog.html",
            {"dialog": self, "room": self.room, "article": self.room.article},
            request=request,
        )


def build(
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
        initial = {} if claim else {"statement": request.GET.get("words", "")}
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
            citation = citation_of(claim, wanted)
            shown = words_shown(request, citation)
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
        source=NewSourceForm(
            bound if new_source else None, prefix="source", user=request.user
        ),
    )  # fmt: skip


def citation_of(claim: Claim, key: UUID | str) -> Citation:
    found = claim.citations.select_related("source")
    return get_object_or_404(found, pk=key if isinstance(key, UUID) else as_key(key))


def words_shown(request: HttpRequest, citation: Citation) -> bool:
    """Whether the words of a citation may be shown; if they are protected, that is recorded."""
    if Tier.strictest(citation.tier, citation.source.tier) != Tier.CONFIDENTIAL:
        return True
    if not may(request, "sources.view_identity"):
        return False
    record_view(citation.source, actor=request.user)
    return True


def blank(request: HttpRequest, room: Room) -> str:
    """Return the dialog of a new claim, for the browser to open without asking for it."""
    return build(request, room, NOBODY, None).rendered(request)
