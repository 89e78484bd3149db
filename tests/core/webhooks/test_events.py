"""What is kept for webhooks, by every way that records change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import WebhookState
from core.jobs.runner import execute_run
from core.models import User, Webhook, WebhookDelivery, WebhookEvent
from core.registries import record_types
from core.services.bins import erase
from core.services.records import assign_records, delete_records, restore_records, save_record
from core.services.undo import undo_change_set
from crm.models import Contact, Lead
from crm.services.deals import move_deal
from crm.services.imports import running
from crm.services.imports.receiving import receive_file
from crm.services.leads import set_lead_status
from tests.changing import edit_records, tag_records
from tests.factories import (
    ContactFactory,
    DealFactory,
    LeadFactory,
    StageFactory,
    TagFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

EVERYTHING = [
    f"crm.{noun}.{verb}"
    for noun in ("lead", "contact", "company", "deal")
    for verb in ("created", "changed", "deleted", "restored")
] + ["crm.deal.stage_changed"]


@pytest.fixture
def hook(administrator: User) -> Webhook:
    webhook: Webhook = WebhookFactory(owner=administrator, kinds=EVERYTHING)
    return webhook


def kept() -> list[tuple[str, int, Any]]:
    """The events since the last look."""
    found = [
        (kind, event.object_id, event.changes)
        for event in WebhookEvent.objects.order_by("pk")
        for kind in event.kinds
    ]
    WebhookEvent.objects.all().delete()
    return found


def kinds() -> list[str]:
    return [kind for kind, _pk, _changes in kept()]


def test_one_record(hook: Webhook, administrator: User) -> None:
    contact = save_record(record=Contact(name="Ada"), by=administrator)
    assert kept() == [("crm.contact.created", contact.pk, {})]
    contact.name = "Ada L."
    save_record(record=contact, by=administrator)
    ((kind, _pk, changes),) = kept()
    assert kind == "crm.contact.changed"
    assert changes["name"] == ["Ada", "Ada L."]
    save_record(record=contact, by=administrator)
    assert kept() == []


def test_many_records(hook: Webhook, administrator: User, sales: User) -> None:
    LeadFactory.create_batch(3, source="Fair")
    rows, many = Lead.objects.all(), {"by": administrator, "at": NOW}
    edit_records(rows=rows, field="source", value="Web", **many)
    found = kept()
    assert [kind for kind, _pk, _changes in found] == ["crm.lead.changed"] * 3
    assert {tuple(changes["source"]) for _kind, _pk, changes in found} == {("Fair", "Web")}
    edit_records(rows=rows, field="source", value="Web", **many)
    assert kept() == []
    tag_records(rows=rows, tags=[TagFactory()], **many)
    assign_records(rows=rows, owner=sales, **many)
    assert kinds().count("crm.lead.changed") == 6
    deleted = delete_records(rows=rows, **many)
    assert kinds() == ["crm.lead.deleted"] * 3
    undo_change_set(change_set=deleted, **many)
    assert kinds() == ["crm.lead.restored"] * 3
    delete_records(rows=rows, **many)
    restore_records(rows=rows, **many)
    assert kinds() == ["crm.lead.deleted"] * 3 + ["crm.lead.restored"] * 3


def test_deal_that_moves(hook: Webhook, administrator: User) -> None:
    deal = DealFactory(owner=administrator)
    stage = StageFactory(pipeline=deal.pipeline)
    move_deal(deal=deal, stage=stage, by=administrator, at=NOW)
    assert kinds() == ["crm.deal.changed", "crm.deal.stage_changed"]


def test_status_of_a_lead(hook: Webhook, administrator: User) -> None:
    set_lead_status(lead=LeadFactory(), status="lost", by=administrator, at=NOW)
    assert kinds() == ["crm.lead.changed"]


def test_import(hook: Webhook, administrator: User) -> None:
    """New ones, changed ones with what changed, and nothing for rows that change nothing."""
    LeadFactory(
        external_id="1", source="Fair", contact=ContactFactory(name="Ada", owner=administrator)
    )
    LeadFactory(external_id="2", source="Web", contact=None, company=None)
    text = b"Lead ID,Source,Company,Name\n1,Web,,\n2,Web,,\n3,Web,ACME,Bo\n"
    upload = SimpleUploadedFile("leads.csv", text)
    lead_import = receive_file(upload=upload, by=administrator, at=NOW, object_type="crm.lead")
    run = running.start_import(
        file_import=lead_import,
        mapping=lead_import.mapping,
        owner=administrator,
        by=administrator,
        as_of=NOW,
    )
    execute_run(run.pk, wake=lambda *_later: None)
    found = {kind: changes for kind, _pk, changes in kept()}
    assert found.keys() == {
        "crm.company.created",
        "crm.contact.created",
        "crm.lead.created",
        "crm.lead.changed",
    }
    assert found["crm.lead.changed"]["source"] == ["Fair", "Web"]


def test_page(hook: Webhook, administrator: User, log_in: Callable[[User], Client]) -> None:
    lead = LeadFactory(source="Fair")
    url = reverse("record_field", args=["crm.lead", lead.pk, "source"])
    log_in(administrator).post(url, {"source": "Web", "loaded": '"Fair"'})
    assert kinds() == ["crm.lead.changed"]


def test_what_is_undone_is_not_told(hook: Webhook, administrator: User) -> None:
    with transaction.atomic():
        save_record(record=Contact(name="Ada"), by=administrator)
        transaction.set_rollback(True)
    assert kept() == []


@pytest.mark.parametrize("state", [WebhookState.OFF, None])
def test_nothing_is_kept_that_nobody_wants(administrator: User, state: str | None) -> None:
    if state:
        WebhookFactory(state=state, kinds=EVERYTHING)
    WebhookFactory(kinds=["crm.contact.deleted", "crm.lead.created"])
    save_record(record=Contact(name="Ada"), by=administrator)
    assert kept() == []


def test_a_paused_webhook_collects(administrator: User) -> None:
    WebhookFactory(state=WebhookState.PAUSED, kinds=EVERYTHING)
    save_record(record=Contact(name="Ada"), by=administrator)
    assert kinds() == ["crm.contact.created"]


def test_no_query_for_each_record(hook: Webhook, administrator: User) -> None:
    def queries(count: int) -> int:
        pks = [lead.pk for lead in LeadFactory.create_batch(count, source="Fair", contact=None)]
        rows = Lead.objects.filter(pk__in=pks)
        with CaptureQueriesContext(connection) as found:
            edit_records(rows=rows, field="source", value="Web", by=administrator, at=NOW)
        return len(found)

    one, many = queries(1), queries(30)
    assert many <= one


def test_webhooks_cost_two_queries_and_none_is_one(administrator: User) -> None:
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as found:
            save_record(record=Contact(name="Ada"), by=administrator)
        return [query["sql"] for query in found if "core_webhook" in query["sql"]]

    assert len(queries()) == 1
    WebhookFactory(kinds=EVERYTHING)
    assert len(queries()) == 2


def test_what_is_deleted_for_good_leaves_nothing_but_that_it_was_deleted(
    hook: Webhook, administrator: User
) -> None:
    lead = LeadFactory(deleted_at=NOW)
    same = {"object_type": "crm.lead", "object_id": lead.pk}
    WebhookDeliveryFactory(webhook=hook, **same)
    stays = WebhookDeliveryFactory(webhook=hook, kind="crm.lead.deleted", **same)
    other = WebhookDeliveryFactory(webhook=hook, object_id=lead.pk + 1)
    for names in (["crm.lead.changed"], ["crm.lead.deleted"]):
        WebhookEvent.objects.create(at=NOW, kinds=names, changes={"source": ["a", "b"]}, **same)
    rows = Lead.objects.filter(pk=lead.pk)
    erase(kind=record_types["crm.lead"], rows=rows, by=administrator)
    assert set(WebhookDelivery.objects.all()) == {stays, other}
    assert kinds() == ["crm.lead.deleted"]
