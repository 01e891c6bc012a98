"""Pages that show a timeline, and its export: of one thing, of a person, of the house."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from . import timeline
from .aggregates import aggregates
from .models import Checkpoint, Entry, EntryQuerySet
from .timeline import Filter, Line, Subject

# The largest number that the column of sequences holds has one digit more.
_DIGITS = 18


class FilterForm(forms.Form):
    """What a timeline can be narrowed to. A list with nothing to choose from is left out."""

    who = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("Kind of event"), required=False)
    claim = forms.ChoiceField(label=gettext_lazy("Claim"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        who: Iterable[tuple[str, str]],
        what: Iterable[str],
        claims: Iterable[tuple[str, str]],
    ) -> None:
        super().__init__(data, auto_id="filter-%s", label_suffix="", use_required_attribute=False)
        groups = [(key, timeline.GROUPS[key].title) for key in what if key in timeline.GROUPS]
        for name, everything, choices in (
            ("who", _("All people"), list(who)),
            ("what", _("Everything"), groups),
            ("claim", _("All claims"), list(claims)),
        ):
            if choices:
                self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    @property
    def chosen(self) -> Filter:
        """What a valid form asks for."""
        given = self.cleaned_data
        return Filter(
            who=UUID(given["who"]) if given.get("who") else None,
            what=given.get("what", ""),
            claim=UUID(given["claim"]) if given.get("claim") else None,
            since=given["since"],
            until=given["until"],
        )


class Timeline:
    """One timeline as a request asks for it: a page of it, or all of it as a file.

    `branches` are querysets of entries whose union it shows. `names` looks up names by kind,
    `subjects` what entries are about. `dress` adds what only its own page knows to lines.
    """

    def __init__(
        self,
        request: HttpRequest,
        branches: Sequence[EntryQuerySet],
        *,
        who: Iterable[tuple[str, str]] = (),
        what: Iterable[str] = (),
        claims: Iterable[tuple[str, str]] = (),
        names: timeline.Names | None = None,
        subjects: timeline.Subjects | None = None,
        dress: Callable[[list[Line]], None] = lambda lines: None,
        filename: str = "timeline",
    ) -> None:
        self.request = request
        self.form = FilterForm(request.GET, who=who, what=what, claims=claims)
        self.valid = self.form.is_valid()
        self.chosen = self.form.chosen if self.valid else Filter()
        self.branches = [self.chosen.of(branch) for branch in branches]
        self.names = names or (lambda needs: known_names(request.user, needs))
        self.subjects = subjects or (lambda keys: found_subjects(request, keys))
        self.dress = dress
        self.filename = filename

    @property
    def wanted(self) -> str:
        """The file format that is asked for, if one is."""
        return self.request.GET.get("export", "")

    def lines(self, entries: Sequence[Entry]) -> list[Line]:
        return timeline.lines(entries, names=self.names, subjects=self.subjects)

    def context(self) -> dict[str, Any]:
        """Return what `history/_timeline.html` shows."""
        given = self.request.GET.get("before", "")
        before = (
            int(given) if given.isascii() and given.isdigit() and len(given) <= _DIGITS else None
        )
        entries = []
        if self.valid:
            entries = timeline.window(self.branches, before=before, size=timeline.PER_PAGE + 1)
        lines = self.lines(entries[: timeline.PER_PAGE])
        self.dress(lines)
        older = lines[-1].sequence if len(entries) > timeline.PER_PAGE else None
        return {
            "form": self.form,
            "days": [(*day_names(day), of_day) for day, of_day in timeline.by_day(lines)],
            "narrowed": not self.valid or bool(self.chosen),
            "newest": self.query() if before is not None else None,
            "older": self.query(before=older) if older is not None else None,
            "exports": [(name.upper(), self.query(export=name)) for name in EXPORTS if self.valid],
            "checkpoint": Checkpoint.objects.order_by("-size").only("size", "at").first(),
            "sees_ledger": self.request.user.has_perm("history.view_entry"),
        }

    def query(self, **more: Any) -> str:
        """Return the address of this timeline, narrowed as it is, as a query string."""
        given = {name: self.request.GET.get(name) for name in self.form.fields}
        return "?" + urlencode({name: value for name, value in (given | more).items() if value})

    def export(self) -> HttpResponse | StreamingHttpResponse:
        """Return all that the filter lets through, as a file that is written while it is read.

        What happens meanwhile is not in it: the ledger grows at its other end.
        """
        if self.wanted not in EXPORTS or not self.valid:
            why = [str(error) for errors in self.form.errors.values() for error in errors]
            why = why or [_("A timeline is exported as CSV or JSON.")]
            return HttpResponse(
                "\n".join(why), status=400, content_type="text/plain; charset=utf-8"
            )
        media_type, write = EXPORTS[self.wanted]
        rows = (line.row() for part in timeline.stream(self.branches) for line in self.lines(part))
        return StreamingHttpResponse(
            write(rows),
            content_type=media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{self.filename}.{self.wanted}"',
                "Cache-Control": "no-store",
            },
        )


# Exports


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


# What spreadsheets take for the beginning of a formula, also after a space or in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and (cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)):
        return f"'{cell}"
    return cell


def _as_csv(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark by which spreadsheets know UTF-8.
    yield "\ufeff" + writer.writerow(timeline.FIELDS)
    for row in rows:
        yield writer.writerow([harmless(row[name]) for name in timeline.FIELDS])


def _as_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
    yield "\n]\n"


EXPORTS: dict[str, tuple[str, Callable[[Iterable[Mapping[str, Any]]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", _as_csv),
    "json": ("application/json", _as_json),
}


# Names


Namer = Callable[[Any, Iterable[str]], Mapping[str, str]]
_namers: dict[str, Namer] = {}


def namer(kind: str) -> Callable[[Namer], Namer]:
    """Add a function that looks up names of one kind for a user, in one query."""

    def add(look_up: Namer) -> Namer:
        _namers[kind] = look_up
        return look_up

    return add


@namer("users")
def _users(user: Any, keys: Iterable[str]) -> Mapping[str, str]:
    people = get_user_model()._default_manager.filter(pk__in=keys)
    return {str(row.pk): str(row) for row in people.only("first_name", "last_name", "username")}


def known_names(user: Any, needs: Mapping[str, set[str]]) -> dict[str, str]:
    """Return names behind keys as far as this user may know them; one query a kind."""
    names: dict[str, str] = {}
    for kind, keys in needs.items():
        names |= _namers[kind](user, keys)
    return names


def found_subjects(
    request: HttpRequest, keys: set[UUID], *among: type[models.Model]
) -> dict[UUID, Subject]:
    """Return what entries are about, as far as this user finds it at the desk."""
    found: dict[UUID, Subject] = {}
    for model in among or (*(aggregate.model for aggregate in aggregates()), get_user_model()):
        desk = admin.site._registry.get(model)
        if desk is None or not desk.has_view_permission(request) or not keys - found.keys():
            continue
        # The admin's own rows: what it hides there is not told here either.
        rows = desk.get_queryset(request).order_by().in_bulk(keys - found.keys())
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"
        for key, row in rows.items():
            try:
                address = reverse(name, args=[key])
            except NoReverseMatch:
                address = ""
            found[key] = Subject(str(row), str(model._meta.verbose_name), address)
    return found


def accounts() -> list[tuple[str, str]]:
    """Return all accounts to choose from, by name."""
    people = get_user_model()._default_manager.only("first_name", "last_name", "username")
    return sorted(((str(user.pk), str(user)) for user in people), key=lambda one: one[1].casefold())


def actors(branches: Sequence[EntryQuerySet]) -> list[tuple[str, str]]:
    """Return who did something in these entries, by name, to choose from; one query."""
    keys = models.Q()
    for branch in branches:
        keys |= models.Q(pk__in=branch.order_by().values("actor"))
    people = get_user_model()._default_manager.filter(keys)
    people = people.only("first_name", "last_name", "username")
    return sorted(((str(user.pk), str(user)) for user in people), key=lambda one: one[1].casefold())


def day_names(day: date) -> tuple[str, str]:
    """Return how a day is called, and what else to say of it."""
    in_year = date_format(day, "MONTH_DAY_FORMAT")
    today = timezone.localdate()
    near = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return (near[day], in_year) if day in near else (in_year, date_format(day, "l, Y"))


# Pages

# Of the whole ledger, in this order; what no app has added is left out.
GROUPS = (
    "text",
    "claims",
    "stale",
    "citations",
    "checks",
    "readings",
    "publications",
    "waivers",
    "workflow",
    "sources",
    "looks",
    "accounts",
)


def _guard(request: HttpRequest) -> None:
    if not request.user.has_perm("history.view_entry"):
        raise PermissionDenied


def respond(
    request: HttpRequest, shown: Timeline, template: str, **context: Any
) -> HttpResponse | StreamingHttpResponse:
    """Return a timeline as the file that is asked for, or on its page."""
    if shown.wanted:
        return shown.export()
    return TemplateResponse(
        request,
        template,
        {**admin.site.each_context(request), **context, **shown.context()},
    )


@require_safe
def house(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Everything that happened in the house, newest first."""
    _guard(request)
    shown = Timeline(
        request, [Entry.objects.all()], who=accounts(), what=GROUPS, filename="newsroom-timeline"
    )
    return respond(request, shown, "history/timeline.html", title=_("Timeline of the house"))


