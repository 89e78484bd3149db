"""Companies as people know them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched
from crm.record_types import customer_segments, lifecycle, lifetimes, shared

COMPANY = RecordType(
    "crm.company",
    _("Company"),
    _("Companies"),
    "building",
    "company_detail",
    "company_list",
    (
        Field("name", pgettext_lazy("company", "Name"), compared="name_key", is_required=True),
        Field("kind", pgettext_lazy("company", "Type"), FieldType.CHOICE),
        *lifecycle.LIFE,
        *lifetimes.OF_COMPANY,
        customer_segments.OF_COMPANY,
        Field("parent", _("Part of"), FieldType.LINK, target="crm.company"),
        Field("website", _("Website"), FieldType.URL),
        Field("domain", _("Domain")),
        Field("phone", _("Phone"), FieldType.PHONE),
        Field("email", _("E-mail"), FieldType.EMAIL),
        Field("linkedin_url", _("LinkedIn"), FieldType.URL),
        Field("industry", _("Industry")),
        Field("employees", _("Employees"), FieldType.NUMBER),
        Field("annual_revenue", _("Annual revenue"), FieldType.MONEY, currency="currency"),
        shared.CURRENCY,
        *shared.ADDRESS,
        shared.SOURCE,
        shared.EXTERNAL_ID,
        shared.DESCRIPTION,
        shared.TAGS,
        shared.OWNER,
        shared.TOUCHED,
        shared.CREATED,
        shared.IMPORT,
        shared.problem("email", _("Problem of the e-mail")),
        shared.meant("email", _("E-mail probably meant")),
        shared.problem("phone", _("Problem of the phone")),
    ),
    (shared.activities("company"), shared.interactions("contact__company")),
    Searched(
        {
            "name": ["name"],
            "email": ["domain", "website", "email"],
            "phone": ["phone"],
            "other": ["external_id"],
        },
        summary=["industry", "city"],
        avatar="square",
    ),
    slug="companies",
)
