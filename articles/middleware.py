"""What is settled for all addresses of the public site."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from . import blocking


class RemovedPieces:
    """Answers 410 wherever a view comes upon a piece that was removed on legal grounds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, blocking.Removed):
            return blocking.notice(request, settings.LANGUAGE_CODE)
        return None
