"""The desk and the public page speak German: all of it, and the same as their English."""

import gettext
import os
import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.po"
# Where words stand that people read.
WITH_WORDS = ("articles", "claims", "history", "newsroom", "sources", "templates")
HOW_TO = (
    "Run `manage.py makemessages --locale de --no-location --no-obsolete`, translate, then"
    " `manage.py compilemessages`."
)

# %(name)s, %d, {name}, %% and elements: what a translation must take over. {braces} are no name
# but a word in them, which shows how to write a comma in an institution’s name.
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrf]|%%|\{(?!braces)\w*\}|</?\w+[^>]*>")

Key = tuple[str | None, str, str]


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def german(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture
def marked(tmp_path, monkeypatch, settings) -> set[Key]:
    """Return all that is marked for translation in the present code."""
    if shutil.which("xgettext") is None and not os.environ.get("CI"):
        pytest.skip("xgettext is not installed: apt-get install gettext")
    # In a copy, because makemessages writes beside what it reads, where other tests are reading.
    for folder in WITH_WORDS:
        shutil.copytree(
            settings.BASE_DIR / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("__pycache__", "static", "migrations"),
        )
    found = tmp_path / "found"
    found.mkdir()
    settings.LOCALE_PATHS = [found]
    shutil.rmtree(tmp_path / "newsroom" / "locale")
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["de"], keep_pot=True, no_location=True, verbosity=0)
    return {key(entry) for entry in polib.pofile(str(found / "django.pot"))}


def test_every_marked_string_has_its_place_in_the_german_catalogue(catalogue, marked):
    known = {key(entry) for entry in catalogue}
    assert not marked - known, HOW_TO
    assert not known - marked, f"These are said nowhere any more. {HOW_TO}"


def test_every_string_of_the_catalogue_is_translated(catalogue):
    untranslated = [
        entry.msgid
        for entry in catalogue
        if entry.obsolete or entry.fuzzy or not all(text.strip() for text in german(entry))
    ]
    assert not untranslated


def test_german_has_a_singular_and_a_plural(catalogue):
    assert catalogue.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    assert all(list(entry.msgstr_plural) == [0, 1] for entry in catalogue if entry.msgid_plural)


def test_translations_take_over_placeholders_and_elements(catalogue):
    wrong = []
    for entry in catalogue:
        wanted = [entry.msgid, *([entry.msgid_plural] if entry.msgid_plural else [])]
        for english, text in zip(wanted, german(entry), strict=True):
            if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(text)):
                wrong.append((english, text))
    assert not wrong


def test_translations_begin_and_end_as_the_original_does(catalogue):
    """Strings are put together: what ends with a colon or a full stop must do so in German."""
    wrong = []
    for entry in catalogue:
        for text in german(entry):
            same_ends = all(
                entry.msgid.endswith(mark) == text.endswith(mark) for mark in (".", ":", "…", "?")
            )
            if not same_ends or text != text.strip():
                wrong.append((entry.msgid, text))
    assert not wrong


def test_german_quotes_are_german(catalogue):
    wrong = []
    for entry in catalogue:
        for text in german(entry):
            said = re.sub(r"<[^>]*>", "", text)
            paired = re.fullmatch(r"[^„“]*(?:„[^„“]*“[^„“]*)*", said)
            if not paired or any(mark in said for mark in ('"', "”", "'", "...")):
                wrong.append(text)
    assert not wrong


def test_the_compiled_catalogue_says_what_the_written_one_says(catalogue, tmp_path):
    fresh = tmp_path / "django.mo"
    catalogue.save_as_mofile(str(fresh))
    with fresh.open("rb") as wanted, CATALOGUE.with_suffix(".mo").open("rb") as stored:
        assert (
            gettext.GNUTranslations(stored)._catalog == gettext.GNUTranslations(wanted)._catalog
        ), HOW_TO


def test_a_language_is_spoken_throughout():
    """English has no catalogue; German must not stand in for what it lacks."""
    said = {}
    for language in ("de", "en"):
        with translation.override(language):
            said[language] = (
                translation.gettext("Claims"),
                translation.ngettext("%(count)s claim needs you", "%(count)s claims need you", 2),
                translation.pgettext("standing", "disputed"),
            )
    assert said == {
        "de": ("Aussagen", "%(count)s Aussagen brauchen dich", "umstritten"),
        "en": ("Claims", "%(count)s claims need you", "disputed"),
    }
