"""Jobs in tests: run in the test's own transaction and by its clock, or by a real worker."""

from threading import Thread

from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def waiting() -> list[str]:
    """Return the names of the tasks that are asked for, in the order in which they would run."""
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "pk")
    return list(jobs.values_list("task_name", flat=True))


def run_due() -> list[str]:
    """Run what is due, and what that asks for, as a worker would; return the tasks' names.

    What a task raises is raised here.
    """
    ran = []
    due = models.Q(scheduled_at=None) | models.Q(scheduled_at__lte=timezone.now())
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("-priority", "pk")
    with connection.cursor() as cursor:
        while job := jobs.filter(due).first():
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.pk])
            app.tasks[job.task_name](**job.args)
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
            ran.append(job.task_name)
    return ran


def run_worker() -> None:
    """Let a worker, ``manage.py procrastinate worker``, do what waits, and wait for its end."""
    # In a thread of its own: browser tests leave an event loop running in the main one.
    worker = Thread(target=call_command, args=("procrastinate", "worker", "--one-shot"))
    worker.start()
    worker.join()
