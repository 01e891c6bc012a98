"""Erasures at the desk: one person asks, another sees where the words stand and decides."""

from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history import erasure, kinds
from history.models import Erasure

from . import services

kinds.name(
    {
        "history.erasure.asked": gettext_lazy("asked for an erasure"),
        "history.erasure.declined": gettext_lazy("declined an erasure"),
        "history.erasure.done": gettext_lazy("erased words"),
    }
)


class AskForm(forms.ModelForm):
    words = forms.CharField(
        label=gettext_lazy("Words to be erased"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "Exactly as they are written, one a line; each spelling on a line of its own."
        ),
    )

    class Meta:
        model = Erasure
        fields = ("words", "reason")

    def clean_words(self) -> list[str]:
        words = [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]
        if any(len(one) < 3 for one in words):
            raise ValidationError(
                _("Fewer than three characters would black out too much: give whole words.")
            )
        return words


@admin.register(Erasure)
class ErasureAdmin(admin.ModelAdmin):
    """What was asked for, by whom, and what became of it."""

    actions = None
    form = AskForm
    list_display = ("asked_at", "state", "reason", "asker", "decider")
    list_display_links = ("asked_at",)
    list_filter = ("state",)
    show_full_result_count = False

    def get_urls(self) -> list[Any]:
        decide = self.admin_site.admin_view(self.decide)
        own = [path("<uuid:key>/decide/", decide, name="history_erasure_decide")]
        return own + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("history.ask_erasure")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return self.form

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AskForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            asked = erasure.ask(
                actor=request.user,
                words=form.cleaned_data["words"],
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("Asked for. Somebody else has to decide."))
            return HttpResponseRedirect(reverse("admin:history_erasure_change", args=[asked.pk]))
        context = self._context(request, title=_("Ask for an erasure"), form=form)
        return TemplateResponse(request, "admin/history/erasure/ask.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            asked = get_object_or_404(Erasure, pk=UUID(object_id))
        except ValueError:
            raise Http404 from None
        decides = (
            asked.state == Erasure.State.ASKED
            and request.user.has_perm("history.decide_erasure")
            and request.user.pk != asked.asked_by
        )
        found = erasure.found_in(asked.words) if asked.words else {}
        places = [
            (apps.get_model(label)._meta.verbose_name_plural, count)
            for label, count in found.items()
        ]
        context = self._context(
            request,
            title=_("Erasure"),
            asked=asked,
            asker=self.asker(asked),
            decider=self.decider(asked),
            places=places,
            decides=decides,
            door=erasure.may_open_door(),
        )
        return TemplateResponse(request, "admin/history/erasure/decide.html", context)

    def decide(self, request: HttpRequest, key: UUID) -> HttpResponse:
        asked = get_object_or_404(Erasure, pk=key)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:history_erasure_change", args=[key]))
        if "erase" in request.POST:
            services.erase(asked, actor=request.user)
            messages.success(request, _("Erased. What is left proves itself as before."))
        else:
            erasure.decline(asked, actor=request.user)
            messages.success(request, _("Declined. The words are forgotten here."))
        return HttpResponseRedirect(reverse("admin:history_erasure_change", args=[key]))

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}

    @admin.display(description=gettext_lazy("asked for by"))
    def asker(self, asked: Erasure) -> str:
        return _name(asked.asked_by)

    @admin.display(description=gettext_lazy("decided by"))
    def decider(self, asked: Erasure) -> str:
        return _name(asked.decided_by) if asked.decided_by else ""


def _name(key: UUID) -> str:
    person = get_user_model()._base_manager.filter(pk=key).first()
    return str(person) if person else str(key)
