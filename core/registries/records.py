"""The record types: what every mechanism of the core needs to know about an object."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db.models import Model, Q
from django.utils.functional import Promise

from core.choices import FieldType
from core.registries.base import OfRecordTypes

Choices = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class Field:
    """One field of a record type, as people know it; lists, filters, forms and rules read it here.

    `path` leads from the record to the value (the name, unless given); `compared` is the column
    with the normalised text, and `shown` the path to what people read and write where that is not
    what is compared (a deal's value in its own currency), `order` to what it is sorted by; `currency`
    leads to the code of an amount
    that is not in the base currency. A field with `via` is that of a related record (`contact.job_title`)
    and obeys its rules as well; one with a `rule` is hidden with that field (the grade with the
    score). `target` is the record type that a link points to;
    the path of several links (`LINKS`) is the name of a many-to-many relation that something else writes.
    One without a `has_place` is told by something else on the record's page.
    """

    name: str
    label: Promise
    type: FieldType = FieldType.TEXT
    path: str = ""
    compared: str = ""
    via: str = ""
    rule: str = ""
    target: str = ""
    choices: Choices | Callable[[], Choices] = ()
    order: str = ""
    shown: str = ""
    currency: str = ""
    section: str = ""
    is_editable: bool = True
    is_required: bool = False
    has_place: bool = True

    @property
    def value_path(self) -> str:
        return self.path or self.name

    @property
    def shown_path(self) -> str:
        return self.shown or self.value_path

    @property
    def is_own(self) -> bool:
        """Whether its value is a column of the record itself."""
        is_elsewhere = bool(self.via) or self.type == FieldType.LINKS
        return not is_elsewhere and "__" not in self.value_path


def _as_it_is(moment: Any) -> Any:
    return moment


@dataclass(frozen=True)
class Behaviour:
    """Something that happens again and again around a record: activities, clicks.

    Rows of `model` belong to the record when their `link` is the record's `anchor`; `at` is when,
    as `moment` says a time there (the number of a row that is numbered by time) and `time` reads it.
    One with a `rule` is hidden with that field (the stages that a deal has passed with its stage).
    A preview tells the newest rows, unless they are other records (not `is_told`). Where kinds, or rows,
    are not the same for everybody, `kinds_for` gives a user's kinds and `seen` the rows that count for a user.
    """

    name: str
    label: Promise
    model_name: str
    link: str
    at: str
    kind: str = ""
    anchor: str = "pk"
    kinds: Choices | Callable[[], Choices] = ()
    permission: str = ""
    rule: str = ""
    is_told: bool = True
    kinds_for: Callable[[Any], Choices] | None = None
    seen: Callable[[Any], Q] | None = None
    moment: Callable[[datetime], Any] = _as_it_is
    time: Callable[[Any], datetime] = _as_it_is

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.model_name)


@dataclass(frozen=True)
class Searched:
    """How search finds a record and what it shows of it.

    `classes` names the fields (`company.name` is that of a linked record) of each class of
    `core.search.words.MARKS`; whoever may not see one of them finds nothing by its class.
    `summary` are the fields beside the name, `avatar` is "round", "square" or none.
    """

    classes: Mapping[str, Sequence[str]]
    summary: Sequence[str] = ()
    avatar: str = ""


@dataclass(frozen=True)
class RecordType:
    """One kind of record.

    `key` is its name in permissions, rules and audit (`crm.lead`); `fields` stand in the order of
    the record page. `slug` is its name in addresses of the API.
    """

    key: str
    label: Promise
    plural: Promise
    icon: str
    detail_url: str
    list_url: str
    fields: Sequence[Field]
    behaviours: Sequence[Behaviour] = ()
    searched: Searched | None = None
    slug: str = ""

    @cached_property
    def model(self) -> type[Model]:
        return apps.get_model(self.key)

    @cached_property
    def field(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def behaviour(self) -> dict[str, Behaviour]:
        """The behaviours by name."""
        return {behaviour.name: behaviour for behaviour in self.behaviours}

    @property
    def labels(self) -> dict[str, Promise]:
        """The labels by field name."""
        return {field.name: field.label for field in self.fields}

    def field_name(self, name: str) -> str:
        """The full name of a field in rules, such as `crm.lead.source`."""
        return f"{self.key}.{name}"

    def rule_of(self, field: Field) -> str:
        """The full name under which rules hide the field."""
        return self.field_name(field.rule or field.name)

    def label_of(self, name: str) -> Any:
        return self.field[name].label if name in self.field else name


class RecordTypes(OfRecordTypes[RecordType]):
    """The record types. Apps above are ready first, so what they add waits for its type."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self._waiting: dict[str, tuple[Field | Behaviour, ...]] = {}

    def register(self, *entries: RecordType) -> None:
        super().register(*entries)
        for kind in entries:
            self._give(kind, self._waiting.pop(kind.key, ()))

    def add_fields(self, key: str, *added: Field | Behaviour) -> None:
        """Fields and behaviours that an app above gives a type: as all others."""
        if key in self:
            self._give(self[key], added)
        else:
            self._waiting[key] = (*self._waiting.get(key, ()), *added)

    def _give(self, kind: RecordType, added: Sequence[Field | Behaviour]) -> None:
        fields = [each for each in added if isinstance(each, Field)]
        behaviours = [each for each in added if isinstance(each, Behaviour)]
        object.__setattr__(kind, "fields", (*kind.fields, *fields))
        object.__setattr__(kind, "behaviours", (*kind.behaviours, *behaviours))
        for name in ("field", "behaviour"):
            vars(kind).pop(name, None)  # read before, perhaps


record_types = RecordTypes("Record type")
