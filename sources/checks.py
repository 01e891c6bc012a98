"""What is wrong with the settings of this app, as ``manage.py check`` tells it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from . import references


@register()
def reference_styles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every language and style that the house has chosen is one that there is."""
    problems: list[CheckMessage] = []
    for language, style in settings.NEWSROOM["REFERENCE_STYLES"].items():
        if language not in references.LOCALES:
            problems.append(
                Error(
                    f"NEWSROOM_REFERENCE_STYLES names the language “{language}”.",
                    hint=f"References are set in {', '.join(references.LOCALES)}.",
                    id="sources.E002",
                )
            )
        elif style not in references.STYLES:
            problems.append(
                Error(
                    f"NEWSROOM_REFERENCE_STYLES names the style “{style}”.",
                    hint=f"There are {', '.join(references.STYLES)}.",
                    id="sources.E001",
                )
            )
    return problems
