"""Every list of sales: what it shows, to whom, and how it is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.lists import lists
from core.models import User
from core.services.search import index_records
from tests.factories import (
    ActivityFactory,
    CampaignFactory,
    CompanyFactory,
    ContactFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    ProductFactory,
    RoleFactory,
    SegmentFactory,
    UserFactory,
    WebFormFactory,
)

pytestmark = pytest.mark.django_db

MAKERS: dict[str, Callable[..., Any]] = {
    "crm.lead": LeadFactory,
    "crm.contact": ContactFactory,
    "crm.company": CompanyFactory,
    "crm.deal": DealFactory,
    "crm.product": ProductFactory,
    "crm.activity": ActivityFactory,
    "crm.group": GroupFactory,
    "crm.event": EventFactory,
    "marketing.segment": SegmentFactory,
    "marketing.campaign": CampaignFactory,
    "marketing.webform": WebFormFactory,
}
LogIn = Callable[..., Client]
each_list = pytest.mark.parametrize("key", [definition.key for definition in lists])


def url_of(key: str, query: str = "") -> str:
    return f"{reverse(lists[key].kind.list_url)}?{query}"


def page(client: Client, key: str, query: str = "") -> str:
    answer = client.get(url_of(key, query))
    assert answer.status_code == 200
    return answer.content.decode()


@each_list
def test_list_shows_its_records(key: str, log_in: LogIn, administrator: User) -> None:
    row = MAKERS[key](owner=administrator)
    shown = page(log_in(administrator), key)
    assert row.name_for(administrator.cached_access or _access(administrator)) in shown
    assert "1–1 of 1" in shown


def _access(user: User) -> Any:
    from core import permissions

    return permissions.access_of(user)


@each_list
def test_every_field_can_be_a_column_and_most_an_order(
    key: str, log_in: LogIn, administrator: User
) -> None:
    row = MAKERS[key](owner=administrator)
    client = log_in(administrator)
    for name in lists[key].kind.field:
        shown = page(client, key, f"columns={name}&sort=-{name}")
        assert f'value="{row.pk}"' in shown or f"/{row.pk}/preview/" in shown


@each_list
def test_empty_list_says_what_would_stand_here(key: str, log_in: LogIn) -> None:
    nobody = UserFactory(roles=[RoleFactory(grants={f"{key}.view": Reach.OWN})])
    shown = page(log_in(nobody), key)
    assert 'class="empty"' in shown


@each_list
def test_search_finds_by_name(key: str, log_in: LogIn, administrator: User) -> None:
    row = MAKERS[key](owner=administrator)
    client = log_in(administrator)
    index_records(key, [row.pk])
    words = row.name_for(_access(administrator))
    assert f"/{row.pk}/preview/" in page(client, key, f"q={words}")
    assert "Nothing found" in page(client, key, "q=zzzzzz")
