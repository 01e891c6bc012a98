"""Every service, and the exact entries that it leaves in the ledger."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

import articles.services
import claims.services
import history.erasure
import sources.services
from articles.parts import Part
from claims.models import Claim
from history.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db

MODULES = (articles.services, claims.services, sources.services, history.erasure)


def services(module: ModuleType) -> list[str]:
    """Return the names of a module's functions that somebody answers for."""
    return [
        f"{module.__name__}.{name}"
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__.startswith(module.__name__)
        and not name.startswith("_")
        and "actor" in inspect.signature(function).parameters
    ]


class House:
    """What the services work on."""

    def __init__(self) -> None:
        self.actor = factories.user("admin")
        self.other = factories.user("publisher")
        self.piece = factories.finished(self.actor)
        self.claim = self.piece.claims.get()
        self.citation = self.claim.citations.get()
        self.source = self.citation.source
        self.draft = factories.article(self.actor)

    def asked(self) -> Any:
        return history.erasure.ask(actor=self.other, words=["5000"], reason="Antrag")


Scenario = tuple[Callable[[House], Any], list[tuple[str, Callable[[House], Any]]]]

A, C, S, E = articles.services, claims.services, sources.services, history.erasure


def of_piece(kind: str) -> list[tuple[str, Callable[[House], Any]]]:
    return [(kind, lambda house: house.piece.pk)]


def of_source(kind: str) -> list[tuple[str, Callable[[House], Any]]]:
    return [(kind, lambda house: house.source.pk)]


FRONT = ("articles.frontpage.arranged", lambda house: house.front.pk)


