"""The sample company is plausible, in two languages, and the same for the same day."""

import re
from collections import Counter
from datetime import UTC, date, datetime, time
from statistics import median

from sklearn.metrics import roc_auc_score

from crm.choices import ActivityKind, LeadStatus, StageKind
from crm.services.sample.cast import SampleCompany
from crm.services.sample.enquiries import DEMO, _chance_of
from crm.services.sample.story import tell
from tests.crm.services.sample.conftest import KEYS, TODAY, setting_of

END = datetime.combine(TODAY, time(), UTC)
CHINESE = re.compile("[一-鿿]")
# Numbers that regulators keep free, and an area code that does not exist.
PHONES = re.compile(
    r"\+1 202-555-01\d\d|\+44 20 7946 0\d{3}|\+49 30 23125 \d{3}|\+33 1 99 00 \d\d 17"
    r"|\+46 8 465 004 \d\d|\+86 100 5550 \d{4}"
)


def said(company: SampleCompany) -> list[object]:
    """What the company says, apart from the moment it was told."""
    return [
        [(firm.record.name, firm.record.domain, firm.record.custom) for firm in company.firms],
        [(p.record.name, p.record.email, p.record.created_at) for p in company.people],
        [(e.record.status, e.record.captured_at, e.record.closed_at) for e in company.enquiries],
        [(s.record.name, s.record.amount, s.record.closed_at) for s in company.sales],
        [(a.kind, a.subject, a.at, a.done_at) for a in company.activities],
        [(what.kind, what.at, what.key, what.amount) for _contact, what in company.interactions],
    ]


def test_the_same_day_tells_the_same_company(company: SampleCompany) -> None:
    assert said(tell(setting_of(), KEYS)) == said(company)


def test_another_day_tells_a_company_that_ends_there() -> None:
    other = tell(setting_of(date(2027, 2, 28)), KEYS)
    assert max(item.captured_at for item in other.enquiries).date() == date(2027, 2, 27)


def test_there_is_as_much_as_a_real_company_has(company: SampleCompany) -> None:
    assert len(company.firms) == 300
    assert len(company.people) == 3_000
    assert len(company.enquiries) == 2_500
    assert len(company.sales) == 600
    assert 9_000 < len(company.activities) < 15_000
    assert 32_000 < len(company.interactions) < 48_000


def test_a_third_speaks_chinese(company: SampleCompany) -> None:
    chinese = [firm for firm in company.firms if CHINESE.search(firm.record.name)]
    assert 0.28 < len(chinese) / len(company.firms) < 0.38
    assert all(firm.record.country == "中国" for firm in chinese)
    for firm in company.firms:
        for person in firm.people:
            assert bool(CHINESE.search(person.record.name)) == firm.is_chinese
            assert bool(CHINESE.search(person.record.job_title)) == firm.is_chinese
    notes = Counter(
        bool(CHINESE.search(a.body)) for a in company.activities if a.kind == ActivityKind.NOTE
    )
    assert min(notes[True], notes[False]) > 200


def test_names_and_addresses_belong_to_nobody(company: SampleCompany) -> None:
    for person in company.people:
        assert re.fullmatch(r"[a-z0-9.-]+@[a-z-]+\.example\.(com|org|net)", person.record.email)
        assert not person.record.phone or PHONES.fullmatch(person.record.phone)
    for firm in company.firms:
        assert not firm.record.phone or PHONES.fullmatch(firm.record.phone)
    emails = [person.record.email for person in company.people]
    assert len(set(emails)) == len(emails)
    assert len({firm.record.name for firm in company.firms}) == len(company.firms)
    assert len({firm.record.domain for firm in company.firms}) == len(company.firms)


def test_nothing_happens_before_a_contact_exists_or_after_yesterday(company: SampleCompany) -> None:
    for firm in company.firms:
        assert all(firm.record.created_at <= person.record.created_at for person in firm.people)
    for contact, what in company.interactions:
        assert contact.created_at <= what.at < END
    for item in company.enquiries:
        assert item.captured_at < END
        if item.person:
            assert item.person.record.created_at < item.captured_at
    for part in company.participations:
        assert part.contact.created_at < part.event.starts_at


