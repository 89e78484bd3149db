"""The fields that a company has added to a record type."""

from core.models import CustomField


def fields_of(object_type: str) -> list[CustomField]:
    """The fields of a record type in their order, without archived ones."""
    return list(CustomField.objects.active().filter(object_type=object_type))


def labels_of(object_type: str) -> dict[str, str]:
    """Labels by full name, of archived fields as well: the past goes on speaking of them."""
    fields = CustomField.objects.filter(object_type=object_type)
    return {field.name: field.label for field in fields}
