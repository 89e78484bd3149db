"""The company's own currency and the rates of the others; amounts follow every change."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import Currency
from core.currencies import Rates, base_currency
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import ExchangeRate, Installation, JobRun
from core.registries import base_amounts

if TYPE_CHECKING:
    from core.models import User

PERMISSION = "core.currency.manage"
LOCK = "core.rates"


@transaction.atomic
def set_base_currency(*, currency: str, by: "User", at: datetime) -> list[JobRun]:
    """Choose the company's own currency.

    The rates say what a unit is worth in the old one, so they are converted by the rates of the new one.
    """
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    _check_currency(currency)
    installation, _made = Installation.objects.get_or_create(pk=1)
    before = installation.base_currency
    if before == currency:
        return []
    installation.base_currency = currency
    installation.save(update_fields=["base_currency"])
    audit.record(
        actor=by,
        action="currency.base",
        subject=installation,
        changes={"base_currency": (before, currency)},
    )
    _convert_rates(before, currency, by)
    return _recalculate(None, by, at)


def _convert_rates(before: str, currency: str, by: "User") -> None:
    old = list(ExchangeRate.objects.all())
    if not old:
        return
    if not any(rate.currency == currency for rate in old):
        raise Refused(
            _("Enter a rate of %(currency)s first: the other rates are converted by it.")
            % {"currency": currency}
        )
    rates = Rates(before, [(rate.currency, rate.valid_from, rate.rate) for rate in old])
    ExchangeRate.objects.all().delete()
    new = ExchangeRate.objects.bulk_create(
        ExchangeRate(currency=code, valid_from=day, rate=rate)
        for code, day, rate in rates.based_on(currency)
    )
    gone = [(rate, {"rate": (rate.rate, None)}) for rate in old]
    come = [(rate, {"rate": (None, rate.rate)}) for rate in new]
    audit.record_all(actor=by, action="rate.convert", changes_by_subject=[*gone, *come])


@transaction.atomic
def save_rate(*, rate: ExchangeRate, by: "User", at: datetime) -> list[JobRun]:
    """Add or change a rate; a second one for a currency and a day is refused."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    _check_rate(rate)
    stored = ExchangeRate.objects.filter(pk=rate.pk).first() if rate.pk else None
    before = audit.snapshot(stored) if stored else dict.fromkeys(("currency", "valid_from", "rate"))
    changes = {
        name: (before[name], getattr(rate, name))
        for name in ("currency", "valid_from", "rate")
        if before[name] != getattr(rate, name)
    }
    if not changes:
        return []
    rate.save()
    _record(rate, "rate.save", by, changes)
    touched = {rate.currency, *([stored.currency] if stored else [])}
    return [run for code in sorted(touched) for run in _recalculate(code, by, at)]


@transaction.atomic
def delete_rate(*, rate: ExchangeRate, by: "User", at: datetime) -> list[JobRun]:
    """Take a rate away; the one before it is valid in its place."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    _record(rate, "rate.delete", by, {"rate": (rate.rate, None)})
    rate.delete()
    return _recalculate(rate.currency, by, at)


def _check_currency(currency: str) -> None:
    if currency not in Currency.values:
        raise Refused(_("Choose a currency from the list."))


def _check_rate(rate: ExchangeRate) -> None:
    _check_currency(rate.currency)
    if rate.currency == base_currency():
        raise Refused(_("The base currency is always worth 1. Choose another currency."))
    if rate.rate <= 0:
        raise Refused(_("Enter a rate above 0."))
    same = ExchangeRate.objects.filter(currency=rate.currency, valid_from=rate.valid_from)
    if same.exclude(pk=rate.pk).exists():
        raise Refused(_("There is a rate of this currency for this day already. Change that one."))


def _record(
    rate: ExchangeRate,
    action: str,
    by: "User",
    changes: dict[str, tuple[str | date | Decimal | None, str | date | Decimal | None]],
) -> None:
    audit.record(actor=by, action=action, subject=rate, changes=changes)


def _recalculate(currency: str | None, by: "User", at: datetime) -> list[JobRun]:
    """The runs that reckon what is too much for one transaction; whoever calls wakes them."""
    runs = (amounts.recalculate(currency, by, at) for amounts in base_amounts)
    return [run for run in runs if run is not None]
