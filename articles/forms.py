"""The forms of the writing view and of what follows from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from claims.models import Claim

from . import pictures, renditions, services
from .body import BodyFormField
from .choices import Kind, State
from .importing import MAX_BYTES, ImportRefused, convert
from .models import Article, Byline, Image, Person, Section, Tag
from .services import Over

User = get_user_model()

MOMENT = "%Y-%m-%dT%H:%M"


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=MOMENT, **kwargs)


class BylinesWidget(forms.Widget):
    """A row a person, in order, and one to add another."""

    template_name = "admin/articles/article/bylines_widget.html"

    def __init__(self, people: Sequence[tuple[str, str]] = (), attrs: Any = None) -> None:
        super().__init__(attrs)
        self.people = people

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        getlist = data.getlist if hasattr(data, "getlist") else lambda key: data.get(key, [])
        roles = getlist(f"{name}_role")
        return [
            (person, roles[index] if index < len(roles) else "")
            for index, person in enumerate(getlist(name))
            if person
        ]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [
            (str(row.person), row.role) if isinstance(row, Over) else row for row in value or []
        ]
        context["rows"] = [*rows, ("", "")]
        context["people"] = self.people
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        # Forms are rendered with Django's own templates only; this one is the project's.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


class BylinesField(forms.Field):
    widget = BylinesWidget

    def to_python(self, value: Any) -> list[Over]:
        rows = []
        for person, role in value or []:
            try:
                rows.append(Over(UUID(str(person)), " ".join(role.split())))
            except ValueError:
                raise ValidationError(_("There is no such person.")) from None
        keys = [row.person for row in rows]
        if len(set(keys)) != len(keys):
            raise ValidationError(_("A person has one byline only."))
        if keys and Person.objects.filter(pk__in=keys).count() != len(keys):
            raise ValidationError(_("There is no such person."))
        if any(len(row.role or "") > 100 for row in rows):
            raise ValidationError(_("A role has at most 100 characters."))
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return list(initial or []) != self.to_python(data)
        except ValidationError:
            return True


class SectionField(forms.ModelChoiceField):
    """Looks up another section only; the one that the piece has is ``known`` by its key."""

    known: UUID | None = None

    def to_python(self, value: Any) -> Any:
        if self.known is not None and str(value) == str(self.known):
            return Section(pk=self.known)
        return super().to_python(value)


class WritingForm(forms.ModelForm):
    """A piece as one writes it: its text, and its properties in the drawer."""

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    bylines = BylinesField(label=_("Bylines"), required=False)

    class Meta:
        model = Article
        fields = (
            "kicker", "headline", "standfirst", "body",
            "slug", "section", "language", "tags", "embargo",
        )  # fmt: skip
        field_classes = {"body": BodyFormField, "section": SectionField}
        widgets = {
            "kicker": forms.Textarea(attrs={"rows": 1, "data-one-line": True}),
            "headline": forms.Textarea(attrs={"rows": 1, "data-one-line": True}),
            "standfirst": forms.Textarea(attrs={"rows": 1}),
            "tags": forms.CheckboxSelectMultiple,
            "embargo": MomentInput(),
        }

    def __init__(self, *args: Any, people: bool = True, stored: Any = None, **kwargs: Any) -> None:
        if stored is not None:
            _begin_with(kwargs["instance"], stored["content"])
        super().__init__(*args, **kwargs)
        self.fields["headline"].error_messages["required"] = _(
            "A piece needs a headline, if only a working one."
        )
        for name, words in (
            ("kicker", _("Kicker")),
            ("headline", _("Headline")),
            ("standfirst", _("Standfirst")),
        ):
            self.fields[name].widget.attrs |= {"placeholder": words, "aria-label": words}
        self.fields["section"].known = self.instance.section_id  # type: ignore[attr-defined]
        body = self.fields["body"]
        body.widget.config = editing_config(body.widget.config)
        body.widget.preset = "newsroom"
        body.widget.attrs["aria-label"] = _("Text")
        if not self.instance._state.adding and "bylines" not in self.initial:
            self.initial["bylines"] = [
                Over(row.person_id, row.role) for row in self.instance.bylines.all()
            ]
        if stored is not None:
            # From here on, what is asked for is asked of the database.
            self.instance._prefetched_objects_cache.clear()
        if people and not self.is_bound:
            self.offer_people()

    def offer_people(self) -> None:
        """Load the names to choose from; only a form that is shown needs them."""
        self.fields["bylines"].widget.people = [
            (str(person.pk), person.name) for person in Person.objects.only("pk", "name")
        ]

    def clean_kicker(self) -> str:
        return " ".join(self.cleaned_data["kicker"].split())

    def clean_headline(self) -> str:
        return " ".join(self.cleaned_data["headline"].split())

    def clean_slug(self) -> str:
        # An address is no part of a revision, so no conflict tells that somebody else has changed
        # it: who left it alone leaves it as it is now.
        slug = self.cleaned_data["slug"]
        return self.instance.slug if slug == self.data.get("slug_was") else slug

    # What follows asks the database only for what can be wrong: each question costs a save time.

    def _get_validation_exclusions(self) -> set[str]:
        # The form's own field has found the section already.
        known = super()._get_validation_exclusions()  # type: ignore[misc]
        return known | {"section"}

    def validate_unique(self) -> None:
        if "slug" in self.changed_data:
            super().validate_unique()

    @property
    def wrong_properties(self) -> bool:
        """Whether something in the drawer is wrong, so that it must be open."""
        return any(
            name in self.errors
            for name in ("slug", "section", "language", "tags", "embargo", "bylines")
        )


def _begin_with(article: Article, content: Any) -> None:
    """Give an article the tags and bylines of its document, which then are not asked for again."""
    known: dict[str, tuple[Any, list[Any]]] = {
        "tags": (Tag, [Tag(pk=UUID(key)) for key in content["tags"]]),
        "bylines": (
            Byline,
            [Byline(person_id=UUID(row["person"]), role=row["role"]) for row in content["bylines"]],
        ),
    }
    cache = article.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, (model, rows) in known.items():
        found = model._default_manager.none()
        found._result_cache = rows
        cache[name] = found


def editing_config(config: dict[str, Any]) -> dict[str, Any]:
    """The editor without a menu of its own: our toolbar is part of the page."""
    extensions = {**config.get("extensions", {}), "Menu": False, "NoSpellCheck": False}
    return config | {"extensions": extensions | {"ClaimPaint": True}}


class NewArticleForm(forms.ModelForm):
    """As little as it takes to begin."""

    class Meta:
        model = Article
        fields = ("headline", "language", "section", "body")
        field_classes = {"body": BodyFormField}
        widgets = {"headline": forms.TextInput(attrs={"autofocus": True})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        body.widget.config = editing_config(body.widget.config)
        body.widget.preset = "newsroom"
        body.widget.attrs["aria-label"] = _("Text")
        self.fields["headline"].error_messages["required"] = _(
            "A piece needs a headline, if only a working one."
        )


class ImageForm(forms.ModelForm):
    upload = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/gif,image/webp"}),
    )

    class Meta:
        model = Image
        fields = ("caption", "credit", "rights", "alt", "position")
        widgets = {
            "caption": forms.Textarea(
                attrs={"rows": 1, "placeholder": _("Caption"), "aria-label": _("Caption")}
            ),
            "rights": forms.Textarea(attrs={"rows": 2}),
            "alt": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if not upload:
            if self.instance._state.adding:
                raise ValidationError(_("Choose a picture."))
            return None
        if upload.size > pictures.MAX_BYTES:
            raise ValidationError(_("This picture is too large: at most 20 MB."))
        content = upload.read()
        found = pictures.read(content)
        self.instance.media_type = found.media_type
        self.instance.width, self.instance.height = found.width, found.height
        return found.content

    def save(self, commit: bool = True) -> Image:
        if content := self.cleaned_data.get("upload"):
            self.instance.file = pictures.keep(content)
            renditions.make(self.instance.file, content)
        return super().save(commit)


class BaseImages(BaseInlineFormSet):
    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        # The rows come with the piece; looking each up by key again would cost a query each.
        if "id" in form.fields and form.instance.pk and not form.instance._state.adding:
            form.fields["id"] = _Known(form.instance)

    def get_unique_error_message(self, unique_check: Any) -> str:
        return str(_("Choose a picture."))


class _Known(forms.Field):
    """The key of a row that is at hand."""

    widget = forms.HiddenInput

    def __init__(self, row: Image) -> None:
        super().__init__(required=False, initial=row.pk)
        self.row = row

    def to_python(self, value: Any) -> Any:
        if str(value) != str(self.row.pk):
            raise ValidationError(_("The pictures of this piece have changed: load it anew."))
        return self.row

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


ImageFormSet = inlineformset_factory(
    Article, Image, form=ImageForm, formset=BaseImages, extra=1, can_delete=True
)


class HandOnForm(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        choices=[(state.value, state.label) for state in State if state != State.SHELVED],
        widget=forms.RadioSelect,
    )
    assignee = forms.ModelChoiceField(
        label=_("With"), queryset=User.objects.none(), required=False, empty_label=_("nobody")
    )
    due = forms.DateTimeField(label=_("Due"), required=False, widget=MomentInput())
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at_work = User.objects.filter(is_active=True, is_staff=True)
        self.fields["assignee"].queryset = at_work.order_by(  # type: ignore[attr-defined]
            "last_name", "first_name", "username"
        )


class ReplaceForm(forms.Form):
    """A whole new text: pasted, or a file."""

    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("New text"),
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        help_text=_("Paragraphs with an empty line between them; Markdown is understood."),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    file = forms.FileField(
        label=_("… or a file"),
        required=False,
        help_text=_("Text, Markdown, HTML or Word. Its first heading is not taken as headline."),
    )

    def clean(self) -> dict[str, Any]:
        """Add the new ``body``."""
        told = super().clean() or {}
        file, text = told.get("file"), told.get("text") or ""
        if bool(file) == bool(text.strip()):
            raise ValidationError(_("Paste a text or choose a file, one of the two."))
        data, name = (file.read(MAX_BYTES + 1), file.name) if file else (text.encode(), "text.md")
        try:
            # Given a headline of its own, a manuscript keeps its headings.
            told["body"] = convert(data, name, headline="–").body
        except ImportRefused as refused:
            raise ValidationError(str(refused)) from refused
        return told


class PublishForm(forms.Form):
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What is this?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Public note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Tells readers what was changed."),
    )
    deadline = forms.DateTimeField(
        label=_("Unconfirmed until"),
        required=False,
        widget=MomentInput(),
        help_text=_("Only for developing stories: when the unconfirmed will be settled."),
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = services.KINDS_OF_FIRST if first else services.KINDS_OF_NEXT
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in map(Kind, kinds)
        ]
        if first:
            self.fields["kind"].initial = Kind.FIRST
            self.fields["note"].help_text = _("Optional for a first publication.")


class RetractForm(forms.Form):
    note = forms.CharField(
        label=_("Public note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tells readers why the piece is retracted."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the record of the desk only."),
    )


class ReplyForm(forms.Form):
    claim = forms.ModelChoiceField(
        label=_("To the claim"), queryset=Claim.objects.none(), empty_label=None
    )
    author = forms.CharField(label=_("Who replies"), max_length=300)
    # Word for word: not even the white space around it is ours.
    text = forms.CharField(
        label=_("Reply"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Word for word. Nobody can change it later."),
    )

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        claims = Claim.objects.filter(article=article)
        self.fields["claim"].queryset = claims  # type: ignore[attr-defined]


class BlockForm(forms.Form):
    what = forms.ChoiceField(
        label=_("What readers must not see"),
        choices=[("words", _("certain words")), ("whole", _("the whole piece"))],
        initial="words",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, in every form in which they stand there."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Which order, of whom, of which day. For the record of the desk only."),
    )

    @property
    def told(self) -> dict[str, Any]:
        """What the service takes."""
        whole = self.cleaned_data["what"] == "whole"
        words = [] if whole else self.cleaned_data["words"].splitlines()
        return {"whole": whole, "words": words, "reason": self.cleaned_data["reason"]}


class UnblockForm(forms.Form):
    reason = forms.CharField(label=_("Why it is lifted"), max_length=1000)


class CorrectionForm(forms.Form):
    wrong = forms.CharField(
        label=_("What was wrong"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    right = forms.CharField(
        label=_("What is right"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    since = forms.DateTimeField(
        label=_("Wrong since"),
        required=False,
        widget=MomentInput(),
        help_text=_("If not from the beginning."),
    )


CorrectionFormSet = forms.formset_factory(CorrectionForm, extra=2)


# What services object to


class Refused(Exception):
    """Something that was filled in cannot be saved; the forms say what."""


@contextmanager
def blaming(form: forms.BaseForm | None, field: str | None = None) -> Iterator[None]:
    """Let a service's objections stand at the fields of a form."""
    try:
        yield
    except ValidationError as error:
        if form is None:
            raise
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error(field, error)
        raise Refused from error
