"""Whether two rows of a file are of one record: else several workers may write them at once."""

from array import array
from collections.abc import Callable, Sequence

from django.db import connection

from core.choices import RunState
from core.locks import lock_for_transaction
from crm.models import FileImport
from crm.services.imports.finding import COMPARED, HOLD_ONE

# Columns that find or make a record beside that of the row: people are one per address.
ALSO = frozenset({"external", "person.email", *HOLD_ONE})
PARTS = 256


class Repeats:
    """Remembers a number of 8 bytes for each value that tells records apart."""

    def __init__(self, file_import: FileImport) -> None:
        telling = {*file_import.key, *ALSO}
        self._columns: list[tuple[int, str, Callable[[str], str]]] = [
            (place, entry["target"], COMPARED.get(entry["target"], ("", str.casefold))[1])
            for place, entry in enumerate(file_import.mapping)
            if entry["target"] in telling
        ]
        # In parts, so that comparing takes little room.
        self._seen = [array("q") for _part in range(PARTS)]

    def see(self, row: Sequence[str]) -> None:
        for place, target, compared in self._columns:
            text = row[place].strip() if place < len(row) else ""
            if text:
                number = hash((target, compared(text)))
                self._seen[number % PARTS].append(number)

    @property
    def are_none(self) -> bool:
        return all(len(set(part)) == len(part) for part in self._seen)


def note_distinct(file_import: FileImport, *, are_distinct: bool) -> None:
    """Let several workers write the rows, unless another import of the type does so already.

    Two imports might make the same record; one alone waits for the others' lock.
    """
    lock_for_transaction("crm.file_import.share")
    active = [RunState.QUEUED, RunState.PREPARING, RunState.WORKING, RunState.FINISHING]
    others = FileImport.objects.filter(
        object_type=file_import.object_type, rows_are_distinct=True, run__state__in=active
    ).exclude(pk=file_import.pk)
    may = are_distinct and connection.vendor == "postgresql" and not others.exists()
    FileImport.objects.filter(pk=file_import.pk).update(rows_are_distinct=may)
