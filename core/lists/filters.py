"""The filter builder: which fields can be asked, with which control, and what was answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict  # noqa: TID251  # a filter is made from an address
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.conditions import Condition, Criterion, Happened, Not, Viewpoint, any_of, checked
from core.conditions.fields import CUSTOM, ResolvedField, offered_fields, resolve
from core.conditions.given import ME, MY_TEAM
from core.conditions.operators import Operator, operators_for
from core.conditions.periods import PERIODS
from core.errors import Refused
from core.lists.parts import HAPPENED_ICON, ICONS, alternatives
from core.models import Tag, User
from core.queries.search import search_condition
from core.registries import RecordType, record_types
from core.registries.records import Behaviour

HAPPENED = "happened:"
MOST_OPTIONS = 300
MOST_FOUND = 20
MOST_USERS = 200


@dataclass(frozen=True)
class Group:
    """Fields under one heading; each is (name, label, icon)."""

    label: Any
    fields: list[tuple[str, Any, str]]


@dataclass(frozen=True)
class Control:
    """What the value is given with; `takes` is the operator's, `options` are those to tick."""

    takes: str
    values: Sequence[Any] = ()
    options: Sequence[tuple[Any, Any]] = ()
    is_lookup: bool = False
    is_number: bool = False

    @property
    def is_ticked(self) -> bool:
        """Whether nothing is typed, so that the operator gets the focus."""
        return self.takes in ("nothing", "period") or bool(self.options)


def groups_of(kind: RecordType, view: Viewpoint) -> list[Group]:
    """All fields that this user may ask for, as the builder lists them."""
    groups: dict[str, Group] = {}
    for found in offered_fields(kind, view):
        key, label = _heading(found, kind)
        group = groups.setdefault(key, Group(label, []))
        name = " › ".join(map(str, found.labels[1:])) if key not in ("", CUSTOM) else found.label
        group.fields.append((found.name, name, ICONS[found.type]))
    happened = [(f"{HAPPENED}{b.name}", b.label, HAPPENED_ICON) for b in _behaviours_of(kind, view)]
    found_groups = list(groups.values())
    return [*found_groups, Group(_("What happened"), happened)] if happened else found_groups


def _heading(found: ResolvedField, kind: RecordType) -> tuple[str, Any]:
    first, dot, _rest = found.name.partition(".")
    if first == CUSTOM:
        return CUSTOM, _("Fields of your own")
    return (first, f"{found.labels[0]} ›") if dot else ("", kind.label)


def _behaviours_of(kind: RecordType, view: Viewpoint) -> Iterator[Behaviour]:
    for behaviour in kind.behaviours:
        if not behaviour.permission or view.access.may(behaviour.permission):
            yield behaviour


