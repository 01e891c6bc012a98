"""Whatever is done to a piece, any revision comes back, and nothing of the record is lost."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Article
from articles.services import restore, save_article
from claims import services as claims
from claims.choices import Stance, Verdict
from claims.models import Claim
from claims.text import read
from history import canonical, revisions
from tests import factories

pytestmark = pytest.mark.django_db

SENTENCES = [
    "Mehr als 5000 Menschen kamen.",
    "Die Polizei zählte 4200.",
    "Gegen neun Uhr war der Platz leer.",
    "Es war die „größte“ Kundgebung seit 1989 – sagen die Veranstalter.",
    "Ein Zitat: „Wir kommen wieder.“",
    "Emoji 🚆 und \u05e9\u05dc\u05d5\u05dd zählen auch.",
]
_sentence = st.sampled_from(SENTENCES)
_paragraph = st.lists(_sentence, min_size=1, max_size=3).map(" ".join)
_body = st.lists(_paragraph, min_size=1, max_size=4).map(
    lambda paragraphs: "".join(f"<p>{text}</p>" for text in paragraphs)
)


class Desk:
    """A piece and the people at work on it; every method is one thing that they do."""

    def __init__(self, draw: Callable[[st.SearchStrategy], Any]) -> None:
        self.draw = draw
        self.actor = factories.user("admin")
        self.source = factories.source()
        self.sealed = factories.source(tier="confidential")
        self.piece = factories.article(self.actor, body=draw(_body), tags=[], bylines=[])

    def now(self) -> Article:
        return Article.objects.get(pk=self.piece.pk)

    def claim(self) -> Claim | None:
        live = list(Claim.objects.live().filter(article=self.piece))
        return self.draw(st.sampled_from(live)) if live else None

    def citation(self) -> Any:
        claim = self.claim()
        own = list(claim.citations.all()) if claim else []
        return self.draw(st.sampled_from(own)) if own else None

    def everything(self) -> list[UUID]:
        """All claims: this desk agrees to whatever vanishes."""
        return list(Claim.objects.filter(article=self.piece).values_list("pk", flat=True))

    def rewrite(self) -> None:
        save_article(
            self.piece, actor=self.actor, body=self.draw(_body), confirmed=self.everything()
        )

    def replace_words(self) -> None:
        old, new = self.draw(_sentence), self.draw(_sentence)
        body = self.now().body
        save_article(
            self.piece, actor=self.actor, body=body.replace(old, new), confirmed=self.everything()
        )

    def retitle(self) -> None:
        save_article(
            self.piece,
            actor=self.actor,
            headline=self.draw(_sentence),
            standfirst=self.draw(st.sampled_from(["", *SENTENCES])),
            confirmed=self.everything(),
        )

    def relabel(self) -> None:
        save_article(
            self.piece,
            actor=self.actor,
            tags=[factories.tag()] if self.draw(st.booleans()) else [],
            bylines=[factories.person()] if self.draw(st.booleans()) else [],
        )

    def mark(self) -> None:
        text = read(self.now().body).text
        start = self.draw(st.integers(0, max(len(text) - 1, 0)))
        end = self.draw(st.integers(start, min(len(text), start + 60)))
        words = text[start:end]
        if words.strip() and text.count(words) == 1:
            other = self.claim()
            claims.create_claim(
                self.piece,
                actor=self.actor,
                statement=words,
                marks=[("body", words)],
                rests_on=[other] if other and self.draw(st.booleans()) else [],
            )

    def mark_headline(self) -> None:
        claims.create_claim(
            self.piece,
            actor=self.actor,
            statement="Überschrift",
            marks=[("headline", self.now().headline)],
        )

    def reword_claim(self) -> None:
        if claim := self.claim():
            claims.save_claim(
                claim,
                actor=self.actor,
                statement=self.draw(_sentence),
                risk=self.draw(st.sampled_from(["low", "high"])),
            )

    def withdraw(self) -> None:
        if claim := self.claim():
            claims.withdraw_claim(claim, actor=self.actor)

    def cite(self) -> None:
        if claim := self.claim():
            claims.cite(
                claim,
                self.draw(st.sampled_from([self.source, self.sealed])),
                actor=self.actor,
                stance=self.draw(st.sampled_from(Stance.values)),
                quote=self.draw(_sentence),
            )

    def change_citation(self) -> None:
        if citation := self.citation():
            claims.change_citation(
                citation, actor=self.actor, words={"locator": self.draw(_sentence)}
            )

    def uncite(self) -> None:
        if citation := self.citation():
            claims.remove_citation(citation, actor=self.actor)

    def check(self) -> None:
        claim = self.claim()
        if claim and claim.passages.filter(start__isnull=False).exists():
            claims.check(
                claim, actor=self.actor, verdict=self.draw(st.sampled_from(Verdict.values))
            )

    def read(self) -> None:
        claims.read_sentences(self.piece, actor=self.actor)

    def restore(self) -> None:
        latest = revisions.latest_revision(self.piece)
        restore(self.piece, revision=self.draw(st.integers(1, latest)), actor=self.actor)


ACTS = [
    name
    for name in vars(Desk)
    if not name.startswith("_") and name not in ("now", "claim", "citation")
]


def known_claims(document: dict) -> set[str]:
    return {row["id"] for row in document["content"]["claims"] + document["record"]["withdrawn"]}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), st.lists(st.sampled_from(ACTS), min_size=1, max_size=14))
def test_any_revision_comes_back_byte_for_byte_and_the_record_only_grows(data, names) -> None:
    desk = Desk(data.draw)
    record: dict[str, dict[str, dict]] = {"checks": {}, "readings": {}}
    known: set[str] = set()
    for name in names:
        getattr(desk, name)()
        document = revisions.document(desk.piece)
        for kind, rows in record.items():
            now = {row["id"]: row for row in document["record"][kind]}
            assert rows.items() <= now.items()
            record[kind] = now
        assert known <= known_claims(document)
        known = known_claims(document)
    latest = revisions.latest_revision(desk.piece)
    wanted = data.draw(st.integers(1, latest))
    restore(desk.piece, revision=wanted, actor=desk.actor)
    after = revisions.document(desk.piece)
    assert canonical.dumps(after["content"]) == canonical.dumps(
        revisions.document(desk.piece, wanted)["content"]
    )
    for kind, rows in record.items():
        assert {row["id"]: row for row in after["record"][kind]} == rows
    assert known <= known_claims(after)
    restored = Article.objects.get(pk=desk.piece.pk)
    assert restored.body == "".join(after["content"]["body"])
