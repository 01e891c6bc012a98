"""Who wrote each sentence of a piece, in which revision, and who verified it on which evidence.

Documents come in one by one, in the order of their revisions; only their texts are kept.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Literal

from claims import sentences, text
from claims.standing import Evidence, Standing
from history.aggregates import aggregate_of
from history.blame import Blame, Word
from history.documents import Document
from history.models import Entry
from history.people import initials

from .compare import PLAIN_FIELDS
from .models import Article

# Documents of one batch; never more are in memory at once.
BATCH = 100

Kind = Literal["kicker", "headline", "standfirst", "caption", "h2", "h3", "item", "quote", "p"]


@dataclass(frozen=True, slots=True)
class Writing:
    """A revision as somebody's work: whose (a key, "" if nobody's), by what name, and when."""

    number: int
    actor: str
    who: str
    at: datetime

    @property
    def initials(self) -> str:
        return initials(self.who) or "?"

    @property
    def previous(self) -> int:
        """The revision to compare with; 0 before the first."""
        return self.number - 1


@dataclass(frozen=True, slots=True)
class Verification:
    """Where a claim stands now.

    `standing.check` is the one that counts, else the latest one, else `None`; `sources` are keys
    of the sources on whose citations it was made, in their order, once each.
    """

    statement: str
    standing: Standing
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Words in a row that one revision brought, and the one in which they came back, if any."""

    text: str
    writing: Writing
    returned: Writing | None
    own: bool  # of the sentence's author


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and who wrote it.

    `by` is the revision in which its author, who has most of its words, wrote most of them;
    `others` are the remaining revisions that words of it come from, latest first. `gap` is the
    white space behind it. `claims` are what it states.
    """

    parts: tuple[Part, ...]
    gap: str
    by: Writing
    others: tuple[Writing, ...]
    claims: tuple[Verification, ...]

    @property
    def returned(self) -> tuple[Writing, ...]:
        """The revisions in which words of it came back, latest first."""
        found = {part.returned.number: part.returned for part in self.parts if part.returned}
        return tuple(found[number] for number in sorted(found, reverse=True))

    @property
    def with_others(self) -> tuple[str, ...]:
        """The initials of other people whose words are in it."""
        people = {other.actor: other.initials for other in self.others}
        return tuple(people[actor] for actor in people if actor != self.by.actor)

    @property
    def whole(self) -> bool:
        """Whether it has been of one piece always."""
        return len(self.parts) == 1

    def continues(self, before: "Sentence") -> bool:
        """Whether the same is to be said of both, and no more than who wrote them."""
        if self.claims or before.claims or not (self.whole and before.whole):
            return False
        return self.by == before.by and self.returned == before.returned


@dataclass(frozen=True, slots=True)
class Block:
    """A text of the piece: a plain field, a caption, or a paragraph of the body."""

    kind: Kind
    sentences: tuple[Sentence, ...]

    @property
    def runs(self) -> list[list[Sentence]]:
        """The sentences, those together that one note can be made of."""
        runs: list[list[Sentence]] = []
        for sentence in self.sentences:
            if runs and sentence.continues(runs[-1][-1]):
                runs[-1].append(sentence)
            else:
                runs.append([sentence])
        return runs


class Texts:
    """The texts of documents: plain fields, captions and paragraphs, in reading order."""

    def __init__(self) -> None:
        self._read: dict[str, list[str]] = {}

    def of(self, document: Document) -> list[str]:
        content = document["content"]
        found = [content[name] for name in PLAIN_FIELDS]
        found += [image["caption"] for image in content["images"]]
        # Most of the body is as it was in the revision before.
        before, self._read = self._read, {}
        for html in content["body"]:
            known = before.get(html)
            if known is None:
                known = [block.text for block in text.read(html).blocks]
            self._read[html] = known
            found += known
        return found


def documents(article: Article) -> Iterator[tuple[int, Document]]:
    """Yield the number and the document of each revision, earliest first, by one query."""
    format = aggregate_of(Article).format
    assert format is not None  # noqa: S101 (pieces have documents)
    rows = (
        Entry.objects.filter(subject=article.pk, revision__isnull=False)
        .order_by("revision")
        .values_list("revision", "payload__version__serialized_data")
    )
    for number, stored in rows.iterator(chunk_size=BATCH):
        yield number, format.loads(stored)


def follow(revisions: Iterable[tuple[int, Document]]) -> tuple[Blame, Document | None]:
    """Return the authorship of the latest of some revisions, and its document."""
    blame, texts = Blame(), Texts()
    document = None
    for number, document in revisions:
        blame.add(number, texts.of(document))
    return blame, document


def revisions_of(blame: Blame) -> set[int]:
    """Return the revisions that words of the latest text come from or came back in."""
    return {
        number
        for words in blame.words()
        for word in words
        for number in (word.revision, word.returned_in)
        if number
    }


def writings(article: Article, numbers: Iterable[int]) -> dict[int, Writing]:
    """Return who made these revisions of a piece, and when. One query."""
    entries = (
        Entry.objects.of(article)
        .filter(revision__in=list(numbers))
        .select_related("payload")
        .defer("payload__salt", "digest")
    )
    return {
        entry.revision: Writing(
            number=entry.revision,
            actor=str(entry.actor or ""),
            who=json.loads(entry.payload.data).get("actor") or "–",
            at=entry.at,
        )
        for entry in entries
        if entry.revision
    }


def shares(blame: Blame, writings: Mapping[int, Writing]) -> list[tuple[str, int]]:
    """Return how many percent of the latest text each person wrote, most first."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for words in blame.words():
        for word in words:
            writing = writings[word.revision]
            counts[writing.actor] += 1
            names[writing.actor] = writing.who
    whole = counts.total()
    return [(names[actor], round(100 * count / whole)) for actor, count in counts.most_common()]


