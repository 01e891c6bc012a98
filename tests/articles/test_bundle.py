"""Audit bundles: complete, redacted, damaged and hostile ones, checked by the program inside."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from articles import bundle, services
from articles.disclosure import Disclosure
from articles.models import Article
from claims import services as claims
from history import canonical, erasure, ledger, proofs, signing
from history.bundle import VERIFIER
from history.models import Checkpoint, Entry
from newsroom.models import User
from sources import services as sources
from tests import factories
from tests.history.verifier import verifier

pytestmark = pytest.mark.django_db

BODY = (
    "<p>Mehr als 5000 Menschen kamen. Das sagte die Polizei.</p>"
    "<p>Der Bürgermeister wusste davon. Im Rat sprach niemand.</p>"
)
# What a redacted bundle may show nowhere, and what of it stands in a complete one.
CANARIES = {
    "actor": "Ruth Kanarienvogel",
    "comment": "Bemerkung-Kanarienvogel",
    "note of a check": "Befund-Kanarienvogel",
    "note of a citation": "Notiz-Kanarienvogel",
    "statement that a confidential source supports": "Aussage-Kanarienvogel",
    "attribution of it": "Zuschreibung-Kanarienvogel",
    "notes about a source": "Quellennotiz-Kanarienvogel",
    "interests of a source": "Vorstand-Kanarienvogel",
    "private bibliographic data": "Schlagwort-Kanarienvogel",
    "source that is cited in confidence": "Titel-Kanarienvogel",
    "quote that was open once": "Zitat-Kanarienvogel",
    "locator that was open once": "Fundort-Kanarienvogel",
    "reason of a waiver": "Ausnahme-Kanarienvogel",
    "handing on": "Weitergabe-Kanarienvogel",
    "copy of a source": "Mitschrift-Kanarienvogel",
    "withdrawn claim": "Rückzug-Kanarienvogel",
}
SEALED = {
    "identity": "Name-Kanarienvogel",
    "contact of a named source": "Kontakt-Kanarienvogel",
    "sealed quote": "Geständnis-Kanarienvogel",
}


@pytest.fixture
def admin() -> User:
    return factories.user("admin", first_name="Ruth", last_name="Kanarienvogel")


@pytest.fixture
def piece(admin: User) -> Article:
    """A piece with three publications and with something of everything that is withheld."""
    says = CANARIES
    piece = factories.article(
        admin,
        slug="platz",
        body=BODY,
        bylines=[factories.person()],
        tags=[factories.tag()],
        comment=says["comment"],
    )
    report = factories.source(
        csl={
            "type": "report",
            "title": "Lagebericht der Polizei",
            "note": says["private bibliographic data"],
        },
        contact=SEALED["contact of a named source"],
        interests=says["interests of a source"],
        notes=says["notes about a source"],
    )
    copy = sources.capture(
        report,
        f"5000 Menschen, {says['copy of a source']}".encode(),
        actor=admin,
        media_type="text/plain",
    )
    secret = factories.source(tier="confidential", kind="person", csl={"title": SEALED["identity"]})
    witness = factories.source(
        tier="described",
        kind="person",
        description="ein Mensch, der im Rat saß",
        csl={"title": SEALED["identity"]},
    )
    sources.capture(secret, b"Tonband", actor=admin, media_type="text/plain")
    veiled = factories.source(csl={"title": says["source that is cited in confidence"]})
    counted = factories.claim(piece)
    factories.citation(
        counted, report, capture=copy, quote="5000 Menschen", note=says["note of a citation"]
    )
    knew = factories.claim(
        piece,
        "Der Bürgermeister wusste davon",
        statement=says["statement that a confidential source supports"],
        attribution=says["attribution of it"],
    )
    open_once = factories.citation(
        knew,
        veiled,
        quote=says["quote that was open once"],
        locator=says["locator that was open once"],
    )
    claims.change_citation(open_once, actor=admin, tier="confidential")
    factories.citation(knew, secret, quote=SEALED["sealed quote"])
    silent = factories.claim(piece, "Im Rat sprach niemand")
    factories.citation(silent, witness, quote="Da war es still")
    gone = factories.claim(piece, "Das sagte die Polizei", statement=says["withdrawn claim"])
    claims.withdraw_claim(gone, actor=admin)
    for claim in (counted, knew, silent):
        factories.check(claim, admin, note=says["note of a check"])
    services.set_state(piece, actor=admin, state="check", comment=says["handing on"])
    claims.read_sentences(piece, actor=admin)
    services.publish(piece, actor=admin)
    ledger.issue_checkpoint()
    factories.check(counted, admin, "partly")
    services.publish(
        piece,
        actor=admin,
        kind="update",
        note="Die Zahl ist unsicher.",
        waivers={"says-so": says["reason of a waiver"]},
    )
    ledger.issue_checkpoint()
    factories.check(counted, admin)
    services.publish(
        piece,
        actor=admin,
        kind="correction",
        note="Die Zahl stimmt.",
        corrections=[services.Wrong("Die Zahl sei unsicher.", "Sie ist belegt.")],
    )
    # Something of others stands between ours, and after.
    factories.article(admin, headline="Etwas anderes")
    return piece


def written(piece: Article, **options: Any) -> bytes:
    file = io.BytesIO()
    bundle.write(piece, file, **options)
    return file.getvalue()


def members(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def resealed(files: dict[str, bytes]) -> bytes:
    """Return a bundle whose manifest agrees with its members, as a forger would make it."""
    manifest = json.loads(files["manifest.json"])
    manifest["members"] = {
        name: [sha256(content).hexdigest(), len(content)]
        for name, content in files.items()
        if name != "manifest.json"
    }
    return packed({**files, "manifest.json": canonical.dumps(manifest).encode()})


@pytest.fixture
def verify(tmp_path: Path, capsys: Any) -> Callable[..., tuple[int, str]]:
    """Return a function that runs the verifier on bytes: exit status and what it printed."""

    def run(content: bytes, *arguments: str) -> tuple[int, str]:
        path = tmp_path / "bundle.zip"
        path.write_bytes(content)
        capsys.readouterr()
        status = verifier.main([str(path), *arguments])
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def key() -> str:
    return str(signing.signer().verifier)


class TestCompleteBundle:
    def test_it_verifies_and_says_what_is_proved_and_what_is_not(self, piece, verify) -> None:
        status, told = verify(written(piece), "--key", key())
        assert status == 0, told
        assert told.startswith("VALID\n")
        own = Entry.objects.of(piece).count()
        assert f"{own} of them about {piece.pk}" in told
        assert "3 publications" in told
        assert "copies of sources (1)" in told
        assert "only grew since 2 earlier checkpoints" in told
        assert "Whose key it is" not in told
        assert "only a checkpoint that somebody else kept shows that" in told

    def test_it_holds_every_entry_document_and_publication(self, piece) -> None:
        files = members(written(piece))
        for entry in Entry.objects.of(piece).select_related("payload__version"):
            told = json.loads(files[f"entries/{entry.sequence:08d}.json"])
            assert told["data"] == json.loads(entry.payload.data)
            if entry.payload.version:
                stored = files[f"documents/{entry.sequence:08d}.json"].decode()
                assert stored == entry.payload.version.serialized_data
        for publication in piece.publications.all():
            assert files[f"publications/{publication.number}.json"].decode() == publication.document

    def test_it_holds_copies_of_named_sources_alone(self, piece) -> None:
        files = members(written(piece))
        copies = {name: files[name] for name in files if name.startswith("captures/")}
        (content,) = copies.values()
        assert content.startswith(b"5000 Menschen")
        assert list(copies) == [f"captures/{sha256(content).hexdigest()}"]

    def test_what_is_sealed_stays_sealed(self, piece) -> None:
        everything = b"".join(members(written(piece)).values()).decode(errors="replace")
        assert [name for name, canary in SEALED.items() if canary in everything] == []
        assert [name for name, canary in CANARIES.items() if canary not in everything] == []

    def test_the_same_ledger_gives_the_same_bytes(self, piece) -> None:
        assert written(piece) == written(piece)
        assert written(piece, redacted=True) == written(piece, redacted=True)

    def test_a_checkpoint_kept_elsewhere_proves_that_nothing_was_rewritten(
        self, piece, verify, tmp_path
    ) -> None:
        paths = []
        for row in Checkpoint.objects.all():
            path = tmp_path / f"{row.size}.txt"
            path.write_text(row.note)
            paths += ["--checkpoint", str(path)]
        status, told = verify(written(piece), *paths)
        assert status == 0, told
        assert told.count("was rewritten since") == 2

    def test_without_a_key_it_says_that_the_key_proves_nothing(self, piece, verify) -> None:
        status, told = verify(written(piece))
        assert status == 0
        assert "Whose key it is: it came with the file. Compare it" in told
        assert key() in told

    def test_the_published_revisions_alone_verify_too(self, piece, verify) -> None:
        content = written(piece, revisions="published")
        status, told = verify(content)
        assert status == 0, told
        assert "What happened between publications" in told
        # Three publications of one revision each, and of the piece's checks, new documents.
        own = [name for name in members(content) if name.startswith("entries/")]
        assert 3 < len(own) < Entry.objects.of(piece).count()

    def test_a_piece_that_was_never_published_has_a_bundle(self, admin, verify) -> None:
        status, told = verify(written(factories.article(admin)))
        assert (status, "0 publications" in told) == (0, True)

    def test_pieces_with_erased_words_verify(self, piece, verify) -> None:
        asked = erasure.ask(
            actor=factories.user("admin"), words=["Bürgermeister", "unsicher"], reason="Urteil"
        )
        services.erase(asked, actor=factories.user("admin"))
        for options in ({}, {"redacted": True}, {"revisions": "published"}):
            content = written(piece, **options)
            status, told = verify(content)
            assert status == 0, told
            assert "Words were erased from 3 publications" in told
            everything = b"".join(members(content).values()).decode()
            assert "Bürgermeister" not in everything


class TestDamage:
    """Whatever is changed in a bundle, the verifier names the member."""

    def test_a_bit_flipped_in_any_member_is_found_there(self, piece, verify) -> None:
        files = members(written(piece))
        assert len(files) > 20
        for name, content in files.items():
            at = len(content) // 2
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            status, told = verify(packed({**files, name: flipped}))
            assert (status, told.count("NOT VALID")) == (1, 1), name
            assert re.search(rf"^{re.escape(name)}: ", told, re.MULTILINE), (name, told)

    def test_a_bit_flipped_in_the_packed_bytes_of_any_member_is_found_there(
        self, piece, verify
    ) -> None:
        content = written(piece)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
        for info in infos:
            start = info.header_offset + 30 + len(info.filename)
            at = start + info.compress_size // 2
            flipped = content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]
            status, told = verify(flipped)
            assert status == 1, (info.filename, told)
            assert f"{info.filename}: " in told

    @pytest.mark.parametrize("redacted", [False, True])
    def test_a_forger_who_writes_a_new_manifest_is_found_as_well(
        self, piece, verify, redacted
    ) -> None:
        files = members(written(piece, redacted=redacted))
        # The report and the program are not proved, and the verifier says so.
        proved = set(files) - {"manifest.json", "report.html", "verify_bundle.py"}
        for name in sorted(proved):
            content = files[name]
            at = len(content) // 2
            flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            status, told = verify(resealed({**files, name: flipped}))
            assert status == 1, name
            if not name.startswith("documents/"):
                assert f"{name}: " in told, (name, told)

    @pytest.mark.parametrize("kind", ["entries", "documents", "publications", "report.html"])
    def test_a_missing_member_is_missed(self, piece, verify, kind: str) -> None:
        files = members(written(piece))
        name = next(name for name in files if name.startswith(kind))
        rest = {n: content for n, content in files.items() if n != name}
        status, told = verify(packed(rest))
        assert (status, f"{name}: is listed in manifest.json and missing" in told) == (1, True)

    def test_a_publication_that_is_left_out_is_missed_even_by_a_new_manifest(
        self, piece, verify
    ) -> None:
        files = members(written(piece))
        del files["publications/2.json"]
        status, told = verify(resealed(files))
        assert (status, "publications/2.json: was published and is missing" in told) == (1, True)

    def test_a_publication_that_was_never_made_is_found(self, piece, verify) -> None:
        files = members(written(piece))
        forged = json.loads(files["publications/1.json"]) | {"number": 4}
        files["publications/4.json"] = canonical.dumps(forged).encode()
        status, told = verify(resealed(files))
        assert (status, "publications/4.json: is not what was published" in told) == (1, True)

    def test_a_copy_that_no_entry_speaks_of_is_found(self, piece, verify) -> None:
        name = f"captures/{sha256(b'forged').hexdigest()}"
        status, told = verify(resealed(members(written(piece)) | {name: b"forged"}))
        assert (status, f"{name}: is a copy that no entry speaks of" in told) == (1, True)

    def test_another_key_is_not_accepted(self, piece, verify) -> None:
        content = written(piece)
        stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        status, told = verify(content, "--key", stranger)
        assert status == 1
        assert "keys.txt: holds none of the keys that you gave" in told
        assert "checkpoint.txt: is signed by none of the keys" in told

    def test_a_ledger_that_was_rewritten_does_not_stand_beside_a_kept_checkpoint(
        self, piece, verify, tmp_path
    ) -> None:
        signer = signing.signer()
        size = Checkpoint.objects.order_by("size").first().size
        kept = tmp_path / "kept.txt"
        kept.write_text(signer.sign(str(signing.Head(signer.name, size, bytes(32)))))
        status, told = verify(written(piece), "--checkpoint", str(kept))
        assert (status, "kept.txt: was signed for another ledger" in told) == (1, True)
        kept.write_text(signer.sign(str(signing.Head(signer.name, 3, ledger.root(3)))))
        status, told = verify(written(piece), "--checkpoint", str(kept))
        assert (status, "kept.txt: was signed for 3 entries" in told) == (1, True)

    def test_a_younger_checkpoint_cannot_be_compared(self, piece, verify, tmp_path) -> None:
        content = written(piece)
        factories.article()
        kept = tmp_path / "kept.txt"
        kept.write_text(ledger.issue_checkpoint().note)
        status, told = verify(content, "--checkpoint", str(kept))
        assert (status, "ask for a newer bundle" in told) == (2, True)

    def test_an_entry_that_is_tampered_with_in_the_database_shows(self, piece, verify) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "UPDATE history_payload SET data = replace(data, 'partly', 'supported')"
                ' WHERE data LIKE \'%%"verdict":"partly"%%\' RETURNING entry_id'
            )
            ((entry,),) = cursor.fetchall()
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        for redacted in (False, True):
            status, told = verify(written(piece, redacted=redacted))
            assert status == 1
            assert f"entries/{entry:08d}.json: does not commit to what is shown of it" in told


class TestHostileBundles:
    @pytest.mark.parametrize(
        "name",
        [
            "../evil",
            "/etc/passwd",
            "entries/../../evil.json",
            "entries/1.json",
            "captures/evil",
            "C:\\evil",
            "documents/",
            "\x1b[2Jevil",
        ],
    )
    def test_members_with_names_of_their_own_are_refused(self, small, verify, name: str) -> None:
        status, told = verify(packed({**small, name: b"x"}))
        assert status == 1
        assert "has no place in a bundle" in told
        assert "\x1b" not in told

    def test_a_member_that_is_there_twice_is_refused(self, piece, verify) -> None:
        file = io.BytesIO(written(piece))
        with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("report.html", b"another")
        status, told = verify(file.getvalue())
        assert (status, "report.html: is there twice" in told) == (1, True)

    def test_what_would_unpack_to_too_much_is_not_unpacked(
        self, piece, verify, monkeypatch
    ) -> None:
        files = members(written(piece)) | {"consistency.json": b" " * 10_000_000}
        monkeypatch.setattr(verifier, "MAX_TEXT", 5_000_000)
        status, told = verify(packed(files))
        assert (status, "consistency.json: is larger than" in told) == (1, True)
        monkeypatch.setattr(verifier, "MAX_TOTAL", 5_000_000)
        assert verify(packed(files))[0] == 2
        monkeypatch.setattr(verifier, "MAX_MEMBERS", 5)
        assert verify(packed(files))[0] == 2

    def test_members_of_any_content_are_refused_and_named(self, verify, small) -> None:
        contents = (
            b"",
            b"null",
            b"[7]",
            b"{}",
            b"7",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a":1,"a":2}',
            b'{"sequence":NaN}',
            b'[{"checkpoint":7,"proof":[]}]',
            b'{"\\ud800":"\\ud800","leaf":{"v":1}}',
            b"9" * 5000,
        )
        for kind in ("manifest.json", "consistency.json", "entries/", "keys.txt", "checkpoint"):
            name = next(name for name in small if name.startswith(kind))
            pack = packed if name == "manifest.json" else resealed
            for content in contents:
                status, told = verify(pack({**small, name: content}))
                assert (status, f"{name}: " in told) == (1, True), (name, content[:40], told)

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04", b"\x00" * 100, b"[]"])
    def test_what_is_no_bundle_is_bad_input(self, verify, content: bytes) -> None:
        assert verify(content)[0] == 2

    def test_a_file_that_is_not_there_is_bad_input(self, tmp_path) -> None:
        assert verifier.main([str(tmp_path / "missing.zip")]) == 2


@pytest.fixture
def small(admin: User) -> Iterator[dict[str, bytes]]:
    return members(written(factories.article(admin)))


class TestRedactedBundle:
    @pytest.mark.parametrize("revisions", ["all", "published"])
    def test_it_verifies_and_holds_nothing_that_is_to_be_withheld(
        self, piece, verify, revisions
    ) -> None:
        content = written(piece, redacted=True, revisions=revisions)
        status, told = verify(content, "--key", key())
        assert status == 0, told
        assert "parts are withheld or were erased" in told
        everything = b"".join(members(content).values()).decode() + told
        # An earlier revision claimed it, and was asked for.
        shown = {CANARIES["withdrawn claim"]} if revisions == "all" else set()
        assert set(re.findall(r"[\w-]*Kanarienvogel", everything)) == shown
        assert "v1:" not in everything

    def test_it_still_proves_text_publications_and_verdicts(self, piece) -> None:
        files = members(written(piece, redacted=True))
        latest = max(Entry.objects.of(piece).revisions(), key=lambda entry: entry.sequence)
        entry = json.loads(files[f"entries/{latest.sequence:08d}.json"])
        visible = proofs.rebuilt(proofs.shown(entry["parts"]))["document"]
        assert "".join(visible["content"]["body"]) == Article.objects.get(pk=piece.pk).body
        assert visible["content"]["headline"] == piece.headline
        counted = visible["content"]["claims"][0]
        assert counted["statement"] == "Mehr als 5000 Menschen kamen"
        assert counted["citations"][0]["quote"] == "5000 Menschen"
        assert [check["verdict"] for check in visible["record"]["checks"]][-1] == "supported"
        assert {name for name in files if name.startswith("publications/")} == {
            f"publications/{number}.json" for number in (1, 2, 3)
        }

    def test_sources_that_are_not_named_are_not_in_it_at_all(self, piece) -> None:
        files = members(written(piece, redacted=True))
        told = {
            json.loads(content)["leaf"]["subject"]
            for name, content in files.items()
            if name.startswith("entries/")
        }
        named = [
            str(citation.source_id)
            for claim in piece.claims.all()
            for citation in claim.citations.all()
            if citation.tier == "named"
        ]
        assert told == {str(piece.pk), *named}
        assert not any(name.startswith(("captures/", "documents/")) for name in files)

    def test_withheld_citations_do_not_even_name_their_source(self, piece) -> None:
        everything = b"".join(members(written(piece, redacted=True)).values()).decode()
        for claim in piece.claims.all():
            for citation in claim.citations.exclude(tier="named"):
                assert str(citation.source_id) not in everything
                assert str(citation.pk) not in everything

    def test_new_fields_are_withheld_until_somebody_lists_them(self) -> None:
        document = {"content": {"claims": []}, "record": {"withdrawn": []}}
        shows = Disclosure([], {}).of_piece(Entry(), {"document": document})
        assert shows("/document/content/headline", "Tausende")
        assert shows("/document/content/claims", [])
        for pointer in (
            "/actor",
            "/comment",
            "/summary/0/0",
            "/anything",
            "/document/anything",
            "/document/content/anything",
            "/document/content/claims/0/anything",
            "/document/content/claims/0/citations/0/note",
            "/document/record/checks/0/snapshot/statement",
            "/details/publication/waivers",
        ):
            assert not shows(pointer, "x")

    def test_a_citation_that_came_back_stricter_is_withheld_where_it_was_open(self) -> None:
        def revision(key: str, tier: str) -> dict[str, Any]:
            citation = {"id": key, "source": "s", "tier": tier}
            claim = {"id": "c", "citations": [citation]}
            return {"content": {"claims": [claim]}, "record": {"withdrawn": []}}

        old, new = revision("one", "named"), revision("two", "confidential")
        shows = Disclosure([old, new], {"s": "named"}).of_piece(Entry(), {"document": old})
        for name in ("citations/0/quote", "citations/0/source", "statement", "attribution"):
            assert not shows(f"/document/content/claims/0/{name}", "x")
        alone = Disclosure([old], {"s": "named"}).of_piece(Entry(), {"document": old})
        assert alone("/document/content/claims/0/citations/0/quote", "x")
        stricter = Disclosure([old], {"s": "described"}).of_piece(Entry(), {"document": old})
        assert not stricter("/document/content/claims/0/citations/0/quote", "x")


class TestReport:
    def test_it_tells_a_lawyer_what_happened(self, piece) -> None:
        report = members(written(piece, language="de"))["report.html"].decode()
        for told in (
            piece.headline,
            "Ruth Kanarienvogel",
            "Die Zahl sei unsicher.",
            "Sie ist belegt.",
            "Die Zahl stimmt.",
            "Mehr als 5000 Menschen kamen",
            "Lagebericht der Polizei",
            "ein Mensch, der im Rat saß",
            str(piece.pk),
            key(),
        ):
            assert told in report

    def test_it_is_in_the_language_that_is_asked_for(self, piece) -> None:
        english = members(written(piece, language="en"))["report.html"].decode()
        assert '<html lang="en">' in english
        assert "Who did what, and when" in english
        assert '<html lang="de">' in members(written(piece))["report.html"].decode()

    def test_it_needs_nothing_beside_it(self, piece) -> None:
        report = members(written(piece))["report.html"].decode()
        assert re.findall(r"\b(?:src|href)=|url\(|@import|<script|<link", report) == []

    def test_hostile_words_stay_words(self, admin) -> None:
        piece = factories.article(admin, headline="<script>alert(1)</script>")
        report = members(written(piece))["report.html"].decode()
        assert "<script>" not in report
        assert "&lt;script&gt;alert(1)" in report


class TestCommand:
    def test_it_writes_a_bundle_that_verifies_by_the_program_inside(self, piece, tmp_path) -> None:
        path = tmp_path / "platz.zip"
        call_command("bundle", "platz", "-o", str(path), "--redacted", verbosity=0)
        assert path.stat().st_mode & 0o077 == 0
        program = tmp_path / "verify_bundle.py"
        with zipfile.ZipFile(path) as archive:
            program.write_bytes(archive.read("verify_bundle.py"))
        # As an auditor runs it: elsewhere, and with nothing of ours to import.
        ran = subprocess.run(
            [sys.executable, "-I", str(program), str(path), "--key", key()],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert ran.stdout.startswith("VALID\n")

    def test_a_former_address_will_do(self, piece, admin, tmp_path) -> None:
        services.save_article(piece, actor=admin, slug="neuer-platz")
        call_command("bundle", "platz", "--output", str(tmp_path / "b.zip"), verbosity=0)
        assert (tmp_path / "b.zip").exists()

    def test_bad_input_is_told_with_status_2_and_leaves_nothing(self, piece, tmp_path) -> None:
        for slug, path in (("nichts", tmp_path / "b.zip"), ("platz", tmp_path / "no" / "b.zip")):
            with pytest.raises(CommandError) as caught:
                call_command("bundle", slug, "-o", str(path))
            assert caught.value.returncode == 2
        assert [path for path in tmp_path.iterdir() if path.is_file()] == []

    def test_a_piece_s_bundle_is_made_with_few_queries_a_batch(
        self, piece, django_assert_max_num_queries
    ) -> None:
        ledger.issue_checkpoint()
        with django_assert_max_num_queries(40):
            written(piece, redacted=True)


class TestSingleProof:
    def test_a_proof_from_a_page_is_checked_by_the_same_program(
        self, piece, client, verify
    ) -> None:
        address = f"{piece.publications.get(number=2).public_document['address']}v/2/proof.json"
        proof = client.get(address).content
        status, told = verify(proof, "--key", key())
        assert status == 0, told
        assert "'Die Zahl ist unsicher.'" in told
        assert verify(proof)[0] == 2
        assert verify(proof.replace(b"unsicher", b"gewiss"), "--key", key())[0] == 1


def test_the_program_uses_nothing_of_ours() -> None:
    text = VERIFIER.read_text()
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names) | {"cryptography"}


def test_a_key_that_is_none_is_bad_input(small, verify) -> None:
    assert verify(packed(small), "--key", "no key")[0] == 2
