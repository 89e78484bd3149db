"""What good data means: the important fields of a record type, and what may be wrong with a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

from core.registries.base import Registry

DAYS = "{days}"


@dataclass(frozen=True)
class QualityCheck:
    """One thing that may be wrong: the records that meet all `parts`, written as in a list's address.

    `{days}` in a part stands for the age at which the company calls a record stale. `mend` is the bulk
    action that puts it right for many at once; `columns` are shown in the list that it opens.
    """

    key: str
    label: Promise
    parts: Sequence[str]
    mend: str = ""
    columns: Sequence[str] = ()

    def parameters(self, stale_days: int) -> list[str]:
        return [part.replace(DAYS, str(stale_days)) for part in self.parts]


@dataclass(frozen=True)
class QualityRules:
    """The checks of one record type (`key`) and the fields that ought to be filled in.

    `judged` are the fields of which no database can tell whether they are right; what is wrong with
    them stands in the table `side_name`, one row for each record with something wrong, in columns
    of the same names (and `<name>_meant` where a better value can be guessed).
    """

    key: str
    important: Sequence[str]
    checks: Sequence[QualityCheck]
    judged: Sequence[str] = ()
    side_name: str = ""

    @cached_property
    def side(self) -> type[Model] | None:
        return apps.get_model(self.side_name) if self.side_name else None


quality_rules: Registry[QualityRules] = Registry("Quality rules")
