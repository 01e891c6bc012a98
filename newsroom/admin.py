"""People at the desk: accounts, and what their roles let them do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from articles import views_history
from history import kinds
from history.admin import ActAdmin
from history.models import Entry
from newsroom import roles
from newsroom.models import User

kinds.name(
    {
        **views_history.DID,
        "newsroom.user.created": _("made an account"),
        "newsroom.user.saved": _("changed an account"),
        "newsroom.user.password_set": _("set the password of an account"),
        "newsroom.user.deleted": _("deleted an account"),
        "auth.group.created": _("made a group"),
        "auth.group.saved": _("changed a group"),
        "auth.group.deleted": _("deleted a group"),
    }
)

ROLES = {
    "reporter": _("Reporter: writes pieces, marks claims, adds sources"),
    "checker": _("Fact checker: reads, checks claims, adds evidence"),
    "editor": _("Editor: writes, checks and hands on"),
    "publisher": _("Publisher: does all that and publishes"),
    "auditor": _("Auditor: sees everything and the ledger, changes nothing"),
    "admin": _("Administrator: may do everything"),
}


class AccountForm(UserChangeForm):
    """An account; what a person may do follows from roles. ``user`` is set by the admin."""

    user: Any = None
    roles = forms.MultipleChoiceField(
        label=_("roles"),
        required=False,
        choices=list(ROLES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a role there is no way into the desk."),
    )
    sees_identities = forms.BooleanField(
        label=_("sees who protected sources are"),
        required=False,
        help_text=_("Given to people by name, and apart from roles. Each look is recorded."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(field.label) if field.label else field.label
        if "roles" not in self.fields:
            return
        held = self.instance.groups.values_list("name", flat=True)
        self.initial["roles"] = [name for name in held if name in roles.ROLES]
        self.initial["sees_identities"] = _sees_identities(self.instance)
        if not self.user.is_superuser:
            del self.fields["sees_identities"]
            self.fields["roles"].choices = [  # type: ignore[attr-defined]
                choice for choice in ROLES.items() if choice[0] not in roles.SUPERUSER_ROLES
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.instance == self.user:
            # Whoever locks themselves out cannot let themselves in again.
            if not data.get("is_active", True):
                self.add_error("is_active", _("You cannot deactivate yourself."))
            kept = roles.SUPERUSER_ROLES.intersection(data.get("roles", ()))
            if self.user.is_superuser and not kept:
                self.add_error(
                    "roles", _("You cannot take the role of administrator from yourself.")
                )
        return data


def _sees_identities(user: User) -> bool:
    return user.user_permissions.filter(
        content_type__app_label="sources", codename="view_identity"
    ).exists()


@admin.register(User)
class UserAdmin(ActAdmin, BaseUserAdmin):
    """Accounts. Who did anything stays: they are deactivated, so that history keeps its authors."""

    form = AccountForm
    list_display = ("username", "full_name", "email", "held_roles", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("What they may do"), {"fields": ("is_active", "roles", "sees_identities")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )

    # Who

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def held_roles(self, user: User) -> str:
        names = {name: str(told).partition(":")[0] for name, told in ROLES.items()}
        return ", ".join(names.get(group.name, group.name) for group in user.groups.all())

    # Permissions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return super().has_delete_permission(request)
        return super().has_delete_permission(request, obj) and not self.did_anything(obj)

    @staticmethod
    def did_anything(user: User) -> bool:
        return user.last_login is not None or Entry.objects.filter(actor=user.pk).exists()

    def referred_to(self, obj: models.Model) -> bool:
        return self.did_anything(obj)  # type: ignore[arg-type]

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or (request.user.is_superuser and self.has_change_permission(request, obj)):
            return fieldsets
        may = self.has_change_permission(request, obj)
        fields = ("is_active", "roles") if may else ("is_active", "held_roles")
        who = (None, {"fields": ("username", "password") if may else ("username",)})
        return (who, fieldsets[1], (fieldsets[2][0], {"fields": fields}), fieldsets[3])

    def get_form(  # type: ignore[override]
        self, request: HttpRequest, obj: Any = None, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, **kwargs)
        form.user = request.user
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if change and "roles" in form.cleaned_data:
            self.give(request, form)
        super().save_related(request, form, formsets, change)

    def give(self, request: HttpRequest, form: Any) -> None:
        """Give the account its roles; groups of other names are kept."""
        user, changed = form.instance, {}
        wanted = form.cleaned_data["roles"]
        if set(wanted) != set(form.initial["roles"]):
            others = list(user.groups.exclude(name__in=roles.ROLES))
            roles.assign(user, wanted)
            user.groups.add(*others)
            changed["roles"] = [", ".join(sorted(form.initial["roles"])), ", ".join(sorted(wanted))]
        sees = form.cleaned_data.get("sees_identities", form.initial["sees_identities"])
        if sees != form.initial["sees_identities"]:
            permission = Permission.objects.get(
                content_type__app_label="sources", codename="view_identity"
            )
            (user.user_permissions.add if sees else user.user_permissions.remove)(permission)
            changed["sees_identities"] = ["" if sees else "✓", "✓" if sees else ""]
        if changed:
            said = request.act.details.get(user.pk, {}).get("changed", {})  # type: ignore[attr-defined]
            request.act.note(user, changed={**said, **changed})  # type: ignore[attr-defined]

    def changes(self, before: Any | None, obj: Any) -> dict[str, list[str | None]]:
        changed = super().changes(before, obj)
        for name in ("last_login", "date_joined"):
            changed.pop(name, None)
        if "password" in changed:
            changed["password"] = ["…" if before else None, "…"]
        return changed

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with self.acting(request, "password_set") as this:
            response = super().user_change_password(request, id, form_url)
            if this is not None and response.status_code == 302:
                user = self.get_object(request, id)
                this.note(user, changed={"password": ["…", "…"]})
        return response


# Jobs are the operator's (manage.py procrastinate shell), not the desk's.
admin.site.unregister(ProcrastinateJob)
admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ActAdmin, BaseGroupAdmin):
    """Roles, to be read, and groups of other names, which are the house's own."""

    list_display = ("name", "kind")

    @admin.display(description=_("what it is"))
    def kind(self, group: Group) -> str:
        return str(ROLES.get(group.name, _("a group of this house")))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A role is what the program says; a change here would be gone after the next update.
        if obj is not None and obj.name in roles.ROLES:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.name in roles.ROLES:
            return False
        return super().has_delete_permission(request, obj)

    def referred_to(self, obj: models.Model) -> bool:
        return obj.user_set.exists()  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = _permissions(form.instance)
        super().save_related(request, form, formsets, change)
        if (after := _permissions(form.instance)) != before:
            said = request.act.details.get(form.instance.pk, {}).get("changed", {})  # type: ignore[attr-defined]
            changed = {**said, "permissions": [", ".join(before), ", ".join(after)]}
            request.act.note(form.instance, changed=changed)  # type: ignore[attr-defined]


def _permissions(group: Group) -> list[str]:
    rows = group.permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{app}.{codename}" for app, codename in rows)
