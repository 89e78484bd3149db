"""Fields that somebody can bring about: the only ones of which a page says what would raise the score."""

from core.fields.added import fields_of


def actionable_fields() -> set[str]:
    """Full names of the fields of leads that a company has marked so."""
    return {field.name for field in fields_of("crm.lead") if field.is_actionable}
