"""Reverting an import in parts: first what it changed, the newest first; then what it made."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import AuditEvent, ChangeSet
from core.registries import record_types
from core.services.records import BATCH
from crm.jobs.file_imports import import_of
from crm.services.imports import reverting

CHANGED, MADE, TOLD = "changed", "made", "told"


class ImportRevertJob(Job):
    """Each part is one transaction; a part that is done finds nothing left to do."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        file_import = import_of(run)
        run.step(gettext_noop("Find what the import wrote"))
        events = AuditEvent.objects.filter(change_set=file_import.change_set).order_by("-pk")
        parts = [{"what": CHANGED, "ids": ids} for ids in _ids(events)]
        for kind in reverting.made_types():
            made = kind.model._base_manager.filter(imported_by=file_import).order_by("pk")
            parts += [{"what": MADE, "kind": kind.key, "ids": ids} for ids in _ids(made)]
        run.step(gettext_noop("Put it back"))
        return Plan([*parts, {"what": TOLD}])

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def save(self, run: RunContext, results: dict[str, Any]) -> Saved:
        file_import = import_of(run)
        undoing = ChangeSet.objects.select_related("actor").get(pk=run.scope["undoing"])
        counts: Counter[str] = Counter()
        if results["what"] == CHANGED:
            rows = AuditEvent.objects.filter(pk__in=results["ids"]).order_by("-pk")
            counts.update(reverting.put_changes_back(events=list(rows), undoing=undoing))
        elif results["what"] == MADE:
            counts.update(
                reverting.bin_made(
                    kind=record_types[results["kind"]],
                    pks=results["ids"],
                    file_import=file_import,
                    undoing=undoing,
                )
            )
        else:
            counts.update(reverting.forget_told(file_import=file_import, at=undoing.at))
            counts.update(reverting.forget_colleagues(file_import=file_import, undoing=undoing))
        return Saved(len(results.get("ids", ())), sum(counts.values()), counts)


def _ids(rows: Any) -> Iterator[list[int]]:
    source = rows.values_list("pk", flat=True).iterator(chunk_size=BATCH)
    while batch := list(islice(source, BATCH)):
        yield batch
