"""Values that nobody typed tell how they came about, for as long as they stay."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import DerivedValue, User
from core.services.bins import erase_records
from core.services.records import delete_records
from crm.models import Company, Deal
from tests.crm.files import import_file
from tests.factories import ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


def told(object_type: str) -> set[tuple[str, str, str]]:
    rows = DerivedValue.objects.filter(object_type=object_type)
    return set(rows.values_list("field", "value", "method"))


def page_of(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    return unescape(client.get(url).content.decode())


def test_domains_tell_where_they_were_found(administrator: User, client: Client) -> None:
    rows = "Company name,Website,Email\nSite,https://site.example/en,\nMail,,hello@mail.example\n"
    import_file(rows, administrator, object_type="crm.company", name="firms.csv")
    people = "Name,E-mail,Company\nAda,ada@people.example,People\nBen,ben@people.example,People\n"
    import_file(people, administrator, object_type="crm.contact", name="people.csv")
    assert told("crm.company") == {
        ("domain", "site.example", "import.website"),
        ("domain", "mail.example", "import.email"),
        ("domain", "people.example", "import.people"),
    }
    firm = Company.objects.get(name="People")
    sentence = "Taken from the e-mail addresses of its people when “people.csv” was imported"
    assert sentence in page_of(client, administrator, firm.get_absolute_url())


def test_what_somebody_writes_is_theirs(administrator: User, client: Client) -> None:
    rows = "Company name,Website\nSite,https://site.example/en\n"
    import_file(rows, administrator, object_type="crm.company")
    firm = Company.objects.get()
    address = firm.get_absolute_url()
    assert "Taken from the website" in page_of(client, administrator, address)
    edit = reverse("record_field", args=["crm.company", firm.pk, "domain"])
    client.post(edit, {"domain": "other.example"})
    firm.refresh_from_db()
    assert firm.domain == "other.example"
    assert "Taken from the website" not in page_of(client, administrator, address)


def test_deals_tell_what_their_file_left_out(administrator: User) -> None:
    ProductFactory(name="GTX Pro", price=49)
    rows = (
        "Opportunity ID,Account,Product,Stage,Close Date,Amount\n"
        "A1,Engines,GTX Pro,Closed Won,2024-05-06,\n"
        "A2,Engines,GTX Pro,Closed Lost,2024-05-07,12\n"
    )
    done = import_file(rows, administrator, object_type="crm.deal")
    won = Deal.objects.get(external_id="A1")
    assert won.closed_at == datetime(2024, 5, 6, 12, tzinfo=UTC)
    fields = {row.field: row.method for row in DerivedValue.objects.filter(object_id=won.pk)}
    assert fields == {
        "name": "import.deal_name",
        "amount": "import.list_price",
        "closed": "import.close_day",
    }
    assert (
        "lost_reason",
        Deal.objects.get(external_id="A2").lost_reason,
        "import.lost_untold",
    ) in told("crm.deal")
    assert {row.detail for row in DerivedValue.objects.all()} == {done.file_name}


def test_nothing_is_left_of_records_deleted_for_good(administrator: User) -> None:
    import_file(
        "Company name,Website\nSite,site.example\n", administrator, object_type="crm.company"
    )
    assert DerivedValue.objects.exists()
    delete_records(rows=Company.objects.all(), by=administrator, at=timezone.now())
    erase_records(rows=Company._base_manager.all(), by=administrator)
    assert not DerivedValue.objects.exists()


def test_nobody_is_told_of_a_field_they_may_not_see(administrator: User, client: Client) -> None:
    import_file(
        "Company name,Website\nSite,site.example\n", administrator, object_type="crm.company"
    )
    nobody = UserFactory()
    assert "site.example" not in page_of(client, nobody, Company.objects.get().get_absolute_url())
