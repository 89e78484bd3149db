"""Which fields of records a caller wants to read."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.api.problems import ProblemError, wrong_parameter
from core.conditions.viewpoint import Viewpoint
from core.custom_names import CUSTOM, is_custom
from core.lists.columns import resolved
from core.registries import RecordType
from core.telling.records import EXTERNAL, NAME, URL, own_names

MOST_FIELDS = 60


def chosen_names(kind: RecordType, given: str | Sequence[str], view: Viewpoint) -> list[str]:
    """The wanted fields, also of linked records (`company.industry`); `custom` is all added ones."""
    names = given.split(",") if isinstance(given, str) else list(given)
    if len(names) > MOST_FIELDS:  # before each is looked at: a body has place for a million
        raise _too_many()
    wanted: dict[str, None] = {}
    for name in (name.strip() for name in names):
        if name == CUSTOM:
            wanted |= dict.fromkeys(it for it in own_names(kind, view) if is_custom(it))
        elif name:
            _check(kind, name, view)
            wanted[name] = None
    if len(wanted) > MOST_FIELDS:
        raise _too_many()
    return list(wanted)


def _too_many() -> ProblemError:
    sentence = _("Ask for %(most)s fields at most.") % {"most": MOST_FIELDS}
    return wrong_parameter("fields", sentence)


def _check(kind: RecordType, name: str, view: Viewpoint) -> None:
    if name not in (NAME, EXTERNAL, URL) and resolved(kind, name, view) is None:
        sentence = _("There is no field “%(name)s”, or you may not see it.") % {"name": name[:80]}
        raise wrong_parameter("fields", sentence)
