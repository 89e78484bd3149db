"""Web forms as people know them."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import FieldType
from core.registries import RecordType
from core.registries.records import Field, Searched

WEB_FORM = RecordType(
    "marketing.webform",
    _("Web form"),
    _("Web forms"),
    "forms",
    "webform_detail",
    "webform_list",
    (
        Field("name", pgettext_lazy("web form", "Name"), compared="name_key", is_required=True),
        Field("title", _("Heading")),
        Field("language", _("Language"), FieldType.CHOICE, choices=settings.LANGUAGES),
        Field("source", _("Source")),
        Field("lead", _("Makes a lead"), FieldType.BOOLEAN, path="makes_lead"),
        Field("open", _("Takes answers"), FieldType.BOOLEAN, path="is_open"),
        Field("thanks", _("Thanks"), FieldType.LONG_TEXT),
        Field("tags", _("Tags"), FieldType.TAGS),
        Field("owner", _("Owner"), FieldType.USER, order="owner__name", is_editable=False),
        Field("created", _("Created"), FieldType.MOMENT, path="created_at", is_editable=False),
    ),
    searched=Searched({"name": ["name"]}, summary=["source"]),
    slug="webforms",
)
