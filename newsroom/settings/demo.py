"""The demo: served as production would be, on this machine alone, with the development database."""

from newsroom.settings import local
from newsroom.settings.base import *
from newsroom.settings.base import STORAGES, VAR_DIR

DEBUG = False
SECRET_KEY = local.secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": local.database(VAR_DIR / "postgres") | {"CONN_MAX_AGE": 60}}
# Hashed names as in production, but not compressed: that takes half a minute, for nothing here.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