SCENARIOS: dict[str, Scenario] = {
    "articles.services.create_article": (
        lambda h: setattr(h, "made", A.create_article(actor=h.actor, headline="Neu")),
        [("articles.article.created", lambda h: h.made.pk)],
    ),
    "articles.services.save_article": (
        lambda h: A.save_article(h.piece, actor=h.actor, kicker="Neu"),
        of_piece("articles.article.saved"),
    ),
    "articles.services.replace_text": (
        lambda h: A.replace_text(h.piece, actor=h.actor, body="<p>Ein anderer Text.</p>"),
        of_piece("articles.article.text_replaced"),
    ),
    "articles.services.restore": (
        lambda h: A.restore(h.piece, revision=1, actor=h.actor),
        of_piece("articles.article.restored"),
    ),
    "articles.services.restore_part": (
        lambda h: (
            A.save_article(h.piece, actor=h.actor, kicker="Neu"),
            A.restore_part(h.piece, revision=1, part=Part("field", "kicker"), actor=h.actor),
        ),
        [
            ("articles.article.saved", lambda h: h.piece.pk),
            ("articles.article.part_restored", lambda h: h.piece.pk),
        ],
    ),
    "articles.services.set_state": (
        lambda h: A.set_state(h.piece, actor=h.actor, state="check"),
        of_piece("articles.article.handed_on"),
    ),
    "articles.services.shelve": (
        lambda h: A.shelve(h.draft, actor=h.actor),
        [("articles.article.handed_on", lambda h: h.draft.pk)],
    ),
    "articles.services.recover": (
        lambda h: (A.shelve(h.draft, actor=h.actor), A.recover(h.draft, actor=h.actor)),
        [("articles.article.handed_on", lambda h: h.draft.pk)] * 2,
    ),
    "articles.services.publish": (
        lambda h: A.publish(h.piece, actor=h.actor),
        of_piece("articles.article.published"),
    ),
    "articles.services.retract": (
        lambda h: (A.publish(h.piece, actor=h.actor), A.retract(h.piece, actor=h.actor, note="x")),
        of_piece("articles.article.published") * 2,
    ),
    "articles.services.reply": (
        lambda h: (
            A.publish(h.piece, actor=h.actor),
            A.reply(h.piece, actor=h.actor, claim=h.claim, author="E. Muster", text="Nein."),
        ),
        of_piece("articles.article.published") * 2,
    ),
    "articles.services.block": (
        lambda h: A.block(h.piece, actor=h.actor, reason="Beschluss", words=["5000"]),
        of_piece("articles.article.blocked"),
    ),
    "articles.services.unblock": (
        lambda h: A.unblock(
            A.block(h.piece, actor=h.actor, reason="Beschluss", whole=True),
            actor=h.actor,
            reason="Aufgehoben",
        ),
        of_piece("articles.article.blocked") + of_piece("articles.article.unblocked"),
    ),
    "articles.services.report_error": (
        lambda h: A.report_error(A.publish(h.piece, actor=h.actor), actor=h.actor, text="Nein."),
        [*of_piece("articles.article.published"), *of_piece("articles.report.received")],
    ),
    "articles.services.settle_report": (
        lambda h: A.settle_report(
            A.report_error(A.publish(h.piece, actor=h.actor), actor=h.actor, text="Nein."),
            actor=h.actor,
            state="dismissed",
        ),
        [
            *of_piece("articles.article.published"),
            *of_piece("articles.report.received"),
            *of_piece("articles.report.settled"),
        ],
    ),
    "articles.services.share_draft": (
        lambda h: A.share_draft(h.draft, actor=h.actor, days=3),
        [("articles.article.shared", lambda h: h.draft.pk)],
    ),
    "articles.services.arrange_front": (
        lambda h: (
            A.publish(h.piece, actor=h.actor),
            setattr(h, "front", A.arrange_front([h.piece.pk], actor=h.actor, based_on=None)),
        ),
        [*of_piece("articles.article.published"), FRONT],
    ),
    "articles.services.schedule": (
        lambda h: A.schedule(h.piece, actor=h.actor, at=timezone.now() + timedelta(hours=1)),
        of_piece("articles.article.scheduled"),
    ),
    "articles.services.unschedule": (
        lambda h: (
            A.schedule(h.piece, actor=h.actor, at=timezone.now() + timedelta(hours=1)),
            A.unschedule(h.piece, actor=h.actor),
        ),
        of_piece("articles.article.scheduled") + of_piece("articles.article.unscheduled"),
    ),
    "articles.services.erase": (
        lambda h: setattr(h, "request", h.asked()) or A.erase(h.request, actor=h.actor),
        [
            ("history.erasure.asked", lambda h: h.request.pk),
            ("history.erasure.done", lambda h: h.request.pk),
            ("history.erasure.done", lambda h: h.piece.pk),
            ("history.erasure.done", lambda h: h.draft.pk),
        ],
    ),
    "claims.services.create_claim": (
        lambda h: factories.claim(h.piece, "Das sagte die Polizei", actor=h.actor),
        of_piece("claims.claim.created"),
    ),
    "claims.services.add_passage": (
        lambda h: C.add_passage(h.claim, actor=h.actor, field="headline", words="Tausende"),
        of_piece("claims.passage.marked"),
    ),
    "claims.services.save_claim": (
        lambda h: C.save_claim(h.claim, actor=h.actor, risk="high"),
        of_piece("claims.claim.saved"),
    ),
    "claims.services.withdraw_claim": (
        lambda h: C.withdraw_claim(h.claim, actor=h.actor),
        of_piece("claims.claim.withdrawn"),
    ),
    "claims.services.seek_comment": (
        lambda h: C.seek_comment(h.claim, actor=h.actor, whom="Wirt", at=timezone.now()),
        of_piece("claims.comment.sought"),
    ),
    "claims.services.save_comment": (
        lambda h: C.save_comment(
            C.seek_comment(h.claim, actor=h.actor, whom="Wirt", at=timezone.now()),
            actor=h.actor,
            whom="Wirtin",
            at=timezone.now(),
            answer="Kein Wort.",
        ),
        of_piece("claims.comment.sought") * 2,
    ),
    "claims.services.cite": (
        lambda h: C.cite(h.claim, h.source, actor=h.actor),
        of_piece("claims.citation.added"),
    ),
    "claims.services.cite_several": (
        lambda h: C.cite_several(
            [h.claim, factories.claim(h.draft, actor=h.actor)], h.source, actor=h.actor
        ),
        [
            ("claims.claim.created", lambda h: h.draft.pk),
            # The piece's own claim is tied to it already.
            ("claims.citation.added", lambda h: h.draft.pk),
        ],
    ),
    "claims.services.cite_as": (
        lambda h: C.cite_as(factories.claim(h.draft, actor=h.actor), h.claim, actor=h.actor),
        [
            ("claims.claim.created", lambda h: h.draft.pk),
            ("claims.citation.added", lambda h: h.draft.pk),
        ],
    ),
    "claims.services.set_risk": (
        lambda h: C.set_risk([h.claim], actor=h.actor, risk="high"),
        of_piece("claims.claim.saved"),
    ),
    "claims.services.assign": (
        lambda h: C.assign([h.claim], actor=h.actor, checker=h.actor),
        of_piece("claims.claim.assigned"),
    ),
    "claims.services.change_citation": (
        lambda h: C.change_citation(h.citation, actor=h.actor, words={"locator": "S. 3"}),
        of_piece("claims.citation.changed"),
    ),
    "claims.services.remove_citation": (
        lambda h: C.remove_citation(h.citation, actor=h.actor),
        of_piece("claims.citation.removed"),
    ),
    "claims.services.check": (
        lambda h: C.check(h.claim, actor=h.actor, verdict="disputed"),
        of_piece("claims.check.recorded"),
    ),
    "claims.services.uphold": (
        lambda h: (
            A.save_article(h.piece, actor=h.actor, body=h.piece.body.replace("kamen", "strömten")),
            C.uphold(h.claim, actor=h.actor),
        ),
        [
            ("articles.article.saved", lambda h: h.piece.pk),
            ("claims.check.upheld", lambda h: h.piece.pk),
        ],
    ),
    "claims.services.void": (
        lambda h: C.void(h.claim, actor=h.actor, note="falsche Fassung"),
        of_piece("claims.check.recorded"),
    ),
    "claims.services.read_sentences": (
        lambda h: C.read_sentences(h.draft, actor=h.actor),
        [("claims.reading.recorded", lambda h: h.draft.pk)],
    ),
    "claims.services.retract_source": (
        lambda h: C.retract_source(h.source, actor=h.actor, why="gefälscht"),
        of_source("sources.source.retracted"),
    ),
    "sources.services.create_source": (
        lambda h: setattr(h, "made", S.create_source(actor=h.actor, csl={"title": "Neu"})),
        [("sources.source.created", lambda h: h.made.pk)],
    ),
    "sources.services.import_sources": (
        lambda h: setattr(h, "made", S.import_sources([{"title": "Neu"}], actor=h.actor)[0]),
        [("sources.bibliography.imported", lambda h: h.made.pk)],
    ),
    "sources.services.save_source": (
        lambda h: S.save_source(h.source, actor=h.actor, identity={"csl": {"title": "Neu"}}),
        of_source("sources.source.saved"),
    ),
    "sources.services.capture": (
        lambda h: S.capture(h.source, b"x", actor=h.actor, media_type="text/plain"),
        of_source("sources.capture.taken"),
    ),
    "sources.services.keep_text": (
        lambda h: S.keep_text(
            S.capture(h.source, b"x", actor=h.actor, media_type="image/png"), "x", actor=h.actor
        ),
        [*of_source("sources.capture.taken"), *of_source("sources.capture.read")],
    ),
    "sources.services.withdraw_source": (
        lambda h: S.withdraw_source(h.source, actor=h.actor),
        of_source("sources.source.withdrawn"),
    ),
    "sources.services.destroy_identity": (
        lambda h: (
            setattr(h, "made", factories.source(h.actor, tier="confidential")),
            S.destroy_identity(h.made, actor=h.actor, reason="auf Wunsch"),
        ),
        [
            ("sources.source.created", lambda h: h.made.pk),
            ("sources.identity.destroyed", lambda h: h.made.pk),
        ],
    ),
    "history.erasure.forget": (
        lambda h: (
            S.record_view(h.source, actor=h.actor),
            E.forget(
                ["sources.identity.viewed"],
                before=timezone.now() + timedelta(minutes=1),
                actor=h.actor,
            ),
        ),
        [*of_source("sources.identity.viewed"), *of_source("history.erasure.done")],
    ),
    "sources.services.record_view": (
        lambda h: S.record_view(h.source, actor=h.actor),
        of_source("sources.identity.viewed"),
    ),
    "history.erasure.ask": (
        lambda h: setattr(h, "request", h.asked()),
        [("history.erasure.asked", lambda h: h.request.pk)],
    ),
    "history.erasure.decline": (
        lambda h: setattr(h, "request", h.asked()) or E.decline(h.request, actor=h.actor),
        [
            ("history.erasure.asked", lambda h: h.request.pk),
            ("history.erasure.declined", lambda h: h.request.pk),
        ],
    ),
    "history.erasure.carry_out": (
        lambda h: (
            setattr(h, "request", E.ask(actor=h.other, words=["Niemand"], reason="Antrag")),
            E.carry_out(h.request, actor=h.actor),
        ),
        [
            ("history.erasure.asked", lambda h: h.request.pk),
            ("history.erasure.done", lambda h: h.request.pk),
        ],
    ),
}


def test_every_service_is_listed_here() -> None:
    assert sorted(SCENARIOS) == sorted(name for module in MODULES for name in services(module))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_service_leaves_exactly_these_entries(name: str) -> None:
    house = House()
    scenario, expected = SCENARIOS[name]
    before = Entry.objects.count()
    moment = timezone.now() - timedelta(seconds=1)
    scenario(house)
    made = Entry.objects.filter(sequence__gte=before).order_by("sequence")
    told = sorted((entry.kind, str(entry.subject)) for entry in made)
    assert told == sorted((kind, str(subject(house))) for kind, subject in expected)
    for entry in made:
        assert entry.actor in (house.actor.pk, house.other.pk) or name.endswith("create_claim")
        assert entry.at > moment
    for request in {entry.request for entry in made}:
        assert len({entry.kind for entry in made if entry.request == request}) == 1


def test_claims_are_never_deleted() -> None:
    house = House()
    C.withdraw_claim(house.claim, actor=house.actor)
    assert Claim.objects.filter(pk=house.claim.pk, withdrawn=True).exists()
