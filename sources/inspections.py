"""What verification looks at in captures."""

from collections.abc import Iterator
from hashlib import sha256

from django.utils.translation import gettext_lazy

from history.verification import Fault, Run, inspect, traces_of

from .models import Capture, capture_storage


@inspect(gettext_lazy("captures"))
def captures(run: Run) -> Iterator[Fault]:
    """Every capture's bytes have the hash under which they were stored."""
    storage, total = capture_storage(), Capture.objects.count()
    removed = traces_of("captures")
    rows = Capture.objects.order_by("pk").only("sha256").iterator(chunk_size=500)
    for done, capture in enumerate(rows, start=1):
        place = f"sources_capture/{capture.pk}"
        hashed = sha256()
        try:
            with storage.open(capture.name) as file:
                for chunk in file.chunks():
                    hashed.update(chunk)
        except FileNotFoundError:
            if str(capture.pk) not in removed:
                yield Fault(place, "its bytes are missing")
            continue
        if hashed.hexdigest() != capture.sha256:
            yield Fault(place, "its bytes are not those that were captured")
        if done % 50 == 0 or done == total:
            run.progress("captures", done, total)
