"""What people fill in about claims: the claim, its evidence, its further passages, a check."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sources import csl, intake, references, services
from sources.choices import Kind as SourceKind
from sources.choices import Terms, Tier
from sources.models import Lookup, Source

from .choices import Credibility, Place, Stance, Verdict
from .models import Check, Citation, Claim, CommentSought

DATE: dict[str, Any] = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class KeysField(forms.Field):
    """Claims by key, from several inputs of one name; in one query."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[Claim]:
        keys = []
        for key in value or []:
            try:
                keys.append(UUID(str(key)))
            except ValueError:
                raise forms.ValidationError(_("There is no such claim.")) from None
        found = list(Claim.objects.live().filter(pk__in=keys)) if keys else []
        if len(found) != len(set(keys)):
            raise forms.ValidationError(_("One of these claims no longer exists."))
        return found


class ClaimForm(forms.ModelForm):
    rests_on = KeysField(label=_("Rests on"), required=False)
    # Claims whose evidence is taken over.
    cites_as = KeysField(label=_("Same evidence"), required=False)

    class Meta:
        model = Claim
        fields = ("statement", "voice", "attribution", "risk", "accuses", "as_of", "check_by")
        labels = {
            "statement": _("What is claimed?"),
            "voice": _("Voice"),
            "attribution": _("Who says so"),
            "risk": _("Risk"),
            "accuses": _("Accuses somebody"),
            "as_of": _("As of"),
            "check_by": _("Check again by"),
        }
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 3}),
            "voice": forms.RadioSelect,
            "risk": forms.RadioSelect,
            "as_of": DATE["widget"],
            "check_by": DATE["widget"],
        }

    @property
    def told(self) -> dict[str, Any]:
        """What a service takes: the claim's fields without its foundations."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class CommentForm(forms.Form):
    """Of whom a comment was sought, when, and what came of it. Left wholly empty, of nobody."""

    whom = forms.CharField(label=_("Who was asked"), required=False, max_length=300)
    at = forms.DateTimeField(
        label=_("Asked at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Without one, none came yet."),
    )

    def __init__(self, *args: Any, comment: CommentSought | None = None, **kwargs: Any) -> None:
        self.comment = comment
        if comment is not None:
            kwargs["initial"] = {name: getattr(comment, name) for name in ("whom", "at", "answer")}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if self.asks:
            for name, message in (
                ("whom", _("Say who was asked.")),
                ("at", _("Say when they were asked.")),
            ):
                if not told.get(name) and name not in self.errors:
                    self.add_error(name, message)
        return told

    @property
    def asks(self) -> bool:
        """Whether there is something to record."""
        return self.comment is not None or any(self.cleaned_data.values())


class CitationForm(forms.Form):
    """How a claim is tied to a source. Left wholly empty, it asks for nothing."""

    citation = forms.UUIDField(required=False, widget=forms.HiddenInput)
    source = forms.UUIDField(label=_("Source"), required=False, widget=forms.HiddenInput)
    stance = forms.ChoiceField(
        label=_("The evidence"), choices=Stance, initial=Stance.SUPPORTS, widget=forms.RadioSelect
    )
    quote = forms.CharField(
        label=_("Words of the source"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Word for word as in the source."),
    )
    locator = forms.CharField(
        label=_("Where it stands"),
        required=False,
        max_length=200,
        help_text=_("Page, paragraph, minute …"),
    )
    translation = forms.CharField(
        label=_("Translation"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    credibility = forms.ChoiceField(
        label=_("How credible is this"),
        choices=Credibility,
        initial=Credibility.UNKNOWN,
        required=False,
        help_text=_("Of what it says here, whoever says it. The source is rated on its own page."),
    )
    tier = forms.ChoiceField(
        label=_("Disclosure"), choices=Tier, initial=Tier.NAMED, widget=forms.RadioSelect
    )
    authorised_on = forms.DateField(
        label=_("Authorised on"),
        required=False,
        help_text=_(
            "When whoever said these words released them. If the words change, they have to be"
            " released anew."
        ),
        **DATE,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the desk only."),
    )

    WORDS = ("quote", "translation", "locator", "note")

    def __init__(self, *args: Any, user: Any, new_source: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.new_source = new_source

    def clean_source(self) -> Source | None:
        key = self.cleaned_data["source"]
        if key is None:
            return None
        found = Source.objects.offered_to(self.user).filter(pk=key).first()
        if found is None:
            raise forms.ValidationError(_("Choose a source from the list."))
        return found

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        given = told.get("source") or told.get("citation") or self.new_source
        wanted = any(told.get(name) for name in self.WORDS)
        if wanted and not given and "source" not in self.errors:
            self.add_error("source", _("Say where this stands: choose a source or make one."))
        if (day := told.get("authorised_on")) and day > timezone.localdate():
            self.add_error("authorised_on", _("This has not happened yet."))
        return told

    def grades(self) -> list[Credibility]:
        """Return the grades of credibility, each of which says what it means."""
        return list(Credibility)

    @property
    def fields_told(self) -> dict[str, Any]:
        """What is told of the citation beside its words."""
        names = ("stance", "tier", "credibility", "authorised_on")
        told = {name: self.cleaned_data[name] for name in names}
        return told if told["credibility"] else {**told, "credibility": Credibility.UNKNOWN}

    @property
    def asks_for_citation(self) -> bool:
        return bool(self.cleaned_data.get("source")) or self.new_source

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.WORDS}

    @classmethod
    def initial_of(cls, citation: Citation, *, words: bool) -> dict[str, Any]:
        shown = citation.words if words else dict.fromkeys(cls.WORDS, "")
        return {
            "citation": citation.pk,
            "source": citation.source_id,
            "stance": citation.stance,
            "tier": citation.tier,
            "credibility": citation.credibility,
            "authorised_on": citation.authorised_on,
            **shown,
        }


class NewSourceForm(forms.Form):
    """The least that makes a source: it can be completed later.

    It may begin with what was looked up. What somebody typed counts; what was found and has no
    field here stays.
    """

    lookup = forms.CharField(required=False, widget=forms.HiddenInput)
    entry = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), required=False)
    authors = forms.CharField(
        label=_("Author or institution"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 1}),
        help_text=_("A person as “Family, Given”; an institution as it is called. One a line."),
    )
    url = forms.URLField(label=_("Address"), required=False, assume_scheme="https")
    issued = forms.CharField(
        label=_("Date"), required=False, help_text=_("2025-04-30, 2025-04 or 2025.")
    )
    container = forms.CharField(label=_("Appeared in"), required=False)
    publisher = forms.CharField(label=_("Published by"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=SourceKind, initial=SourceKind.PAGE)
    tier = forms.ChoiceField(label=_("Disclosure"), choices=Tier, initial=Tier.NAMED)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=300,
        help_text=_("How readers may know a described source: “a person who was in the room”."),
    )
    terms = forms.ChoiceField(
        label=_("Terms"),
        required=False,
        choices=[("", _("not noted")), *Terms.choices],
        help_text=_("Of a person: what was agreed before they spoke."),
    )

    CSL_TYPES = {
        SourceKind.DOCUMENT: "document",
        SourceKind.PAGE: "webpage",
        SourceKind.DATASET: "dataset",
        SourceKind.PERSON: "interview",
    }
    TYPED = ("title", "authors", "url", "issued", "container", "publisher")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.csl: dict[str, Any] = {}

    @cached_property
    def looked_up(self) -> Lookup | None:
        """What this source was looked up by, if it was."""
        return intake.lookup_of(self.user, self["lookup"].value() or "") if self.is_bound else None

    @cached_property
    def found(self) -> dict[str, Any]:
        lookup = self.looked_up
        return intake.entry(lookup, self["entry"].value() or "") if lookup else {}

    @property
    def reference(self) -> str:
        """What was found, as a reference."""
        return references.reference(self.found, get_language() or "en") if self.found else ""

    @classmethod
    def shown(cls, found: dict[str, Any]) -> dict[str, str]:
        """Return what the fields show of what was found."""
        lines = csl.lines(found)
        return {name: lines[name] for name in cls.TYPED} | {"kind": services.kind_of(found)}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if self["lookup"].value() and self.looked_up is None:
            self.add_error(None, _("What was looked up is no longer kept: paste it again."))
        if not told.get("title") and not told.get("authors") and not self.errors:
            self.add_error("title", _("Give the source a title, or say whose it is."))
        if told.get("tier") == Tier.DESCRIBED and not told.get("description"):
            self.add_error("description", _("Say how readers may know this source."))
        if told.get("terms") == Terms.BACKGROUND and told.get("tier") == Tier.NAMED:
            self.add_error("terms", _("Who spoke on background is not named: describe the source."))
        if not self.errors:
            try:
                self.csl = self._merged(told)
            except forms.ValidationError as error:
                self.add_error(None, error)
        return told

    def _merged(self, told: dict[str, Any]) -> dict[str, Any]:
        typed = {name: told[name] for name in self.TYPED}
        if not self.found:
            typed["title"] = typed["title"] or typed["authors"]
            typed["container"] = typed["container"] or urlsplit(typed["url"]).hostname or ""
        begun = self.found or {"type": self.CSL_TYPES.get(told["kind"], "document")}
        return csl.merged(begun, typed)


class PassageForm(forms.Form):
    """A further place where the piece states the claim: exact words of a plain field."""

    place = forms.ChoiceField(label=_("Also stated in"), required=False)
    words = forms.CharField(label=_("Exact words there"), required=False)

    def __init__(self, *args: Any, images: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("nowhere else")),
            *(
                (place.value, place.label)
                for place in (Place.HEADLINE, Place.KICKER, Place.STANDFIRST)
            ),
            *(
                (
                    f"{Place.CAPTION}:{image.pk}",
                    _("caption: %(words)s") % {"words": image.caption[:40] or index},
                )
                for index, image in enumerate(images, start=1)
            ),
        ]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("words") and not told.get("place"):
            self.add_error("place", _("Say where these words stand."))
        if told.get("place") and not told.get("words") and "words" not in self.errors:
            self.add_error("words", _("Give the exact words, or select them in the text."))
        return told

    @property
    def target(self) -> tuple[str, UUID | None] | None:
        place = self.cleaned_data.get("place")
        if not place:
            return None
        field, _colon, image = place.partition(":")
        return field, UUID(image) if image else None


class CheckForm(forms.ModelForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict, widget=forms.RadioSelect)

    class Meta:
        model = Check
        fields = ("verdict", "confirmed", "note")
        labels = {"confirmed": _("The passage says so"), "note": _("Note")}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("verdict") == Verdict.VOID and not told.get("note"):
            self.add_error("note", _("Say why the earlier checks do not count."))
        return told
