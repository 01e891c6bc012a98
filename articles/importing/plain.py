"""Reads plain text, which says nothing of its structure: that is guessed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .manuscript import (
    SENTENCE_END,
    Block,
    Manuscript,
    Run,
    looks_like_heading,
    looks_like_prose,
    settle_runs,
    visible,
)

BULLET = re.compile(r"^ {0,8}[-*•·‣◦] +(?=\S)")
NUMBER = re.compile(r"^ {0,8}(\d{1,3})[.)] +(?=\S)")
QUOTED = re.compile(r"^ {0,3}>+(?: |$)(?!\d)")
ATX = re.compile(r"^(#{1,6}) +(\S.*?)(?: +#+)? *$")
RULE = re.compile(r"^ *([-*_=~] ?){3,}$")
BYLINE = re.compile(r"(?i:von|by)(?: (?:und|and|von|van|de|[^\W\d_a-zß][\w.'’-]*))+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a plain text that belong together; `kind` is text, quote, an ATX level or a list."""

    text: str
    kind: str = "text"
    after_blank: bool = True
    group: int = 0


def read_text(text: str) -> Manuscript:
    """Read plain text: paragraphs by empty lines, or by lines where there are no empty ones.

    Lines that were broken at a fixed width are joined. Subheadings are guessed: a short line with
    no final punctuation, followed by a longer paragraph; the very first one is the title.
    """
    pieces = list(pieces_of(text))
    blocks: list[Block] = []
    for index, piece in enumerate(pieces):
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        level: int | None = None
        path: tuple[tuple[str, int], ...] = ()
        if piece.kind.startswith("#"):
            level = len(piece.kind)
        elif piece.kind in ("ul", "ol"):
            path = ((piece.kind, piece.group), ("li", -index - 1))
        elif piece.kind == "quote":
            path = (("blockquote", piece.group),)
        elif index < 2 and BYLINE.fullmatch(piece.text):
            level = None
        elif index == 0:
            level = 1 if is_title(pieces) else None
        elif is_subheading(piece, after):
            level = 2
        for runs in settle_runs([Run(piece.text)]):
            blocks.append(Block(runs, level, path))
    return Manuscript(blocks, guessed=True)


def is_subheading(piece: Piece, after: Piece | None) -> bool:
    if after is None or after.kind.startswith("#") or not looks_like_heading(piece.text):
        return False
    if after.kind != "text":
        return after.after_blank
    return len(after.text) > len(piece.text) and looks_like_prose(after.text)


def is_title(pieces: Sequence[Piece]) -> bool:
    """Tell whether the first piece is the title: set off, with text to follow, if not at once."""
    first, *others = pieces
    if not others:
        return False
    return is_subheading(first, others[0]) or (
        others[0].after_blank
        and looks_like_heading(first.text)
        and any(
            len(other.text) > len(first.text) and looks_like_prose(other.text) for other in others
        )
    )


def pieces_of(text: str) -> Iterator[Piece]:
    paragraphs: list[list[str]] = [[]]
    for line in text.split("\n"):
        if visible(line):
            paragraphs[-1].append(line.rstrip(" "))
        elif paragraphs[-1]:
            paragraphs.append([])
    paragraphs = [paragraph for paragraph in paragraphs if paragraph]
    width = wrap_width(paragraphs)
    by_lines = len(paragraphs) == 1
    for number, paragraph in enumerate(join_lists(paragraphs)):
        after_blank = True
        for piece in cut(paragraph, width, by_lines):
            group = 0 if piece.kind == "text" else number * 10_000 + piece.group + 1
            yield replace(piece, after_blank=after_blank, group=group)
            after_blank = False


def join_lists(paragraphs: list[list[str]]) -> list[list[str]]:
    """Put list items that stand apart from each other by empty lines together."""
    joined: list[list[str]] = []
    for paragraph in paragraphs:
        before = joined[-1] if joined else []
        if any(
            before and pattern.match(before[0]) and pattern.match(paragraph[0])
            for pattern in (BULLET, NUMBER)
        ):
            before += paragraph
        else:
            joined.append(list(paragraph))
    return joined


def wrap_width(paragraphs: list[list[str]]) -> int | None:
    """Return the width that lines were broken at by hand or program, None if they were not."""
    lengths = sorted(len(line) for lines in paragraphs for line in lines if " " in line.strip())
    if not lengths:
        return None
    width = lengths[int(0.95 * (len(lengths) - 1))]
    if not 40 <= width <= 120:
        return None
    breaks = [(line, after) for lines in paragraphs for line, after in itertools.pairwise(lines)]
    soft = sum(
        is_soft(line, after, width) and line[-1] not in SENTENCE_END for line, after in breaks
    )
    # Without empty lines, some long lines could be paragraphs: a small letter at the front says no.
    small = sum(after.lstrip(" ")[0].islower() for _line, after in breaks)
    sure = soft > 0 if len(paragraphs) > 1 else soft + small > 2
    return width if sure and 2 * soft >= len(breaks) else None


