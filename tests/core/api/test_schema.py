"""The schema is true: whatever is sent, the answer is one that it names."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from core.choices import Reach
from core.models import User
from scripts.openapi import FILE, text
from tests.core.api.callers import Caller
from tests.core.api.fuzzing import Fuzz, document
from tests.factories import (
    ActivityFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    ProductFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

FACTORIES = {
    "leads": LeadFactory,
    "contacts": ContactFactory,
    "companies": CompanyFactory,
    "deals": DealFactory,
    "products": ProductFactory,
    "activities": ActivityFactory,
    "groups": GroupFactory,
    "events": EventFactory,
}


def there(user: User) -> dict[str, int]:
    for kind, field_type in (("crm.contact", "number"), ("crm.deal", "choices")):
        CustomFieldFactory(object_type=kind, type=field_type)
    return {slug: make(owner=user, team=user.team).pk for slug, make in FACTORIES.items()}


@pytest.mark.parametrize("role", ["administrator", "sales"])
def test_a_few_hundred_cases(role: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(role)
    fuzz = Fuzz(user, there(user))
    fuzz.run(per_operation=2, number=1)
    assert fuzz.operations > 100
    assert sum(fuzz.statuses.values()) >= 2 * fuzz.operations - 60
    assert {200, 404, 422} <= fuzz.statuses.keys()


@pytest.mark.acceptance
@pytest.mark.parametrize("role", ["administrator", "sales"])
def test_ten_thousand_cases(role: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(role)
    fuzz, number, started = Fuzz(user, there(user)), 0, time.perf_counter()
    while sum(fuzz.statuses.values()) < 5_000:
        number += 1
        fuzz.run(per_operation=10, number=number)
    seconds = time.perf_counter() - started
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(fuzz.statuses.items()))
    print(f"\n{role}: {sum(fuzz.statuses.values())} cases in {seconds:.0f} s; {statuses}")


def test_the_committed_document_is_current() -> None:
    """Run `make openapi` after a change of fields or end points."""
    assert (settings.BASE_DIR / FILE).read_text() == text()


def test_every_caller_has_a_document_of_what_it_sees(administrator: User) -> None:
    everything = Caller(administrator).get("schema/").json()
    assert everything["paths"].keys() == document()["paths"].keys()
    few = UserFactory(roles=[RoleFactory(grants={"crm.lead.view": Reach.OWN})])
    paths = Caller(few).get("schema/").json()["paths"]
    assert "/api/v1/leads/" in paths
    assert "/api/v1/contacts/" not in paths


def test_the_documentation_needs_no_looser_policy(
    administrator: User, log_in: Callable[[User], Client]
) -> None:
    docs = log_in(administrator).get("/api/docs/")
    assert "swagger-ui-bundle.js" in docs.content.decode()
    assert "unsafe" not in docs["Content-Security-Policy"]
