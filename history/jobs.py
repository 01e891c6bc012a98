"""Jobs: what is done soon, later or daily by a worker, ``manage.py procrastinate worker``.

A task is a function in an app's ``tasks.py`` under procrastinate's ``@app.task``; a job is a row
that asks for it to be run. The row is written by the transaction that asks, so a job of what was
rolled back does not exist. So ask by ``soon`` or ``ask``, and never by the task's own ``defer``:
in a worker that writes on a connection of procrastinate's own, beside the transaction.

Arguments are keys: they stand in the database and in logs.

A task may be run more than once (its worker may die just before it says that it is done), so what
it does a second time must do no harm. Its ``retry`` stays unset: procrastinate cannot put a job
back while another one waits under the same lock. ``mend`` does that for all jobs.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

from . import canonical

# Jobs with more of it come first.
URGENT = 10
# How often a job is tried: the last time two hours after the first.
TRIES = 8
# Workers say every ten seconds that they live.
SILENCE = "1 minute"
# So long, failed jobs can be looked at.
KEPT = "30 days"

_queue = JobManager(DjangoConnector())


def ask(task: Task[Any, Any, Any], /, *, at: datetime | None = None, **arguments: Any) -> None:
    """Have a task run, at a moment or at once, after this transaction is committed."""
    _defer(task, arguments, schedule_at=at)


def soon(task: Task[Any, Any, Any], /, **arguments: Any) -> None:
    """Have a task run once after this transaction is committed, however often that is asked for.

    Asked for with equal arguments while a job waits, that job serves all who asked: it does not
    start before the last of their transactions has ended, so it sees what each of them did.
    """
    lock = f"{task.name} {canonical.dumps(arguments)}"
    with transaction.atomic():
        # Neither is there anything to join nor to add if a worker took the job in between.
        while not (_joined(lock) or _added(task, lock, arguments)):
            pass


def _joined(lock: str) -> bool:
    with connection.cursor() as cursor:
        # Workers pass over locked rows, and this lock can be held by many at once.
        cursor.execute(
            "SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE",
            [lock],
        )
        return cursor.fetchone() is not None


def _added(task: Task[Any, Any, Any], lock: str, arguments: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            _defer(task, arguments, queueing_lock=lock)
    except AlreadyEnqueued:
        return False
    return True


def _defer(task: Task[Any, Any, Any], arguments: dict[str, Any], **options: Any) -> None:
    JobDeferrer(_queue, task.configure(**options).job).defer(**arguments)


def mend() -> None:
    """Put jobs back whose worker died or that failed, the latter after 1, 2, 4, 8 … minutes.

    Who waits under the same lock does the same work, so the other is dropped. What has been tried
    ``TRIES`` times stays failed, and is forgotten after ``KEPT``.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, status, attempts, queueing_lock FROM procrastinate_jobs job
            WHERE status = 'doing' AND NOT EXISTS (
                SELECT FROM procrastinate_workers
                WHERE id = job.worker_id AND last_heartbeat > now() - %(silence)s::interval
            ) OR status = 'failed' AND attempts < %(tries)s AND (
                SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'failed'
            ) <= now() - interval '1 minute' * 2 ^ (attempts - 1)
            ORDER BY id FOR UPDATE SKIP LOCKED
            """,
            {"silence": SILENCE, "tries": TRIES},
        )
        for key, status, attempts, lock in cursor.fetchall():
            # A job that failed was counted then; one that took its worker along was not.
            attempts += status == "doing"
            cursor.execute(
                """
                DELETE FROM procrastinate_jobs WHERE id = %(key)s AND EXISTS (
                    SELECT FROM procrastinate_jobs
                    WHERE queueing_lock = %(lock)s AND status = 'todo'
                )
                """,
                {"key": key, "lock": lock},
            )
            if not cursor.rowcount:
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s, attempts = %s, worker_id = NULL"
                    " WHERE id = %s",
                    ["todo" if attempts < TRIES else "failed", attempts, key],
                )
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs job
            WHERE status NOT IN ('todo', 'doing') AND NOT EXISTS (
                SELECT FROM procrastinate_events
                WHERE job_id = job.id AND at > now() - %s::interval
            )
            """,
            [KEPT],
        )
