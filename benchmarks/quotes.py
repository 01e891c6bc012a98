"""Quotes with damage of each kind: how many are found, and whether a false one ever is.

The set and its makers' rules are in ``sets/quotes``. Nothing here touches a database.
"""

import random
import re
import textwrap
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from sources.quotes import Result, Searched, check

from .measure import Table

SET = Path(__file__).resolve().parent / "sets" / "quotes"


@dataclass(frozen=True, slots=True)
class Case:
    """A quote, the text that it is looked for in, and whether it stands there."""

    kind: str
    quote: str
    text: str
    true: bool


def run() -> None:
    cases = [*by_hand(), *by_rule()]
    table = Table(f"{len(cases)} quotes in {len(texts())} texts")
    for true, told in ((True, "true quotes, verified"), (False, "false quotes, refused")):
        for kind, (right, all_) in sorted(judged(cases, true).items()):
            table.tell(f"{told}: {kind}", f"{right} of {all_}")
    false = [case for case in cases if not case.true]
    wrong = [case for case in false if check(case.quote, case.text).verified]
    shown = sum(check(case.quote, case.text).result == Result.NEAR for case in false)
    table.tell("false quotes that were verified", f"{len(wrong)} of {len(false)}")
    table.tell("false quotes with the nearest passage shown", f"{shown} of {len(false)}")
    long = "\f".join(texts().values()) * 90
    table.time(f"a text of {len(long):,} characters made ready", lambda: _ready(long))
    searched = _ready(long)
    found, missed = "Vote as you see fit", "Wir haben das Wasser gegen 3.41 Uhr unter Kontrolle"
    table.time("a quote found in it", lambda: searched.find(found))
    table.time("a quote not found in it, with what is nearest", lambda: searched.find(missed))


def _ready(text: str) -> Searched:
    searched = Searched(text)
    searched.find("Nichts davon.")
    return searched


def judged(cases: list[Case], true: bool) -> dict[str, tuple[int, int]]:
    """Return, for each kind of true or false quotes, how many were judged rightly, of how many."""
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for case in cases:
        if case.true == true:
            every[case.kind] += 1
            right[case.kind] += check(case.quote, case.text).verified == true
    return {kind: (right[kind], every[kind]) for kind in every}


@cache
def texts() -> dict[str, str]:
    return {path.stem: path.read_text() for path in sorted(SET.glob("*.txt"))}


def by_hand() -> Iterator[Case]:
    """Yield the quotes that were written by hand."""
    for name, quotes in tomllib.loads((SET / "quotes.toml").read_text()).items():
        for quote in quotes["true"]:
            yield Case("as it stands", quote, texts()[name], True)
        for kind, quote in quotes["false"]:
            yield Case(kind, quote, texts()[name], False)


def by_rule() -> Iterator[Case]:
    """Yield what is made of the true ones, the same every time."""
    for case in list(by_hand()):
        if not case.true:
            continue
        for kind, damage in HARMLESS.items():
            for quote, text in damage(case.quote, case.text, random.Random(case.quote)):
                yield Case(kind, quote, text, True)
        paged = list(_pages(case.quote, case.text, random.Random(case.quote)))
        for kind, harm in HARMFUL.items():
            for quote in harm(case.quote, case.text, random.Random(case.quote)):
                # Of a word that was cut, the letters always stand there.
                if kind == CUT or _plain(quote) not in _plain(case.text):
                    yield Case(kind, quote, case.text, False)
                    for _, text in paged:
                        yield Case(f"{kind}, across pages", quote, text, False)


def _plain(words: str) -> str:
    return "".join(re.findall(r"\w+", words.replace("-\n", "")))


# ---- harmless

Damaged = Iterator[tuple[str, str]]
HARMLESS: dict[str, Callable[[str, str, random.Random], Damaged]] = {}


def harmless(kind: str) -> Callable:
    def register(damage: Callable) -> Callable:
        HARMLESS[kind] = damage
        return damage

    return register


@harmless("white space")
def _spaces(quote: str, text: str, chance: random.Random) -> Damaged:
    spaces = ["  ", "\n", "\u00a0", " \t", "\u2009", "\n\n  "]
    yield re.sub(" ", lambda _: chance.choice(spaces), quote), text
    yield quote, re.sub(" ", lambda _: chance.choice(spaces), text)


