"""What must not be found anywhere: a name, in the database, its dump, the logs, or any page."""

import base64
import io
import json
import logging
import os
import subprocess
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from history import verification
from history.models import Entry
from newsroom import embedded_postgres
from sources import services
from sources.keys import KeyMissing, KeyStore, key_store
from sources.models import Source
from tests import factories
from tests.jobs import run_due

NAME = "Kanarienvogelsang-Testname"
TELEPHONE = "0151 555 4711 4711"


@pytest.fixture
def admin(db):
    return factories.user("admin")


def everything_about(admin) -> Source:
    """Do with a confidential source whatever can be done with one."""
    source = services.create_source(
        actor=admin,
        tier="confidential",
        kind="person",
        csl={"type": "interview", "author": [{"literal": NAME}]},
        contact=TELEPHONE,
        notes=f"{NAME} kommt nur abends",
        interests=f"{NAME} will Rache",
    )
    services.save_source(
        source, actor=admin, identity={"csl": {"title": NAME}, "contact": TELEPHONE}
    )
    services.capture(
        source,
        f"Von {NAME}, Telefon {TELEPHONE}".encode(),
        actor=admin,
        media_type="text/plain",
        address=f"https://intern.example/{NAME}",
        response={"headers": [["X-From", NAME]]},
    )
    run_due()
    claim = factories.claim(factories.article())
    factories.citation(claim, source, quote=f"Ich, {NAME}", note=TELEPHONE)
    factories.check(claim, admin)
    services.record_view(source, actor=admin)
    return source


def secrets_in(text: str) -> list[str]:
    return [secret for secret in (NAME, TELEPHONE, "Kanarienvogel", "555 4711") if secret in text]


@pytest.mark.django_db(transaction=True)
def test_a_dump_of_the_database_holds_no_confidential_name() -> None:
    source = everything_about(factories.user("admin"))
    given = connection.settings_dict
    binary = embedded_postgres._installed() / "pginstall" / "bin" / "pg_dump"
    done = subprocess.run(
        [
            str(binary),
            "--host",
            given["HOST"],
            "--port",
            str(given["PORT"] or 5432),
            "--username",
            given["USER"],
            given["NAME"],
        ],
        capture_output=True,
        check=True,
        env={**os.environ, "PGPASSWORD": given.get("PASSWORD") or ""},
    )
    dump = done.stdout.decode()
    # It is the right dump: the source stands in it, sealed.
    assert str(source.pk) in dump
    assert source.sealed[:20] in dump
    assert secrets_in(dump) == []


