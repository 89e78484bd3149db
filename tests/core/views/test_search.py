"""The page of search and the palette: what they show, to whom, at what cost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import Reach
from core.models import RecentRecord, User
from core.registries import record_types
from core.services.recent import KEPT, remember_opened
from core.services.search import index_records
from crm.models import Contact
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    LeadFactory,
    LeadScoreFactory,
    RoleFactory,
    UserFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
VIEWS = ("crm.contact.view", "crm.lead.view", "crm.company.view")


def index() -> None:
    for kind in ("crm.company", "crm.contact", "crm.lead"):
        model = record_types[kind].model
        index_records(kind, model._base_manager.values_list("pk", flat=True))


def asked(client: Client, text: str, **more: str) -> str:
    """The lines of the palette."""
    headers = {"HX-Request": "true", "HX-Target": "palette-results"}
    response = client.get(reverse("search"), {"q": text, **more}, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def maya(db: None) -> Contact:
    company = CompanyFactory(name="Kestrel Robotics", city="Rotterdam")
    contact = ContactFactory(name="Maya Okafor", company=company, job_title="Buyer")
    LeadScoreFactory(lead=LeadFactory(contact=contact, company=company), score=86)
    index()
    return contact


def test_records_are_shown_with_facts_score_and_the_match_in_bold(
    maya: Contact, administrator: User, log_in: LogIn
) -> None:
    html = asked(log_in(administrator), "kest")
    assert "<b>Kest</b>rel Robotics" in html
    assert "Company · Rotterdam" in html
    assert "Contact · Buyer · <b>Kest</b>rel Robotics" in html
    assert "Score 86 of 100" in html
    assert f'href="{maya.get_absolute_url()}"' in html
    assert 'role="option"' in html
    assert "<html" not in html


def test_the_page_works_without_script(maya: Contact, administrator: User, log_in: LogIn) -> None:
    html = log_in(administrator).get(reverse("search"), {"q": "okafor"}).content.decode()
    assert "<html" in html
    assert f'href="{maya.get_absolute_url()}"' in html
    assert "Maya <b>Okafor</b>" in html


def test_what_is_hidden_is_neither_found_nor_shown(maya: Contact, log_in: LogIn) -> None:
    hides = ["crm.lead.score", "crm.contact.job_title", "crm.company.city", "crm.contact.company"]
    role = RoleFactory(grants=dict.fromkeys(VIEWS, Reach.ALL), hides=hides)
    html = asked(log_in(UserFactory(roles=[role])), "okafor")
    assert "Okafor" in html
    assert "Score 86" not in html
    assert "Buyer" not in html
    assert maya.get_absolute_url() not in asked(log_in(UserFactory(roles=[role])), "kestrel")


def test_an_outsider_finds_nothing(maya: Contact, outsider: User, log_in: LogIn) -> None:
    assert "Okafor" not in asked(log_in(outsider), "okafor")
    assert "Nothing found" in asked(log_in(outsider), "okafor")


def test_actions_are_those_that_the_role_may_do(administrator: User, log_in: LogIn) -> None:
    html = asked(log_in(administrator), ">new con")
    assert reverse("contact_create") in html
    assert reverse("company_create") not in html
    role = RoleFactory(grants={"crm.contact.view": Reach.ALL})
    assert reverse("contact_create") not in asked(log_in(UserFactory(roles=[role])), ">new con")


def test_only_actions_are_shown_after_the_sign(
    maya: Contact, administrator: User, log_in: LogIn
) -> None:
    html = asked(log_in(administrator), ">")
    assert reverse("contact_create") in html
    assert "Records" not in html
    assert maya.get_absolute_url() not in asked(log_in(administrator), "> okafor")


def test_places_are_found_in_the_readers_language(administrator: User, log_in: LogIn) -> None:
    assert f'href="{reverse("contact_list")}"' in asked(log_in(administrator), "contac")
    administrator.language = "zh-hans"
    administrator.save()
    assert f'href="{reverse("contact_list")}"' in asked(log_in(administrator), "联系")
    assert f'href="{reverse("contact_list")}"' in asked(log_in(administrator), "lianxi")


@pytest.mark.parametrize(
    ("given", "is_offered"),
    [("/contacts/", True), ("", False), ("https://evil.example/", False), ("//evil/", False)],
)
def test_the_list_at_hand_is_filtered(
    given: str, is_offered: bool, administrator: User, log_in: LogIn
) -> None:
    html = asked(log_in(administrator), "kest", list=given)
    assert ("Filter this list" in html) == is_offered
    assert ('href="/contacts/?q=kest"' in html) == is_offered


def test_what_was_seen_last_is_offered(
    maya: Contact, administrator: User, outsider: User, log_in: LogIn
) -> None:
    client, link = log_in(administrator), f'href="{maya.get_absolute_url()}"'
    assert "Recently viewed" not in asked(client, "")
    client.get(maya.get_absolute_url())
    RecentRecord.objects.create(
        user=administrator, object_type="crm.contact", object_id=maya.pk + 100, seen_at=NOW
    )
    html = asked(client, "")
    assert html.count(link) == 1
    assert "Recently viewed" in html
    assert link in client.get(reverse("recent_list")).content.decode()
    assert 'id="recent"' in client.get(reverse("home")).content.decode()
    RecentRecord.objects.update(user=outsider)
    assert "Okafor" not in asked(log_in(outsider), "")
    assert link not in log_in(outsider).get(reverse("recent_list")).content.decode()


def test_opened_records_are_written_now_and_then_and_the_oldest_forgotten(
    sales: User, log_in: LogIn
) -> None:
    contacts = ContactFactory.create_batch(KEPT + 1, owner=sales, team=sales.team)
    for minute, contact in enumerate(contacts):
        remember_opened(record=contact, by=sales, at=NOW + timedelta(minutes=minute))
    remember_opened(record=contacts[1], by=sales, at=NOW)
    client, seen = log_in(sales), RecentRecord.objects.order_by("seen_at")
    page = client.get(reverse("recent_list")).content.decode()
    assert (seen.count(), seen[0].object_id) == (KEPT, contacts[1].pk)
    assert page.count("/contacts/") >= 8
    url = contacts[1].get_absolute_url()
    client.get(url)
    first = seen.get(object_id=contacts[1].pk).seen_at
    client.get(url)
    assert seen.get(object_id=contacts[1].pk).seen_at == first > NOW


@pytest.mark.parametrize(
    "text", ["<script>", "\0", "'; --", "%", "a" * 500, "（）", "\ud7ff", "🦜"]
)
def test_anything_may_be_typed(text: str, administrator: User, log_in: LogIn) -> None:
    html = asked(log_in(administrator), text, list="/contacts/")
    assert "<script>" not in html


def test_the_number_of_queries_does_not_grow(administrator: User, log_in: LogIn) -> None:
    def queries(number: int) -> int:
        for _row in range(number):
            company = CompanyFactory(name="Kestrel")
            LeadScoreFactory(
                lead=LeadFactory(contact=ContactFactory(name="Kestrel", company=company))
            )
        index()
        client = log_in(administrator)
        asked(client, "kestrel")
        with CaptureQueriesContext(connection) as captured:
            asked(client, "kestrel")
        return len(captured)

    first = queries(1)
    assert queries(3) <= first <= 15


def test_every_page_has_the_palette(administrator: User, log_in: LogIn) -> None:
    html = log_in(administrator).get(reverse("contact_list")).content.decode()
    assert 'id="palette"' in html
    assert '<input type="hidden" name="list" value="/contacts/">' in html
    assert 'name="list"' not in log_in(administrator).get(reverse("home")).content.decode()
