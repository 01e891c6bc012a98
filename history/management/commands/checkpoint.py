"""``manage.py checkpoint``: sign how the ledger stands, and send it to those who keep it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from history import ledger, signing, witnesses


class Command(BaseCommand):
    help = (
        "Sign a checkpoint of the ledger and print it. With --mail, also send it to the"
        " configured addresses: it proves something only once somebody else holds it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mail", action="store_true", help="send it to LEDGER_WITNESSES")
        parser.add_argument("--key", action="store_true", help="print the verifier key instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["key"]:
            self.stdout.write(str(signing.signer().verifier))
            return
        if options["mail"] and not witnesses.addresses():
            raise CommandError("Nobody to send it to: set NEWSROOM_LEDGER_WITNESSES.")
        issue = witnesses.mail_checkpoint if options["mail"] else ledger.issue_checkpoint
        self.stdout.write(issue().note, ending="")