def is_soft(line: str, after: str, width: float) -> bool:
    """Tell whether a line ends because the next word did not fit."""
    return len(line) + 1 + len(after.split(maxsplit=1)[0]) > 0.8 * width


def cut(lines: list[str], width: int | None, by_lines: bool) -> Iterator[Piece]:
    """Yield the pieces of lines that no empty line parts."""
    plain: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        end = position + 1
        special: list[Piece] = []
        if heading := ATX.match(line):
            special = [Piece(heading[2], heading[1])]
        elif QUOTED.match(line):
            while end < len(lines) and QUOTED.match(lines[end]):
                end += 1
            quoted = [QUOTED.sub("", each).strip() for each in lines[position:end]]
            if any(quoted):
                quoted_text = "\n".join(quoted) if width is None else join(filter(None, quoted))
                special = [Piece(quoted_text, "quote", group=position)]
        elif not plain or width is None or plain[-1][-1] in SENTENCE_END:
            # Amidst a broken sentence, a dash at the front of a line opens no list.
            end, special = cut_list(lines, position)
        if special:
            yield from cut_plain(plain, width, by_lines)
            yield from special
            plain = []
            position = end
        else:
            plain.append(line)
            position += 1
    yield from cut_plain(plain, width, by_lines)


def cut_list(lines: list[str], position: int) -> tuple[int, list[Piece]]:
    """Return the items of the list that begins at `position`, and where it ends.

    A single item is no list: it may be a dash or a date.
    """
    for kind, pattern in (("ul", BULLET), ("ol", NUMBER)):
        if not pattern.match(lines[position]):
            continue
        items: list[list[str]] = []
        end = position
        while end < len(lines):
            match = pattern.match(lines[end])
            if match and (kind == "ul" or int(match[1]) == len(items) + 1):
                items.append([lines[end][match.end() :].strip()])
            elif items and not match and lines[end].startswith("  "):
                items[-1].append(lines[end].strip())
            else:
                break
            end += 1
        if len(items) > 1:
            return end, [Piece(join(item), kind, group=position) for item in items]
    return position + 1, []


def cut_plain(lines: list[str], width: int | None, by_lines: bool) -> Iterator[Piece]:
    lines = [line for line in lines if not RULE.match(line)] if len(lines) > 1 else lines
    if not lines:
        return
    if width is None:
        stripped = [line.strip() for line in lines]
        if by_lines or any(len(line) > 120 for line in stripped):
            yield from map(Piece, stripped)
        elif (
            len(stripped) > 1 and looks_like_heading(stripped[0]) and looks_like_prose(stripped[1])
        ):
            # A heading that stands right on its paragraph.
            yield Piece(stripped[0])
            yield Piece("\n".join(stripped[1:]))
        else:
            # An address, a verse: its lines are meant.
            yield Piece("\n".join(stripped))
        return
    piece: list[str] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        piece.append(line.strip())
        if not after:
            break
        soft = is_soft(line, after, width)
        indented = after.startswith("  ") and not line.startswith("  ")
        # Nothing but the space that was left tells where a paragraph ends.
        ended = by_lines and line[-1] in SENTENCE_END and not is_soft(line, after, 1.25 * width)
        heading = (
            len(piece) == 1
            and not soft
            and looks_like_heading(piece[0])
            and (len(after) > 0.6 * width or after[-1] in SENTENCE_END)
        )
        if heading or indented or ended:
            yield Piece(join(piece))
            piece = []
    if piece:
        short = len(piece) > 1 and not any(
            is_soft(line, after, width) for line, after in itertools.pairwise(piece)
        )
        yield Piece("\n".join(piece) if short else join(piece))


def join(lines: Iterable[str]) -> str:
    """Join broken lines. A word broken at its hyphen keeps the hyphen, and no space comes in."""
    parts: list[str] = []
    for line in lines:
        hyphenated = parts and parts[-1][-1] == "-" and parts[-1][-2:-1].isalpha()
        if parts and not (hyphenated and not SUSPENDED.match(line)):
            parts.append(" ")
        parts.append(line)
    return "".join(parts)


# "Vor- und Nachteile": this hyphen stands for the rest of a word.
SUSPENDED = re.compile(
    r"(?:und|oder|bzw\.|sowie|bis|wie|als|noch|statt|and|or|to)\b|\W", re.IGNORECASE
)
