"""The facts of a record as its page shows them, in sections."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.conditions.fields import value_of
from core.currencies import base_currency
from core.fields.texts import amount_text
from core.models import DerivedValue, User
from core.permissions import Access
from core.records.declaration import RecordPage
from core.records.derived import as_kept, derivations_of, sentence_of
from core.records.fields import RecordField, built_in, fields_for
from core.records.layouts import arranged, has_place, headings_of, layout_at
from core.records.lookups import lookup_rows, name_of
from core.registries import RecordType, record_types
from core.registries.records import Field
from core.templatetags.ui import dialled, short_address, web_address


@dataclass(frozen=True)
class Fact:
    """A label and a value, and where it is edited.

    `type` says how the value is drawn; `text` is the value in words, `url` where it leads,
    `derived` how it came about where nobody typed it.
    """

    name: str
    label: Any
    type: str
    value: Any
    text: str = ""
    url: str = ""
    title: str = ""
    edit_url: str = ""
    derived: str = ""

    @property
    def is_empty(self) -> bool:
        return self.value in (None, "", [])


@dataclass(frozen=True)
class Section:
    """Facts under a heading; `url` leads to the record that they are of, `more` are behind a button."""

    label: Any
    facts: list[Fact]
    url: str = ""
    name: str = ""
    icon: str = ""
    more: frozenset[str] = frozenset()

    @property
    def filled(self) -> list[Fact]:
        return [fact for fact in self.facts if not (fact.is_empty or fact.name in self.more)]

    @property
    def behind(self) -> list[Fact]:
        """What a button shows: facts that the layout puts there, then those without a value."""
        more = [fact for fact in self.facts if fact.name in self.more and not fact.is_empty]
        return [*more, *(fact for fact in self.facts if fact.is_empty)]

    @property
    def has_more(self) -> bool:
        return any(not fact.is_empty for fact in self.behind)


@dataclass
class FactReader:
    """Reads facts for one user; what added fields link to is read at once."""

    user: User
    rows: dict[tuple[str, int], Any] = field(default_factory=dict)
    derived: dict[tuple[str, int, str], DerivedValue] = field(default_factory=dict)

    @cached_property
    def base_currency(self) -> str:
        return base_currency()

    @property
    def access(self) -> Access:
        return permissions.access_of(self.user)

    def prefetch(self, fields: Iterable[RecordField], record: Any) -> None:
        """Read the rows that added fields point to, one query for each type, and what came by itself."""
        self.derived |= derivations_of(record)
        wanted: dict[str, set[int]] = {}
        for each in fields:
            value = each.value(record) if each.custom and each.is_link else None
            if value is not None:
                wanted.setdefault(_target_of(each), set()).add(value)
        for target, numbers in wanted.items():
            for row in lookup_rows(target, self.user).filter(pk__in=numbers):
                self.rows[target, row.pk] = row

    def fact(self, each: RecordField, record: Any, may_edit: bool) -> Fact:
        value = each.value(record)
        is_open = may_edit and each.is_editable and self.access.edits(each.rule)
        shown = self._shown(each, record, value)
        if shown.get("title") == HIDDEN:
            is_open = False
        edit_url = _edit_url(record, each) if is_open else ""
        derived = self._derived(each, record, value)
        return Fact(
            each.name,
            each.label,
            str(each.type),
            value,
            edit_url=edit_url,
            derived=derived,
            **shown,
        )

    def _derived(self, each: RecordField, record: Any, value: Any) -> str:
        """How the value came about by itself, while it is still that value."""
        known = self.derived.get((record._meta.label_lower, record.pk, each.name))
        return sentence_of(known) if known and known.value == as_kept(value) else ""

    def _shown(self, each: RecordField, record: Any, value: Any) -> dict[str, str]:
        if value in (None, "", []):
            return {}
        if each.is_link:
            return self._link(each, value)
        if each.type == FieldType.MONEY:
            return self._money(each, record, value)
        reader = READERS.get(each.type)
        return reader(value) if reader else {"text": each.text(value, record)}

    def _link(self, each: RecordField, value: Any) -> dict[str, str]:
        target = _target_of(each)
        row = self.rows.get((target, value)) if each.custom else value
        if target == "core.user":
            return {"text": name_of(row, self.user) if row else _("somebody who is gone")}
        if row is None or not permissions.reaches(record_types[target].model, self.user, row):
            return {"text": _("a record that you may not see"), "title": HIDDEN}
        return {"text": name_of(row, self.user), "url": row.get_absolute_url()}

    def _money(self, each: RecordField, record: Any, value: Any) -> dict[str, str]:
        """In its own currency; in the base currency beside it where that is known."""
        currency = each.currency(record)
        shown = {"text": amount_text(value, currency or self.base_currency)}
        declared = each.declared
        if declared and declared.shown and currency not in ("", self.base_currency):
            base = value_of(record, declared.value_path)
            shown["title"] = amount_text(base, self.base_currency) if base is not None else ""
        return shown

    def say(self, each: RecordField, record: Any, value: Any) -> str:
        """A value that somebody has sent, or that a form was loaded with, in words."""
        if value in (None, "", []):
            return _("empty")
        if each.is_link:
            target = _target_of(each)
            number = getattr(value, "pk", value)
            row = lookup_rows(target, self.user).filter(pk=number).first()
            return name_of(row, self.user) if row else _("a record that you may not see")
        return each.text(value, record)


HIDDEN = "hidden"
READERS: dict[FieldType, Any] = {
    FieldType.EMAIL: lambda text: {"text": text, "url": f"mailto:{text}"},
    FieldType.PHONE: lambda text: {"text": text, "url": f"tel:{dialled(text)}"},
    FieldType.URL: lambda text: {"text": short_address(text), "url": web_address(text)},
    FieldType.MOMENT: lambda _moment: {},
}


def _target_of(each: RecordField) -> str:
    return "core.user" if each.type == FieldType.USER else each.target


def _edit_url(record: Any, each: RecordField) -> str:
    return reverse("record_field", args=[record._meta.label_lower, record.pk, each.name])


def sections_of(page: RecordPage, record: Any, reader: FactReader) -> list[Section]:
    """The facts of the page: its own by section, then those of linked records.

    The record comes `with_layout`.
    """
    may_edit = page.is_open(record) and permissions.reaches(
        type(record), reader.user, record, "edit"
    )
    fields = [f for f in fields_for(page.record_type, reader.access) if has_place(f)]
    reader.prefetch(fields, record)
    by_section: dict[str, list[Fact]] = {}
    spots = arranged(page, fields, layout_at(record))
    for spot, each in spots:
        by_section.setdefault(spot.section, []).append(reader.fact(each, record, may_edit))
    more = frozenset(spot.name for spot, _field in spots if spot.is_more)
    own = [
        Section(label, by_section[key], more=more)
        for key, label in headings_of(page).items()
        if key in by_section
    ]
    linked = _linked_sections(page, record, reader)
    before = [section for section, is_before in linked if is_before]
    return [*before, *own, *(section for section, is_before in linked if not is_before)]


def _linked_sections(
    page: RecordPage, record: Any, reader: FactReader
) -> list[tuple[Section, bool]]:
    sections = []
    for linked in page.linked:
        row = getattr(record, linked.link)
        kind: RecordType = record_types[_declared(page, linked.link).target]
        is_told = reader.access.sees(page.record_type.field_name(linked.link))
        if row is None or not is_told or not permissions.reaches(kind.model, reader.user, row):
            continue
        may_edit = permissions.reaches(kind.model, reader.user, row, "edit")
        known = {each.name: each for each in built_in(kind)}
        facts = [
            reader.fact(known[name], row, may_edit)
            for name in linked.fields
            if reader.access.sees(known[name].rule)
        ]
        name = name_of(row, reader.user)
        section = Section(linked.label, facts, row.get_absolute_url(), name, kind.icon)
        sections.append((section, linked.comes_first))
    return sections


def _declared(page: RecordPage, link: str) -> Field:
    return page.record_type.field[link]


def find_field(page: RecordPage, name: str, access: Access) -> RecordField | None:
    """The field of the name, if it may be seen."""
    return next((f for f in fields_for(page.record_type, access) if f.name == name), None)
