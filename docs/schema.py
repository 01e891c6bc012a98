"""Draws docs/schema.svg from the models: ``.venv/bin/python docs/schema.py``.

Columns, relations and what is append-only are read from the code. Only the places of the boxes are
chosen here; a model that has no place yet comes last in the frame of its app.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILE = HERE / "schema.svg"

# From left to right, and in each column from top to bottom: an app and its models.
COLUMNS = (
    (
        (
            "articles",
            ("person", "section", "tag", "byline", "correction", "legalblock", "readerreport"),
        ),
    ),
    (("articles", ("article", "image", "publication", "change", "plan")),),
    (
        ("claims", ("claim", "passage", "citation", "commentsought", "check", "reading")),
        ("newsroom", ("user",)),
    ),
    (
        ("sources", ("source", "capture")),
        ("history", ("entry", "payload")),
        ("reversion", ("version", "revision")),
    ),
)
TITLES = {"newsroom": "newsroom (the project)", "reversion": "django-reversion"}
COLORS = {
    "articles": "#1d4e89",
    "claims": "#8a3b12",
    "sources": "#2f6b3a",
    "history": "#6b2d73",
    "newsroom": "#5a5347",
    "reversion": "#5a5347",
}

# Columns that Django's and django-reversion's own models bring along and that say nothing here.
LEFT_OUT = {
    "newsroom.user": {
        *("password", "last_login", "date_joined", "is_staff", "is_superuser", "email"),
        *("groups", "user_permissions"),
    },
    "reversion.version": {"content_type", "db", "object_repr"},
}
# Keys that are no foreign keys, so that what they stand in outlives what they name.
BARE_KEYS = {
    "articles.plan.actor": "key of a User",
    "articles.publication.actor": "key of a User",
    "articles.legalblock.actor": "key of a User",
    "claims.check.checker": "key of a User",
    "claims.reading.reader": "key of a User",
    "history.entry.actor": "key of a User",
    "history.entry.subject": "key of any aggregate",
    "reversion.version.object_id": "key of any aggregate",
}
TYPES = {
    "BinaryField": "bytes",
    "BodyField": "HTML",
    "BooleanField": "yes/no",
    "DateField": "day",
    "DateTimeField": "moment",
    "GeneratedField": "generated",
    "JSONField": "JSON",
    "UUIDField": "UUID",
}

WIDTH, ROW, HEAD, GAP, PAD = 212, 17, 25, 22, 16
TITLE = 26
LANE = 11
MARGIN, TOP = 22, 20
# The gutters: left of the first column, between the columns, right of the last one.
GUTTERS = (24, 84, 84, 84, 24)
PAPER, BOX, INK, QUIET, RULE = "#f6f3ec", "#ffffff", "#24211c", "#6d665b", "#d8d1c3"


@dataclass
class Box:
    """One model: where it stands, and its rows."""

    model: Any
    column: int
    y: int
    append_only: bool
    rows: list[tuple[Any, str]] = field(default_factory=list)

    @property
    def x(self) -> int:
        return MARGIN + sum(GUTTERS[: self.column + 1]) + WIDTH * self.column

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows) + 6

    @property
    def color(self) -> str:
        return COLORS[self.model._meta.app_label]


@dataclass(frozen=True)
class Line:
    """A relation: from a row of a box to the head of another, through one gutter."""

    source: Box
    row: int
    target: Box
    gutter: int

    @property
    def lane(self) -> tuple[int, str]:
        # All that leads to one box through one gutter shares a lane.
        return self.gutter, self.target.model._meta.label

    @property
    def start(self) -> int:
        return self.source.y + HEAD + ROW * self.row + ROW // 2 + 2

    @property
    def end(self) -> int:
        return self.target.y + HEAD // 2


def our_models() -> list[Any]:
    """Return all models of the project's own apps."""
    from django.apps import apps

    root = HERE.parent
    return [
        model
        for app in apps.get_app_configs()
        if Path(app.path).parent == root
        for model in app.get_models()
    ]


def _append_only() -> set[str]:
    from history.aggregates import aggregates
    from history.guards import LEDGER

    return {*LEDGER, *(table for each in aggregates() for table in each.append_only)}


