"""The tables of which the export of everything consists."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import Model

from core.registries.base import Registry


@dataclass(frozen=True)
class ArchiveTable:
    """One table of the archive: `<key>.csv` holds the rows of the model.

    What is linked to has a lower `order`, or is declared before: so the tables can be read back.
    `left_out` are columns that are made again from others, or that nobody may take along; `several`
    are relations of which a cell holds the numbers (tags: the names). `at_rest` gives, by column, the values
    of what was under way and what they become when they are read back: nothing begins by itself there. The content
    of the files of its column `file` travels along. `later` are links to rows of tables that follow: they are
    filled in at the end.
    """

    key: str
    model_name: str
    left_out: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    order: int = 20
    at_rest: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file: str = ""
    later: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.model_name)


archive_tables: Registry[ArchiveTable] = Registry("Table of the archive")


def tables_in_order() -> list[ArchiveTable]:
    """All tables, what is linked to before what links to it."""
    return sorted(archive_tables, key=lambda table: table.order)
