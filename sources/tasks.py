"""What the worker does for sources: read copies, fetch pages, look at them again."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone
from procrastinate.contrib.django import app

from history import jobs

from . import extraction, intake, services, watching
from .keys import KeyMissing
from .models import Capture, Lookup, Source
from .sealing import SealBroken

# The others follow ten minutes later.
LOOKS_AT_ONCE = 50


@app.task
def read_capture(capture: str) -> None:
    """Read the text of a copy; done once, unless somebody asks again."""
    taken = Capture.objects.select_related("source").get(pk=capture)
    if taken.extractions.exists():
        return
    system = get_user_model().objects.system()
    try:
        extract = extraction.extract(taken.read(), taken.media_type, taken.address)
    except (FileNotFoundError, KeyMissing, SealBroken):
        # Erased in the meantime.
        return
    except extraction.Unreadable as error:
        services.keep_text(taken, "", actor=system, trouble=str(error)[:100])
        return
    services.keep_text(taken, extract.text, actor=system)


@app.task
def look(source: str) -> None:
    """Fetch the page of a source: a first copy, or whether it still says the same."""
    found = Source.objects.filter(pk=source).first()
    if found is not None and watching.watchable(found):
        watching.look(found, actor=get_user_model().objects.system())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="sources.tasks.look_around")
def look_around(timestamp: int) -> None:
    """Ask for a look at each page for which it is time, some at once."""
    for source in watching.due()[:LOOKS_AT_ONCE]:
        if watching.watchable(source):
            jobs.soon(look, source=str(source.pk))


@app.task
def look_up(lookup: str) -> None:
    """Find out what somebody pasted or dropped."""
    asked = Lookup.objects.filter(pk=lookup, found__isnull=True).first()
    if asked is not None:
        asked.found = intake.find(asked.asked, asked.read())
        asked.save(update_fields=["found"])


@app.periodic(cron="17 4 * * *")
@app.task(queueing_lock="sources.tasks.tidy_up")
def tidy_up(timestamp: int) -> None:
    """Forget look-ups of yesterday, and files that became no copy."""
    for old in Lookup.objects.filter(at__lt=timezone.now() - timedelta(days=1)):
        intake.forget(old)
