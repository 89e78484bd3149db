"""Leads as people know them."""

from django.utils.translation import gettext_lazy as _

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched
from crm.record_types import shared
from crm.record_types.scores import SCORE

RESPONSE = (
    Field(
        "awaits",
        _("Waiting since"),
        FieldType.MOMENT,
        path="awaits_since",
        is_editable=False,
    ),
    Field("clock", _("Response"), FieldType.CHOICE, rule="awaits", is_editable=False),
    Field(
        "first_touch", _("First touch"), FieldType.MOMENT, path="first_touch_at", is_editable=False
    ),
    Field(
        "response",
        _("Answered after (working hours)"),
        FieldType.NUMBER,
        path="response_hours",
        rule="first_touch",
        is_editable=False,
    ),
    Field("returns", _("Comes back on"), FieldType.DATE, path="returns_on", is_editable=False),
)

LEAD = RecordType(
    "crm.lead",
    _("Lead"),
    _("Leads"),
    "target-arrow",
    "lead_detail",
    "lead_list",
    (
        Field("status", _("Status"), FieldType.CHOICE),
        shared.SOURCE,
        Field("country", _("Country")),
        Field("city", _("City")),
        shared.COMPANY,
        Field(
            "contact",
            _("Contact"),
            FieldType.LINK,
            target="crm.contact",
            order="contact__name_key",
        ),
        Field("job_title", _("Job title"), via="contact.job_title"),
        Field("industry", _("Industry"), via="company.industry"),
        Field("employees", _("Employees"), FieldType.NUMBER, via="company.employees"),
        Field("interest", _("Interested in")),
        Field("budget", _("Budget"), FieldType.MONEY, currency="currency"),
        shared.CURRENCY,
        Field("needed_by", _("Needed by"), FieldType.DATE),
        Field("lost_reason", _("Lost because")),
        shared.EXTERNAL_ID,
        shared.DESCRIPTION,
        *SCORE,
        shared.TAGS,
        shared.OWNER,
        shared.TEAM,
        Field("captured", _("Captured"), FieldType.MOMENT, path="captured_at", is_editable=False),
        *RESPONSE,
        shared.TOUCHED,
        Field("closed", _("Closed"), FieldType.MOMENT, path="closed_at", is_editable=False),
        shared.CREATED,
        shared.IMPORT,
    ),
    (shared.activities("lead"), shared.interactions("contact", anchor="contact_id")),
    Searched(
        {
            "name": ["contact.name"],
            "email": ["contact.email"],
            "phone": ["contact.phone", "contact.mobile"],
            "company": ["company.name"],
            "other": ["external_id"],
        },
        summary=["company"],
        avatar="round",
    ),
    slug="leads",
)
