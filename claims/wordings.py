"""Whether other words state something else.

Pure. Two wordings of one passage are compared, with the words around them that
they depend on. What was found tells the level:

- ``stated``: a reason can be named: another figure, date, unit, name; a
  negation, a "may", an "about", an "only", an "if", an "according to";
- ``wording``: other words, and whether they mean the same is for a person to say;
- none: spelling, typography, the form of numbers, the order of parts.

In doubt the stricter, since a check that was kept silently misleads a reader.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from history.diff import Run, align

from .acronyms import shortened
from .sameness import Sameness
from .tokens import fold
from .words import Profile, Word, words


class Level(StrEnum):
    STATED = "stated"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: a code, and the words that were there and are there now ("" for none).

    ``code`` is a class of the lexicon ("figure", "negation" …), "name", "sign",
    "question", "order", or "wording"; ``around`` tells that the words stand not in
    the passage but around it: "sentence", "before", "heading".
    """

    code: str
    old: str
    new: str
    around: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found."""

    differences: tuple[Difference, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.differences)

    @property
    def level(self) -> Level | None:
        if not self.differences:
            return None
        stated = any(difference.code != "wording" for difference in self.differences)
        return Level.STATED if stated else Level.WORDING


# Codes of words that may not change places with each other.
_FIXED = frozenset(("figure", "date", "unit", "negation", "modality", "condition", "attribution"))
_REPEATED = 4  # words that were written twice by mistake
_MANY = 100_000  # pairs of words; where more are left, it is another text
# Words that begin a clause or an infinitive, so that a time may belong to either.
_SUBORDINATE: Mapping[str, frozenset[str]] = {
    "de": frozenset(("zu",)),
    "es": frozenset(("que", "quien")),
    "fr": frozenset(("que", "qu", "qui")),
    "it": frozenset(("che", "cui")),
    "nl": frozenset(("dat", "die", "om", "te")),
}
_FRONT = 9  # words that may go to the front of a sentence together
_LONG = 3  # words that make a part of a sentence, which may change its place


def compare(old: str, new: str, known: Profile) -> Verdict:
    """Return whether a passage's new words state something else than its old ones."""
    if old == new:
        return Verdict()
    return Verdict(tuple(_Comparison(words(old, known), words(new, known), known).differences()))


