"""The export of everything, made beside the pages."""

import tempfile

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from core.models import JobRun
from core.models.archives import new_path
from core.services.archives import estimated_rows, keep_archive, rows_in, write_archive


class ArchiveJob(Job):
    """One piece: a ZIP is written from its beginning to its end.

    When its worker is lost, another one begins anew.
    """

    is_parallel = False
    prepare_share = 98

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Count the rows"))
        expected = max(estimated_rows(), 1)
        run.step(gettext_noop("Write the archive"))
        done: dict[str, int] = {}

        def tell(table: str, rows: int) -> None:
            done[table] = rows
            run.progress(sum(done.values()) / expected)

        with tempfile.TemporaryFile() as file:
            manifest = write_archive(file, at=run.as_of, tell=tell)
            size = file.tell()
            run.step(gettext_noop("Keep the archive for downloading"))
            file.seek(0)
            name = default_storage.save(new_path(), File(file))
        rows = rows_in(manifest)
        keep = keep_archive(name=name, size=size, manifest=manifest, run=run.run, at=run.as_of)

        def save() -> None:
            keep()
            JobRun.objects.filter(pk=run.run.pk).update(result={"rows": rows})

        return Plan([], save=save, rows_read=rows)
