"""Forms of the pages of webhooks."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import permissions
from core.choices import DeliveryState
from core.models import SavedView, User, Webhook
from core.queries.webhooks import LogFilter, views_with_conditions
from core.registries import record_types
from core.services.webhooks import Wanted
from core.webhooks.kinds import TEST, kinds_by_type, label_of

KEPT = "kept"


class WebhookForm(forms.Form):
    """What is said of a webhook. The events are drawn by `event_groups`."""

    name = forms.CharField(label=pgettext_lazy("webhook", "Name"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Where the receiver listens: https://…"),
        widget=forms.URLInput,
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("With the rights of"),
        queryset=User.objects.filter(is_active=True),
        empty_label=gettext_lazy("Choose a colleague"),
        help_text=gettext_lazy("What this user may not see is not sent."),
    )
    condition = forms.ChoiceField(
        label=gettext_lazy("Which records"),
        required=False,
        help_text=gettext_lazy(
            "Save a view of a list to have a choice here. Its filter is copied; records of other types "
            "are all told."
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=pgettext_lazy("what a webhook tells", "Events"),
        error_messages={"required": gettext_lazy("Choose at least one event.")},
    )

    def __init__(
        self, *args: Any, webhook: Webhook, user: User, kept: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.webhook, self.user = webhook, user
        for name in ("name", "url", "kinds"):
            self.initial.setdefault(name, getattr(webhook, name))
        self.initial.setdefault("owner", webhook.owner_id or user.pk)
        self.initial.setdefault("condition", KEPT if webhook.condition_type else "")
        if not permissions.access_of(user).is_administrator:
            del self.fields["owner"]
        self.views = {str(view.pk): view for view in views_with_conditions(user)}
        self._choices("condition", list(self._conditions(kept)))
        kinds = [pair for of_type in kinds_by_type().values() for pair in of_type.items()]
        self._choices("kinds", kinds)

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _conditions(self, kept: str) -> Iterator[tuple[str, str]]:
        yield "", _("All records")
        if self.webhook.condition_type:
            yield KEPT, kept
        for pk, view in self.views.items():
            yield pk, _name_of(view)

    def event_groups(self) -> list[dict[str, Any]]:
        """The check boxes of each type of record."""
        chosen = set(self["kinds"].value() or ())
        return [
            {
                "label": record_types[key].plural,
                "icon": record_types[key].icon,
                "boxes": [(kind, label, kind in chosen) for kind, label in kinds.items()],
            }
            for key, kinds in kinds_by_type().items()
        ]

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        condition, condition_type = self._condition(data["condition"])
        return Wanted(
            name=data["name"],
            url=data["url"],
            kinds=data["kinds"],
            owner=data.get("owner") or self._owner(),
            condition=condition,
            condition_type=condition_type,
        )

    def _owner(self) -> User:
        return self.webhook.owner if self.webhook.pk else self.user

    def _condition(self, chosen: str) -> tuple[dict[str, Any], str]:
        if chosen == KEPT:
            return self.webhook.condition, self.webhook.condition_type
        view = self.views.get(chosen)
        return (view.condition, view.object_type) if view else ({}, "")


def _name_of(view: SavedView) -> str:
    words = {"records": record_types[view.object_type].plural, "view": view.label}
    return _("%(records)s of the view “%(view)s”") % words


class LogForm(forms.Form):
    """Which deliveries of the log are shown."""

    state = forms.ChoiceField(
        label=pgettext_lazy("delivery", "State"),
        required=False,
        choices=[
            ("", gettext_lazy("Any state")),
            (DeliveryState.WAITING.value, DeliveryState.WAITING.label),
            (DeliveryState.DELIVERED.value, DeliveryState.DELIVERED.label),
            (DeliveryState.FAILED.value, DeliveryState.FAILED.label),
        ],
    )
    kind = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    since = forms.DateField(
        label=pgettext_lazy("day", "From"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=pgettext_lazy("day", "To"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, webhook: Webhook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        kinds = [(kind, label_of(kind)) for kind in (*webhook.kinds, TEST)]
        field.choices = [("", _("Any event")), *kinds]

    def wanted(self) -> LogFilter:
        """What is asked for; what does not fit is as if it were not asked."""
        self.is_valid()
        return LogFilter(**{name: v for name, v in self.cleaned_data.items() if v})

    def query(self) -> dict[str, str]:
        """The same for an address."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
