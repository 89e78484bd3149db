"""The forms of bulk changes: each says what is to be done with the chosen records."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict  # noqa: TID251  # what a form was given
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.assigning import assignable_users
from core.changes import AddTags, Assign, Change, Delete, RemoveTags, SetField
from core.changes.values import control_of, editable_fields
from core.models import Tag, User
from core.records.fields import RecordField
from core.records.plain import plain
from core.registries import RecordType, change_kinds
from core.tags import names_in, tags_called

MOST_TAGS = 100


class ChangeForm(forms.Form):
    """What every dialog has: the record type, who asks, and the change that was asked for."""

    def __init__(
        self, data: QueryDict | None, *, kind: RecordType, by: User, initial: dict[str, Any]
    ) -> None:
        self.kind, self.by = kind, by
        super().__init__(data, auto_id="bulk_%s", initial=initial)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the record type and the user."""

    def change(self) -> Change:
        raise NotImplementedError


class DeleteForm(ChangeForm):
    """Nothing to say: the dialog only names how many."""

    def change(self) -> Change:
        return Delete()


class PlainForm(ChangeForm):
    """A change of an app that needs nothing said."""

    def __init__(self, *args: Any, change: type[Change], **kwargs: Any) -> None:
        self.made = change
        super().__init__(*args, **kwargs)

    def change(self) -> Change:
        return self.made()


class AssignForm(ChangeForm):
    """The new owner."""

    owner = forms.TypedChoiceField(label=gettext_lazy("New owner"), coerce=int)

    def prepare(self) -> None:
        field: Any = self.fields["owner"]
        users = assignable_users(self.by, self.kind.key)
        field.choices = [(user.pk, user.display_name) for user in users]

    def change(self) -> Change:
        return Assign(self.cleaned_data["owner"])


class TagForm(ChangeForm):
    """Tags to add or to take away; new ones are made by writing them."""

    way = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=[
            ("add", pgettext_lazy("tags", "Add")),
            ("remove", pgettext_lazy("tags", "Take away")),
        ],
        initial="add",
        widget=forms.RadioSelect,
    )
    tags = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Tags"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    names = forms.CharField(
        label=gettext_lazy("Others"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Several are separated by commas."),
    )

    def prepare(self) -> None:
        field: Any = self.fields["tags"]
        field.choices = list(Tag.objects.values_list("pk", "name")[:MOST_TAGS])
        if not field.choices:
            del self.fields["tags"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("tags") and not data.get("names"):
            self.add_error("names", _("Choose a tag, or write one."))
        return data

    def change(self) -> Change:
        is_added = self.cleaned_data["way"] == "add"
        named = tags_called(names_in(self.cleaned_data["names"]), is_making=is_added)
        pks = tuple(dict.fromkeys([*self.cleaned_data.get("tags", []), *(t.pk for t in named)]))
        return AddTags(pks) if is_added else RemoveTags(pks)


class EditForm(ChangeForm):
    """One field and its new value; the control of the value is that of the field."""

    field = forms.ChoiceField(label=gettext_lazy("Field"))

    def prepare(self) -> None:
        self.editable = editable_fields(self.kind, self.by)
        choice: Any = self.fields["field"]
        choice.choices = [("", "—"), *((f.name, f.label) for f in self.editable.values())]
        if self.chosen is None:
            return
        control = control_of(self.kind, self.chosen, self.by)
        if not control.required:
            control.help_text = _("Leave it empty to take the value away.")
        self.fields["value"] = control

    @property
    def chosen(self) -> RecordField | None:
        return self.editable.get(self["field"].value())

    def change(self) -> Change:
        return SetField(self.cleaned_data["field"], plain(self.cleaned_data["value"]))


class ExportForm(forms.Form):
    """The kind of file."""

    form = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[
            ("csv", gettext_lazy("CSV, for any program and any number of rows")),
            ("xlsx", gettext_lazy("Excel, up to 100,000 rows")),
        ],
        initial="csv",
        widget=forms.RadioSelect,
    )
    numbers = forms.BooleanField(
        label=gettext_lazy("With the number of each record"),
        help_text=gettext_lazy("Change the file and import it again to update these records."),
        required=False,
        initial=True,
    )


FORMS: dict[str, type[ChangeForm]] = {
    "assign": AssignForm,
    "tag": TagForm,
    "edit": EditForm,
    "delete": DeleteForm,
}


def form_for(action: str) -> Callable[..., ChangeForm] | None:
    """The form of a bulk action, those of the apps included."""
    if action in change_kinds and change_kinds[action].record_type:
        added = change_kinds[action]
        form: Callable[..., ChangeForm] = added.form or partial(PlainForm, change=added.change)
        return form
    return FORMS.get(action)
