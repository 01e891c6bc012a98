"""Those who keep checkpoints: nothing else proves later that the ledger was not rewritten."""

from django.conf import settings
from django.core.mail import EmailMessage

from . import ledger, signing
from .models import Checkpoint


def addresses() -> list[str]:
    return list(settings.NEWSROOM["LEDGER_WITNESSES"])


def mail_checkpoint() -> Checkpoint:
    """Issue a checkpoint and send it to every witness, each in a message of its own."""
    checkpoint = ledger.issue_checkpoint()
    origin = settings.NEWSROOM["LEDGER_ORIGIN"]
    for address in addresses():
        message = EmailMessage(
            f"Checkpoint {checkpoint.size} of {origin}",
            "Please keep this message. It proves later that nothing before entry"
            f" {checkpoint.size} was rewritten.\n\n{checkpoint.note}\n"
            f"Verifier key: {signing.signer().verifier}\n",
            to=[address],
        )
        message.attach(f"checkpoint-{checkpoint.size}.txt", checkpoint.note, "text/plain")
        message.send()
    return checkpoint
