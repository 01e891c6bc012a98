"""Cases for anchoring, made from texts of our own by edits of every kind.

    python -m benchmarks.anchor_cases SEED TEXT … > cases.jsonl

The fields are those of ``benchmarks/anchoring_score.py``. In the texts claims stand in ⟦brackets⟧.
The same seed and texts make the same cases.
"""

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).parent / "anchors" / "texts"
# Words that make another statement of any sentence that they are put into.
_INSERTED = {
    "de": ("nicht", "angeblich", "höchstens", "nur", "vielleicht"),
    "en": ("not", "allegedly", "only", "perhaps", "never"),
    "fr": ("jamais", "peut-être", "seulement"),
    "es": ("nunca", "quizás", "solo"),
    "it": ("mai", "forse", "solo"),
    "nl": ("niet", "misschien", "alleen"),
    "sv": ("inte", "kanske", "bara"),
    "pl": ("nie", "podobno", "tylko"),
}
_JOINED = {"de": ", und ", "en": ", and ", "fr": ", et ", "es": ", y ", "it": ", e ", "nl": ", en "}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass
class Piece:
    """A text as paragraphs of sentences; claims are pairs of indexes."""

    lang: str
    paragraphs: list[list[str]]
    claims: list[tuple[int, int]]

    @classmethod
    def read(cls, path: Path) -> "Piece":
        paragraphs: list[list[str]] = []
        claims = []
        for line in path.read_text(encoding="utf-8").splitlines():
            sentences: list[str] = []
            for part in re.findall(r"⟦[^⟧]*⟧|[^⟦]+?[.!?”“»](?= |$)|[^⟦]+$", line):
                part = part.strip()
                if part.startswith("⟦"):
                    claims.append((len(paragraphs), len(sentences)))
                if part:
                    sentences.append(part.strip("⟦⟧"))
            paragraphs.append(sentences)
        return cls(path.name.partition(".")[0].partition("-")[0], paragraphs, claims)

    def copy(self) -> "Piece":
        return Piece(self.lang, [list(p) for p in self.paragraphs], list(self.claims))


def _text(paragraphs: list[list[str]]) -> str:
    return "\n".join(" ".join(sentences) for sentences in paragraphs if sentences)


# Edits of the claim's own words: sentence → (sentence, changed), None if there is nothing to edit.
Edit = Callable[[random.Random, str, str], "tuple[str, bool] | None"]


def _figure(chance: random.Random, lang: str, words: str) -> tuple[str, bool] | None:
    found = list(_NUMBER.finditer(words))
    if not found:
        return None
    match = chance.choice(found)
    digits = list(match[0])
    at = chance.choice([i for i, c in enumerate(digits) if c.isdigit()])
    digits[at] = chance.choice([c for c in "123456789" if c != digits[at]])
    return words[: match.start()] + "".join(digits) + words[match.end() :], True


def _insertion(chance: random.Random, lang: str, words: str) -> tuple[str, bool] | None:
    parts = words.split(" ")
    if len(parts) < 2:
        return None
    parts.insert(chance.randrange(1, len(parts)), chance.choice(_INSERTED[lang]))
    return " ".join(parts), True


def _name(chance: random.Random, lang: str, words: str) -> tuple[str, bool] | None:
    """One letter of a word with a capital becomes another vowel."""
    found = list(re.finditer(r"(?<=\s)[A-ZÄÖÜÅŁŚŻ]\w{3,}", words))
    found = [m for m in found if re.search("[aeiou]", m[0][1:])]
    if not found:
        return None
    match = chance.choice(found)
    places = [m.start() for m in re.finditer("[aeiou]", match[0]) if m.start()]
    at = match.start() + chance.choice(places)
    letter = chance.choice([c for c in "aeiou" if c != words[at]])
    return words[:at] + letter + words[at + 1 :], True


def _dropped(chance: random.Random, lang: str, words: str) -> tuple[str, bool] | None:
    parts = words.split(" ")
    long = [i for i in range(1, len(parts) - 1) if len(parts[i]) > 5 and parts[i].isalpha()]
    if not long:
        return None
    del parts[chance.choice(long)]
    return " ".join(parts), True


def _typography(chance: random.Random, lang: str, words: str) -> tuple[str, bool] | None:
    edited = words.translate(str.maketrans("„“”’–", '"""\'-'))
    edited = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", chance.choice(["\u202f", "\u00a0", "'"]), edited)
    edited = edited.replace(" ", "\u00a0", 1)
    return edited, False


