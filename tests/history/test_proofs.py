"""Proofs that leave the house: what they show and withhold, and that others can check them."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from articles import services
from articles.models import Publication
from history import canonical, digests, erasure, ledger, merkle, proofs, signing
from history.models import Checkpoint, Entry
from newsroom.models import User
from tests import factories
from tests.history.verifier import verifier

pytestmark = pytest.mark.django_db

# Words that stand inside, and that no reader may see.
SECRETS = ("Ruth Geheim", "zu eilig für eine zweite Prüfung", "says-so", "waivers")


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "de"})


@pytest.fixture
def publication() -> Publication:
    admin = factories.user("admin", first_name="Ruth", last_name="Geheim")
    piece = factories.finished(admin, headline="Die Brücke hält")
    (claim,) = piece.claims.all()
    factories.check(claim, admin, "partly")
    return services.publish(
        piece, actor=admin, waivers={"says-so": "zu eilig für eine zweite Prüfung"}
    )


@pytest.fixture
def address(publication: Publication) -> str:
    return f"{publication.public_document['address']}v/1/"


def keys() -> list[Any]:
    return [verifier.parse_key(str(signing.signer().verifier))]


class TestOpening:
    def test_what_is_shown_and_what_is_withheld_make_the_digest(self, publication) -> None:
        for entry in Entry.objects.select_related("payload__version"):
            told = proofs.opened(entry, lambda pointer, value: len(pointer) % 2 == 0)
            digest, shown, withheld = verifier.opened(told)
            assert digest == bytes(entry.digest)
            assert shown == proofs.shown(told)
            assert len(shown) + withheld == len(list(digests.parts(proofs.payload(entry))))

    def test_what_is_all_shown_can_be_built_again(self, publication) -> None:
        for entry in Entry.objects.select_related("payload__version"):
            told = proofs.opened(entry, lambda pointer, value: True)
            assert proofs.rebuilt(proofs.shown(told)) == proofs.payload(entry)

    def test_lists_close_up_around_what_is_withheld(self) -> None:
        visible = {"/a/0/b": 1, "/a/2/b": 3, "/a/10/b": 4, "/c~1d": []}
        assert proofs.rebuilt(visible) == {"a": [{"b": 1}, {"b": 3}, {"b": 4}], "c/d": []}

    def test_what_was_erased_is_withheld_and_the_rest_still_proves(self) -> None:
        asked_by, decided_by = factories.user("admin"), factories.user("admin")
        piece = factories.article(headline="Herr Ungenannt baut ab")
        asked = erasure.ask(actor=asked_by, words=["Ungenannt"], reason="Urteil vom 3. Mai")
        services.erase(asked, actor=decided_by)
        entry = Entry.objects.of(piece).select_related("payload__version").last()
        told = proofs.opened(entry, lambda pointer, value: True)
        digest, shown, withheld = verifier.opened(told)
        assert digest == bytes(entry.digest)
        assert "/document/content/headline" not in shown
        assert shown["/document/content/language"] == "de"
        assert withheld == 1

    def test_many_entries_are_proved_with_few_queries(
        self, publication, django_assert_max_num_queries
    ) -> None:
        checkpoint = ledger.issue_checkpoint()
        entries = list(Entry.objects.all())
        prover = proofs.Prover(checkpoint)
        with django_assert_max_num_queries(2):
            prover.learn(entry.sequence for entry in entries)
            found = {entry: prover.inclusion(entry.sequence) for entry in entries}
        root = signing.open_checkpoint(checkpoint.note).root
        for entry, proof in found.items():
            leaf = merkle.leaf_hash(entry.leaf)
            assert merkle.is_included(leaf, entry.sequence, checkpoint.size, proof, root)


class TestPublicProof:
    def test_the_verifier_that_we_hand_out_accepts_it(self, client, address, publication) -> None:
        proof = json.loads(client.get(f"{address}proof.json").content)
        checkpoint, shown = verifier.check_proof(proof, keys())
        assert checkpoint.size == Checkpoint.objects.get().size
        assert shown["/details/publication/sha256"] == erasure.digest_of(publication.document)
        assert proof["leaf"]["subject"] == publication.public_document["id"]

    def test_it_shows_what_speaks_of_the_publication_and_nothing_else(
        self, client, address
    ) -> None:
        response = client.get(f"{address}proof.json")
        told = json.loads(response.content)["parts"]
        assert set(proofs.shown(told)) == {
            f"/details/publication/{name}" for name in ("kind", "note", "number", "sha256")
        }
        assert any(isinstance(part, str) for part in told)
        assert [secret for secret in SECRETS if secret in response.content.decode()] == []

    @pytest.mark.parametrize("place", ["sequence", "leaf", "parts", "proof", "checkpoint"])
    def test_changed_anywhere_it_fails(self, client, address, place: str) -> None:
        proof = json.loads(client.get(f"{address}proof.json").content)
        changes = {
            "sequence": lambda p: p.update(sequence=p["sequence"] - 1),
            "leaf": lambda p: p["leaf"].update(at="2020-01-01T00:00:00.000000Z"),
            "parts": lambda p: next(x for x in p["parts"] if x[0].endswith("/number")).__setitem__(
                1, 2
            ),
            "proof": lambda p: p["proof"].append("00" * 32),
            "checkpoint": lambda p: p.update(checkpoint=p["checkpoint"].replace("\n", "\n1", 1)),
        }
        changes[place](proof)
        with pytest.raises(verifier.Refused):
            verifier.check_proof(proof, keys())

    def test_the_same_in_the_format_of_c2sp(self, client, address) -> None:
        response = client.get(f"{address}proof")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        head, _, note = response.content.decode().partition("\n\n")
        first, index, *hashes = head.split("\n")
        assert first == "c2sp.org/tlog-proof@v1"
        sequence = int(index.removeprefix("index "))
        checkpoint = verifier.open_checkpoint(note, keys())
        root = verifier.root_of_inclusion(
            merkle.leaf_hash(Entry.objects.get(pk=sequence).leaf),
            sequence,
            checkpoint.size,
            [base64.b64decode(one, validate=True) for one in hashes],
        )
        assert root == checkpoint.root

    def test_it_stays_the_same_when_the_ledger_grows(self, client, address) -> None:
        before = [client.get(f"{address}{name}").content for name in ("proof", "proof.json")]
        factories.article()
        ledger.issue_checkpoint()
        assert before == [
            client.get(f"{address}{name}").content for name in ("proof", "proof.json")
        ]

    def test_it_costs_few_queries(self, client, address, django_assert_max_num_queries) -> None:
        ledger.issue_checkpoint()
        for name in ("proof", "proof.json"):
            with django_assert_max_num_queries(6):
                client.get(f"{address}{name}")

    def test_a_former_address_leads_to_the_present_one(self, client, address, publication) -> None:
        short = address.replace("/0", "/") if "/0" in address else address.replace("/20", "/020")
        response = client.get(f"{short}proof.json")
        assert (response.status_code, response["Location"]) == (301, f"{address}proof.json")

    @pytest.mark.parametrize("number", [0, 2, 99999999999999999999])
    def test_what_was_not_published_has_no_proof(self, client, address, number: int) -> None:
        for name in ("proof", "proof.json"):
            assert client.get(f"{address[:-2]}{number}/{name}").status_code == 404


class TestPage:
    def test_the_page_says_since_when_and_links_its_proofs(self, client, address) -> None:
        checkpoint = ledger.issue_checkpoint()
        for page in (address, address.removesuffix("v/1/")):
            content = client.get(page).content.decode()
            assert f"{checkpoint.size}" in content.partition('class="proof-line')[2]
            for name in ("proof", "proof.json"):
                assert f'href="{address}{name}"' in content

    def test_without_a_checkpoint_it_claims_nothing(self, client, address) -> None:
        assert b"proof-line" not in client.get(address).content


@pytest.mark.django_db(transaction=True)
class TestPublishing:
    def test_a_checkpoint_is_issued_once_the_publication_is_committed(self) -> None:
        admin = factories.user("admin")
        services.publish(factories.finished(admin), actor=admin)
        assert Checkpoint.objects.get().size == ledger.size()

    def test_a_refused_publication_issues_none(self) -> None:
        admin = factories.user("admin")
        with pytest.raises(services.GateClosed):
            services.publish(factories.article(body="<p>Das liest keiner.</p>"), actor=admin)
        assert not Checkpoint.objects.exists()

    def test_a_broken_key_does_not_undo_a_publication(self, settings) -> None:
        admin = factories.user("admin")
        piece = factories.finished(admin)
        settings.NEWSROOM = settings.NEWSROOM | {"LEDGER_KEY": "no key"}
        services.publish(piece, actor=admin)
        assert piece.publications.count() == 1


class TestWellKnown:
    def test_the_first_checkpoint_is_issued_on_demand_and_then_stays(self, client) -> None:
        factories.section()
        first = client.get("/.well-known/newsroom-checkpoint")
        assert first["Content-Type"] == "text/plain; charset=utf-8"
        assert signing.open_checkpoint(first.content.decode()).size == ledger.size()
        factories.section()
        assert client.get("/.well-known/newsroom-checkpoint").content == first.content
        ledger.issue_checkpoint()
        latest = client.get("/.well-known/newsroom-checkpoint").content.decode()
        assert signing.open_checkpoint(latest).size == ledger.size()

    def test_a_stored_checkpoint_takes_one_query(self, client, django_assert_num_queries) -> None:
        factories.section()
        ledger.issue_checkpoint()
        with django_assert_num_queries(1):
            client.get("/.well-known/newsroom-checkpoint")

    def test_an_empty_ledger_has_a_checkpoint_too(self, client) -> None:
        note = client.get("/.well-known/newsroom-checkpoint").content.decode()
        assert signing.open_checkpoint(note) == signing.Head(
            signing.signer().name, ledger.size(), ledger.root(ledger.size())
        )

    def test_keys_are_told_today_s_first(self, client, settings, django_assert_num_queries) -> None:
        retired = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        settings.NEWSROOM = settings.NEWSROOM | {"RETIRED_LEDGER_KEYS": [retired]}
        with django_assert_num_queries(0):
            told = client.get("/.well-known/newsroom-ledger-key").content.decode().splitlines()
        assert told == [str(signing.signer().verifier), retired]

    def test_only_reading_is_possible(self, client) -> None:
        for name in ("newsroom-checkpoint", "newsroom-ledger-key"):
            assert client.post(f"/.well-known/{name}").status_code == 405


def test_leaves_are_written_alike_by_both() -> None:
    factories.article(actor=User.objects.system(), headline="„Größe“ \N{BUS}")
    for entry in Entry.objects.all():
        assert verifier.leaf_hash(canonical.loads(entry.leaf.decode())) == merkle.leaf_hash(
            entry.leaf
        )
