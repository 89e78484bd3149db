"""Purchases, visits and clicks in files become interactions of contacts, each once."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Refused
from core.models import ExternalKey, User
from crm.choices import InteractionKind
from crm.models import Contact, Deal, FileImport, Interaction
from crm.services.imports.mapping import guess_kind
from crm.services.imports.reverting import start_reverting
from crm.services.imports.running import start_trial
from tests.crm.files import counts, import_file, start, upload
from tests.factories import ContactFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

INTERACTION = "crm.interaction"
ORDERS = (
    "Order ID,E-mail,Order date,Product,Total,Currency,Warehouse\n"
    "7,ada@example.org,2026-03-01 10:00,Lens,12.50,EUR,North\n"
    "7,ada@example.org,2026-03-01 10:00,Mount,3.00,EUR,North\n"
    "8,ben@example.org,2026-03-02 11:00,Lens,12.50,EUR,South\n"
)


def bring(content: str, by: User, **more: Any) -> FileImport:
    return import_file(content, by, name="orders.csv", object_type=INTERACTION, **more)


def reasons(done: FileImport) -> list[str]:
    return [row.reason_text for row in done.refused_rows.order_by("row_number")]


def test_orders_become_purchases_of_known_contacts(administrator: User) -> None:
    ada = ContactFactory(email="ADA@example.org")
    done = bring(ORDERS, administrator)
    assert counts(done) == (2, 0, 1)
    assert reasons(done) == ["Nobody is “ben@example.org”."]
    lens, mount = Interaction.objects.order_by("subject")
    assert (lens.subject, mount.subject) == ("Lens", "Mount"), "an order has several lines"
    assert (lens.contact, lens.kind, lens.amount, lens.currency) == (
        ada,
        InteractionKind.PURCHASE,
        Decimal("12.50"),
        "EUR",
    )
    assert lens.detail == {"Warehouse": "North"}
    assert lens.origin == f"import:{done.pk}"


def test_same_file_again_writes_nothing(administrator: User) -> None:
    bring(ORDERS, administrator, makes_contacts=True)
    assert (Interaction.objects.count(), Contact.objects.count()) == (3, 2)
    again = bring(ORDERS, administrator, makes_contacts=True)
    assert counts(again)[0] == 0
    assert again.run.result["unchanged"] == 3
    assert (Interaction.objects.count(), Contact.objects.count()) == (3, 2)


@pytest.mark.parametrize("events", [1, 2, 5])
def test_rows_that_say_the_same_are_as_many_events(events: int, administrator: User) -> None:
    rows = "Customer ID,Date,Total\n" + "17,1997-01-01,5.00\n" * events
    for _time in range(2):
        bring(rows, administrator, makes_contacts=True)
        assert Interaction.objects.count() == events
    assert Contact.objects.get().external_id == "17"


def test_repeat_far_down_the_file_is_told(administrator: User) -> None:
    between = "".join(f"{number},1997-01-02,5.00\n" for number in range(1_200))
    rows = f"Customer ID,Date,Total\nA,1997-01-01,5.00\n{between}A,1997-01-01,5.00\n"
    done = bring(rows, administrator, makes_contacts=True)
    assert counts(done)[0] == 1_201
    assert reasons(done) == ["The file tells this event twice; it was written once."]


def test_people_are_found_by_number_address_and_name(administrator: User) -> None:
    by_number = ContactFactory(external_id="77")
    by_email = ContactFactory(email="eve@example.org")
    by_name = ContactFactory(name="Grace Hopper")
    rows = (
        "Customer ID,E-mail,Name,Date,Event\n"
        "77,eve@example.org,,2026-01-01,click\n"
        "78,eve@example.org,,2026-01-01,page_view\n"
        ",,grace hopper,2026-01-01,Opened\n"
        ",,,2026-01-01,click\n"
    )
    done = bring(rows, administrator)
    found = dict(Interaction.objects.values_list("contact", "kind"))
    assert found == {by_number.pk: "click", by_email.pk: "visit", by_name.pk: "open"}
    assert reasons(done) == ["The row does not say whose it is."]


def test_missing_people_are_made_once_with_what_their_rows_say(administrator: User) -> None:
    rows = (
        "Customer ID,E-mail,Name,Date,Total\n"
        "77,eve@example.org,,2026-01-01,1\n"
        "77,,Eve,2026-01-02,2\n"
        "78,nonsense,,2026-01-02,2\n"
    )
    done = bring(rows, administrator, makes_contacts=True)
    eve = Contact.objects.get()
    assert (eve.name, eve.email, eve.external_id) == ("Eve", "eve@example.org", "77")
    assert (eve.imported_by, eve.owner) == (done, administrator)
    assert counts(done) == (2, 0, 1)
    assert reasons(done) == ["“nonsense” is not an e-mail address."]


def test_numbers_of_a_known_system_are_kept_as_its(administrator: User) -> None:
    file_import = upload(
        "Customer ID,Date,Total\n7,2026-01-01,1\n", administrator, "o.csv", INTERACTION
    )
    FileImport.objects.filter(pk=file_import.pk).update(source="shop")
    file_import.refresh_from_db()
    carry_out(start(file_import, administrator, makes_contacts=True))
    key = ExternalKey.objects.get()
    assert (key.source, key.key, key.object_id) == ("shop", "7", Contact.objects.get().pk)


def test_what_is_wrong_is_told_row_by_row(administrator: User) -> None:
    ContactFactory(email="ada@example.org")
    rows = (
        "E-mail,Date,Event,Amount,Currency\n"
        "ada@example.org,,click,,\n"
        "ada@example.org,2026-01-01,danced,,\n"
        "ada@example.org,2026-01-01,order,5,XXQ\n"
        "ada@example.org,2026-01-01,order,99999999999999999,EUR\n"
    )
    done = bring(rows, administrator, Amount="amount")
    assert reasons(done) == [
        "The row does not say when it was.",
        "“danced” is not one of the options of “What was done”; it came in as Other.",
        "“XXQ” is no currency that we know.",
        "“99999999999999999” is not an amount, as “Amount” asks for.",
    ]
    event = Interaction.objects.get()
    assert (event.kind, event.detail) == ("other", {"What was done": "danced"})


def test_long_texts_stay_whole_in_the_details(administrator: User) -> None:
    ContactFactory(email="ada@example.org")
    address = "https://example.org/?" + "q" * 900
    done = bring(f"E-mail,Date,URL\nada@example.org,2026-01-01,{address}\n", administrator)
    assert counts(done) == (1, 0, 0)
    visit = Interaction.objects.get()
    assert (visit.kind, visit.url, visit.detail["url"]) == ("visit", address[:500], address)


def test_trial_leaves_nothing_and_asks_who_is_meant(administrator: User) -> None:
    grace = ContactFactory(name="Grace Hopper")
    rows = "Name,Date,Total\nGrace Hoper,2026-01-01,5\nGrace Hopper,2026-01-01,6\n"
    file_import = upload(rows, administrator, "orders.csv", INTERACTION)
    run = carry_out(start_trial(file_import=file_import, by=administrator, as_of=NOW))
    file_import.refresh_from_db()
    assert (run.result["created"], run.result["refused"]) == (1, 1)
    assert file_import.findings["unmatched"] == [["Contact", "Grace Hoper", 1]]
    assert file_import.findings["examples"][0]["row"] == 2
    assert not Interaction.objects.exists()
    entry = next(e for e in file_import.mapping if e["target"] == "contact")
    entry["values"] = {"Grace Hoper": grace.pk}
    carry_out(start(file_import, administrator))
    assert Interaction.objects.filter(contact=grace).count() == 2


def test_reverting_takes_events_and_their_people_back(administrator: User) -> None:
    done = bring(ORDERS, administrator, makes_contacts=True)
    run = carry_out(start_reverting(file_import=done, by=administrator, as_of=NOW))
    assert (run.result["deleted"], run.result["binned"]) == (3, 2)
    assert not Interaction.objects.exists()
    assert not Contact.objects.kept().exists()


def test_interactions_are_only_added(administrator: User) -> None:
    with pytest.raises(Refused, match="only added"):
        bring(ORDERS, administrator, mode="update")


def test_people_out_of_sight_are_nobody(sales: User, outsider: User) -> None:
    ContactFactory(email="ada@example.org", owner=outsider)
    done = bring(ORDERS, sales)
    assert counts(done) == (0, 0, 3)


@pytest.mark.parametrize(
    ("name", "columns", "kind"),
    [
        ("orders.csv", "Order ID,E-mail,Order date,Product,Total", INTERACTION),
        ("transactions.csv", "customer_id,date,number_of_cds,dollar_value", INTERACTION),
        ("contacts.csv", "Name,E-mail,Phone", "crm.contact"),
        ("deals.csv", "Title,Contact person,Organization,Close Date,Value", "crm.deal"),
        ("activities.csv", "Subject,Due date,Contact,Type", "crm.activity"),
    ],
)
def test_kind_is_told_by_name_and_columns(name: str, columns: str, kind: str) -> None:
    assert guess_kind(name, columns.split(",")) == kind


def test_moments_in_one_number_are_read(administrator: User) -> None:
    bring("customer_id,date,amount\n7,19970131,5\n", administrator, makes_contacts=True)
    assert Interaction.objects.get().at == datetime(1997, 1, 31, tzinfo=UTC)


# -- owners who are no colleagues yet --------------------------------------------------------------


def test_owners_who_are_no_colleagues_are_kept(administrator: User) -> None:
    rows = f"Deal name,Deal owner\nFirst,Moses Frase\nSecond,{administrator.email}\n"
    done = import_file(rows, administrator, name="deals.csv", object_type="crm.deal")
    first, second = Deal.objects.order_by("pk")
    assert (first.custom, first.owner) == ({"deal_owner": "Moses Frase"}, administrator)
    assert (second.custom, second.owner) == ({}, administrator)
    assert reasons(done) == [
        "Owner: no colleague is called “Moses Frase”; the name is kept in “Deal owner”."
    ]


def test_no_field_is_made_for_owners_who_are_colleagues(administrator: User) -> None:
    rows = f"Deal name,Deal owner\nFirst,{administrator.email}\n"
    done = import_file(rows, administrator, name="deals.csv", object_type="crm.deal")
    assert Deal.objects.get().custom == {}
    assert reasons(done) == []
