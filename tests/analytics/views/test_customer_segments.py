"""Pages, panel and lists of customer segments: what is told, and to whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from analytics.queries.customer_segments import KIND
from core.choices import FieldAccess, Reach, RunState
from core.models import AuditEvent, User
from crm.models import Contact, ContactSegment, CustomerSegment
from tests.analytics.jobs.test_customer_segments import compute
from tests.analytics.kinds_of_customers import few_draws, make_customers  # noqa: F401
from tests.factories import (
    ContactFactory,
    ContactSegmentFactory,
    CustomerSegmentFactory,
    JobRunFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW, add_rules
from tests.records import insight_url

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PAGES = ("customer_segments", "customer_cells", "customer_moves", "customer_segment_model")
OVERVIEW, CELLS, MOVES, MODEL = (reverse(name) for name in PAGES)


@pytest.fixture
def segment(sales: User) -> CustomerSegment:
    segment = CustomerSegmentFactory(name="Our best", colour=2, size=1, value=12_000)
    ContactSegmentFactory(
        contact=ContactFactory(name="Ada Byron", owner=sales),
        segment=segment,
        version=segment.version,
    )
    return segment


@pytest.fixture
def learned(few_draws: None) -> dict[int, str]:  # noqa: F811
    kinds = make_customers(160)
    compute()
    return kinds


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def test_pages_say_what_is_there(learned: dict[int, str], manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    found = text_of(client, OVERVIEW)
    assert "Loyal regulars" in found
    assert "Interested, not buying yet" in found
    assert "Days since the last interaction" in found
    assert "Thank them, ask for a reference" in found
    found = text_of(client, CELLS)
    assert "Champions" in found
    assert "R5" in found
    found = text_of(client, MODEL)
    assert "as groups that come out again" in found
    assert "Company and own fields: nothing is filled in." in found
    assert "Notes and messages: fewer than half of the contacts have any." in found
    segment = CustomerSegment.objects.get(archetype="regulars")
    found = text_of(client, reverse("customer_segment_detail", args=[segment.pk]))
    assert "What sets it apart" in found
    assert f"model_segment:is:{segment.pk}" in found


def test_numbers_lead_to_lists_of_as_many(
    learned: dict[int, str], manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    context = client.get(OVERVIEW).context
    for card in context["cards"]:
        rows = client.get(card["members_url"]).context["lines"]
        assert len(rows) == min(card["size"], 50)
    for row in client.get(CELLS).context["rows"]:
        for cell in row["cells"]:
            if cell["count"]:
                assert len(client.get(cell["url"]).context["lines"]) == min(cell["count"], 50)


def test_movement_names_both_segments(
    learned: dict[int, str], manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    assert "Nobody has changed the segment" in text_of(client, MOVES)
    one, other = CustomerSegment.objects.order_by("pk")[:2]
    ContactSegment.objects.filter(segment=one).update(segment=other, previous=one)
    compute(days=1, trains=False)
    context = client.get(MOVES).context
    (row,) = context["rows"]
    assert (row["before"], row["after"], row["count"]) == (other, one, 40)
    nodes = [(node["id"], node["n"]) for node in context["flow"]["nodes"]]
    assert nodes == [(f"l{other.pk}", str(other)), (f"r{one.pk}", str(one))]
    assert context["flow"]["links"] == [{"from": f"l{other.pk}", "to": f"r{one.pk}", "v": 40}]
    assert f"most often from {other} to {one}, 40 times" in context["flow_label"]
    assert len(client.get(row["url"]).context["lines"]) == 40


@pytest.mark.parametrize("url", [OVERVIEW, CELLS, MOVES, MODEL])
def test_empty_pages_say_what_to_do(url: str, manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert " yet</h2>" in text_of(client, url)
    JobRunFactory(
        kind=KIND,
        state=RunState.INSUFFICIENT,
        error="There are %(found)s contacts.",
        error_args={"found": 3},
    )
    assert "There are 3 contacts." in text_of(client, url)
    JobRunFactory(kind=KIND, state=RunState.FAILED, error="The disk is full.")
    found = text_of(client, url)
    assert "The last run failed" in found
    assert "ended with a mistake: The disk is full." in found
    JobRunFactory(kind=KIND, state=RunState.WORKING, finished_at=None)
    assert "Computing right now" in text_of(client, url)


def test_without_stable_segments_the_page_says_so(manager: User, log_in: LogIn) -> None:
    make_customers(20)
    compute()
    client = log_in(manager)
    assert "There are no stable segments." in text_of(client, OVERVIEW)
    assert "fewer than 100 contacts" in text_of(client, MODEL)
    assert "Champions" in text_of(client, CELLS)


def test_who_sees_a_part_counts_a_part(learned: dict[int, str], log_in: LogIn) -> None:
    role = RoleFactory(
        grants={"analytics.customer_segments.view": Reach.ALL, "crm.contact.view": Reach.OWN}
    )
    user = UserFactory(roles=[role])
    Contact.objects.filter(pk__in=list(learned)[:8]).update(owner=user)
    client = log_in(user)
    context = client.get(OVERVIEW).context
    assert sorted(card["size"] for card in context["cards"]) == [2, 2, 2, 2]
    assert {card["value"] for card in context["cards"]} == {""}
    assert "You see your part" in text_of(client, OVERVIEW)
    total = sum(c["count"] for row in client.get(CELLS).context["rows"] for c in row["cells"])
    assert total == 4


def test_hidden_values_are_not_told(learned: dict[int, str], manager: User, log_in: LogIn) -> None:
    add_rules(manager.roles.get(), ["crm.deal.amount", "crm.contact.rfm_cell"], FieldAccess.NONE)
    client = log_in(manager)
    segment = CustomerSegment.objects.get(archetype="regulars")
    detail = reverse("customer_segment_detail", args=[segment.pk])
    assert "Bought so far" not in text_of(client, OVERVIEW) + text_of(client, detail)
    assert "does not see which segment or cell" in text_of(client, CELLS)
    contact = Contact.objects.get(pk=next(iter(learned)))
    assert "RFM cell" not in text_of(client, insight_url(contact))


def test_hidden_segments_are_nowhere(
    segment: CustomerSegment, manager: User, log_in: LogIn
) -> None:
    add_rules(manager.roles.get(), ["crm.contact.model_segment"], FieldAccess.NONE)
    client = log_in(manager)
    assert "Our best" not in text_of(client, OVERVIEW)
    assert client.get(reverse("customer_segment_detail", args=[segment.pk])).status_code == 404
    contact = Contact.objects.get(name="Ada Byron")
    assert "Our best" not in text_of(client, insight_url(contact))


def test_panel_says_segment_probability_cell_and_why(
    segment: CustomerSegment, sales: User, log_in: LogIn
) -> None:
    contact = Contact.objects.get(name="Ada Byron")
    found = text_of(log_in(sales), insight_url(contact))
    assert "Our best" in found
    assert "92%" in found
    assert "5-4-5" in found
    assert "Champions" in found
    assert "Days with a purchase" in found


def test_columns_filters_and_orders_of_the_list(
    segment: CustomerSegment, manager: User, log_in: LogIn
) -> None:
    ContactFactory(name="Nobody special")
    client = log_in(manager)
    url = reverse("contact_list")
    shown = "columns=model_segment,model_segment_chance,rfm_cell,rfm_recency"
    found = text_of(client, f"{url}?{shown}&sort=-model_segment_chance")
    assert "Our best" in found
    assert "Champions" in found
    only = text_of(client, f"{url}?if=model_segment:is:{segment.pk}")
    assert "Ada Byron" in only
    assert "Nobody special" not in only
    none = text_of(client, f"{url}?if=rfm_cell:is:lost")
    assert "Ada Byron" not in none


def test_naming_keeps_who_named_it(segment: CustomerSegment, manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    url = reverse("customer_segment_edit", args=[segment.pk])
    client.post(url, {"name": "Stars", "description": "Call them.", "colour": 3})
    segment.refresh_from_db()
    assert (segment.name, segment.colour, segment.named_by) == ("Stars", 3, manager)
    assert AuditEvent.objects.filter(action="customer_segment.name").count() == 1
    found = text_of(client, reverse("customer_segment_detail", args=[segment.pk]))
    assert "Call them." in found
    assert manager.display_name in found
    other = CustomerSegmentFactory(version=segment.version)
    answer = client.post(
        reverse("customer_segment_edit", args=[other.pk]), {"name": "stars", "colour": 1}
    )
    assert answer.status_code == 422
    assert "Another segment is called so." in answer.content.decode()


def test_options_are_kept_and_told(manager: User, log_in: LogIn) -> None:
    make_customers(20)
    client = log_in(manager)
    client.post(reverse("customer_segment_options"), {"reads_profile": "on"})
    compute(days=0)
    found = text_of(client, MODEL)
    assert "Notes and messages: switched off." in found


def test_figures_are_from_the_last_whole_run(
    learned: dict[int, str], manager: User, log_in: LogIn
) -> None:
    JobRunFactory(kind=KIND, state=RunState.FAILED, as_of=NOW + timedelta(days=1), error="Broken.")
    found = text_of(log_in(manager), OVERVIEW)
    assert "The last run did not succeed; these are earlier figures." in found
    assert "Loyal regulars" in found
