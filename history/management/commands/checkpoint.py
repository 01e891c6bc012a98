"""``manage.py checkpoint``: sign how the ledger stands, and send it to those who keep it."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from history import ledger, signing


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
        checkpoint = ledger.issue_checkpoint()
        if options["mail"]:
            witnesses = settings.NEWSROOM["LEDGER_WITNESSES"]
            if not witnesses:
                raise CommandError("Nobody to send it to: set NEWSROOM_LEDGER_WITNESSES.")
            origin = settings.NEWSROOM["LEDGER_ORIGIN"]
            for address in witnesses:
                message = EmailMessage(
                    f"Checkpoint {checkpoint.size} of {origin}",
                    "Please keep this message. It proves later that nothing before entry"
                    f" {checkpoint.size} was rewritten.\n\n{checkpoint.note}\n"
                    f"Verifier key: {signing.signer().verifier}\n",
                    to=[address],
                )
                message.attach(f"checkpoint-{checkpoint.size}.txt", checkpoint.note, "text/plain")
                message.send()
        self.stdout.write(checkpoint.note, ending="")
