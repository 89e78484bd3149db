"""Rows of purchases, visits, clicks become interactions of contacts: each once, however often it is told."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.utils import translation

from core.choices import Currency
from core.currencies import CENT, LARGEST, base_currency
from core.insertion import insert_records
from core.locks import lock_for_transaction
from core.rows.items import CREATED, REFUSED, UNCHANGED
from core.rows.writing import Writing
from core.text import comparable
from core.values import in_words
from crm.choices import InteractionKind
from crm.models import FileImport, Interaction, RefusedRow
from crm.services.imports.kinds import NEW
from crm.services.imports.origins import origin_of
from crm.services.imports.people import People
from crm.services.imports.refusals import (
    MISFITS,
    NO_CURRENCY,
    NO_KIND,
    NO_MOMENT,
    TOLD_TWICE,
    RowRefused,
)
from crm.services.imports.rows import FileRow, ReadRows, refused_row
from crm.services.imports.targets import Targets
from crm.services.imports.words import VALUES
from crm.services.interactions import NewInteraction, record_interactions

PARTLY = "partly"
EXAMPLES = 5
# What is longer than its column stands in the details in full.
LONGEST = {"subject": 300, "url": 500, "channel": 40}
LONGEST_KEY, SHOWN_OF_KEY = 110, 70
SAYS = ("at", "kind", "subject", "url", "channel", "amount", "currency")


@dataclass(frozen=True)
class Told:
    """A row and the event that it tells."""

    source: FileRow
    event: NewInteraction


class InteractionWriter:
    """Writes slices of one import inside the caller's transaction, as `SliceWriter` does for records."""

    def __init__(
        self, file_import: FileImport, targets: Targets, at: datetime, *, only_looks: bool = False
    ) -> None:
        self.file_import = file_import
        self.targets = targets.by_name
        self.only_looks = only_looks
        writing = Writing(
            targets.fields.kind,
            targets.user,
            at,
            targets.fields,
            file_import.owner,
            file_import.team,
            file_import.change_set,
            {"imported_by_id": file_import.pk},
        )
        self.people = People(file_import, targets, writing)
        self.currency = base_currency()
        self.kinds = _kinds() | _matched_kinds(file_import)
        self.details = [
            (place, entry["column"])
            for place, entry in enumerate(file_import.mapping)
            if entry["target"] == NEW
        ]
        self.counts: Counter[str] = Counter()
        self.told: list[RefusedRow] = []
        self.examples: list[dict[str, Any]] = []

    def write(self, found: ReadRows) -> Mapping[str, int]:
        """Write the rows of a slice; returns how many were created, refused, …"""
        if self.people.makes:
            lock_for_transaction("core.rows.crm.contact")
        self.told += found.refused
        self.counts[REFUSED] += len(found.refused)
        contacts = self.people.find(found.rows, only_looks=self.only_looks)
        told = [each for row in found.rows if (each := self._told(row, contacts[row.number]))]
        told = _numbered(told)
        if self.only_looks:
            self.counts[CREATED] += len(told)
        else:
            self._record(told)
        self._show(told)
        self._tell_remarks(told)
        insert_records(self.told)
        return self.counts

    # -- from a row to an event --------------------------------------------------------------------

    def _told(self, row: FileRow, contact: int | RowRefused) -> Told | None:
        try:
            if isinstance(contact, RowRefused):
                raise contact
            return Told(row, self._event(row, contact))
        except RowRefused as refusal:
            self.counts[REFUSED] += 1
            self._tell(row, refusal.reason, refusal.args_by_name)
            return None

    def _event(self, row: FileRow, contact: int) -> NewInteraction:
        values, detail = row.values, self._detail(row)
        at = values.get("at")
        if at is None:
            raise RowRefused(NO_MOMENT)
        amount = self._amount(values.get("amount"))
        currency = self._currency(values, amount)
        kind = self._kind(row, amount, detail)
        texts = {name: _fitting(name, str(values.get(name, "")), detail) for name in LONGEST}
        key = _key(values, kind, detail)
        return NewInteraction(
            contact=contact,
            kind=kind,
            at=at,
            key=key,
            amount=amount,
            currency=currency,
            detail=detail,
            origin=origin_of(self.file_import),
            **texts,
        )

    def _detail(self, row: FileRow) -> dict[str, Any]:
        """Columns that have no place of their own, by their name."""
        cells = row.cells
        told = ((column, cells[place]) for place, column in self.details if place < len(cells))
        return {column: cell.strip() for column, cell in told if cell.strip()}

    def _amount(self, amount: Any) -> Decimal | None:
        if amount is None:
            return None
        if abs(amount) >= LARGEST:
            target = self.targets["amount"]
            raise RowRefused(MISFITS[target.type], text=str(amount)[:50], field=target.label)
        return Decimal(amount).quantize(CENT)

    def _currency(self, values: Mapping[str, Any], amount: Decimal | None) -> str:
        told = str(values.get("currency", "")).upper()
        if told and told not in Currency.values:
            raise RowRefused(NO_CURRENCY, text=told[:50])
        return told or (self.currency if amount is not None else "")

    def _kind(self, row: FileRow, amount: Decimal | None, detail: dict[str, Any]) -> str:
        """By the words of other systems; without one it follows from what the row has."""
        text = row.values.get("kind")
        if text is None:
            by_url = InteractionKind.VISIT if "url" in row.values else InteractionKind.OTHER
            return str(InteractionKind.PURCHASE if amount is not None else by_url)
        found = self.kinds.get(text) or self.kinds.get(comparable(text))
        if found is None:
            label = self.targets["kind"].label
            detail[label] = text
            row.remark(NO_KIND, text=str(text)[:80], field=label)
        return found or str(InteractionKind.OTHER)

    # -- what came of it ---------------------------------------------------------------------------

    def _record(self, told: Sequence[Told]) -> None:
        self._note_repeats(told)
        written = record_interactions(each.event for each in told)
        self.counts[CREATED] += written
        self.counts[UNCHANGED] += len(told) - written

    def _note_repeats(self, told: Sequence[Told]) -> None:
        """What an earlier slice of this file has told, too, is written once, and said."""
        own = Interaction.objects.filter(
            contact__in={each.event.contact for each in told},
            key__in={each.event.key for each in told},
            origin=origin_of(self.file_import),
        )
        stored = set(own.values_list("contact_id", "key", "at"))
        for each in told:
            if (each.event.contact, each.event.key, each.event.at) in stored:
                each.source.remark(TOLD_TWICE)

    def _show(self, told: Sequence[Told]) -> None:
        room = EXAMPLES - len(self.examples)
        self.examples += [
            {"row": each.source.number, "status": CREATED, "says": self._says(each.event)}
            for each in told[:room]
        ]

    def _says(self, event: NewInteraction) -> list[list[str]]:
        words = {"kind": str(InteractionKind(event.kind).label), "at": in_words(event.at)}
        return [
            [self.targets[name].label, "", words.get(name) or str(getattr(event, name))]
            for name in SAYS
            if name in self.targets and getattr(event, name) not in ("", None)
        ]

    def _tell_remarks(self, told: Sequence[Told]) -> None:
        for each in told:
            if each.source.remarks:
                self.counts[PARTLY] += 1
                reason, args = each.source.remarks[0]
                self._tell(each.source, reason, args, is_written=True)

    def _tell(
        self, row: FileRow, reason: str, args: Mapping[str, Any], *, is_written: bool = False
    ) -> None:
        told = refused_row(
            self.file_import, row.number, row.cells, reason, args, is_written=is_written
        )
        self.told.append(told)