def _kind(column: Any) -> str:
    """Return what a column holds, in a word."""
    name = f"{column.model._meta.label_lower}.{column.name}"
    if name in BARE_KEYS:
        return BARE_KEYS[name]
    if column.many_to_many:
        return f"→ many {column.related_model.__name__}s"
    optional = "?" if column.null else ""
    if column.is_relation:
        return f"→ {column.related_model.__name__}{optional}"
    if column.choices:
        return "choice"
    kind = TYPES.get(type(column).__name__) or (
        "number" if "Integer" in type(column).__name__ or "AutoField" in type(column).__name__
        else "text"
    )  # fmt: skip
    return kind + optional


def _columns(model: Any) -> list[Any]:
    left_out = LEFT_OUT.get(model._meta.label_lower, set())
    own = [*model._meta.concrete_fields, *model._meta.many_to_many]
    own.sort(key=lambda column: not getattr(column, "primary_key", False))
    return [column for column in own if column.name not in left_out]


def _placed() -> dict[str, Box]:
    """Return a box a model, by label, in its place."""
    from django.apps import apps

    last = {app: models for column in COLUMNS for app, models in column}
    known = {f"{app}.{name}" for column in COLUMNS for app, names in column for name in names}
    strangers: dict[str, list[str]] = defaultdict(list)
    for model in our_models():
        app, name = model._meta.app_label, model._meta.model_name
        if app not in last:
            raise SystemExit(f"docs/schema.py: the app {app} has no place in COLUMNS.")
        if f"{app}.{name}" not in known:
            strangers[app].append(name)
    guarded = _append_only()
    boxes: dict[str, Box] = {}
    for index, frames in enumerate(COLUMNS):
        y = TOP + TITLE
        for number, (app, names) in enumerate(frames):
            if number:
                y += PAD + GAP + TITLE
            if last[app] is names:
                names = (*names, *strangers[app])
            for name in names:
                model = apps.get_model(app, name)
                box = Box(model, index, y, model._meta.db_table in guarded)
                box.rows += [(column, _kind(column)) for column in _columns(model)]
                boxes[model._meta.label_lower] = box
                y += box.height + GAP
            y -= GAP
    return boxes


def _lines(boxes: dict[str, Box]) -> Iterator[Line]:
    for box in boxes.values():
        for row, (column, _) in enumerate(box.rows):
            if not column.is_relation:
                continue
            target = boxes.get(column.related_model._meta.label_lower)
            if target is None:
                continue
            if target.column > box.column:
                gutter = box.column + 1
            elif target.column < box.column:
                gutter = box.column
            else:
                # Within a column: outside on the left in the first, on the right in the others.
                gutter = box.column if box.column == 0 else box.column + 1
            if abs(target.column - box.column) > 1:
                raise SystemExit(
                    f"docs/schema.py: {box.model} and {target.model} are too far apart."
                )
            yield Line(box, row, target, gutter)


def _lanes(lines: list[Line]) -> dict[tuple[int, str], int]:
    """Return the x of each lane; lanes that do not pass one another share a track."""
    spans: dict[tuple[int, str], list[int]] = defaultdict(list)
    for line in lines:
        spans[line.lane] += [line.start, line.end]
    tracks: list[list[list[tuple[int, str]]]] = [[] for _ in GUTTERS]
    for lane in sorted(spans, key=lambda lane: (min(spans[lane]), lane)):
        for track in tracks[lane[0]]:
            if max(spans[track[-1]]) + LANE <= min(spans[lane]):
                track.append(lane)
                break
        else:
            tracks[lane[0]].append([lane])
    lanes: dict[tuple[int, str], int] = {}
    for gutter, own in enumerate(tracks):
        left = MARGIN + sum(GUTTERS[:gutter]) + WIDTH * gutter
        middle = left + GUTTERS[gutter] // 2
        for index, track in enumerate(own):
            x = middle + round((index - (len(own) - 1) / 2) * LANE)
            lanes |= dict.fromkeys(track, x)
    return lanes


def _text(x: float, y: float, words: str, *, color: str = INK, **attributes: Any) -> str:
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:g}" y="{y:g}" fill="{color}"{more}>{escape(words)}</text>'


