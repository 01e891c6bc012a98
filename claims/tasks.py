"""What the worker does for claims by itself."""

from procrastinate.contrib.django import app

from . import similar
from .models import Claim


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="claims.tasks.count_words")
def count_words(timestamp: int) -> None:
    """Count in how many statements each word stands, for the search for similar claims."""
    similar.refresh()


@app.task
def find_lookalikes(claims: list[str], still: bool) -> None:
    """Look which other pieces say what claims said that were refuted or taken back.

    ``still`` says that they are stated now as they were then.
    """
    for claim in Claim.objects.filter(pk__in=claims):
        similar.note_lookalikes(claim, still=still)
