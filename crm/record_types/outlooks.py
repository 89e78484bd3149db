"""What the jobs say of a deal, as lists, filters and programs know it."""

from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries.records import Field
from crm.choices import StaleReason

# Whoever may not see the chance that people give a deal sees nothing of the model's.
CHANCE, CLOSE, SINCE = "probability", "close", "created"

OUTLOOK = (
    Field(
        "win_chance",
        _("Win probability"),
        FieldType.NUMBER,
        path="outlook__probability",
        rule=CHANCE,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "win_chance_low",
        _("Win probability at least"),
        FieldType.NUMBER,
        path="outlook__low",
        rule=CHANCE,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "win_chance_high",
        _("Win probability at most"),
        FieldType.NUMBER,
        path="outlook__high",
        rule=CHANCE,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "likely_close",
        _("Likely close"),
        FieldType.DATE,
        path="outlook__closes_on",
        rule=CLOSE,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "stale",
        _("Stale"),
        FieldType.CHOICE,
        path="outlook__stale",
        rule=SINCE,
        choices=StaleReason.choices,
        is_editable=False,
        has_place=False,
    ),
)
