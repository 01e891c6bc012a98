import json
import os
import stat
from hashlib import sha256

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction

from history import canonical, revisions
from history.acts import act
from history.models import Entry
from sources import document, sealing, services
from sources.keys import KeyMissing, KeyStore, key_store
from sources.models import Capture, Source, capture_storage
from tests import factories

pytestmark = pytest.mark.django_db

NAME = "Erika Musterfrau-Geheim"


@pytest.fixture
def admin():
    return factories.user("admin")


@pytest.fixture
def confidential(admin):
    return services.create_source(
        actor=admin,
        tier="confidential",
        kind="person",
        csl={"type": "interview", "author": [{"literal": NAME}]},
        contact="0151 2345678",
        notes="Treffen nur abends",
    )


def everything_stored() -> str:
    """Return all text that stands in any table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_a_named_source_stands_in_clear_and_is_documented(admin) -> None:
    source = services.create_source(actor=admin, csl={"type": "book", "title": "Überfahrt"})
    assert Source.objects.matching("überf").get() == source
    stored = revisions.document(source)
    assert stored["content"]["csl"] == {"type": "book", "title": "Überfahrt"}
    assert revisions.document_text(source) == canonical.dumps(document.write(source.pk))


def test_who_a_confidential_source_is_stands_in_no_table(confidential) -> None:
    stored = everything_stored()
    for secret in (NAME, "0151 2345678", "Treffen nur abends"):
        assert secret not in stored
    fresh = Source.objects.get(pk=confidential.pk)
    assert fresh.identity["csl"]["author"] == [{"literal": NAME}]
    assert fresh.identity["contact"] == "0151 2345678"
    assert NAME not in str(fresh)
    assert NAME not in repr(fresh)


def test_a_confidential_source_is_not_found_and_not_offered(confidential) -> None:
    assert not Source.objects.matching("Erika").exists()
    reporter = factories.user("reporter")
    assert not Source.objects.offered_to(reporter).filter(pk=confidential.pk).exists()
    assert Source.objects.offered_to(factories.user("admin")).filter(pk=confidential.pk).exists()


def test_what_is_sealed_opens_nowhere_else(confidential) -> None:
    sealed = confidential.sealed
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed, source=confidential.pk, place="contact")
    damaged = sealed[:-8] + ("A" if sealed[-8] != "A" else "B") + sealed[-7:]
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(damaged, source=confidential.pk, place="identity")
    with pytest.raises(sealing.SealBroken):
        sealing.unseal("v9:AAAA", source=confidential.pk, place="identity")


def test_destroying_the_key_erases_the_identity_from_old_revisions_too(confidential, admin) -> None:
    services.save_source(confidential, actor=admin, identity={"csl": {"title": "anders"}})
    key_store().destroy(confidential.pk)
    for number in (1, 2):
        sealed = revisions.document(confidential, number)["content"]["sealed"]
        with pytest.raises(KeyMissing):
            sealing.unseal(sealed, source=confidential.pk, place="identity")
    with pytest.raises(KeyMissing):
        _ = Source.objects.get(pk=confidential.pk).identity


def test_saving_an_unchanged_identity_makes_no_revision(confidential, admin) -> None:
    entries = Entry.objects.count()
    services.save_source(confidential, actor=admin, identity=confidential.identity)
    assert Entry.objects.count() == entries


def test_a_named_source_cannot_become_protected_nor_the_other_way_round(
    confidential, admin
) -> None:
    named = factories.source(admin)
    for source, tier in ((named, "confidential"), (confidential, "named")):
        source.tier = tier
        with pytest.raises(ValidationError, match=r"erasure|Löschung"):
            services.save_source(source, actor=admin)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"csl": {"title": "offen"}}, "source_identity_sealed_unless_named"),
        ({"notes": "offen"}, "source_identity_sealed_unless_named"),
        ({"description": "jemand"}, "source_confidential_undescribed"),
        ({"tier": "described"}, "source_described_has_description"),
    ],
)
def test_the_database_refuses_an_identity_in_clear(confidential, changes, constraint) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Source.objects.filter(pk=confidential.pk).update(**changes)


def test_a_described_source_needs_words_for_readers(admin) -> None:
    with pytest.raises(ValidationError):
        services.create_source(actor=admin, tier="described", csl={"title": "X"})


def test_a_capture_is_kept_once_under_its_hash(admin) -> None:
    source = factories.source(admin)
    content = b"<html>Beleg</html>"
    one = services.capture(source, content, actor=admin, media_type="text/html", text="Beleg")
    two = services.capture(source, content, actor=admin, media_type="text/html", text="Beleg")
    assert one.sha256 == two.sha256 == sha256(content).hexdigest()
    assert one.read() == content
    assert [row["sha256"] for row in revisions.document(source)["record"]["captures"]] == [
        one.sha256,
        two.sha256,
    ]


def test_a_capture_of_a_protected_source_is_sealed_with_its_text(confidential, admin) -> None:
    content = b"Kopie mit Wasserzeichen 4711"
    capture = services.capture(
        confidential,
        content,
        actor=admin,
        media_type="text/plain",
        text=content.decode(),
        address="https://intern.example/4711",
    )
    assert capture.sha256 != sha256(content).hexdigest()
    with capture_storage().open(capture.name) as file:
        assert content not in file.read()
    stored = everything_stored()
    assert "Wasserzeichen" not in stored
    assert "intern.example" not in stored
    assert Capture.objects.get(pk=capture.pk).read() == content


def test_a_capture_can_be_neither_changed_nor_deleted(admin) -> None:
    capture = services.capture(factories.source(admin), b"x", actor=admin, media_type="text/plain")
    for change in (lambda: capture.delete(), lambda: Capture.objects.update(size=2)):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_seeing_an_identity_is_entered_without_a_revision(confidential, admin) -> None:
    services.record_view(confidential, actor=admin)
    entry = Entry.objects.of(confidential).first()
    assert (entry.kind, entry.revision, entry.actor) == ("sources.identity.viewed", None, admin.pk)
    assert json.loads(entry.payload.data)["details"] == {"viewed": "identity"}


def test_a_source_is_restored_without_touching_its_record(admin) -> None:
    source = factories.source(admin)
    services.capture(source, b"x", actor=admin, media_type="text/plain")
    services.save_source(source, actor=admin, identity={"csl": {"title": "Neu"}})
    content = revisions.document(source, 1)["content"]
    with act("sources.source.restored", actor=admin):
        document.StoredSource(revisions.document(source, 1)).save()
    assert revisions.document(source)["content"] == content
    assert len(revisions.document(source)["record"]["captures"]) == 1


class TestKeyStore:
    def test_keys_are_wrapped_private_and_stable(self, tmp_path) -> None:
        store = KeyStore(tmp_path / "keys")
        source = factories.source().pk
        key = store.create(source)
        assert store.create(source) == store.get(source) == key
        path = tmp_path / "keys" / "sources" / f"{source}.key"
        assert key not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "keys" / "master.key").stat().st_mode) == 0o600

    def test_another_master_key_opens_nothing(self, tmp_path) -> None:
        source = factories.source().pk
        KeyStore(tmp_path).create(source)
        os.remove(tmp_path / "master.key")
        with pytest.raises(KeyMissing):
            KeyStore(tmp_path).get(source)

    def test_a_malformed_master_key_is_refused_loudly(self, tmp_path) -> None:
        with pytest.raises(ImproperlyConfigured):
            KeyStore(tmp_path, "zu kurz").create(factories.source().pk)

    def test_a_destroyed_key_is_gone(self, tmp_path) -> None:
        store, source = KeyStore(tmp_path), factories.source().pk
        store.create(source)
        store.destroy(source)
        store.destroy(source)
        with pytest.raises(KeyMissing):
            store.get(source)
