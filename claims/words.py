"""The words of a passage as they are compared, and what two texts show of how words are written.

Pure. Numbers stand by their value, abbreviations and dates by what they say, and each word knows
its class in the lexicon; white space and typography are gone.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import unquote

from .lexicon import Lexicon, language_of, lexicon
from .sentences import split
from .tokens import fold, pattern


@dataclass(frozen=True, slots=True)
class Word:
    """A word or telling sign of a wording."""

    raw: str
    key: str  # folded; numbers by value, equal words alike
    code: str  # its class in the lexicon, "figure", "sign", "" for others
    capital: bool
    opens: bool  # first of a sentence
    clause: int  # counts the punctuation before it
    glued: bool = False  # no space before it
    dotted: bool = False  # a full stop after it that ends no sentence


_SIGN = re.compile(r"[%‰€$£¥§°<>≤≥±≈~×+=?]|(?<![\w)])[-−–](?=\d)|(?<=\d)\s?[-–—]\s?(?=\d)")
_LINK = re.compile(
    r"(?<=\])\s?\(\s*(?:https?://|/|#)[^\s)]*\s*\)"
    r"|(?<=\])\[(?:[^\]]*[^\W\d_][^\]]*)?\]"  # [words][where they lead]
)
# Forms for all genders: "Nutzer*innen", "Nutzer:in", "NutzerInnen", "Nutzerinnen und Nutzer".
_STARRED = frozenset(("e", "r", "n"))  # ... and after nouns:
_FEMALE = frozenset(("in", "innen"))
_INNER = re.compile(r"(\w{3,})I(?:n|nnen)")
_STARS = frozenset(("*", ":", "_", "/", "/-", "·"))  # "Nutzer*innen", "ein*e"
ALL_GENDERS = "*"  # at the end of a key
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?")
_AT = re.compile(r"(?<=\w)\s?[\[(](?:at|ät)[\])]\s?(?=\w)")
_QUOTED_LINE = re.compile(r"^\s*(?:>\s?)+", re.MULTILINE)
_PAUSE = re.compile(r"[,;:.!?…()\[\]–—\n]")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_WITH_POINTS = ("de", "fr", "es", "it", "nl")  # languages that group digits by points
_GROUPING = " \u00a0\u2009\u202f'’"
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_GROUPING}.,]\d{{3}})+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_DATE_DMY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_DATE_MDY = re.compile(r"\b([A-Z][a-z]+)\s(\d{1,2})(?:,\s?(\d{4}))?(?![\d.,]?\d)")
_DATE_YMD = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MONTHS = {
    code: tuple(map(fold, names.split()))
    for code, names in {
        "de": """januar februar märz april mai juni juli august september oktober november
            dezember""",
        "en": """january february march april may june july august september october november
            december""",
    }.items()
}
UMLAUTS = str.maketrans("äöü", "aou")
_GLUE = frozenset(("-", "‐", "‑", "–", "/", "'", "’"))


@dataclass(frozen=True, slots=True)
class Profile:
    """What two texts show of how words are written in them."""

    language: str
    nouns_capital: bool  # as in German: capitals do not tell names
    capital: frozenset[str]  # folded words that stand with a capital inside of sentences
    small: frozenset[str]
    counts: dict[str, int]

    @property
    def lexicon(self) -> Lexicon:
        return lexicon(self.language)

    def is_small(self, word: Word) -> bool:
        """Whether a word names nothing, whatever it begins with."""
        return word.key in self.lexicon.grammar

    def is_name(self, word: Word) -> bool:
        raw, key = word.raw, word.key
        if not raw[0].isalpha() or word.code:
            return False
        if raw == "I" and self.language == "en":
            return False
        if any(letter.isupper() for letter in raw[1:]):
            return not key.endswith(ALL_GENDERS)
        if not word.capital or self.nouns_capital:
            return False
        if word.opens:
            return key in self.capital and key not in self.small
        return key not in self.small and key not in self.lexicon.neutral


def profile(*texts: str, language: str = "") -> "Profile":
    """Return how words are written in some texts; their language is found out if not given."""
    capital: set[str] = set()
    small: set[str] = set()
    counts: Counter[str] = Counter()
    capitals = inside = 0
    for text in texts:
        matcher = pattern(text)
        for start, end in split(text):
            first = True
            for match in matcher.finditer(text, start, end):
                raw = match[0]
                word = fold(raw)
                counts[word] += 1
                if raw[0].isupper():
                    if not first:
                        capital.add(word)
                        capitals += 1
                elif raw[0].islower():
                    small.add(word)
                inside += not first
                first = False
    code = language.partition("-")[0] or language_of(list(counts.elements()))
    return Profile(
        code,
        code == "de" or (inside > 200 and capitals > 0.22 * inside),
        frozenset(capital),
        frozenset(small),
        dict(counts),
    )


def words(text: str, known: Profile) -> list[Word]:
    """Return the words of a passage, with what is typography alone taken away."""
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    text = _AT.sub("@", _LINK.sub("", text))
    text = _QUOTED_LINE.sub("", text)
    for short, long in known.lexicon.abbreviations:
        text = short.sub(long, text)
    text = _ORDINAL.sub("", text)
    text = _plain_dates(text, known.language)
    found: list[tuple[int, int, str]] = [
        (match.start(), match.end(), "") for match in pattern(text).finditer(text)
    ]
    taken = [False] * (len(text) + 1)
    for start, end, _ in found:
        taken[start:end] = [True] * (end - start)
    found += [
        (match.start(), match.end(), "sign")
        for match in _SIGN.finditer(text)
        if not taken[match.start()] or not match[0].strip()
    ]
    found.sort()
    starts = sorted(start for start, _ in split(text))
    result: list[Word] = []
    clause, at, opens = 0, 0, True
    for start, end, code in found:
        between = text[at:start]
        if between in _STARS and result and _starred(result[-1], text[start:end]):
            whole = f"{result[-1].raw}{between}{text[start:end]}"
            result[-1] = replace(result[-1], raw=whole, key=result[-1].key + ALL_GENDERS)
            at = end
            continue
        pauses = len(_PAUSE.findall(between))
        clause += pauses
        opens = opens or bisect_left(starts, at) < bisect_right(starts, start)
        at = end
        if between.startswith(".") and result and not opens:
            result[-1] = replace(result[-1], dotted=True)
        if len(result) == 1 and between.startswith(",") and result[0].key in known.lexicon.openers:
            # "First, we asked", "Also, they came".
            result.clear()
            opens = True
        raw = text[start:end]
        if code == "sign":
            result.append(_sign(raw.strip(), known, clause))
            continue
        word = _word(raw, known, opens, clause, glued=bool(result) and between in _GLUE)
        if between.endswith(("@", "#")) and not word.code:
            word = replace(word, code="name")
        result.append(word)
        opens = False
    return _with_numbers(_with_genders(result, known), known)


def _with_genders(words: list[Word], known: Profile) -> list[Word]:
    """Take a word for women and the same for men together: "Nutzerinnen und Nutzer"."""
    at = 0
    while known.language == "de" and at + 2 < len(words):
        one, joint, other = words[at : at + 3]
        if one.capital and other.capital and joint.key == "und":
            for female, male in ((one, other), (other, one)):
                stem = female.key.removesuffix("innen")
                if stem != female.key and inclusive(stem + ALL_GENDERS, male.key):
                    both = replace(
                        one, raw=f"{one.raw} {joint.raw} {other.raw}", key=stem + ALL_GENDERS
                    )
                    words[at : at + 3] = [both]
                    break
        at += 1
    return words


def _starred(word: Word, ending: str) -> bool:
    """Whether an ending makes a form for all genders of a word: "ein*e", not "sie/er"."""
    endings = _STARRED | _FEMALE if word.capital else _STARRED
    return ending in endings and len(word.key) > 2 and word.key.isalpha()


def inclusive(one: str, other: str) -> bool:
    """Whether one key is a form for all genders of the other."""
    if other.endswith(ALL_GENDERS):
        one, other = other, one
    stem = one.removesuffix(ALL_GENDERS)
    if stem == one or len(stem) < 3:
        return False
    other = other.removesuffix(ALL_GENDERS)
    plain = stem.translate(UMLAUTS)
    return any(
        other.startswith(form) and other[len(form) :] in ("", "e", "n", "en", "s", "es", "r", "er")
        for form in (stem, plain)
    )


def _with_numbers(words: list[Word], known: Profile) -> list[Word]:
    """Count "over" and "unter" among what limits a statement where a figure follows."""
    about = known.lexicon.about
    for at, word in enumerate(words):
        if word.key in about and any(near.code == "figure" for near in words[at + 1 : at + 3]):
            words[at] = replace(word, code="hedge")
    return words


def _sign(raw: str, known: Profile, clause: int) -> Word:
    key = known.lexicon.equal.get(raw, raw)
    if raw in "-−–—":
        key = "-"
    code = known.lexicon.classes.get(key, "question" if raw == "?" else "sign")
    return Word(raw, key, code, capital=False, opens=False, clause=clause)


def _word(raw: str, known: Profile, opens: bool, clause: int, glued: bool) -> Word:
    key = fold(raw)
    lexicon = known.lexicon
    if known.language == "de" and (inner := _INNER.fullmatch(raw)):
        return Word(raw, fold(inner[1]) + ALL_GENDERS, "", True, opens, clause, glued)
    if "@" in key or "/" in key or key.startswith("www."):
        key = unquote(_SCHEME.sub("", key).rstrip("/"))
        if key[:1].isalpha():
            return Word(raw, key, "address", capital=False, opens=opens, clause=clause)
    elif key[:1].isdigit():
        key = _number(raw, known.language)
    if key[:1].isdigit():
        return Word(raw, key, "figure", capital=False, opens=opens, clause=clause, glued=glued)
    code = lexicon.classes.get(key, "")
    if (code == "unit" and glued) or (opens and key in lexicon.openers):
        # "64-bit" measures nothing; "First, we asked" counts nothing.
        code = ""
    key = lexicon.equal.get(key, key)
    if key[:1].isdigit():
        code = "figure"
    return Word(raw, key, code, raw[0].isupper(), opens, clause, glued)


def _number(raw: str, language: str) -> str:
    """Return a figure by its value: "2.500" is a German 2500 and an English 2.5."""
    grouping = _GROUPING + {"en": ",", **dict.fromkeys(_WITH_POINTS, ".")}.get(language, "")
    if _GROUPED.fullmatch(raw) and all(sign in grouping for sign in raw if not sign.isdigit()):
        return re.sub(r"\D", "", raw)
    if decimal := _DECIMAL.fullmatch(raw):
        return f"{int(decimal[1])}.{decimal[2]}"
    return raw.replace(":", ".")


def _plain_dates(text: str, language: str) -> str:
    """Write dates with the names of months, as "5 March 2024"."""
    months = _MONTHS.get(language)
    if not months:
        return text

    def written(day: str, month: str, year: str, whole: str) -> str:
        if not 1 <= int(month) <= 12:
            return whole
        return f"{int(day)} {months[int(month) - 1]} {year}"

    if language == "en":
        text = _DATE_MDY.sub(
            lambda m: f"{int(m[2])} {m[1]} {m[3] or ''}".rstrip() if fold(m[1]) in months else m[0],
            text,
        )
    text = _DATE_DMY.sub(lambda m: written(m[1], m[2], m[3], m[0]), text)
    return _DATE_YMD.sub(lambda m: written(m[3], m[2], m[1], m[0]), text)
