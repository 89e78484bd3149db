"""Segments by model and RFM cells, as lists, filters and programs know them."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries.records import Choices, Field
from crm.choices import RfmCell
from crm.record_types.later_choices import LaterChoices

SEGMENT, CELL = "model_segment", "rfm_cell"


def _segments() -> Choices:
    return LaterChoices(_read_segments)


def _read_segments() -> list[tuple[int, str]]:
    """Those that serve first; lists may hold contacts of others while a run is at work."""
    segments = apps.get_model("crm.CustomerSegment")._base_manager
    rows = segments.order_by("-is_current", "pk").defer("profile")
    return [(row.pk, str(row)) for row in rows]


# Of a company that of most value so far among its people.
OF_COMPANY = Field(
    SEGMENT,
    _("Model segment"),
    FieldType.CHOICE,
    path="lifetime__segment__id",
    choices=_segments,
    is_editable=False,
    has_place=False,
)

CUSTOMER_SEGMENTS = (
    Field(
        SEGMENT,
        _("Model segment"),
        FieldType.CHOICE,
        path="segmented__segment__id",
        choices=_segments,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "model_segment_chance",
        _("Probability of the segment"),
        FieldType.NUMBER,
        path="segmented__probability",
        rule=SEGMENT,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "model_segment_before",
        _("Model segment before"),
        FieldType.CHOICE,
        path="segmented__previous__id",
        rule=SEGMENT,
        choices=_segments,
        is_editable=False,
        has_place=False,
    ),
    Field(
        "model_segment_since",
        _("In the model segment since"),
        FieldType.MOMENT,
        path="segmented__since",
        rule=SEGMENT,
        is_editable=False,
        has_place=False,
    ),
    Field(
        CELL,
        _("RFM cell"),
        FieldType.CHOICE,
        path="segmented__cell",
        choices=RfmCell.choices,
        is_editable=False,
        has_place=False,
    ),
    *(
        Field(
            f"rfm_{name}",
            label,
            FieldType.NUMBER,
            path=f"segmented__{name}",
            rule=CELL,
            is_editable=False,
            has_place=False,
        )
        for name, label in (
            ("recency", _("Recency (R), 1 to 5")),
            ("frequency", _("Frequency (F), 1 to 5")),
            ("value", _("Value (M), 1 to 5")),
        )
    ),
)
