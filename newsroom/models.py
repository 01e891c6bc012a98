"""People who work at the desk."""

from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with a login.

    Known by a UUID, since ledger entries and documents name people and outlive every table.
    Accounts are deactivated rather than deleted, so that the history keeps its authors.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid4, editable=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username
