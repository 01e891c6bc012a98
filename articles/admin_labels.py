"""The desk's lists of what pieces name: people, sections, tags."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from history import kinds
from history.admin import ActAdmin

from .models import Article, Person, Section, Tag
from .slugs import free_slug

kinds.name(
    {
        f"articles.{noun}.{verb}": phrase
        for noun, phrases in {
            "person": (_("added a person"), _("changed a person"), _("deleted a person")),
            "section": (_("added a section"), _("changed a section"), _("deleted a section")),
            "tag": (_("added a tag"), _("changed a tag"), _("deleted a tag")),
        }.items()
        for verb, phrase in zip(("created", "saved", "deleted"), phrases, strict=True)
    }
)


class LabelForm(forms.ModelForm):
    """A name and its part of the address, which is made from the name if it is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Its part of web addresses; made from the name.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("name") and not data.get("slug") and "slug" not in self.errors:
            data["slug"] = self.instance.slug or free_slug(self._meta.model, data["name"])
        return data


class LabelAdmin(ActAdmin):
    form = LabelForm
    fields = ("name", "slug")
    list_display = ("name", "slug", "used")
    search_fields = ("name", "slug")
    list_per_page = 50
    # How a piece names it.
    by = ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        pieces = (
            Article.objects.in_work()
            .filter(**{self.by: models.OuterRef("pk")})
            .order_by()
            .values(self.by)
            .annotate(n=models.Count("pk"))
            .values("n")
        )
        return super().get_queryset(request).annotate(pieces=models.Subquery(pieces))

    @admin.display(description=_("pieces"))
    def used(self, label: Any) -> str:
        return str(label.pieces or "–")


@admin.register(Person)
class PersonAdmin(LabelAdmin):
    """Whose names stand over pieces. Renaming changes future publications only."""

    by = "bylines__person"


@admin.register(Section)
class SectionAdmin(LabelAdmin):
    by = "section"


@admin.register(Tag)
class TagAdmin(LabelAdmin):
    by = "tags"
