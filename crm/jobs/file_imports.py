"""Importing a file: it is cut at row boundaries, each cut is one transaction."""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import JobRun
from core.rows.items import CREATED, UPDATED
from crm.models import FileImport
from crm.queries.import_files import RowSlice, read_slice, slices
from crm.services.imports import archives, running
from crm.services.imports.kinds import KINDS
from crm.services.imports.links import Linker
from crm.services.imports.repeats import Repeats, note_distinct
from crm.services.imports.rows import ReadRows, RowReader
from crm.services.imports.settings import usual_setting
from crm.services.imports.writing import targets_of

LINKS = "links"


@dataclass(frozen=True)
class Cut:
    """A slice of the file; with `links` only the links to records of its own type are written."""

    first_row: int
    rows: Any
    links: bool


class FileImportJob(Job):
    """Rows go in in the order of the file, so that a later row may change an earlier one.

    Where no two rows are of one record, several workers write them at once.
    """

    prepare_share = 5

    def prepare(self, run: RunContext) -> Plan:
        file_import = import_of(run)
        run.step(gettext_noop("Read the file"))
        cuts: list[RowSlice] = []
        repeats = Repeats(file_import)
        for cut, fraction in slices(file_import, repeats.see):
            cuts.append(cut)
            run.progress(fraction)
        run.detail(gettext_noop("%(rows)s rows"), rows=sum(cut["rows"] for cut in cuts))
        run.step(gettext_noop("Import the rows"))
        partitions = [dict(cut) for cut in cuts]
        has_own = Linker(file_import, targets_of(file_import, run.as_of)).has_own
        if has_own:
            partitions += [{**cut, LINKS: True} for cut in cuts]
        # What interactions repeat is noticed slice by slice.
        is_record = KINDS[file_import.object_type].is_record
        are_distinct = repeats.are_none and not has_own and is_record
        return Plan(partitions, partial(note_distinct, file_import, are_distinct=are_distinct))

    def may_share(self, run: JobRun) -> bool:
        return FileImport.objects.filter(pk=run.scope["import"], rows_are_distinct=True).exists()

    def load(self, run: RunContext, payload: dict[str, Any]) -> Cut:
        rows = read_slice(import_of(run), payload)
        return Cut(payload["first_row"], rows, bool(payload.get(LINKS)))

    def compute(self, run: RunContext, data: Cut) -> tuple[ReadRows, bool]:
        file_import = import_of(run)
        targets = targets_of(file_import, run.as_of)
        with speaking_for(file_import):
            reader = RowReader(file_import, targets, usual_setting())
            return reader.read(data.rows, first_row=data.first_row), data.links

    def save(self, run: RunContext, results: tuple[ReadRows, bool]) -> Saved:
        file_import, (rows, is_links) = import_of(run), results
        with speaking_for(file_import):
            if is_links:
                running.save_own_links(file_import=file_import, rows=rows, at=run.as_of)
                return Saved(0, 0)
            counts = running.save_rows(file_import=file_import, rows=rows, at=run.as_of)
        written = counts.get(CREATED, 0) + counts.get(UPDATED, 0)
        return Saved(rows.count, written, dict(counts))

    def finish(self, run: RunContext) -> None:
        file_import = import_of(run)
        running.finish_import(file_import=file_import, run=run.run)
        run.call(_next_part(file_import))


def _next_part(file_import: FileImport) -> JobRun | None:
    """The next part of an archive begins."""
    batch, by = file_import.batch, file_import.created_by
    if batch is None or batch.started_at is None or by is None:
        return None
    return archives.start_next(batch=batch, by=by, as_of=timezone.now(), done=file_import.run)


def import_of(run: RunContext) -> FileImport:
    rows = FileImport.objects.select_related("owner", "team", "created_by", "change_set")
    return rows.get(pk=run.scope["import"])


def speaking_for(file_import: FileImport) -> AbstractContextManager[Any]:
    """In the language and time zone of whoever imports: a date without a zone is meant in it."""
    importer, stack = file_import.created_by, ExitStack()
    if importer is not None:
        stack.enter_context(translation.override(importer.language))
        stack.enter_context(timezone.override(importer.time_zone))
    return stack
