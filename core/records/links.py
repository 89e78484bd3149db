"""Controls that choose records and tags: with suggestions where scripts run, by name where not."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.errors import Refused
from core.ids import id_in
from core.models import User
from core.records.lookups import called, lookup_rows, name_of
from core.tags import checked_names, names_in
from core.text import comparable

COMBOBOX = {
    "type": "text",
    "role": "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "autocomplete": "off",
}


class Suggesting(forms.TextInput):
    """A line with suggestions from the server; `<name>_id` holds the number of the chosen row."""

    target = ""
    chosen: Any = None
    chosen_name = ""
    is_list = False
    template = "core/record/combobox.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        text = data.get(name)
        return None if text is None else (str(text).strip()[:200], data.get(f"{name}_id", ""))

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        text, given = value if isinstance(value, tuple) else (value or "", "")
        is_chosen = self.chosen is not None and text == self.chosen_name
        given_attrs = {**self.attrs, **(attrs or {})}
        identity = given_attrs.get("id", f"id_{name}")
        context = {
            "name": name,
            "number": given or (self.chosen.pk if is_chosen else ""),
            "list_id": f"{identity}-list",
            "attributes": flatatt({**COMBOBOX, "class": "input", **given_attrs, "value": text}),
            "is_disabled": given_attrs.get("disabled", False),
            "url": reverse("lookup", args=[self.target]),
            "is_list": self.is_list,
        }
        return render_to_string(self.template, context)


class LinkField(forms.Field):
    """A record of a type, among those that the user may see.

    With `allows_new` a name that no record has is a value, too: the service makes the record.
    """

    current: Any = None

    def __init__(self, *, target: str, user: User, allows_new: bool = False, **given: Any) -> None:
        self.target, self.user, self.allows_new = target, user, allows_new
        widget = Suggesting()
        widget.target = target
        super().__init__(widget=widget, **given)

    def prepare_value(self, value: Any) -> Any:
        """A row is shown by its name."""
        if value is None or isinstance(value, str | tuple):
            return value or ""
        name = name_of(value, self.user)
        widget: Any = self.widget
        widget.chosen, widget.chosen_name = value, name
        return name

    def row(self, number: Any) -> Any:
        """The row of a number, as far as the user may see it."""
        pk = id_in(str(number))
        return None if pk is None else lookup_rows(self.target, self.user).filter(pk=pk).first()

    def clean(self, value: Any) -> Any:
        text, number = value if isinstance(value, tuple) else (value or "", "")
        if "\0" in text:
            raise forms.ValidationError(_("Choose one of the suggestions."))
        if not text:
            return super().clean(None)
        found = self._by_number(text, number) or self._same(text) or self._by_name(text)
        if found is None and not self.allows_new:
            raise forms.ValidationError(_("Choose one of the suggestions."))
        return found if found is not None else text

    def _by_number(self, text: str, number: str) -> Any:
        """The row of the number, as long as the text is still its name."""
        row = self.row(number)
        is_same = row is not None and comparable(name_of(row, self.user)) == comparable(text)
        return row if is_same else None

    def _same(self, text: str) -> Any:
        """The row that is there already, when its name still stands in the line."""
        if self.current is None:
            return None
        is_same = comparable(name_of(self.current, self.user)) == comparable(text)
        return self.current if is_same else None

    def _by_name(self, text: str) -> Any:
        found = called(self.target, text, self.user)
        if len(found) > 1 and not self.allows_new:
            raise forms.ValidationError(
                _("There are several called “%(name)s”. Choose one of the suggestions.")
                % {"name": text}
            )
        return found[0] if len(found) == 1 else None


class TagLine(Suggesting):
    """Tags in one line, separated by commas, suggested one by one."""

    target = "core.tag"
    is_list = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name)


class TagsField(forms.Field):
    """A list of tags by name; each once, however it is written."""

    widget = TagLine

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            names = checked_names(names_in(str(value or "").replace("\0", "")))
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return sorted(names, key=comparable)
