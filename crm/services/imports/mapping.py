"""Which column is which field: a guess by name and content, then people decide."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.choices import FieldType, KnownWhen
from core.fields.added import fields_of
from core.text import comparable
from core.values_in_files.dates import infer_dates
from core.values_in_files.inference import Inferred, Kind, infer_type
from core.values_in_files.numbers import infer_numbers
from core.values_in_files.placeholders import is_placeholder
from crm.models import FileImport
from crm.services.imports.cells import options_of
from crm.services.imports.kinds import COLLEAGUE, EXTERNAL, IGNORE, INTERACTION, KINDS, MORE, NEW
from crm.services.imports.targets import ADDED, Target, Targets
from crm.services.imports.words import plain_name

# The last column of the refused rows; it tells, and is no field when the mended file comes back.
REASON = _("Reason")
CHOSEN = ("target", "format", "placeholders", "known_when", "values")

Entry = dict[str, Any]
DATES, NUMBERS = (FieldType.DATE, FieldType.MOMENT), (FieldType.NUMBER, FieldType.MONEY)
# Of the values of a column that goes to a target by its name; the others are refused, and told.
HALF = 0.5
# What a column does not look like that goes to a target of a type.
MISFITTING: dict[FieldType, frozenset[Kind]] = {
    FieldType.EMAIL: frozenset({Kind.BOOLEAN, Kind.NUMBER, Kind.DATE, Kind.MOMENT, Kind.PHONE}),
    FieldType.BOOLEAN: frozenset(Kind) - {Kind.BOOLEAN},
}
# Where a column goes whose content does not fit its name: “Done” may hold moments or yes and no.
INSTEAD = {"done": "status", "minutes": "duration"}
BY_CONTENT = {Kind.EMAIL: ("email", "person.email"), Kind.PHONE: ("phone", "person.phone")}


def suggest_mapping(
    columns: Sequence[str], rows: Sequence[Sequence[str]], targets: Targets, country: str | None
) -> list[Entry]:
    """One entry per column; a target is proposed once, other columns become added fields."""
    taken: set[str] = set()
    mapping = []
    for place, column in enumerate(columns):
        samples = [row[place] for row in rows if place < len(row)]
        looks = infer_type(samples, country=country)
        entry = _entry(column, samples, looks, targets, taken)
        taken |= {entry["target"]} - MORE.keys()
        mapping.append(entry)
    _agree(mapping)
    return mapping


def _entry(
    column: str, samples: Sequence[str], looks: Inferred, targets: Targets, taken: set[str]
) -> Entry:
    target = _target_of(column, samples, looks, targets, taken)
    formats = _formats(target, samples, looks)
    empties = sorted({text.strip() for text in samples if is_placeholder(text)})
    return {
        "column": column,
        "target": target.name if target else _otherwise(column, targets),
        "type": _type_of(looks),
        "formats": formats,
        "format": formats[0] if len(formats) == 1 else "",
        "empties": empties[:5],
        "placeholders": not empties or bool(looks.placeholders),
        "known_when": str(KnownWhen.BEFORE),
        "samples": _examples(samples),
        "values": {},
    }


def _otherwise(column: str, targets: Targets) -> str:
    """A new field, unless the column is of a field that the user may not fill."""
    word = targets.kind.words.get(plain_name(column), NEW)
    is_closed = word != NEW and word not in targets.by_name
    is_closed = is_closed or not targets.kind.keeps_others
    return IGNORE if is_closed or column == str(REASON) else NEW


def _target_of(
    column: str, samples: Sequence[str], looks: Inferred, targets: Targets, taken: set[str]
) -> Target | None:
    """By the column's name if the content fits it, else by the content alone."""
    if column == str(REASON):
        return None
    word = targets.kind.words.get(plain_name(column), "")
    if word == NEW:
        return None
    named = _named(column, word, targets)
    other = targets.by_name.get(INSTEAD.get(named.name, "")) if named else None
    for target in (named, other):
        if target and target.name not in taken and _fits(target, samples, looks):
            return target
    if named is None:
        places = (targets.by_name.get(name) for name in BY_CONTENT.get(looks.kind, ()))
        return next((t for t in places if t and t.name not in taken), None)
    return None


def _named(column: str, word: str, targets: Targets) -> Target | None:
    """The target called so: by its name, by the label of an added field, by other words for it."""
    called = targets.by_label.get(comparable(column))
    if column not in targets.by_name and called is not None and called.group == ADDED:
        return called
    return targets.by_name.get(column) or targets.by_name.get(word) or called


