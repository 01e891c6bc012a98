"""Addresses of the public site."""

from django.urls import path

from . import views

app_name = "articles"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:year>/<int:month>/<slug:slug>/", views.page, name="page"),
    path("<int:year>/<int:month>/<slug:slug>/v/<int:number>/", views.version, name="version"),
]
