"""``manage.py import_article``: from a file to a draft on record, or nothing at all."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from articles.models import Article
from history.models import Entry
from newsroom.models import User
from tests import factories

pytestmark = pytest.mark.django_db

TEXT = """Die Hafenbahn fährt wieder

Mehr als 5000 Fahrgäste kamen am 26. April. Das sagte die „Hafenbahn GmbH“.

Was die Fahrt kostet

Eine Karte kostet 2,50 Euro – so viel wie im Bus.
"""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def manuscript(tmp_path: Path) -> Path:
    path = tmp_path / "hafen-bahn.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_article", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def refusal(*arguments: Any) -> str:
    """Return the one line of a refused import, having seen that it left nothing behind."""
    before = Article.objects.count(), Entry.objects.count(), User.objects.count()
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
    assert (Article.objects.count(), Entry.objects.count(), User.objects.count()) == before
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_file_becomes_a_draft_and_the_command_says_what_it_made(manuscript: Path) -> None:
    printed = run(manuscript)
    article = Article.objects.get()
    assert article.headline == "Die Hafenbahn fährt wieder"
    assert article.body == (
        "<p>Mehr als 5000 Fahrgäste kamen am 26. April. Das sagte die „Hafenbahn GmbH“.</p>"
        "<h2>Was die Fahrt kostet</h2><p>Eine Karte kostet 2,50 Euro – so viel wie im Bus.</p>"
    )
    assert (article.state, article.language, article.section) == ("draft", "de", None)
    assert printed.splitlines() == [
        f"Imported “Die Hafenbahn fährt wieder” as {article.slug} (draft).",
        "2 paragraphs, 1 subheading, 4 sentences, 27 words",
        f"Open it at /desk/articles/article/{article.pk}/change/",
    ]


def test_an_import_is_one_entry_by_the_system_and_says_from_where(manuscript: Path) -> None:
    run(manuscript)
    entry = Entry.objects.get(subject=Article.objects.get().pk)
    assert (entry.kind, entry.revision) == ("articles.article.created", 1)
    assert entry.actor == User.objects.system().pk
    assert json.loads(entry.payload.data)["comment"] == "Imported from hafen-bahn.txt"


def test_options_set_headline_language_section_and_actor(manuscript: Path) -> None:
    user = factories.user("reporter", username="anna")
    section = factories.section("Verkehr & Hafen", "verkehr")
    options = ["--headline", "  Neu  auf Gleis ", "--language", "en", "--as", "anna"]
    run(manuscript, *options, "--section", "verkehr")
    run(manuscript, *options, "--section", "VERKEHR & hafen")
    first, second = Article.objects.order_by("created_at")
    for article in (first, second):
        assert (article.headline, article.language) == ("Neu auf Gleis", "en")
        assert article.section == section
        assert Entry.objects.get(subject=article.pk).actor == user.pk
    assert first.slug != second.slug


def test_json_is_one_object_for_programs(manuscript: Path) -> None:
    report = json.loads(run(manuscript, "--json"))
    article = Article.objects.get()
    assert report == {
        "id": str(article.pk),
        "slug": article.slug,
        "headline": "Die Hafenbahn fährt wieder",
        "language": "de",
        "section": None,
        "state": "draft",
        "revision": 1,
        "format": "text",
        "encoding": "utf-8",
        "paragraphs": 2,
        "subheadings": 1,
        "sentences": 4,
        "words": 27,
        "dropped": [],
        "edit": f"/desk/articles/article/{article.pk}/change/",
    }


def test_what_could_not_be_kept_is_said(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<h1>Titel</h1><p>Ein Satz.</p><img src=a><img src=b>", encoding="utf-8")
    assert "Not kept: 2 images" in run(page)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n", "a.txt", "white space"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.txt", "PNG"),
        (b"PK\x03\x04kaputt", "a.docx", "damaged"),
        (b"a" * 5_000_001, "a.txt", "too large"),
    ],
)
def test_a_bad_file_leaves_nothing(tmp_path: Path, content: bytes, name: str, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert reason in refusal(path)


def test_bad_arguments_leave_nothing(manuscript: Path, tmp_path: Path) -> None:
    factories.section("Hafen", "a")
    factories.section("Hafen", "b")
    assert "No such file" in refusal(tmp_path / "missing.txt")
    assert "directory" in refusal(tmp_path)
    assert "no section “nirgends”" in refusal(manuscript, "--section", "nirgends")
    assert "give the slug" in refusal(manuscript, "--section", "hafen")
    assert "no user “niemand”" in refusal(manuscript, "--as", "niemand")
    assert "no language “fr”" in refusal(manuscript, "--language", "fr")
    assert "300 characters" in refusal(manuscript, "--headline", "x" * 301)


def test_a_name_that_is_no_text_is_no_obstacle(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe4hn.txt"))
    path.write_text("Ein Satz.", encoding="utf-8")
    run(path)
    assert Article.objects.get().headline == "Bhn"
    assert "empty" in refusal(_emptied(path))


def _emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def test_the_process_ends_with_status_2_and_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "import_article", tmp_path / "missing.txt"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "newsroom.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "missing.txt" in done.stderr
