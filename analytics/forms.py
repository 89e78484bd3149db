"""Forms of analytics."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models import PointsBook, PointsRule
from analytics.models.points_rules import MOST_POINTS
from analytics.queries.lead_score_fields import parting_fields
from core.models import User
from core.records.links import LinkField
from core.registries.records import Behaviour

COUNTED = ("days", "half_life", "most_times", "most_points")


class RuleForm(forms.Form):
    """What is said of a rule beside its condition, which the filter builder asks for."""

    points = forms.IntegerField(
        label=_("Points"), help_text=_("From -100 to 100; below 0 takes away.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Each time this happens (tick none for any)"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    half_life = forms.IntegerField(
        label=_("Worth half after so many days"),
        required=False,
        help_text=_("Left empty, it keeps its worth."),
    )
    most_times = forms.IntegerField(label=_("Count so many times at most"), required=False)
    most_points = forms.IntegerField(label=_("Give so many points at most"), required=False)
    days = forms.IntegerField(label=_("Count the last so many days only"), required=False)
    name = forms.CharField(
        label=pgettext_lazy("points rule", "Name"),
        required=False,
        max_length=120,
        help_text=_("Left empty, the rule is called what it asks."),
    )
    is_enabled = forms.BooleanField(label=pgettext_lazy("points rule", "In use"), required=False)

    def __init__(self, *args: Any, rule: PointsRule, behaviour: Behaviour | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.rule = rule
        for name in ("points", "kinds", "name", "is_enabled", *COUNTED):
            self.initial.setdefault(name, getattr(rule, name))
        if behaviour is None:
            for name in ("kinds", *COUNTED):
                del self.fields[name]
        else:
            kinds: Any = self.fields["kinds"]
            kinds.choices = behaviour.kinds

    @property
    def said(self) -> list[forms.BoundField]:
        """The fields after the condition."""
        return [self[name] for name in self.fields if name != "kinds"]

    def filled(self) -> PointsRule:
        """The rule with what the form says."""
        for name, value in self.cleaned_data.items():
            setattr(self.rule, name, value)
        return self.rule


class LimitsForm(forms.Form):
    """The limits of the score and the cells of its grid."""

    def __init__(self, *args: Any, book: PointsBook, names: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            column: Any = PointsBook._meta.get_field(name)
            self.fields[name] = forms.IntegerField(
                label=capfirst(str(column.verbose_name)),
                min_value=1,
                max_value=MOST_POINTS,
                initial=getattr(book, name),
            )


class TryForm(forms.Form):
    """On which lead the rules are tried."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"] = LinkField(target="crm.lead", user=user, label=_("Lead"))


class GroupsForm(forms.Form):
    """Which fields part the leads into groups that are compared."""

    compared = forms.MultipleChoiceField(
        label=_("Fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Fields that must not decide whom you call: country, language, gender where you record it. "
            "At most five. They are compared from the next training on."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = sorted(parting_fields().items(), key=lambda item: str(item[1]))
        choices = self.fields["compared"]
        assert isinstance(choices, forms.MultipleChoiceField)  # noqa: S101  # declared above
        choices.choices = [(name, label) for name, label in offered]
