"""A save that met another: both texts beside what they were made from, change by change.

``Merge`` tells the changes and, when they are chosen, gives the texts; ``resolved`` applies that
to what a browser sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from claims.cards import whole_words
from claims.choices import Place
from claims.text import read, split_blocks
from history import canonical, merge, revisions
from history.documents import Document
from history.merge import Step

from .body import clean
from .drafts import CAPTION, FIELDS
from .forms import MOMENT
from .models import Article

_TAGS = re.compile(r"<[^<>]*>")
# Words before and after a change, so that one sees where it stands.
_CONTEXT = 8


@dataclass(frozen=True)
class Change:
    """One place in which the texts differ: what was there, and what either made of it."""

    name: str
    place: str | Promise
    step: Step
    before: str = ""
    after: str = ""

    @property
    def kind(self) -> str:
        return self.step.kind

    @property
    def said(self) -> str:
        return {
            "mine": _("Only you changed this"),
            "theirs": _("Only they changed this"),
            "conflict": _("Both of you changed this"),
        }[self.kind]

    @property
    def default(self) -> str:
        return "theirs" if self.kind == "theirs" else "mine"

    @property
    def mine(self) -> SafeString:
        return whole_words(_words(self.step.base), _words(self.step.mine))

    @property
    def theirs(self) -> SafeString:
        return whole_words(_words(self.step.base), _words(self.step.theirs))

    @property
    def only_form(self) -> bool:
        """Whether no word differs, but formatting or marks of claims."""
        return _words(self.step.mine) == _words(self.step.theirs)


def _words(parts: tuple[str, ...]) -> str:
    html = "".join(parts)
    return read(html).text if html.lstrip().startswith("<") else _TAGS.sub("", html)


class Merge:
    """Three versions of the texts of a piece. ``base`` and ``theirs`` are documents' contents."""

    def __init__(self, base: Document, theirs: Document, mine: Mapping[str, str]) -> None:
        self.mine = {**mine, "body": clean(mine.get("body", ""))}
        self.base, self.theirs = _texts(base), _texts(theirs)
        self._steps: dict[str, list[Step | list[Step]]] = {}
        for place in self.mine:
            if place not in self.theirs:
                # The picture is gone; its caption goes with it.
                continue
            versions = (self.base.get(place, ""), self.mine[place], self.theirs[place])
            self._steps[place] = (
                merge.blocks(*map(split_blocks, versions))
                if place == "body"
                else [merge.text(*versions)]
            )

    @property
    def digest(self) -> str:
        """What was compared, so that choices are never applied to other words."""
        return sha256(canonical.dumps([self.base, self.mine, self.theirs]).encode()).hexdigest()

    @property
    def changes(self) -> list[Change]:
        return [change for change, _side in self._numbered() if change is not None]

    def _numbered(self) -> Iterator[tuple[Change | None, tuple[str, Step]]]:
        number = 0
        for place, steps in self._steps.items():
            for found in steps:
                inner = [found] if isinstance(found, Step) else found
                for at, step in enumerate(inner):
                    change = None
                    if step.kind not in ("same", "agreed"):
                        change = Change(
                            name=f"take-{number}",
                            place=_label(place),
                            step=step,
                            before=_beside(inner[:at], end=True),
                            after=_beside(inner[at + 1 :], end=False),
                        )
                        number += 1
                    yield change, (place, step)

    def texts(self, choices: Mapping[str, str]) -> dict[str, str]:
        """Return the texts that were chosen, by place: "mine", "theirs" or "both" for each name."""
        made = dict.fromkeys(self._steps, "")
        for change, (place, step) in self._numbered():
            choice = choices.get(change.name, change.default) if change else "mine"
            if choice == "theirs":
                parts = step.theirs
            elif choice == "both":
                parts = step.theirs + step.mine
            else:
                parts = step.mine
            made[place] += "".join(parts)
        return made


def _beside(steps: list[Step], *, end: bool) -> str:
    tokens = [token for step in steps for token in step.mine]
    return merge.around(tokens, _CONTEXT, end=end)


def _texts(content: Document) -> dict[str, str]:
    return {
        **{name: content[name] for name in FIELDS if name != "body"},
        **{f"{CAPTION}{image['id']}": image["caption"] for image in content["images"]},
        "body": "".join(content["body"]),
    }


def _label(place: str) -> str:
    name = "caption" if place.startswith(CAPTION) else place
    return str(Place(name).label)


def sent(data: QueryDict) -> dict[str, str]:
    """Return the texts of the writing view's form by place, captions under their picture's key."""
    texts = {name: data.get(name, "") for name in FIELDS}
    texts |= {
        f"{CAPTION}{data[f'{row}-id']}": data.get(f"{row}-caption", "") for row in _pictures(data)
    }
    return {name: canonical.text(text) for name, text in texts.items()}


def _pictures(data: QueryDict) -> list[str]:
    rows = (re.fullmatch(r"(images-\d+)-id", name) for name in data)
    return [row[1] for row in rows if row and data.get(row[0])]


def between(article: Article, data: QueryDict) -> tuple[Merge, int, int] | None:
    """Return the texts sent, those stored, and those that both were made from; with revisions.

    ``None`` if nobody can say what the sent ones were made from.
    """
    based_on = data.get("based_on", "")
    if not re.fullmatch("[0-9]{1,9}", based_on):
        return None
    latest = revisions.latest_revision(article)
    found = revisions.documents(article, int(based_on), latest)
    if int(based_on) not in found:
        return None
    made = Merge(found[int(based_on)]["content"], found[latest]["content"], sent(data))
    return made, int(based_on), latest


def resolved(article: Article, data: QueryDict) -> QueryDict | None:
    """Return the data of a save with the changes that were chosen; ``None`` if they no longer fit.

    What belongs to the piece beside its texts is taken from whoever changed it.
    """
    found = between(article, data)
    if found is None or data.get("merge_of") != found[0].digest:
        return None
    made, based_on, latest = found
    choices = {name: str(data[name]) for name in data if name.startswith("take-")}
    told = data.copy()
    for place, text in made.texts(choices).items():
        if not place.startswith(CAPTION):
            told[place] = text
    for row in _pictures(data):
        told[f"{row}-caption"] = made.texts(choices).get(f"{CAPTION}{data[f'{row}-id']}", "")
    documents = revisions.documents(article, based_on, latest)
    _properties(told, documents[based_on]["content"], documents[latest]["content"])
    told["based_on"] = str(latest)
    return told


def _properties(told: QueryDict, base: Document, theirs: Document) -> None:
    for name in ("section", "language", "embargo", "tags"):
        before, now = _posted(base, name), _posted(theirs, name)
        if sorted(told.getlist(name)) == before and now != before:
            told.setlist(name, now)
    people, wanted = _people(base), _people(theirs)
    rows = list(zip(told.getlist("bylines"), told.getlist("bylines_role"), strict=False))
    if [row for row in rows if row[0]] == people and wanted != people:
        told.setlist("bylines", [person for person, _role in wanted])
        told.setlist("bylines_role", [role for _person, role in wanted])


def _posted(content: Document, name: str) -> list[str]:
    value: Any = content[name]
    if name == "tags":
        return sorted(value)
    if name == "embargo":
        moment = parse_datetime(value) if value else None
        return [timezone.localtime(moment).strftime(MOMENT) if moment else ""]
    return [value or ""]


def _people(content: Document) -> list[tuple[str, str]]:
    return [(row["person"], row["role"]) for row in content["bylines"]]
