"""``manage.py bake``: bring the published pages' files up to date with the database."""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from articles import baking
from history.management.commands.verify import Bar

# Starting a second process takes as long as baking so many pieces.
WORTH_A_PROCESS = 24


class Command(BaseCommand):
    help = (
        "Bake what differs from the database, and remove what belongs to no piece."
        " Exit status 0: done; 1: something differs (--check) or could not be baked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="bake, or with --check render, every page"
        )
        parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
        parser.add_argument(
            "--jobs",
            type=int,
            default=min(2, os.cpu_count() or 1),
            help="processes that render at once (2)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if baking.folder() is None:
            raise CommandError("Pages are not baked here: NEWSROOM_BAKED_DIR is off.", returncode=2)
        told = options["verbosity"] > 0
        if options["check"]:
            found = baking.differing(thorough=options["all"])
            wrong = [address for addresses in found.values() for address in addresses]
            for address in wrong:
                self.stdout.write(f"{address} differs from the database")
            strays = baking.strays()
            for address in strays:
                self.stdout.write(f"{address} belongs to no piece")
            if wrong or strays:
                sys.exit(1)
            if told:
                self.stdout.write("All baked pages are as the database has them.")
            return
        pieces = [*(baking.digests() if options["all"] else ()), *baking.differing()]
        pieces = list(dict.fromkeys(pieces))
        bar = Bar(self.stderr, quiet=not (told and sys.stderr.isatty()))
        changed, failed = 0, 0
        for done, outcome in enumerate(_baked(pieces, options), start=1):
            if isinstance(outcome, str):
                bar.clear()
                self.stderr.write(outcome)
                failed += 1
            else:
                changed += outcome
            bar.show("pieces", done, len(pieces))
        bar.clear()
        strays = baking.strays()
        baking.remove(strays)
        if failed:
            sys.exit(1)
        if told:
            self.stdout.write(f"{len(pieces)} pieces baked: {changed + len(strays)} pages changed.")


def _baked(pieces: Sequence[UUID], options: dict[str, Any]) -> Iterator[int | str]:
    """Yield, of each piece, how many pages changed, or why it could not be baked."""
    work = partial(_bake, anew=options["all"])
    if options["jobs"] < 2 or len(pieces) < WORTH_A_PROCESS:
        yield from map(work, pieces)
        return
    # A connection cannot be shared between processes: each opens its own.
    connections.close_all()
    with ProcessPoolExecutor(
        options["jobs"], mp_context=multiprocessing.get_context("fork")
    ) as processes:
        yield from processes.map(work, pieces, chunksize=8)


def _bake(piece: UUID, *, anew: bool) -> int | str:
    try:
        return len(baking.bake(piece, anew=anew))
    except Exception as error:
        return f"{piece} could not be baked: {type(error).__name__}: {error}"
