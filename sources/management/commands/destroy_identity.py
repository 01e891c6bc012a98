"""``manage.py destroy_identity SOURCE --as USER --reason WHY``: a key is destroyed, on record."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sources import services
from sources.models import Source


class Command(BaseCommand):
    help = (
        "Make who a protected source is unreadable for ever. Exit status 1: refused; 2: bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="its key, as in the address of its page")
        parser.add_argument("--as", dest="user", required=True, help="who decides")
        parser.add_argument("--reason", required=True, help="why, without saying who")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = Source.objects.get(pk=UUID(options["source"]))
        except (ValueError, Source.DoesNotExist):
            raise CommandError("There is no such source.", returncode=2) from None
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.", returncode=2)
        try:
            services.destroy_identity(source, actor=user, reason=options["reason"])
        except (PermissionDenied, ValidationError) as error:
            told = getattr(error, "messages", None) or [str(error)]
            raise CommandError(" ".join(told), returncode=1) from error
        self.stdout.write("Destroyed. Remove it from all copies of the key store as well.")
