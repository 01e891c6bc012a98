"""What a worker bakes: a list once it changed, everything once the frame of all pages did."""

from uuid import UUID

from procrastinate.contrib.django import app

from history.jobs import soon

from . import baking, lists

# What is published at a set time goes before.
LATER = -10


@app.task
def bake_list(address: str) -> None:
    """Bake the list at this address, or remove it if it is not there any more."""
    baking.bake_list(address)


@app.task(priority=LATER)
def bake_piece(article: str) -> None:
    """Bake the pages of a piece, if they are not as its publications have them."""
    key = UUID(article)
    if baking.piece_differs(key):
        baking.bake(key)


@app.task(priority=LATER)
def bake_everything() -> None:
    """Have all pieces that differ and all lists baked, in jobs of their own: others get a turn."""
    for article in baking.differing():
        soon(bake_piece, article=str(article))
    for address in lists.everything():
        soon(bake_list, address=address)
