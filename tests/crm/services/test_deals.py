"""Deals: their value in the base currency, their way through the stages, lines, people."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.currencies import current_rates
from core.errors import Refused
from core.jobs.runner import execute_run
from core.models import AuditEvent, ExchangeRate, User
from core.services import currencies
from core.services.undo import undo_change_set
from crm.choices import BuyingRole, StageKind
from crm.models import Deal, DealLine, Pipeline, Stage, StageChange
from crm.services import deal_amounts
from crm.services.deals import (
    Ending,
    add_participant,
    line_total,
    lose_deal,
    move_deal,
    remove_participant,
    reopen_deal,
    save_deal,
    set_lines,
    win_deal,
)
from tests.changing import edit_records
from tests.factories import ContactFactory, DealFactory, ProductFactory, StageFactory, UserFactory
from tests.factories.core import NOW, add_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(db: None) -> Pipeline:
    return Pipeline.objects.get()


def stage(name: str) -> Stage:
    return Stage.objects.get(name=name)


def new_deal(by: User, **fields: object) -> Deal:
    return save_deal(deal=Deal(name="Machine", **fields), by=by, at=NOW)


def steps(deal: Deal) -> list[tuple[str | None, str]]:
    rows = StageChange.objects.filter(deal=deal).order_by("pk")
    return [(it.from_stage.name if it.from_stage else None, it.to_stage.name) for it in rows]


def rate(currency: str, day: date, value: str) -> ExchangeRate:
    return ExchangeRate(currency=currency, valid_from=day, rate=Decimal(value))


def test_product_comes_with_a_pipeline(pipeline: Pipeline) -> None:
    stages = pipeline.stages.values_list("name", "kind", "probability")
    assert list(stages) == [
        ("Qualified", "open", 10),
        ("Discovery", "open", 25),
        ("Proposal", "open", 50),
        ("Negotiation", "open", 75),
        ("Won", "won", 100),
        ("Lost", "lost", 0),
    ]


def test_new_deal_begins_in_the_first_stage_and_belongs_to_whoever_makes_it(sales: User) -> None:
    deal = new_deal(sales, amount=Decimal(100))
    assert (deal.stage.name, deal.status, deal.currency) == ("Qualified", "open", "EUR")
    assert (deal.owner, deal.team, deal.base_amount) == (sales, sales.team, Decimal(100))
    assert (deal.stage_entered_at, deal.closed_at) == (NOW, None)
    assert steps(deal) == [(None, "Qualified")]


def test_deal_without_a_pipeline_is_refused(sales: User) -> None:
    Pipeline.objects.all().delete()
    with pytest.raises(Refused, match="no pipeline"):
        new_deal(sales)


def test_move_leaves_a_step_a_trace_and_a_touch(sales: User) -> None:
    deal = new_deal(sales)
    later = NOW + timedelta(days=2)
    assert move_deal(deal=deal, stage=stage("Proposal"), by=sales, at=later)
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.stage.name, stored.stage_entered_at, stored.touched_at) == (
        "Proposal",
        later,
        later,
    )
    assert (deal.stage_id, deal.stage_entered_at) == (stored.stage_id, later)
    assert steps(deal) == [(None, "Qualified"), ("Qualified", "Proposal")]
    assert AuditEvent.objects.filter(action="move", object_id=deal.pk).count() == 1
    assert not move_deal(deal=deal, stage=stage("Proposal"), by=sales, at=later)
    assert len(steps(deal)) == 2


def test_old_move_never_takes_the_last_touch_back(sales: User) -> None:
    deal = new_deal(sales, touched_at=NOW + timedelta(days=9))
    move_deal(deal=deal, stage=stage("Proposal"), by=sales, at=NOW)
    assert Deal.objects.get(pk=deal.pk).touched_at == NOW + timedelta(days=9)


def test_deal_is_lost_with_a_reason_only(sales: User) -> None:
    deal = new_deal(sales)
    with pytest.raises(Refused, match="Say why"):
        lose_deal(deal=deal, ending=Ending("  "), by=sales, at=NOW)
    assert Deal.objects.get(pk=deal.pk).is_open
    lose_deal(deal=deal, ending=Ending("Price"), by=sales, at=NOW)
    stored = Deal.objects.get(pk=deal.pk)
    assert (stored.status, stored.lost_reason, stored.closed_at) == ("lost", "Price", NOW)


def test_won_deal_reopens_where_it_was(sales: User) -> None:
    deal = new_deal(sales)
    move_deal(deal=deal, stage=stage("Negotiation"), by=sales, at=NOW)
    win_deal(deal=deal, by=sales, at=NOW + timedelta(hours=1))
    assert (deal.status, deal.closed_at) == ("won", NOW + timedelta(hours=1))
    reopen_deal(deal=deal, by=sales, at=NOW + timedelta(hours=2))
    assert (deal.stage.name, deal.status, deal.closed_at) == ("Negotiation", "open", None)
    with pytest.raises(Refused, match="open already"):
        reopen_deal(deal=deal, by=sales, at=NOW)


def test_deal_that_was_lost_and_then_won_closed_when_it_was_won(sales: User) -> None:
    deal = new_deal(sales)
    lose_deal(deal=deal, ending=Ending("Price"), by=sales, at=NOW)
    win_deal(deal=deal, by=sales, at=NOW + timedelta(days=3))
    assert (deal.closed_at, deal.lost_reason) == (NOW + timedelta(days=3), "")


def test_saving_another_stage_is_a_move(sales: User) -> None:
    deal = new_deal(sales)
    deal.stage = stage("Won")
    save_deal(deal=deal, by=sales, at=NOW + timedelta(days=1))
    assert (deal.status, deal.closed_at) == ("won", NOW + timedelta(days=1))
    assert steps(deal)[-1] == ("Qualified", "Won")


def test_role_that_may_not_change_the_stage_may_not_move(sales: User) -> None:
    deal = new_deal(sales)
    add_rules(sales.roles.get(), ["crm.deal.stage"], "see")
    with pytest.raises(Refused, match="may not move"):
        win_deal(deal=deal, by=User.objects.get(pk=sales.pk), at=NOW)


# -- lines and people ------------------------------------------------------------------------------


def line(quantity: str, price: str, discount: str = "0", **more: object) -> DealLine:
    return DealLine(
        product=more.pop("product", None) or ProductFactory(),
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        discount_rate=Decimal(discount),
        **more,
    )


def test_value_is_the_sum_of_the_lines_while_there_are_some(sales: User) -> None:
    deal = new_deal(sales, amount=Decimal(5))
    first = line("3", "19.99", "0.1")
    set_lines(deal=deal, lines=[first, line("1", "100")], by=sales, at=NOW)
    assert deal.amount == deal.base_amount == Decimal("153.97")
    deal.amount = Decimal(1)
    assert save_deal(deal=deal, by=sales, at=NOW).amount == Decimal("153.97")
    set_lines(deal=deal, lines=[first], by=sales, at=NOW)
    assert (deal.amount, deal.lines.count()) == (Decimal("53.97"), 1)
    set_lines(deal=deal, lines=[], by=sales, at=NOW)
    assert deal.amount == Decimal("53.97")
    assert AuditEvent.objects.filter(action="lines", object_id=deal.pk).count() == 3


@pytest.mark.parametrize("bad", [("0", "1", "0"), ("1", "1", "1.5"), ("1", "1", "-0.1")])
def test_impossible_line_is_refused(bad: tuple[str, str, str], sales: User) -> None:
    deal = new_deal(sales)
    with pytest.raises(Refused):
        set_lines(deal=deal, lines=[line(*bad)], by=sales, at=NOW)
    assert not DealLine.objects.exists()


def test_people_take_part_once_each(sales: User) -> None:
    deal, contact = new_deal(sales), ContactFactory()
    add_participant(deal=deal, contact=contact, role=BuyingRole.CHAMPION, by=sales)
    add_participant(deal=deal, contact=contact, role=BuyingRole.USER, by=sales)
    assert list(deal.participants.values_list("contact", "role")) == [(contact.pk, "user")]
    assert remove_participant(deal=deal, contact=contact, by=sales)
    assert not remove_participant(deal=deal, contact=contact, by=sales)
    with pytest.raises(Refused):
        add_participant(deal=deal, contact=contact, role="boss", by=sales)
    actions = AuditEvent.objects.filter(object_id=deal.pk, action__startswith="participant")
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "participant.add",
        "participant.edit",
        "participant.remove",
    ]


# -- money -----------------------------------------------------------------------------------------


def test_value_follows_the_rate_of_the_closing_day(sales: User, administrator: User) -> None:
    for day, value in ((date(2026, 1, 1), "0.9"), (date(2026, 7, 1), "0.8")):
        currencies.save_rate(rate=rate("USD", day, value), by=administrator, at=NOW)
    usd = {"amount": Decimal(100), "currency": "USD"}
    early = new_deal(sales, close_on=date(2026, 6, 30), **usd)
    late = new_deal(sales, close_on=date(2026, 7, 1), **usd)
    before_all = new_deal(sales, close_on=date(2025, 12, 31), **usd)
    undated = new_deal(sales, **usd)
    assert [d.base_amount for d in (early, late, before_all, undated)] == [90, 80, None, 80]
    win_deal(deal=early, by=sales, at=NOW)  # in November, at the later rate
    assert early.base_amount == 80


def test_value_edited_for_many_follows_rates_and_lines(manager: User, administrator: User) -> None:
    """And so does putting it back."""
    currencies.save_rate(rate=rate("USD", date(2026, 1, 1), "0.5"), by=administrator, at=NOW)
    plain = new_deal(manager, amount=Decimal(100), currency="EUR")
    summed = new_deal(manager, currency="EUR")
    set_lines(deal=summed, lines=[line("2", "50")], by=manager, at=NOW)
    deals = Deal.objects.filter(pk__in=[plain.pk, summed.pk])

    def worths() -> list[Decimal]:
        return list(deals.order_by("pk").values_list("base_amount", flat=True))

    edit_records(rows=deals, field="amount", value="300", by=manager, at=NOW)
    assert worths() == [300, 100]
    change = edit_records(rows=deals, field="currency", value="USD", by=manager, at=NOW)
    assert worths() == [150, 50]
    undo_change_set(change_set=change, by=manager, at=NOW)
    assert worths() == [300, 100]


def test_changing_a_rate_reckons_its_deals_anew(sales: User, administrator: User) -> None:
    deal = new_deal(sales, amount=Decimal(100), currency="USD")
    other = new_deal(sales, amount=Decimal(100), currency="GBP")
    assert deal.base_amount is None
    dollars = rate("USD", date(2026, 1, 1), "0.9")
    currencies.save_rate(rate=dollars, by=administrator, at=NOW)
    assert Deal.objects.get(pk=deal.pk).base_amount == 90
    assert Deal.objects.get(pk=other.pk).base_amount is None
    dollars.rate = Decimal("0.5")
    currencies.save_rate(rate=dollars, by=administrator, at=NOW)
    assert Deal.objects.get(pk=deal.pk).base_amount == 50
    currencies.delete_rate(rate=dollars, by=administrator, at=NOW)
    assert Deal.objects.get(pk=deal.pk).base_amount is None
    assert AuditEvent.objects.filter(action="rate.apply", object_id=deal.pk).count() == 3


def test_another_base_currency_takes_the_rates_along(sales: User, administrator: User) -> None:
    euros = new_deal(sales, amount=Decimal(100))
    dollars = new_deal(sales, amount=Decimal(100), currency="USD")
    currencies.save_rate(rate=rate("USD", date(2026, 1, 1), "0.9"), by=administrator, at=NOW)
    currencies.set_base_currency(currency="USD", by=administrator, at=NOW)
    assert [str(rate) for rate in ExchangeRate.objects.all()] == ["EUR 2026-01-01: 1.11111111"]
    assert Deal.objects.get(pk=euros.pk).base_amount == Decimal("111.11")
    assert Deal.objects.get(pk=dollars.pk).base_amount == 100
    with pytest.raises(Refused, match="always worth 1"):
        currencies.save_rate(rate=rate("USD", date(2026, 1, 1), "2"), by=administrator, at=NOW)


def test_many_deals_are_a_job(
    sales: User, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deal_amounts, "AT_ONCE", 2)
    deals = [new_deal(sales, amount=Decimal(100), currency="USD") for _n in range(3)]
    runs = currencies.save_rate(rate=rate("USD", date(2026, 1, 1), "0.9"), by=administrator, at=NOW)
    assert [run.kind for run in runs] == ["crm.deal_amounts"]
    assert Deal.objects.get(pk=deals[0].pk).base_amount is None
    execute_run(runs[0].pk, wake=lambda *_given: None)
    assert set(Deal.objects.values_list("base_amount", flat=True)) == {Decimal(90)}
    runs[0].refresh_from_db()
    assert (runs[0].state, runs[0].result) == ("succeeded", {"changed": 3})


# SQLite keeps 15 digits of a decimal, two of them behind the point.
MOST_IN_SQLITE = Decimal(10) ** 13


class Money(TestCase):
    """Whatever is changed in whatever order, stored values are those that the rates say."""

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["save", "delete"]),
                st.sampled_from(["USD", "GBP"]),
                st.integers(0, 3),
                st.decimals("0.00000001", "9999", places=8),
            ),
            max_size=6,
        ),
        st.decimals("0", "9999999999", places=2),
    )
    def test_values_follow_every_change_of_rates(
        self, changes: list[tuple[str, str, int, Decimal]], amount: Decimal
    ) -> None:
        rates_given = [value for _action, _code, _place, value in changes]
        assume(amount * max(rates_given, default=0) < MOST_IN_SQLITE)
        boss = UserFactory(role="administrator")
        days = [date(2026, month, 1) for month in (1, 2, 3, 4)]
        deals = [
            DealFactory(amount=amount, currency=code, close_on=day, stage=Stage.objects.first())
            for code in ("EUR", "USD", "GBP")
            for day in (None, date(2025, 1, 1), *days)
        ]
        deal_amounts.recalculate(None, None, NOW)
        for action, code, place, value in changes:
            there = ExchangeRate.objects.filter(currency=code, valid_from=days[place]).first()
            if action == "delete" and there:
                currencies.delete_rate(rate=there, by=boss, at=NOW)
            elif action == "save":
                changed = there or rate(code, days[place], "1")
                changed.rate = value
                currencies.save_rate(rate=changed, by=boss, at=NOW)
        rates = current_rates()
        for deal in Deal.objects.filter(pk__in=[d.pk for d in deals]):
            assert deal.base_amount == rates.in_base(deal.amount, deal.currency, deal.close_on)

    @given(
        st.lists(
            st.tuples(
                st.decimals("0.01", "9999", places=2),
                st.decimals("0", "99999", places=2),
                st.decimals("0", "1", places=4),
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_value_is_always_the_sum_of_the_lines(
        self, rows: list[tuple[Decimal, Decimal, Decimal]]
    ) -> None:
        by, product = UserFactory(role="sales"), ProductFactory()
        deal = save_deal(deal=Deal(name="x"), by=by, at=NOW)
        lines = [line(*map(str, row), product=product) for row in rows]
        set_lines(deal=deal, lines=lines, by=by, at=NOW)
        stored = Deal.objects.get(pk=deal.pk)
        assert stored.amount == sum(line_total(it) for it in stored.lines.all())

    @given(st.lists(st.integers(0, 5), max_size=8))
    def test_steps_always_join(self, moves: list[int]) -> None:
        by = UserFactory(role="sales")
        deal = save_deal(deal=Deal(name="x"), by=by, at=NOW)
        stages = list(Stage.objects.all())
        for number, place in enumerate(moves, start=1):
            at = NOW + timedelta(hours=number)
            move_deal(deal=deal, stage=stages[place], by=by, at=at, ending=Ending("because"))
        rows = list(StageChange.objects.filter(deal=deal).order_by("at", "pk"))
        assert rows[0].from_stage is None
        assert all(a.to_stage_id == b.from_stage_id for a, b in pairwise(rows))
        stored = Deal.objects.get(pk=deal.pk)
        assert rows[-1].to_stage_id == stored.stage_id
        assert (stored.closed_at is None) == (stored.status == StageKind.OPEN)
        assert (stored.lost_reason != "") == (stored.status == StageKind.LOST)


def test_stage_of_another_pipeline_takes_the_deal_there(sales: User) -> None:
    deal, other = new_deal(sales), StageFactory()
    move_deal(deal=deal, stage=other, by=sales, at=NOW)
    assert Deal.objects.get(pk=deal.pk).pipeline == other.pipeline
