"""What the worker does by itself for the ledger and for all jobs."""

from procrastinate.contrib.django import app

from . import jobs


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="history.tasks.mend", priority=jobs.URGENT)
def mend(timestamp: int) -> None:
    """Put jobs back whose worker died or that failed."""
    jobs.mend()
