"""Trees, proofs and signed notes against published vectors, and against somebody else's code."""

import base64
from hashlib import sha256

import pymerkle
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from history import merkle
from history.signing import Head, NoteRefused, Signer, Verifier
from tests.history.verifier import verifier

# The tree of Certificate Transparency's reference tests: eight inputs, and the root of each size.
INPUTS = [
    bytes.fromhex(one)
    for one in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The example of Go's package for notes, which C2SP's format was made from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKv"
    "qfqdngotpRZb6KE6RyyBwJnAM=\n"
)

MOST = 300
DATA = [b"entry %d" % number for number in range(MOST)]
sizes = st.integers(1, MOST)


class Tree:
    """All complete nodes of a tree, grown in pieces."""

    def __init__(self, data: list[bytes], piece: int = 7) -> None:
        self.nodes: dict[merkle.Name, bytes] = {}
        for start in range(0, len(data), piece):
            peaks = [self.nodes[name] for name in merkle.peaks(start)]
            hashed = [merkle.leaf_hash(leaf) for leaf in data[start : start + piece]]
            self.nodes |= merkle.grow(start, peaks, hashed)

    def root(self, size: int) -> bytes:
        return merkle.fold([self.nodes[name] for name in merkle.peaks(size)])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.prove(merkle.inclusion(index, size), lambda names: self.nodes)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return merkle.prove(merkle.consistency(old, new), lambda names: self.nodes)


TREE = Tree(DATA)


@pytest.fixture(scope="module")
def theirs() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for data in DATA:
        tree.append_entry(data)
    return tree


class TestVectors:
    @pytest.mark.parametrize("size", range(9))
    def test_roots_are_those_of_the_reference_tests(self, size: int) -> None:
        assert Tree(INPUTS[:size], piece=3).root(size).hex() == ROOTS[size]

    def test_inclusion_proof_of_the_reference_tests(self) -> None:
        tree = Tree(INPUTS)
        assert [hashed.hex() for hashed in tree.inclusion(0, 8)] == [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]

    def test_consistency_proof_of_the_reference_tests(self) -> None:
        tree = Tree(INPUTS)
        assert [hashed.hex() for hashed in tree.consistency(6, 8)] == [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]

    def test_a_note_of_go_opens(self) -> None:
        assert Verifier.parse(GO_KEY).open(GO_NOTE) == GO_TEXT
        assert verifier.open_note(GO_NOTE, [verifier.parse_key(GO_KEY)])[0] == GO_TEXT

    def test_a_changed_note_of_go_does_not_open(self) -> None:
        changed = GO_NOTE.replace("answer", "Answer")
        with pytest.raises(NoteRefused):
            Verifier.parse(GO_KEY).open(changed)
        with pytest.raises(verifier.Refused):
            verifier.open_note(changed, [verifier.parse_key(GO_KEY)])


class TestAgainstPymerkle:
    def test_roots_are_equal_at_every_size(self, theirs) -> None:
        assert [TREE.root(size) for size in range(1, MOST + 1)] == [
            theirs.get_root(size) for size in range(1, MOST + 1)
        ]

    @given(st.data())
    def test_inclusion_proofs_are_equal(self, theirs, data) -> None:
        size = data.draw(sizes)
        index = data.draw(st.integers(0, size - 1))
        proof = theirs.prove_inclusion(index + 1, size)
        # Theirs begin with the leaf itself.
        assert [bytes(step) for step in proof.path][1:] == TREE.inclusion(index, size)
        pymerkle.verify_inclusion(merkle.leaf_hash(DATA[index]), TREE.root(size), proof)

    @given(st.data())
    def test_their_consistency_proofs_hold_for_our_roots(self, theirs, data) -> None:
        new = data.draw(sizes)
        old = data.draw(st.integers(1, new))
        proof = theirs.prove_consistency(old, new)
        pymerkle.verify_consistency(TREE.root(old), TREE.root(new), proof)


