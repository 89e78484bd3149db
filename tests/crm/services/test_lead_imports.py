"""Importing leads: what comes of each row, and what is never touched."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from core.choices import Reach, RunState
from core.errors import Refused
from core.models import AuditEvent, CustomField, User
from crm.choices import LeadStatus
from crm.models import Company, Contact, FileImport, Lead, RefusedRow
from crm.queries import import_files
from tests.crm.files import counts, csv_text, import_file, start, upload
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    LeadFactory,
    RoleFactory,
    UserFactory,
)
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]

HEADER = ["Lead Number", "Name", "E-mail", "Phone", "Company", "Lead Source", "Status", "Seats"]
ADA = ["1", "Ada Lovelace", "ada@example.org", "+44 1", "Engines Ltd", "Fair", "new", "100"]
BEN = ["2", "Ben Bitdiddle", "ben@example.org", "+1 2", "Engines Ltd.", "Web", "won", "200"]
EVE = ["3", "Eve", "", "", "ENGINES  LTD", "Web", "lost", ""]


def lead(number: str) -> Lead:
    return Lead.objects.get(external_id=number)


# -- the good case -------------------------------------------------------------------------------


def test_rows_become_leads_with_contact_company_and_custom_fields(sales: User) -> None:
    done = import_file([HEADER, ADA, BEN, EVE], sales)
    assert (done.run.state, counts(done)) == ("succeeded", (3, 0, 0))
    ada = lead("1")
    assert (ada.status, ada.source, ada.owner, ada.team) == ("new", "Fair", sales, sales.team)
    assert ada.custom == {"seats": 100}
    assert ada.imported_by == done
    assert ada.captured_at is None  # a moment that the file does not tell is not made up
    assert ada.contact is not None
    assert ada.company is not None
    assert (ada.contact.name, ada.contact.email) == ("Ada Lovelace", "ada@example.org")
    assert (ada.contact.owner, ada.contact.company) == (sales, ada.company)
    assert ada.company.name == "Engines Ltd"
    assert done.run is not None
    assert (done.run.state, done.run.rows_read, done.run.rows_written) == ("succeeded", 3, 3)


def test_company_is_found_by_its_comparable_name(sales: User) -> None:
    there = CompanyFactory(name="ENGINES Ltd", owner=sales)
    import_file([HEADER, ADA, EVE], sales)
    assert Company.objects.get() == there
    assert lead("1").company == lead("3").company == there


def test_company_of_another_team_is_not_found_by_its_name(sales: User, outsider: User) -> None:
    theirs = CompanyFactory(name="Engines Ltd", owner=outsider)
    import_file([HEADER, ADA, EVE], sales)
    company = lead("1").company
    assert company == lead("3").company != theirs
    assert (company.owner, company.team) == (sales, sales.team)


def test_company_that_an_import_makes_for_a_colleague_is_made_once(
    outsider: User, team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever imports does not see it, but the next slice finds it."""
    grants = {f"crm.lead.{it}": Reach.ALL for it in ("create", "view", "edit", "assign")}
    grants |= {"crm.import.use": Reach.ALL, "crm.contact.create": Reach.ALL}
    grants["crm.company.create"] = Reach.ALL
    importer = UserFactory(roles=[RoleFactory(grants=grants)], team=team)
    monkeypatch.setattr(import_files, "SLICE_ROWS", 1)
    lead_import = upload(csv_text([HEADER, ADA, BEN, EVE]), importer)
    run = start(lead_import, importer, owner=outsider)
    carry_out(run)
    assert Company.objects.filter(owner=outsider, name_key="engines ltd").count() == 1


def test_contact_is_found_by_e_mail_whatever_its_case(sales: User) -> None:
    there = ContactFactory(owner=sales, name="", email="ADA@Example.org", phone="old")
    import_file([HEADER, ADA], sales)
    there.refresh_from_db()
    assert Contact.objects.get() == there
    assert (there.name, there.phone) == ("Ada Lovelace", "old"), "only empty fields are filled"
    assert there.name_key == "ada lovelace"


def test_rows_with_the_same_e_mail_share_a_contact(sales: User) -> None:
    other = ["9", "", "ADA@example.org", "", "", "Web", "new", ""]
    import_file([HEADER, ADA, other], sales)
    assert lead("1").contact == lead("9").contact == Contact.objects.get()


