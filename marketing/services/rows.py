"""What rows of another system say beyond their fields, and the services that save them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.registries import RowRules
from core.rows.items import Row
from core.rows.writing import Writing
from marketing.services.campaigns.drafts import keep_campaign
from marketing.services.segments import keep_segment
from marketing.services.web_forms import keep_form

CONDITION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Of a dynamic segment: a condition as in the body of `contacts/query/`.",
}


def fill_segments(rows: Sequence[Row], _writing: Writing) -> None:
    """The condition; the service that saves the segment checks what it means."""
    for row in rows:
        if "condition" not in row.extras:
            continue
        condition = row.extras["condition"]
        if isinstance(condition, dict):
            row.record.condition = condition
        else:
            row.refuse("condition", _("Give a condition as an object."))


ROW_RULES = (
    RowRules(
        "marketing.segment",
        begins_with=("kind",),
        extras={"condition": CONDITION_SCHEMA},
        fill=fill_segments,
        save=keep_segment,
    ),
    RowRules("marketing.campaign", save=keep_campaign),
    RowRules("marketing.webform", save=keep_form),
)
