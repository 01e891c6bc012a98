"""``manage.py publish SLUG --as USER``: make a piece public, or say why not."""

import sys
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from articles import moments, services
from articles.choices import Kind
from articles.models import Article


class Command(BaseCommand):
    help = "Publish a piece. Exit status 0: published; 1: refused, one reason a line; 2: bad input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--as", dest="user", required=True, help="who publishes")
        parser.add_argument("--kind", default="", help=f"one of: {', '.join(Kind.values)}")
        parser.add_argument("--note", default="", help="what readers are told about the change")
        parser.add_argument("--wrong", default="", help="correction: what was wrong")
        parser.add_argument("--right", default="", help="correction: what is right")
        parser.add_argument("--since", default="", help="correction: since when, if not always")
        parser.add_argument("--reason", default="", help="retraction: why, for the record only")
        parser.add_argument("--until", default="", help="developing: when it will be settled")
        parser.add_argument(
            "--at", default="", help="publish then, if the gate is open then: nothing can be waived"
        )
        parser.add_argument(
            "--waive",
            action="append",
            default=[],
            metavar="RULE=REASON",
            help="waive a failing rule (repeatable; needs the permission)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.", returncode=2)
        article = Article.objects.filter(slug=options["slug"]).first()
        if article is None:
            raise CommandError(f"There is no piece at “{options['slug']}”.", returncode=2)
        waivers = {}
        for waived in options["waive"]:
            rule, found, reason = waived.partition("=")
            if not found:
                raise CommandError(f"--waive {waived}: give RULE=REASON.", returncode=2)
            waivers[rule] = reason
        corrections = []
        if options["wrong"] or options["right"]:
            corrections = [
                services.Wrong(options["wrong"], options["right"], _moment(options, "since"))
            ]
        terms: dict[str, Any] = {
            "actor": user,
            "kind": options["kind"],
            "note": options["note"],
            "corrections": corrections,
            "deadline": _moment(options, "until"),
        }
        at = _moment(options, "at")
        if at and (waivers or options["kind"] == Kind.RETRACTION):
            raise CommandError("--at: nothing is waived or retracted in advance.", returncode=2)
        try:
            if at:
                plan = services.schedule(article, at=at, **terms)
                self.stdout.write(f"Scheduled for {moments.shown(plan.at)}.")
                return
            if options["kind"] == Kind.RETRACTION:
                publication = services.retract(
                    article, actor=user, note=options["note"], reason=options["reason"]
                )
            else:
                publication = services.publish(article, waivers=waivers, **terms)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages), returncode=2) from error
        except PermissionDenied as error:
            self.stderr.write(str(error))
            sys.exit(1)
        except services.GateClosed as closed:
            for problem in closed.problems:
                self.stderr.write(f"{problem.rule}: {problem.message}")
            sys.exit(1)
        address = publication.frozen_document["address"]
        self.stdout.write(f"Published {address} as number {publication.number}.")


def _moment(options: dict[str, Any], name: str) -> datetime | None:
    """Return the moment that is meant, on the newsroom's clock unless it has an offset."""
    written = options[name]
    if not written:
        return None
    try:
        moment = parse_datetime(written)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"--{name} {written}: give YYYY-MM-DDTHH:MM.", returncode=2)
    if not is_naive(moment):
        return moment
    meant = moments.on_the_clock(moment.date(), moment.time())
    if len(meant) == 1:
        return meant[0]
    why = "comes twice: add its offset" if meant else "does not exist"
    raise CommandError(
        f"--{name} {written}: clocks are changed then, and this time {why}.", returncode=2
    )
