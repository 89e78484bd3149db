"""Maven's pipeline, brought in by the product's importer: revenue of the next 90 days from six past dates."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core.management import call_command

from analytics.datasets.series import read_series
from analytics.methods.forecasting.forecast import forecast_series
from analytics.methods.forecasting.totals import total_ahead
from core.models import User
from crm.models import Deal
from tests.data import data_file

FILES = ("sales_teams", "accounts", "products", "sales_pipeline")
DATES = [date(2017, 6, 1), date(2017, 6, 26), date(2017, 7, 20)]
DATES += [date(2017, 8, 14), date(2017, 9, 8), date(2017, 10, 2)]
SPAN = 90


def days_of_revenue(as_of: datetime) -> np.ndarray:
    wanted = ("revenue", "day", "total")
    (found,) = (s for s in read_series(as_of) if (s.measure, s.grain, s.cut) == wanted)
    return found.values


@pytest.mark.acceptance
@pytest.mark.django_db(transaction=True)
def test_the_better_of_both_serves(administrator: User) -> None:
    for name in FILES:
        path = data_file(f"maven-crm/{name}.csv")
        call_command("import_records", "auto", str(path), by=administrator.email)
    assert Deal.objects.won().count() == 4_238
    off, came = {"model": 0.0, "last": 0.0, "ahead": 0.0}, 0.0
    whole = days_of_revenue(datetime(2018, 1, 1, tzinfo=UTC))
    for day in DATES:
        known = days_of_revenue(datetime(day.year, day.month, day.day, tzinfo=UTC))
        at = len(known)
        actual = whole[at : at + SPAN].sum()
        assert day - timedelta(days=at) == date(2017, 3, 1)
        found = total_ahead(known, forecast_series(known, season=7, horizon=SPAN), SPAN)
        print(
            f"\n{day}: came {actual:,.0f}; model {found.model:,.0f}, last 90 days {found.last:,.0f}; "
            f"serves {found.serves} ({found.origins} past moments)",
            end="",
        )
        came += actual
        for way in off:
            off[way] += abs(getattr(found, way) - actual)
    shares = {way: miss / came for way, miss in off.items()}
    print(f"\noff by, of {came:,.0f}:", {way: f"{share:.1%}" for way, share in shares.items()})
    assert shares["last"] < shares["model"], "its quarters are alike"
    assert shares["ahead"] == pytest.approx(min(shares["last"], shares["model"]))
