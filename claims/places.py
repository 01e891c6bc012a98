"""The texts of a piece in which a claim can have a passage, in reading order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from . import choices
from .text import Block, Manuscript, read


@dataclass(frozen=True, slots=True)
class Place:
    """One text: a plain field, the caption of an image, or the body with its marks."""

    field: str
    image: UUID | None
    manuscript: Manuscript

    @property
    def text(self) -> str:
        return self.manuscript.text

    @property
    def key(self) -> tuple[str, UUID | None]:
        return self.field, self.image


def plain(text: str, tag: str = "p") -> Manuscript:
    """Return a plain field's text as a manuscript: a block a line, no marks."""
    blocks, start = [], 0
    for line in text.split("\n"):
        blocks.append(Block(tag, start, line))
        start += len(line) + 1
    return Manuscript(text, tuple(blocks), ())


def places(article: Any, images: Iterable[Any]) -> list[Place]:
    """Return the texts of a piece; ``images`` in their order."""
    return [
        Place(choices.Place.KICKER, None, plain(article.kicker)),
        Place(choices.Place.HEADLINE, None, plain(article.headline)),
        Place(choices.Place.STANDFIRST, None, plain(article.standfirst)),
        *(Place(choices.Place.CAPTION, image.pk, plain(image.caption)) for image in images),
        Place(choices.Place.BODY, None, read(article.body)),
    ]
