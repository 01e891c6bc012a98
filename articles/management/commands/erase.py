"""``manage.py erase ID --as USER``: decide on an erasure with the eraser's database role."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles import services
from history.models import Erasure


class Command(BaseCommand):
    help = (
        "Carry out an erasure that somebody else asked for. Exit status 1: refused; 2: bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("erasure", nargs="?", help="its id; without it, what waits is listed")
        parser.add_argument("--as", dest="user", help="who decides")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["erasure"] is None:
            for asked in Erasure.objects.filter(state=Erasure.State.ASKED):
                self.stdout.write(f"{asked.pk}  {asked.asked_at:%Y-%m-%d}  {asked.reason}")
            return
        try:
            asked = Erasure.objects.get(pk=UUID(options["erasure"]))
        except (ValueError, Erasure.DoesNotExist):
            raise CommandError(
                f"There is no erasure “{options['erasure']}”.", returncode=2
            ) from None
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”: --as USER.", returncode=2)
        try:
            services.erase(asked, actor=user)
        except PermissionDenied as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write("Erased.")
