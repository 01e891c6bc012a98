"""``manage.py grants``: the rights of the database's roles, as SQL."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history import guards


class Command(BaseCommand):
    help = (
        "Print the SQL that gives the application's role and the eraser's role their rights."
        " The owner, who migrates, runs it after each migration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--application", default="newsroom_app", metavar="ROLE")
        parser.add_argument("--eraser", default="newsroom_eraser", metavar="ROLE")

    def handle(self, *args: Any, **options: Any) -> None:
        for role in (options["application"], options["eraser"]):
            if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
                raise CommandError(f"“{role}” is no name of a role.", returncode=2)
        for line in guards.grants(options["application"], options["eraser"]):
            self.stdout.write(f"{line};")
