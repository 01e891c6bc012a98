"""Who may do what: one table, and what keeps the database in step with it."""

from collections.abc import Iterable
from typing import Any, Final

from django.apps import apps as registry
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from newsroom.models import User


def _each(app: str, actions: str, models: str) -> tuple[str, ...]:
    return tuple(f"{app}.{act}_{model}" for model in models.split() for act in actions.split())


# What can be looked at. Identities of protected sources are not among it: no role sees them,
# `sources.view_identity` is given to a person by name.
_EVERYTHING: Final = (
    *_each(
        "articles",
        "view",
        "article image byline person section tag publication correction reply legalblock change"
        " frontpage comment",
    ),
    *_each("claims", "view", "claim passage citation commentsought check reading"),
    *_each("sources", "view", "source capture"),
)
_REPORTER: Final = (
    *_each("articles", "view add change", "article image byline"),
    # Of a piece in work; what a revision holds stays.
    *_each("articles", "delete", "image byline"),
    *_each(
        "articles",
        "view",
        "person section tag publication correction reply change frontpage comment",
    ),
    *_each("articles", "add", "tag comment"),
    *_each("claims", "view add change", "claim citation"),
    *_each("claims", "view", "passage commentsought check reading"),
    *_each("sources", "view add change", "source capture"),
)
_CHECKER: Final = (
    *_EVERYTHING,
    "articles.add_comment",
    *_each("claims", "add", "check reading"),
    *_each("claims", "add change", "citation"),
    *_each("sources", "add change", "source"),
    "sources.retract_source",
)
_EDITOR: Final = (
    *_REPORTER,
    *_CHECKER,
    # Shelving is what deleting means here: a piece that was stored once is never removed.
    "articles.delete_article",
    # They hold readers' addresses, so nobody else sees them.
    *_each("articles", "view change", "readerreport"),
)
_PUBLISHER: Final = (
    *_EDITOR,
    "articles.publish_article",
    "articles.arrange_front",
    "articles.waive_rule",
    "articles.block_article",
    "history.ask_erasure",
    "history.decide_erasure",
    "history.view_erasure",
    "articles.delete_tag",
    *_each("claims", "delete", "claim citation"),
    *_each("sources", "delete", "source"),
)
_AUDITOR: Final = (
    *_EVERYTHING,
    "newsroom.view_user",
    "auth.view_group",
    *_each("history", "view", "entry checkpoint erasure"),
)

# Role -> permissions. A role is a group of the same name; people may have several.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    role: tuple(sorted(set(permissions)))
    for role, permissions in {
        "reporter": _REPORTER,
        "checker": _CHECKER,
        "editor": _EDITOR,
        "publisher": _PUBLISHER,
        "auditor": _AUDITOR,
        # Superusers: they need no permission by name.
        "admin": (),
    }.items()
}
SUPERUSER_ROLES: Final = frozenset({"admin"})


def missing_permissions(using: str = "default") -> list[str]:
    """Return the permissions that the table names and the database does not know, sorted."""
    return sorted({name for names in ROLES.values() for name in names} - set(_known(using)))


def sync_roles(using: str = "default", *, strict: bool = True) -> None:
    """Make a group of each role, with exactly the permissions of the table.

    Groups of other names are left alone. A permission that the database does not know raises
    ImproperlyConfigured; with `strict=False` it is left out, for migrations on their way.
    """
    known = _known(using)
    if strict and (missing := missing_permissions(using)):
        raise ImproperlyConfigured(f"Roles name unknown permissions: {', '.join(missing)}.")
    with transaction.atomic(using=using):
        for role, names in ROLES.items():
            group, _created = Group.objects.using(using).get_or_create(name=role)
            group.permissions.set([known[name] for name in names if name in known])


def assign(user: User, roles: Iterable[str]) -> None:
    """Give a saved person exactly these roles, and entry to the desk while there is any.

    Raises KeyError for a role that is not in the table.
    """
    roles = sorted(set(roles))
    for role in roles:
        ROLES[role]
    user.is_staff = bool(roles)
    user.is_superuser = bool(SUPERUSER_ROLES.intersection(roles))
    user.save(update_fields=["is_staff", "is_superuser"])
    user.groups.set(Group.objects.filter(name__in=roles))


def _known(using: str) -> dict[str, int]:
    rows = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    return {f"{app}.{codename}": pk for app, codename, pk in rows}


def sync_roles_after_migrate(*, using: str, apps: Any = None, **kwargs: Any) -> None:
    """Keep the groups in step after every migration, as far as there are tables for them."""
    try:
        # A flush sends no state of migrations: then all tables are there.
        apps = apps or registry
        apps.get_model("auth", "Permission")
        apps.get_model("newsroom", "User")
    except LookupError:
        return
    sync_roles(using, strict=False)