def _fits(target: Target, samples: Sequence[str], looks: Inferred) -> bool:
    """A choice fits if ours has a word for all it says; an empty column fits by its name."""
    words = {text.strip() for text in samples} - {"", *looks.placeholders}
    if not words:
        return True
    if target.reads is not None:
        return sum(map(_is_read_by(target.reads), words)) >= HALF * len(words)
    if target.name == "linkedin_url":
        return any("linkedin." in word.casefold() for word in words)
    if target.type == FieldType.CHOICE and target.column is not None:
        return not {comparable(word) for word in words} - options_of(target).keys()
    if target.type in DATES:
        return infer_dates(words, may_be_counted=True).share >= HALF
    if target.type in NUMBERS:
        return looks.kind == Kind.MONEY or infer_numbers(words).share >= HALF
    return looks.kind not in MISFITTING.get(target.type, ())


def _is_read_by(reads: Callable[[str], Any]) -> Callable[[str], bool]:
    def is_read(word: str) -> bool:
        try:
            reads(word)
        except ValueError:
            return False
        return True

    return is_read


def _formats(target: Target | None, samples: Sequence[str], looks: Inferred) -> list[str]:
    """The formats that a column may be written in, the likeliest first."""
    values = [text for text in samples if text.strip() not in looks.placeholders]
    wanted = target.type if target else FieldType(_type_of(looks))
    if wanted in DATES:
        return list(map(str, infer_dates(values, may_be_counted=target is not None).formats))
    if wanted in NUMBERS:
        formats = looks.formats if looks.kind == Kind.MONEY else infer_numbers(values).formats
        return list(map(str, formats))
    return []


def _type_of(looks: Inferred) -> str:
    """The type of the field that a column becomes; amounts are numbers in no certain currency."""
    return str(FieldType.NUMBER if looks.kind == Kind.MONEY else FieldType(looks.kind.value))


def _agree(mapping: Sequence[Entry]) -> None:
    """A file is written in one way: what one column leaves open another one may tell."""
    certain = {entry["format"] for entry in mapping if entry["format"]}
    for entry in mapping:
        if not entry["format"]:
            told = [form for form in entry["formats"] if form in certain]
            entry["format"] = told[0] if len(told) == 1 else ""


def _examples(samples: Sequence[str]) -> list[str]:
    """Up to three different values, to recognise the column by."""
    return list(dict.fromkeys(text.strip()[:60] for text in samples if text.strip()))[:3]


# -- what people decide ----------------------------------------------------------------------------


def digest_of(columns: Sequence[str]) -> str:
    """The same for files with the same columns."""
    text = json.dumps([comparable(column) for column in columns])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def remembered(mapping: Sequence[Entry], object_type: str, columns: Sequence[str]) -> list[Entry]:
    """The mapping as it was when a file with these columns was last imported."""
    last = (
        FileImport.objects.filter(
            columns_digest=digest_of(columns), object_type=object_type, run__isnull=False
        )
        .order_by("-pk")
        .first()
    )
    if last is None or len(last.mapping) != len(mapping):
        return list(mapping)
    return [
        {**entry, **{name: was[name] for name in CHOSEN if name in was and was[name] != ""}}
        for entry, was in zip(mapping, last.mapping, strict=True)
    ]


def recall_marks(mapping: Sequence[Entry], object_type: str) -> list[Entry]:
    """The mapping with the columns marked whose field is known to be filled in after contact."""
    after = {f.label for f in fields_of(object_type) if f.known_when == KnownWhen.AFTER}
    return [
        {**entry, "known_when": str(KnownWhen.AFTER)} if entry["column"][:200] in after else entry
        for entry in mapping
    ]


def restrict_mapping(mapping: Sequence[Entry], targets: Targets) -> list[Entry]:
    """The mapping without the fields that the user may not fill: their columns are left out."""
    allowed = {*targets.by_name, IGNORE, *([NEW] if targets.kind.keeps_others else [])}
    shown = {f.custom.label.casefold() for f in targets.fields.custom.values() if f.custom}
    closed = {f.label.casefold() for f in fields_of(targets.kind.key)} - {
        label for label in shown if _may_fill(label, targets)
    }
    return [
        {**entry, "target": IGNORE}
        if entry["target"] not in allowed
        or (entry["target"] == NEW and entry["column"][:200].casefold() in closed)
        else entry
        for entry in mapping
    ]


def _may_fill(label: str, targets: Targets) -> bool:
    return any(
        t.field and t.field.custom and t.field.custom.label.casefold() == label
        for t in targets.by_name.values()
    )


