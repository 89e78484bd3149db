"""Importing records of every type: links, stages, formats, keys, what the samples of four systems hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Refused
from core.models import ExternalKey, User
from crm.choices import StageKind
from crm.models import Company, Contact, Deal, DealLine, FileImport
from tests.crm.files import counts, import_file
from tests.crm.services.test_real_files import expected, sample
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db

CONTACT, COMPANY, DEAL, PRODUCT = "crm.contact", "crm.company", "crm.deal", "crm.product"


def bring(name: str, by: User, **more: Any) -> FileImport:
    """Import a sample as what its name and columns say it is."""
    more.setdefault("object_type", "")
    return import_file(sample(name).read_bytes(), by, name=name, **more)


def remarks(done: FileImport) -> list[str]:
    return [row.reason_text for row in done.refused_rows.filter(is_written=True)]


# -- the samples of four systems -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "linkedin/Connections.csv",
        "linkedin/Connections_resaved_by_spreadsheet.csv",
        "linkedin/Connections_german_headers.csv",
    ],
)
def test_connections_become_contacts(name: str, administrator: User) -> None:
    facts = expected(name)
    done = bring(name, administrator)
    assert (done.object_type, done.source) == (CONTACT, "linkedin")
    assert counts(done)[2] == facts["blank_people"]
    people = Contact.objects.all()
    urls = {it.linkedin_url for it in people} - {""}
    assert len(urls) == people.count() == facts["unique_profile_urls"]
    days = [it.connected_on for it in people if it.connected_on]
    assert min(days).isoformat() == facts["first_connected"]
    assert max(days).isoformat() == facts["last_connected"]
    assert people.filter(company=None).count() == facts["without_company"]
    again = bring(name, administrator)
    assert counts(again)[0] == 0, "each is known by its address at LinkedIn"


def test_connections_without_addresses_are_told_apart_by_e_mail(administrator: User) -> None:
    name = "linkedin/Connections_older_no_url.csv"
    facts = expected(name)
    done = bring(name, administrator)
    created, _updated, refused = counts(done)
    assert refused == facts["blank_people"]
    assert created + done.run.result.get("updated", 0) + done.run.result.get("unchanged", 0) == 60
    assert Contact.objects.exclude(email="").count() <= facts["with_email"]


def test_hubspot_is_kept_together(administrator: User) -> None:
    for name in ("companies", "contacts", "deals"):
        done = bring(f"hubspot/{name}.csv", administrator)
        assert done.source == "hubspot"
        assert counts(done)[2] == 0
    assert Company.objects.count() == expected("hubspot/companies.csv")["data_rows"]
    facts = expected("hubspot/contacts.csv")
    assert Contact.objects.count() == facts["data_rows"]
    assert Contact.objects.exclude(email="").count() == facts["with_email"]
    assert Contact.objects.filter(lifecycle_stage="customer").count() == facts["customers"]
    facts = expected("hubspot/deals.csv")
    deals = Deal.objects.all()
    assert deals.count() == facts["data_rows"]
    assert deals.filter(status=StageKind.WON).count() == facts["won"]
    assert sum(it.amount or 0 for it in deals) == Decimal(str(facts["amount_sum"]))
    assert deals.filter(amount=None).count() == facts["without_amount"]
    assert not deals.filter(company=None).exists()
    assert not deals.filter(contact=None).exists()


def test_salesforce_is_read_with_what_it_deleted(administrator: User) -> None:
    name = "salesforce/Contact.csv"
    facts, done = expected(name), bring(name, administrator)
    assert (done.object_type, done.source) == (CONTACT, "salesforce")
    assert counts(done) == (facts["data_rows"] - facts["deleted"], 0, facts["deleted"])
    assert sum("\n" in it.street for it in Contact.objects.all()) == facts["multiline_streets"]
    assert all(it.postal_code.startswith("0") for it in Contact.objects.all())
    deals = bring("salesforce/Opportunity.csv", administrator)
    facts = expected("salesforce/Opportunity.csv")
    assert deals.object_type == DEAL
    won = Deal.objects.filter(status=StageKind.WON)
    assert won.count() == facts["won"]
    assert sum(it.amount or 0 for it in won) == Decimal(str(facts["amount_won"]))


def test_report_of_salesforce_is_read(administrator: User) -> None:
    done = bring("salesforce/contacts_report_latin1.csv", administrator)
    assert done.object_type == CONTACT
    assert counts(done) == (37, 0, 0)


def test_pipedrive_is_kept_together(administrator: User) -> None:
    for name in ("organizations", "people", "deals"):
        done = bring(f"pipedrive/{name}.csv", administrator)
        assert done.source == "pipedrive"
        assert counts(done)[2] == 0
    facts = expected("pipedrive/people.csv")
    assert Contact.objects.count() == facts["data_rows"]
    reachable = [it for it in Contact.objects.all() if it.email or it.other_email]
    assert len(reachable) == facts["with_any_email"]
    may = [
        it
        for it in Contact.objects.all()
        if it.custom.get("person_marketing_status") == "Subscribed"
    ]
    assert len(may) == facts["may_be_mailed"]
    facts = expected("pipedrive/deals.csv")
    deals = Deal.objects.all()
    assert deals.filter(status=StageKind.WON).count() == facts["won"]
    assert deals.filter(status=StageKind.LOST).count() == facts["lost"]
    assert sorted(set(deals.values_list("currency", flat=True))) == facts["currencies"]
    assert not deals.filter(company=None).exists()


def test_addresses_in_one_cell_find_their_places(administrator: User) -> None:
    name = "pipedrive/people_joined_values.csv"
    done = bring(name, administrator, object_type=CONTACT)
    assert counts(done)[2] == 0
    assert Contact.objects.exclude(other_email="").count() == expected(name)["two_addresses"]


def test_second_company_of_a_person_is_told(administrator: User) -> None:
    bring("hubspot/companies.csv", administrator)
    done = bring("hubspot/contacts.csv", administrator)
    told = [text for text in remarks(done) if "9004" in text]
    assert len(told) == expected("hubspot/contacts.csv")["two_companies"]


def test_consent_of_other_systems_is_kept(administrator: User) -> None:
    bring("salesforce/Contact.csv", administrator)
    out = [it for it in Contact.objects.all() if it.custom.get("hasoptedoutofemail")]
    facts = expected("salesforce/Contact.csv")
    deleted = 0
    assert len(out) == facts["opted_out"] - deleted


# -- companies, products and deals that belong together --------------------------------------------

FIRMS = "account,sector,subsidiary_of\nBeta,medical,Alpha\nAlpha,retail,\nGamma,retail,Delta\n"
PRODUCTS = "product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n"
DEALS = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,Moses Frase,GTX Pro,Beta,Won,2016-10-20,2017-03-01,4000\n"
    "A2,Moses Frase,MG Special,,Engaging,2016-11-20,,\n"
    "A3,Moses Frase,Unheard,Alpha,Lost,2016-12-20,2017-04-01,0\n"
)


def test_companies_belong_to_companies_further_down(administrator: User) -> None:
    done = import_file(FIRMS, administrator, name="accounts.csv", object_type="")
    assert done.object_type == COMPANY
    assert counts(done) == (3, 0, 0)
    parents = dict(Company.objects.values_list("name", "parent__name"))
    assert parents == {"Beta": "Alpha", "Alpha": None, "Gamma": "Delta", "Delta": None}
    again = import_file(FIRMS, administrator, name="accounts.csv", object_type="")
    assert counts(again) == (0, 0, 0)


def test_deals_have_stage_history_and_lines(administrator: User) -> None:
    import_file(FIRMS, administrator, name="accounts.csv", object_type="")
    import_file(PRODUCTS, administrator, name="products.csv", object_type="")
    done = import_file(
        DEALS, administrator, name="sales_pipeline.csv", object_type="", sales_agent="new"
    )
    assert counts(done) == (3, 0, 0)
    won, opened, lost = (Deal.objects.get(external_id=number) for number in ("A1", "A2", "A3"))
    assert (won.status, won.amount, won.company.name) == ("won", 4000, "Beta")
    assert (won.closed_at.date(), won.created_at.date()) == (date(2017, 3, 1), date(2016, 10, 20))
    line = DealLine.objects.get(deal=won)
    assert (line.product.name, line.quantity, line.unit_price) == ("GTX Pro", 1, 4000)
    assert (opened.status, opened.amount, opened.closed_at) == ("open", 55, None)
    assert (lost.status, lost.lost_reason) == ("lost", "Not given in the file")
    assert remarks(done) == ["Product: nothing is called “Unheard”; it was left empty."]
    assert not DealLine.objects.filter(deal=lost).exists()
    assert won.custom == {"sales_agent": "Moses Frase"}


def test_deal_that_is_imported_again_moves(administrator: User) -> None:
    import_file(DEALS, administrator, name="deals.csv", object_type="", sales_agent="new")
    later = "opportunity_id,deal_stage,close_date\nA2,Won,2017-06-01\n"
    done = import_file(later, administrator, name="deals.csv", object_type="")
    assert counts(done) == (0, 1, 0)
    deal = Deal.objects.get(external_id="A2")
    assert deal.status == "won"
    assert list(deal.stage_changes.order_by("pk").values_list("to_stage__kind", flat=True)) == [
        "open",
        "won",
    ]


# -- modes and keys --------------------------------------------------------------------------------

ROWS = "Name,E-mail,Job title\nAda,ada@example.org,Countess\nBen,ben@example.org,Hacker\n"


@pytest.mark.parametrize(
    ("mode", "expected_counts", "title"),
    [
        ("create", (1, 0, 1), "Old"),
        ("update", (0, 1, 1), "Countess"),
        ("both", (1, 1, 0), "Countess"),
    ],
)
def test_modes_decide_what_becomes_of_a_row(
    mode: str, expected_counts: tuple[int, int, int], title: str, administrator: User
) -> None:
    ada = ContactFactory(email="ADA@example.org", job_title="Old")
    done = import_file(ROWS, administrator, object_type=CONTACT, mode=mode)
    assert counts(done) == expected_counts
    ada.refresh_from_db()
    assert ada.job_title == title


def test_update_needs_a_key(administrator: User) -> None:
    with pytest.raises(Refused, match="a column has to say which"):
        import_file("Job title\nCountess\n", administrator, object_type=CONTACT, mode="update")


def test_key_that_several_records_have_refuses_the_row(administrator: User) -> None:
    for _each in range(2):
        ContactFactory(email="ada@example.org")
    done = import_file(ROWS, administrator, object_type=CONTACT)
    assert counts(done) == (1, 0, 1)
    assert "Several records have E-mail “ada@example.org”" in done.refused_rows.get().reason_text


def test_later_row_of_a_record_changes_what_an_earlier_one_made(administrator: User) -> None:
    rows = "Name,E-mail,City\nAda,ada@example.org,\nAda L.,ADA@example.org,London\n"
    done = import_file(rows, administrator, object_type=CONTACT)
    assert counts(done) == (1, 1, 0)
    ada = Contact.objects.get()
    assert (ada.name, ada.city) == ("Ada L.", "London")


def test_numbers_of_another_system_are_kept(administrator: User) -> None:
    rows = "Record ID,First Name,Last Name\n7,Ada,Lovelace\n"
    import_file(rows, administrator, name="contacts.csv", object_type="")
    key = ExternalKey.objects.get()
    assert (key.source, key.key) == ("hubspot", "7")
    assert Contact.objects.get().name == "Ada Lovelace"


# -- how values are written ------------------------------------------------------------------------


def test_values_are_read_as_their_column_is_written(administrator: User) -> None:
    rows = (
        "Firma;Umsatz;Mitarbeiter;Gegründet am;Website\n"
        "Müller;1.234.567,50;1.200;31.12.1999;www.mueller.example\n"
        "Meier;12,25;7;01.02.2003;\n"
    )
    done = import_file(rows, administrator, name="firmen.csv", object_type="")
    assert (done.object_type, counts(done)) == (COMPANY, (2, 0, 0))
    firm = Company.objects.get(name="Müller")
    assert (firm.annual_revenue, firm.employees) == (Decimal("1234567.50"), 1200)
    assert (firm.website, firm.custom) == (
        "https://www.mueller.example",
        {"gegründet_am": "1999-12-31"},
    )
    assert firm.domain == "mueller.example"


def test_ambiguous_dates_are_asked(administrator: User) -> None:
    rows = "Name,E-mail,Birthday\nAda,ada@example.org,03/04/1980\n"
    with pytest.raises(Refused, match="Birthday"):
        import_file(rows, administrator, object_type=CONTACT)
    import_file(rows, administrator, object_type=CONTACT, formats={"Birthday": "month first"})
    assert Contact.objects.get().birthday == date(1980, 3, 4)


def test_phones_are_kept_as_they_are_dialled(administrator: User) -> None:
    rows = "Name,Phone\nAda,+49 (0)30 1234567\nBen,call me\n"
    import_file(rows, administrator, object_type=CONTACT)
    assert set(Contact.objects.values_list("phone", flat=True)) == {"+49301234567", "call me"}


def test_several_of_one_name_are_told_apart_by_their_company(administrator: User) -> None:
    here, there = CompanyFactory(name="Here"), CompanyFactory(name="There")
    ContactFactory(name="Ada", company=here)
    ada = ContactFactory(name="Ada", company=there)
    rows = "Title,Contact person,Organization\nFirst,Ada,There\nSecond,Ada,\n"
    done = import_file(rows, administrator, object_type=DEAL)
    assert Deal.objects.get(name="First").contact == ada
    assert remarks(done) == ["Main contact: several records are called “Ada”; it was left empty."]


def test_day_of_closing_is_that_of_the_file(administrator: User) -> None:
    rows = "Title,Stage,Close Date\nFirst,Closed Won,2024-05-06\nSecond,Proposal,2030-05-06\n"
    import_file(rows, administrator, object_type=DEAL)
    first, second = Deal.objects.order_by("name")
    assert first.closed_at == datetime(2024, 5, 6, 12, tzinfo=UTC)
    assert (second.closed_at, second.close_on) == (None, date(2030, 5, 6))


def test_new_companies_have_the_domain_of_their_people(administrator: User) -> None:
    rows = [
        ["Name", "E-mail", "Company"],
        ["Ada", "ada@engines.example", "Engines Ltd"],
        ["Ben", "ben@gmail.com", "Engines Ltd"],
        ["Cem", "cem@engines.example", "Engines Ltd"],
        ["Dee", "dee@qq.com", "Private"],
        ["Eve", "eve@known.example", "Known"],
    ]
    known = CompanyFactory(name="Known", owner=administrator)
    import_file(rows, administrator, object_type="crm.contact")
    domains = dict(Company.objects.values_list("name", "domain"))
    assert domains == {"Engines Ltd": "engines.example", "Private": "", "Known": known.domain}
