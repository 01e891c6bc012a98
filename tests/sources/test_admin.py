"""Sources at the desk: who sees what, what is recorded, and that every change is."""

from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from history.models import Entry
from sources import services, uploads
from sources.choices import Tier
from sources.keys import key_store
from sources.models import Capture, Source
from tests import factories
from tests.jobs import run_due

pytestmark = pytest.mark.django_db

SECRETS = ("Geheimrat", "Wilma", "Dossier Nord", "+49 170 1234567", "nur nachts", "leak.example")
LIST = "admin:sources_source_changelist"
ROLES = ("reporter", "checker", "editor", "publisher", "auditor", "admin")


def change(source):
    return reverse("admin:sources_source_change", args=[source.pk])


def download(capture):
    return reverse("admin:sources_capture_download", args=[capture.source_id, capture.pk])


def signed_in(client, role="reporter", *, sees=False):
    user = factories.user(role)
    if sees:
        user.user_permissions.add(Permission.objects.get(codename="view_identity"))
    client.force_login(user)
    return user


def kinds():
    return list(Entry.objects.order_by("sequence").values_list("kind", flat=True))


def protected(tier):
    identity = {
        "csl": {"title": "Dossier Nord", "author": [{"family": "Geheimrat", "given": "Wilma"}]},
        "contact": "+49 170 1234567",
        "notes": "nur nachts",
    }
    described = "eine Person, die im Raum war" if tier == Tier.DESCRIBED else ""
    made = factories.source(tier=tier, description=described, **identity)
    services.capture(
        made,
        b"bytes of the dossier",
        actor=factories.user("admin"),
        media_type="text/plain",
        text="Geheimrat sagt es",
        address="https://leak.example/dossier",
    )
    return made


@pytest.fixture
def described(db):
    return protected(Tier.DESCRIBED)


@pytest.fixture
def confidential(db):
    return protected(Tier.CONFIDENTIAL)


@pytest.fixture
def named(db):
    return factories.source(
        csl={"type": "report", "title": "Lagebericht Süd", "volume": 3}, contact="Pressestelle"
    )


def form(source=None, **typed):
    """Return what a browser sends of a source's form."""
    data = {
        "kind": "document",
        "tier": "named",
        "description": "",
        "reliability": "B",
        "origin": "",
        "title": "Lagebericht Süd",
        "csl_type": "report",
    }
    if source is not None:
        latest = Entry.objects.of(source).revisions().first()
        data |= {"based_on": latest.revision, "tier": source.tier, "kind": source.kind}
        data["description"] = source.description
    return data | typed


# Who may do what


@pytest.mark.parametrize(
    ("role", "listing", "adding", "posting", "withdrawing"),
    [
        ("reporter", 200, 200, 302, 403),
        ("checker", 200, 200, 302, 403),
        ("editor", 200, 200, 302, 403),
        ("publisher", 200, 200, 302, 200),
        ("auditor", 200, 403, 403, 403),
        ("admin", 200, 200, 302, 200),
    ],
)
def test_each_role_gets_as_far_as_it_may(
    client, named, role, listing, adding, posting, withdrawing
):
    signed_in(client, role)
    assert client.get(reverse(LIST)).status_code == listing
    assert client.get(change(named)).status_code == 200
    assert client.get(reverse("admin:sources_source_add")).status_code == adding
    assert client.post(change(named), form(named, title="Neu")).status_code == posting
    withdraw = reverse("admin:sources_source_withdraw", args=[named.pk])
    assert client.get(withdraw).status_code == withdrawing
    assert client.get(reverse("admin:sources_source_delete", args=[named.pk])).status_code == 403


def test_nobody_gets_in_without_signing_in(client, described):
    capture = described.captures.get()
    withdraw = reverse("admin:sources_source_withdraw", args=[described.pk])
    for address in (reverse(LIST), change(described), download(capture), withdraw):
        assert client.get(address).status_code == 302
        assert client.post(address).status_code == 302
    assert "sources.identity.viewed" not in kinds()


# Who sees who a source is


