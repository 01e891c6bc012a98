"""The words of a text, as texts are compared: numbers, words, ideographs, addresses.

Pure and of no language: what is a word follows from Unicode alone. Signs and
white space are no words; they belong to what stands around them.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache

# Scripts written without spaces: a word is a sign there. Han, kana, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_MARKS = (
    r"\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    r"\u00ad\u200c\u200d"
)
_SPACES = r" \u00a0\u2009\u202f"

_ADDRESS = r"""(?:https?://|www\.)[^\s<>"'()\[\]{}„“”»«]*[\w/]"""  # addresses are words
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_NUMBER = (
    rf"\d{{1,3}}(?:[{_SPACES}'’.,]\d{{3}})+(?![.,]?\d)"  # 2.500  2 500
    r"|\d+(?:[.,:/]\d+)*"  # 2,5  10:28  15.08.2020
)
_WORD = rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W\d_]|[{_MARKS}])+"
_PLAIN_WORD = r"[^\W\d_]+"
_SPECIAL = re.compile(rf"[{_UNSPACED}{_MARKS}]")


@cache
def _pattern(special: bool, address: bool, mail: bool) -> re.Pattern[str]:
    parts = [_ADDRESS] * address + [_MAIL] * mail
    return re.compile("|".join([*parts, _WORD if special else _PLAIN_WORD, _NUMBER]))


def pattern(text: str) -> re.Pattern[str]:
    """Return what matches the words of a text; the plainer the text, the faster."""
    address = "://" in text or "www." in text
    return _pattern(_SPECIAL.search(text) is not None, address, "@" in text)


_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_SPACES}'’.,]\d{{3}})+")
_SEPARATOR = re.compile(rf"[{_SPACES}'’.,]")
# A stem is the beginning of a word: enough to tell kin from strangers in a pair of sentences.
_STEM = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text in order: where they stand, and their numbers in a vocabulary."""

    text: str
    starts: list[int]
    ends: list[int]
    ids: list[int]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(slots=True)
class Vocabulary:
    """Numbers for words. Spellings that differ in nothing but form have one number."""

    words: list[str] = field(default_factory=list)
    stems: list[int] = field(default_factory=list)  # of each word; kin have one stem
    _numbers: dict[str, int] = field(default_factory=dict)
    _spellings: dict[str, int] = field(default_factory=dict)
    _stems: dict[str, int] = field(default_factory=dict)

    def read(self, text: str) -> Tokens:
        """Return the words of a text."""
        matcher = pattern(text)
        found = matcher.findall(text)
        known = self._spellings
        for raw in dict.fromkeys(found):
            if raw not in known:
                known[raw] = self._number(raw)
        starts, ends = [], []
        for match in matcher.finditer(text):
            start, end = match.span()
            starts.append(start)
            ends.append(end)
        return Tokens(text, starts, ends, [known[raw] for raw in found])

    def _number(self, raw: str) -> int:
        word = fold(raw)
        number = self._numbers.setdefault(word, len(self._numbers))
        if number == len(self.words):
            self.words.append(word)
            stem = word if word[0].isdigit() else word[:_STEM]
            self.stems.append(self._stems.setdefault(stem, len(self._stems)))
        return number


def fold(raw: str) -> str:
    """Return a word without what is spelling alone: case, ligatures, grouping of digits."""
    if raw.isascii():
        word = raw.lower()
    else:
        word = unicodedata.normalize("NFKC", raw).casefold().replace("\u00ad", "")
    if word and word[0].isdigit() and _GROUPED.fullmatch(word):
        word = _SEPARATOR.sub("", word)
    return word or raw
