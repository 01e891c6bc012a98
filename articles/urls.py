"""Addresses of the public site."""

from django.urls import path, re_path

from . import (
    listings,
    views,
    views_feeds,
    views_reporting,
    views_search,
    views_sharing,
    views_site,
    views_versions,
)

app_name = "articles"
urlpatterns = [
    re_path(
        r"^media/images/(?P<name>[0-9a-f]{64}(-[0-9]+\.[a-z]+)?)$", views.picture, name="picture"
    ),
    path("preview/<str:token>/", views_sharing.shared, name="shared"),
    path("", views_site.front, name="index"),
    path("page/<int:number>/", views_site.front_page, name="index_page"),
    *(
        path(address, views_site.group, {"kind": kind}, name=name)
        for kind, group in listings.GROUPS.items()
        for address, name in (
            (f"{group}/<slug:slug>/", group),
            (f"{group}/<slug:slug>/page/<int:number>/", f"{group}_page"),
        )
    ),
    path("corrections/", views_site.corrections, name="corrections"),
    path("corrections/page/<int:number>/", views_site.corrections, name="corrections_page"),
    path("policies/", views_site.policies, name="policies"),
    path("policies/<slug:language>/", views_site.policies, name="policies_in"),
    *(
        path(f"{address}{file}", view, {"form": form}, name=f"{name}_{form}")
        for form, file in (("atom", "atom.xml"), ("json", "feed.json"))
        for address, view, name in (
            ("", views_feeds.site_feed, "feed"),
            ("section/<slug:slug>/", views_feeds.section_feed, "section_feed"),
            ("corrections/", views_feeds.corrections_feed, "corrections_feed"),
        )
    ),
    path("search/", views_search.search, name="search"),
    path("robots.txt", views_feeds.robots, name="robots"),
    path("sitemap.xml", views_feeds.sitemap, name="sitemap"),
    path("sitemap/<int:number>/sitemap.xml", views_feeds.sitemap, name="sitemap_part"),
    path("news-sitemap.xml", views_feeds.news_sitemap, name="news_sitemap"),
    path("changes.json", views_feeds.changes, name="changes"),
    path("changes/<int:number>/changes.json", views_feeds.changes, name="changes_page"),
    path("<int:year>/<int:month>/<slug:slug>/", views.page, name="page"),
    path("<int:year>/<int:month>/<slug:slug>/report/", views_reporting.report, name="report"),
    path(
        "<int:year>/<int:month>/<slug:slug>/report/sent/", views_reporting.sent, name="report_sent"
    ),
    path("<int:year>/<int:month>/<slug:slug>/v/<int:number>/", views.version, name="version"),
    path("<int:year>/<int:month>/<slug:slug>/compare/", views_versions.choose, name="choose"),
    path(
        "<int:year>/<int:month>/<slug:slug>/compare/<int:old>/<int:new>/",
        views_versions.compared,
        name="compare",
    ),
    path("<int:year>/<int:month>/<slug:slug>/index.json", views.document, name="document"),
    path(
        "<int:year>/<int:month>/<slug:slug>/v/<int:number>/index.json",
        views.document,
        name="version_document",
    ),
    path("<int:year>/<int:month>/<slug:slug>/at/<str:moment>/", views.at, name="at"),
    path(
        "<int:year>/<int:month>/<slug:slug>/v/<int:number>/proof.json",
        views.proof_data,
        name="proof_data",
    ),
    path(
        "<int:year>/<int:month>/<slug:slug>/v/<int:number>/proof",
        views.proof_text,
        name="proof_text",
    ),
]
