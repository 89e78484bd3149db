"""Whatever a file holds: a sentence or a whole report, never a fault, a lost or a doubled row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from core.choices import RunState
from core.errors import Refused
from core.models import JobRun, User
from crm.models import FileImport
from crm.queries.import_files import slices
from crm.services.imports.kinds import KINDS
from crm.services.imports.receiving import receive_file
from crm.services.imports.running import settle, start_import, start_trial
from tests.crm.odd_files import OddFile, odd_file
from tests.data import DATA
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

IN_CI, IN_ACCEPTANCE = 60, 10_000


def samples() -> list[Path]:
    """Real exports where they are at hand; without them all files are generated."""
    return sorted((DATA / "formats").glob("*/*.csv"))


def check(odd: OddFile, by: User) -> str:
    """What became of the file; an assertion fails with the seed that makes it again."""
    upload = SimpleUploadedFile(odd.name, odd.content)
    try:
        file_import = receive_file(upload=upload, by=by, at=NOW, object_type=odd.object_type)
        run = bring(file_import, by)
    except Refused:
        return "refused"
    assert run.state == RunState.SUCCEEDED, (odd.seed, run.error_text)
    rows = sum(cut["rows"] for cut, _share in slices(file_import))
    result = run.result
    told = sum(result.get(name, 0) for name in ("created", "updated", "unchanged", "refused"))
    assert told == rows, (odd.seed, result, rows)
    made = made_by(file_import)
    assert made == result.get("created", 0), (odd.seed, result, made)
    if odd.seed % 4 == 0:
        check_again(odd, by)
    return "imported"


def check_again(odd: OddFile, by: User) -> None:
    """The same file again: a trial tells what comes of it, and rows with a key make nothing twice."""
    upload = SimpleUploadedFile(odd.name, odd.content)
    file_import = receive_file(upload=upload, by=by, at=NOW, object_type=odd.object_type)
    mapping = decided(file_import)
    settle(file_import=file_import, mapping=mapping, owner=by, by=by, at=NOW)
    tried = carry_out(start_trial(file_import=file_import, by=by, as_of=NOW)).result
    done = bring(file_import, by).result
    for name in ("created", "updated", "unchanged", "refused"):
        assert tried.get(name, 0) == done.get(name, 0), (odd.seed, tried, done)


def bring(file_import: FileImport, by: User) -> JobRun:
    """By the proposed mapping; what can be read in two ways is read in the first."""
    mapping = decided(file_import)
    run = start_import(file_import=file_import, mapping=mapping, owner=by, by=by, as_of=NOW)
    done = carry_out(run)
    file_import.refresh_from_db()
    return done


def decided(file_import: FileImport) -> list[dict[str, Any]]:
    return [
        {**entry, "format": entry["format"] or next(iter(entry["formats"]), "")}
        for entry in file_import.mapping
    ]


def made_by(file_import: FileImport) -> int:
    """The records of the import's own type; interactions say it otherwise."""
    kind = KINDS[file_import.object_type]
    if not kind.is_record:
        from crm.models import Interaction
        from crm.services.imports.origins import origin_of

        return Interaction.objects.filter(origin=origin_of(file_import)).count()
    model = kind.record_type.model
    made = model._base_manager.filter(imported_by=file_import)
    if file_import.object_type == "crm.company":
        # Parents that the file only names are made as well.
        made = made.filter(pk__in=created_ids(file_import))
    return int(made.count())


def created_ids(file_import: FileImport) -> Iterator[int]:
    assert file_import.change_set is not None
    events = file_import.change_set.events.filter(action="create", object_type="crm.company")
    return events.values_list("object_id", flat=True)


def check_all(seeds: range, by: User) -> dict[str, int]:
    """How many were imported and refused; all that went wrong is told at once."""
    counts = {"imported": 0, "refused": 0}
    wrong = []
    for seed in seeds:
        with transaction.atomic():
            try:
                counts[check(odd_file(seed, samples()), by)] += 1
            except Exception as fault:  # noqa: BLE001  # any fault is what is looked for
                wrong.append(f"{seed}: {fault!r}"[:500])
            transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
    return counts


def test_odd_files_are_refused_or_reported_whole(administrator: User) -> None:
    counts = check_all(range(IN_CI), administrator)
    assert counts["imported"] > IN_CI / 2


@pytest.mark.acceptance
def test_ten_thousand_odd_files(administrator: User) -> None:
    counts = check_all(range(IN_CI, IN_CI + IN_ACCEPTANCE), administrator)
    print(f"{IN_ACCEPTANCE:,} odd files: {counts}")
    assert sum(counts.values()) == IN_ACCEPTANCE
