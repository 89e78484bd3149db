"""A mapping as programs write it: `{"columns": {"Firma": "company"}, "mode": "both", "key": ["email"]}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused
from crm.choices import ImportMode
from crm.models import FileImport
from crm.services.imports.kinds import IGNORE, NEW
from crm.services.imports.mapping import CHOSEN, apply_choices
from crm.services.imports.targets import Targets

MEMBERS = frozenset({"columns", "mode", "key", "makes_contacts"})


@dataclass(frozen=True)
class Told:
    """What a program says of an import; what it leaves out is as proposed."""

    mapping: list[dict[str, Any]]
    mode: str
    key: list[str] | None
    makes_contacts: bool


def read_told(given: Any, file_import: FileImport, targets: Targets) -> Told:
    """The mapping with what the program says; refuses what it cannot mean, by name."""
    if not isinstance(given, Mapping) or not set(given) <= MEMBERS:
        raise Refused(
            _(
                "Give an object with columns, mode, key and makes_contacts, as far as you want them so."
            )
        )
    mode, key = given.get("mode", file_import.mode), given.get("key")
    if mode not in ImportMode.values:
        raise Refused(_("Choose create, update or both."))
    if key is not None and not (isinstance(key, list) and set(map(str, key)) <= _names(targets)):
        raise Refused(_("The key is a list of: %(names)s.") % {"names": ", ".join(_names(targets))})
    columns = given.get("columns", {})
    choices = [_choice(columns, entry["column"], targets) for entry in file_import.mapping]
    if unknown := set(columns) - {entry["column"] for entry in file_import.mapping}:
        raise Refused(
            _("The file has no column “%(column)s”.") % {"column": str(min(unknown, key=str))[:80]}
        )
    makes = given.get("makes_contacts", file_import.makes_contacts)
    mapping = apply_choices(file_import.mapping, choices, targets)
    return Told(mapping, mode, key, makes is True)


def _names(targets: Targets) -> set[str]:
    return {target.name for target in targets.keys}


def _choice(columns: Any, column: str, targets: Targets) -> dict[str, Any]:
    if not isinstance(columns, Mapping):
        raise Refused(_("Give the columns as an object: column and target."))
    told = columns.get(column, {})
    choice = {"target": told} if isinstance(told, str) else told
    if not isinstance(choice, Mapping) or not set(choice) <= set(CHOSEN):
        raise Refused(
            _("Say of “%(column)s” the target, or an object with: %(names)s.")
            % {"column": column, "names": ", ".join(CHOSEN)}
        )
    target = choice.get("target")
    if target is not None and target not in {*targets.by_name, IGNORE, NEW}:
        raise Refused(
            _("“%(target)s” is no target. Use one of: %(names)s.")
            % {"target": str(target)[:80], "names": ", ".join([*targets.by_name, IGNORE, NEW])}
        )
    return dict(choice)