def test_closed_leads_carry_the_day_they_were_closed(sales: User) -> None:
    import_file([HEADER, ADA, BEN, EVE], sales)
    assert lead("1").closed_at is None
    assert lead("2").status == LeadStatus.CONVERTED
    assert lead("2").closed_at is not None
    assert lead("3").status == LeadStatus.LOST


def test_lead_may_be_anonymous(sales: User) -> None:
    import_file("Lead Number,Lead Source\n7,Web\n", sales)
    assert (lead("7").contact, lead("7").company) == (None, None)
    assert str(lead("7")) == "Lead 7"


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        (["First name", "Last name"], ["Ada", "Lovelace"], "Ada Lovelace"),
        (["姓", "名"], ["林", "兆阳"], "林兆阳"),
        (["Vorname", "Nachname"], ["", "Müller"], "Müller"),
        (["Name", "First name"], ["Dr. Ada", "Ada"], "Dr. Ada"),
    ],
)
def test_name_is_made_of_its_parts(
    header: list[str], row: list[str], name: str, sales: User
) -> None:
    import_file([header, row], sales)
    assert Contact.objects.get().name == name


def test_status_in_words_that_are_not_ours_is_a_field_of_its_own(sales: User) -> None:
    import_file("Lead Number,Status\n1,dreaming\n2,new\n", sales)
    assert (lead("1").status, lead("1").custom) == ("new", {"status": "dreaming"})


def test_words_for_no_answer_are_no_values(sales: User) -> None:
    import_file([HEADER, ["1", "N/A", "-", "none", "Select", "请选择", "", "null"]], sales)
    stored = lead("1")
    assert (stored.contact, stored.company, stored.source, stored.custom) == (None, None, "", {})


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("1", "converted"),
        ("Yes", "converted"),
        ("成交", "converted"),
        ("perhaps", None),
        ("0", "lost"),
        ("否", "lost"),
    ],
)
def test_outcome_is_read_from_a_converted_column(
    text: str, status: str | None, sales: User
) -> None:
    done = import_file(f"Lead Number,Converted\n5,{text}\n", sales)
    assert counts(done) == ((1, 0, 0) if status else (0, 0, 1))
    assert [row.status for row in Lead.objects.all()] == ([status] if status else [])


def test_moment_of_capture_is_read_with_its_zone(sales: User) -> None:
    rows = [
        ["Lead Number", "Created"],
        ["1", "2026-01-02"],
        ["2", "2026-01-02T03:00+08:00"],
        ["3", "32.01.2026"],
        ["4", "0001-01-01T00:00+10:00"],
        ["5", "9999-12-31"],
    ]
    done = import_file(rows, sales)
    assert lead("1").captured_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert lead("2").captured_at == datetime(2026, 1, 1, 19, tzinfo=UTC)
    assert [row.row_number for row in done.refused_rows.order_by("row_number")] == [3, 4, 5]


def test_large_file_goes_in_slice_by_slice(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "SLICE_ROWS", 3)
    rows = [[str(n), f"Person {n}", "", "", "", 'a "quoted"\r\nline', "", ""] for n in range(10)]
    done = import_file([HEADER, *rows], sales)
    assert counts(done) == (10, 0, 0)
    assert done.run is not None
    assert done.run.partitions_total == 4
    assert Lead.objects.filter(source='a "quoted"\nline').count() == 10


# -- again ---------------------------------------------------------------------------------------


def test_same_file_again_updates_and_duplicates_nothing(sales: User) -> None:
    rows = [HEADER, ADA, BEN, EVE, ["4", "No Mail", "", "+3", "", "", "", ""]]
    import_file(rows, sales)
    before = (Lead.objects.count(), Contact.objects.count(), Company.objects.count())
    contacts = dict(Lead.objects.values_list("external_id", "contact"))
    again = import_file(rows, sales)
    assert counts(again) == (0, 0, 0)
    assert again.run is not None
    assert again.run.result["unchanged"] == 4
    assert (Lead.objects.count(), Contact.objects.count(), Company.objects.count()) == before
    assert dict(Lead.objects.values_list("external_id", "contact")) == contacts


def test_second_file_updates_what_it_says_and_leaves_the_rest(sales: User) -> None:
    import_file([HEADER, ADA], sales)
    first = lead("1")
    import_file("Lead Number,Status,Score\n1,won,7\n", sales)
    second = lead("1")
    assert (second.status, second.source, second.contact) == ("converted", "Fair", first.contact)
    assert second.custom == {"seats": 100, "score": 7}
    assert second.created_at == first.created_at
    assert second.imported_by == first.imported_by
    assert second.closed_at is not None


