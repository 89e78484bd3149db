"""The trial of an import: the first rows are written and taken back, the others looked at."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.jobs.file_imports import import_of, speaking_for
from crm.queries.import_files import all_rows, read_slice, slices
from crm.services.imports.archive_trials import check_next
from crm.services.imports.lacking import lacking
from crm.services.imports.rows import ReadRows, RowReader
from crm.services.imports.settings import usual_setting
from crm.services.imports.trials import Findings, keep_findings, keep_lacking, try_rows
from crm.services.imports.writing import targets_of

WRITTEN = (
    10  # slices that are written and taken back, together: a later row may change an earlier one
)


LINKS = {"links": True}


class ImportTrialJob(Job):
    """Counts what would be created, changed and refused, and gathers the names that match nothing."""

    is_parallel = False
    prepare_share = 5

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Read the file"))
        cuts = []
        for cut, fraction in slices(import_of(run)):
            cuts.append(dict(cut))
            run.progress(fraction)
        run.detail(gettext_noop("%(rows)s rows"), rows=sum(cut["rows"] for cut in cuts))
        run.step(gettext_noop("Try the rows"))
        first = [{"cuts": cuts[:WRITTEN], "writes": True}] if cuts else []
        others = ({"cuts": [cut], "writes": False} for cut in cuts[WRITTEN:])
        # What the parts of an archive link to may be in another one.
        links = [LINKS] if import_of(run).batch_id else []
        return Plan([*first, *others, *links])

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[list[Any], bool] | None:
        if payload == LINKS:
            return None
        file_import = import_of(run)
        cuts = [(cut["first_row"], read_slice(file_import, cut)) for cut in payload["cuts"]]
        return cuts, payload["writes"]

    def compute(
        self, run: RunContext, data: tuple[list[Any], bool] | None
    ) -> Findings | list[dict[str, Any]]:
        file_import = import_of(run)
        with speaking_for(file_import):
            if data is None:
                return lacking(
                    file_import=file_import,
                    rows_of=all_rows,
                    setting=usual_setting(),
                    at=run.as_of,
                )
            cuts, writes = data
            reader = RowReader(file_import, targets_of(file_import, run.as_of), usual_setting())
            rows: list[ReadRows] = [
                reader.read(rows, first_row=first_row) for first_row, rows in cuts
            ]
            return try_rows(file_import=file_import, rows=rows, at=run.as_of, writes=writes)

    def save(self, run: RunContext, results: Findings | list[dict[str, Any]]) -> Saved:
        if isinstance(results, list):
            keep_lacking(file_import=import_of(run), found=results)
            return Saved(0, 0)
        keep_findings(file_import=import_of(run), found=results)
        rows = sum(results.counts[name] for name in ("created", "updated", "unchanged", "refused"))
        return Saved(rows, 0, dict(results.counts))

    def finish(self, run: RunContext) -> None:
        """Of an archive that is checked as a whole, the next part is tried."""
        file_import = import_of(run)
        batch, by = file_import.batch, file_import.created_by
        if batch is not None and batch.check_started_at is not None and by is not None:
            run.call(check_next(batch=batch, by=by, as_of=timezone.now()))
