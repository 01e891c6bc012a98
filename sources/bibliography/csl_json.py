"""Bibliographies in CSL-JSON."""

import json
from collections.abc import Iterator

# What is wrong is kept, and read in whatever language.
from django.utils.translation import gettext_noop as _

from .entries import CSL, Entry, flat, tells


def read(text: str) -> Iterator[Entry]:
    try:
        rows = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        yield Entry(getattr(error, "lineno", 1), trouble=_("This is no JSON."))
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if not isinstance(row, dict) or not all(isinstance(key, str) for key in row):
            yield Entry(number, trouble=_("This is no source."))
        elif not flat(row):
            yield Entry(number, trouble=_("It is nested too deeply to be a source."))
        elif not tells(row):
            yield Entry(
                number, trouble=_("It has neither a title nor anything else to know it by.")
            )
        else:
            yield Entry(number, {key: value for key, value in row.items() if key != "id"})


def write(sources: list[CSL]) -> str:
    rows = [{**csl, "id": str(number)} for number, csl in enumerate(sources, start=1)]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