@dataclass
class Question:
    """One test as the form shows it: the field, the operator, and the value given so far."""

    kind: RecordType
    view: Viewpoint
    data: QueryDict
    test: Criterion | Happened | None = None

    @property
    def name(self) -> str:
        if isinstance(self.test, Happened):
            return f"{HAPPENED}{self.test.behaviour}"
        return self.data.get("field", "") or (self.test.field if self.test else "")

    @property
    def is_happened(self) -> bool:
        return self.name.startswith(HAPPENED)

    @property
    def behaviour(self) -> Behaviour:
        name = self.name.removeprefix(HAPPENED)
        found = next((b for b in _behaviours_of(self.kind, self.view) if b.name == name), None)
        if found is None:
            raise Refused(_("There is nothing of this kind to count."))
        return found

    @property
    def field(self) -> ResolvedField:
        return resolve(self.kind, self.name, self.view)

    @property
    def kinds(self) -> Sequence[str]:
        return self.data.getlist("kinds") or getattr(self.test, "kinds", ())

    @property
    def how(self) -> str:
        """As the form says it: at_least, at_most or never."""
        if "how" in self.data or not isinstance(self.test, Happened):
            return self.data.get("how", "at_least")
        if self.test.at_most is None:
            return "at_least"
        return "at_most" if self.test.at_most else "never"

    @property
    def times(self) -> str:
        stored = isinstance(self.test, Happened) and (self.test.at_least or self.test.at_most)
        return self.data.get("times", "") or str(stored or 1)

    @property
    def days(self) -> str:
        stored = self.test.days if isinstance(self.test, Happened) else None
        return self.data.get("days", "" if stored is None else str(stored))

    @property
    def label(self) -> Any:
        return self.behaviour.label if self.is_happened else self.field.label

    @property
    def operators(self) -> list[Operator]:
        return operators_for(self.field.type)

    @property
    def operator(self) -> Operator:
        """The chosen one, else the first that the field knows."""
        known = {operator.key: operator for operator in self.operators}
        stored = self.test.operator if isinstance(self.test, Criterion) else ""
        wanted = self.data.get("operator", "") or stored
        return known.get(wanted) or next(iter(known.values()))

    @property
    def given(self) -> list[Any]:
        """The values so far: those of the form, else those of the test that is changed."""
        if "value" in self.data or "operator" in self.data:
            return [value for value in self.data.getlist("value") if value != ""]
        value = self.test.value if isinstance(self.test, Criterion) else None
        return value if isinstance(value, list) else [] if value is None else [value]

    @property
    def control(self) -> Control:
        operator, found = self.operator, self.field
        if operator.takes == "period":
            periods = [(key, label) for key, (label, _period) in PERIODS.items()]
            return Control("period", self.given, periods)
        if operator.takes != "several":
            return Control(operator.takes, self.given)
        options = self._options(found)
        is_number = found.type in (FieldType.NUMBER, FieldType.MONEY)
        return Control(
            "several",
            [str(value) for value in self.given],
            options,
            is_lookup=found.type == FieldType.LINK,
            is_number=is_number,
        )

    def _options(self, found: ResolvedField) -> list[tuple[str, Any]]:
        """What can be ticked."""
        if found.type == FieldType.USER:
            return [(ME, _("me")), (MY_TEAM, _("my team")), *_users()]
        if found.type == FieldType.TAGS:
            return [(str(tag.pk), tag.name) for tag in Tag.objects.all()[:MOST_OPTIONS]]
        if found.type == FieldType.LINK:
            return self._records(found)
        return [(str(key), label) for key, label in found.choices if key != ""]

    def _records(self, found: ResolvedField) -> list[tuple[str, Any]]:
        """The chosen records, then those that have the words of the look-up."""
        kind = record_types[found.target]
        rows = permissions.visible_rows(kind.model, self.view.user)
        chosen = [int(v) for v in map(str, self.given) if v.isdecimal() and len(v) <= 18]
        records = list(rows.filter(pk__in=chosen)) if chosen else []
        if words := self.data.get("find", "").replace("\0", "").strip():
            records += [
                row for row in _with_words(rows, kind, words, self.view) if row not in records
            ]
        return [(str(row.pk), row.name_for(self.view.access)) for row in records]

    def answer(self) -> Condition:
        """The test that the form asks for; refuses what makes no sense."""
        test = self._happened() if self.is_happened else self._criterion()
        return checked(test, self.kind, self.view)

    def _criterion(self) -> Criterion:
        operator, given = self.operator, self.given
        match operator.takes:
            case "nothing":
                return Criterion(self.name, operator.key)
            case "several" if not self.control.options and not self.control.is_lookup:
                lines = [line.strip() for value in given for line in str(value).splitlines()]
                return Criterion(self.name, operator.key, [line for line in lines if line])
            case "several" | "two_numbers" | "two_dates":
                return Criterion(self.name, operator.key, given)
        return Criterion(self.name, operator.key, given[0] if given else "")

    def _happened(self) -> Happened:
        number, how, days = _whole(self.times), self.how, self.days
        return Happened(
            self.behaviour.name,
            tuple(self.data.getlist("kinds")),
            at_least=number if how == "at_least" else None,
            at_most=0 if how == "never" else number if how == "at_most" else None,
            days=_whole(days) if days else None,
        )


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Refused(_("Say how often as a whole number."))
    return int(text)


def _users() -> list[tuple[str, str]]:
    people = User.objects.filter(is_active=True).order_by("name", "pk")[:MOST_USERS]
    return [(str(user.pk), user.display_name) for user in people]


def _with_words(rows: Any, kind: RecordType, words: str, view: Viewpoint) -> list[Any]:
    """The first records that the search field of their own list would find."""
    found = rows.filter(search_condition(words, kind, view.user))
    return list(found.order_by("pk")[:MOST_FOUND])


@dataclass(frozen=True)
class Place:
    """Where the answer goes: a new condition, in place of one, or beside it as an alternative."""

    conditions: Sequence[Condition | None]
    part: int | None = None
    test: int | None = None
    is_alternative: bool = False
    is_negated: bool = False

    @property
    def current(self) -> Condition | None:
        is_there = self.part is not None and self.part < len(self.conditions)
        return self.conditions[self.part] if is_there and self.part is not None else None

    @property
    def tests(self) -> list[Criterion | Happened]:
        """The alternatives of the condition that is changed."""
        found = self.current
        inner = found.part if isinstance(found, Not) else found
        return (alternatives(inner) or []) if inner is not None else []

    @property
    def chosen(self) -> Criterion | Happened | None:
        """The test that is changed; None where one is added."""
        if self.test is None or self.is_alternative or self.test >= len(self.tests):
            return None
        return self.tests[self.test]

    @property
    def starts_negated(self) -> bool:
        return isinstance(self.current, Not)

    def with_answer(self, answer: Condition) -> Condition:
        """The condition with the new test in its place."""
        tests: list[Condition] = list(self.tests)
        if self.is_alternative:
            tests.append(answer)
        elif self.test is not None and self.test < len(tests):
            tests[self.test] = answer
        else:
            tests = [answer]
        return self.joined(tests)

    def joined(self, tests: Sequence[Condition]) -> Condition:
        found: Condition = tests[0] if len(tests) == 1 else any_of(*tests)
        return Not(found) if self.is_negated else found
