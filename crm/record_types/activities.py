"""Activities as people know them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched
from crm.record_types import shared

ACTIVITY = RecordType(
    "crm.activity",
    _("Activity"),
    _("Activities"),
    "calendar-event",
    "activity_detail",
    "activity_list",
    (
        Field("subject", _("Subject")),
        Field("kind", pgettext_lazy("activity", "Type"), FieldType.CHOICE, is_editable=False),
        Field("at", _("When"), FieldType.MOMENT),
        Field("done", _("Done"), FieldType.MOMENT, path="done_at", is_editable=False),
        Field("minutes", _("Minutes"), FieldType.NUMBER),
        Field("direction", _("Direction"), FieldType.CHOICE),
        Field("outcome", _("Outcome")),
        Field("priority", _("Priority"), FieldType.CHOICE),
        Field("location", _("Place")),
        Field("body", _("Text"), FieldType.LONG_TEXT),
        Field(
            "contact",
            _("Contact"),
            FieldType.LINK,
            target="crm.contact",
            order="contact__name_key",
        ),
        shared.COMPANY,
        Field("lead", _("Lead"), FieldType.LINK, target="crm.lead"),
        Field("deal", _("Deal"), FieldType.LINK, target="crm.deal"),
        shared.TAGS,
        shared.OWNER,
        shared.CREATED,
        shared.IMPORT,
    ),
    searched=Searched({"name": ["subject"], "other": ["body"]}, summary=["kind", "company"]),
    slug="activities",
)
