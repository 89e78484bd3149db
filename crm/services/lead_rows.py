"""Rows of a file as drafts of leads, or refused with a sentence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.choices import FieldType
from core.fields.added import fields_of
from core.fields.parsing import FALSE_WORDS, TRUE_WORDS, parse_value
from core.models import CustomField
from core.spreadsheets import restored
from core.text import comparable
from crm.choices import STATUS_WORDS, LeadStatus
from crm.models import LeadImport, RefusedRow
from crm.services.import_mapping import CUSTOM, IGNORE

# An unanswered drop-down is missing, not an answer.
PLACEHOLDERS = frozenset({"select", "n/a", "na", "null", "none", "-", "--", "请选择", "无"})
HAN = re.compile(r"[\u3400-\u9fff]+")
MAX_LENGTHS = {
    "name": 200,
    "given_name": 100,
    "family_name": 99,
    "email": 254,
    "phone": 50,
    "job_title": 200,
    "company": 200,
    "source": 100,
    "country": 100,
    "city": 100,
    "external_id": 100,
}
MISFIT = gettext_noop("“%(text)s” does not fit the field “%(field)s”.")
MISFITS: dict[str, str] = {
    FieldType.NUMBER: gettext_noop("“%(text)s” is not a number, as “%(field)s” asks for."),
    FieldType.DATE: gettext_noop(
        "“%(text)s” is not a date, as “%(field)s” asks for. Write it as 2026-11-22."
    ),
    FieldType.BOOLEAN: gettext_noop("“%(text)s” is neither yes nor no, as “%(field)s” asks for."),
}


class RowRefused(ValueError):  # noqa: N818  # an answer, not a fault
    """A row cannot be imported: a msgid with its values."""

    def __init__(self, reason: str, **args: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.args_by_name = args


@dataclass
class LeadDraft:
    """What one row says of a lead; empty strings say nothing."""

    row_number: int
    person: dict[str, str] = field(default_factory=dict)
    company: str = ""
    lead: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The lead's number in the system it comes from; empty when the row names none."""
        return str(self.lead.get("external_id", ""))


@dataclass(frozen=True)
class ParsedRows:
    """The drafts of a slice and the rows that were refused."""

    drafts: list[LeadDraft]
    refused: list[RefusedRow]

    @property
    def row_count(self) -> int:
        return len(self.drafts) + len(self.refused)


class RowParser:
    """Reads rows by the mapping of their import."""

    def __init__(self, lead_import: LeadImport) -> None:
        self.lead_import = lead_import
        self.width = len(lead_import.columns)
        by_key = {f.key: f for f in fields_of("crm.lead")}
        self.plan: list[tuple[int, str, CustomField | None]] = [
            (position, entry["target"], by_key.get(entry.get("key", "")))
            for position, entry in enumerate(lead_import.mapping)
            if entry["target"] != IGNORE
        ]

    def parse(self, rows: Iterable[Sequence[str]], *, first_row: int) -> ParsedRows:
        drafts: list[LeadDraft] = []
        refused: list[RefusedRow] = []
        for number, row in enumerate(rows, start=first_row):
            try:
                drafts.append(self._draft(number, row))
            except RowRefused as refusal:
                refused.append(self.refuse(number, list(row), refusal))
        return ParsedRows(drafts, refused)

    def refuse(self, number: int, row: list[str], refusal: RowRefused) -> RefusedRow:
        return RefusedRow(
            lead_import=self.lead_import,
            row_number=number,
            reason=refusal.reason,
            reason_args=refusal.args_by_name,
            values=row,
        )

    def _draft(self, number: int, row: Sequence[str]) -> LeadDraft:
        if len(row) > self.width:
            raise RowRefused(
                gettext_noop("The row has %(found)s values, the header has %(expected)s names."),
                found=len(row),
                expected=self.width,
            )
        draft = LeadDraft(number, raw=list(row))
        for position, target, custom_field in self.plan:
            text = restored(row[position].strip()) if position < len(row) else ""
            if text and text.casefold() not in PLACEHOLDERS:
                self._set(draft, target, custom_field, text)
        _join_names(draft.person)
        return draft

    def _set(
        self, draft: LeadDraft, target: str, custom_field: CustomField | None, text: str
    ) -> None:
        if target == CUSTOM:
            if custom_field is not None:
                draft.custom[custom_field.key] = _custom_value(custom_field, text)
        elif target in SETTERS:
            SETTERS[target](draft, text)
        elif target in ("name", "given_name", "family_name", "phone", "job_title"):
            draft.person[target] = _fitting(target, text)
        elif target == "company":
            draft.company = _fitting(target, text)
        else:
            draft.lead[target] = _fitting(target, text)


def _join_names(person: dict[str, str]) -> None:
    """One name of two: the way round of its script; a full name given beside them stays."""
    given, family = person.pop("given_name", ""), person.pop("family_name", "")
    if not person.get("name") and (given or family):
        is_chinese = HAN.fullmatch(given + family)
        person["name"] = family + given if is_chinese else f"{given} {family}".strip()


def _fitting(target: str, text: str) -> str:
    if len(text) > MAX_LENGTHS[target]:
        raise RowRefused(
            gettext_noop("“%(text)s…” is longer than %(limit)s characters."),
            text=text[:30],
            limit=MAX_LENGTHS[target],
        )
    return text


def _custom_value(custom_field: CustomField, text: str) -> Any:
    try:
        return parse_value(custom_field, text)
    except ValueError:
        sentence = MISFITS.get(custom_field.type, MISFIT)
        raise RowRefused(sentence, text=text[:50], field=custom_field.label) from None


def _set_email(draft: LeadDraft, text: str) -> None:
    try:
        validate_email(text)
    except ValidationError:
        raise RowRefused(
            gettext_noop("“%(text)s” is not an e-mail address."), text=text[:80]
        ) from None
    draft.person["email"] = _fitting("email", text)


def _set_status(draft: LeadDraft, text: str) -> None:
    status = STATUS_WORDS.get(comparable(text))
    if status is None:
        raise RowRefused(
            gettext_noop(
                "The status “%(text)s” is not known: write new, working, qualified, converted, unqualified or lost."
            ),
            text=text[:50],
        )
    draft.lead["status"] = status


def _set_outcome(draft: LeadDraft, text: str) -> None:
    word = comparable(text)
    if word in TRUE_WORDS or word in ("won", "converted", "已转化"):
        draft.lead["status"] = LeadStatus.CONVERTED
    elif word in FALSE_WORDS or word == "lost":
        draft.lead["status"] = LeadStatus.LOST
    else:
        raise RowRefused(
            gettext_noop("The outcome “%(text)s” is neither yes nor no."), text=text[:50]
        )


def _set_captured_at(draft: LeadDraft, text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowRefused(
            gettext_noop("“%(text)s” is not a date. Write it as 2026-11-22."), text=text[:50]
        ) from None
    draft.lead["captured_at"] = moment


SETTERS = {
    "email": _set_email,
    "status": _set_status,
    "outcome": _set_outcome,
    "captured_at": _set_captured_at,
}
