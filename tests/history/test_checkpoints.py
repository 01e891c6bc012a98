"""Checkpoints, daily and to those who keep them."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from procrastinate.contrib.django import app

from history import ledger, signing
from history.models import Checkpoint
from tests import factories

pytestmark = pytest.mark.django_db
WITNESSES = ["notar@kanzlei.example", "archiv@uni.example"]
DAILY = "history.tasks.mail_checkpoint"


@pytest.fixture
def witnesses(settings) -> list[str]:
    settings.NEWSROOM = settings.NEWSROOM | {"LEDGER_WITNESSES": WITNESSES}
    return WITNESSES


def test_every_day_the_worker_sends_each_witness_what_proves_the_ledger(witnesses) -> None:
    factories.article()
    assert app.periodic_registry.periodic_tasks[DAILY, ""].cron == "15 4 * * *"
    app.tasks[DAILY](timestamp=0)
    checkpoint = Checkpoint.objects.get()
    assert [message.to for message in mail.outbox] == [[address] for address in witnesses]
    for message in mail.outbox:
        ((name, note, _type),) = message.attachments
        assert name == f"checkpoint-{ledger.size()}.txt"
        assert signing.open_checkpoint(note).size == ledger.size() == checkpoint.size


def test_a_day_without_witnesses_still_has_its_checkpoint() -> None:
    factories.article()
    app.tasks[DAILY](timestamp=0)
    assert Checkpoint.objects.get().size == ledger.size()
    assert mail.outbox == []


def test_the_command_does_the_same_and_refuses_to_mail_nobody(witnesses, settings, capsys) -> None:
    factories.article()
    call_command("checkpoint", mail=True)
    assert capsys.readouterr().out == Checkpoint.objects.get().note
    assert len(mail.outbox) == 2
    settings.NEWSROOM = settings.NEWSROOM | {"LEDGER_WITNESSES": []}
    with pytest.raises(CommandError, match="NEWSROOM_LEDGER_WITNESSES"):
        call_command("checkpoint", mail=True)
