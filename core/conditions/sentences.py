"""Conditions as people read them, in the language that is active."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core import permissions
from core.choices import FieldType
from core.conditions.checking import behaviour_of
from core.conditions.fields import ResolvedField, resolve
from core.conditions.given import ME, MY_TEAM
from core.conditions.operators import OPERATORS, Operator, operator_for
from core.conditions.periods import PERIODS
from core.conditions.sql import bounds_of
from core.conditions.tree import Condition, Criterion, Happened, Joined, Not
from core.conditions.viewpoint import Viewpoint
from core.fields.texts import text_of
from core.models import Tag, User
from core.registries import RecordType, record_types
from core.values import in_words


@dataclass(frozen=True)
class Said:
    """A test in three parts, as a chip shows it; `pattern` orders them in a sentence."""

    field: str
    operator: str
    value: str
    pattern: str = "%(field)s %(operator)s %(value)s"

    def __str__(self) -> str:
        return " ".join((self.pattern % vars(self)).split())


def sentence(condition: Condition, kind: RecordType, view: Viewpoint) -> str:
    """A checked condition in words."""
    if isinstance(condition, Joined):
        return _joined(condition, kind, view)
    if isinstance(condition, Not):
        return _("not (%(condition)s)") % {"condition": sentence(condition.part, kind, view)}
    if isinstance(condition, Happened):
        return str(said_of_happened(condition, kind, view))
    return str(said_of_criterion(condition, kind, view))


def _joined(condition: Joined, kind: RecordType, view: Viewpoint) -> str:
    if not condition.parts:
        return _("all of them") if condition.join == "all" else _("none of them")
    parts = [
        _("(%(condition)s)") % {"condition": said}
        if len(condition.parts) > 1 and _has_several(part)
        else said
        for part in condition.parts
        for said in [sentence(part, kind, view)]
    ]
    pattern = _("%(first)s and %(second)s") if condition.join == "all" else _or()
    text = parts[0]
    for part in parts[1:]:
        text = pattern % {"first": text, "second": part}
    return text


def _has_several(part: Condition) -> bool:
    """Whether its own "or" and "and" could be taken for those around it."""
    if isinstance(part, Criterion):
        several = part.value if OPERATORS[part.operator].takes == "several" else ()
        return len(several) > 1
    return isinstance(part, Joined) and len(part.parts) > 1


def _or() -> str:
    return _("%(first)s or %(second)s")


def said_of_criterion(criterion: Criterion, kind: RecordType, view: Viewpoint) -> Said:
    field = resolve(kind, criterion.field, view)
    operator = operator_for(criterion.operator, field)
    return Said(field.label, str(operator.label), _value(criterion.value, field, operator, view))


def _value(value: Any, field: ResolvedField, operator: Operator, view: Viewpoint) -> str:
    match operator.takes:
        case "nothing":
            return ""
        case "days":
            return ngettext("%(count)s day", "%(count)s days", value) % {"count": value}
        case "period":
            return str(PERIODS[value][0])
        case "two_numbers" | "two_dates":
            low, high = map(in_words, value)
            return pgettext("range", "%(first)s and %(second)s") % {"first": low, "second": high}
        case "several":
            names = names_of(value, field, view)
            text = names[0]
            for name in names[1:]:
                text = _or() % {"first": text, "second": name}
            return text
    return in_words(value)


def names_of(values: list[Any], field: ResolvedField, view: Viewpoint) -> list[str]:
    """What several values are called; one query where they are records."""
    if field.type == FieldType.USER:
        people = User.objects.in_bulk([pk for pk in values if isinstance(pk, int)])
        known: dict[Any, str] = {pk: user.display_name for pk, user in people.items()}
        known |= {ME: _("me"), MY_TEAM: _("my team")}
    elif field.type in (FieldType.LINK, FieldType.LINKS):
        target = record_types[field.target]
        found = permissions.visible_rows(target.model, view.user).in_bulk(values)
        known = {pk: row.name_for(view.access) for pk, row in found.items()}
    elif field.type == FieldType.TAGS:
        known = {pk: tag.name for pk, tag in Tag.objects.in_bulk(values).items()}
    else:
        return [text_of(field.type, value, choices=dict(field.choices)) for value in values]
    return [known.get(value, _("a deleted record")) for value in values]


def said_of_happened(condition: Happened, kind: RecordType, view: Viewpoint) -> Said:
    behaviour = behaviour_of(condition, kind, view)
    labels = dict(view.choices_of(behaviour)) if condition.kinds else {}
    kinds = " / ".join(str(labels[key]) for key in condition.kinds)
    days = condition.days
    since = ""
    if days is not None:
        since = ngettext("in the last %(count)s day", "in the last %(count)s days", days) % {
            "count": days
        }
    if condition.since or condition.until:
        since = " ".join(filter(None, (since, _between(condition))))
    pattern = pgettext("what happened", "%(field)s %(operator)s %(value)s")
    return Said(kinds or str(behaviour.label), _times(condition), since, pattern)


def _between(condition: Happened) -> str:
    """From which day to which."""
    if not condition.until:
        return _("since %(first)s") % {"first": condition.since}
    if not condition.since:
        return _("until %(last)s") % {"last": condition.until}
    words = {"first": condition.since, "last": condition.until}
    return _("from %(first)s to %(last)s") % words


def _times(condition: Happened) -> str:
    least, most = bounds_of(condition)
    if most == 0:
        return _("never")
    if most is None:
        return ngettext("at least %(count)s time", "at least %(count)s times", least) % {
            "count": least
        }
    if least == 0:
        return ngettext("at most %(count)s time", "at most %(count)s times", most) % {"count": most}
    return _("%(least)s to %(most)s times") % {"least": least, "most": most}