@require_safe
def person(request: HttpRequest, key: UUID) -> HttpResponse | StreamingHttpResponse:
    """Everything that one person did, newest first; accounts may go, what they did stays."""
    _guard(request)
    done = Entry.objects.filter(actor=key)
    account = get_user_model()._default_manager.filter(pk=key).first()
    if account is not None:
        name = str(account)
    else:
        last = done.order_by("-sequence").select_related("payload").first()
        if last is None:
            raise Http404(_("Nobody has this key."))
        name = json.loads(last.payload.data).get("actor") or "–"
    shown = Timeline(request, [done], what=GROUPS, filename=f"timeline-{slugify(name) or key}")
    return respond(
        request,
        shown,
        "history/timeline.html",
        title=_("What %(name)s did") % {"name": name},
        of_person=True,
    )


def without_saying(lines: Iterable[Line]) -> None:
    """Leave out, on a page about one thing, that it is what the lines are about."""
    for line in lines:
        line.subject = None


def latest(
    request: HttpRequest, entries: EntryQuerySet, size: int
) -> tuple[list[tuple[str, str, list[Line]]], bool]:
    """Return the newest events of one thing by day, for its own page, and whether there are more.

    The caller checks who may see it.
    """
    found = timeline.window([entries], size=size + 1)
    lines = timeline.lines(
        found[:size],
        names=lambda needs: known_names(request.user, needs),
        subjects=lambda keys: {key: Subject("") for key in keys},
    )
    without_saying(lines)
    days = [(*day_names(day), of_day) for day, of_day in timeline.by_day(lines)]
    return days, len(found) > size


def of_object(
    request: HttpRequest, obj: models.Model, *, what: Iterable[str] = (), **context: Any
) -> HttpResponse | StreamingHttpResponse:
    """Everything that happened to one thing, newest first. The caller checks who may see it."""
    entries = Entry.objects.of(obj)
    name = str(obj)
    shown = Timeline(
        request,
        [entries],
        who=actors([entries]),
        what=what,
        subjects=lambda keys: {obj.pk: Subject(name)},
        dress=without_saying,
        filename=f"timeline-{slugify(name)[:60] or obj.pk}",
    )
    return respond(
        request,
        shown,
        "admin/object_history.html",
        subtitle=name,
        object=obj,
        alone=True,
        **context,
    )
