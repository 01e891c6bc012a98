"""Readers' reports, taken in and settled. Entries tell that it happened, not what was said."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from history.acts import act

from .. import reporting
from ..choices import Kind, ReportState
from ..models import Publication, ReaderReport


def report_error(
    publication: Publication,
    *,
    actor: Any,
    text: str,
    claim: str = "",
    passage: str = "",
    contact: str = "",
    sender: str = "",
) -> ReaderReport:
    """Take in what a reader says is wrong; ``actor`` is the system, since readers have no account.

    A report that says the same as another of today is that one. Raises ``ValidationError``,
    and ``reporting.TooMany`` if enough came from this sender (see ``reporting.sender_of``).
    """
    reporting.forget()
    if (twin := reporting.twin_of(publication, text)) is not None:
        return twin
    reporting.refuse_too_many(sender)
    report = ReaderReport(
        publication=publication,
        text=text,
        claim=claim,
        passage=passage,
        contact=contact,
        sender=sender,
    )
    if claim and not report.statement:
        report.claim = ""
    with act("articles.report.received", actor=actor) as this:
        report.full_clean()
        report.save(force_insert=True)
        this.note(publication.article, report=_told(report))
    return report


def settle_report(
    report: ReaderReport,
    *,
    actor: Any,
    state: str,
    note: str = "",
    outcome: Publication | None = None,
) -> ReaderReport:
    """Say what became of a report; ``open`` opens it again.

    ``outcome`` is the correction that it became. Raises ``PermissionDenied`` and
    ``ValidationError``.
    """
    if not actor.has_perm("articles.change_readerreport"):
        raise PermissionDenied(_("You may not settle readers' reports."))
    with act("articles.report.settled", actor=actor) as this:
        report = ReaderReport.objects.select_for_update(of=["self"]).get(pk=report.pk)
        became = state == ReportState.CORRECTION
        if became and (outcome is None or outcome.kind != Kind.CORRECTION):
            raise ValidationError({"state": _("It becomes a correction when one is published.")})
        if outcome and outcome.article_id != report.publication.article_id:
            raise ValidationError({"state": _("This correction is of another piece.")})
        is_open = state == ReportState.OPEN
        report.state, report.note = state, note
        report.outcome = outcome if became else None
        report.settled_at = None if is_open else timezone.now()
        report.settled_by = None if is_open else actor.pk
        report.full_clean()
        report.save()
        this.note(report.publication.article, report=_told(report))
    return report


def _told(report: ReaderReport) -> dict[str, Any]:
    return {
        "id": str(report.pk),
        "publication": report.publication.number,
        "state": str(report.state),
    }
