#!/usr/bin/env python3
"""Check an audit bundle of Newsroom offline, without Newsroom.

    python verify_bundle.py FILE [--checkpoint FILE] [--key VKEY]

FILE is a bundle (``manage.py bundle``), or the ``proof.json`` that stands beside
every published version of a piece.

``--key`` is the newsroom's verifier key, as you got it from somewhere other than
FILE: from its site (``/.well-known/newsroom-ledger-key``), by mail, on paper. May
be given more than once, if the newsroom changed its key.

``--checkpoint`` is a checkpoint that you, or somebody whom you trust, kept. Only
with one does a bundle prove that nothing was rewritten since then. May be given
more than once.

Exit status: 0, everything that can be proved is proved; 1, something is not as
it should be, and each such thing was named; 2, FILE or what was given with it
cannot be read or compared.

Needs Python 3.9 or later and the package ``cryptography``; nothing of Newsroom.
Nothing is ever unpacked to disk, and no network is used.

How the proof goes, from the words up to the signature:

1.  Every part of a payload (a scalar, or an empty list or object, named by its
    JSON Pointer) has a digest:  SHA-256(0x00 || salt || JSON of [pointer, value]).
    Who has the digest alone can neither read nor guess the part.
2.  The payload's digest:        SHA-256(0x01 || digest of part 0 || part 1 || ...).
3.  The leaf is the canonical JSON of an entry: who, what, about what, when, and
    that digest. Its hash:       SHA-256(0x00 || leaf).
4.  The leaves are a Merkle tree (RFC 6962), whose inner nodes are
                                 SHA-256(0x01 || left || right).
    An inclusion proof leads from a leaf to the tree's root; a consistency proof
    shows that a smaller tree is the beginning of a larger one.
5.  A checkpoint states the tree's size and root, signed with Ed25519 as a "signed
    note" (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import re
import sys
import zipfile
import zlib
from hashlib import sha256
from typing import Any, Callable, Iterable, Iterator, NamedTuple  # noqa: UP035 (Python 3.9)

# A bundle may come from somebody who wishes us ill. What is larger than this is
# not read; real bundles are far smaller.
MAX_MEMBERS = 200_000
MAX_TEXT = 128 * 1024 * 1024  # a member that is parsed
MAX_TOTAL = 64 * 1024 * 1024 * 1024  # all members, unpacked; copies are read in pieces
CHUNK = 1024 * 1024

# The only names that a bundle may hold. None has a path that leads anywhere.
NAMES = {
    "manifest.json": re.compile(r"manifest\.json"),
    "checkpoint": re.compile(r"checkpoint\.txt"),
    "consistency": re.compile(r"consistency\.json"),
    "keys": re.compile(r"keys\.txt"),
    "entry": re.compile(r"entries/([0-9]{8,15})\.json"),
    "document": re.compile(r"documents/([0-9]{8,15})\.json"),
    "publication": re.compile(r"publications/([1-9][0-9]{0,5})\.json"),
    "capture": re.compile(r"captures/([0-9a-f]{64})"),
    "report": re.compile(r"report\.html"),
    "program": re.compile(r"verify_bundle\.py"),
}
REQUIRED = (
    "manifest.json",
    "checkpoint.txt",
    "consistency.json",
    "keys.txt",
    "report.html",
    "verify_bundle.py",
)
LEAF = {"v", "kind", "actor", "subject", "request", "at", "digest"}
BUNDLE_FORMAT, PROOF_FORMAT = "newsroom-bundle@1", "newsroom-proof@1"


class Refused(Exception):
    """Something that is not what it should be; says what, in a sentence without a full stop."""


class Unusable(Exception):
    """What cannot be checked at all: exit status 2."""


# ---- JSON ----------------------------------------------------------------------------


def parse(data: bytes) -> Any:
    """Return what JSON says; refuses double keys, NaN and what is too deep for us."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise Refused("says something twice")
        return found

    def refuse(constant: str) -> Any:
        raise Refused(f"holds {constant}, which is no JSON")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Refused("is not JSON") from error


