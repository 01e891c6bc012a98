"""``manage.py bake``: bring the published pages' files up to date with the database."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from articles import baking, lists, live, withheld
from history.management.commands.verify import Bar

# Starting a second process takes as long as baking so many pieces.
WORTH_A_PROCESS = 24


Work = UUID | str  # a piece, or the address of a list


class Command(BaseCommand):
    help = (
        "Bake what differs from the database, and remove what belongs to no piece and no list."
        " Exit status 0: done; 1: something differs (--check) or could not be baked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            action="store_true",
            help="bake, or with --check render, every page; what lists and search are made of is"
            " made anew as well",
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
        self.bar = Bar(self.stderr, quiet=not (told and sys.stderr.isatty()))
        (self.compare if options["check"] else self.rebuild)(options, told=told)

    def compare(self, options: dict[str, Any], *, told: bool) -> None:
        pieces = baking.digests() if options["all"] else baking.differing()
        wrong = 0
        work = partial(_differing, thorough=options["all"])
        for addresses in self.each([*pieces, *lists.everything()], work, options["jobs"]):
            wrong += len(addresses)
            for address in addresses:
                self.stdout.write(f"{address} differs from the database")
        for address in baking.strays():
            self.stdout.write(f"{address} belongs to no piece and no list")
            wrong += 1
        if wrong:
            sys.exit(1)
        if told:
            self.stdout.write("All baked pages are as the database has them.")

    def rebuild(self, options: dict[str, Any], *, told: bool) -> None:
        if options["all"]:
            live.renew_all()
        pieces = dict.fromkeys([*(baking.digests() if options["all"] else ()), *baking.differing()])
        changed, failed = 0, 0
        work = partial(_bake, anew=options["all"])
        for outcome in self.each([*pieces, *lists.everything()], work, options["jobs"]):
            if isinstance(outcome, str):
                self.bar.clear()
                self.stderr.write(outcome)
                failed += 1
            else:
                changed += outcome
        strays = baking.strays()
        baking.remove(strays)
        # What a block could not finish.
        for article in withheld.concerned():
            withheld.settle(article)
        if failed:
            sys.exit(1)
        if told:
            self.stdout.write(f"{changed + len(strays)} pages changed.")

    def each(self, things: Sequence[Work], work: Callable[[Work], Any], jobs: int) -> Iterator[Any]:
        """Yield the outcome of the work on each piece and list, done by some processes at once."""
        for done, outcome in enumerate(_outcomes(things, work, jobs), start=1):
            self.bar.show("pieces and lists", done, len(things))
            yield outcome
        self.bar.clear()


def _outcomes(things: Sequence[Work], work: Callable[[Work], Any], jobs: int) -> Iterator[Any]:
    if jobs < 2 or len(things) < WORTH_A_PROCESS:
        yield from map(work, things)
        return
    # A connection cannot be shared between processes: each opens its own.
    connections.close_all()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as processes:
        yield from processes.map(work, things, chunksize=8)


def _differing(thing: Work, *, thorough: bool) -> list[str]:
    """Return the addresses of a piece or list whose files are not as the database has them."""
    if isinstance(thing, str):
        return [thing] if baking.list_differs(thing) else []
    return baking.piece_differs(thing, thorough=thorough)


def _bake(thing: Work, *, anew: bool) -> int | str:
    """Return how many files of a piece or list changed, or why it could not be baked."""
    try:
        if isinstance(thing, str):
            return int(baking.bake_list(thing, anew=anew))
        return len(baking.bake(thing, anew=anew))
    except Exception as error:
        return f"{thing} could not be baked: {type(error).__name__}: {error}"
