"""What counts as a purchase, and what contacts' purchases come to."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.datasets.cohorts import purchase_cohorts
from analytics.datasets.purchases import (
    contact_ranges,
    fit_sample,
    histories_of,
    known_until,
    purchases_of,
    read_purchases,
)
from core.models import ExchangeRate, Installation
from crm.choices import InteractionKind, StageKind
from crm.models import Contact, Deal
from crm.queries.purchases import Purchases
from crm.services.interactions import NewInteraction, record_interactions
from tests.analytics.customers import buy, make_customers
from tests.factories import ContactFactory, DealFactory, StageFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db


def at(days: float) -> datetime:
    return NOW - timedelta(days=days)


def won(contact: Contact | None, days: float, amount: str | None) -> Deal:
    worth = None if amount is None else Decimal(amount)
    deal = DealFactory(contact=contact, stage=StageFactory(kind=StageKind.WON), amount=worth)
    Deal.objects.filter(pk=deal.pk).update(closed_at=at(days), base_amount=worth)
    return deal


def facts(contact: Contact, as_of: datetime = NOW) -> tuple[float, ...] | None:
    """Days and money of one contact."""
    frame = purchases_of(contact.pk, contact.pk, as_of)
    if frame.empty:
        return None
    row = frame.loc[contact.pk]
    return int(row["days"]), float(row["total"]), float(row["mean"]), float(row["repeat_mean"])


def test_days_on_which_somebody_bought_are_purchases() -> None:
    ann = ContactFactory()
    buy(ann, at(30), "10")
    buy(ann, at(20), "4")
    buy(ann, at(20) + timedelta(hours=1), "6")
    buy(ann, at(3), "50")
    buy(ContactFactory(), at(3), "7")
    frame = purchases_of(ann.pk, ann.pk, NOW)
    assert list(frame.index) == [ann.pk]
    assert facts(ann) == (3, 70, pytest.approx(70 / 3), 30), "two orders of a day are one purchase"
    known = histories_of(frame, known_until(Purchases(NOW)))
    assert known.frequency.tolist() == [2]
    assert known.recency.tolist() == pytest.approx([27 / 7])
    assert known.age.tolist() == pytest.approx([30 / 7])
    assert known.value.tolist() == [30]


def test_won_deals_of_the_main_contact_are_purchases_too() -> None:
    ann = ContactFactory()
    buy(ann, at(30), "10")
    won(ann, 20, "500")
    won(None, 20, "700")
    lost = DealFactory(contact=ann, stage=StageFactory(kind=StageKind.LOST), amount=9)
    Deal.objects.filter(pk=lost.pk).update(closed_at=at(5), base_amount=9)
    assert facts(ann) == (2, 510, 255, 500)


def test_deal_and_purchases_of_one_day_are_the_same_told_twice() -> None:
    ann = ContactFactory()
    won(ann, 20, "500")
    buy(ann, at(20), "480")
    assert facts(ann) == (1, 500, 500, pytest.approx(float("nan"), nan_ok=True))


def test_what_was_paid_back_or_deleted_is_no_purchase() -> None:
    ann = ContactFactory()
    buy(ann, at(30), "-10")
    record_interactions([NewInteraction(ann.pk, InteractionKind.PURCHASE, at(20))])
    record_interactions([NewInteraction(ann.pk, InteractionKind.VISIT, at(20), amount=Decimal(5))])
    won(ann, 10, "-3")
    Deal.objects.filter(pk=won(ann, 11, "3").pk).update(deleted_at=NOW)
    assert facts(ann) is None
    buy(ann, at(8), "0")
    assert facts(ann) is not None, "a gift with the voucher is a purchase"
    Contact.objects.filter(pk=ann.pk).update(deleted_at=NOW)
    assert facts(ann) is None


def test_what_came_later_is_not_known() -> None:
    ann = ContactFactory()
    for days in (30, 20, 10):
        buy(ann, at(days), "10")
    assert facts(ann, at(15)) == (2, 20, 10, 10)
    assert facts(ann, at(10)) == (2, 20, 10, 10), "the moment itself is not over"
    assert facts(ann, at(40)) is None


def test_money_is_in_the_base_currency_by_the_rate_of_the_day() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"base_currency": "EUR"})
    ExchangeRate.objects.create(currency="USD", valid_from=at(40).date(), rate=Decimal("0.5"))
    ExchangeRate.objects.create(currency="USD", valid_from=at(15).date(), rate=Decimal("0.9"))
    ann = ContactFactory()
    buy(ann, at(30), "10", "USD")
    buy(ann, at(10), "10", "USD")
    buy(ann, at(5), "10", "EUR")
    assert facts(ann) == (3, pytest.approx(24), pytest.approx(8), pytest.approx(9.5))


def test_purchase_without_a_rate_counts_but_is_worth_nothing_known() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"base_currency": "EUR"})
    ann = ContactFactory()
    buy(ann, at(30), "10", "EUR")
    buy(ann, at(10), "10", "JPY")
    assert facts(ann) == (2, 10, 10, pytest.approx(float("nan"), nan_ok=True))


def test_days_are_those_of_the_company() -> None:
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})
    ann = ContactFactory()
    evening = timezone.datetime(2026, 1, 5, 17, tzinfo=NOW.tzinfo)  # the 6th in Shanghai
    buy(ann, evening)
    assert purchases_of(ann.pk, ann.pk, NOW)["first"][ann.pk].date() == date(2026, 1, 6)


def test_parts_are_the_whole() -> None:
    make_customers(60)
    whole = read_purchases(Purchases(NOW))
    ranges = contact_ranges(7)
    parts = [purchases_of(each["lowest"], each["highest"], NOW) for each in ranges]
    assert sum(map(len, parts)) == len(whole) == 60
    assert sum(part["total"].sum() for part in parts) == pytest.approx(whole["total"].sum())


def test_sample_of_many_is_every_so_manieth() -> None:
    make_customers(60)
    assert fit_sample(NOW, 100).every == 1
    sample = fit_sample(NOW, 20)
    assert sample.every == 3
    found = read_purchases(sample)
    assert 0 < len(found) <= 21
    assert all(pk % 3 == 0 for pk in found.index)


def test_cohorts_add_up_to_all_purchases() -> None:
    truth = make_customers(80)
    cells, sizes = purchase_cohorts(Purchases(NOW))
    assert sum(sizes.values()) == 80
    first = {pk: days[0].date().replace(day=1) for pk, days in truth.days.items()}
    counted: dict[tuple[date, date], set[int]] = {}
    for pk, days in truth.days.items():
        for day in days:
            counted.setdefault((first[pk], day.date().replace(day=1)), set()).add(pk)
    assert {(month, later): people for month, later, people, _worth in cells} == {
        place: len(people) for place, people in counted.items()
    }
    total = read_purchases(Purchases(NOW))["total"].sum()
    assert float(sum(worth for *_place, worth in cells)) == pytest.approx(total)


def test_days_tell_first_and_further_purchases() -> None:
    truth = make_customers(50)
    new = again = 0
    for _day, first, further, _worth in Purchases(NOW).by_day():
        new, again = new + first, again + further
    assert new == 50
    assert again == sum(len({d.date() for d in days}) - 1 for days in truth.days.values())