def canonical(value: Any) -> bytes:
    """Return the canonical JSON (RFC 8785) of what bundles hold: no fractions, ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unhex(value: Any) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise Refused("holds something other than 32 bytes where a hash should be")
    return bytes.fromhex(value)


def hashes(value: Any) -> list[bytes]:
    # A proof grows with the logarithm of the ledger: 64 steps are enough for any.
    if not isinstance(value, list) or len(value) > 128:
        raise Refused("holds no proof where one should be")
    return [unhex(one) for one in value]


# ---- 1. and 2.: parts and payloads ---------------------------------------------------


def parts(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``(pointer, scalar or empty container)``, objects by sorted keys."""
    if isinstance(value, dict) and value:
        for key in sorted(value, key=lambda key: key.encode("utf-16-be")):
            yield from parts(value[key], pointer + "/" + key.replace("~", "~0").replace("/", "~1"))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from parts(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def part_salt(salt: bytes, index: int) -> bytes:
    return sha256(salt + index.to_bytes(8, "big")).digest()


def part_digest(pointer: str, value: Any, salt: bytes) -> bytes:
    written = json.dumps([pointer, value], ensure_ascii=False, separators=(",", ":"))
    return sha256(b"\x00" + salt + written.encode()).digest()


def payload_digest(digests: Iterable[bytes]) -> bytes:
    return sha256(b"\x01" + b"".join(digests)).digest()


def opened(told: Any) -> tuple[bytes, dict[str, Any], int]:
    """Return the digest of a payload given in parts, what is shown, how many are withheld.

    A part is ``[pointer, value, salt]``, or the hex digest of one that is withheld.
    """
    if not isinstance(told, list) or not told:
        raise Refused("has no parts")
    shown: dict[str, Any] = {}
    digests = []
    for part in told:
        if isinstance(part, str):
            digests.append(unhex(part))
            continue
        if not isinstance(part, list) or len(part) != 3 or not isinstance(part[0], str):
            raise Refused("has a part that is neither shown nor withheld")
        pointer, value, salt = part
        if value not in ([], {}) and isinstance(value, (list, dict)):
            raise Refused(f"has no single value at {pointer}")
        if pointer in shown:
            raise Refused(f"shows {pointer} twice")
        shown[pointer] = value
        digests.append(part_digest(pointer, value, unhex(salt)))
    return payload_digest(digests), shown, len(digests) - len(shown)


# ---- 3.: leaves ----------------------------------------------------------------------


def leaf_hash(leaf: Any) -> bytes:
    """Return the hash of a leaf given as an object."""
    if not isinstance(leaf, dict) or set(leaf) != LEAF or leaf["v"] != 1:
        raise Refused("has no leaf of version 1")
    if not all(isinstance(leaf[key], str) for key in LEAF - {"v", "actor"}):
        raise Refused("has a leaf with other than text in it")
    if not isinstance(leaf["actor"], (str, type(None))):
        raise Refused("has a leaf whose actor is no key")
    return sha256(b"\x00" + canonical(leaf)).digest()


# ---- 4.: the tree (RFC 6962) ---------------------------------------------------------


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """Return the root to which a proof leads from a leaf's hash (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise Refused(f"is number {index} of a ledger with {size} entries")
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Refused("has an inclusion proof that is too long")
        if node % 2 or node == last:
            root = node_hash(sibling, root)
            while node % 2 == 0 and node != 0:
                node, last = node // 2, last // 2
        else:
            root = node_hash(root, sibling)
        node, last = node // 2, last // 2
    if last != 0:
        raise Refused("has an inclusion proof that is too short")
    return root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """Return whether the tree of ``old`` leaves is the beginning of that of ``new``.

    RFC 9162, 2.1.4.2.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == sha256(b"").digest()
    steps = list(proof)
    if old & (old - 1) == 0:
        # A complete tree is a node of the larger one, and is left out of the proof.
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node // 2, last // 2
    of_old = of_new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while node % 2 == 0 and node != 0:
                node, last = node // 2, last // 2
        else:
            of_new = node_hash(of_new, sibling)
        node, last = node // 2, last // 2
    return last == 0 and of_old == old_root and of_new == new_root


# ---- 5.: signed notes and checkpoints ------------------------------------------------


class Key(NamedTuple):
    """A verifier key, written ``name+hash+base64 of (0x01 || Ed25519 key)``."""

    name: str
    id: bytes
    public: bytes

    def __str__(self) -> str:
        return "+".join(
            (self.name, self.id.hex(), base64.b64encode(b"\x01" + self.public).decode())
        )


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def parse_key(written: str) -> Key:
    try:
        name, key_id, encoded = written.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise Refused("holds something other than a verifier key") from None
    if not name or len(raw) != 33 or raw[:1] != b"\x01":
        raise Refused("holds a key that is not of Ed25519")
    expected = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if expected.hex() != key_id:
        raise Refused("holds a key that does not go with its hash")
    return Key(name, expected, raw[1:])


def open_note(note: str, keys: Iterable[Key]) -> tuple[str, Key]:
    """Return the text of a note and the key, of these, that signed it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    text, found, signatures = note.rpartition("\n\n")
    if not found or not signatures.endswith("\n") or len(signatures) > 100_000:
        raise Refused("is no signed note")
    text += "\n"
    if any(ord(character) < 0x20 and character != "\n" for character in note):
        raise Refused("is no signed note: it holds control characters")
    # The last line feed ends the last line.
    for line in signatures[:-1].split("\n"):
        try:
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise Refused("has a line that is no signature") from None
        if dash != "\u2014":
            raise Refused("has a line that is no signature")
        for key in keys:
            # Signatures of others (witnesses) are none of our business.
            if (name, raw[:4]) == (key.name, key.id):
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
                except (InvalidSignature, ValueError):
                    raise Refused(f"has a wrong signature of {key.name}") from None
                return text, key
    raise Refused("is signed by none of the keys")


def parse_checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Refused("is no checkpoint")
    origin, size, root = lines[:3]
    try:
        raw = base64.b64decode(root, validate=True)
    except (ValueError, binascii.Error):
        raise Refused("is no checkpoint") from None
    if not re.fullmatch(r"0|[1-9][0-9]{0,15}", size) or len(raw) != 32:
        raise Refused("is no checkpoint")
    return Checkpoint(origin, int(size), raw)


def open_checkpoint(note: str, keys: Iterable[Key]) -> Checkpoint:
    return parse_checkpoint(open_note(note, keys)[0])


# ---- A proof of one entry ------------------------------------------------------------


def check_proof(proof: Any, keys: Iterable[Key]) -> tuple[Checkpoint, dict[str, Any]]:
    """Check a ``proof.json``; return its checkpoint and the parts that it shows, by pointer."""
    if not isinstance(proof, dict) or proof.get("format") != PROOF_FORMAT:
        raise Refused(f"is not of the format {PROOF_FORMAT}")
    if not isinstance(proof.get("checkpoint"), str):
        raise Refused("has no checkpoint")
    checkpoint = open_checkpoint(proof["checkpoint"], keys)
    digest, shown, _withheld = opened(proof.get("parts"))
    check_inclusion(proof, checkpoint)
    if proof["leaf"]["digest"] != digest.hex():
        raise Refused("shows parts that its entry does not commit to")
    return checkpoint, shown


def check_inclusion(entry: Any, checkpoint: Checkpoint) -> None:
    sequence = entry.get("sequence")
    if type(sequence) is not int:
        raise Refused("has no number")
    hashed = leaf_hash(entry.get("leaf"))
    root = root_of_inclusion(hashed, sequence, checkpoint.size, hashes(entry.get("proof")))
    if root != checkpoint.root:
        raise Refused("is not in the ledger that the checkpoint signs")


# ---- A bundle ------------------------------------------------------------------------


class Bundle:
    """A bundle, as it is checked member by member; what is wrong collects in ``faults``."""

    def __init__(self, archive: zipfile.ZipFile, keys: list[Key]) -> None:
        self.archive = archive
        self.given = keys
        self.keys: list[Key] = keys
        self.faults: list[tuple[str, str]] = []
        self.infos: dict[str, zipfile.ZipInfo] = {}
        self.manifest: dict[str, Any] = {}
        self.checkpoint: Checkpoint | None = None
        self.earlier: dict[int, Checkpoint] = {}
        self.entries: dict[int, dict[str, Any]] = {}  # leaf and shown parts, by number
        self.documents: set[int] = set()
        self.withheld = 0
        self.parts = 0

    # Reading

    def fault(self, member: str, message: str) -> None:
        self.faults.append((member, message))

    def attempt(self, member: str, check: Callable[[], None]) -> None:
        """Run a check of one member; whatever goes wrong in it is that member's fault."""
        try:
            check()
        except Refused as error:
            self.fault(member, str(error))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            self.fault(member, "is damaged: it cannot be unpacked")
        except (UnicodeError, RecursionError, OverflowError, MemoryError):
            self.fault(member, "holds what no bundle holds")

    def chunks(self, name: str) -> Iterator[bytes]:
        with self.archive.open(self.infos[name]) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def read(self, name: str) -> bytes:
        if name not in self.infos:
            raise Refused("is missing")
        if self.infos[name].file_size > MAX_TEXT:
            raise Refused(f"is larger than {MAX_TEXT} bytes")
        return b"".join(self.chunks(name))

    def text(self, name: str) -> str:
        return self.read(name).decode("utf-8")

    def all(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield the members of a kind with what their name says, in order."""
        for name in sorted(self.infos):
            if found := NAMES[kind].fullmatch(name):
                yield name, found[1]

    # Checking

    def check(self) -> None:
        self.check_names()
        self.attempt("manifest.json", self.check_manifest)
        self.attempt("keys.txt", self.check_keys)
        self.attempt("checkpoint.txt", self.check_checkpoint)
        self.attempt("consistency.json", self.check_consistency)
        for name, number in self.all("entry"):
            self.attempt(name, lambda name=name, number=number: self.check_entry(name, int(number)))
        for name, number in self.all("document"):
            if int(number) not in self.documents:
                self.fault(name, "belongs to no entry that commits to it")
        for name, number in self.all("publication"):
            self.attempt(name, lambda n=name, number=number: self.check_publication(n, int(number)))
        self.check_all_publications_are_there()
        self.check_captures()

    def check_names(self) -> None:
        infos = self.archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise Unusable(f"holds more than {MAX_MEMBERS} members")
        if sum(info.file_size for info in infos) > MAX_TOTAL:
            raise Unusable(f"would unpack to more than {MAX_TOTAL} bytes")
        for info in infos:
            name = info.filename
            if not any(pattern.fullmatch(name) for pattern in NAMES.values()):
                self.fault(name, "has no place in a bundle")
            elif name in self.infos:
                self.fault(name, "is there twice")
            elif info.flag_bits & 1 or info.compress_type not in (0, zipfile.ZIP_DEFLATED):
                self.fault(name, "is packed in a way that bundles are not")
            else:
                self.infos[name] = info
        for name in REQUIRED:
            if name not in self.infos:
                self.fault(name, "is missing")

    def check_manifest(self) -> None:
        written = self.read("manifest.json")
        manifest = parse(written)
        if not isinstance(manifest, dict) or manifest.get("format") != BUNDLE_FORMAT:
            raise Refused(f"is not of the format {BUNDLE_FORMAT}")
        if set(manifest) != {"format", "members", "redacted", "revisions", "subject"}:
            raise Refused("says other things than a manifest does")
        if canonical(manifest) != written:
            raise Refused("is not canonical JSON")
        if manifest["revisions"] not in ("all", "published"):
            raise Refused("does not say which revisions there are")
        if type(manifest["redacted"]) is not bool or not isinstance(manifest["members"], dict):
            raise Refused("says other things than a manifest does")
        self.manifest = manifest
        members = manifest["members"]
        for name in sorted(members.keys() - self.infos.keys()):
            self.fault(name, "is listed in manifest.json and missing")
        for name in sorted(self.infos.keys() - members.keys() - {"manifest.json"}):
            self.fault(name, "is not listed in manifest.json")
        for name in sorted(members.keys() & self.infos.keys()):
            self.attempt(name, lambda name=name: self.check_bytes(name, members[name]))

    def check_bytes(self, name: str, listed: Any) -> None:
        hashed, size = sha256(), 0
        for chunk in self.chunks(name):
            hashed.update(chunk)
            size += len(chunk)
        if listed != [hashed.hexdigest(), size]:
            raise Refused("has not the bytes that manifest.json lists")

    def check_keys(self) -> None:
        inside = [parse_key(line) for line in self.text("keys.txt").splitlines()]
        if not inside:
            raise Refused("holds no key")
        if not self.given:
            self.keys = inside
        elif not set(self.given) & set(inside):
            raise Refused("holds none of the keys that you gave")

    def check_checkpoint(self) -> None:
        self.checkpoint = open_checkpoint(self.text("checkpoint.txt"), self.keys)

    def head(self) -> Checkpoint:
        if self.checkpoint is None:
            raise Refused("cannot be proved without a valid checkpoint.txt")
        return self.checkpoint

    def check_consistency(self) -> None:
        rows, head, last = parse(self.read("consistency.json")), self.head(), -1
        if not isinstance(rows, list):
            raise Refused("is no list")
        for row in rows:
            if not isinstance(row, dict) or set(row) != {"checkpoint", "proof"}:
                raise Refused("holds something other than checkpoints and proofs")
            if not isinstance(row["checkpoint"], str):
                raise Refused("holds something other than checkpoints and proofs")
            earlier = open_checkpoint(row["checkpoint"], self.keys)
            if not last < earlier.size < head.size or earlier.origin != head.origin:
                raise Refused("holds a checkpoint out of place")
            last = earlier.size
            proof = hashes(row["proof"])
            if not is_consistent(earlier.size, earlier.root, head.size, head.root, proof):
                raise Refused(f"shows that the first {earlier.size} entries were rewritten")
            self.earlier[earlier.size] = earlier

    def check_entry(self, name: str, number: int) -> None:
        entry = parse(self.read(name))
        if not isinstance(entry, dict) or entry.get("sequence") != number:
            raise Refused("is not the entry that its name says")
        if name != f"entries/{number:08d}.json":
            raise Refused("is not the entry that its name says")
        leaf_hash(entry.get("leaf"))
        if "parts" in entry:
            if set(entry) != {"sequence", "leaf", "proof", "parts"}:
                raise Refused("says other things than an entry does")
            digest, shown, withheld = opened(entry["parts"])
            self.withheld += withheld
        else:
            digest, shown = self.whole(entry, number)
            withheld = 0
        self.parts += len(shown) + withheld
        if entry["leaf"]["digest"] != digest.hex():
            raise Refused("does not commit to what is shown of it")
        identity = shown.get("/document/id", entry["leaf"]["subject"])
        if identity != entry["leaf"]["subject"]:
            raise Refused("stores the document of something else")
        check_inclusion(entry, self.head())
        self.entries[number] = {"leaf": entry["leaf"], "shown": shown}

    def whole(self, entry: dict[str, Any], number: int) -> tuple[bytes, dict[str, Any]]:
        """Return digest and parts of a payload of which nothing is withheld."""
        if set(entry) != {"sequence", "leaf", "proof", "salt", "data", "document"}:
            raise Refused("says other things than an entry does")
        salt, payload = unhex(entry["salt"]), entry["data"]
        if not isinstance(payload, dict) or type(entry["document"]) is not bool:
            raise Refused("says other things than an entry does")
        if entry["document"]:
            payload = {**payload, "document": parse(self.read(f"documents/{number:08d}.json"))}
            self.documents.add(number)
        shown = dict(parts(payload))
        digests = (
            part_digest(pointer, value, part_salt(salt, index))
            for index, (pointer, value) in enumerate(shown.items())
        )
        return payload_digest(digests), shown

    def of_subject(self) -> list[dict[str, Any]]:
        return [
            self.entries[number]
            for number in sorted(self.entries)
            if self.entries[number]["leaf"]["subject"] == self.manifest.get("subject")
        ]

    def published(self) -> dict[int, str]:
        """Return, by number, the SHA-256 of each publication as the ledger has it.

        Of one from which words were erased on record, it is that of what the
        last erasure left.
        """
        found: dict[int, str] = {}
        erased = self.left_by_erasures()
        for entry in self.of_subject():
            shown = entry["shown"]
            number = shown.get("/details/publication/number")
            digest = shown.get("/details/publication/sha256")
            if type(number) is int and isinstance(digest, str):
                key = shown.get("/details/publication/id")
                left = erased.get(key) if isinstance(key, str) else None
                found.setdefault(number, left or digest)
        return found

    def left_by_erasures(self) -> dict[str, str]:
        """Return, by publication's key, the SHA-256 of what an erasure left of it."""
        place = "/details/erasure/publications/"
        return {
            pointer[len(place) :]: value
            for entry in self.of_subject()
            if entry["leaf"]["kind"] == "history.erasure.done"
            for pointer, value in entry["shown"].items()
            if pointer.startswith(place) and isinstance(value, str)
        }

    def check_publication(self, name: str, number: int) -> None:
        written = self.read(name)
        document = parse(written)
        if not isinstance(document, dict) or document.get("number") != number:
            raise Refused("is not the publication that its name says")
        if document.get("id") != self.manifest.get("subject"):
            raise Refused("is a publication of something else")
        if sha256(written).hexdigest() != self.published().get(number):
            raise Refused("is not what was published: no entry commits to it")

    def check_all_publications_are_there(self) -> None:
        for number in self.published():
            if f"publications/{number}.json" not in self.infos:
                self.fault(f"publications/{number}.json", "was published and is missing")
        if self.manifest and not self.of_subject():
            self.fault("manifest.json", "speaks of something that no entry is about")

    def check_captures(self) -> None:
        told = {
            value
            for entry in self.entries.values()
            for pointer, value in entry["shown"].items()
            if re.fullmatch(r"/document/record/captures/[0-9]+/sha256", pointer)
        }
        for name, digest in self.all("capture"):
            self.attempt(name, lambda name=name, digest=digest: self.check_capture(name, digest))
            if digest not in told:
                self.fault(name, "is a copy that no entry speaks of")

    def check_capture(self, name: str, digest: str) -> None:
        hashed = sha256()
        for chunk in self.chunks(name):
            hashed.update(chunk)
        if hashed.hexdigest() != digest:
            raise Refused("is not the copy that its name says")

    def compare(self, name: str, note: str) -> str:
        """Hold a checkpoint that was kept elsewhere against the bundle; return what that proves.

        ``Unusable`` if the two cannot be compared.
        """
        kept, head = open_checkpoint(note, self.keys), self.head()
        if kept.origin != head.origin:
            raise Unusable(f"{name}: is of another ledger, {kept.origin}")
        if kept.size > head.size:
            raise Unusable(
                f"{name}: is of {kept.size} entries and younger than the bundle ({head.size});"
                " ask for a newer bundle"
            )
        same = head if kept.size == head.size else self.earlier.get(kept.size)
        if same is None:
            raise Refused(f"was signed for {kept.size} entries, and the bundle does not know of it")
        if same.root != kept.root:
            raise Refused(f"was signed for another ledger: the first {kept.size} entries differ")
        return f"nothing before entry {kept.size} was rewritten since {name} was signed"


# ---- What is told --------------------------------------------------------------------


def plain(text: str) -> str:
    """Return text that a terminal only shows: a bundle must not steer it."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def tell(title: str, lines: Iterable[str]) -> None:
    print(f"\n{title}")
    for line in lines:
        print(f"  - {plain(line)}")


def tell_bundle(bundle: Bundle, kept: list[str]) -> None:
    head, entries = bundle.head(), bundle.entries
    about = len(bundle.of_subject())
    documents = sum("/document/id" in entry["shown"] for entry in entries.values())
    publications, captures = len(list(bundle.all("publication"))), len(list(bundle.all("capture")))
    lines = [
        f"{len(entries)} entries, {about} of them about {bundle.manifest['subject']}, stand in the"
        f" ledger {head.origin} of {head.size} entries, which the key signed.",
        f"{documents} stored documents and {publications} publications are what these entries"
        f" recorded, to the last character{' that is shown' if bundle.withheld else ''}.",
    ]
    if captures:
        lines.append(f"The copies of sources ({captures}) have the hashes that were recorded.")
    if bundle.withheld:
        lines.append(
            f"{bundle.withheld} of {bundle.parts} parts are withheld or were erased. Each was"
            " recorded with the others and cannot be exchanged; what it says is not shown."
        )
    if bundle.earlier:
        lines.append(
            f"The ledger only grew since {len(bundle.earlier)} earlier checkpoints, the first of"
            f" {min(bundle.earlier)} entries."
        )
    tell("PROVED", [*lines, *(f"{line[0].upper()}{line[1:]}." for line in kept)])
    if erased := len(bundle.left_by_erasures()):
        tell("ERASED", [f"Words were erased from {erased} publications, as the ledger says."])
    not_proved = [
        "That anything in it is true: only that it was recorded so, and in this order.",
        "The times: they are those of the newsroom's clock, in an order that is proved.",
        "Who the people are: entries name keys of accounts.",
        "That these are all entries about the piece: others may have been left out.",
        "What report.html says: it is a reading aid, and verify_bundle.py a copy; get the program"
        " from elsewhere if you do not trust the sender.",
    ]
    if bundle.manifest["revisions"] == "published":
        not_proved.append("What happened between publications: those revisions were not asked for.")
    if not kept:
        not_proved.append(
            "That the ledger was not rewritten as a whole before this bundle was made: only a"
            " checkpoint that somebody else kept shows that (--checkpoint FILE)."
        )
    tell("NOT PROVED", [*not_proved, *about_keys(bundle.given, bundle.keys)])


def about_keys(given: list[Key], used: list[Key]) -> list[str]:
    if given:
        return []
    return [
        "Whose key it is: it came with the file. Compare it with one that you got elsewhere, or"
        f" give that with --key: {', '.join(map(str, used))}"
    ]


def verify_bundle(path: str, keys: list[Key], checkpoints: list[tuple[str, str]]) -> int:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError) as error:
        raise Unusable(f"{path}: is no bundle ({error})") from error
    with archive:
        bundle = Bundle(archive, keys)
        bundle.check()
        kept: list[str] = []
        beyond: list[str] = []

        def hold_against(name: str, note: str) -> None:
            try:
                kept.append(bundle.compare(name, note))
            except Unusable as error:
                beyond.append(str(error))

        for name, note in checkpoints:
            bundle.attempt(name, lambda name=name, note=note: hold_against(name, note))
    if bundle.faults:
        for member, message in dict.fromkeys(bundle.faults):
            print(f"{plain(member)}: {plain(message)}")
        print(f"\nNOT VALID: {len(set(bundle.faults))} faults.", file=sys.stderr)
        return 1
    if beyond:
        raise Unusable("; ".join(beyond))
    print("VALID")
    tell_bundle(bundle, kept)
    return 0


def verify_proof(path: str, data: bytes, keys: list[Key]) -> int:
    """Check a ``proof.json``; without keys it proves only that it agrees with itself."""
    if not keys:
        raise Unusable("a single proof needs the newsroom's key: --key")
    try:
        proof = parse(data)
        checkpoint, shown = check_proof(proof, keys)
    except (Refused, UnicodeError, RecursionError) as error:
        print(f"{path}: {error if isinstance(error, Refused) else 'holds what no proof holds'}")
        return 1
    print("VALID")
    leaf = proof["leaf"]
    tell(
        "PROVED",
        [
            f"Entry {proof['sequence']} stands in the ledger {checkpoint.origin} of"
            f" {checkpoint.size} entries, which the key signed: {leaf['kind']} about"
            f" {leaf['subject']} at {leaf['at']}.",
            *(f"It says {pointer} = {value!r}." for pointer, value in shown.items()),
        ],
    )
    tell(
        "NOT PROVED",
        ["What else it says.", "The time: it is that of the newsroom's clock."],
    )
    return 0


def read_file(path: str, limit: int = MAX_TEXT) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > limit:
        raise Unusable(f"{path}: is too large")
    return data


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Check an audit bundle (or a proof.json) of Newsroom offline.",
        epilog="Exit status 0: all is proved; 1: something is wrong, and named; 2: bad input.",
    )
    parser.add_argument("file", metavar="FILE", help="a bundle, or a proof.json")
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that was kept elsewhere (repeatable)",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="VKEY",
        help="the newsroom's verifier key, got elsewhere (repeatable)",
    )
    options = parser.parse_args(arguments)
    try:
        import cryptography  # noqa: F401 (asked for here, so that its absence is told plainly)
    except ImportError:
        print("The package “cryptography” is missing: pip install cryptography", file=sys.stderr)
        return 2
    try:
        try:
            keys = [parse_key(written) for written in options.key]
        except Refused as error:
            raise Unusable(f"--key {error}") from error
        checkpoints = []
        for path in options.checkpoint:
            try:
                checkpoints.append((path, read_file(path).decode("utf-8")))
            except UnicodeDecodeError as error:
                raise Unusable(f"{path}: is no checkpoint") from error
        start = read_file(options.file)[:64] if not zipfile.is_zipfile(options.file) else b""
        if start.lstrip().startswith(b"{"):
            if checkpoints:
                raise Unusable("--checkpoint goes with a bundle: a single proof names its own")
            return verify_proof(options.file, read_file(options.file), keys)
        return verify_bundle(options.file, keys, checkpoints)
    except Unusable as error:
        print(plain(str(error)), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
