"""What the rules of the assignment say of leads, and whom they would choose."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from core.conditions import Condition, Viewpoint, answers_to, sentence
from core.errors import Refused
from core.models import User
from core.registries import record_types
from crm.choices import AssignmentStrategy
from crm.methods.assigning import Desk, least_busy, next_in_turn
from crm.models import AssignmentRule, Lead, LeadArrival
from crm.queries.availability import Availability, availability_of, people_of

LEAD = "crm.lead"
LATELY = 10


@dataclass
class Desks:
    """The people of rules with what lies on their desks, kept in step while leads are given out."""

    at: datetime
    people: dict[int, Availability] = field(default_factory=dict)
    of_rule: dict[int, list[int]] = field(default_factory=dict)
    last: dict[int, int | None] = field(default_factory=dict)

    def around(self, rule: AssignmentRule) -> list[Availability]:
        """The people among whom the rule chooses, those who are away as well."""
        if rule.pk not in self.of_rule:
            users = people_of(rule)
            unread = [user for user in users if user.pk not in self.people]
            self.people |= {each.user.pk: each for each in availability_of(unread, self.at)}
            self.of_rule[rule.pk] = [user.pk for user in users]
            self.last[rule.pk] = rule.last_person_id
        return [self.people[pk] for pk in self.of_rule[rule.pk]]

    def choose(self, rule: AssignmentRule) -> Availability | None:
        """Whose turn it is; nobody where all are away or have enough."""
        desks = [each.desk for each in self.around(rule) if each.is_here]
        is_by_work = rule.strategy == AssignmentStrategy.LEAST_BUSY
        choice = (least_busy if is_by_work else next_in_turn)(desks, self.last[rule.pk])
        return self.people[choice.pk] if choice is not None else None

    def give(self, rule: AssignmentRule, chosen: Availability) -> None:
        """One lead more lies on the desk."""
        desk = chosen.desk
        more = Desk(desk.pk, desk.open_leads + 1, desk.capacity)
        self.people[desk.pk] = replace(chosen, desk=more)
        self.last[rule.pk] = desk.pk


def asked_of(rules: Iterable[AssignmentRule], view: Viewpoint) -> dict[int, Condition]:
    """The conditions by rule; one that asks for something that is gone chooses nobody."""
    found: dict[int, Condition] = {}
    for rule in rules:
        try:
            found[rule.pk] = rule.asked(view)
        except Refused:
            continue
    return found


def matching(
    rules: Sequence[AssignmentRule], pks: Collection[int], view: Viewpoint
) -> dict[int, list[AssignmentRule]]:
    """The rules that each lead meets, in their order: one query."""
    asked = {f"rule_{pk}": condition for pk, condition in asked_of(rules, view).items()}
    rows = Lead.objects.filter(pk__in=pks).annotate(**answers_to(asked, record_types[LEAD], view))
    return {
        row["pk"]: [rule for rule in rules if row.get(f"rule_{rule.pk}")]
        for row in rows.values("pk", *asked)
    }


# -- for the pages ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownRule:
    """A rule as people read it."""

    rule: AssignmentRule
    asks: str
    is_readable: bool


def shown_rules(view: Viewpoint) -> list[ShownRule]:
    rules = AssignmentRule.objects.select_related("person", "team")
    return [_shown(rule, view) for rule in rules]


def _shown(rule: AssignmentRule, view: Viewpoint) -> ShownRule:
    try:
        asked = rule.asked(view)
    except Refused:  # its words would name the field
        hidden = _("It asks for something that is not there, or that you may not see.")
        return ShownRule(rule, hidden, is_readable=False)
    said = sentence(asked, record_types[LEAD], view) if rule.condition else _("All new leads")
    return ShownRule(rule, said, is_readable=True)


@dataclass(frozen=True)
class TriedRule:
    """What a rule would do with one lead: whether it holds, whom it would choose, and who cannot."""

    shown: ShownRule
    holds: bool
    people: Sequence[Availability] = ()
    chosen: User | None = None
    decides: bool = False


def try_rules_on(lead: Lead, view: Viewpoint, everything: Viewpoint) -> list[TriedRule]:
    """The rules in use on one lead, in their order, as they would answer now."""
    shown = [each for each in shown_rules(view) if each.rule.is_enabled]
    held = matching([each.rule for each in shown], [lead.pk], everything).get(lead.pk, [])
    pks, desks = {rule.pk for rule in held}, Desks(view.now)
    tried: list[TriedRule] = []
    is_decided = False
    for each in shown:
        if each.rule.pk not in pks:
            tried.append(TriedRule(each, holds=False))
            continue
        people, choice = desks.around(each.rule), desks.choose(each.rule)
        chosen = choice.user if choice is not None else None
        decides = chosen is not None and not is_decided
        is_decided = is_decided or decides
        tried.append(TriedRule(each, holds=True, people=people, chosen=chosen, decides=decides))
    return tried


def lately_given(user: User) -> list[LeadArrival]:
    """The newest leads that rules gave to somebody, of those the user may see."""
    seen = Lead.objects.visible_to(user).for_list()
    rows = LeadArrival.objects.filter(owner__isnull=False, answered_at__isnull=False)
    newest = list(rows.select_related("rule", "owner").order_by("-answered_at")[: 3 * LATELY])
    leads = seen.in_bulk([row.pk for row in newest])
    found = [row for row in newest if row.pk in leads][:LATELY]
    for row in found:
        row.lead = leads[row.pk]
    return found


def waiting_count() -> int:
    return LeadArrival.objects.filter(answered_at__isnull=True).count()
