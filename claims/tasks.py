"""What the worker does for claims by itself."""

from procrastinate.contrib.django import app

from . import similar


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="claims.tasks.count_words")
def count_words(timestamp: int) -> None:
    """Count in how many statements each word stands, for the search for similar claims."""
    similar.refresh()
