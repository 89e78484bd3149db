"""Who of us knows whom: said on a page, told by the connections of LinkedIn."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from core.registries import record_types
from crm.choices import TieSource
from crm.models import Acquaintance, Contact, FileImport
from crm.services.imports.reverting import start_reverting
from crm.services.merging.merging import merge_records
from crm.services.merging.undoing import undo_merge
from tests.crm.files import counts, import_file
from tests.factories import CompanyFactory, ContactFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
CONNECTIONS = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ada,Lovelace,https://www.linkedin.com/in/ada,ada@example.org,Engines,Countess,05 Mar 2024
兆阳,林,https://www.linkedin.com/in/lin,,明德精工,采购经理,11 Nov 2025
"""


def bring(by: User) -> FileImport:
    return import_file(CONNECTIONS, by, name="Connections.csv", object_type="crm.contact")


def ties() -> set[tuple[int, str, date | None]]:
    return set(Acquaintance.objects.values_list("user", "contact__name", "since"))


def test_connections_tie_their_people_to_whoever_brings_them(
    manager: User, administrator: User
) -> None:
    assert counts(bring(manager)) == (2, 0, 0)
    theirs = {
        (manager.pk, "Ada Lovelace", date(2024, 3, 5)),
        (manager.pk, "林兆阳", date(2025, 11, 11)),
    }
    assert ties() == theirs
    bring(manager)
    assert ties() == theirs
    bring(administrator)
    assert Contact.objects.count() == 2
    assert {user for user, _name, _since in ties() - theirs} == {administrator.pk}


def test_ties_go_with_the_import_that_told_them(manager: User) -> None:
    ContactFactory(
        name="Ada", owner=manager, linkedin_url="https://www.linkedin.com/in/ada", email=""
    )
    done = bring(manager)
    assert Acquaintance.objects.count() == 2
    carry_out(start_reverting(file_import=done, by=manager, as_of=timezone.now()))
    assert not Acquaintance.objects.exists()
    assert [contact.name for contact in Contact.objects.kept()] == ["Ada"]


def test_any_file_may_say_since_when_its_people_are_known(manager: User) -> None:
    rows = "Name,E-mail,Known since\nAda,ada@example.org,2019-05-01\nBob,bob@example.org,\n"
    done = import_file(rows, manager, object_type="crm.contact")
    assert counts(done) == (2, 0, 0)
    assert ties() == {(manager.pk, "Ada", date(2019, 5, 1))}
    assert Acquaintance.objects.get().source == TieSource.SAID
    carry_out(start_reverting(file_import=done, by=manager, as_of=timezone.now()))
    assert not Acquaintance.objects.exists()


def test_other_files_tie_nobody(manager: User) -> None:
    import_file("Name,E-mail\nAda,ada@example.org\n", manager, object_type="crm.contact")
    assert not Acquaintance.objects.exists()


def test_somebody_says_that_they_know_a_contact(sales: User, manager: User, log_in: LogIn) -> None:
    company = CompanyFactory(owner=sales)
    ada = ContactFactory(name="Ada", owner=sales, company=company)
    Acquaintance.objects.create(
        user=manager, contact=ada, source=TieSource.LINKEDIN, since=date(2024, 3, 5)
    )
    client = log_in(sales)
    page = client.get(ada.get_absolute_url()).content.decode()
    assert "since 5 Mar 2024" in page
    assert 'name="is_known" value="1"' in page
    client.post(reverse("contact_known", args=[ada.pk]), {"is_known": "1"})
    client.post(reverse("contact_known", args=[ada.pk]), {"is_known": "1"})
    assert Acquaintance.objects.filter(user=sales).count() == 1
    assert 'name="is_known" value="0"' in client.get(ada.get_absolute_url()).content.decode()
    assert "1 person" in client.get(company.get_absolute_url()).content.decode()
    client.post(reverse("contact_known", args=[ada.pk]), {"is_known": "0"})
    assert [tie.user for tie in Acquaintance.objects.all()] == [manager]
    events = AuditEvent.objects.filter(action__startswith="tie.").order_by("pk")
    assert [(event.action, event.object_id) for event in events] == [
        ("tie.add", ada.pk),
        ("tie.remove", ada.pk),
    ]


def test_contact_out_of_sight_is_nobodys_to_know(sales: User, log_in: LogIn) -> None:
    hidden = ContactFactory()
    address = reverse("contact_known", args=[hidden.pk])
    assert log_in(sales).post(address, {"is_known": "1"}).status_code == 404
    assert not Acquaintance.objects.exists()


def test_people_out_of_sight_are_not_counted_at_their_company(sales: User, log_in: LogIn) -> None:
    company = CompanyFactory(owner=sales)
    Acquaintance.objects.create(
        user=sales, contact=ContactFactory(company=company), source=TieSource.SAID
    )
    page = log_in(sales).get(company.get_absolute_url()).content.decode()
    assert "Who of us knows somebody there" not in page


def test_ties_move_with_a_merge_and_back(administrator: User, manager: User) -> None:
    one, other = ContactFactory(name="Ada"), ContactFactory(name="Ada L.")
    for contact, user in ((one, manager), (other, manager), (other, administrator)):
        Acquaintance.objects.create(user=user, contact=contact, source=TieSource.SAID)
    change_set = merge_records(
        kind=record_types["crm.contact"],
        survivor=one.pk,
        losers=[other.pk],
        winners={},
        by=administrator,
        at=NOW,
    )
    assert set(Acquaintance.objects.filter(contact=one).values_list("user", flat=True)) == {
        manager.pk,
        administrator.pk,
    }
    undo_merge(change_set=change_set, by=administrator, at=NOW)
    assert Acquaintance.objects.filter(contact=other).count() == 2
    assert Acquaintance.objects.filter(contact=one).count() == 1
