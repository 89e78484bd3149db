"""Writing in the admin panel: the services' rules, the trail and the search index hold."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from core import audit
from core.admin import base, paging, site
from core.choices import RunState
from core.models import AuditEvent, ExchangeRate, JobRun, SearchEntry, User
from core.time_limits import TookTooLong
from crm.choices import StageKind
from crm.models import Contact, Deal, Stage, StageChange
from tests.factories import (
    ContactFactory,
    DealFactory,
    JobRunFactory,
    LeadFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
CONTACTS = "/admin/crm/contact/"


@pytest.fixture
def panel(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


def form_of(page: HttpResponse) -> dict[str, Any]:
    """What the form on a page would send."""
    form = page.context["adminform"].form
    values: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if hasattr(value, "strftime") and hasattr(value, "hour"):
            values |= {f"{name}_0": f"{value:%Y-%m-%d}", f"{name}_1": f"{value:%H:%M:%S}"}
        elif value not in (None, False):
            values[name] = getattr(value, "pk", value)
    return values


def edit(panel: Client, row: Any, **changed: Any) -> HttpResponse:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    url = reverse(name, args=[row.pk])
    values = form_of(panel.get(url)) | changed
    return panel.post(url, {key: value for key, value in values.items() if value is not None})


def events(row: Any) -> list[AuditEvent]:
    found = AuditEvent.objects.filter(object_type=row._meta.label_lower, object_id=row.pk)
    return list(found.order_by("pk"))


def test_edited_record_keeps_its_trail_and_is_found(panel: Client, administrator: User) -> None:
    contact = ContactFactory(name="Ada Before", owner=administrator)
    assert edit(panel, contact, name="Ada Lovelace").status_code == 302
    (event,) = events(contact)
    assert (event.action, event.actor) == ("edit", administrator)
    assert event.changes["name"] == ["Ada Before", "Ada Lovelace"]
    assert SearchEntry.objects.filter(object_type="crm.contact", object_id=contact.pk).exists()
    assert "Ada Lovelace" in panel.get(f"{CONTACTS}?q=lovelace").content.decode()


def test_added_record_belongs_to_whoever_adds_it(panel: Client, administrator: User) -> None:
    assert panel.post(f"{CONTACTS}add/", {"name": "Grace Hopper"}).status_code == 302
    contact = Contact.objects.get(name="Grace Hopper")
    assert contact.owner == administrator
    assert [event.action for event in events(contact)] == ["create"]


def test_deal_that_is_moved_writes_its_history(panel: Client) -> None:
    deal: Deal = DealFactory()
    won = Stage.objects.create(pipeline=deal.pipeline, name="At last", kind=StageKind.WON)
    assert edit(panel, deal, stage=won.pk).status_code == 302
    deal.refresh_from_db()
    assert (deal.status, deal.closed_at is not None) == ("won", True)
    assert StageChange.objects.filter(deal=deal, to_stage=won).exists()


def test_refusal_of_a_service_changes_nothing(panel: Client) -> None:
    deal: Deal = DealFactory()
    lost = Stage.objects.create(pipeline=deal.pipeline, name="Alas", kind=StageKind.LOST)
    answer = edit(panel, deal, stage=lost.pk)
    assert answer.status_code == 302
    assert "Say why the deal is lost." in panel.get(CONTACTS).content.decode()
    assert Deal.objects.get(pk=deal.pk).stage == deal.stage


def test_deleted_record_lies_in_the_bin(panel: Client) -> None:
    contact = ContactFactory()
    LeadFactory(contact=contact)
    url = f"{CONTACTS}{contact.pk}/delete/"
    assert "put into the bin" in panel.get(url).content.decode()
    assert panel.post(url, {"post": "yes"}).status_code == 302
    contact.refresh_from_db()
    assert contact.deleted_at is not None
    assert events(contact)[-1].action == "delete"


def test_chosen_records_go_into_the_bin_and_come_back(panel: Client) -> None:
    chosen = [ContactFactory().pk for _ in range(3)]
    other = ContactFactory()
    act = {"_selected_action": chosen, "index": 0}
    panel.post(CONTACTS, {"action": "move_to_bin", **act})
    assert list(Contact.objects.kept()) == [other]
    panel.post(f"{CONTACTS}?bin=yes", {"action": "restore", **act})
    assert Contact.objects.kept().count() == 4


def test_more_rows_than_one_request_may_change_are_refused(
    panel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "MOST_AT_ONCE", 2)
    chosen = [ContactFactory().pk for _ in range(3)]
    act = {"action": "move_to_bin", "_selected_action": chosen, "index": 0}
    answer = panel.post(CONTACTS, act, follow=True)
    assert "Choose at most 2 rows here" in answer.content.decode()
    assert Contact.objects.kept().count() == 3


def test_records_in_the_bin_are_shown_when_they_are_asked_for(panel: Client) -> None:
    ContactFactory(name="Kept One")
    ContactFactory(name="Gone One", deleted_at=timezone.now())
    plain, bin_, both = (
        panel.get(CONTACTS + query).content.decode() for query in ("", "?bin=yes", "?bin=all")
    )
    assert ("Kept One" in plain, "Gone One" in plain) == (True, False)
    assert ("Kept One" in bin_, "Gone One" in bin_) == (False, True)
    assert ("Kept One" in both, "Gone One" in both) == (True, True)


def test_what_services_own_cannot_be_written(panel: Client, administrator: User) -> None:
    event = audit.record(actor=administrator, action="edit", subject=administrator)
    for url in (
        "/admin/core/auditevent/add/",
        f"/admin/core/auditevent/{event.pk}/change/",
        f"/admin/core/auditevent/{event.pk}/delete/",
        f"/admin/core/user/{administrator.pk}/change/",
    ):
        assert panel.post(url, {"action": "x", "name": "x", "post": "yes"}).status_code == 403
    assert AuditEvent.objects.filter(pk=event.pk, action="edit").exists()


def test_password_hash_is_on_no_page(panel: Client) -> None:
    user = UserFactory(password="a long secret")
    page = panel.get(f"/admin/core/user/{user.pk}/change/").content.decode()
    assert user.email in page
    assert user.password not in page
    assert "md5$" not in page


def test_job_is_cancelled_by_its_service(panel: Client) -> None:
    run: JobRun = JobRunFactory(state=RunState.QUEUED, finished_at=None)
    act = {"action": "cancel", "_selected_action": [run.pk], "index": 0}
    panel.post("/admin/core/jobrun/", act)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert AuditEvent.objects.filter(action="job.cancel", run=run).exists()


def test_schedule_is_changed_with_its_trail(panel: Client) -> None:
    task = PeriodicTask.objects.get(name="Reminders")
    every = IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)
    assert edit(panel, task, interval=every.pk).status_code == 302
    task.refresh_from_db()
    assert task.interval == every
    assert "interval" in events(task)[-1].changes
    assert panel.get("/admin/django_celery_beat/periodictask/add/").status_code == 403


def test_exchange_rate_is_written_by_its_service(panel: Client) -> None:
    values = {"currency": "USD", "valid_from": "2026-01-01", "rate": "0.9"}
    assert panel.post("/admin/core/exchangerate/add/", values).status_code == 302
    rate = ExchangeRate.objects.get(currency="USD")
    assert AuditEvent.objects.filter(action="rate.save", object_id=rate.pk).exists()
    panel.post(f"/admin/core/exchangerate/{rate.pk}/delete/", {"post": "yes"})
    assert AuditEvent.objects.filter(action="rate.delete", object_id=rate.pk).exists()
    assert not ExchangeRate.objects.filter(currency="USD").exists()


def test_password_is_asked_for_before_a_session_is_ended(
    administrator: User, sales: User, log_in: LogIn
) -> None:
    administrator.set_password("a long password")
    administrator.save()
    panel, theirs = log_in(administrator), log_in(sales)
    theirs.get("/")
    session = UserSession.objects.get(user=sales)
    act = {"action": "end", "_selected_action": [session.pk], "index": 0}
    answer = panel.post("/admin/usersessions/usersession/", act)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert UserSession.objects.filter(pk=session.pk).exists()
    panel.post(answer["Location"], {"password": "a long password"})  # goes on where it was stopped
    assert not UserSession.objects.filter(pk=session.pk).exists()
    assert theirs.get("/").status_code == 302
    assert AuditEvent.objects.filter(action="session.end", object_id=sales.pk).exists()


def test_history_is_the_trail_of_the_row(panel: Client, administrator: User) -> None:
    contact, other = ContactFactory(), ContactFactory()
    audit.record(actor=administrator, action="edit", subject=contact)
    audit.record(actor=administrator, action="delete", subject=other)
    page = panel.get(f"{CONTACTS}{contact.pk}/history/", follow=True)
    shown = list(page.context["cl"].result_list)
    assert [event.object_id for event in shown] == [contact.pk]


def test_links_are_looked_up_not_listed(panel: Client) -> None:
    ContactFactory(name="Zoë Linked")
    page = panel.get("/admin/crm/deal/add/").content.decode()
    assert "Zoë Linked" not in page
    asked = {"app_label": "crm", "model_name": "deal", "field_name": "contact"}
    edit(panel, Contact.objects.get(name="Zoë Linked"), city="Bonn")
    for term, found in (("linked", ["Zoë Linked"]), ("nobody", []), ("", ["Zoë Linked"])):
        answer = panel.get("/admin/autocomplete/", {**asked, "term": term}).json()
        assert [each["text"] for each in answer["results"]] == found


def test_list_counts_no_further_than_it_turns(
    panel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_ROWS", 60)
    Contact.objects.bulk_create(Contact(name=f"Person {n}") for n in range(70))
    with CaptureQueriesContext(connection) as queries:
        page = panel.get(CONTACTS).content.decode()
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert "LIMIT 61" in counts[0]
    assert "More than 60 rows" in page
    assert panel.get(f"{CONTACTS}?p=2").status_code == 200
    assert panel.get(f"{CONTACTS}?p=3").status_code == 302  # behind the last


def test_question_that_takes_too_long_is_answered_with_a_sentence(
    panel: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_args: Any) -> None:
        raise TookTooLong

    monkeypatch.setattr(base.PanelAdmin, "get_search_results", stop)
    answer = panel.get(f"{CONTACTS}?q=x")
    assert answer.status_code == 503
    assert "This took too long" in answer.content.decode()


def test_database_stops_a_read_of_the_panel(panel: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "SECONDS", 0.05)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    def read(*_args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(endless)

    monkeypatch.setattr(base.PanelAdmin, "get_search_results", read)
    assert panel.get(f"{CONTACTS}?q=x").status_code == 503


def test_somebody_who_is_not_signed_in_has_no_permission() -> None:
    request = RequestFactory().get("/admin/")
    request.user = AnonymousUser()
    assert not site.PanelSite().has_permission(request)


def test_colours_are_those_of_the_product() -> None:
    css = settings.BASE_DIR / "static" / "css"
    ours = set(re.findall(r"#[0-9a-f]{6}", (css / "panel.css").read_text()))
    assert ours
    assert ours <= set(re.findall(r"#[0-9a-f]{6}", (css / "tokens.css").read_text()))


@pytest.mark.parametrize(
    ("theme", "shown"), [("dark", 'class="dark"'), ("light", 'class="light"'), ("auto", "theme()")]
)
def test_theme_is_the_users(theme: str, shown: str, administrator: User, panel: Client) -> None:
    User.objects.filter(pk=administrator.pk).update(theme=theme)
    assert shown in panel.get("/admin/").content.decode()


def test_deleted_rows_of_long_ago_are_still_reached(panel: Client) -> None:
    contact = ContactFactory(deleted_at=timezone.now() - timedelta(days=29))
    assert panel.get(f"{CONTACTS}{contact.pk}/change/").status_code == 200


def test_trail_is_told_in_the_words_of_the_audit_log(panel: Client, administrator: User) -> None:
    audit.record(actor=administrator, action="user.create", subject=administrator)
    event = AuditEvent.objects.latest("pk")
    for page in ("/admin/core/auditevent/", f"/admin/core/auditevent/{event.pk}/change/"):
        shown = panel.get(page).content.decode()
        main = shown[shown.index('id="content') :]
        assert {"User added", "User", "To what"} <= set(re.findall(r">\s*([^<>]*?)\s*<", main))
        assert not {"user.create", "core.user"} & set(re.findall(r">\s*([^<>]*?)\s*<", main))
