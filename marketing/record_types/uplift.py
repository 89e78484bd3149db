"""For whom messages change most, as lists, conditions and programs know it."""

from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries.records import Field

UPLIFT = (
    Field(
        "uplift",
        _("Uplift of messages, percentile"),
        FieldType.NUMBER,
        path="uplift__percentile",
        is_editable=False,
        has_place=False,
    ),
    Field(
        "uplift_points",
        _("Uplift of messages, points"),
        FieldType.NUMBER,
        path="uplift__points",
        rule="uplift",
        is_editable=False,
        has_place=False,
    ),
)
