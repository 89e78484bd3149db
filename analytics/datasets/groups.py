"""The values that part leads into groups, whether or not a score may learn from them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.registries import record_types
from crm.models import Lead

CHUNK = 2_000
CUSTOM = ".custom."
# From a lead to the record that holds the field.
LINKS = {"crm.lead": "", "crm.contact": "contact__"}


def group_cells(leads: "pd.Series[int]", fields: Sequence[str]) -> pd.DataFrame | None:
    """A column of raw cells for each field and a row for each lead, as it is today.

    None where no field is asked for.
    """
    if not fields:
        return None
    columns = [_column(name) for name in fields]
    numbers = leads.tolist()
    rows: dict[int, list[Any]] = {}
    for start in range(0, len(numbers), CHUNK):
        some = Lead.objects.filter(pk__in=numbers[start : start + CHUNK])
        for pk, *values in some.values_list("pk", *(path for path, _key in columns)):
            pairs = zip(values, columns, strict=True)
            rows[pk] = [_cell(value, key) for value, (_path, key) in pairs]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(fields), dtype=object)
    return frame.reindex(pd.Index(numbers)).set_index(leads.index)


def _column(name: str) -> tuple[str, str]:
    """The path from a lead to the value, and the key of a custom field."""
    if CUSTOM in name:
        kind, _custom, key = name.partition(CUSTOM)
        return f"{LINKS[kind]}custom", key
    kind, _dot, short = name.rpartition(".")
    field = record_types[kind].field[short]
    path = field.via.replace(".", "__") if field.via else field.value_path
    return f"{LINKS[kind]}{path}", ""


def _cell(value: Any, key: str) -> Any:
    """The value of the custom field; several choices are a group of their own."""
    found = (value or {}).get(key) if key else value
    return " / ".join(sorted(map(str, found))) if isinstance(found, list) else found
