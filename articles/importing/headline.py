"""Which heading is the headline, and how the others stand to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from django.utils.translation import gettext

from .manuscript import Block, Manuscript, fold, tidy, visible


def settle_headline(manuscript: Manuscript, given: str, longest: int) -> tuple[str, list[Block]]:
    """Return the headline ("" if the file has none) and the blocks that remain for the body."""
    blocks = manuscript.blocks
    title = title_index(blocks, longest)
    if title is not None:
        before, own, after = blocks[:title], blocks[title], blocks[title + 1 :]
        text = fold(own.text)
        if not given or text.casefold() == given.casefold():
            return given or text, before + after
        # Another headline was chosen. The file's own is kept, but neither as a mere guess nor
        # above the subheadings.
        level = min((level_of(block) for block in after if block.level is not None), default=2)
        return given, [*before, replace(own, level=None if manuscript.guessed else level), *after]
    if given:
        return given, blocks
    if manuscript.title and len(manuscript.title) <= longest:
        return manuscript.title, blocks
    headings = (fold(block.text) for block in blocks if block.level is not None)
    return next((text for text in headings if len(text) <= longest), ""), blocks


def title_index(blocks: Sequence[Block], longest: int) -> int | None:
    """Return where the heading stands that is the title of everything, if there is one.

    That is the first heading, if it opens the text, or if no other is on its level or above and it
    is either a first-level heading or has headings below it.
    """
    headings = [index for index, block in enumerate(blocks) if block.level is not None]
    if not headings or len(blocks[headings[0]].text) > longest:
        return None
    first, *others = headings
    if first == 0:
        return 0
    level = level_of(blocks[first])
    if all(level_of(blocks[index]) > level for index in others) and (level <= 1 or others):
        return first
    return None


def level_of(block: Block) -> int:
    return 7 if block.level is None else block.level


def settle_levels(blocks: Iterable[Block]) -> list[Block]:
    """Make the topmost heading level in use h2 and all others h3."""
    blocks = list(blocks)
    top = min((level_of(block) for block in blocks), default=7)
    return [
        block if block.level is None else replace(block, level=2 if block.level == top else 3)
        for block in blocks
    ]


def base_name(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def readable_stem(name: str) -> str:
    """Return a file's name as words: "nordsee-wind_2025-05.txt" becomes "Nordsee wind 2025-05"."""
    stem = PurePosixPath(tidy(base_name(name)).replace("\n", " ")).stem
    stem = fold(re.sub(r"_+|(?<!\d)-+|-+(?!\d)", " ", stem))
    return stem[:1].upper() + stem[1:] if visible(stem) else gettext("Untitled")
