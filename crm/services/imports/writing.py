"""Writing a slice of an import: the rows find their records, their links, and are written."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import F

from core.conditions.viewpoint import Viewpoint
from core.insertion import insert_records
from core.locks import lock_for_transaction, share_for_transaction
from core.models import ChangeSet
from core.records.fields import RecordField
from core.rows.derived import Derived
from core.rows.items import CREATED, REFUSED, UPDATED, WHOLE, Key, Reference, Row
from core.rows.writing import Writing
from core.services.custom_fields import learn_options
from core.services.rows import write_named
from core.text import comparable
from core.values_in_files.addresses import domain_of_email, domain_of_url
from core.values_in_files.booleans import read_boolean
from crm.choices import LeadStatus, TieSource
from crm.models import FileImport, RefusedRow
from crm.services.acquaintances import note_acquaintances
from crm.services.imports import words
from crm.services.imports.activities import complete_activity
from crm.services.imports.beside import keep_beside
from crm.services.imports.deals import Stages, complete_deal, no_reason, price_lines
from crm.services.imports.derived import CLOSE_DAY, EMAIL, WEBSITE, note_of_import
from crm.services.imports.finding import Finder, own_source
from crm.services.imports.kinds import EXTERNAL, ID, PERSON
from crm.services.imports.links import Linked, Linker, Remark, chosen_of, link_label
from crm.services.imports.owners import OwnerNames
from crm.services.imports.refusals import NO_OUTCOME, SAID, RowRefused
from crm.services.imports.rows import FileRow, ReadRows, join_names, refused_row
from crm.services.imports.systems import LINKEDIN
from crm.services.imports.targets import Target, Targets

ACTIVITY, COMPANY, CONTACT = "crm.activity", "crm.company", "crm.contact"
DEAL, LEAD = "crm.deal", "crm.lead"
PERSON_PARTS = ("name", "email", "phone", "job_title")
PARTLY, CONNECTED, KNOWN = "partly", "connected_on", "known_since"
CONVERTED = frozenset({"converted", "已转化", "konvertiert"})


@dataclass(frozen=True)
class Prepared:
    """A row of the file and what the writer gets of it."""

    source: FileRow
    row: Row


class SliceWriter:
    """Writes slices of one import inside the caller's transaction.

    With `only_looks` the rows find their records and links, and nothing is written of them.
    """

    def __init__(
        self, file_import: FileImport, targets: Targets, at: datetime, *, only_looks: bool = False
    ) -> None:
        self.only_looks = only_looks
        self.file_import = file_import
        self.kind = targets.fields.kind
        self.targets = targets.by_name
        self.finder = Finder(file_import, targets)
        self.linker = Linker(file_import, targets)
        self.stages = Stages(file_import) if self.kind.key == DEAL else None
        self.writing = Writing(
            self.kind,
            targets.user,
            at,
            targets.fields,
            file_import.owner,
            file_import.team,
            file_import.change_set,
            {"imported_by_id": file_import.pk},
        )
        self.owners = OwnerNames(file_import, self.linker)
        self.counts: Counter[str] = Counter()
        self.written: list[Prepared] = []
        self.told: list[RefusedRow] = []

    def write(self, found: ReadRows) -> Mapping[str, int]:
        """Write the rows of a slice; returns how many were created, updated, …"""
        is_shared = self.file_import.rows_are_distinct
        take = share_for_transaction if is_shared else lock_for_transaction
        take(f"core.rows.{self.kind.key}")
        self.told += found.refused
        self.counts[REFUSED] += len(found.refused)
        if not self.only_looks and self.owners.make_place(found.rows):
            self.writing = replace(self.writing, fields=replace(self.writing.fields))
        for wave in self._waves(found.rows):
            self._write_wave(wave)
        insert_records(self.told)
        written = self.counts[CREATED] + self.counts[UPDATED]
        change_set = self.file_import.change_set
        if change_set is not None:
            ChangeSet.objects.filter(pk=change_set.pk).update(count=F("count") + written)
        return self.counts

    def write_own_links(self, found: ReadRows) -> None:
        """Once all records are there, those that link to others of their type get these links."""
        for wave in self._waves(found.rows):
            lost = self.finder.find(wave)
            rows = [row for row in wave if row.number not in lost and row.pk is not None]
            linked = self.linker.find(rows, own=True)
            prepared = [Prepared(row, Row(row.number, {}, pk=row.pk)) for row in rows]
            for each in prepared:
                self._link(each, linked, own=True)
            write_named(self.writing, [each.row for each in prepared if each.row.links])
            self._tell_remarks(prepared)
        _tell_again(self.told)

    # -- waves: a record occurs once in each ------------------------------------------------------

    def _waves(self, rows: Sequence[FileRow]) -> Iterator[list[FileRow]]:
        """Rows of one record follow each other, so that a later one changes what an earlier one made."""
        seen: Counter[Any] = Counter()
        waves: dict[int, list[FileRow]] = {}
        for row in rows:
            key = self.finder.key_of(row)
            waves.setdefault(seen[key] if key else 0, []).append(row)
            seen[key] += 1
        return iter(waves.values())

    def _write_wave(self, wave: Sequence[FileRow]) -> None:
        lost = self.finder.find(wave)
        for row in wave:
            if row.number in lost:
                self._refuse(row, lost[row.number])
        rows = [row for row in wave if row.number not in lost]
        linked = self.linker.find(rows, own=False)
        prepared = [each for row in rows if (each := self._prepared(row, linked))]
        if self.stages is not None:
            self._add_lines(prepared, linked)
        for each in prepared:
            self._fill(each)
        if self.only_looks:
            self._count_looks(prepared)
            return
        write_named(self.writing, [each.row for each in prepared])
        self.written += prepared
        self._keep_beside(prepared)
        self._count(prepared)
        self._tie(prepared)
        self._note_derived(prepared)
        learn_options(
            object_type=self.kind.key,
            values=[each.row.record.custom for each in prepared if each.row.status != REFUSED],
        )

    def _keep_beside(self, prepared: Sequence[Prepared]) -> None:
        """What apps above take of the rows."""
        told = [(each.row.record, each.source) for each in prepared if each.row.status != REFUSED]
        keep_beside(self.file_import, self.kind.key, told, self.writing.at)

    def _tie(self, prepared: Sequence[Prepared]) -> None:
        """Whoever brings their connections of LinkedIn along, or says since when, knows these people."""
        user = self.file_import.created_by
        if user is None or self.kind.key != CONTACT:
            return
        told = {KNOWN: TieSource.SAID}
        if self.file_import.source == LINKEDIN:
            told[CONNECTED] = TieSource.LINKEDIN
        for name, source in told.items():
            since = {
                each.row.record.pk: each.source.values[name]
                for each in prepared
                if each.row.status != REFUSED and name in each.source.values
            }
            if since:
                note_acquaintances(
                    user=user, since=since, source=source, file_import=self.file_import
                )

    def _note_derived(self, prepared: Sequence[Prepared]) -> None:
        """Values that the file did not tell say by which method they came about."""
        derived = [
            Derived(each.row.record.pk, name, each.source.values[name], method)
            for each in prepared
            if each.row.status != REFUSED
            for name, method in each.source.derived.items()
            if each.source.values.get(name)
        ]
        if derived:
            note_of_import(self.file_import, derived, object_type=self.kind.key, at=self.writing.at)

    # -- from values to a row ----------------------------------------------------------------------

    def _prepared(self, row: FileRow, linked: Linked) -> Prepared | None:
        each = Prepared(row, Row(row.number, {}, pk=row.pk))
        try:
            self._complete(each)
        except RowRefused as refusal:
            self._refuse(row, refusal)
            return None
        self._link(each, linked, own=False)
        return each

    def _complete(self, each: Prepared) -> None:
        """What a record type makes of several columns."""
        values, row = each.source.values, each.row
        if self.kind.key == CONTACT:
            join_names(values)
        elif self.kind.key == LEAD:
            join_names(values, PERSON)
            _set_outcome(values)
            said = {part: values.get(PERSON + part) for part in PERSON_PARTS}
            row.extras["person"] = {name: value for name, value in said.items() if value}
        elif self.kind.key == COMPANY:
            _set_domain(each.source)
        elif self.kind.key == ACTIVITY:
            row.extras["is_open"] = complete_activity(
                each.source,
                named=self.file_import.file_name,
                is_new=row.pk is None,
                now=self.writing.at,
            )
        elif self.stages is not None:
            self._set_stage(each, self.stages)

    def _set_stage(self, each: Prepared, stages: Stages) -> None:
        stage = stages.of(each.source.values)
        complete_deal(each.source, stage, is_new=each.row.pk is None)
        if stage is not None and each.row.pk is None:
            each.row.values[self.writing.fields.by_name["stage"]] = stage.pk
        elif stage is not None:
            each.row.extras |= {"stage": stage.pk, "lost_reason": no_reason()}
        if stage is not None and stage.kind != "open" and "close" in each.source.values:
            day = each.source.values["close"]
            noon = datetime.combine(day, time(12), UTC)  # the same day almost everywhere
            if "closed" not in each.source.values:
                each.source.derive("closed", min(noon, self.writing.at), CLOSE_DAY)

    def _link(self, each: Prepared, linked: Linked, *, own: bool) -> None:
        """Links of new records are values; those of stored ones are checked before they are cut."""
        links = [t for t in self.linker.links if (t.linked == self.kind.key) == own]
        links.sort(key=lambda target: target.linked != COMPANY)  # it tells people of one name apart
        company: int | None = None
        found: set[str] = set()
        missed: list[tuple[str, Remark]] = []
        for target in links:
            pk, remarks = chosen_of(each.source, target, linked, company)
            label = link_label(target)
            missed += [(label if pk is None else "", remark) for remark in remarks]
            found |= {label} if pk is not None else set()
            company = pk if target.linked == COMPANY else company
            if self.kind.key == DEAL and target.linked == CONTACT:
                each.row.extras["participants"] = linked.of(each.source, target)
            if pk is not None and target.field is not None:
                self._put_link(each.row, target, pk)
        # What one column misses another one may have told.
        each.source.remarks += [remark for label, remark in missed if label not in found]

    def _put_link(self, row: Row, target: Target, pk: int) -> None:
        if target.field is None or target.field in row.values or target.field in row.links:
            return
        if row.pk is None:
            row.values[target.field] = pk
        else:
            row.links[target.field] = Reference(pk=pk)

    def _add_lines(self, prepared: Sequence[Prepared], linked: Linked) -> None:
        """The products of new deals."""
        target = next((t for t in self.linker.links if t.linked == "crm.product"), None)
        if target is None:
            return
        sold = {each.source.number: linked.of(each.source, target) for each in prepared}
        lines = price_lines(
            [(e.source, sold[e.source.number][0]) for e in prepared if sold[e.source.number]]
        )
        for each in prepared:
            if line := lines.get(each.source.number):
                each.row.extras["line"] = line

    def _fill(self, each: Prepared) -> None:
        """The fields of the row, its tags, its owner and its number elsewhere."""
        row = each.row
        for name, value in each.source.values.items():
            target = self.targets.get(name)
            field = target.field if target else self.writing.fields.by_name.get(name)
            if name == EXTERNAL:
                row.key = Key(own_source(self.file_import), str(value))
            elif name == "tags":
                row.tags = value
            elif field is not None and self._is_written(name, target, field, row):
                row.values[field] = value
        if "owner" in each.source.values:
            self._set_owner(each)

    def _set_owner(self, each: Prepared) -> None:
        """The colleague whom the row names, else the name in a field of its own."""
        owner = self.linker.owner_of(each.source)
        if owner is not None:
            each.row.owner = Reference(pk=owner.pk)
            return
        place = self.owners.place(self.writing.fields)
        if place is not None:
            each.row.values[place] = str(each.source.values["owner"])
        self.owners.tell(each.source, place, is_sure=not self.only_looks)

    def _is_written(self, name: str, target: Target | None, field: RecordField, row: Row) -> bool:
        """Links and owners were looked up; what only a new record is given stays as it is."""
        is_looked_up = name in (ID, "owner") or (target is not None and bool(target.linked))
        return not is_looked_up and (row.pk is None or field.is_editable)

    # -- what came of it ---------------------------------------------------------------------------

    def _count(self, prepared: Sequence[Prepared]) -> None:
        for each in prepared:
            self.counts[each.row.status] += 1
            if each.row.status == REFUSED:
                self._tell(each.source, SAID, {"sentence": _sentences(each.row)})
        self._tell_remarks([each for each in prepared if each.row.status != REFUSED])

    def _count_looks(self, prepared: Sequence[Prepared]) -> None:
        for each in prepared:
            self.counts[CREATED if each.row.pk is None else UPDATED] += 1
        self._tell_remarks(prepared)

    def _refuse(self, row: FileRow, refusal: RowRefused) -> None:
        self.counts[REFUSED] += 1
        self._tell(row, refusal.reason, refusal.args_by_name)

    def _tell_remarks(self, prepared: Sequence[Prepared]) -> None:
        for each in prepared:
            if each.source.remarks:
                self.counts[PARTLY] += 1
                reason, args = each.source.remarks[0]
                self._tell(each.source, reason, args, is_written=True)

    def _tell(
        self, row: FileRow, reason: str, args: Mapping[str, Any], *, is_written: bool = False
    ) -> None:
        told = refused_row(
            self.file_import, row.number, row.cells, reason, args, is_written=is_written
        )
        self.told.append(told)


def _tell_again(told: Sequence[RefusedRow]) -> None:
    """A row that was told of once keeps what was said first."""
    RefusedRow.objects.bulk_create(told, batch_size=500, ignore_conflicts=True)


def _sentences(row: Row) -> str:
    """What is wrong with a row, field by field."""
    return " ".join(
        sentence if name == WHOLE else f"{name}: {sentence}"
        for name, sentences in row.errors.items()
        for sentence in sentences
    )[:500]


def _set_domain(row: FileRow) -> None:
    """The domain that the website or the address of a company has, unless the file says one."""
    if row.values.get("domain"):
        return
    if website := row.values.get("website"):
        row.derive("domain", domain_of_url(website), WEBSITE)
    elif (email := row.values.get("email")) and (domain := domain_of_email(email)):
        row.derive("domain", domain, EMAIL)


def _set_outcome(values: dict[str, Any]) -> None:
    """Who converted says so in many words."""
    told = values.pop("outcome", None)
    if told is None:
        return
    word = comparable(told)
    try:
        is_won = word not in words.LOST and (word in words.WON | CONVERTED or read_boolean(told))
    except ValueError:
        raise RowRefused(NO_OUTCOME, text=told[:50]) from None
    values["status"] = LeadStatus.CONVERTED if is_won else LeadStatus.LOST


def targets_of(file_import: FileImport, at: datetime) -> Targets:
    if file_import.created_by is None:
        raise LookupError(f"Nobody imports {file_import.pk} any more.")
    return Targets(
        file_import.object_type, file_import.created_by, Viewpoint(file_import.created_by, at)
    )
