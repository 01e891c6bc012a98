"""The project's own app (people, roles) and the desk, its editorial admin."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(admin.AdminConfig):
    """Django's admin app with the desk as its site."""

    default = False
    default_site = "newsroom.desk.DeskSite"


class NewsroomConfig(AppConfig):
    default = True
    name = "newsroom"
    verbose_name = _("Newsroom")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from newsroom.roles import sync_roles_after_migrate

        # The signal comes once an app; after the last one all permissions exist.
        *_others, last = apps.get_app_configs()
        post_migrate.connect(
            sync_roles_after_migrate, sender=last, dispatch_uid="newsroom.sync_roles"
        )
