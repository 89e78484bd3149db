"""Imports from their start to their end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import audit, permissions
from core.conditions.viewpoint import Viewpoint
from core.custom_names import custom_name
from core.errors import Refused
from core.jobs.questions import ask
from core.models import ChangeSet, JobRun, User
from core.services.custom_fields import ensure_field
from crm.choices import ImportMode
from crm.models import FileImport
from crm.services.imports.kinds import INTERACTION, KINDS, NEW
from crm.services.imports.mapping import (
    keys_of,
    restrict_mapping,
    twice_mapped,
    undecided,
)
from crm.services.imports.rows import ReadRows
from crm.services.imports.suggestions import make_named
from crm.services.imports.targets import Targets
from crm.services.imports.writers import writer_of
from crm.services.imports.writing import SliceWriter, targets_of

IMPORT, TRIAL = "crm.file_import", "crm.import_trial"
CHANGE = "import"


@transaction.atomic
def start_import(
    *,
    file_import: FileImport,
    mapping: Sequence[dict[str, Any]],
    owner: User | None,
    by: User,
    as_of: datetime,
    mode: str = "",
    key: Sequence[str] | None = None,
    makes_contacts: bool | None = None,
) -> JobRun:
    """Make the added fields that the mapping asks for and put the import into the queue."""
    settle(
        file_import=file_import,
        mapping=mapping,
        owner=owner,
        by=by,
        at=as_of,
        mode=mode,
        key=key,
        makes_contacts=makes_contacts,
    )
    if KINDS[file_import.object_type].is_record:
        _make_fields(file_import, by)
    make_named(file_import, targets_of(file_import, as_of))
    file_import.change_set = ChangeSet.objects.create(
        object_type=file_import.record_type.key, action=CHANGE, actor=by, at=as_of
    )
    run = ask(kind=IMPORT, as_of=as_of, scope=_scope(file_import), requested_by=by)
    ChangeSet.objects.filter(pk=file_import.change_set.pk).update(run=run)
    file_import.run = run
    file_import.original.delete(save=False)
    file_import.save(update_fields=["mapping", "run", "change_set", "original"])
    audit.record(actor=by, action="import.start", subject=file_import, run=run)
    return run


@transaction.atomic
def start_trial(*, file_import: FileImport, by: User, as_of: datetime) -> JobRun:
    """Put a trial of the settled import into the queue: it tells what would come of it."""
    _hold(file_import, by)
    file_import.trial = ask(kind=TRIAL, as_of=as_of, scope=_scope(file_import), requested_by=by)
    file_import.findings = {}
    file_import.save(update_fields=["trial", "findings"])
    return file_import.trial


@transaction.atomic
def settle(
    *,
    file_import: FileImport,
    mapping: Sequence[dict[str, Any]],
    owner: User | None,
    by: User,
    at: datetime,
    mode: str = "",
    key: Sequence[str] | None = None,
    makes_contacts: bool | None = None,
) -> None:
    """Keep how the columns match and what is to become of the rows; refuses what cannot be."""
    _hold(file_import, by)
    # Of whoever asks: a token may be narrower than its user.
    targets = Targets(file_import.object_type, by, Viewpoint(by, at))
    if not targets.kind.is_record:
        for right in targets.kind.rights("edit"):
            permissions.require(by, right)
    if twice := twice_mapped(mapping, targets):
        raise Refused(
            _("More than one column is matched to: %(fields)s.") % {"fields": _listed(twice)}
        )
    mapping = restrict_mapping(mapping, targets)
    # What only stays in the details is kept as it is written.
    read = [e for e in mapping if targets.kind.is_record or e["target"] != NEW]
    if unclear := undecided(read):
        raise Refused(
            _("Say how the dates and numbers of these columns are written: %(columns)s.")
            % {"columns": _listed(unclear)}
        )
    file_import.mapping = list(mapping)
    file_import.mode = mode or file_import.mode
    file_import.key = _keys(file_import, targets, key)
    file_import.owner, file_import.team = owner, owner.team if owner else by.team
    if makes_contacts is not None:
        file_import.makes_contacts = makes_contacts
    file_import.save(update_fields=["mapping", "mode", "key", "owner", "team", "makes_contacts"])


@transaction.atomic
def discard(*, file_import: FileImport, by: User) -> None:
    """Forget an upload of which nothing was imported, with its files."""
    _hold(file_import, by)
    if file_import.trial is not None and file_import.trial.is_active:
        raise Refused(_("The file is just being tried. Wait until that is over, or cancel it."))
    audit.record(actor=by, action="import.discard", subject=file_import)
    for file in (file_import.file, file_import.original):
        if file.name:
            transaction.on_commit(partial(file.storage.delete, file.name))
    file_import.delete()


def _hold(file_import: FileImport, by: User) -> None:
    permissions.require(by, "crm.import.use")
    if FileImport.objects.select_for_update().get(pk=file_import.pk).is_started:
        raise Refused(_("This file was already imported."))


def _keys(file_import: FileImport, targets: Targets, wanted: Sequence[str] | None) -> list[str]:
    """What tells records apart: what was asked for, else all that the mapping offers."""
    if file_import.mode == ImportMode.UPDATE and targets.kind.key == INTERACTION:
        raise Refused(_("Interactions are only added, never changed."))
    possible = keys_of(file_import.mapping, targets)
    chosen = [name for name in wanted if name in possible] if wanted is not None else possible
    if file_import.mode == ImportMode.UPDATE and not chosen:
        raise Refused(
            _("To change records, a column has to say which: an ID, an e-mail address, a name.")
        )
    return chosen


def _listed(names: Sequence[str]) -> str:
    return pgettext("punctuation", ", ").join(names)


def _make_fields(file_import: FileImport, by: User) -> None:
    """Columns that fit no field become one."""
    for entry in file_import.mapping:
        if entry["target"] == NEW:
            field = ensure_field(
                object_type=file_import.object_type,
                label=entry["column"],
                field_type=entry["type"],
                known_when=entry["known_when"],
                by=by,
            )
            entry["target"] = custom_name(field.key)


def _scope(file_import: FileImport) -> dict[str, Any]:
    return {"import": file_import.pk, "file": file_import.file_name}


def save_rows(*, file_import: FileImport, rows: ReadRows, at: datetime) -> Mapping[str, int]:
    """Write one slice inside the caller's transaction; returns what came of how many rows."""
    return writer_of(file_import, targets_of(file_import, at), at).write(rows)


def save_own_links(*, file_import: FileImport, rows: ReadRows, at: datetime) -> None:
    """Write the links of one slice to records of its own type."""
    SliceWriter(file_import, targets_of(file_import, at), at).write_own_links(rows)


def finish_import(*, file_import: FileImport, run: JobRun) -> None:
    """Leave the trace of an import that is whole."""
    audit.record(actor=file_import.created_by, action="import.finish", subject=file_import, run=run)
