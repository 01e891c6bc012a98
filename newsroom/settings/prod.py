"""Production: refuses to start without what it needs, speaks HTTPS only."""

from newsroom import environment
from newsroom.settings.base import *
from newsroom.settings.base import NEWSROOM

DEBUG = False
SECRET_KEY = environment.required(
    "SECRET_KEY", "It signs sessions and must be long, random and kept secret."
)
ALLOWED_HOSTS = environment.required_names(
    "ALLOWED_HOSTS", "It lists the host names that this site answers to, separated by commas."
)
NEWSROOM = NEWSROOM | {
    "SITE": environment.origin("NEWSROOM_SITE", f"https://{ALLOWED_HOSTS[0].lstrip('.*')}")
}
DATABASES = {
    "default": environment.database(
        environment.required(
            "DATABASE_URL", "Production uses a PostgreSQL server of yours, not the embedded one."
        ),
        CONN_MAX_AGE=environment.number("DATABASE_CONN_MAX_AGE", 60),
        CONN_HEALTH_CHECKS=True,
    )
}
# Without these, whoever asks for a page while the server is away waits for minutes, and holds up
# readers of pages that need no database. What DATABASE_URL says wins.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
} | DATABASES["default"]["OPTIONS"]
if environment.flag("DATABASE_POOL"):
    # A pool keeps its connections itself; Django refuses both at once.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": environment.number("DATABASE_POOL_MIN", 2),
        "max_size": environment.number("DATABASE_POOL_MAX", 8, least=1),
    }

# Transport

CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS")
SECURE_SSL_REDIRECT = environment.flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if environment.flag("TRUST_PROXY"):
    NEWSROOM = NEWSROOM | {"TRUST_PROXY": True}
    # Only behind a proxy that sets this header itself and drops the client's.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = environment.flag("HSTS_PRELOAD", True)
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrftoken"

# Mail

EMAIL_HOST = environment.text("EMAIL_HOST", "localhost")
EMAIL_PORT = environment.number("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", f"newsroom@{ALLOWED_HOSTS[0]}")
