"""Uploads that nobody imported go after two weeks, with their files; nothing else does."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.choices import RunState
from crm.models import FileImport, ImportBatch
from crm.tasks import forget
from tests.factories import FileImportFactory, JobRunFactory

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(days=15)


def aged(made: FileImport) -> FileImport:
    FileImport.objects.filter(pk=made.pk).update(created_at=timezone.now() - LONG_AGO)
    return made


def test_upload_that_was_never_imported_goes_with_its_files() -> None:
    old = aged(FileImportFactory(original=ContentFile(b"Name\nAda\n", name="leads.xlsx")))
    names = [old.file.name, old.original.name]
    forget()
    assert not FileImport.objects.exists()
    assert not any(default_storage.exists(name) for name in names)


def test_young_imported_and_just_tried_ones_stay() -> None:
    trial = JobRunFactory(kind="crm.import_trial", state=RunState.WORKING)
    kept = [
        FileImportFactory(),
        aged(FileImportFactory(done=True)),
        aged(FileImportFactory(trial=trial)),
    ]
    forget()
    assert set(FileImport.objects.all()) == set(kept)
    assert all(default_storage.exists(each.file.name) for each in kept)


def test_archive_goes_when_no_part_is_left() -> None:
    batches = [ImportBatch.objects.create(file_name=f"{name}.zip") for name in ("old", "half")]
    for batch in batches:
        aged(FileImportFactory(batch=batch))
    stays = aged(FileImportFactory(batch=batches[1], done=True))
    ImportBatch.objects.update(created_at=timezone.now() - LONG_AGO)
    forget()
    assert list(FileImport.objects.all()) == [stays]
    assert list(ImportBatch.objects.all()) == [batches[1]]


def test_stored_file_that_nothing_knows_of_goes() -> None:
    name = default_storage.save("imports/nobodys.csv", ContentFile(b"a\n1\n"))
    forget()
    assert default_storage.exists(name), "it may be that of an upload under way"
    moment = (timezone.now() - LONG_AGO).timestamp()
    os.utime(Path(default_storage.path(name)), (moment, moment))
    forget()
    assert not default_storage.exists(name)
