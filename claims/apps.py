from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sources import watching

        from . import quoting

        watching.on_change.append(quoting.source_changed)
