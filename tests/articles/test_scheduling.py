"""Scheduled publishing: at its moment, past the gate, once; and never silently not."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from articles import gate, services
from articles.models import Plan, Publication
from articles.services import Wrong
from claims import services as claims
from history import canonical
from history.acts import act
from history.models import Entry
from tests import factories
from tests.jobs import run_due, run_worker, waiting

NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
EVENING = datetime(2026, 5, 3, 18, 0, tzinfo=UTC)
DUE = "articles.tasks.publish_due"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def publisher(db, clock):
    return factories.user("publisher", email="ruth@newsroom.example")


@pytest.fixture
def piece(publisher):
    return factories.finished(publisher)


def schedule(piece, publisher, at=EVENING, **more) -> Plan:
    return services.schedule(piece, actor=publisher, at=at, **more)


def publications(*pieces) -> list[tuple[Any, int, str]]:
    rows = Publication.objects.order_by("at", "number")
    return list(rows.values_list("article", "number", "kind"))


def kinds(piece) -> list[str]:
    return list(Entry.objects.of(piece).order_by("sequence").values_list("kind", flat=True))


def details(piece) -> dict[str, Any]:
    entry = Entry.objects.of(piece).order_by("-sequence").select_related("payload")[0]
    return canonical.loads(entry.payload.data)["details"]


def change(piece, publisher) -> None:
    """Change the text for readers and have all of it read and checked again."""
    services.save_article(piece, actor=publisher, kicker="Neu", body=piece.body)
    claims.read_sentences(piece, actor=publisher)


# It goes out


def test_a_piece_goes_out_at_its_moment_in_the_name_of_who_planned_it(
    piece, publisher, clock
) -> None:
    schedule(piece, publisher, note="Wie angekündigt")
    clock.move_to(EVENING - timedelta(seconds=1))
    assert run_due() == []
    clock.move_to(EVENING)
    assert run_due() == [DUE]
    made = Publication.objects.get()
    assert (made.article, made.actor, made.at) == (piece, publisher.pk, EVENING)
    assert (made.kind, made.note) == ("first", "Wie angekündigt")
    plan = Plan.objects.get()
    assert (plan.state, plan.ended_at) == ("published", EVENING)


def test_plan_and_publication_are_on_record(piece, publisher, clock) -> None:
    plan = schedule(piece, publisher)
    said = {"id": str(plan.pk), "at": "2026-05-03T18:00:00.000000Z"}
    assert details(piece)["plan"] == said | {"kind": "first", "note": "", "corrections": []}
    clock.move_to(EVENING)
    run_due()
    assert kinds(piece)[-2:] == ["articles.article.scheduled", "articles.article.published"]
    assert details(piece)["plan"] == said
    assert details(piece)["publication"]["number"] == 1


def test_planning_changes_nothing_of_the_piece(piece, publisher) -> None:
    before = Entry.objects.of(piece).revisions().count()
    schedule(piece, publisher)
    services.unschedule(piece, actor=publisher)
    assert Entry.objects.of(piece).revisions().count() == before


def test_the_working_copy_of_then_goes_out_not_that_of_now(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    change(piece, publisher)
    clock.move_to(EVENING)
    run_due()
    assert Publication.objects.get().public_document["kicker"] == "Neu"


def test_a_correction_goes_out_with_what_was_wrong(piece, publisher, clock) -> None:
    services.publish(piece, actor=publisher)
    change(piece, publisher)
    wrong = [Wrong("5 Wagen", "6 Wagen", NOON), Wrong("Montag", "Dienstag")]
    schedule(piece, publisher, kind="correction", note="Zahl berichtigt", corrections=wrong)
    clock.move_to(EVENING)
    run_due()
    made = Publication.objects.get(number=2)
    assert made.kind == "correction"
    rows = made.corrections.order_by("wrong").values_list("wrong", "right", "since")
    assert list(rows) == [("5 Wagen", "6 Wagen", NOON), ("Montag", "Dienstag", NOON)]


def test_a_developing_story_keeps_its_deadline(piece, publisher, clock) -> None:
    deadline = EVENING + timedelta(hours=5)
    schedule(piece, publisher, kind="developing", deadline=deadline)
    clock.move_to(EVENING)
    run_due()
    assert Publication.objects.get().deadline == deadline


# It does not go out, and that is told


def refused(piece, publisher, clock, *reasons: str) -> Plan:
    """Let the moment come; assert that nothing goes out and why, on the desk and on record."""
    before = publications()
    clock.move_to(EVENING)
    assert run_due() == [DUE, "articles.tasks.tell_refused"]
    assert publications() == before
    plan = Plan.objects.get()
    assert plan.state == "refused"
    assert [reason["message"] for reason in plan.reasons] == list(reasons)
    assert list(Plan.objects.unresolved()) == [plan]
    assert kinds(piece)[-1] == "articles.article.not_published"
    assert details(piece)["plan"]["reasons"] == list(reasons)
    return plan


def test_the_gate_is_asked_again_and_may_be_closed_by_then(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    services.save_article(piece, actor=publisher, kicker="Ungelesen")
    plan = refused(piece, publisher, clock, "Nicht gelesen: „Ungelesen“")
    (reason,) = plan.reasons
    assert reason["rule"] == "read"
    assert reason["target"].startswith("sentence-")


def test_the_gate_may_be_closed_while_it_is_planned(publisher, clock) -> None:
    piece = factories.article()
    schedule(piece, publisher)
    claims.read_sentences(piece, actor=publisher)
    clock.move_to(EVENING)
    run_due()
    assert len(publications()) == 1


def test_an_embargo_holds_it_back(piece, publisher, clock) -> None:
    services.save_article(piece, actor=publisher, embargo=EVENING + timedelta(minutes=1))
    schedule(piece, publisher)
    refused(piece, publisher, clock, "Sperrfrist bis 03.05.2026 20:01.")


@pytest.mark.parametrize("lost", ["role", "account", "login"])
def test_who_may_not_publish_any_more_publishes_nothing(piece, publisher, clock, lost) -> None:
    schedule(piece, publisher)
    if lost == "role":
        publisher.groups.clear()
    elif lost == "login":
        publisher.is_active = False
        publisher.save()
    else:
        publisher.delete()
    refused(piece, publisher, clock, "Wer das eingeplant hat, darf nicht mehr veröffentlichen.")


def test_a_shelved_piece_stays_shelved(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    services.shelve(piece, actor=publisher)
    refused(piece, publisher, clock, "Das Stück ist abgelegt.")


def test_what_was_published_by_hand_meanwhile_is_not_published_again(
    piece, publisher, clock
) -> None:
    services.publish(piece, actor=publisher)
    change(piece, publisher)
    schedule(piece, publisher, kind="update", note="Neues")
    services.publish(piece, actor=publisher, kind="update", note="Schon jetzt")
    refused(
        piece,
        publisher,
        clock,
        "Seit der letzten Veröffentlichung hat sich für Leserinnen und Leser nichts geändert.",
    )


def test_a_first_publication_that_is_one_no_more_is_refused(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    services.publish(piece, actor=publisher)
    clock.move_to(EVENING)
    run_due()
    assert Plan.objects.get().state == "refused"
    assert len(publications()) == 1


def test_who_planned_it_and_who_has_it_get_a_mail_without_what_the_piece_says(
    piece, publisher, clock
) -> None:
    schedule(piece, publisher)
    services.save_article(piece, actor=publisher, kicker="Geheimes & Ungelesenes")
    reporter = factories.user("reporter", email="jo@newsroom.example")
    services.set_state(piece, actor=publisher, state="check", assignee=reporter)
    clock.move_to(EVENING)
    run_due()
    assert {tuple(message.to) for message in mail.outbox} == {
        ("ruth@newsroom.example",),
        ("jo@newsroom.example",),
    }
    message = mail.outbox[0]
    assert piece.headline in message.subject
    assert "3. Mai 2026 20:00 (CEST)" in message.body
    assert f"- {gate.RULES['read'].title}\n" in message.body
    assert f"https://newsroom.example/desk/articles/article/{piece.pk}/publish/" in message.body
    assert "Geheimes" not in message.body
    assert "&quot;" not in message.body


def test_without_addresses_nobody_is_mailed_and_the_desk_knows_all_the_same(
    piece, publisher, clock
) -> None:
    publisher.email = ""
    publisher.save()
    schedule(piece, publisher)
    services.shelve(piece, actor=publisher)
    clock.move_to(EVENING)
    run_due()
    assert mail.outbox == []
    assert Plan.objects.unresolved().count() == 1


@pytest.mark.parametrize("way", ["published", "scheduled again", "dropped"])
def test_the_desk_is_reminded_until_something_is_done(piece, publisher, clock, way) -> None:
    schedule(piece, publisher)
    services.save_article(piece, actor=publisher, kicker="Ungelesen")
    clock.move_to(EVENING)
    run_due()
    clock.move_to(EVENING + timedelta(minutes=5))
    assert Plan.objects.unresolved().count() == 1
    if way == "published":
        claims.read_sentences(piece, actor=publisher)
        services.publish(piece, actor=publisher)
    elif way == "scheduled again":
        schedule(piece, publisher, EVENING + timedelta(hours=1))
    else:
        services.unschedule(piece, actor=publisher)
    assert not Plan.objects.unresolved().exists()


def test_who_is_responsible_is_reminded_daily_of_a_deadline_that_passed(
    piece, publisher, clock
) -> None:
    reporter = factories.user("reporter", email="jo@newsroom.example")
    services.set_state(piece, actor=publisher, state="check", assignee=reporter)
    services.publish(piece, actor=publisher, kind="developing", deadline=EVENING)
    remind = app.tasks["articles.tasks.tell_overdue"]
    remind(timestamp=0)
    assert mail.outbox == []
    clock.move_to(EVENING + timedelta(minutes=1))
    remind(timestamp=0)
    assert [message.to for message in mail.outbox] == [
        ["jo@newsroom.example"],
        ["ruth@newsroom.example"],
    ]
    assert mail.outbox[0].subject == f"Frist vorbei: {piece.headline}"
    assert "bis 3. Mai 2026 20:00 (CEST)" in mail.outbox[0].body
    change(piece, publisher)
    services.publish(piece, actor=publisher, kind="update", note="Geklärt")
    remind(timestamp=0)
    assert len(mail.outbox) == 2


# What can be planned


def test_planning_needs_the_right_to_publish(piece) -> None:
    editor = factories.user("editor")
    with pytest.raises(PermissionDenied):
        schedule(piece, editor)
    with pytest.raises(PermissionDenied):
        services.unschedule(piece, actor=editor)
    assert waiting() == []


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"at": NOON}, "at"),
        ({"at": NOON - timedelta(days=400)}, "at"),
        ({"kind": "update"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"kind": "developing"}, "deadline"),
        ({"kind": "developing", "deadline": EVENING}, "deadline"),
        ({"corrections": [Wrong("a", "b")]}, "corrections"),
    ],
)
def test_what_could_never_go_out_is_refused_at_once(piece, publisher, terms, field) -> None:
    with pytest.raises(ValidationError) as error:
        schedule(piece, publisher, **terms)
    assert list(error.value.error_dict) == [field]
    assert not Plan.objects.exists()
    assert waiting() == []


def test_a_shelved_piece_cannot_be_planned(piece, publisher) -> None:
    services.shelve(piece, actor=publisher)
    with pytest.raises(ValidationError):
        schedule(piece, publisher)


def test_a_piece_that_has_changed_since_it_was_looked_at_is_not_planned(piece, publisher) -> None:
    services.save_article(piece, actor=publisher, kicker="Neu")
    with pytest.raises(services.ConflictingSave):
        schedule(piece, publisher, based_on=1)


def test_a_new_plan_replaces_the_old(piece, publisher, clock) -> None:
    schedule(piece, publisher, note="alt")
    schedule(piece, publisher, EVENING + timedelta(hours=1), note="neu")
    clock.move_to(EVENING + timedelta(minutes=30))
    run_due()
    assert publications() == []
    clock.move_to(EVENING + timedelta(hours=1))
    run_due()
    assert Publication.objects.get().note == "neu"
    assert sorted(Plan.objects.values_list("note", "state")) == [
        ("alt", "withdrawn"),
        ("neu", "published"),
    ]


def test_what_was_taken_back_does_not_go_out(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    services.unschedule(piece, actor=publisher)
    clock.move_to(EVENING)
    run_due()
    assert publications() == []
    assert kinds(piece)[-1] == "articles.article.unscheduled"
    with pytest.raises(ValidationError):
        services.unschedule(piece, actor=publisher)


def test_a_plan_that_is_rolled_back_leaves_no_job(piece, publisher) -> None:
    with pytest.raises(ZeroDivisionError), act("articles.article.saved", actor=publisher):
        schedule(piece, publisher)
        1 / 0  # noqa: B018
    assert waiting() == []
    assert not Plan.objects.exists()


def test_the_database_refuses_a_second_plan_and_an_end_without_a_moment(piece, publisher) -> None:
    plan = schedule(piece, publisher)
    with pytest.raises(IntegrityError, match="plan_one_a_piece"), transaction.atomic():
        Plan.objects.create(article=piece, at=EVENING, kind="first", actor=publisher.pk)
    with pytest.raises(IntegrityError, match="plan_ends_once"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="published")


# Nothing is lost, nothing happens twice


def test_after_an_outage_all_that_was_due_goes_out_in_order(publisher, clock) -> None:
    late, early, broken, other = (factories.finished(publisher) for _ in range(4))
    schedule(late, publisher, EVENING + timedelta(hours=2))
    schedule(early, publisher, EVENING)
    schedule(broken, publisher, EVENING + timedelta(hours=1))
    schedule(other, publisher, EVENING + timedelta(days=9))
    services.save_article(broken, actor=publisher, kicker="Ungelesen")
    clock.move_to(EVENING + timedelta(days=1))
    run_due()
    sent = Publication.objects.order_by("number", "pk")
    order = Entry.objects.filter(kind="articles.article.published").order_by("sequence")
    assert list(order.values_list("subject", flat=True)) == [early.pk, late.pk]
    assert sent.count() == 2
    assert list(Plan.objects.waiting().values_list("article", flat=True)) == [other.pk]


def test_one_that_breaks_does_not_hold_up_the_rest_and_stays_due(
    publisher, clock, monkeypatch, caplog
) -> None:
    broken, sound = factories.finished(publisher), factories.finished(publisher)
    schedule(broken, publisher, EVENING)
    schedule(sound, publisher, EVENING + timedelta(minutes=1))
    real = services.scheduling.publish

    def publish(article, **terms):
        if article.pk == broken.pk:
            raise RuntimeError("a mistake of ours")
        return real(article, **terms)

    clock.move_to(EVENING + timedelta(minutes=2))
    with monkeypatch.context() as patched:
        patched.setattr(services.scheduling, "publish", publish)
        run_due()
    assert [row[0] for row in publications()] == [sound.pk]
    assert "could not be carried out" in caplog.text
    plan = Plan.objects.get(article=broken)
    assert plan.overdue
    app.tasks[DUE](timestamp=0)
    assert {row[0] for row in publications()} == {sound.pk, broken.pk}


def test_the_sweep_catches_a_piece_whose_job_was_lost(piece, publisher, clock) -> None:
    schedule(piece, publisher)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    clock.move_to(EVENING)
    assert (DUE, "") in app.periodic_registry.periodic_tasks
    app.tasks[DUE](timestamp=0)
    assert len(publications()) == 1


def test_a_job_that_runs_again_publishes_nothing_again(piece, publisher, clock) -> None:
    """As it does if its worker dies after publishing and before saying so."""
    schedule(piece, publisher)
    clock.move_to(EVENING)
    app.tasks[DUE](timestamp=0)
    app.tasks[DUE](timestamp=0)
    assert run_due() == [DUE]
    assert len(publications()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("closed", [False, True])
def test_of_many_workers_at_once_one_publishes_or_refuses(closed) -> None:
    with time_machine.travel(NOON, tick=False):
        publisher = factories.user("publisher")
        pieces = [factories.finished(publisher) for _ in range(3)]
        for minutes, piece in enumerate(pieces):
            schedule(piece, publisher, EVENING + timedelta(minutes=minutes))
            if closed:
                services.save_article(piece, actor=publisher, kicker="Ungelesen")
    start = threading.Barrier(4)
    failures = []

    def work() -> None:
        try:
            start.wait()
            services.publish_due()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    with time_machine.travel(EVENING + timedelta(hours=1), tick=False):
        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert failures == []
    kind = "articles.article.not_published" if closed else "articles.article.published"
    order = Entry.objects.filter(kind=kind).order_by("sequence")
    assert list(order.values_list("subject", flat=True)) == [piece.pk for piece in pieces]
    told = ProcrastinateJob.objects.filter(task_name="articles.tasks.tell_refused")
    assert told.count() == (3 if closed else 0)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_that_was_down_publishes_what_fell_due() -> None:
    publisher = factories.user("publisher")
    piece = factories.finished(publisher)
    with time_machine.travel(NOON, tick=False):
        schedule(piece, publisher)
    # By the database's clock that was long ago.
    run_worker()
    assert [row[0] for row in publications()] == [piece.pk]
    assert Plan.objects.get().state == "published"


# From the command line


def command(piece, publisher, *options: str) -> str:
    out = StringIO()
    call_command("publish", piece.slug, "--as", publisher.username, *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-03T20:00", EVENING),
        ("2026-05-03T18:00Z", EVENING),
        ("2026-10-25T02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_command_plans_as_well(piece, publisher, written, meant) -> None:
    assert "Scheduled for" in command(piece, publisher, "--at", written, "--note", "Wie geplant")
    plan = Plan.objects.get()
    assert (plan.at, plan.note, plan.actor) == (meant, "Wie geplant", publisher.pk)
    assert publications() == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--at", "2027-03-28T02:30"], "does not exist"),
        (["--at", "2026-10-25T02:30"], "comes twice"),
        (["--at", "2026-05-03T13:00"], "vorbei"),
        (["--at", "heute"], "give YYYY"),
        (["--at", "2026-05-03T20:00", "--waive", "read=eilt"], "nothing is waived"),
        (["--at", "2026-05-03T20:00", "--kind", "retraction"], "nothing is waived"),
    ],
)
def test_the_command_refuses_what_cannot_be_planned(piece, publisher, options, why) -> None:
    with pytest.raises(CommandError, match=why) as refused:
        command(piece, publisher, *options)
    assert refused.value.returncode == 2
    assert not Plan.objects.exists()
    assert publications() == []
