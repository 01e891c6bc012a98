"""``manage.py import_article FILE``: make a draft of a manuscript, or replace a piece's text."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import services
from articles.choices import Language
from articles.importing import MAX_BYTES, Imported, ImportRefused, convert
from articles.models import Article, Section
from articles.views_replacing import Shown, shown
from claims.sentences import sentences
from claims.text import read
from history import revisions


class Command(BaseCommand):
    help = (
        "Make a draft of a text, Markdown, HTML or Word file, or replace a piece's text by it. "
        "Exit status 2 and one line on stderr: bad input, and nothing was made."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a .txt, .md, .html or .docx file")
        parser.add_argument(
            "--headline", default="", help="default: the first heading, else the file's name"
        )
        parser.add_argument(
            "--language",
            default=Language.GERMAN.value,
            help=f"one of: {', '.join(Language.values)} (default: %(default)s)",
        )
        parser.add_argument("--section", default="", help="slug or name")
        parser.add_argument(
            "--as", dest="user", default="", help="who imports; default: the system"
        )
        parser.add_argument(
            "--replace",
            default="",
            metavar="SLUG",
            help="put the text in the place of this piece's; its claims are found again, and those "
            "that are not found beyond doubt are told and stay lost",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        language = options["language"]
        if language not in Language.values:
            raise _bad(
                _("There is no language “%(language)s”, only: %(languages)s.")
                % {"language": language, "languages": ", ".join(Language.values)}
            )
        section = _section(options["section"])
        user = _user(options["user"])
        path = Path(options["file"])
        try:
            imported = convert(_read(path), path.name, headline=options["headline"])
        except ImportRefused as refused:
            raise _bad(f"{path}: {refused}") from refused
        if options["replace"]:
            self._replace(options["replace"], imported, user, path.name, as_json=options["json"])
            return
        try:
            article = services.create_article(
                actor=user or get_user_model().objects.system(),
                headline=imported.headline,
                body=imported.body,
                language=language,
                section=section,
                comment=_("Imported from %(file)s") % {"file": _printable(path.name)},
            )
        except ValidationError as error:
            raise _bad(" ".join(error.messages)) from error
        except PermissionDenied as error:
            raise _bad(str(error) or _("This person may not write articles.")) from error
        report = _report(article, imported)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(article, report)))

    def _replace(
        self, slug: str, imported: Imported, user: Any, file: str, *, as_json: bool
    ) -> None:
        article = Article.objects.filter(slug=slug).first()
        if article is None:
            raise _bad(_("There is no piece “%(slug)s”.") % {"slug": slug})
        try:
            made = services.replace_text(
                article,
                actor=user or get_user_model().objects.system(),
                body=imported.body,
                comment=_("Imported from %(file)s") % {"file": _printable(file)},
            )
        except ValidationError as error:
            raise _bad(" ".join(error.messages)) from error
        except PermissionDenied as error:
            raise _bad(str(error) or _("This person may not write articles.")) from error
        article.refresh_from_db()
        rows = shown(article, made)
        if as_json:
            report = {
                **_report(article, imported),
                "claims": [
                    {
                        "claim": str(one.row.claim),
                        "statement": one.statement,
                        "outcome": str(one.row.anchor.outcome),
                        "confidence": one.row.anchor.confidence,
                        "old": one.row.old,
                        "new": one.row.new,
                        "level": one.row.level,
                        "why": [f"{d.code}: {d.old} → {d.new}" for d in one.row.differences],
                    }
                    for one in rows
                ],
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        lines = [
            _("Replaced the text of “%(headline)s” (%(slug)s).")
            % {"headline": article.headline, "slug": article.slug},
            ngettext(
                "%(n)d passage, %(lost)d of them lost",
                "%(n)d passages, %(lost)d of them lost",
                len(rows),
            )
            % {"n": len(rows), "lost": made.undecided},
            *(f"- {one.statement}\n    {told}" for one in rows for told in _told(one)),
            _("Open it at %(address)s") % {"address": article.editing_address},
        ]
        self.stdout.write("\n".join(lines))


def _told(one: Shown) -> list[str]:
    """Return what became of a passage, a line each."""
    row = one.row
    words = f"{row.old} → {row.new}" if row.new else row.old
    return [": ".join(part for part in (one.outcome, one.effect, words) if part)]


def _bad(message: str) -> CommandError:
    return CommandError(" ".join(_printable(message).split()), returncode=2)


def _printable(text: str) -> str:
    # Names of files may hold bytes that are no text.
    return text.encode("utf-8", "replace").decode()


def _read(path: Path) -> bytes:
    """Return the bytes of a file, one more than allowed if there are too many."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _bad(
            _("Cannot read %(file)s: %(reason)s.") % {"file": path, "reason": reason}
        ) from error


def _section(wanted: str) -> Section | None:
    if not wanted:
        return None
    by_slug = Section.objects.filter(slug=wanted).first()
    by_name = list(Section.objects.filter(name__iexact=wanted)[:2])
    if by_slug is None and len(by_name) != 1:
        message = (
            _("Several sections are called “%(section)s”: give the slug.")
            if by_name
            else _("There is no section “%(section)s”.")
        )
        raise _bad(message % {"section": wanted})
    return by_slug or by_name[0]


def _user(name: str) -> Any:
    if not name:
        return None
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise _bad(_("There is no user “%(user)s”.") % {"user": name})
    return user


def _report(article: Article, imported: Imported) -> dict[str, Any]:
    return {
        "id": str(article.pk),
        "slug": article.slug,
        "headline": article.headline,
        "language": article.language,
        "section": article.section.slug if article.section else None,
        "state": article.state,
        "revision": revisions.latest_revision(article),
        "format": imported.format,
        "encoding": imported.encoding,
        "paragraphs": imported.paragraphs,
        "subheadings": imported.subheadings,
        "sentences": len(sentences(read(article.body))),
        "words": imported.words,
        "dropped": list(imported.dropped),
        "edit": article.editing_address,
    }


def _lines(article: Article, report: dict[str, Any]) -> list[str]:
    paragraphs, subheadings = report["paragraphs"], report["subheadings"]
    counts = [
        ngettext("%(n)d paragraph", "%(n)d paragraphs", paragraphs) % {"n": paragraphs},
        ngettext("%(n)d subheading", "%(n)d subheadings", subheadings) % {"n": subheadings},
        ngettext("%(n)d sentence", "%(n)d sentences", report["sentences"])
        % {"n": report["sentences"]},
        ngettext("%(n)d word", "%(n)d words", report["words"]) % {"n": report["words"]},
    ]
    dropped = ", ".join(report["dropped"])
    return [
        _("Imported “%(headline)s” as %(slug)s (%(state)s).")
        % {
            "headline": article.headline,
            "slug": article.slug,
            "state": article.get_state_display(),
        },
        ", ".join(counts),
        *([_("Not kept: %(dropped)s") % {"dropped": dropped}] if dropped else []),
        _("Open it at %(address)s") % {"address": report["edit"]},
    ]
