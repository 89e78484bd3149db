"""Which writer writes the rows of an import."""

from datetime import datetime

from crm.models import FileImport
from crm.services.imports.interactions import InteractionWriter
from crm.services.imports.targets import Targets
from crm.services.imports.writing import SliceWriter


def writer_of(
    file_import: FileImport, targets: Targets, at: datetime, *, only_looks: bool = False
) -> SliceWriter | InteractionWriter:
    writer = SliceWriter if targets.kind.is_record else InteractionWriter
    return writer(file_import, targets, at, only_looks=only_looks)
