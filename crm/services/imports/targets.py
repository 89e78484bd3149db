"""Where a column may go: the fields of the record type, links by name, number or address, and more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.conditions.viewpoint import Viewpoint
from core.custom_names import custom_name
from core.exports.sheets import currency_head
from core.models import User
from core.records.fields import RecordField
from core.rows.fields import OWNER, RowFields
from core.text import comparable
from crm.services.imports.beside import extras_beside
from crm.services.imports.kinds import EXTERNAL, ID, KINDS, Extra, ImportKind

BY_NAME, BY_NUMBER, BY_EMAIL, BY_ID = "name", "external", "email", "id"
HAS_EMAIL = frozenset({"crm.contact", "crm.company"})
FIELDS, LINKS, NUMBERS, ADDED = "fields", "links", "numbers", "added"


@dataclass(frozen=True)
class Target:
    """One place for a column; `column` is the model's where the value is one of the record itself.

    `by` says what the cell of a link holds of the record `linked` (its type).
    """

    name: str
    label: str
    type: FieldType
    group: str
    field: RecordField | None = None
    column: Any = None
    linked: str = ""
    by: str = ""
    longest: int = 0
    choices: Mapping[str, Any] | None = None
    reads: Callable[[str], Any] | None = None


class Targets:
    """The targets of a record type that somebody may fill, read once."""

    def __init__(self, object_type: str, user: User, view: Viewpoint) -> None:
        self.kind: ImportKind = KINDS[object_type]
        self.user = user
        self.fields = RowFields(self.kind.record_type, user, view, is_of_file=True)

    @cached_property
    def extras(self) -> Mapping[str, Extra]:
        """Those of the kind, and those that apps above take."""
        return {**self.kind.extras, **extras_beside(self.kind.key, self.user)}

    @cached_property
    def by_name(self) -> dict[str, Target]:
        return {target.name: target for target in self._all()}

    def _all(self) -> Iterator[Target]:
        yield from self._extras()
        if self.kind.is_record:
            yield from self._of_record()

    def _of_record(self) -> Iterator[Target]:
        for field in self.fields.by_name.values():
            if field.name not in self.extras and self._is_filled(field):
                yield from self._of_field(field)
        yield Target(EXTERNAL, _("ID in the other system"), FieldType.TEXT, NUMBERS, longest=200)
        yield Target(ID, _("Number in Renmai"), FieldType.NUMBER, NUMBERS)
        for key, field in self.fields.custom.items():
            if not self.fields.refusal(field, is_new=True):
                yield Target(custom_name(key), str(field.label), field.type, ADDED, field)

    def _extras(self) -> Iterator[Target]:
        access = permissions.access_of(self.user)
        for name, extra in self.extras.items():
            if extra.rule and not access.edits(extra.rule):
                continue
            if extra.by:
                label, linked = str(extra.label), extra.target
                yield Target(
                    name,
                    label,
                    extra.type,
                    LINKS,
                    linked=linked,
                    by=extra.by,
                    longest=extra.longest,
                )
            elif extra.target:
                yield from _ways(name, str(extra.label), extra.target)
            else:
                label, longest = str(extra.label), extra.longest
                choices = extra.choices or None
                yield Target(
                    name,
                    label,
                    extra.type,
                    FIELDS,
                    longest=longest,
                    choices=choices,
                    reads=extra.reads,
                )

    def _is_filled(self, field: RecordField) -> bool:
        if field.name == OWNER:
            return permissions.access_of(self.user).may(f"{self.fields.kind.key}.assign")
        return not self.fields.refusal(field, is_new=True)

    def _of_field(self, field: RecordField) -> Iterator[Target]:
        label = str(field.label)
        if field.type == FieldType.LINK:
            yield from _ways(field.name, label, field.target, field)
            return
        is_column = field.type not in (FieldType.TAGS, FieldType.USER)
        column = self.fields.column(field) if is_column else None
        longest = getattr(column, "max_length", None) or 0
        yield Target(field.name, label, field.type, FIELDS, field, column, longest=longest)

    @cached_property
    def by_label(self) -> dict[str, Target]:
        """By what people see, as it is compared: the target's own words, its field's, and the heads that
        our exports give to the currencies of amounts."""
        found: dict[str, Target] = {}
        for target in reversed(list(self.by_name.values())):
            declared = target.field.declared if target.field else None
            if declared is not None and declared.currency in self.by_name:
                head = currency_head(declared.label)
                found[comparable(head)] = self.by_name[declared.currency]
        for name in self.extras.keys() & self.by_name.keys():
            for called in self.extras[name].called:
                found[comparable(called)] = self.by_name[name]
        for target in reversed(list(self.by_name.values())):
            for label in (target.label, str(target.field.label) if target.field else target.label):
                found[comparable(label)] = target
        return found

    @cached_property
    def keys(self) -> list[Target]:
        """What can say which record a row is of, the surest first."""
        return [self.by_name[name] for name in self.kind.keys if name in self.by_name]


def _ways(name: str, label: str, linked: str, field: RecordField | None = None) -> Iterator[Target]:
    """By what the cell may name the linked record."""
    ways = {
        BY_NAME: _("%(link)s by name"),
        BY_EMAIL: _("%(link)s by e-mail address") if linked in HAS_EMAIL else "",
        BY_NUMBER: _("%(link)s by the ID of the other system"),
        BY_ID: _("%(link)s by the number in Renmai"),
    }
    for by, words in ways.items():
        if words:
            told = name if by == BY_NAME else f"{name}.{by}"
            shown = words % {"link": label}
            yield Target(told, shown, FieldType.LINK, LINKS, field, None, linked, by, 200)
