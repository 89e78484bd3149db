"""The calendar of campaigns: each on its day, by the clock of who looks; drafts without a day beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from core.models import User
from marketing.choices import CampaignState
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
MONTH = "/campaigns/calendar/?month=2026-11"


def days_of(client: Client, address: str = MONTH) -> dict[str, list[str]]:
    """The names of the campaigns of each day that has some."""
    month = client.get(address).context["month"]
    return {
        day.date.isoformat(): [entry.name for entry in day.entries]
        for day in month.days
        if day.entries
    }


@pytest.fixture
def make(marketing: User) -> Callable[..., Any]:
    def campaign(name: str, **given: Any) -> Any:
        return CampaignFactory(name=name, owner=marketing, **given)

    return campaign


def test_campaigns_stand_on_their_days(make: Any, marketing: User, log_in: LogIn) -> None:
    make("Sent", state=CampaignState.SENT, started_at=datetime(2026, 11, 3, 9, tzinfo=UTC))
    make(
        "Planned", state=CampaignState.SCHEDULED, scheduled_at=datetime(2026, 11, 3, 8, tzinfo=UTC)
    )
    # What had been planned for another day began on this one.
    make(
        "Late",
        state=CampaignState.SENDING,
        scheduled_at=datetime(2026, 11, 4, 8, tzinfo=UTC),
        started_at=datetime(2026, 11, 5, 8, tzinfo=UTC),
    )
    make("Beside", state=CampaignState.SENT, started_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    make("Far", state=CampaignState.SENT, started_at=datetime(2027, 1, 20, 9, tzinfo=UTC))
    make("No day")
    client = log_in(marketing)
    assert days_of(client) == {
        "2026-11-03": ["Planned", "Sent"],
        "2026-11-05": ["Late"],
        "2026-12-01": ["Beside"],
    }
    month = client.get(MONTH).context["month"]
    assert len(month.days) % 7 == 0
    assert month.days[0].date.isoweekday() == 1
    assert sum(month.counts.values()) == 3, "those of the months beside are not counted"
    assert [entry.name for entry in month.unplanned] == ["No day"]


def test_days_are_those_of_the_readers_clock(make: Any, marketing: User, log_in: LogIn) -> None:
    make("Late", state=CampaignState.SENT, started_at=datetime(2026, 11, 3, 20, tzinfo=UTC))
    marketing.time_zone = "Asia/Shanghai"
    marketing.save()
    assert days_of(log_in(marketing)) == {"2026-11-04": ["Late"]}


@pytest.mark.parametrize("asked", ["", "2026-13", "x", "0001-01", "9999-12"])
def test_a_month_that_nobody_can_mean_is_this_one(
    asked: str, marketing: User, log_in: LogIn
) -> None:
    answer = log_in(marketing).get("/campaigns/calendar/", {"month": asked})
    assert any(day.is_today for day in answer.context["month"].days)
    assert b"No campaign begins in this month" in answer.content


def test_months_beside_are_one_press_away(marketing: User, log_in: LogIn) -> None:
    page = log_in(marketing).get("/campaigns/calendar/?month=2026-12").content.decode()
    assert 'href="?month=2026-11"' in page
    assert 'href="?month=2027-01"' in page


def test_who_may_not_see_campaigns_gets_no_calendar(sales: User, log_in: LogIn) -> None:
    may = log_in(sales).get("/campaigns/").status_code
    assert log_in(sales).get("/campaigns/calendar/").status_code == may
