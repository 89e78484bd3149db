"""How a deal stands, on its page, in lists and on the page about the model."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import FieldAccess, Reach
from core.models import FieldRule, User
from crm.choices import StaleReason
from crm.models import Deal, DealOutlook
from tests.analytics.deals import make_deals, make_stages
from tests.analytics.jobs.test_win_probability import compute
from tests.factories import (
    DealFactory,
    DealOutlookFactory,
    ModelVersionFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
MODEL = reverse("win_probability_model")


def page_of(deal: Deal, client: Client) -> str:
    return client.get(deal.get_absolute_url()).content.decode()


@pytest.fixture
def outlook(sales: User) -> DealOutlook:
    version = ModelVersionFactory(kind="analytics.win_probability", state="champion")
    return DealOutlookFactory(
        deal=DealFactory(owner=sales),
        version=version,
        as_of=timezone.now(),
        closes_on=date(2027, 3, 1),
        closes_from=date(2027, 2, 1),
        closes_to=date(2027, 4, 1),
    )


def test_panel_says_chance_range_average_and_reasons(
    outlook: DealOutlook, sales: User, log_in: LogIn
) -> None:
    found = page_of(outlook.deal, log_in(sales))
    assert "range 30% to 50%" in found
    assert "won from this stage: 35%" in found
    assert "Fair" in found
    assert "All other fields: −7" in found
    assert "80% end between" in found


def test_without_signal_the_panel_says_so(outlook: DealOutlook, sales: User, log_in: LogIn) -> None:
    DealOutlook.objects.update(has_signal=False, reasons=[])
    assert "No usable signal in these fields" in page_of(outlook.deal, log_in(sales))


def test_stale_deal_says_why(outlook: DealOutlook, sales: User, log_in: LogIn) -> None:
    Deal.objects.update(created_at=timezone.now() - timedelta(days=210))
    DealOutlook.objects.update(stale=StaleReason.OLD, oldest_days=138, closes_on=None)
    found = page_of(outlook.deal, log_in(sales))
    assert "Open for 210 days; 99% of closed deals took at most 138." in found
    assert "hardly any deal was open for so long" in found


def test_hidden_fields_are_no_reasons(outlook: DealOutlook, log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    FieldRule.objects.create(role=role, field="crm.deal.source", access=FieldAccess.NONE)
    found = page_of(outlook.deal, log_in(UserFactory(roles=[role])))
    assert "range 30% to 50%" in found
    assert "Fair" not in found
    assert "Why this chance" not in found, "no other reason is known"


def test_whoever_may_not_see_the_chance_sees_nothing_of_it(
    outlook: DealOutlook, log_in: LogIn
) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    FieldRule.objects.create(role=role, field="crm.deal.probability", access=FieldAccess.NONE)
    client = log_in(UserFactory(roles=[role]))
    assert "Win probability" not in page_of(outlook.deal, client)
    assert "40%" not in client.get("/deals/?columns=win_chance").content.decode()


def test_list_shows_sorts_and_filters(sales: User, log_in: LogIn) -> None:
    version = ModelVersionFactory(kind="analytics.win_probability")
    for name, chance, stale in (("Low", 0.1, "old"), ("High", 0.9, ""), ("Middle", 0.5, "")):
        deal = DealFactory(owner=sales, name=f"{name} one")
        DealOutlookFactory(
            deal=deal, version=version, probability=chance, low=0, high=1, stale=stale
        )
    DealFactory(owner=sales, name="New one")
    client = log_in(sales)
    found = client.get("/deals/?columns=win_chance,stale&sort=-win_chance").content.decode()
    places = [found.index(f"{name} one") for name in ("High", "Middle", "Low", "New")]
    assert places == sorted(places)
    assert "Range 0% to 100%" in found
    found = client.get("/deals/?columns=win_chance&if=stale:is:old").content.decode()
    assert "Low one" in found
    assert "High one" not in found


def test_cards_say_the_chance_and_its_change_in_a_week(
    outlook: DealOutlook, sales: User, log_in: LogIn
) -> None:
    client, board = log_in(sales), "/deals/?as=board"
    assert "points in 7 days" not in client.get(board).content.decode(), "it is a new deal"
    for before, shown in ((0.33, "up|+7"), (0.52, "down|−12"), (0.401, "t3|0")):
        DealOutlook.objects.update(earlier_probability=before)
        tone, words = shown.split("|")
        found = client.get(board).content.decode()
        assert "Win probability 40%, range 30% to 50%" in found
        assert (
            f'<span class="sm tn {tone}" title="{words} points in 7 days">{words}</span>' in found
        )
    said = client.get(f"{board}&columns=win_chance,probability").content.decode()
    assert "Chance in %" not in said, "nobody says one"
    Deal.objects.update(probability=65)
    said = client.get(f"{board}&columns=win_chance,probability").content.decode()
    assert '<span class="t3">Chance in %</span>' in said
    said = client.get(f"{board}&columns=probability").content.decode()
    assert "Win probability 40%" not in said
    assert "Chance 65%" in said


def test_panel_says_what_it_was_a_week_before(
    outlook: DealOutlook, sales: User, log_in: LogIn
) -> None:
    DealOutlook.objects.update(
        earlier_probability=0.524, earlier_at=timezone.now() - timedelta(days=7)
    )
    found = page_of(outlook.deal, log_in(sales))
    assert "−12 points since" in found
    assert "when it was 52%" in found


def test_model_page_before_there_is_one(manager: User, log_in: LogIn) -> None:
    assert "The win probability is not known yet" in log_in(manager).get(MODEL).content.decode()


def test_model_page_shows_figures_calibration_and_shares(manager: User, log_in: LogIn) -> None:
    make_deals(900, make_stages())
    compute()
    found = log_in(manager).get(MODEL).content.decode()
    for words in ("Won from each stage", "Second", "Calibration", "AUC", "What drives the chance"):
        assert words in found, words
    assert "No usable signal" not in found


def test_model_page_says_when_there_is_no_signal(manager: User, log_in: LogIn) -> None:
    make_deals(900, make_stages(), signal=0)
    compute()
    found = log_in(manager).get(MODEL).content.decode()
    assert "No usable signal in these fields" in found
    assert "chance is 0.5" in found
    assert "Calibration" not in found


def test_stale_deals_are_counted_and_listed(manager: User, log_in: LogIn) -> None:
    version = ModelVersionFactory(
        kind="analytics.win_probability",
        state="champion",
        algorithm="base_rates",
        metrics={},
        parameters={"why_not": "few_positives", "counts": {"0": [3, 9, 0.1, 0.6]}, "oldest": 138.0},
    )
    DealOutlookFactory(version=version, stale=StaleReason.OLD)
    DealOutlookFactory(version=version)
    client = log_in(manager)
    found = client.get(MODEL)
    assert "1 open deal is stale" in found.content.decode()
    rows = client.get(found.context["stale"]["url"]).content.decode()
    assert rows.count('class="name"') <= 1 or "1 matching" in rows
