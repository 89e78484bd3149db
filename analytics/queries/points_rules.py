"""Points rules as people read them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import PointsBook, PointsRule
from analytics.models.points_rules import LEAD
from core.conditions import Happened, Viewpoint, sentence
from core.conditions.checking import behaviour_of
from core.errors import Refused
from core.registries import record_types


@dataclass(frozen=True)
class SaidRule:
    """A rule in words: what it asks and how it counts; or why it cannot be read."""

    asks: str
    counts: tuple[str, ...] = ()
    refusal: str = ""

    def __str__(self) -> str:
        return self.asks


def said_of(rule: PointsRule, view: Viewpoint) -> SaidRule:
    """The rule as the viewer may read it."""
    try:
        asked = rule.asked(view)
    except Refused:  # its words would name the field
        return SaidRule(
            "", refusal=_("It asks for something that is not there, or that you may not see.")
        )
    if isinstance(asked, Happened) and rule.behaviour:
        behaviour = behaviour_of(asked, record_types[LEAD], view)
        labels = dict(view.choices_of(behaviour))
        kinds = " / ".join(str(labels[kind]) for kind in rule.kinds) or str(behaviour.label)
        return SaidRule(_("Each time: %(what)s") % {"what": kinds}, _counts(rule))
    return SaidRule(sentence(asked, record_types[LEAD], view))


def _counts(rule: PointsRule) -> tuple[str, ...]:
    said = []
    if rule.days is not None:
        said.append(
            ngettext("in the last %(count)s day", "in the last %(count)s days", rule.days)
            % {"count": rule.days}
        )
    if rule.half_life is not None:
        said.append(
            ngettext("half after %(count)s day", "half after %(count)s days", rule.half_life)
            % {"count": rule.half_life}
        )
    if rule.most_times is not None:
        said.append(
            ngettext("at most %(count)s time", "at most %(count)s times", rule.most_times)
            % {"count": rule.most_times}
        )
    if rule.most_points is not None:
        said.append(
            ngettext("at most %(count)s point", "at most %(count)s points", rule.most_points)
            % {"count": rule.most_points}
        )
    return tuple(said)


def book_of_leads() -> PointsBook:
    """The book; as shipped, while nobody has written one."""
    return PointsBook.objects.filter(object_type=LEAD).first() or PointsBook()


def rules_of_leads() -> list[PointsRule]:
    """All rules, fit before engagement, in the order in which they were made."""
    return list(PointsRule.objects.filter(book__object_type=LEAD))