class _Comparison:
    """Two lists of words, and what of them is left when all that may differ is taken away."""

    def __init__(self, old: list[Word], new: list[Word], known: Profile) -> None:
        short = shortened(old, new, nouns_capital=known.nouns_capital)
        old, new = (_once(side) for side in short)
        self.old, self.new, self.known = old, new, known
        self.lexicon = known.lexicon
        self.words = Sameness(old, new, known)
        numbers: dict[str, int] = {}
        self.runs = align(
            [numbers.setdefault(word.key, len(numbers)) for word in old],
            [numbers.setdefault(word.key, len(numbers)) for word in new],
        )

    def differences(self) -> Iterator[Difference]:
        if self._fronted(self.old, self.new) or self._fronted(self.new, self.old):
            return
        hunks = [(old, new) for old, new in self._hunks() if old or new]
        moved = list(self._cancel_moved(hunks))
        whole = [(list(old), list(new)) for old, new in hunks]
        for hunk in hunks:
            self._cancel_equivalents(*hunk)
        left = [[word for hunk in hunks for word in hunk[side]] for side in (0, 1)]
        if self.words.same_tense(*left) or self.words.same_tense(*reversed(left)):
            for hunk in hunks:
                hunk[0].clear()
                hunk[1].clear()
        found = [
            self._name(rest, shown) for rest, shown in zip(hunks, whole, strict=True) if any(rest)
        ]
        yield from found or moved or self._capitals()

    def _capitals(self) -> Iterator[Difference]:
        """Yield words that capitals make others: "US" and "us", "Sie" and "sie"."""
        for run in self.runs:
            for at in range(run.length):
                one, other = self.old[run.old + at], self.new[run.new + at]
                written = {one.raw, other.raw}
                if one.raw.startswith("https:") and other.raw.startswith("http:"):
                    # The other way is what all sites did.
                    yield Difference("address", one.raw, other.raw)
                if len(written) < 2 or one.opens or other.opens:
                    continue
                short = len(one.raw) > 1 and any(map(str.isupper, written))
                if not self.lexicon.classes and one.capital != other.capital:
                    yield Difference("wording", one.raw, other.raw)
                    continue
                # "Sie" is you and "sie" are they, but "Du" and "du" are one.
                formal = one.capital != other.capital and (
                    one.key in self.lexicon.address & self.lexicon.anaphors
                )
                if formal or (short and any(map(str.islower, written))):
                    yield Difference("wording", one.raw, other.raw)

    def _hunks(self) -> Iterator[tuple[list[Word], list[Word]]]:
        old_at = new_at = 0
        for run in [*self.runs, Run(len(self.old), len(self.new), 0)]:
            yield self.old[old_at : run.old], self.new[new_at : run.new]
            old_at, new_at = run.old + run.length, run.new + run.length

    # What moved

    def _fronted(self, one: list[Word], other: list[Word]) -> bool:
        """Whether a time or place only went to the front, and the verb went along.

        "Im Mai schloss das Werk" and "Das Werk schloss im Mai".
        """
        if not one or len(one) != len(other):
            return False
        parts = _SUBORDINATE.get(self.known.language, frozenset())
        if any(fold(word.raw) in parts for word in other):
            return False
        dated = one[0].code == "date"
        if not dated and fold(one[0].raw) not in self.lexicon.prepositions:
            return False
        keys, theirs = [word.key for word in one], [word.key for word in other]
        for size in range(1 if dated else 2, min(_FRONT, len(one) - 1)):
            verb = one[size]
            if verb.code not in ("", "attribution") or verb.capital:
                continue
            for at in range(1, len(other) - size + 1):
                if theirs[at : at + size] == keys[:size]:
                    rest = theirs[:at] + theirs[at + size :]
                    # In the clause of the verb, not "he said that in May …".
                    beside = [w.key for w in other[:at] if w.clause == other[at].clause]
                    if verb.key in beside:
                        rest.remove(verb.key)
                        if rest == keys[size + 1 :]:
                            return True
        return False

    def _cancel_moved(self, hunks: list[tuple[list[Word], list[Word]]]) -> Iterator[Difference]:
        """Take away what only changed its place; yield what may not do so."""
        gone = Counter(word.key for old, _ in hunks for word in old)
        come = Counter(word.key for _, new in hunks for word in new)
        both = gone & come
        if not both:
            return
        left: list[list[Word]] = [[], []]
        for side in (0, 1):
            rest = Counter(both)
            for hunk in hunks:
                kept = []
                for word in hunk[side]:
                    if rest[word.key] > 0:
                        rest[word.key] -= 1
                        left[side].append(word)
                    else:
                        kept.append(word)
                hunk[side][:] = kept
        telling = [word for word in left[0] if not self._small(word)]
        if not telling:
            return
        if not self._kept_order():
            yield Difference("order", _joined(left[0]), _joined(left[1]))
        elif not self._may_move(left[0], left[1]):
            yield Difference("wording", _joined(left[0]), _joined(left[1]))

    def _kept_order(self) -> bool:
        """Whether names, figures and what governs a sentence follow each other as they did."""
        fixed_old = [w.key for w in self.old if w.code in _FIXED or self.known.is_name(w)]
        fixed_new = [w.key for w in self.new if w.code in _FIXED or self.known.is_name(w)]
        kept = Counter(fixed_old) & Counter(fixed_new)
        order_old = [key for key in fixed_old if key in kept]
        order_new = [key for key in fixed_new if key in kept]
        return order_old == order_new

    def _may_move(self, gone: list[Word], come: list[Word]) -> bool:
        """Whether words may have changed their places without saying something else."""
        if len(gone) >= _LONG and [w.key for w in gone] == [w.key for w in come]:
            # "Because it rained, we left" and "We left, because it rained".
            was, now = self._end(self.old, gone, 0), self._end(self.new, come, 1)
            return bool(was and now and was != now and self._paused(gone, come))
        # "Solid, but basic" and "basic, but solid".
        return all(
            abs(self.old.index(one) - self.new.index(other)) <= _LONG
            and one.clause != other.clause
            and self._beside_joint(self.old, one)
            for one in gone
            for other in come
            if one.key == other.key and not self._small(one)
        )

    def _end(self, side: list[Word], part: list[Word], which: int) -> str:
        """Return at which end of a wording a part stands, but for words that are not in both."""
        kept = {at for run in self.runs for at in range(run[which], run[which] + run.length)}
        places = [at for at, word in enumerate(side) if any(word is one for one in part)]
        if not kept or places[0] < min(kept):
            return "start"
        return "end" if places[-1] > max(kept) else ""

    def _paused(self, gone: list[Word], come: list[Word]) -> bool:
        """Whether a pause or the end of a sentence parts what moved from the rest."""
        for side, part in ((self.old, gone), (self.new, come)):
            at = next(i for i, word in enumerate(side) if word is part[0])
            if at and side[at - 1].clause != part[0].clause:
                return True
            end = at + len(part)
            if end < len(side) and side[end].clause != part[-1].clause:
                return True
        return False

    def _beside_joint(self, side: list[Word], word: Word) -> bool:
        at = side.index(word)
        near = side[max(0, at - 2) : at + 3]
        return any(self._small(one) and one.key not in self.lexicon.articles for one in near)

    # What may differ

    def _small(self, word: Word) -> bool:
        return word.key in self.lexicon.neutral and not word.code

    def _cancel_equivalents(self, old: list[Word], new: list[Word]) -> None:
        lexicon = self.lexicon
        # Joined or taken apart: "threatlevel", "threat level"; not "notable", "not able".
        few = len(old) * len(new) <= _MANY
        if lexicon.classes and few:
            self._cancel_compounds(old, new)
        # "2.5 million" and "2,500,000".
        if old and new and (amount := _amount(old)) and amount == _amount(new):
            old.clear()
            new.clear()
        # "Has written" and "wrote".
        if self.known.language == "en":
            for side, whole in ((old, self.old), (new, self.new)):
                side[:] = [word for word in side if not self.words.perfect(word, whole)]
        # Inflected or spelt otherwise, in the order of the words.
        for one in list(old) if few else ():
            for other in new:
                if self.words.same(one, other):
                    old.remove(one)
                    new.remove(other)
                    break
        # A sentence that was joined to the one before lost its pronoun, or the other way round.
        for side, joint in ((old, new), (new, old)):
            if (
                len(side) == 1
                and side[0].opens
                and side[0].key in lexicon.vague
                and all(self._small(word) for word in joint)
            ):
                side.clear()
        # An address that was written out shorter: "https://example.org/a/b.pdf", "example.org: b".
        for side, label in ((old, new), (new, old)):
            addressed = len(side) == 1 and side[0].code == "address" and label
            if addressed and _labels(label, side[0].key):
                old.clear()
                new.clear()
        # A form of address for another.
        if self.words.register:
            for side in (old, new):
                side[:] = [
                    word
                    for word in side
                    if word.key != "sich"
                    and not (word.key in lexicon.address and word.capital)
                    and not self.words.addresses(word)
                ]
        elif old and new and all(map(self.words.addresses, (*old, *new))):
            old.clear()
            new.clear()
        # What joins sentences and adds nothing, and the definite article; not one for many.
        if not self._other_number(old, new):
            for side in (old, new):
                side[:] = [word for word in side if not self._small(word)]
        # Said once instead of twice.
        if not (old and new):
            also_old = {word.key for word in self.old}
            also_new = {word.key for word in self.new}
            if all(word.key in also_new and self._repeats(self.old, word) for word in old):
                old.clear()
            if all(word.key in also_old and self._repeats(self.new, word) for word in new):
                new.clear()

    def _other_number(self, old: list[Word], new: list[Word]) -> bool:
        """Whether only the article tells that it is many now, or another: "der", "die Minister"."""
        lexicon = self.lexicon
        articles = [[word for word in side if word.key in lexicon.articles] for side in (old, new)]
        numbers = [{word.key in lexicon.plurals for word in side} for side in articles]
        if not (numbers[0] and numbers[1] and numbers[0] != numbers[1]):
            return False
        at = next(i for i, word in enumerate(self.new) if word is articles[1][0])
        nouns = [
            word for word in self.new[at + 1 : at + 3] if word.capital == self.known.nouns_capital
        ]
        return any(word.key.endswith(lexicon.alike) for word in nouns)

    def _repeats(self, side: list[Word], word: Word) -> bool:
        """Whether a word is the subject of a sentence once more, or stands there twice."""
        if word.code or not (len(word.key) > 3 or self.known.is_name(word)):
            return False
        at = next(i for i, one in enumerate(side) if one is word)
        opening = any(one.opens for one in side[max(0, at - _LONG) : at + 1])
        joined = sum(one.opens for one in self.old) != sum(one.opens for one in self.new)
        return (
            opening
            or joined
            or any(one.key == word.key for one in side[max(0, at - 1) : at + 2] if one is not word)
        )

    def _cancel_compounds(self, old: list[Word], new: list[Word]) -> None:
        for one, other in ((old, new), (new, old)):
            for whole in list(one):
                for size in (2, 3):
                    for at in range(len(other) - size + 1):
                        parts = other[at : at + size]
                        if any(part.code for part in parts) or len(whole.key) <= 3:
                            continue
                        if self.words.written(whole, "".join(part.key for part in parts)):
                            one.remove(whole)
                            del other[at : at + size]
                            break
                    else:
                        continue
                    break

    # What it is called

    def _after_article(self, side: list[Word], at: int) -> bool:
        """Whether a common noun stands there, as the article before it tells."""
        if not at or side[at].glued:
            return False
        before = side[at - 1].key
        return before in self.lexicon.articles or before in self.lexicon.one

    def _name(
        self, rest: tuple[list[Word], list[Word]], shown: tuple[list[Word], list[Word]]
    ) -> Difference:
        """Return what differs in one place, named by what weighs most in it."""
        left = [*rest[0], *rest[1]]
        codes = {word.code for word in left if word.code}
        codes |= {"name" for word in left if not word.code and self._names(word)}
        code = min(codes, key=_ORDER.index, default="wording")
        if code in _WEAK and all(any(not word.code for word in side) for side in rest):
            # Put otherwise altogether, so that "or" or "other" alone is no reason.
            code = "wording"
        return Difference(code, _joined(shown[0]), _joined(shown[1]))

    def _names(self, word: Word) -> bool:
        if self.known.is_name(word):
            return True
        return self.known.nouns_capital and self._beside_name(word)

    def _beside_name(self, word: Word) -> bool:
        """In German, two nouns without an article between them: "Anna Meier", "Minister Weber"."""
        grammar = self.lexicon.grammar
        if not word.capital or word.key in grammar:
            return False
        for side in (self.old, self.new):
            for at, here in enumerate(side):
                if here is not word:
                    continue
                for near in (at - 1, at + 1):
                    if (
                        0 <= near < len(side)
                        and not side[max(at, near)].glued
                        and not self._after_article(side, at)
                        and side[near].capital
                        and not side[near].code
                        and side[near].key not in grammar
                        and not side[max(at, near)].opens
                        and side[near].clause == here.clause
                        and not any(
                            w.opens and w.key not in self.known.capital for w in (here, side[near])
                        )
                    ):
                        return True
        return False


