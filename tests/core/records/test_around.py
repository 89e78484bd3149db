"""Files, changes and related records of a record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.choices import Reach
from core.models import Attachment, AuditEvent, User
from core.queries.changes import SHOWN_CHANGES
from core.services.attachments import safe_name
from crm.models import Company, Contact
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    ProductFactory,
    RoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
PDF = b"%PDF-1.7 x"
RIGHTS = ("view", "edit")


@pytest.fixture
def company(sales: User) -> Company:
    return CompanyFactory(owner=sales, team=sales.team, city="Ulm")


def upload(client: Client, company: Company, *files: tuple[str, bytes]) -> None:
    url = reverse("record_files_add", args=["crm.company", company.pk])
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    assert client.post(url, {"files": sent}).status_code == 302


def file_url(kept: Attachment, what: str = "") -> str:
    name = f"record_file_{what}" if what else "record_file"
    return reverse(name, args=[kept.object_type, kept.object_id, kept.pk])


def test_files_are_kept_under_our_name_and_only_downloaded(
    company: Company, sales: User, log_in: LogIn
) -> None:
    client = log_in(sales)
    upload(client, company, ("offer.pdf", PDF), ("注 记.txt", b"text"))
    first, second = Attachment.objects.order_by("pk")
    assert (first.name, first.content_type, first.uploaded_by) == (
        "offer.pdf",
        "application/pdf",
        sales,
    )
    assert "offer" not in first.file.name
    answer = client.get(file_url(first))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    page = client.get(f"{company.get_absolute_url()}?tab=files").content.decode()
    assert second.name in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.exe", b"MZ"),
        ("x.html", b"<script>"),
        ("x.svg", b"<svg>"),
        ("x.pdf", b"<html>"),
        ("x.txt", PDF),
        ("x.txt", b"a\0b"),
        ("x", b"text"),
        ("empty.txt", b""),
    ],
)
def test_what_is_not_wanted_or_not_what_it_says_is_refused(
    name: str, content: bytes, company: Company, sales: User, log_in: LogIn
) -> None:
    upload(log_in(sales), company, (name, content))
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_refused(
    company: Company, sales: User, log_in: LogIn, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 4
    upload(log_in(sales), company, ("a.txt", b"12345"))
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("\n..\t", "file"),
        (f"{'x' * 400}.pdf", f"{'x' * 146}.pdf"),
    ],
)
def test_names_of_files_are_made_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_file_is_deleted_and_brought_back(company: Company, sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    upload(client, company, ("offer.pdf", PDF))
    kept = Attachment.objects.get()
    answer = client.post(file_url(kept, "delete"), headers={"HX-Request": "true"})
    assert file_url(kept, "restore") in answer["HX-Trigger"]
    assert client.get(file_url(kept)).status_code == 404
    client.post(file_url(kept, "restore"))
    assert client.get(file_url(kept)).status_code == 200
    actions = AuditEvent.objects.filter(object_type="crm.company").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == ["file.add", "file.delete", "file.restore"]


def test_a_file_is_reached_with_its_record_only(
    company: Company, sales: User, outsider: User, log_in: LogIn
) -> None:
    upload(log_in(sales), company, ("offer.pdf", PDF))
    kept = Attachment.objects.get()
    other = CompanyFactory(owner=sales, team=sales.team)
    wrong = reverse("record_file", args=["crm.company", other.pk, kept.pk])
    assert log_in(sales).get(wrong).status_code == 404
    assert log_in(outsider).get(file_url(kept)).status_code == 404
    Company.objects.filter(pk=company.pk).update(deleted_at=timezone.now())
    assert log_in(sales).get(file_url(kept)).status_code == 404


# -- changes -------------------------------------------------------------------------------------


def restore(client: Client, company: Company, event: AuditEvent, name: str) -> None:
    url = reverse("record_restore", args=["crm.company", company.pk, event.pk, name])
    assert client.post(url).status_code == 302


def change(company: Company, **changes: tuple[object, object]) -> AuditEvent:
    return audit.record(actor=None, action="edit", subject=company, changes=changes)


def test_an_old_value_is_put_back_like_an_edit(
    company: Company, sales: User, log_in: LogIn
) -> None:
    parent = CompanyFactory(owner=sales, team=sales.team)
    event = change(company, city=("Bonn", "Ulm"), parent=(parent.pk, None), employees=(7, None))
    for name in ("city", "parent", "employees"):
        restore(log_in(sales), company, event, name)
    company.refresh_from_db()
    assert (company.city, company.parent, company.employees) == ("Bonn", parent, 7)
    assert AuditEvent.objects.latest("pk").actor == sales


def test_what_no_longer_fits_is_not_put_back(
    company: Company, sales: User, outsider: User, log_in: LogIn
) -> None:
    foreign = CompanyFactory(owner=outsider, team=outsider.team)
    event = change(
        company,
        parent=(foreign.pk, None),
        kind=("no-such-kind", "prospect"),
        owner=(outsider.pk, sales.pk),
        name=("", company.name),
    )
    client = log_in(sales)
    for name in ("parent", "kind", "owner", "name", "city", "id"):
        restore(client, company, event, name)
    before = company.name
    company.refresh_from_db()
    assert (company.parent, company.kind, company.owner) == (None, "prospect", sales)
    assert company.name == before


def test_changes_are_told_in_words_and_paged(company: Company, sales: User, log_in: LogIn) -> None:
    parent = CompanyFactory(name="Old Parent", owner=sales, team=sales.team)
    change(company, parent=(parent.pk, None), kind=("customer", "prospect"))
    for number in range(SHOWN_CHANGES):
        change(company, city=(f"Town {number}", "Ulm"))
    client, url = log_in(sales), f"{company.get_absolute_url()}?tab=changes"
    first = client.get(url)
    page = first.content.decode()
    assert "Town 49" in page
    assert "Old Parent" not in page
    older = client.get(f"{url}&before={first.context['trail'].older}").content.decode()
    assert "Old Parent" in older
    assert "Customer" in older
    assert "Town" not in older


# -- related records -----------------------------------------------------------------------------


def edit_related(client: Client, record: object, key: str, **given: object) -> int:
    url = reverse("record_related_edit", args=[record._meta.label_lower, record.pk, key])
    return client.post(url, given, headers={"HX-Request": "true"}).status_code


def test_a_contact_that_is_there_joins_a_company(
    company: Company, sales: User, outsider: User, log_in: LogIn
) -> None:
    own: Contact = ContactFactory(owner=sales, team=sales.team, name="Ada")
    foreign: Contact = ContactFactory(owner=outsider, team=outsider.team, name="Eve")
    client = log_in(sales)
    assert edit_related(client, company, "contacts", other="Ada") == 200
    assert edit_related(client, company, "contacts", number=foreign.pk) == 422
    assert edit_related(client, company, "contacts", other="Eve") == 422
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.company, foreign.company) == (company, None)


def test_people_take_part_with_a_role(sales: User, log_in: LogIn) -> None:
    client = log_in(sales)
    ada = ContactFactory(owner=sales, team=sales.team)
    deal = DealFactory(owner=sales)
    assert edit_related(client, deal, "participants", number=ada.pk) == 200
    assert edit_related(client, deal, "participants", number=ada.pk, role="champion") == 200
    assert deal.participants.get().role == "champion"
    assert edit_related(client, deal, "participants", number=ada.pk, role="no-such") == 422
    assert edit_related(client, deal, "participants", remove=ada.pk) == 200
    assert not deal.participants.exists()
    group = GroupFactory(owner=sales, team=sales.team)
    assert edit_related(client, group, "members", number=ada.pk) == 200
    assert group.memberships.count() == 1
    event = EventFactory(owner=sales, team=sales.team)
    assert edit_related(client, event, "participants", number=ada.pk, role="attended") == 200
    assert event.participations.get().attendance == "attended"


def test_what_somebody_is_in_a_group_or_at_an_event_is_edited_in_place(
    sales: User, outsider: User, log_in: LogIn
) -> None:
    client = log_in(sales)
    ada = ContactFactory(owner=sales, team=sales.team, name="Ada")
    eve = ContactFactory(owner=outsider, team=outsider.team)
    group = GroupFactory(owner=sales, team=sales.team)
    event = EventFactory(owner=sales, team=sales.team)
    for contact in (ada, eve):
        group.memberships.create(contact=contact)
        event.participations.create(contact=contact)
    address = reverse("record_related_edit", args=["crm.group", group.pk, "members"])
    assert 'name="joined_on"' in client.get(f"{address}?line={ada.pk}").content.decode()
    given = {"line": ada.pk, "role": "Chair", "joined_on": "2024-03-12"}
    assert edit_related(client, group, "members", **given) == 200
    assert edit_related(client, group, "members", **given | {"joined_on": "soon"}) == 422
    assert edit_related(client, group, "members", **given | {"line": eve.pk}) == 404
    assert edit_related(client, event, "participants", line=ada.pk, role="Speaker") == 200
    assert "Chair · since 12 Mar 2024" in client.get(address).content.decode()
    roles = group.memberships.order_by("contact").values_list("role", flat=True)
    assert list(roles) == ["Chair", ""]
    assert event.participations.get(contact=ada).role == "Speaker"
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["member.edit", "participant.edit"]


def test_more_than_ten_lead_to_the_list(company: Company, sales: User, log_in: LogIn) -> None:
    ContactFactory.create_batch(11, owner=sales, team=sales.team, company=company)
    url = reverse("record_related", args=["crm.company", company.pk])
    client = log_in(sales)
    (people, *_others) = client.get(url).context["around"]
    assert len(people.lines) == 10
    assert len(client.get(people.all_url).context["lines"]) == 11


@pytest.mark.parametrize(("factory", "field"), [(GroupFactory, "groups"), (EventFactory, "events")])
def test_people_of_a_group_or_an_event_lead_to_the_list(
    factory: Any, field: str, sales: User, log_in: LogIn
) -> None:
    record, other = factory(owner=sales, team=sales.team), factory(owner=sales, team=sales.team)
    contacts = ContactFactory.create_batch(11, owner=sales, team=sales.team)
    record.contacts.set(contacts)
    other.contacts.set(ContactFactory.create_batch(2, owner=sales, team=sales.team))
    url = reverse("record_related", args=[record._meta.label_lower, record.pk])
    client = log_in(sales)
    (people, *_others) = client.get(url).context["around"]
    assert len(people.lines) == 10
    here = client.get(people.unfold_url).content.decode()
    assert all(contact.get_absolute_url() in here for contact in contacts)
    listed = client.get(f"{people.all_url}&columns={field}")
    assert {line.row for line in listed.context["lines"]} == set(contacts)
    assert f'<a href="{record.get_absolute_url()}">{record.name}</a>' in listed.content.decode()


def test_a_hidden_field_hides_its_relation_on_both_sides(log_in: LogIn) -> None:
    grants = {f"crm.{name}.{act}": Reach.ALL for name in ("contact", "group") for act in RIGHTS}
    group, ada = GroupFactory(name="Chamber"), ContactFactory(name="Ada")
    group.contacts.add(ada)
    for hides, is_told in ([], True), (["crm.contact.groups"], False):
        client = log_in(UserFactory(roles=[RoleFactory(grants=grants, hides=hides)]))
        for record, key, name in ((ada, "groups", "Chamber"), (group, "members", "Ada")):
            args = [record._meta.label_lower, record.pk]
            page = client.get(reverse("record_related", args=args))
            assert (key in {each.related.key for each in page.context["around"]}) is is_told
            assert (f">{name}</a>" in page.content.decode()) is is_told
            edit = client.get(reverse("record_related_edit", args=[*args, key]))
            assert edit.status_code == (200 if is_told else 404)
        asked = {"if": f"groups:has_none:{group.pk}", "columns": "groups"}
        listed = client.get(reverse("contact_list"), asked)
        assert (listed.context["lines"] == []) is is_told
        assert "Chamber" not in listed.content.decode() or is_told


def test_suggestions_are_of_visible_rows(sales: User, outsider: User, log_in: LogIn) -> None:
    CompanyFactory(name="Kestrel Robotics", owner=sales, team=sales.team)
    CompanyFactory(name="Grand Kestrel", owner=sales, team=sales.team)
    CompanyFactory(name="Kestrel Secret", owner=outsider, team=outsider.team)
    client = log_in(sales)
    page = client.get(f"{reverse('lookup', args=['crm.company'])}?q=KESTREL").content.decode()
    assert page.index("Kestrel Robotics") < page.index("Grand Kestrel")
    assert "Secret" not in page
    assert client.get(reverse("lookup", args=["crm.nothing"])).status_code == 404
    assert log_in(UserFactory()).get(reverse("lookup", args=["crm.company"])).status_code == 404


def test_products_of_a_deal_add_up(sales: User, log_in: LogIn) -> None:
    client, deal = log_in(sales), DealFactory(owner=sales)
    product = ProductFactory(name="Station", price=100)
    url = reverse("deal_lines", args=[deal.pk])
    client.post(url, {"lines-new-product": "Station", "lines-new-quantity": "3"})
    line = deal.lines.get()
    assert (line.product, line.unit_price) == (product, 100)
    old = f"lines-{line.pk}"
    client.post(
        url,
        {
            f"{old}-product": "Station",
            f"{old}-quantity": "2",
            f"{old}-unit_price": "90",
            f"{old}-discount": "50",
        },
    )
    deal.refresh_from_db()
    assert deal.amount == 90
    tab = client.get(f"{deal.get_absolute_url()}?tab=lines")
    assert "Station" in tab.content.decode()
    assert tab.context["line_forms"][0]["unit_price"].value() == "90"
    client.post(url, {f"{old}-product": "Station", f"{old}-gone": "on"})
    assert not deal.lines.exists()
    client.post(url, {"lines-new-product": "No such", "lines-new-unit_price": "x"})
    assert not deal.lines.exists()
