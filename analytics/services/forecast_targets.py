"""Targets of forecasts: set, changed and taken away."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.choices import CUTS, Cut, Measure, TargetPeriod
from analytics.models import ForecastTarget
from analytics.queries.forecasts import Part, is_known, sight_of
from core import audit, permissions
from core.errors import Refused
from core.models import User

PERMISSION = "analytics.forecast.target"
MONTHS = {TargetPeriod.MONTH: 1, TargetPeriod.QUARTER: 3, TargetPeriod.YEAR: 12}
LARGEST = Decimal(10) ** 12


@transaction.atomic
def set_target(
    *,
    measure: str,
    part: Part,
    period: str,
    starts_on: date,
    amount: Decimal | None,
    by: User,
    at: datetime,
) -> ForecastTarget | None:
    """Set the target of a period, or take it away (no amount); who may see the series may have one."""
    permissions.require(by, PERMISSION)
    _check(measure, part, period, starts_on, amount)
    if not sight_of(by, Measure(measure)).holds(part):
        raise Refused(_("You may not see this series, so you cannot set its target."))
    if amount is not None and not is_known(part):
        raise Refused(_("There is no such part."))
    place: dict[str, Any] = {
        "measure": measure,
        "cut": part.cut,
        "key": part.key,
        "period": period,
        "starts_on": starts_on,
    }
    rows = ForecastTarget.objects.select_for_update()
    before = rows.filter(**place).first()
    if amount is None:
        if before is not None:
            audit.record(actor=by, action="forecast.target.delete", subject=before)
            before.delete()
        return None
    defaults: dict[str, Any] = {"amount": amount, "set_by": by, "set_at": at}
    target, _made = ForecastTarget.objects.update_or_create(**place, defaults=defaults)
    changes = {"amount": (before.amount if before else None, amount)}
    audit.record(actor=by, action="forecast.target", subject=target, changes=changes)
    return target


def _check(measure: str, part: Part, period: str, starts_on: date, amount: Decimal | None) -> None:
    if measure not in Measure.values or period not in TargetPeriod.values:
        raise Refused(_("There is no such measure or period."))
    if part.cut != Cut.TOTAL and part.cut not in CUTS[Measure(measure)]:
        raise Refused(_("This measure is not told by that part."))
    months = MONTHS[TargetPeriod(period)]
    if starts_on.day != 1 or (starts_on.month - 1) % months:
        raise Refused(_("A period begins on its first day."))
    if amount is not None and not 0 <= amount < LARGEST:
        raise Refused(_("A target lies between 0 and a thousand billion."))
