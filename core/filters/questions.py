"""One line of the builder: with which control its value is given, and the test that it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.choices import FieldType
from core.conditions import Criterion, Happened, Viewpoint
from core.conditions.fields import ResolvedField, resolve
from core.conditions.given import ME, MY_TEAM
from core.conditions.operators import Operator, operators_for
from core.conditions.periods import PERIODS
from core.conditions.sentences import names_of
from core.errors import Refused
from core.filters.drafts import Line
from core.filters.offered import HAPPENED, behaviours_of
from core.ids import id_in, number_in
from core.records.links import LinkField, Suggesting
from core.records.lookups import TAGS, USERS, may_look_up, name_of, suggestions
from core.registries import RecordType
from core.registries.records import Behaviour, Choices

NUMBERS = (FieldType.NUMBER, FieldType.MONEY)


@dataclass(frozen=True)
class Control:
    """What the value is given with; `takes` is the operator's, `options` are those to tick."""

    takes: str
    values: Sequence[str] = ()
    options: Sequence[tuple[str, Any]] = ()
    lookup: SafeString | str = ""
    is_number: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.values)


@dataclass(frozen=True)
class Question:
    """A line as it is drawn; `refusal` says why what was looked for was not found."""

    path: str
    line: Line
    kind: RecordType
    view: Viewpoint
    found: Sequence[Any] = ()
    refusal: str = ""
    is_focused: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.line.field

    @property
    def is_happened(self) -> bool:
        return self.line.field.startswith(HAPPENED)

    @cached_property
    def field(self) -> ResolvedField | None:
        """None where there is no such field for this user."""
        try:
            return resolve(self.kind, self.line.field, self.view)
        except Refused:
            return None

    @cached_property
    def behaviour(self) -> Behaviour | None:
        name = self.line.field.removeprefix(HAPPENED)
        return next((b for b in behaviours_of(self.kind, self.view) if b.name == name), None)

    @cached_property
    def kinds(self) -> Choices:
        """What may have happened."""
        return self.view.choices_of(self.behaviour) if self.behaviour else ()

    @property
    def is_known(self) -> bool:
        return bool(self.behaviour if self.is_happened else self.field)

    @property
    def label(self) -> Any:
        found: Any = self.behaviour if self.is_happened else self.field
        return found.label if found else _("A new line")

    @cached_property
    def operators(self) -> list[Operator]:
        return operators_for(self.field.type) if self.field else []

    @cached_property
    def operator(self) -> Operator:
        """The chosen one, else the first that the field knows."""
        known = {operator.key: operator for operator in self.operators}
        return known.get(self.line.operator) or self.operators[0]

    # -- how it is drawn -------------------------------------------------------------------------

    @cached_property
    def control(self) -> Control:
        takes, found = self.operator.takes, self.field
        if takes == "period":
            periods = [(key, label) for key, (label, _period) in PERIODS.items()]
            return Control(takes, self.line.values, periods)
        if takes != "several" or found is None:
            return Control(takes, self.line.values)
        values = self.line.values
        target = target_of(found)
        if not target:
            return Control(takes, values, self._choices(found), is_number=found.type in NUMBERS)
        lookup = self._lookup(target) if may_look_up(target, self.view.user) else ""
        return Control(takes, values, self._rows(found, target), lookup)

    def _choices(self, found: ResolvedField) -> list[tuple[str, Any]]:
        """What can be ticked, with values that are no choice any more."""
        offered = [(str(key), label) for key, label in found.choices if key != ""]
        if not offered:
            return []
        known = {key for key, _label in offered}
        return offered + [(value, value) for value in self.line.values if value not in known]

    def _rows(self, found: ResolvedField, target: str) -> list[tuple[str, Any]]:
        """The chosen records, then those that were found."""
        values: list[Any] = [_as_number(value) for value in self.line.values]
        options = dict(zip(self.line.values, names_of(values, found, self.view), strict=True))
        if found.type == FieldType.USER:
            options = {ME: _("me"), MY_TEAM: _("my team")} | options
        return [*(options | {str(r.pk): name_of(r, self.view.user) for r in self.found}).items()]

    def _lookup(self, target: str) -> SafeString:
        widget = Suggesting()
        widget.target = target
        words = _("Find and add")
        attributes: dict[str, Any] = {"id": f"f-{self.path}-sought", "autofocus": self.is_focused}
        attributes |= {"aria-label": words, "placeholder": words}
        return widget.render(f"{self.path}.sought", self.line.sought, attributes)

    # -- what it asks ----------------------------------------------------------------------------

    def test(self) -> Criterion | Happened:
        """The test of the line, not yet checked; refuses numbers that are none."""
        if self.refusal:
            raise Refused(self.refusal)
        if self.is_happened:
            return self._happened()
        values = list(self.line.values)
        if not self.operators:
            return Criterion(self.line.field, self.line.operator)
        match self.operator.takes:
            case "nothing":
                return Criterion(self.line.field, self.operator.key)
            case "several" | "two_numbers" | "two_dates":
                return Criterion(self.line.field, self.operator.key, values)
        return Criterion(self.line.field, self.operator.key, values[0] if values else "")

    def _happened(self) -> Happened:
        line, least, most = self.line, None, None
        if line.how in ("at_least", "between"):
            least = _whole(line.times)
        if line.how == "at_most":
            most = _whole(line.times)
        elif line.how == "between":
            most = _whole(line.most)
        elif line.how == "never":
            most = 0
        if least is not None and most is not None:
            least, most = sorted((least, most))
        days = _whole(line.days) if line.days else None
        name, when = line.field.removeprefix(HAPPENED), (line.since or None, line.until or None)
        return Happened(name, line.kinds, least, most, days, *when)


def question_of(
    path: str, line: Line, kind: RecordType, view: Viewpoint, *, is_focused: bool = False
) -> Question:
    """The line with what its look-up found: one record is chosen, of several one can be ticked."""
    question = Question(path, line, kind, view, is_focused=is_focused)
    target = target_of(question.field) if question.field else ""
    if not target or not line.sought[0]:
        return question
    try:
        row = LinkField(target=target, user=view.user).clean(line.sought)
    except ValidationError as error:
        rows = suggestions(target, line.sought[0], view.user)
        return replace(question, found=rows, refusal=error.messages[0])
    values = tuple(dict.fromkeys((*line.values, str(row.pk))))
    return replace(question, line=replace(line, values=values, sought=("", "")))


def target_of(found: ResolvedField) -> str:
    """What is looked up for the field; empty where nothing is."""
    targets = {FieldType.USER: USERS, FieldType.TAGS: TAGS}
    return targets.get(found.type, found.target)


def _as_number(value: str) -> int | str:
    number = id_in(value)
    return value if number is None else number


def _whole(text: str) -> int:
    number = number_in(text, 999_999)
    if number is None:
        raise Refused(_("Say how often as a whole number."))
    return number
