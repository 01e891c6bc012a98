"""Readings: which sentences were read since they last changed."""

import pytest

from articles.models import Article
from articles.services import save_article
from articles.working_copy import WorkingCopy
from claims import services
from claims.models import Reading
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def checker():
    return factories.user("admin")


@pytest.fixture
def piece():
    return factories.article(standfirst="Es war voll.")


def unread(piece: Article) -> list[str]:
    return [s.text for s in WorkingCopy.load(Article.objects.get(pk=piece.pk)).unread]


EVERYTHING = [
    "Tausende auf dem Platz",
    "Es war voll.",
    "Mehr als 5000 Menschen kamen.",
    "Das sagte die Polizei.",
    "Der Abend",
    "Gegen neun Uhr war der Platz leer.",
]


def test_at_first_everything_is_unread_headline_and_standfirst_included(piece) -> None:
    assert unread(piece) == EVERYTHING


def test_reading_is_remembered_by_sentence(piece, checker) -> None:
    copy = WorkingCopy.load(piece)
    services.read_sentences(piece, actor=checker, digests=[copy.sentences[2].digest])
    assert unread(piece) == EVERYTHING[:2] + EVERYTHING[3:]
    services.read_sentences(piece, actor=checker)
    assert unread(piece) == []


def test_reading_again_what_is_read_leaves_no_record(piece, checker) -> None:
    assert services.read_sentences(piece, actor=checker) is not None
    assert services.read_sentences(piece, actor=checker) is None
    assert Reading.objects.count() == 1


def test_a_digest_that_stands_nowhere_is_not_recorded(piece, checker) -> None:
    assert services.read_sentences(piece, actor=checker, digests=["0" * 32]) is None


def test_only_changed_and_new_sentences_become_unread(piece, checker) -> None:
    services.read_sentences(piece, actor=checker)
    body = piece.body.replace("neun", "zehn") + "<p>Danach kam die Kehrmaschine.</p>"
    save_article(piece, actor=checker, body=body)
    assert unread(piece) == [
        "Gegen zehn Uhr war der Platz leer.",
        "Danach kam die Kehrmaschine.",
    ]


def test_a_moved_sentence_stays_read(piece, checker) -> None:
    services.read_sentences(piece, actor=checker)
    first, heading, last = piece.body.partition("<h2>Der Abend</h2>")
    save_article(piece, actor=checker, body=last + heading + first)
    assert unread(piece) == []


def test_marking_a_claim_later_keeps_a_sentence_read(piece, checker) -> None:
    services.read_sentences(piece, actor=checker)
    factories.claim(piece)
    assert unread(piece) == []


def test_taking_a_claim_out_makes_its_sentence_unread(piece, checker) -> None:
    claim = factories.claim(piece)
    services.read_sentences(piece, actor=checker)
    services.withdraw_claim(claim, actor=checker)
    assert unread(piece) == ["Mehr als 5000 Menschen kamen."]
