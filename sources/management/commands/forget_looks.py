"""``manage.py forget_looks``: black out who looked at protected sources, after a while."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from history import erasure
from sources.timeline import LOOKS


class Command(BaseCommand):
    help = (
        "Black out what the ledger says of looks at protected sources once NEWSROOM_LOOKS_KEPT_DAYS"
        " have passed; the entries stay. Needs the eraser's database role. Exit status 1: refused."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not erasure.may_open_door():
            raise CommandError("This database role may not erase.", returncode=1)
        before = timezone.now() - timedelta(days=settings.NEWSROOM["LOOKS_KEPT_DAYS"])
        system = get_user_model().objects.system()
        count = erasure.forget(LOOKS, before=before, actor=system)
        self.stdout.write(f"{count} entries blacked out.")
