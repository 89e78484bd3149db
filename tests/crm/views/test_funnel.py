"""The funnel report: every number is that of the list it opens, with every filter and for everybody."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import openpyxl
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.choices import FieldAccess, Reach
from core.conditions import Criterion, to_parameter
from core.models import AuditEvent, User
from crm.models import Competitor, Deal, DealLine, Pipeline, Stage, StageChange
from crm.queries import kept
from tests.factories import DealFactory, ProductFactory, RoleFactory, TeamFactory, UserFactory
from tests.factories.core import add_rules

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGE = "/deals/funnel/"
LINK = re.compile(r'<a (?!class="days")[^>]*href="(/deals/\?[^"]+)"[^>]*>\s*([\d,]+)\s*</a>')


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def stages() -> list[Stage]:
    return list(Stage.objects.filter(pipeline__name="New business").order_by("position"))


def go(deal: Deal, *steps: tuple[Stage, datetime]) -> None:
    """Let a deal have walked this way."""
    before = None
    for stage, at in steps:
        StageChange.objects.create(deal=deal, from_stage=before, to_stage=stage, at=at)
        before = stage
    deal.stage, deal.stage_entered_at = steps[-1]
    deal.closed_at = None if deal.stage.kind == "open" else steps[-1][1]
    deal.created_at = steps[0][1]
    deal.save()


def some_deals(owners: list[User], number: int = 40) -> None:
    """Deals of the last 200 days that went on, back, were lost, and came back."""
    chance, now, ways = Random(7), timezone.now(), stages()
    rivals = [Competitor.objects.create(name=name) for name in ("Acme", "Zenith")]
    products = ProductFactory.create_batch(3)
    for place in range(number):
        owner = owners[place % len(owners)]
        deal = DealFactory(
            owner=owner,
            team=owner.team,
            source=chance.choice(["", "Fair", "Web, own"]),
            base_amount=100 * (place + 1),
            competitor=chance.choice([None, *rivals]),
        )
        for product in chance.sample(products, chance.randint(0, 2)):
            DealLine.objects.create(deal=deal, product=product, unit_price=1)
        at, steps = now - timedelta(chance.uniform(5, 200)), []
        for stage in chance.sample(ways[:4], chance.randint(1, 4)):
            steps.append((stage, at))
            at += timedelta(chance.uniform(1, 20))
        if chance.random() < 0.6:
            steps.append((chance.choice(ways[4:]), at))
        steps = [step for step in steps if step[1] < now]
        go(deal, *steps)
        if deal.status == "lost":
            Deal.objects.filter(pk=deal.pk).update(
                lost_reason=chance.choice(["Price", "价格", "No, thanks"])
            )
    DealFactory(deleted_at=now, stage=ways[0], created_at=now)  # of the bin


def numbers_of(html: str) -> list[tuple[str, int]]:
    """The addresses of lists that stand under numbers, with the numbers."""
    return [(unescape(url), int(text.replace(",", ""))) for url, text in LINK.findall(html)]


def count_of(client: Client, url: str) -> int:
    page = client.get(url)
    assert page.status_code == 200
    assert not page.context["notes"], url
    return int(page.context["total"].number)


def figures(client: Client, query: str = "") -> dict[str, Any]:
    return client.get(f"{PAGE}{query}").context["report"].figures  # type: ignore[no-any-return]


# -- every number opens its list -------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?period=last_30",
        "?period=last_365&by=source",
        "?period=last_365&by=products",
        "?period=last_365&by=owner",
        "?period=this_year&by=pipeline&source=Fair",
    ],
)
def test_each_number_is_that_of_its_list(query: str, client: Client) -> None:
    some_deals([UserFactory(team=TeamFactory()), UserFactory(team=TeamFactory())])
    found = numbers_of(client.get(f"{PAGE}{query}").content.decode())
    assert len(found) > 20
    for url, number in dict(found).items():
        assert count_of(client, url) == number, url


def test_numbers_of_somebody_who_sees_the_team_are_the_team_s(
    administrator: User, sales: User, log_in: LogIn
) -> None:
    other = UserFactory(team=TeamFactory())
    some_deals([sales, other])
    mine = log_in(sales)
    page = mine.get(f"{PAGE}?period=last_365")
    for url, number in dict(numbers_of(page.content.decode())).items():
        assert count_of(mine, url) == number, url
    everybody = figures(log_in(administrator), "?period=last_365")
    assert 0 < page.context["report"].figures.total[0].new < everybody.total[0].new
    assert other.display_name not in page.content.decode()


def test_strip_is_that_of_its_lists(client: Client) -> None:
    some_deals([UserFactory()])
    page = client.get(f"{PAGE}?period=last_365")
    for item in page.context["kpis"]:
        value = item["value"]
        if value.isdigit() and not item.get("unit", "").startswith("day"):
            assert count_of(client, item["url"]) == int(value), item["label"]


def test_filters_of_the_form_and_of_the_address_go_together(client: Client) -> None:
    owner = UserFactory(team=TeamFactory())
    some_deals([owner, UserFactory(team=TeamFactory())])
    condition = to_parameter(Criterion("source", "is", ["Web, own"]))
    asked = urlencode({"owner": owner.pk, "period": "last_365", "if": condition})
    page = client.get(f"{PAGE}?{asked}")
    wanted = Deal.objects.kept().filter(
        owner=owner, source="Web, own", created_at__gte=timezone.now() - timedelta(364)
    )
    assert page.context["report"].figures.total[0].new == wanted.count()
    assert [chip["text"] for chip in page.context["chips"]] == ["Source is Web, own"]
    assert "if=" not in page.context["chips"][0]["url"]


# -- what it says --------------------------------------------------------------------------------


def test_time_before_is_as_long_and_does_not_overlap(client: Client) -> None:
    now, first = timezone.now(), stages()[0]
    for days in (1, 29, 30, 31, 59, 61):
        go(DealFactory(), (first, now - timedelta(days)))
    now_total, before = figures(client, "?period=last_30").total
    assert (now_total.new, before.new) == (2, 3)


def test_days_are_asked_for_by_two_dates(client: Client) -> None:
    go(DealFactory(), (stages()[0], datetime(2026, 3, 5, 12, tzinfo=UTC)))
    page = client.get(f"{PAGE}?period=custom&first=2026-03-31&last=2026-03-01")
    assert page.context["report"].figures.total[0].new == 1
    assert 'value="2026-03-01"' in page.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?period=custom&first=1850-01-01&last=2026-01-01", "Ask for ten years at most."),
        ("?period=soon", "Select a valid choice"),
        ("?period=custom&first=yesterday&last=2026-01-01", "Enter a valid date"),
        ("?owner=0", "Select a valid choice"),
        ("?if=nothing:is:1", "There is no field"),
    ],
)
def test_what_cannot_be_asked_is_said(query: str, sentence: str, client: Client) -> None:
    UserFactory.create_batch(2)
    page = client.get(f"{PAGE}{query}")
    assert page.status_code == 200
    assert sentence in unescape(page.content.decode())


def test_without_deals_it_says_what_to_do(client: Client) -> None:
    assert "Nothing happened in this time" in client.get(PAGE).content.decode()


def test_stage_that_loses_more_than_before_is_named(client: Client) -> None:
    now, (first, second, *_rest, lost) = timezone.now(), stages()
    for place in range(6):
        go(DealFactory(), (first, now - timedelta(170)), (second, now - timedelta(120)))
        end = second if place == 0 else lost
        go(DealFactory(), (first, now - timedelta(50)), (end, now - timedelta(20)))
    assert "From Qualified, 83.3 points fewer went on" in client.get(PAGE).content.decode()


# -- rights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["stage", "pipeline", "status", "closed", "created"])
def test_whoever_does_not_see_where_deals_stand_has_no_funnel(field: str, log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    add_rules(role, [f"crm.deal.{field}"], FieldAccess.NONE)
    assert log_in(UserFactory(roles=[role])).get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("amount", "Won, value"),
        ("lost_reason", "No, thanks"),
        ("competitor", "Zenith"),
        ("source", "Source: any"),
        ("owner", "Owner: any"),
    ],
)
def test_hidden_fields_are_not_told(field: str, words: str, log_in: LogIn) -> None:
    some_deals([UserFactory(), UserFactory()])
    open_role, closed = (RoleFactory(grants={"crm.deal.view": Reach.ALL}) for _ in range(2))
    add_rules(closed, [f"crm.deal.{field}"], FieldAccess.NONE)
    address = f"{PAGE}?period=last_365"
    assert words in log_in(UserFactory(roles=[open_role])).get(address).content.decode()
    page = log_in(UserFactory(roles=[closed])).get(address)
    assert page.status_code == 200
    assert words not in page.content.decode()
    assert f"by={field}" not in page.content.decode()


def test_reason_that_was_said_in_two_languages_is_one(client: Client) -> None:
    some_deals([UserFactory()])
    lost = Deal.objects.filter(status="lost", stage__pipeline__name="New business")
    numbers = [lost.filter(lost_reason=words).count() for words in ("Price", "价格")]
    assert all(numbers)
    page = client.get(f"{PAGE}?period=last_365")
    (told,) = [row for row in page.context["report"].reasons() if row["label"] == "Price"]
    assert told["lost"] == sum(numbers)
    assert count_of(client, told["url"]) == sum(numbers)
    assert ">价格<" not in page.content.decode()


def test_stages_that_are_hidden_cannot_be_asked_for_by_what_happened(log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    add_rules(role, ["crm.deal.stage"], FieldAccess.NONE)
    asked = urlencode({"if": '{"happened":"stage_entered"}'})
    page = log_in(UserFactory(roles=[role])).get(f"/deals/?{asked}")
    assert "There is nothing of this kind to count." in page.content.decode()


# -- kept, counted anew, few queries -----------------------------------------------------------------


def test_small_report_is_counted_each_time(client: Client) -> None:
    first = stages()[0]
    for number in (1, 2):
        go(DealFactory(), (first, timezone.now()))
        assert figures(client).total[0].new == number


def test_large_report_is_kept_for_its_reader_and_counted_anew_on_demand(
    client: Client, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "FEW", 0)
    first = stages()[0]
    go(DealFactory(), (first, timezone.now()))
    assert figures(client).total[0].new == 1
    go(DealFactory(), (first, timezone.now()))
    assert figures(client).total[0].new == 1
    other = log_in(UserFactory(role="manager"))
    assert figures(other).total[0].new == 2
    assert figures(client, "?anew=1").total[0].new == 2
    assert figures(client).total[0].new == 2


def test_queries_stay_within_the_budget(client: Client) -> None:
    some_deals([UserFactory(team=TeamFactory()) for _ in range(4)])
    client.get(PAGE)
    asked = []
    for by in ("team", "owner", "source", "products", "pipeline"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}?period=last_365&by={by}")
        asked.append(len(queries))
    assert max(asked) <= 15


# -- files -----------------------------------------------------------------------------------------


def test_csv_has_the_figures_of_the_page(client: Client) -> None:
    some_deals([UserFactory(team=TeamFactory())])
    page = client.get(f"{PAGE}?period=last_365")
    answer = client.post(f"{PAGE}export/?period=last_365", {"form": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    found = page.context["report"].figures
    told = {row["Name"]: int(row["Entered"]) for row in rows if row["Part"] == "Stage"}
    assert told == {str(row.stage): row.now.entered for row in page.context["report"].rows}
    whole = next(row for row in rows if row["Part"] == "All")
    assert (int(whole["Won"]), int(whole["Lost"])) == (found.total[0].won, found.total[0].lost)
    assert {"Team", "Source", "Product", "Lost because", "Competitor"} <= {r["Part"] for r in rows}
    assert AuditEvent.objects.filter(action="export", object_type="crm.deal").count() == 1


def test_workbook_holds_numbers(client: Client) -> None:
    some_deals([UserFactory(team=TeamFactory())])
    answer = client.post(f"{PAGE}export/?period=last_365", {"form": "xlsx"})
    data = io.BytesIO(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(data).active
    assert sheet is not None
    heads, first, *_rest = sheet.iter_rows(values_only=True)
    assert heads[:3] == ("Part", "Name", "Entered")
    assert isinstance(first[2], int | float)


def test_export_needs_its_right(log_in: LogIn) -> None:
    role = RoleFactory(grants={"crm.deal.view": Reach.ALL})
    client = log_in(UserFactory(roles=[role]))
    assert client.post(f"{PAGE}export/", {"form": "csv"}).status_code == 403
    assert "export/" not in client.get(PAGE).content.decode()


def test_archived_pipelines_are_not_offered(client: Client) -> None:
    Pipeline.objects.create(name="Old", is_archived=True)
    assert [str(row) for row in client.get(PAGE).context["form"].fields["pipeline"].choices] != []
    assert "Old" not in client.get(PAGE).content.decode()


def test_address_of_the_lists_keeps_commas_of_a_source(client: Client) -> None:
    some_deals([UserFactory()])
    page = client.get(f"{PAGE}?period=last_365&by=source").content.decode()
    urls = [url for url, _number in numbers_of(page)]
    asked = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    assert asked
    assert any("Web, own" in url for url in map(str, [parse_qsl(urlsplit(u).query) for u in urls]))
