"""Whether two words are one in two spellings: by reform, by region, or by a slip of the pen.

Pure. A slip is told from another word by a dictionary: "expection" is none, "statue" is one as
much as "statute". Words are folded.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from rapidfuzz.distance import OSA, Indel
from simplemma.strategies.dictionaries import LOW_MEMORY_DICTIONARY_FACTORY

from .words import UMLAUTS

_REMEMBERED = 20_000  # words that were looked up, since few change
_DICTIONARIES = ("de", "en", "es", "fr", "it", "nl")
# Spellings of which a language has two, as (one, other, letters before, letters after at most).
_ANY = 99
_VARIANTS: Mapping[str, tuple[tuple[str, str, int, int], ...]] = {
    "en": (
        ("is", "iz", 3, 5),  # organise
        ("ys", "yz", 3, 4),  # analyse
        ("our", "or", 3, 5),  # colour
        ("re", "er", 3, 0),  # theatre
        ("ence", "ense", 2, 1),  # licence
        ("ogue", "og", 3, 1),  # catalogue
        ("amme", "am", 3, 1),  # programme
        ("ll", "l", 4, 5),  # travelled
        ("ae", "e", 1, _ANY),  # encyclopaedia
        ("eabl", "abl", 3, 2),  # sizeable
    ),
    "de": (
        ("ä", "ae", 0, _ANY),
        ("ö", "oe", 0, _ANY),
        ("ü", "ue", 0, _ANY),
        ("ph", "f", 0, _ANY),  # Photo
        ("tial", "zial", 3, _ANY),  # Potential
        ("tiell", "ziell", 3, _ANY),
    ),
}
_MIDDLE = 4  # letters on both sides of one that was taken for another
# Letters of words in which slips are seen.
_LONG = {"inserted": 5, "swapped": 5, "twice": 8, "vowel": 8, "other": 9}
# What makes a word of another one.
_SUFFIXES = {
    "de": """bar bare baren barer bares los lose losen loser loses frei freie freien haft hafte
        haften lich liche lichen licher liches isch ische ischen ischer isches weise mäßig mäßige
        heit keit ung ungen innen schaft reich reiche arm arme""",
    "en": """able ible less ness ful ly ally wise like ship hood ward ate ite ide ine ane ene ist
        ism er or ors ers ists ing ings ed s es""",
}
_COMPOUNDS = ("de", "nl")
# Letters that end a word otherwise without a slip.
_ENDINGS = {"de": "enrstm", "en": "sdeyr", "nl": "enst"}
_ROMANCE = "aeiostxz"
_VOWELS = frozenset("aeiouy")
_SCIENCE = ("ite", "ate", "ide", "ane", "ene", "ine", "one", "ol", "yl")  # one letter apart


def spelt_alike(one: str, other: str, language: str) -> bool:
    """Whether two words differ in nothing but which of two right spellings was chosen."""
    for long, short, before, after in _VARIANTS.get(language, ()):
        for a, b in ((one, other), (other, one)):
            at = a.find(long, before)
            while at >= 0:
                rest = len(a) - at - len(long)
                if rest <= after and a[:at] + short + a[at + len(long) :] == b:
                    return _one_word(a, b, language)
                at = a.find(long, at + 1)
    return False


def _one_word(one: str, other: str, language: str) -> bool:
    """Whether the dictionary agrees: "travelled" and "traveled", not "refilled" and "refiled"."""
    forms = lemma(one, language), lemma(other, language)
    if "" in forms or forms[0] == forms[1] or forms == (one, other):
        return True
    return spelt_alike(*forms, language)


def known(word: str, language: str) -> bool | None:
    """Whether a dictionary has a word; None if there is no dictionary."""
    if language not in _DICTIONARIES:
        return None
    return _known(word, language)


@cache
def _dictionary(language: str) -> Mapping[str, str]:
    return LOW_MEMORY_DICTIONARY_FACTORY.get_dictionary(language)


@lru_cache(_REMEMBERED)
def _known(word: str, language: str) -> bool:
    # Folding made "ß" into "ss"; nouns stand there with capitals.
    forms = {word, word.replace("ss", "ß")} if "ss" in word else {word}
    entries = _dictionary(language)
    return any(entries.get(form) or entries.get(form.capitalize()) for form in forms)


def is_word(word: str, language: str) -> bool | None:
    """Whether a word is in a dictionary or made of such; None if there is no dictionary."""
    found = known(word, language)
    return found if found is None else found or _made(word, language)


@lru_cache(_REMEMBERED)
def lemma(word: str, language: str) -> str:
    """Return the form of a word that dictionaries have, "" if none is known."""
    return (_dictionary(language).get(word) or "") if language in _DICTIONARIES else ""


def slipped(one: str, other: str, language: str) -> bool | None:
    """Whether one word is the other with a slip of the pen; None if no dictionary can tell.

    Exactly one of them must be a word, and what differs must look like a slip: a letter left out or
    put in, two that changed places, and another letter only in the middle of long words.
    """
    if language not in _DICTIONARIES:
        return None
    if one[0] != other[0] or OSA.distance(one, other, score_cutoff=2) > 2:
        return False
    wrong, right = (one, other) if _known(other, language) else (other, one)
    if not _known(right, language):
        # Compounds of which no dictionary knows either.
        return None
    return not _known(wrong, language) and _slip(wrong, right, language)


def _slip(wrong: str, right: str, language: str) -> bool:
    sizes = sorted((len(wrong), len(right)))
    distance = OSA.distance(wrong, right, score_cutoff=2)
    if _made(wrong, language):
        return False
    if sorted(wrong) == sorted(right):
        return sizes[0] >= _LONG["swapped"]
    if distance > 1:
        same_ends = wrong[:2] == right[:2] and wrong[-2:] == right[-2:]
        left_out = Indel.distance(wrong, right) == 2  # ... or put in, but none for another
        return sizes[1] >= _LONG["twice"] and left_out and same_ends
    at = next((i for i in range(sizes[0]) if wrong[i] != right[i]), sizes[0])
    if sizes[0] != sizes[1]:
        longer = max(wrong, right, key=len)
        ends = at >= sizes[0] - 1 and longer[-1] in _ENDINGS.get(language, _ROMANCE)
        return sizes[0] >= _LONG["inserted"] and not ends
    if wrong.translate(UMLAUTS) == right.translate(UMLAUTS):
        return False  # "kamen", "kämen"
    science = wrong.endswith(_SCIENCE) and at >= sizes[0] - 4
    if {wrong[at], right[at]} <= _VOWELS and not science:
        return sizes[0] >= _LONG["vowel"] and 2 <= at < sizes[0] - 2  # "seperate"
    return sizes[0] >= _LONG["other"] and _MIDDLE <= at < sizes[0] - _MIDDLE


def _made(word: str, language: str) -> bool:
    """Whether a word that no dictionary has is made of others: "löschbar", "seerecht"."""
    suffixes = _SUFFIXES.get(language, "").split()
    for at in range(4, len(word) - 1):
        rest = word[at:]
        compound = language in _COMPOUNDS and len(rest) > 3 and _known(rest, language)
        if rest in suffixes or compound:
            stem = word[:at]
            if _known(stem, language) or (stem[-1] == "s" and _known(stem[:-1], language)):
                return True
    return False