@harmless("Unicode form")
def _decomposed(quote: str, text: str, chance: random.Random) -> Damaged:
    yield unicodedata.normalize("NFD", quote), text
    yield quote, unicodedata.normalize("NFD", text)


@harmless("quotation marks")
def _marks(quote: str, text: str, chance: random.Random) -> Damaged:
    for double, single in (('"', "'"), ("“", "‘"), ("»", "›")):
        other = str.maketrans(dict.fromkeys("„“”«»", double) | dict.fromkeys("‚‘’", single))
        yield quote.translate(other), text
        yield quote, text.translate(other)


@harmless("marks around it")
def _around(quote: str, text: str, chance: random.Random) -> Damaged:
    if not quote.startswith(("»", "«")):
        yield f"„{quote}“", text
        yield f"« {quote} »", text


@harmless("dashes")
def _dashes(quote: str, text: str, chance: random.Random) -> Damaged:
    for dash in "–—-−":
        changed = re.sub(r" [–—] ", f" {dash} ", quote)
        yield re.sub(r"(?<=\d)–(?=\d)", dash, changed).replace("−", "-"), text
    yield quote, text.replace("-", "‑").replace("–", "-")


@harmless("invisible characters")
def _invisible(quote: str, text: str, chance: random.Random) -> Damaged:
    def within(words: str, sign: str) -> str:
        return re.sub(r"(?<=\w\w\w)(?=[^\W\d]{3})", sign, words)

    yield within(quote, "\u00ad"), text
    yield quote, within(text, "\u00ad")
    yield within(quote, "\u200b"), "\ufeff" + text


@harmless("ligatures")
def _ligatures(quote: str, text: str, chance: random.Random) -> Damaged:
    for plain, ligature in {"ffi": "ﬃ", "ff": "ﬀ", "fi": "ﬁ", "fl": "ﬂ", "st": "ﬆ"}.items():
        if plain in quote:
            yield quote.replace(plain, ligature), text
            yield quote, text.replace(plain, ligature)


@harmless("narrow columns")
def _columns(quote: str, text: str, chance: random.Random) -> Damaged:
    for width in (24, 38):
        pages = [_typeset(page, width) for page in text.replace("-\n", "-").split("\f")]
        if "-\n" not in text:
            yield quote, "\f".join(pages)
        yield "\n".join(textwrap.wrap(quote, width, break_on_hyphens=False)), text


