"""What is told: by the rights of the owner, as its condition says."""

import json
from typing import Any

import pytest

from core.choices import Reach
from core.models import User, WebhookDelivery, WebhookEvent
from core.services.records import delete_records, save_record
from core.services.webhook_deliveries import make_deliveries
from crm.models import Lead
from tests.changing import edit_records
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    LeadFactory,
    RoleFactory,
    StageFactory,
    TagFactory,
    UserFactory,
    WebhookFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

KINDS = ["crm.lead.changed", "crm.lead.created", "crm.lead.deleted"]


def event(record: Any, changes: Any = None, **more: Any) -> WebhookEvent:
    object_type = record._meta.label_lower
    fields = {"kinds": [f"{object_type}.changed"], "at": NOW, **more}
    found: WebhookEvent = WebhookEvent.objects.create(
        object_type=object_type, object_id=record.pk, changes=changes, **fields
    )
    return found


def told() -> list[dict[str, Any]]:
    make_deliveries(at=NOW)
    assert not WebhookEvent.objects.exists()
    return [json.loads(row.body) for row in WebhookDelivery.objects.order_by("pk")]


def restricted(**rules: Any) -> User:
    role = RoleFactory(**rules)
    return UserFactory(roles=[role])


def test_a_change_as_a_receiver_reads_it(administrator: User, sales: User) -> None:
    company = CompanyFactory(name="ACME")
    CustomFieldFactory(key="budget", type="number", label="Budget")
    lead = LeadFactory(source="Web", company=company, owner=sales, custom={"budget": 12})
    lead.tags.add(TagFactory(name="hot"))
    WebhookFactory(owner=administrator, kinds=KINDS)
    changes = {
        "source": ["Fair", "Web"],
        "company": [None, company.pk],
        "custom.budget": ["7.5", 12],
        "captured_at": [None, "2026-11-22 09:00:00+00:00"],
        "touched_at": [None, "2026-11-22 09:00:00+00:00"],
    }
    noted = event(lead, changes, actor=sales)
    (body,) = told()
    assert body["type"] == "crm.lead.changed"
    assert body["number"] == noted.pk
    assert body["time"] == "2026-11-22T09:00:00Z"
    assert body["by"] == {"id": sales.pk, "name": sales.display_name}
    record = body["record"]
    assert (record["id"], record["source"]) == (lead.pk, "Web")
    assert record["company"] == {"id": company.pk, "name": "ACME"}
    assert record["owner"] == {"id": sales.pk, "name": sales.display_name}
    assert (record["tags"], record["custom"]) == (["hot"], {"budget": 12})
    assert body["changes"]["source"] == {"from": "Fair", "to": "Web"}
    assert body["changes"]["company"] == {"from": None, "to": {"id": company.pk, "name": "ACME"}}
    assert body["changes"]["custom.budget"] == {"from": 7.5, "to": 12}
    delivery = WebhookDelivery.objects.get()
    assert body["id"] == delivery.message_id


def test_stage_of_a_deal(administrator: User) -> None:
    deal = DealFactory()
    stage = StageFactory(pipeline=deal.pipeline, name="Offer")
    WebhookFactory(owner=administrator, kinds=["crm.deal.stage_changed"])
    names = ["crm.deal.changed", "crm.deal.stage_changed"]
    event(deal, {"stage": [deal.stage_id, stage.pk]}, kinds=names)
    (body,) = told()
    assert body["type"] == "crm.deal.stage_changed"
    assert body["changes"]["stage"]["to"]["id"] == stage.pk
    assert body["changes"]["stage"]["to"]["name"].startswith("Offer")
    assert body["record"]["stage"]["id"] == deal.stage_id


def test_hidden_fields_are_nowhere(db: None) -> None:
    owner = restricted(
        grants={"crm.lead.view": Reach.ALL, "crm.contact.view": Reach.ALL},
        hides=["crm.lead.source", "crm.lead.custom.budget", "crm.contact.email"],
    )
    CustomFieldFactory(key="budget", type="number")
    contact = ContactFactory(email="secret@example.com")
    lead = LeadFactory(source="Secret fair", custom={"budget": 918273}, contact=contact)
    WebhookFactory(owner=owner, kinds=KINDS)
    seen = {"country": ["", "NL"]}
    hidden = {"source": ["Secret", "Secret fair"], "custom.budget": [None, 918273]}
    event(lead, seen | hidden)
    (body,) = told()
    assert body["changes"].keys() == {"country"}
    text = json.dumps(body)
    assert "ecret" not in text
    assert "918273" not in text