def apply_choices(
    mapping: Sequence[Entry], choices: Sequence[Mapping[str, Any]], targets: Targets
) -> list[Entry]:
    """The mapping with people's choices, column by column; what is not offered stays as it was."""
    chosen = []
    for entry, choice in zip(mapping, choices, strict=True):
        wanted = {name: choice[name] for name in CHOSEN if name in choice}
        if wanted.get("target") not in {*targets.by_name, IGNORE, NEW}:
            wanted.pop("target", None)
        if wanted.get("known_when") not in KnownWhen.values:
            wanted.pop("known_when", None)
        new = {**entry, **wanted}
        if new["format"] not in new["formats"]:
            new["format"] = entry["format"]
        chosen.append(new)
    return chosen


def twice_mapped(mapping: Sequence[Entry], targets: Targets) -> list[str]:
    """Targets that more than one column was matched to."""
    names = [entry["target"] for entry in mapping if entry["target"] in targets.by_name]
    twice = {name for name in names if names.count(name) > 1} - MORE.keys()
    return sorted(targets.by_name[name].label for name in twice)


def undecided(mapping: Sequence[Entry]) -> list[str]:
    """Columns whose dates or numbers can be read in two ways, and nobody has said how."""
    return [
        entry["column"]
        for entry in mapping
        if entry["target"] != IGNORE and len(entry["formats"]) > 1 and not entry["format"]
    ]


# -- what the file holds ---------------------------------------------------------------------------


def guess_kind(file_name: str, columns: Sequence[str]) -> str:
    """The record type whose words fit the columns best; the name of the file decides among equals."""
    names = [plain_name(column) for column in columns]
    prefixes = {column.partition(" - ")[0].strip().casefold() for column in columns}
    told = plain_name(file_name.rpartition(".")[0]).split()
    scores = {
        key: sum(name in kind.words for name in names)
        + 3 * any(word in NAMED.get(key, ()) for word in told)
        + len(names) * bool(prefixes & set(PREFIXED.get(key, ())))
        for key, kind in KINDS.items()
    }
    if not {"at", "contact"} <= _parts(KINDS[INTERACTION].words, names):
        del scores[INTERACTION]
    parts = _parts(KINDS[COLLEAGUE].words, names)
    is_called_so = bool(set(told) & set(NAMED[COLLEAGUE]))
    if not is_called_so and not {"name", "team", "manager"} <= parts:
        del scores[COLLEAGUE]
    return max(scores, key=lambda key: scores[key])


def _parts(words: Mapping[str, str], names: Sequence[str]) -> set[str]:
    return {words[name].partition(".")[0] for name in names if name in words}


NAMED = {
    "crm.lead": ("lead", "leads", "线索"),
    "crm.contact": (
        "contact",
        "contacts",
        "connections",
        "people",
        "persons",
        "联系人",
        "kontakte",
    ),
    "crm.company": (
        "company",
        "companies",
        "account",
        "accounts",
        "organizations",
        "公司",
        "firmen",
    ),
    "crm.deal": ("deal", "deals", "opportunity", "opportunities", "pipeline", "商机"),
    "crm.product": ("product", "products", "产品", "produkte"),
    "crm.activity": (
        "activity",
        "activities",
        "task",
        "tasks",
        "call",
        "calls",
        "meeting",
        "meetings",
        "note",
        "notes",
    ),
    "crm.group": ("group", "groups"),
    "crm.event": ("event", "events"),
    INTERACTION: (
        "interactions",
        "transactions",
        "purchases",
        "orders",
        "visits",
        "clicks",
        "messages",
        "invitations",
        "交易",
        "订单",
    ),
    COLLEAGUE: (
        "user",
        "users",
        "colleagues",
        "employees",
        "teams",
        "owners",
        "benutzer",
        "用户",
        "同事",
    ),
}
PREFIXED = {
    "crm.contact": ("person",),
    "crm.company": ("organization",),
    "crm.deal": ("deal",),
    "crm.lead": ("lead",),
    "crm.activity": ("activity", "note"),
    "crm.product": ("product",),
}


def keys_of(mapping: Sequence[Entry], targets: Targets) -> list[str]:
    """The mapped targets that can say which record a row is of, the surest first."""
    mapped = {entry["target"] for entry in mapping}
    return [target.name for target in targets.keys if target.name in mapped]


def settled(mapping: Sequence[Entry], source: str, targets: Targets) -> list[Entry]:
    """A number of an unknown system is the record's external ID, which people see and search."""
    if source or "external_id" not in targets.by_name:
        return list(mapping)
    mapped = {entry["target"] for entry in mapping}
    if "external_id" in mapped:
        return list(mapping)
    return [
        {**entry, "target": "external_id"} if entry["target"] == EXTERNAL else entry
        for entry in mapping
    ]
