"""A list as a file, and the file as records again: the same content."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from core.choices import FieldType
from core.models import User
from crm.models import Company, Contact, Deal, Lead, Pipeline
from tests.crm.files import counts, import_file
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    CustomFieldFactory,
    DealFactory,
    LeadFactory,
    TagFactory,
)
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
CUSTOM: list[tuple[str, FieldType, list[Any]]] = [
    ("Note", FieldType.TEXT, ['two\nlines, "quoted"; and 分号', "=1+1", ""]),
    ("Score", FieldType.NUMBER, [12.5, -3, 0]),
    ("Spend", FieldType.MONEY, [1234567.89, 0.5, None]),
    ("First seen", FieldType.DATE, ["2026-03-04", "1999-12-31", None]),
    ("Is partner", FieldType.BOOLEAN, [True, False, None]),
    ("Colour", FieldType.CHOICE, ["Red", "Blue, dark", None]),
    ("Interests", FieldType.CHOICES, [["Green", "Red"], ["Green"], None]),
]
COMPANY_COLUMNS = (
    "domain", "industry", "employees", "annual_revenue", "country", "city", "street", "phone", "owner",
    "parent", "tags",
)  # fmt: skip
CONTACT_COLUMNS = (
    "email", "other_email", "phone", "mobile", "job_title", "department", "company", "lifecycle_stage",
    "salutation", "given_name", "family_name", "linkedin_url", "language", "birthday", "connected_on",
    "owner", "tags", "country", "city",
)  # fmt: skip


def options_of(cells: list[Any]) -> list[dict[str, str]]:
    said = [each for cell in cells for each in (cell if isinstance(cell, list) else [cell])]
    return [{"key": text, "label": text} for text in sorted({each for each in said if each})]


def filled(object_type: str) -> list[dict[str, Any]]:
    """Added fields of every type, and what three records hold in them."""
    values: list[dict[str, Any]] = [{}, {}, {}]
    for label, field_type, cells in CUSTOM:
        field = CustomFieldFactory(object_type=object_type, label=label, type=field_type)
        if field_type in (FieldType.CHOICE, FieldType.CHOICES):
            field.options = options_of(cells)
            field.save()
        for record, cell in zip(values, cells, strict=True):
            if cell not in (None, ""):
                record[field.key] = cell
    return values


def companies(by: User) -> list[Company]:
    common = {"owner": by, "team": by.team}
    first, second, third = filled("crm.company")
    acme = CompanyFactory(
        name="Acme – Söhne & Co. KG", domain="acme.example", industry="Steel", employees=1200,
        annual_revenue=Decimal("1234567.89"), country="Germany", city="Köln", street="Hauptstr. 1",
        phone="+4922112345678", custom=first, **common,
    )  # fmt: skip
    other = CompanyFactory(name="上海明德精工有限公司", parent=acme, custom=second, **common)
    last = CompanyFactory(name='-Odd, "Ltd"', domain="", custom=third, **common)
    acme.tags.set([TagFactory(name="VIP"), TagFactory(name="Key account")])
    return [acme, other, last]


def contacts(by: User) -> list[Contact]:
    firms = companies(by)
    common = {"owner": by, "team": by.team}
    first, second, third = filled("crm.contact")
    ada = ContactFactory(
        name="Ada Lovelace", given_name="Ada", family_name="Lovelace", salutation="Ms", email="Ada@example.org",
        other_email="lovelace@example.org", phone="+442079460958", mobile="+491701234567", job_title="Countess",
        department="Engines", company=firms[0], lifecycle_stage="customer", birthday=date(1815, 12, 10),
        linkedin_url="https://www.linkedin.com/in/ada", language="zh-hans", connected_on=date(2026, 4, 3),
        country="United Kingdom", city="London", custom=first, **common,
    )  # fmt: skip
    lin = ContactFactory(
        name="林兆阳",
        email="lin@example.cn",
        phone="13812345678",
        company=firms[1],
        custom=second,
        **common,
    )
    odd = ContactFactory(
        name="=Odd, 'Name'", email="odd@example.org", company=None, custom=third, **common
    )
    ada.tags.set([TagFactory(name="Speaker"), TagFactory(name="VIP gold")])
    return [ada, lin, odd]


DEAL_COLUMNS = (
    "company", "contact", "pipeline", "stage", "amount", "close", "probability", "forecast_category", "kind",
    "next_step", "source", "owner", "tags", "closed", "created",
)  # fmt: skip
LEAD_COLUMNS = (
    "company", "email", "phone", "status", "source", "country", "city", "budget", "needed_by",
    "interest", "owner", "tags", "captured",
)  # fmt: skip


def deals(by: User) -> list[Deal]:
    common = {"owner": by, "team": by.team}
    pipeline = Pipeline.objects.get()
    stages = {stage.kind: stage for stage in pipeline.stages.all()}
    acme = CompanyFactory(name="Acme", **common)
    ada = ContactFactory(name="Ada Lovelace", company=acme, **common)
    first, second, third = filled("crm.deal")
    big = DealFactory(
        name="Press 4000", company=acme, contact=ada, stage=stages["open"], amount=Decimal("48250.50"),
        base_amount=Decimal("48250.50"),
        close_on=date(2026, 12, 24), probability=35, next_step="Call, then visit", source="Trade fair",
        custom=first, **common,
    )  # fmt: skip
    won = DealFactory(
        name="Service 2026", company=acme, stage=stages["won"], closed_at=NOW - timedelta(days=3),
        amount=Decimal(900), base_amount=Decimal(900), custom=second, **common,
    )  # fmt: skip
    lost = DealFactory(
        name="压机 3000", company=None, stage=stages["lost"], closed_at=NOW - timedelta(days=5),
        amount=None, base_amount=None, lost_reason="Price", custom=third, **common,
    )  # fmt: skip
    big.tags.set([TagFactory(name="Q4")])
    return [big, won, lost]


def leads(by: User) -> list[Lead]:
    common = {"owner": by, "team": by.team}
    acme = CompanyFactory(name="Acme", **common)
    ada = ContactFactory(
        name="Ada Lovelace", email="ada@example.org", company=acme, phone="+442079460958", **common
    )
    lin = ContactFactory(name="林兆阳", email="lin@example.cn", **common)
    bob = ContactFactory(name="Bob", email="bob@example.org", **common)
    first, second, third = filled("crm.lead")
    return [
        LeadFactory(
            contact=ada, company=acme, source="Trade fair", country="United Kingdom", city="London",
            budget=Decimal("12000.00"), needed_by=date(2027, 3, 31), interest="Presses", custom=first,
            captured_at=NOW - timedelta(days=9), **common,
        ),
        LeadFactory(contact=lin, company=None, status="qualified", custom=second, **common),
        LeadFactory(contact=bob, company=None, status="lost", custom=third, **common),
    ]  # fmt: skip


def exported(
    client: Client, object_type: str, columns: tuple[str, ...], form: str, **more: str
) -> bytes:
    address = f"sort=name&columns={','.join(columns)}"
    asked = {"all": "1", "form": form, "address": address, **more}
    answer: Any = client.post(reverse("bulk_export", args=[object_type]), asked)
    return b"".join(answer.streaming_content)


def rows_of(content: bytes, form: str) -> list[list[Any]]:
    if form == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("object_type", "columns", "made", "model"),
    [
        ("crm.company", COMPANY_COLUMNS, companies, Company),
        ("crm.contact", CONTACT_COLUMNS, contacts, Contact),
        ("crm.deal", DEAL_COLUMNS, deals, Deal),
        ("crm.lead", LEAD_COLUMNS, leads, Lead),
    ],
    ids=["companies", "contacts", "deals", "leads"],
)
def test_exported_list_comes_in_again_with_the_same_content(
    object_type: str,
    columns: tuple[str, ...],
    made: Callable[[User], list[Any]],
    model: Any,
    form: str,
    language: str,
    administrator: User,
    log_in: LogIn,
) -> None:
    administrator.language = language
    administrator.save()
    records = made(administrator)
    keys = [key for record in records for key in record.custom]
    columns += tuple(f"custom.{key}" for key in dict.fromkeys(keys))
    client = log_in(administrator)
    before = exported(client, object_type, columns, form)
    model._base_manager.filter(pk__in=[record.pk for record in records]).delete()
    done = import_file(before, administrator, name=f"list.{form}", object_type=object_type)
    assert (done.run.state, counts(done)) == ("succeeded", (3, 0, 0))
    assert rows_of(exported(client, object_type, columns, form), form) == rows_of(before, form)


def test_exported_list_is_changed_and_updates_its_records(
    administrator: User, log_in: LogIn
) -> None:
    records = {deal.name: deal for deal in deals(administrator)}
    client = log_in(administrator)
    content = exported(client, "crm.deal", DEAL_COLUMNS, "csv", numbers="1")
    changed = content.replace(b"Call, then visit", b"Visit")
    done = import_file(changed, administrator, object_type="crm.deal")
    assert done.run.result == {"updated": 1, "unchanged": 2, "refused": 0}
    big = records["Press 4000"]
    big.refresh_from_db()
    assert (big.next_step, Deal.objects.count()) == ("Visit", 3)
