"""The form of the publishing page: now, or at a moment of the newsroom's clock."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from .forms import MomentInput, PublishForm
from .moments import on_the_clock

# As browsers send it: without a zone, and of this time.
_SHOWN = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")

# Of a time that the clock shows twice.
WHICH = {"first": _("The first time (%(zone)s)"), "second": _("The second time (%(zone)s)")}


class ClockField(forms.Field):
    """A time on the newsroom's clock. Its value are the moments at which the clock shows that.

    None if nothing was given; two, the earlier first, where the hour comes twice.
    """

    widget = MomentInput

    def to_python(self, value: Any) -> list[datetime]:
        if value in self.empty_values:
            return []
        try:
            if not _SHOWN.fullmatch(value.strip()):
                raise ValueError
            shown = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValidationError(_("Give a day and a time.")) from None
        moments = on_the_clock(shown.date(), shown.time())
        if not moments:
            raise ValidationError(
                _("The clocks are put forward on that day: there is no %(time)s."),
                params={"time": time_format(shown.time(), "TIME_FORMAT")},
            )
        return moments


class PublishOrScheduleForm(PublishForm):
    """Which of both, the button says. ``at`` is cleaned to one moment, or to none."""

    at = ClockField(label=_("Publish at"), required=False)
    which = forms.ChoiceField(
        label=_("This time comes twice, for the clocks are put back. Which one?"),
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheduling = "schedule" in self.data
        zone = timezone.get_default_timezone()
        self.fields["at"].help_text = _("On the newsroom’s clock: %(zone)s.") % {"zone": zone}
        moments = self._given()
        if len(moments) < 2:
            del self.fields["which"]
            return
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (name, title % {"zone": f"{moment.astimezone(zone):%Z}"})
            for (name, title), moment in zip(WHICH.items(), moments, strict=True)
        ]

    def _given(self) -> list[datetime]:
        try:
            return ClockField().to_python(self.data.get("at", ""))
        except ValidationError:
            return []

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        moments, which = told.get("at"), told.get("which")
        told["at"] = None
        if moments is None:
            return told
        if not self.scheduling:
            if moments:
                self.add_error("at", _("To publish at this time, schedule it; or empty this."))
        elif not moments:
            self.add_error("at", _("Say when."))
        elif len(moments) == 1:
            told["at"] = moments[0]
        elif not which:
            self.add_error("which", _("Choose one."))
        else:
            told["at"] = moments[list(WHICH).index(which)]
        return told
