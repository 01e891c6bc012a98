"""The gate, publishing, and the public page as it would be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import gate, page, services, views_scheduling
from .choices import Kind, Level, ReportState
from .forms import CorrectionFormSet, Refused, ReplyForm, RetractForm, blaming
from .forms_scheduling import PublishOrScheduleForm
from .models import Article, Plan, Publication, ReaderReport, image_storage
from .room import Room, as_key, find, may, require
from .shaken import carried

if TYPE_CHECKING:
    from .admin import ArticleAdmin


def preview(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """The public page of the working copy, as it would be if it were published now."""
    article = find(admin, request, key)
    document = services.preview(article)
    with override(article.language):
        context = page.draft_context(
            document,
            site=settings.NEWSROOM["SITE"],
            image_url=image_storage().url,
        )
        context["article"] = article
        response = render(request, "admin/articles/article/preview.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Content-Language"] = article.language
    return response


@dataclass
class RuleShown:
    rule: gate.Rule
    problems: list[gate.Problem]
    reason: str = ""

    @property
    def blocks(self) -> bool:
        return any(problem.blocks for problem in self.problems)

    @property
    def field(self) -> str:
        return f"waive-{self.rule.id}"


def publish(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """What the gate says; POST publishes, or schedules that."""
    article = find(admin, request, key)
    room = Room.of(request, article)
    first = room.live is None
    may_publish = may(request, "articles.publish_article")
    report = _report(request, article)
    corrections = CorrectionFormSet(
        request.POST if request.method == "POST" else None,
        prefix="corrections",
        initial=[{"wrong": report.passage or report.statement}] if report else None,
    )
    if request.method == "POST":
        if not may_publish:
            raise PermissionDenied
        form = PublishOrScheduleForm(request.POST, first=first)
        if form.is_valid() and corrections.is_valid():
            made = _publish(request, article, form, corrections)
            if made is not None:
                # A planned correction settles nothing yet.
                if report and isinstance(made, Publication) and made.kind == Kind.CORRECTION:
                    services.settle_report(
                        report,
                        actor=request.user,
                        state=ReportState.CORRECTION,
                        note=report.note,
                        outcome=made,
                    )
                _tell(request, made)
                return HttpResponseRedirect(article.editing_address)
            # Something may have moved on in the meantime.
            room = Room.of(request, Article.objects.select_related("section").get(pk=article.pk))
        kind = form.data.get("kind", "")
        status = 422
    else:
        kind = request.GET.get("kind", "")
        form = PublishOrScheduleForm(
            first=first,
            initial={"based_on": room.revision, "kind": kind or (Kind.FIRST if first else "")},
        )
        status = 200
    found = gate.problems(room.copy, kind=kind, actor=request.user if may_publish else None)
    rules = [
        RuleShown(
            rule,
            [problem for problem in found if problem.rule == rule.id],
            request.POST.get(f"waive-{rule.id}", ""),
        )
        for rule in gate.RULES.values()
        if rule.level != Level.OFF
    ]
    return admin.desk_page(
        request,
        "publish",
        title=_("Publish"),
        status=status,
        media=admin.desk_media(request, form.media, writing=False),
        article=article,
        room=room,
        form=form,
        corrections=corrections,
        failing=[shown for shown in rules if shown.blocks],
        warning=[shown for shown in rules if shown.problems and not shown.blocks],
        passing=[shown for shown in rules if not shown.problems],
        may_publish=may_publish,
        may_waive=may(request, "articles.waive_rule"),
        may_block=may(request, "articles.block_article"),
        first=first,
        carried=carried(room.copy, room.live) if room.live and may_publish else [],
        report=report,
        plans=views_scheduling.plans(article),
    )


def _report(request: HttpRequest, article: Article) -> ReaderReport | None:
    """Return the reader's report that a correction answers (``?report=``), if that is open."""
    key = as_key(request.GET.get("report", ""))
    if key is None or not may(request, "articles.change_readerreport"):
        return None
    reports = ReaderReport.objects.filter(publication__article=article, state=ReportState.OPEN)
    return reports.select_related("publication").filter(pk=key).first()


def retract(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Take back what is public."""
    form = RetractForm(request.POST or None)
    return _act(admin, request, key, "retract", _("Retract"), form, services.retract)


def reply(admin: "ArticleAdmin", request: HttpRequest, key: UUID) -> HttpResponse:
    """Publish the reply of somebody concerned, word for word."""
    form = ReplyForm(request.POST or None, article=find(admin, request, key))
    return _act(admin, request, key, "reply", _("Publish a reply"), form, services.reply)


def _act(
    admin: "ArticleAdmin",
    request: HttpRequest,
    key: UUID,
    name: str,
    title: str,
    form: RetractForm | ReplyForm,
    service: Callable[..., Publication],
) -> HttpResponse:
    """A page that asks for what one act of publishing needs; POST does it."""
    article = find(admin, request, key)
    require(request, "articles.publish_article")
    if request.method == "POST" and form.is_valid():
        try:
            with blaming(form):
                made = service(article, actor=request.user, **form.cleaned_data)
        except Refused:
            pass
        else:
            _tell(request, made)
            return HttpResponseRedirect(article.editing_address)
    return admin.desk_page(
        request,
        name,
        title=title,
        status=422 if form.is_bound else 200,
        media=admin.desk_media(request, form.media, writing=False),
        article=article,
        form=form,
    )


def _tell(request: HttpRequest, made: Publication | Plan) -> None:
    if isinstance(made, Plan):
        messages.success(request, views_scheduling.told(made))
        return
    messages.success(
        request,
        format_html(
            '{} <a href="{}">{}</a>',
            _("Published as version %(number)s.") % {"number": made.number},
            made.frozen_document["address"],
            _("See the page"),
        ),
    )


def _publish(
    request: HttpRequest, article: Article, form: PublishOrScheduleForm, corrections: Any
) -> Publication | Plan | None:
    """Publish or schedule what the form says; ``None`` if refused, and why stands in the form."""
    told = form.cleaned_data
    waivers = {
        rule: reason
        for rule in gate.RULES
        if (reason := request.POST.get(f"waive-{rule}", "").strip())
    }
    rows = [
        services.Wrong(row["wrong"], row["right"], row["since"])
        for row in corrections.cleaned_data
        if row.get("wrong") or row.get("right")
    ]
    terms: dict[str, Any] = {name: told[name] for name in ("kind", "note", "deadline", "based_on")}
    terms |= {"actor": request.user, "corrections": rows}
    try:
        with blaming(form):
            if form.scheduling:
                if waivers:
                    raise ValidationError(
                        _("What is scheduled must meet every rule: none can be waived.")
                    )
                return services.schedule(article, at=told["at"], **terms)
            return services.publish(article, waivers=waivers, **terms)
    except services.GateClosed:
        form.add_error(None, _("The gate is closed: see below what is missing."))
    except services.ConflictingSave as conflict:
        form.add_error(
            None, _("The piece has changed since you opened this page. Look at it again.")
        )
        sent = request.POST.copy()
        sent["based_on"] = str(conflict.revision)
        form.data = sent
    except Refused:
        pass
    return None
