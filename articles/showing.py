"""What follows from a publication for everything that readers see of the site.

Called within the act that publishes, changes or hides something. The pages of the piece are baked
as soon as that is committed, the lists by one job each.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from history.jobs import soon

from . import baking, listings, lists, live, tasks, withheld
from .blocking import BlockNotComplete
from .models import LegalBlock, LivePiece, Publication

log = logging.getLogger(__name__)


def show(publication: Publication) -> None:
    """Let readers see a new publication: on its page, in lists, feeds and search."""
    article, sections = publication.article_id, listings.sections_now()
    before = _names(article)
    live.record(publication)
    baking.bake_soon(article)
    if baking.folder() is None:
        return
    # Baked at once, as a rule; this makes up for a process that ended before it had.
    soon(tasks.bake_piece, article=str(article))
    for address in lists.changed(article, before):
        soon(tasks.bake_list, address=address)
    if listings.sections_now() != sections:
        # Every page names the sections.
        soon(tasks.bake_everything)


@contextmanager
def covering(block: LegalBlock) -> Iterator[list[str]]:
    """Let readers see a piece under a further legal block, or one less, which is written within.

    Yields what is filled in afterwards: the addresses of the lists that tell something else then.
    """
    article, addresses = block.article_id, list[str]()
    held, before = list(lists.holding(article)), _names(article)
    yield addresses
    newest = Publication.stored.filter(article=article).order_by("-number").first()
    if newest is None:
        return
    live.changed(article, kind=block.deed, at=block.at, address=newest.frozen_document["address"])
    live.renew(article)
    live.forget_words()
    told = lists.changes().changed(listings.changes().count() - 1, came=True)
    now = lists.holding(article), lists.changed(article, before)
    addresses += dict.fromkeys([*held, *told, *(one for each in now for one in each)])
    if baking.folder() is not None:
        # Lists that a piece has left or come back to move up or down as a whole.
        soon(tasks.bake_everything)


def replace_now(article: UUID, addresses: Iterable[str]) -> None:
    """Bake a piece and these lists at once, and see to its pictures.

    Raises ``BlockNotComplete`` if any of it fails.
    """
    failed: list[Exception] = []
    steps: list[Callable[[], Any]] = [partial(baking.bake, article)]
    steps += [partial(baking.bake_list, address) for address in addresses]
    steps.append(partial(withheld.settle, article))
    for step in steps:
        try:
            step()
        except Exception as error:
            log.exception("Files of %s could not be replaced", article)
            failed.append(error)
    if failed:
        raise BlockNotComplete(str(failed[0])) from failed[0]


def show_front() -> None:
    """Let readers see another order of the front page."""
    if baking.folder() is not None:
        soon(tasks.bake_list, address=lists.front().home)


def show_all_anew() -> None:
    """Let readers see what publications hold now, wherever that is another than it was."""
    baking.bake_what_differs_soon()
    if baking.folder() is not None:
        soon(tasks.bake_everything)


def _names(article: UUID) -> frozenset[str] | None:
    names = LivePiece.objects.filter(article=article).values_list("names", flat=True).first()
    return None if names is None else frozenset(names)
