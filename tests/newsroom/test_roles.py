import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured

from newsroom import roles
from newsroom.models import User
from newsroom.roles import ROLES, assign, missing_permissions, sync_roles

pytestmark = pytest.mark.django_db


def permissions(group):
    rows = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.fixture
def person():
    return User.objects.create(username="lena")


def test_every_permission_in_the_table_exists():
    assert missing_permissions() == []


def test_migrating_makes_a_group_of_each_role():
    assert {group.name: permissions(group) for group in Group.objects.all()} == {
        role: set(names) for role, names in ROLES.items()
    }


def test_syncing_restores_a_role_and_leaves_other_groups_alone():
    reporter = Group.objects.get(name="reporter")
    reporter.permissions.add(Permission.objects.get(codename="publish_article"))
    interns = Group.objects.create(name="interns")
    interns.permissions.add(Permission.objects.get(codename="view_article"))

    sync_roles()

    assert permissions(reporter) == set(ROLES["reporter"])
    assert permissions(interns) == {"articles.view_article"}


def test_an_unknown_permission_is_an_error_unless_migrations_are_on_their_way(monkeypatch):
    monkeypatch.setitem(roles.ROLES, "reporter", ("articles.view_article", "articles.fly_article"))
    with pytest.raises(ImproperlyConfigured, match=r"unknown permissions: articles\.fly_article"):
        sync_roles()

    sync_roles(strict=False)

    assert permissions(Group.objects.get(name="reporter")) == {"articles.view_article"}


def test_only_publishers_publish_and_waive():
    for name in ("articles.publish_article", "articles.waive_rule", "articles.block_article"):
        assert {role for role, names in ROLES.items() if name in names} == {"publisher"}


def test_only_auditors_read_the_ledger():
    assert {role for role, names in ROLES.items() if "history.view_entry" in names} == {"auditor"}


def test_an_auditor_changes_nothing():
    assert all(name.partition(".")[2].startswith("view_") for name in ROLES["auditor"])


def test_no_role_sees_the_identity_of_a_protected_source():
    assert not any("sources.view_identity" in names for names in ROLES.values())


def test_a_reporter_does_not_check():
    assert not {"claims.add_check", "claims.add_reading"} & set(ROLES["reporter"])


def test_an_editor_may_all_that_reporters_and_checkers_may_and_shelve():
    assert {*ROLES["reporter"], *ROLES["checker"]} < set(ROLES["editor"])
    assert "articles.delete_article" in ROLES["editor"]


def test_assigning_roles_lets_a_person_in_and_taking_them_away_keeps_them_out(person):
    assign(person, ["reporter", "checker"])
    person.refresh_from_db()
    assert person.is_staff
    assert not person.is_superuser
    assert sorted(person.groups.values_list("name", flat=True)) == ["checker", "reporter"]

    assign(person, [])
    person.refresh_from_db()
    assert not person.is_staff
    assert not person.groups.exists()


def test_an_admin_may_everything(person):
    assign(person, ["admin"])
    person.refresh_from_db()
    assert person.has_perm("articles.publish_article")
    assert person.has_perm("sources.view_identity")


def test_there_is_no_assigning_of_a_role_outside_the_table(person):
    with pytest.raises(KeyError, match="owner"):
        assign(person, ["owner"])
