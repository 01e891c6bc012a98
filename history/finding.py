"""Finding rows by their words: in any form that German and English give them, and mistyped.

Two indexes serve it: one of stemmed words, one of groups of three letters.
"""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Left

LANGUAGES = ("german", "english")
# More words than anybody looks for; each is looked for by itself.
MOST = 12
# Characters of each column that are searched.
LONGEST = 200_000


class SoundsLike(Func):
    """Whether a word, or a part of one, is nearly in a text: ``text %> word`` of pg_trgm."""

    template = "(%(expressions)s)"
    arg_joiner = " %%> "
    output_field = models.BooleanField()


def vector(*fields: str) -> Any:
    """Return the stems of some columns, in both languages; an index has to be made of the same."""
    # The database refuses an index of more words than a book has.
    begun = [Left(field, LONGEST) for field in fields]
    one, other = (SearchVector(*begun, config=language) for language in LANGUAGES)
    return one + other


def matching(rows: Any, words: str, fields: Sequence[str], *, like: str) -> Any:
    """Return the rows that hold all words in ``fields``, or in ``like`` words much like them."""
    wanted = words.replace("\x00", " ").split()[:MOST]
    if not wanted:
        return rows
    query = reduce(or_, [SearchQuery(" ".join(wanted), config=each) for each in LANGUAGES])
    return rows.alias(found_words=vector(*fields)).filter(
        Q(found_words=query) | reduce(and_, [Q(SoundsLike(F(like), Value(w))) for w in wanted])
    )
