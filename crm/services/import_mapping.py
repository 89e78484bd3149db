"""Which column of a file is which field: a guess by name, then the user decides."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.choices import FieldType, KnownWhen
from core.fields.added import fields_of
from core.fields.parsing import guess_type
from core.permissions import Access
from core.text import comparable
from crm.choices import STATUS_WORDS

IGNORE = "ignore"
CUSTOM = "custom"
# The last column of the refused rows; it tells, and is no field when the mended file comes back.
REASON = _("Reason")

TARGETS = {
    "name": _("Name"),
    "given_name": _("First name"),
    "family_name": _("Last name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "job_title": _("Job title"),
    "company": _("Company"),
    "status": _("Status"),
    "outcome": _("Outcome (converted: yes / no)"),
    "source": _("Source"),
    "country": _("Country"),
    "city": _("City"),
    "captured_at": _("Captured on"),
    "external_id": _("External ID"),
}

# What columns are called in exports, in English, German and Chinese.
ALIASES = {
    "name": (
        "name",
        "full name",
        "contact name",
        "lead name",
        "姓名",
        "联系人",
        "name vollständig",
    ),
    "given_name": ("first name", "given name", "vorname", "名"),
    "family_name": ("last name", "family name", "surname", "nachname", "姓"),
    "email": ("email", "e mail", "email address", "邮箱", "电子邮件", "e mail adresse"),
    "phone": ("phone", "phone number", "mobile", "telephone", "电话", "手机", "telefon"),
    "job_title": ("job title", "title", "position", "职位", "职务"),
    "company": (
        "company",
        "company name",
        "account name",
        "organization",
        "公司",
        "公司名称",
        "firma",
    ),
    "status": ("status", "lead status", "状态"),
    "outcome": ("converted", "won", "outcome", "是否成交", "成交"),
    "source": ("source", "lead source", "来源", "线索来源", "quelle"),
    "country": ("country", "国家", "land"),
    "city": ("city", "城市", "stadt", "ort"),
    "captured_at": ("created", "created at", "create date", "created date", "创建时间", "日期"),
    "external_id": ("id", "lead id", "lead number", "record id", "external id", "编号", "线索编号"),
}
BY_ALIAS = {alias: target for target, aliases in ALIASES.items() for alias in aliases}


# The names rules know the targets by.
FULL_NAMES = {
    **{name: f"crm.contact.{name}" for name in ("name", "email", "phone", "job_title")},
    "given_name": "crm.contact.name",
    "family_name": "crm.contact.name",
    **{
        name: f"crm.lead.{name}"
        for name in ("company", "status", "source", "country", "city", "captured_at", "external_id")
    },
    "outcome": "crm.lead.status",
}


def targets_for(access: Access) -> dict[str, Any]:
    """The fields that the user may fill."""
    return {name: label for name, label in TARGETS.items() if access.edits(FULL_NAMES[name])}


def restrict_mapping(mapping: Sequence[dict[str, Any]], access: Access) -> list[dict[str, Any]]:
    """The mapping without the fields that the user may not fill: their columns are left out."""
    allowed = {*targets_for(access), IGNORE, CUSTOM}
    closed = {f.label.casefold() for f in fields_of("crm.lead") if not access.edits(f.name)}
    return [
        {**entry, "target": IGNORE}
        if entry["target"] not in allowed
        or (entry["target"] == CUSTOM and entry["column"][:200].casefold() in closed)
        else entry
        for entry in mapping
    ]


def suggest_mapping(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """One entry per column; a field is proposed once, other columns become custom fields."""
    taken: set[str] = set()
    mapping = []
    for position, column in enumerate(columns):
        samples = [row[position] for row in rows if position < len(row)]
        target = _target_of(column, samples)
        if target in taken:
            target = CUSTOM
        if target != CUSTOM:
            taken.add(target)
        mapping.append(
            {
                "column": column,
                "target": target,
                "type": str(guess_type(samples)),
                "known_when": str(KnownWhen.BEFORE),
                "samples": _examples(samples),
            }
        )
    return mapping


def _target_of(column: str, samples: Sequence[str]) -> str:
    """By the column's name; a status only if ours has a word for all it says."""
    if column == str(REASON):
        return IGNORE
    name = comparable(column).replace("_", " ").replace("-", " ").removeprefix("person ").strip()
    target = BY_ALIAS.get(name, CUSTOM)
    words = {comparable(text) for text in samples if text.strip()}
    return CUSTOM if target == "status" and words - STATUS_WORDS.keys() else target


def _examples(samples: Sequence[str]) -> list[str]:
    """Up to three different values, to recognise the column by."""
    return list(dict.fromkeys(text.strip()[:60] for text in samples if text.strip()))[:3]


def recall_marks(mapping: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The mapping with the columns marked whose field is known to be filled in after contact."""
    after = {field.label for field in fields_of("crm.lead") if field.known_when == KnownWhen.AFTER}
    return [
        {**entry, "known_when": str(KnownWhen.AFTER)} if entry["column"][:200] in after else entry
        for entry in mapping
    ]


def apply_choices(
    mapping: Sequence[dict[str, Any]],
    targets: Sequence[str],
    known_when: Sequence[str],
) -> list[dict[str, Any]]:
    """The mapping with the user's choices; what is not offered stays as it was."""
    chosen = []
    for entry, target, known in zip(mapping, targets, known_when, strict=True):
        is_offered = target in TARGETS or target in (IGNORE, CUSTOM)
        chosen.append(
            {
                **entry,
                "target": target if is_offered else entry["target"],
                "known_when": known if known in KnownWhen else entry["known_when"],
            }
        )
    return chosen


def twice_mapped(mapping: Sequence[dict[str, Any]]) -> list[str]:
    """Fields that more than one column was matched to."""
    targets = [entry["target"] for entry in mapping if entry["target"] in TARGETS]
    return sorted({str(TARGETS[t]) for t in targets if targets.count(t) > 1})


def type_of(entry: dict[str, Any]) -> str:
    return str(entry.get("type", FieldType.TEXT))
