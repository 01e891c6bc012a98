"""``manage.py verify``: is everything as its record says?"""

import sys
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from history import ledger, signing, verification
from history.models import Entry


class Command(BaseCommand):
    help = (
        "Verify ledger, tree, checkpoints, documents and live rows."
        " Exit status 0: no fault; 1: one line a fault, naming the row; 2: bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint that was kept elsewhere (repeatable)",
        )
        parser.add_argument(
            "--since",
            default="",
            metavar="ENTRY|DATE|FILE",
            help="look at entries from this number, date or checkpoint file on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        outside = [(path, _read(path)) for path in options["checkpoint"]]
        bar = Bar(self.stderr, quiet=not sys.stderr.isatty() or options["verbosity"] == 0)
        run = verification.Run(since=_since(options["since"]), outside=outside, progress=bar.show)
        faults = 0
        for fault in verification.verify(run):
            bar.clear()
            self.stdout.write(str(fault))
            faults += 1
        bar.clear()
        for told in run.erased:
            self.stdout.write(f"erased, on record: {told}")
        if faults:
            self.stderr.write(f"{faults} faults.")
            sys.exit(1)
        if options["verbosity"] > 0:
            what = f"{ledger.size()} entries verified"
            if outside:
                self.stdout.write(f"{what}: nothing was rewritten since the checkpoints given.")
            else:
                self.stdout.write(
                    f"{what}: everything is as the ledger says."
                    " That the ledger itself was not rewritten, only a checkpoint"
                    " that somebody else holds can show (--checkpoint FILE)."
                )


class Bar:
    """One line of progress on a terminal."""

    def __init__(self, out: Any, *, quiet: bool) -> None:
        self.out, self.quiet, self.shown = out, quiet, False

    def show(self, what: str, done: int, total: int) -> None:
        if not self.quiet:
            filled = 30 * done // max(total, 1)
            bar = "#" * filled + "." * (30 - filled)
            self.out.write(f"\r{what:<24} [{bar}] {done}/{total}", ending="")
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            self.out.write("\r" + " " * 79 + "\r", ending="")
            self.shown = False


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise CommandError(f"Cannot read {path}: {reason}", returncode=2) from error


def _since(written: str) -> int:
    """Return the first entry to look at, given its number, a date, or a checkpoint file."""
    if not written:
        return 0
    if written.isdigit():
        return int(written)
    if Path(written).is_file():
        try:
            return signing.open_checkpoint(_read(written)).size
        except signing.NoteRefused as error:
            raise CommandError(f"--since {written}: {error}", returncode=2) from error
    try:
        moment = parse_datetime(written) or parse_date(written)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"--since {written}: give an entry's number, YYYY-MM-DD, or a checkpoint file.",
            returncode=2,
        )
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if is_naive(moment):
        moment = make_aware(moment)
    earlier = Entry.objects.filter(at__lt=moment).order_by("-sequence").first()
    return earlier.sequence + 1 if earlier else 0
