"""The filter builder as a whole: what it shows, what it asks, what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from core.conditions import (
    Condition,
    Joined,
    Not,
    Viewpoint,
    checked,
    from_json,
    from_parameter,
    sentence,
)
from core.errors import Refused
from core.filters.drafts import ALL, ANY, NEGATED, NONE, NOT_ALL, Branch, Entry, Kept
from core.filters.offered import Group, groups_of
from core.filters.questions import Question, question_of
from core.registries import RecordType

JOIN_LABELS = (
    (ANY, pgettext_lazy("filter", "Any of these is true")),
    (ALL, pgettext_lazy("filter", "All of these are true")),
    (NONE, pgettext_lazy("filter", "None of these is true")),
    (NOT_ALL, pgettext_lazy("filter", "Not all of these are true")),
)


@dataclass(frozen=True)
class Shown:
    """An entry as it is drawn: a line, a group of entries, or a sentence that is kept."""

    path: str
    condition: Condition | None = None
    refusal: str = ""
    question: Question | None = None
    join: str = ""
    entries: Sequence["Shown"] = ()
    written: str = ""
    sentence: str = ""
    fields: SafeString | str = ""

    def __iter__(self) -> Iterator["Shown"]:
        """The entry and all below it."""
        yield self
        for entry in self.entries:
            yield from entry


class Builder:
    """The draft as a form. Until it is applied nobody is told that a value is missing.

    When it opens (`is_fresh`) the first value has the focus.
    """

    joins = JOIN_LABELS

    def __init__(
        self,
        draft: Branch,
        kind: RecordType,
        view: Viewpoint,
        *,
        is_applied: bool = False,
        is_fresh: bool = False,
    ) -> None:
        self.kind, self.view = kind, view
        self.is_applied, self.is_fresh = is_applied, is_fresh
        self.join = draft.join
        self.entries = [self._shown(entry, str(i)) for i, entry in enumerate(draft.entries)]

    def _shown(self, entry: Entry, path: str) -> Shown:
        if isinstance(entry, Branch):
            within = [self._shown(each, f"{path}.{i}") for i, each in enumerate(entry.entries)]
            return Shown(path, _joined(entry.join, within), join=entry.join, entries=within)
        if isinstance(entry, Kept):
            return self._kept(path, entry.written)
        is_focused = self.is_fresh and path == "0"
        question = question_of(path, entry, self.kind, self.view, is_focused=is_focused)
        condition, refusal = self._answer(question)
        fields = self._fields(entry.field)
        return Shown(path, condition, refusal, question=question, fields=fields)

    def _answer(self, question: Question) -> tuple[Condition | None, str]:
        if question.is_blank:
            return None, ""
        try:
            return checked(question.test(), self.kind, self.view), ""
        except Refused as refusal:
            is_told = self.is_applied or question.refusal or not question.is_known
            return None, str(refusal) if is_told else ""

    def _fields(self, chosen: str) -> SafeString:
        """The fields as options; drawn once, as each line has them all."""
        option = f'value="{escape(chosen)}"'
        return SafeString(self._options.replace(option, f"{option} selected", 1))

    @cached_property
    def _options(self) -> str:
        return "".join(_options_of(group) for group in groups_of(self.kind, self.view))

    def _kept(self, path: str, written: str) -> Shown:
        try:
            condition = checked(from_parameter(written), self.kind, self.view)
        except Refused as refusal:
            return Shown(path, refusal=str(refusal), written=written)
        said = sentence(condition, self.kind, self.view)
        return Shown(path, condition, written=written, sentence=said)

    @property
    def is_single(self) -> bool:
        """Whether it is one test, of which there is nothing to join."""
        return len(self.entries) == 1 and not self.entries[0].join

    @property
    def is_negated(self) -> bool:
        return self.join in NEGATED

    @property
    def refusals(self) -> list[str]:
        """What is wrong with lines; it is said beside them."""
        return [each.refusal for entry in self.entries for each in entry if each.refusal]

    @cached_property
    def condition(self) -> Condition | None:
        return _joined(self.join, self.entries)

    @property
    def sentence(self) -> str:
        return sentence(self.condition, self.kind, self.view) if self.condition else ""

    def answer(self) -> Condition:
        """The condition that the form asks for; refuses the first line that makes no sense."""
        for refusal in self.refusals:
            raise Refused(refusal)
        if self.condition is None:
            raise Refused(_("Choose a field."))
        said: Any = self.condition.as_json()
        return from_json(said)


def _options_of(group: Group) -> str:
    heading = f"{group.label} " if group.is_related else ""
    rows = ((name, f"{heading}{label}") for name, label, _icon in group.fields)
    options = format_html_join("", '<option value="{}">{}</option>', rows)
    return format_html('<optgroup label="{}">{}</optgroup>', group.label, options)


def _joined(join: str, entries: Sequence[Shown]) -> Condition | None:
    parts = tuple(entry.condition for entry in entries if entry.condition is not None)
    if not parts:
        return None
    inner: Condition = parts[0]
    if len(parts) > 1:
        inner = Joined(NEGATED.get(join, join), parts)
    return Not(inner) if join in NEGATED else inner
