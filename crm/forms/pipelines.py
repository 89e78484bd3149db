"""Forms of pipelines, their stages, and how deals end."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.choices import StageKind
from crm.models import Stage
from crm.services.deals import Ending


class PipelineForm(forms.Form):
    """What a pipeline is called."""

    name = forms.CharField(label=pgettext_lazy("pipeline", "Name"), max_length=80)


class NameForm(forms.Form):
    """What a reason or a competitor is called."""

    name = forms.CharField(label=pgettext_lazy("reason or competitor", "Name"), max_length=80)


class CloseForm(forms.Form):
    """Why a deal is won or lost, and against whom."""

    OTHER = "other"
    reason = forms.ChoiceField(widget=forms.RadioSelect(attrs={"autofocus": True}), required=False)
    words = forms.CharField(
        label=_("In your words"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    competitor = forms.ChoiceField(label=_("Competitor"), required=False)

    def __init__(
        self,
        *args: Any,
        stage: Stage,
        reasons: Sequence[Any],
        competitors: Sequence[Any],
        may_name: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "close-%s", **kwargs})
        self.is_lost = stage.kind == StageKind.LOST
        self.competitors = {str(row.pk): row for row in competitors}
        choice: Any = self.fields["reason"]
        choice.label = _("Lost because") if self.is_lost else _("Won because")
        names = [(str(row), str(row)) for row in reasons]
        choice.choices = [*names, (self.OTHER, pgettext_lazy("reason", "Something else"))]
        choice = self.fields["competitor"]
        choice.choices = [("", "—"), *((pk, str(row)) for pk, row in self.competitors.items())]
        if not may_name or not competitors:
            del self.fields["competitor"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.is_lost and not self.said:
            self.add_error("reason", gettext("Say why the deal is lost."))
        return given

    @property
    def said(self) -> str:
        """The chosen reason; in own words where there is none, and beside it where both are given."""
        reason, words = (self.cleaned_data.get(name) or "" for name in ("reason", "words"))
        chosen = "" if reason == self.OTHER else reason
        return ": ".join(filter(None, (chosen, words.strip())))[:200]

    def ending(self) -> Ending:
        competitor = self.competitors.get(self.cleaned_data.get("competitor", ""))
        return Ending(self.said, competitor)


class StageForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A stage of a pipeline."""

    class Meta:
        model = Stage
        fields = ["name", "kind", "probability", "rotting_days", "slow_days", "wip_limit"]
        widgets = {"kind": forms.RadioSelect}
        labels = {
            "name": pgettext_lazy("stage", "Name"),
            "kind": _("What being in it means"),
            "probability": _("Chance in %"),
            "rotting_days": _("Stuck after days"),
            "slow_days": _("Slow after days"),
            "wip_limit": _("Most deals at once"),
        }
        help_texts = {
            "probability": _(
                "Of deals for which nobody has said another one. Won is 100, lost is 0."
            ),
            "rotting_days": _("Without a touch for so many days a deal counts as stuck; 0: never."),
            "slow_days": _(
                "In the stage for longer than so many days a deal counts as slow; 0: never."
            ),
            "wip_limit": _("The board tells when there are more; it forbids nothing. 0: no limit."),
        }

    def __init__(self, data: Any = None, *, stage: Stage) -> None:
        super().__init__(data, instance=stage)
        # What comes with the product is called in the reader's language.
        self.shown_name = str(stage) if stage.pk else ""
        self.stored_name = stage.name
        self.initial["name"] = self.shown_name
        for name in ("slow_days", "wip_limit"):
            self.fields[name].required = False

    def clean_slow_days(self) -> int:
        return self.cleaned_data["slow_days"] or 0

    def clean_wip_limit(self) -> int:
        return self.cleaned_data["wip_limit"] or 0

    def validate_unique(self) -> None:
        """The service says it in a sentence."""

    def validate_constraints(self) -> None:
        """The same."""

    def filled(self) -> Stage:
        """The stage; a name that was left alone keeps its translation."""
        stage: Stage = self.instance
        if self.shown_name and stage.name == self.shown_name:
            stage.name = self.stored_name
        return stage


class StageRemovalForm(forms.Form):
    """Where the deals of a stage go that is taken out of use."""

    to = forms.ChoiceField(label=_("Move its deals to"))

    def __init__(self, *args: Any, targets: Sequence[Stage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = {str(stage.pk): stage for stage in targets}
        choice: Any = self.fields["to"]
        choice.choices = [(pk, str(stage)) for pk, stage in self.targets.items()]
        if not targets:
            del self.fields["to"]

    @property
    def target(self) -> Stage | None:
        return self.targets.get(self.cleaned_data.get("to", ""))