def _untouched(chance: random.Random, lang: str, words: str) -> tuple[str, bool]:
    return words, False


# What happens to the passage beside the edit of its words.
FATES = (
    "kept",  # in its place; everything around it is edited
    "moved",
    "deleted",
    "replaced",  # deleted, and a strange sentence stands in its place
    "twin kept",  # both it and a sentence very like it stay
    "twin deleted",  # the sentence like it stays, elsewhere
    "twin left",  # the sentence like it stays, right beside the gap
    "copies",  # it stands in two places and stays in both
    "copy lost",  # ... and goes in one
    "split",
    "joined",
    "part",  # the passage is part of a sentence
)

EDITS: dict[str, Edit] = {
    "figure": _figure,
    "insertion": _insertion,
    "name": _name,
    "dropped": _dropped,
    "typography": _typography,
    "untouched": _untouched,
}


def _twin(chance: random.Random, words: str) -> str | None:
    """A sentence like the claim's about something else: other figures, two other words."""
    edited = _NUMBER.sub(lambda m: str(int(re.sub(r"\D", "", m[0])) // 2 + 7), words)
    parts = edited.split(" ")
    places = [i for i, part in enumerate(parts) if len(part) > 5 and part.isalpha()]
    if len(places) < 3:
        return None
    for at in chance.sample(places, 2):
        parts[at] = parts[at][0] + parts[at][::-1].lower()[1:]
    return " ".join(parts)


def _around(chance: random.Random, piece: Piece, other: Piece, keep: tuple[str, ...]) -> None:
    """Edit all sentences but headings and those of ``keep``, half of the time hard."""
    share = chance.choice((0.2, 0.6))
    order: list[list[str]] = []
    for sentences in piece.paragraphs:
        kept = any(part and part in words for words in sentences for part in keep)
        if not kept and chance.random() < 0.15:
            continue
        if len(sentences) == 1 and sentences[0][-1].isalpha():
            order.append(sentences)
            continue
        for at, words in enumerate(sentences):
            if not any(part and part in words for part in keep):
                for _ in range(3):
                    if chance.random() > share:
                        continue
                    edited = chance.choice((_figure, _insertion, _dropped))(
                        chance, piece.lang, words
                    )
                    words = edited[0] if edited else words
                sentences[at] = words
        free = [
            at
            for at, words in enumerate(sentences)
            if not any(part and part in words for part in keep)
        ]
        if len(sentences) > 2 and free and chance.random() < 0.3:
            del sentences[chance.choice(free)]
        if chance.random() < 0.2:
            order.append(list(chance.choice(other.paragraphs)))
        order.append(sentences)
    piece.paragraphs[:] = order


def _move(chance: random.Random, piece: Piece, sentence: str) -> None:
    """Put the paragraph of a sentence elsewhere."""
    at = next(i for i, p in enumerate(piece.paragraphs) if sentence in p)
    paragraph = piece.paragraphs.pop(at)
    places = [i for i in range(len(piece.paragraphs) + 1) if abs(i - at) > 1]
    piece.paragraphs.insert(chance.choice(places or [0]), paragraph)


def cases(piece: Piece, other: Piece, seed: int) -> Iterator[dict[str, Any]]:
    """Yield cases: every claim of a piece with every edit and in every fate."""
    for number, (paragraph, sentence) in enumerate(piece.claims):
        for fate in FATES:
            for name, edit in EDITS.items():
                edited = fate in ("kept", "moved", "part") or (fate, name) == (
                    "twin kept",
                    "figure",
                )
                if not edited and name != "untouched":
                    continue
                chance = random.Random(f"{seed} {piece.lang} {number} {fate} {name}")
                made = _case(chance, piece, other, (paragraph, sentence), fate, edit)
                if made:
                    made["id"] = f"{piece.lang}-{seed}-{number}-{fate}-{name}".replace(" ", "_")
                    made |= {"lang": piece.lang, "kind": f"{fate}", "edit": name}
                    yield made


def _case(
    chance: random.Random,
    piece: Piece,
    other: Piece,
    place: tuple[int, int],
    fate: str,
    edit: Edit,
) -> dict[str, Any] | None:
    old, new = piece.copy(), piece.copy()
    words = old.paragraphs[place[0]][place[1]]
    edited = edit(chance, piece.lang, words)
    if edited is None:
        return None
    claim, now = words, edited[0]
    changed: bool | None = edited[1]
    sentences = new.paragraphs[place[0]]
    sentences[place[1]] = now
    gold: str | None = now
    flags = []
    if fate.startswith("twin"):
        twin = _twin(chance, words)
        if twin is None:
            return None
        far = [i for i in range(len(old.paragraphs)) if abs(i - place[0]) > 1]
        at = place[0] if fate == "twin left" else chance.choice(far)
        for version in (old, new):
            version.paragraphs[at].append(twin)
        flags.append("twin")
    if fate in ("deleted", "twin deleted", "twin left"):
        del sentences[place[1]]
        gold = None
    if fate == "replaced":
        sentences[place[1]] = chance.choice([w for p in other.paragraphs[1:] for w in p])
        gold = None
    if fate in ("copies", "copy lost"):
        at = chance.choice([i for i in range(len(old.paragraphs)) if abs(i - place[0]) > 1])
        for version in (old, new):
            version.paragraphs[at].append(words)
        if fate == "copy lost":
            # Nobody can tell which of the two it was that went if both were moved as well.
            del sentences[place[1]]
            gold = None
        flags.append("dup")
    if fate == "split":
        head, comma, tail = words.partition(", ")
        if not comma or len(tail.split()) < 3:
            return None
        now = f"{head}. {tail[0].upper()}{tail[1:]}"
        sentences[place[1]] = gold = now
    if fate == "joined":
        if place[1] + 1 >= len(sentences) or piece.lang not in _JOINED or not words.endswith("."):
            return None
        following = sentences.pop(place[1] + 1)
        gold = words[:-1]
        sentences[place[1]] = gold + _JOINED[piece.lang] + following[0].lower() + following[1:]
    if fate == "part":
        parts = words.split(" ")
        now_parts = now.split(" ")
        if len(parts) < 8 or len(parts) != len(now_parts):
            return None
        first = chance.randrange(0, len(parts) - 4)
        last = chance.randrange(first + 4, len(parts))
        claim = " ".join(parts[first:last]).rstrip(".,:")
        gold = " ".join(now_parts[first:last]).rstrip(".,:")
        # Whether an edit beside a part matters to it, is not for a rule to say.
        outside = words.replace(claim, "") != now.replace(gold, "")
        changed = None if outside else changed
    if fate == "moved":
        _move(chance, new, now)
    _around(chance, new, other, (gold or "", now, words))
    old_text, new_text = _text(old.paragraphs), _text(new.paragraphs)
    start = old_text.index(words) + words.index(claim)
    if fate in ("copies", "copy lost"):
        start = _at(old, place)
    made: dict[str, Any] = {"old": old_text, "start": start, "end": start + len(claim)}
    if gold is None:
        made |= {"new": new_text, "new_start": None, "new_end": None, "meaning_changed": None}
    else:
        found = [m.start() for m in re.finditer(re.escape(gold), new_text)]
        if fate == "copies":
            # The one whose paragraph went along.
            before = old.paragraphs[place[0]][: place[1]]
            near = [f for f in found if not before or before[-1][-12:] in new_text[f - 16 : f]]
            found = near if len(near) == 1 else []
        if len(found) != 1:
            return None
        made |= {
            "new": new_text,
            "new_start": found[0],
            "new_end": found[0] + len(gold),
            "meaning_changed": changed,
        }
    return made | {"flags": flags}


def _at(piece: Piece, place: tuple[int, int]) -> int:
    """Return where a sentence stands in the text of a piece."""
    before = [p for p in piece.paragraphs[: place[0]] if p]
    offset = len(_text(before)) + 1 if before else 0
    return offset + sum(len(s) + 1 for s in piece.paragraphs[place[0]][: place[1]])


def all_cases(seed: int, *names: str) -> list[dict[str, Any]]:
    """Return the cases of the texts named, or of all."""
    pieces = [Piece.read(TEXTS / f"{name}.txt") for name in names]
    return [
        case for index, piece in enumerate(pieces) for case in cases(piece, pieces[index - 1], seed)
    ]


if __name__ == "__main__":
    for case in all_cases(int(sys.argv[1]), *sys.argv[2:]):
        print(json.dumps(case, ensure_ascii=False))
