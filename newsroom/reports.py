"""Error reports that quote nothing of what was sent."""

from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class CautiousReporterFilter(SafeExceptionReporterFilter):
    """Hide form values and local variables whenever DEBUG is off.

    Manuscripts, notes and the identities of sources pass through forms; a report must not be the
    place where they come to light.
    """

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        if request is None:
            return {}
        if not self.is_active(request):
            return request.POST
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: Any
    ) -> ItemsView[str, Any]:
        if not self.is_active(request):
            return tb_frame.f_locals.items()
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()
