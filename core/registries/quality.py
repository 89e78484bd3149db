"""What good data means: the important fields of a record type, and what may be wrong with a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

from core.registries.base import Registry

DAYS, LEFT = "{days}", "{left}"


@dataclass(frozen=True)
class QualityCheck:
    """One thing that may be wrong: the records that meet all `parts`, written as in a list's address.

    `{days}` in a part stands for the age at which the company calls a record stale, `{left}` for the
    users who are switched off. `mend` is the bulk action that puts it right for many at once;
    `columns` are shown in the list that it opens.
    """

    key: str
    label: Promise
    parts: Sequence[str]
    mend: str = ""
    columns: Sequence[str] = ()

    def parameters(self, given: "Given") -> list[str] | None:
        """The parts for a company; None when it can find nothing there: nobody is switched off."""
        if not given.left and any(LEFT in part for part in self.parts):
            return None
        left = ",".join(map(str, given.left))
        return [part.replace(DAYS, str(given.days)).replace(LEFT, left) for part in self.parts]


@dataclass(frozen=True)
class Given:
    """What the company and its people put into the checks."""

    days: int
    left: Sequence[int] = ()


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
