"""``manage.py bundle SLUG -o FILE``: everything about a piece, with what proves it."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import bundle
from articles.models import Article


class Command(BaseCommand):
    help = (
        "Write an audit bundle: a zip with the history of a piece and what proves it, to be"
        " checked offline by the program that is in it (verify_bundle.py)."
        " Exit status 2: bad input; nothing is written then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("-o", "--output", required=True, metavar="FILE")
        parser.add_argument(
            "--redacted",
            action="store_true",
            help="withhold what is confidential, personal or internal; still prove the rest",
        )
        parser.add_argument(
            "--revisions",
            choices=["all", "published"],
            default="all",
            help="all of them (default), or those alone that were published",
        )
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default="",
            help="of report.html; default: the piece's",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        article = (
            Article.objects.filter(slug=options["slug"]).first()
            or Article.objects.filter(publications__slug=options["slug"]).first()
        )
        if article is None:
            raise CommandError(f"There is no piece at “{options['slug']}”.", returncode=2)
        output = Path(options["output"])
        try:
            # Aside, and readable by its owner alone: a bundle may hold confidential material.
            handle, aside = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
        except OSError as error:
            raise _unwritable(output, error) from error
        try:
            with os.fdopen(handle, "wb") as file:
                bundle.write(
                    article,
                    file,
                    redacted=options["redacted"],
                    revisions=options["revisions"],
                    language=options["language"],
                )
            Path(aside).replace(output)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages), returncode=1) from error
        except OSError as error:
            raise _unwritable(output, error) from error
        finally:
            Path(aside).unlink(missing_ok=True)
        if options["verbosity"] > 0:
            self.stdout.write(str(output))


def _unwritable(output: Path, error: OSError) -> CommandError:
    return CommandError(f"Cannot write {output}: {error.strerror}", returncode=2)
