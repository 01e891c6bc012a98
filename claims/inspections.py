"""What verification looks at in claims."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from history.verification import Fault, Run, inspect

from . import known


@inspect(gettext_lazy("known standings of claims"))
def known_standings(run: Run) -> Iterator[Fault]:
    """Every standing that lists go by is the one that its evidence gives."""
    for key, wrong in known.differences():
        yield Fault(f"claims_knownstanding/{key}", wrong)
