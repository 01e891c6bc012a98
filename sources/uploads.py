"""Uploads of copies, kept in memory: no copy of a protected source touches the disk in clear."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

MAX_BYTES = 50 * 1024 * 1024


class InMemory(MemoryFileUploadHandler):
    """Holds a file of up to ``MAX_BYTES``; a larger one is passed over, and ``too_large``."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        # Django's own would leave larger files to a handler that writes them to the disk.
        self.activated = True
        self.received = 0
        self.too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > MAX_BYTES:
            self.too_large = True
            self.file.truncate(0)
            raise SkipFile
        return super().receive_data_chunk(raw_data, start)


def in_memory(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view take uploads in memory alone; ``too_large(request)`` is known then."""
    protected = csrf_protect(view)

    # The check for forged requests reads the form, and with it the files: so it comes after the
    # handler was put in, and not before.
    @csrf_exempt
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [InMemory(request)]
        return protected(request, *args, **kwargs)

    return inner


def too_large(request: HttpRequest) -> bool:
    """Whether a file was passed over, because it is larger than is kept."""
    return any(getattr(handler, "too_large", False) for handler in request.upload_handlers)
