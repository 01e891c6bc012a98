"""What the application server loads: `newsroom.wsgi:application`. Baked pages, then Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings.prod")

django_application = get_wsgi_application()

# Settings are read by what this imports, so not before Django is set up.
from newsroom.baked import wrapped  # noqa: E402

application = wrapped(django_application)
