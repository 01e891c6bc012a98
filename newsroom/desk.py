"""The desk: where reporters, checkers, editors, publishers and auditors work."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    """Django's admin site under the newsroom's own name."""

    site_title = _("Newsroom")
    site_header = _("Newsroom")
    index_title = _("Desk")
    site_url = "/"
    empty_value_display = "–"
