"""Development: `manage.py` without other word. Debug pages, plain static files."""

from newsroom.settings import local
from newsroom.settings.base import *
from newsroom.settings.base import STORAGES, VAR_DIR

DEBUG = True
SECRET_KEY = local.secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": local.database(VAR_DIR / "postgres")}
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
