"""What holds in every environment. Database, secrets and transport are settled in the others."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from newsroom import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
environment.load(BASE_DIR / ".env")

# Everything that the installation makes and keeps beside its database.
VAR_DIR = environment.folder("NEWSROOM_VAR", BASE_DIR / "var")

# The application

INSTALLED_APPS = [
    "newsroom.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "reversion",
    "django_prose_editor",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "newsroom",
    "history",
    "sources",
    "claims",
    "articles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "articles.middleware.RemovedPieces",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Revisions hold whole documents: one format for each aggregate.
SERIALIZATION_MODULES = {"piece": "articles.piece", "source": "sources.document"}

NEWSROOM: dict[str, Any] = {
    # Who publishes, as readers see it.
    "PUBLISHER": environment.text("NEWSROOM_PUBLISHER", "Newsroom"),
    # Where readers find the site: scheme and host. Pages name it, whatever host they are asked by.
    "SITE": environment.origin(
        "NEWSROOM_SITE", f"http://localhost:{environment.number('PORT', 8000, least=1)}"
    ),
    # Published pages as files, which newsroom.wsgi answers before Django is entered.
    # None: no pages are written or read, and Django renders each.
    "BAKED_DIR": environment.optional_folder("NEWSROOM_BAKED_DIR", VAR_DIR / "baked"),
    # One key for each protected source, and the master key unless NEWSROOM_MASTER_KEY is set.
    # Outside the database and its backups: a destroyed key must stay destroyed.
    "KEYS_DIR": environment.folder("NEWSROOM_KEYS_DIR", VAR_DIR / "keys"),
    "MASTER_KEY": environment.text("NEWSROOM_MASTER_KEY"),
    # The master key before, until all keys are wrapped anew.
    "RETIRED_MASTER_KEY": environment.text("NEWSROOM_RETIRED_MASTER_KEY"),
    # So many days it can be read who looked at a protected source.
    "LOOKS_KEPT_DAYS": environment.number("NEWSROOM_LOOKS_KEPT_DAYS", 365, least=1),
    # Who signs the ledger's checkpoints, as others know it: a name without a scheme.
    "LEDGER_ORIGIN": environment.text("NEWSROOM_LEDGER_ORIGIN", "newsroom.example/ledger"),
    # The signing key (32 bytes in base64); without it, one is made in NEWSROOM_KEYS_DIR.
    "LEDGER_KEY": environment.text("NEWSROOM_LEDGER_KEY"),
    # Verifier keys that signed earlier checkpoints, separated by commas.
    "RETIRED_LEDGER_KEYS": environment.names("NEWSROOM_RETIRED_LEDGER_KEYS"),
    # Who gets the daily checkpoint by mail: it proves something once somebody else holds it.
    "LEDGER_WITNESSES": environment.names("NEWSROOM_LEDGER_WITNESSES"),
    # Which rules of the gate block, warn or are off, where that is not the usual: {rule: level}.
    "GATE": environment.pairs("NEWSROOM_GATE"),
    # How references are set, for each language of a piece: {language: style}. What was published
    # keeps the style that it was published with.
    "REFERENCE_STYLES": environment.pairs("NEWSROOM_REFERENCE_STYLES"),
    # Whether requests come from a proxy of ours, so that what it says of them is believed.
    "TRUST_PROXY": False,
    # Whoever changed a claim's words since its last check does not check them.
    "FOUR_EYES": environment.flag("NEWSROOM_FOUR_EYES", default=True),
    # The largest manuscript that an import reads.
    "MAX_IMPORT_BYTES": 5 * 1024 * 1024,
}

# Our extensions of the editor. What the sanitiser lets through is settled in articles.body.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("articles/js/claim-mark.js")],
        "extensions": {
            "Claim": html_tags(["span"], {"span": ["data-claim"]}),
            "ClaimPaint": html_tags([]),
        },
    },
]
# The writing view makes its editor itself (articles/js/editor.js).
DJANGO_PROSE_EDITOR_PRESETS: dict[str, list[str]] = {"newsroom": []}

# People

AUTH_USER_MODEL = "newsroom.User"
AUTHENTICATION_BACKENDS = ["newsroom.backends.OneLookBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "newsroom" / "locale"]
USE_I18N = True
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = environment.folder("NEWSROOM_STATIC_ROOT", VAR_DIR / "static")
MEDIA_URL = "/media/"
MEDIA_ROOT = environment.folder("NEWSROOM_MEDIA_ROOT", VAR_DIR / "media")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Pictures, served to readers under the SHA-256 of their bytes.
    "images": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "images", "base_url": "/media/images/"},
    },
    # Pictures of pieces that were removed on legal grounds: no reader's way leads there.
    "withheld": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "withheld", "base_url": None},
    },
    # Copies of sources: private, shown to the desk alone, so without an address.
    "captures": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "captures", "base_url": None},
    },
}

# Jobs: see history.jobs

PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}
# In seconds: what the worker missed is made up for, be it daily.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 25 * 60 * 60}

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The nonce is for the import map; scripts are files.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Addresses in the desk name unpublished pieces; other sites get the origin at most.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# A long piece, twice: the editor's HTML is longer than its words.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Logging: what happened and where, never what was sent. Django's e-mails to administrators quote
# the request, forms included, so nobody is mailed and no handler formats a request.

ADMINS: list[str] = []
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["console"], "level": environment.text("NEWSROOM_LOG_LEVEL", "INFO")},
    "loggers": {
        # Replaces Django's own handlers, the mailing one among them.
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Would log statements, and with them manuscripts and names.
        "django.db.backends": {"level": "WARNING"},
        # Would tell of every job, one a minute at least. Failures are errors.
        "procrastinate": {"level": "WARNING"},
        # Tells of each entry that it could not read; that is told to who imports it.
        "bibtexparser": {"level": "ERROR"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
# Error reports hide every setting, POST value and variable, not just those that look secret.
DEFAULT_EXCEPTION_REPORTER_FILTER = "newsroom.reports.CautiousReporterFilter"
