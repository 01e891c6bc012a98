"""Published pages as files: which there are, what is in them, and when they change."""

import gzip
import logging
import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.core.management import call_command
from django.test import Client, TransactionTestCase

from articles import baking
from articles.models import Article, Publication
from articles.services import Wrong, erase, publish, save_article
from claims import services as claims
from history import erasure
from history.acts import act
from newsroom.baked import Baked
from newsroom.models import User
from tests import factories
from tests.newsroom.test_baked import ask, django

pytestmark = pytest.mark.django_db
Publishing = Callable[..., Publication]


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    place = tmp_path / "baked"
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": place}
    return place


@pytest.fixture
def publisher(db: None) -> User:
    return factories.user("publisher")


@pytest.fixture
def piece(publisher: User) -> Article:
    return factories.finished(publisher, slug="tausende-auf-dem-platz")


@pytest.fixture
def publishing(publisher: User, django_capture_on_commit_callbacks: Any) -> Publishing:
    def run(piece: Article, **fields: Any) -> Publication:
        with django_capture_on_commit_callbacks(execute=True):
            return publish(piece, actor=publisher, **fields)

    return run


@pytest.fixture
def correct(publishing: Publishing, publisher: User) -> Callable[[Article], Publication]:
    def run(piece: Article) -> Publication:
        piece.refresh_from_db()
        save_article(piece, actor=publisher, standfirst=f"{piece.standfirst} Und mehr.")
        claims.read_sentences(piece, actor=publisher)
        return publishing(
            piece, kind="correction", note="Zahl", corrections=[Wrong("4000", "5000")]
        )

    return run


def pages(root: Path) -> dict[str, bytes]:
    """The pages in the folder, by address; all forms of each hold the same."""
    found = {}
    plain = [path for path in root.rglob("index.html") if not path.is_symlink()]
    for path in plain:
        content = path.read_bytes()
        assert brotli.decompress(path.with_name("index.html.br").read_bytes()) == content
        assert gzip.decompress(path.with_name("index.html.gz").read_bytes()) == content
        found[f"/{path.parent.relative_to(root)}/"] = content
    public = [
        path for path in root.rglob("*") if path.is_file() and path.parts[len(root.parts)][0] != "."
    ]
    assert len(public) == 3 * len(plain), public
    return found


