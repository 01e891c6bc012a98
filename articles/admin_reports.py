"""Readers' reports at the desk: what waits, which passage it is about, what became of it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history import kinds
from history.acts import act

from . import services
from .choices import ReportState
from .models import ReaderReport

kinds.name(
    {
        "articles.report.received": gettext_lazy("took in a reader's report"),
        "articles.report.settled": gettext_lazy("settled a reader's report"),
    }
)


class SettleForm(forms.ModelForm):
    """What became of a report. That it became a correction is said by publishing one."""

    class Meta:
        model = ReaderReport
        fields = ("state", "note")
        widgets = {"state": forms.RadioSelect, "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "state" in self.fields:
            self.fields["state"].choices = [  # type: ignore[attr-defined]
                choice
                for choice in ReportState.choices
                if choice[0] in {self.instance.state, *_BY_HAND}
            ]

    def clean_state(self) -> str:
        state = self.cleaned_data["state"]
        if state == ReportState.CORRECTION != self.instance.state:
            raise ValidationError(_("It becomes a correction when one is published."))
        return state


_BY_HAND = (ReportState.OPEN, ReportState.ANSWERED, ReportState.DISMISSED)


@admin.register(ReaderReport)
class ReaderReportAdmin(admin.ModelAdmin):
    actions = None
    form = SettleForm
    fields = ("about", "said", "answer_to", "at", "ways_on", "state", "note")
    readonly_fields = ("about", "said", "answer_to", "at", "ways_on")
    list_display = ("opening", "piece", "state", "at")
    list_filter = ("state",)
    list_per_page = 50
    list_select_related = ("publication__article",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .defer("publication__article__body", "publication__article__standfirst")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("what is wrong"))
    def opening(self, report: ReaderReport) -> str:
        return report.text if len(report.text) < 100 else f"{report.text[:99]}…"

    @admin.display(description=gettext_lazy("piece"))
    def piece(self, report: ReaderReport) -> str:
        return str(report.publication.article)

    @admin.display(description=gettext_lazy("about"))
    def about(self, report: ReaderReport) -> SafeString:
        version = _("version %(number)s") % {"number": report.publication.number}
        said = [f"{report.publication.article.headline}, {version}"]
        said += [words for words in (report.statement, report.passage) if words]
        return format_html_join("", "<p>{}</p>", ((words,) for words in said))

    @admin.display(description=gettext_lazy("what is wrong"))
    def said(self, report: ReaderReport) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((line,) for line in report.text.splitlines()))

    @admin.display(description=gettext_lazy("for an answer"))
    def answer_to(self, report: ReaderReport) -> SafeString | str:
        if not report.contact:
            return ""
        return format_html('<a href="mailto:{0}">{0}</a>', report.contact)

    @admin.display(description=gettext_lazy("ways on"))
    def ways_on(self, report: ReaderReport) -> SafeString:
        publication = report.publication
        address = publication.frozen_document["address"]
        anchor = f"#claim-{report.claim}" if report.claim else ""
        piece = publication.article_id
        publish = reverse("admin:articles_article_publish", args=[piece])
        ways = [
            (f"{address}v/{publication.number}/{anchor}", _("See the passage")),
            (publication.article.editing_address, _("Open the piece")),
            (f"{publish}?kind=correction&report={report.pk}", _("Publish a correction")),
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', ways)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().change_view(request, *args, **kwargs)
        # The service is a step of this act, since Django opens a transaction around the page.
        with act("articles.report.settled", actor=request.user):
            return super().change_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.settle_report(
            obj,
            actor=request.user,
            state=obj.state,
            note=obj.note,
            outcome=obj.outcome,
        )

    # The ledger has it; Django's own log would repeat it.
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None
