"""Lists as files: after whatever happened, they are what a full bake would write, and no more work
was done for that than what had changed.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from procrastinate.contrib.django.models import ProcrastinateJob

from articles import baking, feeds, listings, lists, sitemaps, tasks
from articles.models import Article, FrontPage, LivePiece, Publication
from articles.services import arrange_front, block, erase
from history import erasure
from newsroom.baked import Baked
from newsroom.models import User
from tests import factories
from tests.jobs import run_due, waiting
from tests.newsroom.test_baked import ask, django

from .test_baking import files, run_bake
from .test_listings import CULTURE, POLITICS, again, appeared

pytestmark = pytest.mark.django_db
SMALL = {
    (listings, "PIECES_A_PAGE"): 2,
    (listings, "CORRECTIONS_A_PAGE"): 2,
    (listings, "CHANGES_A_PAGE"): 3,
    (sitemaps, "ADDRESSES"): 2,
    (feeds, "ENTRIES"): 2,
}


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    place = tmp_path / "baked"
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": place}
    return place


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for (module, name), value in SMALL.items():
        monkeypatch.setattr(module, name, value)


def asked_for() -> list[str]:
    """The addresses of the lists that wait to be baked."""
    jobs = ProcrastinateJob.objects.filter(status="todo", task_name="articles.tasks.bake_list")
    return sorted(job.args["address"] for job in jobs)


def whole() -> dict[str, bytes]:
    """What a full bake would write, by address."""
    addresses = [
        *(
            address
            for key in Article.objects.values_list("pk", flat=True)
            for address in baking.piece_pages(key)
        ),
        *lists.everything(),
    ]
    found = {address: baking.rendered(address) for address in addresses}
    return {address: content for address, content in found.items() if content is not None}


def test_publishing_asks_once_for_each_list_that_it_changes(root):
    appeared("eins", 0, **POLITICS)
    run_due()
    appeared("zwei", 1, tags=[{"name": "Bahn", "slug": "bahn"}], **POLITICS)
    again(appeared("drei", 2, **POLITICS), "typo")
    assert asked_for() == [
        "/",
        "/atom.xml",
        "/changes.json",
        "/feed.json",
        "/section/politik/",
        "/section/politik/atom.xml",
        "/section/politik/feed.json",
        "/sitemap.xml",
        "/topic/bahn/",
    ]


def test_corrections_are_baked_when_something_was_corrected(root):
    first = appeared("eins", 0)
    run_due()
    assert "/corrections/" not in files(root)
    again(first, "correction", wrongs=[{"wrong": "a", "right": "b"}])
    assert {"/corrections/", "/corrections/atom.xml", "/corrections/feed.json"} < set(asked_for())
    run_due()
    assert b"Wrong" not in files(root)["/corrections/"]
    assert files(root)["/corrections/"] == Client().get("/corrections/").content


def test_of_a_long_list_only_the_newest_pages_are_baked(root, small):
    for hour in range(9):
        appeared(f"p{hour}", hour)
    run_due()
    # Three full pages, and the newest with three pieces.
    appeared("p9", 9)
    pages = [address for address in asked_for() if "page" in address or "changes" in address]
    assert pages == ["/changes.json", "/page/3/", "/page/4/"]
    run_due()
    appeared("p10", 10)
    pages = [address for address in asked_for() if "page" in address or "changes" in address]
    assert pages == ["/changes.json"]
    run_due()
    older = LivePiece.objects.get(address="/2025/05/p2/").publication
    again(older, "update", headline="Neu gesagt")
    assert [address for address in asked_for() if "page" in address] == ["/page/2/"]
    run_due()
    assert b"Neu gesagt" in files(root)["/page/2/"]


def test_full_pages_stay_as_they_are_to_the_byte(root, small):
    for hour in range(11):
        appeared(f"p{hour}", hour)
    run_due()
    before = files(root)
    for hour in range(11, 16):
        appeared(f"p{hour}", hour)
        run_due()
    now = files(root)
    for address in ("/page/1/", "/page/2/", "/changes/1/changes.json", "/sitemap/2/sitemap.xml"):
        assert now[address] == before[address]


def test_page_of_a_list_that_became_shorter_goes(root, small):
    made = [appeared(f"p{hour}", hour, **POLITICS) for hour in range(4)]
    run_due()
    assert "/section/politik/page/1/" in files(root)
    again(made[0], "update", **CULTURE)
    run_due()
    assert "/section/politik/page/1/" not in files(root)
    for publication in made[1:]:
        again(publication, "update", **CULTURE)
    run_due()
    assert not [address for address in files(root) if "politik" in address]
    assert Client().get("/section/politik/").status_code == 410
    assert files(root) == whole()


def test_front_page_is_baked_when_it_is_arranged(root):
    made = [appeared(f"p{hour}", hour) for hour in range(2)]
    run_due()
    arrange_front([made[0].article_id], actor=factories.user("admin"), based_on=None)
    assert waiting() == ["articles.tasks.bake_list"]
    run_due()
    assert files(root)["/"] == Client().get("/").content


def test_lists_are_served_without_the_application_and_its_database(root):
    appeared("eins", 0, **POLITICS)
    tasks.bake_everything()
    run_due()
    for address in lists.everything():
        answer = ask(Baked(django, root), address)
        assert answer.status == "200 OK", address
        response = Client().get(address)
        assert answer.body == response.content
        assert answer.headers["Content-Type"] == response["Content-Type"]


def test_erased_words_leave_every_list(root, django_capture_on_commit_callbacks):
    first = appeared("eins", 0, headline="Der Kanarienvogel", standfirst="Vogel.", **POLITICS)
    wrong = {"wrong": "Ein Kanarienvogel.", "right": "Ein Zeisig, kein Kanarienvogel."}
    again(again(first, "correction", wrongs=[wrong]), "update")
    run_due()
    assert len([file for file in files(root).values() if b"Kanarienvogel" in file]) >= 8
    assert any(b"Kanarienvogel" in content for content in files(root).values())
    asked = erasure.ask(
        actor=factories.user("publisher"), words=["Kanarienvogel"], reason="Beschluss"
    )
    with django_capture_on_commit_callbacks(execute=True):
        erase(asked, actor=factories.user("admin"))
    # Whether or not a worker runs.
    assert not any(b"Kanarienvogel" in content for content in files(root).values())


def test_removed_piece_has_left_every_list_when_the_block_is_reported(root, small):
    made = [appeared(f"p{hour}", hour, **POLITICS) for hour in range(7)]
    run_due()
    assert b"/2025/05/p1/" in files(root)["/changes/1/changes.json"]

    block(made[1].article, actor=factories.user("admin"), reason="Beschluss", whole=True)

    # Whether or not a worker runs.
    held = [name for name, content in files(root).items() if b"/2025/05/p1/" in content]
    assert held == []
    run_due()
    assert files(root) == whole()


def test_the_command_finds_and_mends_a_list(root):
    appeared("eins", 0)
    run_bake()
    (root / "atom.xml").write_bytes(b"<feed/>")
    (root / "section" / "weg").mkdir(parents=True)
    (root / "section" / "weg" / "atom.xml").write_bytes(b"<feed/>")
    assert run_bake("--check") == (
        1,
        "/atom.xml differs from the database\n"
        "/section/weg/atom.xml belongs to no piece and no list\n",
    )
    assert run_bake() == (0, "2 pages changed.\n")
    assert run_bake("--check", "--all") == (0, "All baked pages are as the database has them.\n")
    assert files(root) == whole()


def test_other_templates_change_pages_and_no_record(root):
    made = appeared("eins", 0)
    run_bake()
    before = Publication.objects.values_list("document", flat=True).get(), files(root)
    with mock.patch("articles.baking._code", return_value="another template"):
        assert "differs" in run_bake("--check")[1]
        run_bake("--all")
    made.refresh_from_db()
    assert made.document == before[0]
    assert files(root) == before[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history_entry WHERE kind LIKE 'articles.article.%'")
        assert cursor.fetchone()[0] == 2


def test_a_list_that_cannot_be_baked_is_removed_rather_than_left_as_it_was(root):
    appeared("eins", 0)
    run_due()
    appeared("zwei", 1)
    with (
        mock.patch("articles.baking.rendered", side_effect=RuntimeError("no template")),
        pytest.raises(RuntimeError),
    ):
        tasks.bake_list("/")
    assert "/" not in files(root)


def test_nothing_is_asked_for_where_nothing_is_baked():
    appeared("eins", 0)
    assert waiting() == []


class AnySequence(TestCase):
    """Publishing, changing, moving, retracting and arranging, in any order."""

    sections = st.sampled_from([None, "politik", "kultur"])
    topics = st.lists(st.sampled_from(["bahn", "wasser"]), unique=True)
    new = st.tuples(st.just("new"), sections, topics, st.integers(0, 30))
    steps = st.one_of(
        new,
        new,
        st.tuples(
            st.sampled_from(["typo", "update", "correction"]), st.integers(0, 9), sections, topics
        ),
        st.tuples(st.just("retraction"), st.integers(0, 9)),
        st.tuples(st.just("front"), st.lists(st.integers(0, 9), max_size=3, unique=True)),
        st.tuples(st.just("work")),
    )

    @settings(max_examples=12, deadline=None)
    @given(st.lists(steps, min_size=5, max_size=12))
    def test_what_is_baked_is_what_a_full_bake_would_write(self, steps: list[Any]) -> None:
        with TemporaryDirectory() as place, self.small(Path(place)):
            made: list[Publication] = []
            for address in lists.everything():
                baking.bake_list(address)
            for step in steps:
                with self.captureOnCommitCallbacks(execute=True):
                    self.take(step, made)
            run_due()
            assert files(Path(place)) == whole()

    def small(self, place: Path) -> Any:
        from contextlib import ExitStack

        stack = ExitStack()
        for (module, name), value in SMALL.items():
            stack.enter_context(mock.patch.object(module, name, value))
        chosen = django_settings.NEWSROOM | {"BAKED_DIR": place}
        stack.enter_context(self.settings(NEWSROOM=chosen))
        return stack

    def take(self, step: Any, made: list[Publication]) -> None:
        match step:
            case ("new", section, tags, hour):
                made.append(appeared(f"p{len(made)}", hour, **self.named(section, tags)))
            case ("typo" | "update" | "correction" as kind, index, section, tags) if made:
                one = made[index % len(made)]
                if one.kind != "retraction":
                    wrongs = [{"wrong": "a", "right": "b"}] if kind == "correction" else []
                    made[index % len(made)] = again(
                        one, kind, wrongs=wrongs, **self.named(section, tags)
                    )
            case ("retraction", index) if made:
                if made[index % len(made)].kind != "retraction":
                    made[index % len(made)] = again(made[index % len(made)], "retraction")
            case ("front", indexes) if made:
                offered = [one.article_id for one in made if one.kind != "retraction"]
                chosen = list(dict.fromkeys(offered[i] for i in indexes if i < len(offered)))
                latest = FrontPage.objects.first()
                arrange_front(chosen, actor=self.arranger(), based_on=latest.pk if latest else None)
            case ("work",):
                run_due()

    @staticmethod
    def arranger() -> User:
        return User.objects.filter(is_superuser=True).first() or factories.user("admin")

    @staticmethod
    def named(section: str | None, tags: list[str]) -> dict[str, Any]:
        return {
            "section": {"name": section.title(), "slug": section} if section else None,
            "tags": [{"name": tag.title(), "slug": tag} for tag in tags],
            "bylines": [{"name": "Anna Lindner", "slug": "anna-lindner", "role": ""}],
        }