@pytest.mark.parametrize("role", ROLES[:-1])
def test_identities_stand_on_no_page_of_those_who_may_not_see_them(
    client, role, described, confidential
):
    signed_in(client, role)
    autocomplete = reverse("admin:autocomplete")
    origin = {"app_label": "sources", "model_name": "source", "field_name": "origin"}
    pages = [
        client.get(reverse(LIST)),
        client.get(reverse(LIST), {"use": "all"}),
        *(client.get(reverse(LIST), {"q": word}) for word in ("geheimra", "dossier")),
        *(client.get(autocomplete, origin | {"term": word}) for word in ("", "geheimra")),
        client.get(change(described)),
        client.get(reverse("admin:sources_source_history", args=[described.pk])),
        client.get(reverse("admin:index")),
    ]
    # A form that is refused opens nothing either, whatever it says of the disclosure.
    for tier in ("named", "described", "confidential"):
        pages.append(client.post(change(described), form(described, tier=tier, description="")))
    for page in pages:
        text = page.content.decode()
        assert not [secret for secret in SECRETS if secret in text]
    assert "sources.identity.viewed" not in kinds()


@pytest.mark.parametrize("role", ROLES[:-1])
def test_that_there_is_a_confidential_source_is_told_to_few(client, role, confidential):
    signed_in(client, role)
    assert str(confidential) not in client.get(reverse(LIST)).content.decode()
    for view in ("change", "history"):
        address = reverse(f"admin:sources_source_{view}", args=[confidential.pk])
        gone = client.get(address, follow=True)
        assert gone.redirect_chain[-1][0] == reverse("admin:index")
    assert client.get(download(confidential.captures.get())).status_code == 404


@pytest.mark.parametrize("tier", [Tier.DESCRIBED, Tier.CONFIDENTIAL])
def test_who_may_see_an_identity_sees_it_and_each_look_is_recorded(client, tier):
    source = protected(tier)
    user = signed_in(client, "reporter", sees=True)

    for times in (1, 2):
        text = client.get(change(source)).content.decode()
        assert all(secret in text for secret in SECRETS)
        views = Entry.objects.filter(kind="sources.identity.viewed", subject=source.pk)
        assert [entry.actor for entry in views] == [user.pk] * times


def test_a_viewer_who_may_see_identities_is_recorded_as_well(client, described):
    user = signed_in(client, "auditor", sees=True)

    text = client.get(change(described)).content.decode()

    assert "Geheimrat, Wilma" in text
    assert '<input type="text" name="title"' not in text
    assert Entry.objects.get(kind="sources.identity.viewed").actor == user.pk


def test_looking_at_a_named_source_is_no_matter_for_the_ledger(client, named):
    signed_in(client)
    before = Entry.objects.count()
    assert "Pressestelle" in client.get(change(named)).content.decode()
    assert Entry.objects.count() == before


def test_identities_are_in_no_search_even_for_those_who_may_see_them(client, described):
    signed_in(client, "reporter", sees=True)
    assert "im Raum" not in client.get(reverse(LIST), {"q": "Geheimrat"}).content.decode()
    assert "im Raum" in client.get(reverse(LIST), {"q": "raum war"}).content.decode()


def test_a_destroyed_key_leaves_a_form_without_identity(client, described):
    signed_in(client, "reporter", sees=True)
    key_store().destroy(described.pk)

    page = client.get(change(described))

    assert page.status_code == 200
    assert b'name="title"' not in page.content
    assert "sources.identity.viewed" not in kinds()
    assert client.get(download(described.captures.get())).status_code == 410


# Saving


def test_a_source_is_added_in_one_act_with_its_copy(client):
    user = signed_in(client)
    file = SimpleUploadedFile("lage.txt", "Süden: ruhig".encode(), "text/plain")
    sent = form(
        authors="Seiler, Anna\nAmt für Lagen",
        issued="30.4.2025",
        upload=file,
        upload_address="https://amt.example/lage",
    )

    assert client.post(reverse("admin:sources_source_add"), sent).status_code == 302

    source = Source.objects.get()
    assert source.csl == {
        "type": "report",
        "title": "Lagebericht Süd",
        "author": [{"family": "Seiler", "given": "Anna"}, {"literal": "Amt für Lagen"}],
        "issued": {"date-parts": [[2025, 4, 30]]},
    }
    capture = source.captures.get()
    assert capture.read().decode() == "Süden: ruhig"
    assert capture.address == "https://amt.example/lage"
    entry = Entry.objects.get(subject=source.pk)
    assert (entry.kind, entry.actor, entry.revision) == ("sources.source.created", user.pk, 1)
    assert run_due() == ["sources.tasks.read_capture"]
    assert capture.text == "Süden: ruhig"