def sentence_by_sentence(
    document: Document,
    blame: Blame,
    writings: Mapping[int, Writing],
    claims: Mapping[str, Verification],
) -> list[Block]:
    """Return the texts of a piece with the authorship of each sentence; empty ones are left out.

    `blame` is that of `document`; `writings` knows all of its revisions, `claims` what is shown
    of them.
    """
    words = blame.words()
    blocks = []
    for kind, said, passages in _texts(document):
        found = tuple(_sentences(said, next(words), passages, writings, claims))
        if found:
            blocks.append(Block(kind, found))
    return blocks


# A range of a text, and the claim that is stated there.
_Passage = tuple[int, int, str]


def _texts(document: Document) -> Iterator[tuple[Kind, str, list[_Passage]]]:
    """Yield the same texts as `Texts`, each with what it is and with its claims."""
    content = document["content"]
    plain: defaultdict[tuple[str, str | None], list[_Passage]] = defaultdict(list)
    for claim in content["claims"]:
        for row in claim["passages"]:
            if row["field"] != "body" and row["start"] is not None:
                end = row["start"] + len(row["exact"])
                plain[row["field"], row["image"]].append((row["start"], end, claim["id"]))
    for name in PLAIN_FIELDS:
        yield name, content[name], plain[name, None]  # type: ignore[misc]
    for image in content["images"]:
        yield "caption", image["caption"], plain["caption", image["id"]]
    live = {claim["id"] for claim in content["claims"]}
    for html in content["body"]:
        manuscript = text.read(html)
        for block in manuscript.blocks:
            marks = [
                (max(mark.start - block.start, 0), mark.end - block.start, mark.claim)
                for mark in manuscript.marks
                if mark.claim in live and mark.start < block.end and mark.end > block.start
            ]
            yield _kind(html, block.tag), block.text, marks


def _kind(html: str, tag: str) -> Kind:
    if tag in ("h2", "h3"):
        return tag  # type: ignore[return-value]
    if html.startswith(("<ul", "<ol")):
        return "item"
    return "quote" if html.startswith("<blockquote") else "p"


def _sentences(
    said: str,
    words: Sequence[Word],
    passages: Sequence[_Passage],
    writings: Mapping[int, Writing],
    claims: Mapping[str, Verification],
) -> Iterator[Sentence]:
    ranges = sentences.split(said)
    starts = [*(start for start, _ in ranges), len(said)]
    for (start, end), next_start in zip(ranges, starts[1:], strict=True):
        own = [word for word in words if start <= word.start < end]
        if not own:
            # Nothing but invisible characters.
            continue
        counts = Counter(word.revision for word in own)
        by = _author(counts, writings)
        stated = dict.fromkeys(key for first, last, key in passages if first < end and last > start)
        yield Sentence(
            parts=tuple(_parts(said, start, end, own, by, writings)),
            gap=said[end:next_start],
            by=by,
            others=tuple(
                writings[number] for number in sorted(counts, reverse=True) if number != by.number
            ),
            claims=tuple(claims[key] for key in stated if key in claims),
        )


def _author(counts: Mapping[int, int], writings: Mapping[int, Writing]) -> Writing:
    """Return the revision that stands for the person who wrote most."""
    people: Counter[str] = Counter()
    for number, count in counts.items():
        people[writings[number].actor] += count
    author = people.most_common(1)[0][0]
    number = max(
        (number for number in counts if writings[number].actor == author),
        key=lambda number: (counts[number], number),
    )
    return writings[number]


def _parts(
    said: str,
    start: int,
    end: int,
    words: Sequence[Word],
    by: Writing,
    writings: Mapping[int, Writing],
) -> Iterator[Part]:
    runs = [list(run) for _, run in groupby(words, key=lambda word: word[2:])]
    borders = [start, *(run[0].start for run in runs[1:]), end]
    for run, (first, last) in zip(runs, pairwise(borders), strict=True):
        writing = writings[run[0].revision]
        yield Part(
            text=said[first:last],
            writing=writing,
            returned=writings.get(run[0].returned_in),
            own=writing.actor == by.actor,
        )


def verifications(article: Article) -> dict[str, Verification]:
    """Return where the live claims of a piece stand, by key. Seven queries."""
    evidence = Evidence.of_article(article)
    found = {}
    for claim in evidence.of(article):
        standing = evidence.standing(claim)
        cited = standing.check.snapshot["citations"] if standing.check else ()
        found[str(claim.pk)] = Verification(
            statement=claim.statement,
            standing=standing,
            sources=tuple(dict.fromkeys(row["source"] for row in cited)),
        )
    return found
