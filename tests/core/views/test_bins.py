"""The bin: who sees what in it, bringing back, deleting for good, the nightly job."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import RunState
from core.jobs.questions import ask
from core.models import Attachment, AuditEvent, ChangeSet, JobRun, User
from core.services.records import delete_records
from crm.models import Contact, Interaction, Lead, Product
from tests.changing import edit_records
from tests.core.services.test_bulk_changes import die_after
from tests.factories import ContactFactory, DealFactory, LeadFactory, ProductFactory
from tests.factories.core import NOW
from tests.running import carry_out

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
BIN = "/bin/?type=crm.contact"


def deleted(owner: User, days: int = 0, **fields: Any) -> Contact:
    row: Contact = ContactFactory(owner=owner, team=owner.team, **fields)
    at = timezone.now() - timedelta(days=days)
    delete_records(rows=Contact.objects.filter(pk=row.pk), by=owner, at=at)
    row.refresh_from_db()
    return row


def restore(client: Client, *rows: Contact) -> Any:
    ids = [row.pk for row in rows]
    return client.post(reverse("bin_restore", args=["crm.contact"]), {"ids": ids})


def erase(client: Client, *rows: Contact, **more: str) -> Any:
    ids = [row.pk for row in rows]
    return client.post(reverse("bin_erase", args=["crm.contact"]), {"ids": ids, **more})


def test_bin_shows_newest_first_with_who_and_when(
    sales: User, colleague: User, outsider: User, log_in: LogIn
) -> None:
    deleted(sales, days=2, name="Older One")
    deleted(sales, days=1, name="Newer One")
    deleted(outsider, name="Not Mine")
    ContactFactory(owner=sales, team=sales.team, name="Still There")
    page = log_in(sales).get(BIN).content.decode()
    assert page.index("Newer One") < page.index("Older One")
    assert sales.display_name in page
    assert "Not Mine" not in page
    assert "Still There" not in page


def test_bin_is_searched(sales: User, log_in: LogIn) -> None:
    deleted(sales, name="Ada"), deleted(sales, name="Bob")
    page = log_in(sales).get(f"{BIN}&q=ada").content.decode()
    assert "Ada" in page
    assert "Bob" not in page


@pytest.mark.parametrize(
    ("role", "number"), [("administrator", 11), ("manager", 10), ("sales", 9), ("marketing", 11)]
)
def test_there_is_a_tab_for_each_type_one_may_delete(
    role: str, number: int, request: pytest.FixtureRequest, log_in: LogIn
) -> None:
    client = log_in(request.getfixturevalue(role))
    assert len(client.get("/bin/").context["tabs"]) == number


def test_pages_of_the_bin(sales: User, log_in: LogIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.views.bins.PAGE_SIZE", 2)
    for number in range(3):
        deleted(sales, days=number, name=f"Binned {number}")
    client = log_in(sales)
    first = client.get(BIN)
    second = client.get(f"/bin/{first.context['next_url']}").content.decode()
    assert "Binned 2" in second
    assert "Binned 1" not in second


def test_records_are_brought_back(sales: User, outsider: User, log_in: LogIn) -> None:
    mine, other = deleted(sales), deleted(sales)
    foreign = deleted(outsider)
    response = restore(log_in(sales), mine, other, foreign)
    assert response["Location"] == reverse("bin_list")
    assert set(Contact.objects.kept()) == {mine, other}
    assert ChangeSet.objects.get(action="restore").count == 2


def test_record_page_says_that_it_is_in_the_bin(
    sales: User, colleague: User, log_in: LogIn
) -> None:
    row = deleted(sales, name="Ada")
    response = log_in(sales).get(row.get_absolute_url())
    page = response.content.decode()
    assert response.status_code == 404
    assert "is in the bin" in page
    assert reverse("bin_restore", args=["crm.contact"]) in page
    assert "is in the bin" not in log_in(colleague).get(row.get_absolute_url()).content.decode()


# -- for good ------------------------------------------------------------------------------------


def test_deleting_for_good_is_named_first(administrator: User, log_in: LogIn) -> None:
    rows = [deleted(administrator, name=f"Person {number}") for number in range(7)]
    kept = ContactFactory()
    client = log_in(administrator)
    page = erase(client, *rows, kept).content.decode()
    assert "Delete 7 contacts for good?" in page
    assert "Person 4" in page
    assert "and 2 more" in page
    assert Contact.objects.count() == 8
    erase(client, *rows, kept, confirmed="1")
    assert list(Contact.objects.all()) == [kept]


@pytest.mark.parametrize("role", ["manager", "sales", "marketing"])
def test_only_administrators_delete_for_good(
    role: str, request: pytest.FixtureRequest, log_in: LogIn
) -> None:
    user = request.getfixturevalue(role)
    row, client = deleted(user), log_in(user)
    assert erase(client, row, confirmed="1").status_code == 403
    assert reverse("bin_erase", args=["crm.contact"]) not in client.get(BIN).content.decode()


def attach(row: Contact) -> Path:
    attachment = Attachment.objects.create(
        object_type="crm.contact",
        object_id=row.pk,
        file=ContentFile(b"x", name="x.txt"),
        name="x.txt",
        size=1,
    )
    return Path(attachment.file.path)


def test_everything_that_belongs_to_it_goes_along(
    administrator: User,
    log_in: LogIn,
    django_capture_on_commit_callbacks: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = ContactFactory(name="Ada", city="Ulm")
    edit_records(rows=Contact.objects.all(), field="city", value="Bonn", by=administrator, at=NOW)
    lead = LeadFactory(contact=row)
    path = attach(row)
    Interaction.objects.create(id=1, contact=row, kind="visit", at=NOW, key="1")
    delete_records(rows=Contact.objects.all(), by=administrator, at=NOW)
    client = log_in(administrator)
    with django_capture_on_commit_callbacks(execute=True):
        erase(client, row, confirmed="1")
    lead.refresh_from_db()
    assert lead.contact is None
    assert not path.exists()
    assert Attachment.objects.count() == Interaction.objects.count() == 0
    events = AuditEvent.objects.filter(object_type="crm.contact", object_id=row.pk).order_by("pk")
    assert [event.action for event in events] == ["edit", "delete", "erase"]
    assert all(event.changes == {} for event in events)


def test_what_others_need_stays_in_the_bin(administrator: User, log_in: LogIn) -> None:
    free, sold = ProductFactory(), ProductFactory()
    DealFactory().lines.create(product=sold, unit_price=1)
    delete_records(rows=Product.objects.all(), by=administrator, at=NOW)
    form = {"ids": [free.pk, sold.pk], "confirmed": "1"}
    response = log_in(administrator).post(
        reverse("bin_erase", args=["crm.product"]), form, follow=True
    )
    assert list(Product.objects.all()) == [sold]
    assert "1 is needed by other records" in response.content.decode()


# -- every night ---------------------------------------------------------------------------------


def night() -> JobRun:
    return ask(kind="core.empty_bin", as_of=timezone.now())


def test_what_lies_there_for_too_long_is_gone_in_the_night(sales: User, settings: Any) -> None:
    settings.BIN_DAYS = 10
    deleted(sales, days=11), deleted(sales, days=11)
    recent, kept = deleted(sales, days=9), ContactFactory()
    old_lead = LeadFactory(owner=sales)
    Lead.objects.update(deleted_at=timezone.now() - timedelta(days=40))
    run = carry_out(night())
    assert run.state == RunState.SUCCEEDED
    assert run.result == {"erased": 3, "left": 0}
    assert set(Contact.objects.all()) == {recent, kept, old_lead.contact}


def test_worker_that_empties_the_bin_may_die_anywhere(
    sales: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jobs.ranges.PER_PARTITION", 2)
    for place in range(5, 200, 7):
        for _row in range(3):
            deleted(sales, days=40)
        run = ask(kind="core.empty_bin", as_of=timezone.now() + timedelta(minutes=place))
        countdown = iter(range(place))
        try:
            die_after(run, lambda left=countdown: next(left, None) is None)
        except pytest.fail.Exception:  # it was done before
            break
        carry_out(run)
        assert (run.state, run.result) == (RunState.SUCCEEDED, {"erased": 3, "left": 0})
        assert Contact.objects.count() == 0
        assert AuditEvent.objects.filter(action="erase").count() == 3
        AuditEvent.objects.all().delete()
    else:
        raise AssertionError("The run asks more often than this test dies.")
