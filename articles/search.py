"""Full-text search over what is live, in PostgreSQL.

Words are compared by their stems, in the language of each piece. A German word also finds the
compounds that begin or end with it. Claims count as text of their piece; those that match are
named. What is asked is never a syntax error: operators are quotation marks, ``or`` and ``-``.

However many pieces match, the newest ``RANKED`` alone are put in order, so a word that stands in
all of them costs no more than another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz.distance import OSA

from . import wording
from .choices import SEARCH_CONFIGS
from .live import WORD

PAGE = 10
RANKED = 1_000
LENGTH = 200
CLAIMS = 3
# What a search may take; beyond that it is given up.
MILLISECONDS = 3_000
_TERMS = 12
_COMPOUNDS = 20
_OPERATORS = re.compile(r'"|(?:^|\s)-|(?:^|\s)or(?:\s|$)', re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# Live texts hold no control characters.
_START, _STOP = "\x02", "\x03"
_ALL = f"HighlightAll=true, StartSel={_START}, StopSel={_STOP}"
_EXCERPT = (
    f"MaxFragments=2, MinWords=12, MaxWords=28, StartSel={_START}, StopSel={_STOP},"
    ' FragmentDelimiter=" … "'
)
# Texts are read from their beginning, and no longer than this for an excerpt.
_EXCERPT_FROM = 60_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that matches: where its page states it, and its words with the matches marked."""

    address: str
    statement: SafeString


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece that matches; matches are marked, all else is escaped."""

    language: str
    address: str
    headline: SafeString
    excerpt: SafeString
    first_published: wording.Time | None
    claims: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found. ``more``: further, older pieces match that are not listed."""

    hits: Sequence[Hit] = ()
    total: int = 0
    number: int = 1
    more: bool = False

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, as tsquery of each language. Empty: nothing that could be looked for."""

    words: dict[str, str] = field(default_factory=dict)
    exact: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words)


def asked(said: str) -> str:
    """Return what somebody typed as it is looked for: one line, not too long."""
    return " ".join(_CONTROLS.sub(" ", said).split())[:LENGTH].strip()


def search(said: str, number: int = 1) -> Results | None:
    """Return a page of what matches, ``None`` if there was nothing to look for.

    Raises ``OperationalError`` if it takes too long.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {MILLISECONDS:d}")
        query = _query(cursor, asked(said))
        return _results(cursor, query, number) if query else None


def instead(said: str) -> str:
    """Return what may have been meant, with words that live pieces hold; "" if nothing."""
    said = asked(said)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {MILLISECONDS:d}")
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.2")
        better = WORD.sub(lambda found: _similar(cursor, found[0]), said, count=_TERMS)
        if better == said:
            return ""
        query = _query(cursor, better)
        return better if query and _results(cursor, query, 1).total else ""


def _query(cursor: Any, said: str) -> Query:
    exact = {
        language: text
        for language, config in SEARCH_CONFIGS.items()
        if (text := _tsquery(cursor, config, said))
    }
    words = dict(exact)
    if "de" in exact and not _OPERATORS.search(said):
        words["de"] = _with_compounds(cursor, said) or exact["de"]
    return Query(words, exact)


def _tsquery(cursor: Any, config: str, said: str) -> str:
    cursor.execute(
        "SELECT q::text, querytree(q) FROM websearch_to_tsquery(%s::regconfig, %s) q",
        [config, said],
    )
    text, tree = cursor.fetchone()
    # What only excludes would match nearly everything, and no index helps.
    return "" if tree in ("", "T") else str(text)


def _with_compounds(cursor: Any, said: str) -> str:
    """Return a German query in which a word may be the first or last part of another."""
    terms = list(dict.fromkeys(said.lower().split()))[:_TERMS]
    letters = [term for term in terms if WORD.fullmatch(term)]
    cursor.execute(
        "SELECT term, word FROM unnest(%s::text[]) term CROSS JOIN LATERAL ("
        " SELECT word FROM articles_word WHERE word LIKE '%%' || term || '%%' AND word <> term"
        "  AND (starts_with(word, term) OR word ~ (term || '\\w{0,2}$'))"
        " ORDER BY length(word), word LIMIT %s) compounds",
        [letters, _COMPOUNDS],
    )
    compounds: dict[str, list[str]] = {}
    for term, word in cursor.fetchall():
        compounds.setdefault(term, []).append(word)
    pairs = [(n, word) for n, term in enumerate(terms) for word in [term, *compounds.get(term, ())]]
    cursor.execute(
        "SELECT string_agg('(' || alternatives || ')', ' & ' ORDER BY n)::tsquery::text FROM ("
        " SELECT n, string_agg('(' || q::text || ')', ' | ') alternatives"
        " FROM unnest(%s::int[], %s::text[]) pairs(n, word),"
        "  plainto_tsquery('german', word) q WHERE numnode(q) > 0 GROUP BY n) parts",
        [[n for n, _ in pairs], [word for _, word in pairs]],
    )
    (text,) = cursor.fetchone()
    return text or ""


