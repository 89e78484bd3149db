"""Groups and events as people know them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched
from crm.record_types import shared

GROUP = RecordType(
    "crm.group",
    _("Group"),
    _("Groups"),
    "users-group",
    "group_detail",
    "group_list",
    (
        Field("name", pgettext_lazy("group", "Name"), compared="name_key", is_required=True),
        Field("kind", pgettext_lazy("group", "Type"), FieldType.CHOICE),
        Field("url", _("Web address"), FieldType.URL),
        shared.DESCRIPTION,
        shared.TAGS,
        shared.OWNER,
        shared.CREATED,
        shared.IMPORT,
    ),
    searched=Searched({"name": ["name"]}, summary=["kind"]),
    slug="groups",
)


EVENT = RecordType(
    "crm.event",
    _("Event"),
    _("Events"),
    "ticket",
    "event_detail",
    "event_list",
    (
        Field("name", pgettext_lazy("event", "Name"), compared="name_key", is_required=True),
        Field("kind", pgettext_lazy("event", "Type"), FieldType.CHOICE),
        Field("starts", _("Begins"), FieldType.MOMENT, path="starts_at"),
        Field("ends", _("Ends"), FieldType.MOMENT, path="ends_at"),
        Field("place", _("Place")),
        Field("url", _("Web address"), FieldType.URL),
        Field("group", _("Group"), FieldType.LINK, target="crm.group"),
        Field("cost", _("Cost"), FieldType.MONEY, currency="currency"),
        shared.CURRENCY,
        shared.DESCRIPTION,
        shared.TAGS,
        shared.OWNER,
        shared.CREATED,
        shared.IMPORT,
    ),
    searched=Searched({"name": ["name"], "other": ["place"]}, summary=["kind", "place"]),
    slug="events",
)
