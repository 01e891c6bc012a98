from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = _("claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from history.aggregates import follow
        from sources import watching

        from . import inspections, known, quoting  # noqa: F401 (inspections add themselves)

        follow(known.forget)
        watching.on_change.append(quoting.source_changed)
