"""What is still to be read, as lists tell it: sentences that nobody has read, comments for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import comments, progress
from articles import services as articles
from articles.models import Article, Comment
from articles.working_copy import WorkingCopy
from claims import services as claims
from newsroom.models import User
from newsroom.start import Start
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida() -> User:
    return factories.user("reporter", username="ida", first_name="Ida", last_name="Voss")


@pytest.fixture
def ruth() -> User:
    return factories.user("checker", username="ruth", first_name="Ruth", last_name="Kaldenhoff")


def pieces() -> list[Article]:
    """Pieces in every state of being read: not, wholly, in part, with captions and without text."""
    reader = factories.user("checker")
    unread, read, changed = factories.article(), factories.article(), factories.article()
    pictured = factories.article(kicker="Kundgebung", standfirst="Was gezählt wurde. Von wem.")
    factories.image(pictured, caption="Der Platz um neun Uhr. Er ist leer.")
    factories.claim(pictured, "Was gezählt wurde", marks=[("standfirst", "Was gezählt wurde")])
    for one in (read, changed, pictured):
        factories.claim(one)
        one.refresh_from_db()
        claims.read_sentences(one, actor=reader)
    articles.save_article(changed, actor=reader, body=changed.body.replace("neun", "zehn"))
    empty = factories.article(body="")
    return [unread, read, changed, pictured, empty]


def test_lists_tell_what_the_writing_view_tells() -> None:
    found = pieces()
    told = progress.of([piece.pk for piece in found])
    for piece in found:
        summary = WorkingCopy.load(Article.objects.get(pk=piece.pk)).summary()
        assert (told[piece.pk].sentences, told[piece.pk].unread) == (
            summary["sentences"], summary["unread"],
        )  # fmt: skip
    assert [told[piece.pk].unread > 0 for piece in found] == [True, False, True, False, True]


def test_that_costs_four_queries_however_many_they_are() -> None:
    keys = [piece.pk for piece in pieces()]
    for some in (keys[:1], keys):
        with CaptureQueriesContext(connection) as queries:
            progress.of(some)
        assert len(queries) == 4


def listed(user: User) -> str:
    client = Client()
    client.force_login(user)
    english = {"Accept-Language": "en"}
    return client.get(
        reverse("admin:articles_article_changelist"), headers=english
    ).content.decode()


def test_the_list_of_pieces_says_how_much_is_unread(ruth) -> None:
    piece = factories.article()
    (all_of_it,) = progress.of([piece.pk]).values()
    assert f"{all_of_it.unread} of {all_of_it.sentences} sentences unread" in listed(ruth)
    claims.read_sentences(piece, actor=ruth)
    assert "unread" not in listed(ruth)


def test_the_start_page_says_it_too(ruth) -> None:
    piece = factories.article()
    articles.set_state(piece, actor=factories.user("editor"), state="check", assignee=ruth)
    client = Client()
    client.force_login(ruth)
    page = client.get(reverse("admin:index"), headers={"Accept-Language": "en"})
    (all_of_it,) = progress.of([piece.pk]).values()
    assert f"{all_of_it.unread} sentences unread" in page.content.decode()
    ((shown,),) = [work.pieces for work in Start.of(ruth).lists if work.id == "mine"]
    assert shown.progress == all_of_it


# Comments


def new(user: User) -> dict:
    return progress.new_comments(list(Article.objects.values_list("pk", flat=True)), user)


def say(piece: Article, author: User, text: str = "Woher?") -> Comment:
    return comments.begin(piece, author=author, text=text, subject=comments.Subject())


def test_a_comment_is_for_whom_it_mentions_who_talks_along_and_who_has_the_piece(ida, ruth) -> None:
    piece, editor = factories.article(), factories.user("editor")
    thread = say(piece, ida)
    assert new(ida) == new(ruth) == new(editor) == {}
    comments.answer(thread, author=ruth, text="Von der Polizei.")
    assert new(ida) == {piece.pk: 1}
    comments.answer(thread, author=editor, text="Wirklich, @ida?")
    assert new(ida) == {piece.pk: 2}
    assert new(ruth) == {piece.pk: 2}
    articles.set_state(piece, actor=editor, state="check", assignee=editor)
    assert new(editor) == {piece.pk: 2}


def test_who_has_seen_it_has_nothing_new_until_somebody_says_more(ida, ruth) -> None:
    piece = factories.article()
    thread = say(piece, ida, "Woher, @ruth?")
    assert "1 new for you" in listed(ruth)
    client = Client()
    client.force_login(ruth)
    address = reverse("admin:articles_article_comments", args=[piece.pk])
    english = {"Accept-Language": "en"}
    assert ">new</span>" in client.get(address, headers=english).json()["html"]
    assert new(ruth) == {}
    assert ">new</span>" not in client.get(address, headers=english).json()["html"]
    comments.answer(thread, author=ida, text="Es eilt, @ruth.")
    assert new(ruth) == {piece.pk: 1}
    comments.resolve(thread, actor=ida)
    assert new(ruth) == {}


def test_the_list_of_comments_finds_what_is_new(ida, ruth) -> None:
    piece = factories.article()
    say(piece, ida, "Für alle.")
    say(piece, ida, "Für @ruth.")
    client = Client()
    client.force_login(ruth)
    answer = client.get(reverse("admin:articles_comment_changelist"), {"which": "new"})
    assert [row.text for row in answer.context["cl"].result_list] == ["Für @ruth."]


def test_who_may_see_no_comments_is_told_of_none(ida) -> None:
    nobody = factories.user("reporter")
    nobody.groups.clear()
    say(factories.article(), ida, f"Hier, @{nobody.username}.")
    assert new(User.objects.get(pk=nobody.pk)) == {}
