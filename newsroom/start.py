"""What needs somebody now: the lists of the desk's start page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
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
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from articles import progress
from articles.admin_claims import address_of
from articles.admin_lists import IN_NEED
from articles.choices import Kind, PlanState, ReportState, State
from articles.models import (
    Article,
    ArticleQuerySet,
    Comment,
    Plan,
    Publication,
    ReaderReport,
)
from articles.shaken import Shaken, overdue, shaken
from claims import fallout, known
from claims.models import Claim
from history.models import Entry
from sources.models import Source

# So many of a list stand on the start page; one more is fetched to know whether there are more.
SHOWN = 8
LOOKED_THROUGH = 300
# What was corrected so long ago is no news.
LATELY = timedelta(days=14)

# What no list shows of a piece.
TEXTS = ("article__body", "article__standfirst")

PLAN = ("at", "kind", "state", "reasons", "article__headline")

SENTENCES = {
    "fallen": ngettext_lazy(
        "A source of %(count)s piece has fallen.", "A source of %(count)s pieces has fallen.", "n"
    ),
    "unsettled": ngettext_lazy(
        "%(count)s developing piece is past its deadline.",
        "%(count)s developing pieces are past their deadline.",
        "n",
    ),
    "shaken": ngettext_lazy(
        "%(count)s piece rests on something that was corrected, or says the same.",
        "%(count)s pieces rest on something that was corrected, or say the same.",
        "n",
    ),
    "uncovered": ngettext_lazy(
        "%(count)s claim is live and no longer covered.",
        "%(count)s claims are live and no longer covered.",
        "n",
    ),
    "asked": ngettext_lazy(
        "%(count)s claim waits for your check.", "%(count)s claims wait for your check.", "n"
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
class ClaimList:
    """Claims that have something in common; ``query`` shows all of them in the list of claims."""

    id: str
    title: str | Promise
    claims: list[Any]
    total: int
    query: str

    @property
    def count(self) -> str:
        return str(self.total)

    @property
    def pieces(self) -> list[Any]:
        return self.claims

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.id] % {"n": self.total, "count": self.total})


@dataclass
class Beside:
    """A short list at the side. Rows hold a moment, a text, its address, and a note on it."""

    id: str
    title: str | Promise
    rows: list[dict[str, Any]]
    address: str
    total: int


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
    claim_lists: list[ClaimList] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
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
        known.refresh()
        if checks or edits or publishes:
            start._waiting_for_the_truth()
            start._claims(
                "uncovered", _("Live and no longer covered"), LIVE, "live=1&standing=need"
            )
        if checks:
            asked = Claim.objects.filter(assignment__checker=user)
            start._claims("asked", _("Claims for you to check"), asked, "with=me&standing=need")
        mine = _undone(_work().in_work().filter(assignee=user))
        start._list(
            "mine",
            _("With you"),
            _("Pieces that somebody hands to you stand here, those due first."),
            mine,
            query="with=me",
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
            plans = Plan.objects.open().select_related("article").only(*PLAN)
            # What is overdue comes first, since what should have been earlier does.
            for plan in plans[:LOOKED_THROUGH]:
                (start.refused if plan.state == PlanState.REFUSED else start.plans).append(plan)
            del start.plans[SHOWN:], start.refused[:-SHOWN]
        start._beside(user)
        shown = [piece for work in start.lists for piece in work.pieces]
        count_claims(shown)
        progress.note(shown, user)
        start.published = list(
            Publication.stored.select_related("article")
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

    def _claims(self, id: str, title: str | Promise, found: Any, query: str) -> None:
        waiting = found.live().filter(known__state__in=IN_NEED).order_by("known__checked_at", "pk")
        total = waiting.count()
        rows = (
            list(waiting.select_related("article", "known").defer(*TEXTS)[:SHOWN]) if total else []
        )
        self.claim_lists.append(ClaimList(id, title, rows, total, query))

    def _beside(self, user: Any) -> None:
        """What waits for nobody in particular: dates, sources, corrections, comments."""
        pieces, now = reverse("admin:articles_article_changelist"), timezone.now()
        for id, title, wanted, at in (
            ("overdue", _("Overdue"), Q(due__lt=now), "due"),
            ("embargo", _("Under embargo"), Q(embargo__gt=now), "embargo"),
        ):
            dated = _undone(_work().in_work().filter(wanted)).order_by(at)
            rows = list(dated[:SHOWN])
            self._aside(
                id, title, f"{pieces}?date={id}", dated.count() if rows else 0,
                [_row(getattr(one, at), one, one.editing_address, one.assignee) for one in rows],
            )  # fmt: skip
        if user.has_perm("sources.view_source"):
            broken = (
                Source.objects.offered_to(user)
                .filter(retracted_at__isnull=False, citations__claim__withdrawn=False)
                .distinct()
                .order_by("-retracted_at")
            )
            sources = list(broken[:SHOWN])
            self._aside(
                "sources", _("Sources with problems"),
                f"{reverse('admin:sources_source_changelist')}?use=retracted",
                broken.count() if sources else 0,
                [
                    _row(one.retracted_at, one, _page(one), _("retracted")) for one in sources
                ],
            )  # fmt: skip
        corrected = Publication.objects.filter(
            kind__in=[Kind.CORRECTION, Kind.RETRACTION], at__gte=now - LATELY
        )
        latest = list(
            corrected.select_related("article").defer("document", *TEXTS).order_by("-at")[:SHOWN]
        )
        self._aside(
            "corrected", _("Recently corrected"), reverse("articles:corrections"),
            corrected.count() if latest else 0,
            [_row(one.at, one.article, one.article.editing_address, one.note) for one in latest],
        )  # fmt: skip
        if user.has_perm("articles.view_comment"):
            to_me = Comment.objects.filter(
                mentions=user, thread__resolved_at__isnull=True, resolved_at__isnull=True
            )
            said = list(
                to_me.select_related("article", "author").defer(*TEXTS).order_by("-at")[:SHOWN]
            )
            self._aside(
                "comments", _("Comments for you"),
                f"{reverse('admin:articles_comment_changelist')}?which=me",
                to_me.count() if said else 0,
                [_row(one.at, one.text, address_of(one), one.author) for one in said],
            )  # fmt: skip

    def _aside(
        self, id: str, title: Any, address: str, total: int, rows: list[dict[str, Any]]
    ) -> None:
        if rows:
            self.beside.append(Beside(id, title, rows, address, total))

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

    def _waiting_for_the_truth(self) -> None:
        """List what readers may have before them and may be wrong, if there is any."""
        late = {row.article_id: row for row in overdue().defer("document")}
        because: dict[UUID, list[Shaken]] = {}
        for row in shaken():
            because.setdefault(row.piece, []).append(row)
        pieces = _work().in_bulk([*late, *because]) if late or because else {}
        for id, title, keys in (
            ("unsettled", _("Past the deadline, and still unconfirmed"), late),
            ("shaken", _("Rests on something that was corrected, or says the same"), because),
        ):
            found = [pieces[key] for key in keys]
            if found:
                shown, more = found[:SHOWN], len(found) > SHOWN
                self.lists.append(WorkList(id, title, "", shown, more))
        for key, publication in late.items():
            pieces[key].deadline = publication.deadline
        for key, reasons in because.items():
            pieces[key].because = reasons

    @property
    def summary(self) -> list[Any]:
        """The lists that the sentence at the top speaks of."""
        every: list[Any] = [*self.claim_lists, *self.lists]
        return [work for work in every if work.pieces and work.id in SENTENCES]

    @property
    def today(self) -> Any:
        return timezone.localdate()


LIVE = Claim.objects.filter(
    Exists(Publication.objects.filter(article=OuterRef("article"))),
)


def _page(source: Source) -> str:
    return reverse("admin:sources_source_change", args=[source.pk])


def _row(at: Any, text: Any, address: str, note: Any = "") -> dict[str, Any]:
    return {"at": at, "text": text, "address": address, "note": note or ""}


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
    """Say of each piece how many claims it makes and how many need somebody. One query."""
    counted: dict[UUID, list[Any]] = {}
    for piece in pieces:
        counted.setdefault(piece.pk, []).append(piece)
        piece.claim_count = piece.need_count = 0
        piece.late = piece.due is not None and piece.due < timezone.now()
    rows = (
        Claim.objects.live()
        .filter(article__in=list(counted))
        .order_by()
        .values("article")
        .annotate(n=Count("pk"), need=Count("pk", filter=Q(known__state__in=IN_NEED)))
    )
    for row in rows:
        for piece in counted[row["article"]]:
            piece.claim_count, piece.need_count = row["n"], row["need"]
