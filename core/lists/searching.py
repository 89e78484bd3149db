"""Words among records that the search index does not hold: those of the bin."""

from django.db.models import Q

from core.conditions import Criterion, Viewpoint, any_of, checked, to_q
from core.lists.columns import resolved
from core.lists.definition import ListDefinition
from core.permissions import NOTHING


def search_q(definition: ListDefinition, words: str, view: Viewpoint) -> Q:
    """The rows that have the words in one of the fields that are searched and may be seen."""
    kind = definition.kind
    seen = [name for name in definition.searched if resolved(kind, name, view) is not None]
    if not seen:
        return NOTHING
    condition = any_of(*(Criterion(name, "contains", words) for name in seen))
    return to_q(checked(condition, kind, view), kind, view)
