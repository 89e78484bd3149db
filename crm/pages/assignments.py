"""The page on which it is said who gets new leads: rules, people, and a lead to try them on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.conditions import Viewpoint
from core.models import Team, User
from core.records.links import LinkField
from core.values_in_files.phones import dialling_countries
from crm.choices import AssignmentStrategy
from crm.models import AssignmentPerson, AssignmentRule, DayOff, Lead
from crm.queries.assignments import (
    ShownRule,
    TriedRule,
    lately_given,
    shown_rules,
    try_rules_on,
    waiting_count,
)
from crm.queries.availability import Availability, availability_of, people_of

MOST_CAPACITY = 10_000
PERSON, TEAM = "person", "team"


class RuleForm(forms.Form):
    """Who gets the leads of a rule; the filter builder asks which leads these are."""

    name = forms.CharField(label=pgettext_lazy("assignment rule", "Name"), max_length=120)
    target = forms.ChoiceField(label=_("Give them to"))
    strategy = forms.ChoiceField(
        label=_("Who of the team"),
        choices=AssignmentStrategy.choices,
        required=False,
        help_text=_("Of a single person it says nothing."),
    )
    takes_by_hand = forms.BooleanField(
        label=_("Also leads that somebody enters by hand"),
        required=False,
        help_text=_("Otherwise such a lead stays with whoever entered it."),
    )
    is_enabled = forms.BooleanField(
        label=pgettext_lazy("assignment rule", "In use"), required=False
    )

    def __init__(self, data: Any = None, *, rule: AssignmentRule, typed: Any = None) -> None:
        """`typed` is what stands in the form while only lines of the condition change."""
        self.rule = rule
        kind, pk = (PERSON, rule.person_id) if rule.person_id else (TEAM, rule.team_id)
        initial = {
            "name": rule.name,
            "target": f"{kind}-{pk}" if pk else "",
            "strategy": rule.strategy,
            "takes_by_hand": rule.takes_by_hand,
            "is_enabled": rule.is_enabled,
        }
        if typed is not None:
            initial = {name: typed.get(name, "") for name in initial}
        super().__init__(data, initial=initial)
        self.people = {f"{PERSON}-{it.pk}": it for it in User.objects.filter(is_active=True)}
        self.teams = {f"{TEAM}-{it.pk}": it for it in Team.objects.all()}
        target: Any = self.fields["target"]
        target.choices = [
            ("", "—"),
            (_("Teams"), [(key, it.name) for key, it in self.teams.items()]),
            (_("People"), [(key, it.display_name) for key, it in self.people.items()]),
        ]

    def filled(self) -> AssignmentRule:
        """The rule with what the form says."""
        said = self.cleaned_data
        self.rule.name = said["name"]
        self.rule.person = self.people.get(said["target"])
        self.rule.team = self.teams.get(said["target"])
        self.rule.strategy = said["strategy"] or AssignmentStrategy.ROUND_ROBIN
        self.rule.takes_by_hand = said["takes_by_hand"]
        self.rule.is_enabled = said["is_enabled"]
        return self.rule


class PersonForm(forms.Form):
    """What a colleague can take."""

    takes_leads = forms.BooleanField(label=_("Takes new leads"), required=False)
    capacity = forms.IntegerField(
        label=_("Open leads at most"),
        required=False,
        min_value=0,
        max_value=MOST_CAPACITY,
        help_text=_("Left empty, there is no limit."),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("On its public holidays no new leads come. Left empty, it is the company's."),
    )

    def __init__(self, data: Any = None, *, person: AssignmentPerson) -> None:
        names = ("takes_leads", "capacity", "country")
        super().__init__(data, initial={name: getattr(person, name) for name in names})
        countries: Any = self.fields["country"]
        codes = [(code, code) for code, _label in dialling_countries()]
        countries.choices = [("", "—"), *codes]


class DaysOffForm(forms.Form):
    """Days on which no new leads come."""

    first_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty, it is one day."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class TryForm(forms.Form):
    """On which lead the rules are tried."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"] = LinkField(target="crm.lead", user=user, label=_("Lead"))


def assignment_page(view: Viewpoint) -> dict[str, Any]:
    """All rules in their order, the people they can choose, and what they gave lately."""
    rules = shown_rules(view)
    return {
        "rules": rules,
        "people": _people(rules, view),
        "lately": lately_given(view.user),
        "waiting": waiting_count(),
    }


def _people(rules: list[ShownRule], view: Viewpoint) -> list[Availability]:
    """Those of the rules, by name."""
    users: dict[int, User] = {}
    for shown in rules:
        users |= {user.pk: user for user in people_of(shown.rule)}
    found = availability_of(users.values(), view.now)
    return sorted(found, key=lambda each: each.user.display_name.casefold())


def days_off_of(user: User, view: Viewpoint) -> list[DayOff]:
    """Those that are not over."""
    return list(DayOff.objects.filter(user=user, last_on__gte=view.now.date()))


def tried_on(lead: Lead | None, view: Viewpoint, everything: Viewpoint) -> list[TriedRule]:
    return try_rules_on(lead, view, everything) if lead is not None else []
