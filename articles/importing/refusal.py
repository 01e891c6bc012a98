"""Why a file cannot become an article."""

from django.utils.functional import Promise


class ImportRefused(Exception):
    """The file cannot become an article. The message is one line for the person who sent it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
