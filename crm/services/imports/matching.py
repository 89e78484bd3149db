"""The mapping as its page shows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from core.choices import FileKind, KnownWhen
from core.tabular.delimited import BLANKS, DELIMITERS
from core.tabular.encodings import ENCODINGS
from core.values_in_files.dates import LABELS as DATE_LABELS
from core.values_in_files.dates import DateFormat
from crm.models import FileImport
from crm.services.imports.kinds import IGNORE, NEW
from crm.services.imports.systems import LABELS as SYSTEMS
from crm.services.imports.targets import ADDED, FIELDS, LINKS, NUMBERS, Target, Targets

LEADS = "crm.lead"


@dataclass(frozen=True)
class Line:
    """A column with what it may become; `formats` are there where somebody has to say which."""

    place: int
    entry: dict[str, Any]
    formats: Sequence[tuple[str, str]]


class Matching:
    """What the page of an import that is not begun shows."""

    ignore, new = IGNORE, NEW
    known_when = KnownWhen.choices

    def __init__(self, file_import: FileImport, targets: Targets) -> None:
        self.file_import = file_import
        self.targets = targets

    @property
    def has_known_when(self) -> bool:
        """Only leads are scored by fields that may know the outcome."""
        return self.file_import.object_type == LEADS

    @property
    def is_record(self) -> bool:
        """Whether columns that fit no field become one."""
        return self.targets.kind.is_record

    @property
    def rows_are(self) -> str:
        return self.targets.kind.plural

    @property
    def system(self) -> str:
        return SYSTEMS.get(self.file_import.source, "")

    @property
    def is_text(self) -> bool:
        """Only text can be read in another way."""
        return self.file_import.kind == FileKind.TEXT and bool(self.file_import.original)

    @property
    def encodings(self) -> list[tuple[str, str]]:
        names = {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "cp1252": "Windows-1252"}
        return [(code, names.get(code, code.upper())) for code in (*ENCODINGS, "utf-16")]

    @property
    def delimiters(self) -> list[tuple[str, str]]:
        names = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), BLANKS: _("Blanks")}
        return [(mark, names.get(mark, mark)) for mark in (*DELIMITERS, BLANKS)]

    @cached_property
    def lines(self) -> list[Line]:
        return [
            Line(place, entry, [(form, _label(form)) for form in entry["formats"]])
            for place, entry in enumerate(self.file_import.mapping)
        ]

    @cached_property
    def groups(self) -> list[tuple[str, list[Target]]]:
        """The targets under what they are."""
        labels = {
            FIELDS: _("Fields"),
            LINKS: _("Links to other records"),
            ADDED: _("Your own fields"),
            NUMBERS: _("What tells records apart"),
        }
        by_group: dict[str, list[Target]] = {}
        for target in self.targets.by_name.values():
            by_group.setdefault(target.group, []).append(target)
        return [(label, by_group[name]) for name, label in labels.items() if name in by_group]

    @property
    def keys(self) -> Iterator[tuple[str, str]]:
        return ((target.name, target.label) for target in self.targets.keys)

    @property
    def key_labels(self) -> list[str]:
        """What tells records apart by the mapping as it is."""
        names = self.file_import.key
        return [self.targets.by_name[n].label for n in names if n in self.targets.by_name]


def _label(form: str) -> str:
    return _(DATE_LABELS[DateFormat(form)]) if form in list(DateFormat) else form
