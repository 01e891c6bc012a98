"""The desk's frame: start page, labels, accounts, the ledger. Who may, and what is entered."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import services as articles
from articles.models import Person, Section, Tag
from history import kinds
from history.models import Entry
from newsroom.models import User
from newsroom.roles import ROLES
from newsroom.start import SHOWN, Start
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(client, role="admin"):
    user = factories.user(role)
    client.force_login(user)
    return user


def entries(subject):
    rows = Entry.objects.of(subject).select_related("payload")
    return [(row.kind, json.loads(row.payload.data).get("details", {})) for row in rows]


def lists(user):
    return {work.id: [piece.headline for piece in work.pieces] for work in Start.of(user).lists}


# The frame

FIRST = ["Today", "Articles", "Claims", "Sources"]
MORE = ["Front page", "People", "Sections", "Tags"]
ALL = [*MORE, "Ledger", "Erasures", "Accounts"]


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("reporter", MORE),
        ("checker", MORE),
        ("editor", ["Front page", "Reports", *MORE[1:]]),
        ("publisher", ["Front page", "Reports", *MORE[1:], "Erasures"]),
        ("auditor", ALL),
        ("admin", ["Front page", "Reports", *ALL[1:]]),
    ],
)
def test_the_bar_names_what_a_role_may_see(client, role, more):
    signed_in(client, role)
    page = client.get(reverse("admin:index"), headers={"Accept-Language": "en"})
    areas = page.context["areas"]
    assert [str(area.label) for area in areas.first] == FIRST
    assert [str(area.label) for area in areas.more] == more
    for area in [*areas.first, *areas.more]:
        assert client.get(area.address).status_code == 200


def test_the_bar_says_where_one_is_though_that_is_behind_its_button(client):
    signed_in(client)
    english = {"Accept-Language": "en"}
    here = client.get(reverse("admin:articles_person_changelist"), headers=english)
    assert here.context["areas"].beyond == "People"
    elsewhere = client.get(reverse("admin:index"), headers=english)
    assert elsewhere.context["areas"].beyond == ""


def test_every_page_of_the_frame_keeps_the_content_policy(client):
    signed_in(client)
    person = factories.person()
    addresses = [
        reverse("admin:index"),
        reverse("admin:login"),
        reverse("admin:articles_person_changelist"),
        reverse("admin:articles_person_change", args=[person.pk]),
        reverse("admin:articles_person_delete", args=[person.pk]),
        reverse("admin:sources_source_changelist"),
        reverse("admin:sources_source_add"),
        reverse("admin:newsroom_user_changelist"),
        reverse("admin:newsroom_user_add"),
        reverse("admin:auth_group_changelist"),
        reverse("admin:history_entry_changelist"),
        reverse("admin:app_list", args=["articles"]),
        reverse("admin:password_change"),
    ]
    for address in addresses:
        page = client.get(address, follow=True)
        text = page.content.decode()
        assert page.status_code == 200, address
        assert " style=" not in text, address
        assert "<style" not in text, address
        assert " onclick=" not in text, address
        for script in text.split("<script")[1:]:
            assert "src=" in script.partition(">")[0], address


def test_the_language_is_switched_where_one_is(client):
    signed_in(client)
    sources = reverse("admin:sources_source_changelist")
    answer = client.post(reverse("set_language"), {"language": "en", "next": sources})
    assert answer["Location"] == sources
    page = client.get(sources).content.decode()
    assert '<html lang="en"' in page
    assert 'value="en" lang="en" aria-pressed="true"' in page


# The start page


def test_the_start_page_shows_each_role_what_needs_it():
    for role, ids in {
        "reporter": ["mine", "check", "drafts"],
        "checker": ["mine", "check", "drafts"],
        "editor": ["mine", "check", "drafts"],
        "publisher": ["mine", "check", "ready", "drafts"],
        "auditor": ["drafts"],
    }.items():
        assert list(lists(factories.user(role))) == ids


def test_pieces_stand_where_they_are_waited_for():
    checker, other = factories.user("checker"), factories.user("publisher")
    late, soon = (timezone.now() + timedelta(hours=hours) for hours in (-2, 2))
    for headline, state, assignee, due in (
        ("Entwurf", "draft", None, None),
        ("Bald", "check", None, soon),
        ("Ohne Frist", "check", None, None),
        ("Überfällig", "check", None, late),
        ("Meiner", "check", checker, None),
        ("Fertig", "ready", None, None),
        ("Weg", "shelved", checker, None),
    ):
        piece = factories.article(headline=headline)
        if state != "draft":
            articles.set_state(piece, actor=other, state=state, assignee=assignee, due=due)

    assert lists(checker) == {
        "mine": ["Meiner"],
        "check": ["Überfällig", "Bald", "Ohne Frist"],
        "drafts": ["Entwurf"],
    }
    assert lists(other)["ready"] == ["Fertig"]
    start = Start.of(checker)
    assert start.next_check.headline == "Meiner"
    assert start.lists[1].pieces[0].late


def test_what_is_published_as_it_stands_waits_for_nobody():
    publisher = factories.user("publisher")
    piece = factories.finished(publisher)
    articles.set_state(piece, actor=publisher, state="ready", assignee=publisher)
    assert lists(publisher)["mine"] == [piece.headline]

    articles.publish(piece, actor=publisher)
    start = Start.of(publisher)
    assert lists(publisher)["mine"] == []
    assert [publication.article for publication in start.published] == [piece]

    articles.save_article(piece, actor=publisher, headline="Anders")
    assert lists(publisher)["mine"] == ["Anders"]


def test_a_piece_says_how_many_of_its_claims_need_somebody():
    checker = factories.user("checker")
    piece = factories.article()
    factories.check(factories.claim(piece), checker)
    factories.claim(piece, "Das sagte die Polizei")
    (row,) = Start.of(checker).lists[-1].pieces
    assert (row.claim_count, row.need_count) == (2, 1)


def test_the_start_page_costs_the_same_however_much_there_is(client):
    publisher = signed_in(client, "publisher")
    client.get(reverse("admin:index"))
    counts = []
    for _round in range(2):
        for state in ("draft", "check", "ready") * 4:
            piece = factories.article()
            factories.claim(piece)
            if state != "draft":
                articles.set_state(piece, actor=publisher, state=state)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("admin:index"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    # A dozen of them derive the standing of the new claims, all at once; five tell what is unread.
    assert counts[1] <= 41
    work = page.context["start"].lists[-1]
    assert (len(work.pieces), work.count) == (SHOWN, f"{SHOWN}")


def test_an_empty_house_says_what_belongs_there(client):
    signed_in(client, "reporter")
    page = client.get(reverse("admin:index"), headers={"Accept-Language": "en"}).content.decode()
    assert "Nothing waits for you." in page
    assert reverse("admin:articles_article_add") in page


def test_somebody_without_pieces_is_told_whom_to_ask(client):
    user = User.objects.create(username="neu", is_staff=True)
    client.force_login(user)
    page = client.get(reverse("admin:index"), headers={"Accept-Language": "en"})
    assert "You have no role with pieces." in page.content.decode()


# People, sections, tags


@pytest.mark.parametrize(
    ("role", "person", "tag"),
    [
        ("reporter", 403, 302),
        ("checker", 403, 403),
        ("editor", 403, 302),
        ("publisher", 403, 302),
        ("auditor", 403, 403),
        ("admin", 302, 302),
    ],
)
def test_labels_are_added_by_those_who_may(client, role, person, tag):
    signed_in(client, role)
    for model, status in ((Person, person), (Section, person), (Tag, tag)):
        address = reverse(f"admin:articles_{model._meta.model_name}_add")
        assert client.post(address, {"name": "Neu"}).status_code == status
        assert model.objects.exists() == (status == 302)
        listing = reverse(f"admin:articles_{model._meta.model_name}_changelist")
        assert client.get(listing).status_code == 200


def test_renaming_a_person_is_entered_with_what_it_was(client):
    user = signed_in(client)
    person = factories.person("Anna Lindner", "anna-lindner")
    address = reverse("admin:articles_person_change", args=[person.pk])

    client.post(address, {"name": "Anna Lindt", "slug": "anna-lindner"})
    client.post(address, {"name": "Anna Lindt", "slug": "anna-lindner"})

    assert entries(person)[:-1] == [
        ("articles.person.saved", {"changed": {"name": ["Anna Lindner", "Anna Lindt"]}})
    ]
    assert Entry.objects.of(person).first().actor == user.pk
    assert not LogEntry.objects.exists()
    told = client.get(reverse("admin:articles_person_history", args=[person.pk])).content.decode()
    assert "<del>Anna Lindner</del> <ins>Anna Lindt</ins>" in told


def test_a_label_makes_its_own_address(client):
    signed_in(client)
    for _twice in range(2):
        client.post(reverse("admin:articles_person_add"), {"name": "Jörg Weiß"})
    assert sorted(Person.objects.values_list("slug", flat=True)) == [
        "joerg-weiss",
        "joerg-weiss-2",
    ]


def test_what_no_piece_ever_named_can_be_deleted(client):
    signed_in(client)
    tag = factories.tag()
    address = reverse("admin:articles_tag_delete", args=[tag.pk])
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not Tag.objects.exists()
    assert entries(tag)[0] == ("articles.tag.deleted", {"deleted": "Bahn"})


def test_what_only_an_earlier_revision_names_is_not_deleted(client):
    user = signed_in(client)
    tag = factories.tag()
    piece = factories.article(tags=[tag])
    address = reverse("admin:articles_tag_delete", args=[tag.pk])
    assert client.post(address, {"post": "yes"}).status_code == 200

    articles.save_article(piece, actor=user, tags=[])
    assert client.post(address, {"post": "yes"}).status_code == 200
    assert Tag.objects.exists()


def test_lists_of_labels_cost_the_same_however_long_they_are(client):
    signed_in(client)
    address = reverse("admin:articles_person_changelist")
    counts = []
    for _round in range(2):
        for _number in range(3):
            factories.article(bylines=[factories.person()])
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Accounts


def account(user, **typed):
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_active": "on",
        "roles": list(user.groups.values_list("name", flat=True)),
    } | typed


def address_of(user, view="change"):
    return reverse(f"admin:newsroom_user_{view}", args=[user.pk])


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_accounts_are_changed_by_administrators_alone(client, role):
    user = signed_in(client, role)
    assert client.post(address_of(user), account(user, roles=["admin"])).status_code == 403
    assert client.post(reverse("admin:newsroom_user_add"), {}).status_code == 403
    listed = client.get(reverse("admin:newsroom_user_changelist")).status_code
    assert listed == (200 if role == "auditor" else 403)
    user.refresh_from_db()
    assert not user.is_superuser


def test_roles_are_given_and_entered(client):
    signed_in(client)
    user = factories.user("reporter")
    user.groups.add(Group.objects.create(name="Lokales"))

    sent = account(user, roles=["checker", "editor"], first_name="Lena", sees_identities="on")
    assert client.post(address_of(user), sent).status_code == 302

    user.refresh_from_db()
    assert set(user.groups.values_list("name", flat=True)) == {"checker", "editor", "Lokales"}
    assert User.objects.get(pk=user.pk).has_perm("sources.view_identity")
    kind, details = entries(user)[0]
    assert kind == "newsroom.user.saved"
    assert details["changed"] == {
        "first_name": ["", "Lena"],
        "roles": ["reporter", "checker, editor"],
        "sees_identities": ["", "✓"],
    }

    client.post(address_of(user), account(user, roles=[], first_name="Lena"))
    user = User.objects.get(pk=user.pk)
    assert not user.is_staff
    assert not user.has_perm("sources.view_identity")


def test_nobody_locks_themselves_out(client):
    user = signed_in(client)
    for typed in ({"is_active": ""}, {"roles": ["editor"]}):
        assert client.post(address_of(user), account(user, **typed)).status_code == 200
    user.refresh_from_db()
    assert user.is_active
    assert user.is_superuser


def test_who_may_change_accounts_makes_no_administrator_and_gives_no_sight_of_identities(client):
    keeper = factories.user("editor")
    keeper.user_permissions.add(
        *Permission.objects.filter(codename__in=["change_user", "view_user"])
    )
    client.force_login(keeper)
    root, user = factories.user("admin"), factories.user("reporter")

    assert client.post(address_of(root), account(root, username="weg")).status_code == 403
    assert client.post(address_of(user), account(user, roles=["admin"])).status_code == 200
    sent = account(user, roles=["editor"], sees_identities="on")
    assert client.post(address_of(user), sent).status_code == 302

    user = User.objects.get(pk=user.pk)
    assert not user.is_superuser
    assert not user.has_perm("sources.view_identity")


def test_an_account_that_did_something_is_deactivated_not_deleted(client):
    signed_in(client)
    user, idle = factories.user("reporter"), factories.user("reporter")
    factories.article(actor=user)
    assert client.post(address_of(user, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(address_of(idle, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=idle.pk).exists()

    client.post(address_of(user), account(user, is_active=""))
    user.refresh_from_db()
    assert not user.is_active


def test_setting_a_password_is_entered_without_it(client):
    signed_in(client)
    user = factories.user("reporter")
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    sent = {"usable_password": "true", "password1": "sesame seed", "password2": "sesame seed"}
    assert client.post(address, sent | {"set-password": "1"}).status_code == 302
    kind, details = entries(user)[0]
    assert (kind, details) == ("newsroom.user.password_set", {"changed": {"password": ["…", "…"]}})
    user.refresh_from_db()
    assert user.check_password("sesame seed")


def test_roles_are_shown_and_not_edited(client):
    signed_in(client)
    role, other = Group.objects.get(name="reporter"), Group.objects.create(name="Lokales")
    address = reverse("admin:auth_group_change", args=[role.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "x"}).status_code == 403

    view = Permission.objects.get(codename="view_article")
    sent = {"name": "Lokalressort", "permissions": [view.pk]}
    client.post(reverse("admin:auth_group_change", args=[other.pk]), sent)
    kind, details = entries(other)[0]
    assert kind == "auth.group.saved"
    assert details["changed"]["permissions"] == ["", "articles.view_article"]


@pytest.mark.django_db(transaction=True)
def test_what_is_changed_at_the_desk_commits_with_its_entry(client):
    factories.user("admin")
    signed_in(client)
    client.post(reverse("admin:articles_tag_add"), {"name": "Neu"})
    tag = Tag.objects.get()
    client.post(
        reverse("admin:articles_tag_change", args=[tag.pk]), {"name": "Neuer", "slug": "neu"}
    )
    client.post(reverse("admin:articles_tag_delete", args=[tag.pk]), {"post": "yes"})
    assert [kind for kind, _details in entries(tag)] == [
        "articles.tag.deleted",
        "articles.tag.saved",
        "articles.tag.created",
    ]
    sent = {"username": "lena", "usable_password": "false"}
    assert client.post(reverse("admin:newsroom_user_add"), sent).status_code == 302
    user = User.objects.get(username="lena")
    assert client.post(address_of(user), account(user, roles=["reporter"])).status_code == 302
    assert [kind for kind, _details in entries(user)] == [
        "newsroom.user.saved",
        "newsroom.user.created",
    ]


# The ledger


@pytest.mark.parametrize("role", ROLES)
def test_the_ledger_is_read_by_auditors_and_administrators(client, role):
    signed_in(client, role)
    factories.tag()
    entry = Entry.objects.first()
    status = 200 if role in ("auditor", "admin") else 403
    address = reverse("admin:history_entry_change", args=[entry.pk])
    assert client.get(reverse("admin:history_entry_changelist")).status_code == status
    assert client.get(address).status_code == status
    assert client.post(address, {}).status_code == 403
    for view in ("add", "delete"):
        args = [] if view == "add" else [entry.pk]
        answer = client.get(reverse(f"admin:history_entry_{view}", args=args))
        assert answer.status_code == 403


def test_the_ledger_is_paged_without_counting(client, monkeypatch):
    monkeypatch.setattr("history.admin.PER_PAGE", 3)
    signed_in(client, "auditor")
    for number in range(7):
        factories.tag(f"Tag {number}")
    address, seen, pages = reverse("admin:history_entry_changelist"), [], 0
    while address:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address).context["page"]
        of_ledger = [row["sql"] for row in queries if 'FROM "history_entry"' in row["sql"]]
        assert of_ledger
        assert not [sql for sql in of_ledger if "COUNT(" in sql or "OFFSET" in sql]
        seen += [line.entry.sequence for line in page.lines]
        pages += 1
        address = page.older is not None and f"?before={page.older}"
        address = address and reverse("admin:history_entry_changelist") + address
    assert seen == list(Entry.objects.order_by("-sequence").values_list("sequence", flat=True))
    assert pages == 3


def test_the_ledger_costs_the_same_however_much_is_on_a_page(client):
    signed_in(client, "auditor")
    address = reverse("admin:history_entry_changelist")
    client.get(address)
    counts = []
    for _round in range(2):
        for made in (factories.tag, factories.person, factories.source, factories.article):
            made()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_ledger_names_no_confidential_source_to_who_may_not_know_of_it(client):
    signed_in(client, "auditor")
    source = factories.source(tier="confidential", csl={"title": "Dossier Nord"})
    text = client.get(reverse("admin:history_entry_changelist")).content.decode()
    assert str(source) not in text
    assert "Dossier" not in text
    assert str(source.pk) in text


def test_the_ledger_is_narrowed_to_one_thing_or_one_person(client):
    user = signed_in(client, "auditor")
    tag = factories.tag()
    factories.person()
    address = reverse("admin:history_entry_changelist")
    (line,) = client.get(address, {"subject": str(tag.pk)}).context["page"].lines
    assert line.entry.subject == tag.pk
    assert client.get(address, {"actor": str(user.pk)}).context["page"].lines == []
    assert client.get(address, {"actor": "nobody"}).status_code == 302
    assert client.get(address, {"before": "9" * 40}).status_code == 200


def test_a_kind_that_nobody_named_is_told_as_it_is():
    assert kinds.told("other.thing.happened") == "other.thing.happened"
