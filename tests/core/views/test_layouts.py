"""Layouts of record pages: arranged once, for everybody; put back with one button."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.choices import FieldAccess
from core.models import AuditEvent, FieldRule, RecordLayout, User
from tests.factories import ContactFactory, CustomFieldFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
UPDATE = "/settings/layouts/crm.contact/"


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def sections(client: Client) -> dict[str, list[str]]:
    """The names of the facts that a contact's page shows, by section; those behind “more” in brackets."""
    contact = ContactFactory(city="Ulm", job_title="CTO", email="a@example.org", phone="+49 1")
    page = client.get(contact.get_absolute_url())
    found: dict[str, list[str]] = {}
    for section in page.context["sections"]:
        filled = {fact.name for fact in section.filled}
        names = [fact.name for fact in section.facts if not fact.is_empty]
        found[str(section.label)] = [n if n in filled else f"({n})" for n in names]
    return found


def send(client: Client, **values: Any) -> None:
    assert client.post(UPDATE, values).status_code == 302


def test_fields_move_within_and_between_sections(client: Client) -> None:
    shipped = sections(client)["Details"]
    send(client, field=shipped[1], way="up")
    assert sections(client)["Details"][:2] == [shipped[1], shipped[0]]
    send(client, field="job_title", section="address")
    assert "job_title" in sections(client)["Address"]
    send(client, field="email", way="more")
    assert "(email)" in sections(client)["Details"]
    assert AuditEvent.objects.filter(action="layout.change").count() == 3


def test_page_is_put_back(client: Client) -> None:
    shipped = sections(client)
    send(client, field="email", way="more")
    send(client, field="city", section="")
    assert sections(client) != shipped
    client.post(reverse("layout_reset", args=["crm.contact"]))
    assert sections(client) == shipped
    assert AuditEvent.objects.get(action="layout.reset").object_type == "crm.contact"


def test_dragged_order_is_kept_with_its_sections(client: Client) -> None:
    send(client, order=":city,:email,address:job_title,:nobody")
    found = sections(client)
    assert found["Details"][:2] == ["city", "email"]
    assert found["Address"][0] == "job_title"


@pytest.mark.parametrize(
    "values",
    [
        {"field": "nobody", "way": "up"},
        {"field": "email", "section": "nowhere"},
        {"order": "nowhere:email"},
        {},
    ],
)
def test_what_is_not_there_is_refused(values: dict[str, str], client: Client) -> None:
    send(client, **values)
    assert not RecordLayout.objects.exclude(places=[]).exists()


def test_new_field_stands_among_the_added_ones(client: Client) -> None:
    send(client, field="email", way="more")
    field = CustomFieldFactory(object_type="crm.contact", label="Club")
    page = client.get("/settings/layouts/", {"type": "crm.contact"})
    last = page.context["sections"][-1]["fields"]
    assert [f.label for _spot, f in last] == [field.label]


def test_one_layout_is_for_everybody_and_hidden_fields_stay_hidden(
    client: Client, sales: User, log_in: LogIn
) -> None:
    send(client, field="email", section="address")
    FieldRule.objects.create(
        role=sales.roles.get(), field="crm.contact.email", access=FieldAccess.NONE
    )
    contact = ContactFactory(owner=sales, team=sales.team, email="secret@example.org")
    page = log_in(sales).get(contact.get_absolute_url())
    assert "secret@example.org" not in page.content.decode()


def test_only_who_may_arranges(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    assert client.get("/settings/layouts/").status_code == 403
    assert client.post(UPDATE, {"field": "email", "way": "more"}).status_code == 403
    assert client.post("/settings/layouts/crm.nothing/").status_code == 403


def test_unknown_type_is_not_there(client: Client) -> None:
    assert client.post("/settings/layouts/crm.nothing/").status_code == 404
