"""Contacts as people know them."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched
from crm.record_types import lifecycle, shared
from crm.record_types.customer_segments import CUSTOMER_SEGMENTS
from crm.record_types.lifetimes import LIFETIME, deals_closed

CONTACT = RecordType(
    "crm.contact",
    _("Contact"),
    _("Contacts"),
    "users",
    "contact_detail",
    "contact_list",
    (
        Field("name", pgettext_lazy("person", "Name"), compared="name_key"),
        Field("email", _("E-mail"), FieldType.EMAIL, compared="email_key"),
        Field("phone", _("Phone"), FieldType.PHONE),
        Field("mobile", _("Mobile"), FieldType.PHONE),
        Field("job_title", _("Job title")),
        Field("department", _("Department")),
        shared.COMPANY,
        *lifecycle.LIFE,
        Field("lifecycle_stage", _("Lifecycle stage as given"), FieldType.CHOICE),
        Field("reports_to", _("Reports to"), FieldType.LINK, target="crm.contact"),
        Field("salutation", _("Salutation")),
        Field("given_name", _("First name")),
        Field("family_name", _("Last name")),
        Field("other_email", _("Other e-mail"), FieldType.EMAIL),
        Field("other_phone", _("Other phone"), FieldType.PHONE),
        Field("linkedin_url", _("LinkedIn"), FieldType.URL),
        Field("language", _("Language"), FieldType.CHOICE, choices=settings.LANGUAGES),
        Field("birthday", _("Birthday"), FieldType.DATE),
        Field("connected_on", _("Connected on"), FieldType.DATE),
        *shared.ADDRESS,
        shared.SOURCE,
        shared.EXTERNAL_ID,
        shared.DESCRIPTION,
        Field("industry", _("Industry"), via="company.industry"),
        Field("employees", _("Employees"), FieldType.NUMBER, via="company.employees"),
        *LIFETIME,
        shared.TAGS,
        Field("groups", _("Groups"), FieldType.LINKS, target="crm.group", is_editable=False),
        Field("events", _("Events"), FieldType.LINKS, target="crm.event", is_editable=False),
        shared.OWNER,
        shared.TOUCHED,
        shared.CREATED,
        shared.IMPORT,
        *CUSTOMER_SEGMENTS,
        shared.problem("email", _("Problem of the e-mail")),
        shared.meant("email", _("E-mail probably meant")),
        shared.problem("phone", _("Problem of the phone")),
        shared.problem("mobile", _("Problem of the mobile")),
        shared.problem("other_email", _("Problem of the other e-mail")),
        shared.meant("other_email", _("Other e-mail probably meant")),
        shared.problem("other_phone", _("Problem of the other phone")),
    ),
    (
        shared.activities("contact"),
        shared.interactions("contact"),
        deals_closed("contact"),
        *lifecycle.BEHAVIOURS,
    ),
    Searched(
        {
            "name": ["name"],
            "email": ["email", "other_email"],
            "phone": ["phone", "mobile", "other_phone"],
            "company": ["company.name"],
            "other": ["external_id"],
        },
        summary=["job_title", "company"],
        avatar="round",
    ),
    slug="contacts",
)