def _typeset(text: str, width: int) -> str:
    """Set a text in lines of a width, dividing words after a vowel."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            while len(line) + len(word) > width:
                room = width - len(line) - 1
                at = max(
                    (m.end() for m in re.finditer(r"[aeiouäöü](?=[a-zäöüß]{3})", word[:room])),
                    default=0,
                )
                if at >= 2 and word[:at].isalpha():
                    lines.append(f"{line}{word[:at]}-")
                    word = word[at:]
                elif line:
                    lines.append(line.rstrip(" "))
                else:
                    break
                line = ""
            line += f"{word} "
        lines.append(line.rstrip(" "))
    return "\n".join(lines)


@harmless("running heads")
def _pages(quote: str, text: str, chance: random.Random) -> Damaged:
    """Set a text in pages with heads and feet, one of which begins within the quote."""
    at = text.find(quote)
    places = [match.start() for match in re.finditer(r"(?<=[^\W\d_]) (?=[a-zäöüß])", quote)]
    if at < 0 or not places or "\f" in text:
        return
    within = at + min(places, key=lambda place: abs(2 * place - len(quote)))
    spaces = [match.start() for match in re.finditer(" ", text)]
    step = max(60, len(text) // 6)
    wanted = [place for place in range(within % step, len(text), step) if place != within]
    cuts = {min(spaces, key=lambda space: abs(space - place)) for place in wanted} | {within}
    edges = [0, *sorted(cuts), len(text)]
    pages = [text[one:other].strip(" ") for one, other in pairwise(edges)]
    yield (
        quote,
        "\f".join(
            f"Amt für Wasserbau · {('Jahr', 'Bericht')[number % 2]}\n\n{page}\n\nSeite {number}\n"
            for number, page in enumerate(pages, start=7)
        ),
    )


@harmless("an ellipsis")
def _ellipsis(quote: str, text: str, chance: random.Random) -> Damaged:
    words = quote.split()
    if len(words) >= 9:
        gone = words[4:-4]
        # A number in groups ("340 000") is one word.
        grouped = gone[-1].isdigit() and words[-4].isdigit()
        if not grouped and not _NEGATIVE.search(" ".join(gone)):
            for sign in ("[…]", "[...]", "(...)", "[ … ]"):
                yield " ".join([*words[:4], sign, *words[-4:]]), text
    yield f"[…] {quote} [...]", text


# ---- harmful

HARMFUL: dict[str, Callable[[str, str, random.Random], Iterator[str]]] = {}
CUT = "cut inside a word"
_NEGATIVE = re.compile(
    r"\b(?:nicht|nie|niemals|niemand|nichts|kein\w*|ohne|not|no|never|nobody|cannot|\w+n’t|ne|n’|pas)\b",
    re.IGNORECASE,
)


def harmful(kind: str) -> Callable:
    def register(harm: Callable) -> Callable:
        HARMFUL[kind] = harm
        return harm

    return register


@harmful("negation put in")
def _negate(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    words = quote.split()
    for at in chance.sample(range(1, len(words)), min(2, len(words) - 1)):
        for negation in ("nicht", "not"):
            yield " ".join([*words[:at], negation, *words[at:]])


@harmful("negation taken out")
def _affirm(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    for match in _NEGATIVE.finditer(quote):
        rest = quote[: match.start()] + quote[match.end() :]
        yield " ".join(rest.split())
        before, after = quote[: match.start()].split(), quote[match.end() :].split()
        if len(before) > 2 and len(after) > 2:
            yield f"{' '.join(before)} […] {' '.join(after)}"


@harmful("figure changed")
def _renumber(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    for match in re.finditer(r"\d", quote):
        other = str((int(match[0]) + chance.randint(1, 9)) % 10)
        yield quote[: match.start()] + other + quote[match.end() :]
        yield quote[: match.start()] + quote[match.end() :]
        yield quote[: match.end()] + "0" + quote[match.end() :]
    for match in re.finditer(r"(?<=\d)[.,:\u00a0 ](?=\d)", quote):
        yield quote[: match.start()] + quote[match.end() :]
        yield quote[: match.start()] + (";" if match[0] == "." else ".") + quote[match.end() :]
    for match in re.finditer(r"(?<![\w.,:])(?=\d)", quote):
        yield quote[: match.start()] + "-" + quote[match.start() :]
    for match in re.finditer(r"\d+[.,]\d+", quote):
        yield quote[
            match.start() + match[0].index(next(c for c in match[0] if not c.isdigit())) + 1 :
        ]


@harmful("words exchanged")
def _exchange(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    words = quote.split()
    for at in chance.sample(range(len(words) - 1), min(3, len(words) - 1)):
        if words[at] != words[at + 1]:
            yield " ".join([*words[:at], words[at + 1], words[at], *words[at + 2 :]])


@harmful("word dropped")
def _drop(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    words = quote.split()
    for at in chance.sample(range(1, len(words) - 1), min(3, len(words) - 2)):
        yield " ".join([*words[:at], *words[at + 1 :]])


@harmful("word replaced")
def _replace(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    words, others = quote.split(), re.findall(r"\w{4,}", text)
    for at in chance.sample(range(len(words)), min(3, len(words))):
        yield " ".join([*words[:at], chance.choice(others), *words[at + 1 :]])


@harmful(CUT)
def _cut(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    # What is cut off must be letters, or nothing would be missing.
    if quote[:2].isalnum():
        yield quote[1:]
    if quote[-2:].isalnum():
        yield quote[:-1]


@harmful("fragments in the wrong order")
def _splice(quote: str, text: str, chance: random.Random) -> Iterator[str]:
    words = quote.split()
    if len(words) >= 8:
        half = len(words) // 2
        yield f"{' '.join(words[half:])} […] {' '.join(words[:half])}"
