"""``manage.py load_demo``: the people, sources and pieces of the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from newsroom.demo.loader import load


class Command(BaseCommand):
    help = "Load the demo's people, sources and pieces. What is there already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(line: str) -> None:
            if options["verbosity"] > 0:
                self.stdout.write(line)

        made = load(tell)
        tell(f"{made} pieces loaded.")
