"""The record types of sales and their fields."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field
from crm.choices import Grade

OWNER = Field("owner", _("Owner"), FieldType.USER)
CREATED = Field("created", _("Created"), FieldType.MOMENT, path="created_at")
COMPANY_FIELD = Field("company", _("Company"), FieldType.LINK, target="crm.company")

LEAD = RecordType(
    "crm.lead",
    _("Lead"),
    "target-arrow",
    "lead_detail",
    (
        Field("status", _("Status"), FieldType.CHOICE),
        Field("source", _("Source")),
        Field("country", _("Country")),
        Field("city", _("City")),
        COMPANY_FIELD,
        Field("contact", _("Contact"), FieldType.LINK, target="crm.contact"),
        Field("job_title", _("Job title"), via="contact.job_title"),
        Field("industry", _("Industry"), via="company.industry"),
        Field("employees", _("Employees"), FieldType.NUMBER, via="company.employees"),
        Field("external_id", _("External ID")),
        Field("score", _("Score"), FieldType.NUMBER, path="score__score"),
        Field(
            "grade",
            _("Grade"),
            FieldType.CHOICE,
            path="score__grade",
            rule="score",
            choices=Grade.choices,
        ),
        OWNER,
        Field("touched", _("Last touch"), FieldType.MOMENT, path="touched_at"),
        CREATED,
    ),
)

CONTACT = RecordType(
    "crm.contact",
    _("Contact"),
    "users",
    "contact_detail",
    (
        Field("name", _("Name"), compared="name_key"),
        Field("email", _("E-mail"), FieldType.EMAIL, compared="email_key"),
        Field("phone", _("Phone"), FieldType.PHONE),
        Field("job_title", _("Job title")),
        COMPANY_FIELD,
        Field("city", _("City")),
        Field("country", _("Country")),
        OWNER,
        CREATED,
    ),
)

COMPANY = RecordType(
    "crm.company",
    _("Company"),
    "building",
    "company_detail",
    (
        Field("name", pgettext_lazy("company", "Name"), compared="name_key"),
        Field("website", _("Website"), FieldType.URL),
        Field("phone", _("Phone"), FieldType.PHONE),
        Field("industry", _("Industry")),
        Field("city", _("City")),
        Field("country", _("Country")),
        Field("employees", _("Employees"), FieldType.NUMBER),
        OWNER,
        CREATED,
    ),
)

RECORD_TYPES = (LEAD, CONTACT, COMPANY)