_WEAK = frozenset(("attribution", "condition", "scope", "hedge"))
_ORDER = (
    "figure",
    "address",
    "negation",
    "date",
    "unit",
    "name",
    "modality",
    "attribution",
    "condition",
    "scope",
    "hedge",
    "sign",
    "question",
)


def _joined(some: Sequence[Word]) -> str:
    return " ".join(word.raw for word in some)


# Not "billion", a thousand million here and a million million there.
_MULTIPLES = {
    "tausend": 10**3,
    "thousand": 10**3,
    "million": 10**6,
    "milliarde": 10**9,
}


def _amount(some: Sequence[Word]) -> float | None:
    """Return the value of a figure and the word for its thousands behind it."""
    if not all(word.code == "figure" for word in some) or len(some) > 2:
        return None
    try:
        value = float(some[0].key)
        return value * (_MULTIPLES[some[1].key] if len(some) > 1 else 1)
    except (KeyError, ValueError):
        return None


def _labels(label: Sequence[Word], address: str) -> bool:
    """Whether words are parts of an address in its order, from its beginning."""
    at = 0
    for word in label:
        found = address.find(word.key, at)
        # What is written together stands together there.
        near = 0 if not at else 1 if word.glued else len(address)
        if word.code == "address" or found < 0 or found - at > near:
            return False
        at = found + len(word.key)
    return True


def _once(side: list[Word]) -> list[Word]:
    """Leave out what stands there twice in a row, "to to", "of it of it"; figures may do so."""
    result: list[Word] = []
    for word in side:
        result.append(word)
        for size in range(1, _REPEATED + 1):
            again, before = result[-size:], result[-2 * size : -size]
            if (
                [w.key for w in again] == [w.key for w in before]
                and (size > 1 or word.clause == before[0].clause)
                and not any(w.code == "figure" for w in again)
                # "Duran Duran".
                and not (size == 1 and word.capital and not before[0].opens)
            ):
                del result[-size:]
                break
    return result
