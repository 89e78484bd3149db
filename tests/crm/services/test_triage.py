"""New leads are qualified, disqualified or put off, many at once, with undo; and come back by themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.pipelines import seed_reasons
from core.choices import Reach
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, Notification, User
from core.services.records import change_records
from core.services.undo import undo_change_set
from crm.choices import UNFIT, ActivityKind, LeadStatus, ResponseClock
from crm.models import Activity, CloseReason, Lead
from crm.queries.inbox import inbox_url
from crm.services.activities import complete_activity
from crm.services.triage import DisqualifyLeads, QualifyLeads, RecycleLeads, return_leads
from tests.factories import CloseReasonFactory, LeadFactory, RoleFactory, UserFactory

LogIn = Callable[..., Client]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
CAME = datetime(2026, 11, 26, 15, tzinfo=UTC)


@pytest.fixture
def lead(manager: User) -> Lead:
    made: Lead = LeadFactory(owner=manager, captured_at=CAME)
    return made


def do(change: Any, by: User, *leads: Lead, at: datetime = NOW) -> ChangeSet:
    rows = Lead.objects.filter(pk__in=[each.pk for each in leads])
    done = change_records(rows=rows, change=change, by=by, at=at)
    for each in leads:
        each.refresh_from_db()
    return done


def test_qualifying_sets_the_status_and_plans_the_next_step(lead: Lead, manager: User) -> None:
    done = do(QualifyLeads("Send the price list", "2026-12-01"), manager, lead)
    assert (lead.status, lead.awaits_since) == (
        LeadStatus.QUALIFIED,
        CAME,
    )  # nobody has answered yet
    task = Activity.objects.get(lead=lead)
    assert (task.kind, task.subject, task.owner) == (
        ActivityKind.TASK,
        "Send the price list",
        manager,
    )
    assert task.at is not None
    assert task.at.date().isoformat() == "2026-12-01"
    undo_change_set(change_set=done, by=manager, at=NOW)
    lead.refresh_from_db()
    assert lead.status == LeadStatus.NEW
    assert not Activity.objects.kept().filter(lead=lead).exists()


def test_next_step_that_is_done_stays_when_the_change_is_undone(lead: Lead, manager: User) -> None:
    done = do(QualifyLeads("Call"), manager, lead)
    complete_activity(activity=Activity.objects.get(lead=lead), by=manager, at=NOW)
    undo_change_set(change_set=done, by=manager, at=NOW)
    assert Activity.objects.kept().filter(lead=lead).count() == 1


def test_disqualifying_keeps_the_reason_and_closes(lead: Lead, manager: User) -> None:
    done = do(DisqualifyLeads("Too small"), manager, lead)
    assert (lead.status, lead.lost_reason) == (LeadStatus.UNQUALIFIED, "Too small")
    assert (lead.closed_at, lead.awaits_since) == (NOW, None)
    undo_change_set(change_set=done, by=manager, at=NOW)
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason, lead.closed_at) == (LeadStatus.NEW, "", None)
    assert lead.awaits_since == CAME


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (DisqualifyLeads(" "), "Say why"),
        (QualifyLeads("", "2026-12-01"), "next step"),
        (QualifyLeads("x" * 201), "up to 200"),
        (RecycleLeads("2026-11-26"), "two years"),
        (RecycleLeads("2029-11-26"), "two years"),
    ],
)
def test_what_makes_no_sense_is_refused(
    lead: Lead, manager: User, change: Any, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        do(change, manager, lead)
    lead.refresh_from_db()
    assert (lead.status, lead.returns_on) == (LeadStatus.NEW, None)


def test_lead_put_off_leaves_the_inbox_and_comes_back_once(lead: Lead, manager: User) -> None:
    do(RecycleLeads("2026-12-10"), manager, lead)
    assert (str(lead.returns_on), lead.awaits_since, lead.clock) == ("2026-12-10", None, "")
    assert return_leads(at=NOW + timedelta(days=12)) == 0
    day = datetime(2026, 12, 10, 0, 1, tzinfo=UTC)
    assert return_leads(at=day) == 1
    assert return_leads(at=day) == 0
    lead.refresh_from_db()
    assert (lead.status, lead.returns_on) == (LeadStatus.NEW, None)
    assert (lead.awaits_since, lead.clock) == (day, ResponseClock.WAITING)
    told = Notification.objects.get(user=manager)
    assert told.url == lead.get_absolute_url()
    assert AuditEvent.objects.filter(action="lead.return", object_id=lead.pk).count() == 1


def test_closed_lead_comes_back_open(lead: Lead, manager: User) -> None:
    do(DisqualifyLeads("No budget"), manager, lead)
    do(RecycleLeads("2026-12-10"), manager, lead)
    assert lead.status == LeadStatus.UNQUALIFIED
    return_leads(at=NOW + timedelta(days=20))
    lead.refresh_from_db()
    assert (lead.status, lead.closed_at, lead.lost_reason) == (LeadStatus.NEW, None, "")


def test_deleted_and_converted_leads_do_not_come_back(manager: User) -> None:
    day = NOW.date()
    gone = LeadFactory(owner=manager, returns_on=day, deleted_at=NOW, status=LeadStatus.LOST)
    deal = LeadFactory(owner=manager, returns_on=day, status=LeadStatus.CONVERTED)
    assert return_leads(at=NOW) == 2
    gone.refresh_from_db()
    deal.refresh_from_db()
    assert (gone.status, deal.status) == (LeadStatus.LOST, LeadStatus.CONVERTED)
    assert not Notification.objects.exists()


def test_many_that_come_back_are_told_in_one_sentence(manager: User) -> None:
    for _each in range(4):
        LeadFactory(owner=manager, returns_on=NOW.date())
    return_leads(at=NOW)
    assert Notification.objects.get(user=manager).message_args == {"count": 4}


def test_converted_lead_is_left_as_it_is(manager: User) -> None:
    settled = LeadFactory(owner=manager, status=LeadStatus.CONVERTED, closed_at=NOW)
    for change in (QualifyLeads(), DisqualifyLeads("Spam"), RecycleLeads("2026-12-10")):
        assert do(change, manager, settled).count == 0
    assert settled.status == LeadStatus.CONVERTED


def test_role_that_may_not_set_the_status_is_refused(lead: Lead) -> None:
    grants = dict.fromkeys(("crm.lead.view", "crm.lead.edit"), Reach.ALL)
    role = RoleFactory(grants=grants, locks=["crm.lead.status"])
    with pytest.raises(Refused, match="status of leads"):
        do(DisqualifyLeads("Spam"), UserFactory(roles=[role]), lead)


def test_dialog_asks_for_the_reason_and_offers_the_listed_ones(
    lead: Lead, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    url = reverse("bulk_change", args=["crm.lead", "lead.disqualify"])
    asked = client.post(url, {"ids": lead.pk, "record": lead.pk})
    assert "Too small" in asked.content.decode()
    refused = client.post(url, {"ids": lead.pk, "apply": "1"})
    assert refused.status_code == 422
    assert "Say why it is not a fit" in refused.content.decode()
    client.post(url, {"ids": lead.pk, "apply": "1", "reason": "Too small", "words": "Two people"})
    lead.refresh_from_db()
    assert lead.lost_reason == "Too small: Two people"


def test_record_page_and_preview_offer_what_can_be_done(
    lead: Lead, manager: User, log_in: LogIn
) -> None:
    client = log_in(manager)
    for url in (
        lead.get_absolute_url(),
        reverse("record_preview", args=["crm.lead", lead.pk]),
    ):
        shown = client.get(url).content.decode()
        for key in ("lead.qualify", "lead.disqualify", "lead.recycle"):
            assert reverse("bulk_change", args=["crm.lead", key]) in shown
    Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.CONVERTED)
    assert "lead.recycle" not in client.get(lead.get_absolute_url()).content.decode()


def test_rows_of_the_inbox_have_a_button_for_each_change(manager: User, log_in: LogIn) -> None:
    lead = LeadFactory(owner=manager, awaits_since=CAME)
    client = log_in(manager)
    shown = client.get(inbox_url()).content.decode()
    for key in ("lead.qualify", "lead.disqualify", "lead.recycle"):
        url = reverse("bulk_change", args=["crm.lead", key])
        assert f'form="row-change" name="ids" value="{lead.pk}" formaction="{url}"' in shown
    assert shown.index("</table>") < shown.index('<form id="row-change"')
    assert "row-change" not in client.get("/leads/").content.decode()


def test_empty_inbox_says_that_nobody_waits(manager: User, log_in: LogIn) -> None:
    LeadFactory(owner=manager, status=LeadStatus.WORKING, awaits_since=None)
    shown = log_in(manager).get(inbox_url()).content.decode()
    assert "No new lead is waiting" in shown
    assert "Nothing found" not in shown


def test_rows_offer_only_what_their_reader_may(log_in: LogIn) -> None:
    reads = {"crm.lead.view": Reach.ALL}
    own = UserFactory(roles=[RoleFactory(grants=reads | {"crm.lead.edit": Reach.OWN})])
    for owner in (own, UserFactory()):
        LeadFactory(owner=owner, awaits_since=CAME)
    shown = log_in(own).get(inbox_url()).content.decode()
    assert shown.count('form="row-change"') == 3, "those of the own lead"
    locked = RoleFactory(grants=reads | {"crm.lead.edit": Reach.ALL}, locks=["crm.lead.status"])
    shown = log_in(UserFactory(roles=[locked])).get(inbox_url()).content.decode()
    assert 'form="row-change"' not in shown


@pytest.mark.django_db(transaction=True)
def test_two_workers_bring_a_lead_back_once(manager: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    LeadFactory(owner=manager, returns_on=NOW.date())
    gate, numbers = Barrier(2), []

    def work() -> None:
        gate.wait()
        numbers.append(return_leads(at=NOW))
        connection.close()

    threads = [Thread(target=work) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [0, 1]
    assert Notification.objects.count() == 1


def test_seeded_reasons_are_there_for_leads_as_well() -> None:
    CloseReason.objects.all().delete()
    CloseReasonFactory(kind="lost", name="Price")
    seed_reasons()
    assert CloseReason.objects.filter(kind=UNFIT).count() == 6
    assert CloseReason.objects.filter(kind="lost").count() == 1