def test_a_change_of_hidden_fields_alone_is_not_told(db: None) -> None:
    owner = restricted(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.source"])
    WebhookFactory(owner=owner, kinds=KINDS)
    event(LeadFactory(), {"source": ["a", "b"]})
    assert told() == []


def test_hidden_stage_does_not_change_for_the_owner(db: None) -> None:
    owner = restricted(grants={"crm.deal.view": Reach.ALL}, hides=["crm.deal.stage"])
    WebhookFactory(owner=owner, kinds=["crm.deal.stage_changed"])
    event(DealFactory(), {"stage": [1, 2]}, kinds=["crm.deal.stage_changed"])
    assert told() == []


def test_records_out_of_reach_are_not_told(outsider: User, sales: User) -> None:
    mine, others = LeadFactory(owner=outsider, team=outsider.team), LeadFactory(owner=sales)
    WebhookFactory(owner=outsider, kinds=KINDS)
    for lead in (mine, others):
        event(lead, {"source": ["a", "b"]})
    assert [body["record"]["id"] for body in told()] == [mine.pk]


def test_links_to_records_out_of_reach_have_no_name(outsider: User, sales: User) -> None:
    foreign = CompanyFactory(owner=sales, team=sales.team, name="Hidden Ltd")
    lead = LeadFactory(owner=outsider, team=outsider.team, company=foreign)
    WebhookFactory(owner=outsider, kinds=KINDS)
    event(lead, {"company": [None, foreign.pk]})
    (body,) = told()
    assert "Hidden" not in json.dumps(body)
    assert body["changes"]["company"]["to"] == {"id": None, "name": None}


def test_an_owner_who_is_switched_off_is_told_nothing(administrator: User) -> None:
    WebhookFactory(owner=administrator, kinds=KINDS)
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    event(LeadFactory(), {"source": ["a", "b"]})
    assert told() == []


def test_condition_on_the_record(administrator: User) -> None:
    condition = {"field": "source", "operator": "is", "value": "Web"}
    WebhookFactory(
        owner=administrator,
        kinds=[*KINDS, "crm.contact.changed"],
        condition=condition,
        condition_type="crm.lead",
    )
    web, fair, contact = LeadFactory(source="Web"), LeadFactory(source="Fair"), ContactFactory()
    for lead in (web, fair):
        event(lead, {"country": ["", "NL"]})
    event(contact, {"job_title": ["", "CEO"]}, kinds=["crm.contact.changed"])
    assert [body["record"]["id"] for body in told()] == [web.pk, contact.pk]


def test_a_condition_that_the_owner_may_no_longer_ask_lets_nothing_through(db: None) -> None:
    owner = restricted(grants={"crm.lead.view": Reach.ALL}, hides=["crm.lead.source"])
    condition = {"field": "source", "operator": "is", "value": "Web"}
    WebhookFactory(owner=owner, kinds=KINDS, condition=condition, condition_type="crm.lead")
    event(LeadFactory(source="Web"), {"country": ["", "NL"]})
    assert told() == []


def test_a_deleted_record_is_a_number(administrator: User) -> None:
    lead = LeadFactory(source="Web")
    WebhookFactory(owner=administrator, kinds=KINDS)
    delete_records(rows=Lead.objects.filter(pk=lead.pk), by=administrator, at=NOW)
    (body,) = told()
    assert (body["type"], body["record"], body["changes"]) == (
        "crm.lead.deleted",
        {"id": lead.pk},
        {},
    )


def test_what_happened_before_a_record_was_deleted_is_told_first(administrator: User) -> None:
    WebhookFactory(owner=administrator, kinds=KINDS)
    lead = save_record(record=Lead(source="Web"), by=administrator)
    rows, many = Lead.objects.filter(pk=lead.pk), {"by": administrator, "at": NOW}
    edit_records(rows=rows, field="source", value="Fair", **many)
    delete_records(rows=rows, **many)
    assert [body["type"][9:] for body in told()] == ["created", "changed", "deleted"]


def test_each_webhook_by_its_own_rights(administrator: User, outsider: User) -> None:
    lead = LeadFactory(owner=administrator)
    for owner in (administrator, outsider):
        WebhookFactory(owner=owner, kinds=KINDS)
    event(lead, {"source": ["a", "b"]})
    assert len(told()) == 1
    assert WebhookDelivery.objects.get().webhook.owner == administrator


def test_no_query_for_each_event(administrator: User, django_assert_max_num_queries: Any) -> None:
    WebhookFactory(owner=administrator, kinds=KINDS)
    for _lead in range(20):
        event(LeadFactory(), {"source": ["a", "b"], "owner": [None, administrator.pk]})
    with django_assert_max_num_queries(20):
        assert make_deliveries(at=NOW) == 20