def _similar(cursor: Any, term: str) -> str:
    """Return a word as it is known, or the known one that looks most like it."""
    cursor.execute("SELECT 1 FROM articles_word WHERE word = %s", [term.lower()])
    if cursor.fetchone():
        return term
    cursor.execute(
        "SELECT word FROM articles_word WHERE word %% %s"
        " ORDER BY similarity(word, %s) DESC, word LIMIT 20",
        [term.lower(), term.lower()],
    )
    scored = [
        (OSA.normalized_similarity(term.lower(), word), word) for (word,) in cursor.fetchall()
    ]
    score, word = max(scored, default=(0.0, term))
    if score < 0.6:
        return term
    return word.capitalize() if term[:1].isupper() else word


def _results(cursor: Any, query: Query, number: int) -> Results:
    languages = list(query.words)
    matches = " OR ".join(
        f"(language = %(language{n})s AND vector @@ %(words{n})s::tsquery)"
        for n in range(len(languages))
    )
    parameters: dict[str, Any] = {"ranked": RANKED, "page": PAGE, "skip": (number - 1) * PAGE}
    for n, language in enumerate(languages):
        parameters[f"language{n}"] = language
        parameters[f"words{n}"] = query.words[language]
        parameters[f"exact{n}"] = query.exact[language]
        parameters[f"config{n}"] = SEARCH_CONFIGS[language]

    def chosen(name: str, kind: str) -> str:
        cases = " ".join(
            f"WHEN %(language{n})s THEN %({name}{n})s::{kind}" for n in range(len(languages))
        )
        return f"CASE language {cases} END"

    parameters |= {"all": _ALL, "excerpt": _EXCERPT, "claims": CLAIMS, "from": _EXCERPT_FROM}
    # Every part is a constant of this module; values are parameters.
    sql = f"""
        WITH matching AS MATERIALIZED (
            SELECT article_id, first_at, language, vector FROM articles_livepiece
            WHERE {matches} ORDER BY first_at DESC, article_id LIMIT %(ranked)s + 1
        ), newest AS (
            SELECT *, count(*) OVER () AS total FROM matching
            ORDER BY first_at DESC, article_id LIMIT %(ranked)s
        ), ranked AS (
            SELECT article_id, total,
                   ts_rank(vector, {chosen("exact", "tsquery")}) * 4
                   + ts_rank(vector, {chosen("words", "tsquery")}) AS rank, first_at
            FROM newest ORDER BY rank DESC, first_at DESC, article_id
            LIMIT least(%(page)s, greatest(0, %(ranked)s - %(skip)s)) OFFSET %(skip)s
        ), shown AS (
            SELECT p.*, total, rank, {chosen("words", "tsquery")} AS query,
                   {chosen("config", "regconfig")} AS config,
                   left(concat_ws(' ', replace(lead, chr(10), ' · '), text), %(from)s) AS beginning
            FROM ranked JOIN articles_livepiece p USING (article_id)
        )
        SELECT total, language, address, first_at,
               ts_headline(config, headline, query, %(all)s),
               ts_headline(config, beginning, query, %(excerpt)s),
               ARRAY(
                   SELECT ARRAY[claim ->> 'id', ts_headline(config, statement, query, %(all)s)]
                   FROM jsonb_array_elements(claims) WITH ORDINALITY stated(claim, place),
                        LATERAL (SELECT claim ->> 'statement' AS statement) said
                   WHERE to_tsvector(config, statement) @@ query ORDER BY place LIMIT %(claims)s
               )
        FROM shown ORDER BY rank DESC, first_at DESC, article_id
    """  # noqa: S608
    cursor.execute(sql, parameters)
    rows = cursor.fetchall()
    total = rows[0][0] if rows else 0
    hits = [
        Hit(
            language=language,
            address=address,
            headline=_marked(headline),
            excerpt=_marked(excerpt),
            first_published=wording.moment(first_at.isoformat()),
            claims=[Claim(f"{address}#claim-{key}", _marked(words)) for key, words in claims],
        )
        for _, language, address, first_at, headline, excerpt, claims in rows
    ]
    return Results(hits, min(total, RANKED), number, total > RANKED)


def _marked(text: str) -> SafeString:
    """Return a text with its matches marked, everything else escaped."""
    html = escape(text).replace(_START, "<mark>").replace(_STOP, "</mark>")
    return mark_safe(html)
