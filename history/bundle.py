"""Bundles: entries with all that proves them, in a zip that is checked without us.

What a bundle is about is decided above; this writes it. The same ledger and
the same request give the same bytes: members have no times of their own.

==========================  ===========================================================
``manifest.json``           what it is about, and the SHA-256 and size of every member
``entries/<number>.json``   leaf, proof, and the payload: whole, or in parts
``documents/<number>.json`` the document that an entry stored, where nothing is withheld
``publications/<n>.json``   what was published, to the byte
``captures/<sha256>``       copies of sources
``checkpoint.txt``          the signed checkpoint that everything is proved against
``consistency.json``        all earlier checkpoints, each with its proof
``keys.txt``                verifier keys, today's first
``report.html``             the same for people
``verify_bundle.py``        the program that checks it
==========================  ===========================================================
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import IO, Any

from . import canonical, proofs, signing
from .models import Checkpoint, Entry

FORMAT = "newsroom-bundle@1"
VERIFIER = Path(__file__).resolve().parent.parent / "docs" / "verify_bundle.py"

_BATCH = 200
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def everything(pointer: str, value: Any) -> bool:
    return True


class Bundle:
    """A bundle that is being written. Complete only after ``finish``."""

    def __init__(self, file: IO[bytes], checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._prover = proofs.Prover(checkpoint)
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._members: dict[str, tuple[str, int]] = {}

    def add(self, name: str, content: bytes | str | Iterable[bytes], size: int = 0) -> None:
        """Add a member; ``size`` is what is expected of one that comes in pieces."""
        if isinstance(content, str):
            content = content.encode()
        if isinstance(content, bytes):
            size, content = len(content), [content]
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
        info.external_attr, info.file_size = 0o644 << 16, size
        hashed, written = sha256(), 0
        with self._zip.open(info, "w") as member:
            for chunk in content:
                member.write(chunk)
                hashed.update(chunk)
                written += len(chunk)
        self._members[name] = (hashed.hexdigest(), written)

    def add_entries(
        self,
        entries: Iterable[Entry],
        shows: Callable[[Entry, dict[str, Any]], proofs.Shows | None],
    ) -> Iterator[tuple[Entry, dict[str, Any]]]:
        """Add entries one by one as this is iterated; yield each with what is shown of it.

        ``shows(entry, payload)`` says which parts may be seen; ``None``: all.
        """
        rest = iter(entries)
        while batch := list(islice(rest, _BATCH)):
            self._prover.learn(entry.sequence for entry in batch)
            for entry in batch:
                payload = proofs.payload(entry)
                yield entry, self._add_entry(entry, payload, shows(entry, payload))

    def _add_entry(
        self, entry: Entry, payload: dict[str, Any], shows: proofs.Shows | None
    ) -> dict[str, Any]:
        number = f"{entry.sequence:08d}"
        written: dict[str, Any] = {
            "sequence": entry.sequence,
            "leaf": canonical.loads(entry.leaf.decode()),
            "proof": [hashed.hex() for hashed in self._prover.inclusion(entry.sequence)],
        }
        stored = entry.payload
        if shows is None and not stored.parts:
            # Whole payloads go with their one salt: that is a tenth of the size.
            written["salt"] = bytes(stored.salt).hex()
            written["data"] = canonical.loads(stored.data)
            written["document"] = stored.version is not None
            if stored.version is not None:
                self.add(f"documents/{number}.json", stored.version.serialized_data)
            visible = payload
        else:
            written["parts"] = proofs.opened(entry, shows or everything)
            visible = proofs.rebuilt(proofs.shown(written["parts"]))
        self.add(f"entries/{number}.json", canonical.dumps(written))
        return visible

    def finish(self, **about: Any) -> None:
        """Add what proves the entries and what says what there is, and close the bundle."""
        self.add("checkpoint.txt", self.checkpoint.note)
        rows = [
            {"checkpoint": row.note, "proof": [hashed.hex() for hashed in proof]}
            for row, proof in self._prover.consistency()
        ]
        self.add("consistency.json", canonical.dumps(rows))
        self.add("keys.txt", "".join(f"{verifier}\n" for verifier in signing.verifiers()))
        self.add("verify_bundle.py", VERIFIER.read_bytes())
        members = {name: list(told) for name, told in self._members.items()}
        manifest = {"format": FORMAT, "members": members, **about}
        self.add("manifest.json", canonical.dumps(manifest))
        self._zip.close()
