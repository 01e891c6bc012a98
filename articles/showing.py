"""What follows from a publication for everything that readers see of the site.

Called within the act that publishes, changes or hides something. The pages of the piece are baked
as soon as that is committed, the lists by one job each.
"""

from uuid import UUID

from history.jobs import soon

from . import baking, listings, lists, live, tasks
from .models import LivePiece, Publication


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