def run_bake(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("bake", *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_publishing_writes_the_page_and_that_of_its_version_and_nothing_else(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    assert set(pages(root)) == {address, f"{address}v/1/"}


def test_a_file_holds_what_the_view_answers(
    root: Path, piece: Article, publishing: Publishing, correct: Any
) -> None:
    publishing(piece, kind="first")
    correct(piece)

    baked = pages(root)
    assert len(baked) == 3
    for address, content in baked.items():
        for client in (Client(), Client(headers={"accept-language": "en", "host": "localhost"})):
            answer = client.get(address)
            assert answer.status_code == 200
            assert answer.content == content


def test_a_page_names_the_site_and_not_the_host_that_it_was_asked_by(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    content = pages(root)[address].decode()
    assert f'<link rel="canonical" href="https://newsroom.example{address}">' in content
    assert f'"url":"https://newsroom.example{address}"' in content.replace('": "', '":"')


def test_readers_keep_the_pages_while_the_application_fails(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        raise ConnectionError("the database is gone")

    app = Baked(broken, root)
    assert ask(app, address).body == pages(root)[address]
    with pytest.raises(ConnectionError):
        ask(app, "/desk/")


def test_a_published_page_asks_the_database_nothing(
    root: Path, piece: Article, publishing: Publishing, django_assert_num_queries: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    with django_assert_num_queries(0):
        assert ask(Baked(django, root), address).status == "200 OK"


def test_a_correction_shows_on_the_page_and_the_former_version_says_it_is_outdated(
    root: Path, piece: Article, publishing: Publishing, correct: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    first = pages(root)
    dates = (root / address.lstrip("/") / "index.html").stat().st_mtime
    correct(piece)

    now = pages(root)
    assert set(now) == {address, f"{address}v/1/", f"{address}v/2/"}
    assert b"4000" in now[address]
    assert now[f"{address}v/1/"] != first[f"{address}v/1/"]
    # Browsers are told dates in whole seconds.
    assert int((root / address.lstrip("/") / "index.html").stat().st_mtime) > int(dates)


def test_equal_pages_are_not_written_again(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    file = root / address.lstrip("/") / "index.html"
    before = file.stat().st_ino, file.stat().st_mtime_ns

    assert baking.bake(piece.pk) == []
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_pages_of_a_former_address_go_and_the_redirect_is_django_s(
    root: Path, piece: Article, publisher: User, publishing: Publishing, correct: Any
) -> None:
    old = publishing(piece, kind="first").public_document["address"]
    piece.refresh_from_db()
    save_article(piece, actor=publisher, slug="fuenftausend")
    new = correct(piece).public_document["address"]

    assert old != new
    assert set(pages(root)) == {new, f"{new}v/1/", f"{new}v/2/"}
    assert ask(Baked(django, root), old).body == b"django"
    assert Client().get(old).headers["Location"] == new


def test_nothing_is_baked_before_the_commit_or_after_a_rollback(
    root: Path, piece: Article, publisher: User, django_capture_on_commit_callbacks: Any
) -> None:
    class Undone(Exception):
        pass

    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(Undone),
        act("articles.article.published", actor=publisher),
    ):
        publish(piece, actor=publisher, kind="first")
        raise Undone
    assert not root.exists()


def test_a_failure_to_bake_is_logged_and_undoes_nothing(
    tmp_path: Path,
    settings: Any,
    piece: Article,
    publishing: Publishing,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").touch()
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": tmp_path / "file" / "baked"}

    with caplog.at_level(logging.ERROR, "articles.baking"):
        made = publishing(piece, kind="first")

    assert Publication.objects.filter(pk=made.pk).exists()
    assert f"The pages of {piece.pk} could not be baked" in caplog.text


def test_pages_that_cannot_be_renewed_are_removed_rather_than_left_as_they_were(
    root: Path, piece: Article, publishing: Publishing, correct: Any, settings: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    # Where the page of the second version would go, there is a file.
    (root / address.lstrip("/") / "v" / "2").touch()

    made = correct(piece)

    assert not (root / address.lstrip("/") / "index.html").exists()
    assert ask(Baked(django, root), address).body == b"django"
    assert Client().get(address).status_code == 200
    assert made.number == 2


def test_erased_words_leave_the_pages(
    root: Path,
    piece: Article,
    publisher: User,
    publishing: Publishing,
    correct: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    publishing(piece, kind="first")
    correct(piece)
    assert all("Polizei" in content.decode() for content in pages(root).values())
    asked = erasure.ask(actor=factories.user("admin"), words=["Polizei"], reason="Beschluss")

    with django_capture_on_commit_callbacks(execute=True):
        erase(asked, actor=factories.user("admin"))

    assert len(pages(root)) == 3
    assert not any("Polizei" in content.decode() for content in pages(root).values())


def test_a_baker_adds_addresses_of_its_own(
    root: Path, piece: Article, publishing: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baking, "bakers", [*baking.bakers])
    baking.baker(lambda article: ["/healthz"])
    address = publishing(piece, kind="first").public_document["address"]

    # What must not be stored is asked for, and not kept.
    assert set(pages(root)) == {address, f"{address}v/1/"}


def test_no_folder_no_pages(
    piece: Article, publishing: Publishing, settings: Any, tmp_path: Path
) -> None:
    publishing(piece, kind="first")

    assert settings.NEWSROOM["BAKED_DIR"] is None
    assert baking.bake(piece.pk) == []
    assert baking.differing() == {}


def test_the_command_bakes_what_is_missing_and_then_finds_nothing(
    piece: Article, publishing: Publishing, tmp_path: Path, settings: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    root = tmp_path / "late"
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": root}

    assert run_bake("--check") == (
        1,
        f"{address} differs from the database\n{address}v/1/ differs from the database\n",
    )
    assert not root.exists()
    assert run_bake() == (0, "1 pieces baked: 2 pages changed.\n")
    for arguments in (("--check",), ("--check", "--all")):
        assert run_bake(*arguments) == (0, "All baked pages are as the database has them.\n")
    assert run_bake() == (0, "0 pieces baked: 0 pages changed.\n")


@pytest.mark.parametrize("suffix", ["", ".br", ".gz"])
@pytest.mark.parametrize("damage", ["removed", "changed", "cut"])
def test_the_command_finds_and_mends_each_form(
    root: Path, piece: Article, publishing: Publishing, suffix: str, damage: str
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    before = pages(root)
    file = root / address.lstrip("/") / f"index.html{suffix}"
    if damage == "removed":
        file.unlink()
    else:
        data = file.read_bytes()
        file.write_bytes(b"<p>Falsch</p>" if damage == "changed" else data[: len(data) // 2])

    assert run_bake("--check") == (1, f"{address} differs from the database\n")
    assert run_bake()[0] == 0
    assert pages(root) == before


def test_the_command_removes_pages_that_belong_to_no_piece(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    publishing(piece, kind="first")
    before = pages(root)
    (root / "2020" / "01" / "weg").mkdir(parents=True)
    (root / "2020" / "01" / "weg" / "index.html").write_text("<p>Weg</p>")

    assert run_bake("--check") == (1, "/2020/01/weg/ belongs to no piece\n")
    assert run_bake()[0] == 0
    assert pages(root) == before
    assert not (root / "2020").exists()


def test_other_settings_or_code_make_every_page_differ(
    root: Path, piece: Article, publishing: Publishing, settings: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    settings.NEWSROOM = settings.NEWSROOM | {"SITE": "https://other.example"}

    assert baking.differing() == {piece.pk: [address, f"{address}v/1/"]}
    assert run_bake() == (0, "1 pieces baked: 2 pages changed.\n")
    assert b"https://other.example" in pages(root)[address]


def test_all_pages_are_written_anew_on_demand(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    file = root / address.lstrip("/") / "index.html"
    before = file.stat().st_ino

    assert run_bake("--all") == (0, "1 pieces baked: 2 pages changed.\n")
    assert file.stat().st_ino != before


def test_a_new_section_comes_to_older_pages_with_the_next_run(
    root: Path, piece: Article, publisher: User, publishing: Publishing
) -> None:
    older = publishing(piece, kind="first").public_document["address"]
    newer = publishing(
        factories.finished(publisher, slug="neu", section=factories.section("Wissen", "wissen")),
        kind="first",
    ).public_document["address"]
    assert b"/section/wissen/" in pages(root)[newer]
    assert b"/section/wissen/" not in pages(root)[older]

    assert run_bake("--check")[1].splitlines() == [
        f"{address} differs from the database" for address in (older, f"{older}v/1/")
    ]
    assert run_bake() == (0, "1 pieces baked: 2 pages changed.\n")
    assert pages(root)[older] == Client().get(older).content


def test_what_differs_is_found_in_three_queries_at_most(
    root: Path, piece: Article, publishing: Publishing, django_assert_num_queries: Any
) -> None:
    publishing(piece, kind="first")

    # Publications, and what the navigation shows.
    with django_assert_num_queries(2):
        assert baking.differing() == {}


def test_files_can_be_read_by_another_server(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    for form in (root / address.lstrip("/")).glob("index.html*"):
        assert os.stat(form).st_mode & 0o777 == 0o644


class InSeveralProcesses(TransactionTestCase):
    def test_many_pieces_are_baked_by_two_processes(self) -> None:
        from tempfile import TemporaryDirectory

        from django.conf import settings

        actor = factories.user("publisher")
        for number in range(25):
            piece = factories.article(slug=f"stueck-{number}", body="<p>Kurz.</p>")
            claims.read_sentences(piece, actor=actor)
            publish(piece, actor=actor, kind="first")
        with (
            TemporaryDirectory() as place,
            self.settings(NEWSROOM=settings.NEWSROOM | {"BAKED_DIR": Path(place)}),
        ):
            assert run_bake("--jobs", "2") == (0, "25 pieces baked: 50 pages changed.\n")
            assert len(pages(Path(place))) == 50
            assert run_bake("--check")[0] == 0
