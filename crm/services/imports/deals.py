"""Deals in files: their stage, told by pipeline, stage and status, and what they sell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from core.currencies import CENT
from core.text import comparable
from crm.choices import StageKind
from crm.models import FileImport, Product, Stage
from crm.services.imports import words
from crm.services.imports.derived import DEAL_NAME, LIST_PRICE, LOST_UNTOLD
from crm.services.imports.refusals import NO_STAGE, NO_STATUS, RowRefused
from crm.services.imports.rows import FileRow

STAGE, PIPELINE, STATUS = "stage", "pipeline", "status"


@dataclass(frozen=True)
class LineGiven:
    """What a deal of a file sells: a product's number, how much of it, at which price."""

    product: int
    quantity: Decimal
    price: Decimal


class Stages:
    """The stages that rows may name, read once."""

    def __init__(self, file_import: FileImport) -> None:
        entries = {entry["target"]: entry for entry in file_import.mapping}
        self.matched: Mapping[str, Any] = entries.get(STAGE, {}).get("values", {})

    @cached_property
    def all(self) -> list[Stage]:
        rows = Stage.objects.in_use().filter(pipeline__is_archived=False)
        return list(rows.select_related("pipeline"))

    @cached_property
    def _by_pk(self) -> dict[str, Stage]:
        return {str(stage.pk): stage for stage in self.all}

    @cached_property
    def _pipelines(self) -> dict[str, int]:
        return {name: s.pipeline_id for s in self.all for name in _names(s.pipeline)}

    @cached_property
    def _named(self) -> dict[tuple[int, str], Stage]:
        return {(s.pipeline_id, name): s for s in reversed(self.all) for name in _names(s)}

    def of(self, values: Mapping[str, Any]) -> Stage | None:
        """The stage of a row; None where it tells none. A closed status goes before an open stage."""
        pipeline = self.pipeline(str(values.get(PIPELINE, "")))
        told, status = values.get(STAGE), comparable(str(values.get(STATUS, "")))
        if status and status not in words.WON | words.LOST | words.OPEN:
            raise RowRefused(NO_STATUS, text=str(values[STATUS])[:50])
        if status in words.WON:
            return self._closing(pipeline, StageKind.WON)
        if status in words.LOST:
            return self._closing(pipeline, StageKind.LOST)
        if told is None:
            return None
        found = self.called(str(told), pipeline)
        if found is None:
            raise RowRefused(NO_STAGE, text=str(told)[:50])
        return found

    def called(self, text: str, pipeline: int | None) -> Stage | None:
        """By what somebody matched, by name, by the words of other systems."""
        if text in self.matched:
            return self._by_pk.get(str(self.matched[text]))
        if pipeline is None:
            return None
        name = comparable(text)
        named = self._named.get((pipeline, name))
        if named is None and name in words.WON:
            return self._closing(pipeline, StageKind.WON)
        if named is None and name in words.LOST:
            return self._closing(pipeline, StageKind.LOST)
        ours = comparable(words.STAGES.get(name, ""))
        return named or self._named.get((pipeline, ours))

    def pipeline(self, name: str) -> int | None:
        """The pipeline of this name, else the first one."""
        first = self.all[0].pipeline_id if self.all else None
        return self._pipelines.get(comparable(name), first)

    def _closing(self, pipeline: int | None, kind: StageKind) -> Stage | None:
        found = (s for s in self.all if s.pipeline_id == pipeline and s.kind == kind)
        return next(found, None)


def _names(row: Any) -> set[str]:
    """What a pipeline or stage is called, in every language."""
    found = {comparable(row.name)}
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found.add(comparable(str(row)))
    return found


def complete_deal(row: FileRow, stage: Stage | None, *, is_new: bool) -> None:
    """A name for a new deal whose file gives none, and what follows from the stage."""
    if is_new and not row.values.get("name"):
        told = (row.values.get(name) for name in ("company", "product"))
        name = " – ".join(filter(None, told)) or row.values.get("external_id", "")
        row.derive("name", str(name)[:200], DEAL_NAME)
    if stage is None or stage.kind == StageKind.OPEN:
        row.values.pop("closed", None)
    elif stage.kind == StageKind.LOST and is_new and "lost_reason" not in row.values:
        row.derive("lost_reason", no_reason(), LOST_UNTOLD)


def no_reason() -> str:
    """Why a deal is lost of which the file does not say it."""
    return _("Not given in the file")


def price_lines(rows: Sequence[tuple[FileRow, int]]) -> dict[int, LineGiven]:
    """The lines of rows with their products, by number of the row.

    The price is what the row's amount says, else the list price, which then is the amount as well.
    """
    products = Product.objects.in_bulk({product for _row, product in rows})
    lines = {}
    for row, pk in rows:
        quantity = Decimal(row.values.get("quantity") or 1)
        amount, listed = row.values.get("amount"), products[pk].price
        if amount is None and listed is not None:
            amount = (listed * quantity).quantize(CENT)
            row.derive("amount", amount, LIST_PRICE)
        price = (Decimal(amount or 0) / quantity).quantize(CENT) if quantity > 0 else Decimal(0)
        if quantity > 0:
            lines[row.number] = LineGiven(pk, quantity, price)
    return lines
