"""What a text of a file may have meant that matches nothing: names that are nearly the same."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from rapidfuzz import fuzz, process

from core import permissions
from core.assigning import assignable_users
from core.registries import record_types
from core.text import comparable
from crm.models import FileImport, Product
from crm.services.imports.deals import Stages
from crm.services.imports.kinds import IGNORE
from crm.services.imports.links import LEAD, link_label
from crm.services.imports.targets import BY_NAME, Target, Targets
from crm.services.products import save_product

MOST_NAMES = 20_000  # more are left to typing the name
SHOWN, NEAR, SURE = 5, 60, 90  # likeness of 100 is the same but for case, spaces and punctuation
MADE_BY_NAME = "crm.product"
MAKE = "+"

_MARKS = re.compile(r"[\W_]+")
Options = Sequence[tuple[Any, str]]


@dataclass(frozen=True)
class Question:
    """A text of a column that matches nothing: how many rows have it, what may be meant, likeliest first.

    `chosen` is what somebody has said, else what is as good as certain. With `can_make` a record of
    this name may be added.
    """

    place: int
    column: str
    label: str
    text: str
    count: int
    options: Options
    others: Options
    chosen: str
    can_make: bool

    @property
    def name(self) -> str:
        """The name of its control in a form."""
        return f"match-{self.place}-{self.text}"


def questions_of(file_import: FileImport, targets: Targets) -> list[Question]:
    """What the trial left open, the most frequent first."""
    by_label = _asked(file_import, targets)
    names: dict[str, Options] = {}
    found = []
    for what, text, count in file_import.findings.get("unmatched", []):
        for place, target in by_label.get(what, []):
            options = names.setdefault(target.name, _options(target, targets, file_import))
            found.append(_question(file_import, place, target, text, count, options))
    return found


def _asked(file_import: FileImport, targets: Targets) -> dict[str, list[tuple[int, Target]]]:
    """The columns with names that may match nothing, by what refusals call them."""
    found: dict[str, list[tuple[int, Target]]] = {}
    for place, entry in enumerate(file_import.mapping):
        target = targets.by_name.get(entry["target"]) if entry["target"] != IGNORE else None
        if target is None or (target.linked and target.by != BY_NAME):
            continue
        for label in _labels(target, targets):
            found.setdefault(label, []).append((place, target))
    return found


def _labels(target: Target, targets: Targets) -> set[str]:
    """What refusals call a target, in the language of whoever has tried the import."""
    if target.name == "stage":
        return {"stage"}
    extra = targets.extras.get(target.name)
    own = target.field.label if target.field else extra.label if extra else target.label
    found = set()
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found.add(link_label(target) if target.linked else str(own))
    return found


def _question(
    file_import: FileImport, place: int, target: Target, text: str, count: int, options: Options
) -> Question:
    entry = file_import.mapping[place]
    near = nearest(text, dict(options))
    shown = [(key, label) for key, label, _likeness in near]
    sure = str(near[0][0]) if near and near[0][2] >= SURE else ""
    return Question(
        place,
        entry["column"],
        target.label,
        text,
        count,
        shown,
        [option for option in options if option not in shown],
        str(entry.get("values", {}).get(text, sure)),
        target.linked == MADE_BY_NAME,
    )


def nearest(text: str, names: Mapping[Any, str]) -> list[tuple[Any, str, float]]:
    """The keys and names that are like the text, with their likeness from 0 to 100.

    >>> nearest("GTXPro", {1: "GTX Pro", 2: "MG Special"})
    [(1, 'GTX Pro', 100.0)]
    """
    squeezed = {key: _squeezed(name) for key, name in names.items()}
    found = process.extract(
        _squeezed(text), squeezed, scorer=fuzz.ratio, limit=SHOWN, score_cutoff=NEAR
    )
    return [(key, names[key], likeness) for _name, likeness, key in found]


def _squeezed(text: str) -> str:
    return _MARKS.sub("", comparable(text))


def _options(target: Target, targets: Targets, file_import: FileImport) -> Options:
    if target.name == "stage":
        return [(stage.pk, f"{stage.pipeline}: {stage}") for stage in Stages(file_import).all]
    if target.name == "owner":
        users = assignable_users(targets.user, file_import.record_type.key)
        return [(user.pk, user.display_name) for user in users]
    if target.linked:
        return _names(target, targets)
    if target.choices is not None:
        return [(key, str(label)) for key, label in target.choices.items()]
    field = target.field
    return [(key, str(label)) for key, label in field.choices.items()] if field else []


def _names(target: Target, targets: Targets) -> Options:
    rows = permissions.visible_rows(record_types[target.linked].model, targets.user)
    column = "contact__name" if target.linked == LEAD else "name"
    return list(rows.order_by("pk").values_list("pk", column)[:MOST_NAMES])


def make_named(file_import: FileImport, targets: Targets) -> None:
    """Add the products that somebody wants added by their name."""
    for entry in file_import.mapping:
        target = targets.by_name.get(entry["target"])
        if target is None or target.linked != MADE_BY_NAME:
            continue
        wanted = [text for text, chosen in entry["values"].items() if chosen == MAKE]
        for text in wanted:
            entry["values"][text] = _make_product(text, file_import, targets).pk


def _make_product(name: str, file_import: FileImport, targets: Targets) -> Product:
    permissions.require(targets.user, "crm.product.create")
    product = Product(name=name[:200], imported_by=file_import)
    return save_product(product=product, by=targets.user)
