"""The model page's decisions: was a field known before the outcome?"""

from collections.abc import Callable

import pytest
from django.test import Client

from analytics.datasets.leads import custom_fields_known_before
from core.models import AuditEvent, CustomField, User
from tests.factories import CustomFieldFactory

URL = "/scoring/field/"


@pytest.fixture
def tags(db: None) -> CustomField:
    return CustomFieldFactory(object_type="crm.lead", label="Tags", key="tags")


def decide(client: Client, known_when: str) -> int:
    answer = client.post(URL, {"field": "crm.lead.custom.tags", "known_when": known_when})
    return answer.status_code


def test_field_marked_as_filled_in_after_contact_is_not_learnt_from(
    manager: User, tags: CustomField, log_in: Callable[..., Client]
) -> None:
    assert tags.name in custom_fields_known_before()
    assert decide(log_in(manager), "after") == 302
    assert tags.name not in custom_fields_known_before()
    assert AuditEvent.objects.get(action="field.known_when").changes == {
        "known_when": ["before", "after"]
    }


def test_mark_can_be_taken_back(
    manager: User, tags: CustomField, log_in: Callable[..., Client]
) -> None:
    client = log_in(manager)
    decide(client, "after")
    decide(client, "before")
    assert tags.name in custom_fields_known_before()


def test_decision_that_is_none_is_refused(
    manager: User, tags: CustomField, log_in: Callable[..., Client]
) -> None:
    decide(log_in(manager), "never")
    tags.refresh_from_db()
    assert tags.known_when == "before"


def test_sales_representative_may_not_decide(
    sales: User, tags: CustomField, log_in: Callable[..., Client]
) -> None:
    assert decide(log_in(sales), "after") == 403


def test_field_that_is_hidden_does_not_exist(
    manager: User, tags: CustomField, log_in: Callable[..., Client]
) -> None:
    manager.roles.get().field_rules.create(field=tags.name, access="none")
    assert decide(log_in(manager), "after") == 404
