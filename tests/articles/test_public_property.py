"""Whatever is done to a piece, readers have what the acts of publishing gave them, then and now.

The oracle knows what was written and which acts were done, and nothing of how pages are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from articles import baking, gate, services
from articles.models import Article
from claims import services as claims
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLAIMED = "Am Anfang stand ein Satz."
SENTENCES = [
    "Mehr als 5000 Menschen kamen.",
    "Die Polizei zählte 4200.",
    "Gegen neun Uhr war der Platz leer.",
    "Die Veranstalter sagten: „Wir kommen wieder.“",
]
WORDS = ["5000", "Polizei", "Platz leer", "kommen", "Anfang"]
KINDS = ["update", "typo", "correction", "developing"]


@dataclass(frozen=True)
class Text:
    """What a piece says: headline and paragraphs."""

    headline: str
    paragraphs: tuple[str, ...]

    def without(self, words: set[str]) -> "Text":
        def black(text: str) -> str:
            for word in words:
                text = text.replace(word, "".join(c if c.isspace() else "█" for c in word))
            return text

        return Text(black(self.headline), tuple(map(black, self.paragraphs)))


@dataclass(frozen=True)
class Served:
    """What a reader got at an address."""

    status: int
    content: bytes

    @property
    def text(self) -> Text | None:
        if self.status != 200:
            return None
        page = lxml_html.document_fromstring(self.content)
        (headline,) = page.xpath("//article//h1")
        paragraphs = page.xpath("//div[@id='text']/p")
        said = (" ".join(one.text_content().split()) for one in paragraphs)
        return Text(" ".join(headline.text_content().split()), tuple(said))


class House:
    """A piece, what is done to it, hour by hour, and what readers must have got."""

    def __init__(self, choose: Callable[[Sequence[Any]], Any]) -> None:
        self.choose = choose
        self.hour = 0
        self.actor = factories.user("admin")
        self.written = Text("Erste Zeile", (CLAIMED, SENTENCES[0]))
        with self.now():
            self.piece = factories.article(
                self.actor,
                headline=self.written.headline,
                body="".join(f"<p>{one}</p>" for one in self.written.paragraphs),
            )
            self.claim = factories.claim(self.piece, CLAIMED)
        # The oracle.
        self.public: list[tuple[datetime, Text]] = []
        self.retracted = False
        self.blocks: dict[Any, str | None] = {}
        self.live: Served | None = None
        self.scheduled = 0

    def now(self) -> Any:
        return time_machine.travel(NOON + timedelta(hours=self.hour), tick=False)

    def stored(self) -> Article:
        return Article.objects.get(pk=self.piece.pk)

    # What is done

    def edit(self) -> bool:
        text = Text(
            self.choose(SENTENCES).rstrip("."),
            (CLAIMED, *(self.choose(SENTENCES) for _ in range(self.choose([1, 2, 3])))),
        )
        marked = self.stored().body.partition("</p>")[0] + "</p>"
        body = marked + "".join(f"<p>{one}</p>" for one in text.paragraphs[1:])
        services.save_article(self.stored(), actor=self.actor, headline=text.headline, body=body)
        self.written = text
        return False

    def publish(self) -> bool:
        kind = self.choose(KINDS) if self.public else "first"
        waived = {rule.id: "eilt" for rule in gate.RULES.values() if rule.waivable}
        corrections = [services.Wrong("a", "b")] if kind == "correction" else []
        deadline = NOON + timedelta(days=9) if kind == "developing" else None
        services.publish(
            self.stored(), actor=self.actor, kind=kind, note="Neu", waivers=waived,
            corrections=corrections, deadline=deadline,
        )  # fmt: skip
        self._went_out(self.written)
        return True

    def clear(self) -> bool:
        """Do what the gate asks for, so that what is scheduled may go out."""
        factories.check(self.claim, self.actor)
        claims.read_sentences(self.stored(), actor=self.actor)
        return False

    def schedule(self) -> bool:
        kind = self.choose(KINDS) if self.public else "first"
        services.schedule(
            self.stored(), actor=self.actor, kind=kind, note="Neu",
            at=NOON + timedelta(hours=self.hour, minutes=30),
            corrections=[services.Wrong("a", "b")] if kind == "correction" else [],
            deadline=NOON + timedelta(days=9) if kind == "developing" else None,
        )  # fmt: skip
        return False

    def due(self) -> bool:
        """Let go out what is due: the text as it stands by then."""
        made = [one for one in services.publish_due() if one.article_id == self.piece.pk]
        if made:
            self.scheduled += 1
            self._went_out(self.written)
        return bool(made)

    def retract(self) -> bool:
        services.retract(self.stored(), actor=self.actor, note="Falsch")
        self._went_out(Text(self.public[-1][1].headline, ()))
        return True

    def reply(self) -> bool:
        services.reply(
            self.stored(), actor=self.actor, claim=self.claim, author="E. M.", text="Nein."
        )
        self._went_out(self.public[-1][1])
        return True

    def block(self) -> bool:
        word = self.choose([*WORDS, None])
        made = services.block(
            self.stored(), actor=self.actor, reason="Beschluss",
            words=[word] if word else [], whole=word is None,
        )  # fmt: skip
        self.blocks[made.pk] = word
        return True

    def unblock(self) -> bool:
        standing = list(self.piece.legal_blocks.standing().order_by("at"))
        if not standing:
            return False
        chosen = self.choose(standing)
        services.unblock(chosen, actor=self.actor, reason="Aufgehoben")
        del self.blocks[chosen.pk]
        return True

    def _went_out(self, text: Text) -> None:
        self.public.append((NOON + timedelta(hours=self.hour), text))

    # What readers get

    def address(self) -> str:
        first = self.public[0][0].astimezone()
        return f"/{first:%Y/%m}/{self.piece.slug}/"

    def get(self, more: str = "") -> Served:
        answer = Client(headers={"accept-language": "de"}).get(self.address() + more)
        return Served(answer.status_code, answer.content)

    def expected(self, at: datetime) -> Text | int:
        """Return what stood there at a moment, or the status of what stands there instead."""
        if None in self.blocks.values():
            return 410
        texts = [text for moment, text in self.public if moment <= at]
        if not texts:
            return 404
        return texts[-1].without({word for word in self.blocks.values() if word})

    def hold(self, changed: bool) -> None:
        """Compare the live page with the oracle; to the byte, if nothing public has happened."""
        if not self.public:
            return
        served = self.get()
        wanted = self.expected(NOON + timedelta(hours=self.hour))
        assert (served.text or served.status) == wanted
        if self.live is not None and not changed:
            assert served == self.live
        self.live = served


OPERATIONS = (
    *("edit", "clear", "publish", "schedule", "retract", "reply", "block", "unblock"),
    *("edit", "clear", "schedule", "publish"),
)


def play(house: House, operations: Sequence[str]) -> None:
    """Do all this, an hour after the other, and compare what readers have after each."""
    for operation in operations:
        house.hour += 1
        with house.now():
            went_out = house.due()
            try:
                changed = getattr(house, operation)()
            except ValidationError:
                # Refused: as the first publication, without a change, after a retraction, …
                changed = False
            house.hold(changed or went_out)


def look_back(house: House) -> None:
    """Compare what stood there at every half hour, and what is baked now."""
    for half in range(2 * house.hour + 2):
        moment = NOON + timedelta(minutes=30 * half)
        served = house.get(f"at/{moment:%Y-%m-%dT%H:%MZ}/")
        assert (served.text or served.status) == house.expected(moment), moment
    with TemporaryDirectory() as root:
        with override_settings(NEWSROOM=django_settings.NEWSROOM | {"BAKED_DIR": Path(root)}):
            baking.bake(house.piece.pk)
        files = {
            f"/{file.parent.relative_to(root).as_posix()}/": file.read_bytes()
            for file in Path(root).rglob("index.html")
        }
    live = house.get()
    assert files.get(house.address()) == (live.content if live.status == 200 else None)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_what_was_public_at_any_moment_is_what_the_acts_had_made_public(data: Any) -> None:
    house = House(lambda choices: data.draw(st.sampled_from(choices)))
    done = data.draw(st.lists(st.sampled_from(OPERATIONS), min_size=2, max_size=8))
    play(house, ["publish", *done])
    with house.now():
        look_back(house)


@pytest.mark.parametrize(
    "done",
    [
        "clear schedule reply edit clear schedule block edit unblock retract edit",
        "publish edit clear schedule edit block publish block unblock unblock",
    ],
)
def test_so_it_is_when_pieces_go_out_as_scheduled(done: str) -> None:
    house = House(Random(4).choice)
    play(house, done.split())
    assert house.scheduled
    with house.now():
        look_back(house)
