"""Importing a file of leads: the file is cut at row boundaries, each cut is one transaction."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.models import LeadImport
from crm.queries.import_files import RowSlice, read_slice, slices
from crm.services import lead_imports
from crm.services.lead_rows import ParsedRows, RowParser


class LeadImportJob(Job):
    """Rows go in in the order of the file, so that a later row may update an earlier one."""

    is_parallel = False
    prepare_share = 5

    def prepare(self, run: RunContext) -> Plan:
        lead_import = self._import(run)
        run.step(gettext_noop("Read the file"))
        cuts: list[RowSlice] = []
        for cut, fraction in slices(lead_import):
            cuts.append(cut)
            run.progress(fraction)
        rows = sum(cut["rows"] for cut in cuts)
        run.detail(gettext_noop("%(rows)s rows"), rows=rows)
        run.step(gettext_noop("Import the rows"))
        return Plan([dict(cut) for cut in cuts])

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[int, list[list[str]]]:
        return payload["first_row"], read_slice(self._import(run), payload)

    def compute(self, run: RunContext, data: tuple[int, list[list[str]]]) -> ParsedRows:
        first_row, rows = data
        lead_import = self._import(run)
        # A date without a zone is meant in the zone of whoever imports it.
        importer = lead_import.created_by
        with timezone.override(importer.time_zone if importer else None):
            return RowParser(lead_import).parse(rows, first_row=first_row)

    def save(self, run: RunContext, results: ParsedRows) -> Saved:
        counts = lead_imports.save_rows(lead_import=self._import(run), rows=results)
        return Saved(
            rows_read=results.row_count,
            rows_written=counts["created"] + counts["updated"],
            counts=counts,
        )

    def finish(self, run: RunContext) -> None:
        lead_imports.finish_import(lead_import=self._import(run), run=run.run)

    def _import(self, run: RunContext) -> LeadImport:
        return LeadImport.objects.select_related("owner", "team", "created_by").get(
            pk=run.scope["import"]
        )
