"""Moments that somebody asks about: in addresses, and as times on the newsroom's clock."""

import re
from datetime import UTC, date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})"
)


def read(text: str) -> datetime:
    """Return the moment that an address names: ISO 8601 with ``Z`` or an offset, as UTC.

    Seconds may be left out. Raises ``ValueError`` for anything else, and for a moment that
    the newsroom's clock cannot show.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"no moment: {text}")
    moment = datetime.fromisoformat(text)
    try:
        moment.astimezone(timezone.get_default_timezone())
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"out of reach: {text}") from error


def write(moment: datetime) -> str:
    """Return a moment for an address, in UTC and no longer than it must be."""
    moment = moment.astimezone(UTC)
    exact = "microseconds" if moment.microsecond else "seconds" if moment.second else "minutes"
    return moment.replace(tzinfo=None).isoformat(timespec=exact) + "Z"


def on_the_clock(day: date, hour: time) -> list[datetime]:
    """Return the moments at which the newsroom's clock showed a time, the earlier first.

    There is one, but for the nights in which clocks are changed: two if the hour was repeated,
    none if it was skipped.
    """
    zone = timezone.get_default_timezone()
    found: list[datetime] = []
    for fold in (0, 1):
        shown = datetime.combine(day, hour).replace(fold=fold, tzinfo=zone)
        try:
            moment = shown.astimezone(UTC)
            there = moment.astimezone(zone)
        except OverflowError:
            return []
        if there.replace(tzinfo=None) == shown.replace(tzinfo=None) and moment not in found:
            found.append(moment)
    return found


def shown(moment: datetime) -> str:
    """Return what the newsroom's clock shows, with its zone: Django leaves that out where the
    hour comes twice, so where it matters most.
    """
    local = timezone.localtime(moment)
    return f"{date_format(local, 'DATETIME_FORMAT')} ({local:%Z})"


def twin(moment: datetime) -> datetime | None:
    """Return the other moment at which the newsroom's clock showed, or shows, the same time."""
    local = moment.astimezone(timezone.get_default_timezone())
    others = [other for other in on_the_clock(local.date(), local.time()) if other != moment]
    return others[0] if others else None


class MomentForm(forms.Form):
    """Asks for a day and a time on the newsroom's clock."""

    date = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    time = forms.TimeField(
        label=_("Time"),
        widget=forms.TimeInput(format="%H:%M:%S", attrs={"type": "time", "step": "1"}),
    )

    @classmethod
    def of(cls, moment: datetime) -> "MomentForm":
        local = moment.astimezone(timezone.get_default_timezone())
        return cls(initial={"date": local.date(), "time": local.time().replace(microsecond=0)})

    def clean(self) -> None:
        day, hour = self.cleaned_data.get("date"), self.cleaned_data.get("time")
        if day is None or hour is None:
            return
        moments = on_the_clock(day, hour)
        if not moments:
            self.add_error("time", _("The clocks were put forward then: this time did not exist."))
            return
        # Of a repeated hour the later one, at whose end all of it has happened.
        self.cleaned_data["moment"] = moments[-1]
