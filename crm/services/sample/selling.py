"""Products, and the deals that came of leads and customers, step by step."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from core.choices import Currency
from crm.choices import (
    BuyingRole,
    CompanyKind,
    DealKind,
    ForecastCategory,
    LeadStatus,
    LifecycleStage,
    StageKind,
)
from crm.models import Deal, DealContact, DealLine, Product, StageChange
from crm.services.sample.cast import Enquiry, Firm, Person, Sale, Setting
from crm.services.sample.chance import at_work, midnight, one, sigmoid, stream, workday
from crm.services.sample.customers import best_contact
from crm.services.sample.enquiries import size_of
from crm.services.sample.words import LOST_REASONS, NEXT_STEPS, PRODUCTS

EUR = "EUR"
FROM_LEADS = 440
TO_CUSTOMERS = 160
WIN_BASE = -0.5
CYCLE_DAYS = 62
COMPETED = 0.3  # of the deals that were not lost to a competitor
CAMERAS = ("HV-5", "HV-12", "HV-3D")
FIT_FOR_ALL = ("HL-R", "HL-B", "HC-1", "HS-I", "HS-R", "HT-1", "HT-2")


def make_products(setting: Setting) -> list[Product]:
    return [
        Product(
            name=name,
            sku=f"{code}-S",
            category=category,
            unit=unit,
            price=Decimal(price),
            currency=Currency.EUR,
            owner=setting.marketer,
            team=setting.marketer.team,
            created_at=midnight(setting.today - timedelta(days=760)),
            is_sample=True,
        )
        for code, name, category, unit, price, _again in PRODUCTS
    ]


def make_sales(
    enquiries: list[Enquiry], firms: list[Firm], products: list[Product], setting: Setting
) -> list[Sale]:
    """A deal for most converted leads; customers then expand and renew."""
    chance = stream("deals")
    by_code = {str(product.sku).removesuffix("-S"): product for product in products}
    converted = [
        item
        for item in enquiries
        if item.record.status == LeadStatus.CONVERTED and item.person is not None
    ]
    chosen = sorted(
        chance.sample(converted, min(FROM_LEADS, len(converted))),
        key=lambda item: item.record.closed_at,
    )
    sales = [_first_sale(item, by_code, setting, chance) for item in chosen]
    sales += _later_sales(firms, TO_CUSTOMERS + FROM_LEADS - len(sales), by_code, setting, chance)
    sales.sort(key=lambda sale: sale.created_at)
    for number, sale in enumerate(sales, start=1):
        sale.record.external_id = f"sample-deal-{number}"
    _name_competitors(sales, setting)
    _say_who_is_customer(firms, setting.today)
    return sales


def _first_sale(
    item: Enquiry, products: dict[str, Product], setting: Setting, chance: Random
) -> Sale:
    person = item.person
    if person is None:
        raise ValueError("A deal needs a person.")
    wins = (
        WIN_BASE + 0.5 * item.source.weight + 0.35 * person.job.weight + 0.4 * person.firm.trade.fit
    )
    sale = _sale(person, item.record.closed_at, DealKind.NEW, wins, products, setting, chance)
    sale.record.lead = item.record
    sale.record.source = item.record.source
    return sale


def _later_sales(
    firms: list[Firm], count: int, products: dict[str, Product], setting: Setting, chance: Random
) -> Iterator[Sale]:
    """Renewals and expansions, only of companies that have bought before."""
    settled = setting.today - timedelta(days=10)
    customers = [firm for firm in firms if firm.won_on and firm.won_on < settled]
    for _number in range(count):
        firm = chance.choice(customers)
        first = firm.won_on or setting.today
        span = max(1, (setting.today - first).days - 5)
        day = workday(first + timedelta(days=chance.randrange(span)))
        created = at_work(chance, day, firm.country.region)
        kind = chance.choice([DealKind.EXPANSION, DealKind.RENEWAL])
        yield _sale(best_contact(firm), created, kind, WIN_BASE + 0.6, products, setting, chance)


def _sale(
    person: Person,
    created: datetime,
    kind: DealKind,
    wins: float,
    products: dict[str, Product],
    setting: Setting,
    chance: Random,
) -> Sale:
    firm = person.firm
    currency = firm.country.currency
    lines = _lines(firm, kind, currency, created.date(), products, setting, chance)
    amount = sum((_total(line) for line in lines), Decimal(0))
    deal = Deal(
        name=_title(firm, kind, chance),
        company=firm.record,
        contact=person.record,
        kind=kind,
        amount=amount,
        currency=Currency(currency),
        created_at=created,
        owner=firm.record.owner,
        team=firm.record.team,
        custom={},
        is_sample=True,
    )
    changes = _steps(deal, firm, created, wins, setting, chance)
    is_neglected = deal.status == StageKind.OPEN and chance.random() < 0.14
    _say_prospects(deal, firm, setting, chance)
    _convert(deal, setting)
    return Sale(deal, person, created, changes, lines, is_neglected)


def _title(firm: Firm, kind: DealKind, chance: Random) -> str:
    short = (
        firm.record.name.split("有限公司")[0]
        if firm.is_chinese
        else firm.record.name.rsplit(" ", 1)[0]
    )
    what = {
        DealKind.NEW: (
            ("inspection line", "检测线"),
            ("robot guidance", "机器人引导项目"),
            ("code reading", "读码项目"),
            ("pilot line", "试点产线"),
        ),
        DealKind.EXPANSION: (("second line", "二期产线"), ("retrofit", "产线改造")),
        DealKind.RENEWAL: (("service contract", "服务合同"), ("licence renewal", "软件续费")),
    }[kind]
    words = one(chance, chance.choice(what), firm.is_chinese)
    return f"{short}{words}" if firm.is_chinese else f"{short}: {words}"


# -- what is sold --------------------------------------------------------------------------------


def _lines(
    firm: Firm,
    kind: DealKind,
    currency: str,
    day: date,
    products: dict[str, Product],
    setting: Setting,
    chance: Random,
) -> list[DealLine]:
    """More cameras for larger companies; prices in the deal's currency by the day's rate."""
    stations = max(1, int(math.exp(chance.gauss(0.9 + 0.45 * size_of(firm), 0.45))))
    if kind == DealKind.RENEWAL:
        codes = ["HP-S", *chance.sample(("HS-I", "HS-R"), chance.randrange(2))]
    else:
        codes = [chance.choice(CAMERAS), *chance.sample(FIT_FOR_ALL, chance.randrange(2, 5))]
    discount = Decimal(chance.choice(("0", "0", "0", "0.05", "0.08", "0.10", "0.12")))
    return [
        DealLine(
            product=products[code],
            quantity=Decimal(
                max(1, stations if products[code].unit == "piece" else (stations + 1) // 2)
            ),
            unit_price=_price(products[code], currency, day, setting),
            discount_rate=discount,
            position=position,
        )
        for position, code in enumerate(codes)
    ]


def _price(product: Product, currency: str, day: date, setting: Setting) -> Decimal:
    """The list price in another currency, rounded to tens as price lists are."""
    euros, other = setting.rate_on(EUR, day), setting.rate_on(currency, day)
    if euros is None or other is None:
        return Decimal(product.price or 0)
    return Decimal(max(10, round(float(product.price or 0) * euros / other, -1)))


def _total(line: DealLine) -> Decimal:
    return (line.quantity * line.unit_price * (1 - line.discount_rate)).quantize(Decimal("0.01"))


def _convert(deal: Deal, setting: Setting) -> None:
    """Into the base currency by the rate of the closing day, at most today's."""
    day = min(deal.close_on or setting.today, setting.today)
    rate = setting.rate_on(deal.currency, day)
    if rate is not None and deal.amount is not None:
        deal.base_amount = (deal.amount * Decimal(rate)).quantize(Decimal("0.01"))