def test_later_row_of_a_file_updates_an_earlier_one(
    sales: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 500):
        monkeypatch.setattr(import_files, "SLICE_ROWS", size)
        Lead.objects.all().delete()
        import_file("Lead Number,Status,City\n1,new,Ulm\n1,won,\n", sales)
        assert (lead("1").status, lead("1").city) == ("converted", "Ulm")


def test_upload_is_imported_once(sales: User) -> None:
    lead_import = upload("Name\nAda\n", sales)
    run = start(lead_import, sales)
    with pytest.raises(Refused, match="already"):
        start(lead_import, sales)
    carry_out(run)
    with pytest.raises(Refused, match="already"):
        start(lead_import, sales)
    assert Lead.objects.count() == 1


def test_upload_that_two_tabs_start_is_imported_once(sales: User) -> None:
    stored = upload("Name\nAda\n", sales)
    first, second = (FileImport.objects.get(pk=stored.pk) for _tab in range(2))
    carry_out(start(first, sales))
    with pytest.raises(Refused, match="already"):
        start(second, sales)
    assert Lead.objects.count() == 1


def test_address_that_a_second_file_knows_goes_to_the_contact_that_is_there(sales: User) -> None:
    import_file("Lead Number,Name\n1,Ada\n1,Ada\n", sales)
    contact = Contact.objects.get()
    import_file("Lead Number,Name,E-mail\n1,Ada,ada@example.org\n", sales)
    contact.refresh_from_db()
    assert (contact.email, contact.email_key) == ("ada@example.org", "ada@example.org")
    assert Contact.objects.count() == 1


def test_person_with_another_address_is_another_contact(sales: User) -> None:
    import_file("Lead Number,Name,E-mail\n1,Ada,ada@example.org\n", sales)
    import_file("Lead Number,Name,E-mail\n1,Ben,ben@example.org\n", sales)
    assert Contact.objects.count() == 2
    assert str(lead("1")) == "Ben"


def test_field_keeps_its_type_and_misfits_are_refused(sales: User) -> None:
    import_file("Lead Number,Seats\n1,100\n", sales)
    again = import_file("Lead Number,Seats\n2,much\n3,5\n", sales)
    assert CustomField.objects.get(label="Seats").type == "number"
    assert counts(again) == (1, 0, 1)
    assert "much" in again.refused_rows.get().reason_text


# -- what is not the importer's ------------------------------------------------------------------


def test_lead_of_another_owner_is_not_changed(sales: User, outsider: User) -> None:
    theirs = LeadFactory(owner=outsider, external_id="1", source="Theirs")
    people, companies = Contact.objects.count(), Company.objects.count()
    done = import_file([HEADER, ADA], sales)
    theirs.refresh_from_db()
    assert theirs.source == "Theirs"
    assert counts(done) == (0, 0, 1)
    assert "out of your reach" in done.refused_rows.get().reason_text
    assert Contact.objects.count() == people, "a refused row leaves no contact"
    assert Company.objects.count() == companies, "a refused row leaves no company"


def test_contact_of_a_colleague_is_linked_but_not_changed(sales: User, colleague: User) -> None:
    theirs = ContactFactory(owner=colleague, team=sales.team, name="", email="ada@example.org")
    import_file([HEADER, ADA], sales)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.phone, theirs.company) == ("", "", None)
    assert lead("1").contact == theirs
    assert Contact.objects.count() == 1


def test_contact_of_another_team_is_not_found_by_its_address(sales: User, outsider: User) -> None:
    """A file of guessed addresses must not open the contacts of others."""
    theirs = ContactFactory(
        owner=outsider, team=outsider.team, name="Secret", email="ada@example.org"
    )
    import_file([HEADER, ADA], sales)
    assert lead("1").contact != theirs
    assert str(lead("1")) == "Ada Lovelace"
    theirs.refresh_from_db()
    assert (theirs.name, theirs.phone) == ("Secret", "")


def test_manager_changes_the_leads_of_the_team(manager: User, sales: User) -> None:
    LeadFactory(owner=sales, external_id="1", source="Old")
    done = import_file([HEADER, ADA], manager)
    assert counts(done) == (0, 1, 0)
    assert (lead("1").source, lead("1").owner) == ("Fair", sales)


