"""The demo's content is consistent in itself: whoever replays it, finds every word and key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import NAMESPACE_URL, uuid5

import pytest

from articles import choices as article_choices
from articles.body import clean
from claims import choices as claim_choices
from claims import sentences, text
from newsroom.demo import content
from newsroom.demo.script import (
    Check,
    Cite,
    CiteMore,
    ClaimSpec,
    Move,
    Piece,
    Publish,
    ReadAll,
    ReadSome,
    Revise,
    Step,
    Withdraw,
    Write,
)
from newsroom.roles import ROLES
from sources import choices as source_choices
from sources.references import reference

PLAIN = ("kicker", "headline", "standfirst")
FIELDS = (*PLAIN, "body")
PIECES = {piece.slug: piece for piece in content.PIECES}
SOURCES = {source.key: source for source in content.SOURCES}
every_piece = pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)


@dataclass
class Copy:
    """A working copy, as far as it can be followed without a database."""

    piece: Piece
    fields: dict[str, str]
    claims: dict[str, ClaimSpec] = field(default_factory=dict)
    evidence: dict[str, tuple[Cite, ...]] = field(default_factory=dict)
    # The words and the evidence that each claim was last checked on, and what came of it.
    checks: dict[str, tuple[list[str], tuple[Cite, ...], Check]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def mark_of(self, claim: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.piece.slug}/{claim}"))

    @property
    def body(self) -> text.Manuscript:
        return text.read(self.fields["body"])

    def words_of(self, name: str) -> str:
        return self.body.text if name == "body" else self.fields[name]

    def passages_of(self, claim: str) -> list[str]:
        """Return the claim's words as they stand now; of lost ones nothing."""
        body = self.body
        marked = text.passages(body).get(self.mark_of(claim), [])
        plain = [
            words
            for name, words in self.claims[claim].passages
            if name != "body" and words in self.fields[name]
        ]
        return sorted(plain + [body.text[start:end] for start, end in marked])

    def sentences(self, *names: str) -> list[str]:
        """Return the sentences of these fields, or of all."""
        found: list[str] = []
        for name in names or FIELDS:
            words = self.words_of(name)
            if name == "body":
                found += [sentence.text for sentence in sentences.sentences(self.body)]
            else:
                found += [words[start:end] for start, end in sentences.split(words)]
        return found

    def sound(self, claim: str) -> bool:
        """Whether the last check was made on what stands there now, and lets it be published."""
        words, evidence, check = self.checks[claim]
        says_so = check.confirmed and check.verdict in ("partly", "disputed", "unverifiable")
        return (
            words == self.passages_of(claim)
            and evidence == self.evidence[claim]
            and (check.verdict == "supported" or says_so)
        )


def replay(piece: Piece) -> Iterator[tuple[Step, Copy]]:
    """Yield each step with the working copy after it."""
    copy = Copy(piece, {name: getattr(piece, name) for name in PLAIN})
    for step in piece.steps:
        match step:
            case Write():
                copy.fields["body"] = step.body
            case ClaimSpec():
                mark(copy, step)
            case CiteMore():
                copy.evidence[step.claim] += (step.citation,)
            case Check():
                words = copy.passages_of(step.claim)
                assert words, f"{step.claim} is checked without a passage"
                copy.checks[step.claim] = (words, copy.evidence[step.claim], step)
            case ReadAll():
                copy.read = set(copy.sentences())
            case ReadSome():
                assert len(copy.sentences("body")) > step.sentences
                copy.read = {
                    *copy.sentences("body")[: step.sentences],
                    *copy.sentences(*step.fields),
                }
            case Revise():
                for change in step.changes:
                    before = copy.fields[change.field]
                    assert before.count(change.old) == 1, change.old
                    copy.fields[change.field] = before.replace(change.old, change.new)
            case Withdraw():
                copy.fields["body"] = text.unmark(copy.fields["body"], [copy.mark_of(step.claim)])
                for kept in (copy.claims, copy.evidence, copy.checks):
                    kept.pop(step.claim)
        yield step, copy


def mark(copy: Copy, claim: ClaimSpec) -> None:
    assert claim.key not in copy.claims
    assert set(claim.rests_on) <= set(copy.claims)
    copy.claims[claim.key] = claim
    copy.evidence[claim.key] = claim.citations
    for name, words in claim.passages:
        assert copy.words_of(name).count(words) == 1, (name, words)
        if name == "body":
            start = copy.body.text.index(words)
            copy.fields["body"] = text.mark(
                copy.fields["body"], start, start + len(words), copy.mark_of(claim.key)
            )
    assert copy.passages_of(claim.key) == sorted(words for _, words in claim.passages)


def outcome(piece: Piece) -> Copy:
    return [copy for _, copy in replay(piece)][-1]