def test_saving_keeps_what_has_no_field(client, named):
    signed_in(client)
    client.post(change(named), form(named, title="Lagebericht Nord"))
    named.refresh_from_db()
    assert named.csl == {"type": "report", "title": "Lagebericht Nord", "volume": 3}
    assert Entry.objects.of(named).first().kind == "sources.source.saved"


def test_saving_without_a_change_leaves_nothing(client, named):
    signed_in(client)
    before = Entry.objects.count()
    sent = form(named, contact_details="Pressestelle", reliability="F")
    assert client.post(change(named), sent).status_code == 302
    assert Entry.objects.count() == before


def test_a_protected_source_is_sealed_from_its_first_row_on(client):
    signed_in(client)
    sent = form(
        tier="described",
        description="eine Beamtin",
        title="Dossier Nord",
        contact_details="+49 170 1234567",
        upload=SimpleUploadedFile("dossier.txt", b"bytes of the dossier", "text/plain"),
    )

    assert client.post(reverse("admin:sources_source_add"), sent).status_code == 302

    source = Source.objects.get()
    assert (source.csl, source.contact) == ({}, "")
    assert source.identity["contact"] == "+49 170 1234567"
    capture = source.captures.get()
    assert (capture.text, capture.read()) == ("", b"bytes of the dossier")
    assert not LogEntry.objects.exists()


def test_who_may_not_see_an_identity_can_edit_the_rest_and_keeps_it(client, described):
    signed_in(client)
    sealed = described.sealed

    sent = form(described, description="eine Beamtin", title="Neu", contact_details="x")
    assert client.post(change(described), sent).status_code == 302

    described.refresh_from_db()
    assert (described.description, described.sealed) == ("eine Beamtin", sealed)


@pytest.mark.parametrize(("tier", "wanted"), [("named", "described"), ("described", "named")])
def test_disclosure_does_not_change_between_named_and_protected(client, tier, wanted):
    signed_in(client, "reporter", sees=True)
    description = "eine Beamtin" if tier == "described" else ""
    source = factories.source(tier=tier, description=description)
    before = Entry.objects.count()

    sent = form(source, tier=wanted, description="eine Beamtin")
    page = client.post(change(source), sent)

    assert page.status_code == 200
    assert "tier" in page.context["adminform"].form.errors
    source.refresh_from_db()
    assert source.tier == tier
    assert set(kinds()[before:]) <= {"sources.identity.viewed", "sources.source.saved"}
    assert not Entry.objects.filter(subject=source.pk, revision=2).exists()


def test_only_those_who_would_find_it_again_make_a_confidential_source(client):
    signed_in(client)
    page = client.post(reverse("admin:sources_source_add"), form(tier="confidential"))
    assert "tier" in page.context["adminform"].form.errors
    assert not Source.objects.exists()

    signed_in(client, "reporter", sees=True)
    sent = form(tier="confidential")
    assert client.post(reverse("admin:sources_source_add"), sent).status_code == 302
    assert Source.objects.get().csl == {}


def test_a_form_that_was_overtaken_is_saved_only_on_a_second_word(client, named):
    signed_in(client)
    opened = form(named, title="Meins")
    services.save_source(
        Source.objects.get(pk=named.pk),
        actor=factories.user("admin"),
        identity={"csl": {"title": "Ihres"}},
    )

    page = client.post(change(named), opened)
    assert page.context["adminform"].form.non_field_errors()
    named.refresh_from_db()
    assert named.csl["title"] == "Ihres"

    again = opened | {"based_on": page.context["adminform"].form["based_on"].value()}
    assert client.post(change(named), again).status_code == 302
    named.refresh_from_db()
    assert named.csl["title"] == "Meins"


