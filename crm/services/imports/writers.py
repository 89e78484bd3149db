"""Which writer writes the rows of an import."""

from datetime import datetime

from crm.models import FileImport
from crm.services.imports.colleagues import ColleagueWriter
from crm.services.imports.interactions import InteractionWriter
from crm.services.imports.kinds import COLLEAGUE, INTERACTION
from crm.services.imports.targets import Targets
from crm.services.imports.writing import SliceWriter

Writer = SliceWriter | InteractionWriter | ColleagueWriter
OTHERS: dict[str, type[InteractionWriter | ColleagueWriter]] = {
    INTERACTION: InteractionWriter,
    COLLEAGUE: ColleagueWriter,
}


def writer_of(
    file_import: FileImport, targets: Targets, at: datetime, *, only_looks: bool = False
) -> Writer:
    writer = OTHERS.get(targets.kind.key, SliceWriter)
    return writer(file_import, targets, at, only_looks=only_looks)
