"""Fields that messages can be filled with: which there are for a person, and their values for many contacts."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.choices import FieldType
from core.conditions import Viewpoint
from core.conditions.fields import ResolvedField, offered_fields, resolve
from core.errors import Refused
from core.fields.expressions import Scalar, WholeText
from core.fields.texts import text_of
from core.registries import record_types

CONTACT = "crm.contact"
TYPES = frozenset(
    {
        FieldType.TEXT,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.NUMBER,
        FieldType.DATE,
        FieldType.CHOICE,
    }
)
# Those that most letters use, in this order.
FIRST = ("given_name", "family_name", "name", "salutation", "company.name", "job_title")
# What nobody writes into a letter.
NOT_SAID = frozenset({"external_id", "source", "owner"})
OWNER = {
    "owner.name": (pgettext_lazy("merge field", "Owner"), "owner__name"),
    "owner.email": (gettext_lazy("Owner's e-mail"), "owner__email"),
}
SENDER = {
    "sender.name": gettext_lazy("Sender's name"),
    "sender.email": gettext_lazy("Sender's address"),
}


@dataclass(frozen=True)
class MergeField:
    """A field of the recipient, of the company or of whoever writes."""

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    path: str = ""
    resolved: ResolvedField | None = None

    @property
    def is_of_sender(self) -> bool:
        return self.name in SENDER

    def expression(self, view: Viewpoint) -> Any:
        """Its value in a query of contacts; what the viewer may not see has none."""
        if self.resolved is None:
            return F(self.path)
        found: Any = F(self.resolved.path)
        if self.resolved.key:
            read = Scalar if self.type == FieldType.NUMBER else WholeText
            found = read(found, self.resolved.key)
        for hop in self.resolved.hops:
            if not view.reaches_all(hop.record_type):
                found = Case(When(view.reached(hop.record_type, hop.path), then=found))
        return found

    @cached_property
    def words(self) -> Mapping[Any, Any]:
        return dict(self.resolved.choices) if self.resolved and self.resolved.choices else {}

    def said(self, value: Any) -> str:
        """As a person reads it, in the language that is active."""
        if value is None or value == "":
            return ""
        if self.type == FieldType.CHOICE:
            return str(self.words.get(value, value))
        return value if isinstance(value, str) and self.type in TEXTS else text_of(self.type, value)


TEXTS = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})


@dataclass
class MergeFields:
    """What a person may use, by name; read once and asked often."""

    view: Viewpoint
    _found: dict[str, MergeField | None] = field(default_factory=dict)

    def get(self, name: str) -> MergeField | None:
        """The field of the name; None where there is none that may be seen."""
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> MergeField | None:
        if name in SENDER:
            return MergeField(name, str(SENDER[name]))
        if name in OWNER:
            label, path = OWNER[name]
            return MergeField(name, str(label), path=path) if self._sees_owner else None
        try:
            resolved = resolve(record_types[CONTACT], name, self.view)
        except Refused:
            return None
        return _usable(resolved)

    @cached_property
    def _sees_owner(self) -> bool:
        return self.view.access.sees("crm.contact.owner")

    @cached_property
    def offered(self) -> list[MergeField]:
        """All of them, those that most letters use first, then those that were added."""
        fields = (_usable(each) for each in offered_fields(record_types[CONTACT], self.view))
        found = {each.name: each for each in fields if each is not None}
        for name in (*OWNER, *SENDER):
            if each := self.get(name):
                found[name] = each
        order = {name: place for place, name in enumerate(FIRST)}

        def place(each: MergeField) -> tuple[int, int]:
            is_added = each.resolved is not None and bool(each.resolved.key)
            return order.get(each.name, len(order)), 0 if is_added else 1

        return sorted(found.values(), key=place)

    @cached_property
    def labels(self) -> dict[str, str]:
        """What people write, in small letters: of each field another word."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for each in self.offered:
            label = each.label.casefold()
            label = each.name if label in taken or set(label) & set("{}|<>") else label
            taken.add(label)
            found[each.name] = label
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """From what people write to the name of the field."""
        by_name = {name.casefold(): name for name in self.labels}
        return by_name | {label: name for name, label in self.labels.items()}


def _usable(resolved: ResolvedField) -> MergeField | None:
    first = resolved.name.partition(".")[0]
    if resolved.type not in TYPES or first in NOT_SAID or resolved.name.endswith(".external_id"):
        return None
    label = _("Company") if resolved.name == "company.name" else resolved.label
    return MergeField(resolved.name, label, resolved.type, resolved=resolved)


def values_by(
    rows: QuerySet[Any], fields: Collection[MergeField], view: Viewpoint, **more: Any
) -> Iterator[tuple[Any, ...]]:
    """Number and language of each contact, then the values, then what `more` asks: one query."""
    asked = {f"m{place}": each.expression(view) for place, each in enumerate(fields)}
    names = [*asked, *more]
    found: Any = rows.order_by().annotate(**asked, **more).values_list("pk", "language", *names)
    yield from found


def missing_counts(
    rows: QuerySet[Any], fields: Collection[MergeField], view: Viewpoint
) -> tuple[int, dict[str, int]]:
    """How many contacts there are, and for how many of them each field is empty."""
    asked = {f"m{place}": each.expression(view) for place, each in enumerate(fields)}
    counts: dict[str, Any] = {}
    for name, each in zip(asked, fields, strict=True):
        is_empty = Q(**{f"{name}__isnull": True})
        if each.type in TEXTS or each.type == FieldType.CHOICE:
            is_empty |= Q(**{name: Value("")})
        counts[f"n{name}"] = Count("pk", filter=is_empty)
    told = rows.order_by().annotate(**asked).aggregate(number=Count("pk"), **counts)
    return told["number"], {
        each.name: told[f"n{name}"] for name, each in zip(asked, fields, strict=True)
    }
