"""What the worker does by itself for the ledger and for all jobs."""

from procrastinate.contrib.django import app

from . import jobs, witnesses


@app.periodic(cron="* * * * *", queueing_lock="history.tasks.mend")
@app.task(priority=jobs.URGENT)
def mend(timestamp: int) -> None:
    """Put jobs back whose worker died or that failed."""
    jobs.mend()


# In UTC, as all of these.
@app.periodic(cron="15 4 * * *")
@app.task
def mail_checkpoint(timestamp: int) -> None:
    """Issue a checkpoint, also on days on which nothing is published, and send it to witnesses."""
    witnesses.mail_checkpoint()
