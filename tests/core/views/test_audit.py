"""The audit log: found by person, act, record, days and words; hidden fields stay hidden."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.choices import FieldAccess, Reach
from core.models import AuditEvent, FieldRule, Grant, Role, User
from core.queries import audit as audit_queries
from core.time_limits import TookTooLong
from tests.factories import ContactFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
URL = "/settings/audit/"


@pytest.fixture
def client(administrator: User, log_in: LogIn) -> Client:
    return log_in(administrator)


@pytest.fixture
def auditor(team: Any) -> User:
    """Reads the log and all leads, but not where they come from."""
    role = Role.objects.create(name="Auditor")
    for permission in ("core.audit.view", "crm.lead.view", "crm.lead.export"):
        Grant.objects.create(role=role, permission=permission, reach=Reach.ALL)
    FieldRule.objects.create(role=role, field="crm.lead.source", access=FieldAccess.NONE)
    user = UserFactory(team=team)
    user.roles.set([role])
    return user


def edited(by: User, **changes: tuple[Any, Any]) -> AuditEvent:
    return audit.record(actor=by, action="edit", subject=LeadFactory(), changes=changes)


def found(client: Client, **query: Any) -> list[int]:
    page = client.get(URL, query)
    assert page.status_code == 200
    return [line.event.pk for line in page.context["page"].lines]


def test_each_question_finds_its_events(client: Client, administrator: User, sales: User) -> None:
    mine = edited(administrator, source=("Fair", "Web"))
    theirs = edited(sales, source=("Web", "展会 “A”"))
    old = edited(sales, city=("Ulm", "Bonn"))
    AuditEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=40))
    job = audit.record(actor=sales, action="job.start")
    assert found(client, actor=sales.pk) == [job.pk, old.pk, theirs.pk]
    assert found(client, action="job.start") == [job.pk]
    assert found(client, type="crm.lead", number=mine.object_id, action="edit") == [mine.pk]
    assert found(client, q="展会") == [theirs.pk]
    assert found(client, q="“A”") == [theirs.pk]
    day = timezone.localdate() - timedelta(days=30)
    assert old.pk not in found(client, since=day.isoformat())
    assert found(client, until=day.isoformat()) == [old.pk]


def test_before_and_after_are_in_words(client: Client, administrator: User, sales: User) -> None:
    edited(administrator, source=("Fair", "Web"), owner=(None, sales.pk))
    page = client.get(URL, {"action": "edit"}).content.decode()
    assert "Fair" in page
    assert sales.display_name in page


@pytest.mark.parametrize(
    "query",
    [{"number": "x"}, {"number": "9" * 40}, {"since": "yesterday"}, {"actor": "x"}, {"q": "\0"}],
)
def test_what_cannot_be_asked_is_shown_and_not_asked(query: dict[str, str], client: Client) -> None:
    assert client.get(URL, query).status_code == 200


def test_log_has_pages(client: Client, administrator: User) -> None:
    lead = LeadFactory()
    for number in range(60):
        audit.record(actor=administrator, action="edit", subject=lead, changes={"a": (0, number)})
    first = client.get(URL, {"action": "edit"}).context["page"]
    second = client.get(URL, {"action": "edit", "before": first.older}).context["page"]
    assert [len(first.lines), len(second.lines), second.older] == [50, 10, None]


def test_log_asks_as_often_for_many_events(client: Client, administrator: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        return len(asked)

    edited(administrator, source=("Fair", "Web"))
    client.get(URL)
    few = queries()
    for _event in range(20):
        edited(administrator, source=("Fair", "Web"))
    assert queries() == few
    assert few <= 15


def test_slow_search_ends_with_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: Any, **_options: Any) -> None:
        raise TookTooLong

    monkeypatch.setattr("core.views.audit.audit_page", slow)
    assert "longer than five seconds" in client.get(URL).content.decode()


def test_hidden_fields_and_unreached_types_stay_hidden(
    administrator: User, auditor: User, log_in: LogIn
) -> None:
    lead = edited(administrator, source=("Fair", "Secret"), city=("Ulm", "Bonn"))
    contact = audit.record(
        actor=administrator, action="edit", subject=ContactFactory(), changes={"city": ("A", "B")}
    )
    client = log_in(auditor)
    page = client.get(URL)
    shown = [line.event.pk for line in page.context["page"].lines]
    assert lead.pk in shown
    assert contact.pk not in shown
    assert "Bonn" in page.content.decode()
    assert "Secret" not in page.content.decode()
    # Whoever may not see a field may not find out its values either.
    assert lead.pk in found(client, q="nothing like this")
    export = client.post(f"{URL}export/")
    assert "Secret" not in b"".join(export.streaming_content).decode()


def test_export_streams_what_is_found(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_queries, "CHUNK", 2)
    for number in range(5):
        edited(administrator, source=("=1+1", f"w{number}"))
    answer = client.post(f"{URL}export/?action=edit")
    text = b"".join(answer.streaming_content).decode()
    assert text.count("Lead") == 5
    assert "w0" in text
    assert AuditEvent.objects.get(action="export").changes == {"action": [None, "edit"]}


def test_log_is_for_those_who_may_read_it(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).get(URL).status_code == 403
    assert log_in(manager).get("/settings/privacy/").status_code == 403


def test_exports_say_what_was_taken(client: Client, auditor: User, log_in: LogIn) -> None:
    LeadFactory(source="Fair")
    address = "if=source:is:Fair&columns=source,status"
    client.post(
        reverse("bulk_export", args=["crm.lead"]), {"all": "1", "form": "csv", "address": address}
    )
    (line,) = client.get("/settings/privacy/").context["lines"]
    assert (line.list_label, line.rows, line.form) == ("Leads", 1, "CSV")
    assert "Fair" in line.conditions
    assert "Source" in line.fields
    (hidden,) = log_in(auditor).get("/settings/privacy/").context["lines"]
    assert hidden.conditions == ""
    assert "Source" not in hidden.fields


def test_log_ins_are_noted_done_and_failed(client: Client) -> None:
    user = UserFactory(email="ann@example.org", role="sales")
    user.set_password("a long pass phrase")
    user.save()
    visitor = Client()
    for email, word in (
        ("ann@example.org", "wrong"),
        ("my password", "x"),
        ("ann@example.org", "a long pass phrase"),
    ):
        visitor.post("/accounts/login/", {"login": email, "password": word})
    page = client.get("/settings/privacy/log-ins/")
    actions = [line.event.action for line in page.context["lines"]]
    assert actions.count("sign_in") == 1
    assert actions.count("sign_in.failed") >= 1
    assert "my password" not in str(list(AuditEvent.objects.values_list("changes", flat=True)))
    failed = client.get("/settings/privacy/log-ins/", {"failed": "yes"}).context["lines"]
    assert {line.event.action for line in failed} == {"sign_in.failed"}
    assert failed[-1].user == user
