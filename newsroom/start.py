"""What needs somebody now: the lists of the desk's start page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
)
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from articles.choices import ReportState, State
from articles.models import Article, ArticleQuerySet, Plan, Publication, ReaderReport
from claims import fallout
from claims.models import Check, Claim
from history.models import Entry

# So many of a list stand on the start page; one more is fetched to know whether there are more.
SHOWN = 8
LOOKED_THROUGH = 300

PLAN = ("at", "kind", "state", "reasons", "article__headline")

SENTENCES = {
    "fallen": ngettext_lazy(
        "A source of %(count)s piece has fallen.", "A source of %(count)s pieces has fallen.", "n"
    ),
    "mine": ngettext_lazy("%(count)s piece is with you.", "%(count)s pieces are with you.", "n"),
    "check": ngettext_lazy(
        "%(count)s piece waits to be checked.", "%(count)s pieces wait to be checked.", "n"
    ),
    "ready": ngettext_lazy(
        "%(count)s piece is ready to be published.",
        "%(count)s pieces are ready to be published.",
        "n",
    ),
}


@dataclass
class WorkList:
    """Pieces that have something in common, and what to say where there are none."""

    id: str
    title: str | Promise
    empty: str | Promise
    pieces: list[Any]
    more: bool
    # The query of the list of pieces that shows all of them; without one there is no such list.
    query: str | None = None

    @property
    def count(self) -> str:
        return f"{len(self.pieces)}+" if self.more else str(len(self.pieces))

    @property
    def sentence(self) -> str:
        n = len(self.pieces) + self.more
        return str(SENTENCES[self.id] % {"n": n, "count": self.count})


@dataclass
class Start:
    """The start page of one user, in a number of queries that does not grow with the house."""

    lists: list[WorkList] = field(default_factory=list)
    published: list[Publication] = field(default_factory=list)
    # What readers say is wrong and nobody has looked into, the oldest first; None if not for them.
    reports: list[ReaderReport] | None = None
    # What is to go out, and what could not go out when it should have.
    plans: list[Plan] = field(default_factory=list)
    refused: list[Plan] = field(default_factory=list)
    # What a checker does next, or nobody in particular.
    next_check: Any = None
    sees_pieces: bool = False
    writes: bool = False

    @classmethod
    def of(cls, user: Any) -> "Start":
        start = cls(
            sees_pieces=user.has_perm("articles.view_article"),
            writes=user.has_perm("articles.add_article"),
        )
        if not start.sees_pieces:
            return start
        checks = user.has_perm("claims.add_check")
        publishes = user.has_perm("articles.publish_article")
        edits = user.has_perm("articles.change_article")
        if checks or edits:
            start._fallen()
        mine = _undone(_work().in_work().filter(assignee=user))
        start._list(
            "mine",
            _("With you"),
            _("Pieces that somebody hands to you stand here, those due first."),
            mine,
            skip=not (edits or checks),
        )
        start._list(
            "check",
            _("To be checked"),
            _("Nothing waits for a check. A piece comes here when its author hands it on."),
            _work().filter(state=State.CHECK).exclude(assignee=user),
            query="state=check",
            skip=not (checks or edits),
        )
        start._list(
            "ready",
            _("Ready to be published"),
            _("Nothing is ready. Pieces come here when their check is done."),
            _undone(_work().filter(pk__in=_newest(State.READY)).exclude(assignee=user)),
            query="state=ready",
            skip=not publishes,
        )
        start._list(
            "drafts",
            _("Drafts"),
            _("No drafts: everything that was begun is on its way."),
            # Anew, so that the newest comes first, whatever is due.
            _work().filter(state=State.DRAFT).order_by("-created_at", "-pk"),
            query="state=draft",
        )
        if checks:
            waiting = [piece for work in start.lists for piece in work.pieces]
            start.next_check = next((p for p in waiting if p.state == State.CHECK), None)
        if publishes or edits:
            # What is overdue comes first, and so do reasons to look at once.
            plans = Plan.objects.select_related("article").only(*PLAN)
            start.plans = list(plans.waiting()[:SHOWN])
            start.refused = list(plans.unresolved().order_by("-ended_at")[:SHOWN])
        count_claims(piece for work in start.lists for piece in work.pieces)
        start.published = list(
            Publication.objects.select_related("article")
            .only("kind", "number", "note", "at", "article__headline")
            .order_by("-at")[:SHOWN]
        )
        if user.has_perm("articles.view_readerreport"):
            start.reports = list(
                ReaderReport.objects.filter(state=ReportState.OPEN)
                .select_related("publication__article")
                .only("text", "at", "publication__article__headline")
                .order_by("at")[:SHOWN]
            )
        return start

    def _fallen(self) -> None:
        """List what has to be checked again because a source fell, live pages first, if any."""
        if due := fallout.unchecked_since():
            not_live = ExpressionWrapper(Q(live_number=None), output_field=BooleanField())
            pieces = _work().in_work().filter(pk__in=due).order_by(not_live, "-live_at", "-pk")
            self._list("fallen", _("A source has fallen"), "", pieces)

    def _list(
        self,
        id: str,
        title: str | Promise,
        empty: str | Promise,
        pieces: ArticleQuerySet,
        *,
        query: str | None = None,
        skip: bool = False,
    ) -> None:
        if not skip:
            found = list(pieces[: SHOWN + 1])
            self.lists.append(WorkList(id, title, empty, found[:SHOWN], len(found) > SHOWN, query))

    @property
    def summary(self) -> list[WorkList]:
        """The lists that the sentence at the top speaks of."""
        return [work for work in self.lists if work.pieces and work.id in SENTENCES]

    @property
    def today(self) -> Any:
        return timezone.localdate()


def _work() -> ArticleQuerySet:
    """Return pieces as a line of a list needs them, those due first."""
    documents = Entry.objects.filter(subject=OuterRef("pk"), revision__isnull=False)
    return (
        Article.objects.with_live()
        .annotate(latest_revision=Subquery(documents.order_by("-revision").values("revision")[:1]))
        .select_related("assignee", "section")
        .defer("body", "standfirst")
        .order_by(F("due").asc(nulls_last=True), "-created_at", "-pk")
    )


def _undone(pieces: ArticleQuerySet) -> ArticleQuerySet:
    """Leave out pieces that are published as they stand."""
    # Not exclude(): for pieces that were never published the comparison is neither true nor false.
    return pieces.filter(
        ~Q(state=State.READY)
        | Q(live_revision__isnull=True)
        | Q(live_revision__lt=F("latest_revision"))
    )


def _newest(state: str) -> list[UUID]:
    # Published pieces stay ready: all that ever were are not looked through for this page.
    pieces = Article.objects.filter(state=state).order_by("-created_at")
    return list(pieces.values_list("pk", flat=True)[:LOOKED_THROUGH])


def count_claims(pieces: Iterable[Any]) -> None:
    """Say of each piece how many claims it makes and how many nobody has ever checked. One query.

    Whether a check still counts is not asked: that takes the whole evidence of a piece.
    """
    counted: dict[UUID, list[Any]] = {}
    for piece in pieces:
        counted.setdefault(piece.pk, []).append(piece)
        piece.claim_count = piece.unchecked_count = 0
        piece.late = piece.due is not None and piece.due < timezone.now()
    rows = (
        Claim.objects.live()
        .filter(article__in=list(counted))
        .order_by()
        .values("article")
        .annotate(
            n=Count("pk"),
            unchecked=Count("pk", filter=Q(~Exists(Check.objects.filter(claim=OuterRef("pk"))))),
        )
    )
    for row in rows:
        for piece in counted[row["article"]]:
            piece.claim_count, piece.unchecked_count = row["n"], row["unchecked"]