def _drawn_line(line: Line, x: int) -> Iterator[str]:
    def side(box: Box) -> int:
        return box.x if x < box.x else box.x + WIDTH

    start, end = side(line.source), side(line.target)
    y1, y2 = line.start, line.end
    tip = 6 if end > x else -6
    color = line.target.color
    yield (
        f'<path d="M{start} {y1}H{x}V{y2}H{end}" fill="none" stroke="{color}" stroke-width="1.3"'
        ' stroke-linejoin="round"/>'
    )
    yield f'<circle cx="{start}" cy="{y1}" r="2.6" fill="{color}"/>'
    yield f'<path d="M{end} {y2}l{-tip} -4v8z" fill="{color}"/>'


def _drawn_box(box: Box) -> Iterator[str]:
    x, y = box.x, box.y
    yield (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{box.height}" rx="4" fill="{BOX}"'
        f' stroke="{box.color}"/>'
    )
    yield (
        f'<path d="M{x} {y + HEAD}v{4 - HEAD}a4 4 0 0 1 4 -4h{WIDTH - 8}a4 4 0 0 1 4 4v{HEAD - 4}z"'
        f' fill="{box.color}"/>'
    )
    yield _text(x + 9, y + 17, box.model.__name__, color="#ffffff", font_weight="600")
    if box.append_only:
        yield _text(
            x + WIDTH - 9, y + 17, "append-only", color="#ffffff", font_size=11, text_anchor="end"
        )
    for index, (column, kind) in enumerate(box.rows):
        base = y + HEAD + ROW * index + 15
        weight = {"font_weight": "600"} if getattr(column, "primary_key", False) else {}
        yield _text(x + 9, base, column.name, **weight)
        color = INK if column.is_relation else QUIET
        yield _text(x + WIDTH - 9, base, kind, color=color, font_size=11, text_anchor="end")


def _drawn_frames(boxes: dict[str, Box]) -> Iterator[str]:
    frames: dict[str, list[Box]] = defaultdict(list)
    for box in boxes.values():
        frames[box.model._meta.app_label].append(box)
    for app, own in frames.items():
        x = min(box.x for box in own) - PAD
        y = min(box.y for box in own) - TITLE
        width = max(box.x for box in own) + WIDTH + PAD - x
        height = max(box.y + box.height for box in own) + PAD - y
        color = COLORS[app]
        yield (
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{color}"'
            f' fill-opacity="0.06" stroke="{color}" stroke-opacity="0.35"/>'
        )
        yield _text(
            x + PAD, y + 18, TITLES.get(app, app), color=color, font_weight="700", font_size=13
        )


def _legend(boxes: dict[str, Box]) -> Iterator[str]:
    own = [box for box in boxes.values() if box.column < 2]
    x = min(box.x for box in own)
    y = max(box.y + box.height for box in own) + PAD + 44
    told = (
        "A line leads from a column to the row that it names.",
        "“?” may be empty; bold is the primary key.",
        "append-only: triggers refuse UPDATE, DELETE and TRUNCATE.",
        "Every change of articles, claims and sources needs an Entry",
        "in the same transaction: a deferred trigger refuses the commit.",
        "A key of … is no foreign key: it outlives what it names.",
    )
    yield _text(x, y, "How to read this", font_weight="700", font_size=13)
    for index, words in enumerate(told):
        yield _text(x, y + 22 + 19 * index, words)


def drawing() -> str:
    """Return the schema as SVG text; the same for the same models."""
    boxes = _placed()
    lines = list(_lines(boxes))
    lanes = _lanes(lines)
    width = 2 * MARGIN + sum(GUTTERS) + WIDTH * len(COLUMNS)
    height = max(box.y + box.height for box in boxes.values()) + PAD + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f" height=\"{height}\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\""
        ' font-size="12" role="img" aria-label="The tables of Newsroom, grouped by app">',
        f'<rect width="{width}" height="{height}" rx="10" fill="{PAPER}" stroke="{RULE}"/>',
        *_drawn_frames(boxes),
    ]
    for line in lines:
        parts += _drawn_line(line, lanes[line.lane])
    for box in boxes.values():
        parts += _drawn_box(box)
    parts += _legend(boxes)
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    sys.path.insert(0, str(HERE.parent))
    # Names no database, so that none is started.
    os.environ["DJANGO_SETTINGS_MODULE"] = "newsroom.settings.base"
    import django

    django.setup()
    FILE.write_text(drawing(), encoding="utf-8")
    print(f"{FILE.relative_to(HERE.parent)}: {len(our_models())} models")


if __name__ == "__main__":
    main()
