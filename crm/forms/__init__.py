"""Forms of sales."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.models import User
from crm.choices import (
    ActivityKind,
    Direction,
    Grade,
    Priority,
    grade_of,
    middle_of,
)
from crm.models import Activity, Contact, Lead
from crm.queries.open_tasks import due_at
from crm.queries.timeline.activities import ICONS
from crm.services.imports.kinds import kinds_for
from crm.services.score_overrides import HIGHEST, LONGEST_REASON


class FileForm(forms.Form):
    """A file, or rows copied from a spreadsheet."""

    file = forms.FileField(
        label=_("CSV, Excel or vCard file, or a ZIP archive of them"),
        required=False,
        allow_empty_file=True,  # the service says what to do then
        help_text=_(
            "With a header row; titles above it and totals below do no harm. Text in UTF-8, UTF-16, GB18030 or of Windows, Excel workbooks (.xlsx) and address books (.vcf) are read."
        ),
        widget=forms.FileInput(
            attrs={"accept": ".zip,.csv,.tsv,.txt,.xlsx,.vcf,text/csv,text/vcard"}
        ),
    )
    text = forms.CharField(
        label=_("Or paste the rows here"),
        required=False,
        max_length=5_000_000,
        strip=False,
        help_text=_("Copied from a spreadsheet, with the header row."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        text = str(given.get("text") or "")
        if not given.get("file") and text.strip():
            given["file"] = SimpleUploadedFile(gettext("Pasted rows") + ".csv", text.encode())
        if given.get("file") is None and not self.errors:
            self.add_error("file", gettext("Choose a file, or paste its rows."))
        return given


class UploadForm(FileForm):
    """What is to be imported, and what its rows are."""

    object_type = forms.ChoiceField(label=_("The rows are"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["object_type"]
        field.choices = [("", _("Whatever its columns say")), *kinds_for(user)]


class ActivityForm(forms.Form):
    """What the composer asks for: each kind of activity takes some of the fields."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("activity", "Type"),
        choices=ActivityKind.choices,
        widget=forms.RadioSelect,
        initial=ActivityKind.NOTE,
    )
    subject = forms.CharField(label=_("What is it about?"), max_length=300, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 2,
                "placeholder": _("Write a note, or type / for call, task, meeting, e-mail"),
            }
        ),
    )
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Direction.choices, initial=Direction.OUT, required=False
    )
    outcome = forms.CharField(label=_("Outcome"), max_length=200, required=False)
    location = forms.CharField(label=_("Place"), max_length=200, required=False)
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL, required=False
    )
    owner = forms.ChoiceField(label=_("Who does it"), required=False)
    guests = forms.MultipleChoiceField(
        label=_("Who takes part"), required=False, widget=forms.CheckboxSelectMultiple
    )

    # Which fields a kind takes; the style sheet shows them by the same names.
    TAKES: ClassVar[dict[str, tuple[str, ...]]] = {
        ActivityKind.NOTE: (),
        ActivityKind.CALL: ("direction", "minutes", "outcome", "at"),
        ActivityKind.TASK: ("subject", "due_on", "priority", "owner"),
        ActivityKind.MEETING: ("subject", "at", "minutes", "location", "guests"),
        ActivityKind.EMAIL: ("direction", "subject", "at"),
    }
    RULES: ClassVar[dict[str, str]] = {"due_on": "at"}
    KEYS: ClassVar[dict[str, str]] = {
        ActivityKind.NOTE: "n",
        ActivityKind.CALL: "l",
        ActivityKind.TASK: "t",
    }

    def __init__(
        self,
        *args: Any,
        user: User,
        owners: Iterable[User] = (),
        people: Iterable[Contact] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "composer-%s", **kwargs})
        access = permissions.access_of(user)
        self.owners = {str(owner.pk): owner for owner in owners}
        self.people = {str(person.pk): person for person in people}
        choices: Any = self.fields
        choices["owner"].choices = [(pk, o.display_name) for pk, o in self.owners.items()]
        choices["owner"].initial = str(user.pk)
        choices["guests"].choices = [(pk, p.name_for(access)) for pk, p in self.people.items()]
        needless = {"owner"} if len(self.owners) < 2 else set()
        needless |= set() if self.people else {"guests"}
        for name in list(self.fields):
            rule = f"crm.activity.{self.RULES.get(name, name)}"
            if name in needless or (name != "kind" and not access.edits(rule)):
                del self.fields[name]

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The switch: what each kind is called, and the key that chooses it."""
        chosen = str(self["kind"].value())
        return [
            {
                "value": kind,
                "label": ActivityKind(kind).label,
                "icon": ICONS[kind],
                "key": self.KEYS.get(kind, ""),
                "is_chosen": kind == chosen,
            }
            for kind in self.TAKES
        ]

    @property
    def lines(self) -> list[tuple[forms.BoundField, str]]:
        """The fields that only some kinds take, each with the classes that show it."""
        return [
            (
                self[name],
                " ".join(f"in-{kind}" for kind, names in self.TAKES.items() if name in names),
            )
            for name in self.fields
            if name not in ("kind", "body")
        ]

    def activity(self) -> Activity:
        """The activity that the fields of the chosen kind describe; a task is due in the morning."""
        data = self.cleaned_data
        names = self.TAKES[data["kind"]]
        taken = {
            name: data[name]
            for name in names
            if data.get(name) not in (None, "") and name not in ("owner", "guests", "due_on")
        }
        activity = Activity(kind=data["kind"], body=data.get("body", ""), **taken)
        if "due_on" in names and data.get("due_on"):
            activity.at = due_at(data["due_on"])
        if "owner" in names:
            activity.owner = self.owners.get(data.get("owner", ""))
        return activity

    def guests_chosen(self) -> list[Contact]:
        """Who takes part in a meeting."""
        chosen = self.cleaned_data.get("guests", [])
        is_meeting = self.cleaned_data["kind"] == ActivityKind.MEETING
        return [self.people[pk] for pk in chosen] if is_meeting else []


class TaskForm(forms.Form):
    """A task in one line."""

    subject = forms.CharField(
        label=_("New task"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": _("Add a task"), "autocomplete": "off"}),
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "task-%s", **kwargs})

    def due_at(self) -> datetime | None:
        day = self.cleaned_data["due_on"]
        return due_at(day) if day else None


class SampleRemovalForm(forms.Form):
    """Whoever removes the sample company writes its name."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}), max_length=100)

    def __init__(self, *args: Any, company: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Write %(name)s to confirm") % {"name": company}


class ScoreForm(forms.Form):
    """A score or a grade instead of the model's, and why; `seen` is when the one before was set."""

    score = forms.IntegerField(
        label=_("Score"),
        min_value=0,
        max_value=HIGHEST,
        required=False,
        help_text=_("From 0 to 100."),
    )
    grade = forms.ChoiceField(
        label=_("Or a grade"),
        choices=[("", "—"), *Grade.choices],
        required=False,
        help_text=_("The score is then the middle of the grade."),
    )
    reason = forms.CharField(
        label=pgettext_lazy("score", "Reason"),
        max_length=LONGEST_REASON,
        help_text=_("Stands on the lead for everybody who sees its score."),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, lead: Lead) -> None:
        seen = lead.hand_at.isoformat() if lead.hand_at else ""
        given = {"score": lead.hand_score, "reason": lead.hand_reason, "seen": seen}
        super().__init__(data, initial=given, auto_id="score_%s")

    def clean_seen(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        score, grade = given.get("score"), given.get("grade")
        if self.errors:
            return given
        if score is None and not grade:
            self.add_error("score", gettext("Give a score or a grade."))
        elif score is not None and grade and grade_of(score) != grade:
            sentence = gettext(
                "A score of %(score)s is not of this grade: leave one of them empty."
            )
            self.add_error("grade", sentence % {"score": score})
        return given

    def told(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        score = middle_of(Grade(data["grade"])) if data["score"] is None else data["score"]
        return {"score": score, "reason": data["reason"], "seen": data["seen"]}
