"""``manage.py piece SLUG``: print the canonical document of a piece."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import Article
from history import revisions
from history.models import Entry


class Command(BaseCommand):
    help = "Print the canonical document of a piece, as stored. Exit status 2: no such piece."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument(
            "--revision",
            type=int,
            help="counted from 1 in the piece's history; default: the latest",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        article = Article.objects.filter(slug=options["slug"]).first()
        if article is None:
            raise CommandError(f"There is no piece at “{options['slug']}”.", returncode=2)
        try:
            text = revisions.document_text(article, options["revision"])
        except Entry.DoesNotExist:
            latest = revisions.latest_revision(article)
            raise CommandError(
                f"“{options['slug']}” has no revision {options['revision']}: it has 1 to {latest}.",
                returncode=2,
            ) from None
        self.stdout.write(text)
