"""People at the desk."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin

from newsroom.models import User


@admin.register(User)
class UserAdmin(BaseUserAdmin):
    """Logins, their roles (groups) and whether they may work."""

    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")
    ordering = ("username",)
