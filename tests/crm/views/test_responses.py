"""Response times on a page: figures that are right, and lists behind them that show the same leads."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import Reach
from core.conditions import Viewpoint
from core.models import SavedView, User
from core.time_limits import TookTooLong
from crm.choices import LeadStatus, ResponseClock
from crm.models import Lead, ResponseTarget
from crm.pages.response_times import response_page
from crm.queries import kept
from crm.queries import response_times as times
from crm.queries.response_times import response_times
from tests.factories import LeadFactory, RoleFactory, UserFactory

LogIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
PAGE = "/leads/response/"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def answered(owner: User, hours: str, days_ago: int = 1, **given: Any) -> Lead:
    at = timezone.localtime().replace(hour=12) - timedelta(days=days_ago)
    made: Lead = LeadFactory(
        owner=owner,
        status=LeadStatus.WORKING,
        first_touch_at=at,
        response_hours=Decimal(hours),
        **given,
    )
    return made


def numbers_in(client: Client, url: str) -> int:
    shown = client.get(unescape(url)).content.decode()
    return len(re.findall(r'type="checkbox"[^>]*name="ids"|name="ids"[^>]*type="checkbox"', shown))


def test_figures_are_those_of_both_periods(manager: User, sales: User) -> None:
    for hours in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"):
        answered(sales, hours, source="Fair")
    answered(manager, "20", source="Web")
    answered(sales, "30", days_ago=31, source="Fair")
    answered(sales, "99", days_ago=61)
    found = response_times(Viewpoint(manager, timezone.localtime()), 30)
    now, before = found.figures, found.figures_before
    assert (now.answered, now.median, now.ninth, now.within) == (11, 6, 10, 8)
    assert (before.answered, before.median, before.within) == (1, 30, 0)
    by_source = {line.key: (line.now.answered, line.before.answered) for line in found.sources}
    assert by_source == {"Fair": (10, 1), "Web": (1, 0)}
    by_person = {line.key: line.now.answered for line in found.people}
    assert by_person == {sales: 10, manager: 1}


def test_each_figure_opens_the_leads_it_is_made_of(manager: User, log_in: LogIn) -> None:
    for hours in ("2", "7", "9"):
        answered(manager, hours, source="Fair, in Bonn")
    answered(manager, "40", days_ago=40, source="Fair, in Bonn")
    LeadFactory(owner=manager)
    client = log_in(manager)
    context = response_page(Viewpoint(manager, timezone.localtime()), 30)
    whole, median, slow, within = (numbers_in(client, item["url"]) for item in context["kpis"])
    assert (whole, median, slow, within) == (3, 2, 1, 2)
    assert [numbers_in(client, row["url"]) for row in context["sources"]] == [3]
    assert [numbers_in(client, row["slow_url"]) for row in context["people"]] == [1]
    waiting = {row["url"]: row["value"] for row in context["waiting"]}
    assert [numbers_in(client, url) for url in waiting] == [int(n) for n in waiting.values()]
    assert numbers_in(client, context["inbox_url"]) == 1


def test_figures_of_many_leads_are_kept_for_their_reader(
    manager: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(client: Client, address: str = PAGE) -> tuple[int, list[User]]:
        found = client.get(address).context["found"]
        return found.figures.answered, [line.key for line in found.people]

    monkeypatch.setattr(kept, "FEW", 0)
    client = log_in(manager)
    answered(manager, "2")
    assert shown(client) == (1, [manager])
    answered(manager, "3")
    assert shown(client) == (1, [manager])
    assert shown(log_in(UserFactory(role="manager"))) == (2, [manager])
    assert shown(client, f"{PAGE}?days=30&anew=1") == (2, [manager])


def test_counting_that_takes_too_long_says_so(
    manager: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_given: object) -> None:
        raise TookTooLong

    monkeypatch.setattr(times, "_count", stopped)
    shown = log_in(manager).get(PAGE).content.decode()
    assert "This report took too long" in shown
    assert f"{PAGE}?days=7" in shown


def test_page_needs_few_queries_whatever_is_there(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    assert "No lead was answered" in client.get(PAGE).content.decode()
    answered(manager, "3")
    few = count()
    for each in range(6):
        answered(UserFactory(team=manager.team), str(each), source=f"Source {each}")
    assert count() == few <= 15


def test_only_what_may_be_seen_is_counted(sales: User, log_in: LogIn) -> None:
    answered(UserFactory(), "3")
    assert "No lead was answered" in log_in(sales).get(PAGE).content.decode()
    role = RoleFactory(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.first_touch"])
    assert log_in(UserFactory(roles=[role])).get(PAGE).status_code == 404


def test_target_is_changed_on_its_page(administrator: User, sales: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    given = {"hours": 4, "days": [0, 1, 2, 3], "opens_at": "08:00", "closes_at": "16:30"}
    assert client.post("/settings/response/", {**given, "closes_at": "07:00"}).status_code == 422
    assert client.post("/settings/response/", {**given, "days": []}).status_code == 422
    assert client.post("/settings/response/", given).status_code == 302
    target = ResponseTarget.current()
    assert (target.hours, target.days, str(target.closes_at)) == (4, [0, 1, 2, 3], "16:30:00")
    assert log_in(sales).get("/settings/response/").status_code == 403


def test_inbox_shows_the_new_ones_that_wait_and_whose(manager: User, log_in: LogIn) -> None:
    mine = LeadFactory(owner=manager)
    LeadFactory(owner=manager, status=LeadStatus.WORKING)
    answered(manager, "3")
    late = LeadFactory(owner=None, team=manager.team)
    Lead.objects.filter(pk=late.pk).update(clock=ResponseClock.OVER)
    client = log_in(manager)
    view = SavedView.objects.get(object_type="crm.lead", name="New leads")
    shown = client.get(reverse("lead_list"), {"view": view.pk}).content.decode()
    # Phones have them in a menu.
    links = list(
        dict.fromkeys(
            re.findall(
                r'<a href="(/leads/\?[^"]*)"[^>]*>(All|Mine|My team&#x27;s|Nobody&#x27;s)</a>',
                shown,
            )
        )
    )
    assert len(links) == 4
    found = {name: numbers_in(client, url) for url, name in links}
    assert found["All"] == numbers_in(client, f"/leads/?view={view.pk}") >= 1
    assert found["Mine"] == 1
    assert mine.get_absolute_url() in client.get(unescape(links[1][0])).content.decode()
    plain = client.get(reverse("lead_list")).content.decode()
    assert "Nobody&#x27;s" not in plain


def test_list_with_the_clock_makes_no_query_per_row(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    query = {"columns": "awaits,clock,response,first_touch,returns", "sort": "awaits"}

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("lead_list"), query)
        return len(found)

    LeadFactory(owner=manager)
    client.get(reverse("lead_list"), query)
    few = count()
    for _each in range(5):
        answered(manager, "3")
        LeadFactory(owner=manager, returns_on=timezone.localdate())
    assert count() == few
