"""Comments are talk among colleagues: anchored to words, never part of what is published."""

import pytest
from django.test import Client
from django.urls import reverse

from articles import comments
from articles.models import Article, Comment
from articles.services import erase, publish, save_article
from claims import services as claims
from history import erasure
from history.models import Entry
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db
SAID = "Woher kommt diese Zahl, @ruth?"


@pytest.fixture
def ida() -> User:
    return factories.user("reporter", username="ida", first_name="Ida", last_name="Voss")


@pytest.fixture
def ruth() -> User:
    return factories.user("checker", username="ruth", first_name="Ruth", last_name="Kaldenhoff")


@pytest.fixture
def piece() -> Article:
    return factories.article()


def post(user: User, piece: Article, **data):
    client = Client()
    client.force_login(user)
    return client.post(reverse("admin:articles_article_comments", args=[piece.pk]), data)


def begin(user: User, piece: Article, **data):
    return post(user, piece, **{"action": "begin", "text": SAID} | data)


ON_WORDS = {"about": "passage", "place": "body", "words": "Gegen neun Uhr", "near": "0"}


def test_a_thread_is_begun_answered_resolved_and_opened_again(ida, ruth, piece) -> None:
    assert begin(ida, piece, **ON_WORDS).json()["open"] == 1
    thread = Comment.objects.get()
    assert list(thread.mentions.all()) == [ruth]

    post(ruth, piece, action="answer", thread=thread.pk, text="Von der Polizei.")
    answer = post(ruth, piece, action="resolve", thread=thread.pk).json()
    assert answer["open"] == 0
    assert "Von der Polizei." in answer["html"]
    thread.refresh_from_db()
    assert thread.resolved_by == ruth

    assert post(ida, piece, action="reopen", thread=thread.pk).json()["open"] == 1
    post(ida, piece, action="resolve", thread=thread.pk)
    assert (
        post(ida, piece, action="answer", thread=thread.pk, text="Doch nicht.").json()["open"] == 1
    )


def test_a_comment_on_deleted_words_keeps_showing_them(ida, piece) -> None:
    begin(ida, piece, **ON_WORDS)
    (thread,) = comments.threads(piece)
    assert not thread.gone
    piece = save_article(piece, actor=ida, body="<p>Es war still.</p>")
    (thread,) = comments.threads(piece)
    assert thread.gone
    assert "<del>Gegen neun Uhr</del>" in post(ida, piece, action="resolve",
        thread=thread.first.pk).json()["html"]  # fmt: skip


def test_a_comment_outlives_its_claim_and_its_citation(ida, piece) -> None:
    claim = factories.claim(piece)
    citation = factories.citation(claim, factories.source(csl={"title": "Lagebericht"}))
    begin(ida, piece, about="claim", claim=claim.pk)
    begin(ida, piece, about="citation", citation=citation.pk)
    claims.remove_citation(citation, actor=ida)
    claims.withdraw_claim(claim, actor=ida)
    found = comments.threads(piece)
    assert [(thread.gone, thread.first.exact) for thread in found] == [
        (True, "Mehr als 5000 Menschen kamen"),
        (True, "Lagebericht"),
    ]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"text": "  "}, 422),
        ({"text": "x" * 5001}, 422),
        ({**ON_WORDS, "words": "steht hier nicht"}, 422),
        ({**ON_WORDS, "place": "nirgends"}, 422),
        ({**ON_WORDS, "near": "-1"}, 200),
        ({"about": "claim", "claim": "kein Schlüssel"}, 404),
        ({"about": "citation", "citation": "00000000-0000-0000-0000-000000000000"}, 404),
        ({"text": "<script>alert(1)</script>"}, 200),
        ({"text": "רשימה 😀 @niemand"}, 200),
    ],
)
def test_whatever_is_sent_has_a_clear_answer(ida, piece, data, status) -> None:
    answer = begin(ida, piece, **data)
    assert answer.status_code == status
    if status == 200:
        assert "<script>" not in answer.json()["html"]
    else:
        assert not Comment.objects.exists()


def test_a_claim_of_another_piece_is_not_commented_on_here(ida, piece) -> None:
    other = factories.claim(factories.article())
    assert begin(ida, piece, about="claim", claim=other.pk).status_code == 404


def test_auditors_read_and_do_not_write(ida, piece) -> None:
    begin(ida, piece)
    auditor = factories.user("auditor")
    client = Client()
    client.force_login(auditor)
    answer = client.get(reverse("admin:articles_article_comments", args=[piece.pk]))
    assert "Woher kommt" in answer.json()["html"]
    assert begin(auditor, piece).status_code == 403


def test_nothing_of_it_is_recorded_or_published(ida) -> None:
    admin = factories.user("admin")
    live = factories.finished(admin)
    before = Entry.objects.count()
    begin(ida, live, text="Vertraulich")
    assert Entry.objects.count() == before
    publish(live, actor=admin)
    document = live.publications.get()
    assert "Vertraulich" not in document.document
    page = Client().get(document.public_document["address"])
    assert b"Vertraulich" not in page.content


def test_an_erasure_reaches_it(ida, piece) -> None:
    begin(ida, piece, text="Sie heißt Erika Muster.", **ON_WORDS)
    asked = erasure.ask(
        actor=factories.user("publisher"), words=["Erika Muster", "neun Uhr"], reason="Bitte"
    )
    erase(asked, actor=factories.user("admin"))
    row = Comment.objects.get()
    assert (row.text, row.exact) == ("Sie heißt █████ ██████.", "Gegen ████ ███")


def test_threads_cost_the_same_for_few_and_many(ida, piece, django_assert_num_queries) -> None:
    for number in range(6):
        begin(ida, piece, text=f"Nummer {number}")
        post(ida, piece, action="answer", thread=Comment.objects.threads().first().pk, text="Ja.")
    with django_assert_num_queries(1):
        assert len(comments.threads(piece)) == 6
