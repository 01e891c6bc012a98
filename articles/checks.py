"""What is wrong with the settings of this app, told when the project starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def gate_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every entry of ``NEWSROOM_GATE`` names a rule that can be set, and what it shall do."""
    from . import gate
    from .choices import Level

    found: list[CheckMessage] = []
    for name, level in settings.NEWSROOM["GATE"].items():
        rule = gate.RULES.get(name)
        if rule is None:
            found.append(Error(f"NEWSROOM_GATE: there is no rule {name}.", id="articles.E001"))
        elif level not in Level.values:
            levels = ", ".join(Level.values)
            found.append(Error(f"NEWSROOM_GATE: {name} must be {levels}.", id="articles.E002"))
        elif not rule.waivable and level != Level.BLOCK:
            found.append(Error(f"NEWSROOM_GATE: {name} always blocks.", id="articles.E003"))
    return found