def test_withdrawing_takes_a_source_out_of_the_list_and_says_why(client, named):
    user = signed_in(client, "publisher")
    withdraw = reverse("admin:sources_source_withdraw", args=[named.pk])
    assert client.get(withdraw).status_code == 200
    assert not Source.objects.filter(withdrawn=True).exists()

    client.post(withdraw, {"comment": "Verwechslung"})

    entry = Entry.objects.of(named).select_related("payload").first()
    assert (entry.kind, entry.actor) == ("sources.source.withdrawn", user.pk)
    assert "Verwechslung" in entry.payload.data
    assert list(client.get(reverse(LIST)).context["cl"].result_list) == []
    assert list(client.get(reverse(LIST), {"use": "withdrawn"}).context["cl"].result_list) == [
        named
    ]


# Copies


def test_a_copy_comes_as_a_file_that_no_browser_runs(client, named):
    signed_in(client)
    services.capture(
        named, b"<script>alert(1)</script>", actor=factories.user(), media_type="text/html"
    )

    answer = client.get(download(named.captures.get()))

    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("role", ROLES[:-1])
def test_copies_of_protected_sources_are_opened_by_few(client, role, described):
    signed_in(client, role)
    assert client.get(download(described.captures.get())).status_code == 403
    assert "sources.capture.viewed" not in kinds()


def test_opening_a_copy_of_a_protected_source_is_recorded(client, described):
    user = signed_in(client, "reporter", sees=True)

    answer = client.get(download(described.captures.get()))

    assert answer.content == b"bytes of the dossier"
    assert "Dossier" not in answer["Content-Disposition"]
    entry = Entry.objects.get(kind="sources.capture.viewed")
    assert (entry.subject, entry.actor) == (described.pk, user.pk)


def test_a_copy_is_found_only_under_its_own_source(client, named, described):
    signed_in(client, "reporter", sees=True)
    capture = described.captures.get()
    address = reverse("admin:sources_capture_download", args=[named.pk, capture.pk])
    assert client.get(address).status_code == 404


def test_who_may_not_add_copies_cannot_slip_one_in(client, named):
    signed_in(client, "checker")
    sent = form(named, title="Neu", upload=SimpleUploadedFile("a.txt", b"a", "text/plain"))
    assert client.post(change(named), sent).status_code == 302
    assert not Capture.objects.exists()


def test_a_file_that_is_too_large_is_refused_at_its_field(client, named, monkeypatch):
    signed_in(client)
    monkeypatch.setattr(uploads, "MAX_BYTES", 1000)
    sent = form(named, upload=SimpleUploadedFile("a.bin", b"a" * 1001))
    page = client.post(change(named), sent)
    assert "upload" in page.context["adminform"].form.errors
    assert not Capture.objects.exists()


def test_uploads_stay_in_memory(client, named, settings, monkeypatch):
    signed_in(client)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    held = []
    monkeypatch.setattr(
        services, "capture", lambda source, content, **rest: held.append(len(content))
    )
    taken = []
    complete = uploads.InMemory.file_complete

    def watched(handler, size):
        taken.append(type(handler.file))
        return complete(handler, size)

    monkeypatch.setattr(uploads.InMemory, "file_complete", watched)
    client.post(change(named), form(named, upload=SimpleUploadedFile("a.bin", b"a" * 100_000)))
    assert (held, taken) == ([100_000], [BytesIO])


def test_a_form_without_its_token_is_refused(client, named):
    client.handler.enforce_csrf_checks = True
    signed_in(client)
    assert client.post(change(named), form(named, title="Neu")).status_code == 403
    named.refresh_from_db()
    assert named.csl["title"] == "Lagebericht Süd"


# Cost


def test_the_list_costs_the_same_however_long_it_is(client):
    signed_in(client)
    counts = []
    for _round in range(2):
        for _number in range(5):
            factories.source()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 9


@pytest.mark.django_db(transaction=True)
def test_adding_and_changing_are_one_transaction_each_with_its_entry(client):
    signed_in(client)
    assert client.post(reverse("admin:sources_source_add"), form()).status_code == 302
    source = Source.objects.get()
    assert client.post(change(source), form(source, title="Neu")).status_code == 302
    assert kinds() == ["sources.source.created", "sources.source.saved"]