class TestTrees:
    @given(st.integers(0, 10_000), st.integers(0, 10_000))
    def test_a_cover_has_every_leaf_once(self, one: int, other: int) -> None:
        high = max(one, other)
        for low, end in [(0, high), *merkle.inclusion(min(one, other), high + 1)]:
            reached = low
            for level, index in merkle.cover(low, end):
                assert index << level == reached
                reached = (index + 1) << level
            assert reached == max(low, end)

    @given(sizes, st.integers(1, MOST))
    def test_growing_in_pieces_or_at_once_gives_the_same_nodes(self, size, piece) -> None:
        assert Tree(DATA[:size], piece).nodes == Tree(DATA[:size], size).nodes

    @given(st.data())
    def test_what_is_in_the_tree_is_proved_and_nothing_else(self, data) -> None:
        size = data.draw(sizes)
        index = data.draw(st.integers(0, size - 1))
        leaf, proof, root = (
            merkle.leaf_hash(DATA[index]),
            TREE.inclusion(index, size),
            TREE.root(size),
        )
        assert merkle.is_included(leaf, index, size, proof, root)
        assert not merkle.is_included(merkle.leaf_hash(b"other"), index, size, proof, root)
        assert not merkle.is_included(leaf, index, size, [*proof, root], root)
        assert not merkle.is_included(leaf, index, size, proof, bytes(32))
        if proof:
            assert not merkle.is_included(leaf, index, size, proof[:-1], root)
            at = data.draw(st.integers(0, len(proof) - 1))
            bent = [*proof[:at], sha256(proof[at]).digest(), *proof[at + 1 :]]
            assert not merkle.is_included(leaf, index, size, bent, root)

    @given(st.data())
    def test_growth_is_proved_and_nothing_else(self, data) -> None:
        new = data.draw(sizes)
        old = data.draw(st.integers(0, new))
        proof, roots = TREE.consistency(old, new), (TREE.root(old), TREE.root(new))
        assert merkle.is_consistent(old, new, *roots, proof)
        assert not merkle.is_consistent(old, new, bytes(32), roots[1], proof)
        assert not merkle.is_consistent(old, new, *roots, [*proof, bytes(32)])
        if 0 < old < new:
            assert not merkle.is_consistent(old, new, roots[0], bytes(32), proof)
            assert not merkle.is_consistent(old, new, *roots, proof[:-1])
            rewritten = Tree([b"other", *DATA[1:old]]).root(old)
            assert not merkle.is_consistent(old, new, rewritten, roots[1], proof)

    @given(st.data())
    def test_the_verifier_that_we_hand_out_agrees(self, data) -> None:
        new = data.draw(sizes)
        old = data.draw(st.integers(0, new))
        index = data.draw(st.integers(0, new - 1))
        proof = TREE.inclusion(index, new)
        leaf = merkle.leaf_hash(DATA[index])
        assert verifier.root_of_inclusion(leaf, index, new, proof) == TREE.root(new)
        growth = TREE.consistency(old, new)
        assert verifier.is_consistent(old, TREE.root(old), new, TREE.root(new), growth)
        assert not verifier.is_consistent(old, bytes(32), new, TREE.root(new), growth)

    def test_what_is_not_there_has_no_proof(self) -> None:
        for index, size in ((0, 0), (5, 5), (-1, 3)):
            with pytest.raises(ValueError, match="no leaf"):
                merkle.inclusion(index, size)
        with pytest.raises(ValueError, match="cannot grow"):
            merkle.consistency(3, 2)


# Text of notes: no control characters, one line feed at the end.
lines = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
seeds = st.binary(min_size=32, max_size=32)
names = st.from_regex(r"[a-z][a-z0-9.-]{0,20}(/[a-z]{1,9})?", fullmatch=True)


def signer(name: str, seed: bytes) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(seed))


class TestNotes:
    @given(names, seeds, st.lists(lines, min_size=1, max_size=4))
    def test_a_note_opens_with_its_key_alone(self, name, seed, told) -> None:
        text = "\n".join(told) + "\n"
        ours = signer(name, seed)
        note = ours.sign(text)
        assert ours.verifier.open(note) == text
        assert verifier.open_note(note, [verifier.parse_key(str(ours.verifier))])[0] == text
        other = signer(name, sha256(seed).digest()).verifier
        with pytest.raises(NoteRefused):
            other.open(note)
        with pytest.raises(NoteRefused):
            ours.verifier.open(f"x{note}")

    @given(names, seeds)
    def test_keys_are_written_and_read_alike_by_both(self, name, seed) -> None:
        ours = signer(name, seed).verifier
        assert Verifier.parse(str(ours)) == ours
        assert str(verifier.parse_key(str(ours))) == str(ours)

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "name",
            "name+00000000+AAAA",
            GO_KEY.replace("c74f20a3", "c74f20a4"),
            GO_KEY.replace("PeterNeumann", "PeterNewmann"),
            "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        ],
    )
    def test_what_is_no_key_is_refused(self, written: str) -> None:
        with pytest.raises(NoteRefused):
            Verifier.parse(written)
        with pytest.raises(verifier.Refused):
            verifier.parse_key(written)

    @pytest.mark.parametrize("text", ["", "no line feed", "empty last line\n\n"])
    def test_what_is_no_text_of_a_note_is_not_signed(self, text: str) -> None:
        with pytest.raises(ValueError, match="exactly one line feed"):
            signer("name", bytes(32)).sign(text)

    def test_signatures_of_witnesses_do_not_disturb(self) -> None:
        ours, witness = signer("ours.example", bytes(32)), signer("w.example", b"\x01" * 32)
        text = "one\n"
        note = ours.sign(text) + witness.sign(text).rpartition("\n\n")[2]
        for one in (ours, witness):
            assert one.verifier.open(note) == text
            assert verifier.open_note(note, [verifier.parse_key(str(one.verifier))])[0] == text

    @given(names, st.integers(0, 2**53), st.binary(min_size=32, max_size=32))
    def test_checkpoints_are_written_and_read_alike_by_both(self, origin, size, root) -> None:
        head = Head(origin, size, root)
        assert Head.parse(str(head)) == head
        assert tuple(verifier.parse_checkpoint(str(head))) == (origin, size, root)

    @pytest.mark.parametrize(
        "text",
        [
            "origin\n",
            "origin\n01\n" + base64.b64encode(bytes(32)).decode() + "\n",
            "origin\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
            "\n1\n" + base64.b64encode(bytes(32)).decode() + "\n",
            "origin\n1\n" + base64.b64encode(bytes(31)).decode() + "\n",
            "origin\n1\n###\n",
        ],
    )
    def test_what_is_no_checkpoint_is_refused(self, text: str) -> None:
        with pytest.raises(NoteRefused):
            Head.parse(text)
        with pytest.raises(verifier.Refused):
            verifier.parse_checkpoint(text)