def test_leads_go_to_the_chosen_owner(manager: User, sales: User) -> None:
    import_file([HEADER, ADA], manager, owner=sales)
    assert (lead("1").owner, lead("1").team) == (sales, sales.team)
    assert lead("1").contact is not None
    assert lead("1").contact.owner == sales


def test_start_needs_the_permission(sales: User) -> None:
    lead_import = upload("Name\nAda\n", sales)
    with pytest.raises(PermissionDenied):
        start(lead_import, UserFactory())
    assert not lead_import.is_started


def test_import_of_somebody_who_was_switched_off_changes_nothing_that_is_there(
    sales: User,
) -> None:
    import_file([HEADER, ADA], sales)
    lead_import = upload(csv_text([HEADER, [*ADA[:5], "Web", "won", ""], BEN]), sales)
    run = start(lead_import, sales)
    User.objects.filter(pk=sales.pk).update(is_active=False)
    carry_out(run)
    assert lead("1").source == "Fair"
    lead_import.refresh_from_db()
    assert counts(lead_import) == (0, 0, 2)


def test_fields_that_the_importer_may_not_fill_are_left_out(team: Any) -> None:
    grants = {
        "crm.import.use": Reach.ALL,
        "crm.lead.view": Reach.ALL,
        "crm.lead.create": Reach.ALL,
        "crm.lead.edit": Reach.ALL,
        "crm.contact.view": Reach.ALL,
        "crm.contact.create": Reach.ALL,
    }
    role = RoleFactory(
        grants=grants,
        hides=["crm.contact.phone", "crm.lead.custom.secret"],
        locks=["crm.lead.source"],
    )
    CustomFieldFactory(key="secret", label="Secret")
    user = UserFactory(roles=[role], team=team)
    rows = [
        ["Lead Number", "Name", "Phone", "Lead Source", "Secret"],
        ["1", "Ada", "+1", "Evil", "Evil"],
    ]
    import_file(rows, user)
    stored = lead("1")
    assert (stored.source, stored.custom) == ("", {})
    assert stored.contact is not None
    assert (stored.contact.name, stored.contact.phone) == ("Ada", "")


# -- refused rows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["1", "Ada", "no address", "", "", "", "", ""], "not an e-mail address"),
        (
            ["1", "Ada", f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.org"]
            + [""] * 5,
            "longer than 254",
        ),
        (["1", "x" * 201, "", "", "", "", "", ""], "longer than 200"),
        (["x" * 101, "Ada", "", "", "", "", "", ""], "longer than 100"),
        (["1", "", "", "", "", "", "", "1", "extra"], "9 values, the header has 8"),
    ],
)
def test_row_that_cannot_be_read_is_refused_with_a_reason(
    row: list[str], words: str, sales: User
) -> None:
    done = import_file([HEADER, row, BEN], sales, Status="status")
    assert counts(done) == (1, 0, 1)
    refused = done.refused_rows.get()
    assert words in refused.reason_text
    assert (refused.row_number, refused.values) == (1, row)


def test_short_row_says_nothing_of_the_rest(sales: User) -> None:
    import_file("Lead Number,Name,City\n1\n2,Ben\n", sales)
    assert lead("1").contact is None
    assert str(lead("2")) == "Ben"


@pytest.mark.parametrize("name", ["ß" * 200, "ﷺ" * 200, "İ" * 200])
def test_name_that_grows_when_it_is_compared_is_kept(name: str, sales: User) -> None:
    done = import_file([["Name", "Company"], [name, name], [name, name]], sales)
    assert counts(done) == (2, 0, 0)
    assert Company.objects.get().name == name


