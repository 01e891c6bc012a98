"""``manage.py rotate_master_key``: wrap the keys of all sources with another master key."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sources.keys import KeyMissing, key_store


class Command(BaseCommand):
    help = (
        "Wrap the keys of all protected sources anew. With NEWSROOM_MASTER_KEY, set the new key"
        " there and the old one in NEWSROOM_RETIRED_MASTER_KEY first; without it, a new master key"
        " is made in the key store. May be broken off and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        store = key_store()
        try:
            given = settings.NEWSROOM.get("MASTER_KEY")
            count = store.rewrap() if given else store.renew_master()
        except KeyMissing as error:
            raise CommandError(f"{error}. Nothing was lost.", returncode=1) from error
        self.stdout.write(f"{count} keys wrapped anew.")
