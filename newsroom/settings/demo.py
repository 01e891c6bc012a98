"""The demo: served as production would be, on this machine alone, with the development database."""

from newsroom.settings import local
from newsroom.settings.base import *
from newsroom.settings.base import VAR_DIR

DEBUG = False
SECRET_KEY = local.secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DATABASES = {"default": local.database(VAR_DIR / "postgres") | {"CONN_MAX_AGE": 60}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
