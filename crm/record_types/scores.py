"""The score of a lead, as lists, filters and programs know it: what counts, and where it comes from."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries.records import Field
from crm.choices import GRID_CELLS, Grade

# Whoever may not see the score sees nothing of this.
RULE = "score"

SCORE = (
    Field("score", _("Score"), FieldType.NUMBER, path="score__counted_score"),
    Field("chance", _("Chance"), FieldType.NUMBER, path="score__probability", rule=RULE),
    Field(
        "grade",
        _("Grade"),
        FieldType.CHOICE,
        path="score__counted_grade",
        rule=RULE,
        choices=Grade.choices,
    ),
    Field("chance_low", _("Chance at least"), FieldType.NUMBER, path="score__low", rule=RULE),
    Field("chance_high", _("Chance at most"), FieldType.NUMBER, path="score__high", rule=RULE),
    Field(
        "cell",
        _("Fit and engagement"),
        FieldType.CHOICE,
        path="score__cell",
        rule=RULE,
        choices=GRID_CELLS,
    ),
    Field(
        "fit",
        pgettext_lazy("lead score", "Fit"),
        FieldType.NUMBER,
        path="score__fit",
        rule=RULE,
    ),
    Field(
        "engagement",
        pgettext_lazy("lead score", "Engagement"),
        FieldType.NUMBER,
        path="score__engagement",
        rule=RULE,
    ),
    Field("model_score", _("Score by the model"), FieldType.NUMBER, path="score__score", rule=RULE),
    Field("scored_at", _("Scored as of"), FieldType.MOMENT, path="score__as_of", rule=RULE),
    Field(
        "hand_score",
        _("Score set by hand"),
        FieldType.NUMBER,
        rule=RULE,
        is_editable=False,
        has_place=False,
    ),
    Field("hand_reason", _("Reason for the score"), rule=RULE, is_editable=False, has_place=False),
)
