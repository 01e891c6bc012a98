"""Readers' reports of errors: what may come in, how much of it, and for how long it is kept.

The form stands on pages that are files, so it bears no token. It needs none: a report is taken
without any cookie, so a foreign page that sends one does what its author could do as well. All
the same, browsers say where a form was sent from, and others than our own pages are refused.
"""

import ipaddress
import re
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .choices import ReportState
from .evidence import CLAIM_ID
from .models import Publication, ReaderReport

LONGEST = 5000  # code points of each text
MOST_LINKS = 8
# From one address, and from all of them: an hour's work for the desk should be enough.
MOST_AN_HOUR = 5
MOST_AN_HOUR_IN_ALL = 200

# How long it is known which reports came from one address, and how to answer.
SENDER_KEPT = timedelta(days=1)
CONTACT_KEPT = timedelta(days=180)
CONTACT_KEPT_WHEN_SETTLED = timedelta(days=30)


class TooMany(Exception):
    """So many reports came in lately that no more are taken for now."""


class ReaderReportForm(forms.Form):
    """Asks what is wrong. Whoever sees the last field and fills it in is a machine."""

    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    claim = forms.RegexField(CLAIM_ID, required=False, widget=forms.HiddenInput)
    passage = forms.CharField(
        label=pgettext_lazy("reader's report", "The passage in question (optional)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(
        label=pgettext_lazy("reader's report", "What is wrong, and how can one tell?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    contact = forms.EmailField(
        label=pgettext_lazy("reader's report", "E-mail address for an answer (optional)"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(
        label=pgettext_lazy("reader's report", "To be left empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in ("passage", "text"):
            self.fields[name].error_messages["max_length"] = gettext_lazy(
                "This is too long: at most %(limit_value)d characters. It has %(show_value)d."
            )
        self.fields["text"].error_messages["required"] = gettext_lazy(
            "It is not said what is wrong."
        )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if len(re.findall(r"https?://", text)) > MOST_LINKS:
            raise ValidationError(_("At most %(most)s links, please.") % {"most": MOST_LINKS})
        return text

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("The last field was to be left empty: it finds out machines."))
        return ""


def comes_from_here(request: HttpRequest) -> bool:
    """Return whether a form was sent from a page of ours, or by who does not say."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    ours = {settings.NEWSROOM["SITE"], f"{request.scheme}://{request.get_host()}"}
    return not origin or origin in ours


def sender_of(request: HttpRequest) -> str:
    """Return what tells senders apart today, and not who they are.

    A keyed digest of the address (of IPv6 the network, which is what one line has) and the day.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.NEWSROOM["TRUST_PROXY"]:
        # The last one was added by the proxy, earlier ones by whoever likes to.
        forwarded = request.headers.get("X-Forwarded-For", "")
        address = forwarded.rpartition(",")[2].strip() or address
    try:
        found = ipaddress.ip_address(address)
        if isinstance(found, ipaddress.IPv6Address):
            found = found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False)[0]
        address = str(found)
    except ValueError:
        pass
    today = timezone.localdate().isoformat()
    digest = salted_hmac("articles.reporting.sender", f"{today} {address}", algorithm="sha256")
    return digest.hexdigest()


def refuse_too_many(sender: str) -> None:
    """Raise ``TooMany`` if this sender, or all together, reported enough for this hour."""
    lately = ReaderReport.objects.filter(at__gt=timezone.now() - timedelta(hours=1))
    if lately.filter(sender=sender).count() >= MOST_AN_HOUR:
        raise TooMany
    if lately.count() >= MOST_AN_HOUR_IN_ALL:
        raise TooMany


def twin_of(publication: Publication, text: str) -> ReaderReport | None:
    """Return a report of today that says the same of the same piece: somebody clicked twice."""
    lately = ReaderReport.objects.filter(at__gt=timezone.now() - SENDER_KEPT)
    return lately.filter(publication__article=publication.article_id, text=text).first()


def forget() -> int:
    """Forget who sent reports and how to answer them, once that is no longer needed.

    Returns how many ways to answer were forgotten. Called with every report, and by
    ``manage.py forget_reports``.
    """
    now = timezone.now()
    reports = ReaderReport.objects.all()
    reports.filter(at__lte=now - SENDER_KEPT).exclude(sender="").update(sender="")
    known = reports.exclude(contact="")
    gone = known.filter(at__lte=now - CONTACT_KEPT).update(contact="")
    settled = known.exclude(state=ReportState.OPEN)
    return gone + settled.filter(settled_at__lte=now - CONTACT_KEPT_WHEN_SETTLED).update(contact="")
