"""Whether a word of one wording is a word of another, in another form or spelling.

Pure. Cases of nouns, endings of adjectives and persons of verbs are forms; singular and plural,
present and subjunctive are not the same. In doubt two words are two.
"""

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from .spelling import lemma, slipped, spelt_alike
from .tokens import fold
from .words import ALL_GENDERS, Profile, Word, inclusive

# German verbs that make a perfect, and whether they are those of many.
_HELPING = {"hat": False, "haben": True, "ist": False, "sind": True}
_NEUTRAL = re.compile(r"end(?:e|en|er)$")
_AGREEING = ({"is", "are"}, {"was", "were"}, {"has", "have"}, {"does", "do"})
_DESCRIBED = 2  # adjectives between an article and its noun


class Sameness:
    """The words of two wordings, which tell names from nouns and "Sie" from "sie"."""

    def __init__(self, old: Sequence[Word], new: Sequence[Word], known: Profile) -> None:
        self.old, self.new, self.known = old, new, known
        self.lexicon, self.language = known.lexicon, known.language
        # Whether the reader is addressed as "Sie" here and as "du" there.
        self.register = {self._register(old), self._register(new)} == {"du", "sie"}

    def written(self, whole: Word, joined: str) -> bool:
        """Whether a word is what others were, written together: "helpful", "help full"."""
        return whole.key == joined or (
            not whole.capital and slipped(whole.key, joined, self.language) is True
        )

    def same(self, one: Word, other: Word) -> bool:
        """Whether two words are one in different forms or spellings."""
        a, b = one.key, other.key
        if a == b:
            return True
        if ALL_GENDERS in (a[-1], b[-1]):
            return inclusive(a, b)
        if self._neutral(one, other) or self._neutral(other, one) or self._agrees(one, other):
            return True
        if not (a.isalpha() and b.isalpha()):
            return False
        if self._abbreviated(one, other) or self._abbreviated(other, one):
            return True
        if self.register and {one.code, other.code} <= {"", "modality"} and self._person(a, b):
            return True
        if self._both_past(one, other):
            return True
        if one.code or other.code:
            return self._same_class(one, other)
        return self._inflected(one, other) or self._misspelt(one, other)

    def perfect(self, word: Word, side: Sequence[Word]) -> bool:
        """Whether an English "has" or "have" makes a past of the word after it."""
        if word.key not in ("has", "have"):
            return False
        at = next(i for i, one in enumerate(side) if one is word)
        return at + 1 < len(side) and self._past(side[at + 1].key)

    def _neutral(self, one: Word, other: Word) -> bool:
        """Whether a German word names the same people without a gender: "Mitarbeitende"."""
        if self.language != "de" or not (one.capital and other.capital):
            return False
        stem = _NEUTRAL.sub("", one.key)
        return stem != one.key and len(stem) > 3 and other.key in (f"{stem}er", f"{stem}ern")

    def _agrees(self, one: Word, other: Word) -> bool:
        """Whether an English verb only follows its noun, which shows its number: "data was"."""
        if self.language != "en" or {one.key, other.key} not in _AGREEING:
            return False
        at = next((i for i, word in enumerate(self.old) if word is one or word is other), 0)
        noun = self.old[at - 1].key if at else ""
        base = lemma(noun, "en")
        return base != "" and (base != noun or bool(lemma(noun + "s", "en")))

    def same_tense(self, two: Sequence[Word], one: Sequence[Word]) -> bool:
        """Whether words are a German perfect and a preterite: "hat gekündigt", "kündigte"."""
        if self.language != "de" or len(two) != 2 or len(one) not in (1, 2):
            return False
        helping = [word.key for word in two if word.key in _HELPING]
        others = [word.key for word in two if word.key not in _HELPING]
        finite = one[0].key
        if len(others) != 1 or _HELPING[helping[0]] != finite.endswith("n"):
            return False
        if others == ["worden"]:
            return finite in ("wurde", "wurden")
        base = lemma(finite, "de")
        weak = finite.endswith(("te", "ten"))
        past = weak or (base[:-2] not in finite and not finite.endswith("e"))
        subjunctive = any(letter in finite and letter not in base for letter in "äöü")
        # "Hat zugestimmt", "stimmte zu".
        apart = one[1].key if len(one) > 1 else ""
        whole = lemma(others[0], "de")
        return past and not subjunctive and base != "" and whole == apart + base

    def _both_past(self, one: Word, other: Word) -> bool:
        """Whether English verbs are one, in the past both: "wrote", "written"."""
        if self.language != "en" or {one.code, other.code} - {"", "attribution"}:
            return False
        return (
            self._past(one.key)
            and self._past(other.key)
            and lemma(one.key, "en") == lemma(other.key, "en")
        )

    def _past(self, word: str) -> bool:
        base = lemma(word, self.language)
        return base not in ("", word) and not word.endswith(("s", "ing"))

    def _person(self, one: str, other: str) -> bool:
        """Whether verbs differ in the person alone: "kannst", "können"; not "könnten"."""
        past = ("te", "ten", "test", "tet")
        return lemma(one, self.language) == lemma(other, self.language) != "" and not (
            one.endswith(past) or other.endswith(past)
        )

    def _abbreviated(self, short: Word, whole: Word) -> bool:
        """Whether one word is the other's beginning with a full stop: "Abs.", "Absatz"."""
        return (
            short.dotted
            and not whole.dotted
            and bool(self.lexicon.classes)
            and len(short.key) > 1
            and len(whole.key) > len(short.key) + 1
            and whole.key.startswith(short.key)
            and short.capital == whole.capital
        )

    def _same_class(self, one: Word, other: Word) -> bool:
        """Whether words that decide what is stated decide the same: "jede", "jeder"."""
        if (one.capital and not one.opens) or (other.capital and not other.opens):
            return False
        if one.code == other.code in ("scope", "negation"):
            # Not "es": "alle" are people, "alles" is not.
            endings = self.lexicon.declined - {"es"} | {""}
            size = _alike(one.key, other.key)
            return any(
                {one.key[at:], other.key[at:]} <= endings
                for at in range(max(3, size - 1), size + 1)
            )
        # A slip, if one of them is no word: "sämliche".
        if one.code and other.code:
            return False
        return slipped(fold(one.raw), fold(other.raw), self.language) is True

    def _inflected(self, one: Word, other: Word) -> bool:
        lexicon = self.lexicon
        if self.known.is_name(one) or self.known.is_name(other):
            return False
        a, b = one.key, other.key
        size = _alike(a, b)
        bases = lemma(a, self.language), lemma(b, self.language)
        if size < 3 or ("" not in bases and bases[0] != bases[1] and set(bases) != {a, b}):
            # "Found" and "founded".
            return False
        ends = a[size:], b[size:]
        if one.capital and self.known.nouns_capital and not one.opens:
            # Singular and plural are not the same; cases are.
            tails = set(ends)
            return tails == {"s", "es"} or (
                tails in ({"", "s"}, {"", "es"}) and self._genitive(one, other)
            )
        # The common part may hold the beginning of an ending: groß-e, groß-en.
        for back in range(min(3, size - 2)):
            tails = {a[size - back :], b[size - back :]}
            if tails <= lexicon.declined:
                return True
            if self._reported(min(a, b, key=len), tails):
                return False
            if tails <= lexicon.endings and not tails <= lexicon.plural:
                return True
        return False

    def _reported(self, short: str, tails: set[str]) -> bool:
        """Whether one is a German subjunctive: "zahlt", "zahle", and "ging", "ginge"."""
        if self.language != "de":
            return False
        base = lemma(short, "de")
        strong = base.endswith("n") and base[:-2] not in short and not short.endswith("en")
        return tails in ({"e", "t"}, {"e", "et"}) or (tails == {"", "e"} and strong)

    def _genitive(self, one: Word, other: Word) -> bool:
        """Whether a German noun owns something here: "des Vorstand(s)"."""
        for side, word in ((self.old, one), (self.new, other)):
            at = next(i for i, w in enumerate(side) if w is word)
            if any(near.key.endswith("es") for near in side[max(0, at - 2) : at]):
                return True
        return False

    def _misspelt(self, one: Word, other: Word) -> bool:
        """Whether one looks like the other with a slip of the pen; never in names."""
        a, b = one.key, other.key
        counts = self.known.counts
        if not self.lexicon.classes:
            return False
        # A word of its own occurs more often.
        if counts.get(a, 0) > 1 and counts.get(b, 0) > 1:
            return False
        named = one.capital or other.capital
        if named and not self._common(one, other):
            return False
        if spelt_alike(a, b, self.language):
            return True
        swapped = sorted(a) == sorted(b)
        if len(a) == len(b) and named and not swapped:
            return False
        slip = slipped(a, b, self.language)
        if slip is not None:
            return slip
        # No dictionary can tell: compounds, and languages of which we have none.
        size = min(len(a), len(b))
        if size < 5 or a[0] != b[0] or a[-1] != b[-1] or OSA.distance(a, b, score_cutoff=1) > 1:
            return False
        if len(a) == len(b):
            return swapped and size >= 8
        longer = max(a, b, key=len)
        at = _alike(a, b)
        doubled = at > 0 and longer[at] == longer[at - 1]
        return doubled or size >= 8

    def _common(self, one: Word, other: Word) -> bool:
        """Whether two words with capitals are surely no names."""
        if self.known.is_name(one) or self.known.is_name(other):
            return False
        if not self.known.nouns_capital:
            return one.opens and other.opens
        return min(len(one.key), len(other.key)) >= 7 and self._determined(one, other)

    def _determined(self, one: Word, other: Word) -> bool:
        """Whether common nouns stand there, as an article or adjective before them tells."""
        determiners = self.lexicon.determiners
        for side, word in ((self.old, one), (self.new, other)):
            at = next(i for i, w in enumerate(side) if w is word)
            before = []
            for near in reversed(side[max(0, at - _DESCRIBED - 1) : at]):
                before.append(near)
                if near.capital and not near.opens:
                    break
            described = bool(before) and self._adjective(before[0])
            if not described and not any(fold(near.raw) in determiners for near in before):
                return False
        return True

    def _adjective(self, word: Word) -> bool:
        """Whether a German word is an adjective before a noun: "leichte", "neuen"."""
        base = lemma(word.key, self.language)
        ending = word.key.removeprefix(base) if base else ""
        return not word.capital and ending in self.lexicon.declined and not base.endswith("n")

    def addresses(self, word: Word) -> bool:
        """Whether a word can only mean the reader: in German "Sie" with a capital."""
        if word.key not in self.lexicon.address:
            return False
        return word.key not in self.lexicon.anaphors or (word.capital and not word.opens)

    def _register(self, side: Sequence[Word]) -> str:
        """Return whether the reader is addressed as "du" or as "Sie", "" if neither or both."""
        informal = self.lexicon.address - self.lexicon.anaphors
        found = {"du" for word in side if word.key in informal}
        found |= {"sie" for word in side if word.key not in informal and self.addresses(word)}
        return found.pop() if len(found) == 1 else ""


def _alike(one: str, other: str) -> int:
    """Return how many letters two words have in common from their beginning."""
    size = min(len(one), len(other))
    return next((at for at in range(size) if one[at] != other[at]), size)
