from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def install_guards(using: str, **kwargs: Any) -> None:
    from . import guards

    guards.install(connections[using])


class HistoryConfig(AppConfig):
    name = "history"
    verbose_name = _("history")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Once a ``migrate``, after the migrations of all apps.
        post_migrate.connect(install_guards, sender=self, dispatch_uid="history.install_guards")
