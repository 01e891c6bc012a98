"""Proofs of single entries, in forms that others can check without us.

An entry is *opened* as far as ``shows`` allows: each part of its payload is
given as ``[pointer, value, salt]``, or as its digest alone, which proves that
something stands there and does not tell what.
"""

import base64
from collections.abc import Callable, Iterable
from typing import Any

from . import canonical, ledger, merkle
from .digests import part_digest, part_salt, parts
from .models import Checkpoint, Entry

FORMAT = "newsroom-proof@1"

# Whether the part at a pointer may be seen, given the value that stands there.
Shows = Callable[[str, Any], bool]

_AT_ONCE = 500


def payload(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, with the document that it stored, if it did."""
    said = canonical.loads(entry.payload.data)
    if entry.payload.version is not None:
        said["document"] = canonical.loads(entry.payload.version.serialized_data)
    return said


def opened(entry: Entry, shows: Shows) -> list[list[Any] | str]:
    """Return the parts of an entry's payload, those that ``shows`` does not allow as digests.

    What an erasure took is withheld from everybody: only its digest is left.
    """
    stored = entry.payload
    erased: list[str] = canonical.loads(stored.parts) if stored.parts else []
    told: list[list[Any] | str] = []
    for index, (pointer, value) in enumerate(parts(payload(entry))):
        if erased and erased[index].startswith("d"):
            told.append(erased[index][1:])
            continue
        salt = bytes.fromhex(erased[index][1:]) if erased else part_salt(bytes(stored.salt), index)
        if shows(pointer, value):
            told.append([pointer, value, salt.hex()])
        else:
            told.append(part_digest((pointer, value), salt).hex())
    return told


def shown(told: Iterable[list[Any] | str]) -> dict[str, Any]:
    """Return the parts that can be seen, by pointer."""
    return {part[0]: part[1] for part in told if not isinstance(part, str)}


def rebuilt(visible: dict[str, Any]) -> Any:
    """Return the data that these parts make; what was withheld of it is missing.

    Lists close up around missing items.
    """
    tree: Any = {}
    for pointer, value in visible.items():
        if not pointer:
            return value
        *way, last = (step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))
        place = tree
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    # An object whose keys are all numbers was a list; no key in a payload is one, except for
    # revisions in the entry of an erasure, which nobody reads from here.
    return _lists(tree)


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict) or not tree:
        return tree
    if all(key.isdecimal() for key in tree):
        return [_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _lists(value) for key, value in tree.items()}


class Prover:
    """Proves against one checkpoint, and asks the database for each node once."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._known: dict[merkle.Name, bytes] = {}

    def learn(self, sequences: Iterable[int]) -> None:
        """Fetch what the inclusion of these entries takes: a few queries for all."""
        self._fetch(
            name
            for sequence in sequences
            for subtree in merkle.inclusion(sequence, self.checkpoint.size)
            for name in merkle.cover(*subtree)
        )

    def inclusion(self, sequence: int) -> list[bytes]:
        return merkle.prove(merkle.inclusion(sequence, self.checkpoint.size), self._fetch)

    def consistency(self) -> list[tuple[Checkpoint, list[bytes]]]:
        """Return all earlier checkpoints with the proof that each grew into this one."""
        size = self.checkpoint.size
        earlier = list(Checkpoint.objects.filter(size__lt=size).order_by("size"))
        paths = [merkle.consistency(row.size, size) for row in earlier]
        self._fetch(name for path in paths for part in path for name in merkle.cover(*part))
        return [
            (row, merkle.prove(path, self._fetch)) for row, path in zip(earlier, paths, strict=True)
        ]

    def _fetch(self, names: Iterable[merkle.Name]) -> dict[merkle.Name, bytes]:
        missing = [name for name in dict.fromkeys(names) if name not in self._known]
        for start in range(0, len(missing), _AT_ONCE):
            self._known |= ledger.nodes(missing[start : start + _AT_ONCE])
        return self._known


def as_data(entry: Entry, checkpoint: Checkpoint, shows: Shows) -> dict[str, Any]:
    """Return the proof of one entry as plain data: leaf, parts, inclusion, checkpoint."""
    return {
        "format": FORMAT,
        "sequence": entry.sequence,
        "leaf": canonical.loads(entry.leaf.decode()),
        "parts": opened(entry, shows),
        "proof": [hashed.hex() for hashed in _inclusion(entry, checkpoint)],
        "checkpoint": checkpoint.note,
    }


def as_text(entry: Entry, checkpoint: Checkpoint) -> str:
    """Return the proof of one entry in the format of C2SP (tlog-proof)."""
    lines = [
        "c2sp.org/tlog-proof@v1",
        f"index {entry.sequence}",
        *(base64.b64encode(hashed).decode() for hashed in _inclusion(entry, checkpoint)),
    ]
    return "\n".join(lines) + "\n\n" + checkpoint.note


def _inclusion(entry: Entry, checkpoint: Checkpoint) -> list[bytes]:
    return ledger.prove_inclusion(entry.sequence, checkpoint.size)
