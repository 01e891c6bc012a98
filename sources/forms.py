"""Editing a source: who or what it is, how far it may be shown, and new copies of it."""

from typing import Any

from django import forms
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from history.revisions import latest_revision

from . import csl
from .choices import Reliability, Terms, Tier
from .models import Source

# What newsrooms cite, in the words of CSL.
TYPES = [
    ("", "–"),
    ("article-newspaper", _("newspaper article")),
    ("article-magazine", _("magazine article")),
    ("article-journal", _("journal article")),
    ("webpage", _("web page")),
    ("post", _("post")),
    ("report", _("report")),
    ("dataset", _("data set")),
    ("interview", _("interview")),
    ("personal_communication", _("personal communication")),
    ("speech", _("speech")),
    ("broadcast", _("broadcast")),
    ("book", _("book")),
    ("chapter", _("chapter")),
    ("legal_case", _("court decision")),
    ("legislation", _("law")),
    ("bill", _("parliamentary paper")),
    ("map", _("map")),
    ("document", _("other document")),
]


def _line(**kwargs: Any) -> forms.CharField:
    kwargs.setdefault("widget", widgets.AdminTextInputWidget)
    return forms.CharField(required=False, **kwargs)


def _rows(number: int, **kwargs: Any) -> forms.CharField:
    return _line(widget=widgets.AdminTextareaWidget(attrs={"rows": number}), **kwargs)


def _explained(grades: Any, required: bool) -> list[tuple[str, SafeString]]:
    """Return choices that say what they mean."""
    told = [
        (grade.value, format_html("<b>{}</b> <span>{}</span>", grade.label, grade.guidance))
        for grade in grades
    ]
    return told if required else [("", format_html("<b>{}</b>", _("not noted"))), *told]


