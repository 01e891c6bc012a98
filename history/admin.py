"""History at the desk: changes made in the admin are acts, and the ledger can be read."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from reversion.models import Version

from . import kinds, views_timeline
from .acts import Act, act, lock
from .aggregates import aggregate_of, aggregates
from .models import Entry

PER_PAGE = 50
_READING = ("GET", "HEAD", "OPTIONS", "TRACE")


class ActAdmin(admin.ModelAdmin):
    """A model whose every change at the desk is one act, and so one entry in the ledger.

    Aggregates with documents are told by them; of any other model the entry
    says which values were changed. Django's own log is not written: it would
    keep names where no erasure finds them. What something refers to, now or
    in an earlier revision, is not deleted.
    """

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # Kinds of events to narrow its history to (see `history.timeline.GROUPS`).
    timeline_groups: Iterable[str] = ()

    # One act a request

    @contextmanager
    def acting(self, request: HttpRequest, verb: str) -> Iterator[Act | None]:
        """Run what a request changes as the act ``app.model.verb``; reading is none."""
        if request.method in _READING:
            yield None
            return
        kind = f"{self.opts.app_label}.{self.opts.model_name}.{verb}"
        with act(kind, actor=request.user) as this:
            request.act = this  # type: ignore[attr-defined]
            yield this

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with self.acting(request, "created"):
            return super().add_view(request, *args, **kwargs)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with self.acting(request, "saved"):
            return super().change_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with self.acting(request, "deleted"):
            return super().delete_view(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(request, *args, **kwargs)
        # From here to the end of the act nobody else changes it.
        return lock(found) if found is not None and hasattr(request, "act") else found

    # What the entry says

    @property
    def documented(self) -> bool:
        try:
            return aggregate_of(self.model).format is not None
        except LookupError:
            return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = type(obj)._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        if not self.documented and (changed := self.changes(before, obj)):
            request.act.note(obj, changed=changed)  # type: ignore[attr-defined]

    def changes(self, before: Any | None, obj: Any) -> dict[str, list[str | None]]:
        """Return the values that were changed, ``{field: [old, new]}``, for the entry."""
        changed = {}
        for field in obj._meta.concrete_fields:
            if field.primary_key:
                continue
            old = field.value_to_string(before) if before is not None else None
            new = field.value_to_string(obj)
            if old != new:
                changed[field.name] = [old, new]
        return changed

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        request.act.note(obj, deleted=str(obj))  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The ledger is the log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """The ledger is the log."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """The ledger is the log."""

    # Deleting what nothing refers to

    def referred_to(self, obj: models.Model) -> bool:
        """Whether a row refers to this object, or the document of any revision."""
        for relation in obj._meta.related_objects:
            model: Any = relation.related_model
            field = relation.field
            if model._base_manager.filter(**{field.name: obj.pk}).exists():
                return True
        # A look through all documents; but deleting is rare, and restoring must not fail for it.
        return Version.objects.filter(serialized_data__contains=str(obj.pk)).exists()

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)  # type: ignore[arg-type]
        if not protected:
            protected = [
                _("%(object)s: something names it, now or in an earlier revision.")
                % {"object": obj}
                for obj in objs
                if self.referred_to(obj)
            ]
        return deleted, counts, lacking, protected

    # Looking back

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What the ledger says about this object, newest first."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        return views_timeline.of_object(
            request,
            obj,
            what=self.timeline_groups,
            title=_("History"),
            opts=self.opts,
            **(extra_context or {}),
        )


class Line:
    """One entry as the desk reads it."""

    def __init__(self, entry: Entry, actors: dict[UUID, Any], subjects: dict[UUID, Any]) -> None:
        self.entry = entry
        self.did = kinds.told(entry.kind)
        self.data = json.loads(entry.payload.data)
        actor = actors.get(entry.actor) if entry.actor else None
        # Accounts may go; the entry keeps what they were called.
        self.actor = str(actor) if actor else self.data.get("actor") or "–"
        self.subject = subjects.get(entry.subject)

    @property
    def address(self) -> str:
        """Where the subject's own history stands, or ``""``."""
        if self.subject is None:
            return ""
        meta = self.subject._meta
        try:
            return reverse(
                f"admin:{meta.app_label}_{meta.model_name}_history", args=[self.subject.pk]
            )
        except NoReverseMatch:
            return ""

    @property
    def noun(self) -> str:
        return str(self.subject._meta.verbose_name) if self.subject is not None else ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Values that this changed where no document tells: name, old, new."""
        changed = self.data.get("details", {}).get("changed", {})
        return [(name, old or "–", new or "–") for name, (old, new) in changed.items()]


class Page:
    """Some entries from a place in the ledger on; never counted, as ledgers grow for ever."""

    def __init__(self, lines: list[Line], before: int | None, older: int | None) -> None:
        self.lines, self.before, self.older = lines, before, older

    @classmethod
    def of(cls, request: HttpRequest, entries: models.QuerySet[Entry]) -> "Page":
        """Return the entries before ``?before=<sequence>``; the number of queries is fixed."""
        given = request.GET.get("before", "")
        before = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
        if before is not None:
            entries = entries.filter(sequence__lt=before)
        entries = entries.order_by("-sequence").select_related("payload")
        rows = list(entries.defer("payload__salt", "digest")[: PER_PAGE + 1])
        older = rows[PER_PAGE - 1].sequence if len(rows) > PER_PAGE else None
        rows = rows[:PER_PAGE]
        people = get_user_model()._base_manager.in_bulk({row.actor for row in rows if row.actor})
        subjects = _subjects(request, {row.subject for row in rows})
        return cls([Line(row, people, subjects) for row in rows], before, older)


def _subjects(request: HttpRequest, keys: set[UUID]) -> dict[UUID, Any]:
    """Return what entries are about, as far as this user finds it at the desk."""
    found: dict[UUID, Any] = {}
    for model in (*(aggregate.model for aggregate in aggregates()), get_user_model()):
        desk = admin.site._registry.get(model)
        if desk is None or not desk.has_view_permission(request):
            continue
        missing = keys - found.keys()
        if missing:
            # The admin's own rows: what it hides there is not told here either.
            found |= desk.get_queryset(request).order_by().in_bulk(missing)
    return found


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """The ledger, to be read."""

    actions = None
    fields = ("sequence", "at", "told", "by", "about", "revision", "request", "sha256", "said")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Entry]:
        return super().get_queryset(request).select_related("payload")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Newest first; ``?subject=`` and ``?actor=`` take a key."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entries = Entry.objects.all()
        only = {}
        for name in ("subject", "actor"):
            if given := request.GET.get(name):
                try:
                    only[name] = UUID(given)
                except ValueError:
                    messages.warning(request, _("“%(key)s” is no key.") % {"key": given})
                    return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ledger"),
            "opts": self.opts,
            "page": Page.of(request, entries.filter(**only)),
            "only": only,
            "narrowed": "".join(f"&{name}={key}" for name, key in only.items()),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/history/entry/change_list.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        # An entry does not change, so it has no history.
        return HttpResponseRedirect(reverse("admin:history_entry_change", args=[object_id]))

    @admin.display(description=gettext_lazy("kind"))
    def told(self, entry: Entry) -> str:
        return format_html("{} <code>{}</code>", capfirst(kinds.told(entry.kind)), entry.kind)

    @admin.display(description=gettext_lazy("by"))
    def by(self, entry: Entry) -> str:
        who = json.loads(entry.payload.data).get("actor", "")
        return format_html("{} <code>{}</code>", who, entry.actor or "–")

    @admin.display(description=gettext_lazy("about"))
    def about(self, entry: Entry) -> str:
        address = f"{reverse('admin:history_entry_changelist')}?subject={entry.subject}"
        return format_html('<a href="{}"><code>{}</code></a>', address, entry.subject)

    @admin.display(description=gettext_lazy("SHA-256 of the entry’s payload, salted"))
    def sha256(self, entry: Entry) -> str:
        return format_html("<code>{}</code>", bytes(entry.digest).hex())

    @admin.display(description=gettext_lazy("what it says"))
    def said(self, entry: Entry) -> str:
        told = json.loads(entry.payload.data)
        return format_html("<pre>{}</pre>", json.dumps(told, indent=2, ensure_ascii=False))
