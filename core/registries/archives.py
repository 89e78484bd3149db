"""The tables of which the export of everything consists."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from core.registries.base import Registry


@dataclass(frozen=True)
class ArchiveTable:
    """One table of the archive: `<key>.csv` holds the rows of the model.

    Tables are declared in the order in which they can be read back: what is linked to stands before.
    `left_out` are columns that are made again from others, or that nobody may take along; `several`
    are relations of which a cell holds the numbers (tags: the names).
    """

    key: str
    model_name: str
    left_out: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.model_name)


archive_tables: Registry[ArchiveTable] = Registry("Table of the archive")
