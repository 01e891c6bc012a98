"""Tests: a database server beside the development one, plain static files, quick passwords."""

import os
import tempfile
from pathlib import Path

from newsroom import environment
from newsroom.settings import local
from newsroom.settings.base import *
from newsroom.settings.base import NEWSROOM, STORAGES, VAR_DIR

DEBUG = False
SECRET_KEY = "for tests only, and as long as it should be in earnest"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES = {"default": local.database(VAR_DIR / "test-postgres", durable=False)}
if not environment.text("DATABASE_URL"):
    # Named after the run, so that two runs in one checkout do not take each other's database;
    # tests/conftest.py removes what a killed run left.
    in_worker = environment.text("PYTEST_XDIST_WORKER")
    run = os.getppid() if in_worker else os.getpid()
    DATABASES["default"]["TEST"] = {"NAME": f"test_newsroom_{run}"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **{name: {"BACKEND": "django.core.files.storage.InMemoryStorage"} for name in STORAGES},
    # As readers find them.
    "images": {
        "BACKEND": "django.core.files.storage.InMemoryStorage",
        "OPTIONS": {"base_url": "/media/images/"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Keys and files of tests never meet those of the demo.
_scratch = tempfile.TemporaryDirectory(prefix="newsroom-test-")
NEWSROOM = NEWSROOM | {
    "KEYS_DIR": Path(_scratch.name) / "keys",
    "MASTER_KEY": "",
    "RETIRED_MASTER_KEY": "",
    "SITE": "https://newsroom.example",
    # Most tests need one person only; those of four eyes ask for them.
    "FOUR_EYES": False,
    # Tests of baked pages choose a folder of their own.
    "BAKED_DIR": None,
    # In tests one person often does it all; those of the rule itself set it back.
    "GATE": {"four-eyes": "off"},
}
MEDIA_ROOT = Path(_scratch.name) / "media"
STATIC_ROOT = Path(_scratch.name) / "static"
STATIC_ROOT.mkdir()