def test_people_work_on_working_days(company: SampleCompany) -> None:
    for activity in company.activities:
        assert activity.at.weekday() < 5
        assert activity.created_at <= END
        if activity.done_at:
            assert activity.contact.created_at <= activity.at <= activity.done_at
            assert activity.at < END
        else:
            assert activity.created_at < activity.at


def test_leads_close_after_they_came_and_calls_come_in_between(company: SampleCompany) -> None:
    for item in company.enquiries:
        lead = item.record
        assert (lead.closed_at is not None) == (not lead.is_open)
        if lead.closed_at:
            assert lead.captured_at < lead.closed_at < END
        assert bool(lead.lost_reason) == (lead.status in (LeadStatus.LOST, LeadStatus.UNQUALIFIED))
    for activity in company.activities:
        if activity.lead and activity.done_at:
            assert activity.lead.captured_at < activity.at
            assert not activity.lead.closed_at or activity.at < activity.lead.closed_at


def test_deals_walk_through_their_stages_in_order(company: SampleCompany) -> None:
    for sale in company.sales:
        deal, moments = sale.record, [change.at for change in sale.changes]
        assert moments == sorted(moments)
        assert moments[0] == sale.created_at
        assert moments[-1] == deal.stage_entered_at < END
        assert [c.from_stage for c in sale.changes[1:]] == [c.to_stage for c in sale.changes[:-1]]
        assert sale.changes[-1].to_stage == deal.stage
        assert (deal.closed_at is not None) == (deal.status != StageKind.OPEN)
        assert bool(deal.lost_reason) == (deal.status == StageKind.LOST)
        assert deal.close_on >= sale.created_at.date()
        assert sale.person.record.created_at <= sale.created_at
        if deal.lead:
            assert deal.lead.status == LeadStatus.CONVERTED
            assert deal.lead.closed_at <= sale.created_at


def test_amounts_are_sums_of_lines_and_grow_with_the_company(company: SampleCompany) -> None:
    small, large = [], []
    for sale in company.sales:
        lines = sum(
            line.quantity * line.unit_price * (1 - line.discount_rate) for line in sale.lines
        )
        assert abs(lines - sale.record.amount) < 1
        assert sale.record.base_amount > 0
        group = small if (sale.person.firm.record.employees or 0) < 150 else large
        group.append(sale.record.base_amount)
    assert float(median(small)) * 1.2 < float(median(large))
    assert len({sale.record.currency for sale in company.sales}) >= 5


def test_a_score_has_something_true_to_find(company: SampleCompany) -> None:
    closed = [item for item in company.enquiries if item.record.closed_at]
    outcome = [item.record.status == LeadStatus.CONVERTED for item in closed]
    truth = [_chance_of(item, item.record.custom[DEMO]) for item in closed]
    assert 0.2 < sum(outcome) / len(outcome) < 0.35
    assert 0.77 < roc_auc_score(outcome, truth) < 0.87
    assert len(closed) > 2_200


def test_business_grows_customers_buy_again_and_some_leave(company: SampleCompany) -> None:
    half = TODAY.toordinal() - 365
    later = sum(item.captured_at.date().toordinal() > half for item in company.enquiries)
    assert later > 0.54 * len(company.enquiries)
    bought = Counter(contact.email for contact, what in company.interactions if what.amount)
    assert len(bought) > 80
    assert max(bought.values()) > 5 * median(bought.values())
    assert 8 < sum(firm.left_on is not None for firm in company.firms) < 60


def test_everything_has_somebody_who_looks_after_it(company: SampleCompany) -> None:
    owners = Counter(firm.record.owner.pk for firm in company.firms)
    assert len(owners) == 4
    assert all(sale.record.owner for sale in company.sales)
    without = [item for item in company.enquiries if item.record.owner is None]
    assert all((TODAY - item.captured_at.date()).days <= 2 for item in without)