# -- how it went ---------------------------------------------------------------------------------


def _steps(
    deal: Deal, firm: Firm, created: datetime, wins: float, setting: Setting, chance: Random
) -> list[StageChange]:
    """From stage to stage until it is won, lost, or today."""
    is_won = chance.random() < sigmoid(wins)
    cycle = CYCLE_DAYS * math.exp(chance.gauss(0.12 * size_of(firm) - 0.25 * (not is_won), 0.45))
    cycle = cycle / 3 if deal.kind == DealKind.RENEWAL else cycle
    reached = len(setting.stages) if is_won else chance.randrange(1, len(setting.stages) + 1)
    path = [*setting.stages[:reached], setting.won if is_won else setting.lost]
    pace = [chance.uniform(0.5, 1.5) for _stage in path[1:]]
    changes, at, before = [], created, None
    for stage, share in zip(path, [0.0, *pace], strict=True):
        day = at.date() + timedelta(days=max(1, round(cycle * share / max(1.0, sum(pace)))))
        moment = created if before is None else at_work(chance, day, firm.country.region)
        if moment >= midnight(setting.today):
            break
        changes.append(
            StageChange(from_stage=before, to_stage=stage, at=moment, by=firm.record.owner)
        )
        at, before = moment, stage
    _stand(deal, firm, changes, created.date() + timedelta(days=round(cycle)), setting, chance)
    return changes


