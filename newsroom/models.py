"""People who work at the desk."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from history.people import initials


class PeopleManager(UserManager["User"]):
    use_in_migrations = False

    def system(self) -> "User":
        """Return the account that answers for what nobody does in person; it has no login."""
        user, created = self.get_or_create(
            username="system", defaults={"is_active": False, "first_name": "Newsroom"}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


class User(AbstractUser):
    """A person with a login.

    Known by a UUID, since ledger entries and documents name people and outlive every table.
    Accounts are deactivated rather than deleted, so that the history keeps its authors.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid4, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        return initials(str(self))
