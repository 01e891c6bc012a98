from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    name = "sources"
    verbose_name = _("sources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from history.aggregates import Aggregate, register

        from . import checks, document, inspections, timeline  # noqa: F401 (some add themselves)
        from .models import Source

        register(
            Aggregate(
                model=Source,
                tables={
                    "sources_source": "r.id",
                    "sources_capture": "r.source_id",
                    "sources_extraction": (
                        "(SELECT source_id FROM sources_capture WHERE id = r.capture_id)"
                    ),
                },
                format=document.FORMAT,
                write=document.write,
                overwrite=document.overwrite,
                summarize=timeline.summary,
                append_only=["sources_capture", "sources_extraction"],
            )
        )