def _stand(
    deal: Deal,
    firm: Firm,
    changes: list[StageChange],
    expected: date,
    setting: Setting,
    chance: Random,
) -> None:
    last = changes[-1]
    deal.stage = last.to_stage
    deal.stage_entered_at = last.at
    deal.normalise()
    if deal.status == StageKind.OPEN:
        late = setting.today - timedelta(days=chance.randrange(1, 20))
        ahead = setting.today + timedelta(days=chance.randrange(0, 75))
        deal.close_on = (
            expected if expected > setting.today else chance.choice((late, ahead, ahead))
        )
        deal.close_on = max(deal.close_on, last.at.date())
        return
    deal.closed_at = last.at
    deal.close_on = last.at.date()
    if deal.status == StageKind.LOST:
        deal.lost_reason = one(chance, chance.choice(LOST_REASONS), firm.is_chinese)
    elif firm.won_on is None or deal.close_on < firm.won_on:
        firm.won_on = deal.close_on


def _say_prospects(deal: Deal, firm: Firm, setting: Setting, chance: Random) -> None:
    """What whoever sells thinks of an open deal."""
    if deal.status != StageKind.OPEN:
        return
    deal.next_step = one(chance, chance.choice(NEXT_STEPS), firm.is_chinese)
    is_late = deal.stage_id == setting.stages[-1].pk
    deal.forecast_category = ForecastCategory.COMMIT if is_late else ForecastCategory.PIPELINE
    if chance.random() < 0.2:
        deal.forecast_category = ForecastCategory.BEST_CASE


def _name_competitors(sales: list[Sale], setting: Setting) -> None:
    """Who else wanted to sell: of those who lost to one, and of some others that are closed."""
    if not setting.competitors:
        return
    chance = stream("competitors")
    for sale in sales:
        deal = sale.record
        is_named = deal.lost_reason in LOST_REASONS[1] or chance.random() < COMPETED
        if deal.status != StageKind.OPEN and is_named:
            deal.competitor = chance.choices(setting.competitors, (5, 3, 2))[0]


def participants(sale: Sale) -> list[DealContact]:
    """The main contact, and up to two colleagues who were there before the deal."""
    chance = stream(f"part:{sale.record.external_id}")
    roles = (BuyingRole.DECISION_MAKER, BuyingRole.EVALUATOR, BuyingRole.PROCUREMENT)
    others = [
        person
        for person in sale.person.firm.people
        if person is not sale.person and person.record.created_at <= sale.created_at
    ][: chance.randrange(3)]
    people = [sale.person, *others]
    return [
        DealContact(deal=sale.record, contact=person.record, role=role)
        for person, role in zip(people, roles, strict=False)
    ]


def _say_who_is_customer(firms: list[Firm], today: date) -> None:
    """Who has bought is a customer; some of them stop buying after a while."""
    chance = stream("churn")
    for firm in firms:
        if firm.won_on is None:
            continue
        firm.record.kind = CompanyKind.CUSTOMER
        best_contact(firm).record.lifecycle_stage = LifecycleStage.CUSTOMER
        stays = int(chance.expovariate(1 / 900))
        if firm.won_on + timedelta(days=stays + 120) < today:
            firm.left_on = firm.won_on + timedelta(days=stays)
            firm.record.kind = CompanyKind.FORMER