class SourceForm(forms.ModelForm):
    """What anyone who edits sources may see of one. ``user`` is set by the admin."""

    user: Any = None
    too_large = False
    # The latest revision when the form was opened.
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)
    upload = forms.FileField(
        label=_("new copy"),
        required=False,
        help_text=_(
            "A file of up to 50 MB: the document, a saved page, a recording. It is kept as it is"
            " and cannot be changed later; that of a protected source is sealed."
        ),
    )
    upload_address = _line(
        label=_("found at"), help_text=_("The web address that the copy was taken from.")
    )

    class Meta:
        model = Source
        fields = ["kind", "tier", "description", "reliability", "origin", "terms", "authorises"]
        widgets = {"reliability": forms.RadioSelect, "terms": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # As Django writes the labels of a model's own fields.
            field.label = capfirst(field.label) if field.label else field.label
        for name, grades in (("reliability", Reliability), ("terms", Terms)):
            if name in self.fields:
                self.fields[name].choices = _explained(grades, self.fields[name].required)  # type: ignore[attr-defined]
        self.stored_tier = "" if self.instance._state.adding else self.instance.tier
        if "based_on" in self.fields and self.stored_tier:
            self.latest = latest_revision(self.instance)
            self.initial["based_on"] = self.latest
        if "tier" in self.fields and not self._may_be_confidential():
            tiers = [c for c in Tier.choices if c[0] != Tier.CONFIDENTIAL]
            self.fields["tier"].choices = tiers  # type: ignore[attr-defined]
        if not self.user.has_perm("sources.add_capture"):
            self.fields.pop("upload", None)
            self.fields.pop("upload_address", None)

    def _may_be_confidential(self) -> bool:
        # Nobody else would find it again.
        return self.stored_tier == Tier.CONFIDENTIAL or self.user.has_perm("sources.view_identity")

    def clean_upload(self) -> Any:
        if self.too_large:
            raise ValidationError(_("The file is larger than 50 MB."))
        return self.cleaned_data["upload"]

    def clean_upload_address(self) -> str:
        if address := self.cleaned_data["upload_address"]:
            URLValidator(schemes=["http", "https"], message=_("This is no web address."))(address)
        return address

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.stored_tier and data.get("based_on") not in (None, self.latest):
            # What was typed stays in the form; saving again is then a decision.
            sent: Any = self.data.copy()  # type: ignore[attr-defined]
            sent[self.add_prefix("based_on")] = str(self.latest)
            self.data = sent
            self.add_error(
                None,
                _(
                    "Somebody has changed this source since you opened it. Look at its history;"
                    " if you save again, what stands here replaces it."
                ),
            )
        tier, description = data.get("tier"), data.get("description")
        if tier == Tier.DESCRIBED and not description:
            self.add_error("description", _("Say how readers may know this source."))
        if tier == Tier.CONFIDENTIAL and description:
            self.add_error("description", _("A confidential source has no public description."))
        if data.get("terms") == Terms.BACKGROUND and tier == Tier.NAMED:
            message = _(
                "Who spoke on background is not named: describe the source, or keep it"
                " confidential."
            )
            self.add_error("terms", message)
        origin = data.get("origin")
        if origin is not None and origin.pk == self.instance.pk:
            self.add_error("origin", _("A source cannot be its own origin."))
        return data

    def validate_constraints(self) -> None:
        """Said above, at the fields."""

    @property
    def identity(self) -> dict[str, Any] | None:
        """Who the source is, as typed; ``None`` if that was not asked."""
        return None


class IdentifiedSourceForm(SourceForm):
    """A source with who or what it is, for those who may see that. ``stored`` is its identity."""

    stored: dict[str, Any] = {}
    csl_type = forms.ChoiceField(label=_("type"), required=False, choices=TYPES)
    title = _line(label=_("title"))
    authors = _rows(
        3,
        label=_("authors"),
        help_text=_(
            "One a line: “Family name, given name”. Institutions as they are called, in {braces}"
            " if there is a comma in the name."
        ),
    )
    issued = _line(
        label=_("date"), help_text=_("When it was published: 2025-04-30, 2025-04 or 2025.")
    )
    publisher = _line(label=_("publisher"))
    container = _line(
        label=_("appeared in"), help_text=_("The newspaper, journal, book or site it is part of.")
    )
    url = _line(label=_("web address"))
    doi = _line(label="DOI")
    page = _line(label=_("pages"))
    language = _line(label=_("language"), max_length=20, help_text=_("A code: de, en, ko."))
    genre = _line(
        label=_("kind, in words"),
        help_text=_("As the reference tells it: annual report, judgment, e-mail."),
    )
    number = _line(label=_("number"), help_text=_("Of a report, a bill, a file."))
    volume = _line(label=_("volume"))
    issue = _line(label=_("issue"))
    edition = _line(label=_("edition"), help_text=_("2, not “2nd edition”."))
    section = _line(label=_("section"), help_text=_("Of a law, without §."))
    place = _line(label=_("place of publication"))
    editors = _rows(2, label=_("editors"))
    interviewers = _rows(2, label=_("interviewers"))
    authority = _line(label=_("court or authority"))
    event = _line(label=_("event"), help_text=_("Where a speech was held."))
    event_place = _line(label=_("place of the event"))
    series = _line(label=_("series"))
    isbn = _line(label="ISBN")
    archive = _line(label=_("archive"))
    archive_location = _line(label=_("call number"))
    medium = _line(label=_("medium"))
    accessed = _line(label=_("accessed"), help_text=_("When you last saw it there."))
    contact_details = _rows(
        2,
        label=_("contact"),
        help_text=_("How to reach this source. Kept encrypted, never shown to readers."),
    )
    conflicts = _rows(
        2,
        label=_("conflicts of interest"),
        help_text=_("What it gains or loses by what it says, and who pays it. For the desk only."),
    )
    desk_notes = _rows(3, label=_("notes"), help_text=_("For the desk only."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.csl = self.stored.get("csl") or {}
        shown = csl.lines(self.csl)
        self.initial.update(
            shown,
            contact_details=self.stored.get("contact", ""),
            conflicts=self.stored.get("interests", ""),
            desk_notes=self.stored.get("notes", ""),
        )
        kind = self.fields["csl_type"]
        if shown["csl_type"] not in dict(TYPES):
            kind.choices = [*TYPES, (shown["csl_type"], shown["csl_type"])]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        try:
            # What a form did not have was not emptied.
            sent = [name for name in csl.FIELDS if self.add_prefix(name) in self.data]
            self.csl = csl.merged(self.csl, {name: data.get(name) or "" for name in sent})
        except ValidationError as error:
            self.add_error(None, error)
        if data.get("tier") == Tier.NAMED and not any(
            self.csl.get(key) for key in ("title", "author", "publisher", "URL")
        ):
            self.add_error("title", gettext("Say what this source is: a title, at least."))
        return data

    @property
    def identity(self) -> dict[str, Any]:
        return {
            "csl": self.csl,
            "contact": self.cleaned_data["contact_details"],
            "notes": self.cleaned_data["desk_notes"],
            "interests": self.cleaned_data["conflicts"],
        }