def test_refused_rows_come_back_as_a_file_that_can_be_mended(sales: User, log_in: LogIn) -> None:
    bad = ["1", "Ada, “A”", "ada@", "", "", "Fair\nBerlin", "", ""]
    done = import_file([HEADER, bad, BEN], sales)
    answer = log_in(sales).get(reverse("import_refused", args=[done.pk]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == [*HEADER, "Reason"]
    assert row[:-1] == bad
    assert "e-mail address" in row[-1]
    mended = text.replace("ada@", "ada@example.org").encode("utf-8-sig")
    again = import_file(mended, sales)
    assert counts(again) == (1, 0, 0)
    assert (lead("1").source, str(lead("1"))) == ("Fair\nBerlin", "Ada, “A”")
    assert lead("1").custom == {}, "the reason is no field of the lead"


def test_formulas_of_strangers_come_back_as_text(sales: User, log_in: LogIn) -> None:
    """A spreadsheet would compute them; the mended file brings back what was meant."""
    formula = '=HYPERLINK("https://evil.example","x")'
    done = import_file([HEADER, ["1", formula, "ada@", "+49 1", "", "", "", ""]], sales)
    answer = log_in(sales).get(reverse("import_refused", args=[done.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    _header, row = csv.reader(io.StringIO(text, newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    import_file(text.replace("ada@", "ada@example.org"), sales)
    contact = lead("1").contact
    assert contact is not None
    assert (contact.name, contact.phone) == (formula, "+49 1")


# -- mapping and run -----------------------------------------------------------------------------


def test_field_that_is_matched_twice_is_refused(sales: User) -> None:
    lead_import = upload("Name,Other\nAda,Ben\n", sales)
    with pytest.raises(Refused, match="matched to: Name"):
        start(lead_import, sales, Other="person.name")
    lead_import.refresh_from_db()
    assert not lead_import.is_started


def test_columns_are_left_out_or_made_fields_as_chosen(sales: User) -> None:
    import_file(
        "Name,Secret,Tags\nAda,x,hot\nBen,y,hot\nCy,z,hot\nDi,w,hot\n",
        sales,
        Secret="ignore",
        known_when={"Tags": "after"},
    )
    field = CustomField.objects.get()
    assert (field.label, field.known_when, field.type) == ("Tags", "after", "choice")
    assert [row.custom for row in Lead.objects.order_by("pk")] == [{"tags": "hot"}] * 4


def test_columns_that_look_alike_stay_apart(sales: User) -> None:
    """“Revenue €” and “Revenue $” give the same key."""
    import_file("Lead Number,Revenue €,Revenue $,€\n1,10,20,30\n", sales)
    assert sorted(lead("1").custom.values()) == [10, 20, 30]


def test_choice_that_is_not_offered_leaves_the_proposal(sales: User) -> None:
    lead_import = upload("Name,City\nAda,Ulm\n", sales)
    run = start(lead_import, sales, Name="owner_id", City="__class__")
    carry_out(run)
    assert [(str(row), row.city) for row in Lead.objects.all()] == [("Ada", "Ulm")]


def test_import_is_noted_from_upload_to_end(sales: User) -> None:
    done = import_file("Name\nAda\n", sales)
    actions = AuditEvent.objects.filter(object_type="crm.fileimport", object_id=done.pk)
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "import.upload",
        "import.start",
        "import.finish",
    ]


def test_file_that_breaks_in_the_middle_is_refused_with_the_line(sales: User) -> None:
    text = "Lead Number,Name\n" + "".join(f"{n},x\n" for n in range(1_200))
    with pytest.raises(Refused, match=r"Line [0-9]+ .*unclosed quotation mark"):
        upload(text + '"' + "y\n" * 500_100, sales)
    assert FileImport.objects.count() == 0


def test_file_that_cannot_be_read_any_more_fails_with_the_line(sales: User) -> None:
    """The stored file was damaged after the upload: the run says where, and nothing comes in."""
    lead_import = upload("Lead Number,Name\n1,x\n", sales)
    Path(lead_import.file.path).write_text('Lead Number,Name\n1,"' + "y\n" * 500_100)
    run = carry_out(start(lead_import, sales))
    assert run.state == RunState.FAILED
    assert "unclosed quotation mark" in run.error_text
    assert Lead.objects.count() == 0


def test_cancelled_import_keeps_whole_slices(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.models import JobRun
    from crm.services.imports import running

    monkeypatch.setattr(import_files, "SLICE_ROWS", 2)
    run = start(upload("Lead Number\n1\n2\n3\n4\n5\n", sales), sales)
    save_rows = running.save_rows

    def cancel_after_the_first(**given: Any) -> dict[str, int]:
        JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)
        return save_rows(**given)

    monkeypatch.setattr(running, "save_rows", cancel_after_the_first)
    carry_out(run)
    assert run.state == RunState.CANCELLED
    assert sorted(Lead.objects.values_list("external_id", flat=True)) == ["1", "2"]


def test_refused_rows_belong_to_their_import(sales: User) -> None:
    first = import_file("Name,E-mail\nAda,nobody\n", sales)
    second = import_file("Name,E-mail\nBen,nobody\n", sales)
    assert RefusedRow.objects.count() == 2
    assert [row.values for row in first.refused_rows.all()] == [["Ada", "nobody"]]
    assert FileImport.objects.get(pk=second.pk).refused_rows.count() == 1
