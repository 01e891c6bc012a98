"""Published pages as files: which there are, what is in them, and when they change."""

import gzip
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import brotli
import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.db import connection
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
from tests.jobs import run_due
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


def files(root: Path) -> dict[str, bytes]:
    """The files in the folder, by address; all forms of each hold the same."""
    found = {}
    public = [
        path for path in root.rglob("*") if path.is_file() and path.parts[len(root.parts)][0] != "."
    ]
    for path in public:
        if path.suffix not in (".br", ".gz"):
            content = path.read_bytes()
            assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == content
            assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == content
            found["/" + path.relative_to(root).as_posix().removesuffix("index.html")] = content
    assert len(public) == 3 * len(found), public
    return found


def pages(root: Path) -> dict[str, bytes]:
    """The pages of pieces; each has its document beside it."""
    found = {address: data for address, data in files(root).items() if address[1:5].isdigit()}
    html = {address: data for address, data in found.items() if address.endswith("/")}
    assert set(found) == {*html, *(f"{address}index.json" for address in html)}
    return html


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
    assert f"{piece.pk} could not be baked" in caplog.text


def test_a_page_that_was_not_baked_at_once_is_baked_by_a_job(
    root: Path, piece: Article, publisher: User
) -> None:
    # Nothing runs after the commit: the process has ended.
    address = publish(piece, actor=publisher, kind="first").public_document["address"]
    assert not root.exists()

    assert "articles.tasks.bake_piece" in run_due()
    assert set(pages(root)) == {address, f"{address}v/1/"}


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


def test_what_is_of_the_moment_is_not_kept(piece: Article, publishing: Publishing) -> None:
    publishing(piece, kind="first")

    assert baking.rendered("/sitemap.xml") is not None
    for address in ("/news-sitemap.xml", "/healthz", "/nothing/"):
        assert baking.rendered(address) is None


def test_no_folder_no_pages(
    piece: Article, publishing: Publishing, settings: Any, tmp_path: Path
) -> None:
    publishing(piece, kind="first")

    assert settings.NEWSROOM["BAKED_DIR"] is None
    assert baking.bake(piece.pk) == []
    assert baking.differing() == []


def test_the_command_bakes_what_is_missing_and_then_finds_nothing(
    piece: Article, publishing: Publishing, tmp_path: Path, settings: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    root = tmp_path / "late"
    settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": root}

    status, told = run_bake("--check")
    assert status == 1
    for place in (address, f"{address}v/1/index.json", "/", "/atom.xml", "/sitemap.xml"):
        assert f"{place} differs from the database" in told.splitlines()
    assert not root.exists()
    assert run_bake() == (0, f"{len(told.splitlines())} pages changed.\n")
    assert len(files(root)) == len(told.splitlines())
    for arguments in (("--check",), ("--check", "--all")):
        assert run_bake(*arguments) == (0, "All baked pages are as the database has them.\n")
    assert run_bake() == (0, "0 pages changed.\n")


@pytest.mark.parametrize("suffix", ["", ".br", ".gz"])
@pytest.mark.parametrize("damage", ["removed", "changed", "cut"])
def test_the_command_finds_and_mends_each_form(
    root: Path, piece: Article, publishing: Publishing, suffix: str, damage: str
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    run_bake()
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


def test_the_command_removes_pages_that_belong_to_nothing(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    publishing(piece, kind="first")
    run_bake()
    before = files(root)
    (root / "2020" / "01" / "weg").mkdir(parents=True)
    (root / "2020" / "01" / "weg" / "index.html").write_text("<p>Weg</p>")

    assert run_bake("--check") == (1, "/2020/01/weg/ belongs to no piece and no list\n")
    assert run_bake()[0] == 0
    assert files(root) == before
    assert not (root / "2020").exists()


def test_other_settings_or_code_make_every_page_differ(
    root: Path, piece: Article, publishing: Publishing, settings: Any
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    settings.NEWSROOM = settings.NEWSROOM | {"SITE": "https://other.example"}

    assert baking.differing() == [piece.pk]
    assert baking.piece_differs(piece.pk)[0] == address
    assert run_bake()[0] == 0
    assert b"https://other.example" in pages(root)[address]


def test_all_pages_are_written_anew_on_demand(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]
    file = root / address.lstrip("/") / "index.html"
    before = file.stat().st_ino

    assert run_bake("--all") == (0, f"{len(files(root))} pages changed.\n")
    assert file.stat().st_ino != before


def test_a_new_section_comes_to_every_page_by_a_job(
    root: Path, piece: Article, publisher: User, publishing: Publishing
) -> None:
    older = publishing(piece, kind="first").public_document["address"]
    run_due()
    newer = publishing(
        factories.finished(publisher, slug="neu", section=factories.section("Wissen", "wissen")),
        kind="first",
    ).public_document["address"]
    assert b"/section/wissen/" in pages(root)[newer]
    assert b"/section/wissen/" not in pages(root)[older]

    assert "articles.tasks.bake_everything" in run_due()
    assert all(b"/section/wissen/" in page for page in pages(root).values())
    assert run_bake("--check", "--all")[0] == 0


def test_what_differs_is_found_in_three_queries_at_most(
    root: Path, piece: Article, publishing: Publishing, django_assert_num_queries: Any
) -> None:
    publishing(piece, kind="first")

    # Publications, and what the navigation shows.
    with django_assert_num_queries(2):
        assert baking.differing() == []


def test_files_can_be_read_by_another_server(
    root: Path, piece: Article, publishing: Publishing
) -> None:
    address = publishing(piece, kind="first").public_document["address"]

    for form in (root / address.lstrip("/")).glob("index.html*"):
        assert os.stat(form).st_mode & 0o777 == 0o644


# A process of its own, as the command has: one with threads cannot be divided.
BAKE = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.NEWSROOM = settings.NEWSROOM | {"BAKED_DIR": Path(sys.argv[2])}
call_command("bake", *sys.argv[3:], "--jobs", "2")
"""


class InSeveralProcesses(TransactionTestCase):
    def test_many_pieces_are_baked_by_two_processes(self) -> None:
        actor = factories.user("publisher")
        for number in range(25):
            piece = factories.article(slug=f"stueck-{number}", body="<p>Kurz.</p>")
            claims.read_sentences(piece, actor=actor)
            publish(piece, actor=actor, kind="first")
        with TemporaryDirectory() as place:
            self.bake(place)
            assert len(pages(Path(place))) == 50
            self.bake(place, "--check", "--all")

    def bake(self, *arguments: str) -> None:
        name = connection.settings_dict["NAME"]
        done = subprocess.run(
            [sys.executable, "-c", BAKE, name, *arguments],
            cwd=project_settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "newsroom.settings.test"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
