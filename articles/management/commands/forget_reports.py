"""``manage.py forget_reports``: forget how to answer readers once that is no longer needed."""

from typing import Any

from django.core.management.base import BaseCommand

from articles import reporting


class Command(BaseCommand):
    help = (
        "Delete contact details from readers' reports: 30 days after a report was settled, in any"
        " case after 180 days. Every new report does so as well."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Addresses forgotten: {reporting.forget()}")
