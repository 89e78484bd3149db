"""Whose a row is that is no record of its own: the contact that it names, found or made."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import permissions
from core.rows.items import WHOLE, Key, Row
from core.rows.writing import Writing
from core.services.rows import write_named
from core.text import comparable
from core.values_in_files.addresses import read_emails
from crm.models import Contact, FileImport
from crm.services.imports.links import Linked, Linker, Remark, chosen_of
from crm.services.imports.refusals import NO_EMAIL, NO_ONE, NO_PERSON, SAID, RowRefused
from crm.services.imports.rows import FileRow
from crm.services.imports.targets import BY_EMAIL, BY_ID, BY_NAME, BY_NUMBER, Targets

BY_LINKEDIN = "linkedin_url"
SUREST = (BY_ID, BY_NUMBER, BY_LINKEDIN, BY_EMAIL, BY_NAME)
ADDRESSES = {BY_LINKEDIN: "linkedin_url", BY_EMAIL: "email_key"}
LONGEST_NUMBER = 100
TO_BE_MADE = 0


class People:
    """Finds the contacts of rows; makes those that are missing where the import is to."""

    def __init__(self, file_import: FileImport, targets: Targets, writing: Writing) -> None:
        self.file_import = file_import
        self.linker = Linker(file_import, targets)
        self.writing = writing
        ways = [target for target in self.linker.links if target.by in SUREST]
        self.ways = sorted(ways, key=lambda target: SUREST.index(target.by))
        self.strangers: set[int] = set()  # rows whose name is that of somebody else
        may_make = permissions.access_of(targets.user).may("crm.contact.create")
        self.makes = file_import.makes_contacts and may_make

    def find(self, rows: Sequence[FileRow], *, only_looks: bool) -> dict[int, int | RowRefused]:
        """The number of each row's contact, or why it has none, by number of the row."""
        linked = self.linker.find(rows, own=False)
        self._part_namesakes(rows, linked)
        found: dict[int, int | RowRefused] = {row.number: self._of(row, linked) for row in rows}
        missing = [row for row in rows if found[row.number] == TO_BE_MADE]
        return found if only_looks or not missing else found | self._made(missing)

    def _part_namesakes(self, rows: Sequence[FileRow], linked: Linked) -> None:
        """Somebody of the same name is meant unless an address says that it is somebody else."""
        by_name = next((t for t in self.ways if t.by == BY_NAME), None)
        given = [t for t in self.ways if t.by in ADDRESSES]
        if by_name is None or not given:
            return
        pks = {pk for found in linked.found[by_name.name].values() for pk in found}
        stored = Contact.objects.filter(pk__in=pks).values("pk", *ADDRESSES.values())
        addresses = {each["pk"]: each for each in stored}
        for row in rows:
            told = [ADDRESSES[t.by] for t in given if t.name in row.values]
            found = linked.of(row, by_name)
            if any(addresses[pk][column] for pk in found for column in told):
                self.strangers.add(row.number)

    def _of(self, row: FileRow, linked: Linked) -> int | RowRefused:
        """By the surest of what the row says."""
        missed: list[Remark] = []
        for target in self.ways:
            pk, remarks = chosen_of(row, target, linked, None)
            if target.by == BY_NAME and row.number in self.strangers:
                continue
            if pk is not None:
                return pk
            missed += remarks
            if linked.of(row, target):
                return RowRefused(remarks[0][0], **remarks[0][1])
        if not missed:
            return RowRefused(NO_PERSON)
        return (
            TO_BE_MADE
            if self.makes and self._can_make(row)
            else RowRefused(NO_ONE, **missed[-1][1])
        )

    def _can_make(self, row: FileRow) -> bool:
        return any(target.name in row.values for target in self.ways if target.by != BY_ID)

    def _made(self, rows: Sequence[FileRow]) -> dict[int, int | RowRefused]:
        """One contact for all rows that say the same of theirs."""
        by_person: dict[tuple[str, str], list[FileRow]] = {}
        for row in rows:
            by_person.setdefault(self._identity(row), []).append(row)
        refused: dict[int, int | RowRefused] = {}
        new: list[tuple[Row, list[FileRow]]] = []
        for theirs in by_person.values():
            try:
                new.append((self._new(theirs), theirs))
            except RowRefused as refusal:
                refused |= dict.fromkeys((row.number for row in theirs), refusal)
        write_named(self.writing, [row for row, _theirs in new])
        made = {row.number: _outcome(contact) for contact, theirs in new for row in theirs}
        return refused | made

    def _identity(self, row: FileRow) -> tuple[str, str]:
        told = next(t for t in self.ways if t.by != BY_ID and t.name in row.values)
        return told.by, comparable(str(row.values[told.name]))

    def _new(self, rows: Sequence[FileRow]) -> Row:
        """A contact with all that its rows say of it; one that has only an ID is called by it."""
        says = self._says(rows)
        row = Row(rows[0].number, {})
        number, source = says.get(BY_NUMBER, ""), self.file_import.source
        if number and (source or len(number) > LONGEST_NUMBER):
            row.key = Key(source or "file", number)
        values = {
            "name": says.get(BY_NAME) or ("" if BY_EMAIL in says else number),
            "email": _email(says[BY_EMAIL]) if BY_EMAIL in says else "",
            "linkedin_url": says.get(BY_LINKEDIN, ""),
            "external_id": "" if row.key else number,
        }
        fields = self.writing.fields
        for name, value in values.items():
            field = fields.by_name.get(name)
            if value and field is not None and not fields.refusal(field, is_new=True):
                row.values[field] = value[: getattr(fields.column(field), "max_length", None)]
        return row

    def _says(self, rows: Sequence[FileRow]) -> Mapping[str, str]:
        """The first that any of the rows says in each way."""
        found: dict[str, str] = {}
        for row in rows:
            for target in self.ways:
                if target.name in row.values:
                    found.setdefault(target.by, str(row.values[target.name]))
        return found


def _email(text: str) -> str:
    try:
        return read_emails(text)[0]
    except (ValueError, IndexError):
        raise RowRefused(NO_EMAIL, text=text[:50]) from None


def _outcome(contact: Row) -> int | RowRefused:
    if not contact.is_refused:
        return int(contact.record.pk)
    sentences: list[Any] = [
        text if name == WHOLE else f"{name}: {text}"
        for name, texts in contact.errors.items()
        for text in texts
    ]
    return RowRefused(SAID, sentence=" ".join(sentences)[:500])
