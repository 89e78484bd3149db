"""What the panel's search boxes find, by what is indexed."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model, Q

from core.ids import id_in
from core.models import User
from core.permissions import NOTHING
from core.registries import record_types
from core.search.finding import search_condition


def found_by(
    text: str, model: type[Model], user: User, *, numbers: Sequence[str], words: Sequence[str]
) -> Q:
    """By number; records by the search index, other rows by the lookups given."""
    found = NOTHING
    number = id_in(text)
    if number is not None:
        for path in numbers:
            found |= Q(**{path: number})
    for lookup in words:
        found |= Q(**{lookup: text})
    key = model._meta.label_lower
    if key in record_types and record_types[key].searched:
        found |= search_condition(text, record_types[key], user)
    return found


def indexed_fields(model: type[Model]) -> set[str]:
    """The fields that begin an index: what a million rows can be sorted by."""
    every: Any = model._meta.concrete_fields
    fields = {str(f.name) for f in every if f.primary_key or f.unique or f.db_index}
    for index in model._meta.indexes:
        is_whole: Any = index.condition is None and index.fields
        if is_whole:
            fields.add(index.fields[0].removeprefix("-"))
    return fields
