"""The bulk bar of a list, its dialogs, exporting, undoing: what each role gets and does."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.choices import Reach
from core.models import AuditEvent, ChangeSet, JobRun, Tag, User
from core.services import bulk_changes, exports
from crm.models import Company, Contact, Lead
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    RoleFactory,
    TagFactory,
    UserFactory,
)
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true", "HX-Target": "list-dialog"}
ACTIONS = ("assign", "tag", "edit", "delete")


def url(action: str, record_type: str = "crm.contact") -> str:
    return reverse("bulk_change", args=[record_type, action])


def contact(owner: User, **fields: Any) -> Contact:
    return ContactFactory(owner=owner, team=owner.team, **fields)


def said(response: HttpResponse) -> list[tuple[str, str]]:
    """The messages and where they let undo."""
    return [(str(m), m.extra_tags or "") for m in get_messages(response.wsgi_request)]


def somebody(**rules: list[str]) -> User:
    grants = {
        f"crm.{kind}.{action}": Reach.ALL
        for kind in ("contact", "company", "lead", "deal")
        for action in ("view", "edit", "assign", "delete", "export")
    }
    return UserFactory(roles=[RoleFactory(grants=grants, **rules)])


# -- the bar and the dialogs ---------------------------------------------------------------------

BARS = [
    ("administrator", {"assign", "tag", "edit", "export", "delete"}),
    ("manager", {"assign", "tag", "edit", "export", "delete"}),
    ("marketing", {"tag", "edit", "export", "delete"}),
    ("sales", {"tag", "edit", "delete"}),
]


@pytest.mark.parametrize(("role", "offered"), BARS)
def test_list_offers_what_the_role_may_do(
    role: str, offered: set[str], request: pytest.FixtureRequest, log_in: LogIn
) -> None:
    user = request.getfixturevalue(role)
    contact(user)
    page = log_in(user).get(reverse("contact_list")).content.decode()
    found = set(re.findall(r'formaction="/records/crm.contact/(?:bulk/)?(\w+)/"', page))
    assert found == offered
    assert ("Export as CSV" in page) == ("export" in offered)


@pytest.mark.parametrize("role", ["administrator", "manager", "marketing", "sales"])
@pytest.mark.parametrize("action", [*ACTIONS, "export"])
def test_dialog_opens_for_whoever_may(
    role: str, action: str, request: pytest.FixtureRequest, log_in: LogIn
) -> None:
    user = request.getfixturevalue(role)
    address = reverse("bulk_export", args=["crm.contact"]) if action == "export" else url(action)
    form = {"ids": contact(user).pk, "address": ""}
    client = log_in(user)
    page = client.post(address, form)
    dialog = client.post(address, form, headers=HTMX)
    if action in dict(BARS)[role]:
        assert (page.status_code, dialog.status_code) == (200, 200)
        assert b"<html" in page.content
        assert b"<dialog" in dialog.content
        assert b"<html" not in dialog.content
    else:
        assert (page.status_code, dialog.status_code) == (403, 403)
    assert Contact.objects.kept().count() == 1
    assert ChangeSet.objects.count() == 0


def test_unknown_action_and_type_are_not_found(administrator: User, log_in: LogIn) -> None:
    client = log_in(administrator)
    assert client.post(url("explode"), {"ids": 1}).status_code == 404
    assert client.post(url("delete", "crm.nothing"), {"ids": 1}).status_code == 404
    assert client.get(url("delete")).status_code == 405


@pytest.mark.parametrize("form", [{}, {"ids": "x"}, {"ids": "9" * 30}])
def test_nothing_chosen_is_told(form: dict[str, str], sales: User, log_in: LogIn) -> None:
    response = log_in(sales).post(url("delete"), {**form, "apply": "1"})
    assert response.status_code == 302
    assert "at least one" in said(response)[0][0]


# -- doing it ------------------------------------------------------------------------------------


def test_delete_asks_nothing_and_can_be_undone(sales: User, log_in: LogIn) -> None:
    rows = [contact(sales), contact(sales)]
    client = log_in(sales)
    form = {"ids": [row.pk for row in rows], "apply": "1", "address": "q=con&sort=-created"}
    response = client.post(url("delete"), form)
    assert response["Location"] == "/contacts/?q=con&sort=-created"
    change_set = ChangeSet.objects.get()
    undo = reverse("change_undo", args=[change_set.pk])
    assert said(response) == [("2 contacts deleted.", undo)]
    page = client.get(response["Location"]).content.decode()
    assert f'action="{undo}"' in page
    response = client.post(undo)
    assert said(response)[-1] == ("Undone: 2 contacts are as they were before.", "")
    assert Contact.objects.kept().count() == 2


def test_delete_by_htmx_leaves_for_the_list(sales: User, log_in: LogIn) -> None:
    form = {"ids": contact(sales).pk, "apply": "1"}
    response = log_in(sales).post(url("delete"), form, headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (204, "/contacts/")


def test_what_is_not_ones_own_stays_and_is_told(
    sales: User, colleague: User, log_in: LogIn
) -> None:
    mine, theirs = contact(sales), contact(colleague)
    response = log_in(sales).post(url("delete"), {"ids": [mine.pk, theirs.pk], "apply": "1"})
    assert said(response)[0][0] == (
        "1 contact deleted. 1 is not yours to change and stays as it is."
    )
    assert list(Contact.objects.kept()) == [theirs]


def test_contacts_are_assigned(manager: User, sales: User, outsider: User, log_in: LogIn) -> None:
    row, client = contact(manager), log_in(manager)
    form = {"ids": row.pk, "apply": "1"}
    for owner in ("", "x", outsider.pk):
        assert client.post(url("assign"), {**form, "owner": owner}).status_code == 422
    assert client.post(url("assign"), {**form, "owner": sales.pk}).status_code == 302
    assert Contact.objects.get().owner == sales


def test_ticked_leads_are_given_to_a_colleague(
    manager: User, sales: User, outsider: User, log_in: LogIn
) -> None:
    mine, theirs = LeadFactory(owner=manager), LeadFactory(owner=outsider)
    form = {"ids": [mine.pk, theirs.pk, "x", "9" * 30], "owner": sales.pk, "apply": "1"}
    log_in(manager).post(url("assign", "crm.lead"), form)
    assert [Lead.objects.get(pk=lead.pk).owner for lead in (mine, theirs)] == [sales, outsider]


def test_tags_are_chosen_or_written(sales: User, log_in: LogIn) -> None:
    row, fair, client = contact(sales), TagFactory(name="Fair"), log_in(sales)
    form = {"ids": row.pk, "apply": "1", "way": "add"}
    assert client.post(url("tag"), form).status_code == 422
    client.post(url("tag"), {**form, "tags": fair.pk, "names": "VIP， fair , 重要"})
    assert sorted(tag.name for tag in row.tags.all()) == ["Fair", "VIP", "重要"]
    client.post(url("tag"), {**form, "way": "remove", "names": "vip, unknown"})
    assert sorted(tag.name for tag in row.tags.all()) == ["Fair", "重要"]
    assert Tag.objects.count() == 3


def test_field_is_chosen_then_its_value(sales: User, log_in: LogIn) -> None:
    row, client = contact(sales), log_in(sales)
    form = {"ids": row.pk}
    first = client.post(url("edit"), form)
    assert "value" not in first.context["form"].fields
    second = client.post(url("edit"), {**form, "field": "lifecycle_stage"})
    assert second.status_code == 200
    assert "Customer" in second.content.decode()
    done = client.post(url("edit"), {**form, "field": "city", "value": "Ulm", "apply": "1"})
    assert said(done)[0][0] == "1 contact changed."
    assert Contact.objects.get().city == "Ulm"


def test_value_that_does_not_fit_is_told_at_the_field(sales: User, log_in: LogIn) -> None:
    form = {"ids": contact(sales).pk, "field": "birthday", "value": "soon", "apply": "1"}
    response = log_in(sales).post(url("edit"), form, headers=HTMX)
    assert response.status_code == 422
    assert response.context["form"].errors["value"]
    assert b"soon" in response.content


@pytest.mark.parametrize("has_number", [True, False])
def test_company_is_chosen_among_suggestions_or_named(
    has_number: bool, sales: User, outsider: User, log_in: LogIn
) -> None:
    row, client = contact(sales), log_in(sales)
    mine = CompanyFactory(owner=sales, team=sales.team, name="Kestrel Robotics")
    theirs = CompanyFactory(owner=outsider, team=outsider.team, name="Kestrel Foods")
    form = {"ids": row.pk, "field": "company"}
    page = client.post(url("edit"), form).content.decode()
    assert reverse("lookup", args=["crm.company"]) in page

    def choose(company: Company) -> int:
        given = {"value": company.name, "value_id": company.pk if has_number else ""}
        return client.post(url("edit"), {**form, **given, "apply": "1"}).status_code

    assert choose(theirs) == 422
    assert choose(mine) == 302
    assert Contact.objects.get().company == mine


def test_fields_of_every_kind_have_a_control(log_in: LogIn) -> None:
    kinds = ("text", "number", "date", "choice", "boolean", "user", "moment", "choices")
    for kind in kinds:
        CustomFieldFactory(object_type="crm.deal", type=kind, key=kind)
    user = somebody()
    client, row = log_in(user), DealFactory()
    first = client.post(url("edit", "crm.deal"), {"ids": row.pk})
    offered = dict(first.context["form"].fields["field"].choices[1:])
    assert offered.keys() >= {"name", "amount", *(f"custom_{kind}" for kind in kinds)}
    for name in offered:
        answer = client.post(url("edit", "crm.deal"), {"ids": row.pk, "field": name})
        assert answer.status_code == 200
        form = answer.context["form"]
        assert form.chosen.name == name
        assert not form.errors
        assert 'id="bulk_value' in answer.content.decode(), name


@pytest.mark.parametrize("how", ["hides", "locks"])
def test_hidden_and_locked_fields_are_not_offered(how: str, log_in: LogIn) -> None:
    field = CustomFieldFactory(object_type="crm.contact")
    hidden = ["crm.contact.city", "crm.contact.tags", field.name]
    user = somebody(**{how: hidden})
    client, row = log_in(user), ContactFactory()
    offered = dict(
        client.post(url("edit"), {"ids": row.pk}).context["form"].fields["field"].choices
    )
    assert not {"city", "tags", f"custom_{field.key}"} & offered.keys()
    for name in ("city", f"custom_{field.key}"):
        form = {"ids": row.pk, "field": name, "value": "Evil", "apply": "1"}
        assert client.post(url("edit"), form).status_code == 422
    assert f'formaction="{url("tag")}"' not in client.get("/contacts/").content.decode()


# -- all of a list -------------------------------------------------------------------------------


def test_all_of_a_list_is_changed(sales: User, log_in: LogIn) -> None:
    for city in ("Bonn", "Bonn", "Jena"):
        contact(sales, city=city)
    form = {"all": "1", "ids": "1", "address": "if=city:is:Bonn", "apply": "1"}
    response = log_in(sales).post(url("delete"), form)
    assert said(response)[0][0] == "2 contacts deleted."
    assert Contact.objects.kept().get().city == "Jena"


def test_many_are_named_first_and_changed_by_a_job(
    sales: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_changes, "MOST_AT_ONCE", 2)
    monkeypatch.setattr("core.views.bulk.MOST_AT_ONCE", 2)
    monkeypatch.setattr("core.views.bulk.wake", lambda _pk: None)
    for _row in range(3):
        contact(sales)
    client, form = log_in(sales), {"all": "1", "address": "", "apply": "1"}
    asked = client.post(url("delete"), form)
    assert "Delete 3 contacts?" in asked.content.decode()
    assert JobRun.objects.count() == 0
    response = client.post(url("delete"), {**form, "confirmed": "1"})
    run = JobRun.objects.get()
    assert response["Location"] == reverse("job_run", args=[run.pk])
    carry_out(run)
    page = client.get(reverse("job_run", args=[run.pk])).content.decode()
    change_set = ChangeSet.objects.get()
    assert reverse("change_detail", args=[change_set.pk]) in page
    assert "Contacts: delete" in page
    detail = client.get(reverse("change_detail", args=[change_set.pk])).content.decode()
    assert "3 contacts deleted." in detail
    response = client.post(reverse("change_undo", args=[change_set.pk]))
    carry_out(JobRun.objects.get(kind="core.bulk_undo"))
    assert Contact.objects.kept().count() == 3


def test_change_of_somebody_else_is_not_there(
    sales: User, colleague: User, administrator: User, log_in: LogIn
) -> None:
    log_in(sales).post(url("delete"), {"ids": contact(sales).pk, "apply": "1"})
    pk = ChangeSet.objects.get().pk
    for name in ("change_detail", "change_undo"):
        address = reverse(name, args=[pk])
        client = log_in(colleague)
        answer = client.get(address) if name == "change_detail" else client.post(address)
        assert answer.status_code == 404
    assert log_in(administrator).get(reverse("change_detail", args=[pk])).status_code == 200


# -- exporting -----------------------------------------------------------------------------------


def export(client: Client, form: str = "csv", record_type: str = "crm.contact", **more: Any) -> Any:
    values = {"all": "1", "form": form, "address": "", **more}
    return client.post(reverse("bulk_export", args=[record_type]), values)


def table(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_people_of_an_event_are_exported_and_tagged(manager: User, log_in: LogIn) -> None:
    event = EventFactory(team=manager.team, name="Fair")
    foreign = EventFactory(name="Elsewhere", deleted_at=NOW)
    ada, bob, _cem = (contact(manager, name=name) for name in ("Ada", "Bob", "Cem"))
    event.contacts.set([ada, bob])
    foreign.contacts.set([ada])
    for name in ("Zeta", "Alpha"):
        GroupFactory(team=manager.team, name=name).contacts.add(bob)
    client, asked = log_in(manager), f"if=events:has_any:{event.pk}"
    rows = table(export(client, address=f"{asked}&sort=name&columns=events,groups"))
    assert rows[1:] == [["Ada", "Fair", ""], ["Bob", "Fair", "Alpha; Zeta"]]
    client.post(
        url("tag"), {"all": "1", "address": asked, "way": "add", "names": "VIP", "apply": "1"}
    )
    assert set(Contact.objects.filter(tags__name="VIP")) == {ada, bob}


def test_list_is_exported_as_it_is_shown(manager: User, log_in: LogIn) -> None:
    company = CompanyFactory(team=manager.team, name="Kestrel", employees=12)
    for name, city in (("Ada", "Ulm"), ("Bob", "Bonn"), ("Cem", "Ulm")):
        row = contact(manager, name=name, city=city, company=company, phone="+49 1")
        row.tags.add(TagFactory(name=f"Tag {name}"))
    address = "if=city:is:Ulm&sort=-name&columns=company,employees,owner,phone,tags,company.name"
    response = export(log_in(manager), address=address)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert table(response) == [
        ["Name", "Company", "Employees", "Owner", "Phone", "Tags", "Company › Name"],
        ["Cem", "Kestrel", "12", manager.name, "'+49 1", "Tag Cem", "Kestrel"],
        ["Ada", "Kestrel", "12", manager.name, "'+49 1", "Tag Ada", "Kestrel"],
    ]
    event = AuditEvent.objects.get(action="export")
    assert (event.actor, event.object_type) == (manager, "crm.contact")
    assert event.changes["rows"] == [None, 2]
    assert event.changes["form"] == [None, "csv"]


def test_csv_begins_with_the_mark_and_defuses_formulas(manager: User, log_in: LogIn) -> None:
    contact(manager, name='=HYPERLINK("http://evil")', city="@SUM(1)")
    content = b"".join(export(log_in(manager), address="columns=city").streaming_content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"'=HYPERLINK" in content
    assert b"'@SUM(1)" in content


def test_ticked_rows_are_exported(manager: User, log_in: LogIn) -> None:
    chosen, _other = contact(manager, name="Ada"), contact(manager, name="Bob")
    rows = table(export(log_in(manager), all="", ids=[chosen.pk], address="columns=city"))
    assert [row[0] for row in rows[1:]] == ["Ada"]


def test_only_what_the_right_reaches_is_exported(log_in: LogIn, sales: User) -> None:
    grants = {"crm.contact.view": Reach.ALL, "crm.contact.export": Reach.OWN}
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    contact(user, name="Mine Own")
    contact(sales, name="Not Mine")
    assert [row[0] for row in table(export(log_in(user)))[1:]] == ["Mine Own"]


def test_export_without_the_permission_is_refused(sales: User, log_in: LogIn) -> None:
    contact(sales)
    assert export(log_in(sales)).status_code == 403
    assert export(log_in(UserFactory())).status_code == 404
    assert AuditEvent.objects.filter(action="export").count() == 0


def test_hidden_fields_are_never_exported(log_in: LogIn) -> None:
    field = CustomFieldFactory(object_type="crm.contact", label="Secret")
    rules = ["crm.contact.phone", "crm.contact.name", "crm.company.industry", field.name]
    user = somebody(hides=rules)
    company = CompanyFactory(industry="Geheim-X")
    ContactFactory(
        name="Geheim-N", phone="Geheim-P", company=company, custom={field.key: "Geheim-C"}
    )
    address = f"columns=phone,industry,company.industry,custom.{field.key},email"
    client = log_in(user)
    response = export(client, address=address)
    content = b"".join(response.streaming_content).decode()
    assert "Geheim" not in content
    assert "Secret" not in content
    book = b"".join(export(client, "xlsx", address=address).streaming_content)
    assert "Geheim" not in sheet_of(book)


def test_related_records_that_may_not_be_seen_are_not_exported(
    manager: User, log_in: LogIn
) -> None:
    grants = {
        "crm.contact.view": Reach.ALL,
        "crm.contact.export": Reach.ALL,
        "crm.company.view": Reach.OWN,
    }
    user = UserFactory(roles=[RoleFactory(grants=grants)])
    contact(manager, company=CompanyFactory(name="Foreign Ltd", industry="Steel"))
    rows = table(export(log_in(user), address="columns=company,company.industry"))
    assert rows[1][1:] == ["", ""]


def test_filter_that_is_hidden_refuses_the_export(log_in: LogIn) -> None:
    ContactFactory(city="Ulm")
    client = log_in(somebody(hides=["crm.contact.city"]))
    response = export(client, address="if=city:is:Ulm")
    assert response.status_code == 302
    assert AuditEvent.objects.filter(action="export").count() == 0


def test_file_is_named_after_the_list_and_the_day_in_every_language(
    manager: User, log_in: LogIn
) -> None:
    contact(manager)
    manager.language = "zh-hans"
    manager.save()
    disposition = export(log_in(manager))["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%E8%81%94%E7%B3%BB%E4%BA%BA%20")
    assert disposition.endswith(".csv")


def sheet_of(book: bytes) -> str:
    with ZipFile(BytesIO(book)) as archive:
        names = [n for n in archive.namelist() if "sharedStrings" in n or "sheet1.xml" in n]
        return "".join(archive.read(name).decode() for name in names)


def test_excel_file_holds_numbers_dates_and_harmless_texts(manager: User, log_in: LogIn) -> None:
    manager.time_zone = "Asia/Shanghai"
    manager.save()
    deal = DealFactory(
        owner=manager, name="=1+1", amount="1234.50", currency="CNY", close_on=date(2026, 12, 24)
    )
    type(deal).objects.update(created_at=datetime(2026, 11, 22, 20, tzinfo=UTC))
    client = log_in(manager)
    address = "columns=amount,close,created"
    sheet = sheet_of(
        b"".join(export(client, "xlsx", "crm.deal", address=address).streaming_content)
    )
    assert "<v>1234.5</v>" in sheet
    assert "<v>46380</v>" in sheet  # 2026-12-24
    assert "<v>46349.1666" in sheet  # 2026-11-23 04:00 in Shanghai
    assert "<f>" not in sheet
    assert "=1+1" in sheet
    assert "CNY" in sheet
    rows = table(export(client, "csv", "crm.deal", address=address))
    assert rows[1] == ["'=1+1", "1234.50", "CNY", "2026-12-24", "2026-11-23 04:00:00"]


def test_excel_file_of_too_many_rows_is_refused(
    manager: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_XLSX_ROWS", 1)
    contact(manager), contact(manager)
    client = log_in(manager)
    response = export(client, "xlsx")
    assert "CSV" in said(response)[0][0]
    assert export(client, "csv").status_code == 200
