"""The page of a role: rights over records as a table, other rights as switches, rules of fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.choices import FieldAccess, Reach
from core.errors import Refused
from core.models import CustomField
from core.permissions import RoleRights
from core.registries import RecordType, permission_groups, permission_registry, record_types

GRANT, RULE = "grant:", "rule:"
REACHES = (
    ("", pgettext_lazy("reach", "No")),
    (str(Reach.OWN.value), pgettext_lazy("reach", "Own")),
    (str(Reach.TEAM.value), pgettext_lazy("reach", "Team")),
    (str(Reach.ALL.value), pgettext_lazy("reach", "All")),
)
ACCESSES = (
    ("", gettext_lazy("See and edit")),
    (FieldAccess.SEE.value, FieldAccess.SEE.label),
    (FieldAccess.NONE.value, FieldAccess.NONE.label),
)


@dataclass(frozen=True)
class Cell:
    """One control: its name in the form, what it is called, what is chosen."""

    name: str
    label: Any
    value: str


@dataclass(frozen=True)
class Line:
    """A record type with a control for each action."""

    kind: RecordType
    cells: list[Cell | None]


@dataclass(frozen=True)
class Rules:
    """The fields of a record type, and how many of them are restricted."""

    kind: RecordType
    cells: list[Cell]

    @property
    def count(self) -> int:
        return sum(bool(cell.value) for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """All rights of a role as its page draws them."""

    heads: list[Any]
    lines: list[Line]
    switches: list[tuple[Any, list[Cell]]]
    rules: list[Rules]


def matrix_of(values: Mapping[str, str]) -> Matrix:
    """`values` are those of the form: of the stored role, or what somebody just sent."""
    heads, lines = _table(values)
    return Matrix(heads, lines, _switches(values), list(_rules(values)))


def values_of(rights: RoleRights) -> dict[str, str]:
    """The stored role as the form says it."""
    grants = {f"{GRANT}{name}": str(reach.value) for name, reach in rights.grants.items()}
    return {**grants, **{f"{RULE}{name}": rule.value for name, rule in rights.rules.items()}}


def _table(values: Mapping[str, str]) -> tuple[list[Any], list[Line]]:
    """A column for each action; a record type that does not know an action has no control there."""
    rights = [right for right in permission_registry if right.has_reach]
    actions = {right.key.rpartition(".")[2]: right.label for right in rights}
    keys = {right.key for right in rights}
    lines = [
        Line(
            kind,
            [
                _cell(GRANT, f"{kind.key}.{action}", label, values)
                if f"{kind.key}.{action}" in keys
                else None
                for action, label in actions.items()
            ],
        )
        for kind in record_types
    ]
    return list(actions.values()), lines


def _cell(prefix: str, key: str, label: Any, values: Mapping[str, str]) -> Cell:
    name = f"{prefix}{key}"
    return Cell(name, label, values.get(name, ""))


def _switches(values: Mapping[str, str]) -> list[tuple[Any, list[Cell]]]:
    found: dict[str, list[Cell]] = {}
    for right in permission_registry:
        if not right.has_reach:
            cell = _cell(GRANT, right.key, right.label, values)
            found.setdefault(right.key.partition(".")[0], []).append(cell)
    return [(permission_groups[app].label, cells) for app, cells in sorted(found.items())]


def _rules(values: Mapping[str, str]) -> Iterator[Rules]:
    labels = ruled_fields()
    for kind in record_types:
        own = [(name, label) for name, (of, label) in labels.items() if of is kind]
        yield Rules(kind, [_cell(RULE, name, label, values) for name, label in own])


def ruled_fields() -> dict[str, tuple[RecordType, Any]]:
    """Every field that a rule can restrict by its full name, with its record type and label."""
    found: dict[str, tuple[RecordType, Any]] = {}
    for kind in record_types:
        for field in kind.fields:
            if not field.rule:
                found[kind.rule_of(field)] = (kind, field.label)
    for added in CustomField.objects.active():
        if added.object_type in record_types:
            found[added.name] = (record_types[added.object_type], added.label)
    return found


def rights_in(
    posted: Mapping[str, str], before: RoleRights
) -> tuple[dict[str, Reach], dict[str, FieldAccess]]:
    """What a sent form grants and restricts; what it does not speak of stays as it was."""
    grants: dict[str, Reach] = {}
    for right in permission_registry:
        given = posted.get(f"{GRANT}{right.key}", "")
        if given:
            stored = before.grants.get(right.key, Reach.ALL)
            grants[right.key] = _reach(given) if right.has_reach else stored
    asked = ruled_fields()
    rules = {name: rule for name, rule in before.rules.items() if name not in asked}
    for name in asked:
        given = posted.get(f"{RULE}{name}", "")
        if given:
            rules[name] = _access(given)
    return grants, rules


def _reach(given: str) -> Reach:
    if given not in [value for value, _label in REACHES]:
        raise Refused(_("Choose how far each right reaches."))
    return Reach(int(given))


def _access(given: str) -> FieldAccess:
    if given not in FieldAccess.values:
        raise Refused(_("Choose what may be done with each field."))
    return FieldAccess(given)