def versions(piece: Piece) -> list[str]:
    """Return the texts that readers had, one a publication."""
    return [
        "\n".join(copy.words_of(name) for name in FIELDS)
        for step, copy in replay(piece)
        if isinstance(step, Publish)
    ]


# ---- keys and choices


def test_keys_are_unique():
    for labels in (content.PEOPLE, content.SECTIONS, content.TAGS, content.SOURCES):
        keys = [label.key for label in labels]
        assert len(keys) == len(set(keys))
    assert len(PIECES) == len(content.PIECES)


def test_there_is_a_user_for_every_role():
    assert {user.username for user in content.USERS} == set(ROLES)


@every_piece
def test_what_a_piece_names_exists(piece: Piece):
    assert piece.section in {section.key for section in content.SECTIONS}
    assert set(piece.tags) <= {tag.key for tag in content.TAGS}
    assert piece.bylines
    assert set(piece.bylines) <= {person.key for person in content.PEOPLE}
    assert piece.language in article_choices.Language.values
    assert {step.by for step in piece.steps} <= set(ROLES)


def test_every_section_person_tag_and_source_is_used():
    assert {piece.section for piece in content.PIECES} == {one.key for one in content.SECTIONS}
    assert {tag for piece in content.PIECES for tag in piece.tags} == {
        tag.key for tag in content.TAGS
    }
    assert {person for piece in content.PIECES for person in piece.bylines} == {
        person.key for person in content.PEOPLE
    }
    origins = {source.origin for source in content.SOURCES if source.origin}
    assert {cite.source for piece in content.PIECES for cite in citations(piece)} | origins == set(
        SOURCES
    )


def citations(piece: Piece) -> Iterator[Cite]:
    for step in piece.steps:
        if isinstance(step, ClaimSpec):
            yield from step.citations
        elif isinstance(step, CiteMore):
            yield step.citation


@every_piece
def test_steps_use_the_vocabulary(piece: Piece):
    for step in piece.steps:
        match step:
            case ClaimSpec():
                assert step.voice in claim_choices.Voice.values
                assert step.risk in claim_choices.Risk.values
                assert step.statement
                assert {name for name, _ in step.passages} <= set(FIELDS)
                assert step.attribution or step.voice == "asserted"
            case Check():
                assert step.verdict in claim_choices.Verdict.values
            case Move():
                assert step.state in article_choices.State.values
                assert step.to in {"", *ROLES}
            case Publish():
                assert step.kind in article_choices.Kind.values
                assert bool(step.corrections) == (step.kind == "correction")
                assert step.note or step.kind == "first"
    for cite in citations(piece):
        assert cite.stance in claim_choices.Stance.values
        assert cite.tier in {"", *source_choices.Tier.values}
        assert cite.source in SOURCES


def test_sources_use_the_vocabulary():
    for source in content.SOURCES:
        assert source.kind in source_choices.Kind.values
        assert source.tier in source_choices.Tier.values
        assert source.reliability in source_choices.Reliability.values
        assert source.credibility in claim_choices.Credibility.values


def test_sources_come_after_their_origins():
    known: set[str] = set()
    for source in content.SOURCES:
        assert source.origin in known | {""}
        known.add(source.key)


def test_named_sources_can_be_found_by_readers():
    for source in content.SOURCES:
        if source.tier != "named":
            continue
        csl = source.csl
        assert csl["title"]
        assert {"author", "editor", "container-title", "authority", "publisher"} & set(csl)
        # The title, at least, survives setting by the style.
        assert csl["title"][:20] in re.sub(r"<[^>]+>", "", reference(csl, "de"))


def test_protected_sources_show_what_their_tier_lets_them():
    protected = [source for source in content.SOURCES if source.tier != "named"]
    assert {source.tier for source in protected} == {"described", "confidential"}
    for source in protected:
        assert source.kind == "person"
        assert bool(source.description) == (source.tier == "described")


# ---- texts


@every_piece
def test_the_first_step_writes_the_piece_and_no_other_does(piece: Piece):
    assert [isinstance(step, Write) for step in piece.steps].index(True) == 0
    assert sum(isinstance(step, Write) for step in piece.steps) == 1


@every_piece
def test_bodies_stand_in_the_form_that_is_stored(piece: Piece):
    for step, copy in replay(piece):
        if isinstance(step, Write | ClaimSpec | Revise | Withdraw):
            assert clean(copy.fields["body"]) == copy.fields["body"]


@every_piece
def test_every_step_can_be_replayed(piece: Piece):
    assert len(list(replay(piece))) == len(piece.steps)


@every_piece
def test_changes_lose_no_passages_but_those_agreed_to(piece: Piece):
    before: dict[str, int] = {}
    for step, copy in replay(piece):
        after = {claim: len(copy.passages_of(claim)) for claim in copy.claims}
        if isinstance(step, Revise):
            lost = {claim for claim, count in before.items() if after[claim] != count}
            assert lost == set(step.losing)
            assert not any(after[claim] for claim in lost)
        before = after


