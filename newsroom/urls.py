"""Addresses: the desk, the language switch, the health check; all else is public."""

from django.contrib import admin
from django.urls import include, path

from newsroom.views import favicon, healthz

urlpatterns = [
    path("desk/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", healthz, name="healthz"),
    path("favicon.ico", favicon, name="favicon"),
    # Last: the public site owns every other address.
    path("", include("articles.urls")),
]
