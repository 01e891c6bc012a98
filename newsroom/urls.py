"""Addresses: the desk, the language switch, the health check; all else is public."""

from django.contrib import admin
from django.urls import include, path

from history.views import checkpoint, verifier_keys
from newsroom.views import favicon, healthz

urlpatterns = [
    path("desk/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
    path(".well-known/newsroom-checkpoint", checkpoint, name="checkpoint"),
    path(".well-known/newsroom-ledger-key", verifier_keys, name="ledger_key"),
    # Last: the public site owns every other address.
    path("", include("articles.urls")),
]
