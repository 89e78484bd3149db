"""Series as the database counts them, beside the same counted one by one."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test.utils import CaptureQueriesContext

from analytics.choices import OTHERS
from analytics.datasets import series as module
from analytics.datasets.calendar import calendar_of
from analytics.datasets.series import Series, read_series
from analytics.models.periods import period_of, shifted
from core.models import Installation
from crm.choices import InteractionKind, StageKind
from crm.models import Deal, DealLine
from crm.services.interactions import NewInteraction, record_interactions
from tests.factories import (
    ContactFactory,
    DealFactory,
    LeadFactory,
    ProductFactory,
    StageFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 4, 15, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _berlin() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})


def read(as_of: datetime = AS_OF) -> dict[tuple[str, str, str, str], Series]:
    found = list(read_series(as_of))
    keyed = {(s.measure, s.grain, s.cut, s.key): s for s in found}
    assert len(keyed) == len(found)
    return keyed


def win(at: datetime, amount: Any = 100, **given: Any) -> Deal:
    stage = given.pop("stage", None) or StageFactory(kind=StageKind.WON)
    return DealFactory(stage=stage, closed_at=at, amount=amount, base_amount=amount, **given)


def test_won_deals_are_those_counted_one_by_one() -> None:
    chance, stage = Random(4), StageFactory(kind=StageKind.WON)
    owners = [UserFactory(team=TeamFactory()) for _n in range(3)]
    said: dict[Any, Any] = defaultdict(lambda: [0.0, 0])
    for _n in range(120):
        # Minutes around midnight in Berlin, in summer and in winter.
        day = AS_OF.date() - timedelta(days=chance.randrange(1, 500))
        at = datetime(day.year, day.month, day.day, 0, 10, tzinfo=BERLIN)
        at -= timedelta(minutes=chance.choice((0, 20)))
        owner, amount = chance.choice([*owners, None]), chance.randrange(1, 900)
        win(at, amount, owner=owner, stage=stage, source=chance.choice(("Fair", "")))
        for grain in ("day", "week", "month"):
            period = period_of(at.astimezone(BERLIN).date(), grain)
            for cut, key in (("total", ""), ("owner", str(owner.pk) if owner else "")):
                said[grain, cut, key, period][0] += amount
                said[grain, cut, key, period][1] += 1
    found = read()
    for measure, place in (("revenue", 0), ("deals", 1)):
        told = {
            (s.grain, s.cut, s.key, shifted(s.first, s.grain, number)): value
            for s in found.values()
            if s.measure == measure and s.cut in {"total", "owner"}
            for number, value in enumerate(s.values.tolist())
            if value
        }
        ends = {grain: calendar_of(grain, AS_OF).end for grain in ("day", "week", "month")}
        expected = {key: sums[place] for key, sums in said.items() if key[3] < ends[key[0]]}
        assert told == expected


def test_running_period_is_no_history_and_gaps_are_0() -> None:
    stage = StageFactory(kind=StageKind.WON)
    for day in (date(2026, 1, 10), date(2026, 3, 31), date(2026, 4, 1)):
        win(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), stage=stage)
    months = read()["deals", "month", "total", ""]
    assert (months.first, months.values.tolist()) == (date(2026, 1, 1), [1, 0, 1])
    weeks = read()["deals", "week", "total", ""]
    assert weeks.first == date(2026, 1, 5), "weeks begin on Monday"
    assert weeks.first + timedelta(weeks=len(weeks.values)) == date(2026, 4, 13)


def test_parts_add_up_to_the_total() -> None:
    stage = StageFactory(kind=StageKind.WON)
    one, other = ProductFactory(), ProductFactory()
    for number in range(8):
        deal = win(AS_OF - timedelta(days=40 * number + 31), 900, stage=stage, source=f"S{number}")
        if number:
            prices = ((one, "200"), (other, "100"))
            DealLine.objects.bulk_create(
                DealLine(deal=deal, product=product, unit_price=Decimal(price))
                for product, price in prices
            )
    found = read()
    for cut in ("team", "owner", "product", "source"):
        parts = [
            s for s in found.values() if (s.measure, s.grain, s.cut) == ("revenue", "month", cut)
        ]
        assert sum(s.values.sum() for s in parts) == pytest.approx(8 * 900)
    assert found["revenue", "month", "product", str(one.pk)].values.sum() == pytest.approx(7 * 600)
    assert found["revenue", "month", "product", ""].values.sum() == pytest.approx(900)
    assert found["deals", "month", "product", str(other.pk)].values.sum() == 7


def test_small_parts_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEVELS", {"day": 2, "week": 2, "month": 2})
    for number, source in enumerate(("A", "B", "C", "D")):
        for _n in range(number + 1):
            LeadFactory(source=source, captured_at=AS_OF - timedelta(days=40))
    found = {
        s.key: s.values.sum() for s in read().values() if (s.grain, s.cut) == ("month", "source")
    }
    assert found == {"D": 4, "C": 3, OTHERS: 3}


def test_deleted_lost_and_open_records_do_not_count() -> None:
    at = AS_OF - timedelta(days=60)
    win(at)
    Deal.objects.update(deleted_at=AS_OF)
    DealFactory(stage=StageFactory(kind=StageKind.LOST), closed_at=at)
    DealFactory(stage=StageFactory())
    LeadFactory(captured_at=at, deleted_at=AS_OF)
    assert read() == {}


def test_leads_without_a_capture_count_when_they_were_entered() -> None:
    LeadFactory(captured_at=None, created_at=AS_OF - timedelta(days=60))
    assert read()["leads", "month", "total", ""].first == date(2026, 2, 1)


def test_interactions_count_by_channel_on_local_days() -> None:
    contact = ContactFactory()
    moments = [
        ("Web", datetime(2026, 3, 31, 22, 30, tzinfo=UTC)),  # the first of April in Berlin
        ("Web", datetime(2026, 4, 2, 9, tzinfo=UTC)),
        ("WeChat", datetime(2026, 3, 30, 9, tzinfo=UTC)),
        ("Web", datetime(2026, 4, 15, 9, tzinfo=UTC)),  # today
    ]
    record_interactions(
        NewInteraction(
            contact=contact.pk, kind=InteractionKind.VISIT, at=at, key=str(n), channel=channel
        )
        for n, (channel, at) in enumerate(moments)
    )
    found = read()
    days = found["interactions", "day", "channel", "Web"]
    assert (days.first, days.values[:3].tolist()) == (date(2026, 4, 1), [1, 1, 0])
    assert days.values.sum() == 2
    months = found["interactions", "month", "total", ""]
    assert (months.first, months.values.tolist()) == (date(2026, 3, 1), [1])


def test_queries_do_not_grow_with_the_deals(django_assert_max_num_queries: Any) -> None:
    def queries(count: int) -> int:
        stage = StageFactory(kind=StageKind.WON)
        for number in range(count):
            win(AS_OF - timedelta(days=30 + number), stage=stage)
        with django_assert_max_num_queries(60) as seen:
            assert isinstance(seen, CaptureQueriesContext)
            list(read_series(AS_OF))
        return len(seen)

    assert queries(1) == queries(12)


def test_a_source_named_as_the_others_are_is_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(module.LEVELS, "month", 2)
    stage = StageFactory(kind=StageKind.WON)
    for number, name in enumerate((OTHERS, "A", "B", "C")):
        for _n in range(4 - number):
            win(AS_OF - timedelta(days=40), stage=stage, source=name)
    found = read()
    counted = {
        key: s.values.sum()
        for (measure, grain, cut, key), s in found.items()
        if (measure, grain, cut) == ("deals", "month", "source")
    }
    assert counted == {"A": 3, "B": 2, OTHERS: 5}
