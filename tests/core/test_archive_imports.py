"""An export of everything, restored: export → import → export is equal."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from core.errors import Refused
from core.exports.archive.reading import ArchiveReader
from core.models import Attachment, ExternalKey, JobRun, SavedView, Tag, Team, User
from core.registries import record_types, tables_in_order
from core.services.archive_imports import restore_archive
from core.services.archives import write_archive
from crm.choices import TieSource
from crm.models import (
    Acquaintance,
    Company,
    Contact,
    Deal,
    FileImport,
    Interaction,
    Pipeline,
)
from crm.services.interactions import NewInteraction, record_interactions
from marketing.models import Campaign, Message, Purpose
from tests.factories import (
    ActivityFactory,
    CampaignFactory,
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    EventFactory,
    GroupFactory,
    LeadFactory,
    ProductFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def export() -> ArchiveReader:
    file = BytesIO()
    write_archive(file, at=NOW, tell=lambda *_told: None)
    return ArchiveReader(file)


def restore(reader: ArchiveReader) -> JobRun:
    return restore_archive(reader, at=NOW, tell=lambda *_told: None)


def empty() -> None:
    """As an installation that nobody has used."""
    Interaction.objects.all().delete()
    for table in reversed(tables_in_order()):
        if table.model_name.lower() in record_types:
            table.model._base_manager.all().delete()
    ExternalKey.objects.all().delete()
    Attachment.objects.all().delete()
    FileImport.objects.all().delete()


def content(reader: ArchiveReader) -> dict[str, list[dict[str, Any]]]:
    return {key: list(reader.rows(key)) for key in reader.tables}


@pytest.fixture
def everything(sales: User, administrator: User) -> None:
    """Something in every table."""
    CustomFieldFactory(object_type="crm.contact", key="code", type="text")
    CustomFieldFactory(object_type="crm.contact", key="size", type="number")
    parent = CompanyFactory(name="=SUM(A1)", owner=sales, team=sales.team)
    company = CompanyFactory(name="-Child", parent=parent)
    contact = ContactFactory(
        owner=sales,
        company=company,
        custom={"code": "007", "size": -1.5},
        description='a\r\n"b"\t,',
    )
    boss = ContactFactory(name="王小明", deleted_at=NOW)
    contact.reports_to = boss
    contact.save()
    contact.tags.set([Tag.objects.create(name="VIP")])
    ExternalKey.objects.create(
        object_type="crm.contact", source="hubspot", key="0042", object_id=contact.pk
    )
    lead = LeadFactory(contact=contact)
    deal = DealFactory(
        owner=sales, contact=contact, company=company, lead=lead, amount=Decimal("9.90")
    )
    deal.participants.create(contact=contact)
    deal.lines.create(
        product=ProductFactory(), quantity=Decimal("2.50"), unit_price=Decimal("3.96")
    )
    group, event = GroupFactory(), EventFactory()
    group.memberships.create(contact=contact, role="chair")
    event.participations.create(contact=contact)
    ActivityFactory(deal=deal, owner=sales).guests.set([contact])
    record_interactions(
        [NewInteraction(contact.pk, "visit", NOW, url="https://a.example", detail={"b": [1, None]})]
    )
    Acquaintance.objects.create(
        user=sales,
        contact=contact,
        source=TieSource.LINKEDIN,
        since=NOW.date(),
        imported_by=FileImport.objects.create(file_name="Connections.csv", created_by=sales),
    )
    SavedView.objects.create(
        object_type="crm.contact",
        name="Mine",
        owner=sales,
        condition={"all": []},
        columns=["email"],
    )
    Attachment.objects.create(
        object_type="crm.contact",
        object_id=contact.pk,
        name="a.txt",
        size=3,
        file=ContentFile(b"abc", "a.txt"),
        uploaded_by=sales,
    )


def test_export_import_export_is_equal(everything: None) -> None:
    first = export()
    assert all(first.tables[key]["rows"] for key in ("contacts", "interactions", "deal_lines"))
    empty()
    Team.objects.create(name="Made in the meantime")
    restore(first)
    second = export()
    before, after = content(first), content(second)
    assert before.keys() == after.keys()
    for key in before:
        assert before[key] == after[key], key
    [told] = first.manifest["files"]
    file = second.file(told["id"])
    assert file is not None
    assert file.read() == b"abc"


def test_ties_come_back_without_the_import_that_told_them(everything: None, sales: User) -> None:
    first = export()
    empty()
    assert not Acquaintance.objects.exists()
    restore(first)
    tie = Acquaintance.objects.get()
    assert (tie.user.email, tie.source, tie.since) == (sales.email, "linkedin", NOW.date())
    assert tie.imported_by is None


def test_what_is_derived_is_made_again(everything: None) -> None:
    first = export()
    empty()
    run = restore(first)
    assert Contact.objects.get(name="王小明").name_key == "王小明"
    assert run.kind == "core.search_rebuild"
    assert Company.objects.create(name="New").pk not in {None, 0}


def test_passwords_of_users_who_are_there_stay(everything: None, sales: User) -> None:
    sales.set_password("correct horse battery")
    sales.save()
    first = export()
    empty()
    stranger = UserFactory(role="administrator", email="stranger@example.com")
    restore(first)
    assert User.objects.get(email=sales.email).check_password("correct horse battery")
    back = User.objects.get(email=stranger.email)
    assert back.roles.get().is_administrator
    fresh = User.objects.exclude(email__in=[sales.email, stranger.email]).exclude(password="")
    assert fresh.exists()


def test_nothing_is_restored_over_records(everything: None) -> None:
    first = export()
    with pytest.raises(Refused, match="empty installation"):
        restore(first)


def test_links_to_what_was_erased_meanwhile_are_cut(everything: None, monkeypatch: Any) -> None:
    first = export()
    rows = first.rows
    monkeypatch.setattr(
        first,
        "rows",
        lambda key: iter([]) if key in ("companies", "products", "leads") else rows(key),
    )
    empty()
    restore(first)
    assert set(Contact.objects.values_list("company", flat=True)) == {None}
    assert Deal.objects.get().lead is None


def test_seeds_give_way_to_the_archive(everything: None) -> None:
    first = export()
    names = set(Pipeline.objects.values_list("name", flat=True))
    empty()
    Pipeline.objects.create(name="Seeded twice", position=9)
    restore(first)
    assert set(Pipeline.objects.values_list("name", flat=True)) == names


def test_the_command_says_what_is_wrong(tmp_path: Any, everything: None) -> None:
    with pytest.raises(CommandError, match="not found"):
        call_command("import_everything", tmp_path / "none.zip")
    target = tmp_path / "all.zip"
    call_command("export_everything", target)
    with pytest.raises(CommandError, match="empty installation"):
        call_command("import_everything", target)
    empty()
    call_command("import_everything", target)
    assert Deal.objects.count() == 1


def test_what_was_being_sent_rests_where_it_is_read_back() -> None:
    owner = UserFactory(role="administrator")
    for state in ("draft", "scheduled", "sending", "sent"):
        CampaignFactory(name=state, state=state, owner=owner)
    exported = export()
    Campaign.objects.all().delete()
    Message.objects.all().delete()
    Purpose.objects.all().delete()
    restore(exported)
    assert dict(Campaign.objects.values_list("name", "state")) == {
        "draft": "draft",
        "scheduled": "draft",
        "sending": "paused",
        "sent": "sent",
    }
