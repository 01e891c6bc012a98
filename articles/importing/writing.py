"""Writes blocks as the HTML of a body, and names what did not get into it."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import ngettext

from .manuscript import Block, merge


def write(blocks: Iterable[Block]) -> str:
    """Return the blocks as HTML, with no white space between elements."""
    out: list[str] = []
    open_path: tuple[tuple[str, int], ...] = ()
    for block in blocks:
        shared = 0
        for mine, theirs in zip(open_path, block.path, strict=False):
            if mine != theirs:
                break
            shared += 1
        out += [f"</{tag}>" for tag, _number in reversed(open_path[shared:])]
        out += [f"<{tag}>" for tag, _number in block.path[shared:]]
        open_path = block.path
        tag = "p" if block.level is None else f"h{block.level}"
        out.append(f"<{tag}>{write_runs(block)}</{tag}>")
    out += [f"</{tag}>" for tag, _number in reversed(open_path)]
    return "".join(out)


def write_runs(block: Block) -> str:
    runs = block.runs
    if block.level is not None:
        # A heading is one line, and bold by itself.
        runs = merge(replace(run, text=run.text.replace("\n", " "), strong=False) for run in runs)
    out = []
    for run in runs:
        text = html.escape(run.text, quote=False).replace("\n", "<br>")
        if run.em:
            text = f"<em>{text}</em>"
        if run.strong:
            text = f"<strong>{text}</strong>"
        if run.href:
            text = f'<a href="{html.escape(run.href)}">{text}</a>'
        out.append(text)
    return "".join(out)


def name_dropped(dropped: Counter[str]) -> tuple[str, ...]:
    """Say what was not kept, with numbers, in the active language."""
    phrases = {
        "image": lambda n: ngettext("%(n)d image", "%(n)d images", n),
        "table": lambda n: ngettext(
            "the grid of %(n)d table (its text is kept)",
            "the grid of %(n)d tables (their text is kept)",
            n,
        ),
        "media": lambda n: ngettext("%(n)d embedded medium", "%(n)d embedded media", n),
        "navigation": lambda n: ngettext("%(n)d navigation block", "%(n)d navigation blocks", n),
        "field": lambda n: ngettext("%(n)d form field", "%(n)d form fields", n),
        "comment": lambda n: ngettext("%(n)d comment", "%(n)d comments", n),
        "deletion": lambda n: ngettext("%(n)d tracked deletion", "%(n)d tracked deletions", n),
        "formula": lambda n: ngettext("%(n)d formula", "%(n)d formulas", n),
        "margin": lambda n: ngettext(
            "%(n)d page header or footer", "%(n)d page headers or footers", n
        ),
        "metadata": lambda n: ngettext(
            "%(n)d entry of the front matter", "%(n)d entries of the front matter", n
        ),
    }
    return tuple(
        phrase(dropped[what]) % {"n": dropped[what]}
        for what, phrase in phrases.items()
        if dropped[what]
    )