def _kinds() -> dict[str, str]:
    """Kinds by what they may be called: their keys, their labels in every language, others' words."""
    found = dict(VALUES["crm.interaction.kind"])
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found |= {comparable(str(label)): key for key, label in InteractionKind.choices}
    return found | {comparable(key): key for key in InteractionKind.values}


def _matched_kinds(file_import: FileImport) -> dict[str, str]:
    entries = (each for each in file_import.mapping if each["target"] == "kind")
    return {text: str(key) for entry in entries for text, key in entry["values"].items() if key}


def _fitting(name: str, text: str, detail: dict[str, Any]) -> str:
    longest = LONGEST[name]
    if len(text) > longest:
        detail[name] = text
        return text[:longest]
    return text


def _key(values: Mapping[str, Any], kind: str, detail: Mapping[str, Any]) -> str:
    """What the file calls the event and what it is about (an order has several lines), else all it says."""
    given = values.get("key")
    about = values.get("subject", "")
    if given is not None and not about:
        return str(given) if len(str(given)) <= LONGEST_KEY else _digest([given])
    if given is not None:
        return f"{str(given)[:SHOWN_OF_KEY]}:{_digest([given, about])}"
    return _digest([kind, sorted(values.items()), sorted(detail.items())])


def _digest(parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=False, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _numbered(told: Sequence[Told]) -> list[Told]:
    """Rows that say the same are as many events: somebody may buy the same twice on a day."""
    seen: Counter[tuple[int, str, datetime]] = Counter()
    numbered = []
    for each in told:
        event = each.event
        seen[event.contact, event.key, event.at] += 1
        number = seen[event.contact, event.key, event.at]
        if number > 1:
            event = replace(event, key=f"{event.key[: LONGEST_KEY - 10]}:{number}")
        numbered.append(Told(each.source, event))
    return numbered
