"""Fields that somebody can bring about: the only ones of which a page says what would raise the score."""

from analytics.choices import ACTED_UPON
from core.fields.added import fields_of


def actionable_fields() -> frozenset[str]:
    """Full names of the fields that a company has marked so, and of what work on a lead brings."""
    return ACTED_UPON | {field.name for field in fields_of("crm.lead") if field.is_actionable}