@every_piece
def test_words_are_set_with_german_typography(piece: Piece):
    for _, copy in replay(piece):
        words = "\n".join(copy.words_of(name) for name in FIELDS)
        assert not re.search(r"[\"']| - |\.\.\.|  ", words)


# ---- what is public was checked and read


@every_piece
def test_nothing_is_published_unchecked_or_unread(piece: Piece):
    for step, copy in replay(piece):
        if isinstance(step, Publish):
            for claim in copy.claims.values():
                assert len(copy.passages_of(claim.key)) == len(claim.passages)
                assert copy.evidence[claim.key] or claim.rests_on
                assert copy.sound(claim.key), claim.key
            assert set(copy.sentences()) <= copy.read


@every_piece
def test_publications_come_in_order(piece: Piece):
    kinds = [step.kind for step in piece.steps if isinstance(step, Publish)]
    assert kinds[:1] in ([], ["first"])
    assert "first" not in kinds[1:]
    assert all(old != new for old, new in pairwise(versions(piece)))


@every_piece
def test_reporters_do_not_check_their_own_claims(piece: Piece):
    assert {step.by for step in piece.steps if isinstance(step, Check)} <= {"checker"}


# ---- what each piece is there to show


def test_the_long_piece_corrects_what_its_evidence_did_not_carry():
    piece = PIECES["nordkoreas-soldaten-in-kursk"]
    first, corrected, updated = versions(piece)
    wrong = re.compile(r"[Zz]um ersten Mal seit dem Koreakrieg|das erste Mal seit dem Koreakrieg")
    assert len(wrong.findall(first)) == 2
    assert not wrong.search(corrected)
    assert "rund 2000" in updated
    assert "rund 2000" not in corrected
    assert 600 <= len(first.split()) <= 900
    last = outcome(piece)
    assert {check.verdict for _, _, check in last.checks.values()} == {
        "supported",
        "partly",
        "disputed",
        "unverifiable",
    }


def test_the_short_piece_is_fully_supported():
    piece = PIECES["als-zehn-tage-ausfielen"]
    (text_of_it,) = versions(piece)
    assert 200 <= len(text_of_it.split()) <= 300
    assert {check.verdict for _, _, check in outcome(piece).checks.values()} == {"supported"}


def test_the_draft_shows_all_that_can_be_wrong():
    copy = outcome(PIECES["was-das-deutschlandticket-kostet"])
    unchecked = set(copy.claims) - set(copy.checks)
    lost = {claim for claim in copy.claims if not copy.passages_of(claim)}
    edited = {
        claim
        for claim, (words, _, _) in copy.checks.items()
        if copy.passages_of(claim) and words != copy.passages_of(claim)
    }
    unsaid = {
        claim
        for claim, (_, _, check) in copy.checks.items()
        if check.verdict != "supported" and not check.confirmed
    }
    assert unchecked == {"fernzuege", "luecke"}
    assert not copy.evidence["fernzuege"]
    assert lost == {"geltung"}
    assert edited == {"preis"}
    assert copy.claims["aufschlag"].rests_on == ("start", "preis")
    assert unsaid == {"verlust", "fahrten"}
    assert copy.claims["nutzer"].check_by
    assert set(copy.sentences()) - copy.read
    assert not versions(copy.piece)


def test_the_invented_piece_says_so_and_waits_for_its_publication():
    piece = PIECES["die-turmuhr-von-musterhausen"]
    assert "erfunden" in piece.standfirst
    copy = outcome(piece)
    assert all(copy.sound(claim) for claim in copy.claims)
    assert set(copy.sentences()) <= copy.read
    assert not versions(piece)
    tiers = {SOURCES[cite.source].tier for cite in citations(piece)}
    assert tiers == set(source_choices.Tier.values)


def test_sums_in_the_pieces_are_right():
    assert (date(2025, 4, 26) - date(2024, 10, 18)).days == 190
    assert 11_000 + 3_000 == 14_000
    assert round(5_000 / 3, -2) == 1_700
    assert 2.5 < 1_700 / 600 < 3
    assert 18 < 100 * (58 - 49) / 49 < 18.5
    assert round(14.2 - 13.5, 1) == 0.7
    assert (400 * 365 + 97) / 400 == 365.2425
    assert 11 <= (365.25 - 365.2422) * 24 * 60 < 11.5
    # 19 to 29 February 1700, a leap year in the old calendar; 3 to 13 September 1752.
    assert len(range(19, 29 + 1)) == len(range(3, 13 + 1)) == 11
    assert date(1582, 10, 15).strftime("%w") == "5"