def test_no_log_and_no_page_of_others_holds_it(admin, client, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    source = everything_about(admin)
    caplog.clear()
    client.force_login(admin)
    change = reverse("admin:sources_source_change", args=[source.pk])
    assert NAME in client.get(change).content.decode()
    client.post(change, {"title": NAME, "tier": "nonsense", "contact_details": TELEPHONE})
    assert secrets_in(caplog.text) == []
    client.force_login(factories.user("publisher"))
    for address in (
        change,
        "/desk/sources/source/",
        f"/desk/sources/source/?q={NAME[:12]}",
        "/desk/sources/source/?use=all&tier=confidential",
        f"/desk/autocomplete/?app_label=sources&model_name=source&field_name=origin&term={NAME[:9]}",
        "/desk/sources/source/export/?format=csl",
        reverse("admin:source_retract", args=[source.pk]),
        reverse("admin:sources_source_history", args=[source.pk]),
        "/desk/timeline/",
        "/desk/timeline/?export=json",
        "/",
    ):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found = secrets_in(body.decode().replace(NAME[:12], "").replace(NAME[:9], ""))
        assert found == [], address


def test_an_error_tells_nothing_of_it(admin, client, monkeypatch) -> None:
    source = everything_about(admin)
    client.force_login(admin)
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        secret = NAME
        raise RuntimeError(f"went wrong {len(secret)}")

    monkeypatch.setattr(services, "save_source", fail)
    held = io.StringIO()
    handler = logging.StreamHandler(held)
    logging.getLogger("django").addHandler(handler)
    try:
        answer = client.post(
            reverse("admin:sources_source_change", args=[source.pk]),
            {"kind": "person", "tier": "confidential", "reliability": "F", "title": NAME},
        )
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert answer.status_code == 500
    assert secrets_in(answer.content.decode()) == []
    assert "NAME" in held.getvalue() or secrets_in(held.getvalue()) == []


class TestKeys:
    def test_the_master_key_of_the_store_is_renewed_and_everything_stays_readable(self, admin):
        source = everything_about(admin)
        path = settings.NEWSROOM["KEYS_DIR"] / "master.key"
        before = path.read_text()
        out = io.StringIO()
        call_command("rotate_master_key", stdout=out)
        assert out.getvalue() == "1 keys wrapped anew.\n"
        assert path.read_text() != before
        assert not path.with_name("master.retired").exists()
        assert Source.objects.get(pk=source.pk).identity["contact"] == TELEPHONE
        # A stolen copy of the old one opens nothing.
        with pytest.raises(KeyMissing):
            KeyStore(path.parent, before).get(source.pk)

    def test_a_rotation_that_was_broken_off_is_finished(self, tmp_path) -> None:
        store = KeyStore(tmp_path)
        keys = {source.pk: store.create(source.pk) for source in (Source(), Source(), Source())}
        os.replace(tmp_path / "master.key", tmp_path / "master.retired")
        first = min(keys)
        # One is wrapped anew, then the power fails.
        other = KeyStore(tmp_path)
        assert other.get(first) == keys[first]
        (tmp_path / "sources" / f"{first}.new").write_bytes(b"half")
        assert other.renew_master() == 3
        assert {key: KeyStore(tmp_path).get(key) for key in keys} == keys
        assert not list(tmp_path.glob("sources/*.new"))

    def test_a_key_from_the_environment_is_replaced_by_another(self, tmp_path) -> None:
        old, new = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
        source = Source().pk
        key = KeyStore(tmp_path, old).create(source)
        assert KeyStore(tmp_path, new, old).get(source) == key
        assert KeyStore(tmp_path, new, old).rewrap() == 1
        assert KeyStore(tmp_path, new, old).rewrap() == 0
        assert KeyStore(tmp_path, new).get(source) == key
        with pytest.raises(ImproperlyConfigured):
            KeyStore(tmp_path, new).renew_master()

    def test_a_key_that_opens_with_neither_is_told_and_kept(self, tmp_path) -> None:
        one, two, three = (base64.b64encode(os.urandom(32)).decode() for _ in range(3))
        source = Source().pk
        key = KeyStore(tmp_path, one).create(source)
        with pytest.raises(KeyMissing):
            KeyStore(tmp_path, two, three).rewrap()
        assert KeyStore(tmp_path, one).get(source) == key

    def test_an_identity_is_destroyed_on_record(self, admin) -> None:
        source = everything_about(admin)
        call_command(
            "destroy_identity", str(source.pk), "--as", admin.username, "--reason", "Auf Wunsch"
        )
        with pytest.raises(KeyMissing):
            _ = Source.objects.get(pk=source.pk).identity
        entry = Entry.objects.of(source).first()
        assert (entry.kind, entry.actor) == ("sources.identity.destroyed", admin.pk)

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["nonsense", "--as", "admin", "--reason", "x"], 2),
            (["{source}", "--as", "nobody", "--reason", "x"], 2),
            (["{source}", "--as", "{reporter}", "--reason", "x"], 1),
            (["{named}", "--as", "{admin}", "--reason", "x"], 1),
        ],
    )
    def test_bad_input_destroys_nothing(self, admin, arguments, code) -> None:
        source = factories.source(admin, tier="confidential", csl={"title": "x"})
        known = {
            "source": source.pk,
            "named": factories.source(admin).pk,
            "admin": admin.username,
            "reporter": factories.user("reporter").username,
        }
        with pytest.raises(CommandError) as caught:
            call_command("destroy_identity", *(part.format(**known) for part in arguments))
        assert caught.value.returncode == code
        assert key_store().get(source.pk)

    def test_the_service_refuses_as_the_command_does(self, admin) -> None:
        hidden = factories.source(admin, tier="confidential", csl={"title": "x"})
        with pytest.raises(PermissionDenied):
            services.destroy_identity(hidden, actor=factories.user("editor"), reason="x")
        with pytest.raises(ValidationError):
            services.destroy_identity(factories.source(admin), actor=admin, reason="x")


class TestLooks:
    def told(self) -> list[dict]:
        rows = Entry.objects.filter(kind="sources.identity.viewed").order_by("sequence")
        return [json.loads(row.payload.data) for row in rows]

    def test_who_looked_is_forgotten_after_a_while_and_that_is_no_fault(self, admin) -> None:
        source = factories.source(admin, tier="confidential", csl={"title": "x"})
        services.record_view(source, actor=admin)
        later = timezone.now() + timedelta(days=settings.NEWSROOM["LOOKS_KEPT_DAYS"] + 1)
        with time_machine.travel(later):
            services.record_view(source, actor=admin)
            call_command("forget_looks", stdout=io.StringIO())
            old, new = self.told()
            assert str(admin) not in json.dumps(old, ensure_ascii=False)
            assert set(old["details"]["viewed"]) == {"█"}
            assert new["details"] == {"viewed": "identity"}
            assert Entry.objects.filter(kind="sources.identity.viewed").count() == 2
            out = io.StringIO()
            call_command("forget_looks", stdout=out)
            assert out.getvalue() == "0 entries blacked out.\n"
        assert list(verification.verify(verification.Run())) == []
