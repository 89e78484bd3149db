"""What is asked about a campaign: how it is called, whom it goes to, how it is tested."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.currencies import base_currency
from core.models import User
from core.values import grouped
from marketing.choices import Decision, FollowUp, Goal, metrics_for
from marketing.models import Campaign, CampaignVariant, Purpose, Segment
from marketing.queries.audiences import Audience
from marketing.services.sending.addresses import require_plain

HUNDRED = Decimal(100)
MOST_SEGMENTS = 200
MOST_MINUTES = 7 * 24 * 60
WEIGHT, DELAY = "weight_", "delay_"
TEST_FORM = "test-form"  # its fields stand beside the variants as well
SHARES = (MinValueValidator(0), MaxValueValidator(50))
TESTED = (MinValueValidator(1), MaxValueValidator(100))


class NewCampaignForm(forms.Form):
    """What it takes to begin one."""

    name = forms.CharField(
        label=pgettext_lazy("campaign", "Name"),
        max_length=120,
        help_text=gettext_lazy("Only colleagues read it."),
    )
    purpose = forms.ModelChoiceField(
        label=gettext_lazy("Purpose"),
        queryset=Purpose.objects.none(),
        required=False,
        empty_label=gettext_lazy("None yet: nobody can get it"),
        help_text=gettext_lazy("Only people who agreed to it get the campaign."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["purpose"]
        field.queryset = Purpose.objects.in_use()


class AudienceForm(NewCampaignForm):
    """Whom a campaign goes to, from whom, and what it is for."""

    segments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Segments"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Contacts of any of these; all contacts where none is chosen."),
    )
    excluded = forms.TypedMultipleChoiceField(
        label=gettext_lazy("But nobody of"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    follow_up = forms.ChoiceField(
        label=gettext_lazy("Of its recipients"),
        required=False,
        choices=[("", gettext_lazy("Everybody, also who got nothing")), *FollowUp.choices],
    )
    holdout = forms.IntegerField(
        label=gettext_lazy("Held out, in %"),
        validators=SHARES,
        help_text=gettext_lazy(
            "A random part gets nothing, so that the report can tell what the campaign changed. "
            "10 is usual; 0 leaves the effect unknown."
        ),
    )
    goal = forms.ChoiceField(
        label=gettext_lazy("Goal"),
        choices=Goal.choices,
        help_text=gettext_lazy("By this outcome the report says whether it worked."),
    )
    goal_days = forms.IntegerField(
        label=gettext_lazy("Days that count"), min_value=1, max_value=365
    )
    cost = forms.DecimalField(
        label=gettext_lazy("Cost"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    sender_name = forms.CharField(
        label=gettext_lazy("Sender's name"), required=False, max_length=100
    )
    sender_address = forms.EmailField(
        label=gettext_lazy("Sender's address"), required=False, validators=[require_plain]
    )
    reply_to = forms.EmailField(
        label=gettext_lazy("Answers to"), required=False, validators=[require_plain]
    )

    def __init__(
        self, data: Any = None, *, campaign: Campaign, user: User, typed: Any = None
    ) -> None:
        """`typed` is what stands in the form while only lines of the condition change."""
        self.campaign = campaign
        initial = _initial(campaign) if typed is None else _typed(typed)
        super().__init__(data, initial=initial)
        rows: Any = Segment.objects.visible_to(user).order_by("name_key", "pk")
        seen: list[Segment] = list(rows[:MOST_SEGMENTS])
        if (
            len(seen) == MOST_SEGMENTS
        ):  # those that are chosen stand among them, wherever their names do
            ids = {each.pk for each in (*campaign.segments.all(), *campaign.excluded.all())}
            seen += rows.filter(pk__in=ids - {each.pk for each in seen})
        for name in ("segments", "excluded"):
            field: Any = self.fields[name]
            field.choices = [(each.pk, _sized(each)) for each in seen]
        self.seen = {each.pk: each for each in seen}
        if not campaign.follow_up:
            del self.fields["follow_up"]
        else:
            name = campaign.follows.name if campaign.follows else "–"
            self.fields["follow_up"].help_text = _("It follows up “%(name)s”.") % {"name": name}
        self.fields["cost"].help_text = _("In %(currency)s.") % {
            "currency": campaign.currency or base_currency()
        }

    def audience(self, condition: Mapping[str, Any]) -> Audience:
        """Whom the form means as it stands, whether or not it is complete."""
        campaign = self.campaign
        share = str(self["holdout"].value() or "")
        return Audience(
            owner=campaign.owner,
            channel=campaign.channel,
            purpose=_number(self["purpose"].value()),
            segments=self._seen_of("segments"),
            excluded=self._seen_of("excluded"),
            condition=condition,
            follows=campaign.follows_id,
            follow_up=self._follow_up(),
            holdout_share=int(share) / 100 if share.isdecimal() and len(share) < 4 else 0,
        )

    def _follow_up(self) -> str:
        value = str(self["follow_up"].value() or "") if "follow_up" in self.fields else ""
        return value if value in FollowUp else ""

    def _seen_of(self, name: str) -> list[int]:
        numbers = map(_number, self[name].value() or ())
        return [pk for pk in numbers if pk in self.seen]

    def chosen(self, name: str) -> Collection[Segment]:
        return [self.seen[pk] for pk in self.cleaned_data[name]]

    def filled(self) -> Campaign:
        """The campaign with what the form says, but for its segments."""
        said, campaign = self.cleaned_data, self.campaign
        for name in ("name", "purpose", "goal", "goal_days", "cost"):
            setattr(campaign, name, said[name])
        for name in ("sender_name", "sender_address", "reply_to"):
            setattr(campaign, name, said[name])
        campaign.follow_up = said.get("follow_up", "")
        campaign.holdout_share = Decimal(said["holdout"]) / HUNDRED
        campaign.currency = campaign.currency or base_currency()
        return campaign


def _number(value: Any) -> int | None:
    """A number of a row in the text of a form; None where it is none."""
    text = str(getattr(value, "pk", value) or "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _sized(segment: Segment) -> str:
    return f"{segment.name} ({grouped(segment.size)})"


def _initial(campaign: Campaign) -> dict[str, Any]:
    names = ("name", "purpose", "goal", "goal_days", "cost", "sender_name", "sender_address")
    return {
        **{name: getattr(campaign, name) for name in (*names, "reply_to")},
        "segments": list(campaign.segments.values_list("pk", flat=True)),
        "excluded": list(campaign.excluded.values_list("pk", flat=True)),
        "follow_up": campaign.follow_up,
        "holdout": round(campaign.holdout_share * HUNDRED),
    }


def _typed(said: Any) -> dict[str, Any]:
    """What stands in the form, as a browser sends it."""
    several = {"segments", "excluded"}
    return {name: said.getlist(name) if name in several else said[name] for name in said}


class FollowUpForm(forms.Form):
    """Whom a campaign is followed up with."""

    group = forms.ChoiceField(
        label=gettext_lazy("To those who"), choices=FollowUp.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, campaign: Campaign) -> None:
        """Without opens that are counted, nobody knows who opened."""
        super().__init__(data, initial={"group": FollowUp.CLICKED})
        group: Any = self.fields["group"]
        unknown = set() if campaign.counts_opens else {FollowUp.OPENED, FollowUp.UNOPENED}
        if not campaign.counts_clicks:
            unknown |= {FollowUp.OPENED, FollowUp.CLICKED}
        group.choices = [(value, text) for value, text in FollowUp.choices if value not in unknown]


class TestForm(forms.Form):
    """How variants are compared, and who decides."""

    test_share = forms.IntegerField(
        label=gettext_lazy("In the test, in %"),
        validators=TESTED,
        help_text=gettext_lazy("The others wait for the decision. 100: everybody is in the test."),
    )
    decision = forms.ChoiceField(label=gettext_lazy("Then"), choices=Decision.choices)
    test_metric = forms.ChoiceField(label=gettext_lazy("Judged by"), choices=Goal.choices)
    test_hours = forms.IntegerField(
        label=gettext_lazy("Hours until the decision"), min_value=1, max_value=720
    )

    def __init__(
        self,
        data: Any = None,
        *,
        campaign: Campaign,
        variants: Sequence[CampaignVariant] = (),
        goal: str = "",
    ) -> None:
        """With several variants each has a weight, and minutes by which it goes out later.

        `goal` is the one that the campaign is about to have, where it is changed as well.
        """
        self.campaign = campaign
        metrics = metrics_for(goal or campaign.goal)
        metric = campaign.test_metric if campaign.test_metric in metrics else goal or campaign.goal
        self.variants = list(variants) if len(variants) > 1 else []
        initial = {
            "test_share": round(campaign.test_share * HUNDRED),
            "decision": campaign.decision,
            "test_metric": metric,
            "test_hours": campaign.test_hours,
        }
        super().__init__(data, initial=initial)
        asked: Any = self.fields["test_metric"]
        asked.choices = [
            (each.value, _("Clicks") if each == Goal.CLICK else each.label) for each in metrics
        ]
        for each in self.variants:
            words = {"letter": each.letter}
            self.fields[f"{WEIGHT}{each.letter}"] = forms.IntegerField(
                label=_("Parts of %(letter)s") % words,
                min_value=1,
                max_value=100,
                initial=each.weight,
                widget=forms.NumberInput(attrs={"form": TEST_FORM}),
            )
            self.fields[f"{DELAY}{each.letter}"] = forms.IntegerField(
                label=_("Minutes later, %(letter)s") % words,
                min_value=0,
                max_value=MOST_MINUTES,
                initial=each.delay_minutes,
                widget=forms.NumberInput(attrs={"form": TEST_FORM}),
            )

    @property
    def rule_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("test_share", "decision", "test_metric", "test_hours")]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each variant with its two fields."""
        return [
            {
                "variant": each,
                "weight": self[f"{WEIGHT}{each.letter}"],
                "delay": self[f"{DELAY}{each.letter}"],
            }
            for each in self.variants
        ]

    def times(self) -> dict[str, tuple[int, int]]:
        """Weight and minutes by letter, of a valid form."""
        said = self.cleaned_data
        letters = [each.letter for each in self.variants]
        return {each: (said[f"{WEIGHT}{each}"], said[f"{DELAY}{each}"]) for each in letters}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        waits = said.get("decision") in {Decision.WINNER, Decision.BY_HAND}
        if waits and said.get("test_share") == HUNDRED:
            self.add_error(
                "test_share",
                _("Leave a part for the winner: with 100 % in the test nobody is left to get it."),
            )
        return said

    def filled(self) -> Campaign:
        said, campaign = self.cleaned_data, self.campaign
        campaign.test_share = Decimal(said["test_share"]) / HUNDRED
        for name in ("decision", "test_metric", "test_hours"):
            setattr(campaign, name, said[name])
        return campaign
